"""What became of appeals: by question, by reviewer, by outcome, and how long they took in working days."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from statistics import median
from typing import NamedTuple

from sqlalchemy import Engine

from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import business_date, date_of, day_number, period
from ccfloor.qa.appeals import AppealState, Decision, Step
from ccfloor.service.qa.appeal_rules import Rules
from ccfloor.service.qa.appeals import LAPSED
from ccfloor.service.qa.subject import name_of
from ccfloor.store import qa_appeals as rows
from ccfloor.store import qa_scores
from ccfloor.store.qa_appeals import AppealRow, StepRow, Which
from ccfloor.store.viewer import Viewer

OUTCOMES = (*map(str, Decision), "withdrawn", "running")
_MOST = 20_000


class Tally(NamedTuple):
    """So many appeals, by what became of them (OUTCOMES)."""

    name: str
    of: Counter[str]

    @property
    def filed(self) -> int:
        """All of them."""
        return self.of.total()

    @property
    def right(self) -> float | None:
        """The share of the decided ones that were right, wholly or in part; None where none is decided."""
        good = self.of[Decision.UPHELD] + self.of[Decision.PARTLY]
        decided = good + self.of[Decision.DISMISSED]
        return good / decided if decided else None


class Took(NamedTuple):
    """How long something took, in working days. ``late``: how many took longer than they may."""

    step: str
    n: int
    median: float | None
    longest: int | None
    late: int


class Stats(NamedTuple):
    """Of the appeals filed in a time. ``scores``: reviewer → scores handed in then, that could be appealed
    against; ``items``: (form, question) → tally, the question "" for the form as a whole.
    """

    total: Tally
    items: list[tuple[str, Tally]]
    reviewers: list[Tally]
    scores: dict[str, int]
    took: list[Took]


def statistics(
    engine: Engine, viewer: Viewer, config: FloorConfig, rules: Rules, first: date, last: date, who: str = ""
) -> Stats:
    """What became of the appeals filed from the first to the last of these days, as far as a viewer reads
    them.
    """
    viewer.needs(Right.QA)
    me, days = name_of(viewer, who), (day_number(first), day_number(last))
    start, end = period(config, first.isoformat()).start, period(config, last.isoformat()).end
    with engine.connect() as connection:
        within = rows.readable(connection, viewer, config, me)
        found = rows.listed(connection, Which(start, end), within, _MOST)
        done = rows.steps(connection, viewer.site, [row.id for row in found])
        scores = rows.scored(connection, *days, qa_scores.seen_by(connection, viewer, config, me))
    return Stats(
        _tally("", found), _items(found), _reviewers(found, scores), scores, _took(config, rules, found, done)
    )


def outcome(row: AppealRow) -> str:
    """What became of an appeal, one of OUTCOMES."""
    if row.state == AppealState.WITHDRAWN:
        return "withdrawn"
    over = row.state not in (AppealState.FILED, AppealState.ESCALATED)
    return row.decision if over and row.decision else "running"


def _tally(name: str, found: Iterable[AppealRow]) -> Tally:
    return Tally(name, Counter(map(outcome, found)))


def _items(found: Sequence[AppealRow]) -> list[tuple[str, Tally]]:
    """By question, those that are appealed against most first."""
    named: dict[tuple[str, str], list[AppealRow]] = {}
    for row in found:
        for item in row.items or [""]:
            named.setdefault((row.form, item), []).append(row)
    told = [(form, _tally(item, mine)) for (form, item), mine in named.items()]
    return sorted(told, key=lambda one: (-one[1].filed, one[0], one[1].name))


def _reviewers(found: Sequence[AppealRow], scores: dict[str, int]) -> list[Tally]:
    """By reviewer, also those against whom nobody appealed."""
    names = sorted({*scores, *(row.reviewer for row in found)})
    told = [_tally(name, (row for row in found if row.reviewer == name)) for name in names]
    return sorted(told, key=lambda one: (-one.filed, one.name))


def _took(
    config: FloorConfig, rules: Rules, found: Sequence[AppealRow], done: Sequence[StepRow]
) -> list[Took]:
    """From filing to the answer, from there to leadership's decision, and to its written reasons."""
    steps: dict[int, dict[str, StepRow]] = {}
    for step in done:
        steps.setdefault(step.appeal, {})[step.step] = step
    limits = ((Step.ANSWER, rules.clocks.answer), (Step.DECIDE, rules.clocks.review))
    told = [_of(config, rules, found, steps, step, limit) for step, limit in limits]
    return [*told, _of(config, rules, found, steps, Step.REASONS, rules.clocks.reasons)]


def _of(
    config: FloorConfig,
    rules: Rules,
    found: Sequence[AppealRow],
    steps: dict[int, dict[str, StepRow]],
    step: Step,
    limit: int,
) -> Took:
    days: list[int] = []
    lapsed = 0
    for row in found:
        mine = steps.get(row.id, {})
        if step == Step.ANSWER and row.forced:
            lapsed += 1
        elif step in mine:
            began = _began(config, row, mine, step)
            days.append(rules.calendar.between(began, date_of(mine[step].day)))
    late = lapsed + sum(one > limit for one in days)
    return Took(str(step), len(days), median(days) if days else None, max(days, default=None), late)


def _began(config: FloorConfig, row: AppealRow, mine: dict[str, StepRow], step: Step) -> date:
    """The day on which the clock of a step began."""
    before = {Step.DECIDE: (Step.ESCALATE, Step.HAND_ON, LAPSED), Step.REASONS: (Step.DECIDE,)}.get(step, ())
    found = next((mine[one] for one in map(str, before) if one in mine), None)
    return business_date(config, row.at) if found is None else date_of(found.day)
