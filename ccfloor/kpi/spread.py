"""How values spread: bars of a histogram, percentiles, and which values lie far out. Pure.

Handle times are skewed to the right, so the fences are Tukey's, taken of the logarithms: a value is far out
beyond 1.5 times the distance between the quartiles. On the values themselves every long call would be.
"""

from bisect import bisect_right
from collections.abc import Sequence
from math import ceil, exp, log
from statistics import quantiles
from typing import NamedTuple

FENCE = 1.5  # Tukey, Exploratory Data Analysis (1977)
LEAST = 8  # of fewer values none is called far out
_WIDTHS = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600)
_BARS = 40
_SHORTEST = 1.0


class Spread(NamedTuple):
    """Quartiles and the 90th percentile; ``low``, ``high``: the fences, in the values' unit."""

    n: int
    mean: float
    q1: float
    median: float
    q3: float
    p90: float
    low: float
    high: float


class Bar(NamedTuple):
    """``calls`` values in [start, end); the last bar of a histogram that was cut is open above."""

    start: float
    end: float
    calls: int


def spread(values: Sequence[float]) -> Spread | None:
    """The spread of durations; None of fewer than two. Percentiles lie between the least and the greatest."""
    if len(values) < 2:
        return None
    q1, middle, q3 = quantiles(values, n=4, method="inclusive")
    p90 = quantiles(values, n=10, method="inclusive")[-1]
    low, high = fences(values)
    return Spread(len(values), sum(values) / len(values), q1, middle, q3, p90, low, high)


def fences(values: Sequence[float]) -> tuple[float, float]:
    """Below and above which a duration lies far out; 0 and infinity for few values."""
    if len(values) < LEAST:
        return 0.0, float("inf")
    q1, _, q3 = quantiles([log(max(value, _SHORTEST)) for value in values], n=4, method="inclusive")
    reach = FENCE * (q3 - q1)
    return exp(q1 - reach), exp(q3 + reach)


def bars(values: Sequence[float], most: float) -> list[Bar]:
    """A histogram from 0 to ``most`` in even steps of a round width; what is longer is in the last bar."""
    if not values or most <= 0:
        return []
    width = next((w for w in _WIDTHS if most / w <= _BARS), ceil(most / _BARS))
    edges = [index * float(width) for index in range(ceil(most / width) + 1)]
    counts = [0] * (len(edges) - 1)
    for value in values:
        counts[min(bisect_right(edges, value), len(counts)) - 1] += 1
    return [Bar(edges[at], edges[at + 1], count) for at, count in enumerate(counts)]
