"""Who must calibrate again, and how far re-checks are apart: pages, overview and report tell the same."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.book import Choice
from ccfloor.kpi.model import Bound
from ccfloor.kpi.period import day_numbers, period
from ccfloor.kpi.scope import SITE
from ccfloor.qa.calibrate import LEAST_PAIRS
from ccfloor.qa.model import Form
from ccfloor.service.kpi_site import kpi_book
from ccfloor.service.kpi_targets import Act, decide
from ccfloor.service.qa import calibration, rechecks, scoring
from ccfloor.service.qa.agreeing import most_points
from ccfloor.service.qa.overview import Asked, Overview, overview
from ccfloor.service.qa.reviewers import reviewer
from ccfloor.service.qa.scoring import Begin, Change
from ccfloor.service.reports.qa import qa_part
from ccfloor.service.settings import Settings, load
from tests.fakes.stored_qa import (
    CONFIG,
    GOOD,
    LI,
    MANAGER,
    MONDAY,
    POOR,
    QA,
    at,
    publish,
    put_call,
)

DAY_S = 86_400.0
NOV = period(CONFIG, "2026-11")
FIRST, LAST = MONDAY.replace(day=1), MONDAY + timedelta(days=13)


@dataclass
class Service:
    engine: Engine
    config: FloorConfig = CONFIG
    settings: Settings = field(default_factory=lambda: load(environ={}, source="none"))

    def floor_now(self) -> float:
        return at(13)


def many_questions() -> Form:
    """A form of fifty questions of two points each."""
    items = [
        {"id": f"i{number}", "kind": "yes_no", "points": 2, "name": {"zh": "题", "en": "question"}}
        for number in range(LEAST_PAIRS)
    ]
    both = {"zh": "表", "en": "form"}
    section = {"id": "talk", "name": both, "items": items}
    return Form.model_validate({"id": "small", "name": both, "pass_mark": 80, "sections": [section]})


def lost(*numbers: int) -> dict[str, str]:
    return {f"i{number}": "no" if number in numbers else "yes" for number in range(LEAST_PAIRS)}


def session(engine: Engine, answers: dict[str, str], reference: dict[str, str]) -> None:
    """A calibration of Li against the head's reference, closed on the fifth day."""
    call = put_call(engine, 1, "陈思远", at(1))
    draft = calibration.Draft("校准", "small", "boss", [LI], LAST, call)
    number = calibration.add_session(engine, MANAGER, CONFIG, draft, "", "每月", at(3))
    for viewer, said in ((MANAGER, reference), (QA, answers)):
        row = scoring.open_score(engine, viewer, CONFIG, Begin(session=number), "", at(3))
        scoring.submit(engine, viewer, CONFIG, row.id, Change(said, {}, base=row.saved_at), "", at(3) + 60)
    calibration.close_session(engine, MANAGER, CONFIG, number, "", "一致", at(4))


def everywhere(service: Service) -> dict[str, bool]:
    """Whether Li must calibrate again, as each place says."""
    engine, most = service.engine, most_points(service, day_numbers(CONFIG, NOV)[1])
    standing = calibration.standings(engine, MANAGER, CONFIG, MONDAY, LAST, most=most).compared.reviewers
    row = next(one for one in seen(service).reviewers if one.name == LI)
    report = next(one for one in qa_part(service, MANAGER, SITE, NOV).reviewers if one.name == LI)
    return {
        "calibration": standing[0].again,
        "overview": row.must,
        "reviewer": reviewer(service, MANAGER, LI, Asked(NOV)).must,
        "report": report.must,
    }


def seen(service: Service) -> Overview:
    return overview(service, MANAGER, Asked(NOV))


def target(service: Service, most: float) -> None:
    """The site decides how far a reviewer may be from the reference."""
    kpi = kpi_book(service).definition("qa_drift", 20261101)
    assert kpi is not None
    choice, act = Choice(bound=Bound(at_most=most)), Act("boss", "本中心的标准", at(0))
    decide(service.engine, MANAGER, CONFIG, kpi, SITE, 20261101, choice, act)


def test_who_scores_the_same_points_for_other_questions_must_calibrate_again_everywhere(
    database: Engine,
) -> None:
    publish(database, many_questions())
    session(database, lost(*range(10, 20)), lost(*range(10)))  # both 80 points
    assert set(everywhere(Service(database)).values()) == {True}


@pytest.mark.parametrize(("most", "must"), [(None, True), (8.0, True), (12.0, False)])
def test_the_sites_own_target_decides_everywhere(database: Engine, most: float | None, must: bool) -> None:
    publish(database)
    service = Service(database)
    if most is not None:
        target(service, most)
    session(database, GOOD | {"answer": "40"}, GOOD)  # eleven points apart
    assert set(everywhere(service).values()) == {must}


def test_a_recheck_is_as_far_apart_after_it_was_adopted(database: Engine) -> None:
    publish(database)
    call = put_call(database, 1, "陈思远", at(-30))  # a call of October
    own = scoring.open_score(database, QA, CONFIG, Begin("own", call=call, form="small"), "", at(-2))
    scoring.submit(database, QA, CONFIG, own.id, Change(GOOD, {}, base=own.saved_at), "", at(-2))
    rechecks.draw(database, MANAGER, CONFIG, MONDAY - timedelta(days=9), LAST, 1.0, "", "抽查", at(1))
    (draft,) = rechecks.to_check(database, MANAGER, CONFIG)
    done = scoring.submit(
        database, MANAGER, CONFIG, draft.id, Change(POOR, {}, base=draft.saved_at), "", at(2)
    )
    before = apart(database)
    rechecks.adopt(database, MANAGER, CONFIG, done.id, "", "以复核为准", at(3))
    assert apart(database) == before and before[0] == before[1] == [70.0]


def apart(engine: Engine) -> tuple[list[float], list[float]]:
    """What the page of re-checks and the overview of the month tell of Li."""
    told = rechecks.results(engine, MANAGER, CONFIG, FIRST, LAST)
    found = [one.rechecked.absolute for one in seen(Service(engine)).reviewers if one.rechecked]
    return [abs(one.apart) for one in told.pairs], found
