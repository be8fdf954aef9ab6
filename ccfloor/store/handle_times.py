"""Handle times of single calls, newest first, bounded. Instants are UTC epoch seconds."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Engine, Select, select

from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import Outcome
from ccfloor.kpi.scope import Scope
from ccfloor.store import tables
from ccfloor.store.team_scope import whom_between
from ccfloor.store.team_terms import terms
from ccfloor.store.viewer import Viewer, queue_scope

MOST = 20_000
_STEP_S = 31 * 86_400.0


class Handled(NamedTuple):
    """One answered call that is over. ``number`` is as the viewer may read it."""

    source: int
    position: int
    queue: str
    agent: str
    number: str
    answered_at: float
    talk_ms: int
    hold_ms: int
    acw_ms: int

    @property
    def handle_s(self) -> float:
        """Talk, hold and after-call work together, in seconds."""
        return (self.talk_ms + self.hold_ms + self.acw_ms) / 1000


def handled(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    scope: Scope,
    start: float,
    end: float,
    most: int = MOST,
) -> list[Handled]:
    """The calls that an agent or the agents of a team answered in [start, end), the newest ``most``.

    Read a month at a time from the end, so that a long range costs no more than what is given.
    """
    viewer.needs(Right.PEOPLE, Right.OWN)
    found: list[Handled] = []
    with engine.connect() as connection:
        told = terms(connection, config, viewer.site)
        for first, last, part in reversed(whom_between(viewer, config, told, scope, start, end)):
            while last > first and len(found) < most:
                since = max(first, last - _STEP_S)
                query = _between(viewer, sorted(part.agents or ()), since, last).limit(most - len(found))
                found += [Handled(*row) for row in connection.execute(query)]
                last = since
    return [row._replace(number=viewer.number(row.number)) for row in found]


def _between(viewer: Viewer, agents: Sequence[str], start: float, end: float) -> Select[Any]:
    table = tables.calls.c
    names = ("source_id", *(name for name in Handled._fields if name != "source"))
    query = select(*(table[name] for name in names)).where(
        table.site == viewer.site,
        table.agent.in_(agents),
        table.answered_at >= start,
        table.answered_at < end,
        table.outcome == Outcome.ANSWERED.value,
        table.ended_at > 0,
        *queue_scope(viewer, table.queue),
    )
    return query.order_by(table.answered_at.desc())
