"""Sums of business days, kept in the transaction of the intervals they are the sums of.

By which calendar (zone, hour at which a day begins) they were cut, and what was counted of days with them,
stands in ``day_marks``. Where the mark is missing, or is of other settings, all of it is worth nothing:
readers take the intervals and calls, and the next recorder that starts adds the days up anew.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from operator import add
from typing import Any

from sqlalchemy import Connection, Engine, Table, and_, delete, func, insert, literal, or_, select

from ccfloor.floor.config import INTERVAL_S, FloorConfig
from ccfloor.kpi.period import business_date, date_of, day_number
from ccfloor.store.engine import lock_site, writing
from ccfloor.store.tables import (
    agent_days,
    agent_intervals,
    counted_days,
    day_marks,
    fact_days,
    queue_days,
    queue_intervals,
)

log = logging.getLogger(__name__)
Row = Sequence[Any]
Mark = tuple[str, int]  # zone, day_start_s
OF_DAYS = {"queue_intervals": "queue_days", "agent_intervals": "agent_days"}
_REMEMBERED = 10_000


class Calendar:
    """The business days of a site's settings."""

    def __init__(self, config: FloorConfig) -> None:
        self.config = config
        self._known: dict[int, int] = {}

    @property
    def mark(self) -> Mark | None:
        """By what its days are kept; None where they cut stored intervals in two: then they are not."""
        return self.key if self.config.day_start_s % INTERVAL_S == 0 else None

    @property
    def key(self) -> Mark:
        """What tells this calendar from others, whatever its days cut."""
        return self.config.zone, self.config.day_start_s

    def day(self, at: int) -> int:
        """The day (20261122) of an instant: the start of an interval, or its last second."""
        found = self._known.get(at)
        if found is None:
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            found = self._known[at] = day_number(business_date(self.config, at))
        return found

    def rows(self, told: Mapping[str, Sequence[Row]]) -> dict[str, list[Row]]:
        """Deltas of days, of the deltas of intervals by table name; nothing where days are not kept."""
        if self.mark is None:
            return {}
        return {
            days: self._summed(told.get(name, ()), longest=name == "queue_intervals")
            for name, days in OF_DAYS.items()
        }

    def _summed(self, rows: Sequence[Row], longest: bool) -> list[Row]:
        total: dict[tuple[str, int], list[int]] = {}
        for name, start, *vector in rows:
            key = (name, self.day(start))
            known = total.get(key)
            total[key] = vector if known is None else _sum(known, vector, longest)
        return [(*key, *vector) for key, vector in sorted(total.items()) if any(vector)]

    def touched(self, told: Mapping[str, Iterable[Row]]) -> list[int]:
        """The days of which these deltas of intervals change anything."""
        starts = {row[1] for name in OF_DAYS for row in told.get(name, ())}
        return sorted({self.day(at) for start in starts for at in (start, start + INTERVAL_S - 1)})


@lru_cache(maxsize=16)
def calendar_of(zone: str, day_start_s: int) -> Calendar:
    """The calendar of these settings, with the days that it knows already."""
    return Calendar(FloorConfig(zone=zone, day_start_s=day_start_s))


def _sum(one: list[int], other: list[int], longest: bool) -> list[int]:
    total = list(map(add, one, other))
    if longest:  # the last of a queue's figures is no sum
        total[-1] = max(one[-1], other[-1])
    return total


def stored_mark(connection: Connection, site: str) -> Mark | None:
    """The calendar by which stored days were cut and counted; None where there are none to rely on."""
    table = day_marks.c
    row = connection.execute(select(table.zone, table.day_start_s).where(table.site == site)).first()
    return (row.zone, row.day_start_s) if row else None


def keeps(connection: Connection, site: str, calendar: Calendar) -> bool:
    """Whether a writer of this calendar may add to the stored days; if not, they are given up."""
    stored = stored_mark(connection, site)
    if stored is not None and stored != calendar.key:
        connection.execute(delete(day_marks).where(day_marks.c.site == site))
        log.warning("two calendars for one site: its days are added up anew at the next start")
    return calendar.mark is not None and stored == calendar.mark


def forget_counted(connection: Connection, site: str, days: Sequence[int]) -> None:
    """What was counted of these days is not true any more; nor what counts calls up to a week around them."""
    if not days:
        return
    table = fact_days.c
    week = timedelta(days=7)
    first, last = day_number(date_of(days[0]) - week), day_number(date_of(days[-1]) + week)
    # A later day counts its repeats anew, also one that was counted as not final: it knew no earlier calls.
    around = (or_(table.final, table.day > days[0]), table.day >= first, table.day <= last)
    connection.execute(delete(fact_days).where(table.site == site, or_(table.day.in_(days), and_(*around))))


def prepare_days(engine: Engine, config: FloorConfig, site: str) -> bool:
    """See to it that the days of these settings are there; True where those of others were in their place."""
    calendar = Calendar(config)
    with engine.connect() as connection:
        if stored_mark(connection, site) == calendar.key:
            return False
    with writing(engine) as connection:
        lock_site(connection, site)
        if stored_mark(connection, site) == calendar.key:
            return False
        for table in (queue_days, agent_days, fact_days, counted_days):  # of another calendar, if any
            connection.execute(delete(table).where(table.c.site == site))
        if calendar.mark is not None:
            _fill(connection, calendar, site)
        zone, day_start_s = calendar.key
        row = {"site": site, "zone": zone, "day_start_s": day_start_s, "at": 0.0}
        connection.execute(delete(day_marks).where(day_marks.c.site == site))
        connection.execute(insert(day_marks).values(row))
    return True


def _fill(connection: Connection, calendar: Calendar, site: str) -> None:
    for intervals, days in ((queue_intervals, queue_days), (agent_intervals, agent_days)):
        span = select(func.min(intervals.c.start), func.max(intervals.c.start))
        first, last = connection.execute(span.where(intervals.c.site == site)).one()
        at = first
        while at is not None and at <= last:
            start, end = calendar.config.business_day(at)
            _fill_day(connection, intervals, days, site, calendar.day(at), (start, end))
            at = end


def _fill_day(
    connection: Connection, intervals: Table, days: Table, site: str, day: int, span: tuple[float, float]
) -> None:
    names = [column.name for column in days.columns]
    whose, *sums = (name for name in names if name not in ("site", "day"))
    added = [
        (func.max if name == "max_wait_ms" else func.sum)(intervals.c[name]).label(name) for name in sums
    ]
    within = (
        intervals.c.site == site,
        intervals.c.start >= int(span[0]),
        intervals.c.start < int(span[1]),
    )
    query = select(literal(site), intervals.c[whose], literal(day), *added).where(*within)
    connection.execute(insert(days).from_select(names, query.group_by(intervals.c[whose])))
