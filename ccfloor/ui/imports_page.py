"""The imports page: choose what, take a template, choose a file, see what it would do, take it in."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from html import escape

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.kpi.dataset import Dataset
from ccfloor.kpi.datasets import DATASETS
from ccfloor.kpi.period import business_date, date_of, day_number
from ccfloor.service import importing_kpi as importing
from ccfloor.service import runtime
from ccfloor.service.access.uploads import refusal
from ccfloor.service.data_templates import csv_template, described, described_header, excel_template
from ccfloor.service.importing_kpi import Preview
from ccfloor.service.kpi_site import kpi_book
from ccfloor.service.table_file import BYTES_MAX, LINES_MAX
from ccfloor.store.imports import held
from ccfloor.ui import access_kit, imports_history
from ccfloor.ui import people_kit as kit
from ccfloor.ui.access_kit import gate
from ccfloor.ui.downloads import download
from ccfloor.ui.export import excel_bytes
from ccfloor.ui.imports_words import DASH, cell_text, day_text, days_text, stamp, used_by, users
from ccfloor.ui.links import address, page_address
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, listed, text

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Using = Mapping[str, frozenset[str]]  # KPI → fields
_FAULTS_SHOWN = 50
_ROWS_SHOWN = 10
_SEEN = "imports-seen"
_ROUND = "imports-round"  # a new number empties the uploader

_UPLOAD_MB = 100  # beyond it Streamlit itself refuses, in English; below we say why


def show(seen: Look) -> None:
    """Draw the page."""
    lang = seen.lang
    kit.dress(seen)
    kit.uploads(lang)
    st.header(text("page.imports", lang), anchor=False)
    st.caption(text("imports.lead", lang))
    if not runtime.service().viewer(lang).whole:
        kit.piece(escape(text("scope.whole", lang)), "cp-warn")
        return
    with database_or_notice(lang):
        who = kit.who_acts(lang)
        using = users(kpi_book(runtime.service()).kpis.values(), lang)
        _sheets(lang)
        dataset = _choose(using, lang)
        _templates(dataset, lang)
        preview = _file(dataset, lang)
        if preview:
            _preview(preview, lang)
            _confirm(preview, who, lang)
        imports_history.show(who, lang)
        _held(using, lang)


# -- what kind, and how its file looks -----------------------------------------------------------------


def _sheets(lang: Lang) -> None:
    """Monitoring sheets that are filled in already have a page of their own."""
    if access_kit.may_open("qa_sheets"):
        there = page_address("qa_sheets", {})
        words = escape(text("imports.sheets", lang))
        link = f'<a href="{there}" target="_self">{escape(text("page.qa_sheets", lang))}</a>'
        kit.piece(f"{words} {link}")


def _choose(using: Using, lang: Lang) -> Dataset:
    names = list(DATASETS)
    asked = st.query_params.get("dataset", "")

    def keep() -> None:
        st.query_params["dataset"] = str(st.session_state["imports-dataset"])

    name = st.selectbox(
        text("imports.dataset", lang),
        names,
        index=names.index(asked) if asked in DATASETS else 0,
        format_func=lambda key: DATASETS[key].named(lang),
        key="imports-dataset",
        on_change=keep,
        width=480,
    )
    dataset = DATASETS[name]
    note = dataset.note_zh if lang == "zh" else dataset.note_en
    if kpis := used_by(dataset, using, lang):
        st.caption(text("imports.gives", lang, kpis=kpis))
    if note:
        st.caption(note)
    return dataset


def _templates(dataset: Dataset, lang: Lang) -> None:
    with st.container(horizontal=True):
        made = partial(excel_template, dataset, lang)
        download(text("imports.template.xlsx", lang), made, f"{dataset.id}.xlsx", EXCEL, key="im-xlsx")
        plain = partial(csv_template, dataset, lang)
        download(text("imports.template.csv", lang), plain, f"{dataset.id}.csv", "text/csv", key="im-csv")
    with st.expander(text("imports.columns", lang)):
        rows = [[escape(cell) for cell in row] for row in described(dataset, lang)]
        kit.piece(kit.table(described_header(lang), rows))


# -- the file ------------------------------------------------------------------------------------------


def _file(dataset: Dataset, lang: Lang) -> Preview | None:
    """What the chosen file would do; judged once, and again when something was taken in or out."""
    service = runtime.service()
    label = text("imports.file", lang, mb=BYTES_MAX // 1_000_000, lines=f"{LINES_MAX:,}")
    key = f"imports-file-{dataset.id}-{st.session_state.get(_ROUND, 0)}"
    stands = gate(Right.IMPORTS, lang, beyond=not service.viewer(lang).whole)
    chosen = st.file_uploader(label, key=key, max_upload_size=_UPLOAD_MB, **stands)
    if chosen is None:
        st.session_state.pop(_SEEN, None)
        return None
    latest = importing.imports(service.engine, service.viewer(lang), limit=1)
    mark = (chosen.file_id, dataset.id, latest[0] if latest else None)
    known = st.session_state.get(_SEEN)
    if known is None or known[0] != mark:
        content, now = chosen.getvalue(), service.floor_now()
        why = refusal(chosen.type)
        found = importing.preview(service.engine, service.config, dataset, chosen.name, content, now, why)
        known = st.session_state[_SEEN] = (mark, found)
    preview: Preview = known[1]
    return preview


def _preview(seen: Preview, lang: Lang) -> None:
    checked = seen.checked
    words = [text("imports.seen", lang, file=seen.file, lines=checked.lines, good=len(checked.rows),
                  bad=len(checked.faults))]  # fmt: skip
    if checked.rows:
        first, last = checked.days
        words.append(text("imports.effect", lang, **seen.effect._asdict()))
        words.append(text("imports.days", lang, first=day_text(first), last=day_text(last)))
    kit.piece(f"<b>{escape(words[0])}</b> {escape(' '.join(words[1:]))}")
    if checked.ignored:
        names = listed(checked.ignored, lang)
        kit.piece(escape(text("imports.ignored", lang, names=names)), "cp-warn")
    if seen.before:
        details = {"at": stamp(seen.before.at), "who": seen.before.who, "number": seen.before.id}
        kit.piece(escape(text("imports.before", lang, **details)), "cp-warn")
    if checked.faults and not _nothing_in(seen):
        _faults(seen, lang)
    for name in seen.fits:
        link = (
            f'<a href="{address({"dataset": name})}" target="_self">{escape(DATASETS[name].named(lang))}</a>'
        )
        kit.piece(f"{escape(text('imports.fits', lang))} {link}", "cp-warn")
    if checked.rows:
        _rows(seen, lang)


def _faults(seen: Preview, lang: Lang) -> None:
    kit.piece(escape(text("imports.bad" if seen.checked.rows else "imports.bad.all", lang)), "cp-bad")
    faults = seen.checked.faults
    header = [text(f"imports.col.{name}", lang) for name in ("line", "column", "why")]
    cells = [[str(fault.line or DASH), fault.column or DASH, _sentence(fault.why(lang))] for fault in faults]
    kit.piece(kit.table(header, [[escape(cell) for cell in row] for row in cells[:_FAULTS_SHOWN]]))
    if len(faults) > _FAULTS_SHOWN:
        st.caption(text("imports.bad.more", lang, n=_FAULTS_SHOWN))
    make = partial(excel_bytes, text("imports.bad.title", lang), header, cells)
    download(text("imports.bad.download", lang), make, f"{seen.file}-errors.xlsx", EXCEL, key="im-bad")


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _rows(seen: Preview, lang: Lang) -> None:
    rows = seen.checked.rows
    with st.expander(text("imports.good", lang), expanded=seen.clean):
        columns = [c for c in seen.dataset.columns if c.type in ("day", "month") or _filled(seen, c.name)]
        header = [text("imports.col.line", lang), *(column.named(lang) for column in columns)]
        viewer = runtime.service().viewer(lang)
        cells = [
            [str(row.line), *(day_text(row.day) if c.type in ("day", "month") else
             cell_text(c, row.body.get(c.name), viewer, lang) for c in columns)]
            for row in rows[:_ROWS_SHOWN]
        ]  # fmt: skip
        kit.piece(kit.table(header, [[escape(cell) for cell in row] for row in cells]))
        if len(rows) > _ROWS_SHOWN:
            st.caption(text("imports.good.more", lang, n=_ROWS_SHOWN, all=f"{len(rows):,}"))


def _filled(seen: Preview, name: str) -> bool:
    return any(name in row.body for row in seen.checked.rows)


def _nothing_in(seen: Preview) -> bool:
    return seen.dataset.complete and [fault.code for fault in seen.checked.faults] == ["empty"]


# -- taking it in --------------------------------------------------------------------------------------


def _confirm(seen: Preview, who: str, lang: Lang) -> None:
    rows = len(seen.checked.rows)
    if seen.before or not (rows or _nothing_in(seen)):
        return
    with st.container(border=True, key="imports-confirm"):
        if _nothing_in(seen):
            kit.piece(escape(text("imports.nothing_in", lang)))
        good_lines = seen.clean or _nothing_in(seen)
        if not good_lines:
            good_lines = st.checkbox(text("imports.good_only", lang, n=f"{rows:,}"), key="im-good")
        covers = _covers(seen, lang) if seen.dataset.complete else None
        note = st.text_input(text("imports.note", lang), max_chars=1000, key="im-note")
        label = text("imports.do", lang, n=f"{rows:,}")
        beyond = not runtime.service().viewer(lang).whole
        stands = gate(Right.IMPORTS, lang, beyond=beyond, off=not good_lines)
        pressed = st.button(label, type="primary", key="im-do", **stands)
        if pressed and kit.acting(lang, lambda: _take_in(seen, who, note, good_lines, covers, lang)):
            st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
            st.session_state.pop("im-note", None)
            st.rerun()


def _covers(seen: Preview, lang: Lang) -> tuple[int, int]:
    """The days of which the file tells; those of its rows until somebody widens them."""
    service = runtime.service()
    today = business_date(service.config, service.floor_now())
    first, last = seen.checked.days
    default = (date_of(first), date_of(last)) if first else (today.replace(day=1), today)
    picked = st.date_input(
        text("imports.covers", lang),
        default,
        max_value=today,
        format="YYYY-MM-DD",
        key=f"im-days-{seen.digest[:8]}",
    )
    days: Sequence[date] = picked if isinstance(picked, tuple) else (picked,) if picked else ()
    found = [day_number(day) for day in days] or [first, last]
    return found[0], found[-1]


def _take_in(
    seen: Preview, who: str, note: str, good_lines: bool, covers: tuple[int, int] | None, lang: Lang
) -> str:
    service = runtime.service()
    done = importing.take_in(
        service.engine,
        service.config,
        seen,
        who,
        note,
        service.floor_now(),
        good_lines=good_lines,
        covers=covers,
    )
    return text("imports.done.known" if done.known else "imports.done", lang, n=done.rows, number=done.id)


# -- what is there ---------------------------------------------------------------------------------------


def _held(using: Using, lang: Lang) -> None:
    """Every kind of data with the days that are in."""
    service = runtime.service()
    found = held(service.engine, service.viewer(lang))
    st.subheader(text("imports.held", lang), anchor=False)
    header = [text(f"imports.held.{name}", lang) for name in ("kind", "days", "last", "kpis")]
    rows = []
    for dataset in DATASETS.values():
        one = found.get(dataset.id)
        days = days_text(one.first_day, one.last_day) if one else DASH
        last = f"{stamp(one.at)} {one.who}" if one else DASH
        name = escape(dataset.named(lang))
        link = f'<a href="{address({"dataset": dataset.id})}" target="_self">{name}</a>'
        rows.append([link, escape(days), escape(last), escape(used_by(dataset, using, lang) or DASH)])
    kit.piece(kit.table(header, rows))
