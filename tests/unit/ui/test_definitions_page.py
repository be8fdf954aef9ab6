"""The page of definitions: the catalogue, one KPI, deciding on a target and taking it back, the files."""

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import insert
from streamlit.testing.v1 import AppTest

from ccfloor.floor.definitions import DEFINITIONS
from ccfloor.floor.metrics import FIELDS
from ccfloor.kpi.book import Choice
from ccfloor.kpi.model import Bound, Ratio
from ccfloor.kpi.period import business_date, day_number
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.service import runtime
from ccfloor.service.kpi_site import first_of_month, kpi_book
from ccfloor.service.kpi_targets import Act, decide
from ccfloor.service.settings import load
from ccfloor.store import kpi_versions
from ccfloor.store.engine import writing
from ccfloor.store.tables import metadata, queue_intervals
from ccfloor.ui.definitions_files import catalogue_csv, definitions_excel
from ccfloor.ui.definitions_words import bound_text, data_text, sums_text
from ccfloor.ui.texts import texts
from tests.fakes import app_page
from tests.fakes.app_page import opened

NOW = 1_795_320_000.0  # noon of 22 November 2026 in Shanghai


@pytest.fixture
def service(tmp_path: Path) -> Iterator[runtime.Service]:
    """A service over a database of its own, at a fixed time, with calls of this month."""
    service = runtime.Service(load(environ={}, db=f"sqlite:///{tmp_path / 'floor.db'}", source="none"))
    service.clock = lambda: NOW
    metadata.create_all(service.engine)
    counts = {
        "offered": 100,
        "answered": 90,
        "handled": 90,
        "abandoned": 10,
        "answered_in_t": 72,
        "abandoned_in_t": 10,
    }
    row = dict.fromkeys(FIELDS, 0) | counts | {"site": "main", "queue": "hotline", "max_wait_ms": 0}
    with writing(service.engine) as connection:
        connection.execute(insert(queue_intervals), [row | {"start": int(NOW) - 3600}])
    runtime.use(service)
    yield service
    runtime.use(None)
    service.engine.dispose()


def script() -> None:
    from ccfloor.ui import definitions_page
    from ccfloor.ui.shell import look

    definitions_page.show(look())


def page(lang: str = "zh", **asked: str) -> AppTest:
    return opened(script, lang=lang, **asked)


def words(test: AppTest) -> str:
    """What can be read on the page, without tags."""
    parts = [app_page.words(test), *(toast.value for toast in test.toast)]
    return unescape(re.sub(r"<[^>]+>", "\n", "\n".join(parts)))


def press(test: AppTest, label: str) -> AppTest:
    next(button for button in test.button if label in button.label).click().run()
    assert not test.exception, test.exception
    return test


# -- reading -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_catalogue_shows_every_kpi_with_formula_source_and_version(
    service: runtime.Service, lang: str
) -> None:
    shown = words(page(lang))
    for kpi in kpi_book(service).kpis.values():
        assert (kpi.zh if lang == "zh" else kpi.en) in shown
        assert (kpi.formula.zh if lang == "zh" else kpi.formula.en) in shown
    assert "v1" in shown
    if lang == "en":
        assert not re.search(r"[\u4e00-\u9fff]", shown)


def test_the_chinese_catalogue_is_chinese(service: runtime.Service) -> None:
    names = "Asterisk|Amazon|Connect|Genesys|Cloud|Anton|Cisco|Unified|Erlang|Labs|Excel"
    left = re.sub(names, "", words(page()))
    assert re.findall(r"[A-Za-z]{3,} [A-Za-z]{3,}", left) == []


def test_the_metrics_of_the_live_pages_are_a_part_of_their_own(service: runtime.Service) -> None:
    shown = words(page(part="metrics"))
    assert all(item.zh in shown and item.formula_zh in shown for item in DEFINITIONS.values())


def test_one_kpi_tells_its_variants_its_data_and_whom_which_target_binds(service: runtime.Service) -> None:
    shown = words(page(kpi="service_level"))
    assert "放弃全算未达标：T 秒内接起 ÷（接起 + 放弃）" in shown
    assert "队列统计、通话明细" in shown and "queue.answered_in_t" in shown
    assert "≥ 85%" in shown and "队列：投诉" in shown  # what that queue promises
    assert "● 80.0%" in shown  # 72 of 90; the ten who left did so within T


def test_a_kpi_of_data_from_outside_names_the_import(service: runtime.Service) -> None:
    shown = words(page(kpi="csat"))
    assert "满意度调查（按日汇总）（导入）" in shown
    assert "还没有可供试算的月份。" in shown


def test_earlier_versions_of_a_formula_stay_to_be_read(service: runtime.Service) -> None:
    kpi = kpi_book(service).kpis["csat"]
    other = kpi.model_copy(update={"ratio": Ratio(over=("survey.score_sum",), under=("survey.rated",))})
    with writing(service.engine) as connection:
        about = ("main", "csat", kpi_versions.DEFINITION, 20261101)
        kpi_versions.append(connection, *about, other, at=NOW, who="file", why="")
    shown = words(page(kpi="csat"))
    assert "历次口径" in shown and "2026-11-01" in shown and "一直" in shown
    assert "(survey.score_sum) ÷ (survey.rated)" in shown and "(survey.satisfied) ÷ (survey.rated)" in shown


def test_an_unknown_kpi_shows_the_catalogue(service: runtime.Service) -> None:
    assert "总呼叫数" in words(page(kpi="nonsense"))


# -- deciding ----------------------------------------------------------------------------------------


def test_a_target_is_tried_decided_and_taken_back(service: runtime.Service) -> None:
    test = page(kpi="service_level")
    low = next(box for box in test.number_input if "不低于" in box.label)
    assert low.value == 80
    low.set_value(85.0).run()
    assert "▲ 80.0%" in words(test) or "△ 80.0%" in words(test)
    press(test, "保存目标")
    assert "请先填写您的姓名。" in words(test)
    test.text_input(key="people-who").set_value("周岚").run()
    test.text_input(key="def-why-service_level").set_value("合同要求").run()
    press(test, "保存目标")
    day = day_number(business_date(service.config, NOW))
    assert kpi_book(service).bound("service_level", SITE, day) == (Bound(at_least=0.85), "own")
    assert kpi_book(service).bound("service_level", SITE, 20261031)[1] == "suggested"
    test = page(kpi="service_level")
    shown = words(test)
    assert "合同要求" in shown and "周岚" in shown and "生效中" in shown and "2026-11-01" in shown
    test.text_input(key="people-who").set_value("周岚").run()
    press(test, "撤回 全站 ≥ 85%")
    test.text_input(key="people-why-target-service_level-site-20261101").set_value("写错了")
    press(test, "确认")
    assert kpi_book(service).bound("service_level", SITE, day)[1] == "suggested"
    assert "写错了" in words(page(part="targets"))


def test_limits_in_the_wrong_order_are_told_before_anything_is_kept(service: runtime.Service) -> None:
    test = page(kpi="occupancy")
    next(box for box in test.number_input if "不低于" in box.label).set_value(99.0).run()
    assert test.warning[0].value == "下限高于上限，请检查。"
    assert not [button for button in test.button if button.label == "保存目标"]


def test_the_link_of_a_queue_opens_its_own_form(service: runtime.Service) -> None:
    test = page(kpi="service_level", scope="queue:complaint-line")
    assert next(box for box in test.selectbox if box.label == "范围").value == Scope(
        "queue", "complaint-line"
    )
    assert next(box for box in test.number_input if "不低于" in box.label).value == 85


# -- files and words ---------------------------------------------------------------------------------


def test_the_files_hold_what_the_page_shows(service: runtime.Service) -> None:
    decided = Choice(bound=Bound(at_most=0.04), variant="ab_long")
    kpi = kpi_book(service).kpis["abandon_rate"]
    act = Act("周岚", "=SUM(A1)", NOW)
    since = first_of_month(service.config, NOW)
    decide(service.engine, service.viewer(), service.config, kpi, SITE, since, decided, act)
    book = kpi_book(service)
    rows = list(csv.reader(io.StringIO(catalogue_csv(book, 20261122, "zh").decode("utf-8-sig"))))
    assert len(rows) == 1 + len(book.kpis)
    line = dict(zip(rows[0], next(row for row in rows if row[0] == "abandon_rate"), strict=True))
    assert (line["本中心目标"], line["口径"], line["版本"]) == ("≤ 4%", "放弃 ÷（接起 + 放弃）", "1")
    assert line["现用口径"] == "剔除速挂" and line["行业目标"].startswith("≤ 6%（普渡")
    excel = load_workbook(io.BytesIO(definitions_excel(book, service.config, 20261122, "zh")))
    catalogue, targets, metrics = excel.worksheets
    assert [[str(cell.value or "") for cell in row] for row in catalogue.iter_rows()] == rows
    assert [cell.value for cell in targets[2]][:6] == [
        "放弃率", "全站", "2026-11-01", "≤ 4% · 剔除速挂", "周岚", "'=SUM(A1)",
    ]  # fmt: skip
    assert metrics.max_row == 1 + len(DEFINITIONS)


def test_sums_in_words(service: runtime.Service) -> None:
    kpis = kpi_book(service).kpis
    assert sums_text(kpis["fcr"]) == "(calls.answered_known − calls.again_7d) ÷ (calls.answered_known)"
    assert sums_text(kpis["longest_wait"]) == "queue.max_wait_ms × 0.001"
    assert sums_text(kpis["aht"]) == "aht"


def test_targets_in_words(service: runtime.Service) -> None:
    kpis = kpi_book(service).kpis
    assert bound_text(kpis["occupancy"], kpis["occupancy"].suggested, "zh") == "80–88%"
    assert bound_text(kpis["asa"], kpis["asa"].suggested, "en") == "≤ 0:37"
    assert bound_text(kpis["busy_ratio"], kpis["busy_ratio"].suggested, "zh") == "≤ 6.25%"
    assert bound_text(kpis["late"], kpis["late"].suggested, "zh") == "≤ 0"
    assert bound_text(kpis["offered"], None, "zh") == "–"
    assert data_text(kpis["adherence"], "zh") == "排班（导入）"
    assert data_text(kpis["waiting_now"], "en") == "the live floor"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_word_of_the_catalogue_is_known(service: runtime.Service, lang: str) -> None:
    known = texts("zh" if lang == "zh" else "en")
    kpis = kpi_book(service).kpis.values()
    asked = {f"unit.{kpi.unit}" for kpi in kpis} | {f"definitions.direction.{kpi.direction}" for kpi in kpis}
    asked |= {f"definitions.group.{kpi.group}" for kpi in kpis}
    assert asked - known.keys() == set()
