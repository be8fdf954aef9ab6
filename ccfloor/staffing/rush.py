"""Whether a rush (突发话务) is on, how large it is, and what the ordinary course is beside it.

The last half hour is told in two quarters of an hour. In it a queue has had its ordinary course, or a rush
that began, or ended, or lasts: all of these, in pieces of five minutes, with sizes near ones likelier than
far ones (Cauchy on a logarithm; below 1 callers stay away), are weighed by how well they explain the calls
(Poisson). A rush is a queue's own or that of the others, too: what they say of theirs stands for half of what
may be. Ordinary courses wander about the forecast as far as that is unsure. Pure; sums over a fixed grid.
"""

from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from math import exp, log, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

LASTS_S = 3000.0  # a rush that is on goes on for so long, on average, and is hardly over at once (Erlang)
_ENDS_S = 3600.0  # and one of the last half hour ended by chance
_PIECE_S, _PIECES = 300.0, 6
_ON, _STARTS = 0.06, 0.008  # how often one is on, and begins in a piece
_WIDTH = 0.7  # half of them are between half and twice the ordinary course
_TOGETHER = 0.5  # how often a rush of the others is this queue's, too
_TELLING = 1.0  # calls expected: where none came of fewer, nothing is known
_WANDER = 0.05  # half hours wander so far about their day's level, as a share
_LEAST_CV = 0.02
_LOGS = np.linspace(log(0.02), log(1e4), 320)
_SIZES = np.exp(_LOGS)
_NODES = 16
_SIDE = 1.2816  # deviations to either side that hold four in five

Row = NDArray[np.float64]


class Quarters(NamedTuple):
    """A queue's last half hour: ``calls`` of its two quarters, the last one last, and those ``expected`` of
    its ordinary course in what was seen. ``cv``: how wrong the level of that may be, as a share. ``fresh``:
    share of the half hour that this level has not learned of.
    """

    calls: tuple[float, float]
    expected: tuple[float, float]
    cv: float
    fresh: float = 0.0


class Found(NamedTuple):
    """Levels are times the expected course. ``steady``, ``steady_cv``: of the ordinary one, and how unsure.
    ``share``: how likely a rush is on now; ``size``, ``size_cv``: its level. ``low``..``high`` hold the level
    now four times out of five.
    """

    steady: float
    steady_cv: float
    share: float
    size: float
    size_cv: float
    low: float
    high: float

    @property
    def level(self) -> float:
        """The level now, whatever is on."""
        return self.steady + self.share * (self.size - self.steady)


class _Tales(NamedTuple):
    """What may have been: ``parts`` of the quarters in which the rush was on, by (tale, quarter); whether it
    is ``on`` now; ``chance``.
    """

    parts: Row
    on: NDArray[np.bool_]
    chance: Row


def find(floor: Sequence[Quarters]) -> list[Found]:
    """Of every queue. Raises ValueError on numbers below 0."""
    for one in floor:
        if min(*one.calls, *one.expected, one.cv, one.fresh) < 0:
            raise ValueError("calls and expected calls are not negative")
    return [_found(one, _whole([*floor[:place], *floor[place + 1 :]])) for place, one in enumerate(floor)]


def left(at_s: float) -> float:
    """How likely a rush that is on still is after so many seconds."""
    return (1 + 2 * at_s / LASTS_S) * exp(-2 * at_s / LASTS_S)


def _found(one: Quarters, others: Quarters | None) -> Found:
    on = _tales().on
    told = _posterior(one, others) if _telling(one) else np.zeros((len(on), len(_SIZES)))
    by_size = told[on].sum(axis=0)
    share = float(by_size.sum())
    steady, cv = _steady(one, share)
    if share < 1e-6:
        return Found(steady, cv, 0.0, steady, 0.0, *_band(steady, cv))
    by_size /= share
    size = float(by_size @ _SIZES)
    spread = sqrt(float(by_size @ (_SIZES - size) ** 2))
    return Found(steady, cv, share, size, spread / size, *_mixed_band(steady, cv, share, by_size))


def _posterior(one: Quarters, others: Quarters | None) -> Row:
    """The share of each (tale, size)."""
    likely = _likely(one)
    alone = _prior() * np.exp(likely - likely.max())
    if others is not None:
        theirs = _likely(others)
        shared = _prior() * np.exp(theirs - theirs.max())
        shared = shared / shared.sum() * np.exp(likely - likely.max())
        alone = (1 - _TOGETHER) * alone + _TOGETHER * shared
    found: Row = alone / alone.sum()
    return found


def _whole(queues: Sequence[Quarters]) -> Quarters | None:
    """Queues as one; None where too few calls are expected to tell."""
    expected = sum(sum(one.expected) for one in queues)
    if expected < _TELLING:
        return None
    cv = sum(sum(one.expected) * max(one.cv, _LEAST_CV) for one in queues) / expected
    first, last = (sum(one.calls[place] for one in queues) for place in (0, 1))
    before, now = (sum(one.expected[place] for one in queues) for place in (0, 1))
    return Quarters((first, last), (before, now), cv)


@cache
def _tales() -> _Tales:
    """None; or a rush that began before the half hour or in one of its pieces, and ended in one or not."""
    goes_on, half = exp(-_PIECE_S / _ENDS_S), _PIECES // 2
    begins = [(0, _ON), *((piece, _STARTS) for piece in range(_PIECES))]
    parts, on, chance = [(0.0, 0.0)], [False], [1 - sum(share for _, share in begins)]
    for start, share in begins:
        for end in range(start + 1, _PIECES + 1):
            pieces = [start <= piece < end for piece in range(_PIECES)]
            parts.append((sum(pieces[:half]) / half, sum(pieces[half:]) / half))
            on.append(end == _PIECES)
            ends = 1.0 if end == _PIECES else 1 - goes_on
            chance.append(share * goes_on ** (end - start - 1) * ends)
    return _Tales(np.array(parts), np.array(on), np.array(chance))


@cache
def _prior() -> Row:
    odd = 1 / (1 + (_LOGS / _WIDTH) ** 2)
    found: Row = _tales().chance[:, None] * (odd / odd.sum())
    return found


def _likely(one: Quarters) -> Row:
    """Logarithm of the chance of the calls by (tale, size), without what all have in common."""
    parts, expected = _tales().parts, np.array(one.expected)
    levels = 1 - parts[:, :, None] + parts[:, :, None] * _SIZES
    calls = np.array(one.calls)[None, :, None]
    found: Row = (calls * np.log(levels) - expected[None, :, None] * levels).sum(axis=1)
    found[0] = _ordinary(one)
    return found


def _ordinary(one: Quarters) -> float:
    """The same of the ordinary course, whose level is as unsure as the forecast is and as days wander."""
    shape = 1 / (max(one.cv, _LEAST_CV) ** 2 + _WANDER**2)
    levels = np.asarray(gammaincinv(shape, (np.arange(_NODES) + 0.5) / _NODES)) / shape
    told = sum(one.calls) * np.log(np.maximum(levels, 1e-12)) - sum(one.expected) * levels
    return float(told.max() + np.log(np.exp(told - told.max()).mean()))


def _telling(one: Quarters) -> bool:
    """Else nothing speaks against any size, however large."""
    return sum(one.calls) > 0 or sum(one.expected) >= _TELLING


def _steady(one: Quarters, share: float) -> tuple[float, float]:
    """Level of the ordinary course, and how unsure: it learns of calls that it does not know yet and that are
    no rush; of what half hours wander about their day nothing lasts.
    """
    cv = max(one.cv, _LEAST_CV)
    weight = one.fresh * max(0.0, 1 - (_WANDER / cv) ** 2) * (1 - share)
    shape = cv**-2 + weight * sum(one.calls)
    scale = cv**-2 + weight * sum(one.expected)
    return shape / scale, 1 / sqrt(shape)


def _band(level: float, cv: float) -> tuple[float, float]:
    return level * max(0.0, 1 - _SIDE * cv), level * (1 + _SIDE * cv)


def _mixed_band(steady: float, cv: float, share: float, by_size: Row) -> tuple[float, float]:
    """Of a rush of so large a share, else the ordinary level (normal)."""
    off = np.linspace(-3.0, 3.0, 61) * cv
    usual = np.exp(-0.5 * (off / cv) ** 2)
    levels = np.concatenate([np.maximum(steady * (1 + off), 0.0), _SIZES])
    weights = np.concatenate([(1 - share) * usual / usual.sum(), share * by_size])
    order = np.argsort(levels, kind="stable")
    summed = np.array(list(accumulate(weights[order].tolist())))
    level = steady + share * (float(by_size @ _SIZES) - steady)
    low, high = np.interp((0.1, 0.9), summed, levels[order])
    return min(float(low), level), max(float(high), level)
