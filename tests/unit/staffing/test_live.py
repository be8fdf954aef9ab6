"""Few observations and the past: what is not known stays unsure, and bounds hold four times out of five."""

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccfloor.staffing.live import (
    Moments,
    Past,
    event_rate,
    mean_past,
    moments,
    moments_of_sums,
    patience,
    rate_past,
    seen_s,
    still_waited,
    timing,
)
from ccfloor.staffing.present import Estimate

HALF_HOUR = 1800.0


def _holds(told: Estimate, truth: float) -> bool:
    return told.low <= truth <= told.high


def test_a_caller_of_whom_nobody_heard_that_he_left_is_not_patience_itself() -> None:
    known = Past(60.0, 60 * 240.0)
    assert still_waited([30.0, 90.0, -1.0], known) == 120
    ghost = still_waited([36_000.0], known)
    before, after = (patience(20, 20 * 240.0 + more, known) for more in (0.0, ghost))
    assert before is not None and after is not None
    assert after.value < 1.15 * before.value
    assert still_waited([36_000.0]) < 3600


# -- calls -------------------------------------------------------------------------------------------


def test_time_in_which_nobody_looked_is_not_time_without_calls() -> None:
    """Six calls; the link was down for twenty of the thirty minutes, as two sources tell it."""
    hidden = [(900.0, 1500.0), (300.0, 1100.0), (-500.0, -100.0), (4000.0, 5000.0)]
    sight = seen_s(0.0, HALF_HOUR, hidden)
    assert sight == 600
    told, naive = event_rate(6, sight), event_rate(6, HALF_HOUR)
    assert told is not None and naive is not None
    assert told.value == pytest.approx(6.5 / 600) and told.value == pytest.approx(3 * naive.value)


def test_sight_at_the_edges() -> None:
    assert seen_s(0.0, 100.0, []) == 100
    assert seen_s(0.0, 100.0, [(-10.0, 200.0)]) == 0
    assert seen_s(0.0, 100.0, [(90.0, inf)]) == 90
    assert seen_s(0.0, 100.0, [(-inf, 5.0), (20.0, 30.0), (25.0, 28.0)]) == 85


def test_no_calls_are_not_no_rate() -> None:
    """The longer none comes, the lower it is; it is never nothing, and never sure."""
    rates = [event_rate(0, seconds) for seconds in (60.0, 600.0, 6000.0)]
    assert all(told is not None and 0 < told.low < told.value < told.high for told in rates)
    assert [told.value for told in rates if told] == pytest.approx([0.5 / 60, 0.5 / 600, 0.5 / 6000])


def test_of_nothing_seen_nothing_is_said() -> None:
    assert event_rate(0, 0.0) is None
    assert patience(0, 0.0) is None
    assert timing(Moments(0, 0.0, 0.0)) is None
    assert rate_past([], []) is None and rate_past([0.0], [0.0]) is None
    assert mean_past([Moments(0, 0.0, 0.0)]) is None
    told = event_rate(0, 0.0, Past(30, 3000))  # but the past is known
    assert told is not None and told.value == 0.01 and (told.sample, told.prior) == (0, 30)


def test_what_cannot_be_counted_is_refused() -> None:
    for events, exposure in ((-1, 10.0), (1, -10.0), (float("nan"), 10.0)):
        with pytest.raises(ValueError, match="negative"):
            event_rate(events, exposure)
        with pytest.raises(ValueError, match="negative"):
            patience(events, exposure)


def test_days_that_were_alike_decide_and_days_that_differed_do_not() -> None:
    """Twenty Mondays at ten: always about 100 calls, or 20 on one and 180 on the next."""
    rng = np.random.default_rng(3)
    alike = rate_past(rng.poisson(100, 20).tolist(), [HALF_HOUR] * 20)
    wild = rate_past((rng.poisson(100, 20) * ([0.2, 1.8] * 10)).tolist(), [HALF_HOUR] * 20)
    assert alike is not None and wild is not None
    assert alike.events > 20 * wild.events
    today = 150
    near, far = event_rate(today, HALF_HOUR, alike), event_rate(today, HALF_HOUR, wild)
    assert near is not None and far is not None
    assert near.value * HALF_HOUR < 125 < 140 < far.value * HALF_HOUR


def test_a_single_day_weighs_as_days_usually_do() -> None:
    told = rate_past([400.0], [4 * HALF_HOUR])
    assert told is not None
    assert told.events / told.exposure == pytest.approx(400 / (4 * HALF_HOUR), rel=0.01)
    assert 5 < told.events < 25  # as one of many days that differ by a fifth, not as four hundred calls


def test_four_rates_in_five_lie_within_their_bounds() -> None:
    """Days differ by a quarter; of the present one a tenth of an hour is seen."""
    rng, held = np.random.default_rng(11), 0
    for _ in range(400):
        rates = rng.gamma(16, 0.05 / 16, 31)
        history = rng.poisson(rates[:30] * HALF_HOUR)
        past = rate_past(history.tolist(), [HALF_HOUR] * 30)
        told = event_rate(int(rng.poisson(rates[30] * 360)), 360.0, past)
        assert told is not None
        held += _holds(told, rates[30])
    assert 0.75 < held / 400 < 0.85


def test_a_level_is_a_rate_in_expected_calls() -> None:
    """30 came of 20 expected; days differ by a tenth, so that most of it is chance."""
    told = event_rate(30, 20.0, Past(100, 100))
    assert told is not None and told.value == pytest.approx(130 / 120)


@given(st.integers(0, 5000), st.floats(0.1, 1e5), st.floats(0.1, 1e4), st.floats(1e-4, 10))
def test_a_rate_lies_between_what_was_and_what_is(
    n: int, exposure: float, weight: float, usual: float
) -> None:
    told = event_rate(n, exposure, Past(weight, weight / usual))
    assert told is not None
    least, most = sorted((n / exposure, usual))
    assert least * (1 - 1e-9) <= told.value <= most * (1 + 1e-9)
    assert 0 <= told.low <= told.high


# -- patience ----------------------------------------------------------------------------------------


def test_patience_from_callers_most_of_whom_never_gave_up() -> None:
    """Mean patience 120 s; nobody waits longer than a minute, so that no wait of who left is near it."""
    rng = np.random.default_rng(7)
    will, offered = rng.exponential(120, 4000), rng.uniform(0, 60, 4000)
    gone, waited = will < offered, np.minimum(will, offered)
    told = patience(int(gone.sum()), float(waited.sum()))
    assert told is not None and told.value == pytest.approx(120, rel=0.05)
    assert waited[gone].mean() < 35  # what a mean over those who left would say
    assert _holds(told, 120) and told.sample == gone.sum()


def test_it_is_total_wait_over_abandonments() -> None:
    told = patience(200, 200 * 75.0)
    assert told is not None and told.value == pytest.approx(75, rel=0.002)


def test_nobody_left_is_not_patience_without_end() -> None:
    """An hour of waiting, and nobody gave up: at least long, and how long nobody knows."""
    told = patience(0, 3600.0)
    assert told is not None
    assert 3600 < told.value < 1e6 and told.low < 3600 and told.high > 10 * told.value


def test_few_abandonments_lean_on_the_past() -> None:
    """Four weeks say two minutes; this morning one of three gave up after five seconds."""
    past = rate_past([40.0, 44, 38, 41, 39, 43], [4800.0, 5300, 4500, 4950, 4700, 5100])
    assert past is not None
    morning, alone = patience(1, 15.0, past), patience(1, 15.0)
    assert morning is not None and alone is not None
    assert 100 < morning.value < 125 and alone.value < 25
    assert morning.prior == past.events > 10
    evening = patience(400, 400 * 30.0, past)
    assert evening is not None and evening.value < 40  # a day of others is believed


def test_patience_stays_where_the_formulas_are_exact() -> None:
    hasty, idle = patience(500, 0.0, Past(1, 0.1)), patience(0, 1e12)
    assert hasty is not None and idle is not None
    assert (hasty.value, hasty.low) == (1, 1) and idle.value == 1e6 and idle.high == 1e6


def test_four_patiences_in_five_lie_within_their_bounds() -> None:
    rng, held = np.random.default_rng(19), 0
    for _ in range(400):
        will, offered = rng.exponential(90, 60), rng.exponential(40, 60)
        told = patience(int((will < offered).sum()), float(np.minimum(will, offered).sum()))
        assert told is not None
        held += _holds(told, 90)
    assert 0.75 < held / 400 < 0.86


# -- lengths -----------------------------------------------------------------------------------------


def test_sums_and_single_lengths_say_the_same() -> None:
    lengths = [12.0, 30.5, 300.0, 4.0]
    one, other = moments(lengths), moments_of_sums(4, sum(lengths), sum(x * x for x in lengths))
    assert one == other
    assert (one.mean, one.sd) == pytest.approx((np.mean(lengths), np.std(lengths, ddof=1)))
    assert moments([]) == Moments(0, 0.0, 0.0) and moments([7.0]) == Moments(1, 7.0, 0.0)


def test_few_calls_lean_on_the_past_and_many_do_not() -> None:
    past = mean_past([Moments(80, 240 + day, 150) for day in (-12, -4, 0, 3, 9, 15)])
    assert past is not None and 30 < past.n < 480
    few, many = timing(Moments(3, 500, 90), past), timing(Moments(3000, 500, 180), past)
    assert few is not None and many is not None
    assert few.mean.value < 275 and few.mean.sample == 3 and few.mean.prior == past.n
    assert 470 < many.mean.value < 500 and 170 < many.sd.value < 180
    assert many.mean.high - many.mean.low < few.mean.high - few.mean.low


def test_one_call_alone_says_little() -> None:
    told = timing(Moments(1, 200, 0.0))
    assert told is not None and told.sd.value == 200  # as exponential lengths have it
    assert told.mean.low < 20 and told.mean.high > 2000


def test_a_mean_that_moves_from_day_to_day_weighs_less() -> None:
    calm = mean_past([Moments(100, 200 + 2 * day, 100) for day in range(10)])
    restless = mean_past([Moments(100, 100 + 40 * day, 100) for day in range(10)])
    assert calm is not None and restless is not None and calm.n > 5 * restless.n
    lengths = mean_past([Moments(1, 50.0, 0.0), Moments(1, 150.0, 0.0)])  # no day has two
    assert lengths is not None and lengths.sd == lengths.mean == 100


def test_four_means_in_five_lie_within_their_bounds() -> None:
    """Days' means differ by a tenth, single calls by two thirds; fifteen calls of today are known."""
    rng, held = np.random.default_rng(23), 0
    for _ in range(400):
        means = 240 * rng.lognormal(0, 0.1, 21)
        days = [moments((mean * rng.lognormal(-0.18, 0.6, 60)).tolist()) for mean in means[:20]]
        told = timing(moments((means[20] * rng.lognormal(-0.18, 0.6, 15)).tolist()), mean_past(days))
        assert told is not None
        held += _holds(told.mean, means[20])
    assert 0.73 < held / 400 < 0.87


@given(
    st.builds(Moments, st.integers(0, 1000), st.floats(1, 3600), st.floats(0, 3600)),
    st.none() | st.builds(Moments, st.floats(0, 500), st.floats(1, 3600), st.floats(0, 3600)),
)
def test_a_mean_lies_between_what_was_and_what_is(today: Moments, past: Moments | None) -> None:
    told = timing(today, past)
    means = [one.mean for one in (today, past) if one is not None and one.n > 0]
    if told is None:
        assert not means
        return
    assert min(means) - 1e-6 <= told.mean.value <= max(means) + 1e-6
    for part in told:
        assert 0 <= part.low <= part.value <= part.high
