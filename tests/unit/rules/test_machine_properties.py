"""Machines against the second-by-second definition, whoever looks, and across a restart at any point."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ccfloor.rules.alarms import Alarm
from ccfloor.rules.machine import Machine
from ccfloor.rules.model import Clear, Rule
from tests.unit.rules import brute, streams
from tests.unit.rules.streams import START, Steps


def run(rule: Rule, steps: Steps, every: float = 0.0, restart: bool = False) -> list[Alarm]:
    """All that is told; ``every``: looks so often between changes too."""
    machine, told, at = Machine(rule, 1, "queue:a"), [], START
    for length, value in steps:
        machine.change(at, value)
        look = at + every
        while every and look < at + length:
            told += machine.advance(look)
            look += every
        if restart:
            blob, before, machine = machine.dump(), machine, Machine(rule, 1, "queue:a")
            machine.restore(blob)
            assert machine.dump() == blob
            assert machine.next_at() == before.next_at()
            assert machine.standing(machine.at) == before.standing(machine.at)
        at += length
    return told + machine.advance(at)


@settings(max_examples=400, deadline=None)
@given(streams.rules(streams.exact_holds), streams.steps)
def test_alarms_fire_and_clear_when_the_seconds_say_so(rule: Rule, steps: Steps) -> None:
    told = {alarm.fired_at: alarm.cleared_at for alarm in run(rule, steps)}
    expected: dict[float, float] = {}
    for fired, cleared in brute.alarms(rule, streams.seconds([*steps, (1, steps[-1][1])])):
        expected[START + fired] = 0.0 if cleared is None else START + cleared
    assert told == expected


@settings(max_examples=200, deadline=None)
@given(streams.rules(), streams.steps | streams.flickers, st.sampled_from([1.0, 5.0, 15.0, 60.0, 0.7]))
def test_alarms_do_not_depend_on_how_often_one_looks(rule: Rule, steps: Steps, every: float) -> None:
    assert run(rule, steps, every) == run(rule, steps)


@settings(max_examples=200, deadline=None)
@given(streams.rules(), streams.steps | streams.flickers)
def test_a_restart_at_every_change_changes_nothing(rule: Rule, steps: Steps) -> None:
    assert run(rule, steps, 3.0, restart=True) == run(rule, steps)


@settings(max_examples=200, deadline=None)
@given(streams.rules(), streams.steps, st.integers(0, 200))
def test_looking_at_the_standing_changes_nothing(rule: Rule, steps: Steps, later: int) -> None:
    machine = Machine(rule, 1, "")
    for at, value in streams.changes(steps):
        machine.change(at, value)
        before = machine.dump()
        standing = machine.standing(at + later)
        assert machine.dump() == before
        assert 0.0 <= standing.held_s <= standing.needed_s


@settings(max_examples=200, deadline=None)
@given(streams.rules(), streams.steps)
def test_next_at_is_the_instant_of_the_next_alarm_or_clearing(rule: Rule, steps: Steps) -> None:
    machine = Machine(rule, 1, "")
    for at, value in streams.changes(steps):
        machine.change(at, value)
    machine.advance(machine.at)
    instants: list[float] = []
    for _ in range(50):
        told = machine.advance(next_at := machine.next_at()) if machine.next_at() < START + 5000 else []
        if told:
            instants += [alarm.cleared_at or alarm.fired_at for alarm in told]
            assert instants[-1] == next_at
        elif machine.next_at() == float("inf"):
            break
    alone = Machine(rule, 1, "")
    for at, value in streams.changes(steps):
        alone.change(at, value)
    alone.advance(alone.at)
    assert [alarm.cleared_at or alarm.fired_at for alarm in alone.advance(START + 5000)] == instants


@settings(max_examples=200, deadline=None)
@given(streams.rules(), streams.steps | streams.flickers)
def test_woken_when_it_asks_it_is_never_late_and_never_woken_twice(rule: Rule, steps: Steps) -> None:
    machine, end = Machine(rule, 1, ""), streams.end_of(steps)
    told: list[Alarm] = []
    later = [at for at, _ in streams.changes(steps)][1:]
    for (at, value), until in zip(streams.changes(steps), [*later, end], strict=True):
        machine.change(at, value)
        told += machine.advance(at)
        while machine.wake_at() <= until:
            wake = machine.wake_at()
            assert wake > machine.at
            news = machine.advance(wake)
            assert all((alarm.cleared_at or alarm.fired_at) == wake for alarm in news)
            told += news
    expected = run(rule, steps)
    assert [alarm.cleared_at or alarm.fired_at for alarm in told] == [
        alarm.cleared_at or alarm.fired_at for alarm in expected
    ]


@settings(max_examples=100, deadline=None)
@given(
    streams.rules(streams.strict | streams.share | streams.within | streams.mean), streams.steps, st.data()
)
def test_values_of_no_length_neither_begin_nor_break_anything(
    rule: Rule, steps: Steps, data: st.DataObject
) -> None:
    """Where some time is still needed, that is: what needs no more time fires or clears at once. And a
    glimpse amid a blindness is one, however short.
    """
    clear = Clear(level=rule.clear.level, for_s=rule.clear.for_s + 1)
    rule = rule.model_copy(update={"clear": clear})
    assume(rule.hold.for_s > 0)
    noisy: Steps = []
    for length, value in steps:
        noise = data.draw(st.lists(st.tuples(st.just(0.0), streams.values), max_size=2))
        in_the_dark = value is None and (not noisy or noisy[-1][1] is None)
        noisy += [(length, value)] if in_the_dark else [*noise, (length, value)]
    assert instants(run(rule, noisy)) == instants(run(rule, steps))


def instants(told: list[Alarm]) -> list[tuple[float, float, float, float]]:
    return [(alarm.active_at, alarm.fired_at, alarm.cleared_at, alarm.blind_s) for alarm in told]
