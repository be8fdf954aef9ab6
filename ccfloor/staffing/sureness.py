"""How sure the effect of a proposal is.

Two things make the effect differ from course to course: what nobody knows of the floor (the level of each
queue's calls, handle time, patience), and chance, which call comes when. The effect foretold is a mean over
both, and how far it may be off is what is not known, with the error of so many courses; chance goes on
whatever is foretold, and is told as the share of courses that gain (``sure``). The two are told apart by
linear regression on what was drawn (the variance it explains, less what chance explains by itself).
"""

import numpy as np
from numpy.typing import NDArray

from ccfloor.staffing.present import Estimate

Row = NDArray[np.float64]
_SIDE = 1.2816  # standard deviations to either side that hold four in five
_LEAST = 1e-9


def effect(values: Row, unknown: Row) -> Estimate:
    """The mean of an effect by path, and what holds it four times out of five. ``unknown``: (what, path)."""
    side = _SIDE * deviation(values, unknown)
    mean = float(values.mean())
    return Estimate(mean, mean - side, mean + side, len(values))


def deviation(values: Row, unknown: Row) -> float:
    """Standard deviation of the mean effect, by what is not known and by the courses being so many."""
    paths = len(values)
    if paths < 2:
        return 0.0
    total = float(values.var(ddof=1))
    return float(np.sqrt(_explained(values, unknown, total) + total / paths))


def _explained(values: Row, unknown: Row, total: float) -> float:
    """The variance that goes with what is not known, unbiased; never below 0 nor above all of it."""
    drawn = unknown[unknown.std(axis=1) > _LEAST] if unknown.size else unknown
    spare = len(values) - 1 - len(drawn)
    if not len(drawn) or spare <= 0:
        return 0.0 if not len(drawn) else total
    seen = (drawn - drawn.mean(axis=1, keepdims=True)).T
    centred = values - values.mean()
    fitted = seen @ np.linalg.lstsq(seen, centred, rcond=None)[0]
    chance = float(((centred - fitted) ** 2).sum()) / spare
    return min(total, max(0.0, total - chance))
