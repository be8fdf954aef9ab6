"""Who calls again: the share of repeat calls within 24 and 48 hours and 7 days, and the numbers behind it."""

from functools import partial
from html import escape

import streamlit as st

from ccfloor.kpi.compute import compute
from ccfloor.kpi.period import day_number
from ccfloor.service import runtime
from ccfloor.service.kpi_site import kpi_book
from ccfloor.store.kpi_figures import figures
from ccfloor.store.queue_history import Again, called_again
from ccfloor.ui import people_kit
from ccfloor.ui.downloads import download
from ccfloor.ui.export import Cell, excel_bytes
from ccfloor.ui.history_calls import call_link
from ccfloor.ui.history_heat import EXCEL
from ccfloor.ui.history_state import Asked
from ccfloor.ui.history_words import DASH, moment, share
from ccfloor.ui.texts import Lang, text

_KPI = "repeat_rate"
_COLUMNS = ("number", "calls", "answered", "abandoned", "first", "last")


def show(asked: Asked) -> None:
    """Draw the three windows side by side, then who called most often."""
    lang = asked.lang
    above = st.container()  # the shares may have to be counted first: who called stands there meanwhile
    _numbers(asked, lang)
    with above, st.spinner(text("qh.repeats.counting", lang)):
        people_kit.piece(_windows(asked))


def _numbers(asked: Asked, lang: Lang) -> None:
    service = runtime.service()
    rows = called_again(service.engine, service.viewer(lang), asked.queue, asked.of)
    st.subheader(text("qh.repeats.title", lang), anchor=False)
    if not rows:
        st.caption(text("qh.repeats.none", lang))
        return
    told = [_line(row, lang) for row in rows]
    cells = [
        [*(escape(str(cell)) for cell in line[:-1]), call_link(row.last, str(line[-1]))]
        for line, row in zip(told, rows, strict=True)
    ]
    header = [text(f"qh.repeats.{name}", lang) for name in _COLUMNS]
    people_kit.piece(people_kit.table(header, cells))
    st.caption(text("qh.repeats.note", lang))
    file = f"ccfloor-{service.config.site}-repeats-{asked.of.name}.xlsx"
    make = partial(excel_bytes, text("qh.view.repeats", lang), header, told)
    download(text("qh.excel", lang), make, file, EXCEL, key="qh-repeats-excel")


def _windows(asked: Asked) -> str:
    """One row a window: what is divided by what. Days that are not counted yet have no figure."""
    lang, service = asked.lang, runtime.service()
    kpi = kpi_book(service).definition(_KPI, day_number(asked.last))
    told = figures(service.engine, service.viewer(lang), service.config, asked.scope, [asked.of])[0]
    rows = []
    for variant in kpi.variants if kpi else ():
        found = compute(kpi, told, asked.scope.kind, variant.id) if kpi else None
        if found is None or found.missing:
            rows.append(
                [_named(variant.zh, variant.en, lang), escape(text("qh.repeats.missing", lang)), DASH]
            )
            continue
        divided = f"{found.over:,.0f} ÷ {found.under:,.0f}" if found.under else DASH
        rows.append([_named(variant.zh, variant.en, lang), divided, share(found.value)])
    header = [text(f"qh.repeats.head.{name}", lang) for name in ("within", "numbers", "value")]
    words = (kpi.formula.zh if lang == "zh" else kpi.formula.en) if kpi else ""
    return escape(words) + people_kit.table(header, rows)


def _named(zh: str, en: str, lang: Lang) -> str:
    return escape(zh if lang == "zh" else en)


def _line(row: Again, lang: Lang) -> list[Cell]:
    zone = runtime.service().config.zone
    return [
        row.number,
        row.calls,
        row.answered,
        row.abandoned,
        moment(row.first_at, zone),
        moment(row.last_at, zone),
    ]
