"""A forecast through its day: what has come tells of the rest, most of what is near, and the band narrows."""

from itertools import pairwise

import numpy as np
import pytest

from ccfloor.staffing.days import Row
from ccfloor.staffing.intraday import Outlook, learned
from ccfloor.staffing.volume import Forecast, day_ahead, steady, update
from tests.unit.staffing.volume_days import but, day, lived, shape

NOON = 24
COLUMNS = np.arange(48)


def ahead(size: float = 1000.0, busy: float = 0.1) -> Forecast:
    found = day_ahead(lived(84, size, busy=busy), day(84))
    assert found is not None
    return found


def until(forecast: Forecast, counts: Row, columns: int) -> Forecast:
    """After the columns before one, all of them seen."""
    seen = (columns > COLUMNS).astype(np.float64)
    return update(forecast, counts * seen, seen, columns)


def rest(forecast: Forecast, columns: int = NOON) -> float:
    return float(forecast.mean[columns:].sum())


def width(forecast: Forecast, columns: int = NOON) -> float:
    return float((forecast.high - forecast.low)[columns:].sum())


def test_nothing_seen_changes_nothing() -> None:
    before = ahead()
    found = update(before, np.full(48, 7.0), np.zeros(48), 0)
    for name in ("mean", "low", "high"):
        assert (getattr(found, name) == getattr(before, name)).all()
    assert found.level_cv == before.level_cv


def test_calls_as_expected_leave_the_rest_and_narrow_its_band() -> None:
    before, widths = ahead(), []
    for column in (0, 18, 20, 22, NOON):
        found = until(before, before.mean, column)
        assert found.mean == pytest.approx(before.mean)
        widths.append((width(found), found.level_cv))
    assert all(later[0] < one[0] and later[1] < one[1] for one, later in pairwise(widths))


def test_a_busy_morning_tells_of_a_busy_afternoon_a_calm_one_of_a_calm() -> None:
    before = ahead()
    busy, calm = (until(before, before.mean * times, NOON) for times in (1.2, 0.8))
    assert 1.1 < rest(busy) / rest(before) < 1.2
    assert 0.8 < rest(calm) / rest(before) < 0.9


def test_a_queue_of_few_calls_is_moved_less_by_the_same_share() -> None:
    small, large = ahead(size=20), ahead(size=1000)
    ratios = [rest(until(one, one.mean * 1.3, NOON)) / rest(one) for one in (small, large)]
    assert 1 < ratios[0] < ratios[1]


def test_days_that_vary_much_are_followed_further_than_steady_ones() -> None:
    steady, moody = ahead(busy=0.01), ahead(busy=0.25)
    ratios = [rest(until(one, one.mean * 1.2, 19)) / rest(one) for one in (steady, moody)]
    assert ratios[0] < ratios[1]
    assert steady.level_cv < moody.level_cv


def test_what_is_over_keeps_what_was_forecast_of_it() -> None:
    before = ahead()
    found = until(before, before.mean * 1.5, NOON)
    assert (found.mean[:NOON] == before.mean[:NOON]).all()
    assert (found.high[:NOON] == before.high[:NOON]).all()
    assert found.upto == NOON
    assert found.ahead is before.ahead


def test_an_update_begins_with_the_day_before_whatever_was_told_meanwhile() -> None:
    before = ahead()
    counts = before.mean * 1.3
    at_once = until(before, counts, NOON)
    in_steps = until(until(until(before, counts, 18), counts, 21), counts, NOON)
    assert (in_steps.mean == at_once.mean).all()


def test_the_half_hour_that_runs_is_told_as_a_whole_and_learned_from_in_part() -> None:
    before = ahead()
    counts, seen = np.zeros(48), (COLUMNS < NOON).astype(np.float64)
    counts[:NOON] = before.mean[:NOON]
    seen[NOON], counts[NOON] = 0.5, before.mean[NOON]
    found = update(before, counts, seen, NOON)
    assert before.mean[NOON] < found.mean[NOON] < 2 * before.mean[NOON]
    assert found.mean[NOON] / before.mean[NOON] > found.mean[40] / before.mean[40]


def test_an_outage_in_the_morning_is_not_a_calm_morning() -> None:
    before = ahead()
    seen = (COLUMNS < NOON).astype(np.float64)
    seen[18:22] = 0
    counts = before.mean * seen
    assert update(before, counts, seen, NOON).mean == pytest.approx(before.mean)


def test_a_floor_that_fell_silent_is_not_taken_to_stay_so() -> None:
    before = ahead()
    found = until(before, np.zeros(48), 40)
    assert (found.mean[40:44] > 0).all()
    assert found.mean[40:44].sum() < 0.5 * before.mean[40:44].sum()


def test_a_morning_beyond_all_days_is_followed_and_widens_the_band() -> None:
    before = ahead(busy=0.02)
    usual, odd = until(before, before.mean, NOON), until(before, before.mean * 3, NOON)
    assert rest(odd) > 1.8 * rest(before)
    assert odd.level_cv > usual.level_cv


def test_a_rush_that_is_over_leaves_the_rest_of_the_day_as_it_was() -> None:
    before, counts = ahead(), ahead().mean.copy()
    counts[19:22] *= 2.2
    found = until(before, counts, NOON)
    assert rest(found, 30) == pytest.approx(rest(before, 30), rel=0.05)
    assert rest(steady(found)) == pytest.approx(rest(before), rel=0.05)


def test_a_rush_that_lasts_is_followed_at_once_and_told_apart() -> None:
    before, counts = ahead(), ahead().mean.copy()
    counts[NOON - 3 : NOON] *= 2.2
    found = until(before, counts, NOON)
    assert found.mean[NOON] > 1.5 * before.mean[NOON]
    assert found.mean[36] < 1.35 * before.mean[36]
    assert steady(found).mean[NOON] < 1.35 * before.mean[NOON]
    assert steady(found).level_cv < found.level_cv


def after(half_hours: int, times: float) -> float:
    """How many times the usual calls the evening is to bring, so many of them after calls changed."""
    before, counts = ahead(), ahead().mean.copy()
    counts[18 : 18 + half_hours] *= times
    found = until(before, counts, 18 + half_hours)
    return float(rest(found, 34) / rest(before, 34))


@pytest.mark.parametrize("times", [2.0, 0.4])
def test_what_goes_on_for_hours_is_the_day_by_and_by(times: float) -> None:
    shares = [(after(count, times) - 1) / (times - 1) for count in (1, 2, 4, 6, 10)]
    assert shares == sorted(shares), "the longer it has lasted the more of it stays"
    assert shares[0] < 0.2 and shares[1] < 0.3
    assert shares[3] > 0.6 and 0.7 < shares[4] < 1.1


def test_however_long_it_goes_on_the_day_without_it_is_told_apart() -> None:
    """Whether it is still on, the last half hour says at once; the day must not stay high after it."""
    before, counts = ahead(), ahead().mean.copy()
    counts[18:NOON] *= 2
    found = until(before, counts, NOON)
    assert rest(found, 34) > 1.6 * rest(before, 34)
    assert rest(steady(found), 34) == pytest.approx(rest(before, 34), rel=0.12)


def test_a_long_rush_that_ended_is_not_foretold_for_the_evening() -> None:
    before, counts = ahead(), ahead().mean.copy()
    counts[18:26] *= 2
    over = until(before, counts, 28)
    assert rest(over, 34) == pytest.approx(rest(before, 34), rel=0.12)


def test_one_stray_call_before_opening_makes_no_strange_day() -> None:
    history = lived(84)
    counts = history.counts.copy()
    counts[21, 12] = 1
    before = day_ahead(but(history, counts), day(84))
    assert before is not None
    assert 0 < before.mean[12] < 0.1
    stray = before.mean.copy()
    stray[12] = 1
    found = until(before, stray, 20)
    assert rest(found) == pytest.approx(rest(before), rel=0.01)
    assert found.level_cv == pytest.approx(until(before, before.mean, 20).level_cv, rel=0.05)


def test_the_end_of_the_day_leaves_nothing_to_be_wrong_about() -> None:
    before = ahead()
    assert until(before, before.mean, 48).level_cv == 0


@pytest.mark.parametrize("width", [47, 50])
def test_counts_of_another_width_are_refused(width: int) -> None:
    with pytest.raises(ValueError, match="sales"):
        update(ahead(), np.zeros(width), np.zeros(width), 0)


# -- against what is known exactly -------------------------------------------------------------------


def test_one_factor_for_the_day_is_the_gamma_poisson_update() -> None:
    """A level of gamma distribution with shape a, mean 1: after N calls of m expected (a + N) / (a + m)."""
    shape_a, mean = 40.0, shape() * 300
    outlook = Outlook(mean, np.full((48, 48), 1 / shape_a), 1.0)
    seen = (COLUMNS < NOON).astype(np.float64)
    expected = float(mean[:NOON].sum())
    for calls in (0.9, 1.0, 1.1):
        found = learned(outlook, mean * calls * seen, seen, COLUMNS >= NOON)
        factor = (shape_a + calls * expected) / (shape_a + expected)
        assert found.mean[NOON:44] == pytest.approx(mean[NOON:44] * factor, rel=1e-4)
        later = np.sqrt(np.diag(found.covariance)[NOON:44])
        assert later == pytest.approx((shape_a + max(calls, 0.0) * expected) ** -0.5, rel=1e-4)


def test_near_half_hours_move_most() -> None:
    like = np.exp(-np.abs(COLUMNS[:, None] - COLUMNS) / 4)
    outlook = Outlook(np.full(48, 50.0), 0.05 * like, 1.0)
    seen = (COLUMNS < NOON).astype(np.float64)
    found = learned(outlook, 65.0 * seen, seen, COLUMNS >= NOON)
    moved = found.mean[NOON:] - 50
    assert moved[0] > 5
    assert (np.diff(moved) < 0).all()
    assert moved[-1] < 0.3 * moved[0]


def test_counts_that_scatter_more_than_by_chance_are_trusted_less() -> None:
    seen = (COLUMNS < NOON).astype(np.float64)
    moved = [
        learned(Outlook(shape() * 200, np.full((48, 48), 0.01), noise), shape() * 240 * seen, seen, seen < 1)
        for noise in (1.0, 4.0)
    ]
    assert 200 < moved[1].mean.sum() < moved[0].mean.sum() < 240


def test_the_band_of_sure_rates_is_that_of_poisson_counts() -> None:
    """Quantiles of Poisson counts of mean 100, 10 and 0.05 (tables): 87..113, 6..14, and 0."""
    low, high = Outlook(np.array([100.0, 10.0, 0.05]), np.zeros((3, 3)), 1.0).band()
    assert low.tolist() == [87, 6, 0]
    assert high.tolist() == [113, 14, 0.05]


def test_the_band_of_an_unsure_rate_is_that_of_a_negative_binomial() -> None:
    """Counts over a gamma rate of shape 1, mean 9 are geometric: P(N > n) = 0.9 to the n + 1."""
    low, high = Outlook(np.array([9.0]), np.ones((1, 1)), 1.0).band()
    assert (low[0], high[0]) == (0, 21)
