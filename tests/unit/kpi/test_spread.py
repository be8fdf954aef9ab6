"""Histogram, percentiles and fences of durations."""

from math import exp, log

import pytest

from ccfloor.kpi.spread import Bar, bars, fences, spread


def test_quartiles_lie_between_the_least_and_the_greatest() -> None:
    found = spread([10.0, 20.0, 30.0, 40.0, 50.0])
    assert found
    assert (found.n, found.mean, found.q1, found.median, found.q3, found.p90) == (5, 30, 20, 30, 40, 46)
    assert spread([10.0]) is None


def test_fences_are_those_of_the_logarithms() -> None:
    even = [exp(step / 10) for step in range(21)]  # logarithms 0 to 2: quartiles 0.5 and 1.5
    low, high = fences(even)
    assert (log(low), log(high)) == pytest.approx((-1.0, 3.0))
    assert fences([1.0] * 7) == (0.0, float("inf"))
    skewed = [60.0 * 1.5 ** (step / 4) for step in range(-12, 13)]
    assert all(fences(skewed)[0] <= one <= fences(skewed)[1] for one in skewed)


def test_every_value_is_in_one_bar() -> None:
    found = bars([0.0, 9.99, 10.0, 25.0, 400.0], 30.0)
    assert (found[0].start, found[-1].end) == (0.0, 30.0)
    assert sum(bar.calls for bar in found) == 5
    assert found[-1] == Bar(29.0, 30.0, 1) and found[10].calls == 1
    assert bars([], 30.0) == []
