"""The figures of any period from stored counts: by floor, queue, day, half hour and agent.

Counts of queues belong to the interval in which the caller entered, those of agents to the instant of
the answer, time in status is split by seconds. Where a stored interval cannot answer exactly (another
threshold, a period that cuts an interval, an agent in one queue) the calls are counted themselves.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Select, func, select

from ccfloor.access.rights import Right
from ccfloor.floor import metrics
from ccfloor.floor.calls import contributions
from ccfloor.floor.config import INTERVAL_S, FloorConfig
from ccfloor.floor.events import Outcome
from ccfloor.floor.metrics import FIELDS, INDEX, Counts
from ccfloor.store.agent_metrics import agent_figures, occupancies
from ccfloor.store.engine import by_value
from ccfloor.store.periods import Periods
from ccfloor.store.recall import call_row
from ccfloor.store.tables import calls, queue_intervals
from ccfloor.store.viewer import Viewer, queue_scope

GROUPS = ("floor", "queue", "day", "halfhour", "agent")
Key = tuple[str, int]  # queue ("" for all), period
COUNTS = (
    "offered",
    "answered",
    "abandoned",
    "short_abandoned",
    "timed_out",
    "key_exit",
    "withdrawn",
    "left_empty",
    "refused_full",
    "refused_empty",
    "transferred_out",
    "answered_in_t",
    "abandoned_in_t",
)
SUMS = ("wait_answered", "wait_abandoned", "talk", "hold", "acw", "ring")
_NOT_OF_AGENTS = (
    *(name for name in COUNTS if name not in ("answered", "transferred_out", "answered_in_t")),
    "wait_abandoned_s",
    "service_level",
    "abandon_rate",
)
_IN_T = tuple(INDEX[name] for name in ("answered_in_t", "abandoned_in_t", "short_in_t"))


class Tally:
    """Vectors of metrics.FIELDS and longest waits, by queue and period."""

    def __init__(self, by_queue: bool) -> None:
        self.by_queue = by_queue
        self.vectors: dict[Key, list[int]] = {}
        self.max_wait_ms: dict[Key, int] = {}

    def vector(self, queue: str, period: int) -> list[int]:
        """The vector to add to."""
        key = (queue if self.by_queue else "", period)
        found = self.vectors.get(key)
        if found is None:
            found = self.vectors[key] = [0] * len(FIELDS)
        return found

    def wait(self, queue: str, period: int, wait_ms: int) -> None:
        """Keep the longest wait."""
        key = (queue if self.by_queue else "", period)
        self.max_wait_ms[key] = max(self.max_wait_ms.get(key, 0), wait_ms)


def metric_rows(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    start: float,
    end: float,
    by: Sequence[str] = ("floor",),
    *,
    threshold_s: float | None = None,
    variant: str = metrics.DEFAULT_SL,
    zone: str = "",
) -> list[dict[str, Any]]:
    """Rows for the period [start, end) (UTC epoch seconds), grouped by a combination of GROUPS.

    ``threshold_s``: T of the service level instead of the one each call was stored with. ``zone``: names
    days and half hours instead of the site's. Raises ValueError on an unknown group, zone or variant.
    """
    viewer.needs(Right.RESULTS)
    groups = frozenset(by)
    if not groups or not groups <= set(GROUPS):
        raise ValueError(f"unknown group in {', '.join(by)}; there are {', '.join(GROUPS)}")
    if variant not in metrics.SL_VARIANTS:
        raise ValueError(f"unknown service level {variant}; there are {', '.join(metrics.SL_VARIANTS)}")
    periods = Periods(config, zone or config.zone, start, end, groups)
    with engine.connect() as connection:
        if "agent" in groups:
            return list(_agent_rows(connection, viewer, config, periods, "queue" in groups, threshold_s))
        found = tally(connection, viewer, periods, "queue" in groups, threshold_s)
        busy = occupancies(connection, viewer, config, periods) if "queue" not in groups else {}
        return list(_rows(found, periods, variant, busy, groups))


# -- collecting --------------------------------------------------------------------------------------


def tally(
    connection: Connection, viewer: Viewer, periods: Periods, by_queue: bool, threshold_s: float | None
) -> Tally:
    """Counts of the calls that entered in each of the periods, of the viewer's queues."""
    found = Tally(by_queue)
    first = math.ceil(periods.start / INTERVAL_S) * INTERVAL_S
    last = max(first, math.floor(periods.end / INTERVAL_S) * INTERVAL_S)
    for queue, at, vector, wait_ms in _intervals(connection, viewer, periods, first, last):
        period = periods.index(at)
        total = found.vector(queue, period)
        for index, value in enumerate(vector):
            total[index] += value
        found.wait(queue, period, wait_ms)
    for edge in ((periods.start, min(first, periods.end)), (max(last, periods.start), periods.end)):
        if edge[0] < edge[1]:
            _add_calls(connection, viewer, periods, found, edge)
    if threshold_s is not None:
        _use_threshold(connection, viewer, periods, found, round(threshold_s * 1000))
    return found


def _intervals(
    connection: Connection, viewer: Viewer, periods: Periods, first: int, last: int
) -> Iterator[tuple[str, float, Sequence[int], int]]:
    """(queue, instant, vector, longest wait) of every stretch of intervals within one period."""
    table = queue_intervals.c
    sums = [func.sum(table[name]) for name in FIELDS]
    queue = by_value(table.queue)
    query = select(queue, func.min(table.start), *sums, func.max(table.max_wait_ms))
    query = query.where(table.site == viewer.site, *queue_scope(viewer, table.queue)).group_by(queue)
    for begin, end in periods.stretches():
        part = query.where(table.start >= max(begin, first), table.start < min(end, last))
        for row in connection.execute(part if periods.few else part.group_by(table.start)):
            yield row[0], row[1], [int(value) for value in row[2:-1]], row[-1]


def _add_calls(
    connection: Connection, viewer: Viewer, periods: Periods, tally: Tally, edge: tuple[float, float]
) -> None:
    """Count the calls that entered within a part of an interval."""
    for found in connection.execute(entered(select(calls), viewer, *edge)):
        row = call_row(found)
        period = periods.index(row.entered_at)
        total = tally.vector(row.queue, period)
        for index, _, amount in contributions(row):
            total[index] += amount
        if row.outcome is not Outcome.WAITING:
            tally.wait(row.queue, period, row.wait_ms)


def _use_threshold(
    connection: Connection, viewer: Viewer, periods: Periods, tally: Tally, threshold_ms: int
) -> None:
    """Count anew what depends on T."""
    for vector in tally.vectors.values():
        for index in _IN_T:
            vector[index] = 0
    table = calls.c
    query = select(table.queue, table.entered_at, table.outcome, table.wait_ms, table.short_ms).where(
        table.outcome.in_((Outcome.ANSWERED.value, Outcome.ABANDONED.value)), table.wait_ms <= threshold_ms
    )
    for queue, at, outcome, wait_ms, short_ms in connection.execute(
        entered(query, viewer, periods.start, periods.end)
    ):
        vector = tally.vector(queue, periods.index(at))
        if outcome == Outcome.ANSWERED.value:
            vector[_IN_T[0]] += 1
        else:
            vector[_IN_T[1]] += 1
            vector[_IN_T[2]] += wait_ms < short_ms


def entered(query: Select[Any], viewer: Viewer, start: float, end: float) -> Select[Any]:
    """The query, of calls in the viewer's scope that entered in [start, end)."""
    table = calls.c
    within = (table.site == viewer.site, table.entered_at >= start, table.entered_at < end)
    return query.where(*within, *queue_scope(viewer, table.queue))


# -- telling -----------------------------------------------------------------------------------------


def _rows(
    tally: Tally,
    periods: Periods,
    variant: str,
    busy: dict[tuple[int, str], float | None],
    groups: frozenset[str],
) -> Iterator[dict[str, Any]]:
    keys = [key for key, vector in tally.vectors.items() if any(vector)]
    keys.sort(key=lambda key: (key[1], key[0]))
    if groups == {"floor"} and not keys:
        keys = [("", 0)]  # a period without calls is a row too: of zeros and unknowns
    for key in keys:
        start, end = periods.bounds(key[1])
        named = {"queue": key[0]} if "queue" in groups else {}
        c = metrics.counts(tally.vectors.get(key, [0] * len(FIELDS)))
        wait_ms = tally.max_wait_ms.get(key, 0) if c.offered else None
        yield {"start": start, "end": end, **named, **_figures(c, variant, wait_ms, busy.get((key[1], "")))}


def _figures(c: Counts, variant: str, max_wait_ms: int | None, occupancy: float | None) -> dict[str, Any]:
    counted = {name: getattr(c, name) for name in COUNTS}
    summed = {f"{name}_s": getattr(c, f"{name}_ms") / 1000 for name in SUMS}
    return {
        **counted,
        **summed,
        "max_wait_s": None if max_wait_ms is None else max_wait_ms / 1000,
        "service_level": metrics.service_level(c, variant),
        "asa_s": metrics.asa_s(c),
        "aht_s": metrics.aht_s(c),
        "abandon_rate": metrics.abandon_rate(c),
        "occupancy": occupancy,
    }


def _agent_rows(
    connection: Connection,
    viewer: Viewer,
    config: FloorConfig,
    periods: Periods,
    by_queue: bool,
    threshold_s: float | None,
) -> Iterator[dict[str, Any]]:
    """Nobody is offered to an agent or abandoned at one: those figures are unknown in these rows."""
    found = agent_figures(connection, viewer, config, periods, by_queue, threshold_s)
    busy = {} if by_queue else occupancies(connection, viewer, config, periods, by_agent=True)
    for (period, agent, queue), c, wait_ms in found:
        start, end = periods.bounds(period)
        row = _figures(c, metrics.DEFAULT_SL, wait_ms, busy.get((period, agent)))
        row |= dict.fromkeys(_NOT_OF_AGENTS)
        named = {"queue": queue, "agent": agent} if by_queue else {"agent": agent}
        yield {"start": start, "end": end, **named, **row}
