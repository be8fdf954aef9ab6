"""How many times the expected calls come: few change little, clear evidence wins, nothing is certain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccfloor.staffing.live import Past
from ccfloor.staffing.live_level import day_level

USUAL = Past(25.0, 25.0)  # days differ by a fifth
ALIKE = Past(400.0, 400.0)  # by a twentieth


def test_as_many_as_expected_are_an_ordinary_day():
    told = day_level(30, 30, USUAL)
    assert told.value == pytest.approx(1, abs=0.02) and told.low < 1 < told.high
    assert (told.sample, told.prior) == (30, 25.0) and told.cv < 0.2


def test_nothing_seen_tells_nothing():
    told = day_level(0, 0, USUAL)
    assert told.value == pytest.approx(1, abs=0.01) and told.cv == pytest.approx(0.2, rel=0.02)


def test_a_few_calls_more_than_expected_change_little():
    assert 1 < day_level(6, 3, USUAL).value < 1.3
    assert 1 < day_level(2, 1, ALIKE).value < 1.1


@pytest.mark.parametrize("past", [USUAL, ALIKE], ids=["usual", "alike"])
def test_clear_evidence_wins_however_alike_the_days_were(past: Past):
    assert 1.6 < day_level(60, 30, past).value < 2.1
    assert 0.2 < day_level(9, 45, past).value < 0.4


@pytest.mark.parametrize("expected", [0.05, 0.1, 1.0])
def test_where_hardly_anybody_was_expected_those_who_came_are_believed(expected: float):
    told = day_level(60, expected, ALIKE)
    assert told.low * expected < 60 < told.high * expected
    assert told.value * expected == pytest.approx(60, rel=0.1)


def test_no_call_at_all_is_a_low_level_and_never_none():
    told = day_level(0, 30, USUAL)
    assert 0 < told.low < told.value < told.high < 0.3 and told.cv > 0.5


@given(st.floats(0, 400), st.floats(0, 400), st.floats(0.5, 2500))
def test_bounds_hold_the_value_and_the_level_is_positive(calls: float, expected: float, weight: float):
    told = day_level(calls, expected, Past(weight, weight))
    assert 0 < told.low <= told.value <= told.high and told.cv > 0


@given(st.integers(0, 200), st.floats(0.5, 100))
def test_one_call_more_never_lowers_the_level(calls: int, expected: float):
    assert day_level(calls + 1, expected, USUAL).value >= day_level(calls, expected, USUAL).value - 1e-9


def test_counts_below_nothing_and_a_past_of_no_weight_are_refused():
    for calls, expected, past in ((-1, 1, USUAL), (1, -1, USUAL), (1, 1, Past(0, 0))):
        with pytest.raises(ValueError):
            day_level(calls, expected, past)
