"""A PostgreSQL server of our own for the tests: a fresh cluster in a folder, gone afterwards."""

import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from ccfloor.store.engine import open_engine
from ccfloor.store.migrate import upgrade


def programs() -> Path | None:
    """The folder of the newest server programs on this machine; None where there are none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    path = shutil.which("initdb")
    return Path(path).parent if path else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class PrivatePostgres:
    """Listens on loopback alone, trusts everyone, keeps nothing."""

    def __init__(self, bin_folder: Path) -> None:
        self._bin = bin_folder
        self._folder = Path(tempfile.mkdtemp(prefix="ccfloor-pg-"))
        self._numbers = itertools.count(1)
        self._port = _free_port()
        self._current: str | None = None
        self._user = self._plain_user()
        data = str(self._folder / "data")
        self._run("initdb", "-D", data, "-U", "floor", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c fsync=off -k {self._folder}"
        self._run("pg_ctl", "-D", data, "-l", str(self._folder / "log"), "-w", "-o", options, "start")

    def _plain_user(self) -> str | None:
        """The server refuses to run as root: then it runs as a user without rights."""
        if os.geteuid() != 0:
            return None
        names = {entry.pw_name for entry in pwd.getpwall()}
        user = "postgres" if "postgres" in names else "nobody"
        os.chown(self._folder, pwd.getpwnam(user).pw_uid, -1)
        return user

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._bin / program), *arguments]
        subprocess.run(
            command,
            user=self._user,
            cwd=self._folder,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            timeout=120,
        )

    def _url(self, database: str) -> str:
        return f"postgresql+psycopg://floor@127.0.0.1:{self._port}/{database}"

    def new_database(self) -> str:
        """URL of an empty database."""
        return self._made("")

    def _made(self, how: str) -> str:
        name = f"floor_{next(self._numbers)}"
        engine = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}{how}"))
        engine.dispose()
        return self._url(name)

    def current_database(self) -> str:
        """URL of a database with our schema: a copy of one that the migrations made."""
        if self._current is None:
            url = self.new_database()
            engine = open_engine(url)
            upgrade(engine)
            engine.dispose()
            self._current = url.rsplit("/", 1)[1]
        return self._made(f" TEMPLATE {self._current}")

    def stop(self) -> None:
        """End the server and remove its files."""
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)


@contextmanager
def private_postgres() -> Iterator[PrivatePostgres]:
    """A server for a while; SystemExit where this machine has no server programs."""
    found = programs()
    if found is None:
        raise SystemExit("PostgreSQL's server programs (initdb) are not installed")
    server = PrivatePostgres(found)
    try:
        yield server
    finally:
        server.stop()
