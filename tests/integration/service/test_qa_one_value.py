"""A figure of QA has one value: on the overview, in its course, as a trend, in the month's KPIs, in a report
and by the API. It is that of the forms of calls that chance drew; without any there is none.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ccfloor.kpi.period import Period, period
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.service import agent_trend, routes_kpi, runtime
from ccfloor.service.kpi_month import kpi_table
from ccfloor.service.qa import scoring
from ccfloor.service.qa.agent_trend import of_agent
from ccfloor.service.qa.facts import settle
from ccfloor.service.qa.overview import Asked, Overview, overview
from ccfloor.service.qa.scoring import Filled
from ccfloor.service.reports.gather import gather
from ccfloor.service.settings import load
from ccfloor.store.engine import writing
from tests.fakes.stored_qa import CONFIG, FORM, GOOD, LI, MANAGER, POOR, at, publish, put_sample, put_work

AGENT = "陈思远"
KILLED = GOOD | {"insult": "yes"}
MIDDLE = GOOD | {"hold": "yes", "answer": "30"}  # 80 points
CHANCE = {"2026-11": (GOOD, GOOD, MIDDLE, POOR), "2026-10": ()}
VALUES = {"qa_score": (100 + 100 + 80 + 30 + 100) / 5, "qa_pass": 4 / 5, "qa_fatal": 0.0, "polite": 4 / 5}


def form(number: int, day: int, answers: dict[str, str], kind: str = "sample", **more: Any) -> Filled:
    at_, call = at(day, 9 + number / 10), None if more.get("about") else (1, number)
    return Filled(kind, "small", 1, AGENT, "A", "sales", at_, LI, answers, at_ + 3600, call=call, **more)  # type: ignore[arg-type]


def fill(engine: Engine) -> None:
    """In November four forms by chance and a sheet's, in October none; in both what was looked for or chosen,
    a mail, and a dial test.
    """
    filled, number = [], 0
    for day, months in ((1, "2026-11"), (-40, "2026-10")):
        told = [("random", answers) for answers in CHANCE[months]]
        told += [("complaint", POOR), ("repeat", KILLED), ("hand", POOR)]
        for reason, answers in told:
            number += 1
            made = form(number, day, answers)
            sample = put_sample(engine, (1, number), AGENT, made.call_at, reason=reason, state="done")
            filled.append(made._replace(sample=sample))
        filled += [form(number + at_, day, KILLED, kind) for at_, kind in ((1, "own"), (2, "dial_test"))]
        filled.append(form(number + 3, day, KILLED, "own", about="一封邮件"))
        filled += [form(number + 4, day, GOOD, "import")] if months == "2026-11" else []
        number += 4
    with writing(engine) as connection:
        scoring.keep_filled(connection, CONFIG, filled, {("small", 1): FORM})
        settle(connection, CONFIG, [20261117, 20261007])


@pytest.fixture(scope="module")
def service(shared: Engine) -> Iterator[runtime.Service]:
    url = shared.url.render_as_string(hide_password=False)
    made = runtime.Service(load(environ={}, db=url, source="none"))
    made.config = CONFIG
    publish(made.engine)
    put_work(made.engine, 7)
    fill(made.engine)
    made.clock = lambda: at(16)
    yield made
    made.engine.dispose()


def values(service: runtime.Service, of: Period, scope: Scope, kpi: str) -> dict[str, float | None]:
    """The same figure wherever it stands."""
    found: dict[str, float | None] = {}
    told = overview(service, MANAGER, Asked(of, scope))
    found |= _of_overview(told, kpi)
    asked = agent_trend.Asked(kpi, "month", date(2026, 10, 1), date(2026, 11, 30))
    trend = agent_trend.trend(service, MANAGER, scope, asked)
    found["trend"] = next((point.result.value for point in trend.points if point.period == of), None)
    month = kpi_table(service, MANAGER, of, scope).line(kpi)
    found["month"] = month.result.value if month else 0.0
    report = gather(service, MANAGER, "qa", scope, of, at(16))
    line = report.line(kpi)
    found["report"] = line.value if line else None
    asks = {"period": of.name, "scope": str(scope)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runtime, "service", lambda: service)
        answer = TestClient(Starlette(routes=routes_kpi.routes)).get("/api/v1/kpi", params=asks).json()
    found["api"] = next(line["value"] for line in answer["kpis"] if line["id"] == kpi)
    return found


def _of_overview(told: Overview, kpi: str) -> dict[str, float | None]:
    tally = told.random
    shown = {"qa_score": tally.mean, "qa_pass": tally.pass_rate, "qa_fatal": tally.fatal_rate}
    found = {"overview": shown[kpi]} if kpi in shown else {}
    if kpi == "qa_score" and told.trend is not None:
        found["course"] = told.trend.points[-1].result.value
    return found


@pytest.mark.parametrize("scope", [SITE, Scope("team", "A"), Scope("queue", "sales"), Scope("agent", AGENT)])
@pytest.mark.parametrize("kpi", VALUES)
def test_a_figure_has_one_value_wherever_it_stands(service: runtime.Service, kpi: str, scope: Scope) -> None:
    found = values(service, period(CONFIG, "2026-11"), scope, kpi)
    assert found == dict.fromkeys(found, pytest.approx(VALUES[kpi]))
    assert {"trend", "month", "report", "api"} <= found.keys()


@pytest.mark.parametrize("kpi", VALUES)
def test_where_chance_drew_nothing_there_is_no_value_anywhere(service: runtime.Service, kpi: str) -> None:
    found = values(service, period(CONFIG, "2026-10"), SITE, kpi)
    assert found == dict.fromkeys(found)


def test_what_is_apart_stands_by_itself(service: runtime.Service) -> None:
    told = overview(service, MANAGER, Asked(period(CONFIG, "2026-11")))
    assert {name: (one.forms, one.points_milli) for name, one in told.picked.items()} == {
        "random": (5, 410_000), "wanted": (2, 30_000), "own": (3, 30_000), "test": (1, 0)
    }  # fmt: skip
    weekly = agent_trend.Asked("qa_score", "week", date(2026, 10, 1), date(2026, 11, 30))
    agent = of_agent(service, MANAGER, AGENT, weekly)
    assert (agent.random.forms, agent.random.points_milli, agent.every) == (5, 410_000, 17)
