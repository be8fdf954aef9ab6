"""Scopes: what a group of readers may see."""

import msgspec
from msgspec.structs import replace

from ccfloor.floor.view import CallerView
from ccfloor.rules.alarms import RuleState
from ccfloor.service.plan import AlarmView, Incident, OpenSeat, PlanView, Text, TodoView
from ccfloor.service.scope import Scope, scoped, scoped_plan, scoped_sources
from ccfloor.store.viewer import Viewer
from tests.unit.service.views import abandon, caller, queue, seat, view

FLOOR = view(
    queues=(queue("support", 2), queue("sales", 1)),
    seats=(seat("A/1", "on_call"), seat("B/1", "ready", "sales", "B")),
    callers=(caller("a"), caller("b", "sales")),
    abandons=(abandon("c"), abandon("d", "sales")),
)


def test_readers_with_equal_rights_share_a_scope() -> None:
    assert Scope.of(Viewer(role="lead", lang="zh")) == Scope.of(Viewer(role="viewer", lang="en"))
    assert Scope.of(Viewer(may_see_numbers=True)) != Scope.of(Viewer())


def test_numbers_are_masked_everywhere() -> None:
    text = msgspec.json.encode(scoped(FLOOR, Scope("main"))).decode()
    assert "13812342071" not in text and text.count("138****2071") == 7
    assert scoped(FLOOR, Scope("main", numbers=True)) == FLOOR


def test_queues_out_of_scope_leave_no_trace() -> None:
    seen = scoped(FLOOR, Scope("main", frozenset({"sales"})))
    assert b"support" not in msgspec.json.encode(seen)
    assert [item.seat for item in seen.seats] == ["B/1"]
    assert (seen.floor.waiting, seen.floor.queue) == (1, "")


def test_the_floor_of_several_queues_is_what_adds_up() -> None:
    three = view(queues=(*FLOOR.queues, queue("vip", 1)))
    seen = scoped(three, Scope("main", frozenset({"sales", "support"})))
    assert seen.floor.waiting == 3 and seen.floor.today.service_level is None


def test_teams_out_of_scope_are_not_seen() -> None:
    assert [item.seat for item in scoped(FLOOR, Scope("main", teams=frozenset({"B"}))).seats] == ["B/1"]


def test_where_agents_appear_by_number_no_name_is_in_the_bytes() -> None:
    known = replace(seat("A/1"), agent="王芳", agent_en="Wang Fang", number="07")
    unknown = replace(seat("B/1"), agent="李明", agent_en="Li Ming", number="")
    floor = view(queues=FLOOR.queues, seats=(known, unknown))
    told = scoped(floor, Scope("main", numbered=True))
    assert [(one.seat, one.agent, one.agent_en) for one in told.seats] == [
        ("A/1", "07", "07"),
        ("B/1", "B/1", "B/1"),
    ]
    encoded = msgspec.json.encode(told).decode()
    assert not any(name in encoded for name in ("王芳", "Wang", "李明", "Li Ming"))
    assert Scope.of(Viewer(numbered=True)) == Scope("main", numbered=True)


def test_orders_and_alarms_name_nobody_either() -> None:
    known = replace(seat("A/1"), agent="王芳", agent_en="Wang Fang", number="07")
    floor = view(queues=FLOOR.queues, seats=(known,))
    late = OpenSeat("A/1", "王芳", "Wang Fang", "A", "busy", 0.0, 0.0, "stop")
    gone = replace(late, seat="C/1")
    about = Text("王芳", "Wang Fang")
    words = Text("示忙过长", "Busy too long")
    times = (0.0,) * 4
    alarm = AlarmView(
        *("busy", "busy:A/1", "seat:A/1", "seat", words, about, words, "warn"),
        *(RuleState.FIRING, False, 1.0, *times, "", 0.0, "lead", ""),
    )
    other = replace(alarm, kind="queue", subject="queue:sales", about=words)
    plan = PlanView(0.0, alarms=(alarm, other), open=(late, gone))
    for scope in (Scope("main", numbered=True), Scope("main", frozenset({"support"}), numbered=True)):
        told = scoped_plan(plan, scoped(floor, scope), scope)
        encoded = msgspec.json.encode(told).decode()
        assert "王芳" not in encoded and "Wang" not in encoded
        assert told.open[0].agent == "07"
        assert told.alarms[0].about == Text("07", "07")
    whole = scoped_plan(plan, floor, Scope("main", numbered=True))
    assert [one.agent for one in whole.open] == ["07", "C/1"] and whole.alarms[1].about == words


def test_whoever_did_something_and_a_seat_called_by_a_name_are_nobody_on_a_numbered_wall() -> None:
    """A log alone calls a seat by its member's name: no part of a wall's bytes may."""
    called, known = "Agent Wang", replace(seat("PJSIP/7"), agent="Kim", agent_en="Kim", number="07")
    waiting = CallerView("c1", "sales", 0.0, 1, "", ringing=called)
    nameless = replace(seat(called), agent=called, agent_en=called, number="")
    floor = view(queues=FLOOR.queues, seats=(known, nameless), callers=(waiting,))
    words, times = Text("示忙过长", "Busy too long"), (0.0,) * 4
    subject, key = f"seat:{called}", f"busy/seat:{called}/1795000000.000"
    alarm = AlarmView(
        *("busy", key, subject, "seat", words, Text(called, called), words, "warn"),
        *(RuleState.ACKNOWLEDGED, False, 1.0, *times, "Kim", 0.0, "lead", ""),
    )
    late = OpenSeat(called, called, called, "A", "busy", 0.0, 0.0, "stop")
    plan = PlanView(
        0.0,
        key=key,
        alarms=(alarm,),
        open=(late,),
        todo=(TodoView("a", words, False, 0, "Kim", 1.0, True),),
        incidents=(Incident(1, "power", "dark", 0.0, "Kim"),),
    )
    source = {"source": "log", "queues": [], "seats": [called]}
    scope = Scope("main", numbered=True)
    seen = scoped(floor, scope)
    told = (seen, scoped_plan(plan, seen, scope), scoped_sources([source], seen, scope))
    encoded = msgspec.json.encode(told).decode()
    assert "Wang" not in encoded and "Kim" not in encoded
    sign = seen.seats[1].seat
    assert sign.startswith("#") and seen.callers[0].ringing == sign == told[1].open[0].seat
    assert told[1].alarms[0].subject == f"seat:{sign}" and told[1].alarms[0].acked_by == "–"
    assert told[2][0]["seats"] == [sign]
