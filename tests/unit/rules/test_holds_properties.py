"""Every hold against its definition, second by second; and nothing depends on who looks when."""

from math import ceil, inf

from hypothesis import given, settings
from hypothesis import strategies as st

from ccfloor.rules.holds import HoldTracker, make_hold
from ccfloor.rules.model import Hold, When
from tests.unit.rules import brute, streams
from tests.unit.rules.streams import START, Steps


def completed(tracker: HoldTracker, steps: Steps) -> float:
    for at, value in streams.changes(steps):
        tracker.change(at, value)
    return tracker.advance(streams.end_of(steps) - 1)


@settings(max_examples=400, deadline=None)
@given(streams.whens, streams.exact_holds, streams.steps)
def test_met_time_is_complete_when_the_seconds_say_so(when: When, hold: Hold, steps: Steps) -> None:
    expected = brute.first_complete(streams.rule(when, hold), streams.seconds(steps))
    assert completed(make_hold(when, hold), steps) == (0.0 if expected is None else START + expected)


@settings(max_examples=400, deadline=None)
@given(streams.whens, streams.mean, streams.steps)
def test_the_mean_is_reached_within_the_second_that_the_seconds_give(
    when: When, hold: Hold, steps: Steps
) -> None:
    expected = brute.first_complete(streams.rule(when, hold), streams.seconds(steps))
    at = completed(make_hold(when, hold), steps)
    assert (ceil(at - START) if at else None) == expected


@settings(max_examples=200, deadline=None)
@given(streams.whens, streams.holds, streams.steps)
def test_due_is_when_it_completes_if_nothing_changes(when: When, hold: Hold, steps: Steps) -> None:
    tracker = make_hold(when, hold)
    for at, value in streams.changes(steps):
        tracker.change(at, value)
    due_at = tracker.due_at()
    assert tracker.wake_at() <= due_at
    assert tracker.advance(START + 10_000) == (0.0 if due_at == inf else due_at)


@settings(max_examples=200, deadline=None)
@given(streams.whens, streams.holds, streams.steps, st.integers(1, 20))
def test_woken_when_it_asks_it_is_told_of_completion_in_time(
    when: When, hold: Hold, steps: Steps, tail: int
) -> None:
    """Who calls advance at wake_at alone learns of completion the instant it comes."""
    tracker, alone = make_hold(when, hold), make_hold(when, hold)
    expected = completed(alone, [*steps, (tail, steps[-1][1])])
    ends = [*[at for at, _ in streams.changes(steps)][1:], streams.end_of(steps) + tail - 1]
    for (at, value), end in zip(streams.changes(steps), ends, strict=True):
        tracker.change(at, value)
        while not tracker.done_at and (wake := tracker.wake_at()) <= end:
            assert wake >= tracker.at
            tracker.advance(wake)
            assert tracker.done_at or tracker.wake_at() > wake
        if tracker.done_at:
            assert tracker.done_at == expected
            assert tracker.at in (expected, at)
            return
    assert expected == 0.0


@settings(max_examples=200, deadline=None)
@given(streams.whens, streams.exact_holds, streams.steps)
def test_what_is_held_reaches_what_is_needed_when_complete(when: When, hold: Hold, steps: Steps) -> None:
    """The bar on the screen: never beyond full, never back while it holds, full exactly when due."""
    tracker = make_hold(when, hold)
    for at, value in streams.changes(steps):
        tracker.change(at, value)
    now, due_at = tracker.at, tracker.due_at()
    assert 0.0 <= tracker.held_s(now) <= tracker.needed_s
    if now < due_at < inf:
        assert tracker.began(now)
        assert tracker.held_s(now) < tracker.needed_s
        assert tracker.held_s(due_at) >= tracker.needed_s - 1e-6
