"""Who can be asked for on a page of people: teams, their agents, agents of no team, the site."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from sqlalchemy import Engine, Table, func, select

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.kpi.teams import ALWAYS, LAST, Terms
from ccfloor.store.members import team_of
from ccfloor.store.tables import agent_intervals, calls, queue_intervals
from ccfloor.store.team_scope import in_scope, visible_teams
from ccfloor.store.team_terms import terms_of
from ccfloor.store.viewer import Viewer, queue_scope

_RECENT_S = 62 * 86_400.0


class Floor(Protocol):
    """What is asked of a service."""

    engine: Engine
    config: FloorConfig


def subjects(service: Floor, viewer: Viewer) -> list[Scope]:
    """Every team with its agents below it, then agents of no team, then the site; as the viewer may see them.

    Agents are those that the site's files name or that any interval is stored of, each below today's team,
    else the last that he was in; teams that are no more come after those of today.
    """
    config, told = service.config, terms_of(service.engine, service.config)
    seen = visible_teams(viewer, config, told, ALWAYS, LAST)
    team = _homes(told, team_of(config), seen)
    people = [name for seat in config.seats.values() for name in (seat.agent, *seat.others) if name]
    stored = stored_agents(service.engine, viewer)
    known = dict.fromkeys([*people, *stored])
    serving = _serving(service.engine, viewer)
    mine = [name for name in known if serving is None or name in serving]
    agents = [name for name in mine if in_scope(viewer, config, told, Scope("agent", name))]
    found: list[Scope] = []
    for one in seen:
        found.append(Scope("team", one))
        found += [Scope("agent", name) for name in agents if team.get(name) == one]
    found += [Scope("agent", name) for name in agents if not team.get(name)]
    return [*found, SITE] if found and viewer.whole else found


def _serving(engine: Engine, viewer: Viewer) -> set[str] | None:
    """Who answered calls of the viewer's queues of late; None: all of them are his, so is everybody."""
    if viewer.queues is None:
        return None
    table = calls.c
    mine = (table.site == viewer.site, *queue_scope(viewer, table.queue))
    with engine.connect() as connection:
        last = connection.scalar(select(func.max(table.entered_at)).where(*mine)) or 0.0
        recent = select(table.agent).distinct().where(*mine, table.entered_at > last - _RECENT_S)
        return set(connection.scalars(recent))


def _homes(told: Terms, now: Mapping[str, str], seen: Sequence[str]) -> dict[str, str]:
    """Agent → today's team, else the last that he was in, of those that are seen."""
    found = dict[str, str]()
    for spell in told.spells(ALWAYS, LAST):
        found |= {name: team for name, team in spell.teams.items() if team in seen}
    return found | {name: team for name, team in now.items() if team in seen}


def stored_queues(engine: Engine, viewer: Viewer) -> list[str]:
    """Every queue with any stored figures that the viewer may see, whether or not a file names it."""
    found = _every(engine, viewer, queue_intervals, "queue")
    return [name for name in found if viewer.only is None and viewer.sees_queue(name)]


def has_queue(engine: Engine, config: FloorConfig, queue: str) -> bool:
    """Whether anything is stored of a queue."""
    table = queue_intervals.c
    query = select(table.start).where(table.site == config.site, table.queue == queue).limit(1)
    with engine.connect() as connection:
        return connection.scalar(query) is not None


def stored_agents(engine: Engine, viewer: Viewer) -> list[str]:
    """Every agent with any stored time."""
    every = [] if viewer.queues is not None else _every(engine, viewer, agent_intervals, "agent")
    return [name for name in every if viewer.only is None or name in viewer.only]


def _every(engine: Engine, viewer: Viewer, table: Table, name: str) -> list[str]:
    """The values of a key's second column: from one to the next, however many rows there are."""
    one, after = table.c, table.alias("after").c
    first = select(func.min(one[name]).label("name")).where(one.site == viewer.site)
    every = first.cte("every", recursive=True)
    following = select(func.min(after[name])).where(after.site == viewer.site, after[name] > every.c.name)
    every = every.union_all(select(following.scalar_subquery()).where(every.c.name.is_not(None)))
    query = select(every.c.name).where(every.c.name.is_not(None))
    with engine.connect() as connection:
        return list(connection.scalars(query))
