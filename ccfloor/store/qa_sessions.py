"""Calibrations as stored: who is to score which call, who has, and what of it may be read.

What writes takes the connection of a writing transaction. Days are stored as 20261122, instants as UTC epoch
seconds.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    delete,
    insert,
    or_,
    select,
    update,
)

from ccfloor.store.qa_scores import COMPARING, DRAFT, SUBMITTED, Call, ScoreRow, row_of
from ccfloor.store.qa_tables import qa_revisions, qa_scores, qa_sessions
from ccfloor.store.viewer import Viewer, own_scope, queue_scope

OPEN, CLOSED, CALLED_OFF = "open", "closed", "called_off"
LISTENED = ("sample", "own", "lead")  # forms of people who score here
_t, _s = qa_sessions.c, qa_scores.c


class SessionRow(msgspec.Struct, frozen=True):
    """A session. ``day``: the business day on which it counts, 0 while it is open or where it was called off.

    ``outcome``: what came of it, or why it was called off.
    """

    id: int
    name: str
    form: str
    version: int
    source_id: int | None
    position: int | None
    about: str
    agent: str
    queue: str
    reference: str
    reviewers: tuple[str, ...]
    due_day: int
    who: str
    why: str
    at: float
    closed_at: float | None
    closed_by: str
    outcome: str
    day: int

    @property
    def call(self) -> Call | None:
        """The call's key; None where it is about something else."""
        return None if self.source_id is None or self.position is None else (self.source_id, self.position)

    @property
    def state(self) -> str:
        """open, closed or called_off."""
        return OPEN if self.closed_at is None else CLOSED if self.day else CALLED_OFF

    @property
    def everybody(self) -> tuple[str, ...]:
        """All who score."""
        return (self.reference, *self.reviewers)


# -- reading -------------------------------------------------------------------------------------------


def _mine(viewer: Viewer) -> list[ColumnElement[bool]]:
    queues = queue_scope(viewer, _t.queue)
    seen = [or_(_t.queue == "", *queues)] if queues and viewer.agents is None else queues
    return [_t.site == viewer.site, *seen, *own_scope(viewer, _t.agent)]


def find(connection: Connection, viewer: Viewer, number: int) -> SessionRow | None:
    """One session, as far as a viewer's queues and people go."""
    found = connection.execute(select(qa_sessions).where(*_mine(viewer), _t.id == number)).mappings().first()
    return None if found is None else _row(found)


def listed(
    connection: Connection,
    viewer: Viewer,
    *,
    days: tuple[int, int] | None = None,
    is_open: bool | None = None,
    limit: int = 500,
) -> list[SessionRow]:
    """Sessions, latest first. ``days``: on which they were closed, both inclusive."""
    within = _mine(viewer)
    within += [_t.day.between(*days), _t.day > 0] if days else []
    within += (
        [_t.closed_at.is_(None) if is_open else _t.closed_at.is_not(None)] if is_open is not None else []
    )
    query = select(qa_sessions).where(*within).order_by(_t.at.desc(), _t.id.desc()).limit(limit)
    return [_row(found) for found in connection.execute(query).mappings()]


def handed_in(connection: Connection, site: str, sessions: Collection[int]) -> dict[int, dict[str, float]]:
    """Session → who has handed in his form, and when: what he scored is not told."""
    found: dict[int, dict[str, float]] = defaultdict(dict)
    query = select(_s.session, _s.reviewer, _s.submitted_at).where(
        _s.site == site, _s.session.in_(sorted(sessions)), _s.state == SUBMITTED
    )
    for session, reviewer, at in connection.execute(query):
        found[session][reviewer] = float(at or 0.0)
    return found


def forms_of(
    connection: Connection, within: Sequence[ColumnElement[bool]], days: tuple[int, int]
) -> list[ScoreRow]:
    """The forms of all sessions that were closed on these days, as far as they may be read (``seen_by``)."""
    query = select(qa_scores).join(qa_sessions, _s.session == _t.id)
    query = query.where(*within, _t.site == _s.site, _t.day.between(*days), _t.day > 0)
    query = query.where(_s.state == SUBMITTED, _s.kind.in_(COMPARING)).order_by(_s.id)
    return [row_of(found) for found in connection.execute(query).mappings()]


def reviewers(
    connection: Connection, within: Sequence[ColumnElement[bool]], days: tuple[int, int]
) -> set[str]:
    """Who handed in forms that count on these days, as far as they may be read (``seen_by``)."""
    query = select(_s.reviewer).distinct().where(*within, _s.submitted_day.between(*days))
    return set(connection.scalars(query.where(_s.state == SUBMITTED, _s.kind.in_(LISTENED))))


def scorers_of(connection: Connection, site: str, call: Call) -> set[str]:
    """Who has scored a call already, or has begun to."""
    query = select(_s.reviewer).where(_s.site == site, _s.source_id == call[0], _s.position == call[1])
    return set(connection.scalars(query.where(_s.state.in_((DRAFT, SUBMITTED)))))


def scored_calls(connection: Connection, site: str, start: float, end: float) -> set[Call]:
    """The calls of [start, end) that anybody has scored or begun to."""
    query = select(_s.source_id, _s.position).where(_s.site == site, _s.call_at >= start, _s.call_at < end)
    query = query.where(_s.source_id.is_not(None), _s.state.in_((DRAFT, SUBMITTED)))
    return {(row.source_id, row.position) for row in connection.execute(query)}


def closed_day(connection: Connection, site: str, session: int | None) -> int:
    """The day on which a session counts; 0 for none."""
    if session is None:
        return 0
    return int(connection.scalar(select(_t.day).where(_t.site == site, _t.id == session)) or 0)


def first_answers(connection: Connection, site: str, scores: Collection[int]) -> dict[int, Mapping[str, Any]]:
    """Of scores that were corrected since: answers, points and fatal as they were handed in."""
    table = qa_revisions.c
    query = select(table.score, table.answers, table.points, table.fatal).where(
        table.site == site, table.revision == 0, table.score.in_(sorted(scores))
    )
    return {
        row.score: {
            "answers": msgspec.json.decode(row.answers, type=dict[str, str]),
            "score": row.points,
            "fatal": row.fatal,
        }
        for row in connection.execute(query)
    }


def _row(found: RowMapping) -> SessionRow:
    values = {name: found[name] for name in SessionRow.__struct_fields__}
    values["reviewers"] = tuple(msgspec.json.decode(found["reviewers"] or "[]"))
    return SessionRow(**values)


# -- writing -------------------------------------------------------------------------------------------


def add(connection: Connection, site: str, values: Mapping[str, Any]) -> int:
    """Keep a new session; returns its number."""
    empty: dict[str, Any] = {"source_id": None, "position": None, "closed_at": None, "day": 0}
    empty |= dict.fromkeys(("about", "agent", "queue", "closed_by", "outcome"), "")
    made = insert(qa_sessions).values({**empty, **values, "site": site}).returning(_t.id)
    return int(connection.execute(made).scalar_one())


def change(connection: Connection, site: str, number: int, values: Mapping[str, Any]) -> None:
    """Set columns of a session."""
    connection.execute(update(qa_sessions).where(_t.site == site, _t.id == number).values(dict(values)))


def drop_drafts(connection: Connection, site: str, session: int, names: Collection[str] = ()) -> list[str]:
    """Let go of what was begun in a session, of these people or of all; returns whose it was."""
    mine = [_s.site == site, _s.session == session, _s.state == DRAFT]
    mine += [_s.reviewer.in_(sorted(names))] if names else []
    whose = sorted(connection.scalars(select(_s.reviewer).where(*mine)))
    if whose:
        connection.execute(delete(qa_scores).where(*mine))
    return whose
