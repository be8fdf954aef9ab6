"""How advice went in a month: what was foretold of the moves that were made, and what came, by queue.

A viewer is told of the moves that are his business (``moves.scope.concerns``) and of his queues alone.
Instants are UTC epoch seconds.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Engine

from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import Period, period
from ccfloor.service.moves.scope import concerns
from ccfloor.service.staffing.advice_board import may_see
from ccfloor.service.staffing.advice_read import read_advised, read_came, read_foretold
from ccfloor.service.staffing.judged import pairs_of
from ccfloor.staffing.advise import Advice
from ccfloor.staffing.judging import Came, Errors, Foretold, State, errors
from ccfloor.store.advice import EffectRow, advice_by_id, effects_between
from ccfloor.store.moves import MoveRow, SeatRow, moves_by_id, seats_of
from ccfloor.store.viewer import Viewer

MOST_MOVES = 2000
Key = tuple[str, int]  # queue, minutes


class Judged(NamedTuple):
    """One queue and span of a move. ``told`` and ``came`` None: not readable, not (yet) judged."""

    queue: str
    minutes: int
    state: str
    told: Foretold | None
    came: Came | None


class MoveWent(NamedTuple):
    """A move. ``advice``: the proposal it followed; None: by hand, or not to be told."""

    move: MoveRow
    seats: tuple[str, ...]
    followed: bool
    advice: Advice | None
    rows: tuple[Judged, ...]


class AdviceMonth(NamedTuple):
    """``all``, ``queues``: errors of the moves that followed advice; ``by_hand``: of the others.

    ``mixed``: of all spans in which something else was done to the queue; the others leave them out.
    ``states``: how many spans stand how.
    """

    of: Period
    all: Errors
    by_hand: Errors
    mixed: Errors
    queues: Mapping[Key, Errors]
    states: Mapping[str, int]
    moves: tuple[MoveWent, ...]


def advice_month(engine: Engine, viewer: Viewer, config: FloorConfig, month: str) -> AdviceMonth:
    """What is known of a month (2026-11). Raises Forbidden, ValueError on what is no month."""
    viewer.needs(Right.SEATS)
    of = period(config, month)
    with engine.connect() as connection:
        rows = [
            row for row in effects_between(connection, viewer.site, of.start, of.end) if _his(viewer, row)
        ]
        ids = list(dict.fromkeys(row.move for row in rows))[:MOST_MOVES]
        moves, seats = moves_by_id(connection, viewer.site, ids), seats_of(connection, viewer.site, ids)
        said = advice_by_id(connection, viewer.site, {row.advice for row in rows if row.advice})
    known = {id_: found for id_, row in said.items() if (found := read_advised(row)) is not None}
    mine = _mine(viewer, config, moves, seats)
    kept = [row for row in rows if row.move in mine]
    advised = {
        row.move: known[row.advice].advice[row.rank]
        for row in kept
        if row.advice in known and row.rank < len(known[row.advice].advice)
    }
    return AdviceMonth(
        of=of,
        all=errors(pairs_of(row for row in kept if row.advice)),
        by_hand=errors(pairs_of(row for row in kept if not row.advice)),
        mixed=errors(pairs_of(kept, State.MIXED)),
        queues=_by_queue([row for row in kept if row.advice]),
        states=Counter(row.state for row in kept),
        moves=tuple(
            _went(viewer, config, moves[id_], mine[id_], kept, advised) for id_ in ids if id_ in mine
        ),
    )


def _his(viewer: Viewer, row: EffectRow) -> bool:
    return viewer.sees_queue(row.queue) if row.queue else viewer.whole


def _mine(
    viewer: Viewer, config: FloorConfig, moves: Mapping[int, MoveRow], seats: Iterable[SeatRow]
) -> dict[int, tuple[str, ...]]:
    """The moves that are the viewer's business, with their seats that are."""
    found: dict[int, tuple[str, ...]] = {}
    for row in seats:
        if row.move in moves and concerns(viewer, config, moves[row.move], row):
            found[row.move] = (*found.get(row.move, ()), row.seat)
    return found


def _by_queue(rows: Sequence[EffectRow]) -> dict[Key, Errors]:
    found: dict[Key, list[EffectRow]] = {}
    for row in (row for row in rows if row.foretold):
        found.setdefault((row.queue, _minutes(row)), []).append(row)
    return {key: errors(pairs_of(some)) for key, some in sorted(found.items())}


def _minutes(row: EffectRow) -> int:
    return round((row.ends_at - row.at) / 60)


def _went(
    viewer: Viewer,
    config: FloorConfig,
    move: MoveRow,
    seats: tuple[str, ...],
    rows: Iterable[EffectRow],
    advised: Mapping[int, Advice],
) -> MoveWent:
    own = [row for row in rows if row.move == move.id]
    advice = advised.get(move.id)
    judged = tuple(
        Judged(
            row.queue,
            _minutes(row),
            row.state,
            read_foretold(row),
            read_came(row) if row.state in (State.JUDGED, State.MIXED) else None,
        )
        for row in own
    )
    shown = advice if advice is not None and may_see(viewer, config, advice) else None
    return MoveWent(move, seats, any(row.advice for row in own), shown, judged)
