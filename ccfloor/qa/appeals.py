"""An appeal against a score: its states, its clocks in working days, and who may do what.

Clocks and steps after the appeal rules of floor handbooks (申诉): filed within 3 working days of the score's
publication; answered within 5; taken on to leadership within 5 of the answer; reviewed there within 10; the
written reasons handed over within 5 of the decision. Where the first answer does not come in time the appeal
goes on to leadership by itself, and who cannot answer it hands it on. Pure: days are the site's, time is an
argument.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import Field

from ccfloor.qa.workdays import WorkCalendar
from ccfloor.rules.model import Part

Days = Annotated[int, Field(ge=1, le=60)]


class Clocks(Part):
    """How many working days each step has."""

    file: Days = 3
    answer: Days = 5
    again: Days = 5
    review: Days = 10
    reasons: Days = 5


class AppealState(StrEnum):
    """Where an appeal is."""

    FILED = "filed"  # with whoever answers first
    ANSWERED = "answered"  # decided; it may be taken on
    ESCALATED = "escalated"  # with leadership
    DECIDED = "decided"  # for good; the written reasons are due
    CLOSED = "closed"  # for good, reasons given and time for more is over
    WITHDRAWN = "withdrawn"  # before anybody answered it


class Decision(StrEnum):
    """What was decided."""

    UPHELD = "upheld"  # the appeal is right: the score is corrected
    PARTLY = "partly"
    DISMISSED = "dismissed"


class Step(StrEnum):
    """What somebody does to an appeal."""

    ANSWER = "answer"
    HAND_ON = "hand_on"  # who is to answer cannot: leadership decides
    ESCALATE = "escalate"
    DECIDE = "decide"
    REASONS = "reasons"
    WITHDRAW = "withdraw"


class Refused(ValueError):
    """A step that is not taken. ``code`` picks the sentence (``qa.appeal.refused.…``)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Parties(NamedTuple):
    """Names of accounts. ``agent``: whose score it is; ``reviewer``: who gave it; ``answered``: who answered
    first.
    """

    agent: str
    reviewer: str
    answered: str = ""


@dataclass(frozen=True)
class Appeal:
    """An appeal. ``since``: the business day on which its state began; ``due``: the last day of what is to
    be done next, None where nothing is. ``forced``: it went on because nobody answered in time.
    """

    state: AppealState
    since: date
    due: date | None
    parties: Parties
    decision: Decision | None = None
    forced: bool = False

    @property
    def open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.state in (AppealState.FILED, AppealState.ESCALATED, AppealState.DECIDED)


def last_day_to_file(published: date, clocks: Clocks, calendar: WorkCalendar) -> date:
    """The last day on which a score may be appealed against."""
    return calendar.after(published, clocks.file)


def file(published: date, today: date, parties: Parties, clocks: Clocks, calendar: WorkCalendar) -> Appeal:
    """A new appeal. Raises Refused ``too_late``, and ``own_score``: who scored it appeals not against it."""
    if parties.agent == parties.reviewer:
        raise Refused("own_score")
    if today > last_day_to_file(published, clocks, calendar):
        raise Refused("too_late")
    return Appeal(AppealState.FILED, today, calendar.after(today, clocks.answer), parties)


def take(
    appeal: Appeal,
    step: Step,
    who: str,
    today: date,
    clocks: Clocks,
    calendar: WorkCalendar,
    decision: Decision | None = None,
) -> Appeal:
    """The appeal after a step. Raises Refused: ``not_now``, ``own_score`` (the reviewer decides nothing about
    the own score, nor the agent), ``same_judge`` (leadership is somebody else), ``not_yours``, ``too_late``,
    ``no_decision``.
    """
    now = passed(appeal, today, clocks, calendar)
    if (now.state, step) not in _ALLOWED:
        raise Refused(
            "too_late" if step == Step.ESCALATE and appeal.state == AppealState.ANSWERED else "not_now"
        )
    _party(now, step, who)
    if step in (Step.ANSWER, Step.DECIDE) and decision is None:
        raise Refused("no_decision")
    if step == Step.ANSWER:
        due = calendar.after(today, clocks.again)
        parties = now.parties._replace(answered=who)
        return replace(
            now, state=AppealState.ANSWERED, since=today, due=due, decision=decision, parties=parties
        )
    if step in (Step.ESCALATE, Step.HAND_ON):
        due = calendar.after(today, clocks.review)
        return replace(now, state=AppealState.ESCALATED, since=today, due=due)
    if step == Step.DECIDE:
        due = calendar.after(today, clocks.reasons)
        kept = now.decision if decision == Decision.DISMISSED else None  # what the answer granted stands
        return replace(now, state=AppealState.DECIDED, since=today, due=due, decision=kept or decision)
    unheard = step == Step.WITHDRAW and now.decision is None  # who has an answer already keeps it
    ends = AppealState.WITHDRAWN if unheard else AppealState.CLOSED
    return replace(now, state=ends, since=today, due=None)


def passed(appeal: Appeal, today: date, clocks: Clocks, calendar: WorkCalendar) -> Appeal:
    """The appeal as it stands today: unanswered in time it has gone on, not taken on it is over."""
    if appeal.due is None or today <= appeal.due:
        return appeal
    if appeal.state == AppealState.FILED:
        began = appeal.due
        gone = replace(appeal, state=AppealState.ESCALATED, since=began, forced=True)
        return replace(gone, due=calendar.after(began, clocks.review))
    if appeal.state == AppealState.ANSWERED:
        return replace(appeal, state=AppealState.CLOSED, since=appeal.due, due=None)
    return appeal  # late, and still to be done


def late(appeal: Appeal, today: date) -> bool:
    """Whether what is to be done is overdue."""
    return appeal.open and appeal.due is not None and today > appeal.due


_ALLOWED = {
    (AppealState.FILED, Step.ANSWER),
    (AppealState.FILED, Step.HAND_ON),
    (AppealState.FILED, Step.WITHDRAW),
    (AppealState.ANSWERED, Step.ESCALATE),
    (AppealState.ESCALATED, Step.DECIDE),
    (AppealState.ESCALATED, Step.WITHDRAW),
    (AppealState.DECIDED, Step.REASONS),
}


def _party(appeal: Appeal, step: Step, who: str) -> None:
    agent, reviewer, answered = appeal.parties
    if step in (Step.ESCALATE, Step.WITHDRAW):
        if who != agent:
            raise Refused("not_yours")
        return
    if who in (agent, reviewer):
        raise Refused("own_score")
    if step == Step.DECIDE and who == answered:
        raise Refused("same_judge")
