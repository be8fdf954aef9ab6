"""Files of forms and plans that people bring and take: YAML and Excel; every problem has its place."""

import io
import re
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from ccfloor.kpi.datafile import Line
from ccfloor.qa.load import Loaded, load
from ccfloor.qa.model import Form
from ccfloor.qa.plan import Plan
from ccfloor.qa.sheet_columns import ANSWERS, SHEETS, Column
from ccfloor.qa.sheets import read_tables, tables
from ccfloor.qa.write import body_text
from ccfloor.rules.places import Problem
from ccfloor.service.safe_cells import meant, safe
from ccfloor.service.table_file import BYTES_MAX, Unreadable, decoded, read_book

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LINES = 500  # in which Excel offers the values of a column that has few
_WIDEST = 60
_PLAN = re.compile(r"^quotas\s*:", re.MULTILINE)


def yaml_bytes(body: Form | Plan) -> bytes:
    """As a person would write it, UTF-8."""
    return body_text(body).encode()


def excel_bytes(body: Form | Plan, lang: str) -> bytes:
    """A workbook from which the same form or plan can be read again."""
    kind = "form" if isinstance(body, Form) else "plan"
    book = Workbook()
    book.remove(book.worksheets[0])
    made = tables(kind, body.model_dump(mode="json", by_alias=True), lang)
    for sheet, (title, header, rows) in zip(SHEETS[kind], made, strict=True):
        page = book.create_sheet(title)
        _fill(page, header, rows)
        if sheet.field:
            columns = ([sheet.within] if sheet.within else []) + list(sheet.columns)
            for place, column in enumerate(columns, 1):
                _offer(page, column, place, lang)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read_file(name: str, content: bytes, refused: str = "") -> tuple[str, Loaded[Any]]:
    """``form`` or ``plan``, and what the file holds or why it cannot be used.

    ``refused``: why it did not come as it was sent (``uploads.refusal``).
    """
    try:
        if refused:
            raise Unreadable(refused, most=BYTES_MAX // 1_000_000)
        if content.startswith(b"PK\x03\x04") or name.lower().endswith((".xlsx", ".xls")):
            return read_tables(name, _book(content))
        text = decoded(content)
    except Unreadable as error:
        zh, en = (error.fault.why(lang) for lang in ("zh", "en"))
        return "form", Loaded(None, [Problem(name, 0, "", en, zh)], [])
    kind = "plan" if _PLAN.search(text) else "form"
    return kind, load(kind, name, text)


def _book(content: bytes) -> dict[str, list[Line]]:
    """The sheets of a workbook, their texts as people mean them. Raises Unreadable."""
    return {title: meant(lines) for title, lines in read_book(content).items()}


def _fill(page: Worksheet, header: list[str], rows: list[list[Any]]) -> None:
    page.append(header)
    for row in rows:
        page.append([safe(cell) if isinstance(cell, str) else cell for cell in row])
    for line in page.iter_rows():
        for cell in line:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # a text stays one, whatever it begins with
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for cell in page[1]:
        cell.font = Font(bold=True)
    page.freeze_panes = "A2"
    for place in range(1, len(header) + 1):
        longest = max((_width(cell.value) for cell in next(page.iter_cols(place, place))), default=0)
        page.column_dimensions[get_column_letter(place)].width = min(longest + 4, _WIDEST)


def _width(value: object) -> int:
    """Columns that a text takes: a Chinese sign takes two."""
    return sum(1 + (ord(sign) > 0x2E7F) for sign in str(value)) if value is not None else 0


def _offer(page: Worksheet, column: Column, place: int, lang: str) -> None:
    """Let Excel offer the values of a column of which one is chosen."""
    words = column.words if column.type == "text" else {}
    if column.type == "yes":
        words = {name: ANSWERS[name] for name in ("yes", "no")}
    if words:
        names = ",".join(both[0 if lang == "zh" else 1] for both in words.values())
        offered = DataValidation("list", formula1=f'"{names}"', allow_blank=True)
        letter = get_column_letter(place)
        offered.add(f"{letter}2:{letter}{_LINES}")
        page.add_data_validation(offered)
