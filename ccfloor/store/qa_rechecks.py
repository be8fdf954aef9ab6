"""Forms that are looked at again, as stored: which there are, which were, and both beside each other."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, insert, select

from ccfloor.floor.config import FloorConfig
from ccfloor.store.qa_scores import DRAFT, SUBMITTED, ScoreRow, row_of, within_scope
from ccfloor.store.qa_sessions import LISTENED
from ccfloor.store.qa_tables import qa_recheck_draws, qa_samples, qa_scores
from ccfloor.store.viewer import Viewer

_t = qa_scores.c
_AT_ONCE = 500


class Scored(NamedTuple):
    """A form that was handed in. ``checked``: it was drawn to be looked at again, or has been. ``plan``: the
    one by which its call was drawn, "" where it was not.
    """

    id: int
    reviewer: str
    agent: str
    checked: bool
    plan: str


class RecheckDraw(NamedTuple):
    """A drawing as stored. ``month`` None: by hand. Days and months as stored: 20261122, 20261100."""

    id: int
    plan: str
    month: int | None
    first_day: int
    last_day: int
    share: float
    seed: str
    digest: str
    population: int
    picks: int
    at: float
    who: str
    why: str


def add_draw(connection: Connection, site: str, values: Mapping[str, Any]) -> int:
    """Keep a drawing; returns its number."""
    made = insert(qa_recheck_draws).values({"site": site, **values}).returning(qa_recheck_draws.c.id)
    return int(connection.execute(made).scalar_one())


def drawn_months(connection: Connection, site: str, plan: str) -> set[int]:
    """The months of which the program has drawn."""
    table = qa_recheck_draws.c
    query = select(table.month).where(table.site == site, table.plan == plan, table.month.is_not(None))
    return set(connection.scalars(query))


def draws(connection: Connection, site: str, limit: int) -> list[RecheckDraw]:
    """The drawings, the latest first."""
    table = qa_recheck_draws.c
    columns = (table[name] for name in RecheckDraw._fields)
    query = select(*columns).where(table.site == site).order_by(table.at.desc(), table.id.desc())
    return [RecheckDraw(*row) for row in connection.execute(query.limit(limit))]


def handed_in(
    connection: Connection, viewer: Viewer, config: FloorConfig, days: tuple[int, int]
) -> list[Scored]:
    """Forms of the viewer's scope that were handed in on these days and count: also those that are out of
    his sight while he looks at them again, since nothing is told of what they say.
    """
    again = qa_scores.alias("again")
    exists = select(again.c.id).where(
        again.c.site == _t.site, again.c.original == _t.id, again.c.state.in_((DRAFT, SUBMITTED))
    )
    columns = (_t.id, _t.reviewer, _t.agent, exists.exists().label("checked"), qa_samples.c.plan)
    query = select(*columns).select_from(qa_scores.outerjoin(qa_samples, _t.sample == qa_samples.c.id))
    query = query.where(
        *(_t.site == viewer.site, *within_scope(viewer, config)),
        *(_t.submitted_day.between(*days), _t.state == SUBMITTED, _t.kind.in_(LISTENED)),
    )
    found = connection.execute(query)
    return [Scored(row.id, row.reviewer, row.agent, bool(row.checked), row.plan or "") for row in found]


class Free(NamedTuple):
    """A re-check that nobody has taken. ``first``: who scored it first."""

    row: ScoreRow
    first: str


def untaken(connection: Connection, within: Sequence[ColumnElement[bool]]) -> list[Free]:
    """Re-checks of nobody, the oldest call first."""
    first = qa_scores.alias("first").c
    mine = (_t.kind == "recheck", _t.state == DRAFT, _t.reviewer == "")
    by = select(first.reviewer).where(first.id == _t.original).scalar_subquery()
    query = select(qa_scores, by.label("first")).where(*within, *mine).order_by(_t.call_at, _t.id)
    return [Free(row_of(row), row["first"] or "") for row in connection.execute(query).mappings()]


def standing(connection: Connection, site: str, numbers: Collection[int]) -> int:
    """How many of these forms count still and nobody is to score again."""
    wanted, found = sorted(numbers), 0
    again = qa_scores.alias("again").c
    taken = select(again.id).where(
        again.site == _t.site, again.original == _t.id, again.state.in_((DRAFT, SUBMITTED))
    )
    for first in range(0, len(wanted), _AT_ONCE):
        mine = (_t.site == site, _t.state == SUBMITTED, _t.id.in_(wanted[first : first + _AT_ONCE]))
        query = select(func.count()).select_from(qa_scores).where(*mine, ~taken.exists())
        found += connection.scalar(query) or 0
    return found


def rechecks(
    connection: Connection, within: Sequence[ColumnElement[bool]], originals: Collection[int]
) -> list[ScoreRow]:
    """Handed-in re-checks of these forms."""
    return _read(connection, [*within, _t.kind == "recheck", _t.state == SUBMITTED], _t.original, originals)


def scores(
    connection: Connection, within: Sequence[ColumnElement[bool]], numbers: Collection[int]
) -> dict[int, ScoreRow]:
    """These forms, by their number."""
    return {row.id: row for row in _read(connection, within, _t.id, numbers)}


def _read(
    connection: Connection,
    within: Sequence[ColumnElement[bool]],
    column: ColumnElement[int] | ColumnElement[int | None],
    numbers: Collection[int],
) -> list[ScoreRow]:
    wanted, found = sorted(set(numbers)), list[ScoreRow]()
    for first in range(0, len(wanted), _AT_ONCE):
        query = select(qa_scores).where(*within, column.in_(wanted[first : first + _AT_ONCE]))
        found += [row_of(row) for row in connection.execute(query.order_by(_t.id)).mappings()]
    return found
