"""Files as spreadsheets write them: encodings, separators, Excel; and those that cannot be read."""

import csv
import io
import zipfile
from datetime import datetime

import pytest
from openpyxl import Workbook, load_workbook

from ccfloor.kpi.datafile import Names, Rules, check
from ccfloor.kpi.dataset import Dataset
from ccfloor.kpi.datasets import DATASETS
from ccfloor.service import table_file
from ccfloor.service.data_templates import csv_template, described, excel_template
from ccfloor.service.table_file import Unreadable, read_lines

TEXT = "日期,坐席,邀评数\r\n2026-11-01,陈思远,12\r\n"
CELLS = [(1, ["日期", "坐席", "邀评数"]), (2, ["2026-11-01", "陈思远", "12"])]


@pytest.mark.parametrize("way", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("comma", [",", ";", "\t"])
def test_csv_in_every_encoding_and_with_every_separator(way: str, comma: str) -> None:
    assert read_lines(TEXT.replace(",", comma).encode(way)) == CELLS


def test_line_numbers_are_those_of_an_editor() -> None:
    content = b'a,b\n\n"one\ntwo",2\nx,3\n'
    assert read_lines(content) == [(1, ["a", "b"]), (3, ["one\ntwo", "2"]), (5, ["x", "3"])]


def excel(*rows: list[object], hidden: bool = False) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    if hidden:
        sheet.sheet_state = "hidden"
        sheet = book.create_sheet("shown")
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_excel_gives_dates_and_numbers_as_they_are() -> None:
    content = excel(["日期", "邀评数"], [None, ""], [datetime(2026, 11, 1), 12], hidden=True)
    assert read_lines(content) == [(1, ("日期", "邀评数")), (3, (datetime(2026, 11, 1), 12))]


def why(content: bytes) -> str:
    with pytest.raises(Unreadable) as told:
        read_lines(content)
    return told.value.fault.said("f.csv", "en")


def test_what_cannot_be_read_says_why_in_one_sentence() -> None:
    assert why(b"\xff\x00\x81\xff") == (
        "f.csv: is no text that can be read; save it as CSV in UTF-8 or GB18030, or as Excel (.xlsx)."
    )
    assert why(bytes.fromhex("d0cf11e0a1b11ae1") + b"x").startswith("f.csv: is an Excel file of the old kind")
    assert why(b"PK\x03\x04 broken").startswith("f.csv: is no Excel file")
    assert why(excel(["a"])[:-40]).startswith("f.csv: is no Excel file")
    assert why(b'a,b\n1,2\n"open,3\n4,5\n') == (
        "f.csv, line 3: has an open quotation mark and cannot be read from here on."
    )


def test_the_first_sheet_that_holds_anything_is_read() -> None:
    book = Workbook()
    book.create_sheet("data").append(["a", "b"])
    file = io.BytesIO()
    book.save(file)
    assert read_lines(file.getvalue()) == [(1, ("a", "b"))]
    assert read_lines(excel()) == []


def test_a_cell_too_long_for_any_table_is_told_as_such() -> None:
    assert why(b"a,b\n1," + b"x" * 200_000 + b"\n") == "f.csv, line 2: has more than 100,000 characters."


def test_limits_of_size_lines_and_what_is_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_file, "BYTES_MAX", 10)
    assert "is larger than" in why(b"a" * 11)
    monkeypatch.undo()
    monkeypatch.setattr(table_file, "LINES_MAX", 3)
    assert len(read_lines(b"a\n" * 4)) == 4
    assert why(b"a\n" * 5) == "f.csv: has more than 3 lines; divide it into several files."
    monkeypatch.setattr(table_file, "_UNPACKED_MAX", 1000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/workbook.xml", b"0" * 5000)
    assert "is larger than" in why(packed.getvalue())


def claiming(row: int) -> bytes:
    """A sheet whose second line says that it is this row."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(excel(["a"], ["b"]))) as plain, zipfile.ZipFile(made, "w") as file:
        for name in plain.namelist():
            told = plain.read(name)
            if name.endswith("sheet1.xml"):
                told = told.replace(b'r="2"', b'r="%d"' % row).replace(b'"A2"', b'"A%d"' % row)
            file.writestr(name, told)
    return made.getvalue()


def test_a_row_far_below_is_read_and_one_that_no_sheet_has_is_refused() -> None:
    assert [line for line, _ in read_lines(claiming(3000))] == [1, 3000]
    assert "has more than" in why(claiming(2_000_000_000))


def test_what_is_packed_too_well_is_no_table() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/sharedStrings.xml", b"<si><t>a</t></si>" * 1_000_000)
    assert "is no Excel file" in why(packed.getvalue())


def declaring(part: str, way: str) -> bytes:
    """A workbook one of whose parts has entities of its own: ten letters that stand for a million."""
    grows = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 6))
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(excel(["a"], ["b"]))) as plain, zipfile.ZipFile(made, "w") as file:
        for name in plain.namelist():
            told = plain.read(name).decode()
            if name == part:
                rest = told.partition("?>")[2] if told.startswith("<?xml") else told
                document = f'<!DOCTYPE x [<!ENTITY e0 "aaaaaaaaaa">{grows}]>{rest.replace(">a<", ">&e5;<")}'
                told = f'<?xml version="1.0" encoding="{way}"?>{document}'
            file.writestr(name, told.encode(way if name == part else "utf-8"))
    return made.getvalue()


@pytest.mark.parametrize("way", ["utf-8", "utf-16"])
@pytest.mark.parametrize("part", ["xl/styles.xml", "xl/worksheets/sheet1.xml", "xl/workbook.xml"])
def test_a_part_that_declares_entities_of_its_own_is_refused_before_they_grow(part: str, way: str) -> None:
    assert "is no Excel file" in why(declaring(part, way))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("dataset", DATASETS.values(), ids=lambda item: item.id)
def test_a_template_has_the_header_that_is_understood_and_no_data(dataset: Dataset, lang: str) -> None:
    for content in (csv_template(dataset, lang), excel_template(dataset, lang)):
        found = check(Rules(dataset, Names(), 20261122), read_lines(content))
        assert [fault.code for fault in found.faults] == ["empty"] and not found.ignored


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("dataset", DATASETS.values(), ids=lambda item: item.id)
def test_the_examples_of_a_template_can_be_taken_in(dataset: Dataset, lang: str) -> None:
    names = {"热线咨询": ("hotline",), "陈思远": ("陈思远",), "a": ("A",)}
    header = [column.named(lang) for column in dataset.columns]
    text = io.StringIO()
    csv.writer(text).writerows([header, [line[-1] for line in described(dataset, "zh")]])
    found = check(Rules(dataset, Names(names, names, names), 20261122), read_lines(text.getvalue().encode()))
    assert found.faults == [] and len(found.rows) == 1


def test_the_excel_template_offers_the_choices_and_explains() -> None:
    book = load_workbook(io.BytesIO(excel_template(DATASETS["complaints"], "zh")))
    offered = [rule.formula1 for rule in book.worksheets[0].data_validations.dataValidation]
    assert '"待核实,属实,不属实"' in offered
    told = [[cell.value for cell in row] for row in book["说明"].iter_rows(max_row=2)]
    assert told == [
        ["列", "必填", "类型", "可选值", "示例"],
        ["投诉编号", "是", "文字", None, "TS20261122-003"],
    ]
