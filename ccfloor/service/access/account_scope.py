"""What an account's scope may name, and what of it a change of role leaves as it was."""

from collections.abc import Collection
from enum import Enum
from typing import NamedTuple

from sqlalchemy import Connection, select

from ccfloor.access.rights import Role
from ccfloor.floor.config import FloorConfig
from ccfloor.store.accounts import Account, Names
from ccfloor.store.tables import agent_days, agent_intervals


class Kept(Enum):
    """A part of an account that nobody spoke of."""

    KEPT = "as it was"


KEPT = Kept.KEPT


class Scoped(NamedTuple):
    """A role with its scope. None as ``queues`` or ``teams``: all. ``agent``: whose results it shows."""

    role: Role
    queues: Names = None
    teams: Names = None
    agent: str = ""


def as_said(
    before: Account, role: Role, queues: Names | Kept, teams: Names | Kept, agent: str | Kept
) -> Scoped | None:
    """The scope after a change. None where it has to be said: an agent's account, which sees the own person
    alone, would come to see everybody by its new role.
    """
    own = before.role == Role.AGENT and role != Role.AGENT
    if own and queues is KEPT and teams is KEPT and before.queues is None and before.teams is None:
        return None
    return Scoped(
        role,
        before.queues if isinstance(queues, Kept) else queues,
        before.teams if isinstance(teams, Kept) else teams,
        before.agent if isinstance(agent, Kept) else agent.strip(),
    )


def fault_of(connection: Connection, config: FloorConfig, scope: Scoped, before: Account | None) -> str:
    """What is wrong with a scope, "" where nothing is; code of a sentence (``account.error.…``).

    What the account had before may stay, also where the site has it no more: that hides, and shows nothing.
    """
    had = (before.queues, before.teams) if before else (None, None)
    teams = {seat.team for seat in config.seats.values()} - {""}
    if scope.queues == frozenset() != had[0] or scope.teams == frozenset() != had[1]:
        return "no_scope"
    if not _among(scope.queues, config.queues, had[0]):
        return "unknown_queue"
    if not _among(scope.teams, teams, had[1]):
        return "unknown_team"
    agent, was = scope.agent, before.agent if before else ""
    known = agent in ("", was) or agent in names_of_agents(config) or _stored(connection, config, agent)
    return "" if known else "unknown_agent"


def _among(names: Names, known: Collection[str], had: Names) -> bool:
    return all(name in known or name in (had or ()) for name in names or ())


def names_of_agents(config: FloorConfig) -> frozenset[str]:
    """Everything that agents are called by the site's files."""
    seats = config.seats.values()
    return frozenset(name for one in seats for name in (one.seat, one.agent, *one.aliases, *one.others)) - {
        ""
    }


def _stored(connection: Connection, config: FloorConfig, agent: str) -> bool:
    """Whether anything is kept of an agent."""
    for table in (agent_intervals, agent_days):
        mine = (table.c.site == config.site, table.c.agent == agent)
        if connection.scalar(select(table.c.agent).where(*mine).limit(1)) is not None:
            return True
    return False
