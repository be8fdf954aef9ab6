"""What every integration test has: a PostgreSQL server for all of them, and passwords that cost nothing."""

from collections.abc import Iterator

import pytest

from tests.fakes import staff
from tests.fakes.postgres import PrivatePostgres, programs


@pytest.fixture(autouse=True, scope="session")
def quick_passwords() -> Iterator[None]:
    with staff.quick_passwords():
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[PrivatePostgres]:
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL's server programs (initdb) are not installed")
    server = PrivatePostgres(found)
    yield server
    server.stop()
