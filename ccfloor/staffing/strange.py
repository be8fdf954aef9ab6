"""Half hours of the past in which far more called than on such a day at such a time: rushes (突发话务).

A rush that nobody planned says nothing of the next ordinary day. Counted in, it would be foretold for ever
after at that weekday and time, a little each. So these half hours count as not seen, as those of an outage.
What comes back is no rush: a half hour is measured against its own weekday's usual share, too.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ccfloor.staffing.days import Grid, Past, Row

Flags = NDArray[np.bool_]
_FAR = 3.5  # deviations above what was expected
_BESIDE = 1.5  # of them beside a half hour that is so far above: a rush begins and ends within one
_WANDERS = 0.08  # deviation of a half hour's rate about its day's course, as a share
_NOISE = 1.3  # variance of a count over its rate
_TURNS = 3
_MOST = 1 / 3  # of a day's seen half hours: where more are far above, the day itself is another one
_LEAST_DAYS = 5  # of a group: else nobody knows what is usual


def ordinary(past: Past) -> Past:
    """The past without its rushes: their counts and weights are 0."""
    kept = past.weight > 0
    for group in sorted({day.group for day in past.days}):
        rows = np.flatnonzero(past.of(group))
        if len(rows) >= _LEAST_DAYS:
            kept[rows] &= ~_rushes(past, rows)
    return past._replace(counts=np.where(kept, past.counts, 0.0), weight=np.where(kept, past.weight, 0.0))


def begun(floor: Sequence[Past]) -> tuple[int, float]:
    """How many rushes began, and in how many hours that had calls: one of several queues at once is one.

    ``floor``: its queues, on the same days and half hours.
    """
    if not floor:
        return 0, 0.0
    far = np.any([(past.weight > 0) & (ordinary(past).weight == 0) for past in floor], axis=0)
    called = np.any([past.counts.sum(axis=0) > 0 for past in floor], axis=0)
    before = np.column_stack([np.zeros(len(far), dtype=np.bool_), far[:, :-1]])
    seen = np.max([past.weight for past in floor], axis=0)
    return int((far & ~before).sum()), float(seen[:, called].sum()) / 2


def _rushes(past: Past, rows: NDArray[np.intp]) -> Flags:
    counts, weight = past.counts[rows], past.weight[rows]
    weekdays = np.array([past.days[int(row)].date.weekday() for row in rows])
    far = np.zeros(counts.shape, dtype=np.bool_)
    for _ in range(_TURNS):
        expected = _expected(np.where(far, 0.0, counts), np.where(far, 0.0, weight), weight, weekdays)
        spread = np.sqrt(_NOISE * np.maximum(expected, 1.0) + (_WANDERS * expected) ** 2)
        above = np.where(weight > 0, (counts - expected) / spread, 0.0)
        found = above > _FAR
        found |= (above > _BESIDE) & _beside(found)
        found[found.sum(axis=1) > _MOST * (weight > 0).sum(axis=1)] = False
        if (found == far).all():
            break
        far = found
    return far


def _expected(counts: Grid, told: Grid, weight: Grid, weekdays: NDArray[np.int64]) -> Grid:
    """By day and half hour: the day's level times the usual share, of all days or its weekday's if higher."""
    share = _ratio(counts.sum(axis=0), told.sum(axis=0))
    level: Row = _ratio(counts.sum(axis=1), told @ share)
    scale = np.where(told > 0, told * level[:, None], np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.where(scale > 0, counts / scale, np.nan)
    usual = np.tile(share, (len(counts), 1))
    for weekday in set(weekdays.tolist()):
        mine = np.flatnonzero(weekdays == weekday)
        usual[mine] = np.fmax(usual[mine], _median(shares[mine]))
    found: Grid = level[:, None] * usual * weight
    return found


def _beside(found: Flags) -> Flags:
    near = np.zeros_like(found)
    near[:, 1:] |= found[:, :-1]
    near[:, :-1] |= found[:, 1:]
    return near


def _median(shares: Grid) -> Row:
    """By half hour; 0 where less than three days tell."""
    known = np.isfinite(shares).sum(axis=0) >= 3
    return np.where(known, np.nanmedian(np.where(known, shares, 0.0), axis=0), 0.0)


def _ratio(of: Row, by: Row) -> Row:
    return np.divide(of, by, out=np.zeros_like(of), where=by > 0)
