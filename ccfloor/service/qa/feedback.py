"""What an agent was told at once, and that he heard it; and that he read a score.

Both stay on record with their instants (UTC epoch seconds), for whoever asks later whether somebody knew.
"""

from collections.abc import Sequence

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, and_, insert, or_, select, update

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import business_date, day_number
from ccfloor.kpi.scope import SITE
from ccfloor.service.audit import acting, record
from ccfloor.service.people_log import PeopleError, named, said
from ccfloor.service.qa.subject import name_of
from ccfloor.store import qa_scores as rows
from ccfloor.store.engine import writing
from ccfloor.store.qa_tables import qa_feedback, qa_scores
from ccfloor.store.team_scope import sees_day, whom_between
from ccfloor.store.team_terms import terms
from ccfloor.store.viewer import Forbidden, Viewer

_TEXT_MAX = 2000
_t = qa_feedback.c


class Feedback(msgspec.Struct, frozen=True):
    """Something that an agent was told at once. ``score``: the form it came from, None for none."""

    id: int
    score: int | None
    agent: str
    who: str
    text: str
    at: float
    heard_at: float | None
    heard_words: str


def keep(
    connection: Connection, site: str, score: int | None, agent: str, who: str, text: str, now: float
) -> int:
    """Keep what an agent is to hear, in a transaction that logs it; returns its number."""
    told = {"site": site, "score": score, "agent": agent, "who": who, "text": text[:_TEXT_MAX], "at": now}
    made = insert(qa_feedback).values(**told, heard_at=None, heard_words="").returning(_t.id)
    return int(connection.execute(made).scalar_one())


def tell(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    agent: str,
    text: str,
    who: str,
    now: float,
    score: int | None = None,
) -> int:
    """Tell an agent something at once; returns its number.

    Raises PeopleError: ``no_who``, ``no_text``, ``no_agent``; Forbidden beyond the viewer's teams.
    """
    viewer.needs(Right.QA_SCORE)
    by, name = named(name_of(viewer, who)), said(agent, "no_agent")
    words = said(text, "no_text")
    with writing(engine) as connection:
        day = day_number(business_date(config, now))
        if not sees_day(viewer, config, terms(connection, config, viewer.site), name, day):
            raise Forbidden
        number = keep(connection, viewer.site, score, name, by, words, now)
        after = {"agent": name, "text": words, "score": score}
        actor = acting(by, viewer)
        record(connection, actor, Act.QA_TOLD, f"qa_told/{number}", None, after, "", now, site=viewer.site)
    return number


def hear(engine: Engine, viewer: Viewer, number: int, words: str, who: str, now: float) -> None:
    """The agent says that he heard it, with words or without.

    Raises PeopleError: ``unknown_qa_told``, ``qa_heard_already``.
    """
    viewer.needs(Right.OWN)
    by = named(name_of(viewer, who))
    with writing(engine) as connection:
        mine = (_t.id == number, *_mine(viewer))
        found = connection.execute(select(_t.heard_at).where(*mine)).first()
        if found is None:
            raise PeopleError("unknown_qa_told")
        if found.heard_at is not None:
            raise PeopleError("qa_heard_already")
        values = {"heard_at": now, "heard_words": words.strip()[:_TEXT_MAX]}
        connection.execute(update(qa_feedback).where(_t.id == number).values(values))
        after = {"words": values["heard_words"]}
        actor = acting(by, viewer)
        record(connection, actor, Act.QA_HEARD, f"qa_told/{number}", None, after, "", now, site=viewer.site)


def acknowledge(
    engine: Engine, viewer: Viewer, config: FloorConfig, number: int, words: str, who: str, now: float
) -> None:
    """The agent says that he read a score of his.

    Raises PeopleError: ``unknown_qa_score``, ``qa_seen_already``.
    """
    viewer.needs(Right.OWN)
    by = named(name_of(viewer, who))
    with writing(engine) as connection:
        row = rows.find(connection, number, rows.seen_by(connection, viewer, config, by))
        if row is None or row.state != rows.SUBMITTED or not _is(viewer, row.agent):
            raise PeopleError("unknown_qa_score")
        if row.seen_at is not None:
            raise PeopleError("qa_seen_already")
        values = {"seen_at": now, "seen_words": words.strip()[:_TEXT_MAX]}
        rows.change(connection, number, values)
        after = {"words": values["seen_words"]}
        actor = acting(by, viewer)
        record(connection, actor, Act.QA_SEEN, f"qa_score/{number}", None, after, "", now, site=viewer.site)


def list_feedback(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    first: float,
    last: float,
    *,
    agent: str = "",
    open_only: bool = False,
    limit: int = 200,
    who: str = "",
) -> list[Feedback]:
    """What was told in [first, last), latest first: an agent's own, or what concerns the viewer's teams.

    Blind: what was said of a form that the viewer may not read, as he is to score it again, is not told.
    ``who``: the name that was typed on an open floor.
    """
    viewer.needs(Right.QA, Right.OWN)
    narrow: list[ColumnElement[bool]] = [_t.site == viewer.site, _t.at >= first, _t.at < last]
    narrow += [_t.agent == agent] if agent else []
    narrow += [_t.heard_at.is_(None)] if open_only else []
    query = select(*(_t[name] for name in Feedback.__struct_fields__)).where(*narrow)
    with engine.connect() as connection:
        query = query.where(_readable(connection, viewer, config, (first, last), name_of(viewer, who)))
        found = connection.execute(query.order_by(_t.at.desc(), _t.id.desc()).limit(limit))
        return [_worded(viewer, Feedback(*row)) for row in found]


def _readable(
    connection: Connection, viewer: Viewer, config: FloorConfig, span: tuple[float, float], me: str
) -> ColumnElement[bool]:
    """What keeps a query to what was told to the viewer himself, or is in his scope and not hidden."""
    own = _t.agent.in_(sorted(viewer.own))
    if viewer.only is not None or not viewer.may(Right.QA):
        return own
    seen = qa_scores.c.site == viewer.site, *rows.seen_by(connection, viewer, config, me)
    read: ColumnElement[bool] = _t.score.in_(select(qa_scores.c.id).where(*seen))
    if viewer.queues is None:  # else what came from no call of his queues is not told
        read = or_(_t.score.is_(None), read)
    return or_(own, and_(read, *_teams(connection, viewer, config, span)))


def _teams(
    connection: Connection, viewer: Viewer, config: FloorConfig, span: tuple[float, float]
) -> list[ColumnElement[bool]]:
    """Of whom is in a team of his today, and of who was on the day of it."""
    if viewer.teams is None:
        return []
    told = terms(connection, config, viewer.site)
    then = (
        and_(_t.agent.in_(sorted(part.agents or ())), _t.at >= start, _t.at < end)
        for start, end, part in whom_between(viewer, config, told, SITE, *span)
    )
    return [or_(_t.agent.in_(sorted(viewer.seats(config) or ())), *then)]


def _worded(viewer: Viewer, one: Feedback) -> Feedback:
    words = {"text": viewer.words(one.text), "heard_words": viewer.words(one.heard_words)}
    return msgspec.structs.replace(one, **words)


def _mine(viewer: Viewer) -> Sequence[ColumnElement[bool]]:
    if not viewer.account and not viewer.own:
        return [_t.site == viewer.site]
    return [_t.site == viewer.site, _t.agent.in_(sorted(viewer.own))]


def _is(viewer: Viewer, agent: str) -> bool:
    """Whether a viewer is the agent; on an open floor nobody can tell."""
    return agent in viewer.own if viewer.account or viewer.own else True
