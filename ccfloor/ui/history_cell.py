"""One cell of the heat map opened: each of its days with its figures, and the calls themselves."""

from functools import partial
from html import escape

import streamlit as st

from ccfloor.kpi.compute import compute
from ccfloor.kpi.light import light
from ccfloor.kpi.period import Period
from ccfloor.kpi.week import Cell, cell, halves_of
from ccfloor.service import runtime
from ccfloor.service.queue_history import Measure, measure
from ccfloor.store.queue_history import cell_calls, half_hour_counts
from ccfloor.ui import people_kit
from ccfloor.ui.downloads import download
from ccfloor.ui.history_calls import calls_file, calls_table
from ccfloor.ui.history_heat import EXCEL
from ccfloor.ui.history_state import Asked
from ccfloor.ui.history_words import DASH, cell_words, share
from ccfloor.ui.links import page_address
from ccfloor.ui.texts import Lang, text

MOST = 200
MOST_FILE = 20_000
_COLUMNS = ("date", "offered", "answered", "abandoned")


def show(asked: Asked) -> None:
    """Draw what the URL opens; nothing where it opens no cell."""
    try:
        at = cell(str(st.query_params.get("cell", "")))
    except ValueError:
        return
    lang, service = asked.lang, runtime.service()
    viewer, config = service.viewer(lang), service.config
    halves = [half for half in halves_of(config, asked.of, at) if half.start < asked.now]
    st.subheader(text("qh.cell.title", lang, cell=cell_words(at, lang)), anchor="cell")
    close = text("qh.close", lang)
    people_kit.piece(f'<a href="{asked.address({"cell": ""})}" target="_self">{escape(close)}</a>')
    told = half_hour_counts(service.engine, viewer, asked.queue, halves)
    people_kit.piece(_days(asked, halves, told, lang))
    rows = cell_calls(service.engine, viewer, config, asked.queue, halves, MOST)
    whole = round(sum(figures["queue.offered"] for figures in told.values()))
    st.caption(text("qh.cell.calls" if len(rows) < MOST else "qh.cell.latest", lang, n=len(rows), all=whole))
    people_kit.piece(calls_table(rows, config, lang))
    file = f"ccfloor-{config.site}-{at}-{asked.of.name}.xlsx"
    make = partial(_excel, asked.queue, halves, at, lang)
    download(text("qh.excel", lang), make, file, EXCEL, key="qh-cell-excel")


def _days(asked: Asked, halves: list[Period], told: dict[str, dict[str, float]], lang: Lang) -> str:
    service = runtime.service()
    kpis = [
        measure(service, asked.scope, name, asked.last, asked.variant)
        for name in ("service_level", "abandon_rate")
    ]
    names = [kpi.kpi.zh if lang == "zh" else kpi.kpi.en for kpi in kpis if kpi.kpi]
    rows, bad = [], set()
    for number, half in enumerate(halves):
        figures = told.get(half.name, {})
        counts = [figures.get(f"queue.{name}") for name in _COLUMNS[1:]]
        line = [_day_link(half, asked, lang), *(DASH if n is None else f"{n:.0f}" for n in counts)]
        for place, what in enumerate(kpis, len(line)):
            value, missed = _value(what, figures, asked)
            line.append(value)
            if missed:
                bad.add((number, place))
        rows.append(line)
    return people_kit.table([*(text(f"qh.cell.{name}", lang) for name in _COLUMNS), *names], rows, bad)


def _value(what: Measure, figures: dict[str, float], asked: Asked) -> tuple[str, bool]:
    """The value in words, and whether it misses its target."""
    if what.kpi is None or not figures:
        return DASH, False
    found = compute(what.kpi, figures, asked.scope.kind, what.variant)
    return share(found.value), light(what.bound, found.value) == "missed"


def _day_link(half: Period, asked: Asked, lang: Lang) -> str:
    """The day, linked to the figures and calls of exactly this half hour."""
    words = f"{half.day:%Y-%m-%d} {half.name[11:16]}"
    where = page_address("kpi", {"period": half.name, "scope": str(asked.scope) if asked.queue else ""})
    return f'<a href="{where}" target="_self">{escape(words)}</a>'


def _excel(queue: str, halves: list[Period], at: Cell, lang: Lang) -> bytes:
    service = runtime.service()
    rows = cell_calls(service.engine, service.viewer(lang), service.config, queue, halves, MOST_FILE)
    return calls_file(cell_words(at, lang), rows, service.config, lang)
