"""Calls as a table: what stands behind a cell of the heat map or a pair of queues."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import Outcome
from ccfloor.floor.records import CallRow
from ccfloor.ui import people_kit
from ccfloor.ui.export import Cell, excel_bytes
from ccfloor.ui.history_words import DASH, lasting, moment, outcome_words
from ccfloor.ui.links import call_address
from ccfloor.ui.scope_words import agent_label, queue_label
from ccfloor.ui.texts import Lang, text

COLUMNS = ("entered", "queue", "number", "outcome", "wait", "agent", "talk")


def call_link(key: tuple[int, int], words: str) -> str:
    """A link to the life of one call, as HTML; ``words`` are escaped here."""
    return f'<a href="{call_address(*key)}" target="_self">{escape(words)}</a>'


def calls_table(rows: Iterable[CallRow], config: FloorConfig, lang: Lang) -> str:
    """The calls as HTML; the instant of the entry opens the call. What came too late is marked."""
    cells, bad = [], set()
    for number, row in enumerate(rows):
        told = call_line(row, config, lang)
        key = (row.source, row.position)
        cells.append([call_link(key, str(told[0])), *(escape(str(cell)) for cell in told[1:])])
        if row.outcome is Outcome.ABANDONED:
            bad.add((number, COLUMNS.index("outcome")))
        if row.outcome is Outcome.ANSWERED and row.wait_ms > row.threshold_ms:
            bad.add((number, COLUMNS.index("wait")))
    return people_kit.table(header(lang), cells, bad)


def header(lang: Lang) -> list[str]:
    """The names of the columns."""
    return [text(f"qh.call.{name}", lang) for name in COLUMNS]


def call_line(row: CallRow, config: FloorConfig, lang: Lang) -> Sequence[Cell]:
    """One call in words, in the order of the columns."""
    return (
        moment(row.entered_at, config.zone),
        queue_label(config, row.queue, lang),
        row.number or DASH,
        outcome_words(row, lang),
        lasting(row.wait_ms),
        agent_label(config, row.agent, lang) if row.agent else DASH,
        lasting(row.talk_ms + row.hold_ms) if row.ended_at and row.answered_at else DASH,
    )


def calls_file(title: str, rows: Iterable[CallRow], config: FloorConfig, lang: Lang) -> bytes:
    """The calls as a sheet of numbers: instants by the site's clock, times in seconds."""
    names, unit = header(lang), text("unit.s", lang)
    for name in ("wait", "talk"):
        at = COLUMNS.index(name)
        names[at] = f"{names[at]} ({unit})"
    return excel_bytes(title, names, (_file_line(row, config, lang) for row in rows))


def _file_line(row: CallRow, config: FloorConfig, lang: Lang) -> Sequence[Cell]:
    line = list(call_line(row, config, lang))
    entered = datetime.fromtimestamp(int(row.entered_at), ZoneInfo(config.zone)).replace(tzinfo=None)
    talked = round((row.talk_ms + row.hold_ms) / 1000, 1) if row.ended_at and row.answered_at else None
    line[COLUMNS.index("entered")] = entered
    line[COLUMNS.index("wait")] = round(row.wait_ms / 1000, 1)
    line[COLUMNS.index("talk")] = talked
    return line
