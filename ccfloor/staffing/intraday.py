"""What the calls of a day so far say of its other half hours, and the counts that may come.

The rates are those expected times factors of mean 1 with a known covariance; what was counted moves the
factors by the best linear predictor (credibility). With one factor for the whole day this is the conjugate
Gamma–Poisson update, (a + calls) / (a + expected calls); with several, near half hours are moved most.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom

from ccfloor.staffing import opening
from ccfloor.staffing.days import Grid, Row
from ccfloor.staffing.opening import Opening
from ccfloor.staffing.score import HIGH, LOW

_LEAST = 1e-6  # expected calls; where fewer are expected, calls say nothing of the day
_FULL = 1.0  # expected calls; one stray call where fewer are expected makes no strange day
_FLOOR = 0.05  # of a factor: a queue does not go silent because it was for a while
_SURE = 8.0  # half hours that the usual spread of days is worth
_STEADIEST = 1e8  # size of a negative binomial that is as good as a Poisson distribution


class Outlook(NamedTuple):
    """By column: ``mean`` calls, ``covariance`` of the true rates as shares of the mean.

    ``noise``: variance of a count over its rate. ``opening``: columns that never had a call, if any.
    """

    mean: Row
    covariance: Grid
    noise: float
    opening: Opening | None = None

    def level_cv(self, columns: NDArray[np.bool_]) -> float:
        """Standard deviation of the total rate of some columns, as a share of it; 0 without calls."""
        part = self.mean[columns]
        total = float(part.sum())
        if total <= 0:
            return 0.0
        spread = float(part @ self.covariance[np.ix_(columns, columns)] @ part)
        return float(np.sqrt(max(spread, 0.0)) / total)

    def band(self) -> tuple[Row, Row]:
        """What holds four counts out of five: quantiles of negative binomial counts, and the mean within."""
        share = self.noise - 1 + self.mean * np.maximum(np.diag(self.covariance), 0.0)
        size = np.minimum(self.mean / np.maximum(share, 1e-12), _STEADIEST)
        size = np.maximum(size, 1e-9)
        chance = size / (size + self.mean)
        low, high = nbinom.ppf(LOW, size, chance), nbinom.ppf(HIGH, size, chance)
        return np.clip(low, 0.0, self.mean), np.maximum(high, self.mean)


def learned(ahead: Outlook, counts: Row, seen: Row, later: NDArray[np.bool_]) -> Outlook:
    """The outlook of the ``later`` columns after ``counts``; ``seen``: share of each column that was counted.

    The others stay as they were. Nothing seen, nothing learned. Columns that never had a call and those that
    had some learn nothing of each other.
    """
    if ahead.opening is None:
        return _learned(ahead, counts, seen, later)
    shut = ahead.opening.shut
    found = _learned(ahead, counts, np.where(shut, 0.0, seen), later & ~shut)
    mean, covariance, told = opening.learned(ahead.opening, counts, seen, later)
    both = np.outer(told, told)
    return found._replace(
        mean=np.where(told, mean, found.mean), covariance=np.where(both, covariance, found.covariance)
    )


def _learned(ahead: Outlook, counts: Row, seen: Row, later: NDArray[np.bool_]) -> Outlook:
    expected = ahead.mean * seen
    told = np.flatnonzero(expected > _LEAST)
    if not len(told):
        return ahead
    off, noise = counts[told] / expected[told] - 1, np.diag(ahead.noise / expected[told])
    among = np.ix_(told, told)
    full = np.flatnonzero(expected[told] >= _FULL)
    spread = ahead.covariance * _surprise((ahead.covariance[among] + noise)[np.ix_(full, full)], off[full])
    gain = np.linalg.solve(spread[among] + noise, spread[told]).T
    factor = np.where(later, np.maximum(1 + gain @ off, _FLOOR), 1.0)
    left = spread - gain @ spread[told]
    shrink = _relative(np.diag(left), np.diag(spread), factor)
    covariance = np.where(np.outer(later, later), left * np.outer(shrink, shrink), ahead.covariance)
    return ahead._replace(mean=ahead.mean * factor, covariance=covariance)


def _surprise(expected: Grid, off: Row) -> float:
    """How much wider than usual this day lies about what was expected of it, at least 1."""
    distance = float(off @ np.linalg.solve(expected, off))
    return max(1.0, (_SURE + distance) / (_SURE + len(off)))


def _relative(left: Row, before: Row, factor: Row) -> Row:
    """From shares of the old mean to shares of the new one, as a gamma distribution has them; never wider."""
    room = np.sqrt(before / np.maximum(left, 1e-12))
    return np.minimum(1 / np.sqrt(factor), np.maximum(room, 1.0))
