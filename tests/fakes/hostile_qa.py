"""QA of the hostile floor: a form, scores, an appeal, and all that people write about them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Engine

from ccfloor.access.rights import Role
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import Outcome
from ccfloor.kpi.scope import Scope
from ccfloor.qa.model import Form
from ccfloor.qa.plan import Plan
from ccfloor.service.qa import appeals, calibration, cases, feedback, improving, needs, samples, scoring
from ccfloor.service.qa.scoring import Begin, Change
from ccfloor.service.settings import Settings, load
from ccfloor.store.qa_scores import ScoreRow
from ccfloor.store.tables import calls
from ccfloor.store.viewer import EVERYTHING, Viewer
from tests.fakes.stored_qa import RULES, publish, put_plan

FORM = "nasty"
_NO = {"greet": "no", "insult": "no"}


class _Floor(NamedTuple):
    """What plans ask of a service."""

    engine: Engine
    config: FloorConfig
    settings: Settings
    now: float

    def floor_now(self) -> float:
        return self.now


def put(engine: Engine, config: FloorConfig, now: float, texts: Sequence[str]) -> None:
    """One of everything, in the words of ``texts``."""
    publish(engine, _form(texts))
    quota = {"id": "week", "name": _both(texts[1]), "every": "week", "at_least": 1}
    told = {"id": "weekly", "name": _both(texts[0]), "form": FORM, "quotas": [quota]}
    put_plan(engine, Plan.model_validate(told))
    found = _calls(engine, now, len(texts) + 2)
    scores = [_scored(engine, config, call, text, now) for call, text in zip(found, texts, strict=False)]
    for row, text in zip(scores, texts, strict=False):
        _about(engine, config, row, text, now)
    _together(engine, config, found[-2:], texts, now)


def _both(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def _form(texts: Sequence[str]) -> Form:
    items: list[dict[str, Any]] = [
        {"id": "greet", "kind": "yes_no", "points": 100, "name": _both(texts[0])},
        {"id": "insult", "kind": "fatal", "name": _both(texts[1])},
    ]
    section = {"id": "talk", "name": _both(texts[2]), "items": items}
    told = {"id": FORM, "name": _both(texts[3]), "pass_mark": 80, "sections": [section]}
    return Form.model_validate(told)


def _calls(engine: Engine, now: float, most: int) -> list[tuple[int, int]]:
    """The latest calls that were answered and are over."""
    table = calls.c
    over = (table.outcome == Outcome.ANSWERED, table.final, table.agent != "", table.ended_at < now - 60)
    query = calls.select().where(*over).order_by(table.answered_at.desc()).limit(most)
    with engine.connect() as connection:
        return [(row.source_id, row.position) for row in connection.execute(query)]


def _scored(engine: Engine, config: FloorConfig, call: tuple[int, int], text: str, now: float) -> ScoreRow:
    who = f"{text} QA"
    begin = Begin("own", call=call, form=FORM)
    row = scoring.open_score(engine, EVERYTHING, config, begin, who, now - 50)
    change = Change(_NO, {"greet": [(3, text)]}, text, tell_now=True, base=row.saved_at)
    return scoring.submit(engine, EVERYTHING, config, row.id, change, who, now - 40)


def _about(engine: Engine, config: FloorConfig, row: ScoreRow, text: str, now: float) -> None:
    """What is written about one score, and about its agent."""
    me = Viewer(Role.AGENT, account=99, who=f"{text} me", agents=frozenset((row.agent,)))
    appeals.file_appeal(engine, me, config, RULES, row.id, ["greet"], text, "", now)
    feedback.acknowledge(engine, me, config, row.id, text, "", now)
    feedback.tell(engine, EVERYTHING, config, row.agent, text, text, now)
    needs.add_need(engine, EVERYTHING, config, needs.Draft(row.agent, text, text, row.id), text, now)
    cases.add_case(engine, EVERYTHING, config, row.id, cases.Draft(text, text, [text]), text, now)
    today = datetime.fromtimestamp(now, UTC).date()
    days = (today - timedelta(days=9), today + timedelta(days=9))
    draft = improving.Draft(Scope("agent", row.agent), text, f"item:{FORM}:greet", 0.9, text, text, *days)
    improving.add_improvement(_Floor(engine, config, load(environ={}), now), EVERYTHING, draft, text, now)


def _together(
    engine: Engine, config: FloorConfig, found: Sequence[tuple[int, int]], texts: Sequence[str], now: float
) -> None:
    """A calibration of accounts that are there, and a sample that nobody has taken yet."""
    due = datetime.fromtimestamp(now, UTC).date() + timedelta(days=3)
    draft = calibration.Draft(texts[0], FORM, "user0", ["user1", "user2"], due, found[0])
    calibration.add_session(engine, EVERYTHING, config, draft, texts[3], texts[4], now)
    hand = ("weekly", "week", found[1], "", texts[0], texts[1], now)
    samples.add_by_hand(engine, EVERYTHING, config, RULES.calendar, *hand)
