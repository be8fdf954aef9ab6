"""Cells of data files: what people write is understood, what cannot be is refused with its reason."""

from datetime import date, datetime, time, timedelta

import pytest

from ccfloor.kpi import cells
from ccfloor.kpi.cells import Cell, CellError
from ccfloor.kpi.datasets import DATASETS


@pytest.mark.parametrize(
    "cell",
    [
        "2026-11-22", "2026/11/22", "2026/11/2", "2026.11.22", "20261122", "2026年11月22日", " 2026-11-22 ",
        "２０２６－１１－２２", 20261122, 46348, "46348", 46348.0, "2026-11-22 09:30", "2026/11/22 9:30:15",
        date(2026, 11, 22), datetime(2026, 11, 22), datetime(2026, 11, 22, 23, 59),
    ],
)  # fmt: skip
def test_a_day_in_all_the_ways_people_write_it(cell: Cell) -> None:
    assert cells.day(cell) == (20261102 if cell == "2026/11/2" else 20261122)


@pytest.mark.parametrize(
    "cell", ["22/11/2026", "2026-13-01", "2026-02-30", "soon", 12, "2026-11", 99999999, "1e5"]
)
def test_what_is_no_day(cell: Cell) -> None:
    with pytest.raises(CellError) as told:
        cells.day(cell)
    assert told.value.code == "not_day"


def test_an_instant_lies_in_its_business_day() -> None:
    assert cells.day("2026-11-22 05:59", 6 * 3600) == 20261121
    assert cells.day(datetime(2026, 11, 22, 6), 6 * 3600) == 20261122
    assert cells.day("2026-11-22", 6 * 3600) == 20261122


@pytest.mark.parametrize(
    "cell", ["2026-11", "2026/11", "202611", "2026年11月", "2026-11-01", date(2026, 11, 1)]
)
def test_a_month_is_kept_under_its_day_0(cell: Cell) -> None:
    assert cells.month(cell) == 20261100


@pytest.mark.parametrize("cell", ["2026-13", "11", "November", "2026"])
def test_what_is_no_month(cell: Cell) -> None:
    with pytest.raises(CellError, match="not_month"):
        cells.month(cell)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1,234", 1234), ("1,234,567.5", 1_234_567.5), ("１，２３４", 1234), (" 12 ", 12),
        ("¥1,234.50", 1234.5), ("￥88", 88), ("6.5小时", 6.5), ("6.5 h", 6.5), ("12元", 12),
        ("0", 0), (7, 7), (7.25, 7.25), ("3 人次", 3),
    ],
)  # fmt: skip
def test_numbers_with_separators_and_units(cell: Cell, number: float) -> None:
    assert cells.number(cell) == number


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1,5", "not_number"), ("12,34", "not_number"), ("1.234,5", "not_number"), ("x", "not_number"),
        ("nan", "not_number"), ("inf", "not_number"), ("1e9", "not_number"), ("5%", "not_number"),
        (True, "not_number"), (datetime(2026, 1, 1), "not_number"), ("-3", "negative"), (-0.5, "negative"),
        ("9" * 13, "too_much"),
    ],
)  # fmt: skip
def test_what_is_no_number(cell: Cell, code: str) -> None:
    with pytest.raises(CellError) as told:
        cells.number(cell)
    assert told.value.code == code


def test_counts_are_whole_and_points_are_of_a_hundred() -> None:
    assert cells.count("1,200") == cells.count(1200.0) == 1200
    assert cells.points("92%") == cells.points("92分") == cells.points(92) == 92
    with pytest.raises(CellError, match="not_whole"):
        cells.count("1.5")
    with pytest.raises(CellError, match="above_100"):
        cells.points("101")


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("08:30", 30_600), ("8:30", 30_600), ("08:30:15", 30_615), ("24:00", 86_400), (time(8, 30), 30_600),
        (timedelta(hours=8, minutes=30), 30_600), (8.5 / 24, 30_600), (datetime(1899, 12, 30, 8, 30), 30_600),
    ],
)  # fmt: skip
def test_times_of_day(cell: Cell, seconds: int) -> None:
    assert cells.clock(cell) == seconds


@pytest.mark.parametrize("cell", ["25:00", "24:01", "8.30", "noon", "08:75", timedelta(days=2)])
def test_what_is_no_time_of_day(cell: Cell) -> None:
    with pytest.raises(CellError, match="not_clock"):
        cells.clock(cell)


def test_choices_by_either_word_or_code() -> None:
    state = DATASETS["complaints"].column("state")
    assert [cells.choice(word, state) for word in ("属实", "Verified", "VERIFIED", "是")] == ["verified"] * 4
    assert cells.choice("待核实", state) == "pending"
    with pytest.raises(CellError, match="not_choice"):
        cells.choice("也许", state)


def test_a_text_is_one_line_of_so_many_characters() -> None:
    assert cells.words(" a\n b ") == "a b" and cells.words(1001.0) == "1001" and cells.words(None) == ""
    with pytest.raises(CellError, match="too_long"):
        cells.words("长" * 201)
