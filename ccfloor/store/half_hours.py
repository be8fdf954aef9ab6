"""Sums of many half hours at once: their quarter hours are read in one go, not once for each half hour.

The same rules as ``store.span_sums``, which is for spans that cut a quarter hour. Spans are [start, end) in
UTC epoch seconds.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Label, case, func, or_, select

from ccfloor.floor.config import INTERVAL_S
from ccfloor.floor.metrics import FIELDS
from ccfloor.floor.records import AGENT_FIELDS
from ccfloor.kpi.fields import AGENT, PRESENCE, PRESENT_ANSWERED
from ccfloor.kpi.period import HALF_HOUR_S
from ccfloor.store.agent_metrics import PRESENCE as TELLING
from ccfloor.store.day_sums import AGENT_DAYS, QUEUE_NAMES, Sums, add_sums
from ccfloor.store.engine import by_value
from ccfloor.store.tables import agent_intervals, queue_intervals
from ccfloor.store.viewer import Viewer, queue_scope

Span = tuple[float, float]


def runs(spans: Iterable[Span]) -> Iterator[list[Span]]:
    """Half hours that follow each other and begin with a quarter hour; those that do neither are left out."""
    run: list[Span] = []
    for start, end in sorted(set(spans)):
        if start % INTERVAL_S or end - start != HALF_HOUR_S:
            continue
        if run and start != run[-1][1]:
            yield run
            run = []
        run.append((start, end))
    if run:
        yield run


def queue_halves(connection: Connection, viewer: Viewer, run: Sequence[Span]) -> dict[float, Sums]:
    """Start of each half hour of a run → sums of the calls that entered in it, over the viewer's queues.

    Half hours in which nobody called are left out.
    """
    table = queue_intervals.c
    fields = [table[name] for name in (*FIELDS, "max_wait_ms")]
    quarters = select(_half(table.start, run), *fields).where(table.site == viewer.site)
    each = quarters.where(*_within(table.start, run), *queue_scope(viewer, table.queue)).subquery().c
    query = select(each.half, *(func.sum(each[name]) for name in FIELDS), func.max(each.max_wait_ms))
    return {
        run[row[0]][0]: dict(zip(QUEUE_NAMES, map(int, row[1:]), strict=True))
        for row in connection.execute(query.group_by(each.half))
        if any(row[1:-1])
    }


def agent_halves(
    connection: Connection,
    site: str,
    run: Sequence[Span],
    agents: Collection[str] | None,
    present: Collection[str],
) -> dict[float, Sums]:
    """Start of each half hour of a run → sums over these agents (None: everybody).

    ``present``: those whose presence was told of on the day; only theirs counts. Half hours in which nobody
    is known to have been there are left out.
    """
    table = agent_intervals.c
    half, where = _half(table.start, run), [table.site == site, *_within(table.start, run)]
    if agents is not None:
        where.append(by_value(table.agent).in_(agents))
    known = case((table.agent.in_(present), 1), else_=0).label("known")
    each = select(half, known, *(table[name] for name in AGENT_FIELDS)).where(*where).subquery().c
    query = select(each.half, each.known, *(func.sum(each[name]) for name in AGENT_FIELDS))
    found: dict[float, Sums] = {}
    for number, there, *row in connection.execute(query.group_by(each.half, each.known)):
        given = dict(zip(AGENT, map(int, row), strict=True))
        if there or any(row):
            told = {name: value for name, value in given.items() if there or name not in PRESENCE}
            told |= {PRESENT_ANSWERED: given["agent.answered"]} if there else {}
            add_sums(found.setdefault(run[number][0], {AGENT_DAYS: 0}), told)
    telling = or_(table.answered > 0, *(table[name] > 0 for name in TELLING))
    people = select(half, by_value(table.agent)).where(*where, telling).distinct().subquery().c.half
    for number, count in connection.execute(select(people, func.count()).group_by(people)):
        add_sums(found[run[number][0]], {AGENT_DAYS: count})
    return found


def _half(start: ColumnElement[int], run: Sequence[Span]) -> Label[int]:
    """The number of a quarter hour's half hour in the run."""
    return ((start - int(run[0][0])) // HALF_HOUR_S).label("half")


def _within(start: ColumnElement[int], run: Sequence[Span]) -> list[ColumnElement[Any]]:
    return [start >= run[0][0], start < run[-1][1]]
