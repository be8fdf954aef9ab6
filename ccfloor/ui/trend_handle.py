"""How an agent's (a team's) handle times spread, and the calls that lie far out: each opens its life."""

from datetime import datetime
from functools import partial
from html import escape
from math import isinf
from zoneinfo import ZoneInfo

import streamlit as st

from ccfloor.kpi.period import period
from ccfloor.kpi.spread import Spread, bars, spread
from ccfloor.service import runtime
from ccfloor.store.handle_times import MOST, Handled, handled
from ccfloor.ui import charts, people_kit, trend_chart
from ccfloor.ui.downloads import download
from ccfloor.ui.export import Cell, excel_bytes
from ccfloor.ui.links import call_address
from ccfloor.ui.report_words import span
from ccfloor.ui.scope_words import agent_label, queue_label, scope_name
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, text
from ccfloor.ui.trend_state import State

_SHOWN = 40
_COLUMNS = ("at", "agent", "queue", "number", "talk", "hold", "acw", "handle", "side")
# On a phone only what tells one call from another; the rest stands in its life, a click away.
_NARROW = (
    "@media(max-width:700px){.th-far td:is(:nth-child(3),:nth-child(n+5):nth-child(-n+7)){display:none}}"
)
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def show(seen: Look, state: State) -> None:
    """The view."""
    lang, service = seen.lang, runtime.service()
    config = service.config
    start = period(config, state.first.isoformat()).start
    end = period(config, state.last.isoformat()).end
    if state.scope.kind not in ("team", "agent"):
        st.caption(text("trend.handle.who", lang))
        return
    calls = handled(service.engine, service.viewer(lang), config, state.scope, start, end)
    title = text(
        "trend.title", lang, who=scope_name(config, state.scope, lang), what=text("trend.handle.what", lang)
    )
    people_kit.piece(f"<b>{escape(title)}</b> <small>{state.first} – {state.last}</small>")
    found = spread([call.handle_s for call in calls])
    if found is None:
        st.caption(text("trend.none", lang))
        return
    most = min(max(call.handle_s for call in calls), max(found.high * 1.6, found.p90 * 1.5))
    drawn = bars([call.handle_s for call in calls], most)
    far = [call.handle_s for call in calls if not found.low <= call.handle_s <= found.high]
    charts.show(trend_chart.histogram(drawn, found, far, seen.theme, lang), "trend-handle")
    people_kit.piece(escape(_words(found, lang)))
    if len(calls) == MOST:
        st.caption(text("trend.handle.cut", lang, n=f"{MOST:,}"))
    _outliers(calls, found, lang)


def _words(found: Spread, lang: Lang) -> str:
    times = {name: span(getattr(found, name)) for name in ("mean", "q1", "median", "q3", "p90")}
    return text("trend.handle.words", lang, n=f"{found.n:,}", **times)


def _outliers(calls: list[Handled], found: Spread, lang: Lang) -> None:
    """Beyond the fences, the farthest first; few calls have none."""
    if isinf(found.high):
        return
    far = [call for call in calls if call.handle_s > found.high or call.handle_s < found.low]
    far.sort(key=lambda call: -abs(_distance(call, found)))
    st.subheader(text("trend.handle.far", lang, n=len(far)), anchor=False)
    st.caption(text("trend.handle.fence", lang, low=span(found.low), high=span(found.high)))
    if not far:
        return
    header = [text(f"trend.handle.col.{name}", lang) for name in _COLUMNS]
    rows = [[*map(escape, _cells(call, found, lang)), _link(call, lang)] for call in far[:_SHOWN]]
    st.html(f"<style>{_NARROW}</style>")
    people_kit.piece(people_kit.table([*header, text("trend.handle.col.open", lang)], rows), "th-far")
    if len(far) > _SHOWN:
        st.caption(text("trend.handle.more", lang, n=_SHOWN, all=len(far)))
    make = partial(_file, far, found, lang)
    name = f"ccfloor-{runtime.service().config.site}-handle-times.xlsx"
    download(text("trend.excel", lang), make, name, _EXCEL, key="tr-handle-excel")


def _file(far: list[Handled], found: Spread, lang: Lang) -> bytes:
    """All of them as a file: instants as instants, times in seconds."""
    zone = ZoneInfo(runtime.service().config.zone)
    unit = text("unit.s", lang)
    names = [text(f"trend.handle.col.{name}", lang) for name in _COLUMNS]
    header = [f"{name} ({unit})" if 4 <= at < 8 else name for at, name in enumerate(names)]
    rows: list[list[Cell]] = []
    for call in far:
        shown = _cells(call, found, lang)
        at = datetime.fromtimestamp(int(call.answered_at), zone).replace(tzinfo=None)
        times = [round(ms / 1000, 1) for ms in (call.talk_ms, call.hold_ms, call.acw_ms)]
        rows.append([at, *shown[1:4], *times, round(call.handle_s, 1), shown[8]])
    return excel_bytes(text("trend.handle.what", lang), header, rows)


def _distance(call: Handled, found: Spread) -> float:
    """How many times beyond its fence."""
    if call.handle_s > found.high:
        return call.handle_s / found.high
    return found.low / max(call.handle_s, 1.0)


def _cells(call: Handled, found: Spread, lang: Lang) -> list[str]:
    config = runtime.service().config
    return [
        people_kit.at_clock(call.answered_at, config.zone),
        agent_label(config, call.agent, lang),
        queue_label(config, call.queue, lang),
        call.number or "–",
        *(span(ms / 1000) for ms in (call.talk_ms, call.hold_ms, call.acw_ms)),
        span(call.handle_s),
        text("trend.handle.long" if call.handle_s > found.high else "trend.handle.short", lang),
    ]


def _link(call: Handled, lang: Lang) -> str:
    address = call_address(call.source, call.position)
    return f'<a href="{address}" target="_self">{escape(text("trend.handle.open", lang))}</a>'
