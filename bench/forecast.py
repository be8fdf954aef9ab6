"""How wrong forecasts of calls are, day ahead and through the day, beside last week, four weeks and ratios.

    python bench/forecast.py                              a bank's month, six queues: its last 14 days
    python bench/forecast.py --calls bank_calls.csv.gz    five-minute counts (ts,calls) of a longer time

Days are held out one after the other: a forecast knows the days before it (at most ``--days``), what kind of
day it is, and through the day its calls up to the hour. In a file a weekday without calls is a day off; with
``--no-calendar`` nobody knows which days come after days off. "ratio scaling": the four-week mean times the
calls so far over what it had for them; "day before": the forecast as it was then. Coverage is that of
bands of 80 %, pinball the loss of their edges per call. Times: one queue, 90 days of 48 half hours.
"""

import argparse
import csv
import gzip
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ccfloor.staffing.days import Day, History, Kind
from ccfloor.staffing.score import Score
from ccfloor.staffing.volume import day_ahead, update
from tests.unit.staffing.volume_bank import HOURS, Case, cut, month, rolled, weeks_before

WHOLE = 6  # counts of five minutes in a half hour
FIRST, HELD = 28, 20  # days a file's first forecast has before it, days of the shorter test


def read(path: Path, calendar: bool) -> History:
    """Counts of a file in half hours of its local time; a half hour that it has in part is left out."""
    counts: dict[date, np.ndarray] = {}
    rows: dict[date, np.ndarray] = {}
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        for row in csv.DictReader(file):
            at = datetime.fromisoformat(row["ts"])
            column = at.hour * 2 + at.minute // 30
            counts.setdefault(at.date(), np.zeros(48))[column] += float(row["calls"])
            rows.setdefault(at.date(), np.zeros(48))[column] += 1
    days = sorted(counts)
    made = tuple(
        Day(
            day,
            Kind.WORKDAY if day.weekday() < 5 else Kind.WEEKEND,
            after_off=calendar and day != days[0] and last_weekday(day) not in counts,
        )
        for day in days
    )
    grid = np.array([np.where(rows[day] >= WHOLE, counts[day], 0.0) for day in days])
    return History(path.name, made, grid, np.ones_like(grid))


def last_weekday(day: date) -> date:
    """The weekday before a day."""
    return day - timedelta(days=3 if day.weekday() == 0 else 1)


def percent(value: float | None) -> str:
    """A share, or nothing."""
    return "–" if value is None else f"{value * 100:.2f}"


def show(title: str, found: dict[Case, Score]) -> None:
    """A table of errors in percent of the calls."""
    print(f"\n{title}\n{'':12}{'by':16}{'WAPE':>8}{'bias':>8}{'pinball':>9}{'coverage':>10}   %")
    for case, one in found.items():
        figures = (one.wape, one.bias, one.pinball, one.coverage)
        print("{:12}{:16}{:>8}{:>8}{:>9}{:>10}".format(*case, *map(percent, figures)), flush=True)


def timed(work: Callable[[], object], times: int = 30) -> tuple[float, float]:
    """Median milliseconds on the clock, and mean ones of the processor."""
    work()
    told, begun = [], time.process_time()
    for _ in range(times):
        start = time.perf_counter()
        work()
        told.append((time.perf_counter() - start) * 1000)
    return statistics.median(told), (time.process_time() - begun) * 1000 / times


def speed(history: History) -> None:
    """How long a forecast and an update take, beside the four-week mean of the same days."""
    while len(history.days) < 92:
        history = _longer(history)
    past, day = cut(history, 90, 91), history.days[91]
    made = day_ahead(past, day)
    assert made is not None
    seen = (np.arange(48) < 24).astype(np.float64)
    print(f"\n{'90 days, one queue':28}{'clock':>8}{'CPU':>8}   ms")
    for name, work in (
        ("day ahead", lambda: day_ahead(past, day)),
        ("update at noon", lambda: update(made, history.counts[91] * seen, seen, 24)),
        ("four-week mean, the baseline", lambda: weeks_before(history, 91, 4)),
    ):
        print("{:28}{:>8.2f}{:>8.2f}".format(name, *timed(work)), flush=True)


def _longer(history: History) -> History:
    """The same days once more, later: for a measure of time alone."""
    shift = timedelta(days=7 * ((history.days[-1].date - history.days[0].date).days // 7 + 1))
    more = tuple(Day(day.date + shift, day.kind) for day in history.days)
    counts = np.vstack([history.counts, history.counts])
    return History(history.queue, history.days + more, counts, np.ones_like(counts))


def report(histories: Sequence[History], starts: dict[str, int], days: int) -> None:
    """All tables."""
    count = len(histories[0].days)
    for title, first in starts.items():
        show(f"{title}: {count - first} days", rolled(histories, range(first, count), days))
    speed(max(histories, key=lambda one: float(one.counts.sum())))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "--calls", type=Path, help="a CSV file of ts,calls every five minutes, or one gzipped"
    )
    parser.add_argument("--days", type=int, default=90, help="days that a forecast may look back")
    parser.add_argument("--no-calendar", action="store_true")
    given = parser.parse_args()
    print(f"through the day at {', '.join(map(str, HOURS))} h: the half hours that are left")
    if given.calls is None:
        histories = list(month().values())
        largest = max(histories, key=lambda one: float(one.counts.sum()))
        show("all queues: 14 days", rolled(histories, range(14, 28), given.days))
        report([largest], {f"queue {largest.queue}": 14}, given.days)
        return
    history = read(given.calls, not given.no_calendar)
    starts = {"rolling": FIRST, "held out at the end": len(history.days) - HELD}
    report([history], starts, given.days)


if __name__ == "__main__":
    main()
