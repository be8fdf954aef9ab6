"""Bringing a database to the current schema: Alembic, run from inside the product."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, inspect, text

from ccfloor.store.cold import mend_indexes
from ccfloor.store.engine import writing

HEAD = "0008"
_LOCK = 0x63666C72  # PostgreSQL advisory lock: two processes that start together migrate one by one


def revision(engine: Engine) -> str | None:
    """The schema revision of the database; None where it has no tables of ours yet."""
    with engine.connect() as connection:
        return _revision(connection)


def upgrade(engine: Engine) -> None:
    """Create or upgrade the schema; does nothing on a current one. Safe from several processes."""
    if revision(engine) == HEAD:
        mend_indexes(engine)
        return
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        if _revision(connection) != HEAD:
            command.upgrade(_config(connection), HEAD)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", "ccfloor.store:migrations")
    config.attributes["connection"] = connection
    return config
