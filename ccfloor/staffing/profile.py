"""The shape of a day: which share of its calls comes in each half hour.

Shares are ratios of sums over past days, later days counting more (maximum likelihood of level × shape under
Poisson counts), so that half hours that nobody saw, or saw in part, need no filling in. Days of the same
weekday are blended with all days of the group by credibility: each half hour leans on the weekday as far as
the weekday's own counts are worth it. Where calls are few a half hour leans on its neighbours likewise.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ccfloor.staffing.days import Day, Grid, Kind, Past, Row

HALF_LIFE = 45.0  # days in which a day's weight halves
OWN = 0.06  # deviation of a weekday's shares from those of its group, as a share
BEND = 0.15  # deviation of a half hour's share from the mean of its neighbours
DAILY = 0.05  # deviation of one day's shares from its shape
NOISE = 1.3  # variance of a count over its mean
_CLOSED = 4.0  # calls that did not come where the neighbours' came: nobody calls then
_APART = 3.0  # deviations: a half hour so far from its neighbours is another kind of hour
_PASSES = 3


class Shapes(NamedTuple):
    """By (asked day, column): ``share`` of a day's calls, ``days`` that it rests on (effective number)."""

    share: Grid
    days: Grid


def first_shares(past: Past) -> Grid:
    """Shares by (day, column) from all days of each day's group alike."""
    found = np.empty_like(past.counts)
    whole = _filled(past.counts.sum(axis=0), past.weight.sum(axis=0))
    for group in {day.group for day in past.days}:
        mine = past.of(group)
        counts, weight = past.counts[mine].sum(axis=0), past.weight[mine].sum(axis=0)
        found[mine] = _scaled(np.where(weight > 0, _filled(counts, weight), whole))
    return found


def day_sums(past: Past, share: Grid) -> tuple[Row, Row]:
    """By day: calls, and the share of a usual day's calls that were seen (more than 1 in planned peaks)."""
    return past.counts.sum(axis=1), (past.weight * share).sum(axis=1)


def shapes(past: Past, asked: Sequence[Day], group: str, levels: Row) -> Shapes:
    """The shapes of some days, each from days of a group before it; ``levels``: calls of the past days.

    A day without such days before it has no shape: its shares and days are 0.
    """
    mine = past.of(group)
    days = [day for day, is_mine in zip(past.days, mine, strict=True) if is_mine]
    weights = _weights(days, asked)
    same = np.array([_weekday(day) for day in asked])[:, None] == np.array([_weekday(day) for day in days])
    counts, weight = past.counts[mine], past.weight[mine] * levels[mine, None]
    pooled = _smoothed(_ratios(weights, counts, weight))
    own = _ratios(weights * same, counts, weight)
    worth = OWN**2 / (OWN**2 + _variance(own, pooled))
    blend = np.where(own.days > 0, pooled.share + worth * (own.share - pooled.share), pooled.share)
    total = blend.sum(axis=1, keepdims=True)
    share = np.divide(blend, total, out=np.zeros_like(blend), where=total > 0)
    return Shapes(share, pooled.days + worth * (own.days - pooled.days))


class _Ratio(NamedTuple):
    """``calls``: of a column in a mean day; ``days``: the effective number behind."""

    share: Grid
    calls: Grid
    days: Grid


def _weights(days: Sequence[Day], asked: Sequence[Day]) -> Grid:
    at = np.array([day.date.toordinal() for day in days], dtype=np.float64)
    asked_at = np.array([day.date.toordinal() for day in asked], dtype=np.float64)
    age = asked_at[:, None] - at[None, :]
    return np.where(age > 0, 0.5 ** (np.maximum(age, 0.0) / HALF_LIFE), 0.0)


def _weekday(day: Day) -> int:
    """Days of one number are alike. A shifted workday's weekday has no other workdays, holidays have none."""
    return {Kind.SHIFTED: 7, Kind.HOLIDAY: 8}.get(day.kind, day.date.weekday())


def _ratios(weights: Grid, counts: Grid, weight: Grid) -> _Ratio:
    calls, whole = weights @ counts, weights @ weight
    seen = (weight > 0).astype(np.float64)
    total = weights @ seen
    squared = (weights**2) @ seen
    days = np.divide(total**2, squared, out=np.zeros_like(total), where=squared > 0)
    share = np.array([_filled(*pair) for pair in zip(calls, whole, strict=True)]).reshape(calls.shape)
    mean = np.divide(calls, total, out=np.zeros_like(calls), where=total > 0)
    return _Ratio(share, mean, days)


def _variance(of: _Ratio, beside: _Ratio) -> Grid:
    """Of an estimated share, relative to it: its days differ, and its calls are few."""
    calls = np.maximum(np.where(beside.calls > 0, beside.calls, of.calls), 1e-3)
    return (DAILY**2 + NOISE / calls) / np.maximum(of.days, 1e-9)


def _smoothed(of: _Ratio) -> _Ratio:
    """Each column drawn towards its neighbours as far as so few calls would have come if it were like them
    that nobody can tell. What clearly is not like them stays as it is: where a queue opens and closes.
    """
    share, whole = of.share, _per_share(of)
    for _ in range(_PASSES):
        beside = _beside(share)
        alike = np.maximum(beside * whole, 1e-3)
        chance = DAILY**2 / np.maximum(of.days, 1e-9) + NOISE / alike
        worth = BEND**2 / (BEND**2 + chance)
        closed = (of.share <= 0) & (alike > _CLOSED)
        apart = np.abs(of.share - beside) > _APART * beside * np.sqrt(BEND**2 + chance)
        drawn = worth * of.share + (1 - worth) * beside
        share = np.where(closed | apart | (beside <= 0), of.share, drawn)
    return of._replace(share=share)


def _beside(share: Grid) -> Grid:
    """The mean of both neighbours; where one has no calls, of the other and the column itself."""
    left = np.concatenate([share[:, :1], share[:, :-1]], axis=1)
    right = np.concatenate([share[:, 1:], share[:, -1:]], axis=1)
    beside: Grid = (np.where(left > 0, left, share) + np.where(right > 0, right, share)) / 2
    return beside


def _per_share(of: _Ratio) -> Grid:
    """Calls that all days together would have in a column with the whole share."""
    total = of.share.sum(axis=1, keepdims=True)
    calls = (of.calls * of.days).sum(axis=1, keepdims=True)
    whole: Grid = np.divide(calls, total, out=np.zeros(total.shape), where=total > 0)
    return whole


def _filled(counts: Row, weight: Row) -> Row:
    """Ratios; columns that nobody ever saw lie between those beside them."""
    known = np.flatnonzero(weight > 0)
    if not len(known):
        return np.zeros_like(counts)
    ratio = counts[known] / weight[known]
    return np.asarray(np.interp(np.arange(len(counts)), known, ratio), dtype=np.float64)


def _scaled(share: Row) -> Row:
    total = share.sum()
    return share / total if total > 0 else np.full_like(share, 1 / max(len(share), 1))
