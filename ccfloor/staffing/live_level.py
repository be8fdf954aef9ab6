"""How many times as many as expected call now, from the calls of a short while.

A day is an ordinary one, its level near 1 as the past has it (gamma), or something strange is going on: then
any level may be, on a logarithm, near ones likelier than far ones (Cauchy). Both are weighed by how well they
explain the calls (Poisson), so a few calls change little and clear evidence wins at once, however sure of its
days the past is. Pure; integrals are sums over a fixed grid of levels.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import gammaln, xlogy

from ccfloor.staffing.live import HIGH, LOW, Past

_STRANGE = 0.1  # of all half hours
_WIDTH = 0.7  # half of the strange ones lie between half and twice the expected calls
_TELLING = 1.0  # calls expected: where none came of fewer, nothing is known
_LEAST, _MOST, _STEPS = 1e-3, 1e5, 2400
_LOGS = np.linspace(np.log(_LEAST), np.log(_MOST), _STEPS)
_LEVELS = np.exp(_LOGS)
_ODD = np.log(_STRANGE) - np.log(np.pi * _WIDTH * (1 + (_LOGS / _WIDTH) ** 2))


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


def day_level(calls: float, expected: float, past: Past) -> Level:
    """The level after ``calls`` where ``expected`` were, both seen in the same time.

    ``past``: of an ordinary day, about 1. Raises ValueError on a negative count, and on a past without
    weight.
    """
    if not (calls >= 0 and expected >= 0):
        raise ValueError("calls and expected calls are not negative")
    if not (past.events > 0 and past.exposure > 0):
        raise ValueError("the level of ordinary days has to be known")
    shape, scale = past
    usual = xlogy(shape, scale) - gammaln(shape) + shape * _LOGS - scale * _LEVELS
    strange = calls > 0 or expected >= _TELLING  # else nothing speaks against any level, however high
    told = np.logaddexp(np.log1p(-_STRANGE) + usual, _ODD) if strange else usual
    told = told + calls * _LOGS - expected * _LEVELS
    weights = np.exp(told - told.max())
    weights /= weights.sum()
    mean = float(weights @ _LEVELS)
    spread = float(np.sqrt(weights @ (_LEVELS - mean) ** 2))
    low, high = np.interp((LOW, HIGH), np.cumsum(weights), _LEVELS)
    return Level(mean, min(float(low), mean), max(float(high), mean), spread / mean, int(calls), shape)
