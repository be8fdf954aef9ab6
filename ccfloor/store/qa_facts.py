"""What the own forms add up to, day by day: parts of KPIs' facts, and sums of each item.

KPIs are made of forms of calls that were drawn by chance (see ``qa_sums.picked``) and of nothing else: what
was looked for or chosen says nothing of the floor. Whether a quota was met is told by samples alone.
Always made anew from all scores that count on a day, so that it depends on no order. What is told of a week
stands on its last day, of a calibration on the day on which it was closed. What writes takes the connection
of a writing transaction.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    case,
    delete,
    func,
    insert,
    literal,
    literal_column,
    select,
    update,
)

from ccfloor.kpi.period import date_of, day_number
from ccfloor.kpi.rollup import Part
from ccfloor.kpi.teams import Terms
from ccfloor.store.engine import by_value
from ccfloor.store.qa_scores import COUNTING, SUBMITTED
from ccfloor.store.qa_sums import picked
from ccfloor.store.qa_tables import qa_item_days, qa_lines, qa_samples, qa_scores, qa_sessions
from ccfloor.store.tables import agent_days, kpi_facts

OWN = 0  # in place of an import's number
LEAST_A_WEEK = 3  # samples of an agent that are scored, as the KPI of the quota says
FORMS = ("qa.forms", "qa.points", "qa.passed", "qa.fatal", "qa.polite", "qa.polite_asked")
ENTRIES = ("checks.entries", "checks.correct")
WEEKS = ("qa.agents_due", "qa.agents_sampled")
SESSIONS = ("qa.calibrated", "qa.drift_points")
DATASETS = ("qa", "checks", "sampling")  # whose fields these are
_t = qa_scores.c

Told = tuple[int, str, Part]  # day, field, what is added to it


def own_parts(
    connection: Connection, site: str, fields: Collection[str], days: Sequence[int], teams: Terms
) -> Iterator[Told]:
    """What the own forms add to these fields on these days."""
    wanted = frozenset(fields)
    if wanted & {*FORMS, *ENTRIES}:
        yield from (told for told in _of_forms(connection, site, days) if told[1] in wanted)
    if wanted & {*WEEKS}:
        yield from _of_weeks(connection, site, days, teams)
    if wanted & {*SESSIONS}:
        yield from _of_sessions(connection, site, days)


def own_days(connection: Connection, site: str, first: int, before: int | None) -> set[int]:
    """The days from ``first`` to the one before ``before`` of which the own forms tell anything."""
    found: set[int] = set()
    for column, within in (
        (_t.day, _counting(site)),
        (kpi_facts.c.day, [kpi_facts.c.site == site, kpi_facts.c.import_id == OWN]),
        (qa_item_days.c.day, [qa_item_days.c.site == site]),
        (qa_sessions.c.day, [qa_sessions.c.site == site, qa_sessions.c.day > 0]),
    ):
        until = [column < before] if before is not None else []
        found |= set(connection.scalars(select(column).distinct().where(*within, column >= first, *until)))
    ends = set(map(week_end, found))
    return found | {end for end in ends if before is None or end < before}


def week_end(day: int) -> int:
    """The last day of the ISO week of a day."""
    date = date_of(day)
    return day_number(date + timedelta(days=6 - date.weekday()))


def _counting(site: str) -> list[ColumnElement[bool]]:
    return [_t.site == site, _t.state == SUBMITTED, _t.kind.in_(COUNTING)]


# -- forms -------------------------------------------------------------------------------------------


def _of_forms(connection: Connection, site: str, days: Sequence[int]) -> Iterator[Told]:
    columns = (_t.day, _t.queue, _t.team, _t.agent, _t.score, _t.passed, _t.fatal, _t.polite, _t.record)
    query = select(*columns, _t.kind, _t.sample, qa_samples.c.reason)
    query = query.select_from(qa_scores.outerjoin(qa_samples, _t.sample == qa_samples.c.id))
    for row in connection.execute(query.where(*_counting(site), _t.day.in_(days))):
        if picked(row.kind, row.sample, row.reason) != "random":
            continue
        told: dict[str, float] = {"qa.forms": 1, "qa.points": row.score or 0.0}
        told |= {"qa.passed": int(row.passed), "qa.fatal": int(row.fatal)}
        if row.polite is not None:
            told |= {"qa.polite": row.polite, "qa.polite_asked": 1}
        if row.record is not None:
            told |= {"checks.entries": 1, "checks.correct": row.record}
        for field, value in told.items():
            yield row.day, field, Part(value, OWN, False, row.queue, row.team, row.agent)


# -- weeks -------------------------------------------------------------------------------------------


def due_weeks(connection: Connection, site: str) -> list[int]:
    """The last days of weeks that are over and of which nothing is told yet, since calls are drawn."""
    first = _drawn_since(connection, site)
    latest = connection.scalar(select(func.max(agent_days.c.day)).where(agent_days.c.site == site))
    if first is None or latest is None:
        return []
    facts = kpi_facts.c
    mine = (facts.site == site, facts.field == WEEKS[0])
    told = set(connection.scalars(select(facts.day).distinct().where(*mine)))
    return [end for end in _week_ends(first, latest) if end not in told and _worked(connection, site, end)]


def _drawn_since(connection: Connection, site: str) -> int | None:
    """The day of the first call that was drawn or made a sample; None: there is no plan at work."""
    first: int | None = connection.scalar(select(func.min(qa_samples.c.day)).where(qa_samples.c.site == site))
    return first


def _week_ends(first: int, latest: int) -> Iterator[int]:
    end = week_end(first)
    while end < latest:
        yield end
        end = day_number(date_of(end) + timedelta(days=7))


def _of_weeks(connection: Connection, site: str, days: Sequence[int], teams: Terms) -> Iterator[Told]:
    """Who worked in the weeks that end on these days and are over; of whom samples enough were scored."""
    ends = [day for day in days if day % 100 and week_end(day) == day]
    begun = _drawn_since(connection, site) if ends else None
    latest = connection.scalar(select(func.max(agent_days.c.day)).where(agent_days.c.site == site))
    for end in ends:
        if begun is None or latest is None or not week_end(begun) <= end < latest:
            continue
        scored = _scored(connection, site, end)
        for agent in sorted(_worked(connection, site, end)):
            team = teams.team_on(agent, end)
            yield end, WEEKS[0], Part(1.0, OWN, False, team=team)
            yield end, WEEKS[1], Part(float(scored.get(agent, 0) >= LEAST_A_WEEK), OWN, False, team=team)


def _week(end: int) -> tuple[int, int]:
    return day_number(date_of(end) - timedelta(days=6)), end


def _worked(connection: Connection, site: str, end: int) -> set[str]:
    """Agents who answered a call in the week."""
    table = agent_days.c
    within = (table.site == site, table.day.between(*_week(end)), table.answered > 0)
    return set(connection.scalars(select(table.agent).distinct().where(*within)))


def _scored(connection: Connection, site: str, end: int) -> dict[str, int]:
    """Agent → samples of the week's calls that are scored, of one plan and by one kind of reviewer."""
    table = qa_samples.c
    keys = (by_value(_t.agent), by_value(table.plan), by_value(table.by))
    query = select(*keys, func.count()).select_from(qa_scores.join(qa_samples, _t.sample == table.id))
    query = query.where(*_counting(site), _t.day.between(*_week(end))).group_by(*keys)
    found: dict[str, int] = {}
    for agent, _, _, number in connection.execute(query):
        found[agent] = max(found.get(agent, 0), number)
    return found


# -- calibrations ------------------------------------------------------------------------------------


class _Scored(NamedTuple):
    day: int
    kind: str
    score: float


def _of_sessions(connection: Connection, site: str, days: Sequence[int]) -> Iterator[Told]:
    """Of each closed calibration how far its scores are from the reference."""
    table = qa_sessions.c
    query = select(_t.session, table.day, _t.kind, _t.score)
    query = query.select_from(qa_scores.join(qa_sessions, _t.session == table.id))
    within = (table.site == site, table.day.in_([day for day in days if day]), table.closed_at.is_not(None))
    mine = (_t.site == site, _t.state == SUBMITTED, _t.score.is_not(None))
    found: dict[int, list[_Scored]] = defaultdict(list)
    for session, *row in connection.execute(query.where(*within, *mine).order_by(_t.id)):
        found[session].append(_Scored(*row))
    for rows in found.values():
        reference = next((row.score for row in rows if row.kind == "reference"), None)
        others = [row for row in rows if row.kind == "calibration"]
        if reference is not None and others:
            apart = sum(abs(row.score - reference) for row in others)
            yield others[0].day, SESSIONS[0], Part(float(len(others)), OWN, False)
            yield others[0].day, SESSIONS[1], Part(apart, OWN, False)


# -- items -------------------------------------------------------------------------------------------


def recount_items(connection: Connection, site: str, days: Sequence[int]) -> None:
    """Make the sums of each item anew on these days: of the site, of queues and teams."""
    table = qa_item_days.c
    connection.execute(delete(qa_item_days).where(table.site == site, table.day.in_(days)))
    scopes: tuple[tuple[ColumnElement[Any], list[ColumnElement[bool]]], ...] = (
        (literal("site"), []),
        (literal("queue:").concat(_t.queue), [_t.queue != ""]),
        (literal("team:").concat(_t.team), [_t.team != ""]),
    )
    for scope, named in scopes:
        rows = _items(site, days, scope, named)
        connection.execute(insert(qa_item_days).from_select([column.name for column in table], rows))


def _items(
    site: str, days: Sequence[int], scope: ColumnElement[Any], named: Iterable[ColumnElement[bool]]
) -> Any:
    line = qa_lines.c
    full = line.applies & (line.earned_milli == line.possible_milli) & ~line.fatal
    keys = (scope, line.day, line.form, line.item)
    sums = (
        func.count(),
        _number(line.applies),
        _number(full),
        _number(line.fatal),
        func.sum(case((line.applies, line.earned_milli), else_=0)),
        func.sum(case((line.applies, line.possible_milli), else_=0)),
    )
    query = select(literal(site), *keys, *sums)
    query = query.select_from(qa_lines.join(qa_scores, line.score == _t.id))
    query = query.where(line.site == site, line.day.in_(days), *_counting(site), *named)
    places = [
        literal_column(str(place), Integer) for place in range(2, 6)
    ]  # parameters differ, places do not
    return query.group_by(*places)


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


# -- teams -------------------------------------------------------------------------------------------


def move_teams(connection: Connection, site: str, teams: Terms, first: int, before: int | None) -> set[int]:
    """Say anew of scores and samples which team their agents were in on the day; returns the days touched."""
    touched: set[int] = set()
    for table in (qa_scores, qa_samples):
        column = table.c
        until = [column.day < before] if before is not None else []
        within = (column.site == site, column.day >= first, *until)
        told = select(column.agent, column.day, column.team).distinct().where(*within, column.agent != "")
        for agent, day, team in connection.execute(told).all():
            now = teams.team_on(agent, day)
            if now != team:
                same = (column.site == site, column.agent == agent, column.day == day, column.team == team)
                connection.execute(update(table).where(*same).values(team=now))
                touched.add(day)
    return touched
