"""Which queues agents serve, as the calls they answered tell, and when anybody told who was there.

Instants are UTC epoch seconds.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from ccfloor.floor.events import Outcome
from ccfloor.store.agent_metrics import TOLD
from ccfloor.store.engine import by_value
from ccfloor.store.tables import agent_intervals, calls
from ccfloor.store.viewer import Viewer


def served(connection: Connection, viewer: Viewer, start: float, end: float) -> Mapping[str, frozenset[str]]:
    """Agent → the queues whose calls of [start, end) he answered. For who sees the whole site."""
    viewer.needs_whole()
    table = calls.c
    within = (table.site == viewer.site, table.entered_at >= start, table.entered_at < end)
    query = select(by_value(table.agent), table.queue).distinct().where(*within)
    found: dict[str, set[str]] = {}
    for agent, queue in connection.execute(query.where(table.outcome == Outcome.ANSWERED.value)):
        found.setdefault(agent, set()).add(queue)
    return {agent: frozenset(queues) for agent, queues in found.items() if agent}


def told_quarters(connection: Connection, site: str, start: float, end: float) -> frozenset[float]:
    """Starts of the quarter hours in [start, end) of which anybody told who was there."""
    table = agent_intervals.c
    within = (table.site == site, table.start >= start, table.start < end, TOLD > 0)
    return frozenset(map(float, connection.scalars(select(table.start).distinct().where(*within))))
