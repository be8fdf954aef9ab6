"""How long the month's page, an agent's trend and a half hour's calls take, whatever is stored.

    python bench/kpi.py                     one month, a first look
    python bench/kpi.py --months 3 12 36    250,000 calls a month: 3,000,000 a year; some minutes to fill

500 agents in 25 teams, 50 queues, SQLite. Asked of the last month by the functions that pages use. Cold: new
connections, and the file out of the system's cache. The baseline reads the table of calls into pandas and
groups it, in the same run. Goals: month ≤ 500 ms warm and ≤ 1.5 s cold (p95), trend ≤ 300 ms, calls ≤ 200 ms.
"""

import argparse
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from make_kpi_store import CONFIG, Store, month
from sqlalchemy import Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import Period, days, half_hours
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.service.agent_trend import Asked, trend
from ccfloor.service.kpi_month import kpi_table, members
from ccfloor.service.settings import Settings, load
from ccfloor.store.call_list import call_list
from ccfloor.store.engine import open_engine
from ccfloor.store.viewer import Viewer

VIEWER = Viewer()
AGENT = Scope("agent", "Agent 042")
Question = Callable[["Service"], object]


@dataclass
class Service:
    """What pages ask for their figures."""

    engine: Engine
    config: FloorConfig
    settings: Settings
    now: float

    def floor_now(self) -> float:
        """The end of what is stored."""
        return self.now


def questions(of: Period) -> dict[str, Question]:
    """What people look at, by name."""
    day = days(CONFIG, of)[-3]
    half = half_hours(CONFIG, day)[24]
    first, last = days(CONFIG, of)[0].day, days(CONFIG, of)[-1].day
    asked = Asked("aht", "day", first, last)
    return {
        "month, site": lambda service: kpi_table(service, VIEWER, of, SITE),
        "month, team": lambda service: kpi_table(service, VIEWER, of, Scope("team", "Team 03")),
        "month, agent": lambda service: kpi_table(service, VIEWER, of, AGENT),
        "50 queues": lambda service: members(service, VIEWER, of, "queue"),
        "500 agents": lambda service: members(service, VIEWER, of, "agent"),
        "day by half h.": lambda service: kpi_table(service, VIEWER, day, SITE),
        "agent trend": lambda service: trend(service, VIEWER, AGENT, asked),
        "calls of half h.": lambda service: call_list(
            service.engine, VIEWER, CONFIG, SITE, half.start, half.end
        ),
    }


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def percentile(values: list[float], share: float) -> float:
    """The value that this share of them does not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def forget(path: Path) -> None:
    """Take the file out of the system's cache."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def scan(path: Path) -> int:
    """The baseline: every call into pandas, then the days of all months; returns the calls read."""
    columns = "queue, agent, entered_at, outcome, wait_ms, talk_ms, hold_ms, acw_ms, threshold_ms"
    with sqlite3.connect(path) as connection:
        told = pd.read_sql_query(f"SELECT {columns} FROM calls", connection)
    told["day"] = pd.to_datetime(told["entered_at"], unit="s", utc=True).dt.tz_convert(CONFIG.zone).dt.date
    answered = told["outcome"] == "answered"
    told = told.assign(
        answered=answered,
        abandoned=told["outcome"] == "abandoned",
        in_t=answered & (told["wait_ms"] <= told["threshold_ms"]),
        waited=told["wait_ms"].where(answered, 0),
        handled=told["talk_ms"] + told["hold_ms"] + told["acw_ms"],
    )
    sums = told.groupby("day")[["answered", "abandoned", "in_t", "waited", "handled"]].sum()
    sums.assign(asa=sums["waited"] / sums["answered"], aht=sums["handled"] / sums["answered"])
    return len(told)


def service_on(path: Path, of: Period) -> Service:
    """With connections of its own."""
    return Service(open_engine(str(path)), CONFIG, load(db=str(path)), of.end)


def warm(path: Path, of: Period, ask: Question, times: int) -> tuple[list[float], float]:
    """Asked again and again; also the processor's time for one, which other programs do not lengthen."""
    service = service_on(path, of)
    ask(service)
    began = time.process_time()
    found = [timed(lambda: ask(service)) for _ in range(times)]
    spent = (time.process_time() - began) * 1000 / times
    service.engine.dispose()
    return found, spent


def cold(path: Path, of: Period, ask: Question, times: int) -> list[float]:
    """Asked once of a file that nobody has read."""
    found = []
    for _ in range(times):
        forget(path)
        service = service_on(path, of)
        found.append(timed(lambda service=service: ask(service)))
        service.engine.dispose()
    return found


def report(store: Store, times: int) -> None:
    """Prints p50 and p95 of every question, and the baseline."""
    of = month(store.months - 1)
    size = store.path.stat().st_size / 1e6
    print(f"\n{store.months} months, {store.calls:,} calls, {size:,.0f} MB; asked for {of.name}")
    print(f"{'':18}{'warm p50':>10}{'p95':>8}{'cold p50':>11}{'p95':>8}{'warm CPU':>11}   ms")
    for name, ask in questions(of).items():
        told, spent = warm(store.path, of, ask, times)
        first = cold(store.path, of, ask, max(3, times // 3))
        figures = (statistics.median(told), percentile(told, 0.95))
        figures += (statistics.median(first), percentile(first, 0.95))
        print("{:18}{:>10.0f}{:>8.0f}{:>11.0f}{:>8.0f}{:>11.0f}".format(name, *figures, spent), flush=True)
    print(f"{'pandas scan':18}{timed(lambda: scan(store.path)):>10.0f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--months", type=int, nargs="+", default=[1])
    parser.add_argument("--times", type=int, default=15)
    parser.add_argument("--db", type=Path, help="a new file to fill and keep")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        store = Store(given.db or Path(name) / "floor.db")
        for months in sorted(given.months):
            spent = store.grow(months)
            print(", ".join(f"{part} {seconds:.0f} s" for part, seconds in spent.items()), flush=True)
            report(store, given.times)


if __name__ == "__main__":
    main()
