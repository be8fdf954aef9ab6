from collections.abc import Iterator

import pytest

from tests.fakes.postgres import PrivatePostgres, programs


@pytest.fixture(scope="session")
def postgres() -> Iterator[PrivatePostgres]:
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL's server programs (initdb) are not installed")
    server = PrivatePostgres(found)
    yield server
    server.stop()
