"""What staffing reckons with now, as a table of the page Today: each number with how sure it is."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from ccfloor.floor.config import FloorConfig
from ccfloor.service import runtime
from ccfloor.service.staffing.basis import Row, Told
from ccfloor.ui import people_kit, today_words
from ccfloor.ui.report_words import DASH, span
from ccfloor.ui.scope_words import queue_label
from ccfloor.ui.texts import Lang, text

_COLUMNS = ("what", "value", "range", "sample", "past", "source")
_TIMES = frozenset(("aht", "patience", "pause"))


def show(queue: str, now: float, lang: Lang) -> None:
    """Draw it, folded: of a queue, or of all the viewer may see. ``now``: UTC epoch seconds."""
    service = runtime.service()
    with st.expander(text("today.live", lang), key="td-live"):
        told = service.basis(service.viewer(lang))
        rows = [row for row in told.rows if not queue or row.about == queue or row.what == "pause"]
        people_kit.piece(f"<small>{escape(_age(told, now, service.config.zone, lang))}</small>")
        if rows:
            people_kit.piece(table(rows, service.config, lang))


def _age(told: Told, now: float, zone: str, lang: Lang) -> str:
    if told.at is None or told.why:
        return text(f"today.live.{told.why or 'no_view'}", lang)
    age = text("today.age", lang, at=today_words.clock(told.at, zone), s=max(0, round(now - told.at)))
    return f"{text('today.live.note', lang)} {age}"


def table(rows: Sequence[Row], config: FloorConfig, lang: Lang) -> str:
    """The rows as HTML."""
    header = [text(f"today.live.col.{name}", lang) for name in _COLUMNS]
    return people_kit.table(header, [_cells(row, config, lang) for row in rows])


def _cells(row: Row, config: FloorConfig, lang: Lang) -> list[str]:
    sides = DASH
    if row.low is not None and row.high is not None:
        sides = f"{_number(row, row.low)}–{_number(row, row.high)}"
    told = (
        text(f"today.live.what.{row.what}", lang, about=_about(row, config, lang)),
        _number(row, row.value),
        sides,
        f"{row.sample:,}",
        f"{row.past:,.0f}",
        text(f"today.live.from.{row.source}", lang),
    )
    return [escape(one) for one in told]


def _about(row: Row, config: FloorConfig, lang: Lang) -> str:
    if row.what != "pause":
        return queue_label(config, row.about, lang)
    named = f"today.live.pause.{row.about}"
    return text(named, lang) if row.about in _PAUSES else row.about


_PAUSES = frozenset(
    (
        "break",
        "meal",
        "meeting",
        "training",
        "coaching",
        "callback",
        "busy",
        "auto_pause",
        "other_call",
        "other",
    )
)


def _number(row: Row, value: float) -> str:
    if row.what in _TIMES:
        return span(value)
    if row.what == "level":
        return f"±{value:.0%}"
    return today_words.calls(value) if row.what == "rate" else today_words.seats(value)
