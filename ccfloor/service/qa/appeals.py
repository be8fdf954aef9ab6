"""Appeals against scores (申诉): filed by the agent, answered by a lead, taken on to leadership, decided.

Steps and clocks are those of ``ccfloor.qa.appeals``; how many working days each has stands in the site's
``appeals.yaml``. Where a clock runs out the appeal goes on by itself: it is read so at once, and ``pass_on``
writes it down. A decision has written reasons; where the appeal is right the score is corrected in the same
transaction, and what it was stays on record. Instants are UTC epoch seconds.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import business_date, day_number
from ccfloor.qa import appeals as core
from ccfloor.qa.appeals import Appeal, Decision, Parties, Refused, Step
from ccfloor.qa.score import score as result
from ccfloor.service.audit import PROGRAM, Actor, acting, record
from ccfloor.service.people_log import PeopleError, named, said
from ccfloor.service.qa import scoring
from ccfloor.service.qa.appeal_rules import Rules
from ccfloor.service.qa.appeal_views import RIGHTS, chance_of, party_of, stored_appeal
from ccfloor.service.qa.subject import name_of
from ccfloor.store import qa_appeals as rows
from ccfloor.store import qa_scores
from ccfloor.store.engine import lock_site, writing
from ccfloor.store.qa_appeals import AppealRow, StepRow
from ccfloor.store.qa_scores import ScoreRow
from ccfloor.store.viewer import Viewer

LAPSED = "lapsed"  # the step of a clock that ran out
ITEMS_MAX = 60
_ACTS = {
    Step.ANSWER: Act.QA_APPEAL_ANSWERED,
    Step.HAND_ON: Act.QA_APPEAL_HANDED_ON,
    Step.ESCALATE: Act.QA_APPEAL_ESCALATED,
    Step.DECIDE: Act.QA_APPEAL_DECIDED,
    Step.REASONS: Act.QA_APPEAL_REASONS,
    Step.WITHDRAW: Act.QA_APPEAL_WITHDRAWN,
}


class Verdict(NamedTuple):
    """A decision. ``answers``: those of the form that change; none where the appeal is dismissed."""

    decision: Decision
    answers: Mapping[str, str] = {}


# -- filing ----------------------------------------------------------------------------------------------


def file_appeal(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    rules: Rules,
    score: int,
    items: Sequence[str],
    text: str,
    who: str,
    now: float,
) -> int:
    """Appeal against a score of the own, about some of its questions or the form as a whole; its number.

    Raises PeopleError: ``no_who``, ``no_text``, ``unknown_qa_score`` (none of his, or by himself),
    ``qa_appeal_item``, ``qa_appeal_there``, ``qa_appeal_too_late``, ``qa_appeal_own_score``.
    """
    viewer.needs(Right.OWN)
    me, words = named(name_of(viewer, who)), said(text, "no_text")
    with writing(engine) as connection:
        lock_site(connection, viewer.site)
        row = qa_scores.find(connection, score, rows.appealable(connection, viewer, config, me))
        if row is None:
            raise PeopleError("unknown_qa_score")
        before = rows.of_score(connection, viewer.site, score)
        corrected = qa_scores.corrected(connection, viewer.site, [score]).get(score)
        told = chance_of(config, rules, row, before, now, corrected)
        if told.refused:
            raise PeopleError(told.refused)
        about = _items(connection, viewer.site, row, items)
        made = _file(row, told.published, business_date(config, now), me, rules)
        values = _columns(made) | {"items": about, "text": words, "at": now, "before": row.score}
        values |= {"score": row.id, "agent": row.agent, "filed_by": me, "reviewer": row.reviewer}
        number = rows.add(connection, viewer.site, values | {"after": None})
        after = {"score": row.score, "questions": about, "text": words, "due": str(made.due)}
        _log(connection, acting(me, viewer), viewer.site, number, Act.QA_APPEAL_FILED, None, after, "", now)
    return number


def _file(row: ScoreRow, published: date, today: date, me: str, rules: Rules) -> Appeal:
    try:
        return core.file(published, today, Parties(me, row.reviewer), *rules)
    except Refused as error:
        raise PeopleError(f"qa_appeal_{error.code}") from None


def _items(connection: Connection, site: str, row: ScoreRow, items: Sequence[str]) -> list[str]:
    """The questions, in the form's order. Raises PeopleError ``qa_appeal_item``: it was not asked."""
    wanted = set(items)
    lines = scoring.result_of(connection.engine, site, row).lines
    found = [line.item for line in lines if line.asked and line.item in wanted]
    if len(found) != len(wanted) or len(wanted) > ITEMS_MAX:
        raise PeopleError("qa_appeal_item")
    return found


# -- deciding --------------------------------------------------------------------------------------------


def answer(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    rules: Rules,
    number: int,
    verdict: Verdict,
    who: str,
    why: str,
    now: float,
) -> None:
    """Answer an appeal, with reasons; the score is corrected where it is right.

    Raises PeopleError: ``no_who``, ``no_why``, ``unknown_qa_appeal``, ``qa_appeal_not_now``,
    ``qa_appeal_own_score``, ``qa_appeal_same_judge``, ``qa_appeal_no_change`` (right, but nothing changes),
    ``qa_appeal_dismissed`` (not right, but something does), ``qa_appeal_other_item``, ``qa_appeal_lower``,
    and those of ``scoring.correct_within``.
    """
    _take(engine, viewer, config, rules, number, Step.ANSWER, who, why, now, verdict)


def decide(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    rules: Rules,
    number: int,
    verdict: Verdict,
    who: str,
    why: str,
    now: float,
) -> None:
    """Leadership's decision about one that was taken on. Raises PeopleError: as ``answer``."""
    _take(engine, viewer, config, rules, number, Step.DECIDE, who, why, now, verdict)


def hand_on(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    rules: Rules,
    number: int,
    who: str,
    why: str,
    now: float,
) -> None:
    """Who is to answer it cannot: leadership decides. Raises PeopleError: as ``answer``."""
    _take(engine, viewer, config, rules, number, Step.HAND_ON, who, why, now)


def give_reasons(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    rules: Rules,
    number: int,
    who: str,
    why: str,
    now: float,
) -> None:
    """Hand over the written reasons of leadership's decision. Raises PeopleError: as ``answer``."""
    _take(engine, viewer, config, rules, number, Step.REASONS, who, why, now)


def escalate(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    rules: Rules,
    number: int,
    who: str,
    why: str,
    now: float,
) -> None:
    """The agent does not take the answer. Raises PeopleError: as ``answer``, ``qa_appeal_not_yours``,
    ``qa_appeal_too_late``.
    """
    _take(engine, viewer, config, rules, number, Step.ESCALATE, who, why, now)


def withdraw(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    rules: Rules,
    number: int,
    who: str,
    why: str,
    now: float,
) -> None:
    """The agent lets go of it. Raises PeopleError: as ``escalate``."""
    _take(engine, viewer, config, rules, number, Step.WITHDRAW, who, why, now)


def _take(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    rules: Rules,
    number: int,
    step: Step,
    who: str,
    why: str,
    now: float,
    verdict: Verdict | None = None,
) -> None:
    viewer.needs(RIGHTS[step])
    me, words = named(name_of(viewer, who)), said(why)
    decision = verdict.decision if verdict else None
    with writing(engine) as connection:
        lock_site(connection, viewer.site)
        row = _found(connection, viewer, config, number, step, me)
        today, actor = business_date(config, now), acting(me, viewer)
        try:
            made = core.take(stored_appeal(row), step, party_of(viewer, row, me), today, *rules, decision)
        except Refused as error:
            raise PeopleError(f"qa_appeal_{error.code}") from None
        _lapse(connection, config, rules, row, today, now)
        values = _columns(made)
        if verdict is not None:
            values["after"] = _corrected(connection, viewer, config, row, verdict, me, words, now)
        rows.change(connection, viewer.site, number, values)
        told = StepRow(number, now, day_number(today), me, str(step), str(decision or ""), words)
        rows.add_step(connection, viewer.site, told)
        was = {"state": row.state, "score": row.before}
        after = {"state": values["state"], "decision": values["decision"]}
        after |= {"score": values["after"]} if "after" in values else {}
        _log(connection, actor, viewer.site, number, _ACTS[step], was, after, words, now)


def _found(
    connection: Connection, viewer: Viewer, config: FloorConfig, number: int, step: Step, me: str
) -> AppealRow:
    """The appeal, if it is the viewer's to take this step. Raises PeopleError."""
    row = rows.find(connection, number, rows.readable(connection, viewer, config, me))
    if row is None:
        raise PeopleError("unknown_qa_appeal")
    if row.score_state != qa_scores.SUBMITTED:
        raise PeopleError("qa_appeal_moot")
    if RIGHTS[step] != Right.OWN:
        within = rows.decidable(connection, viewer, config, me)
        if rows.find(connection, number, within) is None:
            raise PeopleError("qa_appeal_own_score")
    return row


def _corrected(
    connection: Connection,
    viewer: Viewer,
    config: FloorConfig,
    row: AppealRow,
    verdict: Verdict,
    me: str,
    why: str,
    now: float,
) -> float | None:
    """Correct the score as decided; returns what it is then. Raises PeopleError, see ``answer``."""
    before = qa_scores.find(connection, row.score, qa_scores.seen_by(connection, viewer, config, me))
    if before is None:
        raise PeopleError("unknown_qa_score")
    changes = {item: told for item, told in verdict.answers.items() if before.answers.get(item, "") != told}
    if verdict.decision == Decision.DISMISSED:
        if changes:
            raise PeopleError("qa_appeal_dismissed")
        return before.score
    if not changes:
        raise PeopleError("qa_appeal_no_change")
    _only_disputed(connection, viewer.site, row, before, changes)
    made = scoring.correct_within(connection, viewer, config, row.score, changes, me, why, now, appeal=row.id)
    if (made.score or 0.0) < (before.score or 0.0):
        raise PeopleError("qa_appeal_lower")
    return made.score


def _only_disputed(
    connection: Connection, site: str, row: AppealRow, before: ScoreRow, changes: Mapping[str, str]
) -> None:
    """Only what the appeal is about changes, what was not asked before and is asked now, and what was left
    open when something fatal ended the form: where that is taken away it has to be judged after all.
    """
    told = result(scoring.form_of(connection.engine, site, before), before.answers)
    judged = {line.item for line in told.lines if line.asked} - set(told.missing)
    if row.items and set(changes) & judged - set(row.items):
        raise PeopleError("qa_appeal_other_item")


def _columns(appeal: Appeal) -> dict[str, Any]:
    """The columns that say how an appeal stands."""
    due = day_number(appeal.due) if appeal.due else None
    told: dict[str, Any] = {"state": str(appeal.state), "decision": str(appeal.decision or "")}
    told |= {"forced": appeal.forced, "answered_by": appeal.parties.answered}
    return told | {"since_day": day_number(appeal.since), "due_day": due}


# -- clocks that ran out ---------------------------------------------------------------------------------


def pass_on(engine: Engine, config: FloorConfig, rules: Rules, now: float) -> int:
    """Write down which appeals went on, or were over, because their time ran out; returns how many."""
    today = business_date(config, now)
    with engine.connect() as connection:
        if not rows.due_before(connection, config.site, day_number(today)):
            return 0
    with writing(engine) as connection:
        lock_site(connection, config.site)
        due = rows.due_before(connection, config.site, day_number(today))
        return sum(_lapse(connection, config, rules, row, today, now) for row in due)


def _lapse(
    connection: Connection, config: FloorConfig, rules: Rules, row: AppealRow, today: date, now: float
) -> bool:
    """Write down that a clock ran out, if it did."""
    before = stored_appeal(row)
    stands = core.passed(before, today, *rules)
    if stands == before:
        return False
    rows.change(connection, config.site, row.id, _columns(stands))
    told = StepRow(row.id, now, day_number(stands.since), "", LAPSED, "", str(stands.state))
    rows.add_step(connection, config.site, told)
    after = {"state": str(stands.state), "due": str(stands.due) if stands.due else None}
    was = {"state": row.state, "due": str(before.due)}
    _log(connection, PROGRAM, config.site, row.id, Act.QA_APPEAL_LAPSED, was, after, "", now)
    return True


def _log(
    connection: Connection,
    by: Actor,
    site: str,
    number: int,
    act: Act,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    why: str,
    now: float,
) -> None:
    record(connection, by, act, f"qa_appeal/{number}", before, after, why, now, site=site)
