"""The page of agent trends over stored weeks, in both languages, by what the URL asks for."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from streamlit.testing.v1 import AppTest

from ccfloor.kpi.model import Bound
from ccfloor.kpi.period import period
from ccfloor.kpi.scope import Scope
from ccfloor.kpi.spread import bars, spread
from ccfloor.service import runtime
from ccfloor.service.agent_trend import Asked, trend
from ccfloor.service.settings import load
from ccfloor.store.tables import metadata
from ccfloor.ui import trend_rows
from ccfloor.ui.export import excel_bytes
from ccfloor.ui.kpi_words import value_text
from ccfloor.ui.texts import Lang
from ccfloor.ui.trend_chart import control_chart, histogram
from ccfloor.ui.trend_state import VIEWS
from tests.fakes.app_page import opened, words
from tests.fakes.stored_trend import CONFIG, FIRST, put_days, put_shift

CHEN = Scope("agent", "陈思远")
ASKED = {"scope": "agent:陈思远", "from": "2024-10-01", "to": "2024-10-30", "day": "2024-11-20"}


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runtime.Service]:
    file = tmp_path_factory.mktemp("page") / "floor.db"
    service = runtime.Service(load(environ={}, db=f"sqlite:///{file}", source="none"))
    service.config = CONFIG
    metadata.create_all(service.engine)
    put_days(service.engine)
    put_shift(service.engine)
    service.clock = lambda: period(CONFIG, "2024-11-25").start
    yield service
    service.engine.dispose()


@pytest.fixture
def service(stored: runtime.Service) -> Iterator[runtime.Service]:
    runtime.use(stored)
    yield stored
    runtime.use(None)


def script() -> None:
    from ccfloor.ui import trend_page
    from ccfloor.ui.shell import look

    trend_page.show(look())


def page(lang: str = "zh", **asked: str) -> AppTest:
    return opened(script, lang=lang, **(ASKED | asked))


def test_the_chart_is_said_in_words(service: runtime.Service) -> None:
    found = words(page(base="first"))
    assert "陈思远 · 平均处理时间" in found and "基线为开头 17 点" in found
    assert "有变化，不是噪声。" in found and "惠勒规则 2：连续 8 点在均值同侧" in found
    assert "10-20 周日 至 10-30 周三" in found
    assert "组内中位" in found and "（3 人）" in found


def test_a_stable_agent_is_called_stable(service: runtime.Service) -> None:
    assert "过程稳定：30 个点都在控制限内" in words(page(scope="agent:李想"))


@pytest.mark.parametrize(
    ("view", "scope"),
    [*((view, "agent:陈思远") for view in VIEWS), ("trend", "site"), ("day", "team:A"), ("handle", "site")],
)
def test_the_english_page_has_no_chinese(service: runtime.Service, view: str, scope: str) -> None:
    found = words(page("en", view=view, scope=scope))
    assert re.findall("[\u4e00-\u9fff]+", re.sub(r'(href|src|data-h)="[^"]*"', "", found)) == []


def test_the_day_line_links_every_call_to_its_life(service: runtime.Service) -> None:
    found = words(page(view="day"))
    assert "18:00 – 01:30" in found and "跨零点" in found
    assert "93.8%" in found and "迟到 30:00" in found
    assert re.search(r'<a class="s c" href="kpi\?[^"]*call=1-1"', found)
    assert re.search(r'<a class="s miss" href="kpi\?[^"]*call=1-2"', found)
    assert "138****2071" in found and "13812342071" not in found


def test_an_hour_of_the_day_is_opened_by_the_url(service: runtime.Service) -> None:
    found = words(page(view="day", hour="2024-11-20T22:00"))
    assert "回到全天" in found and ">22:10<" in found and ">23:00<" not in found


def test_a_team_at_a_glance_begins_with_the_news(service: runtime.Service) -> None:
    found = words(page(view="team", scope="team:A", base="first"))
    names = re.findall(r'<div class="h"><b>(.*?)</b>', found)
    assert names[0] == "陈思远" and set(names) == {"陈思远", "王丽娜", "李想"}
    assert found.count("data:image/svg+xml,") == 3


def test_who_is_unknown_gives_the_first_team(service: runtime.Service) -> None:
    for scope in ("agent:nobody", "nonsense", ""):
        assert "A 组 · 平均处理时间" in words(page(scope=scope))


def test_a_kpi_without_data_says_which(service: runtime.Service) -> None:
    assert "缺数据：" in words(page(kpi="csat"))


def test_an_annotation_is_added_with_a_name_and_a_reason(service: runtime.Service) -> None:
    test = page()
    test.text_input(key="tr-new-text").set_value("退款流程 <b>")
    test.text_input(key="tr-new-why").set_value("季度培训")
    sent = next(button for button in test.button if button.form_id == "tr-form-new")
    sent.click().run()
    assert [error.value for error in test.error] == ["请先填写您的姓名。"]
    test.text_input(key="people-who").set_value("周岚").run()
    test.text_input(key="tr-new-text").set_value("退款流程 <b>")
    test.text_input(key="tr-new-why").set_value("季度培训")
    next(button for button in test.button if button.form_id == "tr-form-new").click().run()
    assert not test.error and not test.exception
    found = words(page())
    assert "退款流程 &lt;b&gt;" in found and "<b>退款流程 <b>" not in found


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_file_has_the_figures_of_the_page(service: runtime.Service, lang: Lang) -> None:
    asked = Asked("aht", "day", FIRST, FIRST.replace(day=30), base="first")
    made = trend(service, service.viewer(lang), CHEN, asked)
    data = excel_bytes("t", trend_rows.file_header(made, lang), trend_rows.cells(made, lang))
    sheet = load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in rows] == [point.period.name for point in made.points]
    assert [row[1] for row in rows] == [point.result.value for point in made.points]
    assert rows[0][6] == made.points[0].band.median  # type: ignore[union-attr]
    assert rows[0][10] == pytest.approx(made.limits[0].centre)


def test_what_is_picked_stands_in_the_url(service: runtime.Service) -> None:
    test = page(day="2024-11-20", hour="2024-11-20T22:00")
    kpis = test.selectbox(key="tr-kpi")
    kpis.select_index(kpis.options.index("平均交谈时间")).run()
    assert test.query_params["kpi"] == "talk" and "hour" not in test.query_params
    assert "陈思远 · 平均交谈时间" in words(test)


def test_a_far_target_does_not_flatten_the_chart(service: runtime.Service) -> None:
    days = (FIRST, FIRST + timedelta(days=29))
    made = trend(
        service, service.viewer("zh"), Scope("agent", "陈思远"), Asked("aht", "day", *days, "wheeler", "all")
    )
    most = max(value for value in made.values if value is not None)
    for bound, near in ((Bound(at_most=most * 20), False), (Bound(at_most=most * 1.05), True)):
        chart = control_chart(made._replace(bound=bound), "dark", "zh")
        low, high = chart.layout.yaxis.range
        assert (low <= bound.at_most <= high) is near
        said = [note.text for note in chart.layout.annotations if note.text.startswith("目标")]
        assert said == [f"目标 ≤ {value_text(made.kpi, bound.at_most)}{'' if near else ' ↑'}"]


def test_a_bar_of_handle_times_says_from_when_to_when() -> None:
    times = [60.0 + 10 * n for n in range(40)]
    found = spread(times)
    assert found is not None
    chart = histogram(bars(times, 600.0), found, [], "dark", "zh")
    assert all(re.fullmatch(r"\d+:\d\d – \d+:\d\d：\d+ 通", said) for said in chart.data[0].customdata)
