from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine

from ccfloor.service.access import passwords
from ccfloor.store.engine import open_engine
from ccfloor.store.migrate import upgrade
from tests.fakes.postgres import PrivatePostgres, programs


@pytest.fixture(autouse=True, scope="session")
def quick_passwords() -> Iterator[None]:
    """The same hashes with the least work: what is tested is not how long a guess takes."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", lambda: quick)
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[PrivatePostgres]:
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL's server programs (initdb) are not installed")
    server = PrivatePostgres(found)
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a database with our schema, once of each kind."""
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    opened = open_engine(server.new_database() if server else str(tmp_path / "floor.db"))
    upgrade(opened)
    yield opened
    opened.dispose()
