"""How reviewers compare with who scored again and with each other; who worked and has no form; fatal forms.

Days: 20261122 as stored, both ends inclusive.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, FromClause, and_, func, or_, select
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from ccfloor.store.engine import by_value
from ccfloor.store.qa_scores import SUBMITTED, ScoreRow, row_of
from ccfloor.store.qa_sessions import LISTENED
from ccfloor.store.qa_sums import Days
from ccfloor.store.qa_tables import qa_revisions, qa_scores
from ccfloor.store.tables import agent_days

_AT_ONCE = 500  # forms in one condition
_t = qa_scores.c


class Against(NamedTuple):
    """A reviewer's score of something that another scored too."""

    reviewer: str
    own: float
    other: float


class Pair(NamedTuple):
    """Sums of one reviewer's forms of one agent by one form."""

    reviewer: str
    agent: str
    form: str
    forms: int
    points: float


def rechecked(
    connection: Connection, site: str, within: Sequence[ColumnElement[bool]], days: Days
) -> list[Against]:
    """Scores as they were handed in, each against the re-check of it that was handed in on these days."""
    was = qa_revisions.c
    join, second, told = _checked(site, within, days)
    join = join.outerjoin(qa_revisions, and_(was.site == site, was.score == _t.id, was.revision == 0))
    own = func.coalesce(was.points, _t.score)
    query = select(_t.reviewer, own, second.score).select_from(join).where(*told, own.is_not(None))
    return [Against(*row) for row in connection.execute(query.order_by(second.id))]


def checked(
    connection: Connection, site: str, within: Sequence[ColumnElement[bool]], days: Days
) -> list[tuple[ScoreRow, ScoreRow]]:
    """The same scores as they are now, with their re-checks."""
    join, second, told = _checked(site, within, days)
    both = connection.execute(select(_t.id, second.id).select_from(join).where(*told).order_by(second.id))
    pairs = [(first, again) for first, again in both]
    rows = _rows(connection, site, sorted({number for pair in pairs for number in pair}))
    return [(rows[first], rows[again]) for first, again in pairs]


def _checked(
    site: str, within: Sequence[ColumnElement[bool]], days: Days
) -> tuple[FromClause, ReadOnlyColumnCollection[str, Any], list[ColumnElement[bool]]]:
    """Forms that stand, with what was handed in of them again. ``within``: see ``qa_scores.seen_by``."""
    again = qa_scores.alias("again")
    second = again.c
    handed_in = (second.site == site, second.state == SUBMITTED, second.submitted_day.between(*days))
    found = [*handed_in, second.kind == "recheck", second.score.is_not(None)]
    found += [_t.site == site, _t.state == SUBMITTED, _t.kind.in_(LISTENED), *within]
    return again.join(qa_scores, second.original == _t.id), second, found


def _rows(connection: Connection, site: str, numbers: Sequence[int]) -> dict[int, ScoreRow]:
    found: dict[int, ScoreRow] = {}
    for first in range(0, len(numbers), _AT_ONCE):
        some = (_t.site == site, _t.id.in_(numbers[first : first + _AT_ONCE]))
        rows = connection.execute(select(qa_scores).where(*some)).mappings()
        found |= {row["id"]: row_of(row) for row in rows}
    return found


def pairs(connection: Connection, within: Sequence[ColumnElement[bool]]) -> list[Pair]:
    """What each reviewer gave each agent."""
    keys = (by_value(_t.reviewer), by_value(_t.agent), by_value(_t.form))
    query = select(*keys, func.count(), func.sum(_t.score)).where(*within, _t.score.is_not(None))
    return [
        Pair(row[0], row[1], row[2], row[3], float(row[4]))
        for row in connection.execute(query.group_by(*keys))
    ]


def worked(connection: Connection, site: str, days: Days) -> set[str]:
    """Agents who answered a call on one of the days: from one agent to the next, however many days."""
    one, after, there = agent_days.c, agent_days.alias("after").c, agent_days.alias("there")
    first = select(func.min(one.agent).label("agent")).where(one.site == site)
    every = first.cte("every_agent", recursive=True)
    following = select(func.min(after.agent)).where(after.site == site, after.agent > every.c.agent)
    every = every.union_all(select(following.scalar_subquery()).where(every.c.agent.is_not(None)))
    answered = select(there.c.day).where(
        there.c.site == site, there.c.agent == every.c.agent, there.c.day.between(*days), there.c.answered > 0
    )
    return set(connection.scalars(select(every.c.agent).where(answered.exists())))


def fatal_forms(connection: Connection, within: Sequence[ColumnElement[bool]], limit: int) -> list[int]:
    """Numbers of the forms with something fatal, of the latest calls first."""
    query = select(_t.id).where(*within, _t.fatal).order_by(_t.day.desc(), _t.id.desc()).limit(limit)
    return list(connection.scalars(query))


def low_forms(connection: Connection, within: Sequence[ColumnElement[bool]], limit: int) -> list[int]:
    """Numbers of the forms that did not pass, the lowest first."""
    failed = or_(_t.fatal, ~_t.passed)
    query = select(_t.id).where(*within, failed).order_by(_t.score, _t.day.desc(), _t.id.desc())
    return list(connection.scalars(query.limit(limit)))
