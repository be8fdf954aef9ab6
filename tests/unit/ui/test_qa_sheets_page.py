"""The page that takes monitoring sheets in, without a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ccfloor.service import runtime
from ccfloor.service.qa import sheets
from ccfloor.ui.texts import LANGS, Lang
from tests.fakes.app_page import opened, press, quiet_service, words
from tests.fakes.stored_qa import CONFIG, MANAGER, at, publish

NOW = at(10)
HEAD = "坐席,通话时间,质检员,greet,hold,answer,record\n"
GOOD = "陈思远,2026-11-17 10:00,li.qa,是,不适用,50,是\n"
BAD = "无名,2026-11-17 11:00,li.qa,是,不适用,55,是\n"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[runtime.Service]:
    with quiet_service(tmp_path) as service:
        service.config, service.clock = CONFIG, lambda: NOW
        publish(service.engine)
        yield service


def page() -> None:
    from ccfloor.ui import qa_sheets_page
    from ccfloor.ui.shell import look

    qa_sheets_page.show(look())


@pytest.mark.parametrize("lang", LANGS)
def test_a_file_with_a_bad_line_is_told_and_its_good_ones_taken_in(
    service: runtime.Service, lang: Lang
) -> None:
    test = opened(page, "周岚", lang=lang)
    test.file_uploader[0].set_value(("old.csv", (HEAD + GOOD + BAD).encode(), "text/csv")).run()
    told = words(test)
    assert "old.csv:3: 坐席: " in told and "old.csv:3: answer: " in told
    label = "说明（从哪里来）" if lang == "zh" else "Where it comes from"
    next(one for one in test.text_input if one.label == label).set_value("旧表")
    press(test, "只导入合格的 1 行" if lang == "zh" else "Take in the 1 good lines alone")
    (found,) = sheets.list_batches(service.engine, MANAGER)
    assert (found.forms, found.who, found.why) == (1, "周岚", "旧表")


def test_a_file_is_taken_back_on_the_page(service: runtime.Service) -> None:
    content = (HEAD + GOOD).encode()
    seen = sheets.preview(service.engine, MANAGER, CONFIG, "small", 1, "old.csv", content, NOW)
    sheets.take_in(service.engine, MANAGER, CONFIG, seen, "", "旧表", NOW)
    test = opened(page, "周岚", lang="zh")
    assert "old.csv" in words(test) and "计入" in words(test)
    test.selectbox(key="qa-sheets-pick").set_value(1).run()
    press(test, "撤回…")
    next(one for one in test.text_input if one.label == "原因").set_value("导错了")
    press(test, "确认")
    assert sheets.list_batches(service.engine, MANAGER)[0].undone_by == "周岚"
    assert "已撤回（周岚）" in words(opened(page, "周岚", lang="zh"))


def test_the_same_content_is_not_offered_twice(service: runtime.Service) -> None:
    content = (HEAD + GOOD).encode()
    seen = sheets.preview(service.engine, MANAGER, CONFIG, "small", 1, "old.csv", content, NOW)
    sheets.take_in(service.engine, MANAGER, CONFIG, seen, "", "旧表", NOW)
    test = opened(page, "周岚", lang="zh")
    test.file_uploader[0].set_value(("again.csv", content, "text/csv")).run()
    assert "不会重复导入" in words(test) and "全部导入" not in words(test)
