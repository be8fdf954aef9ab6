"""Calibrations: several score the same call blind, against a reference; then it is told who is how far off.

Until a session is closed nobody reads anything but who has handed in; a form that is begun and not handed in
by then is let go of. Nothing of it counts in agents' figures; the mean distance from the reference counts on
the day of closing. Instants are UTC epoch seconds.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, Engine

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right, may
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import Outcome
from ccfloor.floor.records import CallRow
from ccfloor.kpi.period import business_date, date_of, day_number
from ccfloor.qa.calibrate import MOST_POINTS, Compared, Said, what_said
from ccfloor.qa.model import Form
from ccfloor.service.audit import acting, record
from ccfloor.service.people_log import PeopleError, named, said
from ccfloor.service.qa import versions
from ccfloor.service.qa.agreeing import REFERENCE, compared, forms_of, sheet_of
from ccfloor.service.qa.facts import settle
from ccfloor.service.qa.scoring import Begin
from ccfloor.service.qa.subject import Subject, name_of, subject_of
from ccfloor.store import accounts as people
from ccfloor.store import qa_scores, qa_versions
from ccfloor.store import qa_sessions as rows
from ccfloor.store.engine import writing
from ccfloor.store.qa_scores import Call, ScoreRow
from ccfloor.store.qa_sessions import CALLED_OFF, CLOSED, OPEN, SessionRow
from ccfloor.store.queries import CallFilter, call_page
from ccfloor.store.team_scope import sees_day
from ccfloor.store.team_terms import terms
from ccfloor.store.viewer import Viewer

__all__ = ["CALLED_OFF", "CLOSED", "OPEN", "SessionRow"]

_NAME_MAX, _MOST_REVIEWERS, _MOST_CALLS = 80, 40, 400
_LONGEST_WAIT_S = 4 * 3600.0  # from entering to the answer


class Draft(NamedTuple):
    """A session as people call it. ``call``, or ``about`` for what is none, with agent and queue if any."""

    name: str
    form: str
    reference: str
    reviewers: Sequence[str]
    due: date
    call: Call | None = None
    about: str = ""
    agent: str = ""
    queue: str = ""


class Session(NamedTuple):
    """A session and who has handed in. ``mine``: the viewer is to score; ``done``: he has."""

    row: SessionRow
    handed_in: Mapping[str, float]
    mine: bool
    done: bool

    @property
    def missing(self) -> list[str]:
        """Who has not handed in yet."""
        return [name for name in self.row.everybody if name not in self.handed_in]


class Results(NamedTuple):
    """What came of a session. ``said``: id of a form → item → what it says; ``notes``: the form itself."""

    session: Session
    form: Form
    reference: ScoreRow | None
    scores: tuple[ScoreRow, ...]
    said: Mapping[int, Mapping[str, Said]]
    compared: Compared


class Standings(NamedTuple):
    """Who stands where over some time. ``absent``: who scored and took part in no session of the time."""

    sessions: int
    compared: Compared
    forms: Mapping[tuple[str, int], Form]
    absent: tuple[str, ...]


# -- reading -------------------------------------------------------------------------------------------


def possible_reviewers(engine: Engine, viewer: Viewer) -> list[str]:
    """The accounts that may score, by name; none on an open floor, where names are typed."""
    viewer.needs(Right.QA)
    with engine.connect() as connection:
        return sorted(_scorers(connection, viewer.site))


def calls_to_choose(
    engine: Engine, viewer: Viewer, config: FloorConfig, agent: str, day: date
) -> list[CallRow]:
    """The calls that an agent answered on a day and nobody has scored, the longest talk first."""
    viewer.needs(Right.QA_PLAN)
    start, end = config.day_begins(day), config.day_begins(day + timedelta(days=1))
    which = CallFilter(start, end, agent=agent, outcomes=(Outcome.ANSWERED,))
    found = call_page(engine, viewer, config, which, _MOST_CALLS).rows
    with engine.connect() as connection:
        known = rows.scored_calls(connection, viewer.site, start, end + _LONGEST_WAIT_S)
        told = terms(connection, config, viewer.site)
        if not sees_day(viewer, config, told, agent, day_number(day)):
            return []
    fit = [row for row in found if row.final and (row.source, row.position) not in known]
    return sorted(fit, key=lambda row: (-row.talk_ms, row.entered_at))


def list_sessions(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    who: str = "",
    *,
    is_open: bool | None = None,
    limit: int = 200,
) -> list[Session]:
    """Sessions that a viewer may know of, latest first: of his queues, and of his teams' agents."""
    viewer.needs(Right.QA)
    me = name_of(viewer, who)
    with engine.connect() as connection:
        found = rows.listed(connection, viewer, is_open=is_open, limit=limit)
        sees = _sight(connection, viewer, config, me)
        return _sessions(connection, viewer, filter(sees, found), me)


def find_session(
    engine: Engine, viewer: Viewer, config: FloorConfig, number: int, who: str = ""
) -> Session | None:
    """One session, as far as a viewer may know of it."""
    viewer.needs(Right.QA)
    me = name_of(viewer, who)
    with engine.connect() as connection:
        row = rows.find(connection, viewer, number)
        if row is None or not _sight(connection, viewer, config, me)(row):
            return None
        return _sessions(connection, viewer, [row], me)[0]


def results(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    number: int,
    who: str = "",
    most: float = MOST_POINTS,
) -> Results:
    """What came of a session. ``most``: see ``agreeing.most_points``.

    Raises PeopleError: ``unknown_qa_session``, ``qa_session_open``.
    """
    session = find_session(engine, viewer, config, number, who)
    if session is None:
        raise PeopleError("unknown_qa_session")
    row = session.row
    if row.state != CLOSED:
        raise PeopleError("qa_session_open")
    form = versions.version(engine, viewer.site, "form", row.form, row.version).form
    wanted = qa_scores.Wanted(session=number, kinds=qa_scores.COMPARING)
    with engine.connect() as connection:
        within = qa_scores.seen_by(connection, viewer, config, name_of(viewer, who))
        found = qa_scores.listed(connection, wanted, within, _MOST_REVIEWERS + 1)
    fits = {(row.form, row.version): form}
    words = {one.id: what_said(form, sheet_of(one, number)) for one in found}
    scores = tuple(sorted((one for one in found if one.kind != REFERENCE), key=lambda one: one.reviewer))
    reference = next((one for one in found if one.kind == REFERENCE), None)
    return Results(session, form, reference, scores, words, compared(found, fits, most))


def standings(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    first: date,
    last: date,
    who: str = "",
    most: float = MOST_POINTS,
) -> Standings:
    """Who stands where by all sessions that were closed from ``first`` to ``last``, and who was in none.

    ``most``: see ``agreeing.most_points``.
    """
    viewer.needs(Right.QA)
    days = day_number(first), day_number(last)
    with engine.connect() as connection:
        within = qa_scores.seen_by(connection, viewer, config, name_of(viewer, who))
        found = rows.forms_of(connection, within, days)
        scored = rows.reviewers(connection, within, days)
    there = {one.reviewer for one in found}
    forms = forms_of(engine, viewer.site, found)
    absent = tuple(sorted(scored - there))
    return Standings(len({one.session for one in found}), compared(found, forms, most), forms, absent)


def _sessions(connection: Connection, viewer: Viewer, found: Iterable[SessionRow], me: str) -> list[Session]:
    there = [_worded(viewer, row) for row in found]
    done = rows.handed_in(connection, viewer.site, [row.id for row in there])
    return [
        Session(row, done.get(row.id, {}), me in row.everybody, me in done.get(row.id, {})) for row in there
    ]


def _worded(viewer: Viewer, row: SessionRow) -> SessionRow:
    """A session as this viewer may read it."""
    words = {name: viewer.words(getattr(row, name)) for name in ("name", "about", "why", "outcome")}
    return msgspec.structs.replace(row, **words)


def _sight(
    connection: Connection, viewer: Viewer, config: FloorConfig, me: str
) -> Callable[[SessionRow], bool]:
    """Which sessions a viewer of some teams may know of: those he is asked to, and his agents'."""
    told = terms(connection, config, viewer.site)

    def sees(row: SessionRow) -> bool:
        if me in row.everybody or not row.agent:
            return True
        return sees_day(viewer, config, told, row.agent, day_number(business_date(config, row.at)))

    return sees


def _scorers(connection: Connection, site: str) -> dict[str, people.Account]:
    found = people.all_accounts(connection, site)
    return {one.name: one for one in found if not one.disabled and may(one.role, Right.QA_SCORE)}


# -- calling, changing ---------------------------------------------------------------------------------


def add_session(
    engine: Engine, viewer: Viewer, config: FloorConfig, draft: Draft, who: str, why: str, now: float
) -> int:
    """Call a session; returns its number.

    Raises PeopleError: ``no_who``, ``no_why``, ``no_name``, ``qa_due_past``, ``qa_no_form``,
    ``unknown_qa_call``, ``qa_no_about``, ``qa_no_reference_name``, ``qa_no_reviewers``,
    ``qa_unknown_reviewer``, ``qa_own_call``, ``qa_call_known`` (one of them has scored the call).
    """
    viewer.needs(Right.QA_PLAN)
    by, words = named(name_of(viewer, who)), said(why)
    name = said(draft.name, "no_name")[:_NAME_MAX]
    with writing(engine) as connection:
        begin = Begin("own", call=draft.call, form=draft.form, about=draft.about, agent=draft.agent,
                      queue=draft.queue, at=now)  # fmt: skip
        about = subject_of(connection, viewer, config, begin, "")
        values: dict[str, Any] = {
            "name": name, "form": draft.form, "version": _counting(connection, viewer.site, about),
            "source_id": about.source_id, "position": about.position, "about": about.about,
            "agent": about.agent, "queue": about.queue, "due_day": _due(config, draft.due, now),
            "who": by, "why": words, "at": now,
        }  # fmt: skip
        reference = said(draft.reference, "qa_no_reference_name")
        reviewers = _reviewers(connection, viewer.site, reference, draft.reviewers)
        _fair(connection, viewer.site, (reference, *reviewers), about.agent, draft.call)
        values |= {"reference": reference, "reviewers": _encoded(reviewers)}
        number = rows.add(connection, viewer.site, values)
        after: dict[str, Any] = {
            "name": name,
            "form": f"{draft.form} v{values['version']}",
            "agent": about.agent,
        }
        after |= {"reference": reference, "reviewers": reviewers, "due": draft.due}
        _log(connection, viewer, number, Act.QA_SESSION_CALLED, by, None, after, words, now)
    return number


def change_session(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    number: int,
    reviewers: Sequence[str],
    due: date,
    who: str,
    why: str,
    now: float,
) -> None:
    """Ask others, or give more time. Who has handed in stays.

    Raises PeopleError: as ``add_session``, ``unknown_qa_session``, ``qa_session_closed``, ``qa_same``.
    """
    viewer.needs(Right.QA_PLAN)
    by, words = named(name_of(viewer, who)), said(why)
    with writing(engine) as connection:
        row = _open(connection, viewer, config, number, by)
        done = rows.handed_in(connection, viewer.site, [number]).get(number, {})
        kept = [name for name in row.reviewers if name in done]
        asked = _reviewers(connection, viewer.site, row.reference, [*kept, *reviewers])
        new = [name for name in asked if name not in row.reviewers]
        _fair(connection, viewer.site, new, row.agent, row.call)
        day = row.due_day if day_number(due) == row.due_day else _due(config, due, now)
        if (tuple(asked), day) == (row.reviewers, row.due_day):
            raise PeopleError("qa_same")
        if gone := [name for name in row.reviewers if name not in asked]:
            rows.drop_drafts(connection, viewer.site, number, gone)
        rows.change(connection, viewer.site, number, {"reviewers": _encoded(asked), "due_day": day})
        before = {"reviewers": row.reviewers, "due": date_of(row.due_day)}
        after = {"reviewers": asked, "due": date_of(day)}
        _log(connection, viewer, number, Act.QA_SESSION_CHANGED, by, before, after, words, now)


def close_session(
    engine: Engine, viewer: Viewer, config: FloorConfig, number: int, who: str, outcome: str, now: float
) -> SessionRow:
    """Close a session: from now on it is read, and counts. ``outcome``: what came of it, in words.

    Raises PeopleError: ``no_who``, ``no_outcome``, ``unknown_qa_session``, ``qa_session_closed``,
    ``qa_no_reference`` (nobody has handed in the reference), ``qa_no_scores`` (or nothing beside it).
    """
    viewer.needs(Right.QA_PLAN)
    by, words = named(name_of(viewer, who)), said(outcome, "no_outcome")
    with writing(engine) as connection:
        row = _open(connection, viewer, config, number, by)
        done = rows.handed_in(connection, viewer.site, [number]).get(number, {})
        if row.reference not in done:
            raise PeopleError("qa_no_reference")
        if len(done) < 2:
            raise PeopleError("qa_no_scores")
        day = day_number(business_date(config, now))
        return _end(connection, viewer, config, row, Act.QA_SESSION_CLOSED, by, words, day, now)


def call_off(
    engine: Engine, viewer: Viewer, config: FloorConfig, number: int, who: str, why: str, now: float
) -> SessionRow:
    """Call a session off, also one that is closed: it counts no more. A new one can be called.

    Raises PeopleError: ``no_who``, ``no_why``, ``unknown_qa_session``, ``qa_session_off``.
    """
    viewer.needs(Right.QA_PLAN)
    by, words = named(name_of(viewer, who)), said(why)
    with writing(engine) as connection:
        row = _seen(connection, viewer, config, number, by)
        if row.state == CALLED_OFF:
            raise PeopleError("qa_session_off")
        return _end(connection, viewer, config, row, Act.QA_SESSION_OFF, by, words, 0, now)


def _end(
    connection: Connection,
    viewer: Viewer,
    config: FloorConfig,
    row: SessionRow,
    act: Act,
    by: str,
    words: str,
    day: int,
    now: float,
) -> SessionRow:
    late = rows.drop_drafts(connection, viewer.site, row.id)
    values: dict[str, Any] = {"closed_at": now, "closed_by": by, "outcome": words, "day": day}
    rows.change(connection, viewer.site, row.id, values)
    settle(connection, config, {row.day, day})
    made = replace(row, **values)
    after = {"state": made.state, **({"unfinished": late} if late else {})}
    _log(connection, viewer, row.id, act, by, {"state": row.state}, after, words, now)
    return made


# -- what is checked -----------------------------------------------------------------------------------


def _seen(connection: Connection, viewer: Viewer, config: FloorConfig, number: int, me: str) -> SessionRow:
    row = rows.find(connection, viewer, number)
    if row is None or not _sight(connection, viewer, config, me)(row):
        raise PeopleError("unknown_qa_session")
    return row


def _open(connection: Connection, viewer: Viewer, config: FloorConfig, number: int, me: str) -> SessionRow:
    row = _seen(connection, viewer, config, number, me)
    if row.state != OPEN:
        raise PeopleError("qa_session_closed")
    return row


def _counting(connection: Connection, site: str, about: Subject) -> int:
    found = qa_versions.counting(connection, site, "form", about.form, about.day)
    if found is None or found.state != qa_versions.PUBLISHED:
        raise PeopleError("qa_no_form")
    return found.version


def _due(config: FloorConfig, due: date, now: float) -> int:
    if due < business_date(config, now):
        raise PeopleError("qa_due_past")
    return day_number(due)


def _reviewers(connection: Connection, site: str, reference: str, names: Iterable[str]) -> list[str]:
    """Who scores beside the reference, each once; where there are accounts, they are accounts that may."""
    asked = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    asked = [name for name in asked if name != reference][:_MOST_REVIEWERS]
    if not asked:
        raise PeopleError("qa_no_reviewers")
    known = _scorers(connection, site)
    if known and any(name not in known for name in (reference, *asked)):
        raise PeopleError("qa_unknown_reviewer")
    return asked


def _fair(connection: Connection, site: str, asked: Iterable[str], agent: str, call: Call | None) -> None:
    """Nobody scores himself, and nobody what he has judged before."""
    names, known = set(asked), _scorers(connection, site)
    if agent and any(name == agent or (name in known and known[name].agent == agent) for name in names):
        raise PeopleError("qa_own_call")
    if call is not None and names & rows.scorers_of(connection, site, call):
        raise PeopleError("qa_call_known")


def _encoded(names: Sequence[str]) -> str:
    return msgspec.json.encode(list(names)).decode()


def _log(
    connection: Connection,
    viewer: Viewer,
    number: int,
    act: Act,
    who: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    why: str,
    now: float,
) -> None:
    by = acting(who, viewer)
    record(connection, by, act, f"qa_session/{number}", before, after, why, now, site=viewer.site)
