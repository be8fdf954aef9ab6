"""What few observations of today and many of the past together tell: means, patience, rates, what is left.

Pure. Bounds hold the number four times out of five; times are seconds, rates calls a second. An observation
of the past counts for no more than ``MOST_PAST`` of them together do: days differ.
"""

from math import sqrt

from scipy.special import gammaincc, gammaincinv

from ccfloor.staffing.present import Estimate

MOST_PAST = 60.0
_LOW, _HIGH = 0.1, 0.9
_SIDE = 1.2816  # standard deviations to either side that hold four in five
_PATIENCE_S = 180.0  # one caller's worth of it, where nothing else is known
_GONE = 1e-3  # who outstays all but so few is not about to come back, as far as anybody knows


def mean(n: int, total: float, past_n: int, past_mean: float, past_sd: float) -> Estimate:
    """A mean of ``n`` observations today beside ``past_n`` of the past. Needs one of either."""
    weight = min(float(past_n), MOST_PAST)
    value = (total + weight * past_mean) / (n + weight)
    side = _SIDE * (past_sd or value) / sqrt(n + weight)
    return Estimate(value, max(0.0, value - side), value + side, n, weight)


def patience(abandoned: int, waited_s: float, past_abandoned: int, past_waited_s: float) -> Estimate:
    """Mean patience: all waiting over all who gave up (Palm), as a gamma posterior of the giving up.

    Who was served or left otherwise is censored: it waited and did not give up.
    """
    share = min(1.0, MOST_PAST / (past_abandoned + 0.5))
    shape = 1.0 + abandoned + share * past_abandoned
    scale = _PATIENCE_S + waited_s + share * past_waited_s
    low, high = scale / float(gammaincinv(shape, _HIGH)), scale / float(gammaincinv(shape, _LOW))
    return Estimate(scale / shape, low, high, abandoned, share * past_abandoned)


def level(calls: int, expected: float, cv: float) -> Estimate:
    """Today's level: 1 is as expected. ``cv``: spread of the levels of days. Gamma-Poisson."""
    weight = 1.0 / (cv * cv)
    shape, scale = weight + calls, weight + expected
    low, high = (float(gammaincinv(shape, share)) / scale for share in (_LOW, _HIGH))
    return Estimate(shape / scale, low, high, calls, weight)


def rate(calls: float, seconds: float) -> Estimate:
    """Calls a second of so many in so long (Jeffreys): of no calls it is not nothing."""
    shape = calls + 0.5
    low, high = (float(gammaincinv(shape, share)) / seconds for share in (_LOW, _HIGH))
    return Estimate(shape / seconds, low, high, int(calls))


def left(mean_s: float, sd_s: float, elapsed_s: float) -> float | None:
    """Expected seconds to go of what has lasted so long; gamma lengths. None: it outstays all that is known.

    E[X − e | X > e] = m · Q(k + 1, e/θ) / Q(k, e/θ) − e, with k = (m/s)², θ = s²/m and Q the upper
    regularised gamma function.
    """
    if elapsed_s <= 0.0 or mean_s <= 0.0:
        return max(mean_s, 0.0)
    spread = max(sd_s, 0.05 * mean_s)
    shape, scale = (mean_s / spread) ** 2, spread * spread / mean_s
    stays = float(gammaincc(shape, elapsed_s / scale))
    if stays < _GONE:
        return None
    return max(0.0, mean_s * float(gammaincc(shape + 1.0, elapsed_s / scale)) / stays - elapsed_s)
