"""Monitoring sheets taken in: template, preview, counting, twice, taken back and restored; and by whom."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine, select

from ccfloor.service.people_log import PeopleError
from ccfloor.service.qa import scoring, sheets
from ccfloor.service.qa.scoring import Wanted
from ccfloor.store.tables import kpi_facts
from ccfloor.store.viewer import Forbidden, Viewer
from tests.fakes.stored_qa import CHEN, CONFIG, FORM, MANAGER, QA, at, publish

NOW = at(10)
DAY = 20261117


@pytest.fixture
def engine(database: Engine) -> Engine:
    publish(database)
    return database


def filled(*rows: Sequence[Any]) -> bytes:
    """The template with these lines: agent, hour, answers of the five questions."""
    book = load_workbook(io.BytesIO(sheets.template(FORM, 1, "zh")))
    page = book.worksheets[0]
    for agent, hour, *answers in rows:
        page.append([agent, "销售", datetime(2026, 11, 17, hour), "", "li.qa", "", *answers, "摘要"])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


FILE = filled(
    ("陈思远", 10, "是", "不适用", 50, "是", "否"),
    ("1003", 11, "否", "否", 30, "否", "否"),
)


def seen(engine: Engine, content: bytes = FILE, viewer: Viewer = MANAGER) -> sheets.Seen:
    return sheets.preview(engine, viewer, CONFIG, "small", 1, "旧评分表.xlsx", content, NOW)


def taken(engine: Engine, content: bytes = FILE, **more: Any) -> sheets.Outcome:
    return sheets.take_in(engine, MANAGER, CONFIG, seen(engine, content), "", "十一月的旧表", NOW, **more)


def facts(engine: Engine) -> dict[str, float]:
    table = kpi_facts.c
    query = select(table.field, table.value).where(table.scope == "site", table.day == DAY)
    with engine.connect() as connection:
        return {field: value for field, value in connection.execute(query)}


def test_a_filled_template_is_taken_in_and_counts(engine: Engine) -> None:
    found = seen(engine)
    assert found.clean and [sheet.agent for sheet in found.sheets] == ["陈思远", "孙浩"]
    made = taken(engine)
    rows = scoring.list_scores(engine, MANAGER, CONFIG, Wanted(kinds=("import",)))
    assert made.forms == 2 and {row.agent for row in rows} == {"陈思远", "孙浩"}
    assert {row.team for row in rows} == {"A", "B"} and rows[0].summary == "摘要"
    told = facts(engine)
    assert told["qa.forms"] == 2 and told["qa.passed"] == 1


def test_the_same_content_and_the_same_form_are_not_taken_in_twice(engine: Engine) -> None:
    first = taken(engine)
    again = seen(engine)
    assert again.before is not None and again.before.id == first.id
    assert [problem.line for problem in again.problems] == [2, 3]
    more = filled(("陈思远", 10, "是", "是", 50, "是", "否"), ("陈思远", 15, "是", "是", 50, "是", "否"))
    other = seen(engine, more)
    assert ["已经导入过" in problem.zh for problem in other.problems] == [True]
    assert taken(engine, more, good_lines=True).forms == 1
    twice = seen(engine, filled(*[("王丽娜", 9, "是", "是", 50, "是", "否")] * 2))
    assert "出现了两次" in twice.problems[0].zh and len(twice.sheets) == 1


def test_two_calls_of_a_day_are_told_apart_by_what_they_are_called(engine: Engine) -> None:
    answers = ["是", "是", 50, "是", "否"]
    book = load_workbook(io.BytesIO(filled()))
    for about in ("来电 A", "来电 B", "来电 B"):
        book.worksheets[0].append(["陈思远", "销售", "2026-11-17", about, "li.qa", "", *answers, "摘要"])
    file = io.BytesIO()
    book.save(file)
    found = seen(engine, file.getvalue())
    assert [sheet.about for sheet in found.sheets] == ["来电 A", "来电 B"]
    assert [(problem.line, "出现了两次" in problem.zh) for problem in found.problems] == [(4, True)]
    assert taken(engine, file.getvalue(), good_lines=True).forms == 2


def test_a_preview_that_is_old_takes_nothing_in_twice(engine: Engine) -> None:
    old = seen(engine)
    taken(engine)
    made = sheets.take_in(engine, MANAGER, CONFIG, old, "", "再来", NOW)
    assert made.known and facts(engine)["qa.forms"] == 2


def test_while_a_line_is_bad_nothing_is_taken_in(engine: Engine) -> None:
    bad = filled(("陈思远", 10, "是", "是", 50, "是", "否"), ("无名", 11, "是", "是", 50, "是", "否"))
    with pytest.raises(PeopleError) as error:
        taken(engine, bad)
    assert error.value.code == "import_bad_lines" and facts(engine) == {}
    with pytest.raises(PeopleError) as error:
        taken(engine, filled(("无名", 11, "是", "是", 50, "是", "否")), good_lines=True)
    assert error.value.code == "import_no_lines"


def test_a_file_is_taken_back_and_restored_and_figures_follow(engine: Engine) -> None:
    made = taken(engine)
    before = facts(engine)
    one = scoring.list_scores(engine, MANAGER, CONFIG, Wanted(agent="孙浩"))[0]
    scoring.void(engine, MANAGER, CONFIG, one.id, "", "单独作废", NOW + 1)
    assert sheets.undo(engine, MANAGER, CONFIG, made.id, "", "导错了", NOW + 2) == 1
    assert facts(engine) == {}
    with pytest.raises(PeopleError) as error:
        sheets.undo(engine, MANAGER, CONFIG, made.id, "", "再撤", NOW + 3)
    assert error.value.code == "import_undone"
    assert sheets.restore(engine, MANAGER, CONFIG, made.id, "", "没错", NOW + 4) == 1
    assert facts(engine)["qa.forms"] == 1  # what was taken back by itself stays so
    scoring.restore(engine, MANAGER, CONFIG, one.id, "", "恢复", NOW + 5)
    assert facts(engine) == before
    assert sheets.undo(engine, MANAGER, CONFIG, made.id, "", "再撤", NOW + 6) == 2
    again = taken(engine)
    assert again.forms == 2 and again.id != made.id
    with pytest.raises(PeopleError) as error:
        sheets.restore(engine, MANAGER, CONFIG, made.id, "", "恢复", NOW + 7)
    assert error.value.code == "import_again"


def test_who_may_and_who_may_not(engine: Engine) -> None:
    part = Viewer(MANAGER.role, account=30, who="part", queues=frozenset(("sales",)))
    for viewer in (QA, CHEN, part):
        with pytest.raises(Forbidden):
            seen(engine, viewer=viewer)
        with pytest.raises(Forbidden):
            sheets.list_batches(engine, viewer)
    made = taken(engine)
    with pytest.raises(Forbidden):
        sheets.undo(engine, QA, CONFIG, made.id, "", "撤回", NOW)
    assert [one.id for one in sheets.list_batches(engine, MANAGER)] == [made.id]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no book", b"\x00\xff\x00"])
def test_what_is_no_table_is_told_in_a_sentence(engine: Engine, content: bytes) -> None:
    found = seen(engine, content)
    assert len(found.problems) == 1 and found.problems[0].said("zh").startswith("旧评分表.xlsx")


def test_a_book_of_too_many_forms_is_refused(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST", 1)
    (problem,) = seen(engine).problems
    assert "超过 1 份" in problem.zh


def test_the_template_offers_the_answers(engine: Engine) -> None:
    page = load_workbook(io.BytesIO(sheets.template(FORM, 1, "en"))).worksheets[0]
    offered = {rule.formula1 for rule in page.data_validations.dataValidation}
    assert offered == {'"yes,no"', '"yes,no,n/a"'} and page.title == "small v1"
