"""What holds of every forecast, whatever the history."""

from datetime import timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ccfloor.staffing.days import Day, History, Kind
from ccfloor.staffing.volume import Forecast, course, day_ahead, update
from tests.unit.staffing.volume_days import MONDAY, but, day, lived

WIDTH = 12
COUNTS = st.one_of(st.just(0.0), st.integers(0, 40).map(float), st.integers(0, 10**6).map(float))
SHARES = st.sampled_from([0.0, 0.01, 0.4, 1.0, 1.0, 1.0, 2.0])


@st.composite
def histories(draw: st.DrawFn) -> tuple[History, Day]:
    """Up to five weeks with gaps, outages and any kinds of days, and a day after them."""
    skips = draw(st.lists(st.integers(1, 4), min_size=0, max_size=35))
    dates = [MONDAY + timedelta(days=int(passed)) for passed in np.cumsum(skips)]
    kinds = draw(st.lists(st.sampled_from(Kind), min_size=len(dates) + 1, max_size=len(dates) + 1))
    after = (dates[-1] if dates else MONDAY) + timedelta(days=draw(st.integers(1, 60)))
    days = tuple(Day(at, kind) for at, kind in zip(dates, kinds[:-1], strict=True))
    shape = (len(dates), WIDTH)
    counts = draw(arrays.arrays(np.float64, shape, elements=COUNTS, fill=COUNTS))
    seen = draw(arrays.arrays(np.float64, shape, elements=SHARES, fill=st.just(1.0)))
    return History("any", days, counts, seen), Day(after, kinds[-1])


def holds(found: Forecast) -> None:
    for told in (found.mean, found.low, found.high):
        assert np.isfinite(told).all()
        assert (told >= 0).all()
    assert (found.low <= found.mean).all()
    assert (found.mean <= found.high).all()
    assert np.isfinite(found.level_cv)
    assert found.level_cv >= 0


@settings(max_examples=150, deadline=None)
@given(histories(), st.data())
def test_forecasts_and_updates_are_sound(given_: tuple[History, Day], data: st.DataObject) -> None:
    history, of = given_
    found = day_ahead(history, of)
    if found is None:
        assert (history.counts * (history.seen > 0)).sum() == 0
        return
    holds(found)
    counts = data.draw(arrays.arrays(np.float64, WIDTH, elements=COUNTS))
    seen = data.draw(arrays.arrays(np.float64, WIDTH, elements=SHARES))
    later = update(found, counts, seen, data.draw(st.integers(0, WIDTH)))
    holds(later)
    told = course(later, data.draw(st.floats(-1e5, 1e6)), 60.0, 7200.0)
    assert all(np.isfinite(rate) and rate >= 0 for rate in told.rates)
    assert told.level_cv >= 0
    unchanged = update(found, counts, np.zeros(WIDTH), 0)
    assert (unchanged.mean == found.mean).all()
    assert (unchanged.high == found.high).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.floats(2.0, 50.0), st.integers(14, 60))
def test_so_many_times_the_calls_are_so_many_times_the_forecast(seed: int, times: float, days: int) -> None:
    """Of a queue with many calls, where chance is small on both scales; its band within a factor of two."""
    history = lived(days, size=20_000, seed=seed)
    one = day_ahead(history, day(days))
    many = day_ahead(but(history, np.round(history.counts * times)), day(days))
    assert one is not None
    assert many is not None
    np.testing.assert_allclose(many.mean, one.mean * times, rtol=0.03, atol=0.02 * times * one.mean.max())
    ratio = (many.high - many.low).sum() / (one.high - one.low).sum()
    assert 0.5 * times < ratio < 2 * times


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10**6),
    st.sampled_from([20.0, 100.0, 1000.0]),
    st.integers(24, 38),
    st.floats(0, 3),
    st.floats(0.01, 2),
)
def test_a_busier_day_so_far_has_a_busier_rest(
    seed: int, size: float, upto: int, times: float, more: float
) -> None:
    found = day_ahead(lived(40, size, seed=seed), day(40))
    assert found is not None
    seen = (np.arange(48) < upto).astype(np.float64)
    few, many = (update(found, found.mean * seen * one, seen, upto) for one in (times, times + more))
    assert many.mean[upto:].sum() > few.mean[upto:].sum()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([5.0, 50.0, 1000.0]), st.integers(17, 43))
def test_calls_as_forecast_narrow_what_is_left(seed: int, size: float, upto: int) -> None:
    found = day_ahead(lived(40, size, seed=seed), day(40))
    assert found is not None
    seen = (np.arange(48) < upto).astype(np.float64)
    now = update(found, found.mean * seen, seen, upto)
    np.testing.assert_allclose(now.mean, found.mean, atol=0.02)  # of half hours that never had a call
    before, after = (np.diag(one.covariance)[upto:] for one in (found.ahead, now.now))
    assert (after <= before * (1 + 1e-9)).all()
    many = (np.arange(48) >= upto) & (found.mean > 5)  # of fewer a quantile may rise as chance falls
    assert ((now.high - now.low)[many] <= (found.high - found.low)[many]).all()
