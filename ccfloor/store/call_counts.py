"""What the stored calls of any span of time come to, where no interval tells it: repeats, holds, rings.

A call counts for the site and its queue by its entry, for its agent by the answer.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, or_, select
from sqlalchemy.sql.expression import ScalarSelect

from ccfloor.floor.events import Outcome
from ccfloor.kpi.callers import known
from ccfloor.kpi.fields import CALLS, RING_CADENCE_MS
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.store.tables import calls

Counted = dict[Scope, dict[str, int]]

DAY_S = 86_400
WEEK_S = 7 * DAY_S
_QUICK_MS = 15_000
_QUEUED_MS = 1000  # a caller who is put through at once has not queued, though a seat had to ring
_LONGEST_WAIT_S = DAY_S  # nobody waits longer: bounds the entry of what is answered in a span
_REFUSED = (Outcome.REFUSED_FULL.value, Outcome.REFUSED_EMPTY.value)


def count_calls(
    connection: Connection, site: str, edges: Sequence[float], *where: ColumnElement[bool]
) -> list[Counted]:
    """One mapping for each part between two edges (UTC epoch seconds), by site, queue and agent.

    ``where`` narrows the calls that count, never those by which a repeat is known: a caller repeats
    whichever queue was called before.
    """
    parts: list[Counted] = [{} for _ in edges[1:]]
    for row in _rows(connection, site, edges[0], edges[-1], where):
        amounts = _amounts(row)
        if edges[0] <= row.entered_at < edges[-1]:
            part = parts[bisect_right(edges, row.entered_at) - 1]
            _add(part, SITE, amounts)
            _add(part, Scope("queue", row.queue), amounts)
        if row.agent and row.outcome == Outcome.ANSWERED.value and edges[0] <= row.answered_at < edges[-1]:
            _add(parts[bisect_right(edges, row.answered_at) - 1], Scope("agent", row.agent), amounts)
    return parts


def _add(part: Counted, scope: Scope, amounts: dict[str, int]) -> None:
    total = part.get(scope)
    if total is None:
        part[scope] = dict(amounts)
        return
    for name, amount in amounts.items():
        if amount:
            total[name] += amount


def _rows(
    connection: Connection, site: str, start: float, end: float, where: Sequence[ColumnElement[bool]]
) -> Iterator[Any]:
    table = calls.c
    named = table.number != ""
    answered = table.outcome == Outcome.ANSWERED.value
    query = select(
        table.queue,
        table.agent,
        table.entered_at,
        table.answered_at,
        table.outcome,
        table.number,
        table.wait_ms,
        table.ring_ms,
        table.hold_ms,
        table.threshold_ms,
        case((named, _nearest(before=True))).label("before"),
        case((and_(named, answered), _nearest(before=False))).label("after"),
    )
    reach = (table.entered_at >= start - _LONGEST_WAIT_S, table.entered_at < end)
    mine = or_(table.entered_at >= start, and_(answered, table.answered_at >= start))
    whose = (table.site == site, table.outcome.not_in(_REFUSED))
    yield from connection.execute(query.where(*whose, *reach, mine, *where))


def _nearest(before: bool) -> ScalarSelect[Any]:
    """When the same number had called last within a week before, or called next within a week after."""
    one, other = calls.c, calls.alias("other").c
    same = (other.site == one.site, other.number == one.number, other.call != one.call)
    query = select(other.entered_at).where(*same).correlate(calls).limit(1)
    if before:
        within = (other.entered_at < one.entered_at, other.entered_at >= one.entered_at - WEEK_S)
        return query.where(*within).order_by(other.entered_at.desc()).scalar_subquery()
    within = (other.entered_at > one.entered_at, other.entered_at <= one.entered_at + WEEK_S)
    return query.where(*within).order_by(other.entered_at).scalar_subquery()


def _amounts(row: Any) -> dict[str, int]:
    """What one call adds, by the names of ``kpi.fields.CALLS``."""
    named, answered = known(row.number), row.outcome == Outcome.ANSWERED.value
    since = row.entered_at - row.before if named and row.before is not None else float("inf")
    queued = row.wait_ms - row.ring_ms >= _QUEUED_MS
    told = {
        "calls.known": named,
        "calls.repeat_24h": since <= DAY_S,
        "calls.repeat_48h": since <= 2 * DAY_S,
        "calls.repeat_7d": since <= WEEK_S,
        "calls.answered_known": answered and named,
        "calls.again_7d": answered and named and row.after is not None,
        "calls.queued": queued,
        "calls.queued_wait_ms": row.wait_ms if queued else 0,
        "calls.held": answered and row.hold_ms > 0,
        "calls.in_15s": answered and row.wait_ms <= _QUICK_MS,
        "calls.in_3_rings": answered and row.ring_ms <= 3 * RING_CADENCE_MS,
        "calls.wait_answered_ms": row.wait_ms if answered else 0,
        "calls.answered_in_t": answered and row.wait_ms <= row.threshold_ms,
        "calls.answered": answered,
    }
    return {name: int(told[name]) for name in CALLS}
