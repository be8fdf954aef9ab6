"""A data file's lines as checked rows: whose they are, of which day, with which values; and what is wrong.

Pure: cells come in as they were read, names are looked up in ``Names``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from ccfloor.kpi import cells
from ccfloor.kpi.cells import Cell, CellError, plain
from ccfloor.kpi.dataset import AGENT, QUEUE, TEAM, Column, Dataset
from ccfloor.kpi.faults import Fault
from ccfloor.kpi.period import date_of

FAULTS_MAX = 1000
_HEADER_WITHIN = 10  # lines: titles may stand above the header
_EARLIEST = 20_000_000
_ROSTER_AHEAD = 1_00_00  # a year, as days are stored
_NUMBERS: dict[str, Callable[[Cell], float]] = {
    "count": cells.count,
    "amount": cells.number,
    "points": cells.points,
    "clock": cells.clock,
}
Body = dict[str, str | float]
Line = tuple[int, Sequence[Cell]]  # number in the file, cells


class Names(NamedTuple):
    """What files may call the site's queues, teams and agents → their names in the tables.

    Keys are casefolded; several names in the tables: a file must say which (by staff number).
    """

    queues: Mapping[str, tuple[str, ...]] = {}
    teams: Mapping[str, tuple[str, ...]] = {}
    agents: Mapping[str, tuple[str, ...]] = {}


class Row(NamedTuple):
    """A good line. ``key`` says which thing it is about; ``day`` 0 of a month: the month (20261100)."""

    line: int
    key: str
    day: int
    body: Body


class Checked(NamedTuple):
    """What a file says. ``ignored``: headers that no column has; ``lines``: of data, good or bad."""

    rows: list[Row]
    faults: list[Fault]
    lines: int
    ignored: tuple[str, ...] = ()

    @property
    def days(self) -> tuple[int, int]:
        """First and last day; zeros where there is no row."""
        found = [row.day for row in self.rows]
        return (min(found), max(found)) if found else (0, 0)


class Rules(NamedTuple):
    """By what a line is judged. ``today``: the business day of now; ``day_start_s`` of the site."""

    dataset: Dataset
    names: Names
    today: int
    day_start_s: int = 0


class _Header(NamedTuple):
    line: int
    columns: dict[int, Column]  # by the place in a line
    shown: dict[str, str]  # name of a column → its header in the file
    ignored: tuple[str, ...]


def fits_header(dataset: Dataset, lines: Iterable[Line]) -> bool:
    """Whether the lines begin with a header of this dataset."""
    filled = [(number, line) for number, line in lines if any(map(plain, line))]
    return isinstance(_header(dataset, filled[:_HEADER_WITHIN]), _Header)


def check(rules: Rules, lines: Iterable[Line]) -> Checked:
    """Every line of a file, judged one by one and against each other."""
    filled = [(number, line) for number, line in lines if any(map(plain, line))]
    if not filled:
        return Checked([], [Fault(0, "", "blank")], 0)
    header = _header(rules.dataset, filled[:_HEADER_WITHIN])
    if isinstance(header, Fault):
        return Checked([], [header], 0)
    rows: list[Row] = []
    faults = _twice(header)
    data = [(number, line) for number, line in filled if number > header.line]
    for number, line in data:
        row, wrong = _row(rules, header, number, line)
        faults += wrong
        rows += [row] if row else []
    rows, doubled = _apart(rules.dataset, rows, header)
    faults += doubled
    if not data:
        faults.append(Fault(0, "", "empty"))
    return Checked(rows, _at_most(sorted(faults, key=lambda fault: fault.line)), len(data), header.ignored)


def _at_most(faults: list[Fault]) -> list[Fault]:
    left = len(faults) - FAULTS_MAX
    return faults if left <= 0 else [*faults[:FAULTS_MAX], Fault(0, "", "more", {"count": left})]


# -- the header ----------------------------------------------------------------------------------------


def _header(dataset: Dataset, lines: Sequence[Line]) -> _Header | Fault:
    """The first line that has every column that must be there; else what the best one lacks."""
    best: list[Column] = [column for column in dataset.columns if column.wanted == "needed"]
    for number, line in lines:
        found = _matched(dataset, line)
        there = {column.name for column in found.values()}
        lacking = [c for c in dataset.columns if c.wanted == "needed" and c.name not in there]
        if not lacking:
            shown = {column.name: plain(line[place]) for place, column in found.items()}
            ignored = tuple(plain(c) for place, c in enumerate(line) if place not in found and plain(c))
            return _Header(number, found, shown, ignored)
        best = lacking if len(lacking) < len(best) else best
    return Fault(0, "", "no_header", {"missing": tuple(best)})


def _matched(dataset: Dataset, line: Sequence[Cell]) -> dict[int, Column]:
    names = {_bare(word): c for c in reversed(dataset.columns) for word in (c.name, *c.more)}
    names |= {_bare(word): c for c in dataset.columns for word in (c.zh, c.en)}
    places = ((place, names.get(_bare(plain(cell)))) for place, cell in enumerate(line))
    return {place: column for place, column in places if column is not None}


def _bare(header: str) -> str:
    """A header without what people add: case, spaces, a unit in brackets, marks of what must be filled."""
    text = plain(header).casefold().partition("(")[0]
    return "".join(sign for sign in text if not sign.isspace() and sign not in "*_-:：")


def _twice(header: _Header) -> list[Fault]:
    seen: set[str] = set()
    faults = []
    for column in header.columns.values():
        if column.name in seen:
            faults.append(Fault(header.line, header.shown[column.name], "twice_header"))
        seen.add(column.name)
    return faults


# -- one line ------------------------------------------------------------------------------------------


def _row(rules: Rules, header: _Header, number: int, line: Sequence[Cell]) -> tuple[Row | None, list[Fault]]:
    body: Body = {}
    faults: list[Fault] = []
    for place, column in header.columns.items():
        cell = line[place] if place < len(line) else None
        try:
            value = _value(rules, column, cell)
        except CellError as error:
            faults.append(Fault(number, header.shown[column.name], error.code, error.details))
        else:
            body |= {} if value is None else {column.name: value}
    if not faults:
        faults = [Fault(number, header.shown.get(c.name, c.zh), code, details) for c, code, details in
                  _against_each_other(rules.dataset, body)]  # fmt: skip
    if faults:
        return None, faults
    day = int(body.pop("day", 0) or body.pop("month", 0))
    return Row(number, _key(rules.dataset, body, day), day, body), []


def _value(rules: Rules, column: Column, cell: Cell) -> str | float | None:
    """The value of a cell; None where it is empty. Raises CellError."""
    if not plain(cell):
        if column.wanted == "needed":
            raise CellError("missing")
        return None
    if column.type == "day":
        future = _ROSTER_AHEAD if rules.dataset.grain == "roster" else 0
        return _in_time(cells.day(cell, rules.day_start_s), rules.today + future, plain(cell))
    if column.type == "month":
        return _in_time(cells.month(cell), rules.today, plain(cell))
    if column.name in (QUEUE, TEAM, AGENT):
        return _name(rules.names, column.name, cells.words(cell))
    if column.type in ("choice", "yes"):
        return cells.choice(cell, column)
    return _NUMBERS[column.type](cell) if column.type in _NUMBERS else cells.words(cell)


def _in_time(day: int, last: int, shown: str) -> int:
    if day > last:
        raise CellError("future", value=shown)
    if day < _EARLIEST:
        raise CellError("long_ago", value=shown)
    return day


def _name(names: Names, kind: str, asked: str) -> str:
    known = {QUEUE: names.queues, TEAM: names.teams, AGENT: names.agents}[kind]
    found = known.get(asked.casefold(), ())
    if not found:
        raise CellError(f"unknown_{kind}", value=asked)
    if len(found) > 1:
        raise CellError("ambiguous", value=asked, names=found)
    return found[0]


def _against_each_other(dataset: Dataset, body: Body) -> Iterable[tuple[Column, str, dict[str, object]]]:
    """Values of a line that cannot all be right: (column, code, details)."""
    summed = [item.of for item in dataset.sums if item.of]
    if dataset.grain in ("day", "month") and not any(name in body for name in summed):
        yield dataset.column(summed[0]), "no_values", {}
    for less, more in dataset.at_most:
        if less in body and more in body and float(body[less]) > float(body[more]):
            other = dataset.column(more)
            yield dataset.column(less), "above", {"value": body[less], "other": other, "most": body[more]}
    for name, (asked, values) in dataset.needs:
        if body.get(asked) in values and name not in body:
            column = dataset.column(asked)
            said = next(item for item in column.choices if item.code == body[asked])
            yield dataset.column(name), "missing_when", {"other": column, "value": said}


def _key(dataset: Dataset, body: Body, day: int) -> str:
    """Which thing a row is about: its number, else its day, whose it is, and what was asked."""
    if "key" in body:
        return str(body["key"])
    whose = [AGENT] if dataset.grain == "roster" else [QUEUE, AGENT] if AGENT in body else [QUEUE, TEAM]
    named = whose + [column.name for column in dataset.columns if column.type == "key"]
    return "|".join((str(day), *(str(body.get(name, "")) for name in named)))


# -- lines against each other --------------------------------------------------------------------------


def _apart(dataset: Dataset, rows: list[Row], header: _Header) -> tuple[list[Row], list[Fault]]:
    """The rows that say something of their own; and those that speak of the same as an earlier one."""
    if dataset.grain == "roster":
        return _pieces(rows, header)
    first: dict[str, int] = {}
    good, faults = [], []
    for row in rows:
        line = first.setdefault(row.key, row.line)
        if line == row.line:
            good.append(row)
        else:
            named = header.shown.get("key", "")
            faults.append(Fault(row.line, named, "same_row", {"line": line, "key": _said(row.key)}))
    return good, faults


def _said(key: str) -> str:
    return " ".join(part for part in key.split("|") if part)


def _pieces(rows: list[Row], header: _Header) -> tuple[list[Row], list[Fault]]:
    """Pieces of an agent's roster must not overlap; leave may lie over anything."""
    bad: dict[int, Fault] = {}
    work = [row for row in rows if row.body.get("activity") != "leave"]
    for agent in {row.body[AGENT] for row in work}:
        mine = sorted((_span(row), row) for row in work if row.body[AGENT] == agent)
        for (before, earlier), (span, row) in pairwise(mine):
            if span[0] < before[1]:
                bad[row.line] = Fault(
                    row.line, header.shown.get("start", ""), "overlaps", {"line": earlier.line}
                )
    return [row for row in rows if row.line not in bad], list(bad.values())


def _span(row: Row) -> tuple[float, float]:
    """Start and end as seconds that can be compared from day to day, by the calendar's clock."""
    begin = date_of(row.day).toordinal() * 86_400
    start, end = float(row.body["start"]), float(row.body["end"])
    return begin + start, begin + (end if end > start else end + 86_400)
