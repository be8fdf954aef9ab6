"""Advice as the page of moves shows it: what a viewer may know of it, how old it is, how far past advice was
off, and the orders that carry it out.

A proposal is shown to whoever sees all of its queues and seats; others are told nothing of it, nor why
nothing is proposed elsewhere. Instants are UTC epoch seconds.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, Engine

from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.service.staffing.advice_past import Told, past_of, told_of
from ccfloor.service.staffing.advice_read import read_advised
from ccfloor.service.staffing.seats_now import Pin
from ccfloor.staffing.advise import Advice, Advised
from ccfloor.staffing.effect import QueueEffect
from ccfloor.staffing.judging import Errors
from ccfloor.staffing.moves import Kind, Move
from ccfloor.staffing.reason import Reason
from ccfloor.store.advice import latest_advice
from ccfloor.store.moves import held_seats
from ccfloor.store.viewer import Viewer

STALE_S = 180.0
FEW = 5  # judged spans of its own queues, from which on a proposal is told beside their errors alone


class Order(msgspec.Struct, frozen=True):
    """What carries out a part of a proposal: a move of seats, (``undo``, a move's id) its end, or (``ready``)
    people called back from their pauses.
    """

    seats: tuple[str, ...]
    queues: dict[str, int] = {}
    beside: bool = False
    minutes: int = 0
    undo: int = 0
    ready: bool = False


class Card(msgspec.Struct, frozen=True):
    """A proposal. ``past``: how far foretelling was off, of its own queues (``own``) or of all in sight."""

    reason: Reason
    orders: tuple[Order, ...]
    levers: tuple[str, ...]
    recalled: tuple[str, ...]
    back_at: dict[str, float]
    effects: tuple[QueueEffect, ...]
    saved: tuple[float, float, float]
    sure: float
    past: Errors
    own: bool


class AdviceBoard(msgspec.Struct, frozen=True):
    """``at``: when the floor was last looked at for it, None: never; ``since``: the same since then.

    ``stale_s``: so long after ``at`` it is stale. ``idle``: why nothing is proposed, "" where something is.
    ``blocked``: seats that are there and may not be moved, by why, for who sees the whole site.
    """

    at: float | None = None
    since: float | None = None
    stale: bool = False
    idle: str = ""
    blocked: dict[str, int] = {}
    cards: tuple[Card, ...] = ()
    stale_s: float = STALE_S


def advice_board(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    now: float,
    until: float | None = None,
    stale_s: float = STALE_S,
) -> AdviceBoard:
    """What is advised at ``now``, as this viewer may know it. Raises Forbidden.

    ``until``: as it stood at that instant. ``stale_s``: how old it may be.
    """
    viewer.needs(Right.SEATS)
    with engine.connect() as connection:
        row = latest_advice(connection, viewer.site, until)
        found = read_advised(row) if row is not None else None
        if row is None or found is None:
            return AdviceBoard(stale_s=stale_s)
        seen_at = row.seen_at if until is None else min(row.seen_at, until)
        mine = [one for one in found.advice if may_see(viewer, config, one)]
        past = _past(connection, viewer, now, mine)
        lent = _lent(connection, viewer) if mine else {}
    cards = tuple(_card(one, off, lent, seen_at) for one, off in zip(mine, past, strict=True))
    stale = not 0 <= now - seen_at <= stale_s
    blocked = {why: n for why, n in found.blocked.items() if why != Pin.COMING} if viewer.whole else {}
    return AdviceBoard(seen_at, row.given_at, stale, _idle(viewer, found, cards), blocked, cards, stale_s)


def may_see(viewer: Viewer, config: FloorConfig, advice: Advice) -> bool:
    """Whether all queues and seats of a proposal are the viewer's."""
    if not all(map(viewer.sees_queue, queues_of(advice))):
        return False
    seats = {move.seat for move in advice.moves} | set(advice.recalled)
    return viewer.teams is None or all(_team(config, seat) in viewer.teams for seat in seats)


def _team(config: FloorConfig, seat: str) -> str | None:
    info = config.seats.get(seat)
    return info.team if info is not None else None


def queues_of(advice: Advice) -> set[str]:
    """Every queue that a proposal names."""
    told = {queue for move in advice.moves for queue in (move.queue, *move.leaves, *move.after)}
    return told | {one.queue for one in advice.effects} | {advice.reason.queue} | {advice.reason.donor} - {""}


def _idle(viewer: Viewer, found: Advised, cards: Iterable[Card]) -> str:
    if tuple(cards):
        return ""
    return str(found.idle) if viewer.whole and found.idle is not None else "none"


def _past(connection: Connection, viewer: Viewer, now: float, mine: Sequence[Advice]) -> list[Told]:
    """How far foretelling was off in the viewer's queues, for each of these, of what was judged by now."""
    if not mine:
        return []
    past = past_of(connection, viewer.site, now)
    queues = ({one.queue for one in advice.effects} for advice in mine)
    return [told_of(past, viewer.sees_queue, now, some, FEW) for some in queues]


def _lent(connection: Connection, viewer: Viewer) -> dict[str, int]:
    """Seat → the move that holds it."""
    return {row.seat: row.move for row in held_seats(connection, viewer.site)}


def _card(advice: Advice, past: Told, lent: Mapping[str, int], at: float) -> Card:
    return Card(
        reason=advice.reason,
        orders=(*orders(advice, lent, at), *_recall(advice)),
        levers=tuple(map(str, advice.levers)),
        recalled=advice.recalled,
        back_at=advice.back_at,
        effects=advice.effects,
        saved=(advice.saved.value, advice.saved.low, advice.saved.high),
        sure=advice.sure,
        past=past.errors,
        own=past.own,
    )


def orders(advice: Advice, lent: Mapping[str, int], at: float) -> list[Order]:
    """What carries out the moves of a proposal: seats that go the same way together."""
    ways: dict[tuple[object, ...], list[Move]] = {}
    for move in advice.moves:
        undone = lent.get(move.seat, 0) if move.kind is Kind.HOME else 0
        goal = () if undone else (move.queue, move.penalty, move.kind is Kind.BESIDE)
        ways.setdefault((undone, *goal), []).append(move)
    return [_order(moves, int(str(way[0])), advice, at) for way, moves in ways.items()]


def _recall(advice: Advice) -> list[Order]:
    """People called back serve what they served."""
    return [Order(advice.recalled, beside=True, ready=True)] if advice.recalled else []


def _order(moves: list[Move], undo: int, advice: Advice, at: float) -> Order:
    seats, first = tuple(move.seat for move in moves), moves[0]
    if undo:
        return Order(seats, undo=undo)
    if first.kind is Kind.HOME:
        return Order(seats, first.after)
    back_at = advice.back_at.get(first.queue)
    minutes = max(1, round((back_at - at) / 60)) if back_at is not None else 0
    return Order(seats, {first.queue: first.penalty}, first.kind is Kind.BESIDE, minutes)
