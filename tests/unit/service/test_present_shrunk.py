"""Few observations of today beside many of the past: what they tell together, and what is left of a span."""

from math import exp

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ccfloor.service.staffing.shrunk import left, level, mean, patience, rate


def test_of_no_call_today_the_past_is_all_that_tells():
    found = mean(0, 0.0, 500, 200.0, 120.0)
    assert found.value == 200.0 and found.sample == 0 and found.prior == 60.0
    assert found.low < 200.0 < found.high


def test_today_outweighs_the_past_as_its_calls_become_many():
    few, many = mean(3, 900.0, 500, 200.0, 120.0), mean(300, 90_000.0, 500, 200.0, 120.0)
    assert few.value == pytest.approx((900 + 60 * 200) / 63)
    assert many.value == pytest.approx((90_000 + 60 * 200) / 360)
    assert many.high - many.low < few.high - few.low


def test_nobody_who_gave_up_is_no_endless_patience():
    none_left = patience(0, 0.0, 0, 0.0)
    waited = patience(0, 3600.0, 0, 0.0)
    assert none_left.value == 180.0 and none_left.high > 5 * none_left.low
    assert waited.value == 3780.0 and waited.high < float("inf")


def test_patience_comes_near_to_waiting_over_abandons_where_many_gave_up():
    found = patience(200, 200 * 230.0, 2000, 2000 * 230.0)
    assert found.value == pytest.approx(230.0, rel=0.01)
    assert found.low < 230 < found.high
    assert (found.sample, found.prior) == (200, pytest.approx(60.0, rel=0.01))


def test_a_half_hour_without_calls_is_no_rate_of_nothing():
    assert rate(0, 1800.0).value == 0.5 / 1800 and rate(0, 1800.0).high > 0.5 / 1800
    assert rate(0, 60.0).value > rate(0, 1800.0).value  # who looked for a minute knows less


def test_a_day_twice_as_busy_is_believed_as_far_as_days_differ():
    steady, wild = level(60, 30.0, 0.05), level(60, 30.0, 0.6)
    assert 1.0 < steady.value < 1.2 and 1.8 < wild.value < 2.0


def test_what_is_left_of_an_exponential_call_is_as_long_as_before():
    assert left(200.0, 200.0, 300.0) == pytest.approx(200.0)


def test_a_break_that_ran_its_time_out_is_over_soon_and_one_far_beyond_is_not_known():
    assert left(600.0, 60.0, 0.0) == 600.0
    overdue = left(600.0, 60.0, 620.0)
    assert overdue is not None and 0 < overdue < 60
    assert left(600.0, 60.0, 7200.0) is None


@given(st.floats(1, 5000), st.floats(0.1, 3), st.floats(0, 5000))
def test_what_is_left_is_never_negative_and_never_nonsense(mean_s: float, cv: float, elapsed_s: float):
    found = left(mean_s, mean_s * cv, elapsed_s)
    assert found is None or 0.0 <= found < 1e6


@given(st.floats(10, 1000), st.floats(0.2, 1.0), st.floats(0.1, 2))
def test_left_and_elapsed_together_are_longer_than_the_mean(mean_s: float, cv: float, share: float):
    found = left(mean_s, mean_s * cv, share * mean_s)
    assume(found is not None)
    assert found is not None and found + share * mean_s >= mean_s * (1 - 1e-9)


def test_left_agrees_with_the_formula_of_whole_shapes():
    # Erlang of shape 2 and scale 100: E[X − e | X > e] = (2 + e/θ) / (1 + e/θ) · θ
    for elapsed in (50.0, 150.0, 400.0):
        ratio = elapsed / 100
        stays = (1 + ratio) * exp(-ratio)
        found = left(200.0, 200.0 / 2**0.5, elapsed)
        assert stays > 1e-3 and found == pytest.approx((2 + ratio) / (1 + ratio) * 100)
