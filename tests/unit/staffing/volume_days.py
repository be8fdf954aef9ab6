"""Days of a queue made up for tests: a known shape and level, Poisson counts of a fixed seed."""

from datetime import date, timedelta

import numpy as np

from ccfloor.staffing.days import Day, Grid, History, Kind, Row

MONDAY = date(2026, 3, 2)
MIDNIGHT = 1_772_380_800.0  # its first instant in Shanghai
WEEK = np.array([1.2, 1.05, 1.0, 1.0, 0.95, 0.4, 0.25])  # of a usual day's calls


def shape() -> Row:
    """Shares of 48 half hours: open from 8 to 22 h, most calls before noon, a dip at lunch."""
    found = np.zeros(48)
    found[16:44] = 1 + 2 * np.sin(np.linspace(0, np.pi, 28)) + np.linspace(1, 0, 28)
    found[24:27] *= 0.7
    return found / found.sum()


def day(number: int, **other: object) -> Day:
    """So many days after the first Monday; what the calendar says of a plain week, unless told otherwise."""
    at = MONDAY + timedelta(days=number)
    kind = Kind.WEEKEND if at.weekday() > 4 else Kind.WORKDAY
    told = {"date": at, "kind": kind, "begins": MIDNIGHT + 86_400 * number} | other
    return Day(**told)  # type: ignore[arg-type]


def truth(days: int, size: float, growth: float = 0.0) -> Grid:
    """Expected calls by day and half hour; ``growth``: share a month."""
    numbers = np.arange(days)
    level = size * WEEK[numbers % 7] * (1 + growth) ** (numbers / 30)
    return level[:, None] * shape()


def lived(days: int, size: float = 1000.0, growth: float = 0.0, busy: float = 0.04, seed: int = 1) -> History:
    """A history of such days; ``busy``: deviation of a day's level by chance."""
    dice = np.random.default_rng(seed)
    rates = truth(days, size, growth) * np.exp(dice.normal(0, busy, days))[:, None]
    counts = dice.poisson(rates).astype(np.float64)
    return History("sales", tuple(map(day, range(days))), counts, np.ones_like(counts))


def but(history: History, counts: Grid | None = None, seen: Grid | None = None, **days: Day) -> History:
    """The same with other counts, shares, or days (``d12``: the one of that number)."""
    told = list(history.days)
    for name, other in days.items():
        told[int(name[1:])] = other
    return History(
        history.queue,
        tuple(told),
        history.counts if counts is None else counts,
        history.seen if seen is None else seen,
    )


def first(history: History, days: int) -> History:
    """Its first days."""
    return History(history.queue, history.days[:days], history.counts[:days], history.seen[:days])
