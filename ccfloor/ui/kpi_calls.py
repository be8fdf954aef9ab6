"""The calls behind a half hour: which of them, page by page, each a link to its life; the same as a file."""

from functools import partial
from html import escape
from math import isfinite

import streamlit as st

from ccfloor.kpi.period import Period
from ccfloor.kpi.scope import Scope
from ccfloor.service import runtime
from ccfloor.store.call_list import OF_AGENTS, WHICH, CallList, Place, Which, call_list
from ccfloor.store.queries import BEYOND
from ccfloor.ui import people_kit
from ccfloor.ui.downloads import download
from ccfloor.ui.history_calls import calls_file, calls_table
from ccfloor.ui.links import address
from ccfloor.ui.report_files import MIME
from ccfloor.ui.report_words import Words
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, text

_MOST_FILE = 50_000


def show(seen: Look, words: Words, scope: Scope, of: Period) -> None:
    """Draw the calls of a scope in a period."""
    lang, service = seen.lang, runtime.service()
    which = _which(scope, lang)
    st.subheader(text("kpi.calls", lang), anchor="calls")
    st.html(f'<div class="cp kp-bar">{_kinds(scope, which, lang)}</div>')
    place = _asked_place()
    found = call_list(
        service.engine,
        service.viewer(lang),
        service.config,
        scope,
        of.start,
        of.end,
        which=which,
        after=place,
    )
    if not found.rows:
        st.caption(text("kpi.calls.none", lang))
        return
    st.caption(text("kpi.calls.count", lang, n=len(found.rows), all=found.total))
    people_kit.piece(calls_table(found.rows, service.config, lang))
    _turn(found, place, lang)
    name = f"ccfloor-{service.config.site}-{of.name.replace(':', '')[:15]}-{which}.xlsx"
    make = partial(_book, scope, of, which, lang)
    download(text("kpi.calls.excel", lang), make, name, MIME["xlsx"], key="kpi-calls-excel")


def _which(scope: Scope, lang: Lang) -> Which:
    known = OF_AGENTS if scope.kind in ("team", "agent") else WHICH
    asked = str(st.query_params.get("which", ""))
    return next((one for one in known if one == asked), "all")


def _kinds(scope: Scope, which: Which, lang: Lang) -> str:
    known = OF_AGENTS if scope.kind in ("team", "agent") else WHICH
    return "".join(_kind(one, one == which, lang) for one in known)


def _kind(one: Which, on: bool, lang: Lang) -> str:
    name = escape(text(f"kpi.which.{one}", lang))
    where = address({"which": "" if one == "all" else one, "after": ""})
    return f"<b>{name}</b>" if on else f'<a href="{where}" target="_self">{name}</a>'


def _asked_place() -> Place | None:
    """Behind which call the page begins; an address that says nonsense begins at the beginning."""
    try:
        at, source, position = str(st.query_params.get("after", "")).split("_")
        found = float(at), int(source), int(position)
    except ValueError:
        return None
    return found if isfinite(found[0]) and 0 <= min(found[1:]) <= max(found[1:]) < BEYOND else None


def _turn(found: CallList, place: Place | None, lang: Lang) -> None:
    """Links to the first page and to the next one."""
    links = []
    if place is not None:
        links.append((text("kpi.calls.first", lang), {"after": ""}))
    if found.after is not None:
        at, source, position = found.after
        links.append((text("kpi.calls.next", lang), {"after": f"{at!r}_{source}_{position}"}))
    shown = "".join(f'<a href="{address(where)}" target="_self">{escape(name)}</a>' for name, where in links)
    if shown:
        st.html(f'<div class="cp kp-bar">{shown}</div>')


def _book(scope: Scope, of: Period, which: Which, lang: Lang) -> bytes:
    service = runtime.service()
    viewer, config = service.viewer(lang), service.config
    found = call_list(service.engine, viewer, config, scope, of.start, of.end, which=which, limit=_MOST_FILE)
    return calls_file(text("kpi.calls", lang), found.rows, config, lang)
