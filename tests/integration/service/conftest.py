from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ccfloor.store.engine import open_engine
from tests.fakes.current import upgrade

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


def _opened(request: pytest.FixtureRequest, folder: Path) -> Iterator[Engine]:
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    opened = open_engine(server.current_database() if server else str(folder / "floor.db"))
    upgrade(opened)
    yield opened
    opened.dispose()


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a database with our schema, once of each kind."""
    yield from _opened(request, tmp_path)


@pytest.fixture(scope="module", params=KINDS)
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One for all tests of a module, once of each kind."""
    yield from _opened(request, tmp_path_factory.mktemp("shared"))
