"""Stories of one rule for one subject: it fires, clears, and fires again."""

from ccfloor.rules.alarms import Alarm, RuleState
from ccfloor.rules.machine import Machine
from ccfloor.rules.model import Clear, Hold, Plan, Rule, When
from tests.unit.rules.streams import START, Steps, changes, rule

LEVEL_1 = rule(
    hold=Hold(kind="forgive", for_s=1800, dip_s=60),
    clear=Clear(level=5, for_s=300, min_on_s=600),
    near_s=1200,
    severity="alarm",
    plan=Plan(plan="peak", level=1),
)
AT_ONCE = rule(clear=Clear(level=5, for_s=300, min_on_s=600))
NEVER = float("inf")


def told(rule: Rule, steps: Steps) -> Machine:
    """The last of many machines: there is a restart after every change."""
    machine = Machine(rule, 3, "queue:hotline")
    for at, value in changes(steps):
        machine.change(at, value)
        state, machine = machine.dump(), Machine(rule, 3, "queue:hotline")
        machine.restore(state)
    return machine


def alarms(rule: Rule, steps: Steps) -> list[tuple[float, float]]:
    """Seconds of firing and clearing after the start, the last value staying; 0.0: it still fires."""
    found: dict[float, float] = {}
    for alarm in told(rule, steps).advance(START + 100_000):
        found[alarm.fired_at - START] = alarm.cleared_at - START if alarm.cleared_at else 0.0
    return list(found.items())


def test_an_alarm_says_what_when_and_how_bad() -> None:
    machine = told(LEVEL_1, [(100, 2.0), (1200, 9.0), (60, None), (700, 11.0), (100, 14.0), (5000, 3.0)])
    fired, cleared = machine.advance(START + 9000)
    assert fired == Alarm(
        rule="peak",
        subject="queue:hotline",
        fired_at=START + 1960,
        version=3,
        active_at=START + 100,
        blind_s=60,
        value=11,
        worst=11,
        severity="alarm",
        plan="peak",
        level=1,
    )
    assert (cleared.key, cleared.cleared_at, cleared.worst) == (fired.key, START + 2560, 14)
    assert machine.advance(START + 9000) == []


def test_what_was_told_does_not_change_afterwards() -> None:
    machine = told(AT_ONCE, [(10, 8.0)])
    (fired,) = machine.advance(START + 1)
    machine.change(START + 10, 20.0)
    assert (fired.worst, fired.cleared_at) == (8.0, 0.0)


def test_a_rule_that_needs_no_time_fires_and_clears_with_the_value() -> None:
    machine = told(rule(), [(10, 7.0), (10, 8.0)])
    assert machine.standing(START + 10).state == RuleState.FIRING
    machine.change(START + 20, 7.0)
    assert machine.standing(START + 20).state == RuleState.CLEARED


def test_the_worst_of_a_low_value_is_the_lowest() -> None:
    machine = told(rule(When(metric="ready", at_most=1)), [(10, 1.0), (10, 0.0), (10, 1.0), (10, 4.0)])
    assert machine.advance(START + 40)[-1].worst == 0.0


def test_the_clear_level_must_hold_for_its_time_and_is_itself_good() -> None:
    assert alarms(AT_ONCE, [(1000, 8.0), (299, 5.0), (1, 6.0)]) == [(0, 0)]
    assert alarms(AT_ONCE, [(1000, 8.0), (300, 5.0), (1, 6.0)]) == [(0, 1300)]
    assert alarms(AT_ONCE, [(1000, 8.0), (301, 5.0), (1, 6.0)]) == [(0, 1300)]
    assert alarms(AT_ONCE, [(1000, 8.0), (9000, 6.0)]) == [(0, 0)], "between the levels it stays on"


def test_it_stays_on_for_its_shortest_time() -> None:
    assert alarms(AT_ONCE, [(10, 8.0), (2000, 3.0)]) == [(0, 600)]
    assert alarms(AT_ONCE, [(10, 8.0), (589, 3.0), (1, 6.0), (2000, 3.0)]) == [(0, 900)]


def test_without_a_clear_level_it_is_over_with_the_condition() -> None:
    plain = rule()
    assert alarms(plain, [(10, 7.0), (20, 8.0), (10, 7.0), (5, 9.0), (10, 7.0)]) == [(10, 30), (40, 45)]


def test_out_of_sight_stops_the_clear_clock_and_never_clears() -> None:
    assert alarms(AT_ONCE, [(1000, 8.0), (100, 5.0), (5000, None)]) == [(0, 0)]
    assert alarms(AT_ONCE, [(1000, 8.0), (100, 5.0), (5000, None), (10, 5.0)]) == [(0, 1000 + 300 + 5000)]
    assert alarms(AT_ONCE, [(1000, 8.0), (100, 5.0), (90, None), (10, None), (10, 5.0)]) == [(0, 1400)]
    assert alarms(AT_ONCE, [(1000, 8.0), (100, 5.0), (50, None), (10, 6.0), (10, 5.0)]) == [(0, 1160 + 300)]
    assert alarms(rule(clear=Clear(min_on_s=60)), [(10, 8.0), (10, 2.0), (100, None), (1, 2.0)]) == [(0, 120)]


def test_a_bad_value_of_no_length_does_not_stop_the_clear_clock() -> None:
    assert alarms(AT_ONCE, [(1000, 8.0), (100, 5.0), (0, 9.0), (900, 5.0)]) == [(0, 1300)]
    assert alarms(AT_ONCE, [(1000, 8.0), (100, 5.0), (0, 9.0), (50, None), (900, 5.0)]) == [(0, 1350)]
    assert alarms(AT_ONCE, [(1000, 8.0), (100, 5.0), (1, 9.0), (50, None), (900, 5.0)]) == [(0, 1451)]


def test_after_clearing_the_hold_starts_from_nothing() -> None:
    steps: Steps = [(2000, 9.0), (600, 3.0), (1799, 9.0), (100, 3.0), (1800, 9.0), (1, 9.0)]
    assert alarms(LEVEL_1, steps) == [(1800, 2400), (4499 + 1800, 0)]
    half = rule(hold=Hold(kind="within", for_s=1800, reached_s=60), clear=Clear(for_s=10))
    assert alarms(half, [(60, 9.0), (10, 3.0), (59, 9.0), (10, 3.0)]) == [(60, 70)]
    assert alarms(half, [(60, 9.0), (10, 3.0), (60, 9.0), (10, 3.0)]) == [(60, 70), (130, 140)]


def test_a_dip_after_firing_is_no_matter_of_the_hold() -> None:
    assert alarms(LEVEL_1, [(1800, 9.0), (200, 3.0), (9000, 9.0)]) == [(1800, 0)]


def test_standing_goes_from_nothing_over_near_and_firing_to_cleared() -> None:
    machine = told(LEVEL_1, [(100, 2.0)])
    assert machine.standing(START + 50).state == RuleState.INACTIVE
    machine.change(START + 100, 9.0)
    pending = machine.standing(START + 700)
    assert (pending.state, pending.active_at, pending.held_s) == (RuleState.PENDING, START + 100, 600)
    assert (pending.needed_s, pending.holding, pending.due_at) == (1800, True, START + 1900)
    assert not machine.standing(START + 1299).near
    assert machine.standing(START + 1300).near
    assert machine.standing(START + 2500).state == RuleState.PENDING, "nothing fires by looking"
    machine.change(START + 2000, 4.0)
    firing = machine.standing(START + 2000)
    assert (firing.state, firing.fired_at) == (RuleState.FIRING, START + 1900)
    assert (firing.clears_at, firing.value) == (START + 2500, 4.0)
    machine.advance(START + 2600)
    cleared = machine.standing(START + 2799)
    assert (cleared.state, cleared.cleared_at) == (RuleState.CLEARED, START + 2500)
    assert machine.standing(START + 2800).state == RuleState.INACTIVE


def test_a_long_dip_is_over_on_the_screen_before_any_event_says_so() -> None:
    machine = told(LEVEL_1, [(600, 9.0), (1, 7.0)])
    dipped = machine.standing(START + 660)
    assert (dipped.state, dipped.holding, dipped.due_at) == (RuleState.PENDING, False, 0.0)
    assert machine.standing(START + 661).state == RuleState.INACTIVE


def test_next_at_is_near_then_due_then_clear() -> None:
    machine = told(LEVEL_1, [(100, 2.0)])
    assert machine.next_at() == NEVER
    machine.change(START + 100, 9.0)
    assert machine.next_at() == START + 1300
    machine.advance(START + 1300)
    assert machine.next_at() == START + 1900
    machine.advance(START + 1900)
    assert machine.next_at() == NEVER
    machine.change(START + 2000, 5.0)
    assert machine.next_at() == START + 2500
    machine.advance(START + 2500)
    assert machine.next_at() == NEVER


def test_near_of_a_mean_is_so_much_before_it_is_due() -> None:
    low = rule(When(metric="level", below=0.8), Hold(kind="mean", for_s=900), near_s=600)
    machine = told(low, [(1, 0.5)])
    assert machine.next_at() == START + 600
    assert not machine.standing(START + 599).near
    assert machine.standing(START + 600).near
    good = told(low, [(1, 0.9)])
    assert (good.next_at(), good.standing(START + 800).near) == (NEVER, False)


def test_an_instant_before_the_last_counts_as_the_last() -> None:
    machine = told(AT_ONCE, [(100, 2.0)])
    machine.change(START + 50, 3.0)
    machine.advance(START + 90)
    machine.change(START + 80, 8.0)
    assert [alarm.fired_at for alarm in machine.advance(START)] == [START + 90]
