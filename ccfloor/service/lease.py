"""One collector per database and site: a lock that the system itself gives back when its holder dies."""

import fcntl
import os
import tempfile
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError


class LeaseTaken(Exception):
    """Another collector serves this database and site; the message says so in one sentence."""


class Lease(Protocol):
    """A held right to collect."""

    def held(self) -> bool:
        """Whether it is still ours."""

    def release(self) -> None:
        """Give it back; releasing twice is harmless."""


def take_lease(engine: Engine, site: str) -> Lease:
    """The right to collect for ``site`` into this database. Raises LeaseTaken if another one has it."""
    if engine.dialect.name == "postgresql":
        return AdvisoryLease(engine, site)
    return FileLease(_lock_path(engine, site), site)


def is_collecting(engine: Engine, site: str) -> bool:
    """Whether a collector is at work on this database and site."""
    try:
        take_lease(engine, site).release()
    except LeaseTaken:
        return True
    return False


def _lock_path(engine: Engine, site: str) -> Path:
    name = engine.url.database
    if not name or name == ":memory:":
        return Path(tempfile.gettempdir()) / f"ccfloor-{os.getpid()}-{id(engine)}-{site}.lock"
    return Path(name).resolve().with_suffix(f".{site}.lock")


def _taken(site: str, who: str) -> LeaseTaken:
    return LeaseTaken(
        f"another collector{who} already serves site {site!r} in this database; this one stays a reader"
    )


class FileLease:
    """A locked file beside the SQLite database."""

    def __init__(self, path: Path, site: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: int | None = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(self._file, 20).decode("ascii", "replace").strip()
            os.close(self._file)
            raise _taken(site, f" (process {holder})" if holder else "") from None
        os.ftruncate(self._file, 0)
        os.write(self._file, str(os.getpid()).encode())

    def held(self) -> bool:
        """True until released: the kernel keeps the lock as long as the file is open."""
        return self._file is not None

    def release(self) -> None:
        """Unlock and close."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class AdvisoryLease:
    """A session-level advisory lock on a connection of its own."""

    def __init__(self, engine: Engine, site: str) -> None:
        self._key = {"key": zlib.crc32(f"ccfloor collector {site}".encode())}
        self._connection: Connection | None = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if not self._connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), self._key):
            self._connection.close()
            raise _taken(site, "")

    def held(self) -> bool:
        """Asks the server: the lock dies with its connection."""
        if self._connection is None:
            return False
        try:
            self._connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True

    def release(self) -> None:
        """Free the lock and close the connection for good.

        Freed by a word of its own: the server hears of a closed connection a moment later, and whoever is
        next would still find the lock taken.
        """
        if self._connection is not None:
            with suppress(SQLAlchemyError):  # a lost connection has lost its lock
                self._connection.execute(text("SELECT pg_advisory_unlock(:key)"), self._key)
            self._connection.invalidate()
            self._connection.close()
            self._connection = None
