"""Moves and groups in the database: whole after a restart, and no seat moved by two at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, insert

from ccfloor.staffing.membership import Change, Kind, Member, Sight, Wish
from ccfloor.staffing.moving import Answer, Back, Leg, Reply, State, advance, take_back
from ccfloor.store.crews import Crew, CrewTaken, all_crews, crew_by_id, crew_named, keep_crew
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.moves import (
    MoveRow,
    SeatHeld,
    SeatRow,
    Undoing,
    add_move,
    add_seat,
    answers_of,
    held_seats,
    link_command,
    lock_moves,
    moves_by_id,
    recent_moves,
    seats_of,
    step_seat,
)
from ccfloor.store.tables import commands

T0 = 1_800_000_000.0
WISH = Wish({"fraud": 2}, within=("fraud", "loans"))
ASKED = MoveRow(T0, "周岚", "高峰", {"fraud": 2}, within=("fraud", "loans"), minutes=30, until=T0 + 1800)
HOME = Sight({"loans": Member(1, True, "break")}, paused=True, reason="break")


def asked(engine: Engine, seat: str = "PJSIP/1", leg: Leg | None = None, at: float = T0) -> SeatRow:
    with writing(engine) as connection:
        lock_moves(connection, "main")
        move = add_move(connection, "main", replace(ASKED, at=at))
        add_seat(connection, "main", move, seat, "Ann", leg or Leg(WISH, T0 + 1800), at)
    with engine.connect() as connection:
        (row,) = seats_of(connection, "main", [move])
    return row


def test_what_was_asked_is_there_after_a_restart(engine: Engine) -> None:
    row = asked(engine)
    other = open_engine(engine.url.render_as_string(hide_password=False))
    with other.connect() as connection:
        assert held_seats(connection, "main") == [row]
        assert held_seats(connection, "elsewhere") == []
        (move,) = recent_moves(connection, "main", T0 - 1, 10)
        assert move == replace(ASKED, id=row.move) == moves_by_id(connection, "main", [row.move])[row.move]
    other.dispose()


def test_a_step_is_stored_once(engine: Engine) -> None:
    row = asked(engine)
    leg = advance(row.leg, HOME, (), T0, T0)
    with writing(engine) as connection:
        assert step_seat(connection, row, leg, T0 + 1)
    with writing(engine) as connection:
        assert not step_seat(connection, row, replace(leg, state=State.REFUSED), T0 + 2)
    with engine.connect() as connection:
        (found,) = held_seats(connection, "main")
    assert (found.leg, found.version, found.changed_at) == (leg, 2, T0 + 1)
    assert found.leg.before == HOME
    assert [one.kind for one in found.leg.plan] == [Kind.ADD, Kind.PAUSE, Kind.REMOVE]


def test_words_of_the_switch_stand_in_a_column_alone(engine: Engine) -> None:
    row = asked(engine)
    refused = replace(row.leg, state=State.REFUSED, said="no such queue")
    with writing(engine) as connection:
        step_seat(connection, row, refused, T0 + 1)
        raw = connection.exec_driver_sql("SELECT leg, said, held FROM move_seats").one()
    assert "no such queue" not in raw[0] and raw[1:] == ("no such queue", None)
    with engine.connect() as connection:
        assert seats_of(connection, "main", [row.move])[0].leg == refused
        assert held_seats(connection, "main") == []


def test_who_took_it_back_is_kept(engine: Engine) -> None:
    row = asked(engine)
    with writing(engine) as connection:
        step_seat(connection, row, take_back(row.leg), T0 + 5, Undoing("李", "错了", T0 + 5))
    with engine.connect() as connection:
        (found,) = seats_of(connection, "main", [row.move])
    assert (found.undone_by, found.undone_why, found.undone_at) == ("李", "错了", T0 + 5)
    assert (found.leg.state, found.leg.back) == (State.UNDONE, Back.UNDO)


def test_a_seat_is_moved_by_one_only(engine: Engine) -> None:
    first = asked(engine)
    with pytest.raises(SeatHeld, match="PJSIP/1"):
        asked(engine)
    with engine.connect() as connection:
        assert [move.id for move in recent_moves(connection, "main", 0.0, 10)] == [first.move]
    with writing(engine) as connection:
        step_seat(connection, first, replace(first.leg, state=State.UNDONE), T0 + 1)
    second = asked(engine)
    late = replace(first, version=2)
    with pytest.raises(SeatHeld), writing(engine) as connection:
        step_seat(connection, late, replace(first.leg, state=State.DUE), T0 + 2)
    with engine.connect() as connection:
        assert [row.id for row in held_seats(connection, "main")] == [second.id]


def test_of_two_who_ask_at_the_same_time_one_is_refused(engine: Engine) -> None:
    together = Barrier(2)

    def ask(_: int) -> bool:
        together.wait(10)
        try:
            asked(engine)
        except SeatHeld:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(ask, range(2))) == [False, True]


def test_answers_stand_in_the_order_of_the_plan(engine: Engine) -> None:
    row = asked(engine)
    told = [("done", "Added", T0 + 1), ("asked", "", None), ("unanswered", "", T0 + 9), ("refused", "no", T0)]
    with writing(engine) as connection:
        for place, (status, words, at) in reversed(list(enumerate(told))):
            command = {"site": "main", "at": T0, "who": "", "why": "", "kind": "pause", "seat": row.seat}
            command |= {"queue": "", "args": "{}", "before": "{}", "status": status, "answer": words}
            made = connection.execute(
                insert(commands).values(**command, answered_at=at).returning(commands.c.id)
            )
            link_command(connection, "main", row.id, place, made.scalar_one())
    with engine.connect() as connection:
        found = answers_of(connection, [row])
    assert found[row.id] == (
        Answer(Reply.DONE, T0 + 1, "Added"),
        Answer(),
        Answer(Reply.UNKNOWN, T0 + 9),
        Answer(Reply.REFUSED, T0, "no"),
    )


def test_what_is_not_over_is_told_however_old(engine: Engine) -> None:
    old, new = asked(engine, at=T0 - 90_000), asked(engine, "PJSIP/2")
    with engine.connect() as connection:
        found = [move.id for move in recent_moves(connection, "main", T0 - 60, 10)]
        assert found == [new.move, old.move]
        assert [move.id for move in recent_moves(connection, "main", 0.0, 10, until=T0 - 5)] == [old.move]
    with writing(engine) as connection:
        step_seat(connection, old, replace(old.leg, state=State.RETURNED), T0)
    with engine.connect() as connection:
        assert [move.id for move in recent_moves(connection, "main", T0 - 60, 10)] == [new.move]


def test_a_plan_keeps_every_kind_of_change(engine: Engine) -> None:
    plan = tuple(Change(kind, 1, "loans", 3, True, "break") for kind in Kind)
    row = asked(engine, leg=Leg(WISH, state=State.SENT, plan=plan, asked=5, touched=True, before=HOME))
    assert row.leg.plan == plan


CREW = Crew("高峰组", ("PJSIP/1", "PJSIP/2"), {"fraud": 1}, minutes=45, who="周岚", at=T0)


def test_groups_have_one_name_each(engine: Engine) -> None:
    with writing(engine) as connection:
        first = keep_crew(connection, "main", CREW)
    with pytest.raises(CrewTaken), writing(engine) as connection:
        keep_crew(connection, "main", CREW)
    gone = replace(CREW, id=first, removed_by="李", removed_at=T0 + 60)
    with writing(engine) as connection:
        keep_crew(connection, "main", gone)
        second = keep_crew(connection, "main", CREW)
    with engine.connect() as connection:
        assert crew_named(connection, "main", "高峰组") == replace(CREW, id=second)
        assert crew_by_id(connection, "main", first) == gone
        assert crew_by_id(connection, "elsewhere", first) is None
        assert [crew.id for crew in all_crews(connection, "main", T0)] == [second, first]
        assert [crew.id for crew in all_crews(connection, "main", T0 + 61)] == [second]
    with pytest.raises(CrewTaken), writing(engine) as connection:
        keep_crew(connection, "main", replace(gone, removed_at=None, removed_by=""))
