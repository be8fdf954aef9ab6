"""What moves of seats mean for who may be moved next: those in force, those under way, those just over."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from msgspec.structs import replace
from sqlalchemy import Connection, Engine

from ccfloor.staffing.limits import Moved
from ccfloor.staffing.moving import State
from ccfloor.staffing.present import FloorNow
from ccfloor.store.moves import SeatRow, held_seats, recent_moves, seats_of

MOVING = "moving"  # why a seat is left alone: somebody moves it this moment
HELD_S = 1200.0
_MOST = 200
_GOING = (State.DUE, State.BACK_SENT)


class Standing(NamedTuple):
    """``moved``: moves in force; ``held``: seat → when it was moved last; ``moving``: seats under way;
    ``going``: those of them that are on their way home, which is due by now.
    """

    moved: tuple[Moved, ...] = ()
    held: Mapping[str, float] = {}
    moving: frozenset[str] = frozenset()
    going: tuple[Moved, ...] = ()

    @property
    def lent(self) -> tuple[Moved, ...]:
        """Everybody who goes home of himself, now or later."""
        return self.moved + self.going


def standing(connection: Connection, site: str, now: float) -> Standing:
    """How moves stand at ``now``."""
    rows = held_seats(connection, site)
    force = [row for row in rows if row.leg.state is State.CONFIRMED and row.leg.before is not None]
    lately = seats_of(
        connection, site, [move.id for move in recent_moves(connection, site, now - HELD_S, _MOST)]
    )
    held: dict[str, float] = {}
    for row in lately:
        if row.leg.touched:
            held[row.seat] = max(row.changed_at, held.get(row.seat, 0.0))
    moved = tuple(_moved(row) for row in force)
    moving = frozenset(row.seat for row in rows) - {one.seat for one in moved}
    going = tuple(_moved(row) for row in rows if row.leg.state in _GOING and row.leg.before is not None)
    return Standing(moved, held, moving, going)


def lent_of(engine: Engine, site: str) -> Callable[[float], tuple[Moved, ...]]:
    """Tells who goes home of himself, as moves stand at an instant; that raises SQLAlchemyError."""

    def lent(now: float) -> tuple[Moved, ...]:
        with engine.connect() as connection:
            return standing(connection, site, now).lent

    return lent


def _moved(row: SeatRow) -> Moved:
    before = row.leg.before
    home = {queue: member.penalty for queue, member in before.queues.items()} if before else {}
    return Moved(row.seat, home, row.changed_at, row.leg.until or row.changed_at)


def pinned(floor: FloorNow, stands: Standing) -> FloorNow:
    """The floor with the seats under way left where they are."""
    seats = (
        replace(seat, pinned=MOVING) if seat.seat in stands.moving and not seat.pinned else seat
        for seat in floor.seats
    )
    return replace(floor, seats=tuple(seats))
