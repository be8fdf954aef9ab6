"""The figures of any scope and period: sums of stored counts by the names of ``ccfloor.kpi.fields``.

Every read takes a Viewer; instants are UTC epoch seconds. A field that nothing told of is absent.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, func, select

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.metrics import FIELDS
from ccfloor.floor.records import AGENT_FIELDS
from ccfloor.kpi.period import Period
from ccfloor.kpi.scope import SITE, Kind, Scope
from ccfloor.store import members
from ccfloor.store.tables import agent_intervals, feeds, queue_intervals
from ccfloor.store.viewer import Viewer, queue_scope


class PeriodState(NamedTuple):
    """How far a period's figures can be trusted.

    ``final``: its end was seen and every call that entered in it has ended. ``open_calls``: those that
    have not. ``seen_until``: up to where the floor was seen, at most the period's end (UTC epoch seconds).
    ``gap_s``: seconds before that in which no source told of the floor.
    """

    final: bool
    open_calls: int
    seen_until: float
    gap_s: float


def figures(
    engine: Engine, viewer: Viewer, config: FloorConfig, scope: Scope, periods: Sequence[Period]
) -> list[dict[str, float]]:
    """All known fields of a scope, one mapping a period. What the viewer may not see is absent."""
    with engine.connect() as connection:
        return [_figures(connection, viewer, config, scope, of) for of in periods]


def by_member(
    engine: Engine, viewer: Viewer, config: FloorConfig, kind: Kind, period: Period, within: Scope = SITE
) -> dict[Scope, dict[str, float]]:
    """The figures of every queue, team or agent that has any; of a team's agents with ``within``."""
    with engine.connect() as connection:
        names = _names(connection, viewer, config, kind, period, within)
        found = {
            Scope(kind, name): _figures(connection, viewer, config, Scope(kind, name), period)
            for name in names
        }
    return {scope: told for scope, told in found.items() if told}


def state(engine: Engine, viewer: Viewer, config: FloorConfig, period: Period) -> PeriodState:
    """Whether a period's figures are provisional or final."""
    table = queue_intervals.c
    within = (table.site == viewer.site, table.start >= period.start, table.start < period.end)
    with engine.connect() as connection:
        opened = connection.scalar(
            select(func.sum(table.open)).where(*within, *queue_scope(viewer, table.queue))
        )
        seen = connection.scalar(select(func.max(feeds.c.at)).where(feeds.c.site == viewer.site)) or 0.0
    until = min(max(seen, period.start), period.end)
    return PeriodState(seen >= period.end and not opened, int(opened or 0), until, 0.0)


def _figures(
    connection: Connection, viewer: Viewer, config: FloorConfig, scope: Scope, of: Period
) -> dict[str, float]:
    found: dict[str, float] = {}
    if scope.kind in ("site", "queue"):
        found |= _queue(connection, viewer, scope, of)
    if scope.kind != "queue" and viewer.queues is None:
        found |= _agents(connection, viewer, config, scope, of)
    return found


def _queue(connection: Connection, viewer: Viewer, scope: Scope, of: Period) -> dict[str, float]:
    table = queue_intervals.c
    query = select(func.count(), *(func.sum(table[name]) for name in FIELDS), func.max(table.max_wait_ms))
    query = query.where(table.site == viewer.site, table.start >= of.start, table.start < of.end)
    query = query.where(*queue_scope(viewer, table.queue))
    if scope.name:
        query = query.where(table.queue == scope.name)
    count, *sums = connection.execute(query).one()
    names = (*(f"queue.{name}" for name in FIELDS), "queue.max_wait_ms")
    return dict(zip(names, map(float, sums), strict=True)) if count else {}


def _agents(
    connection: Connection, viewer: Viewer, config: FloorConfig, scope: Scope, of: Period
) -> dict[str, float]:
    table = agent_intervals.c
    query = select(func.count(), *(func.sum(table[name]) for name in AGENT_FIELDS))
    query = query.where(table.site == viewer.site, table.start >= of.start, table.start < of.end)
    for names in _allowed(viewer, config, scope):
        query = query.where(_one_of(table.agent, names))
    count, *sums = connection.execute(query).one()
    return (
        dict(zip((f"agent.{name}" for name in AGENT_FIELDS), map(float, sums), strict=True)) if count else {}
    )


def _allowed(viewer: Viewer, config: FloorConfig, scope: Scope) -> Iterable[frozenset[str]]:
    mine = viewer.seats(config)
    if mine is not None:
        yield mine
    if scope.kind == "team":
        yield members.agents_of(config, scope.name)
    if scope.kind == "agent":
        yield frozenset((scope.name,))


def _one_of(column: ColumnElement[str], names: frozenset[str]) -> ColumnElement[bool]:
    return column.in_(sorted(names))


def _names(
    connection: Connection, viewer: Viewer, config: FloorConfig, kind: Kind, of: Period, within: Scope
) -> list[str]:
    if kind == "team":
        return members.teams(config, viewer)
    if kind == "site":
        return [""]
    table = (queue_intervals if kind == "queue" else agent_intervals).c
    query = select(table[kind]).distinct().where(table["site"] == viewer.site)
    query = query.where(table["start"] >= of.start, table["start"] < of.end)
    found = sorted(connection.scalars(query))
    if within.kind == "team":
        theirs = members.agents_of(config, within.name)
        found = [name for name in found if name in theirs]
    return found
