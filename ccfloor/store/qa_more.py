"""What follows from scores, as stored: improvement plans, training needs, cases to learn from.

What writes takes the connection of a writing transaction. Days are stored as 20261122, instants as UTC epoch
seconds.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Table,
    and_,
    case,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.scope import Scope
from ccfloor.kpi.scope import scope as read_scope
from ccfloor.store.qa_scores import COUNTING, SUBMITTED, within_scope
from ccfloor.store.qa_tables import qa_cases, qa_improvements, qa_lines, qa_needs, qa_scores
from ccfloor.store.viewer import Viewer, queue_scope

_i, _n, _c, _l, _s = qa_improvements.c, qa_needs.c, qa_cases.c, qa_lines.c, qa_scores.c


class Improvement(msgspec.Struct, frozen=True):
    """A plan. ``measure``: a KPI's id or ``item:<form>:<item>``; ``target`` in its unit, shares as 0..1.

    ``state``: open | consolidated | changed | dropped; ``decision``: why. ``follows``: the plan it changed.
    """

    id: int
    scope: Scope
    goal: str
    measure: str
    target: float | None
    actions: str
    owner: str
    first_day: int
    last_day: int
    state: str
    decided_by: str
    decision: str
    decided_at: float | None
    follows: int | None
    who: str
    at: float


class Need(msgspec.Struct, frozen=True):
    """A training need. ``topic``: ``item:<form>:<item>``, an item's id, or words. ``score``: where it showed.

    ``state``: open | sent | done | dropped.
    """

    id: int
    agent: str
    topic: str
    text: str
    score: int | None
    state: str
    who: str
    at: float
    sent_at: float | None
    sent_to: str
    done_at: float | None
    done_by: str


class Case(msgspec.Struct, frozen=True):
    """A case: what a call teaches. ``good``: an example to follow; else one to avoid."""

    id: int
    score: int
    title: str
    text: str
    tags: tuple[str, ...]
    good: bool
    who: str
    at: float
    removed_at: float | None
    removed_by: str
    agent: str = ""
    queue: str = ""
    call_at: float = 0.0
    form: str = ""
    points: float | None = None


class Lost(NamedTuple):
    """What an agent lost on an item: in how many forms, points of those possible, and the latest of them."""

    agent: str
    form: str
    item: str
    forms: int
    times: int
    share: float
    score: int


# -- improvement plans -----------------------------------------------------------------------------------


def improvements(
    connection: Connection, viewer: Viewer, *, states: Collection[str] = (), scope: str = ""
) -> Iterator[Improvement]:
    """Plans of whom there are forms in the viewer's queues, and those that he made; the latest first.

    They are read as they are taken: who leaves some out has as many as he wants all the same.
    """
    within = [*_plans_of(viewer), *([_i.state.in_(sorted(states))] if states else [])]
    within += [_i.scope == scope] if scope else []
    query = select(qa_improvements).where(*within).order_by(_i.first_day.desc(), _i.id.desc())
    for row in connection.execute(query.execution_options(yield_per=200)).mappings():
        yield _improvement(row)


def improvement(connection: Connection, viewer: Viewer, number: int) -> Improvement | None:
    """One plan, if it is among those."""
    query = select(qa_improvements).where(*_plans_of(viewer), _i.id == number)
    found = connection.execute(query).mappings().first()
    return None if found is None else _improvement(found)


def _plans_of(viewer: Viewer) -> list[ColumnElement[bool]]:
    whole = viewer.queues is None or viewer.only is not None
    if whole:
        return [_i.site == viewer.site]
    of = (literal("agent:") + _s.agent, literal("team:") + _s.team)
    there = [_i.scope.in_(select(one).where(*_there(viewer))) for one in of]
    return [_i.site == viewer.site, or_(*there, *_own(viewer, _i.who))]


def _there(viewer: Viewer) -> list[ColumnElement[bool]]:
    return [_s.site == viewer.site, *queue_scope(viewer, _s.queue)]


def _own(viewer: Viewer, who: ColumnElement[str]) -> list[ColumnElement[bool]]:
    return [who == viewer.who] if viewer.who else []


def follower(connection: Connection, site: str, number: int) -> int | None:
    """The plan that follows one that was changed."""
    return connection.scalar(select(_i.id).where(_i.site == site, _i.follows == number))


def _improvement(row: RowMapping) -> Improvement:
    values = {name: row[name] for name in Improvement.__struct_fields__}
    return Improvement(**values | {"scope": read_scope(row["scope"])})


def item_days(
    connection: Connection,
    viewer: Viewer,
    config: FloorConfig,
    scope: Scope,
    item: tuple[str, str],
    days: tuple[int, int],
) -> dict[int, tuple[int, int, int]]:
    """Day → forms in which an item (form, id) applied, thousandths earned and possible: of an agent, a team
    or the site, as far as the viewer's scope goes.
    """
    mine: dict[str, list[ColumnElement[bool]]] = {
        "agent": [_s.agent == scope.name],
        "team": [_s.team == scope.name],
        "queue": [_s.queue == scope.name],
    }
    sums = (func.count(), func.sum(_l.earned_milli), func.sum(_l.possible_milli))
    query = select(_s.day, *sums).select_from(qa_scores.join(qa_lines, _l.score == _s.id))
    query = query.where(
        *(_s.site == viewer.site, *within_scope(viewer, config), *mine.get(scope.kind, [])),
        *(_s.state == SUBMITTED, _s.kind.in_(COUNTING), _s.day.between(*days)),
        *(_l.form == item[0], _l.item == item[1], _l.applies),
    )
    rows = connection.execute(query.group_by(_s.day))
    return {day: (int(forms), int(earned), int(possible)) for day, forms, earned, possible in rows}


# -- training needs ------------------------------------------------------------------------------------


def needs(
    connection: Connection,
    site: str,
    *,
    states: Collection[str] = (),
    agent: str = "",
    numbers: Collection[int] | None = None,
    within: Sequence[ColumnElement[bool]] = (),
    limit: int = 1000,
) -> list[Need]:
    """Needs, the latest first. ``within``: more conditions, see ``needs_within``."""
    within = [*within, _n.site == site, *([_n.state.in_(sorted(states))] if states else [])]
    within += [_n.agent == agent] if agent else []
    within += [_n.id.in_(sorted(numbers))] if numbers is not None else []
    query = select(qa_needs).where(*within).order_by(_n.at.desc(), _n.id.desc()).limit(limit)
    return [_need(row) for row in connection.execute(query).mappings()]


def needs_within(viewer: Viewer) -> list[ColumnElement[bool]]:
    """What keeps a query of needs to those that showed in the viewer's queues, and those that he entered:
    what came of no form concerns who has any there.
    """
    if viewer.queues is None or viewer.only is not None:
        return []
    ids, agents = (select(one).where(*_there(viewer)) for one in (_s.id, _s.agent))
    showed = or_(_n.score.in_(ids), and_(_n.score.is_(None), _n.agent.in_(agents)))
    return [or_(showed, *_own(viewer, _n.who))]


def _need(row: RowMapping) -> Need:
    return Need(**{name: row[name] for name in Need.__struct_fields__})


def lost(
    connection: Connection,
    within: Sequence[ColumnElement[bool]],
    days: tuple[int, int],
    least_times: int,
    least_share: float,
) -> list[Lost]:
    """Agents who lost points on the same item several times: those who lost the largest share first."""
    missed = _l.possible_milli - _l.earned_milli
    times = func.sum(_one(missed > 0))
    share = func.sum(missed) * 1.0 / func.nullif(func.sum(_l.possible_milli), 0)
    keys = (_s.agent, _l.form, _l.item)
    query = select(*keys, func.count(), times, share, func.max(_l.score))
    query = query.select_from(qa_scores.join(qa_lines, _l.score == _s.id)).where(
        *(*within, _s.state == SUBMITTED, _s.kind.in_(COUNTING), _s.day.between(*days)),
        *(_l.applies, _l.possible_milli > 0, _s.agent != ""),
    )
    query = query.group_by(*keys).having(times >= least_times, share >= least_share)
    rows = connection.execute(query.order_by(share.desc(), *keys))
    return [
        Lost(agent, form, item, int(forms), int(missed_in), float(part), int(score))
        for agent, form, item, forms, missed_in, part, score in rows
    ]


def _one(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


# -- cases ---------------------------------------------------------------------------------------------


def cases(
    connection: Connection,
    within: Sequence[ColumnElement[bool]],
    *,
    number: int | None = None,
    score: int | None = None,
    removed: bool = False,
    limit: int = 1000,
) -> list[Case]:
    """Cases of scores that may be read (``seen_by``), the latest first; a number's also when removed."""
    told = (_s.agent, _s.queue, _s.call_at, _s.form, _s.score.label("points"))
    query = select(qa_cases, *told).select_from(qa_cases.join(qa_scores, _c.score == _s.id))
    mine = [_c.site == _s.site, *within]
    mine += [_c.id == number] if number is not None else []
    mine += [_c.score == score] if score is not None else []
    mine += [] if removed or number is not None else [_c.removed_at.is_(None)]
    rows = connection.execute(query.where(*mine).order_by(_c.at.desc(), _c.id.desc()).limit(limit))
    return [_case(row) for row in rows.mappings()]


def _case(row: RowMapping) -> Case:
    values = {name: row[name] for name in Case.__struct_fields__}
    return Case(**values | {"tags": tuple(msgspec.json.decode(row["tags"] or "[]"))})


# -- writing -------------------------------------------------------------------------------------------


def add(connection: Connection, table: Table, site: str, values: Mapping[str, Any]) -> int:
    """Keep a new row of one of these tables; columns of text that are not given are empty."""
    empty = {name: "" for name in _TEXTS[table.name]}
    made = insert(table).values({**empty, **values, "site": site}).returning(table.c.id)
    return int(connection.execute(made).scalar_one())


def change(
    connection: Connection, table: Table, site: str, numbers: Collection[int], values: Mapping[str, Any]
) -> None:
    """Set columns of rows."""
    mine = (table.c.site == site, table.c.id.in_(sorted(numbers)))
    connection.execute(update(table).where(*mine).values(dict(values)))


_TEXTS = {
    qa_improvements.name: ("decided_by", "decision", "actions"),
    qa_needs.name: ("sent_to", "done_by", "text"),
    qa_cases.name: ("removed_by", "text"),
}
