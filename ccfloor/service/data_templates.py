"""Empty files to be filled in: the header a dataset wants, in Chinese or English, as CSV or Excel.

A template has no example lines, which would be taken in as data: examples stand on a sheet of their own.
"""

import csv
import io

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from ccfloor.kpi.dataset import Column, Dataset

_LINES = 5000  # in which Excel offers the values of a column with few
_TYPES = {
    "day": ("日期", "date"),
    "month": ("月份", "month"),
    "clock": ("时刻", "time of day"),
    "count": ("整数", "whole number"),
    "amount": ("数字", "number"),
    "points": ("0–100", "0–100"),
    "text": ("文字", "text"),
    "key": ("文字", "text"),
    "choice": ("选项", "choice"),
    "yes": ("是／否", "yes or no"),
}
_HEADER = {
    "zh": ("列", "必填", "类型", "可选值", "示例"),
    "en": ("Column", "Required", "Type", "Values", "Example"),
}


def csv_template(dataset: Dataset, lang: str) -> bytes:
    """The header alone, UTF-8 with the mark that Excel needs to read Chinese."""
    text = io.StringIO(newline="")
    csv.writer(text).writerow([column.named(lang) for column in dataset.columns])
    return text.getvalue().encode("utf-8-sig")


def excel_template(dataset: Dataset, lang: str) -> bytes:
    """A sheet to fill in, and one that says what each column wants."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = dataset.named(lang)[:28].translate({ord(sign): " " for sign in "[]:*?/\\"})
    sheet.freeze_panes = "A2"
    for place, column in enumerate(dataset.columns, 1):
        cell = sheet.cell(1, place, column.named(lang))
        cell.font = Font(bold=column.wanted == "needed")
        sheet.column_dimensions[get_column_letter(place)].width = 2 * len(column.named(lang)) + 6
        _choices(sheet, column, place, lang)
    notes = book.create_sheet("说明" if lang == "zh" else "Notes")
    _notes(notes, dataset, lang)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def described(dataset: Dataset, lang: str) -> list[tuple[str, str, str, str, str]]:
    """What each column wants: header, whether it must be filled, type, values, example."""
    zh = lang == "zh"
    return [
        (
            column.named(lang),
            ("是" if zh else "yes") if column.wanted == "needed" else "",
            _TYPES[column.type][0 if zh else 1],
            ("、" if zh else ", ").join(_words(column, lang)),
            _example(column, lang),
        )
        for column in dataset.columns
    ]


def described_header(lang: str) -> tuple[str, ...]:
    """The header over ``described``."""
    return _HEADER["zh" if lang == "zh" else "en"]


def _choices(sheet: Worksheet, column: Column, place: int, lang: str) -> None:
    if not column.choices:
        return
    offered = DataValidation("list", formula1=f'"{",".join(_words(column, lang))}"', allow_blank=True)
    letter = get_column_letter(place)
    offered.add(f"{letter}2:{letter}{_LINES}")
    sheet.add_data_validation(offered)


def _notes(sheet: Worksheet, dataset: Dataset, lang: str) -> None:
    sheet.append(list(described_header(lang)))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for line in described(dataset, lang):
        sheet.append(list(line))
        for cell in sheet[sheet.max_row]:
            cell.data_type = "s"
    for letter, width in zip("ABCDE", (28, 10, 14, 44, 24), strict=True):
        sheet.column_dimensions[letter].width = width
    note = dataset.note_zh if lang == "zh" else dataset.note_en
    if note:
        sheet.append([])
        sheet.append([note])
        row = sheet.max_row
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=5)
        sheet.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[row].height = 48


def _words(column: Column, lang: str) -> list[str]:
    return [item.zh if lang == "zh" else item.en for item in column.choices]


def _example(column: Column, lang: str) -> str:
    """The example in this language: a choice by its own word."""
    for item in column.choices:
        if column.example == item.zh:
            return item.zh if lang == "zh" else item.en
    return column.example if lang == "zh" or column.example.isascii() else ""
