"""QA of the day of five queues: of each queue the same, about its own agent, in words that name both."""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Engine, select

from ccfloor.access.rights import Role
from ccfloor.floor.events import Outcome
from ccfloor.kpi.period import business_date, day_number
from ccfloor.kpi.scope import Scope
from ccfloor.service import runtime
from ccfloor.service.qa import (
    appeals,
    calibration,
    cases,
    feedback,
    improving,
    needs,
    rechecks,
    recordings,
    samples,
    scoring,
)
from ccfloor.service.qa.facts import settle
from ccfloor.service.qa.scoring import Begin, Change, Filled
from ccfloor.store.engine import writing
from ccfloor.store.qa_scores import Call
from ccfloor.store.tables import calls
from ccfloor.store.viewer import EVERYTHING, Viewer
from tests.fakes.stored_qa import FORM, GOOD, POOR, RULES, publish, put_plan
from tests.integration.access.five_queues import CONFIG, NOW, QUEUES, T0, agent, number

BOSS = "boss.qa"
TODAY = business_date(CONFIG, NOW)


class Kept(NamedTuple):
    """The numbers of what there is of a queue."""

    score: int
    draft: int
    sample: int
    appeal: int
    session: int
    plan: int
    case: int


def words(queue: str) -> str:
    """What people write: whom and which queue it is about, and a caller's number."""
    return f"{queue} {agent(queue)} {number(queue, 7)}"


def reviewer(queue: str) -> str:
    """Who scores this queue alone."""
    return f"{agent(queue)}.qa"


def filled(service: runtime.Service) -> dict[str, Kept]:
    """Scores, samples, appeals, sessions, plans and all that is written about them, of every queue."""
    publish(service.engine)
    put_plan(service.engine)
    made = {queue: _of(service, queue, place) for place, queue in enumerate(QUEUES)}
    _by_everybody(service.engine)
    rechecks.draw(
        service.engine, EVERYTHING, CONFIG, TODAY, TODAY + timedelta(days=1), 0.5, BOSS, "monthly", NOW
    )
    return made


def _by_everybody(engine: Engine) -> None:
    """A poor form of each queue by a reviewer of all, so that figures can be set side by side."""
    told = [
        Filled("own", "small", 1, agent(queue), f"T{place}", queue, T0 + 3600, "li.qa", POOR, T0 + 7200,
               about="x")
        for place, queue in enumerate(QUEUES)
    ]  # fmt: skip
    with writing(engine) as connection:
        scoring.keep_filled(connection, CONFIG, told, {("small", 1): FORM})
        settle(connection, CONFIG, [day_number(TODAY)])


def _calls(engine: Engine, queue: str) -> list[Call]:
    """Calls that the queue's own agent answered, oldest first."""
    table = calls.c
    mine = (table.queue == queue, table.agent == agent(queue), table.outcome == Outcome.ANSWERED)
    query = select(table.source_id, table.position).where(*mine, table.final).order_by(table.answered_at)
    with engine.connect() as connection:
        return [(row.source_id, row.position) for row in connection.execute(query.limit(6))]


def _of(service: runtime.Service, queue: str, place: int) -> Kept:
    engine, who, text, me = service.engine, agent(queue), words(queue), reviewer(queue)
    first, second, third, fourth, *_ = _calls(engine, queue)
    sample = _sample(engine, third, me, queue)
    _sample(engine, fourth, "", queue)
    score = _scored(engine, first, me, text)
    draft = scoring.open_score(engine, EVERYTHING, CONFIG, Begin(sample=sample), me, NOW - 300).id
    for one in (score, draft):
        _heard(service, one, me, text)
    own = Viewer(Role.AGENT, account=90 + place, who=f"{who}.own", agents=frozenset((who,)))
    appeal = appeals.file_appeal(engine, own, CONFIG, RULES, score, ["greet"], text, "", NOW - 200)
    feedback.acknowledge(engine, own, CONFIG, score, text, "", NOW - 190)
    feedback.tell(engine, EVERYTHING, CONFIG, who, text, me, NOW - 180)
    needs.add_need(engine, EVERYTHING, CONFIG, needs.Draft(who, text, text, score), me, NOW - 170)
    case = cases.add_case(engine, EVERYTHING, CONFIG, score, cases.Draft(text, text, [who]), me, NOW - 160)
    plan = 0
    for scope in (Scope("agent", who), Scope("team", f"T{place}")):
        days = (TODAY - timedelta(days=9), TODAY + timedelta(days=9))
        told = improving.Draft(scope, text, "item:small:greet", 0.9, text, who, *days)
        plan = improving.add_improvement(service, EVERYTHING, told, me, NOW - 150)  # type: ignore[arg-type]
    return Kept(score, draft, sample, appeal, _session(engine, second, queue), plan, case)


def _sample(engine: Engine, call: Call, reviewer: str, queue: str) -> int:
    hand = ("weekly", "week", call, reviewer, BOSS, words(queue), NOW - 500)
    return samples.add_by_hand(engine, EVERYTHING, CONFIG, RULES.calendar, *hand).id


def _scored(engine: Engine, call: Call, who: str, text: str) -> int:
    begin = Begin("own", call=call, form="small")
    row = scoring.open_score(engine, EVERYTHING, CONFIG, begin, who, NOW - 400)
    change = Change(POOR, {"greet": [(3, text)]}, text, tell_now=True, base=row.saved_at)
    return scoring.submit(engine, EVERYTHING, CONFIG, row.id, change, who, NOW - 390).id


def _heard(service: runtime.Service, number: int, who: str, text: str) -> None:
    """A recording in which the words can be found."""
    told = (number, f"{text}.wav", b"RIFF0000WAVEfmt " + text.encode(), who, NOW - 250)
    recordings.upload(service.engine, EVERYTHING, CONFIG, service.settings.qa, *told)


def _session(engine: Engine, call: Call, queue: str) -> int:
    """A calibration that is closed: two against the boss, blind."""
    names = [reviewer(queue), f"{agent(queue)}.too"]
    draft = calibration.Draft(words(queue), "small", BOSS, names, TODAY + timedelta(days=1), call)
    made = calibration.add_session(engine, EVERYTHING, CONFIG, draft, BOSS, words(queue), NOW - 100)
    for name in (BOSS, *names):
        row = scoring.open_score(engine, EVERYTHING, CONFIG, Begin(session=made), name, NOW - 90)
        change = Change(GOOD, {"greet": [(3, words(queue))]}, words(queue), base=row.saved_at)
        scoring.submit(engine, EVERYTHING, CONFIG, row.id, change, name, NOW - 80)
    calibration.close_session(engine, EVERYTHING, CONFIG, made, BOSS, words(queue), NOW - 70)
    return made
