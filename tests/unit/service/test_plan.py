"""The plan as the pages see it, composed from standings, notes, campaigns and the floor."""

import msgspec
from msgspec.structs import replace

from ccfloor.rules.alarms import RuleState
from ccfloor.service.diff import plan_changed
from ccfloor.service.plan import LastFailed, People, Planned, PlannedOver, PlanView
from ccfloor.service.plan_notes import Note
from ccfloor.service.scope import Scope, scoped, scoped_plan
from tests.unit.rules.test_compliance import paused
from tests.unit.service.plans import LADDER, key, plan_of, rule, rules_now, standing, step
from tests.unit.service.views import AT, seat, view

FULL = rules_now(*LADDER)


def peak(number: int, start: float, end: float, queues: tuple[str, ...] = ()) -> Planned:
    return Planned(number, f"peak {number}", AT + start, AT + end, queues, False)


# -- the ladder --------------------------------------------------------------------------------------


def test_every_step_of_the_plan_is_on_the_ladder_whatever_it_does() -> None:
    plan = plan_of(rules=FULL)
    assert [(rung.rule, rung.level, rung.state) for rung in plan.ladder] == [
        ("watch", 0, "inactive"),
        ("level1", 1, "inactive"),
        ("level2", 2, "inactive"),
    ]
    assert (plan.level, plan.rule, plan.key, plan.todo) == (-1, "", "", ())
    assert plan.ladder[0].reading.en == "watch holds"


def test_the_highest_firing_step_is_the_level() -> None:
    plan = plan_of(standing("watch", fired_at=AT - 900), standing("level1"), rules=FULL)
    assert (plan.level, plan.level_since, plan.rule) == (1, AT - 60, "level1")
    assert plan.key == key("level1") == "level1//1799999940.000"


def test_a_step_that_watches_many_queues_stands_where_its_worst_one_does() -> None:
    several = (
        standing("level1", RuleState.PENDING, "queue:sales", due_at=AT + 10),
        standing("level1", RuleState.FIRING, "queue:support"),
        standing("level1", RuleState.CLEARED, "queue:vip", cleared_at=AT - 5),
    )
    assert plan_of(*several, rules=FULL).ladder[1].subject == "queue:support"


def test_acknowledged_is_firing_that_somebody_took_on() -> None:
    note = Note(1, key("level1"), AT - 30, "周岚", "ack")
    people = People(notes={key("level1"): [note]})
    rung = plan_of(standing("level1"), rules=FULL, people=people).ladder[1]
    assert (rung.state, rung.acked_by, rung.acked_at) == (RuleState.ACKNOWLEDGED, "周岚", AT - 30)
    over = standing("level1", RuleState.CLEARED, fired_at=AT - 60, cleared_at=AT - 1)
    rung = plan_of(over, rules=FULL, people=people).ladder[1]
    assert (rung.state, rung.acked_by) == (RuleState.CLEARED, "周岚")


def test_a_version_that_is_not_in_force_yet_is_not_shown() -> None:
    book = rules_now(*LADDER)
    assert len(list(book.in_force(AT))) == 3
    assert list(book.in_force(-1.0)) == []


# -- checklist and compliance ------------------------------------------------------------------------


def test_an_order_is_done_when_everybody_complies_and_an_item_when_it_is_ticked() -> None:
    on_break = view(seats=(paused("a", "break", AT - 500), seat("b")))
    plan = plan_of(standing("level1"), rules=FULL, floor=on_break)
    assert [(item.id, item.order, item.left, item.done) for item in plan.todo] == [
        ("breaks", True, 1, False),
        ("tell", False, 0, False),
    ]
    (late,) = plan.open
    assert (late.seat, late.kind, late.item, late.due_at) == ("a", "break", "breaks", AT + 60)
    ticks = [Note(1, key("level1"), AT - 9, "李想", "tick", "tell")]
    people = People(notes={key("level1"): ticks})
    plan = plan_of(standing("level1"), rules=FULL, people=people)
    assert [(item.done, item.by, item.at) for item in plan.todo] == [(True, "", 0.0), (True, "李想", AT - 9)]


def test_a_tick_taken_back_stands_no_more() -> None:
    about = key("level1")
    notes = [Note(1, about, AT - 9, "a", "tick", "tell"), Note(2, about, AT - 5, "b", "untick", "tell")]
    plan = plan_of(standing("level1"), rules=FULL, people=People(notes={about: notes}))
    assert not plan.todo[1].done


def test_orders_of_lower_steps_go_on_and_a_seat_is_named_once() -> None:
    lead = paused("lead", "break", AT - 500, role="lead")
    floor = view(seats=(lead, paused("a", "break", AT - 400)))
    plan = plan_of(standing("level1", fired_at=AT - 600), standing("level2"), rules=FULL, floor=floor)
    assert plan.level == 2
    assert [(item.id, item.left) for item in plan.todo] == [("leads", 1)]
    assert [(late.seat, late.item, late.due_at) for late in plan.open] == [
        ("lead", "leads", AT - 480.0),
        ("a", "breaks", AT - 400),
    ]


# -- other alarms ------------------------------------------------------------------------------------


def test_other_rules_are_alarms_worst_and_newest_first() -> None:
    book = rules_now(
        rule("low", severity="info"), rule("high", severity="alarm"), rule("mid"), step("watch", 0)
    )
    plan = plan_of(
        standing("low", subject="seat:PJSIP/100"),
        standing("mid", RuleState.PENDING, near=True, active_at=AT - 5),
        standing("mid", RuleState.PENDING, "queue:sales", active_at=AT - 5),
        standing("high", subject="queue:support", fired_at=AT - 20),
        standing("high", RuleState.CLEARED, "queue:sales", fired_at=AT - 900, cleared_at=AT - 299),
        standing("high", RuleState.CLEARED, "queue:vip", fired_at=AT - 900, cleared_at=AT - 301),
        standing("watch"),
        rules=book,
    )
    assert [(alarm.rule, alarm.subject, alarm.kind) for alarm in plan.alarms] == [
        ("high", "queue:support", "queue"),
        ("low", "seat:PJSIP/100", "seat"),
        ("mid", "", "floor"),
        ("high", "queue:sales", "queue"),
    ]
    assert plan.alarms[0].about.zh == "支持" and plan.alarms[2].about.en == "Whole floor"
    assert plan.alarms[1].about.en == "PJSIP/100 agent"  # who sits there now


def test_a_group_and_a_team_have_names() -> None:
    scope = {"of": "group", "queues": ["support", "sales"], "name": {"zh": "两队", "en": "Both"}}
    book = rules_now(rule("group", scope=scope), rule("team", scope={"of": "team"}))
    plan = plan_of(standing("group", subject="group:group"), standing("team", subject="team:A"), rules=book)
    assert {(alarm.about.zh, alarm.about.en, alarm.queues) for alarm in plan.alarms} == {
        ("两队", "Both", ("support", "sales")),
        ("A组", "Team A", ()),
    }


# -- planned peaks -----------------------------------------------------------------------------------


def test_running_peaks_and_the_next_three() -> None:
    peaks = (peak(1, -90, -10), peak(2, -60, 60), peak(3, 10, 20), *(peak(n, n * 10, 999) for n in (4, 5, 6)))
    plan = plan_of(rules=FULL, people=People(planned=peaks))
    assert [(one.id, one.running) for one in plan.planned] == [(2, True), (3, False), (4, False), (5, False)]


def test_callbacks_are_counted_against_the_rule_while_a_peak_runs() -> None:
    order = {"forbid_reasons": ["callback"], "roles": ["agent"], "limit": 2}
    todo = [{"id": "less", "text": {"zh": "减", "en": "Less"}, "order": order}]
    book = rules_now(*LADDER, rule("planned", todo=todo, only={"planned_peak": True}))
    seats = tuple(paused(name, "callback", AT - 5) for name in "abc")
    seats += (paused("lead", "callback", AT - 5, role="lead"),)
    floor, running = view(seats=seats), People(planned=(peak(1, -5, 5),))
    assert plan_of(rules=book, people=running, floor=floor).planned_over == PlannedOver(2, 3)
    assert plan_of(rules=book, people=People(planned=(peak(1, 5, 9),)), floor=floor).planned_over is None


# -- told and scoped ---------------------------------------------------------------------------------


def test_a_plan_survives_its_own_encoding() -> None:
    people = People(
        planned=(peak(1, -5, 5),), notices_failed=1, last_failed=LastFailed("mail", "refused", AT)
    )
    plan = plan_of(standing("level1"), rules=FULL, people=people)
    assert msgspec.json.decode(msgspec.json.encode(plan), type=PlanView) == plan


def test_bars_that_fill_by_themselves_are_not_told_anew() -> None:
    first = standing("level1", RuleState.PENDING, holding=True, held_s=10.0, needed_s=300.0, due_at=AT + 290)
    later = replace(first, held_s=40.0)
    stopped = replace(first, held_s=20.0)
    told = plan_of(first, rules=FULL)
    floor = view(AT + 30)
    assert not plan_changed(told, plan_of(later, rules=FULL, floor=floor))
    assert plan_changed(told, plan_of(stopped, rules=FULL, floor=floor))
    assert plan_changed(told, plan_of(standing("level1"), rules=FULL, floor=floor))
    assert plan_changed(None, told) and not plan_changed(None, None)


def test_a_count_is_told_at_once_and_a_clock_now_and_then() -> None:
    told = plan_of(standing("level1"), rules=FULL)
    assert plan_changed(told, plan_of(standing("level1", value=10.0), rules=FULL))
    waits = rules_now(rule("wait"))
    told = plan_of(standing("wait", value=130.0), rules=waits)
    assert not plan_changed(told, plan_of(standing("wait", value=134.0), rules=waits))
    assert plan_changed(told, plan_of(standing("wait", value=135.0), rules=waits))


def test_a_scope_hears_of_its_own_queues_and_seats_alone() -> None:
    book = rules_now(*LADDER, rule("wait"), rule("busy"), rule("crowd"))
    floor = view(seats=(paused("a", "break", AT - 500), replace(paused("b", "break", AT - 500), team="B")))
    plan = plan_of(
        standing("level1"),
        standing("wait", subject="queue:support"),
        standing("wait", subject="queue:sales"),
        standing("busy", subject="seat:a"),
        standing("busy", subject="seat:b"),
        standing("crowd", subject="team:A"),
        standing("crowd", subject="team:B"),
        rules=book,
        floor=floor,
        people=People(planned=(peak(1, -5, 5, ("sales",)), peak(2, -5, 5))),
    )
    everything = Scope("main", numbers=True)
    assert scoped_plan(plan, floor, everything) is plan
    mine = Scope("main", frozenset({"support"}), frozenset({"A"}))
    seen = scoped_plan(plan, scoped(floor, mine), mine)
    assert {alarm.subject for alarm in seen.alarms} == {"queue:support", "seat:a", "team:A"}
    assert [late.seat for late in seen.open] == ["a"]
    assert [one.id for one in seen.planned] == [2]
    assert (seen.level, seen.ladder[1].value) == (1, None)  # the order is for all, the total is not


def test_a_level_of_another_queue_is_not_told() -> None:
    plan = plan_of(standing("level1", subject="queue:sales"), rules=FULL)
    mine = Scope("main", frozenset({"support"}))
    seen = scoped_plan(plan, scoped(view(), mine), mine)
    assert (plan.level, seen.level, seen.key, seen.todo) == (1, -1, "", ())
    assert "sales" not in msgspec.json.encode(seen).decode()
