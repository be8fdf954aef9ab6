"""Stories of holds: level 1 of the peak plan (8 waiting for 30 minutes) in each of its readings."""

from math import inf

import pytest

from ccfloor.rules.holds import HoldTracker, make_hold
from ccfloor.rules.model import Hold, When
from tests.unit.rules.streams import START, Steps, changes

HALF_HOUR = 1800.0
WAITING = When(metric="waiting", at_least=8)
STRICT = Hold(for_s=HALF_HOUR)
FORGIVE = Hold(kind="forgive", for_s=HALF_HOUR, dip_s=60)
SHARE = Hold(kind="share", for_s=HALF_HOUR, share=0.8)
WITHIN = Hold(kind="within", for_s=HALF_HOUR, reached_s=60)
MEAN = Hold(kind="mean", for_s=HALF_HOUR)


def told(hold: Hold, steps: Steps, when: When = WAITING) -> HoldTracker:
    tracker, restarted = make_hold(when, hold), make_hold(when, hold)
    for at, value in changes(steps):
        tracker.change(at, value)
        restarted.change(at, value)
        state, restarted = restarted.dump(), make_hold(when, hold)
        restarted.restore(state)
    assert restarted.due_at() == tracker.due_at()
    return tracker


def done(hold: Hold, steps: Steps, when: When = WAITING) -> float:
    """Seconds after the start at which it is complete, the last value staying; -1: never."""
    at = told(hold, steps, when).advance(START + 100_000)
    return at - START if at else -1.0


@pytest.mark.parametrize("hold", [STRICT, FORGIVE])
def test_complete_at_the_very_second_and_not_before(hold: Hold) -> None:
    tracker = told(hold, [(1, 8.0)])
    assert tracker.advance(START + 1799.999) == 0.0
    assert tracker.advance(START + 1800) == START + 1800
    assert tracker.advance(START + 5000) == START + 1800


def test_a_drop_at_the_very_second_comes_too_late_and_one_before_it_in_time() -> None:
    assert done(STRICT, [(1800, 8.0), (10, 7.0)]) == 1800
    assert done(STRICT, [(1799, 8.0), (10, 7.0)]) == -1
    assert done(STRICT, [(1801, 8.0), (10, 7.0)]) == 1800


@pytest.mark.parametrize(("dip", "at"), [(1, 1800), (59, 1800), (60, 1800), (61, 600 + 61 + 1800)])
def test_dips_up_to_a_minute_count_as_above_and_longer_ones_start_anew(dip: int, at: float) -> None:
    assert done(FORGIVE, [(600, 9.0), (dip, 7.0), (1, 9.0)]) == at


def test_after_a_long_dip_the_hold_begins_at_the_return() -> None:
    tracker = told(FORGIVE, [(600, 9.0), (61, 7.0), (1, 9.0)])
    assert tracker.active_at == START + 661
    assert tracker.due_at() == START + 661 + 1800


def test_many_short_dips_are_each_forgiven() -> None:
    assert done(FORGIVE, [(30, 9.0), (60, 7.0)] * 40 + [(1, 9.0)]) == 1800
    assert done(STRICT, [(1000, 9.0), (1, 7.0)] * 40) == -1


def test_full_during_a_dip_it_is_complete_at_the_return_and_if_none_comes_in_time_never() -> None:
    assert done(FORGIVE, [(1780, 9.0), (59, 7.0), (10, 9.0)]) == 1839
    assert done(FORGIVE, [(1780, 9.0), (60, 7.0), (10, 9.0)]) == 1840
    assert done(FORGIVE, [(1780, 9.0), (61, 7.0), (10, 9.0)]) == 1841 + 1800
    assert done(FORGIVE, [(1780, 9.0), (61, 7.0)]) == -1


def test_during_a_dip_the_bar_stands_and_a_short_dip_is_added_at_the_return() -> None:
    tracker = told(FORGIVE, [(600, 9.0), (1, 7.0)])
    assert (tracker.held_s(START + 640), tracker.holding, tracker.due_at()) == (600, False, inf)
    assert tracker.began(START + 660) == START
    assert (tracker.began(START + 661), tracker.held_s(START + 661)) == (0.0, 0.0)
    tracker.change(START + 650, 9.0)
    assert (tracker.held_s(START + 650), tracker.holding) == (650, True)


def test_a_rule_without_time_is_complete_at_once() -> None:
    tracker = told(Hold(), [(5, 7.0), (1, 8.0)])
    assert tracker.done_at == START + 5
    assert tracker.active_at == START + 5


@pytest.mark.parametrize("hold", [STRICT, FORGIVE])
def test_out_of_sight_is_not_held_and_the_hold_goes_on_behind_it(hold: Hold) -> None:
    tracker = told(hold, [(600, 9.0), (300, None), (1, 9.0)])
    assert (tracker.blind_s, tracker.held_s(START + 1000), tracker.active_at) == (300, 700, START)
    assert tracker.advance(START + 3000) == START + 2100
    assert tracker.blind_s == 300


@pytest.mark.parametrize("hold", [STRICT, FORGIVE])
def test_out_of_sight_for_longer_than_the_hold_starts_anew(hold: Hold) -> None:
    assert done(hold, [(600, 9.0), (1800, None), (1, 9.0)]) == 1800 + 1800
    assert done(hold, [(600, 9.0), (1801, None), (1, 9.0)]) == 600 + 1801 + 1800
    assert told(hold, [(600, 9.0), (1801, None), (1, 9.0)]).blind_s == 0


def test_nothing_is_complete_while_out_of_sight() -> None:
    for hold, just_not in ((STRICT, 1799), (FORGIVE, 1799), (SHARE, 1439), (WITHIN, 59), (MEAN, 1799)):
        tracker = told(hold, [(just_not, 8.0), (1, None)])
        assert (tracker.due_at(), tracker.advance(START + 2500)) == (inf, 0.0), hold.kind


def test_a_dip_that_goes_out_of_sight_is_judged_by_its_time_in_sight() -> None:
    assert done(FORGIVE, [(600, 9.0), (30, 7.0), (500, None), (30, 7.0), (1, 9.0)]) == 1800 + 500
    assert done(FORGIVE, [(600, 9.0), (30, 7.0), (500, None), (31, 7.0), (1, 9.0)]) == 1161 + 1800


def test_a_dip_after_a_blindness_is_as_long_as_any_other() -> None:
    assert done(FORGIVE, [(600, 9.0), (100, None), (100, 9.0), (60, 7.0), (1, 9.0)]) == 1800 + 100
    assert done(FORGIVE, [(600, 9.0), (100, None), (100, 9.0), (61, 7.0), (1, 9.0)]) == 861 + 1800


def test_of_several_values_at_one_instant_the_last_counts() -> None:
    tracker = told(STRICT, [(600, 9.0), (0, 7.0), (600, 9.0), (0, None), (1, 9.0)])
    assert (tracker.active_at, tracker.due_at()) == (START, START + 1800)
    tracker = told(FORGIVE, [(600, 9.0), (40, 7.0), (0, 9.0), (40, 7.0), (1, 9.0)])
    assert tracker.active_at == START + 680, "one dip of 80 seconds"
    tracker = told(FORGIVE, [(600, 7.0), (0, 9.0), (40, 7.0), (1, 9.0)])
    assert tracker.active_at == START + 640, "a condition of no length begins nothing"
    when = When(metric="level", at_most=4)
    tracker = told(MEAN, [(600, 3.0), (0, None), (1, 3.0)], when)
    assert tracker.due_at() == START + 1800


def test_the_share_needs_so_much_of_the_last_half_hour_in_any_pieces() -> None:
    assert done(SHARE, [(1440, 8.0), (10, 7.0)]) == 1440
    assert done(SHARE, [(1439, 8.0), (1000, 7.0)]) == -1
    assert done(SHARE, [(1000, 8.0), (360, 7.0), (10, 8.0)]) == 1800
    assert done(SHARE, [(1000, 8.0), (361, 7.0), (10, 8.0)]) == 1361 + 1440, "what is older does not help"
    assert done(SHARE, [(90, 8.0), (10, 7.0)] * 40) == 1590
    assert done(SHARE, [(79, 8.0), (21, 7.0)] * 100) == -1


def test_within_adds_up_what_was_reached_inside_the_window() -> None:
    when = When(metric="waiting", at_least=16)
    assert done(WITHIN, [(60, 16.0), (10, 3.0)], when) == 60
    assert done(WITHIN, [(59, 16.0), (10, 3.0)], when) == -1
    assert done(WITHIN, [(30, 16.0), (1740, 3.0), (40, 16.0)], when) == 1800
    assert done(WITHIN, [(30, 16.0), (1741, 3.0), (40, 16.0)], when) == 1771 + 60
    assert done(WITHIN, [(20, 16.0), (400, 3.0)] * 3, when) == 860


def test_the_start_of_a_window_that_counts_slides_with_it() -> None:
    tracker = told(WITHIN, [(100, 3.0), (30, 9.0), (1, 3.0)])
    assert tracker.began(START + 130) == START + 100
    assert tracker.began(START + 1910) == START + 110
    assert tracker.held_s(START + 1910) == 20
    assert (tracker.began(START + 1930), tracker.held_s(START + 1930)) == (0.0, 0.0)


def test_the_mean_weighs_every_value_with_its_time() -> None:
    assert done(MEAN, [(1, 8.0)]) == 1800
    assert done(MEAN, [(1, 16.0)]) == 900
    assert done(MEAN, [(900, 12.0), (900, 4.0)]) == 1800
    assert done(MEAN, [(900, 12.0), (901, 3.0), (1, 0.0)]) == -1


def test_a_mean_above_a_level_is_not_met_by_the_level_itself() -> None:
    above = When(metric="waiting", above=8)
    assert done(MEAN, [(1, 8.0)], above) == -1
    assert done(MEAN, [(900, 8.0), (1, 9.0)], above) == pytest.approx(1700, abs=0.01)
    below = When(metric="level", below=0.8)
    assert done(MEAN, [(1, 0.8)], below) == -1
    assert done(MEAN, [(1, 0.79)], below) == 1800


def test_a_low_mean_needs_the_whole_window_in_sight() -> None:
    low = When(metric="level", at_most=0.8)
    assert done(MEAN, [(1, 0.5)], low) == 1800
    assert done(MEAN, [(900, 0.5), (60, None), (1, 0.5)], low) == 960 + 1800
    tracker = told(MEAN, [(1, 0.5)], low)
    assert tracker.held_s(START + 900) == pytest.approx(0.5 * tracker.needed_s)
    assert tracker.due_at() == START + 1800


def test_a_high_mean_counts_unknown_time_as_nothing() -> None:
    assert done(MEAN, [(600, 8.0), (600, None), (1, 8.0)]) == 600 + 600 + 1800
    tracker = told(MEAN, [(600, 8.0), (600, None), (1, 8.0)])
    assert tracker.blind_at(START + 1500) == 600
    assert tracker.blind_at(START + 2700) == 300, "the window has slid over half of it"


def test_windows_slide_on_while_out_of_sight() -> None:
    assert done(WITHIN, [(30, 9.0), (1700, None), (29, 9.0), (1, 9.0)]) == 1760
    assert done(WITHIN, [(30, 9.0), (1800, None), (59, 9.0), (1, 7.0)]) == -1


@pytest.mark.parametrize("hold", [STRICT, FORGIVE, SHARE, WITHIN, MEAN])
def test_reset_begins_from_nothing_with_the_present_value(hold: Hold) -> None:
    fresh = told(hold, [(1, 8.0)]).due_at() - START
    tracker = told(hold, [(50, 8.0)])
    tracker.reset(START + 50)
    assert tracker.due_at() == START + 50 + fresh
    assert tracker.active_at in (0.0, START + 50)
    assert tracker.began(START + 51) == START + 50
    tracker.advance(START + 9000)
    tracker.reset(START + 9000)
    assert (tracker.done_at, tracker.due_at()) == (0.0, START + 9000 + fresh)


def test_a_low_mean_needs_a_whole_window_after_a_reset_too() -> None:
    tracker = told(MEAN, [(1000, 3.0)], When(metric="ready", at_most=4))
    tracker.reset(START + 1000)
    assert tracker.advance(START + 2799) == 0.0
    assert tracker.advance(START + 2800) == START + 2800


def test_a_mean_that_even_nothing_would_meet_needs_a_whole_window() -> None:
    assert done(MEAN, [(1, 0.0)], When(metric="waiting", at_least=0)) == 1800


def test_a_value_of_no_length_is_not_seen_in_the_window() -> None:
    tracker = told(WITHIN, [(10, 3.0), (0, 9.0), (10, 3.0)])
    assert (tracker.began(START + 20), tracker.held_s(START + 20)) == (0.0, 0.0)


def test_a_restored_tracker_knows_its_own_instants_only() -> None:
    one, other = told(WITHIN, [(10, 3.0), (1, 9.0)]), told(WITHIN, [(100, 3.0), (1, 9.0)])
    assert (one.due_at(), other.due_at()) == (START + 70, START + 160)
    one.restore(other.dump())
    assert one.due_at() == START + 160


def test_a_blindness_of_no_length_stays_one_over_a_restart() -> None:
    when = When(metric="ready", at_most=4)
    before, after = told(MEAN, [(600, 3.0), (0, None)], when), make_hold(when, MEAN)
    after.restore(before.dump())
    after.change(START + 600, 3.0)
    assert after.due_at() == START + 1800


@pytest.mark.parametrize("hold", [SHARE, WITHIN, MEAN])
def test_windows_keep_no_more_than_they_need(hold: Hold) -> None:
    tracker = make_hold(When(metric="waiting", at_least=1e6), hold)
    for step in range(10_000):
        tracker.change(START + step * 60, step % 7 * 1e5)
    assert sum(len(part) for part in tracker.dump() if isinstance(part, list)) <= 32
