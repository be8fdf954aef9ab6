"""Texts in cells of files that are opened in a spreadsheet: none is run there, none breaks the file."""

from collections.abc import Iterable

from ccfloor.kpi.cells import Cell
from ccfloor.kpi.datafile import Line

# The wide ones run there too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_CONTROL = {code: None for code in range(32) if code not in (9, 10, 13)}


def safe(text: str) -> str:
    """The text as it may be written: one that begins like a formula gets an apostrophe before it."""
    shown = text.translate(_CONTROL)  # which cannot stand in an Excel file
    return f"'{shown}" if shown.startswith(FORMULA) else shown


def meant(lines: Iterable[Line]) -> list[Line]:
    """The lines of a sheet, their texts as they were before ``safe``."""
    return [(number, tuple(map(_meant, cells))) for number, cells in lines]


def _meant(cell: Cell) -> Cell:
    marked = isinstance(cell, str) and cell.startswith("'") and cell[1:].startswith(FORMULA)
    return cell[1:] if marked and isinstance(cell, str) else cell
