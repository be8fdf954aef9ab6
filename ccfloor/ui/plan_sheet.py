"""One after-action sheet on the plan page; its key is in the URL, so that a link shows it to everyone."""

from datetime import datetime
from functools import partial
from html import escape
from zoneinfo import ZoneInfo

import streamlit as st

from ccfloor.service import runtime
from ccfloor.service.after_sheet import Place, by_shift, sheet_of
from ccfloor.ui import charts, people_kit
from ccfloor.ui.downloads import download
from ccfloor.ui.links import address
from ccfloor.ui.sheet_chart import figure
from ccfloor.ui.sheet_excel import sheet_excel
from ccfloor.ui.sheet_pdf import sheet_pdf
from ccfloor.ui.sheet_rows import Part, Words
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, text

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CSS = """
.cs-head{display:flex;flex-wrap:wrap;gap:.4rem 2.2rem;padding:.4rem 0 .8rem}
.cs-head div{min-width:7rem}.cs-head small{display:block}
.cs-head b{font-size:1.25rem;line-height:1.3}.cs-head b.over::before{content:'▲ ';font-size:.8em}
.cs-head b.over{color:var(--over)}
.cs-facts{display:grid;grid-template-columns:max-content 1fr;align-content:start;gap:.15rem 1.2rem}
.cs-facts span{color:var(--ink2)}
.cs-two{display:grid;grid-template-columns:1fr 1.6fr;gap:1rem 3rem}
@media(max-width:700px){.cs-two{grid-template-columns:1fr}.cs-facts{grid-template-columns:1fr}
.cs-facts div{padding-bottom:.4rem}}
"""


def place(lang: Lang) -> Place:
    """Where to look and as whom."""
    service = runtime.service()
    viewer = service.viewer(lang)
    view = service.view(viewer)
    on_duty = by_shift(service.engine, service.config, service.settings.site)
    return Place(service.engine, viewer, service.config, view, service.floor_now(), on_duty)


def show(seen: Look, key: str) -> None:
    """Draw the sheet of a key."""
    lang = seen.lang
    people_kit.dress(seen)
    st.html(f"<style>{_CSS}</style>")
    back = address({"sheet": ""})
    people_kit.piece(f'<a href="{back}" target="_self">← {escape(text("sheet.back", lang))}</a>')
    sheet = sheet_of(place(lang), key)
    if sheet is None:
        st.warning(text("sheet.unknown", lang))
        return
    words = Words(sheet, runtime.service().config, lang)
    st.header(f"{text('sheet.title', lang)}", anchor=False)
    people_kit.piece(f"<b style='font-size:1.125rem'>{escape(words.title)}</b>")
    _downloads(words)
    people_kit.piece(_headline(words))
    people_kit.piece(_facts(words))
    st.subheader(words.say("title.curve"), anchor=False)
    st.caption(words.say("curve.note"))
    charts.show(figure(words, seen.theme), "sheet-curve")
    for part in words.parts():
        _part(part)
    _others(words)


def _downloads(words: Words) -> None:
    service = runtime.service()
    names = (service.settings.site.name_zh, service.settings.site.name_en)
    at = datetime.fromtimestamp(words.sheet.begun, ZoneInfo(words.config.zone))
    name = f"ccfloor-{words.config.site}-{at:%Y%m%d-%H%M%S}"
    with st.container(horizontal=True):
        download(
            words.say("pdf"),
            partial(sheet_pdf, words, names),
            f"{name}.pdf",
            "application/pdf",
            key="sheet-pdf",
        )
        download(words.say("excel"), partial(sheet_excel, words), f"{name}.xlsx", _EXCEL, key="sheet-excel")


def _headline(words: Words) -> str:
    cells = (
        f'<div><small>{escape(label)}</small><b class="{"over" if bad else ""}">{escape(value)}</b></div>'
        for label, value, bad in words.headline()
    )
    return f'<div class="cs-head">{"".join(cells)}</div>'


def _facts(words: Words) -> str:
    return f'<div class="cs-two">{_list(words.facts())}{_list(words.readings())}</div>'


def _list(pairs: list[tuple[str, str]]) -> str:
    rows = (f"<span>{escape(label)}</span><div>{escape(value)}</div>" for label, value in pairs)
    return f'<div class="cs-facts">{"".join(rows)}</div>' if pairs else ""


def _part(part: Part) -> None:
    st.subheader(part.title, anchor=False)
    if part.rows:
        rows = [[escape(cell) for cell in row] for row in part.rows]
        column = part.marked % len(part.header)
        people_kit.piece(people_kit.table(part.header, rows, {(row, column) for row in part.marks}))
    if part.note:
        people_kit.piece(f"<small>{escape(part.note)}</small>")


def _others(words: Words) -> None:
    """The other steps of the same time, each with its own sheet."""
    if not words.sheet.others:
        return
    st.subheader(words.say("title.others"), anchor=False)
    for step in words.sheet.others:
        span = f"{words.clock(step.fired_at)} – {words.clock(step.cleared_at) if step.cleared_at else '…'}"
        link = address({"sheet": step.key})
        people_kit.piece(f'<a href="{link}" target="_self">{escape(words.step_name(step))}</a> {span}')
