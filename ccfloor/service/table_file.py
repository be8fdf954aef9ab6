"""A CSV or Excel file as numbered lines of cells, whatever a spreadsheet made of it; within limits.

CSV: UTF-8 with or without its mark, UTF-16 with it, GB18030; comma, semicolon or tab. Excel: the first
sheet that is shown and holds anything, values as they were last computed.
"""

import csv
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import IO, Any, cast
from xml.parsers import expat

from openpyxl import load_workbook

from ccfloor.kpi.cells import Cell
from ccfloor.kpi.datafile import Line
from ccfloor.kpi.faults import Fault

BYTES_MAX = 20_000_000
LINES_MAX = 50_000
_COLUMNS_MAX = 60
_UNPACKED_MAX = 100_000_000
_RATIO_MAX = 50  # a table packs ten- to twentyfold; what packs more is none
_ROWS_MAX = 1_048_576  # more have no place in a sheet, whatever number a row claims
_CELL_MAX = 100_000  # signs
_PIECE = 4096
_OLD_EXCEL = bytes.fromhex("d0cf11e0a1b11ae1")
_MB = 1_000_000


class Unreadable(ValueError):
    """A file that cannot be read at all; ``fault`` says why."""

    def __init__(self, code: str, line: int = 0, **details: object) -> None:
        super().__init__(code)
        self.fault = Fault(line, "", code, details)


def read_lines(content: bytes) -> list[Line]:
    """The lines of a file's content that hold anything. Raises Unreadable."""
    if len(content) > BYTES_MAX:
        raise Unreadable("too_big", most=BYTES_MAX // _MB)
    if content.startswith(_OLD_EXCEL):
        raise Unreadable("old_excel")
    lines = _excel(content) if content.startswith(b"PK\x03\x04") else _csv(_text(content))
    filled = (line for line in lines if any(cell not in (None, "") for cell in line[1]))
    found = list(islice(filled, LINES_MAX + 2))
    if len(found) > LINES_MAX + 1:
        raise Unreadable("too_many", most=f"{LINES_MAX:,}")
    return found


def read_book(content: bytes) -> dict[str, list[Line]]:
    """The lines of every sheet of an Excel file that is shown, by its title. Raises Unreadable."""
    if len(content) > BYTES_MAX:
        raise Unreadable("too_big", most=BYTES_MAX // _MB)
    if content.startswith(_OLD_EXCEL):
        raise Unreadable("old_excel")
    with _readable():
        return {
            sheet.title: [line for line in islice(_rows(sheet), LINES_MAX) if line[1]]
            for sheet in _sheets(content)
        }


def decoded(content: bytes) -> str:
    """A file's content as text. Raises Unreadable."""
    return _text(content)


def _text(content: bytes) -> str:
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    ways = ("utf-16",) if marked else ("utf-8-sig", "gb18030")
    for way in ways:
        try:
            text = content.decode(way)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Unreadable("not_text")


def _csv(text: str) -> Iterator[Line]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    comma = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=comma, strict=True)
    begin = 1
    try:
        for cells in reader:
            if max(map(len, cells), default=0) > _CELL_MAX:
                raise Unreadable("too_long", begin, most=f"{_CELL_MAX:,}")
            yield begin, cells[:_COLUMNS_MAX]
            begin = reader.line_num + 1
    except csv.Error as error:
        if "field larger" in str(error):
            raise Unreadable("too_long", begin, most=f"{_CELL_MAX:,}") from None
        raise Unreadable("bad_csv", begin) from None


def _excel(content: bytes) -> Iterator[Line]:
    with _readable():
        begun = False
        for sheet in _sheets(content):
            if not begun:
                for line in _rows(sheet):
                    begun = begun or bool(line[1])
                    yield line


@contextmanager
def _readable() -> Iterator[None]:
    """Whatever fails while a book is read makes it no book."""
    try:
        yield
    except Unreadable:
        raise
    except Exception:  # a damaged archive fails in as many ways as it can be damaged
        raise Unreadable("not_excel") from None


def _sheets(content: bytes) -> list[Any]:
    """The sheets of a book that are shown."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        _fits(packed, len(content))
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    return [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]


def _rows(sheet: Any) -> Iterator[Line]:
    """The lines of a sheet up to their last cell. Raises Unreadable."""
    sheet.reset_dimensions()
    rows = sheet.iter_rows(values_only=True, max_col=_COLUMNS_MAX, max_row=_ROWS_MAX + 1)
    for number, row in enumerate(rows, 1):
        if number > _ROWS_MAX:
            raise Unreadable("too_many", most=f"{LINES_MAX:,}")
        filled = max((at for at, cell in enumerate(row, 1) if cell is not None), default=0)
        yield number, cast(tuple[Cell, ...], row[:filled])


def _fits(packed: zipfile.ZipFile, size: int) -> None:
    """Refuse what would not stay within bounds when it is read. Raises Unreadable."""
    unpacked = sum(item.file_size for item in packed.infolist())
    if unpacked > _UNPACKED_MAX:
        raise Unreadable("too_big", most=_UNPACKED_MAX // _MB)
    if unpacked > _RATIO_MAX * size + _MB:
        raise Unreadable("not_excel")
    for item in packed.infolist():
        with packed.open(item) as part:
            if _declares(part):
                raise Unreadable("not_excel")


def _declares(part: IO[bytes]) -> bool:
    """Whether a part begins with a document type: its entities could grow a hundredfold when they are read,
    and no spreadsheet writes one (ECMA-376, part 2, forbids it).
    """
    met: list[str] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_: met.append("document type")
    parser.StartElementHandler = lambda *_: met.append("element")
    try:
        while not met and (piece := part.read(_PIECE)):
            parser.Parse(piece)
    except expat.ExpatError as error:  # a picture, or broken: whoever reads it says so
        met.append(str(error))
    return met[:1] == ["document type"]
