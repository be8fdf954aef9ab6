"""The calls behind a number: of a scope, that entered (of agents: were answered) in [start, end).

One page costs what it shows: it begins behind the last call of the page before, by an index.
"""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, get_args

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, func, or_, select

from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import EndedBy, Outcome
from ccfloor.floor.records import CallRow
from ccfloor.kpi.scope import Scope
from ccfloor.store.eyes import Eyes
from ccfloor.store.queries import masked
from ccfloor.store.recall import call_row
from ccfloor.store.tables import calls
from ccfloor.store.team_scope import whom_between
from ccfloor.store.team_terms import terms
from ccfloor.store.viewer import Viewer, queue_scope

Which = Literal[
    "all", "answered", "late", "abandoned", "short", "flow_out", "transferred", "refused", "repaired", "open"
]
WHICH: tuple[Which, ...] = get_args(Which)
OF_AGENTS: tuple[Which, ...] = ("all", "late", "transferred", "repaired", "open")
PAGE = 100
_DAY_S = 86_400.0
_FLOW_OUT = (Outcome.TIMED_OUT, Outcome.KEY_EXIT, Outcome.WITHDRAWN, Outcome.LEFT_EMPTY)
_REFUSED = (Outcome.REFUSED_FULL, Outcome.REFUSED_EMPTY)  # they never entered: not among those offered
_MOVED = (EndedBy.BLIND_TRANSFER, EndedBy.ATTENDED_TRANSFER)
Place = tuple[float, int, int]  # instant, source, position of a call


class CallList(NamedTuple):
    """Calls in order of time. ``total``: how many there are in all; ``after``: where the next page begins."""

    rows: list[CallRow]
    total: int
    after: Place | None


def call_list(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    scope: Scope,
    start: float,
    end: float,
    *,
    which: Which = "all",
    limit: int = PAGE,
    after: Place | None = None,
) -> CallList:
    """A page of the calls of a scope; empty where the viewer may not see it. Instants: UTC epoch seconds."""
    viewer.needs(Right.CALLS, Right.OWN)
    order = _order(scope)
    with engine.connect() as connection:
        within = _within(connection, viewer, config, scope, start, end)
        if within is None:
            return CallList([], 0, None)
        within = [*within, *_kind(which)]
        query: Select[Any] = select(calls).where(*within)
        if after is not None:
            query = query.where(_behind(order, after))
        total = connection.scalar(select(func.count()).select_from(calls).where(*within)) or 0
        found = connection.execute(query.order_by(*order).limit(limit + 1)).all()
        eyes = Eyes.of(connection, viewer, config)
    rows = [masked(viewer, eyes.call(call_row(row))) for row in found[:limit]]
    last = _place(scope, rows[-1]) if len(found) > limit else None
    return CallList(rows, int(total), last)


def _within(
    connection: Connection, viewer: Viewer, config: FloorConfig, scope: Scope, start: float, end: float
) -> list[ColumnElement[bool]] | None:
    """Site, time, scope and rights; None where nothing of the scope is the viewer's."""
    table = calls.c
    if scope.kind in ("site", "queue"):
        if viewer.only is not None or (scope.kind == "queue" and not viewer.sees_queue(scope.name)):
            return None
        found = [table.site == viewer.site, table.entered_at >= start, table.entered_at < end]
        found += [table.queue == scope.name] if scope.kind == "queue" else []
        return [*found, *queue_scope(viewer, table.queue)]
    told = terms(connection, config, viewer.site)
    parts = [part for part in whom_between(viewer, config, told, scope, start, end) if part[2].agents]
    if not parts:
        return None
    answered = [
        and_(table.agent.in_(sorted(part.agents or ())), table.answered_at >= first, table.answered_at < last)
        for first, last, part in parts
    ]
    found = [table.site == viewer.site, or_(*answered), table.outcome == Outcome.ANSWERED.value]
    # Nobody waits a day: lets the index on the entry be used where that is the cheaper one.
    found += [table.entered_at >= start - _DAY_S, table.entered_at < end]
    return [*found, *queue_scope(viewer, table.queue)]


def _kind(which: Which) -> list[ColumnElement[bool]]:
    table = calls.c
    abandoned = table.outcome == Outcome.ABANDONED.value
    kinds: dict[Which, list[ColumnElement[bool]]] = {
        "all": [table.outcome.not_in(_values(_REFUSED))],
        "refused": [table.outcome.in_(_values(_REFUSED))],
        "answered": [table.outcome == Outcome.ANSWERED.value],
        "late": [table.outcome == Outcome.ANSWERED.value, table.wait_ms > table.threshold_ms],
        "abandoned": [abandoned],
        "short": [abandoned, table.wait_ms < table.short_ms],
        "flow_out": [table.outcome.in_(_values(_FLOW_OUT))],
        "transferred": [table.ended_by.in_(_values(_MOVED))],
        "repaired": [table.repaired.is_(True)],
        "open": [table.final.is_(False)],
    }
    return kinds[which]


def _values(some: Sequence[Outcome] | Sequence[EndedBy]) -> list[str]:
    return [one.value for one in some]


def _order(scope: Scope) -> tuple[ColumnElement[Any], ...]:
    at = calls.c.entered_at if scope.kind in ("site", "queue") else calls.c.answered_at
    return at, calls.c.source_id, calls.c.position


def _behind(order: tuple[ColumnElement[Any], ...], after: Place) -> ColumnElement[bool]:
    at, source, position = order
    same = and_(at == after[0], or_(source > after[1], and_(source == after[1], position > after[2])))
    return and_(at >= after[0], or_(at > after[0], same))


def _place(scope: Scope, row: CallRow) -> Place:
    at = row.entered_at if scope.kind in ("site", "queue") else row.answered_at
    return at, row.source, row.position
