"""Half hours in which days of a kind never had a call: closed so far, which is not closed for certain.

A floor opens on a holiday, on its first Sunday, for longer hours. Most likely all is as ever, and of so many
days without a call half a call is left to expect (Jeffreys); or it is open today, as busy as other kinds of
days are then. Both levels are gamma distributed, so that what has come weighs one against the other in closed
form: a stray call opens nothing, a few near each other do, and then the calls themselves say how many come.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ccfloor.staffing.days import Grid, Past, Row

_SHAPE = 0.5  # of both levels
_SPREAD = 8.0  # variance of a level, as a share of its square: beyond it says no more than "few, or many"
_KNOWN = 0.1  # calls in a half hour of another kind of day, from which it is taken to be open then
_FADES = 0.75  # half an hour later, where no day of any kind was ever open

Flags = NDArray[np.bool_]


class Opening(NamedTuple):
    """By column: ``calls`` that would come if it were open (0: it is one that has calls anyway), ``run``:
    columns of one number open together, ``fades``: no kind of day is open then. ``days``: that never had a
    call in them.
    """

    calls: Row
    run: NDArray[np.int64]
    fades: Flags
    days: float

    @property
    def shut(self) -> Flags:
        """Columns that never had a call."""
        found: Flags = self.calls > 0
        return found


class Likely(NamedTuple):
    """Of the level beside that of an open day: ``usual`` while all is as ever, ``opened`` if it is open, with
    the chance of that.
    """

    usual: float
    opened: float
    chance: float

    def moments(self, fade: Row) -> tuple[Row, Row]:
        """Mean, and variance as a share of its square, where an opening is so much of one (0..1)."""
        opened = self.opened * fade
        mean = (1 - self.chance) * self.usual + self.chance * opened
        square = (1 - self.chance) * self.usual**2 + self.chance * opened**2
        own = (1 - self.chance) * self._own(self.usual) + self.chance * self._own(opened)
        return mean, np.minimum((square + own) / mean**2 - 1, _SPREAD)

    @staticmethod
    def _own(level: Row | float) -> Row | float:
        return level**2 / _SHAPE


def opening(past: Past, group: str, share: Row, times: Row) -> Opening | None:
    """The columns without a ``share`` in the calls of a group's day; None where there is none.

    ``times``: by column, half hours that it lasts, times its planned factor.
    """
    called = _called(past)
    shut = (share <= 0) & (times > 0)
    if not (shut.any() and (called > 0).any()):
        return None
    known = called >= min(_KNOWN, float(called.max()))
    calls = np.where(shut, _nearest(called, known) * times, 0.0)
    change = np.diff(shut * 1 + (shut & known), prepend=-1) != 0
    return Opening(calls, np.cumsum(change), shut & ~known, float(past.of(group).sum()))


def _called(past: Past) -> Row:
    """Calls in a half hour of the kind of day that has most of them then."""
    found = np.zeros(past.counts.shape[1])
    for group in {day.group for day in past.days}:
        mine = past.of(group)
        counts, weight = past.counts[mine].sum(axis=0), past.weight[mine].sum(axis=0)
        found = np.maximum(found, np.divide(counts, weight, out=np.zeros_like(counts), where=weight > 0))
    return found


def _nearest(called: Row, known: Flags) -> Row:
    """The calls of a column, or of the nearest one that is known."""
    places = np.flatnonzero(known)
    apart = np.abs(np.arange(len(called))[:, None] - places)
    nearest: Row = called[places[apart.argmin(axis=1)]]
    return nearest


def likely(of: Opening, calls: float, expected: float) -> Likely:
    """After ``calls`` where ``expected`` would have come if it were open."""
    usual, opened = of.days * float(of.calls.sum()), _SHAPE  # open calls that each is worth
    chance = _SHAPE / max(usual, 2 * _SHAPE)  # so that it brings half a call in so many days, too
    told = (_SHAPE + calls) * (np.log(usual + expected) - np.log(opened + expected))
    told += _SHAPE * (np.log(opened) - np.log(usual)) + np.log(chance) - np.log1p(-chance)
    came = _SHAPE + calls
    return Likely(came / (usual + expected), came / (opened + expected), float(expit(told)))


def before(of: Opening) -> tuple[Row, Grid]:
    """Calls by column before anything is known of the day, and the covariance of their level."""
    mean, variance = likely(of, 0.0, 0.0).moments(np.ones_like(of.calls))
    return of.calls * mean, _together(of, variance)


def learned(of: Opening, counts: Row, seen: Row, later: Flags) -> tuple[Row, Grid, Flags]:
    """The same of the ``later`` columns after ``counts``, and which columns have learned at all.

    ``seen``: share of each column that was counted. Columns that open together learn of each other.
    """
    mean, variance = np.zeros_like(of.calls), np.zeros_like(of.calls)
    told = np.zeros(len(mean), dtype=np.bool_)
    for run in np.unique(of.run[of.shut & (seen > 0)]):
        mine = of.shut & (of.run == run)
        apart = np.arange(len(mean)) - np.flatnonzero(mine & (seen > 0))[-1]
        fade = np.where(of.fades, _FADES ** np.abs(apart), 1.0)
        weight = np.where(mine, fade, 0.0)
        found = likely(of, float(weight @ counts), float(weight @ (of.calls * seen)))
        level, spread = found.moments(fade)
        mine &= later
        mean[mine], variance[mine], told[mine] = (of.calls * level)[mine], spread[mine], True
    return mean, _together(of, variance), told


def _together(of: Opening, variance: Row) -> Grid:
    """Covariance of columns that open together, 0 elsewhere."""
    deviation = np.sqrt(np.where(of.shut, variance, 0.0))
    together: Grid = np.outer(deviation, deviation) * (of.run[:, None] == of.run)
    return together
