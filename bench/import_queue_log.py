"""How many queue_log lines a second are imported, beside a plain split and a raw insert of the same lines.

    python bench/import_queue_log.py [LINES] [--log FILE] [--db URL]

A cold import into an empty database: journal, calls, legs, spans, intervals. Wall-clock time, all three
in the same run; the goal is 60,000 lines a second on two cores within 250 MiB.
"""

import argparse
import contextlib
import resource
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from make_queue_log import write
from parse_queue_log import plain_split

from ccfloor.acd.queue_log_files import open_log
from ccfloor.floor.config import FloorConfig
from ccfloor.service.importing import import_files
from ccfloor.store.engine import open_engine
from ccfloor.store.migrate import upgrade

_AT_ONCE = 10_000


def raw_insert(path: Path, database: Path) -> int:
    """The other baseline: every line as it stands into one SQLite table, ten thousand in a transaction."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("CREATE TABLE lines (position INTEGER PRIMARY KEY, line TEXT NOT NULL)")
        count = 0
        for rows in _numbered(path):
            with connection:
                connection.executemany("INSERT INTO lines VALUES (?, ?)", rows)
            count += len(rows)
    return count


def _numbered(path: Path) -> Iterator[list[tuple[int, str]]]:
    rows: list[tuple[int, str]] = []
    with contextlib.closing(open_log(path)) as log:
        position, carry = 0, b""
        while chunk := log.read(65536):
            *lines, carry = (carry + chunk).split(b"\n")
            for line in lines:
                position += len(line) + 1
                rows.append((position, line.decode("utf-8", "replace")))
            if len(rows) >= _AT_ONCE:
                yield rows
                rows = []
    yield rows


def whole_import(path: Path, url: str) -> int:
    """What ``ccfloor import`` does with the file."""
    engine = open_engine(url)
    upgrade(engine)
    (result,) = import_files(engine, FloorConfig(zone="UTC"), [path])
    engine.dispose()
    if result.problem:
        raise SystemExit(f"{path}: {result.problem}")
    return result.lines


def timed(work: Callable[[], int]) -> tuple[int, float]:
    """(lines, seconds)."""
    start = time.perf_counter()
    return work(), time.perf_counter() - start


def report(path: Path, folder: Path, url: str) -> None:
    """Prints the three figures, their ratios and the peak memory of both processes."""
    lines, split_s = timed(lambda: plain_split(path))
    _, raw_s = timed(lambda: raw_insert(path, folder / "raw.db"))
    imported, import_s = timed(lambda: whole_import(path, url))
    own, child = (
        resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(f"lines         {lines:,}")
    for name, count, seconds in (
        ("plain split", lines, split_s),
        ("raw sqlite3", lines, raw_s),
        ("import", imported, import_s),
    ):
        speed, ratio = count / seconds, import_s / seconds
        print(f"{name:12}  {speed:>11,.0f} lines/s  {ratio:6.1f} × quicker than import")
    print(f"peak memory   {own:.0f} MiB reading, {child:.0f} MiB writing, {own + child:.0f} MiB together")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("lines", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--log", type=Path, help="a log to import instead of a made-up one")
    parser.add_argument("--db", default="", help="an empty database instead of a new SQLite file")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = given.log or folder / "queue_log"
        if not given.log:
            write(path, given.lines)
        report(path, folder, given.db or str(folder / "floor.db"))


if __name__ == "__main__":
    main()
