import pytest

from tests.fakes.postgres import PrivatePostgres


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An empty database for a module's tests, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('engine') / 'floor.db'}"
    server: PrivatePostgres = request.getfixturevalue("postgres")
    return server.new_database()
