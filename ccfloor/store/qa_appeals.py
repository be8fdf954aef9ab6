"""Appeals against scores, as stored: rows with their score, whose they are to read and whose to decide.

Who reads what is a condition of the query: an agent the own ones, others those of scores that they may read.
Who scored, and whose score it is, finds nothing among what is to be decided. Days: 20261122 as stored.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, RowMapping, func, insert, or_, select, update

from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.store import qa_scores
from ccfloor.store.qa_tables import qa_appeal_steps, qa_appeals, qa_revisions
from ccfloor.store.qa_tables import qa_scores as scores
from ccfloor.store.viewer import Viewer

RUNNING = ("filed", "escalated")  # somebody is to decide
UNDER_WAY = ("filed", "answered", "escalated", "decided")  # what may change by itself or by somebody
_MOST = 1000
_t, _s = qa_appeals.c, scores.c
_OF_SCORE = ("form", "version", "team", "queue", "day", "call_at", "submitted_day", "kind", "about")

Within = Sequence[ColumnElement[bool]]


class AppealRow(msgspec.Struct, frozen=True):
    """A stored appeal. ``items``: the questions, none for the form as a whole; ``at``: when it was filed.

    ``before``, ``after``: the score when it was filed and after the last decision. From ``form`` on: of the
    score it is about; ``score_state`` void: it was taken back, and there is nothing to decide any more.
    """

    id: int
    score: int
    agent: str
    filed_by: str
    reviewer: str
    answered_by: str
    items: list[str]
    text: str
    state: str
    decision: str
    forced: bool
    since_day: int
    due_day: int | None
    at: float
    before: float | None
    after: float | None
    form: str
    version: int
    team: str
    queue: str
    day: int
    call_at: float
    submitted_day: int
    kind: str
    about: str
    score_state: str


class StepRow(msgspec.Struct, frozen=True):
    """What was done to an appeal. ``who`` is empty where its time ran out."""

    appeal: int
    at: float
    day: int
    who: str
    step: str
    decision: str
    text: str


class Which(NamedTuple):
    """Which appeals; empty fields do not narrow. Filed in [first, last), UTC epoch seconds."""

    first: float = 0.0
    last: float = 0.0
    states: Sequence[str] = ()
    agent: str = ""
    reviewer: str = ""
    score: int = 0


# -- whose they are --------------------------------------------------------------------------------------


def readable(connection: Connection, viewer: Viewer, config: FloorConfig, me: str) -> Within:
    """What keeps a query of appeals to those that a viewer may read: the own, or of scores he may read.

    Raises Forbidden for who reads neither others' nor the own.
    """
    mine = _t.site == viewer.site
    if not viewer.may(Right.QA):
        viewer.needs(Right.OWN)
        return [mine, _t.agent.in_(sorted(viewer.own))]
    return [mine, *qa_scores.seen_by(connection, viewer, config, me)]


def decidable(connection: Connection, viewer: Viewer, config: FloorConfig, me: str) -> Within:
    """What keeps it to those of which a viewer may decide at all: never as reviewer, nor as the agent, nor as
    who corrected the score without an appeal, or whose re-check it was corrected by.

    Raises Forbidden for who decides nothing.
    """
    viewer.needs(Right.QA_DECIDE, Right.QA_LEADERSHIP)
    own = sorted({me, *viewer.own} - {""})
    no_party = (_t.reviewer.not_in(own), _t.filed_by.not_in(own), _t.agent.not_in(own)) if own else ()
    judged = [~_judged_by(me)] if me else []
    return [*readable(connection, viewer, config, me), *no_party, *judged, _s.state == qa_scores.SUBMITTED]


def _judged_by(me: str) -> ColumnElement[bool]:
    """Whether the score as it stands is somebody's: he corrected it, or it was corrected by his re-check."""
    by, again = qa_revisions.c, scores.alias("again").c
    alone = (by.site == _t.site, by.score == _t.score, by.appeal.is_(None))
    check = (again.site == _t.site, again.original == _t.score, again.kind == "recheck", again.reviewer == me)
    adopted = select(again.id).where(*check, again.submitted_at <= by.at).exists()
    return select(by.score).where(*alone, or_(by.who == me, adopted)).exists()


def appealable(connection: Connection, viewer: Viewer, config: FloorConfig, me: str) -> Within:
    """What keeps a query of scores to those that a viewer may appeal against: of his calls, by another.

    On an open floor nobody can tell whose they are: there it is whoever gives a name.
    """
    viewer.needs(Right.OWN)
    found = [*qa_scores.seen_by(connection, viewer, config, me), _s.state == qa_scores.SUBMITTED]
    found += [_s.kind.in_(qa_scores.COUNTING), _s.reviewer != me]
    if viewer.account or viewer.own:
        return [*found, _s.agent.in_(sorted(viewer.own))]
    return found


# -- reading ---------------------------------------------------------------------------------------------


def find(connection: Connection, number: int, within: Within) -> AppealRow | None:
    """One appeal, as far as a viewer may read it (``readable``) or decide of it (``decidable``)."""
    found = connection.execute(_joined().where(_t.id == number, *within)).mappings().first()
    return None if found is None else _row(found)


def listed(connection: Connection, which: Which, within: Within, limit: int = _MOST) -> list[AppealRow]:
    """Appeals, latest first."""
    query = _joined().where(*within, *_narrowed(which)).order_by(_t.at.desc(), _t.id.desc()).limit(limit)
    return [_row(row) for row in connection.execute(query).mappings()]


def of_score(connection: Connection, site: str, score: int) -> list[AppealRow]:
    """All appeals that there were against a score, oldest first."""
    query = _joined().where(_t.site == site, _t.score == score).order_by(_t.id)
    return [_row(row) for row in connection.execute(query).mappings()]


def running(connection: Connection, site: str, score: int) -> bool:
    """Whether somebody is to decide of an appeal against a score."""
    mine = (_t.site == site, _t.score == score, _t.state.in_(RUNNING))
    return connection.scalar(select(_t.id).where(*mine).limit(1)) is not None


def due_before(connection: Connection, site: str, day: int) -> list[AppealRow]:
    """Those whose time ran out before a day while nothing was done that stops their clock."""
    states = _t.state.in_(("filed", "answered"))
    query = _joined().where(_t.site == site, states, _t.due_day < day, _s.state == qa_scores.SUBMITTED)
    return [_row(row) for row in connection.execute(query.order_by(_t.id)).mappings()]


def steps(connection: Connection, site: str, appeals: Iterable[int]) -> list[StepRow]:
    """What was done to some appeals, in the order in which it was."""
    table = qa_appeal_steps.c
    wanted, found = sorted(set(appeals)), list[StepRow]()
    names = [table[name] for name in StepRow.__struct_fields__]
    for first in range(0, len(wanted), _MOST):
        mine = (table.site == site, table.appeal.in_(wanted[first : first + _MOST]))
        query = select(*names).where(*mine).order_by(table.appeal, table.at, table.id)
        found += [StepRow(*row) for row in connection.execute(query)]
    return found


def scored(connection: Connection, first: int, last: int, within: Within) -> dict[str, int]:
    """Reviewer → scores that were handed in on these days and count, of those a viewer may read."""
    counts = (_s.state == qa_scores.SUBMITTED, _s.kind.in_(qa_scores.COUNTING))
    days = (_s.submitted_day >= first, _s.submitted_day <= last)
    query = select(_s.reviewer, func.count()).where(*within, *counts, *days).group_by(_s.reviewer)
    return {str(who): int(count) for who, count in connection.execute(query)}


def _joined() -> Any:
    of_score = (_s[name] for name in _OF_SCORE)
    of_appeal = (_t[name] for name in AppealRow.__struct_fields__ if name in _t and name not in _OF_SCORE)
    both = qa_appeals.join(scores, _s.id == _t.score)
    return select(*of_appeal, *of_score, _s.state.label("score_state")).select_from(both)


def _narrowed(which: Which) -> list[ColumnElement[bool]]:
    found = [_t.at >= which.first] if which.first else []
    found += [_t.at < which.last] if which.last else []
    found += [_t.state.in_(which.states)] if which.states else []
    found += [_t.agent == which.agent] if which.agent else []
    found += [_t.reviewer == which.reviewer] if which.reviewer else []
    return [*found, *([_t.score == which.score] if which.score else [])]


def _row(found: RowMapping) -> AppealRow:
    values = {name: found[name] for name in AppealRow.__struct_fields__}
    return AppealRow(**values | {"items": msgspec.json.decode(found["items"] or "[]", type=list[str])})


# -- writing ---------------------------------------------------------------------------------------------


def add(connection: Connection, site: str, values: Mapping[str, Any]) -> int:
    """Keep a new appeal; returns its number."""
    told = {**values, "items": qa_scores.encoded(list(values["items"])), "site": site}
    made = insert(qa_appeals).values(told).returning(_t.id)
    return int(connection.execute(made).scalar_one())


def change(connection: Connection, site: str, number: int, values: Mapping[str, Any]) -> None:
    """Set columns of an appeal."""
    connection.execute(update(qa_appeals).where(_t.site == site, _t.id == number).values(dict(values)))


def add_step(connection: Connection, site: str, step: StepRow) -> None:
    """Keep what was done."""
    connection.execute(insert(qa_appeal_steps).values(site=site, **msgspec.structs.asdict(step)))
