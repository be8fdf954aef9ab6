"""Tables as files to take away: CSV and Excel, safe to open in a spreadsheet.

A text from the switch may begin like a formula; spreadsheets would run it. Such a text is written with
a leading apostrophe.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from ccfloor.service.safe_cells import FORMULA

Cell = str | int | float | datetime | None  # an instant without a zone: the site's clock
# Characters that cannot stand in an Excel file.
_NOT_IN_NAMES = {ord(sign): " " for sign in "[]:*?/\\"}
_CONTROL = {code: None for code in range(32) if code not in (9, 10, 13)}


def safe(cell: Cell) -> Cell:
    """The cell as it may be written: a text that begins like a formula gets an apostrophe before it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with a byte order mark, which Excel needs to read Chinese."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([safe(name) for name in header])
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def excel_bytes(title: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """One sheet: the header bold and fixed, texts as texts, numbers as numbers."""
    return book_bytes([(title, header, rows)])


def book_bytes(sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Cell]]]]) -> bytes:
    """Several sheets, each (title, header, rows); a name is used once and loses what a name cannot hold."""
    book = Workbook(write_only=True)
    used: set[str] = set()
    for title, header, rows in sheets:
        name = _sheet_name(title, used)
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        for index, label in enumerate(header):
            sheet.column_dimensions[get_column_letter(index + 1)].width = max(12, 2 * len(label) + 4)
        sheet.append([_cell(sheet, label, bold=True) for label in header])
        for row in rows:
            sheet.append([_cell(sheet, cell) for cell in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _sheet_name(title: str, used: set[str]) -> str:
    plain = title.translate(_NOT_IN_NAMES)[:28] or "1"
    name = next(n for n in (plain, *(f"{plain} {count}" for count in range(2, 100))) if n not in used)
    used.add(name)
    return name


def _cell(sheet: Any, value: Cell, bold: bool = False) -> Any:
    shown = safe(value)
    cell = WriteOnlyCell(sheet, value=shown.translate(_CONTROL) if isinstance(shown, str) else shown)
    if isinstance(shown, str):
        cell.data_type = "s"
    elif isinstance(shown, datetime):
        cell.number_format = "yyyy-mm-dd hh:mm:ss"
    cell.font = Font(bold=bold)
    return cell
