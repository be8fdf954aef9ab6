"""Moves and the people they are about: who sits there by then, who else works, who sees the floor."""

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, select

from ccfloor.access.acts import Act
from ccfloor.floor.view import Membership
from ccfloor.service.commands import CommandError
from ccfloor.service.moves.ask import STALE_S, Wanted, ask_move
from ccfloor.service.moves.denied import note_denied
from ccfloor.service.moves.listing import list_moves
from ccfloor.staffing.moving import GONE_S, UNSEEN_S
from ccfloor.store.access_tables import audit
from ccfloor.store.viewer import Forbidden, Viewer
from tests.fakes.moving_floor import BOSS, CONFIG, MovingFloor

ANNA, BERTA = "安娜", "贝塔"


@pytest.fixture
def floor(database: Engine) -> MovingFloor:
    return MovingFloor(database)


def signs_off(floor: MovingFloor, seat: str) -> None:
    floor.desks[seat].status, floor.desks[seat].queues = "offline", {}


def signs_on(floor: MovingFloor, seat: str, agent: str, queue: str) -> None:
    desk = floor.desks[seat]
    desk.status, desk.agent, desk.queues = "ready", agent, {queue: Membership(queue, 0)}


def said(floor: MovingFloor) -> tuple[str, str]:
    (seat,) = floor.stands()[0].seats
    return seat.state, seat.said


# -- who sits there ------------------------------------------------------------------------------------


@pytest.mark.parametrize("undone", [False, True])
def test_who_sits_there_by_then_is_not_moved_in_the_place_of_who_was(
    floor: MovingFloor, undone: bool
) -> None:
    """Anna is moved to fraud and goes home; Berta, whose own queue that is, signs on at the seat."""
    floor.desks["S/1"].agent = ANNA
    move = floor.ask("S/1", minutes=0 if undone else 30)
    floor.step(times=5)
    assert floor.states(move) == {"S/1": "confirmed"} and floor.served("S/1") == {"fraud": 0}
    signs_off(floor, "S/1")
    floor.step(60)
    signs_on(floor, "S/1", BERTA, "fraud")
    floor.asked.clear()
    if undone:
        floor.undo(move)
    floor.step(times=3)
    assert said(floor) == ("undone" if undone else "returned", "other")
    floor.step(1800, times=4)
    assert floor.served("S/1") == {"fraud": 0} and floor.asked == []
    floor.ask("S/1", to="cards")  # nobody is kept from moving Berta
    floor.step(times=5)
    assert floor.served("S/1") == {"cards": 0}


def test_a_move_that_waits_is_not_begun_with_another_person(floor: MovingFloor) -> None:
    floor.desks["S/1"].agent, floor.desks["S/1"].status, floor.desks["S/1"].call = ANNA, "on_call", "c1"
    floor.ask("S/1")
    floor.step(times=2)
    signs_on(floor, "S/1", BERTA, "loans")
    floor.step(times=3)
    assert said(floor) == ("refused", "other") and floor.asked == []


def test_a_name_that_is_learnt_only_later_is_no_other_person(floor: MovingFloor) -> None:
    floor.desks["S/1"].agent = "1"  # all that is known is the number of the seat
    move = floor.ask("S/1", minutes=30)
    floor.step(times=5)
    floor.desks["S/1"].agent = ANNA
    floor.step(1800)
    floor.step(times=6)
    assert floor.states(move) == {"S/1": "returned"} and floor.served("S/1") == {"loans": 1}


def test_a_seat_that_never_signs_on_again_is_not_due_for_ever(floor: MovingFloor) -> None:
    move = floor.ask("S/1", minutes=5)
    floor.step(times=5)
    signs_off(floor, "S/1")
    floor.step(300)
    floor.step(1)
    assert floor.states(move) == {"S/1": "due"}  # a floor that is just being read looks the same
    floor.asked.clear()
    floor.step(GONE_S, times=2)
    assert said(floor) == ("returned", "gone")
    assert not floor.stands()[0].open and floor.asked == []


# -- who went on a pause meanwhile ---------------------------------------------------------------------


def test_who_goes_to_his_meal_after_it_was_asked_is_not_called_from_it(floor: MovingFloor) -> None:
    floor.desks["S/1"].status, floor.desks["S/1"].call = "on_call", "c1"
    move = floor.ask("S/1", ready=True)
    floor.step(times=2)
    floor.desks["S/1"].status, floor.desks["S/1"].call = "ready", ""
    floor.rest("S/1", reason="meal")
    floor.step(times=5)
    assert floor.states(move) == {"S/1": "confirmed"}
    assert floor.desks["S/1"].queues == {"fraud": Membership("fraud", 0, True, "meal")}


def test_undo_gives_each_queue_the_pause_it_had(floor: MovingFloor) -> None:
    was = {"loans": Membership("loans", 3, True, "lunch"), "cards": Membership("cards", 2, True, "coach")}
    floor.desks["S/1"].queues, floor.desks["S/1"].reason = dict(was), "lunch"
    move = floor.ask("S/1", ready=True)
    floor.step(times=6)
    assert floor.desks["S/1"].queues == {"fraud": Membership("fraud", 0)}
    floor.undo(move)
    floor.step(times=8)
    assert floor.states(move) == {"S/1": "undone"} and floor.desks["S/1"].queues == was


def test_a_lead_ends_no_pause_in_a_queue_beyond_his_sight(floor: MovingFloor) -> None:
    lead = Viewer(role="lead", queues=frozenset({"loans", "fraud"}))
    was = {"loans": Membership("loans", 1, True, "meal"), "cards": Membership("cards", 2, True, "coach")}
    floor.desks["S/1"].queues, floor.desks["S/1"].reason = dict(was), "meal"
    move = floor.ask("S/1", beside=True, ready=True, viewer=lead)
    floor.step(times=6)
    assert floor.states(move) == {"S/1": "confirmed"}
    working = {"loans": Membership("loans", 1), "fraud": Membership("fraud", 0)}
    assert floor.desks["S/1"].queues == {**was, **working}
    floor.undo(move)
    floor.step(times=8)
    assert floor.states(move) == {"S/1": "undone"} and floor.desks["S/1"].queues == was


# -- who else works ------------------------------------------------------------------------------------


@pytest.mark.parametrize("insisted", [False, True])
def test_who_has_become_the_last_at_work_is_not_taken_away(floor: MovingFloor, insisted: bool) -> None:
    floor.rest("S/3", *(["S/2"] if insisted else []))
    floor.desks["S/1"].status, floor.desks["S/1"].call = "on_call", "c1"
    floor.ask("S/1", insist=insisted)
    floor.step(times=2)
    floor.rest("S/2")
    floor.desks["S/1"].status, floor.desks["S/1"].call = "ready", ""
    floor.step(times=5)
    assert said(floor) == (("confirmed", "") if insisted else ("refused", "last_seat"))
    assert floor.served("S/1") == ({"fraud": 0} if insisted else {"loans": 1})


def test_of_two_who_go_together_one_stays_when_the_third_rests(floor: MovingFloor) -> None:
    for seat in ("S/1", "S/2"):
        floor.desks[seat].status, floor.desks[seat].call = "on_call", f"c of {seat}"
    move = floor.ask("S/1", "S/2")
    floor.step(times=2)
    floor.rest("S/3")
    for seat in ("S/1", "S/2"):
        floor.desks[seat].status, floor.desks[seat].call = "ready", ""
    floor.step(times=5)
    assert sorted(floor.states(move).values()) == ["confirmed", "refused"]


# -- who sees the floor --------------------------------------------------------------------------------


def test_nobody_is_moved_on_a_floor_that_nobody_sees(floor: MovingFloor) -> None:
    view, wanted = floor.view(), Wanted(("S/1",), {"fraud": 0})
    old = floor.now + STALE_S + 1
    blind = replace(view, blind_since=floor.now - 1)
    for seen, now in ((None, floor.now), (blind, floor.now), (view, old)):
        with pytest.raises(CommandError, match="stale"):
            ask_move(floor.engine, BOSS, seen, wanted, "高峰", now)
    assert floor.stands() == []


@pytest.mark.parametrize("busy", [False, True])
def test_what_was_out_of_sight_for_long_is_not_begun_any_more(floor: MovingFloor, busy: bool) -> None:
    if busy:
        floor.desks["S/1"].status, floor.desks["S/1"].call = "on_call", "c1"
        floor.ask("S/1")
        floor.step(60, times=5)  # long calls are waited for
        assert said(floor)[0] == "waiting"
    else:
        floor.ask("S/1")
    floor.blind = True
    floor.step(UNSEEN_S + 1)
    floor.blind, floor.desks["S/1"].status, floor.desks["S/1"].call = False, "ready", ""
    floor.step(times=5)
    assert said(floor) == ("refused", "unseen") and floor.asked == []


# -- taking back what was moved on ---------------------------------------------------------------------


def test_what_a_later_move_changed_goes_back_newest_first(floor: MovingFloor) -> None:
    first = floor.ask("S/1")
    floor.step(times=5)
    second = floor.ask("S/1", to="cards")
    floor.step(times=5)
    shown = [(move.seats[0].undoable, move.seats[0].moved_again) for move in floor.stands()]
    assert shown == [(True, False), (False, True)]
    with pytest.raises(CommandError, match="moved_again") as raised:
        floor.undo(first)
    assert raised.value.about == {"seats": ("S/1",)}
    assert floor.undo(second) == ("S/1",)
    floor.step(times=6)
    assert floor.served("S/1") == {"fraud": 0}
    assert floor.undo(first) == ("S/1",)
    floor.step(times=6)
    assert floor.served("S/1") == {"loans": 1}


def test_undo_tells_the_log_what_was_served_and_why(floor: MovingFloor) -> None:
    move = floor.ask("S/1")
    floor.step(times=5)
    floor.undo(move)
    with floor.engine.connect() as connection:
        row = connection.execute(select(audit).where(audit.c.act == Act.MOVE_UNDONE)).one()
    before, after = msgspec.json.decode(row.before), msgspec.json.decode(row.after)
    assert before["served"] == [{"seat": "S/1", "queues": {"fraud": 0}}]
    assert after["served"] == [{"seat": "S/1", "queues": {"loans": 1}}]
    assert (row.who, row.why) == ("李", "错了")


# -- as it stood ---------------------------------------------------------------------------------------


def test_the_past_shows_moves_as_they_stood_then(floor: MovingFloor) -> None:
    """Asked at a call, begun 3 s later, confirmed, taken back: each as of its instant."""
    floor.desks["S/1"].status, floor.desks["S/1"].call = "on_call", "c1"
    start = floor.now
    move = floor.ask("S/1", minutes=30)
    floor.step(times=2)
    floor.desks["S/1"].status, floor.desks["S/1"].call = "ready", ""
    floor.step(times=5)
    confirmed = floor.now
    floor.now += 60
    floor.undo(move)
    floor.step(times=6)
    assert floor.states(move) == {"S/1": "undone"}

    def at(instant: float) -> tuple[str, str, bool, list[str]]:
        ((seat,),) = [one.seats for one in list_moves(floor.engine, BOSS, CONFIG, instant, instant)]
        return seat.state, seat.undone_by, seat.undoable, [one.reply for one in seat.requests]

    assert at(start) == ("asked", "", False, [])
    assert at(start + 1.5) == ("waiting", "", False, [])
    assert at(start + 3) == ("sent", "", False, ["open"])
    assert at(confirmed) == ("confirmed", "", False, ["done", "done"])
    assert at(floor.now) == ("undone", "李", False, ["done"] * 4)
    assert list_moves(floor.engine, BOSS, CONFIG, start - 1, start - 1) == []


def test_who_may_not_leaves_a_trace_of_his_try(floor: MovingFloor) -> None:
    lead = Viewer(role="lead", queues=frozenset({"cards", "fraud"}))
    for viewer in (Viewer(role="agent"), lead):
        with pytest.raises((Forbidden, CommandError)) as raised:
            floor.ask("S/1", viewer=viewer)
        wanted = Wanted(("S/1",), {"fraud": 0})
        assert note_denied(floor.engine, viewer, wanted, raised.value, "高峰", floor.now, who="周岚")
    usual = CommandError("seat_held")
    assert not note_denied(floor.engine, BOSS, Wanted(("S/1",)), usual, "高峰", floor.now)
    with floor.engine.connect() as connection:
        rows = connection.execute(select(audit.c.act, audit.c.about, audit.c.who, audit.c.after)).all()
    assert [tuple(row[:3]) for row in rows] == [(Act.MOVE_DENIED, "seat/S/1", "周岚")] * 2
    told = [msgspec.json.decode(row.after) for row in rows]
    assert [one["message"] for one in told] == ["forbidden", "unknown_seat"]
    assert told[1]["seats"] == ["S/1"] and told[1]["queues"] == ["fraud"]
    assert floor.stands() == []
