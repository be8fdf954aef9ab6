"""Taking a move back: its seats go back to what they served, but for what somebody changed since."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.service.audit import Actor, acting, record
from ccfloor.service.commands import CommandError
from ccfloor.service.moves.ask import WHY_MAX, after_of, serving
from ccfloor.service.moves.scope import concerns
from ccfloor.staffing.moving import take_back
from ccfloor.store.engine import writing
from ccfloor.store.moves import (
    SeatHeld,
    SeatRow,
    Undoing,
    later_moves,
    lock_moves,
    moves_by_id,
    seats_of,
    step_seat,
)
from ccfloor.store.viewer import Viewer


def undo_move(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    move: int,
    why: str,
    now: float,
    *,
    who: str = "",
    seats: Collection[str] = (),
) -> tuple[str, ...]:
    """Take a move back, or some ``seats`` of it; returns the seats that go back.

    Raises Forbidden, and CommandError: ``no_why``, ``unknown_move`` (none of it is the viewer's business),
    ``cannot_undo`` (nothing of it can be taken back now), ``moved_again`` (a later move of the seats changed
    what they serve: that one goes back first), ``seat_held`` (somebody else moves a seat now).
    """
    viewer.needs(Right.SEATS)
    if not why.strip():
        raise CommandError("no_why")
    try:
        with writing(engine) as connection:
            lock_moves(connection, viewer.site)
            rows = _his(connection, viewer, config, move, seats)
            undoing = Undoing(who or viewer.role, why.strip()[:WHY_MAX], now)
            by = acting(undoing.by, viewer)
            later = later_moves(connection, viewer.site, rows)
            mine = [row for row in rows if row.id not in later]
            gone = tuple(row.seat for row in mine if _taken(connection, viewer.site, row, undoing, by))
            if not gone:
                raise _cannot(rows, later)
            return gone
    except SeatHeld as held:
        raise CommandError("seat_held", seats=(str(held),)) from None


def _cannot(rows: Sequence[SeatRow], later: Mapping[int, SeatRow]) -> CommandError:
    again = tuple(row.seat for row in rows if row.leg.undoable and row.id in later)
    return CommandError("moved_again", seats=again) if again else CommandError("cannot_undo")


def _his(
    connection: Connection, viewer: Viewer, config: FloorConfig, move: int, seats: Collection[str]
) -> list[SeatRow]:
    asked = moves_by_id(connection, viewer.site, [move]).get(move)
    rows = seats_of(connection, viewer.site, [move]) if asked is not None else []
    wanted = [row for row in rows if not seats or row.seat in seats]
    found = [row for row in wanted if asked is not None and concerns(viewer, config, asked, row)]
    if not found:
        raise CommandError("unknown_move")
    return found


def _taken(connection: Connection, site: str, row: SeatRow, undoing: Undoing, by: Actor) -> bool:
    if not row.leg.undoable:
        return False
    back = take_back(row.leg)
    if not step_seat(connection, row, back, undoing.at, undoing):
        return False
    was, is_ = _told(row)
    was, is_ = was | {"state": row.leg.state}, is_ | {"state": back.state, "move": row.move}
    about, why = f"seat/{row.seat}", undoing.why
    record(connection, by, Act.MOVE_UNDONE, about, was, is_, why, undoing.at, site=site)
    return True


def _told(row: SeatRow) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the seat serves by the move, and what it shall serve again; the same where it had not begun."""
    sight = row.leg.before
    if sight is None:
        return {}, {}
    home = {queue: member.penalty for queue, member in sight.queues.items()}
    there = after_of(row.leg.wish, home) if row.leg.touched else home
    return {"served": [serving(row.seat, there)]}, {"served": [serving(row.seat, home)]}
