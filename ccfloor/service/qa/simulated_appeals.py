"""Appeals of the simulated past: filed, answered, taken on, decided, each by its clocks, or left undone."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from msgspec import structs
from sqlalchemy import Connection, or_, select

from ccfloor.kpi.period import business_date, date_of, day_number
from ccfloor.qa import appeals
from ccfloor.qa.appeals import Appeal, Clocks, Decision, Parties, Step
from ccfloor.qa.model import NO, Form, Item, number
from ccfloor.qa.score import Result, score, tagged
from ccfloor.service.qa import versions
from ccfloor.service.qa.appeals import LAPSED
from ccfloor.service.qa.scoring import lines_of
from ccfloor.service.qa.simulated import Cast, at_work
from ccfloor.service.qa.simulated_draws import lead_of, leads_of
from ccfloor.store import qa_appeals as stored
from ccfloor.store import qa_scores as rows
from ccfloor.store.qa_appeals import StepRow
from ccfloor.store.qa_scores import ScoreRow
from ccfloor.store.qa_tables import qa_appeals, qa_scores

CLOCKS = Clocks()
_t = qa_scores.c


class _Move(NamedTuple):
    """A step, so many working days after the one before, and what was decided."""

    step: Step
    days: tuple[int, int]
    decision: Decision | None = None


# What may come of an appeal. Without an answer in time an appeal goes on to leadership by itself.
_COURSES: tuple[tuple[_Move, ...], ...] = (
    (_Move(Step.ANSWER, (1, 5), Decision.UPHELD),),
    (_Move(Step.ANSWER, (1, 4), Decision.DISMISSED),),
    (
        _Move(Step.ANSWER, (1, 3), Decision.DISMISSED),
        _Move(Step.ESCALATE, (1, 5)),
        _Move(Step.DECIDE, (3, 10), Decision.PARTLY),
        _Move(Step.REASONS, (1, 5)),
    ),
    (_Move(Step.WITHDRAW, (1, 3)),),
    (_Move(Step.ANSWER, (2, 5), Decision.PARTLY),),
    (
        _Move(Step.DECIDE, (7, 14), Decision.DISMISSED),
        _Move(Step.REASONS, (1, 5)),
    ),
)


# What has come of the latest ones, by the working days since the score: so that there are some in each state.
_LATEST: dict[int, tuple[_Move, ...]] = {
    2: (),
    3: (_Move(Step.ANSWER, (1, 1), Decision.DISMISSED),),
    4: (_Move(Step.ANSWER, (1, 1), Decision.DISMISSED), _Move(Step.ESCALATE, (1, 1))),
    5: (
        _Move(Step.ANSWER, (1, 1), Decision.DISMISSED),
        _Move(Step.ESCALATE, (1, 1)),
        _Move(Step.DECIDE, (1, 1), Decision.PARTLY),
    ),
}
_EACH = 2


class Dispute(NamedTuple):
    """A score that is appealed against, after so many working days, and what comes of it."""

    row: ScoreRow
    days: tuple[int, int]
    course: tuple[_Move, ...]


def disputed(connection: Connection, cast: Cast) -> list[Dispute]:
    """Scores below the mark that their agents do not take, and have not appealed against yet."""
    site, today = cast.config.site, business_date(cast.config, cast.now)
    appealed = select(qa_appeals.c.score).where(qa_appeals.c.site == site)
    query = select(qa_scores).where(
        *(_t.site == site, _t.state == rows.SUBMITTED, _t.kind.in_(("sample", "lead"))),
        or_(~_t.passed, _t.id.in_(appealed)),
    )
    there, latest, found = set(connection.scalars(appealed)), Counter[int](), list[Dispute]()
    for told in connection.execute(query.order_by(_t.submitted_at, _t.id)).mappings().all():
        row, rng = rows.row_of(told), cast.chance("appeal", str(told["id"]))
        ago = cast.calendar.between(date_of(row.submitted_day), today)
        if ago in _LATEST and latest[ago] < _EACH:
            latest[ago] += 1
            found.append(Dispute(row, (1, 1), _LATEST[ago]))
        elif rng.random() < cast.quality.appeal:
            found.append(Dispute(row, (1, CLOCKS.file), rng.choice(_COURSES)))
    return [one for one in found if one.row.id not in there]


def appeal_against(connection: Connection, cast: Cast, one: Dispute) -> set[int]:
    """One appeal, as far as it has come; returns the days whose figures changed."""
    row, rng = one.row, cast.chance("appealed", str(one.row.id))
    published = date_of(row.submitted_day)
    day = cast.calendar.after(published, rng.randint(*one.days))
    at = at_work(cast, day, rng)
    if at > cast.now:
        return set()
    parties = Parties(row.agent, row.reviewer)
    appeal = appeals.file(published, day, parties, CLOCKS, cast.calendar)
    appeal, made = _follow(cast, row, appeal, one.course)
    form = versions.version(connection.engine, cast.config.site, "form", row.form, row.version).form
    items = _items(score(form, row.answers))
    after = _corrected(form, row, items, appeal.decision)
    told = score(form, after)
    values = {
        "score": row.id, "agent": row.agent, "filed_by": row.agent,
        "reviewer": row.reviewer, "answered_by": appeal.parties.answered, "items": items,
        "text": rng.choice(cast.quality.appeals.reasons), "state": str(appeal.state),
        "decision": str(appeal.decision or ""), "forced": appeal.forced,
        "since_day": day_number(appeal.since), "due_day": day_number(appeal.due) if appeal.due else None,
        "at": at, "before": row.score, "after": told.score if appeal.decision else None,
    }  # fmt: skip
    new = stored.add(connection, cast.config.site, values)
    for step in made:
        stored.add_step(connection, cast.config.site, structs.replace(step, appeal=new))
    if after == row.answers:
        return set()
    judged = next(step for step in reversed(made) if step.decision)
    _correct(connection, cast, row, form, after, told, judged, new)
    return {row.day}


def _follow(
    cast: Cast, row: ScoreRow, appeal: Appeal, course: tuple[_Move, ...]
) -> tuple[Appeal, list[StepRow]]:
    """The appeal after what has been done by now, as it stands today."""
    rng, day, made = cast.chance("course", str(row.id)), appeal.since, list[StepRow]()
    for move in course:
        day = cast.calendar.after(day, rng.randint(*move.days))
        at = at_work(cast, day, rng)
        if at > cast.now:
            break
        appeal = _lapsed(cast, appeal, day, made)
        who, words = _actor(cast, row, move.step), rng.choice(_words(cast, move))
        appeal = appeals.take(appeal, move.step, who, day, CLOCKS, cast.calendar, move.decision)
        made.append(StepRow(0, at, day_number(day), who, str(move.step), str(move.decision or ""), words))
    return _lapsed(cast, appeal, business_date(cast.config, cast.now), made), made


def _lapsed(cast: Cast, appeal: Appeal, day: date, made: list[StepRow]) -> Appeal:
    """The appeal as it stands on a day; that a clock ran out before is written down."""
    stands = appeals.passed(appeal, day, CLOCKS, cast.calendar)
    if stands != appeal:
        at = cast.config.day_begins(stands.since + timedelta(days=1))
        made.append(StepRow(0, at, day_number(stands.since), "", LAPSED, "", str(stands.state)))
    return stands


def _actor(cast: Cast, row: ScoreRow, step: Step) -> str:
    if step in (Step.ESCALATE, Step.WITHDRAW):
        return row.agent
    return _answerer(cast, row) if step == Step.ANSWER else cast.quality.leadership


def _answerer(cast: Cast, row: ScoreRow) -> str:
    """The lead of the agent, the head or another lead: the first who neither scored it nor is the agent."""
    leads = leads_of(cast.config)
    teams = [row.team, *(team for team in leads if team != row.team)]
    names = [lead_of(team, cast.quality) for team in teams if team and leads.get(team) != row.agent]
    names.insert(1 if row.team and leads.get(row.team) != row.agent else 0, cast.quality.head.name)
    return next((name for name in names if name != row.reviewer), cast.quality.head.name)


def _words(cast: Cast, move: _Move) -> list[str]:
    words = cast.quality.appeals
    if move.step == Step.ANSWER:
        return words.dismissed if move.decision == Decision.DISMISSED else words.upheld
    told = {Step.ESCALATE: words.escalated, Step.DECIDE: words.decided, Step.REASONS: words.given}
    return told.get(move.step, [""])


def _items(told: Result) -> list[str]:
    """What it is about: what was fatal, else the two questions that lost most."""
    lost = sorted((line for line in told.lines if line.lost), key=lambda line: -line.lost)
    return list(told.fatal) or [line.item for line in lost[:2]]


def _corrected(form: Form, row: ScoreRow, items: list[str], decision: Decision | None) -> dict[str, str]:
    """Answers after a decision: all that was disputed has full points, or the first of it."""
    if decision in (None, Decision.DISMISSED):
        return row.answers
    right = items if decision == Decision.UPHELD else items[:1]
    after = row.answers | {name: _best(form.item(name)) for name in right}
    return after if score(form, after).complete else row.answers


def _best(item: Item) -> str:
    if item.kind == "choice":
        return max((one for one in item.options if not one.fatal), key=lambda one: one.points).id
    if item.kind == "scale":
        return str(item.high)
    if item.kind == "points":
        return str(item.points) if number(str(item.points)) != int(item.points) else str(int(item.points))
    return NO if item.kind == "fatal" or "yes" in item.fatal_if else "yes"


def _correct(
    connection: Connection,
    cast: Cast,
    row: ScoreRow,
    form: Form,
    answers: Mapping[str, str],
    told: Result,
    by: StepRow,
    appeal: int,
) -> None:
    """What the score was stays as a revision, as it does after any correction."""
    site = cast.config.site
    rows.keep_revision(connection, site, row, by.at, by.who, by.text, appeal)
    tags = {name: tagged(form, told, name) for name in ("polite", "record")}
    flags = {name: None if value is None else int(value) for name, value in tags.items()}
    values = {"answers": rows.encoded(dict(answers)), "revision": row.revision + 1, "score": told.score}
    rows.change(connection, row.id, values | flags | {"passed": told.passed, "fatal": bool(told.fatal)})
    rows.keep_lines(connection, site, row, lines_of(told))
