"""A bank's month of half hours, and forecasts of it made as its days went by, beside what is simple.

A day is forecast from the days before it; during the day from its calls up to an hour. Nothing else is told.
"""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ccfloor.staffing.days import Day, History, Kind, Row
from ccfloor.staffing.score import Score, score
from ccfloor.staffing.volume import day_ahead, update

MONTH = Path(__file__).parent / "bank_half_hours.csv"
OURS, WEEK, FOUR, RATIO, BEFORE = "forecast", "last week", "four-week mean", "ratio scaling", "day before"
HOURS = (10, 12, 14, 16)
AHEAD = "day ahead"
OFF = (4, 5)  # the bank's weekend is Friday and Saturday


class Case(NamedTuple):
    """``when``: day ahead, or the hour of the day; ``how``: by what."""

    when: str
    how: str


def month() -> dict[str, History]:
    """Queue → its 28 days."""
    found: dict[str, list[tuple[date, list[int]]]] = {}
    with MONTH.open(encoding="utf-8") as file:
        for row in list(csv.reader(line for line in file if not line.startswith("#")))[1:]:
            found.setdefault(row[1], []).append((date.fromisoformat(row[0]), [int(text) for text in row[2:]]))
    return {queue: _history(queue, days) for queue, days in found.items()}


def _history(queue: str, days: Sequence[tuple[date, list[int]]]) -> History:
    made = tuple(Day(day, Kind.WEEKEND if day.weekday() in OFF else Kind.WORKDAY) for day, _ in days)
    counts = np.array([row for _, row in days], dtype=np.float64)
    return History(queue, made, counts, np.ones_like(counts))


def cut(history: History, most: int, place: int) -> History:
    """The last ``most`` days before the one at a place."""
    part = slice(max(0, place - most), place)
    return History(history.queue, history.days[part], history.counts[part], history.seen[part])


def weeks_before(history: History, place: int, weeks: int) -> Row:
    """The mean of this weekday in so many weeks before; where it was off in all of them, further back."""
    known = {day.date: at for at, day in enumerate(history.days[:place])}
    at = history.days[place].date
    told = [known.get(at - timedelta(days=7 * back)) for back in range(1, 9)]
    found = [one for one in told[:weeks] if one is not None] or [one for one in told if one is not None][:1]
    mean: Row = history.counts[found].mean(axis=0)
    return mean


def scaled(base: Row, counts: Row, column: int) -> Row:
    """A forecast times the ratio of the calls so far to what it had for them."""
    expected = base[:column].sum()
    return base * (counts[:column].sum() / expected) if expected > 0 else base


def tried(history: History, place: int, most: int) -> dict[Case, Score]:
    """How each does on one day, in the half hours in which calls ever came."""
    past, actual = cut(history, most, place), history.counts[place]
    ahead = day_ahead(past, history.days[place])
    assert ahead is not None
    four = weeks_before(history, place, 4)
    open_ = past.counts.sum(axis=0) + actual > 0
    found = {
        Case(AHEAD, OURS): score(actual[open_], ahead.mean[open_], (ahead.low[open_], ahead.high[open_])),
        Case(AHEAD, FOUR): score(actual, four),
        Case(AHEAD, WEEK): score(actual, weeks_before(history, place, 1)),
    }
    for hour in HOURS:
        column, when = hour * 2, f"{hour}:00"
        rest = (np.arange(len(actual)) >= column) & open_
        seen = (np.arange(len(actual)) < column).astype(np.float64)
        now = update(ahead, actual * seen, seen, column)
        found[Case(when, OURS)] = score(actual[rest], now.mean[rest], (now.low[rest], now.high[rest]))
        found[Case(when, RATIO)] = score(actual[column:], scaled(four, actual, column)[column:])
        found[Case(when, BEFORE)] = score(actual[column:], ahead.mean[column:])
    return found


def rolled(histories: Iterable[History], places: Sequence[int], most: int = 120) -> dict[Case, Score]:
    """All days at some places of all queues together."""
    found: dict[Case, Score] = {}
    for history in histories:
        for place in places:
            for case, one in tried(history, place, most).items():
                found[case] = found.get(case, Score()).plus(one)
    return found


def wape(found: dict[Case, Score], when: str, how: str) -> float:
    """Of one case, where there were calls."""
    told = found[Case(when, how)].wape
    assert told is not None
    return told
