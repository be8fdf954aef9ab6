"""Monitoring sheets that were filled in elsewhere: a form to a line, a column to each question. Pure.

Headers are the template's, in Chinese or English, a question's by its id or its name. Answers are as people
write them: 是, yes, √, 不适用, n/a, a number, an option's name. Every problem has its line and its column.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from ccfloor.qa.model import NA, NO, YES, Form, Item, number, possible
from ccfloor.qa.score import score
from ccfloor.rules.places import Problem

Line = tuple[int, Sequence[Any]]  # its number in the sheet, its cells
HEADERS: Mapping[str, tuple[str, str]] = {
    "agent": ("坐席", "Agent"),
    "queue": ("队列", "Queue"),
    "call_at": ("通话时间", "Time of the call"),
    "about": ("来电编号或说明", "Call or what it is about"),
    "reviewer": ("质检员", "Reviewer"),
    "at": ("评分时间", "Scored at"),
    "summary": ("总评", "Summary"),
    "points": ("得分", "Points"),
}
NEEDED = ("agent", "call_at", "reviewer")
_WORDS = {
    YES: ("是", "yes", "y", "√", "✓", "✔", "有", "对", "true", "符合"),
    NO: ("否", "no", "n", "×", "x", "✗", "✘", "无", "false", "不符合"),
    NA: ("不适用", "n/a", "na", "不涉及", "-", "–", "—", "/"),
}
_DATE = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?"
)
_NOON = time(12)
_FIRST = 2000  # what is older is a slip
_APART = 0.051  # points by which a stated score may differ: it was rounded


class Sheet(NamedTuple):
    """A form of a file. Instants are UTC epoch seconds; ``at`` 0.0: not said."""

    line: int
    agent: str
    queue: str
    call_at: float
    about: str
    reviewer: str
    at: float
    summary: str
    answers: Mapping[str, str]
    points: float


class Read(NamedTuple):
    """What a file holds: forms that can be taken in, and what is wrong with the rest."""

    sheets: list[Sheet]
    problems: list[Problem]
    lines: int


def header(form: Form, lang: str) -> list[str]:
    """The columns of a form's template."""
    at = 0 if lang == "zh" else 1
    items = [f"{item.id} {item.name.zh if lang == 'zh' else item.name.en}" for item in form.items]
    first = [HEADERS[name][at] for name in HEADERS if name not in ("summary", "points")]
    return [*first, *items, HEADERS["summary"][at], HEADERS["points"][at]]


def read(
    form: Form,
    file: str,
    lines: Sequence[Line],
    names: Mapping[str, Mapping[str, Sequence[str]]],
    zone: str,
    now: float,
) -> Read:
    """Read a file's lines. ``names``: of agents and queues, casefolded spellings → what they may mean."""
    if not lines:
        return Read([], [Problem(file, 0, "", "holds nothing", "没有内容")], 0)
    reader = _Reader(form, file, names, zone, now)
    if not reader.columns(lines[0]):
        return Read([], reader.problems, 0)
    sheets = [sheet for line in lines[1:] if (sheet := reader.sheet(line)) is not None]
    if len(lines) == 1:
        reader.note(1, "", "has no line below the header", "表头下面没有内容")
    return Read(sheets, reader.problems, len(lines) - 1)


class _Reader:
    def __init__(
        self,
        form: Form,
        file: str,
        names: Mapping[str, Mapping[str, Sequence[str]]],
        zone: str,
        now: float,
    ) -> None:
        self._form, self._file, self._names = form, file, names
        self._zone, self._now = ZoneInfo(zone), now
        self._places: dict[str, int] = {}  # column or item:<id> → its place
        self._titles: dict[str, str] = {}  # the same → the header as it was written
        self.problems: list[Problem] = []

    def note(self, line: int, field: str, en: str, zh: str) -> None:
        """Keep a problem."""
        self.problems.append(Problem(self._file, line, field, en, zh))

    # -- the header ------------------------------------------------------------------------------------

    def columns(self, line: Line) -> bool:
        """Find the columns of a header; False where it cannot be used."""
        known = {_plain(word): name for name, words in HEADERS.items() for word in words}
        for item in self._form.items:
            for word in _item_headers(item):
                known.setdefault(_plain(word), f"item:{item.id}")
        for place, cell in enumerate(line[1]):
            if not _text(cell):
                continue
            name = known.get(_plain(_text(cell)))
            if name is None:
                self.note(line[0], _text(cell), "there is no such column", "没有这一列")
            elif name in self._places:
                self.note(line[0], _text(cell), "stands there twice", "这一列出现了两次")
            else:
                self._places[name], self._titles[name] = place, _text(cell)
        needed = [*NEEDED, *(f"item:{item.id}" for item in self._form.items if item.scored)]
        for name in needed:
            if name not in self._places:
                title = self._title(name)
                self.note(line[0], title, "this column is missing", "缺少这一列")
        return not self.problems

    def _title(self, name: str) -> str:
        if name in self._titles:
            return self._titles[name]
        if name in HEADERS:
            return " / ".join(HEADERS[name])
        item = self._form.item(name.removeprefix("item:"))
        return f"{item.id} {item.name.zh}"

    # -- a line ----------------------------------------------------------------------------------------

    def sheet(self, line: Line) -> Sheet | None:
        """The form of a line; None where anything is wrong with it."""
        before = len(self.problems)
        cells = {name: line[1][at] if at < len(line[1]) else None for name, at in self._places.items()}
        agent = self._named(line[0], "agent", "agents", cells)
        queue = self._named(line[0], "queue", "queues", cells) if _text(cells.get("queue")) else ""
        call = self._moment(line[0], "call_at", cells.get("call_at"))
        done = self._moment(line[0], "at", cells["at"]) if _text(cells.get("at")) else None
        if call and done and done.before(call):
            self.note(line[0], self._title("at"), "lies before the call", "早于通话时间")
        reviewer = _text(cells.get("reviewer"))
        if not reviewer:
            self.note(line[0], self._title("reviewer"), "is empty", "没有填写")
        answers = dict(self._answers(line[0], cells))
        points = self._points(line[0], cells.get("points"), answers, before)
        if len(self.problems) > before:
            return None
        about, summary = (_text(cells.get(name)) for name in ("about", "summary"))
        call_at, at = (0.0 if one is None else one.local.timestamp() for one in (call, done))
        return Sheet(line[0], agent, queue, call_at, about, reviewer, at, summary, answers, points)

    def _named(self, line: int, name: str, kind: str, cells: Mapping[str, Any]) -> str:
        asked = _text(cells.get(name))
        found = self._names.get(kind, {}).get(unicodedata.normalize("NFKC", asked).casefold(), ())
        if not asked:
            self.note(line, self._title(name), "is empty", "没有填写")
        elif not found:
            self.note(line, self._title(name), f"{asked!r} is not known", f"没有“{asked}”")
        elif len(found) > 1:
            several = ", ".join(found)
            self.note(line, self._title(name), f"{asked!r} may be {several}", f"“{asked}”可能是 {several}")
        return found[0] if len(found) == 1 else ""

    def _moment(self, line: int, name: str, cell: Any) -> "_Moment | None":
        """What a cell says; None where that cannot be."""
        found = _moment(cell, self._zone)
        if not _text(cell):
            problem = "is empty", "没有填写"
        elif found is None:
            problem = f"{_text(cell)!r} is no date; write 2026-11-22 14:05", "不是日期；写作 2026-11-22 14:05"
        elif found.local.year < _FIRST:
            problem = f"lies before {_FIRST}", f"早于 {_FIRST} 年"
        elif found.after(datetime.fromtimestamp(self._now, self._zone)):
            problem = "lies in the future", "在现在之后"
        else:
            return found
        self.note(line, self._title(name), *problem)
        return None

    def _answers(self, line: int, cells: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        for item in self._form.items:
            cell = cells.get(f"item:{item.id}")
            if not _text(cell):
                continue
            answer = _answer(item, _text(cell))
            if answer is None:
                why = f"{_text(cell)!r} is no answer of it", f"“{_text(cell)}”不是可选的答案"
                self.note(line, self._title(f"item:{item.id}"), *why)
            else:
                yield item.id, answer

    def _points(self, line: int, cell: Any, answers: Mapping[str, str], before: int) -> float:
        """What the answers come to; what is missing, and a stated score that differs, are problems."""
        told = score(self._form, answers)
        if not told.complete and len(self.problems) == before:
            for item in told.missing or [self._form.items[0].id]:
                self.note(line, self._title(f"item:{item}"), "is not answered", "没有填写")
        points = told.score or 0.0
        stated = number(_text(cell)) if _text(cell) else None
        if _text(cell) and stated is None:
            self.note(line, self._title("points"), f"{_text(cell)!r} is no number", "不是数字")
        elif stated is not None and told.complete and abs(float(stated) - points) > _APART:
            why = f"says {float(stated):g}, the answers come to {points:g}"
            zh = f"填写 {float(stated):g}，按答案算得 {points:g}"
            self.note(line, self._title("points"), why, zh)
        return points


# -- cells ---------------------------------------------------------------------------------------------


def _item_headers(item: Item) -> Iterator[str]:
    for name in (item.name.zh, item.name.en):
        yield f"{item.id} {name}"
    yield from (item.id, item.name.zh, item.name.en)


def _plain(text: str) -> str:
    return re.sub(r"[\s（）()：:]+", "", unicodedata.normalize("NFKC", text)).casefold()


def _text(cell: Any) -> str:
    """A cell as text: a whole number as people see it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return f"{cell:.10g}"
    return " ".join(str(cell).split())


def _answer(item: Item, text: str) -> str | None:
    """The answer that a text means; None for none that the item can have."""
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    words = {word.casefold(): answer for answer, told in _WORDS.items() for word in told}
    if item.kind == "choice":
        for option in item.options:
            if plain in {one.casefold() for one in (option.id, option.name.zh, option.name.en)}:
                return option.id
    asked = words.get(plain, plain)
    if item.kind in ("yes_no", "fatal") and asked in ("1", "0"):
        asked = YES if asked == "1" else NO
    value = number(asked)
    told = asked if value is None else f"{float(value):g}"
    return told if possible(item, told) else None


class _Moment(NamedTuple):
    """Clock time of the site; a day alone is its noon, and compared as a day."""

    local: datetime
    alone: bool

    def before(self, other: "_Moment") -> bool:
        """Whether it lies before another one."""
        if self.alone or other.alone:
            return self.local.date() < other.local.date()
        return self.local < other.local

    def after(self, now: datetime) -> bool:
        """Whether it lies in the future."""
        return self.local.date() > now.date() if self.alone else self.local > now


def _moment(cell: Any, zone: ZoneInfo) -> _Moment | None:
    """The moment that a cell means; None for what is no date."""
    told = _local(cell)
    if told is None:
        return None
    day, hour = told
    return _Moment(datetime.combine(day, _NOON if hour is None else hour, zone), hour is None)


def _local(cell: Any) -> tuple[date, time | None] | None:
    """Day and time of the day, None where it says none; Excel knows a day alone as its midnight."""
    if isinstance(cell, datetime):
        return cell.date(), None if cell.time() == time() else cell.time()
    if isinstance(cell, date):
        return cell, None
    found = _DATE.fullmatch(unicodedata.normalize("NFKC", _text(cell)))
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part) if part else None for part in found.groups())
    try:
        told = date(year or 0, month or 0, day or 0)
        return told, None if hour is None else time(hour, minute or 0, second or 0)
    except ValueError:
        return None
