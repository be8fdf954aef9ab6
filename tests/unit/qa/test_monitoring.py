"""Monitoring sheets filled in elsewhere: headers, answers as people write them, and every problem's place."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest

from ccfloor.qa.monitoring import Read, header, read
from tests.fakes.stored_qa import FORM, at

NAMES = {
    "agents": {"陈思远": ("陈思远",), "1001": ("陈思远",), "王": ("王丽娜", "王强")},
    "queues": {"销售": ("sales",)},
}
HEAD = header(FORM, "zh")
GOOD: dict[str, Any] = {
    "坐席": "陈思远", "队列": "销售", "通话时间": datetime(2026, 11, 17, 10), "质检员": "li.qa",
    "greet": "是", "hold": "不适用", "answer": 40, "record": "√", "insult": "否",
}  # fmt: skip


def told(**more: Any) -> list[Any]:
    """A line of the template."""
    values = GOOD | more
    return [values.get(name, values.get(name.split(" ")[0])) for name in HEAD]


def reading(*rows: Sequence[Any], head: Sequence[str] = HEAD) -> Read:
    lines = [(1, head), *((at + 2, row) for at, row in enumerate(rows))]
    return read(FORM, "old.xlsx", lines, NAMES, "Asia/Shanghai", at(10))


def problems(found: Read) -> list[str]:
    return [problem.said("zh") for problem in found.problems]


def test_a_line_of_the_template_is_a_form() -> None:
    found = reading(told(坐席="1001"))
    (sheet,) = found.sheets
    assert found.problems == [] and found.lines == 1
    assert (sheet.agent, sheet.queue, sheet.call_at, sheet.reviewer) == ("陈思远", "sales", at(1), "li.qa")
    assert sheet.answers == {"greet": "yes", "hold": "na", "answer": "40", "record": "yes", "insult": "no"}
    assert sheet.points == pytest.approx(88.9)


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({"坐席": "无名"}, "old.xlsx:2: 坐席: 没有“无名”"),
        ({"坐席": "王"}, "old.xlsx:2: 坐席: “王”可能是 王丽娜, 王强"),
        ({"坐席": None}, "old.xlsx:2: 坐席: 没有填写"),
        ({"质检员": " "}, "old.xlsx:2: 质检员: 没有填写"),
        ({"通话时间": "昨天"}, "old.xlsx:2: 通话时间: 不是日期；写作 2026-11-22 14:05"),
        ({"通话时间": "2026-02-30"}, "old.xlsx:2: 通话时间: 不是日期；写作 2026-11-22 14:05"),
        ({"通话时间": "2027-01-01"}, "old.xlsx:2: 通话时间: 在现在之后"),
        ({"通话时间": "0001-01-01"}, "old.xlsx:2: 通话时间: 早于 2000 年"),
        ({"通话时间": datetime(1900, 1, 1)}, "old.xlsx:2: 通话时间: 早于 2000 年"),
        ({"评分时间": "2020-01-01 10:00"}, "old.xlsx:2: 评分时间: 早于通话时间"),
        ({"评分时间": "2026-11-16"}, "old.xlsx:2: 评分时间: 早于通话时间"),
        ({"评分时间": "2026-11-27"}, "old.xlsx:2: 评分时间: 在现在之后"),
        ({"answer": 45}, "old.xlsx:2: answer answer: “45”不是可选的答案"),
        ({"greet": "不适用"}, "old.xlsx:2: greet greet: “不适用”不是可选的答案"),
        ({"record": None}, "old.xlsx:2: record record: 没有填写"),
        ({"得分": 95}, "old.xlsx:2: 得分: 填写 95，按答案算得 88.9"),
        ({"得分": "优"}, "old.xlsx:2: 得分: 不是数字"),
    ],
)
def test_what_is_wrong_with_a_line_has_its_place(more: dict[str, Any], wanted: str) -> None:
    found = reading(told(), told(**more))
    shifted = wanted.replace(":2:", ":3:")
    assert problems(found) == [shifted] and len(found.sheets) == 1


@pytest.mark.parametrize(
    ("cell", "answer"), [("Y", "yes"), ("×", "no"), (1, "yes"), ("0", "no"), (True, "yes"), ("是", "yes")]
)
def test_yes_and_no_as_people_write_them(cell: Any, answer: str) -> None:
    (sheet,) = reading(told(greet=cell)).sheets
    assert sheet.answers["greet"] == answer


@pytest.mark.parametrize(
    ("cell", "hour"),
    [
        ("2026-11-17 10:00", 10), ("2026/11/17 10:00:00", 10), ("2026年11月17日 10:00", 10),
        (date(2026, 11, 17), 12), ("2026-11-17", 12), (datetime(2026, 11, 17), 12),
    ],
)  # fmt: skip
def test_times_as_people_write_them(cell: Any, hour: int) -> None:
    (sheet,) = reading(told(通话时间=cell)).sheets
    assert sheet.call_at == at(1, hour)


@pytest.mark.parametrize("cell", ["2026-11-26", date(2026, 11, 26), datetime(2026, 11, 26)])
def test_the_day_of_today_alone_may_be_written_before_noon(cell: Any) -> None:
    found = reading(told(通话时间=cell, 评分时间=cell))
    assert found.problems == [] and found.sheets[0].call_at > at(10)


@pytest.mark.parametrize(
    "more", [{"评分时间": "2026-11-17"}, {"通话时间": "2026-11-17", "评分时间": "2026-11-17 09:00"}]
)
def test_a_day_alone_is_not_before_a_time_of_the_same_day(more: dict[str, Any]) -> None:
    found = reading(told(**{"通话时间": datetime(2026, 11, 17, 15)} | more))
    assert found.problems == [] and len(found.sheets) == 1


def test_a_stated_score_may_be_rounded() -> None:
    assert reading(told(得分=88.9)).problems == []
    assert reading(told(得分="88.94")).problems == []


def test_what_is_fatal_needs_nothing_else() -> None:
    (sheet,) = reading(told(insult="是", record=None, answer=None)).sheets
    assert sheet.points == 0


def test_english_headers_and_names_of_questions_alone_are_read() -> None:
    head = ["Agent", "Time of the call", "Reviewer", "greet", "HOLD", "answer", "record"]
    found = reading(["陈思远", "2026-11-17 10:00", "li.qa", "yes", "n/a", "50", "yes"], head=head)
    assert found.problems == [] and found.sheets[0].points == 100


def test_a_header_that_cannot_be_used_is_told() -> None:
    head = [*[name for name in HEAD if name not in ("质检员", "record record")], "备注", "坐席"]
    assert problems(reading(told(), head=head)) == [
        "old.xlsx:1: 备注: 没有这一列",
        "old.xlsx:1: 坐席: 这一列出现了两次",
        "old.xlsx:1: 质检员 / Reviewer: 缺少这一列",
        "old.xlsx:1: record record: 缺少这一列",
    ]


def test_an_empty_file_says_so() -> None:
    assert problems(read(FORM, "old.xlsx", [], NAMES, "Asia/Shanghai", 0.0)) == ["old.xlsx: 没有内容"]
    assert problems(reading()) == ["old.xlsx:1: 表头下面没有内容"]
