"""What became of the seats of moves: who was really moved, and for how long."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from ccfloor.service.staffing.advice_read import read_advised
from ccfloor.staffing.advise import Advice
from ccfloor.staffing.following import seats_of as proposed_seats
from ccfloor.staffing.judging import Fate
from ccfloor.staffing.moves import Kind
from ccfloor.staffing.moving import Answer, Reply
from ccfloor.staffing.moving import State as LegState
from ccfloor.store.advice import EffectRow, advice_by_id, followers
from ccfloor.store.moves import SeatRow, answers_of, seats_of

_NOT_DONE = (LegState.REFUSED, LegState.UNCONFIRMED)
_NEAR_S = 3600.0  # the moves that carry out one proposal are made within it
Followed = tuple[int, int]  # an advice and the place of a proposal in it


class Stood(NamedTuple):
    """One seat of a move. ``back_at``: when it was taken back, None: not; 0: before it moved."""

    seat: str
    moved: bool
    back_at: float | None


def fates(connection: Connection, site: str, rows: Sequence[EffectRow]) -> dict[int, Fate]:
    """What became of each move of these rows; of one that followed a proposal, by all that carried it out."""
    first, last = min(row.at for row in rows), max(row.at for row in rows)
    of = {row.move: (row.advice, row.rank) for row in rows}
    beside = followers(connection, site, first - _NEAR_S, last + _NEAR_S)
    known = advice_by_id(connection, site, {advice for advice, _ in of.values() if advice})
    bodies = {id_: body.advice for id_, row in known.items() if (body := read_advised(row)) is not None}
    stood = _stood(connection, site, {*of, *beside})
    found: dict[int, Fate] = {}
    for move, followed in of.items():
        others = [one for one, theirs in beside.items() if theirs == followed and one != move]
        all_ = [seat for one in (*(others if followed[0] else ()), move) for seat in stood.get(one, ())]
        found[move] = fate_of(all_, _proposal(bodies, followed))
    return found


def _proposal(bodies: Mapping[int, Sequence[Advice]], followed: Followed) -> Advice | None:
    advice, rank = followed
    given = bodies.get(advice, ())
    return given[rank] if rank < len(given) else None


def _stood(connection: Connection, site: str, moves: Iterable[int]) -> dict[int, list[Stood]]:
    rows = seats_of(connection, site, moves)
    answers = answers_of(connection, rows)
    found: dict[int, list[Stood]] = {}
    for row in rows:
        found.setdefault(row.move, []).append(stood(row, answers.get(row.id, ())))
    return found


def stood(row: SeatRow, answers: Sequence[Answer]) -> Stood:
    """How a seat's move went. ``answers``: of the switch; after a return they alone tell what it refused."""
    leg = row.leg
    there = [answer.reply for answer in answers[: leg.forth]]
    refused = leg.state in _NOT_DONE or (
        leg.state is not LegState.CONFIRMED and (Reply.REFUSED in there or Reply.UNKNOWN in there)
    )
    moved = leg.touched and not refused
    return Stood(row.seat, moved, row.undone_at if moved or row.undone_at is None else 0.0)


def fate_of(seats: Iterable[Stood], proposed: Advice | None = None) -> Fate:
    """What became of seats that were to move; of one in several moves the last word counts.

    Of a proposal those seats count that it named; who goes home early may do so by an end of his move.
    """
    last = {one.seat: one for one in seats}
    named = frozenset(last) if proposed is None else proposed_seats(proposed)
    home = {move.seat for move in (() if proposed is None else proposed.moves) if move.kind is Kind.HOME}
    moved = (one.back_at for one in last.values() if one.seat in named and (one.moved or one.back_at == 0.0))
    return Fate(len({*last, *(named - home)}), tuple(moved))
