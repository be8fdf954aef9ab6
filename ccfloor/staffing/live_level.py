"""How many times as many as expected call now, from the calls of a short while.

A day is an ordinary one, its level near 1 as the past has it (gamma), or something strange is going on: then
any level may be, on a logarithm, near ones likelier than far ones (Cauchy). Both are weighed by how well they
explain the calls (Poisson), so a few calls change little and clear evidence wins at once, however sure of its
days the past is. Pure; integrals are sums over a fixed grid of levels.

``day_level`` learns the level of a day of which nothing else is known. ``beside`` is for a forecast that has
learned of the same calls: they do not make it surer of itself, they only tell whether something strange goes
on, of which the queues of a floor mostly have their part all together.
"""

from collections.abc import Sequence
from math import exp, log, log1p, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, xlogy

from ccfloor.staffing.live import HIGH, LOW, Past

_STRANGE = 0.1  # of all half hours
_WIDTH = 0.7  # half of the strange ones lie between half and twice the expected calls
_TELLING = 1.0  # calls expected: where none came of fewer, nothing is known
_TOGETHER = 0.5  # how often what is strange in the other queues is so in this one
_OLDER = 0.5  # what a call of the quarter of an hour before the last one tells beside one of the last
_WANDER = 0.05  # half hours wander so far about their day's level, as a share
_LEAST_CV = 0.02  # nobody is surer of a level than that
_LEAST, _MOST, _STEPS = 1e-3, 1e5, 2400
_LOGS = np.linspace(np.log(_LEAST), np.log(_MOST), _STEPS)
_LEVELS = np.exp(_LOGS)
_ODD = np.log(_STRANGE) - np.log(np.pi * _WIDTH * (1 + (_LOGS / _WIDTH) ** 2))

_Row = NDArray[np.float64]


class Level(NamedTuple):
    """``value``: the mean; ``low``..``high`` hold the level four times out of five; ``cv``: its deviation as
    a share. ``sample``: calls it rests on; ``prior``: the weight of the past, in calls.
    """

    value: float
    low: float
    high: float
    cv: float
    sample: int
    prior: float


class Lately(NamedTuple):
    """``calls`` that came and those ``expected``, both seen in the same time. ``cv``: how wrong the level
    that they are expected at may be, as a share. ``fresh``: share of them that this level has not learned of.
    """

    calls: float
    expected: float
    cv: float
    fresh: float = 0.0


def recent(last: float, before: float) -> float:
    """Calls of the last half hour by what they tell of now: ``last`` of its second half, ``before`` of its
    first, in which things may have been otherwise yet.
    """
    return last + _OLDER * before


def day_level(calls: float, expected: float, past: Past) -> Level:
    """The level after ``calls`` where ``expected`` were, both seen in the same time.

    ``past``: of an ordinary day, about 1. Raises ValueError on a negative count, and on a past without
    weight.
    """
    _checked(calls, expected)
    if not (past.events > 0 and past.exposure > 0):
        raise ValueError("the level of ordinary days has to be known")
    shape, scale = past
    usual = xlogy(shape, scale) - gammaln(shape) + shape * _LOGS - scale * _LEVELS
    told = np.logaddexp(np.log1p(-_STRANGE) + usual, _ODD) if _telling(calls, expected) else usual
    told = told + calls * _LOGS - expected * _LEVELS
    return _level(_shares(told)[0], calls, shape)


def beside(floor: Sequence[Lately]) -> list[Level]:
    """The levels of queues whose expected calls rest on a forecast that has learned of these calls.

    Each either follows what the other queues have, or goes its own way; its own calls weigh that. Its own
    calls are not among those of the others, so that none counts twice. Raises ValueError on negative counts.
    """
    for one in floor:
        _checked(one.calls, one.expected)
    return [_beside(one, [*floor[:place], *floor[place + 1 :]]) for place, one in enumerate(floor)]


def _beside(one: Lately, others: Sequence[Lately]) -> Level:
    alone, chance = _mixed(one, 1.0, 0.0)
    prior = max(one.cv, _LEAST_CV) ** -2
    whole = _whole(others)
    if whole is None:
        return _level(alone, one.calls, prior)
    theirs = _level(_mixed(whole, 1.0, 0.0)[0], whole.calls, 0.0)
    shared, likelier = _mixed(one, theirs.value, theirs.cv)
    odds = log(_TOGETHER) - log1p(-_TOGETHER) + likelier - chance
    share = 1 / (1 + exp(-min(max(odds, -500.0), 500.0)))
    return _level((1 - share) * alone + share * shared, one.calls, prior)


def _whole(queues: Sequence[Lately]) -> Lately | None:
    """Queues as one, whose levels are wrong together; None where too few calls are expected to tell."""
    expected = sum(one.expected for one in queues)
    if expected < _TELLING:
        return None
    cv = sum(one.expected * max(one.cv, _LEAST_CV) for one in queues) / expected
    return Lately(sum(one.calls for one in queues), expected, cv)


def _mixed(one: Lately, centre: float, wrong: float) -> tuple[_Row, float]:
    """Shares of the levels to come, where usual ones lie about ``centre``, off by ``wrong`` as a share; and
    the logarithm of the chance of the calls.
    """
    likely = one.calls * _LOGS - one.expected * _LEVELS
    known = _gamma(centre, one.cv, wrong)
    usual, seen = _shares(known + _fresh(one) * likely)[0], _total(known + likely)
    if not _telling(one.calls, one.expected):
        return usual, seen
    odd = _ODD if centre == 1.0 else np.interp(_LOGS - log(centre), _LOGS, _ODD)
    strange, told = _shares(odd - _total(odd) + likely)
    both = float(np.logaddexp(log1p(-_STRANGE) + seen, log(_STRANGE) + told))
    share = exp(log(_STRANGE) + told - both)
    return (1 - share) * usual + share * strange, both


def _fresh(one: Lately) -> float:
    """How far an ordinary day's level learns of the calls: not of those it knows, and of what half hours
    wander about their day nothing lasts.
    """
    return one.fresh * max(0.0, 1 - (_WANDER / max(one.cv, _LEAST_CV)) ** 2)


def _gamma(centre: float, cv: float, wrong: float) -> _Row:
    """Logarithms of the shares of levels about a centre."""
    shape = 1 / (max(cv, _LEAST_CV) ** 2 + wrong**2)
    told: _Row = shape * _LOGS - shape / centre * _LEVELS
    return told - _total(told)


def _total(told: _Row) -> float:
    most = float(told.max())
    return most + log(float(np.exp(told - most).sum()))


def _shares(told: _Row) -> tuple[_Row, float]:
    """From logarithms, and the logarithm of their sum."""
    total = _total(told)
    shares: _Row = np.exp(told - total)
    return shares, total


def _telling(calls: float, expected: float) -> bool:
    """Else nothing speaks against any level, however high."""
    return calls > 0 or expected >= _TELLING


def _checked(calls: float, expected: float) -> None:
    if not (calls >= 0 and expected >= 0):
        raise ValueError("calls and expected calls are not negative")


def _level(shares: _Row, calls: float, prior: float) -> Level:
    mean = float(shares @ _LEVELS)
    spread = sqrt(float(shares @ (_LEVELS - mean) ** 2))
    low, high = np.interp((LOW, HIGH), np.cumsum(shares), _LEVELS)
    return Level(mean, min(float(low), mean), max(float(high), mean), spread / mean, int(calls), prior)
