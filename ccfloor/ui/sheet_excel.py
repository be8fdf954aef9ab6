"""The after-action sheet as an Excel file: one sheet a table, texts as texts, numbers as numbers."""

from ccfloor.service.after_action import Figures
from ccfloor.ui.export import Cell, book_bytes
from ccfloor.ui.report_words import DASH
from ccfloor.ui.sheet_rows import Words

_Table = tuple[str, tuple[str, ...], list[tuple[Cell, ...]]]


def sheet_excel(words: Words) -> bytes:
    """Summary, then every table, then the curve with its exact instants."""
    summary: list[tuple[Cell, ...]] = [(words.say("title"), words.title)]
    summary += [*words.facts(), *words.readings()]
    summary += [(label, value) for label, value, _ in words.headline()]
    tables: list[_Table] = [
        (words.say("title.facts"), (words.say("col.name"), words.say("col.value")), summary)
    ]
    figures = words.figures()
    for part in words.parts():
        rows: list[tuple[Cell, ...]] = [*part.rows]
        if part.title == figures.title:
            rows = [_numbers(row, own) for row, own in zip(part.rows, words.sheet.figures, strict=True)]
        tables.append((part.title, part.header, [*rows, *([("",), (part.note,)] if part.note else [])]))
    curve: list[tuple[Cell, ...]] = [(words.moment(at), value) for at, value in words.sheet.curve]
    tables.append((words.say("title.curve"), (words.say("col.at"), words.say("title.curve")), curve))
    return book_bytes(tables)


def _numbers(row: tuple[str, ...], part: Figures) -> tuple[Cell, ...]:
    """A line of figures with its numbers as they are: shares 0..1, seconds."""
    counts = (part.offered, part.answered, part.answered_in_t, part.abandoned, part.waiting)
    ratios = (part.asa_s, part.service_level, part.target, part.lost)
    return (*row[:3], *counts, *(DASH if value is None else round(value, 4) for value in ratios))
