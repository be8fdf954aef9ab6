"""The QA overview and an agent's QA page, in both languages, by what the URL asks for."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import insert
from streamlit.testing.v1 import AppTest

from ccfloor.kpi.period import period
from ccfloor.kpi.scope import SITE
from ccfloor.qa.model import Form
from ccfloor.qa.write import kept_text
from ccfloor.service import runtime
from ccfloor.service.qa import scoring, versions
from ccfloor.service.qa.overview import Asked, Coverage, Overview, overview, pareto
from ccfloor.service.qa.scoring import Filled
from ccfloor.service.qa.versions import form_names
from ccfloor.service.settings import load
from ccfloor.store.engine import writing
from ccfloor.store.qa_sums import Tally
from ccfloor.store.qa_tables import qa_sessions
from ccfloor.store.tables import metadata
from ccfloor.ui.qa_charts import distribution, drift_chart, pareto_chart
from ccfloor.ui.qa_files import overview_book
from ccfloor.ui.qa_page import _pass_marks
from ccfloor.ui.qa_state import VIEWS
from tests.fakes.app_page import opened, words
from tests.fakes.stored_forms import FORMS, fill
from tests.fakes.stored_qa import CONFIG, FORM, GOOD, LI, MANAGER, POOR, ZHOU, at, publish, put_work

CHINESE = re.compile("[\u4e00-\u9fff]+")


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runtime.Service]:
    file = tmp_path_factory.mktemp("qa") / "floor.db"
    service = runtime.Service(load(environ={}, db=f"sqlite:///{file}", source="none"))
    service.config = CONFIG
    metadata.create_all(service.engine)
    for form in FORMS.values():
        publish(service.engine, form)
    put_work(service.engine, 7)
    fill(service.engine)
    calibrate(service)
    service.clock = lambda: at(9)
    yield service
    service.engine.dispose()


def calibrate(service: runtime.Service) -> None:
    """A closed calibration: LI is 70 points above the reference, ZHOU at it."""
    values = {
        "site": "main",
        "name": "w47",
        "form": "small",
        "version": 1,
        "about": "x",
        "agent": "陈思远",
        "queue": "sales",
        "reference": "head",
        "reviewers": "[]",
        "due_day": 20261120,
        "who": "boss",
        "why": "",
        "at": at(0),
        "closed_at": at(3),
        "closed_by": "boss",
        "outcome": "",
        "day": 20261119,
    }
    with writing(service.engine) as connection:
        number = connection.execute(
            insert(qa_sessions).values(values).returning(qa_sessions.c.id)
        ).scalar_one()
        told = [("reference", "head", POOR), ("calibration", LI, GOOD), ("calibration", ZHOU, POOR)]
        filled = [
            Filled(kind, "small", 1, "陈思远", "A", "sales", at(0), who, answers, at(2), session=number)
            for kind, who, answers in told
        ]
        scoring.keep_filled(connection, CONFIG, filled, FORMS)


@pytest.fixture
def service(stored: runtime.Service) -> Iterator[runtime.Service]:
    runtime.use(stored)
    yield stored
    runtime.use(None)


def script() -> None:
    from ccfloor.ui import qa_page
    from ccfloor.ui.shell import look

    qa_page.show(look())


def agent_script() -> None:
    from ccfloor.ui import qa_agent_page
    from ccfloor.ui.shell import look

    qa_agent_page.show(look())


def page(lang: str = "zh", **asked: str) -> AppTest:
    return opened(script, lang=lang, **({"period": "2026-11"} | asked))


def told(service: runtime.Service, name: str = "2026-11") -> Overview:
    return overview(service, MANAGER, Asked(period(CONFIG, name), SITE))


def test_the_figures_of_the_period_stand_there(service: runtime.Service) -> None:
    made, found = told(service), words(page())
    assert f"{made.random.mean:.1f}" in found and f"{made.all.mean:.1f}" in found
    assert "随机抽取" in found and "定向抽取" in found and "自选（含邮件、在线）" in found
    vital = next(at for at, one in enumerate(pareto(made.items), 1) if one.upto >= 0.8)
    assert f"前 {vital} 个占了八成失分" in found
    assert "3 名当班坐席中 2 名有质检表" in found and "孙浩" in found
    assert "li.qa：与基准分的平均距离超过 5.0 分，或 κ 低于 0.7，须重新校准" in found


@pytest.mark.parametrize("view", VIEWS)
def test_the_english_page_has_no_chinese(service: runtime.Service, view: str) -> None:
    found = CHINESE.findall(words(page("en", view=view)))
    assert set(found) <= {"陈思远", "王丽娜", "孙浩"}


def test_a_reviewer_is_set_beside_the_others(service: runtime.Service) -> None:
    found = words(page(view="reviewers", reviewer=LI, period="2026"))
    assert "其他质检员" in found and "须重新校准" in found and "校准 1 次：与基准分平均距离 70.0 分" in found
    assert "对同一批坐席、同一质检表" in found and "与他人评得最不一样的项目" in found


def test_forms_are_listed_by_what_they_are(service: runtime.Service) -> None:
    made = told(service)
    fatal = words(page(view="forms", forms="fatal"))
    assert fatal.count("致命，0 分") == made.all.fatal > 0 and "不合格</small>" not in fatal
    low = next(place * 5 for place, count in enumerate(made.all.bins) if place and count)
    listed = words(page(view="forms", bin=str(low)))
    assert listed.count("qa_score?") == made.all.bins[low // 5] and f"{low} 至 {low + 5} 分" in listed
    assert "没有这样的质检表" in words(page(view="forms", agent="孙浩"))


def test_an_address_that_names_nothing_says_so(service: runtime.Service) -> None:
    assert "回到本月" in words(page(period="2026-99"))
    assert "没有交出的质检表" in words(page(period="2025-01"))


def test_the_book_has_the_figures_of_the_page(service: runtime.Service) -> None:
    made = told(service)
    names = form_names(service.engine, "main")
    book = load_workbook(io.BytesIO(overview_book(made, names, "zh")))
    assert book.sheetnames == ["指标", "走势", "项目", "队列", "班组", "坐席", "质检员"]
    figures = {row[0]: row[1:] for row in book["指标"].iter_rows(values_only=True)}
    assert figures["全部"][:2] == (made.all.forms, pytest.approx(made.all.mean))
    items = list(book["项目"].iter_rows(min_row=2, values_only=True))
    assert sum(row[5] for row in items) == pytest.approx(sum(one.lost_milli for one in made.items) / 1000)


def test_charts_say_what_the_figures_say(service: runtime.Service) -> None:
    made = told(service)
    spread = distribution(made, {80.0: ""}, "dark", "zh")
    assert sum(sum(bars.y) for bars in spread.data) == made.all.forms
    lost = pareto(made.items)
    chart = pareto_chart(lost, [one.item.item for one in lost], "light", "en")
    assert sum(chart.data[0].x) == pytest.approx(1) and chart.data[1].x[-1] == pytest.approx(1)
    drifts = [(one.name, one.calibrated, one.must) for one in made.reviewers if one.calibrated]
    marks = drift_chart(drifts, 5.0, "dark", "zh").data[0]
    assert dict(zip([name for name, *_ in drifts], marks.marker.symbol, strict=True)) == {
        LI: "triangle-up", ZHOU: "circle",
    }  # fmt: skip


def test_an_agents_page_has_scores_items_and_forms(service: runtime.Service) -> None:
    found = words(opened(agent_script, lang="zh", agent="陈思远"))
    assert "监听分值" in found and "各项目逐月得分率" in found and "qa_score?" in found
    english = CHINESE.findall(words(opened(agent_script, lang="en", agent="陈思远")))
    assert set(english) <= {"陈思远", "王丽娜", "孙浩"}


def test_a_plan_about_what_loses_most_is_begun_from_an_agents_page(service: runtime.Service) -> None:
    found = words(opened(agent_script, lang="zh", agent="陈思远"))
    assert "制定改进计划" in found and "qa_improve?lang=zh&amp;view=plans&amp;scope=agent%3A" in found
    assert "measure=item%3Asmall%3A" in found


def test_coverage_of_nobody_has_no_share() -> None:
    assert Coverage(0, 0, (), 0, 0).share is None and Coverage(0, 0, (), 0, 0).met is None


def kpi_script() -> None:
    from ccfloor.ui import kpi_page
    from ccfloor.ui.shell import look

    kpi_page.show(look())


def trend_script() -> None:
    from ccfloor.ui import trend_page
    from ccfloor.ui.shell import look

    trend_page.show(look())


def test_qa_figures_of_other_pages_lead_down_to_their_forms(service: runtime.Service) -> None:
    month = words(opened(kpi_script, lang="zh", period="2026-11"))
    assert month.count("质检总览与明细") >= 3 and "qa?lang=zh&amp;period=2026-11&amp;scope=site" in month
    agent = {"scope": "agent:陈思远", "by": "week", "from": "2026-10-01", "to": "2026-11-22"}
    scored = words(opened(trend_script, lang="zh", kpi="qa_score", **agent))
    assert "qa_agent?" in scored and "period=2026-W46&amp;scope=agent" in scored
    assert "qa_agent?" not in words(opened(trend_script, lang="zh", kpi="aht", **agent))


@pytest.mark.parametrize("name", ["nobody", "王丽娜’"])
def test_of_an_agent_who_is_not_there_no_other_is_shown(service: runtime.Service, name: str) -> None:
    found = words(opened(agent_script, lang="zh", agent=name))
    assert f"“坐席：{name}”不在您的权限范围内" in found and "查看权限内的内容" in found
    assert "陈思远" not in found


def test_the_pass_mark_is_the_one_that_counted_in_the_period(stored: runtime.Service, tmp_path: Path) -> None:
    """A draft says nothing of what passed; where a form changed within the period, both marks stand there."""
    fresh = runtime.Service(load(environ={}, db=f"sqlite:///{tmp_path / 'floor.db'}", source="none"))
    fresh.config, fresh.clock = CONFIG, lambda: at(9)
    metadata.create_all(fresh.engine)
    publish(fresh.engine, FORM)
    versions.save_draft(fresh.engine, MANAGER, "form", "small", kept_text(stricter(95.0)), "boss", "", at(0))
    assert marks(fresh, "2026-11") == {80.0: ""}
    publish(fresh.engine, stricter(90.0), 20261116)
    assert marks(fresh, "2026-11") == {80.0: "小表 v1", 90.0: "小表 v3"}
    assert marks(fresh, "2026-10") == {80.0: ""} and marks(fresh, "2026-W48") == {90.0: ""}
    made = told(stored)
    chart = distribution(made, marks(fresh, "2026-11"), "light", "zh")
    assert [one.text for one in chart.layout.annotations] == ["合格分 90 (小表 v3)", "合格分 80 (小表 v1)"]
    fresh.engine.dispose()


def stricter(mark: float) -> Form:
    return FORM.model_copy(update={"pass_mark": mark})


def marks(service: runtime.Service, name: str) -> dict[float, str]:
    """The pass marks on the overview of a period in which the form was used."""
    runtime.use(service)
    try:
        seen = told(service, name)._replace(forms={"small": Tally(forms=1)})
        return _pass_marks(seen, form_names(service.engine, "main"), "zh")
    finally:
        runtime.use(None)
