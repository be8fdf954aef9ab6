"""How many times the expected calls come: few change little, clear evidence wins, nothing is certain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccfloor.staffing.live import Past
from ccfloor.staffing.live_level import Lately, Level, beside, day_level, recent

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


# -- beside a forecast that has learned of the same calls ------------------------------------------------


def alone(calls: float, expected: float, cv: float = 0.08, fresh: float = 0.0) -> Level:
    return beside([Lately(calls, expected, cv, fresh)])[0]


def test_calls_that_the_forecast_has_learned_of_do_not_make_it_surer():
    told = alone(50, 50)
    assert told.value == pytest.approx(1, abs=0.02) and 0.07 < told.cv < 0.12
    assert alone(5000, 5000, 0.05).cv == pytest.approx(0.05, rel=0.1)


def test_a_little_more_than_expected_leaves_the_forecast_to_its_own_learning():
    assert 1 < alone(56, 50).value < 1.05
    assert 1 < alone(3, 1).value < 1.5


def test_a_rush_shows_at_once_and_nobody_is_sure_how_large_it_is():
    told = alone(100, 50)
    assert 1.7 < told.value < 2.1 and told.low < 2 < told.high and told.cv > 0.08


def test_calls_that_the_forecast_does_not_know_yet_move_a_level_that_is_not_sure():
    """A holiday for which other days stand in, ten minutes after opening: twice as many come."""
    fresh, known = alone(20, 10, cv=0.8, fresh=1.0), alone(20, 10, cv=0.8)
    assert 1.6 < fresh.value < 2.1 and fresh.cv < 0.35
    assert known.value < fresh.value and known.cv > 0.5


def test_what_half_hours_wander_does_not_last():
    assert alone(1100, 1000, cv=0.05, fresh=1.0).value == pytest.approx(alone(1100, 1000, cv=0.05).value)


def test_queues_go_together_where_their_calls_say_so():
    """Half as many again in every queue: in one alone that is chance, in all of them a rush."""
    rush = beside([Lately(30, 20, 0.1)] * 5)
    assert all(one.value > 1.18 for one in rush)
    assert alone(30, 20, 0.1).value < 1.1


def test_a_rush_of_one_queue_stays_its_own():
    told = beside([Lately(60, 20, 0.1), *[Lately(20, 20, 0.1)] * 4])
    assert told[0].value > 2
    assert all(one.value == pytest.approx(1, abs=0.15) for one in told[1:])


def test_a_calm_queue_keeps_out_of_the_rush_of_the_others():
    told = beside([Lately(100, 100, 0.1), *[Lately(60, 20, 0.1)] * 4])
    assert told[0].value < 1.1 and all(one.value > 2.5 for one in told[1:])


def test_the_last_quarter_of_an_hour_tells_more_than_the_one_before():
    begins, ends = recent(30, 10), recent(10, 30)
    assert begins > ends > 0 and recent(0, 0) == 0


def test_where_next_to_nothing_is_expected_no_call_says_nothing():
    told = alone(0, 0.05, cv=1.5)
    assert told.value == pytest.approx(1, rel=0.1) and told.high < 10


_QUEUES = st.lists(
    st.builds(Lately, st.integers(0, 300), st.floats(0, 300), st.floats(0, 3), st.floats(0, 1)), max_size=4
)


@given(_QUEUES)
def test_levels_beside_a_forecast_are_sound(floor: list[Lately]):
    told = beside(floor)
    assert len(told) == len(floor)
    for one in told:
        assert 0 < one.low <= one.value <= one.high and 0 < one.cv < 1e4


@given(st.integers(0, 200), st.floats(1, 100), st.floats(0.02, 1), st.floats(0, 1))
def test_one_call_more_never_lowers_a_level_beside_a_forecast(
    calls: int, expected: float, cv: float, fresh: float
):
    one, more = (alone(count, expected, cv, fresh).value for count in (calls, calls + 1))
    assert more >= one * (1 - 1e-9)


def test_counts_below_nothing_are_refused_beside_a_forecast_too():
    with pytest.raises(ValueError):
        beside([Lately(-1, 1, 0.1)])
