"""Whether a site has a queue, team or agent that somebody asks for, and which names come near where not."""

from difflib import get_close_matches

from sqlalchemy import Engine, select

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.scope import Scope
from ccfloor.kpi.teams import ALWAYS, LAST
from ccfloor.service.subjects import Floor, has_queue, stored_queues, subjects
from ccfloor.store.members import team_of
from ccfloor.store.tables import agent_intervals, counted_days, kpi_facts
from ccfloor.store.team_scope import in_scope
from ccfloor.store.team_terms import terms_of
from ccfloor.store.viewer import Viewer

_NEAR, _LIKE = 3, 0.5  # names at most, and how alike (0..1) they have to be


class UnknownScopeError(ValueError):
    """Nothing of the site has this name; the sentence tells the nearest that do."""


def check_scope(service: Floor, viewer: Viewer, scope: Scope) -> None:
    """Raises UnknownScopeError where neither the site's files nor anything stored knows the scope.

    What a viewer may not see is as unknown to him; the names that it tells are those that he may.
    """
    known = {"queue": _queue, "team": _team, "agent": _agent}.get(scope.kind)
    told = terms_of(service.engine, service.config)
    seen = in_scope(viewer, service.config, told, scope)
    if known is None or (seen and known(service.engine, service.config, scope.name)):
        return
    names = {name.casefold(): name for name in _names(service, viewer, scope)}
    near = [names[one] for one in get_close_matches(scope.name.casefold(), names, _NEAR, _LIKE)]
    others = f"; the nearest: {', '.join(near)}" if near else ""
    raise UnknownScopeError(f"unknown {scope.kind} {scope.name}{others}")


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
