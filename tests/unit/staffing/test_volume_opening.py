"""Half hours that never had a call have some today: longer hours, a new night service, an open Sunday."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccfloor.staffing.days import Row
from ccfloor.staffing.opening import Opening, before, learned, likely
from ccfloor.staffing.volume import Forecast, day_ahead, update
from tests.unit.staffing.volume_days import but, day, lived

COLUMNS = np.arange(48)
FIRST, CLOSES = 16, 44  # open from 8 to 22 h
HARDLY = 0.1  # calls in half an hour: for fewer nobody has to sit there


def ahead() -> Forecast:
    found = day_ahead(lived(84), day(84))
    assert found is not None
    return found


def usual(forecast: Forecast, **more: float) -> Row:
    """The calls as forecast while it is open, and ``c44=20``: so many in that column."""
    shut = (COLUMNS < FIRST) | (COLUMNS >= CLOSES)
    counts = np.where(shut, 0.0, forecast.mean)
    for name, calls in more.items():
        counts[int(name[1:])] = calls
    return counts


def until(forecast: Forecast, counts: Row, column: int) -> Forecast:
    seen = (column > COLUMNS).astype(np.float64)
    return update(forecast, counts * seen, seen, column)


def test_a_closed_night_is_as_good_as_without_calls_and_not_sure_to_be() -> None:
    made = ahead()
    night = np.concatenate([made.mean[:FIRST], made.mean[CLOSES:]])
    assert (night > 0).all() and night.sum() < HARDLY
    assert (made.high[:FIRST] > 0).all()


def test_longer_hours_go_on_for_a_while() -> None:
    made = ahead()
    found = until(made, usual(made, c44=20.0), 45)
    assert 10 < found.mean[45] < 20, "as many as in the half hour before, or fewer"
    assert found.mean[45] > found.mean[46] > found.mean[47] > 1
    assert found.high[45] > 25, "and how many nobody knows"
    over = until(made, usual(made, c44=20.0, c45=0.0, c46=0.0), 47)
    assert over.mean[47] < found.mean[47] / 2


def test_a_new_night_service_is_learned_as_it_goes() -> None:
    made = ahead()
    counts = usual(made, **{f"c{column}": 8.0 for column in range(4, FIRST)})
    early, late = until(made, counts, 6), until(made, counts, 12)
    assert 1 < early.mean[6] < 8
    assert 4 < late.mean[12] < 10


def test_one_stray_call_at_night_opens_nothing() -> None:
    made = ahead()
    found = until(made, usual(made, c3=1.0), 4)
    assert found.mean[4:FIRST].sum() < HARDLY
    assert until(made, usual(made, c3=1.0), CLOSES).mean[CLOSES:].sum() < HARDLY


def test_what_comes_at_night_tells_nothing_of_the_day_nor_the_day_of_the_night() -> None:
    made = ahead()
    busy_night = until(made, usual(made, c2=30.0, c3=30.0), FIRST)
    assert busy_night.mean[FIRST:CLOSES] == pytest.approx(made.mean[FIRST:CLOSES])
    busy_day = until(made, usual(made) * 1.5, 40)
    assert busy_day.mean[CLOSES:] == pytest.approx(made.mean[CLOSES:])
    assert busy_day.mean[40] > 1.2 * made.mean[40]


def test_an_hour_without_calls_on_all_days_may_have_some_today() -> None:
    history = lived(84)
    counts = history.counts.copy()
    counts[:, 25:27] = 0
    made = day_ahead(but(history, counts), day(84))
    assert made is not None
    assert made.mean[25:27].max() < HARDLY
    today = made.mean.copy()
    today[25] = 40
    assert 20 < until(made, today, 26).mean[26] < 50


# -- the two levels, against what is known exactly ----------------------------------------------------


def closed(days: float = 20.0) -> Opening:
    """Four columns that would have 10 calls each."""
    return Opening(np.full(4, 10.0), np.zeros(4, np.int64), np.zeros(4, np.bool_), days)


def test_before_anything_is_seen_one_call_is_expected_in_so_many_days() -> None:
    mean, covariance = before(closed(20))
    assert mean.sum() == pytest.approx(1 / 20, rel=0.01)
    assert covariance == pytest.approx(np.full((4, 4), 8.0)), "all together, and all but unknown"


def test_the_odds_are_those_of_two_gamma_poisson_models() -> None:
    """Calls N where E would come: marginals b^a/(b+E)^(a+N) of shape a = 1/2, rates b = 800 and 1/2."""
    found = likely(closed(20), 3, 10)
    first, other = (b**0.5 / (b + 10) ** 3.5 for b in (0.5, 800.0))
    chance = 0.5 / 800
    assert found.chance == pytest.approx(chance * first / (chance * first + (1 - chance) * other))
    assert (found.opened, found.usual) == pytest.approx((3.5 / 10.5, 3.5 / 810))


@given(st.integers(0, 300), st.floats(0, 60), st.floats(1, 120))
def test_one_call_more_is_never_less_to_come(calls: int, expected: float, days: float) -> None:
    def level(count: float) -> float:
        return float(likely(closed(days), count, expected).moments(np.ones(1))[0][0])

    assert level(calls + 1) > level(calls) > 0


@given(st.lists(st.integers(0, 40), min_size=4, max_size=4), st.integers(0, 4))
def test_only_columns_to_come_learn_and_bounds_are_sound(counts: list[int], upto: int) -> None:
    of, seen = closed(), (np.arange(4) < upto).astype(np.float64)
    mean, covariance, told = learned(of, np.array(counts, np.float64) * seen, seen, seen == 0)
    assert told.tolist() == [upto > 0 and column >= upto for column in range(4)]
    assert (mean[told] > 0).all() and np.isfinite(mean).all()
    assert (np.diag(covariance)[told] > 0).all() and covariance.max() <= 8 * (1 + 1e-9)
