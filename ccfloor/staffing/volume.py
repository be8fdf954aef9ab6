"""How many calls will come (来话量预测): per queue and half hour, a day ahead and as the day goes on.

A forecast is a shape (``profile``) times a level (``level``) times the planned peaks; its band comes from how
sure the level is, how days wander about their shape (``spread``), and chance. During the day ``update``
learns from what has come (``intraday``).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccfloor.staffing.days import HALF_HOUR_S, Day, Grid, History, Kind, Past, Row, made_ready, stands_in
from ccfloor.staffing.intraday import Outlook, learned
from ccfloor.staffing.level import Level, Sums, level
from ccfloor.staffing.opening import before, opening
from ccfloor.staffing.profile import Shapes, day_sums, first_shares, shapes
from ccfloor.staffing.spread import Habit, Trial, habit
from ccfloor.staffing.strange import ordinary

MOST_DAYS = 120  # of a history that are looked at
USEFUL_DAYS = 14
_HABIT_DAYS = 60
_COMMON = 0.25  # of the variance of a day's level, at least, is common to all half hours


class How(StrEnum):
    """What a forecast rests on."""

    PATTERN = "pattern"  # two weeks or more
    WEEKDAY = "weekday"  # less, but this weekday was there
    FEW = "few"  # less than that


class Basis(NamedTuple):
    """``days``: that gave the shape, from ``first`` to ``last``; ``weekday``: of them, on the same weekday.

    ``kind``: of the days used; ``borrowed``: the day's own kind had none, so these stand in.
    """

    how: How
    days: int
    weekday: int
    kind: Kind
    borrowed: bool
    first: date
    last: date


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """One queue, one day; by column (half hours of the local clock).

    ``mean``: calls expected; ``low``..``high``: what holds the count four times out of five. ``level_cv``:
    how wrong the rest of the day may be all together, as a share. ``upto``: columns that are over, which keep
    what was forecast of them. ``now``: what the figures come from; ``ahead``: the same before the day.
    """

    queue: str
    day: Day
    mean: Row
    low: Row
    high: Row
    level_cv: float
    basis: Basis
    upto: int
    now: Outlook
    ahead: Outlook


def day_ahead(history: History, day: Day) -> Forecast | None:
    """The forecast of a day from the days before it; None where nothing was ever seen of the queue."""
    past = ordinary(made_ready(history, day, MOST_DAYS))
    group = stands_in(day, past)
    if not group:
        return None
    shares = first_shares(past)
    calls, seen = day_sums(past, shares)
    found = level(past.days, Sums(calls, seen), day, group)
    recent = np.flatnonzero(past.of(group))[-_HABIT_DAYS:]
    per_day = np.divide(calls, seen, out=np.zeros_like(calls), where=seen > 0)
    made = shapes(past, [*(past.days[place] for place in recent), day], group, per_day)
    known = habit(_trial(past, recent, made, per_day))
    outlook = _opened(_outlook(day, found, made, known), past, group, day, made.share[-1])
    return _forecast(history.queue, day, outlook, _basis(past, day, group))


def update(forecast: Forecast, counts: Row, seen: Row, upto: int) -> Forecast:
    """What is left of the day after all its calls so far, by column, as in a history.

    ``upto``: columns that are over; the one that runs may have been seen in part and is told anew as a whole.
    Call it with everything since the day began: it starts from the forecast of the day before.
    Raises ValueError on shapes that do not fit.
    """
    width = len(forecast.mean)
    if np.shape(counts) != (width,) or np.shape(seen) != (width,):
        raise ValueError(f"{forecast.queue}: counts of {width} columns are needed")
    later = np.arange(width) >= upto
    lengths = forecast.day.lengths(width)
    share = np.divide(seen, lengths, out=np.zeros(width), where=lengths > 0)
    now = learned(forecast.ahead, np.where(share > 0, counts, 0.0), np.minimum(share, 1.0), later)
    low, high = now.band()
    return replace(
        forecast, mean=now.mean, low=low, high=high, level_cv=now.level_cv(later), upto=upto, now=now
    )


def steady(forecast: Forecast) -> Forecast:
    """Without what a rush (突发话务) of today brings: how the day goes on after it. Its band is left."""
    now = forecast.now.steady
    if now is None:
        return forecast
    later = np.arange(len(forecast.mean)) >= forecast.upto
    return replace(forecast, mean=now.mean, level_cv=now.level_cv(later), now=now)


class Course(NamedTuple):
    """``rates``: calls a second in each step. ``level_cv``: how wrong they may be all together, as a share,
    beside the chance of a Poisson process.
    """

    rates: tuple[float, ...]
    level_cv: float


def course(
    forecast: Forecast, at: float, step_s: float, horizon_s: float, after: Forecast | None = None
) -> Course:
    """Rates from ``at`` (epoch seconds) on in steps of ``step_s``, for a simulation.

    Past the end of the day they are those of ``after``, the next day's forecast; without one the day's last
    half hour goes on.
    """
    edges: Row = at + step_s * np.arange(max(1.0, np.ceil(horizon_s / step_s)) + 1)
    told = [_calls(forecast, edges, last=after is None)]
    if after is not None:
        told.append(_calls(after, edges, first=False))
    total = sum(part.sum() for part in told)
    steps = sum(part.sum(axis=0) for part in told) / step_s
    whose = [one for one in (forecast, after) if one is not None]
    wrong = sum(_deviation(one, part.sum(axis=1)) for one, part in zip(whose, told, strict=True))
    level_cv = float(wrong / total) if total > 0 else forecast.level_cv
    return Course(tuple(float(rate) for rate in steps), level_cv)


def _calls(forecast: Forecast, edges: Row, first: bool = True, last: bool = True) -> Grid:
    """Expected calls by (column, step); ``first``/``last``: the outer half hours go on beyond the day."""
    width = len(forecast.mean)
    places, lengths = forecast.day.places(width), forecast.day.lengths(width)
    starts = forecast.day.begins + HALF_HOUR_S * np.arange(len(places))
    ends = starts + HALF_HOUR_S
    if first:
        starts[0] = -np.inf
    if last:
        ends[-1] = np.inf
    inside = np.minimum(ends[:, None], edges[1:]) - np.maximum(starts[:, None], edges[:-1])
    rates = forecast.mean[places] / (lengths[places] * HALF_HOUR_S)
    found = np.zeros((width, len(edges) - 1))
    np.add.at(found, places, rates[:, None] * np.clip(inside, 0.0, None))
    return found


def _deviation(forecast: Forecast, calls: Row) -> float:
    """Of the number of calls, beside a Poisson process."""
    spread = calls @ forecast.now.covariance @ calls + (forecast.now.noise - 1) * calls.sum()
    return float(np.sqrt(max(float(spread), 0.0)))


def _outlook(day: Day, found: Level, made: Shapes, known: Habit) -> Outlook:
    """The level's variance holds what wandering does to the day's total: no more than the rest is common."""
    share, days = made.share[-1], np.maximum(made.days[-1], 1.0)
    width = len(share)
    wander, weights = known.covariance(), share / max(float(share.sum()), 1e-12)
    common = max(found.variance - float(weights @ wander @ weights), _COMMON * found.variance)
    rough = (np.diag(wander) + known.noise / np.maximum(found.calls * share, 1e-3)) / days
    mean = found.calls * share * day.lengths(width) * day.factors(width)
    return Outlook(mean, common + wander + np.diag(rough), known.noise)


def _opened(outlook: Outlook, past: Past, group: str, day: Day, share: Row) -> Outlook:
    """With the half hours in which such days never had a call: they may have some on this one."""
    width = len(outlook.mean)
    found = opening(past, group, share, day.lengths(width) * day.factors(width))
    if found is None:
        return outlook
    mean, covariance = before(found)
    either = found.shut[:, None] | found.shut
    return outlook._replace(
        mean=np.where(found.shut, mean, outlook.mean),
        covariance=np.where(either, covariance, outlook.covariance),
        opening=found,
    )


def _trial(past: Past, places: NDArray[np.int64], made: Shapes, per_day: Row) -> Trial:
    """How the shapes of past days did, those of whole days."""
    calls = per_day[places, None] * past.weight[places]
    days = np.where(past.weight[places].min(axis=1, keepdims=True) > 0, made.days[:-1], 0.0)
    return Trial(past.counts[places], calls * made.share[:-1], days, calls * made.share[-1])


def _forecast(queue: str, day: Day, outlook: Outlook, basis: Basis) -> Forecast:
    low, high = outlook.band()
    every = np.ones(len(outlook.mean), dtype=np.bool_)
    cv = outlook.level_cv(every)
    return Forecast(queue, day, outlook.mean, low, high, cv, basis, 0, outlook, outlook)


def _basis(past: Past, day: Day, group: str) -> Basis:
    used: Sequence[Day] = [one for one in past.days if one.group == group]
    weekday = sum(one.date.weekday() == day.date.weekday() and one.kind == day.kind for one in used)
    span = (day.date - past.days[0].date).days
    how = How.PATTERN if span >= USEFUL_DAYS else How.WEEKDAY if weekday else How.FEW
    kind, _ = Counter(one.kind for one in used).most_common(1)[0]
    return Basis(how, len(used), weekday, kind, group != day.group, used[0].date, used[-1].date)
