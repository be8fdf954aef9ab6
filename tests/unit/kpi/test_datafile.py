"""A data file's lines: headers in both languages, every wrong cell with line and column, no line twice."""

import pytest

from ccfloor.kpi.cells import Cell
from ccfloor.kpi.datafile import FAULTS_MAX, Checked, Line, Names, Rules, check
from ccfloor.kpi.datasets import DATASETS

NAMES = Names(
    queues={"hotline": ("hotline",), "热线咨询": ("hotline",)},
    teams={"a": ("A",)},
    agents={"陈思远": ("陈思远",), "1001": ("陈思远",), "王芳": ("王芳", "王芳2"), "李想": ("李想",)},
)
SURVEY = ["日期", "坐席", "邀评数", "参评数", "满意数"]


def lines(*rows: list[Cell]) -> list[Line]:
    return list(enumerate(rows, 1))


def judged(dataset: str, *rows: list[Cell], today: int = 20261122) -> Checked:
    return check(Rules(DATASETS[dataset], NAMES, today), lines(*rows))


def told(checked: Checked, lang: str = "en") -> list[str]:
    return [fault.said("f.csv", lang) for fault in checked.faults]


def test_good_lines_become_rows_by_the_names_of_the_tables() -> None:
    found = judged("survey", [*SURVEY, "备注"], ["2026-11-01", "1001", "1,000", "80", 79, "x"], [])
    assert found.faults == [] and found.lines == 1 and found.ignored == ("备注",)
    (row,) = found.rows
    assert (row.line, row.day, row.key) == (2, 20261101, "20261101||陈思远")
    assert row.body == {"agent": "陈思远", "invited": 1000, "rated": 80, "satisfied": 79}


def test_headers_in_english_in_any_case_with_units_and_below_a_title() -> None:
    title: list[Cell] = ["Complaints of November"]
    header: list[Cell] = ["complaint NUMBER *", "Received on", "Verification", "Handling hours (h)"]
    found = judged("complaints", title, header, ["T1", 20261103, "verified", ""])
    assert not found.faults and found.rows[0].line == 3 and found.rows[0].key == "T1"


def test_every_wrong_cell_is_told_with_line_and_column() -> None:
    header: list[Cell] = [
        "投诉编号",
        "受理日期",
        "队列",
        "被投诉坐席",
        "核实状态",
        "已解决",
        "处理时长（小时）",
    ]
    found = judged(
        "complaints",
        header,
        ["T1", "2026-13-03", "热线", "9999", "也许", "是", "x"],
        ["T2", "2026-11-03", "热线咨询", "王芳", "属实", "是", ""],
        ["", "2026-11-23", "", "", "属实", "", ""],
        ["T4", "2026-11-03", "", "", "属实", "是", ""],
    )
    assert not found.rows
    assert told(found, "zh") == [
        "f.csv，第 2 行，“受理日期”列：“2026-13-03”不是日期；请写成 2026-11-22。",
        "f.csv，第 2 行，“队列”列：没有队列“热线”。",
        "f.csv，第 2 行，“被投诉坐席”列：没有坐席“9999”；可填姓名或工号。",
        "f.csv，第 2 行，“核实状态”列：“也许”不在可选值里：待核实、属实、不属实。",
        "f.csv，第 2 行，“处理时长(小时)”列：“x”不是数字。",
        "f.csv，第 3 行，“被投诉坐席”列：“王芳”可以指 王芳、王芳2；请改填工号。",
        "f.csv，第 4 行，“投诉编号”列：不能为空。",
        "f.csv，第 4 行，“受理日期”列：2026-11-23 还没有到。",
        "f.csv，第 5 行，“处理时长(小时)”列：不能为空，因为“已解决”是“是”。",
    ]
    assert told(found)[3] == "f.csv, line 2, column 核实状态: '也许' is none of Pending, Verified, Unfounded."
    assert told(found)[-1].endswith("must not be empty, because Solved is Yes.")


def test_a_part_is_never_more_than_its_whole() -> None:
    found = judged("survey", SURVEY, ["2026-11-01", "", "10", "12", "3"])
    assert told(found) == ["f.csv, line 2, column 参评数: 12 is above the 10 of Invited."]


def test_two_lines_about_the_same_are_told() -> None:
    line: list[Cell] = ["2026-11-01", "陈思远", "10", "8", "7"]
    found = judged("survey", SURVEY, line, ["20261101", "1001", "20", "8", "7"], ["2026-11-01", "", 9, 9, 9])
    assert [row.line for row in found.rows] == [2, 4]
    assert told(found) == ["f.csv, line 3: is about the same as line 2 (20261101 陈思远)."]


def test_a_team_beside_an_agent_says_nothing_of_another_row() -> None:
    header = [*SURVEY, "班组"]
    found = judged(
        "survey", header, ["2026-11-01", "1001", 1, 1, 1, "A"], ["2026-11-01", "1001", 1, 1, 1, ""]
    )
    assert [fault.code for fault in found.faults] == ["same_row"]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([["a", "b"]], "f.csv: has no header that is understood: missing Date, Invited, Rated, Satisfied."),
        ([["日期", "邀评数"]], "f.csv: has no header that is understood: missing Rated, Satisfied."),
        ([SURVEY], "f.csv: has no line of data under its header."),
        ([], "f.csv: is empty."),
    ],
)
def test_files_without_header_or_lines(rows: list[list[Cell]], sentence: str) -> None:
    assert told(judged("survey", *rows)) == [sentence]


def test_a_column_that_stands_twice_is_refused() -> None:
    found = judged("survey", [*SURVEY, "Invited"], ["2026-11-01", "", 5, 4, 3, 9])
    assert told(found) == ["f.csv, line 1, column Invited: stands twice in the header."]


def test_a_line_without_any_number_is_refused() -> None:
    header: list[Cell] = ["日期", "班组", "校准份数", "应抽检坐席数"]
    assert [fault.code for fault in judged("sampling", header, ["2026-11-01", "A", "", ""]).faults] == [
        "no_values"
    ]


def test_months_and_what_has_not_come_yet() -> None:
    header: list[Cell] = ["月份", "总成本（元）"]
    found = judged("cost", header, ["2026-11", "186,400.50"], ["2026-12", "1"], ["1999-12", "1"])
    assert [(row.day, row.body) for row in found.rows] == [(20261100, {"total": 186_400.5})]
    assert [fault.code for fault in found.faults] == ["future", "long_ago"]


def test_pieces_of_a_roster_must_not_overlap_but_leave_may_lie_over_them() -> None:
    header: list[Cell] = ["坐席", "日期", "开始", "结束", "活动"]
    found = judged(
        "roster",
        header,
        ["1001", "2026-11-23", "22:00", "02:00", "接听"],
        ["1001", "2026-11-24", "01:00", "03:00", "用餐"],
        ["1001", "2026-11-23", "23:00", "23:30", "请假"],
        ["李想", "2026-11-23", "08:00", "24:00", ""],
    )
    assert [row.line for row in found.rows] == [2, 4, 5]
    assert told(found) == ["f.csv, line 3, column 开始: overlaps with line 2."]
    assert {row.key for row in found.rows} == {"20261123|陈思远", "20261123|李想"}


def test_a_file_full_of_errors_lists_so_many_and_counts_the_rest() -> None:
    bad: list[list[Cell]] = [["2026-11-01", "", "x", "1", "1"]] * (FAULTS_MAX + 5)
    found = judged("survey", SURVEY, *bad)
    assert len(found.faults) == FAULTS_MAX + 1
    assert told(found)[-1] == "f.csv: has 5 more errors that are not listed."
