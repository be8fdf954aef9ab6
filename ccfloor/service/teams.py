"""Teams over time: what the site's files say is kept with the day, and people correct it for a reason.

A month that is over keeps its teams: whoever alters one says so expressly, and why.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import business_date, date_of, day_number, month_of
from ccfloor.kpi.teams import ALWAYS, Term, differ
from ccfloor.service.access.asking import asker_needs, asker_needs_whole
from ccfloor.service.audit import FILE, record
from ccfloor.service.people_log import PeopleError, Told, named, said, write
from ccfloor.store import team_terms
from ccfloor.store.engine import lock_site, writing
from ccfloor.store.imports import known_agents, retell
from ccfloor.store.members import team_of
from ccfloor.store.team_terms import TermRow, made_of, rows, taken_back, unsaid


class Decision(NamedTuple):
    """Who acts, why, when (UTC epoch seconds), and whether months that are over may be altered."""

    who: str
    why: str
    now: float
    closed: bool = False


def keep_teams(engine: Engine, config: FloorConfig, now: float) -> int:
    """Keep what the site's files say of teams, from the business day of ``now`` on; returns the changes.

    Writes only where they say something new.
    """
    with engine.connect() as connection:
        if not _unsaid(connection, config, now):
            return 0
    with writing(engine) as connection:
        lock_site(connection, config.site)
        new = _keep(connection, config, now)
        _log_files(connection, config, new, now)
        return len(new)


def move(
    engine: Engine, config: FloorConfig, agent: str, team: str, from_day: int, decision: Decision
) -> int:
    """Put an agent into a team from a day on, until his next term; returns the number of the row.

    ``team`` "": in none. Raises PeopleError: ``no_who``, ``no_why``, ``unknown_agent``, ``unknown_team``,
    ``same_team`` (it is so already), ``team_month_closed``.
    """
    asker_needs(Right.SETTINGS)
    asker_needs_whole()
    by, words = named(decision.who), said(decision.why)
    with writing(engine) as connection:
        lock_site(connection, config.site)
        new = _keep(connection, config, decision.now)
        told = rows(connection, config.site)
        _known(connection, config, told, agent, team)
        number = team_terms.append(
            connection, config.site, [Term(agent, from_day, team)], at=decision.now, who=by, why=words
        )
        if not _settle(connection, config, told, agent, decision):
            raise PeopleError("same_team")
        _log_files(connection, config, new, decision.now)
        before = made_of(told).team_on(agent, from_day)
        act = Told(Act.TEAM_MOVED, {"team": before}, _told(agent, team, from_day))
        _log(connection, config, number, "moved", by, words, decision.now, act)
    return number


def undo(engine: Engine, config: FloorConfig, number: int, decision: Decision) -> TermRow:
    """Take a row back: what counted before it counts again. Returns it.

    Raises PeopleError: ``no_who``, ``no_why``, ``unknown_move``, ``team_month_closed``. A row that takes one
    back can be taken back itself; what was first known of a site stays.
    """
    asker_needs(Right.SETTINGS)
    asker_needs_whole()
    by, words = named(decision.who), said(decision.why)
    with writing(engine) as connection:
        lock_site(connection, config.site)
        told = rows(connection, config.site)
        row = _standing(told, number)
        about = [Term(row.agent, row.from_day, row.team)]
        team_terms.append(connection, config.site, about, at=decision.now, who=by, why=words, undoes=number)
        _settle(connection, config, told, row.agent, decision)
        after = made_of(rows(connection, config.site)).team_on(row.agent, row.from_day)
        act = Told(Act.TEAM_UNDONE, {"team": row.team}, _told(row.agent, after, row.from_day))
        _log(connection, config, number, "undone", by, words, decision.now, act)
    return row


def _unsaid(connection: Connection, config: FloorConfig, now: float) -> list[Term]:
    today = day_number(business_date(config, now))
    return unsaid(connection, config, today, _month(config, now))


def _month(config: FloorConfig, now: float) -> int:
    """First day of the month that runs."""
    return day_number(month_of(config, now).day)


def _keep(connection: Connection, config: FloorConfig, now: float) -> list[Term]:
    told = rows(connection, config.site)
    new = _unsaid(connection, config, now)
    team_terms.append(connection, config.site, new, at=now)
    if told and new:
        # What came in of agents is added up for their teams as it is taken in: again from that day on.
        first = min(max(term.day, _month(config, now)) for term in new)
        retell(connection, config, first, None)
    return new


def _known(
    connection: Connection, config: FloorConfig, told: Sequence[TermRow], agent: str, team: str
) -> None:
    agents = {*(row.agent for row in told), *team_of(config), *known_agents(connection, config.site)}
    teams = {"", *(row.team for row in told), *(seat.team for seat in config.seats.values())}
    if agent not in agents:
        raise PeopleError("unknown_agent")
    if team not in teams:
        raise PeopleError("unknown_team")


def _standing(told: Sequence[TermRow], number: int) -> TermRow:
    """A row that counts and can be taken back."""
    gone = taken_back(told)
    found = next((row for row in told if row.id == number and number not in gone), None)
    if found is None or (not found.who and found.from_day == ALWAYS):
        raise PeopleError("unknown_move")
    return found


def _settle(
    connection: Connection, config: FloorConfig, told: Sequence[TermRow], agent: str, decision: Decision
) -> bool:
    """Whether anything is otherwise than before: then what came in of the agent is added up anew.

    Refuses what alters a month that is over and was not meant to.
    """
    days = differ(made_of(told), made_of(rows(connection, config.site)), agent)
    if days is None:
        return False
    if days[0] < _month(config, decision.now) and not decision.closed:
        raise PeopleError("team_month_closed")
    retell(connection, config, *days)
    return True


def _told(agent: str, team: str, from_day: int) -> dict[str, object]:
    """A term as the audit log tells it."""
    return {"agent": agent, "team": team, "from_day": None if from_day == ALWAYS else date_of(from_day)}


def _log_files(connection: Connection, config: FloorConfig, new: Sequence[Term], now: float) -> None:
    if not new:
        return
    after = {"teams": {term.agent: term.team for term in new}}
    record(connection, FILE, Act.TEAM_FILE, "site", None, after, "", now, site=config.site)


def _log(
    connection: Connection,
    config: FloorConfig,
    number: int,
    item: str,
    who: str,
    why: str,
    now: float,
    told: Told,
) -> None:
    write(connection, config.site, f"team/{number}", item, who, why, now, told=told)
