"""Who can be asked for on a page of people: teams, their agents, agents of no team, the site."""

from typing import Protocol

from sqlalchemy import Engine, func, select

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.store.members import team_of, teams
from ccfloor.store.tables import agent_intervals
from ccfloor.store.viewer import Viewer


class Floor(Protocol):
    """What is asked of a service."""

    engine: Engine
    config: FloorConfig


def subjects(service: Floor, viewer: Viewer) -> list[Scope]:
    """Every team with its agents below it, then agents of no team, then the site; as the viewer may see them.

    Agents are those that the site's files name or that any interval is stored of.
    """
    config = service.config
    team = team_of(config)
    mine = viewer.seats(config)
    people = [name for seat in config.seats.values() for name in (seat.agent, *seat.others) if name]
    stored = stored_agents(service.engine, viewer)
    known = dict.fromkeys([*people, *stored])
    agents = [name for name in known if mine is None or name in mine]
    found: list[Scope] = []
    for one in teams(config, viewer):
        found.append(Scope("team", one))
        found += [Scope("agent", name) for name in agents if team.get(name) == one]
    found += [Scope("agent", name) for name in agents if not team.get(name)]
    return [*found, SITE] if found and mine is None and viewer.queues is None else found


def stored_agents(engine: Engine, viewer: Viewer) -> list[str]:
    """Every agent with any stored time: from one to the next by the key, however many rows there are."""
    if viewer.queues is not None:
        return []
    table, after = agent_intervals.c, agent_intervals.alias("after").c
    first = select(func.min(table.agent).label("agent")).where(table.site == viewer.site)
    every = first.cte("agents", recursive=True)
    following = select(func.min(after.agent)).where(after.site == viewer.site, after.agent > every.c.agent)
    every = every.union_all(select(following.scalar_subquery()).where(every.c.agent.is_not(None)))
    query = select(every.c.agent).where(every.c.agent.is_not(None))
    with engine.connect() as connection:
        return list(connection.scalars(query))
