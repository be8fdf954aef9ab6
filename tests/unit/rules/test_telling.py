"""Who is told what when: stepped second by second, with a channel that takes everything or is dead."""

import pytest

from ccfloor.rules.quiet import Quiet
from ccfloor.rules.telling import Channel
from tests.fakes.tell_stage import NOON, Stage, rule

WATCH, ONE, TWO = (rule(f"peak-{level}", "alarm", level) for level in range(3))


def quiet_channel(start: int, end: int) -> dict[str, Channel]:
    """A channel that is quiet from so many seconds after NOON to so many."""
    noon = 12 * 3600
    return {"lead": Channel("lead", (Quiet(noon + start, noon + end),), zone="UTC")}


def test_the_first_message_leaves_after_the_grouping_window_and_no_second_follows() -> None:
    stage = Stage()
    stage.fire(rule())
    stage.run(3600)
    assert stage.kinds() == [(31.0, ["first"])]


def test_an_urgent_one_leaves_at_once() -> None:
    stage = Stage()
    stage.fire(rule(urgent=True))
    stage.run(60)
    assert stage.kinds() == [(1.0, ["first"])]


def test_after_s_waits_and_an_end_or_a_name_before_it_says_nothing() -> None:
    stage = Stage()
    stage.fire(rule("late", after_s=120))
    over, taken = stage.fire(rule("over", after_s=120)), stage.fire(rule("taken", after_s=120))
    stage.run(60)
    stage.clear(over)
    stage.ack(taken)
    stage.run(600)
    assert stage.kinds() == [(150.0, ["first"])]
    assert list(stage.about()) == [{("first", "late")}]


def test_an_alarm_that_was_over_before_it_was_told_is_dropped() -> None:
    stage = Stage()
    key = stage.fire(rule())
    stage.run(20)
    stage.clear(key)
    stage.run(600)
    assert stage.messages == [] and stage.dropped == [("first", "cleared")]


def test_it_repeats_while_it_fires_until_somebody_takes_it_on() -> None:
    stage = Stage()
    key = stage.fire(rule(repeat_s=600, urgent=True))
    stage.run(1500)
    assert stage.kinds() == [(1.0, ["first"]), (601.0, ["repeat"]), (1201.0, ["repeat"])]
    stage.ack(key)
    stage.run(3600)
    assert len(stage.messages) == 3


def test_its_end_is_told_once_to_those_who_were_told() -> None:
    stage = Stage({name: Channel(name, zone="UTC") for name in ("lead", "boss")})
    key = stage.fire(rule(repeat_s=600))
    stage.run(700)
    stage.clear(key)
    stage.run(3600)
    assert [kinds for _, kinds in stage.kinds()] == [["first"], ["repeat"], ["cleared"]]
    assert stage.kinds("boss") == []


def test_what_nobody_takes_on_goes_higher_up_at_once_and_only_once() -> None:
    stage = Stage({name: Channel(name, zone="UTC") for name in ("lead", "boss")})
    stage.fire(rule(escalate_s=300, escalate_to=("boss",)))
    stage.run(3600)
    assert stage.kinds("boss") == [(300.0, ["escalation"])]
    assert [kinds for _, kinds in stage.kinds()] == [["first"]]


def test_taking_it_on_in_time_keeps_it_from_going_higher_up() -> None:
    stage = Stage({name: Channel(name, zone="UTC") for name in ("lead", "boss")})
    key = stage.fire(rule(escalate_s=300, escalate_to=("boss",)))
    stage.run(299)
    stage.ack(key)
    stage.run(3600)
    assert stage.kinds("boss") == []


def test_a_surge_is_one_message() -> None:
    stage = Stage()
    for number in range(20):
        stage.fire(rule(f"surge-{number}"))
        stage.run(1)
    stage.run(600)
    assert [(at, len(kinds)) for at, kinds in stage.kinds()] == [(31.0, 20)]


def test_urgent_ones_of_a_surge_leave_the_grouping_window_apart() -> None:
    stage = Stage()
    for number in range(40):
        stage.fire(rule(f"surge-{number}", urgent=True))
        stage.run(1)
    stage.run(600)
    assert [at for at, _ in stage.kinds()] == [1.0, 31.0, 61.0]
    assert sum(len(kinds) for _, kinds in stage.kinds()) == 40


def test_a_higher_step_is_an_update_of_the_thread_and_the_lower_one_repeats_no_more() -> None:
    stage = Stage()
    watch, one = (of.model_copy(update={"tell": rule(repeat_s=600).tell}) for of in (WATCH, ONE))
    stage.fire(watch)
    stage.run(900)
    stage.fire(one)
    stage.run(1800)
    assert [what for what in stage.about()] == [
        {("first", "peak-0")},
        {("repeat", "peak-0")},
        {("first", "peak-1")},
        {("repeat", "peak-1")},
        {("repeat", "peak-1")},
    ]


def test_a_lower_step_is_not_told_while_a_higher_one_is_but_once_that_is_over() -> None:
    channels = {name: Channel(name, zone="UTC") for name in ("lead", "floor")}
    stage = Stage(channels, lists={"leads": ("lead",)})
    high = stage.fire(TWO.model_copy(update={"tell": rule(channels=("leads",)).tell}))
    stage.fire(WATCH.model_copy(update={"tell": rule(channels=("lead", "floor")).tell}))
    stage.run(600)
    assert list(stage.about()) == [{("first", "peak-2")}]
    assert list(stage.about("floor")) == [{("first", "peak-0")}]  # the higher step is not told there
    stage.clear(high)
    stage.run(60)
    assert list(stage.about())[1:] == [{("cleared", "peak-2"), ("first", "peak-0")}]


def test_taking_on_the_higher_step_takes_on_the_lower_one_even_when_the_higher_is_over() -> None:
    stage = Stage()
    stage.fire(WATCH.model_copy(update={"tell": rule(repeat_s=600).tell}))
    stage.run(60)
    key = stage.fire(ONE)
    stage.run(60)
    stage.ack(key)
    stage.run(60)
    stage.clear(key)
    stage.run(3600)
    assert [kinds for _, kinds in stage.kinds()] == [["first"], ["first"], ["cleared"]]


def test_the_steps_of_a_plan_that_end_together_end_in_one_message() -> None:
    stage = Stage()
    keys = []
    for step in (WATCH, ONE, TWO):
        keys.append(stage.fire(step))
        stage.run(600)
    for key in keys:
        stage.clear(key)
        stage.run(5)
    stage.run(600)
    assert list(stage.about())[-1] == {("cleared", f"peak-{level}") for level in range(3)}
    assert len(stage.messages) == 4


def test_quiet_hours_hold_back_until_they_are_over() -> None:
    stage = Stage(quiet_channel(0, 1800))
    for name in ("one", "two"):
        stage.fire(rule(name, repeat_s=300))
        stage.run(100)
    stage.run(1700)
    assert stage.kinds() == [(1800.0, ["first", "first"])]


def test_quiet_hours_do_not_hold_back_what_is_urgent() -> None:
    stage = Stage(quiet_channel(0, 1800))
    key = stage.fire(rule(urgent=True))
    stage.run(100)
    stage.clear(key)
    stage.run(100)
    assert stage.kinds() == [(1.0, ["first"]), (101.0, ["cleared"])]


def test_what_came_and_went_in_quiet_hours_is_dropped_and_said_so() -> None:
    stage = Stage(quiet_channel(0, 1800))
    key = stage.fire(rule())
    stage.run(600)
    stage.clear(key)
    stage.run(3600)
    assert stage.messages == [] and stage.dropped == [("first", "cleared_quiet")]


def test_quiet_hours_that_begin_while_a_message_waits_hold_it_too() -> None:
    stage = Stage(quiet_channel(20, 1800))
    stage.fire(rule())
    stage.run(2000)
    assert stage.kinds() == [(1800.0, ["first"])]


def test_beyond_the_cap_messages_wait_and_leave_as_one() -> None:
    stage = Stage({"lead": Channel("lead", per_hour=3, zone="UTC")})
    for number in range(30):
        stage.fire(rule(f"r{number}"))
        stage.run(100)
    stage.run(3600)
    assert len(stage.messages) == 4
    assert stage.messages[3][0] - stage.messages[0][0] >= 3600
    assert len({name for what in stage.about() for _, name in what}) == 30


def test_the_cap_holds_back_neither_urgent_ones_nor_escalations() -> None:
    stage = Stage({"lead": Channel("lead", per_hour=1, zone="UTC")})
    stage.fire(rule("r0"))
    stage.run(60)
    stage.fire(rule("r1", escalate_s=100, escalate_to=("lead",)))
    stage.run(60)
    stage.fire(rule("r2", urgent=True))
    stage.run(120)
    assert list(stage.about()) == [
        {("first", "r0")},
        {("first", "r1"), ("first", "r2")},
        {("escalation", "r1")},
    ]


def test_a_dead_channel_gets_one_message_when_it_comes_back_and_the_others_wait_for_nothing() -> None:
    stage = Stage({name: Channel(name, zone="UTC") for name in ("lead", "dead")}, dead={"dead"})
    for number in range(5):
        stage.fire(rule(f"r{number}", channels=("lead", "dead"), repeat_s=300))
        stage.run(200)
    assert len(stage.kinds()) >= 5 and stage.kinds("dead") == []
    stage.dead.clear()
    stage.run(1)
    assert stage.kinds("dead") == [(1001.0, ["first"] * 5)]


def test_what_a_dead_channel_held_up_is_told_late_with_its_end() -> None:
    stage = Stage(dead={"lead"})
    key = stage.fire(rule())
    stage.run(60)
    stage.clear(key)
    stage.run(60)
    stage.dead.clear()
    stage.run(600)
    assert [kinds for _, kinds in stage.kinds()] == [["cleared", "first"]]


def test_a_rule_may_name_a_list_and_channels_that_are_off_are_left_out() -> None:
    channels = {name: Channel(name, zone="UTC") for name in ("a", "b")}
    stage = Stage(channels, lists={"leads": ("a", "b", "off")})
    stage.fire(rule(channels=("leads", "a", "nowhere")))
    stage.run(60)
    assert (len(stage.kinds("a")), len(stage.kinds("b"))) == (1, 1)


@pytest.mark.parametrize("step", [1.0, 0.5, 2.0])
def test_a_long_life_tells_no_more_than_its_rules_ask(step: float) -> None:
    stage = Stage({name: Channel(name, zone="UTC") for name in ("lead", "boss")})
    of = rule(repeat_s=900, escalate_s=1200, escalate_to=("boss",))
    for _ in range(3):
        key = stage.fire(of)
        stage.run(3000, step)
        stage.clear(key)
        stage.run(600, step)
    counted = {
        kind: sum(kinds.count(kind) for _, kinds in stage.kinds())
        for kind in ("first", "repeat", "escalation", "cleared")
    }
    assert counted == {"first": 3, "repeat": 9, "escalation": 0, "cleared": 3}
    assert sum(kinds.count("escalation") for _, kinds in stage.kinds("boss")) == 3
    assert stage.now == NOON + 3 * 3600
