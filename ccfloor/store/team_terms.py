"""Dated membership of teams as stored, and what of it the site's files do not say yet.

Rows are only added. Of an agent's rows that are not taken back the one of the latest day that has come
counts. What the files say is kept beside what people decide: it is compared with the last that they said,
so that a correction stands until the files change again.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, Engine, insert, select

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.teams import ALWAYS, Term, Terms
from ccfloor.store.members import team_of
from ccfloor.store.tables import agent_days, kpi_facts, team_terms

_table = team_terms.c


class _Cached(NamedTuple):
    stamp: tuple[int, float]
    config: FloorConfig | None  # whose teams they are, where nothing is stored
    terms: Terms


_cache: dict[tuple[str, str], _Cached] = {}


class TermRow(NamedTuple):
    """A row. ``who`` "": what the files said; ``undoes``: the row that this one takes back."""

    id: int
    agent: str
    from_day: int
    team: str
    at: float
    who: str
    why: str
    undoes: int | None


def terms(connection: Connection, config: FloorConfig, site: str = "") -> Terms:
    """Who was in which team when. Read again only when anything was added; before that the files' teams."""
    site = site or config.site
    query = select(_table.id, _table.at).where(_table.site == site).order_by(_table.id.desc()).limit(1)
    last = connection.execute(query).first()
    key, stamp = (str(connection.engine.url), site), (last.id, last.at) if last else (0, 0.0)
    found = _cache.get(key)
    if found is None or found.stamp != stamp or not (last or found.config is config):
        made = made_of(rows(connection, site)) if last else Terms.always(team_of(config))
        found = _cache[key] = _Cached(stamp, None if last else config, made)
    return found.terms


def terms_of(engine: Engine, config: FloorConfig) -> Terms:
    """The same for who has no connection."""
    with engine.connect() as connection:
        return terms(connection, config)


def rows(connection: Connection, site: str) -> list[TermRow]:
    """Everything stored of a site, in the order of its making."""
    query = select(*(_table[name] for name in TermRow._fields)).where(_table.site == site)
    return [TermRow(*row) for row in connection.execute(query.order_by(_table.id))]


def taken_back(told: Iterable[TermRow]) -> set[int]:
    """Rows that do not count any more. Taking back may itself be taken back."""
    gone: set[int] = set()
    for row in sorted(told, key=lambda row: row.id, reverse=True):
        if row.undoes is not None and row.id not in gone:
            gone.add(row.undoes)
    return gone


def made_of(told: Iterable[TermRow]) -> Terms:
    """The membership that rows tell."""
    told = list(told)
    gone = taken_back(told)
    counting = (row for row in told if row.undoes is None and row.id not in gone)
    return Terms(Term(row.agent, row.from_day, row.team) for row in counting)


def append(
    connection: Connection,
    site: str,
    told: Iterable[Term],
    *,
    at: float,
    who: str = "",
    why: str = "",
    undoes: int | None = None,
) -> int:
    """Add rows; returns the number of the last one (0 for none)."""
    number = 0
    for term in told:
        values = {"site": site, "agent": term.agent, "from_day": term.day, "team": term.team}
        more = {"at": at, "who": who, "why": why, "undoes": undoes}
        made = insert(team_terms).values({**values, **more}).returning(_table.id)
        number = int(connection.execute(made).scalar_one())
    return number


def unsaid(connection: Connection, config: FloorConfig, today: int, month: int) -> list[Term]:
    """What the site's files say of teams now and no row of theirs says yet.

    ``today``: the business day from which a change counts; ``month``: first day of the month that runs. The
    first that is ever known of a site counts from the beginning; so does an agent's first team, if no month
    that is over has any figures of him: none is altered by it. Files that name no seat say nothing of teams.
    """
    if not config.seats:
        return []
    said = [row for row in rows(connection, config.site) if not row.who and row.undoes is None]
    last = {row.agent: row for row in said}
    now = team_of(config)
    new = {agent: team for agent, team in now.items() if agent not in last}
    known = _with_past(connection, config.site, new, month) if said and new else set[str]()
    found = [Term(agent, today if agent in known else ALWAYS, team) for agent, team in new.items()]
    for agent, row in last.items():
        team = now.get(agent, "")
        if team != row.team:
            found.append(Term(agent, max(today, row.from_day), team))
    return found


def _with_past(connection: Connection, site: str, agents: Mapping[str, str], month: int) -> set[str]:
    """Those of whom a day before the month has any figures."""
    days, facts = agent_days.c, kpi_facts.c
    return {
        agent
        for agent in agents
        if connection.scalar(
            select(days.day).where(days.site == site, days.agent == agent, days.day < month).limit(1)
        )
        or connection.scalar(
            select(facts.day)
            .where(facts.site == site, facts.scope == f"agent:{agent}", facts.day < month // 100 * 100)
            .limit(1)
        )
    }
