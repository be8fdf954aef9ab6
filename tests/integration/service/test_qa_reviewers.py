"""A reviewer beside the others: leniency over the same agents, items, punctuality; forms behind a number."""

from dataclasses import dataclass

import pandas as pd
import pytest
from sqlalchemy import Engine, insert

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import day_numbers, period
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.service.qa.drill import Which, forms_of
from ccfloor.service.qa.overview import Asked
from ccfloor.service.qa.reviewers import leniency, reviewer
from ccfloor.service.settings import Settings, load
from ccfloor.store.engine import writing
from ccfloor.store.qa_reviews import Pair
from ccfloor.store.qa_tables import qa_appeals
from ccfloor.store.viewer import Forbidden
from tests.fakes.stored_forms import FORMS, fill
from tests.fakes.stored_qa import CONFIG, LEAD_B, LI, MANAGER, at, publish, put_sample, put_work

YEAR = Asked(period(CONFIG, "2026"))


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
    for form in FORMS.values():
        publish(shared, form)
    put_work(shared, 7)
    fill(shared)
    put_sample(shared, (1, 999), "陈思远", at(1))  # never scored, due on its day
    return Service(shared, CONFIG, load(), at(14))


def scores(service: Service) -> pd.DataFrame:
    told = pd.read_sql_query("SELECT * FROM qa_scores", service.engine)
    return told[(told["state"] == "submitted") & (told["kind"] != "recheck")]


def test_leniency_is_told_against_the_same_agents_and_forms(service: Service) -> None:
    told, gaps = scores(service), []
    for row in told[told["reviewer"] == LI].itertuples():
        others = told[(told["agent"] == row.agent) & (told["form"] == row.form) & (told["reviewer"] != LI)]
        gaps += [row.score - others["score"].mean()] if len(others) else []
    found = reviewer(service, MANAGER, LI, YEAR)
    assert found.leniency is not None and found.leniency.forms == len(gaps)
    assert found.leniency.points == pytest.approx(sum(gaps) / len(gaps))
    assert found.mine.forms == (told["reviewer"] == LI).sum()
    assert found.others.forms == (told["reviewer"] != LI).sum()


def test_better_agents_make_nobody_lenient() -> None:
    told = [Pair("a", "good", "f", 9, 9 * 95.0), Pair("a", "weak", "f", 1, 70.0),
            Pair("b", "good", "f", 1, 95.0), Pair("b", "weak", "f", 9, 9 * 70.0)]  # fmt: skip
    assert {name: one.points for name, one in leniency(told).items()} == {"a": 0.0, "b": 0.0}
    assert leniency([Pair("a", "alone", "f", 5, 400.0)]) == {}


def test_items_are_set_beside_what_others_gave(service: Service) -> None:
    lines = pd.read_sql_query("SELECT score AS id, item, applies, earned_milli, possible_milli FROM qa_lines",
                              service.engine)  # fmt: skip
    told = scores(service).merge(lines, on="id")
    told = told[(told["applies"] == 1) & (told["possible_milli"] > 0)]
    sums = (
        told.assign(li=told["reviewer"] == LI)
        .groupby(["form", "item", "li"])[["earned_milli", "possible_milli"]]
        .sum()
    )
    share = sums["earned_milli"] / sums["possible_milli"]
    for one in reviewer(service, MANAGER, LI, YEAR).items:
        key = (one.mine.form, one.mine.item)
        assert one.gap == pytest.approx(share[(*key, True)] - share[(*key, False)])


def test_samples_are_in_time_late_or_overdue(service: Service) -> None:
    """Each was handed in ten hours after its call, on its last day."""
    told = scores(service)
    mine = told[(told["reviewer"] == LI) & told["sample"].notna()]
    found = reviewer(service, MANAGER, LI, YEAR).punctual
    assert found.late == 0 and found.overdue >= 1
    samples = pd.read_sql_query("SELECT id, reviewer, state FROM qa_samples", service.engine)
    theirs = samples[(samples["reviewer"] == LI) & (samples["state"] == "done")]["id"]
    done = told[told["sample"].isin(theirs)]
    assert found.in_time == len(done) >= len(mine)


def test_appeals_count_against_whose_score_it_was(service: Service) -> None:
    told = scores(service)
    number = int(told[told["reviewer"] == LI]["id"].iloc[0])
    about = {"site": "main", "score": number, "agent": "陈思远", "filed_by": "chen", "reviewer": LI}
    empty = {"answered_by": "", "items": "[]", "text": "", "forced": False, "since_day": 0, "at": 0.0}
    values = about | empty | {"state": "decided"}
    with writing(service.engine) as connection:
        for decision in ("upheld", "dismissed", "partly"):
            connection.execute(insert(qa_appeals).values(values | {"decision": decision}))
    found = reviewer(service, MANAGER, LI, YEAR)
    assert (found.appealed, found.upheld) == (3, 2)


def test_forms_behind_a_number_are_those_of_the_table(service: Service) -> None:
    told = scores(service)
    first, last = day_numbers(CONFIG, YEAR.period)
    told = told[told["day"].between(first, last)]
    lines = pd.read_sql_query("SELECT * FROM qa_lines WHERE form = 'small' AND item = 'greet' AND applies",
                              service.engine)  # fmt: skip
    lost = lines[lines["possible_milli"] > lines["earned_milli"]]["score"]
    cases = {
        Which(): told,
        Which(only="fatal"): told[told["fatal"] == 1],
        Which(only="failed"): told[told["passed"] == 0],
        Which(bin=50): told[told["score"].between(50, 54.99)],
        Which(bin=95): told[told["score"] >= 95],
        Which(agent="王丽娜", reviewer=LI): told[(told["agent"] == "王丽娜") & (told["reviewer"] == LI)],
        Which(form="small", item="greet"): told[told["id"].isin(lost)],
    }
    for which, expected in cases.items():
        found = forms_of(service, MANAGER, YEAR, which, limit=1000)
        assert {row.id for row in found.rows} == set(expected["id"]), which
        assert found.total == len(expected) > 0
    assert len(forms_of(service, MANAGER, YEAR, Which(), limit=5).rows) == 5


def test_a_lead_reads_of_his_team_alone(service: Service) -> None:
    told = scores(service)
    found = forms_of(service, LEAD_B, YEAR, Which(), limit=1000)
    assert {row.id for row in found.rows} == set(told[told["team"] == "B"]["id"]) != set()
    assert reviewer(service, LEAD_B, LI, YEAR).mine.forms == sum(
        (told["team"] == "B") & (told["reviewer"] == LI)
    )
    for scope in (Scope("team", "A"), Scope("agent", "陈思远")):
        with pytest.raises(Forbidden):
            forms_of(service, LEAD_B, Asked(YEAR.period, scope), Which())
    assert forms_of(service, MANAGER, Asked(YEAR.period, SITE), Which()).total == len(told)
