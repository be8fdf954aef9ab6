"""What a form is about: the call of a sample, one chosen by hand, a calibration's, a score again, a mail."""

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from sqlalchemy import Connection, RowMapping, select

from ccfloor.access.acts import Act
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import business_date, day_number
from ccfloor.service.audit import acting, record
from ccfloor.service.people_log import PeopleError, said
from ccfloor.service.qa import versions
from ccfloor.service.qa.staff import scores_as
from ccfloor.service.qa.turns import too_often
from ccfloor.store import qa_scores as rows
from ccfloor.store import qa_versions
from ccfloor.store.qa_samples import SampleRow
from ccfloor.store.qa_scores import Call
from ccfloor.store.qa_tables import qa_draws, qa_samples, qa_scores, qa_sessions
from ccfloor.store.queries import BEYOND
from ccfloor.store.tables import calls
from ccfloor.store.team_scope import sees_day
from ccfloor.store.team_terms import terms
from ccfloor.store.viewer import Forbidden, Viewer

if TYPE_CHECKING:
    from ccfloor.service.qa.scoring import Begin

_ABOUT_MAX = 200


class Subject(NamedTuple):
    """The columns of a new score that say what it is about. ``version`` 0: the one of the call's day."""

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


def name_of(viewer: Viewer, typed: str) -> str:
    """The name under which somebody scores: the account's, on an open floor the one that was typed."""
    return viewer.who if viewer.account else typed.strip()


def subject_of(
    connection: Connection, viewer: Viewer, config: FloorConfig, begin: "Begin", me: str, now: float = 0.0
) -> Subject:
    """What is to be scored. Raises PeopleError, see ``scoring.open_score``; Forbidden beyond the scope.
    ``now``: when a sample of nobody is taken by this.
    """
    if begin.sample is not None:
        found = _of_sample(connection, viewer, config, begin.sample, me, now)
    elif begin.session is not None:
        found = _of_session(connection, viewer, config, begin.session, me)
    elif begin.original is not None:
        found = _again(connection, viewer, config, begin.original, me)
    elif begin.call is not None:
        found = _of_call(connection, viewer, config, begin)
    else:
        found = _of_other(connection, viewer, config, begin)
    if found.agent and (found.agent == me or found.agent in viewer.own):
        raise PeopleError("qa_own_call")
    return found


def _of_sample(
    connection: Connection, viewer: Viewer, config: FloorConfig, number: int, me: str, now: float
) -> Subject:
    mine = (qa_samples.c.site == viewer.site, qa_samples.c.id == number)
    row = connection.execute(select(qa_samples).where(*mine)).mappings().first()
    if row is None:
        raise PeopleError("unknown_qa_sample")
    if row["reviewer"] not in ("", me):
        raise PeopleError("qa_not_yours")
    if row["state"] != "open":
        raise PeopleError("qa_sample_closed")
    if not row["reviewer"] and row["by"] not in scores_as(viewer):
        raise PeopleError("qa_not_for_you")
    _in_scope(connection, viewer, config, row["agent"], row["queue"], row["day"])
    counts_once(connection, viewer.site, (row["source_id"], row["position"]), sample=number)
    if not row["reviewer"]:
        one = SampleRow._make(row[name] for name in SampleRow._fields)
        if too_often(connection, one, me, viewer.site):
            raise PeopleError("qa_too_often")
        _taken(connection, viewer, number, me, now)
    kind = "lead" if row["by"] == "lead" else "sample"
    form = _planned_form(connection, viewer.site, row)
    return _same(row, kind=kind, form=form, version=0, sample=number, session=None, original=None, about="")


def _taken(connection: Connection, viewer: Viewer, number: int, me: str, now: float) -> None:
    """Who begins with a sample of nobody takes it, and that is on record."""
    rows.set_sample(connection, viewer.site, number, {"reviewer": me})
    by, told = acting(me, viewer), ({"reviewer": ""}, {"reviewer": me})
    about = f"qa_sample/{number}"
    record(connection, by, Act.QA_SAMPLE_TAKEN, about, *told, "", now, site=viewer.site)


def _planned_form(connection: Connection, site: str, sample: RowMapping) -> str:
    """The form of the plan by which it was drawn, in that version of the plan."""
    drawn = select(qa_draws.c.version).where(qa_draws.c.id == sample["draw"])
    number = connection.scalar(drawn) if sample["draw"] is not None else None
    if number is None:
        counting = qa_versions.counting(connection, site, "plan", sample["plan"], sample["day"])
        number = counting.version if counting else None
    if number is None:
        raise PeopleError("qa_no_form")
    return versions.version(connection.engine, site, "plan", sample["plan"], number).plan.form


def _of_session(connection: Connection, viewer: Viewer, config: FloorConfig, number: int, me: str) -> Subject:
    """A calibration is scored blind by those it names, and by who gives the reference."""
    mine = (qa_sessions.c.site == viewer.site, qa_sessions.c.id == number)
    row = connection.execute(select(qa_sessions).where(*mine)).mappings().first()
    if row is None:
        raise PeopleError("unknown_qa_session")
    if row["closed_at"] is not None:
        raise PeopleError("qa_session_closed")
    if me not in (row["reference"], *msgspec.json.decode(row["reviewers"] or "[]")):
        raise PeopleError("qa_not_yours")
    kind = "reference" if me == row["reference"] else "calibration"
    told = (viewer.site, me, number)
    if _submitted(connection, *told):
        raise PeopleError("qa_scored_already")
    day = day_number(business_date(config, row["at"]))
    at = {"call_at": row["at"], "day": day, "team": ""}
    if row["source_id"] is not None:
        call = _call(connection, viewer, config, (row["source_id"], row["position"]))
        at = {name: getattr(call, name) for name in at}
    named = {
        name: row[name] for name in ("form", "version", "source_id", "position", "about", "agent", "queue")
    }
    return Subject(kind=kind, sample=None, session=number, original=None, **named, **at)


def _submitted(connection: Connection, site: str, me: str, session: int) -> bool:
    wanted = rows.Wanted(reviewer=me, session=session)
    mine = qa_scores.c.site == site
    return bool(rows.listed(connection, wanted, [mine], 1))


def _again(connection: Connection, viewer: Viewer, config: FloorConfig, number: int, me: str) -> Subject:
    """A re-check: the same thing by the same version of the form, by another than who scored it."""
    row = rows.find(connection, number, [qa_scores.c.site == viewer.site])
    if row is None or row.state != rows.SUBMITTED or row.kind not in rows.COUNTING:
        raise PeopleError("unknown_qa_score")
    if row.reviewer == me:
        raise PeopleError("qa_own_score")
    _in_scope(connection, viewer, config, row.agent, row.queue, row.day)
    told = {name: getattr(row, name) for name in Subject._fields}
    return Subject(**told | {"kind": "recheck", "sample": None, "session": None, "original": number})


def _of_call(connection: Connection, viewer: Viewer, config: FloorConfig, begin: "Begin") -> Subject:
    """A call that somebody chose; one that counts already counts once: it can only be looked at again."""
    if begin.call is None or not begin.form:
        raise PeopleError("qa_no_form")
    call = _call(connection, viewer, config, begin.call)
    counts_once(connection, viewer.site, begin.call)
    return call._replace(kind="lead" if begin.kind == "lead" else "own", form=begin.form)


def counts_once(
    connection: Connection, site: str, call: Call | None, score: int = 0, sample: int | None = None
) -> None:
    """Raises PeopleError ``qa_scored_call`` where a call has a score that counts, beside this ``score``, and
    ``qa_sampled_call`` where it is drawn and waits to be scored, beside this ``sample``: who was given it is
    to hear it first, and alone.
    """
    if call is None:
        return
    wanted = rows.Wanted(call=call, kinds=rows.COUNTING)
    if rows.listed(connection, wanted, [qa_scores.c.site == site, qa_scores.c.id != score], 1):
        raise PeopleError("qa_scored_call")
    table = qa_samples.c
    waits = (table.site == site, table.state == "open", table.id != (sample or 0))
    this = (table.source_id == call[0], table.position == call[1])
    if connection.scalar(select(table.id).where(*waits, *this).limit(1)) is not None:
        raise PeopleError("qa_sampled_call")


def _of_other(connection: Connection, viewer: Viewer, config: FloorConfig, begin: "Begin") -> Subject:
    """A mail, a chat, a test call: what it is about is said in words."""
    if not begin.form:
        raise PeopleError("qa_no_form")
    words = said(begin.about, "qa_no_about")[:_ABOUT_MAX]
    day = day_number(business_date(config, begin.at))
    if begin.agent or begin.queue or not viewer.whole:
        _in_scope(connection, viewer, config, begin.agent, begin.queue, day)
    team = terms(connection, config).team_on(begin.agent, day) if begin.agent else ""
    kind = "dial_test" if begin.kind == "dial_test" else "own"
    whose = (begin.agent, team, begin.queue, begin.at, day)
    return Subject(kind, begin.form, 0, None, None, None, None, None, words, *whose)


def _call(connection: Connection, viewer: Viewer, config: FloorConfig, key: Call) -> Subject:
    """A stored call that an agent answered. Its day is that of the answer."""
    if not all(0 <= part < BEYOND for part in key):
        raise PeopleError("unknown_qa_call")
    table = calls.c
    query = select(table.agent, table.queue, table.answered_at)
    mine = (table.site == viewer.site, table.source_id == key[0], table.position == key[1])
    row = connection.execute(query.where(*mine)).first()
    if row is None or not row.agent or not row.answered_at:
        raise PeopleError("unknown_qa_call")
    day = day_number(business_date(config, row.answered_at))
    _in_scope(connection, viewer, config, row.agent, row.queue, day)
    team = terms(connection, config).team_on(row.agent, day)
    whose = (str(row.agent), team, str(row.queue), float(row.answered_at), day)
    return Subject("own", "", 0, None, None, None, key[0], key[1], "", *whose)


def _in_scope(
    connection: Connection, viewer: Viewer, config: FloorConfig, agent: str, queue: str, day: int
) -> None:
    """Raises Forbidden for a call of queues, teams or agents that the viewer does not see."""
    told = terms(connection, config, viewer.site)
    if not viewer.sees_queue(queue) or not sees_day(viewer, config, told, agent, day):
        raise Forbidden


def _same(row: RowMapping, **values: Any) -> Subject:
    return Subject(**{name: row[name] for name in Subject._fields if name not in values} | values)
