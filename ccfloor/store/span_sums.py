"""Sums of any span of time by queue and agent, where no stored day tells them: half hours, odd days.

The same rules as ``store.metrics_query``: counts of queues by the entry, those of agents by the answer,
time in status by the quarter hours that begin in the span; where an edge cuts a quarter hour the calls are
counted themselves.
"""

from collections.abc import Callable

from sqlalchemy import Connection, func, select

from ccfloor.floor.config import INTERVAL_S, FloorConfig
from ccfloor.floor.records import AGENT_FIELDS
from ccfloor.kpi.fields import AGENT, PRESENCE, PRESENT_ANSWERED
from ccfloor.store.agent_metrics import PRESENCE as PRESENT_BY
from ccfloor.store.agent_metrics import TOLD, agent_figures, present
from ccfloor.store.day_sums import AGENT_DAYS, QUEUE_NAMES, Sums
from ccfloor.store.engine import by_value
from ccfloor.store.metrics_query import tally
from ccfloor.store.periods import Periods
from ccfloor.store.seen import Seen, overlaps
from ccfloor.store.tables import agent_intervals
from ccfloor.store.viewer import EVERYTHING, Viewer

Span = tuple[float, float]
# What the calls themselves tell of an agent, by the names of metrics.Counts.
_OF_CALLS = ("answered", "transferred_out", "talk_ms", "hold_ms", "acw_ms", "ring_ms")


def queue_span(connection: Connection, viewer: Viewer, config: FloorConfig, span: Span) -> dict[str, Sums]:
    """Queue → sums of the calls that entered in the span."""
    periods = Periods(config, config.zone, *span, frozenset(("queue",)))
    found = tally(connection, viewer, periods, True, None)
    return {
        queue: dict(zip(QUEUE_NAMES, (*vector, found.max_wait_ms.get((queue, 0), 0)), strict=True))
        for (queue, _), vector in found.vectors.items()
        if any(vector)
    }


def agent_span(
    connection: Connection,
    viewer: Viewer,
    config: FloorConfig,
    span: Span,
    is_present: Callable[[str], bool],
) -> dict[str, Sums]:
    """Agent → sums in a part of a day, for a viewer of all queues: calls by the answer, time by quarters."""
    table = agent_intervals.c
    query = select(by_value(table.agent), *(func.sum(table[name]) for name in AGENT_FIELDS)).group_by(
        by_value(table.agent)
    )
    query = query.where(table.site == viewer.site, table.start >= span[0], table.start < span[1])
    found: dict[str, Sums] = {}
    telling: set[str] = set()
    for agent, *sums in connection.execute(query):
        given = dict(zip(AGENT, map(int, sums), strict=True))
        if any(given[f"agent.{name}"] for name in PRESENT_BY):
            telling.add(agent)
        known = is_present(agent)
        if known or any(given.values()):
            found[agent] = {name: value for name, value in given.items() if known or name not in PRESENCE}
    if any(edge % INTERVAL_S for edge in span):
        _by_calls(connection, viewer, config, span, found)
    for agent, total in found.items():
        if is_present(agent):
            total[PRESENT_ANSWERED] = total["agent.answered"]
        total[AGENT_DAYS] = int(agent in telling or total["agent.answered"] > 0)
    return found


def _by_calls(
    connection: Connection, viewer: Viewer, config: FloorConfig, span: Span, found: dict[str, Sums]
) -> None:
    """Put in place of what quarter hours tell of calls what the calls tell."""
    exact = calls_of_agents(connection, viewer, config, span)
    for agent in found.keys() | exact.keys():
        nothing = {f"agent.{name}": 0 for name in _OF_CALLS}
        found.setdefault(agent, {}).update(nothing | exact.get(agent, {}))


def calls_of_agents(
    connection: Connection, viewer: Viewer, config: FloorConfig, span: Span
) -> dict[str, Sums]:
    """Agent → sums of the calls of the viewer's queues that were answered in the span."""
    periods = Periods(config, config.zone, *span, frozenset(("agent",)))
    return {
        agent: {f"agent.{name}": getattr(counts, name) for name in _OF_CALLS}
        for (_, agent, _), counts, _ in agent_figures(connection, viewer, config, periods, False, None)
    }


def present_around(connection: Connection, config: FloorConfig, site: str, span: Span) -> set[str]:
    """Agents whose presence a switch told of in the span or on the day around it."""
    periods = Periods(config, config.zone, *span, frozenset())
    return present(connection, Viewer(site=site, role=EVERYTHING.role), config, periods)


def presence_told(connection: Connection, site: str, seen: Seen, span: Span) -> bool:
    """Whether anybody told who was there in the span: a live link does, of a log only one that names it.

    Where nobody did, an agent without a call is not absent: it is not known.
    """
    if overlaps(seen.live, *span):
        return True
    table = agent_intervals.c
    within = (table.site == site, table.start >= span[0], table.start < span[1], TOLD > 0)
    return connection.scalar(select(table.start).where(*within).limit(1)) is not None
