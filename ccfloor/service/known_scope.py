"""Whether a queue, team or agent that somebody asks for is within his rights, and whether there is one."""

from difflib import get_close_matches

from sqlalchemy import Engine, select

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.kpi.teams import ALWAYS, LAST
from ccfloor.service.subjects import Floor, has_queue, stored_queues, subjects
from ccfloor.store.members import team_of
from ccfloor.store.tables import agent_intervals, calls, counted_days, kpi_facts
from ccfloor.store.team_scope import in_scope
from ccfloor.store.team_terms import terms_of
from ccfloor.store.viewer import Viewer, queue_scope

_NEAR, _LIKE = 3, 0.5  # names at most, and how alike (0..1) they have to be


class UnknownScopeError(ValueError):
    """Nothing of the site has this name; the sentence tells the nearest that do."""


class BeyondScopeError(UnknownScopeError):
    """Not within a viewer's rights; the same is said of what the site does not have."""


def first_scope(viewer: Viewer) -> Scope:
    """With whose results a page begins: the own, where nobody else's may be seen."""
    return Scope("agent", min(viewer.only)) if viewer.only else SITE


def sees_scope(service: Floor, viewer: Viewer, scope: Scope) -> bool:
    """Whether a scope is within a viewer's rights. Of some queues alone: agents who ever answered there."""
    if not in_scope(viewer, service.config, terms_of(service.engine, service.config), scope):
        return False
    return scope.kind != "agent" or serves(service.engine, viewer, scope.name)


def serves(engine: Engine, viewer: Viewer, agent: str) -> bool:
    """Whether an agent ever answered in a viewer's queues; true for who is limited to none."""
    limited = viewer.only is None and viewer.queues is not None
    return not limited or _answered(engine, viewer, agent)


def check_scope(service: Floor, viewer: Viewer, scope: Scope) -> None:
    """Raises BeyondScopeError for what is not within the viewer's rights, whether or not there is such a
    thing, and UnknownScopeError where neither the site's files nor anything stored knows it.
    """
    if not sees_scope(service, viewer, scope):
        raise BeyondScopeError(f"{scope} is not within your rights")
    known = {"queue": _queue, "team": _team, "agent": _agent}.get(scope.kind)
    if known is None or known(service.engine, service.config, scope.name):
        return
    names = {name.casefold(): name for name in _names(service, viewer, scope)}
    near = [names[one] for one in get_close_matches(scope.name.casefold(), names, _NEAR, _LIKE)]
    others = f"; the nearest: {', '.join(near)}" if near else ""
    raise UnknownScopeError(f"unknown {scope.kind} {scope.name}{others}")


def _answered(engine: Engine, viewer: Viewer, agent: str) -> bool:
    table = calls.c
    mine = (table.site == viewer.site, table.agent == agent, *queue_scope(viewer, table.queue))
    with engine.connect() as connection:
        return connection.scalar(select(table.position).where(*mine).limit(1)) is not None


def _queue(engine: Engine, config: FloorConfig, name: str) -> bool:
    return name in config.queues or has_queue(engine, config, name)


def _team(engine: Engine, config: FloorConfig, name: str) -> bool:
    """Also one that is no more."""
    return any(seat.team == name for seat in config.seats.values()) or name in terms_of(engine, config).teams(
        ALWAYS, LAST
    )


def _agent(engine: Engine, config: FloorConfig, name: str) -> bool:
    """Also one of whom the roster or an import alone tells."""
    if name in team_of(config) or any(name in (seat.agent, seat.seat) for seat in config.seats.values()):
        return True
    spans, scope = agent_intervals.c, str(Scope("agent", name))
    asked = [select(spans.start).where(spans.site == config.site, spans.agent == name)]
    for table in (kpi_facts.c, counted_days.c):
        asked.append(select(table.day).where(table.site == config.site, table.scope == scope))
    with engine.connect() as connection:
        return any(connection.scalar(query.limit(1)) is not None for query in asked)


def _names(service: Floor, viewer: Viewer, scope: Scope) -> list[str]:
    if scope.kind != "queue":
        return [one.name for one in subjects(service, viewer) if one.kind == scope.kind]
    named = [name for name in service.config.queues if viewer.sees_queue(name)]
    return [*named, *stored_queues(service.engine, viewer)]
