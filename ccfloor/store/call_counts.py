"""What the stored calls of any span of time come to, where no interval tells it: repeats, holds, rings.

A call counts for the site and its queue by its entry, for its agent by the answer.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import inf
from operator import add
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, or_, select

from ccfloor.floor.events import Outcome
from ccfloor.kpi.callers import known
from ccfloor.kpi.fields import CALLS, RING_CADENCE_MS
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.store.repeats import WEEK_S, last_before, next_after
from ccfloor.store.tables import calls

Counted = dict[Scope, dict[str, int]]
_Totals = dict[str, list[int]]  # queue or agent → sums in the order of CALLS

DAY_S = 86_400
_QUICK_MS = 15_000
_QUEUED_MS = 1000  # a caller who is put through at once has not queued, though a seat had to ring
_LONGEST_WAIT_S = DAY_S  # nobody waits longer: bounds the entry of what is answered in a span
_NOTHING = (0,) * 6
_ANSWERED = Outcome.ANSWERED.value
_known = lru_cache(4096)(known)
_REFUSED = (Outcome.REFUSED_FULL.value, Outcome.REFUSED_EMPTY.value)


def count_calls(
    connection: Connection,
    site: str,
    edges: Sequence[float],
    *where: ColumnElement[bool],
    agents_too: bool = True,
) -> list[Counted]:
    """One mapping for each part between two edges (UTC epoch seconds), by site, queue and agent.

    ``where`` narrows the calls that count, never those by which a repeat is known: a caller repeats
    whichever queue was called before.
    """
    start, end = edges[0], edges[-1]
    queues: list[_Totals] = [{} for _ in edges[1:]]
    agents: list[_Totals] = [{} for _ in edges[1:]]
    for queue, agent, entered_at, answered_at, outcome, *told in _rows(connection, site, start, end, where):
        answered = outcome == _ANSWERED
        amounts = _amounts(answered, entered_at, *told)
        if start <= entered_at < end:
            _add(queues[bisect_right(edges, entered_at) - 1], queue, amounts)
        if agents_too and answered and agent and start <= answered_at < end:
            _add(agents[bisect_right(edges, answered_at) - 1], agent, amounts)
    return [_scoped(*part) for part in zip(queues, agents, strict=True)]


def _add(totals: _Totals, name: str, amounts: list[int]) -> None:
    known = totals.get(name)
    totals[name] = amounts if known is None else list(map(add, known, amounts))


def _scoped(queues: _Totals, agents: _Totals) -> Counted:
    found = {Scope("queue", name): _named(total) for name, total in queues.items()}
    found |= {Scope("agent", name): _named(total) for name, total in agents.items()}
    if queues:
        found[SITE] = _named(map(sum, zip(*queues.values(), strict=True)))
    return found


def _named(total: Iterable[int]) -> dict[str, int]:
    return dict(zip(CALLS, map(int, total), strict=True))


def _rows(
    connection: Connection, site: str, start: float, end: float, where: Sequence[ColumnElement[bool]]
) -> Sequence[Any]:
    table = calls.c
    answered = table.outcome == _ANSWERED
    after = next_after(connection, site, start, end)
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
        last_before(connection, site, start, end).label("before"),
        case((answered, after)).label("after"),
    )
    reach = (table.entered_at >= start - _LONGEST_WAIT_S, table.entered_at < end)
    mine = or_(table.entered_at >= start, and_(answered, table.answered_at >= start))
    whose = (table.site == site, table.outcome.not_in(_REFUSED))
    return connection.execute(query.where(*whose, *reach, mine, *where)).all()


def _amounts(
    answered: bool,
    entered_at: float,
    number: str,
    wait_ms: int,
    ring_ms: int,
    hold_ms: int,
    threshold_ms: int,
    before: float | None,
    after: float | None,
) -> list[int]:
    """What one call adds, in the order of ``kpi.fields.CALLS``."""
    named = _known(number)
    since = entered_at - before if named and before is not None else inf
    queued = wait_ms - ring_ms >= _QUEUED_MS
    repeats = (since <= DAY_S, since <= 2 * DAY_S, since <= WEEK_S)
    waited = (queued, wait_ms if queued else 0)
    if not answered:
        return [named, *repeats, 0, 0, *waited, *_NOTHING]
    quick = (wait_ms <= _QUICK_MS, ring_ms <= 3 * RING_CADENCE_MS)
    again = named and after is not None
    return [named, *repeats, named, again, *waited, hold_ms > 0, *quick, wait_ms, wait_ms <= threshold_ms, 1]
