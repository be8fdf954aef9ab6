"""One agent's stored time: spans of status, calls, the roster. Every read takes a Viewer.

Instants are UTC epoch seconds. Telephone numbers come as the viewer may read them.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import Outcome
from ccfloor.floor.records import CallRow, SpanRow
from ccfloor.kpi.adherence import Shift
from ccfloor.kpi.scope import Scope
from ccfloor.store import tables
from ccfloor.store.eyes import Eyes
from ccfloor.store.recall import call_row
from ccfloor.store.team_scope import sees_day, whom_between
from ccfloor.store.team_terms import terms
from ccfloor.store.viewer import Viewer, own_scope, queue_scope

_DAY_S = 86_400.0
_SOME = 400  # call ids in one question


class Rostered(NamedTuple):
    """The roster of one business day (20261122)."""

    day: int
    shifts: tuple[Shift, ...]


def _sight(
    connection: Connection, viewer: Viewer, config: FloorConfig, agent: str, start: float, end: float
) -> list[tuple[float, float]]:
    """The parts of [start, end) in which this viewer may look at an agent's time: it belongs to no queue,
    and to the team of its day.
    """
    if viewer.queues is not None:
        return []
    told = terms(connection, config, viewer.site)
    parts = whom_between(viewer, config, told, Scope("agent", agent), start, end)
    return [(first, last) for first, last, _ in parts if last > first]


def _touches(sight: Iterable[tuple[float, float]], start: float, end: float) -> bool:
    return any(start < last and end > first for first, last in sight)


def spans_of(
    connection: Connection, viewer: Viewer, config: FloorConfig, agent: str, start: float, end: float
) -> list[SpanRow]:
    """What an agent did in [start, end), at whichever seat, in order; spans reach in and out of it whole."""
    viewer.needs(Right.PEOPLE, Right.OWN)
    sight = _sight(connection, viewer, config, agent, start, end)
    if not sight:
        return []
    table = tables.seat_spans.c
    columns = [table[name] for name in SpanRow.__struct_fields__]
    mine = select(*columns).where(table.site == viewer.site, table.agent == agent)
    recent = mine.where(table.start >= start - _DAY_S, table.start < end, table.end > start)
    # Of what began more than a day before only the last can still go on.
    before = mine.where(table.start < start - _DAY_S).order_by(table.start.desc()).limit(1)
    rows = [SpanRow(*row) for query in (before, recent) for row in connection.execute(query)]
    return sorted((row for row in rows if _touches(sight, row.start, row.end)), key=lambda row: row.start)


def calls_of(
    connection: Connection, viewer: Viewer, config: FloorConfig, agent: str, start: float, end: float
) -> list[CallRow]:
    """The calls that an agent answered and that touch [start, end), in order of the answer."""
    viewer.needs(Right.PEOPLE, Right.OWN)
    sight = _sight(connection, viewer, config, agent, start, end)
    if not sight:
        return []
    table = tables.calls.c
    query = select(tables.calls).where(
        table.site == viewer.site,
        table.agent == agent,
        table.answered_at >= start - _DAY_S / 2,
        table.answered_at < end,
        table.outcome == Outcome.ANSWERED.value,
    )
    found = (call_row(row) for row in connection.execute(query.order_by(table.answered_at)))
    return [
        _masked(viewer, row)
        for row in found
        if _touches(sight, row.answered_at, max(row.ended_at or end, row.answered_at + 1e-6))
    ]


def visits_of(
    connection: Connection, viewer: Viewer, config: FloorConfig, calls: Iterable[str]
) -> dict[str, list[CallRow]]:
    """Call id → its visits to queues that the viewer may see, in order: what a seat rang for."""
    viewer.needs(Right.PEOPLE, Right.OWN)
    eyes = Eyes.of(connection, viewer, config)
    table = tables.calls.c
    found: dict[str, list[CallRow]] = {}
    ids = sorted(set(calls) - {""})
    for first in range(0, len(ids), _SOME):
        some = ids[first : first + _SOME]
        query = select(tables.calls).where(table.site == viewer.site, table.call.in_(some))
        mine = [*queue_scope(viewer, table.queue), *own_scope(viewer, table.agent)]
        query = query.where(*mine).order_by(table.entered_at)
        for row in connection.execute(query):
            visit = _masked(viewer, eyes.call(call_row(row)))
            found.setdefault(visit.call, []).append(visit)
    return found


def roster_of(
    connection: Connection, viewer: Viewer, config: FloorConfig, agent: str, days: Sequence[int]
) -> list[Rostered]:
    """An agent's roster on these days (20261122), in order; days without one are absent."""
    viewer.needs(Right.PEOPLE, Right.OWN)
    told = terms(connection, config, viewer.site)
    days = [day for day in days if sees_day(viewer, config, told, agent, day)]
    if not days or viewer.queues is not None:
        return []
    table = tables.roster.c
    query = select(table.day, table.start, table.end, table.activity).where(
        table.site == viewer.site, table.agent == agent, table.day.in_(days)
    )
    found: dict[int, list[Shift]] = {}
    for day, start, end, activity in connection.execute(query.order_by(table.start)):
        found.setdefault(day, []).append(Shift(start, end, activity))
    return [Rostered(day, tuple(shifts)) for day, shifts in sorted(found.items())]


def _masked(viewer: Viewer, row: CallRow) -> CallRow:
    row.number, row.name = viewer.number(row.number), viewer.text(row.name)
    row.target = viewer.target(row.target)
    return row
