"""The imports page: a file is judged and shown first, taken in on a click, taken out with a reason."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from ccfloor.kpi.datasets import DATASETS
from ccfloor.service import importing_kpi as importing
from ccfloor.service import runtime
from ccfloor.service.people_log import PeopleError
from ccfloor.store.engine import writing
from ccfloor.store.tables import import_rows, imports
from tests.fakes.app_page import opened, press, quiet_service, words

SURVEY = "日期,坐席,邀评数,参评数,满意数\n2026-10-01,1001,100,80,70\n2026-10-02,王丽娜,1,1,1\n"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[runtime.Service]:
    with quiet_service(tmp_path) as found:
        yield found


def script() -> None:
    from ccfloor.ui import imports_page
    from ccfloor.ui.shell import look

    imports_page.show(look())


def page(dataset: str = "survey", lang: str = "zh", who: str = "周岚") -> AppTest:
    return opened(script, who, dataset=dataset, lang=lang)


def chosen(test: AppTest, text: str, name: str = "survey.csv") -> None:
    test.file_uploader[0].set_value((name, text.encode(), "text/csv")).run()
    assert not test.exception, test.exception


def test_monitoring_sheets_are_one_link_away(service: runtime.Service) -> None:
    assert "qa_sheets?lang=zh" in words(page()) and "qa_sheets?lang=en" in words(page(lang="en"))


def test_a_file_is_shown_then_taken_in_then_taken_out(service: runtime.Service) -> None:
    test = page()
    chosen(test, SURVEY)
    assert "survey.csv：2 行数据，可用 2 行，错误 0 处。" in words(test)
    assert "将新增 2 项" in words(test) and "陈思远" in words(test)
    assert importing.imports(service.engine, service.viewer()) == []
    press(test, "导入 2 行")
    (taken,) = importing.imports(service.engine, service.viewer())
    assert (taken.rows, taken.who, taken.first_day) == (2, "周岚", 20261001)
    assert "第 1 号 · 2 行 · 2026-10-01 – 2026-10-02" in words(test)
    press(test, "撤销…")
    test.text_input(key=f"people-why-import-undo:{taken.id}").set_value("导错月份")
    press(test, "确认")
    assert importing.imports(service.engine, service.viewer())[0].undone_why == "导错月份"
    assert "已撤销" in words(test) and "导错月份" in words(test)


def test_bad_lines_are_listed_and_only_the_good_ones_can_be_taken(service: runtime.Service) -> None:
    test = page()
    chosen(test, SURVEY + "2026-10-03,9999,<b>x</b>,1,1\n")
    told = words(test)
    assert "没有坐席“9999”；可填姓名或工号。" in told and "“&lt;b&gt;x&lt;/b&gt;”不是数字。" in told
    assert next(button for button in test.button if button.label == "导入 2 行").disabled
    test.checkbox(key="im-good").check().run()
    press(test, "导入 2 行")
    assert importing.imports(service.engine, service.viewer())[0].rows == 2


def test_a_file_without_any_good_line_does_not_offer_the_good_ones(service: runtime.Service) -> None:
    test = page()
    chosen(test, "x\n")
    assert "请改好文件再选一次。" in words(test) and "只导入没有错误的行" not in words(test)
    assert not [b for b in test.button if b.label.startswith("导入 ")]


def test_without_a_name_nothing_is_taken_in(service: runtime.Service) -> None:
    test = page(who="")
    chosen(test, SURVEY)
    press(test, "导入 2 行")
    assert [error.value for error in test.error] == ["请先填写您的姓名。"]
    assert importing.imports(service.engine, service.viewer()) == []


def test_the_same_file_again_and_a_file_of_another_kind(service: runtime.Service) -> None:
    test = page()
    chosen(test, SURVEY)
    press(test, "导入 2 行")
    chosen(test, SURVEY, "again.csv")
    assert "不会重复写入" in words(test) and not [b for b in test.button if b.label.startswith("导入 ")]
    other = page("complaints")
    chosen(other, SURVEY)
    assert "缺少列 投诉编号、核实状态" in words(other)
    assert "表头像是另一种数据：" in words(other) and "dataset=survey" in words(other)


def test_rows_and_log_of_an_import_can_be_read(service: runtime.Service) -> None:
    test = page()
    chosen(test, SURVEY)
    press(test, "导入 2 行")
    press(test, "明细")
    assert "王丽娜" in words(test) and "下载明细" in words(test)
    press(test, "记录")
    assert "登记" in words(test) and "王丽娜" not in words(test)


@pytest.mark.parametrize("dataset", ["survey", "complaints", "roster", "cost"])
def test_the_english_page_has_no_chinese(service: runtime.Service, dataset: str) -> None:
    test = page(dataset, "en", "Lan")
    assert not CHINESE.search(words(test)), CHINESE.findall(words(test))
    chosen(test, "Date,Agent,Queue,Invited,Rated,Satisfied\n2026-10-01,1001,hotline,100,80,70\n")
    assert not CHINESE.search(words(test))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_import_of_a_kind_this_version_does_not_know_can_be_read(
    service: runtime.Service, lang: str
) -> None:
    test = page(lang=lang, who="Lan")
    chosen(test, SURVEY)
    press(test, "导入 2 行" if lang == "zh" else "Take in 2 lines")
    with writing(service.engine) as connection:
        connection.execute(update(imports).values(dataset="mood-2030"))
        connection.execute(update(import_rows).values(dataset="mood-2030"))
    again = page(lang=lang, who="Lan")
    assert "mood-2030" in words(again)
    assert not [b for b in again.button if b.label in ("撤销…", "Undo…")]
    press(again, "明细" if lang == "zh" else "Rows")
    told = words(again)
    assert "invited" in told and "2026-10-01" in told
    (taken,) = importing.imports(service.engine, service.viewer())
    with pytest.raises(PeopleError, match="import_foreign"):
        importing.undo_import(service.engine, service.config, taken.id, "Lan", "x", service.clock())


def test_earlier_imports_are_a_click_away(service: runtime.Service) -> None:
    for number in range(1, 23):
        text = f"月份,总成本（元）\n2020-01,{number}\n"
        seen = importing.preview(
            service.engine, service.config, DATASETS["cost"], f"{number}.csv", text.encode(), service.clock()
        )
        importing.take_in(service.engine, service.config, seen, "周岚", "", service.clock())
    test = page()
    assert "22.csv" in words(test) and ">1.csv" not in words(test)
    press(test, "更早的导入")
    assert ">1.csv" in words(test) and "更早的导入" not in words(test)


@pytest.mark.parametrize(
    ("why", "said"),
    [("wrong_kind", "不是表格文件"), ("too_big", "文件超过 20 MB"), ("old_excel", "是旧格式（.xls）")],
)
def test_why_a_file_did_not_come_is_said(service: runtime.Service, why: str, said: str) -> None:
    test = page()
    test.file_uploader[0].set_value(("x.bin", b"", f"application/x-refused-{why}")).run()
    assert said in words(test)
    assert not [button for button in test.button if button.label.startswith("导入")]
