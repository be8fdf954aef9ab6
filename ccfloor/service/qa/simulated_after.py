"""What a QA desk does beside scoring, in the simulated past: calibrations, re-checks, plans, needs, cases."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

from msgspec.json import encode
from sqlalchemy import Connection, Engine, Table, func, insert, select

from ccfloor.acd.sim_listening import Heard
from ccfloor.kpi.period import business_date, date_of, day_number
from ccfloor.qa.agreement import drift
from ccfloor.qa.calibrate import must_again
from ccfloor.qa.score import score
from ccfloor.service.qa import versions
from ccfloor.service.qa.candidates import Known, Told, candidates
from ccfloor.service.qa.facts import settle
from ccfloor.service.qa.scoring import Filled, Kind, keep_filled
from ccfloor.service.qa.simulated import Cast, at_work, in_force
from ccfloor.service.qa.simulated_appeals import appeal_against, disputed
from ccfloor.service.qa.simulated_draws import lead_of, night
from ccfloor.store import qa_scores as rows
from ccfloor.store import qa_versions
from ccfloor.store.engine import writing
from ccfloor.store.qa_scores import ScoreRow
from ccfloor.store.qa_tables import (
    qa_cases,
    qa_improvements,
    qa_lines,
    qa_needs,
    qa_samples,
    qa_scores,
    qa_sessions,
)
from ccfloor.store.team_terms import terms

_TALK_S = (120.0, 480.0)  # of a call that is fit for a calibration
_OPEN_D = 2.0  # a session is closed so many days after it was called
_TARGET, _FIRM = 90.0, 92.0
_NEEDS, _OFTEN = 6, 5  # lines of the list, calls that show it
_AT_ONCE = 12  # in one transaction
_t = qa_scores.c
T = TypeVar("T")


def afterwards(engine: Engine, cast: Cast, breathe: Callable[[], None]) -> None:
    """All of it in short transactions, after the last day was scored; what is there already stays."""
    for some in _some(engine, cast, disputed):
        with writing(engine) as connection:
            touched = set[int]().union(*(appeal_against(connection, cast, one) for one in some))
            settle(connection, cast.config, touched)
        breathe()
    for days in cast.quality.calibrations.days_ago:
        with writing(engine) as connection:
            settle(connection, cast.config, _calibrate(connection, cast, days))
        breathe()
    for forms in _some(engine, cast, _rechecked):
        with writing(engine) as connection:
            _recheck(connection, cast, forms)
        breathe()
    for table, put in ((qa_improvements, _improve), (qa_needs, _need), (qa_cases, _learn)):
        with writing(engine) as connection:
            if not _any(connection, cast, table):
                put(connection, cast)
        breathe()


def _some(engine: Engine, cast: Cast, ask: Callable[[Connection, Cast], list[T]]) -> list[list[T]]:
    with engine.connect() as connection:
        found = ask(connection, cast)
    return [found[first : first + _AT_ONCE] for first in range(0, len(found), _AT_ONCE)]


def _any(connection: Connection, cast: Cast, table: Table) -> bool:
    return connection.scalar(select(table.c.id).where(table.c.site == cast.config.site).limit(1)) is not None


# -- calibration -----------------------------------------------------------------------------------------


def _calibrate(connection: Connection, cast: Cast, days_ago: float) -> set[int]:
    """A session in which all reviewers score a call; returns the day on which it was closed."""
    config, words = cast.config, cast.quality.calibrations
    day = cast.calendar.after(business_date(config, cast.ended - days_ago * 86400), 0)
    called = at_work(cast, day + timedelta(days=1), cast.chance("session", str(day)))
    plan = next(in_force(connection, config.site, day), None)
    told = _fit(connection, cast, plan, day) if plan else None
    form = _form_of(connection, cast, plan.name, day) if plan else None
    if told is None or form is None:
        return set()
    names = [one.name for one in cast.quality.reviewers]
    known = (qa_sessions.c.site == config.site, qa_sessions.c.at == called)
    if connection.scalar(select(qa_sessions.c.id).where(*known)) is not None:
        return set()
    values = {
        "site": config.site, "name": f"{words.name} {day:%Y-%m}", "form": form.name, "version": form.version,
        "source_id": told.source, "position": told.position, "about": "", "agent": told.call.agent,
        "queue": told.call.queue, "reference": cast.quality.head.name, "reviewers": encode(names).decode(),
        "due_day": day_number(cast.calendar.after(day, 3)), "who": cast.quality.head.name, "why": words.why,
        "at": called, "closed_at": None, "closed_by": "", "outcome": "", "day": 0,
    }  # fmt: skip
    session = connection.execute(insert(qa_sessions).values(values).returning(qa_sessions.c.id)).scalar_one()
    closed = called + _OPEN_D * 86400
    over = closed <= cast.now
    hearers = [cast.quality.head, *cast.quality.reviewers][: None if over else 2]
    filled = [_blind(cast, form, told, one.name, called, place, session) for place, one in enumerate(hearers)]
    keep_filled(connection, config, filled, {(form.name, form.version): form.form})
    if not over:
        return set()
    points = {one.reviewer: score(form.form, one.answers).score or 0.0 for one in filled}
    reference = points.pop(cast.quality.head.name)
    found = [drift(name, [(own, reference)]) for name, own in points.items()]
    again = [one.reviewer for one in found if one is not None and must_again(one, None, 0)]
    outcome = words.again.format(names=", ".join(again)) if again else words.fine
    ended = {"closed_at": closed, "closed_by": cast.quality.head.name, "outcome": outcome}
    number = day_number(business_date(config, closed))
    mine = qa_sessions.c.id == session
    connection.execute(qa_sessions.update().where(mine).values(ended | {"day": number}))
    return {number}


def _fit(connection: Connection, cast: Cast, version: versions.Version, day: date) -> Told | None:
    """A call of a day that nobody has scored, long enough to say something."""
    config, at = cast.config, night(cast.config, day)
    there = candidates(connection, config, terms(connection, config), version.plan, (day, day), Known(at, at))
    query = select(qa_samples.c.source_id, qa_samples.c.position).where(qa_samples.c.site == config.site)
    sampled = {f"{row.source_id}:{row.position}" for row in connection.execute(query)}
    least, most = _TALK_S
    fit = sorted(key for key, one in there.items() if least <= one.call.talk_s <= most and key not in sampled)
    return there[cast.chance("calibration", str(day)).choice(fit)] if fit else None


def _form_of(connection: Connection, cast: Cast, plan: str, day: date) -> versions.Version | None:
    """The form by which a plan has the calls of a day scored."""
    site, number = cast.config.site, day_number(day)
    name = versions.form_of_plan(connection.engine, site, plan, number)
    found = qa_versions.counting(connection, site, "form", name, number)
    if found is None or found.state != qa_versions.PUBLISHED:
        return None
    return versions.version(connection.engine, site, "form", name, found.version)


def _blind(
    cast: Cast, form: versions.Version, told: Told, name: str, called: float, place: int, session: int
) -> Filled:
    heard = Heard(told.call.key, told.call.agent, cast.days_since(told.at), told.call.talk_s)
    sheet = cast.listening.fill_in(form.form, heard, cast.hearer(name))
    call, at = told.call, min(called + (place + 1) * 3600 * 5, cast.now)
    kind: Kind = "reference" if name == cast.quality.head.name else "calibration"
    whose = (call.agent, call.team, call.queue, told.at, name, sheet.answers, at)
    return Filled(
        kind, form.name, form.version, *whose, comments=sheet.comments, summary=sheet.summary,
        call=(told.source, told.position), session=session, listened_s=int(call.talk_s), took_s=900,
    )  # fmt: skip


# -- re-checks -------------------------------------------------------------------------------------------


def _rechecked(connection: Connection, cast: Cast) -> list[ScoreRow]:
    """The forms that the head scores again and has not yet."""
    mine = select(_t.original).where(_t.site == cast.config.site, _t.kind == "recheck")
    done = set(connection.scalars(mine))
    found = (row for row in _submitted(connection, cast) if row.id not in done)
    return [
        row
        for row in found
        if cast.chance("recheck", str(row.id)).random() < cast.quality.rechecks and row.call
    ]


def _recheck(connection: Connection, cast: Cast, some: Sequence[ScoreRow]) -> None:
    head = cast.quality.head
    for row in some:
        rng = cast.chance("rechecked", str(row.id))
        at = at_work(cast, cast.calendar.after(date_of(row.submitted_day), rng.randint(1, 5)), rng)
        if at > cast.now or row.call is None:
            continue
        form = versions.version(connection.engine, cast.config.site, "form", row.form, row.version)
        heard = Heard(f"{row.call[0]}:{row.call[1]}", row.agent, cast.days_since(row.call_at), row.listened_s)
        sheet = cast.listening.fill_in(form.form, heard, head)
        whose = (row.agent, row.team, row.queue, row.call_at, head.name, sheet.answers, at)
        again = Filled(
            "recheck", row.form, row.version, *whose, comments=sheet.comments, summary=sheet.summary,
            call=row.call, original=row.id, listened_s=row.listened_s, took_s=600,
        )  # fmt: skip
        keep_filled(connection, cast.config, [again], {(row.form, row.version): form.form})


def _submitted(connection: Connection, cast: Cast) -> list[ScoreRow]:
    query = select(qa_scores).where(
        _t.site == cast.config.site, _t.state == rows.SUBMITTED, _t.kind == "sample"
    )
    return [rows.row_of(row) for row in connection.execute(query.order_by(_t.id)).mappings().all()]


# -- improvement plans -----------------------------------------------------------------------------------


def _improve(connection: Connection, cast: Cast) -> None:
    """One plan under way for who is worst, one that was worth it for who has become better most."""
    today = business_date(cast.config, cast.now)
    early, late = _means(connection, cast, 60, 31), _means(connection, cast, 20, 0)
    both = sorted(set(early) & set(late))
    if not both:
        return
    worst = min(both, key=lambda agent: (late[agent], agent))
    others = [agent for agent in both if agent != worst and early[agent] < _FIRM]
    _plan(connection, cast, worst, (today - timedelta(days=18), today + timedelta(days=10)))
    if others:
        best = max(others, key=lambda agent: (late[agent] - early[agent], agent))
        _plan(connection, cast, best, (today - timedelta(days=48), today - timedelta(days=20)), done=True)


def _means(connection: Connection, cast: Cast, first: int, last: int) -> dict[str, float]:
    """Mean scores of agents with several forms, of days so long ago."""
    today = business_date(cast.config, cast.now)
    begin, end = (day_number(today - timedelta(days=ago)) for ago in (first, last))
    query = select(_t.agent, func.avg(_t.score)).where(
        *(
            _t.site == cast.config.site,
            _t.state == rows.SUBMITTED,
            _t.kind == "sample",
            _t.day.between(begin, end),
        )
    )
    made = connection.execute(query.group_by(_t.agent).having(func.count() >= 5))
    return {agent: float(mean) for agent, mean in made}


def _plan(
    connection: Connection, cast: Cast, agent: str, days: tuple[date, date], *, done: bool = False
) -> None:
    words, rng = cast.quality.improvements, cast.chance("plan", agent)
    team = terms(connection, cast.config).team_on(agent, day_number(days[0]))
    decided = at_work(cast, cast.calendar.after(days[1], 1), rng) if done else None
    _put(connection, cast, qa_improvements, {
        "scope": f"agent:{agent}", "goal": words.goal.format(target=f"{_TARGET:g}"), "measure": "qa_score",
        "target": _TARGET, "actions": words.actions, "owner": lead_of(team, cast.quality),
        "first_day": day_number(days[0]), "last_day": day_number(days[1]),
        "state": "consolidated" if done else "open",
        "decided_by": cast.quality.head.name if done else "", "decision": words.consolidated if done else "",
        "decided_at": decided, "follows": None, "who": cast.quality.head.name,
        "at": at_work(cast, days[0], rng),
    })  # fmt: skip


# -- training, cases -------------------------------------------------------------------------------------


def _need(connection: Connection, cast: Cast) -> None:
    """Training for who keeps losing points on one question: asked for, sent, done."""
    words, line = cast.quality.needs, qa_lines.c
    since = day_number(business_date(cast.config, cast.now) - timedelta(days=30))
    lost = func.sum(line.possible_milli - line.earned_milli) * 1.0 / func.sum(line.possible_milli)
    query = select(line.agent, line.form, line.item, func.max(line.score)).where(
        *(line.site == cast.config.site, line.day >= since, line.applies, line.possible_milli > 0)
    )
    often = query.group_by(line.agent, line.form, line.item).having(func.count() >= _OFTEN)
    found = connection.execute(often.order_by(lost.desc(), line.agent, line.form, line.item))
    met = dict[str, tuple[str, str, int]]()
    for agent, form, item, number in found:
        met.setdefault(agent, (form, item, number))
    for place, (agent, (form, item, number)) in enumerate(list(met.items())[:_NEEDS]):
        rng = cast.chance("need", agent)
        at = cast.now - rng.uniform(1, 6) * 86400 - (place % 3) * 7 * 86400
        sent, done = (at + 86400 if place % 3 else None), (at + 6 * 86400 if place % 3 == 2 else None)
        _put(connection, cast, qa_needs, {
            "agent": agent, "topic": f"item:{form}:{item}", "score": number,
            "text": words.text.format(item=_title(connection, cast, form, item)),
            "state": ("open", "sent", "done")[place % 3], "who": rng.choice(cast.quality.reviewers).name,
            "at": at, "sent_at": sent, "sent_to": words.sent_to if sent else "", "done_at": done,
            "done_by": cast.quality.head.name if done else "",
        })  # fmt: skip


def _title(connection: Connection, cast: Cast, form: str, item: str) -> str:
    """What a question is called, in the version of its form that counts now."""
    today = day_number(business_date(cast.config, cast.now))
    found = qa_versions.counting(connection, cast.config.site, "form", form, today)
    if found is None:
        return item
    body = versions.version(connection.engine, cast.config.site, "form", form, found.version).form
    return next((getattr(one.name, cast.lang) for one in body.items if one.id == item), item)


def _learn(connection: Connection, cast: Cast) -> None:
    """Some calls that others can learn from."""
    scored = _submitted(connection, cast)
    best = [row for row in scored if row.score == 100.0 and row.listened_s >= _TALK_S[0]]
    poor = [row for row in scored if not row.passed and not row.fatal]
    for some, cases, good in ((best, cast.quality.cases.good, True), (poor, cast.quality.cases.bad, False)):
        for row, words in zip(reversed(some), cases, strict=False):
            _put(connection, cast, qa_cases, {
                "score": row.id, "title": words.title, "text": words.text,
                "tags": encode(words.tags).decode(), "good": good, "who": row.reviewer,
                "at": row.saved_at + 60, "removed_at": None, "removed_by": "",
            })  # fmt: skip


def _put(connection: Connection, cast: Cast, table: Table, values: dict[str, Any]) -> None:
    connection.execute(insert(table).values(values | {"site": cast.config.site}))
