"""What is said of the plan's levels and of the queues, plainly and with each action."""

from typing import Any

import msgspec
import numpy as np
import pytest

from ccfloor.rules.model import Clear, Hold, Rule, Scope, When
from ccfloor.staffing.actions import (
    Action,
    end_breaks,
    move,
    on_line,
    place,
    stop_callbacks,
    together,
)
from ccfloor.staffing.begun import Begun
from ccfloor.staffing.erlang import Demand, erlang_a
from ccfloor.staffing.habits import Habits, Leave
from ccfloor.staffing.present import Doing, FloorNow, SeatNow
from ccfloor.staffing.trigger import (
    Foresight,
    LevelAhead,
    foresee,
    foreseeable,
    waiting_now,
    watched,
)
from tests.unit.rules.streams import WORDS
from tests.unit.staffing import small

LEVEL_1 = small.rule(8, Hold(kind="forgive", for_s=1800, dip_s=60))
QUICK = small.rule(4, Hold(for_s=120))
SHARES = ("level", "wait_s", "abandoned", "waiting")


def busy_floor(seats: int = 8, extra: list[SeatNow] | None = None) -> FloorNow:
    """Ten erlangs for so many seats, unsure by a tenth; three callers wait."""
    queue = small.queue("a", rate=0.1, level_cv=0.1, waiting=(small.AT - 20.0,) * 3)
    other = small.queue("b", rate=0.01)
    several = [*small.seats(seats, {"a": 0}, seats, 60.0, skills={"a": 0, "b": 1}), *(extra or [])]
    return small.floor([queue, other], [*several, small.seat("B/1", {"b": 0}, skills={"a": 2, "b": 0})])


def said(floor: FloorNow, *actions: Action, rule: Rule = QUICK, **more: Any) -> Foresight:
    return foresee(floor, [watched(rule)], actions, paths=more.pop("paths", 300), **more)


def shares(level: LevelAhead) -> list[float]:
    return [odds.share for odds in level.fires]


# -- doing nothing -----------------------------------------------------------------------------------------


def test_the_longer_the_time_the_likelier_and_the_last_one_is_the_horizon() -> None:
    level = said(busy_floor()).plain.levels[0]
    assert [odds.within_s for odds in level.fires] == [900.0, 1800.0, 3600.0, 7200.0]
    assert shares(level) == sorted(shares(level))
    assert 0 < shares(level)[0] < shares(level)[-1]
    assert not level.on and level.clears == ()


def test_the_median_is_where_half_have_fired_and_none_if_less_than_half_do() -> None:
    likely, unlikely = said(busy_floor(5)), said(busy_floor(14))
    median = likely.plain.levels[0].median_s
    assert median is not None
    assert 120.0 <= median <= 7200.0
    assert unlikely.plain.levels[0].median_s is None
    assert unlikely.plain.levels[0].fires[-1].share < 0.5


def test_none_of_some_hundred_paths_is_not_never() -> None:
    odds = said(busy_floor(40), rule=LEVEL_1).plain.levels[0].fires[0]
    assert odds.share == 0.0
    assert 0.0 < odds.error < 0.01


def test_a_hold_that_runs_already_fires_sooner() -> None:
    floor, rule = busy_floor(4), small.rule(2, LEVEL_1.hold)
    fresh, late = (
        foresee(floor, [watched(rule, begun=begun)], paths=200).plain.levels[0]
        for begun in (Begun(), Begun(held_from=-1700.0))
    )
    assert fresh.fires[0].share == 0.0  # half an hour is not over in a quarter
    assert late.fires[0].share > 0.5


def test_an_alarm_that_is_on_tells_when_it_is_over_and_fires_anew_only_then() -> None:
    rule = small.rule(4, Hold(for_s=120), clear=Clear(level=1, for_s=300, min_on_s=600))
    floor = busy_floor(10)
    told = foresee(floor, [watched(rule, begun=Begun(on=True, fired=-60.0))], paths=300).plain.levels[0]
    assert told.on
    assert told.clears[0].share < told.clears[-1].share
    assert told.clear_median_s is not None
    assert told.clear_median_s >= 540.0  # it stays on for ten minutes at least
    assert all(fire.share <= clear.share for fire, clear in zip(told.fires, told.clears, strict=True))


def test_levels_of_the_floor_of_a_queue_and_of_a_group() -> None:
    """The floor waits at least as much as any of its queues, and a group of both as much as the floor."""
    group = small.rule(4, Hold(for_s=120), scope=Scope(of="group", queues=("a", "b"), name=WORDS))
    of_queue = small.rule(4, Hold(for_s=120), scope=Scope(of="queue"))
    alone = [watched(of_queue, "queue:a"), watched(of_queue, "queue:b")]
    levels = [watched(QUICK), *alone, watched(group, "group:peak")]
    floor, one, other, both = foresee(busy_floor(), levels, paths=300).plain.levels
    assert shares(floor) == shares(both)
    assert all(a <= b for a, b in zip(shares(one), shares(floor), strict=True))
    assert shares(other)[-1] < shares(one)[-1]


def test_outside_of_the_time_in_which_it_counts_no_level_fires() -> None:
    level = watched(QUICK, counts=((3600.0, 7200.0),))
    told = foresee(busy_floor(5), [level], paths=200).plain.levels[0]
    assert shares(told)[:3] == [0.0, 0.0, 0.0]
    assert shares(told)[3] > 0.5


def test_only_rules_on_waiting_callers_can_be_foreseen() -> None:
    other = QUICK.model_copy(update={"when": When(metric="ready", at_most=0)})
    assert foreseeable(QUICK) and not foreseeable(other)
    with pytest.raises(ValueError, match="ready"):
        watched(other)


def test_the_same_seed_says_the_same_and_an_empty_floor_says_nothing_bad() -> None:
    assert said(busy_floor()) == said(busy_floor())
    empty = small.floor([small.queue("a", rate=0.0)], small.seats(2, {"a": 0}))
    told = said(empty).plain
    assert shares(told.levels[0]) == [0.0] * 4
    assert told.queues[0].level.value is None  # of no callers there is no share
    assert told.queues[0].abandoned.value == 0.0


def test_a_floor_that_knows_no_queue_or_no_seat_is_told_of_all_the_same() -> None:
    assert said(small.floor([], [])).plain.queues == ()
    nobody = said(small.floor([small.queue("a", rate=0.1)], [])).plain
    assert nobody.levels[0].fires[-1].share > 0.9
    assert nobody.queues[0].level.value == 0.0


def test_in_balance_the_queue_is_as_erlang_a_has_it() -> None:
    """Calls of twenty seconds: the floor is in balance at once."""
    queue = small.queue("a", rate=0.4, aht_s=20.0, patience_s=40.0)
    floor = small.floor([queue], small.seats(8, {"a": 0}, 8, 20.0))
    told = foresee(floor, [], paths=300, spans_s=(7200.0,)).plain.queues[0]
    right = erlang_a(Demand(0.4, 20.0, 40.0), 8, queue.threshold_s)
    assert told.abandoned.value == pytest.approx(0.4 * 7200 * right.abandoned, abs=4 * told.abandoned.error)
    assert told.wait_s.value == pytest.approx(right.wait_s, abs=4 * told.wait_s.error)
    assert told.waiting.value == pytest.approx(right.queue, abs=4 * told.waiting.error)
    assert told.level.value == pytest.approx(right.levels["sl_ignore_T"], abs=4 * told.level.error)


# -- actions -----------------------------------------------------------------------------------------------


def away(name: str, reason: str, **more: Any) -> SeatNow:
    return small.seat(name, {"a": 0}, Doing.AWAY, reason=reason, back_in_s=3000.0, **more)


@pytest.mark.parametrize("action", [end_breaks, stop_callbacks, on_line])
def test_what_concerns_nobody_makes_no_difference_at_all(action: Any) -> None:
    told = said(busy_floor(), action(busy_floor()))
    gain = told.actions[0].gain
    assert [(odds.share, odds.error) for odds in gain.levels[0].fires] == [(0.0, 0.0)] * 4
    for queue in gain.queues:
        for name in SHARES:
            figure = getattr(queue, name)
            assert (figure.value, figure.error) == (0.0, 0.0)
    assert told.actions[0].ahead == told.plain


def test_who_comes_back_helps_and_only_those_the_action_names() -> None:
    resting = [away(f"P/{n}", "break") for n in range(4)] + [away("P/9", "callback")]
    floor = busy_floor(6, resting)
    breaks, calls = end_breaks(floor), stop_callbacks(floor)
    assert [change.seat for change in breaks.changes] == ["P/0", "P/1", "P/2", "P/3"]
    assert [change.seat for change in calls.changes] == ["P/9"]
    told = said(floor, breaks, calls, rule=small.rule(5, Hold(for_s=300)))
    gained = [beside.gain.levels[0].fires[2] for beside in told.actions]
    assert gained[0].share < -3 * gained[0].error
    assert gained[0].share < gained[1].share <= 0.0
    assert told.actions[0].gain.queues[0].abandoned.value < 0  # type: ignore[operator]


def test_ended_breaks_also_keep_others_from_going() -> None:
    habits = Habits(leaves=(Leave("break", 1 / 1500, 600.0), Leave("meal", 1 / 9000, 1800.0)))
    floor = busy_floor(13)
    told = said(floor, end_breaks(floor), stop_callbacks(floor), habits=habits)
    ended, stopped = (beside.gain.levels[0].fires[-1] for beside in told.actions)
    assert ended.share < -3 * ended.error
    assert (stopped.share, stopped.error) == (0.0, 0.0)  # nobody goes away for call-backs


def test_level_1_as_a_whole_brings_back_whoever_one_of_its_parts_does() -> None:
    floor = busy_floor(6, [away("P/1", "break"), away("P/2", "callback"), away("P/3", "meal")])
    whole = together("level 1", end_breaks(floor), stop_callbacks(floor))
    assert [change.seat for change in whole.changes] == ["P/1", "P/2"]
    assert whole.stops == ("break", "callback")
    told = said(floor, end_breaks(floor), whole)
    part, both = (beside.gain.queues[0].abandoned.value for beside in told.actions)
    assert both < part < 0.0  # type: ignore[operator]


def test_leads_on_line_serve_what_they_can_if_they_serve_nothing() -> None:
    lead = away("L/1", "other", role="lead", skills={"a": 5})
    idle = small.seat("L/2", {}, Doing.IDLE, role="supervisor", skills={"a": 5})
    gone = small.seat("L/3", {"a": 5}, Doing.AWAY, role="lead")  # not in the house
    floor = busy_floor(5, [lead, idle, gone])
    action = on_line(floor)
    assert {change.seat: change.queues for change in action.changes} == {"L/1": None, "L/2": {"a": 5}}
    told = said(floor, action, rule=small.rule(8, Hold(for_s=600)))
    assert told.actions[0].gain.queues[0].abandoned.value < -1  # type: ignore[operator]


def test_more_seats_never_make_a_level_likelier() -> None:
    """On the same courses, seat by seat: neither at any time nor on any but a few of the paths."""
    bench = [small.seat(f"X/{n}", {}, skills={"a": 0}) for n in range(8)]
    floor = busy_floor(6, bench)
    steps = [place(f"{n}", {f"X/{k}": {"a": 0} for k in range(n)}) for n in range(1, 9)]
    told = said(floor, *steps, rule=small.rule(6, Hold(for_s=300)))
    rows = np.array([shares(told.plain.levels[0])] + [shares(each.ahead.levels[0]) for each in told.actions])
    assert (np.diff(rows, axis=0) <= 0.01).all()
    assert rows[-1, -1] < rows[0, -1] / 2
    lost = [each.ahead.queues[0].abandoned.value for each in told.actions]
    assert lost == sorted(lost, reverse=True)  # type: ignore[type-var]


def test_the_gain_is_the_difference_and_its_error_is_smaller_than_that_of_two_runs() -> None:
    floor = busy_floor(7, [away("P/1", "break")])
    told = said(floor, end_breaks(floor))
    beside = told.actions[0]
    for plain, ahead, gain in zip(
        told.plain.levels[0].fires, beside.ahead.levels[0].fires, beside.gain.levels[0].fires, strict=True
    ):
        assert gain.share == pytest.approx(ahead.share - plain.share)
    for one, two, gain in zip(told.plain.queues, beside.ahead.queues, beside.gain.queues, strict=True):
        for name in SHARES:
            a, b, c = (getattr(each, name) for each in (one, two, gain))
            assert c.value == pytest.approx(b.value - a.value)
    assert beside.gain.queues[0].abandoned.error < told.plain.queues[0].abandoned.error


def test_a_move_helps_the_one_and_harms_the_other_until_the_seat_goes_home() -> None:
    queues = [small.queue("a", rate=0.08), small.queue("b", rate=0.05)]
    skills = {"a": 0, "b": 0}
    of_a = small.seats(6, {"a": 0}, 6, 60.0, skills=skills)
    of_b = [msgspec.structs.replace(seat, seat=f"B{n}", queues={"b": 0}) for n, seat in enumerate(of_a)]
    floor = small.floor(queues, [*of_a, *of_b])
    for_good, for_a_while = move(floor, "b", "a", 2), move(floor, "b", "a", 2, until_s=600.0)
    told = foresee(floor, [], [for_good, for_a_while], paths=300, spans_s=(1800.0, 3600.0))
    good, brief = (
        {(each.queue, each.span_s): each.abandoned for each in beside.gain.queues} for beside in told.actions
    )
    assert good["a", 3600.0].value < -5 * good["a", 3600.0].error  # type: ignore[operator]
    assert good["b", 3600.0].value > 5 * good["b", 3600.0].error  # type: ignore[operator]
    for queue, sign in (("a", -1), ("b", 1)):
        assert 0 < sign * brief[queue, 3600.0].value < sign * good[queue, 3600.0].value  # type: ignore[operator]


# -- who is chosen -----------------------------------------------------------------------------------------


def chosen(floor: FloorNow, most: int) -> list[str]:
    return [change.seat for change in move(floor, "a", "b", most).changes]


def test_those_go_first_who_are_best_at_it_and_free_first() -> None:
    skilled = [
        small.seat("S/1", {"a": 0}, Doing.BUSY, free_in_s=9.0, skills={"a": 0, "b": 1}),
        small.seat("S/2", {"a": 0}, Doing.BUSY, free_in_s=500.0, skills={"a": 0, "b": 0}),
        small.seat("S/3", {"a": 0}, skills={"a": 0, "b": 1}),
        small.seat("S/4", {"a": 0}, skills={"a": 0}),
    ]
    floor = small.floor([small.queue("a"), small.queue("b")], skilled)
    assert chosen(floor, 2) == ["S/2", "S/3"]
    assert chosen(floor, 9) == ["S/2", "S/3", "S/1"]  # S/4 cannot, and keeps the queue served
    assert move(floor, "a", "b", 1).changes[0].queues == {"b": 0}


def test_the_last_working_seat_stays_and_who_is_on_a_break_does_not_count() -> None:
    skills = {"a": 0, "b": 0}
    working = small.seat("S/1", {"a": 0}, skills=skills)
    resting = small.seat("S/2", {"a": 0}, Doing.AWAY, skills=skills, reason="break", back_in_s=60.0)
    queues = [small.queue("a"), small.queue("b")]
    assert chosen(small.floor(queues, [working, resting]), 3) == []
    second = small.seat("S/3", {"a": 0}, skills=skills)
    assert len(chosen(small.floor(queues, [working, resting, second]), 3)) == 1
    queues[0] = msgspec.structs.replace(queues[0], min_seats=2)
    assert chosen(small.floor(queues, [working, resting, second]), 3) == []


def test_pinned_seats_and_leads_are_not_moved() -> None:
    skills = {"a": 0, "b": 0}
    several = [
        small.seat("S/1", {"a": 0}, skills=skills, pinned="exam"),
        small.seat("S/2", {"a": 0}, skills=skills, role="lead"),
        small.seat("S/3", {"a": 0, "c": 1}, skills=skills),
    ]
    floor = small.floor([small.queue("a"), small.queue("b"), small.queue("c")], several)
    assert chosen(floor, 3) == ["S/3"]
    assert move(floor, "a", "b", 3).changes[0].queues == {"c": 1, "b": 0}


def test_waiting_callers_are_counted_by_queue() -> None:
    floor = busy_floor()
    assert (waiting_now(floor), waiting_now(floor, {"a"}), waiting_now(floor, {"b"})) == (3, 3, 0)
