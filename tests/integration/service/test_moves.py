"""Moves from asking to the way back, on both databases: the switch answers, refuses or says nothing."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import msgspec
import pytest
from sqlalchemy import Engine, insert, select

from ccfloor.access.acts import Act
from ccfloor.acd.base import CommandKind
from ccfloor.floor.view import Membership
from ccfloor.service.commands import CommandError, asked_commands
from ccfloor.service.moves import follow
from ccfloor.service.moves.ask import Wanted, ask_move
from ccfloor.service.moves.follow import following
from ccfloor.service.settings import load
from ccfloor.store.access_tables import audit
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.moves import answers_of, held_seats, moves_by_id
from ccfloor.store.tables import commands, live_view
from ccfloor.store.viewer import Forbidden, Viewer
from tests.fakes.current import upgrade
from tests.fakes.fake_server import until
from tests.fakes.moving_floor import BOSS, CONFIG, MovingFloor

LEAD_OF_QUEUES = Viewer(role="lead", queues=frozenset({"loans", "fraud"}))
LEAD_OF_TEAM = Viewer(role="lead", teams=frozenset({"A"}))


@pytest.fixture
def floor(database: Engine) -> MovingFloor:
    return MovingFloor(database)


def code(error: pytest.ExceptionInfo[CommandError]) -> tuple[str, dict[str, tuple[str, ...]]]:
    return error.value.code, error.value.about


def test_seats_are_moved_when_their_calls_are_over(floor: MovingFloor) -> None:
    floor.desks["S/1"].status, floor.desks["S/1"].call = "on_call", "c1"
    move = floor.ask("S/1", "S/2")
    floor.step(times=4)
    assert floor.states(move) == {"S/1": "waiting", "S/2": "confirmed"}
    assert floor.served("S/1") == {"loans": 1} and floor.served("S/2") == {"fraud": 0}
    floor.desks["S/1"].status, floor.desks["S/1"].call = "ready", ""
    floor.step(times=4)
    assert floor.states(move) == {"S/1": "confirmed", "S/2": "confirmed"}
    assert floor.served("S/1") == {"fraud": 0}
    kinds = [command.kind for command in floor.asked]
    assert kinds == [CommandKind.ADD, CommandKind.REMOVE] * 2


def test_a_move_returns_by_time_and_everybody_serves_what_he_served(floor: MovingFloor) -> None:
    move = floor.ask("S/1", minutes=30)
    floor.step(times=4)
    floor.step(1790)
    assert floor.states(move) == {"S/1": "confirmed"}
    floor.step(times=10)
    assert floor.states(move) == {"S/1": "returned"}
    assert floor.served("S/1") == {"loans": 1}
    (stands,) = floor.stands()
    assert not stands.open and stands.seats[0].late_s == 0.0


def test_what_was_due_while_nobody_collected_is_done_at_the_start_and_said_to_be_late(
    floor: MovingFloor,
) -> None:
    move = floor.ask("S/1", minutes=30)
    floor.step(times=4)
    floor.now += 3600  # the collector was down
    floor.restarted()
    floor.step(times=6)
    assert floor.states(move) == {"S/1": "returned"}
    assert floor.served("S/1") == {"loans": 1}
    assert floor.stands()[0].seats[0].late_s == pytest.approx(1805, abs=5)


def test_what_was_asked_before_a_restart_is_gone_on_with(floor: MovingFloor) -> None:
    move = floor.ask("S/1")
    floor.follower.look()
    floor.now += 3
    floor.restarted()
    floor.step(times=3)
    assert floor.states(move) == {"S/1": "confirmed"}


def test_undo_restores_what_was_but_nothing_somebody_changed_since(floor: MovingFloor) -> None:
    move = floor.ask("S/1", "S/2", minutes=30)
    floor.step(times=4)
    floor.desks["S/2"].queues["loans"] = Membership("loans", 9)  # somebody brought it back to loans
    assert floor.undo(move) == ("S/1", "S/2")
    floor.step(times=6)
    assert floor.states(move) == {"S/1": "undone", "S/2": "undone"}
    assert floor.served("S/1") == {"loans": 1}
    assert floor.served("S/2") == {"loans": 9}
    with pytest.raises(CommandError) as raised:
        floor.undo(move)
    assert code(raised) == ("cannot_undo", {})


def test_one_seat_of_several_is_taken_back_alone(floor: MovingFloor) -> None:
    move = floor.ask("S/1", "S/2")
    floor.step(times=4)
    assert floor.undo(move, "S/2") == ("S/2",)
    floor.step(times=6)
    assert floor.states(move) == {"S/1": "confirmed", "S/2": "undone"}


def test_a_refusal_is_shown_in_the_switch_s_words(floor: MovingFloor) -> None:
    floor.refuses["fraud"] = "Unable to add interface: No such queue"
    move = floor.ask("S/1", minutes=30)
    floor.step(times=3)
    (seat,) = floor.stands()[0].seats
    assert (seat.state, seat.said, seat.undoable) == ("refused", floor.refuses["fraud"], False)
    assert [(one.kind, one.reply) for one in seat.requests] == [("add_to_queue", "refused")]
    assert floor.served("S/1") == {"loans": 1}
    floor.refuses.clear()
    assert floor.ask("S/1") > move  # it holds nobody up


def test_without_a_word_for_ten_seconds_a_move_is_unconfirmed(floor: MovingFloor) -> None:
    floor.deaf = True
    move = floor.ask("S/1")
    floor.step(times=10)
    assert floor.states(move) == {"S/1": "sent"}
    floor.step(times=2)
    assert floor.states(move) == {"S/1": "unconfirmed"}
    floor.deaf = False
    floor.step(times=3)
    assert floor.states(move) == {"S/1": "confirmed"}


def test_a_request_without_an_answer_is_no_refusal(floor: MovingFloor) -> None:
    floor.deaf = True
    move = floor.ask("S/1")
    floor.follower.look()
    floor.step(8)
    floor.ignore()
    floor.step(1)
    assert floor.states(move) == {"S/1": "sent"}
    floor.step(2)
    (seat,) = floor.stands()[0].seats
    assert (seat.state, seat.requests[0].reply, seat.undoable) == ("unconfirmed", "unknown", True)


@pytest.mark.parametrize("how", ["blind", "lost", "old"])
def test_a_switch_out_of_sight_is_asked_nothing(floor: MovingFloor, how: str) -> None:
    floor.follower.look()
    floor.blind, floor.lost = how == "blind", ("S/1",) if how == "lost" else ()
    floor.live(-1)
    floor.collecting = how != "old"
    floor.now += 30
    move = floor.ask("S/1")
    floor.step(times=5)
    assert floor.states(move) == {"S/1": "asked"} and floor.asked == []
    floor.blind, floor.lost, floor.collecting = False, (), True
    floor.step(times=4)
    assert floor.states(move) == {"S/1": "confirmed"}


def test_a_seat_is_not_moved_by_two(floor: MovingFloor) -> None:
    floor.ask("S/1", minutes=30)
    with pytest.raises(CommandError) as raised:
        floor.ask("S/2", "S/1", to="cards")
    assert code(raised) == ("seat_held", {"seats": ("S/1",)})
    assert len(floor.stands()) == 1  # nothing of the second was begun


def test_of_two_managers_within_a_second_one_is_refused(floor: MovingFloor) -> None:
    together = Barrier(2)

    def ask(to: str) -> str:
        together.wait(10)
        try:
            floor.ask("S/1", "S/2", to=to)
        except CommandError as error:
            return error.code
        return "asked"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(ask, ("fraud", "cards"))) == ["asked", "seat_held"]
    assert len(floor.stands()) == 1


def test_the_last_who_works_for_a_queue_stays_unless_it_is_insisted_on(floor: MovingFloor) -> None:
    floor.rest("S/2", "S/3")
    with pytest.raises(CommandError) as raised:
        floor.ask("S/1")
    assert code(raised) == ("last_seat", {"queues": ("loans",)})
    floor.ask("S/1", insist=True)
    assert floor.stands()[0].insisted


def test_two_who_take_one_each_of_the_last_two_are_seen_together(floor: MovingFloor) -> None:
    floor.desks["S/4"].status, floor.desks["S/4"].call = "on_call", "c1"
    floor.ask("S/4")
    floor.step()
    with pytest.raises(CommandError) as raised:  # the other one still serves, but is about to leave
        floor.ask("S/5")
    assert code(raised) == ("last_seat", {"queues": ("cards",)})


def test_who_is_on_a_break_stays_on_it_unless_asked(floor: MovingFloor) -> None:
    floor.rest("S/1", "S/2")
    first, second = floor.ask("S/1"), floor.ask("S/2", ready=True, minutes=30)
    floor.step(times=6)
    assert floor.states(first) == {"S/1": "confirmed"} and floor.states(second) == {"S/2": "confirmed"}
    assert floor.desks["S/1"].queues == {"fraud": Membership("fraud", 0, True, "break")}
    assert floor.desks["S/2"].queues == {"fraud": Membership("fraud", 0)}
    floor.undo(second)
    floor.step(times=8)
    assert floor.desks["S/2"].queues == {"loans": Membership("loans", 1, True, "break")}


def test_who_is_called_back_serves_what_he_served_and_goes_back_to_his_break(floor: MovingFloor) -> None:
    floor.rest("S/1", "S/2")
    wanted = Wanted(("S/1", "S/2", "S/3"), {}, beside=True, ready=True)
    move = ask_move(floor.engine, BOSS, floor.view(), wanted, "高峰", floor.now)
    floor.step(times=4)
    assert floor.states(move) == {"S/1": "confirmed", "S/2": "confirmed"}, "one was at work"
    assert floor.desks["S/1"].queues == {"loans": Membership("loans", 1)}
    assert [change.kind for change in floor.asked] == ["unpause", "unpause"]
    floor.undo(move, "S/2")
    floor.step(times=4)
    assert floor.desks["S/1"].queues == {"loans": Membership("loans", 1)}
    assert floor.desks["S/2"].queues == {"loans": Membership("loans", 1, True, "break")}


@pytest.mark.parametrize(
    ("wanted", "why", "refused"),
    [
        (Wanted(("S/1",), {"fraud": 0}), "  ", "no_why"),
        (Wanted(("S/1",), {}, ready=True), "x", "no_queues"),
        (Wanted(("S/1",), {}, beside=True), "x", "no_queues"),
        (Wanted(("S/1",), {}, beside=True, ready=True), "x", "nothing_to_move"),
        (Wanted((), {"fraud": 0}), "x", "no_seats"),
        (Wanted(("S/1",), {}), "x", "no_queues"),
        (Wanted(("S/1",), {"fraud": 100}), "x", "bad_penalty"),
        (Wanted(("S/1",), {"fraud": -1}), "x", "bad_penalty"),
        (Wanted(("S/1",), {"fraud": 0}, minutes=721), "x", "bad_minutes"),
        (Wanted(("S/1",), {"fraud": 0}, minutes=-1), "x", "bad_minutes"),
        (Wanted(("S/9",), {"fraud": 0}), "x", "unknown_seat"),
        (Wanted(("S/1",), {"gold": 0}), "x", "unknown_queue"),
        (Wanted(("S/1",), {"loans": 1}), "x", "nothing_to_move"),
        (Wanted(tuple(f"S/{n}" for n in range(300)), {"fraud": 0}), "x", "too_many"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    floor: MovingFloor, wanted: Wanted, why: str, refused: str
) -> None:
    with pytest.raises(CommandError) as raised:
        ask_move(floor.engine, BOSS, floor.view(), wanted, why, floor.now)
    assert raised.value.code == refused
    assert floor.stands() == []


def test_who_signed_off_is_not_moved(floor: MovingFloor) -> None:
    floor.desks["S/1"].status = "offline"
    with pytest.raises(CommandError) as raised:
        floor.ask("S/1", "S/2")
    assert code(raised) == ("seat_offline", {"seats": ("S/1",)})


def test_a_lead_moves_what_is_in_scope_and_hears_of_nothing_else(floor: MovingFloor) -> None:
    floor.desks["S/1"].queues["cards"] = Membership("cards", 4)
    for viewer, seat, to in ((LEAD_OF_QUEUES, "S/4", "fraud"), (LEAD_OF_TEAM, "S/4", "fraud")):
        with pytest.raises(CommandError, match="unknown_seat"):
            floor.ask(seat, to=to, viewer=viewer)
    with pytest.raises(CommandError, match="unknown_queue"):
        floor.ask("S/1", to="cards", viewer=LEAD_OF_QUEUES)
    with pytest.raises(Forbidden):
        floor.ask("S/1", viewer=Viewer(role="agent"))
    move = floor.ask("S/1", viewer=LEAD_OF_QUEUES)
    floor.step(times=4)
    assert floor.served("S/1") == {"cards": 4, "fraud": 0}  # cards is not the lead's to take away
    (seen,) = floor.stands(LEAD_OF_QUEUES)
    assert seen.seats[0].served == {"loans": 1}
    others = floor.ask("S/2", to="cards")
    floor.step(times=4)
    assert [one.id for one in floor.stands(LEAD_OF_QUEUES)] == [move]
    assert [one.id for one in floor.stands(LEAD_OF_TEAM)] == [others, move]
    with pytest.raises(CommandError, match="unknown_move"):
        floor.undo(others, viewer=LEAD_OF_QUEUES)
    assert floor.undo(move, viewer=LEAD_OF_QUEUES) == ("S/1",)


def test_everything_is_in_the_log_with_before_and_after(floor: MovingFloor) -> None:
    move = floor.ask("S/1", minutes=30)
    floor.step(times=4)
    floor.undo(move)
    floor.step(times=6)
    with floor.engine.connect() as connection:
        rows = connection.execute(select(audit).order_by(audit.c.number)).all()
    told = [(row.act, row.about, row.who, row.why) for row in rows if row.act != Act.SEAT_ANSWERED]
    assert told[0] == (Act.MOVE_ASKED, f"move/{move}", "周岚", "高峰")
    before, after = msgspec.json.decode(rows[0].before), msgspec.json.decode(rows[0].after)
    home, there = {"seat": "S/1", "queues": {"loans": 1}}, {"seat": "S/1", "queues": {"fraud": 0}}
    assert before == {"served": [home]}
    assert (after["served"], after["minutes"]) == ([there], 30)
    assert (Act.MOVE_UNDONE, "seat/S/1", "李", "错了") in told
    (undone,) = [row for row in rows if row.act == Act.MOVE_UNDONE]
    assert msgspec.json.decode(undone.before) == {"served": [there], "state": "confirmed"}
    assert msgspec.json.decode(undone.after) == {"served": [home], "state": "due", "move": move}
    steps = [msgspec.json.decode(row.after) for row in rows if row.act == Act.MOVE_STEP]
    states = [step["state"] for step in steps if "state" in step]
    assert states == ["sent", "confirmed", "back_sent", "undone"]
    asked = [(one["kind"], one["queue"]) for step in steps for one in step.get("asked", ())]
    goes = [("add_to_queue", "fraud"), ("remove_from_queue", "loans")]
    assert asked == [*goes, ("add_to_queue", "loans"), ("remove_from_queue", "fraud")]
    with floor.engine.connect() as connection:
        given = connection.execute(select(commands.c.who, commands.c.why).order_by(commands.c.id)).all()
    assert [tuple(row) for row in given] == [("周岚", "高峰")] * 2 + [("李", "错了")] * 2


def test_one_that_cannot_be_followed_keeps_nobody_else(
    floor: MovingFloor, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = floor.ask("S/1"), floor.ask("S/4")
    real = follow.advance

    def breaks(leg: object, sight: object, *more: object, **named: object) -> object:
        if getattr(sight, "queues", {}).keys() == {"loans"}:
            raise RuntimeError("a fault of ours")
        return real(leg, sight, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(follow, "advance", breaks)
    floor.step(times=4)
    assert floor.states(first) == {"S/1": "asked"} and floor.states(second) == {"S/4": "confirmed"}


def test_a_step_that_somebody_overtook_asks_the_switch_nothing(floor: MovingFloor) -> None:
    move = floor.ask("S/1")
    with floor.engine.connect() as connection:
        (row,) = held_seats(connection, "main")
        stale = row, moves_by_id(connection, "main", [move])[move], answers_of(connection, [row])[row.id]
    floor.undo(move)
    floor.follower._follow(*stale, follow.present(floor.live(-1), floor.now))
    assert floor.states(move) == {"S/1": "undone"}
    with floor.engine.connect() as connection:
        assert connection.execute(select(commands.c.id)).all() == []


def test_moves_are_followed_beside_the_collector(tmp_path: Path) -> None:
    """In a thread with a connection of its own, until the block ends."""
    db = f"sqlite:///{tmp_path / 'floor.db'}"
    floor = MovingFloor(open_engine(db))
    upgrade(floor.engine)
    view = floor.view()
    row = {"site": "main", "seq": 1, "at": view.at, "written_at": view.at, "sources": "[]", "plan": ""}
    with writing(floor.engine) as connection:
        connection.execute(insert(live_view).values(payload=msgspec.json.encode(view), **row))
    move = floor.ask("S/1")
    with following(load(environ={}, db=db), CONFIG, lambda: floor.now):
        until(lambda: floor.states(move) == {"S/1": "sent"}, 30, "the switch is asked")
        floor.answer()
        until(lambda: len(asked_commands(floor.engine, "main")) == 1, 30, "the next stage is asked")
        floor.answer()
        until(lambda: floor.states(move) == {"S/1": "confirmed"}, 30, "it is confirmed")
    assert "ccfloor-moves" not in {thread.name for thread in threading.enumerate()}
    floor.engine.dispose()
