"""A replay's clock: it runs at its speed, stands, is set, and never leaves the day."""

import pytest

from ccfloor.service.replay_clock import SPEEDS, ReplayClock


def clock(at: float = 1000.0) -> ReplayClock:
    return ReplayClock(1000.0, 4600.0, at, real=50.0)


@pytest.mark.parametrize("speed", SPEEDS)
def test_it_runs_so_many_times_as_fast(speed: int) -> None:
    running = clock()
    running.pace(speed, 50.0)
    assert running.now(50.5) == 1000.0 + 0.5 * speed
    assert running.step(50.25) == 1000.0 + 0.25 * speed
    assert running.now(50.5) == 1000.0 + 0.5 * speed


def test_another_speed_counts_from_where_it_is() -> None:
    running = clock()
    running.pace(10, 50.5)
    assert running.now(51.0) == 1000.5 + 5.0


def test_it_stands_and_goes_on_from_there() -> None:
    running = clock()
    running.pause(True, 50.5)
    assert running.step(90.0) == 1000.5
    running.pause(False, 90.0)
    assert running.now(90.5) == 1001.0


def test_a_step_that_took_long_makes_it_slower_not_ahead() -> None:
    running = clock()
    running.pace(60, 50.0)
    assert running.step(58.0) == 1060.0


def test_it_is_set_within_the_day_only() -> None:
    running = clock()
    for asked, there in ((2000.0, 2000.0), (0.0, 1000.0), (9e9, 4600.0)):
        running.set(asked, 60.0)
        assert running.now(60.0) == there


def test_at_the_end_it_stands_and_begins_anew() -> None:
    running = clock(4599.0)
    running.pace(10, 50.0)
    assert running.step(50.5) == 4600.0 and running.paused
    running.pause(False, 51.0)
    assert (running.now(51.0), running.paused) == (1000.0, False)


def test_a_speed_that_is_not_offered_is_refused() -> None:
    with pytest.raises(ValueError, match="speed 7"):
        clock().pace(7, 50.0)
