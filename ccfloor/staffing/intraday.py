"""What the calls of a day so far say of its other half hours, and the counts that may come.

The rates are those expected times factors of mean 1 with a known covariance; what was counted moves the
factors by the best linear predictor (credibility). With one factor for the whole day this is the conjugate
Gamma–Poisson update, (a + calls) / (a + expected calls); with several, near half hours are moved most.

A day may be farther off than usual all day, or have a rush (突发话务) that is over after an hour or so. Both
are weighed by how well they explain what was counted (normal likelihood), and what a rush brings is told
apart: after it the day is as it was before. What began as a rush and goes on is the day, by and by
(``lasting``).
"""

from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom

from ccfloor.staffing import opening
from ccfloor.staffing.days import Grid, Row
from ccfloor.staffing.lasting import Lasting, lasting
from ccfloor.staffing.opening import Opening
from ccfloor.staffing.score import HIGH, LOW

_LEAST = 1e-6  # expected calls; where fewer are expected, calls say nothing of the day
_FULL = 1.0  # expected calls; one stray call where fewer are expected makes no strange day
_FLOOR = 0.05  # of a factor: a queue does not go silent because it was for a while
_RUSH = 2.0  # half hours over which a rush loses all but 1/e
_OFF = (0.1, 0.2, 0.4, 0.8, 1.6)
# what a day may be beside a usual one, and how likely: (times the usual variance, deviation of the level of
# the whole day, deviation of a rush)
_STRANGE = {
    **{(wide, 0.0, 0.0): 0.1 / wide**0.5 for wide in (2.0, 5.0, 20.0)},
    **{(1.0, off, 0.0): 0.01 for off in _OFF},
    **{(wide, 0.0, off): 0.008 for wide in (1.0, 3.0) for off in _OFF},
}
_USUAL = 1 - sum(_STRANGE.values())
_STEADIEST = 1e8  # size of a negative binomial that is as good as a Poisson distribution


class Outlook(NamedTuple):
    """By column: ``mean`` calls, ``covariance`` of the true rates as shares of the mean.

    ``noise``: variance of a count over its rate. ``opening``: columns that never had a call, if any.
    ``steady``: the same without what a rush brings, where counts told of one, however long it has been on.
    """

    mean: Row
    covariance: Grid
    noise: float
    opening: Opening | None = None
    steady: "Outlook | None" = None

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

    def joined(of: Outlook) -> Outlook:
        inner = np.where(np.outer(told, told), covariance, of.covariance)
        return of._replace(mean=np.where(told, mean, of.mean), covariance=inner)

    return joined(found)._replace(steady=joined(found.steady or found))


def _learned(ahead: Outlook, counts: Row, seen: Row, later: NDArray[np.bool_]) -> Outlook:
    expected = ahead.mean * seen
    told = np.flatnonzero(expected > _LEAST)
    if not len(told):
        return ahead
    off, noise = counts[told] / expected[told] - 1, np.diag(ahead.noise / expected[told])
    full = expected[told] >= _FULL
    day, rush, inner = _mixed(ahead.covariance, told, off, noise, full)
    some = told[full]
    stays = lasting(expected[some] * np.maximum(1 + day.off[some], _FLOOR), counts[some], ahead.noise)
    goes_on = _lasts(day, stays)
    passing = (1 - stays.share) * rush
    return _moved(ahead, later, goes_on.off + passing, inner + (goes_on.left - day.left))._replace(
        steady=_moved(ahead, later, day.off, day.left)
    )


def _lasts(day: "_Part", stays: Lasting) -> "_Part":
    """The day with what goes on in it, as far as it does."""
    off = (1 + day.off) * stays.mean - 1
    return _Part(off, day.left + stays.variance * np.outer(1 + day.off, 1 + day.off))


def _moved(ahead: Outlook, later: NDArray[np.bool_], off: Row, left: Grid) -> Outlook:
    factor = np.where(later, np.maximum(1 + off, _FLOOR), 1.0)
    shrink = _relative(np.diag(left), np.diag(ahead.covariance), factor)
    covariance = np.where(np.outer(later, later), left * np.outer(shrink, shrink), ahead.covariance)
    return ahead._replace(mean=ahead.mean * factor, covariance=covariance)


class _Part(NamedTuple):
    """How far the factors are off 1, and what is left unknown of them."""

    off: Row
    left: Grid


def _mixed(
    usual: Grid, told: NDArray[np.intp], off: Row, noise: Grid, full: NDArray[np.bool_]
) -> tuple[_Part, Row, Grid]:
    """The day without its rush, what the rush adds, and what is left unknown with it; means of all kinds."""
    at = np.arange(len(usual), dtype=np.float64)
    passing = np.exp(-np.abs(at[:, None] - at) / _RUSH)
    found, weights = [], []
    for (wide, level, size), chance in {(1.0, 0.0, 0.0): _USUAL, **_STRANGE}.items():
        day, rush = wide * usual + level**2, size**2 * passing
        both = day + rush
        inner = both[np.ix_(told, told)] + noise
        weights.append(log(chance) + _evidence(inner[np.ix_(full, full)], off[full]))
        inverse = np.linalg.inv(inner)
        pull = inverse @ off
        found.append(
            (day[:, told] @ pull, day - day[:, told] @ inverse @ day[told],
             rush[:, told] @ pull, both - both[:, told] @ inverse @ both[told])
        )  # fmt: skip
    shares = _beyond(np.array(weights))
    days, lefts, rushes, all_left = (np.array(part) for part in zip(*found, strict=True))
    steady = _Part(shares @ days, np.einsum("h,hij->ij", shares, lefts))
    return steady, shares @ rushes, np.einsum("h,hij->ij", shares, all_left)


def _beyond(weights: Row) -> Row:
    """The share of each kind of day. A strange kind has what speaks for it beyond what is always possible:
    counts as expected make nobody less sure.
    """
    shares: Row = np.exp(weights - weights.max())
    shares = np.maximum(shares / shares.sum() - np.array([0.0, *_STRANGE.values()]), 0.0)
    shares[0] += 1 - shares.sum()
    return shares


def _evidence(inner: Grid, off: Row) -> float:
    """Logarithm of the normal density of what was counted."""
    factor = np.linalg.cholesky(inner)
    scaled = np.linalg.solve(factor, off)
    return float(-0.5 * scaled @ scaled - np.log(np.diag(factor)).sum())


def _relative(left: Row, before: Row, factor: Row) -> Row:
    """From shares of the old mean to shares of the new one, as a gamma distribution has them; never wider."""
    room = np.sqrt(before / np.maximum(left, 1e-12))
    return np.minimum(1 / np.sqrt(factor), np.maximum(room, 1.0))
