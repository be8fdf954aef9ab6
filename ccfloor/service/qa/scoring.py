"""Filling in a form about a call: begun, saved as a draft, handed in, taken back, corrected.

A form is filled in in the version that counts on the day of the call. A draft is its reviewer's alone, and
saved as often as he likes; what is handed in changes by a correction only, and what it was stays on record.
Points are never told by a page: they are computed here from the answers. Instants are UTC epoch seconds.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from msgspec.structs import replace
from sqlalchemy import Connection, Engine

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import business_date, day_number
from ccfloor.qa.model import Form, possible
from ccfloor.qa.score import Result, score, tagged
from ccfloor.service.audit import acting, record
from ccfloor.service.people_log import PeopleError, named, said
from ccfloor.service.qa import feedback, versions
from ccfloor.service.qa.facts import alone, settle
from ccfloor.service.qa.subject import Subject, counts_once, name_of, subject_of
from ccfloor.store import qa_scores as rows
from ccfloor.store import qa_versions
from ccfloor.store.engine import lock_site, writing
from ccfloor.store.qa_appeals import running
from ccfloor.store.qa_scores import Call, Comments, LineRow, Revision, ScoreRow, Wanted
from ccfloor.store.qa_sessions import closed_day
from ccfloor.store.viewer import Viewer

Kind = Literal["sample", "own", "lead", "recheck", "calibration", "reference", "dial_test", "import"]
COMMENT_MAX, SUMMARY_MAX, COMMENTS_MAX = 1000, 2000, 20
_STEP_S = 0.001  # two savings are told apart by their instant
_MOST_S = 86_400.0


class Begin(NamedTuple):
    """What to score: a sample, a call chosen by hand, a session's call, a score again, or something else.

    ``form``: its name, where neither sample, session nor original says it. ``about`` with agent, queue and
    ``at`` (its instant): what is no call.
    """

    kind: Kind = "sample"
    sample: int | None = None
    session: int | None = None
    original: int | None = None
    call: Call | None = None
    form: str = ""
    about: str = ""
    agent: str = ""
    queue: str = ""
    at: float = 0.0


class Change(NamedTuple):
    """A draft as its page has it, whole. ``base``: ``saved_at`` of the draft that the page began with."""

    answers: Mapping[str, str]
    comments: Comments
    summary: str = ""
    listened_s: float = 0
    tell_now: bool = False
    base: float = 0.0


class Conflict(PeopleError):
    """The draft was saved meanwhile. ``row``: as it stands, ``saved_at`` tells when and ``reviewer`` who."""

    def __init__(self, row: ScoreRow) -> None:
        super().__init__("qa_conflict")
        self.row = row


# -- reading -------------------------------------------------------------------------------------------


def find_score(
    engine: Engine, viewer: Viewer, config: FloorConfig, number: int, who: str = ""
) -> ScoreRow | None:
    """One score, as far as a viewer may read it; ``who``: the name that was typed on an open floor."""
    with engine.connect() as connection:
        return _read(connection, viewer, config, number, name_of(viewer, who))


def list_scores(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    wanted: Wanted,
    who: str = "",
    *,
    limit: int = 200,
    below: tuple[float, int] | None = None,
) -> list[ScoreRow]:
    """Scores that a viewer may read, of the latest calls first; ``below``: (instant of the call, id)."""
    me = name_of(viewer, who)
    with engine.connect() as connection:
        within = rows.seen_by(connection, viewer, config, me)
        return [_worded(viewer, row, me) for row in rows.listed(connection, wanted, within, limit, below)]


def form_of(engine: Engine, site: str, row: ScoreRow) -> Form:
    """The form of a score, in its version."""
    return versions.version(engine, site, "form", row.form, row.version).form


def result_of(engine: Engine, site: str, row: ScoreRow) -> Result:
    """What a score's answers come to, item by item."""
    return score(form_of(engine, site, row), row.answers)


def list_revisions(
    engine: Engine, viewer: Viewer, config: FloorConfig, number: int, who: str = ""
) -> list[Revision]:
    """What a score was before its corrections, oldest first; nothing of one that the viewer may not read."""
    with engine.connect() as connection:
        if _read(connection, viewer, config, number, name_of(viewer, who)) is None:
            return []
        found = rows.revisions(connection, viewer.site, number)
    return [one._replace(why=viewer.words(one.why), comments=_masked(viewer, one.comments)) for one in found]


def _masked(viewer: Viewer, comments: Comments) -> Comments:
    return {item: [(at, viewer.words(words)) for at, words in told] for item, told in comments.items()}


def _read(
    connection: Connection, viewer: Viewer, config: FloorConfig, number: int, me: str
) -> ScoreRow | None:
    row = rows.find(connection, number, rows.seen_by(connection, viewer, config, me))
    return None if row is None else _worded(viewer, row, me)


def _worded(viewer: Viewer, row: ScoreRow, me: str) -> ScoreRow:
    """Its words as the viewer may read them; in the own draft they stay as they were written."""
    if row.reviewer == me and row.state == rows.DRAFT:
        return row
    for item, told in row.comments.items():
        row.comments[item] = [(at, viewer.words(words)) for at, words in told]
    return replace(row, summary=viewer.words(row.summary), seen_words=viewer.words(row.seen_words))


# -- a draft -------------------------------------------------------------------------------------------


def open_score(
    engine: Engine, viewer: Viewer, config: FloorConfig, begin: Begin, who: str, now: float
) -> ScoreRow:
    """Begin a draft, or go on with the own one of the same thing.

    Raises PeopleError: ``no_who``, ``unknown_qa_sample``, ``qa_not_yours``, ``qa_sample_closed``,
    ``unknown_qa_session``, ``qa_session_closed``, ``unknown_qa_score``, ``unknown_qa_call``,
    ``qa_no_form``, ``qa_own_call``, ``qa_scored_call`` (one that counts already), ``qa_sampled_call``
    (chosen by hand, and drawn for somebody), ``qa_scored_already`` (in this calibration), ``qa_own_score``
    (nobody looks at the own one again), ``qa_not_for_you`` (a sample of nobody that another kind of reviewer
    is to hear), ``qa_not_drawn`` (what is looked at again was drawn for it, see ``rechecks``),
    ``qa_no_about``.
    """
    viewer.needs(Right.QA_SCORE)
    me = named(name_of(viewer, who))
    with writing(engine) as connection:
        lock_site(connection, viewer.site)  # two windows that begin the same thing get the same draft
        about = subject_of(connection, viewer, config, begin, me, now)
        same = {name: getattr(about, name) for name in ("kind", "sample", "session", "original")}
        same |= {"source_id": about.source_id, "position": about.position, "about": about.about}
        found = rows.find_draft(connection, viewer.site, me, same)
        if found is not None:
            return found
        if about.kind == "recheck":
            raise PeopleError("qa_not_drawn")
        values = _begun(connection, viewer, about, me, now)
        number = rows.add(connection, viewer.site, values)
        row = _must(rows.find(connection, number, []))
        after = {"kind": row.kind, "form": _form_name(row), "agent": row.agent}
        _log(connection, viewer, row, Act.QA_SCORE_BEGUN, who, None, after, "", now)
        return row


def _begun(connection: Connection, viewer: Viewer, about: Subject, me: str, now: float) -> dict[str, Any]:
    version = about.version or _counting(connection, viewer.site, about.form, about.day)
    told = about._asdict() | {"version": version, "reviewer": me, "state": rows.DRAFT}
    return told | {"began_at": now, "saved_at": now}


def _counting(connection: Connection, site: str, form: str, day: int) -> int:
    """The version of a form that counts on a day. Raises PeopleError ``qa_no_form``."""
    found = qa_versions.counting(connection, site, "form", form, day)
    if found is None or found.state != qa_versions.PUBLISHED:
        raise PeopleError("qa_no_form")
    return found.version


def save(
    engine: Engine, viewer: Viewer, config: FloorConfig, number: int, change: Change, who: str, now: float
) -> ScoreRow:
    """Keep a draft as its page has it. Raises PeopleError: ``unknown_qa_score``, ``qa_not_yours``,
    ``qa_not_draft``, ``qa_bad_answer``; Conflict where another page saved it meanwhile.
    """
    viewer.needs(Right.QA_SCORE)
    with writing(engine) as connection:
        row = _own_draft(connection, viewer, config, number, who)
        return _saved(connection, engine, viewer, row, change, now)


def _saved(
    connection: Connection, engine: Engine, viewer: Viewer, row: ScoreRow, change: Change, now: float
) -> ScoreRow:
    if change.base != row.saved_at:
        raise Conflict(row)
    form = form_of(engine, viewer.site, row)
    answers = checked_answers(form, change.answers)
    comments = checked_comments(form, change.comments)
    told = score(form, answers)
    values: dict[str, Any] = {
        "answers": answers,
        "comments": comments,
        "summary": change.summary.strip()[:SUMMARY_MAX],
        "listened_s": int(min(max(change.listened_s, row.listened_s, 0), _MOST_S)),
        "tell_now": bool(change.tell_now),
        "score": told.score,
        "saved_at": max(now, row.saved_at + _STEP_S),
    }
    stored = values | {"answers": rows.encoded(answers), "comments": rows.encoded(comments)}
    rows.change(connection, row.id, stored)
    return replace(row, **values)


def discard(
    engine: Engine, viewer: Viewer, config: FloorConfig, number: int, who: str, why: str, now: float
) -> None:
    """Let go of the own draft; a sample stays open. That it was begun stays on record."""
    viewer.needs(Right.QA_SCORE)
    words = said(why)
    with writing(engine) as connection:
        row = _own_draft(connection, viewer, config, number, who)
        rows.remove(connection, number)
        before = {"kind": row.kind, "form": _form_name(row), "agent": row.agent, "score": row.score}
        _log(connection, viewer, row, Act.QA_SCORE_DISCARDED, who, before, None, words, now)


def checked_answers(form: Form, answers: Mapping[str, str]) -> dict[str, str]:
    """Answers without the empty ones. Raises PeopleError ``qa_bad_answer``."""
    items = {item.id: item for item in form.items}
    found = {name: str(answer) for name, answer in answers.items() if answer != ""}
    if any(name not in items or not possible(items[name], answer) for name, answer in found.items()):
        raise PeopleError("qa_bad_answer")
    return found


def checked_comments(form: Form, comments: Comments) -> Comments:
    """Comments in order of their marks, without empty ones and those of items that there are not."""
    names = {"", *(item.id for item in form.items)}
    found: Comments = {}
    for name, told in comments.items():
        kept = [(_mark(at), words.strip()[:COMMENT_MAX]) for at, words in told if words.strip()]
        if kept and name in names:
            found[name] = kept[:COMMENTS_MAX]
    return found


def _mark(at: float | None) -> float | None:
    return None if at is None else round(min(max(at, 0.0), _MOST_S), 1)


# -- handing in ------------------------------------------------------------------------------------------


def submit(
    engine: Engine, viewer: Viewer, config: FloorConfig, number: int, change: Change, who: str, now: float
) -> ScoreRow:
    """Hand a draft in, as its page has it: from now on it counts, and the agent reads it.

    Raises PeopleError as ``save``, and ``qa_scored_call``, ``qa_sampled_call`` (somebody was faster, or the
    call was drawn meanwhile); ``qa_incomplete``; ``qa_fatal_words``: a form that is 0 for something fatal
    needs words about it; ``qa_tell_words``: so does what the agent shall hear at once.
    """
    viewer.needs(Right.QA_SCORE)
    with writing(engine) as connection:
        alone(connection, config)
        row = _saved(
            connection, engine, viewer, _own_draft(connection, viewer, config, number, who), change, now
        )
        _once(connection, viewer.site, row)
        form = form_of(engine, viewer.site, row)
        told = score(form, row.answers)
        _may_be_handed_in(row, told)
        values = _counted(form, told) | {"state": rows.SUBMITTED, "submitted_at": now}
        values |= {"submitted_day": day_number(business_date(config, now))}
        rows.change(connection, number, values)
        row = replace(row, **values)
        _close_sample(connection, viewer, row, "done", now)
        if row.tell_now:
            _tell(connection, viewer.site, row, now)
        _kept(connection, config, row, told)
        after = {**_outcome(row), "form": _form_name(row), "agent": row.agent}
        _log(connection, viewer, row, Act.QA_SCORE_SUBMITTED, who, None, after, "", now)
        return row


def _once(connection: Connection, site: str, row: ScoreRow) -> None:
    """A call counts once, whoever began first: asked again under the lock of the site."""
    if row.kind in rows.COUNTING:
        counts_once(connection, site, row.call, row.id, row.sample)


def _may_be_handed_in(row: ScoreRow, told: Result) -> None:
    if not told.complete:
        raise PeopleError("qa_incomplete")
    if told.fatal and not (row.summary or any(row.comments.get(item) for item in told.fatal)):
        raise PeopleError("qa_fatal_words")
    if row.tell_now and not (row.summary or row.comments):
        raise PeopleError("qa_tell_words")


def _tell(connection: Connection, site: str, row: ScoreRow, now: float) -> None:
    words = row.summary or "\n".join(words for told in row.comments.values() for _, words in told)
    feedback.keep(connection, site, row.id, row.agent, row.reviewer, words, now)


def _counted(form: Form, told: Result) -> dict[str, Any]:
    """The columns that say what a form comes to."""
    tags = {name: tagged(form, told, name) for name in ("polite", "record")}
    flags = {name: None if value is None else int(value) for name, value in tags.items()}
    return {"score": told.score, "passed": told.passed, "fatal": bool(told.fatal), **flags}


def _kept(connection: Connection, config: FloorConfig, row: ScoreRow, told: Result) -> None:
    """Keep its lines, and make the figures anew of its day, or of that on which its calibration counts."""
    rows.keep_lines(connection, config.site, row, lines_of(told))
    if row.kind in rows.COUNTING:
        settle(connection, config, [row.day])
    elif row.session is not None:
        settle(connection, config, [closed_day(connection, config.site, row.session)])


def lines_of(told: Result) -> Iterable[LineRow]:
    """The lines of a result as they are stored. What a form that ended at something fatal left unanswered was
    not judged: it is as what does not apply, and nothing was lost by it.
    """
    for line in told.lines:
        judged = line.applies and line.earned is not None
        earned, most = (round((value or 0.0) * 1000) for value in (line.earned, line.possible))
        yield LineRow(line.item, judged, earned if judged else 0, most, line.fatal)


def _form_name(row: ScoreRow) -> str:
    return f"{row.form} v{row.version}"


def _some(answers: Mapping[str, str], items: Iterable[str]) -> str:
    """Some answers as the log tells them."""
    return ", ".join(f"{item}: {answers.get(item) or '–'}" for item in items)


def _outcome(row: ScoreRow) -> dict[str, Any]:
    return {"score": row.score, "passed": row.passed, "fatal": row.fatal}


def _close_sample(connection: Connection, viewer: Viewer, row: ScoreRow, state: str, now: float) -> None:
    if row.sample is not None:
        closed = now if state == "done" else None
        rows.set_sample(connection, viewer.site, row.sample, {"state": state, "closed_at": closed})


# -- taken back, corrected -------------------------------------------------------------------------------


def void(
    engine: Engine, viewer: Viewer, config: FloorConfig, number: int, who: str, why: str, now: float
) -> None:
    """Take a score back: it counts no more, and its sample is to be scored again.

    Raises PeopleError: ``no_why``, ``unknown_qa_score``, ``qa_not_submitted``, ``qa_own_score``.
    """
    viewer.needs(Right.QA_PLAN)
    words = said(why)
    with writing(engine) as connection:
        alone(connection, config)
        row = _other(connection, viewer, config, number, who)
        if row.state != rows.SUBMITTED:
            raise PeopleError("qa_not_submitted")
        rows.change(connection, number, {"state": rows.VOID})
        _close_sample(connection, viewer, row, "open", now)
        _kept(connection, config, replace(row, state=rows.VOID), result_of(engine, viewer.site, row))
        told = {"state": rows.SUBMITTED, **_outcome(row)}
        _log(connection, viewer, row, Act.QA_SCORE_VOIDED, who, told, {"state": rows.VOID}, words, now)


def restore(
    engine: Engine, viewer: Viewer, config: FloorConfig, number: int, who: str, why: str, now: float
) -> None:
    """Let a score that was taken back count again. Raises PeopleError: as ``void``, ``qa_not_void``,
    ``qa_scored_again`` (its sample has another score by now), ``qa_scored_call`` (its call has),
    ``qa_sampled_call`` (its call was drawn meanwhile).
    """
    viewer.needs(Right.QA_PLAN)
    words = said(why)
    with writing(engine) as connection:
        alone(connection, config)
        row = _other(connection, viewer, config, number, who)
        if row.state != rows.VOID:
            raise PeopleError("qa_not_void")
        again = Wanted(sample=row.sample, states=(rows.SUBMITTED, rows.DRAFT))
        mine = rows.seen_by(connection, Viewer(site=viewer.site), config, "")
        if row.sample is not None and rows.listed(connection, again, mine, 1):
            raise PeopleError("qa_scored_again")
        _once(connection, viewer.site, row)
        rows.change(connection, number, {"state": rows.SUBMITTED})
        _close_sample(connection, viewer, row, "done", now)
        back = replace(row, state=rows.SUBMITTED)
        _kept(connection, config, back, result_of(engine, viewer.site, row))
        told = {"state": rows.SUBMITTED, **_outcome(row)}
        _log(connection, viewer, row, Act.QA_SCORE_RESTORED, who, {"state": rows.VOID}, told, words, now)


def correct(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    number: int,
    answers: Mapping[str, str],
    who: str,
    why: str,
    now: float,
) -> ScoreRow:
    """Correct a score's answers, without an appeal: see ``correct_within``."""
    viewer.needs(Right.QA_PLAN)
    with writing(engine) as connection:
        return correct_within(connection, viewer, config, number, answers, who, why, now)


def correct_within(
    connection: Connection,
    viewer: Viewer,
    config: FloorConfig,
    number: int,
    answers: Mapping[str, str],
    who: str,
    why: str,
    now: float,
    *,
    appeal: int | None = None,
) -> ScoreRow:
    """Correct a score in a transaction of the caller's. ``answers``: only those that change; "" takes one
    away. What it was before stays as a revision; figures follow. Without an appeal it is another score from
    now on: its agent is to read it anew, and may appeal against it.

    Raises PeopleError: ``no_who``, ``no_why``, ``unknown_qa_score``, ``qa_not_submitted``, ``qa_own_score``
    (nobody corrects the own one), ``qa_appeal_running`` (without the appeal that somebody is to decide),
    ``qa_bad_answer``, ``qa_incomplete``, ``qa_same``.
    """
    viewer.needs(Right.QA_DECIDE, Right.QA_LEADERSHIP, Right.QA_PLAN)
    by, words = named(name_of(viewer, who)), said(why)
    alone(connection, config)
    row = _other(connection, viewer, config, number, who)
    if row.state != rows.SUBMITTED:
        raise PeopleError("qa_not_submitted")
    if appeal is None and running(connection, viewer.site, number):
        raise PeopleError("qa_appeal_running")
    form = form_of(connection.engine, viewer.site, row)
    after = checked_answers(form, {**row.answers, **answers})
    if after == row.answers:
        raise PeopleError("qa_same")
    told = score(form, after)
    if not told.complete:
        raise PeopleError("qa_incomplete")
    rows.keep_revision(connection, viewer.site, row, now, by, words, appeal)
    values = _counted(form, told) | {"revision": row.revision + 1}
    values |= {"seen_at": None, "seen_words": ""} if appeal is None else {}
    rows.change(connection, number, values | {"answers": rows.encoded(after)})
    made = replace(row, answers=after, **values)
    _kept(connection, config, made, told)
    changed = [item.id for item in form.items if row.answers.get(item.id) != after.get(item.id)]
    was, now_is = ({**_outcome(one), "answers": _some(one.answers, changed)} for one in (row, made))
    _log(connection, viewer, made, Act.QA_SCORE_CORRECTED, who, was, now_is, words, now)
    return made


# -- many at once ----------------------------------------------------------------------------------------


class Filled(NamedTuple):
    """A form that was filled in elsewhere, or by a simulation, ready to be kept as handed in."""

    kind: Kind
    form: str
    version: int
    agent: str
    team: str
    queue: str
    call_at: float
    reviewer: str
    answers: Mapping[str, str]
    at: float  # when it was handed in
    comments: Comments = {}
    summary: str = ""
    call: Call | None = None
    about: str = ""
    sample: int | None = None
    session: int | None = None
    original: int | None = None
    listened_s: int = 0
    took_s: float = 0.0


def keep_filled(
    connection: Connection,
    config: FloorConfig,
    filled: Sequence[Filled],
    forms: Mapping[tuple[str, int], Form],
) -> list[int]:
    """Keep forms as handed in; returns their numbers. Whoever calls settles their days, and logs it.

    Raises PeopleError: ``qa_bad_answer``, ``qa_incomplete``.
    """
    results = [_whole(forms[one.form, one.version], one) for one in filled]
    values = [
        _filled(config, one) | _counted(forms[one.form, one.version], result)
        for one, result in zip(filled, results, strict=True)
    ]
    found = rows.add_many(connection, config.site, values)
    kept = zip(found, values, results, strict=True)
    rows.add_lines(connection, config.site, [
        ({"score": number, **{name: row[name] for name in ("agent", "day", "form")}}, lines_of(result))
        for number, row, result in kept if row["kind"] in rows.COUNTING
    ])  # fmt: skip
    return found


def _whole(form: Form, one: Filled) -> Result:
    """What a form comes to that must be complete."""
    result = score(form, checked_answers(form, one.answers))
    if not result.complete:
        raise PeopleError("qa_incomplete")
    return result


def _filled(config: FloorConfig, one: Filled) -> dict[str, Any]:
    names = ("kind", "form", "version", "agent", "team", "queue", "call_at", "reviewer", "summary", "about")
    told = {name: getattr(one, name) for name in (*names, "sample", "session", "original", "listened_s")}
    place = one.call or (None, None)
    words = {"answers": rows.encoded(dict(one.answers)), "comments": rows.encoded(one.comments)}
    days = {"day": day_number(business_date(config, one.call_at))}
    days["submitted_day"] = day_number(business_date(config, one.at))
    times = {"began_at": one.at - one.took_s, "saved_at": one.at, "submitted_at": one.at}
    keys = {"source_id": place[0], "position": place[1], "state": rows.SUBMITTED}
    return told | words | days | times | keys


# -- shared ----------------------------------------------------------------------------------------------


def _own_draft(
    connection: Connection, viewer: Viewer, config: FloorConfig, number: int, who: str
) -> ScoreRow:
    me = named(name_of(viewer, who))
    row = rows.find(connection, number, rows.seen_by(connection, viewer, config, me), held=True)
    if row is None:
        raise PeopleError("unknown_qa_score")
    if row.reviewer != me:
        raise PeopleError("qa_not_yours")
    if row.state != rows.DRAFT:
        raise PeopleError("qa_not_draft")
    return row


def _other(connection: Connection, viewer: Viewer, config: FloorConfig, number: int, who: str) -> ScoreRow:
    """Another's score, of another's call, of which the viewer may decide."""
    me = named(name_of(viewer, who))
    row = rows.find(connection, number, rows.seen_by(connection, viewer, config, me), held=True)
    if row is None or row.state == rows.DRAFT:
        raise PeopleError("unknown_qa_score")
    if me in (row.reviewer, row.agent) or row.agent in viewer.own:
        raise PeopleError("qa_own_score")
    return row


def _must(row: ScoreRow | None) -> ScoreRow:
    if row is None:
        raise PeopleError("unknown_qa_score")
    return row


def _log(
    connection: Connection,
    viewer: Viewer,
    row: ScoreRow,
    act: Act,
    who: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    why: str,
    now: float,
) -> None:
    by = acting(name_of(viewer, who), viewer)
    record(connection, by, act, f"qa_score/{row.id}", before, after, why, now, site=viewer.site)
