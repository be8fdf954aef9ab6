"""Asking for a move: one or more seats to one or more queues, with a reason, for a while or for good.

What cannot be is refused as a whole and changes nothing. That two do not move the same seat is kept by the
database itself, in the transaction of the act. Instants are UTC epoch seconds of the floor.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Engine

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.floor.view import FloorView
from ccfloor.service.audit import acting, record
from ccfloor.service.commands import CommandError
from ccfloor.service.moves.scope import seen_seats
from ccfloor.service.moves.sights import sight_of, staying
from ccfloor.service.without_numbers import without_numbers
from ccfloor.staffing.membership import MOST_PENALTY, Sight, Wish, changes, lonely
from ccfloor.staffing.moving import Leg
from ccfloor.store.engine import writing
from ccfloor.store.moves import MoveRow, SeatHeld, add_move, add_seat, held_seats, lock_moves
from ccfloor.store.viewer import Viewer

MOST_SEATS = 200
MOST_QUEUES = 20
MOST_MINUTES = 12 * 60
WHY_MAX = 200
STALE_S = 60.0  # on a view that is older nobody is moved
NAME_MAX = 60


class Wanted(msgspec.Struct, frozen=True):
    """What somebody wants. ``queues``: with penalties; ``minutes``: until the return, 0: the seats stay.

    ``beside``: they go on with what they serve. ``ready``: who is paused shall take calls. ``insist``: though
    a queue loses the last seat that works for it. ``crew``: the saved group it is.
    ``ready`` and ``beside`` without queues: who is paused is called back to the queues he serves, no more.
    """

    seats: tuple[str, ...] = ()
    queues: dict[str, int] = {}
    beside: bool = False
    ready: bool = False
    minutes: int = 0
    crew: str = ""
    insist: bool = False

    @property
    def recall(self) -> bool:
        """Whether it only calls people back from their pauses."""
        return self.ready and self.beside and not self.queues


class Weighed(NamedTuple):
    """What a move would be: seats to move as they are seen, those it changes nothing for, and why not.

    ``held``: seats that somebody moves already; ``lonely``: queues that would have nobody left.
    """

    wish: Wish
    seats: Mapping[str, Sight]
    agents: Mapping[str, str]
    idle: tuple[str, ...]
    held: tuple[str, ...]
    offline: tuple[str, ...]
    lonely: tuple[str, ...]


def ask_move(
    engine: Engine,
    viewer: Viewer,
    view: FloorView | None,
    wanted: Wanted,
    why: str,
    now: float,
    *,
    who: str = "",
    predicted: str = "",
) -> int:
    """Ask for a move; returns its id. ``view``: the whole floor now; ``predicted``: the effect as JSON.

    Raises Forbidden, and CommandError: ``no_why``, ``stale`` (nobody sees the floor now), what ``weigh``
    raises, ``seat_offline``, ``seat_held`` (somebody moves a seat already), ``nothing_to_move``,
    ``last_seat`` (unless it is insisted on).
    """
    viewer.needs(Right.SEATS)
    if not why.strip():
        raise CommandError("no_why")
    if view is None or view.blind_since is not None or now - view.at > STALE_S:
        raise CommandError("stale")
    try:
        with writing(engine) as connection:
            lock_moves(connection, viewer.site)
            found = weigh(connection, viewer, view, wanted)
            _allow(found, wanted.insist)
            return _write(connection, viewer, wanted, found, why, now, who or viewer.role, predicted)
    except SeatHeld as held:
        raise CommandError("seat_held", seats=(str(held),)) from None


def weigh(connection: Connection, viewer: Viewer, view: FloorView | None, wanted: Wanted) -> Weighed:
    """Look at a move before it is asked for. Raises CommandError for what can never be.

    That is: ``no_seats``, ``too_many``, ``no_queues``, ``bad_penalty``, ``bad_minutes``, and what the viewer
    does not see: ``unknown_seat``, ``unknown_queue``.
    """
    check_wanted(wanted)
    agents = check_seen(viewer, view, wanted)
    assert view is not None
    within = None if viewer.queues is None else tuple(sorted(viewer.queues))
    wish = Wish(wanted.queues, wanted.beside, wanted.ready, within)
    there = {seat.seat: sight_of(seat) for seat in view.seats if seat.seat in agents}
    offline = tuple(seat for seat, sight in there.items() if not sight.there)
    held = held_seats(connection, viewer.site)
    taken = {row.seat for row in held}
    leaving: dict[str, list[str]] = {}
    for seat, sight in there.items():
        for queue in wish.leaves(sight.queues):
            leaving.setdefault(queue, []).append(seat)
    idle = tuple(seat for seat, sight in there.items() if not changes(wish, sight))
    alone = lonely(leaving, staying(view, held))
    return Weighed(wish, there, agents, idle, tuple(seat for seat in there if seat in taken), offline, alone)


def check_wanted(wanted: Wanted) -> None:
    """Raises CommandError for numbers and lists that no move has."""
    if not wanted.seats:
        raise CommandError("no_seats")
    if len(wanted.seats) > MOST_SEATS:
        raise CommandError("too_many")
    if not wanted.recall and not 0 < len(wanted.queues) <= MOST_QUEUES:
        raise CommandError("no_queues")
    if not all(0 <= penalty <= MOST_PENALTY for penalty in wanted.queues.values()):
        raise CommandError("bad_penalty")
    if not 0 <= wanted.minutes <= MOST_MINUTES:
        raise CommandError("bad_minutes")


def check_seen(viewer: Viewer, view: FloorView | None, wanted: Wanted) -> dict[str, str]:
    """The wanted seats with their agents. Raises CommandError where one, or a queue, is out of sight."""
    seen = seen_seats(viewer, view)
    strange = tuple(seat for seat in wanted.seats if seat not in seen)
    if strange:
        raise CommandError("unknown_seat", seats=strange)
    known = {queue.queue for queue in view.queues} if view else set()
    beyond = tuple(queue for queue in wanted.queues if queue not in known or not viewer.sees_queue(queue))
    if beyond:
        raise CommandError("unknown_queue", queues=beyond)
    return {seat: seen[seat] for seat in wanted.seats}


def _allow(found: Weighed, insist: bool) -> None:
    if found.offline:
        raise CommandError("seat_offline", seats=found.offline)
    if found.held:
        raise CommandError("seat_held", seats=found.held)
    if len(found.idle) == len(found.seats):
        raise CommandError("nothing_to_move")
    if found.lonely and not insist:
        raise CommandError("last_seat", queues=found.lonely)


def _write(
    connection: Connection,
    viewer: Viewer,
    wanted: Wanted,
    found: Weighed,
    why: str,
    now: float,
    who: str,
    predicted: str,
) -> int:
    until = now + wanted.minutes * 60 if wanted.minutes else None
    row = MoveRow(
        at=now,
        who=who,
        why=why.strip()[:WHY_MAX],
        queues=wanted.queues,
        beside=wanted.beside,
        ready=wanted.ready,
        insisted=wanted.insist,  # also where it comes to that only while the seat waits
        within=found.wish.within,
        minutes=wanted.minutes,
        until=until,
        crew=without_numbers(wanted.crew.strip())[:NAME_MAX],
        predicted=predicted,
    )
    move = add_move(connection, viewer.site, row)
    seats = [seat for seat in found.seats if seat not in found.idle]
    for seat in seats:
        leg = Leg(found.wish, until, before=found.seats[seat], seen_at=now)
        add_seat(connection, viewer.site, move, seat, found.agents[seat], leg, now)
    before, after = _told(row, found, seats)
    by = acting(who, viewer)
    record(connection, by, Act.MOVE_ASKED, f"move/{move}", before, after, row.why, now, site=viewer.site)
    return move


def _told(row: MoveRow, found: Weighed, seats: list[str]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """What each seat serves and shall serve, with penalties; then the rest."""
    before, after = [], []
    for seat in seats:
        served = {queue: member.penalty for queue, member in found.seats[seat].queues.items()}
        before.append(serving(seat, served))
        after.append(serving(seat, after_of(found.wish, served)))
    more: dict[str, Any] = {"minutes": row.minutes, "until": row.until, "crew": row.crew, "ready": row.ready}
    more["last_seat_of"] = list(found.lonely)
    return {"served": before}, {"served": after} | {name: value for name, value in more.items() if value}


def after_of(wish: Wish, served: Mapping[str, int]) -> dict[str, int]:
    """What a seat serves once it is moved, with penalties."""
    gone = wish.leaves(served)
    kept = {queue: penalty for queue, penalty in served.items() if queue not in gone}
    return kept | wish.queues


def serving(seat: str, queues: Mapping[str, int]) -> dict[str, Any]:
    """What a seat serves as the log keeps it: the page says it by the names of the site."""
    return {"seat": seat, "queues": dict(sorted(queues.items()))}
