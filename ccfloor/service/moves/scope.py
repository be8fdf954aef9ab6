"""Whose move it is: a move is somebody's business where he sees the seat and every queue it touches."""

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.view import FloorView
from ccfloor.service.scope import Scope, scoped
from ccfloor.store.crews import Crew
from ccfloor.store.moves import MoveRow, SeatRow
from ccfloor.store.viewer import Viewer


def seen_seats(viewer: Viewer, view: FloorView | None) -> dict[str, str]:
    """The seats that a viewer sees now, each with its agent."""
    seen = scoped(view, Scope.of(viewer)) if view is not None else None
    return {seat.seat: seat.agent for seat in seen.seats} if seen is not None else {}


def concerns(viewer: Viewer, config: FloorConfig, move: MoveRow, row: SeatRow) -> bool:
    """Whether a seat's move is the viewer's business: a seat and queues that he sees, and no others."""
    if viewer.teams is not None:
        info = config.seats.get(row.seat)
        if info is None or info.team not in viewer.teams:
            return False
    if viewer.queues is None:
        return True
    served = row.leg.before.queues if row.leg.before is not None else {}
    touched = {*move.queues, *row.leg.wish.leaves(served), *(change.queue for change in row.leg.plan)}
    return touched - {""} <= viewer.queues and not viewer.queues.isdisjoint(served)


def sees_crew(viewer: Viewer, view: FloorView | None, crew: Crew) -> bool:
    """Whether a group is the viewer's business: every queue of it in scope, and every seat now in sight."""
    if viewer.whole:
        return True
    return all(map(viewer.sees_queue, crew.queues)) and set(crew.seats) <= seen_seats(viewer, view).keys()
