"""What is left of calls, wrap-up and pauses, against lengths drawn by chance."""

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccfloor.staffing.live import Moments
from ccfloor.staffing.live_residual import Length, Work, back_in, free_in, length, length_of_quantiles

TALK = length(Moments(200, 240, 180))
WORK = Work(
    ring=length(Moments(90, 6, 3)),
    talk=TALK,
    wrap=length(Moments(90, 30, 20)),
    other=length(Moments(9, 90, 80)),
)


def _drawn(of: Length, number: int = 2_000_000) -> np.ndarray:
    return np.random.default_rng(2).lognormal(of.mu, of.sigma, number)


@pytest.mark.parametrize("elapsed", [0.0, 30.0, 240.0, 800.0])
def test_what_is_left_of_those_who_are_still_on(elapsed: float) -> None:
    drawn = _drawn(TALK)
    left = drawn[drawn > elapsed] - elapsed
    told = TALK.residual(elapsed)
    assert told.value == pytest.approx(left.mean(), rel=0.02)
    assert np.mean(left <= told.low) == pytest.approx(0.1, abs=0.01)
    assert np.mean(left <= told.high) == pytest.approx(0.9, abs=0.01)
    assert told.sample == 200


def test_a_long_call_is_expected_to_go_on_longer_not_to_end_at_once() -> None:
    """Lognormal: who has talked for long is of those who talk long. A mean less elapsed is 0 or less."""
    left = [TALK.residual(elapsed).value for elapsed in (240.0, 600.0, 1800.0, 7200.0)]
    assert left == sorted(left) and left[0] > 100


def test_what_is_left_when_nobody_knows_how_long_it_has_lasted() -> None:
    rng, drawn = np.random.default_rng(4), _drawn(TALK)
    met = rng.choice(drawn, 200_000, p=drawn / drawn.sum()) * rng.random(
        200_000
    )  # long ones are met more often
    told = TALK.stationary()
    assert told.value == pytest.approx((240**2 + 180**2) / 480)
    assert told.value == pytest.approx(met.mean(), rel=0.03)
    assert (told.low, told.high) == pytest.approx(tuple(np.quantile(met, (0.1, 0.9))), rel=0.03)


def test_a_length_from_mean_or_from_quantiles() -> None:
    drawn = _drawn(TALK)
    assert TALK.mean_s == pytest.approx(240) and drawn.std() == pytest.approx(180, rel=0.02)
    again = length_of_quantiles(float(np.median(drawn)), float(np.quantile(drawn, 0.9)))
    assert (again.mu, again.sigma) == pytest.approx((TALK.mu, TALK.sigma), rel=0.01)
    for median_s, high_s in ((0.0, 5.0), (10.0, 5.0)):
        with pytest.raises(ValueError, match="length"):
            length_of_quantiles(median_s, high_s)
    with pytest.raises(ValueError, match="length"):
        length(Moments(5, 0.0, 1.0))


@given(st.floats(1, 7200), st.floats(0, 7200), st.floats(0, 1e6))
def test_what_is_left_is_never_negative(mean: float, sd: float, elapsed: float) -> None:
    of = length(Moments(10, mean, sd))
    told = of.residual(elapsed)
    assert 0 <= told.low <= told.high < inf and 0 <= told.value < inf
    assert of.mean_s == pytest.approx(mean)


def test_a_busy_seat_by_its_status() -> None:
    """The nearer the end of the call, the sooner it is free; the wrap-up comes after all of it."""
    wrap = WORK.wrap.mean_s
    values = [
        free_in(status, elapsed, WORK)
        for status, elapsed in (("ringing", 2), ("on_call", 0), ("wrap_up", 20))
    ]
    assert all(told is not None for told in values)
    ringing, talking, wrapping = (told.value for told in values if told)
    assert ringing > talking == pytest.approx(240 + wrap) and wrapping < wrap + 10
    held, other = free_in("on_hold", 3, WORK), free_in("other_call", 0, WORK)
    assert held is not None and held.value == pytest.approx(TALK.stationary().value + wrap)
    assert other is not None and other.value == pytest.approx(90)
    assert [free_in(status, 0, WORK) for status in ("ready", "paused", "offline", "unknown")] == [None] * 4


def test_wrap_up_ends_when_the_switch_ends_it() -> None:
    granted = WORK._replace(wrap_most_s=25.0)
    told, over = free_in("wrap_up", 20, granted), free_in("wrap_up", 40, granted)
    assert told is not None and over is not None
    assert told.high <= 5 and over.value == 0
    talking = free_in("on_call", 0, granted)
    assert talking is not None and talking.value == pytest.approx(265)


def test_a_pause_of_a_known_reason() -> None:
    """Breaks of ten minutes: one that has lasted eight is nearly over; of one of two hours nobody knows."""
    usual = length(Moments(40, 600, 150))
    fresh, late = back_in(0, usual), back_in(480, usual)
    assert fresh is not None and late is not None
    assert fresh.value == pytest.approx(600) and 100 < late.value < 200 and late.sample == 40
    assert back_in(7200, usual) is None


def test_a_planned_end_goes_before_the_usual_until_it_has_passed() -> None:
    usual = length(Moments(40, 600, 150))
    planned = back_in(60, usual, due_in_s=840)
    assert planned is not None and planned.value == 840 and planned.low < 840
    assert back_in(960, usual, due_in_s=-60) == back_in(960, usual)
