"""Moves as pages show them: where each seat stands, what the switch said, and what can be taken back."""

from collections.abc import Collection

import msgspec
from msgspec.structs import replace
from sqlalchemy import Engine

from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.service.moves.past import answers_at, rows_at
from ccfloor.service.moves.preview import QueuePreview
from ccfloor.service.moves.scope import concerns
from ccfloor.staffing.moving import Answer
from ccfloor.store.moves import MoveRow, SeatRow, answers_of, later_moves, recent_moves, seats_of
from ccfloor.store.viewer import Viewer

SINCE_S = 2 * 3600.0
MOST = 100
_PREVIEWS = msgspec.json.Decoder(tuple[QueuePreview, ...])


class Request(msgspec.Struct, frozen=True):
    """One request to the switch. ``reply``: open, done, refused, unknown; ``message``: the switch's words."""

    kind: str
    queue: str
    penalty: int
    reply: str
    message: str
    at: float


class SeatStands(msgspec.Struct, frozen=True):
    """One seat of a move. ``served``: queue → penalty, as it was before; ``since``: of the state.

    ``moved_again``: a later move of the seat has to go back before this one can.
    """

    seat: str
    state: str
    back: str
    said: str
    since: float
    late_s: float
    served: dict[str, int]
    requests: tuple[Request, ...]
    undoable: bool
    moved_again: bool
    undone_by: str
    undone_why: str


class MoveStands(msgspec.Struct, frozen=True):
    """A move. ``open``: a seat of it is still on its way or due back. ``predicted``: as foretold then."""

    id: int
    at: float
    by: str
    why: str
    queues: dict[str, int]
    beside: bool
    ready: bool
    minutes: int
    until: float | None
    crew: str
    insisted: bool
    predicted: tuple[QueuePreview, ...]
    open: bool
    seats: tuple[SeatStands, ...]


def list_moves(
    engine: Engine, viewer: Viewer, config: FloorConfig, now: float, until: float | None = None
) -> list[MoveStands]:
    """The viewer's moves of the last hours and all that are not over, newest first. Raises Forbidden.

    ``until``: those that had been asked for by that instant, as they stood then; of the past nothing can be
    taken back.
    """
    viewer.needs(Right.SEATS)
    with engine.connect() as connection:
        moves = recent_moves(connection, viewer.site, now - SINCE_S, MOST, until)
        rows = seats_of(connection, viewer.site, [move.id for move in moves])
        answers = answers_of(connection, rows)
        later = later_moves(connection, viewer.site, rows)
        if until is not None:
            asked_at = {move.id: move.at for move in moves}
            rows = rows_at(connection, viewer.site, rows, asked_at, until)
            answers = {row: answers_at(told, until) for row, told in answers.items()}
    found = []
    for move in moves:
        mine = [row for row in rows if row.move == move.id and concerns(viewer, config, move, row)]
        if mine:
            found.append(_move(viewer, move, mine, answers, later))
    return found if until is None else [_over(move) for move in found]


def _over(move: MoveStands) -> MoveStands:
    seats = (replace(seat, undoable=False, moved_again=False) for seat in move.seats)
    return replace(move, seats=tuple(seats))


def _move(
    viewer: Viewer,
    move: MoveRow,
    rows: list[SeatRow],
    answers: dict[int, tuple[Answer, ...]],
    later: Collection[int],
) -> MoveStands:
    return MoveStands(
        id=move.id,
        at=move.at,
        by=move.who,
        why=viewer.words(move.why),
        queues=move.queues,
        beside=move.beside,
        ready=move.ready,
        minutes=move.minutes,
        until=move.until,
        crew=move.crew,
        insisted=move.insisted,
        predicted=_predicted(viewer, move),
        open=any(row.leg.holds for row in rows),
        seats=tuple(_seat(viewer, row, answers[row.id], row.id in later) for row in rows),
    )


def _predicted(viewer: Viewer, move: MoveRow) -> tuple[QueuePreview, ...]:
    """What was shown when it was asked for, of the viewer's queues."""
    told = _PREVIEWS.decode(move.predicted) if move.predicted else ()
    return tuple(one for one in told if viewer.sees_queue(one.queue))


def _seat(viewer: Viewer, row: SeatRow, answers: tuple[Answer, ...], again: bool) -> SeatStands:
    leg = row.leg
    before = leg.before.queues if leg.before is not None else {}
    asked = zip(leg.plan[: leg.asked], answers, strict=False)
    requests = (
        Request(
            change.kind, change.queue, change.penalty, answer.reply, viewer.words(answer.words), answer.at
        )
        for change, answer in asked
    )
    return SeatStands(
        seat=row.seat,
        state=leg.state,
        back=leg.back,
        said=viewer.words(leg.said),
        since=row.changed_at,
        late_s=leg.late_s,
        served={queue: one.penalty for queue, one in before.items() if viewer.sees_queue(queue)},
        requests=tuple(requests),
        undoable=leg.undoable and not again,
        moved_again=again and leg.undoable,
        undone_by=row.undone_by,
        undone_why=viewer.words(row.undone_why),
    )
