from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ccfloor.store.engine import open_engine
from tests.fakes.current import upgrade
from tests.fakes.postgres import PrivatePostgres

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=KINDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database without any table, once of each kind."""
    if request.param == "sqlite":
        return str(tmp_path / "floor.db")
    server: PrivatePostgres = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture(params=KINDS)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a database with our schema, once of each kind."""
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    opened = open_engine(server.current_database() if server else str(tmp_path / "floor.db"))
    upgrade(opened)
    yield opened
    opened.dispose()
