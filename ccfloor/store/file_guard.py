"""Which file lies under a SQLite database, so that a deleted or exchanged one is noticed at once.

An open file lives on without its name: what is written then is lost with the last process that holds it,
and nobody is told. So the name is looked up whenever a connection is taken (some microseconds).
"""

import os
import sqlite3
from contextlib import suppress
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError

Identity = tuple[int, int]


class FileGone(sqlite3.OperationalError):
    """The file was there and is no more; a new one must not take its place unasked."""


class DatabaseExchanged(Exception):
    """Another file stands in the place of the database: whoever writes goes on from what is in it."""


def identity(path: str) -> Identity | None:
    """Which file the name stands for now; None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return (found.st_dev, found.st_ino)


def file_of(engine: Engine) -> str:
    """The path of a SQLite database's file; empty for any other database."""
    name = engine.url.database or ""
    plain = engine.dialect.name == "sqlite" and name != ":memory:" and not name.startswith("file:")
    return name if plain else ""


def guard_file(engine: Engine, there: bool = False) -> None:
    """Refuse connections to a deleted file, and open an exchanged one anew.

    ``there``: the file must be there already; without it the first connection makes one.
    """
    guard = _Guard(file_of(engine), there)
    event.listen(engine, "do_connect", guard.connecting)
    event.listen(engine, "connect", guard.connected)
    event.listen(engine, "checkout", guard.taken)


class _Guard:
    def __init__(self, path: str, there: bool) -> None:
        self._path, self._wal, self._there = path, f"{path}-wal", there
        self._known: Identity | None = None
        self._known_wal: Identity | None = None

    def connecting(self, _dialect: Any, _record: Any, _words: Any, _named: Any) -> None:
        now = identity(self._path)
        if now is None and (self._there or self._known is not None):
            raise FileGone(f"the database file {self._path} is gone")
        if self._known is None or now == self._known:
            return
        if identity(self._wal) == self._known_wal is not None:
            # It belongs to the file of before; with the new one it would be taken for its own changes.
            for left in (self._wal, f"{self._path}-shm"):
                with suppress(FileNotFoundError):
                    os.unlink(left)

    def connected(self, _connection: Any, record: Any) -> None:
        record.info["file"] = self._known = identity(self._path)

    def taken(self, _connection: Any, record: Any, _proxy: Any) -> None:
        if identity(self._path) != record.info["file"]:
            raise DisconnectionError("the database file was deleted or exchanged")
        self._known_wal = identity(self._wal)
