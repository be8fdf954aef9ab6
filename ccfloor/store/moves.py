"""Moves as they are stored: written and read in the caller's transaction. Instants are UTC epoch seconds."""

import zlib
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, Row, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from ccfloor.staffing.moving import Answer, Leg, Reply
from ccfloor.store.move_tables import move_commands, move_seats, moves
from ccfloor.store.tables import commands

_LEG = msgspec.json.Decoder(Leg)
_QUEUES = msgspec.json.Decoder(dict[str, int])
_NAMES = msgspec.json.Decoder(tuple[str, ...])
_REPLIES = {"asked": Reply.OPEN, "done": Reply.DONE, "refused": Reply.REFUSED, "unanswered": Reply.UNKNOWN}


class SeatHeld(Exception):
    """Somebody else moves this seat."""


class MoveRow(msgspec.Struct, frozen=True):
    """What somebody asked for. ``queues``: with penalties; ``within``: those that may be touched, None: all.

    ``minutes``: until the return, ``until`` its instant; 0 and None: it stays. ``insisted``: though a queue
    loses its last working seat. ``predicted``: JSON of the effect that was shown, "" for none.
    """

    at: float
    who: str
    why: str
    queues: dict[str, int]
    beside: bool = False
    ready: bool = False
    insisted: bool = False
    within: tuple[str, ...] | None = None
    minutes: int = 0
    until: float | None = None
    crew: str = ""
    predicted: str = ""
    id: int = 0


class SeatRow(msgspec.Struct, frozen=True):
    """One seat of a move. ``version`` grows with every step that is stored."""

    id: int
    move: int
    seat: str
    agent: str
    leg: Leg
    version: int
    changed_at: float
    undone_by: str = ""
    undone_why: str = ""
    undone_at: float | None = None


class Undoing(msgspec.Struct, frozen=True):
    """Who took a seat's move back, why and when."""

    by: str
    why: str
    at: float


def lock_moves(connection: Connection, site: str) -> None:
    """Be the only one who begins or takes back moves of the site until the end of the transaction.

    SQLite has one writer at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        key = zlib.crc32(f"ccfloor moves {site}".encode())
        connection.execute(select(func.pg_advisory_xact_lock(key)))


def add_move(connection: Connection, site: str, move: MoveRow) -> int:
    """Store what somebody asked for; returns its id."""
    row = {name: getattr(move, name) for name in MoveRow.__struct_fields__ if name != "id"}
    row |= {
        "site": site,
        "queues": _json(move.queues),
        "within": "" if move.within is None else _json(move.within),
    }
    return int(connection.execute(insert(moves).values(row).returning(moves.c.id)).scalar_one())


def add_seat(
    connection: Connection, site: str, move: int, seat: str, agent: str, leg: Leg, now: float
) -> int:
    """Store a seat of a move; returns its id. Raises SeatHeld, which leaves the transaction of no use."""
    row = {"site": site, "move": move, "seat": seat, "agent": agent, "version": 1, "changed_at": now}
    row |= {"undone_by": "", "undone_why": "", **_of_leg(leg, seat)}
    try:
        made = connection.execute(insert(move_seats).values(row).returning(move_seats.c.id))
    except IntegrityError:
        raise SeatHeld(seat) from None
    return int(made.scalar_one())


def step_seat(
    connection: Connection, row: SeatRow, leg: Leg, now: float, undoing: Undoing | None = None
) -> bool:
    """Store a seat's next step; False, and nothing is changed, where somebody stored another one meanwhile.

    Raises SeatHeld where the step would hold a seat that somebody else moves.
    """
    values: dict[str, Any] = {"version": row.version + 1, **_of_leg(leg, row.seat)}
    if (leg.state, leg.asked) != (row.leg.state, row.leg.asked):
        values["changed_at"] = now
    if undoing is not None:
        values |= {"undone_by": undoing.by, "undone_why": undoing.why, "undone_at": undoing.at}
    mine = (move_seats.c.id == row.id, move_seats.c.version == row.version)
    try:
        return connection.execute(update(move_seats).where(*mine).values(values)).rowcount == 1
    except IntegrityError:
        raise SeatHeld(row.seat) from None


def _of_leg(leg: Leg, seat: str) -> dict[str, Any]:
    return {
        "held": seat if leg.holds else None,
        "state": leg.state.value,
        "back": leg.back.value,
        "said": leg.said,
        "leg": _json(replace(leg, said="")),
    }


def link_command(connection: Connection, site: str, seat: int, place: int, command: int) -> None:
    """A request to the switch belongs to this place of a seat's plan."""
    connection.execute(insert(move_commands).values(site=site, leg=seat, place=place, command=command))


# -- reading ---------------------------------------------------------------------------------------------


def held_seats(connection: Connection, site: str) -> list[SeatRow]:
    """The seats' moves that are not over, oldest first."""
    mine = (move_seats.c.site == site, move_seats.c.held.is_not(None))
    return _seats(connection.execute(select(move_seats).where(*mine).order_by(move_seats.c.id)))


def seats_of(connection: Connection, site: str, move_ids: Iterable[int]) -> list[SeatRow]:
    """The seats of these moves, in the order in which they were asked for."""
    mine = (move_seats.c.site == site, move_seats.c.move.in_(list(move_ids)))
    return _seats(connection.execute(select(move_seats).where(*mine).order_by(move_seats.c.id)))


def later_moves(connection: Connection, site: str, rows: Iterable[SeatRow]) -> dict[int, SeatRow]:
    """Of these seats' moves, those that a later move of the same seat overtook, by the row's id: the newest.

    A later one that changed nothing, or went back, overtook none.
    """
    mine = list(rows)
    oldest = min((row.id for row in mine), default=0)
    asked = [move_seats.c.site == site, move_seats.c.id > oldest]
    asked += [move_seats.c.seat.in_({row.seat for row in mine})]
    found: dict[int, SeatRow] = {}
    for later in _seats(connection.execute(select(move_seats).where(*asked).order_by(move_seats.c.id))):
        if later.leg.in_force:
            found |= {row.id: later for row in mine if row.seat == later.seat and row.id < later.id}
    return found


def moves_by_id(connection: Connection, site: str, ids: Iterable[int]) -> dict[int, MoveRow]:
    """These moves, by their id."""
    mine = (moves.c.site == site, moves.c.id.in_(list(ids)))
    rows = connection.execute(select(moves).where(*mine))
    return {row.id: _move(row) for row in rows}


def recent_moves(
    connection: Connection, site: str, since: float, most: int, until: float | None = None
) -> list[MoveRow]:
    """Moves asked for since an instant, and all that are not over, newest first. ``until``: asked by then."""
    running = select(move_seats.c.move).where(move_seats.c.site == site, move_seats.c.held.is_not(None))
    asked = [moves.c.site == site, or_(moves.c.at >= since, moves.c.id.in_(running))]
    if until is not None:
        asked.append(moves.c.at <= until)
    rows = connection.execute(select(moves).where(*asked).order_by(moves.c.id.desc()).limit(most))
    return [_move(row) for row in rows]


def answers_of(connection: Connection, rows: Iterable[SeatRow]) -> dict[int, tuple[Answer, ...]]:
    """What the switch answered to ``plan[:asked]`` of each seat's move, by the seat row's id."""
    found: dict[int, dict[int, Answer]] = {row.id: {} for row in rows}
    links, told = move_commands.c, commands.c
    query = select(links.leg, links.place, told.status, told.answer, told.answered_at)
    query = query.join_from(move_commands, commands, told.id == links.command)
    for row in connection.execute(query.where(links.leg.in_(list(found)))):
        answer = Answer(_REPLIES[row.status], row.answered_at or 0.0, row.answer)
        found[row.leg][row.place] = answer
    return {leg: tuple(answers[place] for place in sorted(answers)) for leg, answers in found.items()}


def _seats(rows: Iterable[Row[Any]]) -> list[SeatRow]:
    return [
        SeatRow(
            row.id, row.move, row.seat, row.agent, replace(_LEG.decode(row.leg), said=row.said),
            row.version, row.changed_at, row.undone_by, row.undone_why, row.undone_at,
        )
        for row in rows
    ]  # fmt: skip


def _move(row: Row[Any]) -> MoveRow:
    given: dict[str, Any] = {name: row._mapping[name] for name in MoveRow.__struct_fields__}
    given["queues"] = _QUEUES.decode(row.queues)
    given["within"] = _NAMES.decode(row.within) if row.within else None
    return MoveRow(**given)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
