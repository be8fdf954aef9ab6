"""A day as the live pages show it: a seat's spans, a queue's half hours.

Every read takes a Viewer; what is out of its scope is left out.
Instants are UTC epoch seconds.
"""

import msgspec
from sqlalchemy import Engine, select

from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.metrics import FIELDS, add_vectors, asa_s, counts, service_level
from ccfloor.floor.records import SpanRow
from ccfloor.store.tables import queue_intervals, seat_spans
from ccfloor.store.viewer import Viewer, queue_scope

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


def seat_day(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    seat: str,
    start: float,
    end: float,
    *,
    seen: bool = False,
) -> list[SpanRow]:
    """A seat's stored spans that touch the period, oldest first; none of a seat out of scope.

    What a seat serves is known of the floor as it is now: who sees some queues alone gets what it did if
    that was for one of them, or if he sees it now (``seen``).
    """
    viewer.needs(Right.FLOOR)
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
    if viewer.queues is not None and not seen and not any(row["queue"] in viewer.queues for row in rows):
        return []
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
    viewer.needs(Right.FLOOR)
    table = queue_intervals.c
    within = [table.site == viewer.site, table.start >= int(start), table.start < int(end)]
    within += queue_scope(viewer, table.queue)
    if queue:
        within.append(table.queue == queue)
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
