"""The QA report: scores, causes, measures and their effect, in both languages and every format."""

import io
from collections.abc import Iterator

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine, insert

from ccfloor.kpi.period import period
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.service import runtime
from ccfloor.service.known_scope import UnknownScopeError
from ccfloor.service.qa.overview import Asked, overview, pareto
from ccfloor.service.reports.data import QaPart, ReportData
from ccfloor.service.reports.gather import gather
from ccfloor.service.settings import load
from ccfloor.store.engine import writing
from ccfloor.store.qa_tables import qa_improvements
from ccfloor.ui.report_files import ReportWriter
from ccfloor.ui.report_html import report_html
from ccfloor.ui.report_tables import headline, sentences, tables
from ccfloor.ui.report_words import Table, Words
from ccfloor.ui.texts import Lang
from tests.fakes.stored_forms import FORMS, fill
from tests.fakes.stored_qa import CONFIG, LEAD_B, MANAGER, at, publish, put_work


@pytest.fixture(scope="module")
def service(shared: Engine) -> Iterator[runtime.Service]:
    url = shared.url.render_as_string(hide_password=False)
    service = runtime.Service(load(environ={}, db=url, source="none"))
    service.config = CONFIG
    for form in FORMS.values():
        publish(service.engine, form)
    put_work(service.engine, 7)
    fill(service.engine)
    service.clock = lambda: at(16)
    plan = {"site": "main", "scope": "agent:陈思远", "goal": "开头问候", "actions": "跟听三通",
            "owner": "lead.a", "first_day": 20261019, "last_day": 20261101, "state": "open",
            "decided_by": "", "decision": "",
            "decided_at": None, "follows": None, "who": "boss", "at": at(-30)}  # fmt: skip
    with writing(service.engine) as connection:
        for measure, target in (("qa_score", 101.0), ("item:small:greet", 0.01)):
            connection.execute(insert(qa_improvements).values(plan | {"measure": measure, "target": target}))
    yield service
    service.engine.dispose()


def made(service: runtime.Service, name: str = "2026-11", scope: Scope = SITE) -> ReportData:
    return gather(service, MANAGER, "qa", scope, period(CONFIG, name), at(16))


def told(data: ReportData, lang: Lang = "zh") -> dict[str, Table]:
    return {table.key: table for table in tables(Words(data, lang))}


def test_causes_are_the_items_that_lose_most(service: runtime.Service) -> None:
    data = made(service)
    found = pareto(overview(service, MANAGER, Asked(period(CONFIG, "2026-11"))).items)
    shown = told(data)["qa_items"]
    assert [row[0].text for row in shown.rows] == [one.item.item for one in found]
    assert shown.rows[-1][6].text == "100.0%"
    assert data.qa is not None and data.qa.items[0].lost == pytest.approx(found[0].item.lost_milli / 1000)
    assert any(one.startswith("原因：失分集中在 answer") for one in sentences(Words(data, "zh")))


def test_measures_stand_with_what_came_of_them(service: runtime.Service) -> None:
    plans = told(made(service))["qa_plans"].rows
    outcome = {row[2].text: row[8].text for row in plans}
    assert outcome == {"监听分值": "进行中 · 未达目标", "greet": "进行中 · 达到目标"}
    before, during, after = (plans[0][at].value for at in (4, 5, 6))
    assert all(isinstance(one, float) for one in (before, during, after))
    assert "改进措施 2 项：1 项已达目标，1 项未达，见下表。" in sentences(Words(made(service), "zh"))


def test_a_plan_is_told_of_as_long_as_something_comes_of_it(service: runtime.Service) -> None:
    """It ran in September, its effect was watched for as long, and it was decided in November."""
    plan = {"site": "main", "scope": "team:B", "goal": "复核解答", "actions": "对练", "owner": "lead.b",
            "first_day": 20260901, "last_day": 20260914, "state": "consolidated", "decided_by": "lead.b",
            "decision": "见效", "decided_at": at(2), "follows": None, "who": "boss", "at": at(-90),
            "measure": "qa_score", "target": 80.0}  # fmt: skip
    with writing(service.engine) as connection:
        connection.execute(insert(qa_improvements).values(plan))
    goals = {
        name: "复核解答" in {one.goal for one in (made(service, name).qa or QaPart()).handled}
        for name in ("2026-08", "2026-09-30", "2026-W40", "2026-10", "2026-11", "2026-11-18", "2026-11-19")
    }
    assert goals == {"2026-08": False, "2026-09-30": True, "2026-W40": True, "2026-10": True, "2026-11": True,
                     "2026-11-18": True, "2026-11-19": False}  # fmt: skip


def test_the_great_numbers_are_those_of_the_overview(service: runtime.Service) -> None:
    whole = overview(service, MANAGER, Asked(period(CONFIG, "2026-11"))).random
    values = {line.of.id: line.value for line, *_ in headline(Words(made(service), "en"))}
    assert values["qa_score"] == pytest.approx(whole.mean) and values["qa_fatal"] == whole.fatal_rate


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", ["2026-11-17", "2026-W47", "2026-11"])
def test_a_day_a_week_and_a_month_are_made_in_every_format(
    service: runtime.Service, name: str, lang: Lang
) -> None:
    data = made(service, name)
    title = {"zh": ("质检日报", "质检周报", "质检月报"), "en": ("Daily QA", "Weekly QA", "Monthly QA")}[lang]
    assert Words(data, lang).title.startswith(title[("2026-11-17", "2026-W47", "2026-11").index(name)])
    assert ReportWriter().file(data, lang, "pdf").startswith(b"%PDF")
    book = load_workbook(io.BytesIO(ReportWriter().file(data, lang, "xlsx")))
    assert len(book.sheetnames) >= 4
    page = report_html(Words(data, lang)).decode()
    if lang == "en":
        names = ("陈思远", "王丽娜", "孙浩", "开头问候", "跟听三通", "复核解答", "对练")
        for one in names:
            page = page.replace(one, "")
        assert not any("\u4e00" <= sign <= "\u9fff" for sign in page)


def test_the_same_figures_have_the_same_digest(service: runtime.Service) -> None:
    assert made(service).digest == made(service).digest != made(service, "2026-W47").digest


def test_a_lead_gets_the_report_of_his_team_alone(service: runtime.Service) -> None:
    of = period(CONFIG, "2026-10")
    data = gather(service, LEAD_B, "qa", Scope("team", "B"), of, at(16))
    assert data.qa is not None and {row.name.zh for table in data.members for row in table.rows} == {"孙浩"}
    with pytest.raises(UnknownScopeError):
        gather(service, LEAD_B, "qa", Scope("team", "A"), of, at(16))
