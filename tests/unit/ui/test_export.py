"""Files to take away: nothing in them is a formula, texts stay texts, numbers stay numbers."""

import csv
import io
from datetime import datetime

import pytest
from openpyxl import load_workbook

from ccfloor.ui.export import csv_bytes, excel_bytes, safe

ROWS = [("=1+1", 3.5, None, "138****2071"), ("热线", 0, "", "\t@x")]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_a_text_that_begins_like_a_formula_is_quoted(start: str) -> None:
    assert safe(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


@pytest.mark.parametrize("cell", [-3.5, 0, None, "", "a=b", "138****2071"])
def test_anything_else_stays_as_it_is(cell: object) -> None:
    assert safe(cell) == cell  # type: ignore[arg-type]


def test_csv_opens_in_excel_with_its_chinese() -> None:
    found = csv_bytes(("队列", "=等待"), ROWS)
    assert found.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(found.decode("utf-8-sig"), newline="")))
    assert rows[0] == ["队列", "'=等待"]
    assert rows[1] == ["'=1+1", "3.5", "", "138****2071"]
    assert rows[2] == ["热线", "0", "", "'\t@x"]


def test_excel_keeps_texts_and_numbers_apart() -> None:
    sheet = load_workbook(io.BytesIO(excel_bytes("放弃", ("a", "b", "c", "d"), ROWS))).active
    assert sheet is not None and sheet.title == "放弃"
    assert [cell.value for cell in sheet[2]] == ["'=1+1", 3.5, None, "138****2071"]
    assert [cell.data_type for cell in sheet[2]][:2] == ["s", "n"]


def test_excel_takes_characters_that_a_file_cannot_hold() -> None:
    sheet = load_workbook(io.BytesIO(excel_bytes("x", ("a",), [("A\x00\x07B",)]))).active
    assert sheet is not None and sheet["A2"].value == "AB"


def test_instants_are_instants_in_excel_and_whole_in_csv() -> None:
    rows = [("热线", datetime(2026, 3, 2, 9, 5, 7))]
    sheet = load_workbook(io.BytesIO(excel_bytes("x", ("队列", "进队"), rows))).active
    assert sheet is not None and sheet["B2"].value == rows[0][1] and sheet["B2"].is_date
    assert csv_bytes(("队列", "进队"), rows).decode("utf-8-sig").splitlines()[1] == "热线,2026-03-02 09:05:07"


def test_more_columns_than_letters() -> None:
    header = [f"c{number}" for number in range(30)]
    sheet = load_workbook(io.BytesIO(excel_bytes("x", header, [tuple(range(30))]))).active
    assert sheet is not None and sheet["AD1"].value == "c29" and sheet["AD2"].value == 29
