"""Opening the database: SQLite tuned for one writer and many readers, or PostgreSQL through psycopg."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Text,
    create_engine,
    event,
    func,
    literal_column,
    select,
)
from sqlalchemy.engine import URL, make_url

from ccfloor.store.file_guard import file_of, guard_file

BUSY_S = 30.0  # how long a writer waits for another process that writes to the same SQLite file,
SERVICE_BUSY_S = 2.0  # and how long where somebody looks on: then it is said that it waits
_WRITE = "ccfloor_write"
_SILENT: dict[str, Any] = {"hide_parameters": True}  # an error's text tells no number, name or password
WRITES = {_WRITE: True}  # execution options of a connection whose transactions write


def database_url(text: str) -> URL:
    """The URL of a database; a bare path is a SQLite file, PostgreSQL is always reached by psycopg 3.

    Raises ``sqlalchemy.exc.ArgumentError`` for a text that is neither.
    """
    if "://" not in text:
        return URL.create("sqlite", database=text)
    url = make_url(text)
    if url.drivername in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    return url


def open_engine(text: str, busy_s: float = BUSY_S, *, there: bool = False) -> Engine:
    """An engine on this database (URL or path). Connects lazily; the folder of a new file is made.

    ``busy_s``: how long a write to SQLite waits for another process, in seconds. ``there``: for whoever
    joins a program at work: a SQLite file that has gone is an error, and no empty one takes its place.
    """
    url = database_url(text)
    if url.get_backend_name() != "sqlite":
        engine = create_engine(url, **_SILENT, pool_pre_ping=True, connect_args={"connect_timeout": 5})
        event.listen(engine, "before_cursor_execute", _without_zero, retval=True)
        return engine
    if url.database and url.database != ":memory:" and not url.database.startswith("file:"):
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, **_SILENT, connect_args={"timeout": busy_s})
    if file_of(engine):
        guard_file(engine, there)
    event.listen(engine, "connect", _tune_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _without_zero(
    _connection: Connection, _cursor: Any, sql: str, given: Any, _context: Any, _many: bool
) -> tuple[str, Any]:
    """PostgreSQL's text cannot hold the zero character, which what people paste can."""
    if isinstance(given, dict) and any(isinstance(value, str) and "\0" in value for value in given.values()):
        return sql, {
            name: value.replace("\0", "\ufffd") if isinstance(value, str) else value
            for name, value in given.items()
        }
    return sql, given


def _tune_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where we say so, see below
    cursor = connection.cursor()
    for pragma in (
        "page_size=8192",  # of a new file
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "cache_size=-32000",
        "wal_autocheckpoint=4000",
        "journal_size_limit=67108864",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: a reading transaction that turns into a writing one can be
    # refused without waiting when another process wrote in between.
    writes = connection.get_execution_options().get(_WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One writing transaction: committed at the end, rolled back if anything raises."""
    with engine.connect().execution_options(**WRITES) as connection, connection.begin():
        yield connection


def overwriting(connection: Connection) -> None:
    """From now on what this connection removes from a SQLite file is overwritten, not only let go of.

    It also brings its changes into the file itself, early, where else the next writer would have to.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
        connection.exec_driver_sql("PRAGMA wal_autocheckpoint=1000")


def lock_site(connection: Connection, site: str) -> None:
    """Be the only writer of the site until the end of the transaction.

    One writer at a time keeps a batch together in the journal. SQLite has only one anyway.
    """
    if connection.dialect.name == "postgresql":
        key = zlib.crc32(f"ccfloor writer {site}".encode())
        connection.execute(select(func.pg_advisory_xact_lock(key)))


def by_value(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column to group by or to narrow beside a period, where rows are to be found by the period alone.

    SQLite would rather read all there is in the order of the column's own index than sort a few rows.
    """
    if isinstance(column.type, Text):
        return column.concat(literal_column("''"))
    return column + literal_column("0", column.type)
