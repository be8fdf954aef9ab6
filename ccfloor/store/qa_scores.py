"""Forms that were filled in, as stored: rows, whose they are to read, their items and what they were before.

Blind: who is to score a call reads nothing that others said of it, and nobody reads another's draft. What
writes takes the connection of a writing transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from ccfloor.access.rights import Right, Role
from ccfloor.floor.config import FloorConfig
from ccfloor.store.qa_tables import qa_lines, qa_revisions, qa_samples, qa_scores, qa_sessions
from ccfloor.store.viewer import Viewer, own_scope, queue_scope

DRAFT, SUBMITTED, VOID = "draft", "submitted", "void"
COUNTING = ("sample", "own", "lead", "dial_test", "import")  # what counts in figures, and the agent reads
COMPARING = ("calibration", "reference")  # blind until their session is closed
KINDS = (*COUNTING, "recheck", *COMPARING)
_SEARCHED = 500  # calls in one condition
_t = qa_scores.c

Call = tuple[int, int]  # source and position
Comment = tuple[float | None, str]  # second of the recording, words
Comments = dict[str, list[Comment]]  # item, "" for the form as a whole → what is said of it


class ScoreRow(msgspec.Struct, frozen=True):
    """A stored score. Instants are UTC epoch seconds, days those of the business calendar.

    ``polite``, ``record``: 1 or 0, None where the form does not ask. ``revision``: corrections so far.
    """

    id: int
    kind: str
    form: str
    version: int
    sample: int | None
    session: int | None
    original: int | None
    source_id: int | None
    position: int | None
    about: str
    agent: str
    team: str
    queue: str
    call_at: float
    day: int
    reviewer: str
    state: str
    answers: dict[str, str]
    comments: Comments
    summary: str
    score: float | None
    passed: bool
    fatal: bool
    polite: int | None
    record: int | None
    listened_s: int
    tell_now: bool
    revision: int
    began_at: float
    saved_at: float
    submitted_at: float | None
    submitted_day: int
    seen_at: float | None
    seen_words: str

    @property
    def call(self) -> Call | None:
        """The call's key; None where it is about something else."""
        return None if self.source_id is None or self.position is None else (self.source_id, self.position)

    @property
    def counts(self) -> bool:
        """Whether it is among the figures."""
        return self.state == SUBMITTED and self.kind in COUNTING


class LineRow(NamedTuple):
    """What an item of a score came to, in thousandths of a point."""

    item: str
    applies: bool
    earned_milli: int
    possible_milli: int
    fatal: bool


class Revision(NamedTuple):
    """What a score was before a correction. ``appeal``: the one that led to it."""

    revision: int
    at: float
    who: str
    why: str
    appeal: int | None
    answers: dict[str, str]
    comments: Comments
    points: float | None
    passed: bool
    fatal: bool


class Wanted(NamedTuple):
    """Which scores; empty fields do not narrow. Days are those of the calls, both inclusive."""

    first: int = 0
    last: int = 99991231
    agent: str = ""
    team: str = ""
    queue: str = ""
    reviewer: str = ""
    form: str = ""
    kinds: Sequence[str] = ()
    states: Sequence[str] = (SUBMITTED,)
    sample: int | None = None
    session: int | None = None
    original: int | None = None
    call: Call | None = None


# -- whose they are to read --------------------------------------------------------------------------


def seen_by(
    connection: Connection, viewer: Viewer, config: FloorConfig, me: str
) -> list[ColumnElement[bool]]:
    """What keeps a query of scores to those that a viewer may read: those of his scope, and all of his own
    calls. ``me``: the name under which he scores.

    Raises Forbidden for who reads neither others' nor the own.
    """
    site = _t.site == viewer.site
    own = [_t.agent.in_(sorted(viewer.own)), _t.state == SUBMITTED, _t.kind.in_(COUNTING)]
    if not viewer.may(Right.QA):
        viewer.needs(Right.OWN)
        return [site, *own]
    scope = within_scope(viewer, config)
    if viewer.role == Role.SYSTEM:
        return [site, *scope]
    others = and_(*_of_others(connection, viewer.site, me))
    read = and_(*scope, or_(_t.reviewer == me, others) if me else others)
    return [site, or_(read, and_(*own)) if viewer.own else read]


def mine_of(site: str) -> ColumnElement[bool]:
    """What keeps a query of scores to a site."""
    return _t.site == site


def within_scope(viewer: Viewer, config: FloorConfig) -> list[ColumnElement[bool]]:
    """What keeps a query of scores to the viewer's queues, teams and people, whatever else he may read."""
    return [*queue_scope(viewer, _t.queue), *own_scope(viewer, _t.agent), *_teams(viewer, config)]


def _teams(viewer: Viewer, config: FloorConfig) -> list[ColumnElement[bool]]:
    """Scores of days on which the agent was in a team of his, and all of who is in one today."""
    if viewer.teams is None:
        return []
    seats = sorted(viewer.seats(config) or ())
    return [or_(_t.team.in_(sorted(viewer.teams)), _t.agent.in_(seats))]


def _of_others(connection: Connection, site: str, me: str) -> list[ColumnElement[bool]]:
    """What others scored, as one may read it who has calls to score himself."""
    closed = select(qa_sessions.c.id).where(qa_sessions.c.site == site, qa_sessions.c.closed_at.is_not(None))
    found = [_t.state != DRAFT, or_(_t.kind.not_in(COMPARING), _t.session.in_(closed))]
    hidden = sorted(to_score(connection, site, me))
    for first in range(0, len(hidden), _SEARCHED):
        some = tuple_(_t.source_id, _t.position).in_(hidden[first : first + _SEARCHED])
        found.append(or_(_t.source_id.is_(None), ~some))
    if not me:
        return found
    mine = select(_t.original).where(_t.site == site, _t.reviewer == me, _t.state == DRAFT)
    originals = list(connection.scalars(mine.where(_t.original.is_not(None))))
    return [*found, _t.id.not_in(originals)] if originals else found


def to_score(connection: Connection, site: str, me: str) -> set[Call]:
    """The calls that somebody still has to score: samples, own drafts, calibrations that are open."""
    if not me:
        return set()
    samples, sessions = qa_samples.c, qa_sessions.c
    asked = [
        select(samples.source_id, samples.position).where(
            samples.site == site, samples.reviewer == me, samples.state == "open"
        ),
        select(_t.source_id, _t.position).where(
            _t.site == site, _t.reviewer == me, _t.state == DRAFT, _t.source_id.is_not(None)
        ),
    ]
    found = {(row.source_id, row.position) for query in asked for row in connection.execute(query)}
    opened = select(
        sessions.id, sessions.source_id, sessions.position, sessions.reference, sessions.reviewers
    )
    within = (sessions.site == site, sessions.closed_at.is_(None), sessions.source_id.is_not(None))
    done = select(_t.session).where(_t.site == site, _t.reviewer == me, _t.state == SUBMITTED)
    finished = set(connection.scalars(done.where(_t.session.is_not(None))))
    for row in connection.execute(opened.where(*within)):
        if row.id not in finished and me in (row.reference, *msgspec.json.decode(row.reviewers or "[]")):
            found.add((row.source_id, row.position))
    return found


# -- reading -----------------------------------------------------------------------------------------


def find(
    connection: Connection, number: int, within: Sequence[ColumnElement[bool]], *, held: bool = False
) -> ScoreRow | None:
    """One score, as far as a viewer may read it (``seen_by``). ``held``: nobody else changes it until the end
    of the transaction.
    """
    query = select(qa_scores).where(_t.id == number, *within)
    found = connection.execute(query.with_for_update() if held else query).mappings().first()
    return None if found is None else row_of(found)


def find_draft(connection: Connection, site: str, me: str, values: Mapping[str, Any]) -> ScoreRow | None:
    """The draft that somebody has begun of something: the columns that say of what."""
    same = [_t[name].is_(None) if value is None else _t[name] == value for name, value in values.items()]
    query = select(qa_scores).where(_t.site == site, _t.reviewer == me, _t.state == DRAFT, *same)
    found = connection.execute(query.order_by(_t.id)).mappings().first()
    return None if found is None else row_of(found)


def listed(
    connection: Connection,
    wanted: Wanted,
    within: Sequence[ColumnElement[bool]],
    limit: int,
    below: tuple[float, int] | None = None,
) -> list[ScoreRow]:
    """Scores of what is wanted, those of the latest calls first, behind (instant of the call, id)."""
    further = [tuple_(_t.call_at, _t.id) < below] if below else []
    query = select(qa_scores).where(*within, *narrowed(wanted), *further)
    rows = connection.execute(query.order_by(_t.call_at.desc(), _t.id.desc()).limit(limit)).mappings()
    return [row_of(row) for row in rows]


class LatestScores(NamedTuple):
    """Scores of the latest calls, and how many there are in all."""

    rows: list[ScoreRow]
    total: int


def latest(connection: Connection, within: Sequence[ColumnElement[bool]], limit: int) -> LatestScores:
    """Scores that meet all conditions, those of the latest calls first."""
    total = connection.scalar(select(func.count()).select_from(qa_scores).where(*within)) or 0
    query = select(qa_scores).where(*within).order_by(_t.call_at.desc(), _t.id.desc()).limit(limit)
    return LatestScores([row_of(row) for row in connection.execute(query).mappings()], total)


def narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    """The conditions of what is wanted."""
    found = [_t.day >= wanted.first, _t.day <= wanted.last]
    for name in ("agent", "team", "queue", "reviewer", "form", "sample", "session", "original"):
        value = getattr(wanted, name)
        if value not in ("", None):
            found.append(_t[name] == value)
    found += [_t.kind.in_(wanted.kinds)] if wanted.kinds else []
    found += [_t.state.in_(wanted.states)] if wanted.states else []
    if wanted.call is not None:
        found += [_t.source_id == wanted.call[0], _t.position == wanted.call[1]]
    return found


def lines(connection: Connection, number: int) -> list[LineRow]:
    """What the items of a score that counts came to."""
    table = qa_lines.c
    query = select(*(table[name] for name in LineRow._fields)).where(table.score == number)
    return [LineRow(*row) for row in connection.execute(query)]


def revisions(connection: Connection, site: str, number: int) -> list[Revision]:
    """What a score was before its corrections, oldest first."""
    table = qa_revisions.c
    query = select(*(table[name] for name in Revision._fields)).where(table.site == site)
    rows = connection.execute(query.where(table.score == number).order_by(table.revision))
    found = (dict(row) for row in rows.mappings())
    return [
        Revision(
            **row | {"answers": msgspec.json.decode(row["answers"]), "comments": comments_of(row["comments"])}
        )
        for row in found
    ]


def corrected(connection: Connection, site: str, numbers: Sequence[int]) -> dict[int, float]:
    """Score → when it was corrected last without an appeal (UTC epoch seconds), of those that were."""
    table, found = qa_revisions.c, dict[int, float]()
    for first in range(0, len(numbers), _SEARCHED):
        mine = (table.score.in_(numbers[first : first + _SEARCHED]), table.appeal.is_(None))
        query = select(table.score, func.max(table.at)).where(table.site == site, *mine)
        found |= {score: at for score, at in connection.execute(query.group_by(table.score))}
    return found


def row_of(found: RowMapping) -> ScoreRow:
    """A row as read."""
    values = {name: found[name] for name in ScoreRow.__struct_fields__}
    told = {"answers": msgspec.json.decode(found["answers"]), "comments": comments_of(found["comments"])}
    return ScoreRow(**values | told)


def comments_of(stored: str) -> Comments:
    """Comments as stored."""
    return msgspec.json.decode(stored or "{}", type=Comments)


# -- writing -----------------------------------------------------------------------------------------


_EMPTY: dict[str, Any] = {
    **dict.fromkeys(("about", "summary", "seen_words"), ""),
    **dict.fromkeys(("answers", "comments"), "{}"),
    **dict.fromkeys(("passed", "fatal", "tell_now"), False),
    **dict.fromkeys(("listened_s", "revision", "submitted_day"), 0),
}
_INSERT = insert(qa_scores).returning(_t.id, sort_by_parameter_order=True)


def add(connection: Connection, site: str, values: Mapping[str, Any]) -> int:
    """Keep a new score; columns that are not given are empty. Returns its number."""
    return add_many(connection, site, [values])[0]


def add_many(connection: Connection, site: str, told: Sequence[Mapping[str, Any]]) -> list[int]:
    """Keep new scores, all with the same columns given; returns their numbers in order."""
    if not told:
        return []
    return list(connection.scalars(_INSERT, [{**_EMPTY, **values, "site": site} for values in told]))


def change(connection: Connection, number: int, values: Mapping[str, Any]) -> None:
    """Set columns of a score."""
    connection.execute(update(qa_scores).where(_t.id == number).values(dict(values)))


def remove(connection: Connection, number: int) -> None:
    """Let go of a draft."""
    connection.execute(delete(qa_scores).where(_t.id == number, _t.state == DRAFT))


def keep_lines(connection: Connection, site: str, row: ScoreRow, told: Iterable[LineRow]) -> None:
    """Keep what the items came to, in place of what stood there; nothing of a score that does not count."""
    connection.execute(delete(qa_lines).where(qa_lines.c.score == row.id))
    if row.counts:
        about = {"score": row.id, "agent": row.agent, "day": row.day, "form": row.form}
        add_lines(connection, site, [(about, told)])


def add_lines(
    connection: Connection, site: str, told: Iterable[tuple[Mapping[str, Any], Iterable[LineRow]]]
) -> None:
    """Keep lines of new scores: each with what it is about (score, agent, day and form)."""
    values = [{**about, "site": site} | line._asdict() for about, lines in told for line in lines]
    if values:
        connection.execute(insert(qa_lines), values)


def keep_revision(
    connection: Connection, site: str, row: ScoreRow, at: float, who: str, why: str, appeal: int | None
) -> None:
    """Keep what a score is now, before it is corrected. Comments stay with the score: no correction alters
    them.
    """
    told = {"answers": encoded(row.answers), "comments": "{}", "points": row.score}
    flags = {"passed": row.passed, "fatal": row.fatal, "revision": row.revision, "score": row.id}
    by = {"site": site, "at": at, "who": who, "why": why, "appeal": appeal}
    connection.execute(insert(qa_revisions).values(told | flags | by))


def set_sample(connection: Connection, site: str, sample: int, values: Mapping[str, Any]) -> None:
    """Set columns of a sample."""
    mine = (qa_samples.c.site == site, qa_samples.c.id == sample)
    connection.execute(update(qa_samples).where(*mine).values(dict(values)))


def encoded(value: object) -> str:
    """As JSON, the same for the same."""
    return msgspec.json.encode(value, order="deterministic").decode()
