"""The after-action sheet as an Excel file: one sheet a table, texts as texts."""

from ccfloor.ui.export import Cell, book_bytes
from ccfloor.ui.sheet_rows import Words


def sheet_excel(words: Words) -> bytes:
    """Summary, then every table, then the curve with its exact instants."""
    summary: list[tuple[Cell, ...]] = [(words.say("title"), words.title)]
    summary += [*words.facts(), *words.readings()]
    summary += [(label, value) for label, value, _ in words.headline()]
    tables: list[tuple[str, tuple[str, ...], list[tuple[Cell, ...]]]] = [
        (words.say("title.facts"), (words.say("col.name"), words.say("col.value")), summary)
    ]
    for part in words.parts():
        noted: list[tuple[Cell, ...]] = [("",), (part.note,)] if part.note else []
        tables.append((part.title, part.header, [*part.rows, *noted]))
    curve: list[tuple[Cell, ...]] = [(words.moment(at), value) for at, value in words.sheet.curve]
    tables.append((words.say("title.curve"), (words.say("col.at"), words.say("title.curve")), curve))
    return book_bytes(tables)
