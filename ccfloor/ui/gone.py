"""The callers who gave up today: a table below the queues, and the same as CSV or Excel."""

from datetime import datetime
from functools import partial
from typing import Literal
from zoneinfo import ZoneInfo

import streamlit as st

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import Outcome
from ccfloor.floor.records import CallRow
from ccfloor.service import runtime
from ccfloor.store.queries import CallFilter, call_page
from ccfloor.ui.downloads import download
from ccfloor.ui.export import Cell, csv_bytes, excel_bytes
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.scope_words import queue_label
from ccfloor.ui.texts import Lang, text

MOST = 20_000
_COLUMNS = ("queue", "entered", "left", "wait", "short", "number", "name", "repaired")
_REFRESH_S = 60
_HEIGHT, _WHOLE = 320, 8  # a table of more rows than these scrolls in so many pixels


def gone_rows(calls: list[CallRow], config: FloorConfig, lang: Lang) -> list[tuple[Cell, ...]]:
    """One row a caller, in the order of the columns; instants are the site's clock, to the second."""
    zone = ZoneInfo(config.zone)
    yes = text("gone.yes", lang)

    def clock(at: float) -> datetime:
        return datetime.fromtimestamp(int(at), zone).replace(tzinfo=None)

    return [
        (
            queue_label(config, call.queue, lang),
            clock(call.entered_at),
            clock(call.left_at),
            round(call.wait_ms / 1000, 1),
            yes if call.wait_ms < call.short_ms else "",
            call.number,
            call.name,
            yes if call.repaired else "",
        )
        for call in calls
    ]


@st.fragment(run_every=_REFRESH_S)
def gone_today(lang: Lang) -> None:
    """Draw the section; it reads anew once a minute."""
    with database_or_notice(lang):
        _section(lang)


def _section(lang: Lang) -> None:
    service = runtime.service()
    config = service.config
    now = service.clock()
    viewer = service.viewer(lang)
    queues = ["", *(queue for queue in config.queues if viewer.sees_queue(queue))]
    st.subheader(text("gone.title", lang), anchor=False)
    picked = st.selectbox(
        text("gone.queue", lang),
        queues,
        format_func=lambda queue: queue_label(config, queue, lang) if queue else text("gone.all", lang),
        key="gone-queue",
        width=280,
    )
    start, end = config.business_day(now)
    which = CallFilter(start, end, queue=picked or "", outcomes=(Outcome.ABANDONED,))
    calls = call_page(service.engine, viewer, config, which, limit=MOST).rows
    if not calls:
        st.caption(text("gone.none", lang))
        return
    _table(gone_rows(calls, config, lang), calls, now, lang)


def _table(rows: list[tuple[Cell, ...]], calls: list[CallRow], now: float, lang: Lang) -> None:
    service = runtime.service()
    header = [text(f"gone.{name}", lang) for name in _COLUMNS]
    at = datetime.fromtimestamp(now, ZoneInfo(service.config.zone))
    short = sum(call.wait_ms < call.short_ms for call in calls)
    st.caption(text("gone.count", lang, n=len(calls), short=short, at=at.strftime("%H:%M:%S")))
    shown = [dict(zip(header, row, strict=True)) for row in rows]
    times = {name: st.column_config.DatetimeColumn(format="HH:mm:ss") for name in header[1:3]}
    height: int | Literal["auto"] = _HEIGHT if len(rows) > _WHOLE else "auto"
    st.dataframe(shown, hide_index=True, height=height, column_config=times, key="gone")
    name = f"ccfloor-{service.config.site}-{at:%Y%m%d-%H%M}"
    left, right, _ = st.columns([1, 1, 4])
    excel = partial(excel_bytes, text("gone.title", lang), header, rows)
    download(text("gone.csv", lang), partial(csv_bytes, header, rows), f"{name}.csv", "text/csv", where=left)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    download(text("gone.excel", lang), excel, f"{name}.xlsx", kind, where=right)
