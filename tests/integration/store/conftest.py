from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ccfloor.store.engine import open_engine
from ccfloor.store.migrate import upgrade
from tests.fakes.postgres import PrivatePostgres, programs


@pytest.fixture(scope="session")
def postgres() -> Iterator[PrivatePostgres]:
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL's server programs (initdb) are not installed")
    server = PrivatePostgres(found)
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database without any table, once of each kind."""
    if request.param == "sqlite":
        return str(tmp_path / "floor.db")
    server: PrivatePostgres = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture
def engine(empty_url: str) -> Iterator[Engine]:
    """An engine on a database with our schema, once of each kind."""
    opened = open_engine(empty_url)
    upgrade(opened)
    yield opened
    opened.dispose()
