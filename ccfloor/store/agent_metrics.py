"""Figures of agents: their calls by the instant of the answer, their time by status."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, case, func, select

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import EndedBy, Outcome
from ccfloor.floor.metrics import Counts, occupancy
from ccfloor.store.engine import by_value
from ccfloor.store.periods import Periods
from ccfloor.store.tables import agent_intervals, calls
from ccfloor.store.viewer import Viewer, queue_scope

_DAY_S = 86400
_BUSY = ("on_call_ms", "on_hold_ms", "wrap_up_ms", "ringing_ms", "callback_ms")
# Only a switch that tells of members gives an agent any of these; a log of calls alone never does.
PRESENCE = (
    "ready_ms",
    "break_ms",
    "meal_ms",
    "meeting_ms",
    "training_ms",
    "coaching_ms",
    "callback_ms",
    "busy_ms",
    "auto_pause_ms",
    "other_pause_ms",
)
TOLD = sum((agent_intervals.c[name] for name in PRESENCE[1:]), start=agent_intervals.c[PRESENCE[0]])
AgentKey = tuple[int, str, str]  # period, agent, queue ("" for all)


def agent_figures(
    connection: Connection,
    viewer: Viewer,
    config: FloorConfig,
    periods: Periods,
    by_queue: bool,
    threshold_s: float | None,
) -> list[tuple[AgentKey, Counts, int]]:
    """Counts and longest wait of the calls that each agent answered in each period."""
    totals: dict[AgentKey, list[int]] = {}
    for agent, queue, at, *sums in _answered(connection, viewer, config, periods, threshold_s):
        key = (periods.index(at), agent, queue if by_queue else "")
        totals[key] = _merged(totals.get(key), sums)
    return [(key, _counts(sums), sums[-1]) for key, sums in sorted(totals.items())]


def _merged(total: list[int] | None, sums: list[int]) -> list[int]:
    if total is None:
        return sums
    added = [one + other for one, other in zip(total[:-1], sums[:-1], strict=True)]
    return [*added, max(total[-1], sums[-1])]


def _counts(sums: list[int]) -> Counts:
    answered, in_t, moved, wait, talk, hold, acw, ring, _ = sums
    return Counts(
        answered=answered,
        answered_in_t=in_t,
        transferred_out=moved,
        handled=answered,
        wait_answered_ms=wait,
        talk_ms=talk,
        hold_ms=hold,
        acw_ms=acw,
        ring_ms=ring,
    )


def _answered(
    connection: Connection, viewer: Viewer, config: FloorConfig, periods: Periods, threshold_s: float | None
) -> Iterator[list[Any]]:
    """[agent, queue, instant, sums …, longest wait], summed by the database where periods are few."""
    table = calls.c
    limit = table.threshold_ms if threshold_s is None else round(threshold_s * 1000)
    moved = table.ended_by.in_((EndedBy.BLIND_TRANSFER.value, EndedBy.ATTENDED_TRANSFER.value))
    sums = [
        func.count(),
        func.sum(case((table.wait_ms <= limit, 1), else_=0)),
        func.sum(case((moved, 1), else_=0)),
        *(func.sum(table[name]) for name in ("wait_ms", "talk_ms", "hold_ms", "acw_ms", "ring_ms")),
        func.max(table.wait_ms),
    ]
    whose = (by_value(table.agent), by_value(table.queue))
    query = select(*whose, func.min(table.answered_at), *sums)
    query = query.where(table.site == viewer.site, table.outcome == Outcome.ANSWERED.value, table.agent != "")
    query = query.where(*queue_scope(viewer, table.queue)).group_by(*whose)
    mine = viewer.seats(config)
    for start, end in periods.stretches():
        # Nobody waits a day: the bounds on the entry let the index on it be used.
        part = query.where(table.answered_at >= start, table.answered_at < end)
        part = part.where(table.entered_at >= start - _DAY_S, table.entered_at < end)
        for row in connection.execute(part if periods.few else part.group_by(table.answered_at)):
            if mine is None or row[0] in mine:
                yield [row[0], row[1], row[2], *map(int, row[3:])]


def occupancies(
    connection: Connection, viewer: Viewer, config: FloorConfig, periods: Periods, by_agent: bool = False
) -> dict[tuple[int, str], float | None]:
    """(period, agent or "") → occupancy, of the quarter hours that begin in the period.

    Only of agents whose presence is known: without it a log of calls would make everybody always busy.
    A viewer of some queues alone gets none, since waiting time belongs to no queue.
    """
    if viewer.queues is not None:
        return {}
    known = present(connection, viewer, config, periods)
    sums: dict[tuple[int, str], tuple[int, int]] = {}
    for agent, at, busy, ready in _time(connection, viewer, periods):
        if agent in known:
            key = (periods.index(at), agent if by_agent else "")
            before = sums.get(key, (0, 0))
            sums[key] = (before[0] + busy, before[1] + ready)
    return {key: occupancy(busy / 1000, ready / 1000) for key, (busy, ready) in sums.items()}


def present(connection: Connection, viewer: Viewer, config: FloorConfig, periods: Periods) -> set[str]:
    """Agents whose presence the switch told of, in the period or on the day around it."""
    table = agent_intervals.c
    around = (table.start >= periods.start - _DAY_S, table.start < periods.end + _DAY_S)
    query = select(by_value(table.agent)).distinct().where(table.site == viewer.site, *around, TOLD > 0)
    mine = viewer.seats(config)
    return {agent for agent in connection.scalars(query) if mine is None or agent in mine}


def _time(connection: Connection, viewer: Viewer, periods: Periods) -> Iterator[tuple[str, float, int, int]]:
    """(agent, instant, busy ms, ready ms)."""
    table = agent_intervals.c
    busy = sum((table[name] for name in _BUSY[1:]), start=table[_BUSY[0]])
    agent = by_value(table.agent)
    query = select(agent, func.min(table.start), func.sum(busy), func.sum(table.ready_ms))
    query = query.where(table.site == viewer.site).group_by(agent)
    for start, end in periods.stretches():
        part = query.where(table.start >= start, table.start < end)
        for agent, at, busy_ms, ready_ms in connection.execute(
            part if periods.few else part.group_by(table.start)
        ):
            yield agent, at, int(busy_ms), int(ready_ms)
