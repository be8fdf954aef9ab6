"""One after-action sheet on the plan page; its key is in the URL, so that a link shows it to everyone."""

from datetime import datetime
from functools import partial
from html import escape
from zoneinfo import ZoneInfo

import streamlit as st

from ccfloor.service import runtime
from ccfloor.service.after_sheet import Place, sheet_of
from ccfloor.ui import charts, people_kit
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
.cs-facts{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1.2rem}
.cs-facts{margin:0}.cs-facts dt{color:var(--ink2)}.cs-facts dd{margin:0}
.cs-two{display:grid;grid-template-columns:1fr 1.6fr;gap:1rem 3rem}
@media(max-width:700px){.cs-two{grid-template-columns:1fr}.cs-facts{grid-template-columns:1fr}
.cs-facts dd{padding-bottom:.4rem}}
.cp-tab td.bad{font-weight:700;color:var(--over)}.cp-tab td.bad::before{content:'▲ ';font-size:.8em}
"""


def place(lang: Lang) -> Place:
    """Where to look and as whom."""
    service = runtime.service()
    viewer = service.viewer(lang)
    view = service.view(viewer)
    return Place(service.engine, viewer, service.config, view, service.clock())


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
        st.download_button(
            words.say("pdf"),
            partial(sheet_pdf, words, names),
            f"{name}.pdf",
            "application/pdf",
            key="sheet-pdf",
        )
        st.download_button(
            words.say("excel"), partial(sheet_excel, words), f"{name}.xlsx", _EXCEL, key="sheet-excel"
        )


def _headline(words: Words) -> str:
    cells = (
        f'<div><small>{escape(label)}</small><b class="{"over" if bad else ""}">{escape(value)}</b></div>'
        for label, value, bad in words.headline()
    )
    return f'<div class="cs-head">{"".join(cells)}</div>'


def _facts(words: Words) -> str:
    return f'<div class="cs-two">{_list(words.facts())}{_list(words.readings())}</div>'


def _list(pairs: list[tuple[str, str]]) -> str:
    rows = (f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in pairs)
    return f'<dl class="cs-facts">{"".join(rows)}</dl>' if pairs else ""


def _part(part: Part) -> None:
    st.subheader(part.title, anchor=False)
    if part.rows:
        people_kit.piece(_table(part))
    if part.note:
        people_kit.piece(f"<small>{escape(part.note)}</small>")


def _table(part: Part) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in part.header)
    rows = "".join(f"<tr>{_cells(part, index)}</tr>" for index in range(len(part.rows)))
    return f'<div class="cp-wide"><table class="cp-tab"><tr>{head}</tr>{rows}</table></div>'


def _cells(part: Part, index: int) -> str:
    cells = [f"<td>{escape(cell)}</td>" for cell in part.rows[index]]
    if index in part.marks:
        cells[part.marked] = f'<td class="bad">{escape(part.rows[index][part.marked])}</td>'
    return "".join(cells)


def _others(words: Words) -> None:
    """The other steps of the same time, each with its own sheet."""
    if not words.sheet.others:
        return
    st.subheader(words.say("title.others"), anchor=False)
    for step in words.sheet.others:
        span = f"{words.clock(step.fired_at)} – {words.clock(step.cleared_at) if step.cleared_at else '…'}"
        link = address({"sheet": step.key})
        people_kit.piece(f'<a href="{link}" target="_self">{escape(words.step_name(step))}</a> {span}')
