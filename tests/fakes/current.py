"""The current schema without running its migrations each time: made once a run, then copied."""

import sqlite3
import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import Engine, inspect

from ccfloor.store import migrate
from ccfloor.store.engine import open_engine


@cache
def _made() -> sqlite3.Connection:
    """What the migrations make of an empty file, in memory."""
    kept = sqlite3.connect(":memory:", check_same_thread=False)
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(str(Path(folder) / "floor.db"))
        migrate.upgrade(engine)
        raw = engine.raw_connection()
        raw.driver_connection.backup(kept)
        raw.close()
        engine.dispose()
    return kept


def upgrade(engine: Engine) -> None:
    """As ``migrate.upgrade`` does; an empty SQLite file becomes a copy of what that makes."""
    if engine.dialect.name != "sqlite" or inspect(engine).get_table_names():
        migrate.upgrade(engine)
        return
    raw = engine.raw_connection()
    _made().backup(raw.driver_connection)
    raw.close()
    assert migrate.revision(engine) == migrate.HEAD
