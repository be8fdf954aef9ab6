"""A day as the live pages show it: a seat's spans, a queue's half hours, the callers who gave up.

Every read takes a Viewer; what is out of its scope is left out, numbers come as it may read them.
Instants are UTC epoch seconds.
"""

from collections.abc import Iterator

import msgspec
from sqlalchemy import ColumnElement, Engine, select

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import Outcome
from ccfloor.floor.metrics import FIELDS, add_vectors, asa_s, counts, service_level
from ccfloor.floor.records import SpanRow
from ccfloor.store.tables import calls, queue_intervals, seat_spans
from ccfloor.store.viewer import Viewer

HALF_HOUR_S = 1800


class HalfHour(msgspec.Struct, frozen=True):
    """A queue's (or the floor's) half hour. ``provisional``: some of its calls have not ended yet."""

    start: int
    offered: int
    answered: int
    abandoned: int
    service_level: float | None
    asa_s: float | None
    provisional: bool


class AbandonedCall(msgspec.Struct, frozen=True):
    """A caller who gave up. ``short``: sooner than the queue counts as a real wait."""

    queue: str
    entered_at: float
    left_at: float
    wait_s: float
    short: bool
    number: str
    name: str
    repaired: bool


def seat_day(
    engine: Engine, viewer: Viewer, config: FloorConfig, seat: str, start: float, end: float
) -> list[SpanRow]:
    """A seat's stored spans that touch the period, oldest first; none of a seat out of scope."""
    mine = viewer.seats(config)
    if mine is not None and seat not in mine:
        return []
    spans = seat_spans.c
    within = (spans.site == viewer.site, spans.seat == seat, spans.start < end, spans.end > start)
    query = select(
        spans.seat,
        spans.agent,
        spans.start,
        spans.end,
        spans.status,
        spans.reason,
        spans.queue,
        spans.repaired,
    ).where(*within)
    with engine.connect() as connection:
        rows = connection.execute(query.order_by(spans.start)).mappings().all()
    return [
        SpanRow(
            seat=row["seat"],
            agent=row["agent"],
            start=max(row["start"], start),
            end=row["end"],
            status=row["status"],
            reason=row["reason"],
            queue=row["queue"] if viewer.sees_queue(row["queue"]) else "",
            repaired=row["repaired"],
        )
        for row in rows
    ]


def half_hours(engine: Engine, viewer: Viewer, start: float, end: float, queue: str = "") -> list[HalfHour]:
    """The half hours from ``start`` (one of the day's own) on that hold anything, oldest first.

    ``queue`` empty: all queues in scope together.
    """
    table = queue_intervals.c
    within = [table.site == viewer.site, table.start >= int(start), table.start < int(end)]
    within += _queues(viewer, table.queue, queue)
    query = select(table.start, *(table[name] for name in FIELDS)).where(*within)
    vectors: dict[int, list[list[int]]] = {}
    with engine.connect() as connection:
        for row in connection.execute(query):
            half = int(start) + int(row.start - int(start)) // HALF_HOUR_S * HALF_HOUR_S
            vectors.setdefault(half, []).append(list(row[1:]))
    return [_half_hour(half, add_vectors(vectors[half])) for half in sorted(vectors)]


def _half_hour(start: int, vector: list[int]) -> HalfHour:
    c = counts(vector)
    return HalfHour(start, c.offered, c.answered, c.abandoned, service_level(c), asa_s(c), c.open > 0)


def abandoned_calls(
    engine: Engine, viewer: Viewer, start: float, end: float, queue: str = ""
) -> list[AbandonedCall]:
    """The callers who entered in the period and gave up, latest first."""
    return list(_abandoned(engine, viewer, start, end, queue))


def _abandoned(
    engine: Engine, viewer: Viewer, start: float, end: float, queue: str
) -> Iterator[AbandonedCall]:
    table = calls.c
    within = [table.site == viewer.site, table.entered_at >= start, table.entered_at < end]
    within += [table.outcome == Outcome.ABANDONED.value, *_queues(viewer, table.queue, queue)]
    with engine.connect() as connection:
        rows = connection.execute(select(calls).where(*within).order_by(table.left_at.desc())).mappings()
        for row in rows:
            yield AbandonedCall(
                queue=row["queue"],
                entered_at=row["entered_at"],
                left_at=row["left_at"],
                wait_s=row["wait_ms"] / 1000,
                short=row["wait_ms"] < row["short_ms"],
                number=viewer.number(row["number"]),
                name=viewer.text(row["name"]),
                repaired=row["repaired"],
            )


def _queues(viewer: Viewer, column: ColumnElement[str], queue: str) -> list[ColumnElement[bool]]:
    """Conditions: the named queue if it is in scope, else every queue in scope."""
    conditions: list[ColumnElement[bool]] = []
    if viewer.queues is not None:
        conditions.append(column.in_(sorted(viewer.queues)))
    if queue:
        conditions.append(column == queue)
    return conditions
