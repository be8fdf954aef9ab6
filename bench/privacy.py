"""A first clearing of callers' numbers in a full database, beside a collector that writes, cut off by a kill.

    python -m ccfloor bench privacy [LINES]

A made-up queue_log is imported (some 3.3 lines a call), then every number in it is to go. In turn: how long
a writer of a batch every 200 ms waits with nobody else there; the baseline: one UPDATE a table in one
transaction, on a copy of the file; a run that is killed in its middle; one that does the rest, both beside
the writer; one that finds nothing left. Waits are those of a whole small transaction of another process.
"""

import argparse
import multiprocessing
import os
import re
import shutil
import signal
import sqlite3
import tempfile
import time
from collections.abc import Callable
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from make_queue_log import write
from sqlalchemy import Engine, func, insert, select

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.numbers import Clearing
from ccfloor.service.importing import import_files
from ccfloor.store import tables
from ccfloor.store.clearing import clear
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.migrate import upgrade

KEY = Clearing(b"a key of the bench")
EVERY_S, ALONE_S, BEGINS_S = 0.2, 5.0, 2.0
_NUMBER = re.compile('"number":"([^"]+)"')
_queue: Any = multiprocessing.get_context("spawn")


class Beside:
    """Another process that writes all the time."""

    def __init__(self, url: str) -> None:
        self._ended: Event = _queue.Event()
        self._told = _queue.Queue()
        self._process = _queue.Process(target=_writes, args=(url, self._ended, self._told))

    def __enter__(self) -> "Beside":
        self._process.start()
        self._told.get()  # it is at work
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self.waits: list[float] = sorted(self._told.get())
        self._process.join()

    def said(self) -> str:
        """How long it had to wait."""
        ms = [wait * 1000 for wait in self.waits]
        return f"p50 {ms[len(ms) // 2]:.0f}, p99 {ms[len(ms) * 99 // 100]:.0f}, longest {ms[-1]:.0f} ms"


def _writes(url: str, ended: Event, told: Any) -> None:
    parent = os.getppid()
    engine, waits, number = open_engine(url), [], 0
    row = {"site": "bench", "feed": "live", "kind": "beside", "count": 1}
    told.put("begun")
    while not ended.wait(EVERY_S) and os.getppid() == parent:
        begun, number = time.perf_counter(), number + 1
        with writing(engine) as connection:
            connection.execute(insert(tables.repairs), [row | {"at": float(number)} for _ in range(40)])
        waits.append(time.perf_counter() - begun)
    told.put(waits)


def _clears(url: str, until: float) -> None:
    clear(open_engine(url), "main", KEY, until, until, lambda *_: None)


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def baseline(path: Path) -> None:
    """What a script would do: everything in one transaction."""
    with sqlite3.connect(path) as connection:
        connection.create_function("gone", 1, KEY.number, deterministic=True)
        connection.create_function(
            "gone_in", 1, lambda told: _NUMBER.sub(lambda n: f'"number":"{KEY.number(n[1])}"', told)
        )
        connection.execute("UPDATE calls SET number = gone(number)")
        connection.execute("UPDATE journal SET payload = gone_in(payload) WHERE kind = 'call_joined'")
    connection.close()


def left(engine: Engine) -> int:
    """Calls that still have a number."""
    number = tables.calls.c.number
    with engine.connect() as connection:
        return int(connection.scalar(select(func.count()).where(number != "", ~number.startswith("~"))) or 0)


def fill(url: str, lines: int, folder: Path) -> tuple[int, int, float]:
    """(calls, events, an instant behind all of them)."""
    engine = open_engine(url)
    upgrade(engine)
    write(folder / "queue_log", lines)
    import_files(engine, FloorConfig(zone="UTC"), [folder / "queue_log"])
    with engine.connect() as connection:
        calls = connection.scalar(select(func.count()).select_from(tables.calls))
        events = connection.scalar(select(func.count()).select_from(tables.journal))
        until = connection.scalar(select(func.max(tables.journal.c.at)))
    engine.dispose()
    assert calls and events and until
    return calls, events, until + 3 * 86_400


def killed(url: str, until: float, after_s: float) -> float:
    """Begin a run and kill it; seconds that it lived."""
    process = _queue.Process(target=_clears, args=(url, until))
    begun = time.perf_counter()
    process.start()
    process.join(after_s)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    return time.perf_counter() - begun


def main(lines: int, folder: Path) -> None:
    """Fill, then clear in every way."""
    path = folder / "floor.db"
    calls, events, until = fill(str(path), lines, folder)
    print(f"{calls:,} calls, {events:,} events, {path.stat().st_size / 2**20:,.0f} MiB")
    with Beside(str(path)) as alone:
        time.sleep(ALONE_S)
    print(f"writer with nobody else         waits {alone.said()}")
    for ending in ("", "-wal"):
        if (folder / f"floor.db{ending}").exists():
            shutil.copy(folder / f"floor.db{ending}", folder / f"copy.db{ending}")
    plain_s = timed(lambda: baseline(folder / "copy.db"))
    print(f"baseline: one transaction {plain_s:6.1f} s  all of which every writer waits")
    engine = open_engine(str(path))
    with Beside(str(path)) as beside:
        lived_s = killed(str(path), until, BEGINS_S + plain_s)
    print(f"killed after              {lived_s:6.1f} s  {left(engine):,} calls left; waits {beside.said()}")
    with Beside(str(path)) as beside:
        took_s = timed(lambda: _clears(str(path), until))
    print(f"the run that goes on      {took_s:6.1f} s  {left(engine):,} calls left; waits {beside.said()}")
    print(f"                          {events / took_s:10,.0f} events/s read or cleared")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA quick_check").scalar() == "ok"
    print(f"a run with nothing to do  {timed(lambda: _clears(str(path), until)):6.1f} s")
    engine.dispose()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("lines", type=int, nargs="?", default=1_000_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        main(given.lines, Path(name))
