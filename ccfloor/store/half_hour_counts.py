"""Counts of queues by half hours of the local clock, as a forecast is made of them.

Every read takes a Viewer and tells of his queues alone. Instants are UTC epoch seconds; a half hour in which
nothing was counted is absent.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Engine, func, select

from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import Period
from ccfloor.kpi.week import HALF_HOUR_S, SLOTS, Stretch, stretches
from ccfloor.store.tables import queue_days, queue_intervals
from ccfloor.store.viewer import Viewer, queue_scope


class Handling(NamedTuple):
    """Sums of calls by the entry; their seats' time as far as they have ended. Milliseconds."""

    handled: int = 0
    talk_ms: int = 0
    hold_ms: int = 0
    acw_ms: int = 0
    ring_ms: int = 0
    abandoned: int = 0
    wait_answered_ms: int = 0
    wait_abandoned_ms: int = 0

    @property
    def seat_s(self) -> float:
        """Seconds that these calls took of seats: ringing, talk, hold and after-call work."""
        return (self.talk_ms + self.hold_ms + self.acw_ms + self.ring_ms) / 1000

    @property
    def wait_s(self) -> float:
        """Seconds that these callers waited, answered or not."""
        return (self.wait_answered_ms + self.wait_abandoned_ms) / 1000

    def plus(self, other: "Handling") -> "Handling":
        """Both together."""
        return Handling(*(one + more for one, more in zip(self, other, strict=True)))


def offered_by_half(
    engine: Engine, viewer: Viewer, config: FloorConfig, of: Period
) -> dict[str, dict[float, int]]:
    """Queue → start of each half hour of a period → calls that came in it (answered, given up, all)."""
    viewer.needs(Right.FLOOR)
    table = queue_intervals.c
    found: dict[str, dict[float, int]] = {}
    with engine.connect() as connection:
        for stretch in stretches(config, of):
            half = (table.start + stretch.offset_s) // HALF_HOUR_S
            query = select(table.queue, half, func.sum(table.offered)).where(*_within(viewer, stretch))
            for queue, number, offered in connection.execute(query.group_by(table.queue, half)):
                start = float(int(number) * HALF_HOUR_S - stretch.offset_s)
                found.setdefault(queue, {})[start] = int(offered)
    return found


def handling_by_slot(
    engine: Engine, viewer: Viewer, config: FloorConfig, of: Period
) -> dict[str, dict[int, Handling]]:
    """Queue → half hour of the local clock (0: midnight … 47) → sums over all days of a period."""
    viewer.needs(Right.FLOOR)
    table = queue_intervals.c
    sums = [func.sum(table[name]) for name in Handling._fields]
    found: dict[str, dict[int, Handling]] = {}
    with engine.connect() as connection:
        for stretch in stretches(config, of):
            slot = (table.start + stretch.offset_s) // HALF_HOUR_S % SLOTS
            query = select(table.queue, slot, *sums).where(*_within(viewer, stretch))
            for queue, at, *told in connection.execute(query.group_by(table.queue, slot)):
                known = found.setdefault(queue, {})
                known[int(at)] = known.get(int(at), Handling()).plus(Handling(*map(int, told)))
    return found


def stored_days(engine: Engine, viewer: Viewer, first: int, last: int) -> Sequence[int]:
    """The days (20261122) in a range of which any call is stored, in order."""
    viewer.needs(Right.FLOOR)
    table = queue_days.c
    within = (table.site == viewer.site, table.day >= first, table.day <= last)
    query = select(table.day).distinct().where(*within, *queue_scope(viewer, table.queue))
    with engine.connect() as connection:
        return list(connection.scalars(query.order_by(table.day)))


def last_stored_day(engine: Engine, viewer: Viewer, before: int) -> int | None:
    """The last day (20261122) before another of which any call is stored; None where there is none."""
    viewer.needs(Right.FLOOR)
    table = queue_days.c
    within = (table.site == viewer.site, table.day < before, *queue_scope(viewer, table.queue))
    with engine.connect() as connection:
        found = connection.scalar(select(func.max(table.day)).where(*within))
    return None if found is None else int(found)


def _within(viewer: Viewer, stretch: Stretch) -> list[ColumnElement[Any]]:
    table = queue_intervals.c
    in_time = [table.site == viewer.site, table.start >= stretch.start, table.start < stretch.end]
    return [*in_time, *queue_scope(viewer, table.queue)]
