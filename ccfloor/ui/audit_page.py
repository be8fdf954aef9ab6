"""The page of the audit log: newest first, narrowed by who, what, when, about what and from where.

Filters and place are in the URL.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from html import escape
from math import isfinite
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import streamlit as st

from ccfloor.access.acts import GROUPS, Act, acts_of
from ccfloor.service import audit, runtime
from ccfloor.service.audit_check import Checked, Checker, go_on
from ccfloor.store.audit import Found, Place, Wanted, Written
from ccfloor.store.viewer import Forbidden, Viewer
from ccfloor.ui import people_kit as kit
from ccfloor.ui.audit_words import COLUMNS, Change, Words, chain_words, file_row
from ccfloor.ui.downloads import download
from ccfloor.ui.export import Cell, csv_bytes, excel_bytes
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, text

SHOWN, EXPORTED = 50, 20_000
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OLDER = "older"
_FILTERS = ("who", "act", "from", "to", "about", "source", "words")
_MOST = 2**62  # no number of an entry is beyond it
_CHANGES = 6  # what an entry changed stands in so many lines; more are opened
_checker = Checker()

_CSS = """
.au-sub{color:var(--ink2);font-size:.8125rem;display:block}
.au-tab .cp-tab td:nth-child(1){color:var(--ink2)}
.au-ch{display:block;overflow-wrap:anywhere}.au-ch small{margin-right:.35rem}
.au-ch s{text-decoration:none;color:var(--ink2)}.au-tab summary{cursor:pointer;color:var(--ink2)}
.au-ok{border-left:.3rem solid var(--contact);padding:.3rem .8rem}
.au-ok code{font-size:.75rem;overflow-wrap:anywhere}
@media(min-width:701px){.au-tab .cp-tab{table-layout:fixed;min-width:60rem}
.au-tab th:nth-child(1){width:4.5rem}.au-tab th:nth-child(2){width:10.5rem}
.au-tab th:nth-child(3){width:12rem}
.au-tab th:nth-child(4){width:10rem}.au-tab th:nth-child(5){width:14rem}.au-tab th:nth-child(7){width:16rem}}
@media(max-width:700px){.st-key-audit-filters>[data-testid=stElementContainer]
{flex:1 1 calc(50% - 1rem)!important;width:calc(50% - 1rem)!important;min-width:0}
.st-key-audit-filters [data-testid=stElementContainer]>div{width:100%!important}}
"""


class Asked(NamedTuple):
    """What the page shows: which entries, and where the list begins (None: with the newest)."""

    wanted: Wanted
    below: Place | None


def show(seen: Look) -> None:
    """Draw the page."""
    lang, service = seen.lang, runtime.service()
    kit.dress(seen)
    st.html(f"<style>{_CSS}</style>")
    st.header(text("page.audit", lang), anchor=False)
    st.caption(text("audit.lead", lang))
    viewer = service.viewer(lang)
    try:
        audit.may_read(viewer)
    except Forbidden:
        st.warning(text("audit.beyond", lang))
        return
    with database_or_notice(lang):
        _chain(viewer, lang)
        asked = _filters(viewer, lang)
        found = audit.find(service.engine, viewer, asked.wanted, SHOWN, asked.below)
        words = Words(service.config, lang)
        _table(found, words, lang)
        _way_on(found, asked, words, lang)
        _exports(viewer, asked, words, lang)


# -- the chain -----------------------------------------------------------------------------------------


def _chain(viewer: Viewer, lang: Lang) -> None:
    """Whether the log is as it was written; how far that was looked at, and when."""
    service = runtime.service()
    checked = _checker.look(service.engine, viewer, service.clock())
    rest = st.session_state.pop("audit-rest", False)
    if rest and not checked.whole:
        checked = _all(viewer, checked, lang)
    bad = "cp-bad" if checked.fault else "au-ok" if checked.last else ""
    kit.piece(f'<span role="status">{escape(chain_words(checked, Words(service.config, lang)))}</span>', bad)
    if not checked.whole:
        st.button(text("audit.chain.go_on", lang), key="audit-go-on", on_click=_want_rest)


def _want_rest() -> None:
    st.session_state["audit-rest"] = True


def _all(viewer: Viewer, checked: Checked, lang: Lang) -> Checked:
    """Go through the rest, and show how far it is."""
    service = runtime.service()
    bar = st.progress(0.0)
    while not checked.whole:
        checked = go_on(service.engine, viewer.site, checked, service.clock())
        bar.progress(min(1.0, checked.number / max(1, checked.last)))
    bar.empty()
    _checker.keep(checked)
    return checked


# -- which entries -------------------------------------------------------------------------------------


def _filters(viewer: Viewer, lang: Lang) -> Asked:
    service = runtime.service()
    whole = text("audit.filter.any", lang)
    who = ["", *audit.names(service.engine, viewer, "who")]
    sources = ["", *audit.names(service.engine, viewer, "source")]
    words = Words(service.config, lang)
    kinds = ["", *(name for group in GROUPS for name in (group, *acts_of(group)))]
    with st.container(horizontal=True, vertical_alignment="bottom", key="audit-filters"):
        by = _pick("who", who, lambda name: words.named(name) if name else whole, lang, 190)
        act = _pick("act", kinds, lambda name: _kind(name, lang) if name else whole, lang, 230)
        first, last = _day("from", lang), _day("to", lang)
        about = _write("about", lang)
        source = _pick("source", sources, lambda name: words.address(name) if name else whole, lang, 190)
        told = _write("words", lang)
    wanted = Wanted(by, acts_of(act), about, source, *_instants(first, last), told)
    return Asked(wanted, _place(st.query_params.get(_OLDER, "")))


def _pick(name: str, options: list[str], shown: Callable[[str], Any], lang: Lang, width: int) -> str:
    asked = _asked(name)
    if asked and asked not in options and name != "act":
        options = [*options, asked]
    at = options.index(asked) if asked in options else 0
    label, key = text(f"audit.filter.{name}", lang), f"audit-{name}"
    found = st.selectbox(label, options, at, format_func=shown, key=key, width=width, on_change=_keep)
    return found or ""


def _day(name: str, lang: Lang) -> date | None:
    label = text(f"audit.filter.{name}", lang)
    given, key = _read_day(_asked(name)), f"audit-{name}"
    return st.date_input(label, given, _FIRST, _LAST, key, on_change=_keep, format="YYYY-MM-DD", width=150)


def _write(name: str, lang: Lang) -> str:
    label, hint = text(f"audit.filter.{name}", lang), text(f"audit.filter.{name}.hint", lang)
    return st.text_input(
        label, _asked(name), key=f"audit-{name}", max_chars=120, width=210, placeholder=hint, on_change=_keep
    ).strip()


def _asked(name: str) -> str:
    """What the address asks for; no database takes the sign of the end."""
    return st.query_params.get(name, "").replace("\0", "")


_FIRST, _LAST = date(2000, 1, 1), date(2099, 12, 31)


def _keep() -> None:
    """The filters into the URL, so that a link shows the same; the list begins with the newest again."""
    st.query_params.pop(_OLDER, None)
    for name in _FILTERS:
        value = st.session_state.get(f"audit-{name}")
        if value:
            st.query_params[name] = value.isoformat() if isinstance(value, date) else str(value)
        else:
            st.query_params.pop(name, None)


def _read_day(told: str) -> date | None:
    try:
        return min(_LAST, max(_FIRST, date.fromisoformat(told))) if told else None
    except ValueError:
        return None


def _instants(first: date | None, last: date | None) -> tuple[float, float]:
    """Calendar days of the site as instants; the last day is in."""
    zone = ZoneInfo(runtime.service().config.zone)
    start = datetime(first.year, first.month, first.day, tzinfo=zone).timestamp() if first else 0.0
    after = last + timedelta(days=1) if last else None
    end = datetime(after.year, after.month, after.day, tzinfo=zone).timestamp() if after else float("inf")
    return start, end


def _kind(name: str, lang: Lang) -> str:
    return text(f"audit.act.{name}", lang) if name in list(Act) else text(f"audit.group.{name}", lang)


def _place(told: str) -> Place | None:
    at, _, number = told.partition("_")
    try:
        place = float(at), int(number)
    except ValueError:
        return None
    return place if isfinite(place[0]) and 0 < place[1] < _MOST else None


# -- the entries ---------------------------------------------------------------------------------------


def _table(found: Found, words: Words, lang: Lang) -> None:
    if not found.rows:
        st.caption(text("audit.none", lang))
        return
    names = ("number", "at", "who", "act", "about", "change", "why")
    header = [text(f"audit.col.{name}", lang) for name in names]
    kit.piece(kit.table(header, (_cells(one, words) for one in found.rows)), "au-tab")


def _cells(one: Written, words: Words) -> list[str]:
    entry = one.entry
    under = " · ".join(word for word in (words.role(entry), words.source(entry)) if word)
    who = f'<b>{escape(words.who(entry))}</b><span class="au-sub">{escape(under)}</span>'
    changes = _changes([_change(change) for change in words.changes(entry)], words.lang)
    plain = (words.act(entry), words.about(entry))
    told = [f"{entry.number:,}", words.clock(entry.at)]
    return [*map(escape, told), who, *map(escape, plain), changes, escape(entry.why)]


def _changes(told: list[str], lang: Lang) -> str:
    """All of them, beyond the first few behind a word that opens them."""
    first, more = told[:_CHANGES], told[_CHANGES:]
    if not more:
        return "".join(first)
    label = escape(text("audit.more_changes", lang, n=len(more)))
    return f"{''.join(first)}<details><summary>{label}</summary>{''.join(more)}</details>"


def _change(change: Change) -> str:
    label = f"<small>{escape(change.label)}</small>"
    if change.before is None:
        return f'<span class="au-ch">{label}{escape(change.after or "")}</span>'
    after = "–" if change.after is None else change.after
    return f'<span class="au-ch">{label}<s>{escape(change.before)}</s> → {escape(after)}</span>'


def _way_on(found: Found, asked: Asked, words: Words, lang: Lang) -> None:
    if not found.full and found.more:
        st.caption(text("audit.searched", lang, at=words.clock(found.more[0])))
    with st.container(horizontal=True):
        if found.more:
            st.button(text("audit.older", lang), key="audit-older", on_click=partial(_go, found.more))
        if asked.below:
            st.button(text("audit.newest", lang), key="audit-newest", on_click=partial(_go, None))


def _go(place: Place | None) -> None:
    if place:
        st.query_params[_OLDER] = f"{place[0]!r}_{place[1]}"
    else:
        st.query_params.pop(_OLDER, None)


# -- files ---------------------------------------------------------------------------------------------


def _exports(viewer: Viewer, asked: Asked, words: Words, lang: Lang) -> None:
    name = f"ccfloor-{viewer.site}-audit"
    header = [text(f"audit.col.{name}", lang) for name in COLUMNS]
    with st.container(horizontal=True):
        rows = partial(_rows, viewer, asked.wanted, words)
        title = text("page.audit", lang)
        excel = lambda: excel_bytes(title, header, rows())  # noqa: E731
        download(text("audit.excel", lang), excel, f"{name}.xlsx", _EXCEL, key="audit-excel")
        plain = lambda: csv_bytes(header, rows())  # noqa: E731
        download(text("audit.csv", lang), plain, f"{name}.csv", "text/csv", key="audit-csv")
    st.caption(text("audit.cut", lang, n=f"{EXPORTED:,}"))


def _rows(viewer: Viewer, wanted: Wanted, words: Words) -> Iterator[list[Cell]]:
    found = audit.find(runtime.service().engine, viewer, wanted, EXPORTED)
    return (file_row(one, words) for one in found.rows)
