"""What today's few observations and the past together tell of a queue: calls, handling, patience.

Plain numbers in, an ``Estimate`` out; nothing is read and no clock is asked. Calls and giving-up are Poisson
given a rate that differs from day to day (gamma), lengths have a mean that does (normal). How much the past
weighs is learned from how much its days differed: where they were alike it decides, where not, today does.
Times in seconds, rates a second. Bounds hold the number four times out of five.
"""

from collections.abc import Iterable, Sequence
from math import exp, log, sqrt
from typing import NamedTuple

from scipy.special import gammaincinv, stdtrit

from ccfloor.staffing.present import Estimate

LOW, HIGH = 0.1, 0.9  # bounds of an estimate
JEFFREYS = 0.5  # of no events in a while the rate is not nothing
_LONG = 7.0  # times the mean patience: one in a thousand waits longer
PATIENCE_S = 180.0  # patience where none is known
SHORTEST_S, LONGEST_S = 1.0, 1e6  # patience beyond is not told apart
_RATE_CV, _MEAN_CV = 0.2, 0.08  # how days differ, before enough of them were seen: rates, mean lengths
_NOTHING_KNOWN = log(1000.0)  # on a logarithm: bounds a thousand times off say that nothing is known
_USUAL_DAYS = 3.0  # observed differences between days that this weighs


class Past(NamedTuple):
    """A rate as known beforehand: as if ``events`` had been seen in ``exposure`` (gamma shape and rate)."""

    events: float
    exposure: float


class Moments(NamedTuple):
    """``n`` lengths: their mean and standard deviation in seconds. ``n`` may be a weight."""

    n: float
    mean: float
    sd: float


class Timing(NamedTuple):
    """Mean and standard deviation of a length, each with how sure it is."""

    mean: Estimate
    sd: Estimate


# -- rates -------------------------------------------------------------------------------------------


def seen_s(start: float, end: float, hidden: Iterable[tuple[float, float]]) -> float:
    """Seconds from ``start`` to ``end`` in which the floor was in sight.

    ``hidden``: spans in which it was not, in any order; they may overlap. Time in which nobody looked is not
    time without calls.
    """
    total, upto = 0.0, start
    for begin, finish in sorted(hidden):
        total += max(0.0, min(begin, end) - upto)
        upto = max(upto, finish)
    return total + max(0.0, end - upto)


def rate_past(events: Sequence[float], exposures: Sequence[float]) -> Past | None:
    """What like stretches of earlier days tell of a rate; None where nothing was seen.

    ``events`` of each day in its ``exposures`` (seconds seen; for giving up: seconds waited by all). Its
    spread between days by moments (DerSimonian and Laird 1986), drawn to the usual where days are few.
    """
    told = [(n, t) for n, t in zip(events, exposures, strict=True) if t > 0]
    total = sum(t for _, t in told)
    if not told:
        return None
    mean = (sum(n for n, _ in told) + JEFFREYS) / total
    strays = sum((n - mean * t) ** 2 / t for n, t in told)
    between = _between([t for _, t in told], strays, mean, (_RATE_CV * mean) ** 2)
    spread = between + mean / total + between * sum(t * t for _, t in told) / total**2
    return Past(mean * mean / spread, mean / spread)


def _between(weights: Sequence[float], strays: float, within: float, usual: float) -> float:
    """Variance of the days' true means. ``strays``: weighted squares about the mean; ``within``: a unit's."""
    days = len(weights) - 1
    room = sum(weights) - sum(weight * weight for weight in weights) / sum(weights)
    seen = max(0.0, (strays - days * within) / room) if days and room > 0 else 0.0
    return (days * seen + _USUAL_DAYS * usual) / (days + _USUAL_DAYS)


def event_rate(events: float, exposure: float, past: Past | None = None) -> Estimate | None:
    """Events a unit of exposure; None where there is neither exposure nor past.

    Without a past by Jeffreys' prior, (n + 1/2) / t. Calls in seconds *seen* give the arrival rate; calls
    beside *expected* calls, with a ``Past`` about 1, give the level at which a day stands. Raises ValueError
    on a negative count or exposure.
    """
    shape, scale = _posterior(events, exposure, past)
    if scale <= 0:
        return None
    low, high = (float(gammaincinv(shape, share)) / scale for share in (LOW, HIGH))
    return Estimate(shape / scale, low, high, int(events), past.events if past else 0.0)


def patience(abandoned: float, waited_s: float, past: Past | None = None) -> Estimate | None:
    """Mean seconds until a caller gives up; None where nobody waited and no past is known.

    ``waited_s``: of all callers, those who were answered and those who still wait included:
    they waited so long and did not give up. Total wait over abandonments (Palm's identity; the censored
    exponential's likelihood), as the median of its posterior, so that no abandonment makes nobody's patience
    endless.
    """
    shape, scale = _posterior(abandoned, waited_s, past)
    if scale <= 0:
        return None
    value, low, high = (_bounded(scale, float(gammaincinv(shape, share))) for share in (0.5, HIGH, LOW))
    return Estimate(value, low, high, int(abandoned), past.events if past else 0.0)


def still_waited(waits: Iterable[float], past: Past | None = None) -> float:
    """Seconds that callers who wait now have waited in all, each no longer than anybody does: of whom nobody
    heard that he left, he is not the most patient caller there ever was.
    """
    usual = past.exposure / past.events if past and past.events > 0 else PATIENCE_S
    return sum(min(max(0.0, wait), _LONG * usual) for wait in waits)


def _bounded(waited_s: float, gone: float) -> float:
    return max(SHORTEST_S, waited_s / gone) if gone * LONGEST_S > waited_s else LONGEST_S


def _posterior(events: float, exposure: float, past: Past | None) -> tuple[float, float]:
    if not (events >= 0 and exposure >= 0):
        raise ValueError("a count and what it was counted in are not negative")
    known = past or Past(JEFFREYS, 0.0)
    return events + known.events, exposure + known.exposure


# -- lengths -----------------------------------------------------------------------------------------


def moments(lengths: Iterable[float]) -> Moments:
    """Of single lengths; the deviation of fewer than two is 0."""
    told = list(lengths)
    return moments_of_sums(len(told), sum(told), sum(length * length for length in told))


def moments_of_sums(n: float, total: float, squares: float) -> Moments:
    """Of stored sums: how many, their sum, the sum of their squares."""
    if not n:
        return Moments(0, 0.0, 0.0)
    mean = total / n
    spare = max(0.0, squares - n * mean * mean)
    return Moments(n, mean, sqrt(spare / (n - 1)) if n > 1 else 0.0)


def mean_past(days: Iterable[Moments]) -> Moments | None:
    """What earlier days tell of a mean: its value, the spread of single lengths, and as weight the number of
    today's lengths that would tell as much. None where there was none.
    """
    told = [day for day in days if day.n > 0]
    n = sum(day.n for day in told)
    if not told:
        return None
    mean = sum(day.n * day.mean for day in told) / n
    within = _within(told, mean)
    strays = sum(day.n * (day.mean - mean) ** 2 for day in told)
    between = _between([day.n for day in told], strays, within, (_MEAN_CV * mean) ** 2)
    spread = between + within / n + between * sum(day.n**2 for day in told) / n**2
    return Moments(within / spread if spread > 0 else n, mean, sqrt(within))


def _within(told: Sequence[Moments], mean: float) -> float:
    """Variance of single lengths within a day; as of exponential ones where no day has two."""
    degrees = sum(max(0.0, day.n - 1) for day in told)
    if degrees <= 0:
        return mean * mean
    return sum(max(0.0, day.n - 1) * day.sd**2 for day in told) / degrees


def timing(today: Moments, past: Moments | None = None) -> Timing | None:
    """Mean and spread of a length, drawn to the past by its weight; None where there is neither.

    Bounds of the mean by Student's law on the logarithm, those of the deviation as of exponential lengths
    (its relative error is the square root of 2 / n).
    """
    known = past if past is not None and past.n > 0 else Moments(0, 0.0, 0.0)
    n = today.n + known.n
    if n <= 0:
        return None
    mean = (today.n * today.mean + known.n * known.mean) / n
    sd = _deviation(today, known, mean)
    side = float(stdtrit(max(1.0, n - 1), HIGH)) * sd / (mean * sqrt(n)) if mean > 0 else 0.0
    wide = float(stdtrit(max(1.0, n - 1), HIGH)) * sqrt(2 / n)
    sample = int(today.n)
    return Timing(_around(mean, side, sample, known.n), _around(sd, wide, sample, known.n))


def _deviation(today: Moments, known: Moments, mean: float) -> float:
    degrees = max(0.0, today.n - 1)
    if degrees + known.n <= 0:
        return mean  # of one length alone: as exponential lengths have it
    return sqrt((degrees * today.sd**2 + known.n * known.sd**2) / (degrees + known.n))


def _around(value: float, side: float, sample: int, prior: float) -> Estimate:
    factor = exp(min(side, _NOTHING_KNOWN))
    return Estimate(value, value / factor, value * factor, sample, prior)
