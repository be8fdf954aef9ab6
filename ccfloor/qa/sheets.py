"""A form or plan as the sheets of a workbook, and back: what is written reads as the same again.

Headers and the words of choices are Chinese or English; either is understood. Reads and writes no file.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ccfloor.qa.load import Loaded, check_tree
from ccfloor.qa.sheet_columns import ANSWERS, FORM, PLAN, SHEETS, Column, Path, Sheet
from ccfloor.rules.places import Problem, dotted

Cell = str | int | float | bool | None
Line = tuple[int, Sequence[Any]]  # its number in the sheet, its cells
Table = tuple[str, list[str], list[list[Cell]]]  # title, header, rows
_HEAD = ("名称", "Name"), ("值", "Value")


# -- a tree as tables ----------------------------------------------------------------------------------


def tables(kind: str, tree: Mapping[str, Any], lang: str) -> list[Table]:
    """The sheets of a form or plan (``body.model_dump(mode="json", by_alias=True)``)."""
    return [_table(sheet, tree, lang) for sheet in SHEETS[kind]]


def _table(sheet: Sheet, tree: Mapping[str, Any], lang: str) -> Table:
    number = 0 if lang == "zh" else 1
    if not sheet.field:
        rows = [[column.named(lang), _cell(column, _at(tree, column.path), lang)] for column in sheet.columns]
        return sheet.named(lang), [words[number] for words in _HEAD], rows
    columns = ([sheet.within] if sheet.within else []) + list(sheet.columns)
    rows = [[_cell(column, _at(row, column.path), lang) for column in columns] for row in _rows(sheet, tree)]
    return sheet.named(lang), [column.named(lang) for column in columns], rows


def _rows(sheet: Sheet, tree: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a sheet lists; items with their section, options with their item."""
    if sheet.field not in ("items", "options"):
        return list(tree.get(sheet.field) or [])
    items = [item | {"section": part["id"]} for part in tree["sections"] for item in part["items"]]
    if sheet.field == "items":
        return items
    return [option | {"item": item["id"]} for item in items for option in item["options"]]


def _at(tree: Mapping[str, Any], path: Path) -> Any:
    value: Any = tree
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _cell(column: Column, value: Any, lang: str) -> Cell:
    number = 0 if lang == "zh" else 1
    if value is None:
        return None
    if column.type == "yes":
        return ANSWERS["yes" if value else "no"][number]
    if isinstance(value, (list, tuple)):
        told = (column.words.get(one, (str(one), str(one)))[number] for one in map(_plain, value))
        return ("、" if lang == "zh" else ", ").join(told) or None
    return column.words[value][number] if value in column.words else value


def _plain(value: Any) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)


# -- tables as a tree ----------------------------------------------------------------------------------


def read_tables(file: str, sheets: Mapping[str, Sequence[Line]]) -> tuple[str, Loaded[Any]]:
    """What a workbook holds: ``form`` or ``plan``, and it or why it is none. ``file``: for messages.

    ``sheets``: lines by the title of their sheet. Places are told as file › sheet: line: column.
    """
    kind = _kind_of(sheets)
    if not kind:
        titles = ", ".join(f"{sheet.zh}/{sheet.en}" for sheet in (FORM[0], PLAN[0]))
        en, zh = f"has none of the sheets {titles}", f"没有工作表 {titles} 中的任何一个"
        return "form", Loaded(None, [Problem(file, 0, "", en, zh)], [])
    reader = _Reader(file)
    tree = reader.tree(kind, sheets)
    if reader.problems:
        return kind, Loaded(None, reader.problems, [])
    loaded = check_tree(kind, file, tree)
    return kind, loaded._replace(problems=[reader.placed(problem) for problem in loaded.problems])


def _kind_of(sheets: Mapping[str, Sequence[Line]]) -> str:
    """Which of them it is, by the sheet that stands alone."""
    for kind, known in SHEETS.items():
        if _find(known[0], sheets) is not None:
            return kind
    return ""


def _find(sheet: Sheet, sheets: Mapping[str, Sequence[Line]]) -> str | None:
    return next((title for title in sheets if _said(title) in (_said(sheet.zh), _said(sheet.en))), None)


def _said(value: Any) -> str:
    """A header or word, to be compared."""
    return re.sub(r"[\s（）()]+", "", str(value)).lower()


class _Reader:
    """Makes a tree of lines, and remembers where each part of it stood."""

    def __init__(self, file: str) -> None:
        self.file, self.problems = file, list[Problem]()
        self._places: dict[str, tuple[str, int]] = {}  # place in the tree → sheet, line
        self._titles: dict[str, dict[str, str]] = {}  # sheet → path → header as it was written

    def tree(self, kind: str, sheets: Mapping[str, Sequence[Line]]) -> dict[str, Any]:
        """The whole of it; problems are noted."""
        tree: dict[str, Any] = {}
        for sheet in SHEETS[kind]:
            title = _find(sheet, sheets)
            lines = sheets[title] if title is not None else []
            if not sheet.field:
                self._alone(sheet, title or "", lines, tree)
            else:
                self._listed(sheet, title or sheet.zh, lines, tree)
        return tree

    def placed(self, problem: Problem) -> Problem:
        """A problem of the tree with its place in the workbook."""
        parts = re.findall(r"[^.\[\]]+|\[\d+\]", problem.field)
        for length in range(len(parts), -1, -1):
            place = "".join(part if part[0] == "[" else f".{part}" for part in parts[:length]).lstrip(".")
            if place in self._places:
                title, line = self._places[place]
                names = [part for part in parts[length:] if part[0] != "["]
                header = self._header(title, names or [place])
                return problem._replace(file=f"{self.file} › {title}", line=line, field=header)
        return problem

    def _header(self, title: str, names: list[str]) -> str:
        known = self._titles.get(title, {})
        return next((known[key] for n in range(len(names), 0, -1) if (key := ".".join(names[:n])) in known),
                    ".".join(names))  # fmt: skip

    def _alone(self, sheet: Sheet, title: str, lines: Sequence[Line], tree: dict[str, Any]) -> None:
        known = {_said(name): column for column in sheet.columns for name in (column.zh, column.en)}
        for number, cells in lines:
            label, value = (*cells, None, None)[:2]
            column = known.get(_said(label)) if label is not None else None
            if column is None:
                if number > 1 and label not in (None, ""):
                    self._note(title, number, str(label), "there is no such field", "没有这个字段")
                continue
            self._places[".".join(column.path)] = (title, number)
            self._titles.setdefault(title, {})[".".join(column.path)] = column.named(self._lang(sheet, label))
            self._set(tree, column, value, (title, number, str(label)))
        self._places[""] = (title, 1)

    def _listed(self, sheet: Sheet, title: str, lines: Sequence[Line], tree: dict[str, Any]) -> None:
        columns = self._columns(sheet, title, lines)
        if sheet.field not in ("items", "options"):
            tree[sheet.field] = []
        for number, cells in lines[1:]:
            row: dict[str, Any] = {}
            owner = ""
            for column, cell in zip(columns, cells, strict=False):
                if column is not None and column is sheet.within:
                    owner = _text(cell) or ""
                elif column is not None:
                    header = self._titles[title][".".join(column.path)]
                    self._set(row, column, cell, (title, number, header))
            self._keep(sheet, tree, row, owner, (title, number))

    def _columns(self, sheet: Sheet, title: str, lines: Sequence[Line]) -> list[Column | None]:
        offered = [*sheet.columns, *([sheet.within] if sheet.within else [])]
        known = {_said(name): column for column in offered for name in (column.zh, column.en)}
        found: list[Column | None] = []
        for cell in lines[0][1] if lines else ():
            column = known.get(_said(cell)) if cell is not None else None
            if column is None and cell not in (None, ""):
                self._note(title, 1, str(cell), "there is no such column", "没有这一列")
            if column is not None:
                self._titles.setdefault(title, {})[".".join(column.path)] = str(cell)
            found.append(column)
        return found

    def _keep(
        self, sheet: Sheet, tree: dict[str, Any], row: dict[str, Any], owner: str, at: tuple[str, int]
    ) -> None:
        """Hang a row where it belongs."""
        if sheet.within is None:
            loc: tuple[str | int, ...] = (sheet.field, len(tree[sheet.field]))
            tree[sheet.field].append(row | ({"items": []} if sheet.field == "sections" else {}))
        else:
            found = self._owner(sheet, tree, owner)
            if found is None:
                header = self._titles.get(at[0], {}).get(sheet.within.path[0], sheet.within.zh)
                why = f"{owner!r} does not exist", f"{owner!r} 不存在"
                self._note(at[0], at[1], header, *why)
                return
            place, part = found
            listed = part.setdefault(sheet.field, [])
            loc = (*place, sheet.field, len(listed))
            listed.append(row)
        self._places[dotted(loc)] = at

    @staticmethod
    def _owner(
        sheet: Sheet, tree: dict[str, Any], owner: str
    ) -> tuple[tuple[str | int, ...], dict[str, Any]] | None:
        sections = tree.get("sections") or []
        for at, section in enumerate(sections):
            if sheet.field == "items" and section.get("id") == owner:
                return ("sections", at), section
            for index, item in enumerate(section["items"] if sheet.field == "options" else ()):
                if item.get("id") == owner:
                    return ("sections", at, "items", index), item
        return None

    def _set(self, row: dict[str, Any], column: Column, cell: Any, at: tuple[str, int, str]) -> None:
        """Put a cell's value into the tree; an empty one is as by default."""
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            return
        value = self._value(column, cell, at)
        for name in column.path[:-1]:
            row = row.setdefault(name, {})
        row[column.path[-1]] = value

    def _value(self, column: Column, cell: Any, at: tuple[str, int, str]) -> Any:
        words = {_said(word): key for key, both in column.words.items() for word in (key, *both)}
        if column.type == "yes":
            answer = {_said(word): key for key, both in ANSWERS.items() for word in (key, *both)}
            told = {"true": "yes", "false": "no", "1": "yes", "0": "no"}
            said = answer.get(_said(cell)) or told.get(_said(cell))
            if said not in ("yes", "no"):
                self._note(*at, "must be yes or no", "只能填 是 或 否")
            return said == "yes"
        if column.type in ("list", "numbers"):
            parts = [part.strip() for part in re.split(r"[、,，;；\n]", _text(cell) or "") if part.strip()]
            named = [words.get(_said(part), part) for part in parts]
            return [self._number(part, at) for part in named] if column.type == "numbers" else named
        if column.type == "number":
            return self._number(cell, at)
        text = _text(cell) or ""
        return words.get(_said(text), text)

    def _number(self, cell: Any, at: tuple[str, int, str]) -> float:
        try:
            found = float(cell)
            return int(found) if found.is_integer() else found
        except (TypeError, ValueError, OverflowError):
            self._note(*at, f"{cell!r} is no number", f"{cell!r} 不是数字")
            return 0

    def _note(self, title: str, line: int, field: str, en: str, zh: str) -> None:
        self.problems.append(Problem(f"{self.file} › {title}", line, field, en, zh))

    @staticmethod
    def _lang(sheet: Sheet, label: Any) -> str:
        return "zh" if any(_said(label) == _said(column.zh) for column in sheet.columns) else "en"


def _text(cell: Any) -> str | None:
    """A cell as text: a whole number as people see it, not as 3.0."""
    if cell is None:
        return None
    return f"{cell:.10g}" if isinstance(cell, float) else str(cell).strip()
