"""From queue to queue: callers handed on by a seat, and callers who left one queue and entered another.

A caller keeps the switch's id of the call, so the next visit with the same id tells where the caller went.
Instants are UTC epoch seconds, durations milliseconds.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from sqlalchemy import Connection, Engine, Row, or_, select

from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import EndedBy, Outcome
from ccfloor.kpi.callers import Key
from ccfloor.kpi.period import Period
from ccfloor.store.eyes import Eyes
from ccfloor.store.tables import calls
from ccfloor.store.viewer import Viewer, queue_scope

Kind = Literal["transfer", "flow"]
MOST = 50_000
_SOME = 400  # ids of calls in one question
_TRANSFERS = (EndedBy.BLIND_TRANSFER.value, EndedBy.ATTENDED_TRANSFER.value)
_FLOW_OUTS = tuple(
    outcome.value for outcome in (Outcome.TIMED_OUT, Outcome.KEY_EXIT, Outcome.WITHDRAWN, Outcome.LEFT_EMPTY)
)
_COLUMNS = (
    "source_id",
    "position",
    "call",
    "queue",
    "entered_at",
    "number",
    "outcome",
    "agent",
    "target",
    "wait_ms",
)


class Move(NamedTuple):
    """One caller's way out of a queue, and the next visit where there was one.

    ``kind``: ``transfer`` by a seat after the answer, ``flow`` out of the queue without one. ``to``: the next
    queue; empty where it led out of the viewer's queues. ``target``: what the switch said of it.
    ``next_key`` None: the next visit is not known (handed on with another call, or to somewhere else).
    """

    kind: Kind
    key: Key
    at: float
    queue: str
    to: str
    number: str
    agent: str
    target: str
    next_key: Key | None = None
    next_wait_ms: int = 0
    next_answered: bool = False


class Moves(NamedTuple):
    """All moves out of the queues in a period, latest first. ``cut``: there were more, which are older."""

    found: list[Move]
    cut: bool


def moves(engine: Engine, viewer: Viewer, config: FloorConfig, queue: str, of: Period) -> Moves:
    """Who was handed on or flowed out, of the calls that entered ``queue`` (empty: any) in the period."""
    viewer.needs(Right.RESULTS)
    table = calls.c
    leaving = or_(table.ended_by.in_(_TRANSFERS), table.outcome.in_(_FLOW_OUTS))
    query = select(*(table[name] for name in _COLUMNS)).where(
        table.site == viewer.site, table.entered_at >= of.start, table.entered_at < of.end, leaving
    )
    query = query.where(*queue_scope(viewer, table.queue), *([table.queue == queue] if queue else []))
    with engine.connect() as connection:
        rows = connection.execute(query.order_by(table.entered_at.desc()).limit(MOST + 1)).all()
        visits = _visits(connection, viewer, {row.call for row in rows if row.call})
        eyes = Eyes.of(connection, viewer, config)
    found = [_move(eyes, row, visits.get(row.call, ())) for row in rows[:MOST]]
    return Moves(found, len(rows) > MOST)


def _visits(
    connection: Connection, viewer: Viewer, ids: Iterable[str]
) -> dict[str, list[Row[tuple[object]]]]:
    """Every visit of these calls, in order of entry."""
    table, wanted = calls.c, sorted(ids)
    found: dict[str, list[Row[tuple[object]]]] = {}
    for some in (wanted[first : first + _SOME] for first in range(0, len(wanted), _SOME)):
        query = select(*(table[name] for name in _COLUMNS))
        query = query.where(table.site == viewer.site, table.call.in_(some)).order_by(table.entered_at)
        for row in connection.execute(query):
            found.setdefault(row.call, []).append(row)
    return found


def _move(eyes: Eyes, row: Row[tuple[object]], visits: Iterable[Row[tuple[object]]]) -> Move:
    viewer, config = eyes.viewer, eyes.config
    kind: Kind = "flow" if row.outcome in _FLOW_OUTS else "transfer"
    told = Move(
        kind,
        (row.source_id, row.position),
        row.entered_at,
        row.queue,
        "",
        viewer.number(row.number),
        row.agent if eyes.sees(row.agent, "", row.entered_at) else "",
        viewer.target(row.target),
    )
    after = next((visit for visit in visits if _later(visit, row)), None)
    if after is None:
        named = row.target.partition("@")[0]
        return told._replace(to=named if named in config.queues and viewer.sees_queue(named) else "")
    if not viewer.sees_queue(after.queue):
        return told
    return told._replace(
        to=after.queue,
        next_key=(after.source_id, after.position),
        next_wait_ms=after.wait_ms,
        next_answered=after.outcome == Outcome.ANSWERED.value,
    )


def _later(visit: Row[tuple[object]], row: Row[tuple[object]]) -> bool:
    """Whether a visit of the same call came after this one."""
    return (visit.entered_at, visit.position) > (row.entered_at, row.position)


class Pair(NamedTuple):
    """From one queue to another. ``waits_ms``: of those whose next visit is known, and has left the queue."""

    n: int = 0
    transfers: int = 0
    known: int = 0
    answered: int = 0
    wait_ms: int = 0


def pairs(found: Iterable[Move]) -> dict[tuple[str, str], Pair]:
    """The moves counted by (from, to)."""
    counted: dict[tuple[str, str], Pair] = {}
    for move in found:
        had = counted.get((move.queue, move.to), Pair())
        counted[move.queue, move.to] = Pair(
            had.n + 1,
            had.transfers + (move.kind == "transfer"),
            had.known + (move.next_key is not None),
            had.answered + move.next_answered,
            had.wait_ms + move.next_wait_ms,
        )
    return counted
