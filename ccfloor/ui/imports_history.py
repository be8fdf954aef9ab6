"""What was imported so far: each with its rows, what was done to it, and undoing it as a whole."""

from functools import partial
from html import escape

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.kpi.dataset import Column
from ccfloor.kpi.datasets import DATASETS
from ccfloor.service import importing_kpi as importing
from ccfloor.service import runtime
from ccfloor.service.people_log import entries
from ccfloor.store.imports import StoredRow, Taken, rows_of
from ccfloor.ui import people_kit as kit
from ccfloor.ui.access_kit import LOOKS, Gate, gate
from ccfloor.ui.downloads import download
from ccfloor.ui.export import excel_bytes
from ccfloor.ui.imports_words import cell_text, day_text, days_text, stamp
from ccfloor.ui.texts import Lang, text

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHOWN = 20  # imports, at first and more with every click
_MANY = "imports-many"
_ROWS_SHOWN = 50
_ROWS_MAX = 50_000


def show(who: str, lang: Lang) -> None:
    """Draw the section."""
    service = runtime.service()
    st.subheader(text("imports.history", lang), anchor=False)
    shown = int(st.session_state.get(_MANY, _SHOWN))
    taken = importing.imports(service.engine, service.viewer(lang), limit=shown + 1)
    if not taken:
        st.caption(text("imports.history.none", lang))
    for item in taken[:shown]:
        _row(item, who, lang)
    if len(taken) > shown:
        st.button(text("imports.history.more", lang), key="im-more", on_click=_show, args=(shown + _SHOWN,))


def _show(many: int) -> None:
    st.session_state[_MANY] = many


def _row(item: Taken, who: str, lang: Lang) -> None:
    with st.container(key=f"people-row-import-{item.id}"):
        words, buttons = st.columns([5, 2], vertical_alignment="center")
        with words:
            kit.piece(_line(item, lang))
        with buttons, st.container(horizontal=True, horizontal_alignment="right"):
            if item.dataset in DATASETS:
                _button(item, "undo" if item.undone_at is None else "restore", lang)
            _button(item, "rows", lang)
            _button(item, "log", lang)
        _questions(item, who, lang)


def _line(item: Taken, lang: Lang) -> str:
    undone = item.undone_at is not None
    what = text("imports.history.one", lang, number=item.id, rows=f"{item.rows:,}",
                days=days_text(item.first_day, item.last_day))  # fmt: skip
    by = text("imports.by", lang, who=item.who, at=stamp(item.at))
    if item.undone_at is not None:
        details = {"who": item.undone_by, "at": stamp(item.undone_at), "why": item.undone_why}
        by = f"{by} · {text('imports.by.undone', lang, **details)}"
    state = text("imports.state.undone" if undone else "imports.state.counts", lang)
    return (
        f'<div class="cp-row {"past" if undone else ""}"><span class="s">{escape(state)}</span>'
        f"<b>{escape(_kind(item, lang))}</b><span>{escape(item.file)}</span><span>{escape(what)}</span>"
        f'<span class="t">{escape(item.why)}</span><small>{escape(by)}</small></div>'
    )


def _kind(item: Taken, lang: Lang) -> str:
    """What kind of data it is; of one that another version of the program knows its id."""
    known = DATASETS.get(item.dataset)
    return known.named(lang) if known else text("imports.foreign", lang, dataset=item.dataset)


def _button(item: Taken, what: str, lang: Lang) -> None:
    name = f"import-{what}:{item.id}"
    closing = kit.close if kit.is_open(name) else kit.opens(name)
    stands = _stands(lang) if what in ("undo", "restore") else LOOKS
    st.button(text(f"imports.{what}", lang), key=f"people-b-{name}", on_click=closing, **stands)


def _stands(lang: Lang) -> Gate:
    return gate(Right.IMPORTS, lang, beyond=not runtime.service().viewer(lang).whole)


def _questions(item: Taken, who: str, lang: Lang) -> None:
    service = runtime.service()
    details = {"number": item.id, "file": item.file, "rows": f"{item.rows:,}"}
    if kit.is_open(f"import-log:{item.id}"):
        notes = entries(service.engine, service.viewer(lang), importing.about(item.id))
        lines = [(note.at, note.who, note.item, note.text) for note in notes]
        kit.piece(kit.log_lines(lines, service.config.zone, lang, 0.0))
    if kit.is_open(f"import-rows:{item.id}"):
        _rows(item, lang)
    for what, done, act in (
        ("undo", "undone", importing.undo_import),
        ("restore", "restored", importing.restore_import),
    ):
        name = f"import-{what}:{item.id}"
        if kit.is_open(name):

            def do(why: str, done: str = done, act: importing.Act = act) -> str:
                act(service.engine, service.config, item.id, who, why, service.floor_now())
                return text(f"imports.{done}", lang, **details)

            sentence = text(f"imports.{what}.ask", lang, **details)
            kit.question(name, lang, sentence, text("people.why", lang), do, _stands(lang))


# -- the rows of one ---------------------------------------------------------------------------------------


def _rows(item: Taken, lang: Lang) -> None:
    service = runtime.service()
    viewer = service.viewer(lang)
    rows = rows_of(service.engine, viewer, item.id, _ROWS_MAX)
    columns = _columns(item, rows)
    header = [
        text("imports.col.line", lang),
        *(column.named(lang) for column in columns),
        text("imports.rows.counts", lang),
    ]
    cells = [
        [
            str(row.line),
            *(_cell(column, row, lang) for column in columns),
            text("imports.state.counts" if row.current else _why_not(item), lang),
        ]
        for row in rows
    ]
    kit.piece(kit.table(header, [[escape(cell) for cell in row] for row in cells[:_ROWS_SHOWN]]))
    if len(cells) > _ROWS_SHOWN:
        st.caption(text("imports.rows.limit", lang, n=_ROWS_SHOWN))
    make = partial(excel_bytes, item.dataset, header, cells)
    name = f"ccfloor-{service.config.site}-import-{item.id}.xlsx"
    download(text("imports.rows.download", lang), make, name, _EXCEL, key=f"people-rows-{item.id}")


def _why_not(item: Taken) -> str:
    return "imports.state.undone" if item.undone_at is not None else "imports.rows.replaced"


def _columns(item: Taken, rows: list[StoredRow]) -> list[Column]:
    """The columns that hold anything; of data this version does not know what is stored, by its names."""
    known = DATASETS.get(item.dataset)
    if known:
        return [c for c in known.columns if c.type in ("day", "month") or _filled(rows, c)]
    names = dict.fromkeys(name for row in rows for name in row.body)
    return [Column("day", "日期", "Day", "day"), *(Column(name, name, name, "text") for name in names)]


def _filled(rows: list[StoredRow], column: Column) -> bool:
    return any(column.name in row.body for row in rows)


def _cell(column: Column, row: StoredRow, lang: Lang) -> str:
    if column.type in ("day", "month"):
        return day_text(row.day)
    return cell_text(column, row.body.get(column.name), runtime.service().viewer(lang), lang)
