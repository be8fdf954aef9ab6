"""Appeals as they stand today: which a viewer may read, what waits for him, and what he may do.

Where a clock ran out an appeal is read as it stands by that, whether or not it has been written down yet.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from msgspec.structs import replace
from sqlalchemy import Engine

from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import business_date, date_of
from ccfloor.qa import appeals as core
from ccfloor.qa.appeals import Appeal, AppealState, Decision, Parties, Refused, Step
from ccfloor.service.qa.appeal_rules import Rules
from ccfloor.service.qa.subject import name_of
from ccfloor.store import qa_appeals as rows
from ccfloor.store import qa_scores
from ccfloor.store.qa_appeals import AppealRow, StepRow, Which
from ccfloor.store.qa_scores import ScoreRow
from ccfloor.store.viewer import Viewer

RIGHTS = {
    Step.ANSWER: Right.QA_DECIDE,
    Step.HAND_ON: Right.QA_DECIDE,
    Step.ESCALATE: Right.OWN,
    Step.DECIDE: Right.QA_LEADERSHIP,
    Step.REASONS: Right.QA_LEADERSHIP,
    Step.WITHDRAW: Right.OWN,
}


class Shown(NamedTuple):
    """An appeal as it stands today. ``left``: working days until it is due, 0 on the last, negative when
    late, None without a clock; ``steps``: what the viewer may do now. ``moot``: its score was taken back.
    """

    row: AppealRow
    now: Appeal
    left: int | None
    late: bool
    steps: tuple[Step, ...]
    moot: bool

    @property
    def open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.now.open and not self.moot


class Chance(NamedTuple):
    """Whether a score may be appealed against. ``refused``: code of the sentence why not, "" if it may.
    ``published``: the day on which it was told as it stands.
    """

    last: date
    left: int
    refused: str
    published: date

    @property
    def open(self) -> bool:
        """Whether it may be."""
        return not self.refused


# -- reading ---------------------------------------------------------------------------------------------


def find_appeal(
    engine: Engine, viewer: Viewer, config: FloorConfig, rules: Rules, number: int, now: float, who: str = ""
) -> Shown | None:
    """One appeal, as far as a viewer may read it."""
    me = name_of(viewer, who)
    with engine.connect() as connection:
        row = rows.find(connection, number, rows.readable(connection, viewer, config, me))
        decides = _decides(viewer) and rows.find(
            connection, number, rows.decidable(connection, viewer, config, me)
        )
    return None if row is None else _shown(viewer, config, rules, row, me, now, bool(decides))


def list_appeals(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    rules: Rules,
    which: Which,
    now: float,
    who: str = "",
    *,
    limit: int = 200,
) -> list[Shown]:
    """Appeals that a viewer may read, of those filed latest first."""
    me = name_of(viewer, who)
    with engine.connect() as connection:
        found = rows.listed(connection, which, rows.readable(connection, viewer, config, me), limit)
        within = rows.decidable(connection, viewer, config, me) if _decides(viewer) else None
        decides = {row.id for row in rows.listed(connection, which, within, limit)} if within else set()
    return [_shown(viewer, config, rules, row, me, now, row.id in decides) for row in found]


def to_decide(
    engine: Engine, viewer: Viewer, config: FloorConfig, rules: Rules, now: float, who: str = ""
) -> list[Shown]:
    """What waits for a viewer's answer, decision or written reasons: late ones first, then by their day.

    Raises Forbidden for who decides nothing.
    """
    me = name_of(viewer, who)
    with engine.connect() as connection:
        within = rows.decidable(connection, viewer, config, me)
        found = rows.listed(connection, Which(states=rows.UNDER_WAY), within)
    shown = (_shown(viewer, config, rules, row, me, now, True) for row in found)
    mine = [one for one in shown if one.open and any(RIGHTS[step] != Right.OWN for step in one.steps)]
    return sorted(mine, key=lambda one: (one.left if one.left is not None else 0, one.row.at))


def list_steps(
    engine: Engine, viewer: Viewer, config: FloorConfig, number: int, who: str = ""
) -> list[StepRow]:
    """What was done to an appeal, oldest first; nothing of one that the viewer may not read."""
    with engine.connect() as connection:
        within = rows.readable(connection, viewer, config, name_of(viewer, who))
        if rows.find(connection, number, within) is None:
            return []
        found = rows.steps(connection, viewer.site, [number])
    return [_worded(viewer, step) for step in found]


def chance(
    engine: Engine, viewer: Viewer, config: FloorConfig, rules: Rules, score: int, now: float, who: str = ""
) -> Chance | None:
    """Until when a score may be appealed against, and whether by this viewer; None of one he may not."""
    me = name_of(viewer, who)
    with engine.connect() as connection:
        row = qa_scores.find(connection, score, rows.appealable(connection, viewer, config, me))
        before = rows.of_score(connection, viewer.site, score) if row is not None else []
        corrected = qa_scores.corrected(connection, viewer.site, [score]).get(score)
    return None if row is None else chance_of(config, rules, row, before, now, corrected)


def corrected(engine: Engine, viewer: Viewer, found: Sequence[ScoreRow]) -> dict[int, float]:
    """Of scores that were read: when those were corrected last that were corrected without an appeal."""
    numbers = [row.id for row in found if row.revision]
    with engine.connect() as connection:
        return qa_scores.corrected(connection, viewer.site, numbers)


def chance_of(
    config: FloorConfig,
    rules: Rules,
    row: ScoreRow,
    before: Sequence[AppealRow],
    now: float,
    corrected: float | None = None,
) -> Chance:
    """Until when a score may be appealed against. ``before``: the appeals that there were against it;
    ``corrected``: when it was corrected last without one, from then on it is another score.
    """
    today, published = business_date(config, now), date_of(row.submitted_day)
    if corrected is not None:
        published = max(published, business_date(config, corrected))
    last = core.last_day_to_file(published, rules.clocks, rules.calendar)
    there = (
        one for one in before if one.state != AppealState.WITHDRAWN or one.answered_by
    )  # the answer stands
    again = any(corrected is None or one.at >= corrected or one.state in rows.RUNNING for one in there)
    refused = "qa_appeal_there" if again else "qa_appeal_too_late" if today > last else ""
    return Chance(last, rules.calendar.between(today, last), refused, published)


def _decides(viewer: Viewer) -> bool:
    return viewer.may(Right.QA_DECIDE) or viewer.may(Right.QA_LEADERSHIP)


def _shown(
    viewer: Viewer, config: FloorConfig, rules: Rules, row: AppealRow, me: str, now: float, decides: bool
) -> Shown:
    """``decides``: it is the viewer's to decide of, see ``rows.decidable``."""
    today, moot = business_date(config, now), row.score_state != qa_scores.SUBMITTED
    stands = core.passed(stored_appeal(row), today, *rules)
    left = None if stands.due is None or moot else rules.calendar.between(today, stands.due)
    open_to = (step for step in Step if decides or RIGHTS[step] == Right.OWN)
    steps = () if moot else tuple(step for step in open_to if _may(viewer, rules, row, step, me, today))
    seen = _read_by(viewer, row)
    return Shown(seen, stands, left, not moot and core.late(stands, today), steps, moot)


def _may(viewer: Viewer, rules: Rules, row: AppealRow, step: Step, me: str, today: date) -> bool:
    """Whether a viewer may take a step today."""
    if not viewer.may(RIGHTS[step]):
        return False
    try:
        core.take(stored_appeal(row), step, party_of(viewer, row, me), today, *rules, Decision.DISMISSED)
    except Refused:
        return False
    return True


def _read_by(viewer: Viewer, row: AppealRow) -> AppealRow:
    return replace(row, text=viewer.words(row.text))


def _worded(viewer: Viewer, step: StepRow) -> StepRow:
    return replace(step, text=viewer.words(step.text))


def stored_appeal(row: AppealRow) -> Appeal:
    """A stored appeal as the rules have it."""
    due = date_of(row.due_day) if row.due_day else None
    decision = Decision(row.decision) if row.decision else None
    parties = Parties(row.filed_by, row.reviewer, row.answered_by)
    return Appeal(AppealState(row.state), date_of(row.since_day), due, parties, decision, row.forced)


def party_of(viewer: Viewer, row: AppealRow, me: str) -> str:
    """Under which name somebody acts in an appeal: the agent's own account is who filed it."""
    mine = row.agent in viewer.own or me == row.agent
    return row.filed_by if mine else me
