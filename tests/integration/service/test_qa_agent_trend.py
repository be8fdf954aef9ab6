"""An agent's quality over time: charts on the same periods, forms as far as they may be read, items."""

from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import Engine, select

from ccfloor.floor.config import FloorConfig
from ccfloor.service.agent_trend import Asked, natural
from ccfloor.service.qa import scoring
from ccfloor.service.qa.agent_trend import BESIDE, grid, of_agent
from ccfloor.service.qa.facts import settle
from ccfloor.service.qa.scoring import Filled
from ccfloor.service.qa.versions import form_names
from ccfloor.service.settings import Settings, load
from ccfloor.store.engine import writing
from ccfloor.store.qa_tables import qa_scores
from ccfloor.store.viewer import Forbidden
from tests.fakes.stored_qa import (
    CHEN,
    CONFIG,
    FORM,
    GOOD,
    LEAD_B,
    LI,
    MANAGER,
    POOR,
    QA,
    SITE,
    ZHOU,
    at,
    publish,
    put_call,
    put_sample,
)

KILLED = GOOD | {"insult": "yes"}
WEEKLY = Asked("qa_score", "week", date(2026, 9, 7), date(2026, 11, 22))


@dataclass
class Service:
    engine: Engine
    config: FloorConfig
    settings: Settings
    now: float

    def floor_now(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def service(shared: Engine) -> Service:
    """Ten weeks: poor ones first, good ones then, one fatal; one of them is to be scored again by LI."""
    publish(shared)
    filled = []
    for week in range(10):
        answers = KILLED if week == 3 else POOR if week < 6 else GOOD
        for number in range(2):
            day = (week - 9) * 7 + number
            call = put_call(shared, week * 10 + number, "陈思远", at(day))
            told = ("陈思远", "A", "sales", at(day), ZHOU, answers, at(day, 20))
            sample = put_sample(shared, call, "陈思远", at(day), ZHOU, state="done")
            filled.append(Filled("sample", "small", 1, *told, call=call, sample=sample))
    with writing(shared) as connection:
        scoring.keep_filled(connection, CONFIG, filled, {("small", 1): FORM})
        settle(connection, CONFIG, set(connection.scalars(select(qa_scores.c.day))))
    return Service(shared, CONFIG, load(), at(7))


def test_charts_share_their_periods_and_forms_stand_beside_them(service: Service) -> None:
    told = of_agent(service, MANAGER, "陈思远", WEEKLY)
    assert [one.kpi.id for one in told.trends] == list(BESIDE)
    scores = [point.result.value for point in told.trends[0].points]
    assert scores == [30.0] * 3 + [0.0] + [30.0] * 2 + [100.0] * 4
    assert {one.points[0].period.name for one in told.trends[:1]} == {"2026-W38"}
    assert [form.score for form in told.forms] == [100.0] * 8 + [30.0] * 4 + [0.0] * 2 + [30.0] * 6
    assert told.hidden == 0


def test_whoever_has_a_call_to_score_reads_nothing_of_its_form(service: Service) -> None:
    put_sample(service.engine, (1, 90), "陈思远", at(0), reviewer=LI)
    told = of_agent(service, QA, "陈思远", WEEKLY)
    assert (len(told.forms), told.hidden) == (19, 1)
    assert all(form.position != 90 for form in told.forms)
    november = [one.sums.forms for one in told.items if one.month == 20261100]
    assert november and set(november) == {5}
    assert of_agent(service, CHEN, "陈思远", WEEKLY).hidden == 0


def test_nobody_reads_of_an_agent_beyond_his_scope(service: Service) -> None:
    for viewer in (LEAD_B, CHEN):
        with pytest.raises(Forbidden):
            of_agent(service, viewer, "王丽娜", WEEKLY)


def test_items_month_by_month_begin_with_the_fatal_and_then_what_loses_most(service: Service) -> None:
    told = of_agent(service, MANAGER, "陈思远", WEEKLY)
    made = grid(told.items, WEEKLY.first, WEEKLY.last)
    assert made.months == [20260900, 20261000, 20261100]
    assert [item for _, item, _ in made.rows] == ["insult", "answer", "greet", "record", "hold"]
    answer = made.rows[1][2]
    assert [one and one.share for one in answer] == pytest.approx([0.6, 0.8, 1.0])
    assert sum(one.fatal for one in made.rows[0][2] if one) == 2


def test_points_cannot_pass_a_hundred_unless_they_do(service: Service) -> None:
    kpi = of_agent(service, MANAGER, "陈思远", WEEKLY).trends[0].kpi
    assert natural(kpi, None, [90.0, None, 100.0]) == 100.0
    assert natural(kpi, None, [90.0, 110.0]) == float("inf")


def test_forms_and_items_have_their_names(service: Service) -> None:
    told = form_names(service.engine, SITE)
    assert told.forms["small"].zh == "小表" and told.items["small", "greet"].en == "greet"
