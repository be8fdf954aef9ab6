"""Seats by half hours: who worked, whom the roster plans, and which queues agents serve.

For the program, which works out how many seats each queue has; no name of an agent leaves it that way.
Instants are UTC epoch seconds.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, select

from ccfloor.floor.config import INTERVAL_S
from ccfloor.floor.events import Outcome
from ccfloor.kpi.adherence import WORK
from ccfloor.store.engine import by_value
from ccfloor.store.tables import agent_intervals, calls, roster
from ccfloor.store.viewer import Viewer

WORKING = ("ready", "ringing", "on_call", "on_hold", "wrap_up")  # as the statuses of a seat are called
_SUM = sum((agent_intervals.c[f"{name}_ms"] for name in WORKING[1:]), start=agent_intervals.c.ready_ms)


class Worked(NamedTuple):
    """Seconds that an agent was at work for the queues in the quarter hour that begins at ``start``."""

    agent: str
    start: float
    seconds: float


class Planned(NamedTuple):
    """A stretch in which the roster has an agent take calls."""

    agent: str
    start: float
    end: float


def worked(connection: Connection, viewer: Viewer, start: float, end: float) -> list[Worked]:
    """Time at work of every agent in [start, end), as far as it is stored: a status is once it is over."""
    viewer.needs_whole()
    table = agent_intervals.c
    within = (table.site == viewer.site, table.start >= int(start), table.start < int(end), _SUM > 0)
    rows = connection.execute(select(by_value(table.agent), table.start, _SUM).where(*within))
    return [Worked(agent, float(at), min(float(INTERVAL_S), ms / 1000)) for agent, at, ms in rows]


def planned(connection: Connection, viewer: Viewer, days: Iterable[int]) -> list[Planned]:
    """Whom the rosters of these business days (20261122) have take calls, and when; breaks are cut out."""
    viewer.needs_whole()
    table = roster.c
    query = select(table.agent, table.start, table.end, table.activity)
    rows = connection.execute(query.where(table.site == viewer.site, table.day.in_(list(days))))
    work: dict[str, list[tuple[float, float]]] = {}
    away: dict[str, list[tuple[float, float]]] = {}
    for agent, start, end, activity in rows:
        (work if activity == WORK else away).setdefault(agent, []).append((start, end))
    return [
        Planned(agent, start, end)
        for agent, spans in work.items()
        for start, end in _without(spans, sorted(away.get(agent, ())))
    ]


def _without(
    spans: Iterable[tuple[float, float]], cut: Iterable[tuple[float, float]]
) -> list[tuple[float, float]]:
    """What is left of spans; a time in two of them counts once."""
    left: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        at = max(start, left[-1][1]) if left else start
        for first, last in cut:
            if first < end and last > at:
                if first > at:
                    left.append((at, first))
                at = max(at, last)
        if at < end:
            left.append((at, end))
    return left


def served(connection: Connection, viewer: Viewer, start: float, end: float) -> Mapping[str, frozenset[str]]:
    """Agent → the queues whose calls of [start, end) he answered."""
    viewer.needs_whole()
    table = calls.c
    within = (table.site == viewer.site, table.entered_at >= start, table.entered_at < end)
    query = select(by_value(table.agent), table.queue).distinct().where(*within)
    found: dict[str, set[str]] = {}
    for agent, queue in connection.execute(query.where(table.outcome == Outcome.ANSWERED.value)):
        found.setdefault(agent, set()).add(queue)
    return {agent: frozenset(queues) for agent, queues in found.items() if agent}
