"""One cell of a data file as a value: dates, times, numbers and choices in the ways people write them.

Every function raises CellError with the code of a sentence in ``ccfloor.kpi.faults``.
"""

import re
import unicodedata
from datetime import date, datetime, time, timedelta

from ccfloor.kpi.dataset import Column
from ccfloor.kpi.period import day_number

Cell = str | int | float | datetime | date | time | timedelta | None
TEXT_MAX = 200
_MOST = 1e12
_DAY_S = 86_400

_PLAIN = re.compile(r"-?\d+(\.\d+)?")
_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
_UNIT = re.compile(r"(人次|人|次|条|份|个|元|小时|分|秒|字|h|s|yuan|wpm)$", re.I)
_DATE = re.compile(
    r"(\d{4})([-/.年])(\d{1,2})(?:[-/.月])(\d{1,2})日?(?:[ T]+(\d{1,2}):(\d\d)(?::\d\d(?:\.\d+)?)?)?"
)
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?")
_EXCEL_FIRST, _EXCEL_LAST = 36_526, 73_050  # 2000-01-01 … 2099-12-31 as Excel counts days
_EXCEL_ZERO = datetime(1899, 12, 30)


class CellError(ValueError):
    """A cell that cannot be used. ``code`` picks the sentence, ``details`` fill it."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.code, self.details = code, details


def plain(cell: Cell) -> str:
    """A cell as text: full-width digits and signs as plain ones, without spaces around it."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return unicodedata.normalize("NFKC", str(cell)).strip().strip("\ufeff\u200b").strip()


def words(cell: Cell) -> str:
    """A text of at most ``TEXT_MAX`` characters in one line."""
    text = " ".join(plain(cell).split())
    if len(text) > TEXT_MAX:
        raise CellError("too_long", most=TEXT_MAX)
    return text


def number(cell: Cell, *, percent: bool = False) -> float:
    """A number of at least 0: 1234.5, 1,234.5, ¥1,234.50, 6.5 小时; 92% where ``percent`` says so."""
    if isinstance(cell, bool | datetime | date | time | timedelta):
        raise CellError("not_number", value=plain(cell))
    text = plain(cell).lstrip("¥$").replace(" ", "").replace("−", "-")
    text = _UNIT.sub("", text.removesuffix("%") if percent else text)
    if not (_PLAIN.fullmatch(text) or _GROUPED.fullmatch(text)):
        raise CellError("not_number", value=plain(cell))
    found = float(text.replace(",", ""))
    if found < 0:
        raise CellError("negative", value=plain(cell))
    if found > _MOST:
        raise CellError("too_much", value=plain(cell))
    return found


def count(cell: Cell) -> int:
    """A whole number of at least 0."""
    found = number(cell)
    if not found.is_integer():
        raise CellError("not_whole", value=plain(cell))
    return int(found)


def points(cell: Cell) -> float:
    """Points of a hundred: 92, 92.5, 92分, 92%."""
    found = number(cell, percent=True)
    if found > 100:
        raise CellError("above_100", value=plain(cell))
    return found


def day(cell: Cell, day_start_s: int = 0) -> int:
    """A stored day (20261122). An instant of the site's clock is on the business day it lies in."""
    return day_number(_instant(cell, day_start_s))


def month(cell: Cell) -> int:
    """Day 0 of a month (20261100): where its sums are kept."""
    text = plain(cell)
    found = _MONTH.fullmatch(text)
    if found is None and re.fullmatch(r"\d{6}", text):
        found = re.fullmatch(r"(\d{4})(\d\d)", text)
    if found:
        try:
            return day_number(date(int(found[1]), int(found[2]), 1)) - 1
        except ValueError:
            raise CellError("not_month", value=text) from None
    try:
        return day(cell) // 100 * 100
    except CellError:
        raise CellError("not_month", value=text) from None


def clock(cell: Cell) -> int:
    """Seconds after midnight; 24:00 is the day's end."""
    if isinstance(cell, datetime | time):
        return cell.hour * 3600 + cell.minute * 60 + cell.second
    if isinstance(cell, timedelta):
        return _within(round(cell.total_seconds()), cell)
    if isinstance(cell, float) and 0 <= cell <= 1:  # as Excel keeps a time of day
        return round(cell * _DAY_S)
    found = _CLOCK.fullmatch(plain(cell))
    if found is None or int(found[2]) > 59 or int(found[3] or 0) > 59:
        raise CellError("not_clock", value=plain(cell))
    return _within(int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3] or 0), cell)


def choice(cell: Cell, column: Column) -> str:
    """The code of one of a column's values."""
    asked = plain(cell).casefold()
    for item in column.choices:
        if asked in {word.casefold() for word in (item.code, item.zh, item.en, *item.more)}:
            return item.code
    raise CellError("not_choice", value=plain(cell), column=column)


def _within(seconds: int, cell: Cell) -> int:
    if not 0 <= seconds <= _DAY_S:
        raise CellError("not_clock", value=plain(cell))
    return seconds


def _instant(cell: Cell, day_start_s: int) -> date:
    """The day a cell names; of one with a time of day, the business day."""
    if isinstance(cell, datetime):
        timed = bool(cell.hour or cell.minute or cell.second)
        return (cell - timedelta(seconds=day_start_s)).date() if timed else cell.date()
    if isinstance(cell, date):
        return cell
    text = plain(cell)
    try:
        return _written(text, day_start_s)
    except (ValueError, OverflowError):
        raise CellError("not_day", value=text) from None


def _written(text: str, day_start_s: int) -> date:
    if found := _DATE.fullmatch(text):
        at = datetime(int(found[1]), int(found[3]), int(found[4]), int(found[5] or 0), int(found[6] or 0))
        return (at - timedelta(seconds=day_start_s)).date() if found[5] else at.date()
    if re.fullmatch(r"\d{8}", text):
        return datetime.strptime(text, "%Y%m%d").date()
    if re.fullmatch(r"\d{5}(\.\d+)?", text) and _EXCEL_FIRST <= float(text) <= _EXCEL_LAST:
        return _instant(_EXCEL_ZERO + timedelta(days=float(text)), day_start_s)
    raise ValueError(text)
