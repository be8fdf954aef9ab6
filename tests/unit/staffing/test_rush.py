"""Whether a rush is on: it shows at once, its end too, and chance is not taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccfloor.staffing.rush import LASTS_S, Found, Quarters, find, left

USUAL = (25.0, 25.0)


def alone(first: float, last: float, cv: float = 0.08, fresh: float = 0.0, expected=USUAL) -> Found:
    return find([Quarters((first, last), expected, cv, fresh)])[0]


def test_calls_as_expected_are_the_ordinary_course():
    told = alone(25, 25)
    assert told.share < 0.1 and told.level == pytest.approx(1, abs=0.03)
    assert (told.steady, told.steady_cv) == (1, pytest.approx(0.08))


def test_a_little_more_than_expected_leaves_the_forecast_to_its_own_learning():
    assert 1 <= alone(28, 28).level < 1.08
    assert 1 <= alone(1, 2, expected=(0.5, 0.5)).level < 1.6


def test_a_rush_shows_and_nobody_is_sure_how_large_it_is():
    told = alone(50, 50)
    assert told.share > 0.9 and 1.8 < told.size < 2.3 and told.low < 2 < told.high and told.size_cv > 0.08


def test_one_that_began_is_believed_before_one_that_ended():
    begins, ends = alone(25, 50), alone(50, 25)
    assert begins.share > 0.8 and begins.level > 1.7
    assert ends.share < 0.4 and ends.level < 1.25


def test_after_a_few_minutes_of_a_large_one_its_size_is_still_open():
    early, later = alone(25, 55), alone(75, 75)
    assert early.size_cv > later.size_cv


def test_callers_may_stay_away_too():
    told = alone(5, 4)
    assert told.share > 0.9 and told.size < 0.4


def test_calls_that_the_forecast_does_not_know_yet_move_a_level_that_is_not_sure():
    """A holiday for which other days stand in, ten minutes after opening: half as many again."""
    fresh, known = alone(0, 15, 0.8, 1.0, (0.0, 10.0)), alone(0, 15, 0.8, 0.0, (0.0, 10.0))
    assert 1.25 < fresh.steady < 1.6 and fresh.steady_cv < 0.35
    assert known.steady == 1 and known.steady_cv == pytest.approx(0.8)


def test_what_half_hours_wander_does_not_last():
    assert alone(550, 550, 0.05, 1.0, (500.0, 500.0)).steady == 1


def test_queues_go_together_where_their_calls_say_so():
    """Half as many again in every queue: in one alone that may be chance, in all of them it is a rush."""
    each = Quarters((15, 15), (10, 10), 0.1)
    assert all(one.level > 1.2 for one in find([each] * 5))
    assert find([each])[0].level < 1.2


def test_a_rush_of_one_queue_stays_its_own():
    told = find([Quarters((30, 30), (10, 10), 0.1), *[Quarters((10, 10), (10, 10), 0.1)] * 4])
    assert told[0].level > 2
    assert all(one.level == pytest.approx(1, abs=0.15) for one in told[1:])


def test_a_calm_queue_keeps_out_of_the_rush_of_the_others():
    told = find([Quarters((50, 50), (50, 50), 0.1), *[Quarters((30, 30), (10, 10), 0.1)] * 4])
    assert told[0].level < 1.1 and all(one.level > 2 for one in told[1:])


def test_where_next_to_nothing_is_expected_no_call_says_nothing():
    told = alone(0, 0, 1.5, 0.0, (0.02, 0.02))
    assert (told.share, told.level) == (0, 1)


def test_where_nobody_was_expected_those_who_call_count():
    assert alone(30, 30, 0.3, 0.0, (0.05, 0.05)).level > 300


def test_a_rush_is_hardly_over_at_once_and_lasts_its_mean():
    at = [step * 60.0 for step in range(600)]
    assert left(0) == 1 and left(300) > 0.97
    assert sum(left(one) for one in at) * 60 == pytest.approx(LASTS_S, rel=0.02)


def test_counts_below_nothing_are_refused():
    for one in (Quarters((-1, 0), USUAL, 0.1), Quarters((1, 0), (-1, 1), 0.1), Quarters((1, 0), USUAL, -0.1)):
        with pytest.raises(ValueError, match="negative"):
            find([one])


_PAIRS = st.tuples(st.integers(0, 200), st.integers(0, 200))
_QUEUES = st.lists(
    st.builds(
        Quarters, _PAIRS, st.tuples(st.floats(0, 200), st.floats(0, 200)), st.floats(0, 3), st.floats(0, 1)
    ),
    max_size=4,
)


@given(_QUEUES)
def test_what_is_found_is_sound(floor: list[Quarters]):
    told = find(floor)
    assert len(told) == len(floor)
    for one in told:
        assert 0 <= one.share <= 1 and one.steady > 0 and one.steady_cv > 0 and one.size >= 0 <= one.size_cv
        assert 0 <= one.low <= one.level * (1 + 1e-9) <= one.high * (1 + 1e-8)


@given(st.integers(0, 150), st.integers(0, 150), st.floats(1, 100), st.floats(0.02, 1))
def test_one_call_more_hardly_ever_lowers_the_level(first: int, last: int, expected: float, cv: float):
    one, more = (alone(first, last + k, cv, expected=(expected, expected)).level for k in (0, 1))
    assert more >= one * (1 - 0.02)
