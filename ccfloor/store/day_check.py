"""Three ways to the figures of a day: as kept by the day, from its quarter hours, from its calls.

They must agree; where they do not, the page of data quality says so, and ``ccfloor rebuild`` puts it right.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, and_, case, func, select

from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import Outcome
from ccfloor.floor.metrics import FIELDS
from ccfloor.kpi.period import Period, day_number, days
from ccfloor.store.days import Calendar, stored_mark
from ccfloor.store.tables import calls, queue_days, queue_intervals
from ccfloor.store.viewer import Viewer, queue_scope

_REFUSED = (Outcome.REFUSED_FULL.value, Outcome.REFUSED_EMPTY.value)
_BY_CALLS = ("offered", "answered", "abandoned", "talk_ms")

Vectors = dict[str, dict[str, int]]  # queue → field → figure


class Difference(NamedTuple):
    """A figure of a queue's day in its three ways; None where that way does not tell it.

    ``day``: 20261122.
    """

    day: int
    queue: str
    field: str
    of_day: int | None
    of_intervals: int
    of_calls: int | None


class Compared(NamedTuple):
    """``figures``: so many were compared. ``kept``: whether sums of days are kept for this calendar."""

    figures: int
    kept: bool
    differences: list[Difference]


def compare_days(engine: Engine, viewer: Viewer, config: FloorConfig, of: Period) -> Compared:
    """Compare every queue's days of a period of whole days."""
    viewer.needs(Right.QUALITY, Right.RESULTS)
    found: list[Difference] = []
    figures = 0
    with engine.connect() as connection:
        kept = stored_mark(connection, viewer.site) == Calendar(config).mark is not None
        for day in days(config, of):
            number = day_number(day.day)
            told = _intervals(connection, viewer, day)
            kept_of = _days(connection, viewer, number) if kept else {}
            counted = _counted(connection, viewer, day)
            for queue in sorted({*told, *kept_of, *counted}):
                one = _lines(number, queue, told, kept_of if kept else None, counted)
                figures += len(one)
                found += [line for line in one if not _agree(line)]
    return Compared(figures, kept, found)


def _lines(day: int, queue: str, told: Vectors, kept: Vectors | None, counted: Vectors) -> list[Difference]:
    by_intervals, by_calls = told.get(queue, {}), counted.get(queue, {})
    return [
        Difference(
            day,
            queue,
            field,
            None if kept is None else kept.get(queue, {}).get(field, 0),
            by_intervals.get(field, 0),
            by_calls.get(field, 0) if field in _BY_CALLS else None,
        )
        for field in FIELDS
    ]


def _agree(line: Difference) -> bool:
    return all(way in (None, line.of_intervals) for way in (line.of_day, line.of_calls))


def _vectors(rows: Iterable[Any], names: tuple[str, ...]) -> Vectors:
    return {
        row[0]: {name: int(value or 0) for name, value in zip(names, row[1:], strict=True)} for row in rows
    }


def _intervals(connection: Connection, viewer: Viewer, day: Period) -> Vectors:
    table = queue_intervals.c
    query = select(table.queue, *(func.sum(table[name]) for name in FIELDS)).where(
        table.site == viewer.site, table.start >= int(day.start), table.start < int(day.end)
    )
    query = query.where(*queue_scope(viewer, table.queue)).group_by(table.queue)
    return _vectors(connection.execute(query), FIELDS)


def _days(connection: Connection, viewer: Viewer, day: int) -> Vectors:
    table = queue_days.c
    query = select(table.queue, *(table[name] for name in FIELDS))
    query = query.where(table.site == viewer.site, table.day == day, *queue_scope(viewer, table.queue))
    return _vectors(connection.execute(query), FIELDS)


def _counted(connection: Connection, viewer: Viewer, day: Period) -> Vectors:
    """Offered, answered, abandoned and the time talked, from the calls that entered on the day."""
    table = calls.c
    talked = and_(table.outcome == Outcome.ANSWERED.value, table.ended_at > 0)
    sums = (
        func.sum(case((table.outcome.in_(_REFUSED), 0), else_=1)),
        func.sum(case((table.outcome == Outcome.ANSWERED.value, 1), else_=0)),
        func.sum(case((table.outcome == Outcome.ABANDONED.value, 1), else_=0)),
        func.sum(case((talked, table.talk_ms), else_=0)),
    )
    query = select(table.queue, *sums).where(
        table.site == viewer.site,
        table.entered_at >= day.start,
        table.entered_at < day.end,
        *queue_scope(viewer, table.queue),
    )
    return _vectors(connection.execute(query.group_by(table.queue)), _BY_CALLS)
