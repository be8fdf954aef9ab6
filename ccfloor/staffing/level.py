"""How many calls a day will bring: the logarithm of its level as a sum of effects, each with its usual size.

The effects (group of days, weekday, first and last days of a month, first day after days off, a level that
drifts over weeks and over days, what is peculiar to one day) are normal with the deviations below, so the
forecast is the best linear predictor of them (Gaussian process regression), and its variance comes with it.
Counts enter by the working response of a Poisson regression: a day of few calls tells less. How large drift
and peculiarity are beside these values is taken from the history by its likelihood.
"""

from calendar import monthrange
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ccfloor.staffing.days import Day, Grid, Kind, Row

# standard deviations of a level's logarithm
_WHOLE, _GROUP, _WEEKDAY, _CALENDAR, _TREND = 1.0, 1.0, 0.15, 0.12, 0.05
_WEEKS, _DAYS, _ONE_DAY = 0.04, 0.03, 0.025
_WEEKS_LONG, _DAYS_LONG, _MONTH = 30.0, 2.0, 30.0  # days
_SIZES = (0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0, 5.6, 8.0)
_SIZE_SPREAD = 0.5  # deviation of the logarithm of the size from 0 before anything is known of a queue
_BORROWED = 0.3  # more deviation where days of another group stand in
_PART_SHAPE = 0.1  # how far a part of a day is off the whole of it
_TURNS = 5
_SETTLED = 3  # turns after which days far off are looked for
_FAR = 3.0  # deviations from what the other days say at which a day tells less


class Level(NamedTuple):
    """``calls`` of a whole day as expected; ``variance`` of its logarithm."""

    calls: float
    variance: float


class Sums(NamedTuple):
    """By day: ``calls``, and the share of the day's usual calls that were ``seen`` (planned factors in)."""

    calls: Row
    seen: Row


def level(days: Sequence[Day], sums: Sums, day: Day, group: str) -> Level:
    """The level of a day after ``days``; ``group``: whose days stand for it.

    Raises ValueError where nothing was seen of any day.
    """
    if not (sums.seen > 0).any():
        raise ValueError("a level needs a day that was seen")
    places = np.flatnonzero(sums.seen > 0)
    days, sums = [days[int(place)] for place in places], Sums(sums.calls[places], sums.seen[places])
    fixed, moving = _likeness([*days, day], [*(one.group for one in days), group])
    centre, start = _start(sums)
    noise = _noise(sums, start)
    size = _size(fixed, moving, start - centre, noise)
    whole = fixed + size**2 * moving
    mean, variance = _solved(whole, sums, centre, start)
    if group != day.group:
        variance += _BORROWED**2
    return Level(float(np.exp(np.clip(mean, -50.0, 50.0))), variance)


def _start(sums: Sums) -> tuple[float, Row]:
    """Logarithm of the mean level, and of each day's (a day without calls has half of one)."""
    mean = max(float(sums.calls.sum()), 0.5) / float(sums.seen.sum())
    pulled = (sums.calls + 0.5) / (sums.seen + 0.5 / mean)
    return float(np.log(mean)), np.log(pulled)


def _noise(sums: Sums, mean: Row) -> Row:
    """Variance of a day's count beside its level, as a share of the level squared."""
    expected = np.exp(mean) * sums.seen
    missing = np.maximum(1 - sums.seen, 0.0)
    return 1 / np.maximum(expected, 1e-9) + _PART_SHAPE**2 * missing / sums.seen


def _solved(whole: Grid, sums: Sums, centre: float, mean: Row) -> tuple[float, float]:
    """Mean and variance of the last day's logarithm, after some turns of reweighting."""
    inner, cross = whole[:-1, :-1], whole[-1, :-1]
    extra = np.zeros(len(mean))
    for turn in range(_TURNS):
        noise = _noise(sums, mean) + extra
        expected = np.exp(mean) * sums.seen
        answer = mean - centre + _step(sums.calls / np.maximum(expected, 1e-9))
        inverse: Grid = np.asarray(np.linalg.inv(inner + np.diag(noise)), dtype=np.float64)
        pull: Row = inverse @ answer
        if turn == _SETTLED:
            extra = _surprise(inverse, pull)
        mean = np.clip(centre + inner @ pull, centre - 20.0, centre + 20.0)
    variance = float(whole[-1, -1] - cross @ inverse @ cross)
    return centre + float(cross @ pull), max(variance, 1e-8)


def _step(ratio: Row) -> Row:
    """How far a count lies off in logarithms, to first order; far above only as its logarithm grows."""
    return np.where(ratio > 2, 1 + np.log(np.maximum(ratio, 2.0) / 2), ratio - 1)


def _surprise(inverse: Grid, pull: Row) -> Row:
    """Variance to add to days that are far off what all others say of them (left out one by one)."""
    variance = 1 / np.diag(inverse)
    off = (pull * variance) ** 2
    return np.maximum(off - _FAR**2 * variance, 0.0)


def _size(fixed: Grid, moving: Grid, answer: Row, noise: Row) -> float:
    """How large drift and peculiarity are: the geometric mean of some sizes, weighted by their likelihood."""
    sizes, likely = np.log(_SIZES), np.empty(len(_SIZES))
    for place, size in enumerate(_SIZES):
        inner = fixed[:-1, :-1] + size**2 * moving[:-1, :-1] + np.diag(noise)
        factor = np.linalg.cholesky(inner)
        scaled = np.linalg.solve(factor, answer)
        likely[place] = -0.5 * float(scaled @ scaled) - float(np.log(np.diag(factor)).sum())
    likely -= 0.5 * (sizes / _SIZE_SPREAD) ** 2
    weights = np.exp(likely - likely.max())
    return float(np.exp(weights @ sizes / weights.sum()))


def _likeness(days: Sequence[Day], groups: Sequence[str]) -> tuple[Grid, Grid]:
    """Covariances of the days' logarithms: of effects of usual size, and of those whose size is learned."""
    at = np.array([one.date.toordinal() for one in days], dtype=np.float64)
    apart = np.abs(at[:, None] - at)
    since = (at - at[-1]) / _MONTH
    columns = [_CALENDAR * column for column in _calendar(days)] + [_TREND * since]
    fixed = _WHOLE**2 * np.ones_like(apart) + _GROUP**2 * _same(groups)
    fixed += _WEEKDAY**2 * _same([_weekday(one) for one in days])
    fixed += sum(np.outer(column, column) for column in columns)
    moving = _WEEKS**2 * np.exp(-apart / _WEEKS_LONG) + _DAYS**2 * np.exp(-apart / _DAYS_LONG)
    return fixed, moving + _ONE_DAY**2 * (apart == 0)


def _same(names: Sequence[str]) -> Grid:
    told = np.array(names)
    return np.asarray(told[:, None] == told, dtype=np.float64)


def _weekday(day: Day) -> str:
    """A shifted workday falls on a weekday that has no workdays, so it has an effect of its own."""
    return day.kind if day.kind in (Kind.SHIFTED, Kind.HOLIDAY) else str(day.date.weekday())


def _calendar(days: Sequence[Day]) -> list[Row]:
    """Effects that a day has or has not: the month's first day, the next three, its end, after days off."""
    number = np.array([one.date.day for one in days])
    left = np.array([monthrange(one.date.year, one.date.month)[1] for one in days]) - number
    told = [number == 1, (number > 1) & (number < 5), np.exp(-left / 2.0), [one.after_off for one in days]]
    return [np.asarray(column, dtype=np.float64) for column in told]
