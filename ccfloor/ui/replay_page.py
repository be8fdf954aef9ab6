"""Choosing a stored day to replay, and the moment to begin with."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from html import escape
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import streamlit as st

from ccfloor.service import runtime
from ccfloor.service.replay_marks import Jump, StoredDay, jumps, latest_day, stored_day
from ccfloor.store.today import HALF_HOUR_S, half_hours
from ccfloor.ui import charts, people_kit
from ccfloor.ui.links import address
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.report_words import DASH, span
from ccfloor.ui.shell import LIVE, Look
from ccfloor.ui.texts import Lang, text, texts

_LEAD_S = 30.0  # a replay begins a little before the moment that is worth seeing
_COLUMNS = ("at", "kind", "what", "lasted", "open")


def show(seen: Look) -> None:
    """Draw the page."""
    people_kit.dress(seen)
    st.html("<style>.st-key-day{max-width:14rem}</style>")
    st.header(text("page.replay", seen.lang), anchor=False)
    st.caption(text("replay.page.lead", seen.lang))
    with database_or_notice(seen.lang):
        _day(seen)


def _day(seen: Look) -> None:
    lang, service = seen.lang, runtime.service()
    engine, config, now = service.engine, service.config, service.floor_now()
    latest = latest_day(engine, config, now)
    today = datetime.fromtimestamp(now, ZoneInfo(config.zone)).date()
    day = _picked(lang, latest, today)
    found = stored_day(engine, config, day.isoformat(), now)
    _neighbours(day, max(today, latest or today), lang)
    if found is None:
        last = text("replay.page.last", lang, day=latest.isoformat()) if latest else ""
        st.info(f"{text('replay.page.none', lang, day=day.isoformat())} {last}")
        return
    first, end = (people_kit.at_clock(at, config.zone, found.start) for at in (found.start, found.end))
    lead = text("replay.page.span", lang, start=first, end=end)
    people_kit.piece(
        f'<div class="cp-row"><span class="t">{escape(lead)}</span>'
        f"<b>{escape(text('replay.page.open', lang))}</b>"
        f"<span>{_pages(found.day, found.start, seen)}</span></div>"
    )
    _moments(found, jumps(engine, config, service.viewer(lang), found.start, found.end), seen)
    _calls(found, seen)


def _picked(lang: Lang, latest: date | None, today: date) -> date:
    picked = st.date_input(
        text("replay.page.day", lang),
        latest or today,
        max_value=max(today, latest or today),
        format="YYYY-MM-DD",
        key="day",
        bind="query-params",
    )
    return picked if isinstance(picked, date) else today


def _neighbours(day: date, last: date, lang: Lang) -> None:
    """The days beside it, as plain links; none that has not come yet."""
    beside = [("previous", day - timedelta(days=1))]
    beside += [("next", day + timedelta(days=1))] if day < last else []
    links = (
        f'<a href="{address({"day": other.isoformat()})}" target="_self">'
        f"{escape(text(f'replay.page.{name}', lang))} {other:%m-%d}</a>"
        for name, other in beside
    )
    people_kit.piece(f'<div class="cp-row">{"".join(links)}</div>')


def replay_address(page: str, day: str, at: float, seen: Look) -> str:
    """Where a live page replays a day from an instant, ready for an ``href``."""
    asked = {"lang": seen.lang, "theme": seen.theme, "replay": day, "at": f"{at:.0f}"}
    if site := st.query_params.get("site"):
        asked["site"] = str(site)
    return escape(f"{page}?{urlencode(asked)}")


def _pages(day: str, at: float, seen: Look) -> str:
    return " · ".join(
        f'<a href="{replay_address(page, day, at, seen)}" target="_self">'
        f"{escape(text(f'page.{page}', seen.lang))}</a>"
        for page in LIVE
    )


# -- what is worth seeing ----------------------------------------------------------------------------


def _moments(day: StoredDay, found: list[Jump], seen: Look) -> None:
    lang = seen.lang
    st.subheader(text("replay.page.jumps", lang), anchor=False)
    if not found:
        whole = runtime.service().viewer(lang).whole
        st.caption(text("replay.page.jumps.none" if whole else "replay.page.jumps.none.mine", lang))
        return
    header = [text(f"replay.page.col.{name}", lang) for name in _COLUMNS]
    rows = [_row(day, jump, seen) for jump in found]
    people_kit.piece(people_kit.table(header, rows))


def _row(day: StoredDay, jump: Jump, seen: Look) -> list[str]:
    lang, zone = seen.lang, runtime.service().config.zone
    lasted = span(jump.until - jump.at) if jump.until > jump.at else DASH
    cells = [
        people_kit.at_clock(jump.at, zone, day.start),
        text(f"replay.page.kind.{jump.kind}", lang),
        what(jump, lang),
        lasted,
    ]
    return [*map(escape, cells), _pages(day.day, max(day.start, jump.at - _LEAD_S), seen)]


def what(jump: Jump, lang: Lang) -> str:
    """What a moment is about, in words."""
    name = jump.name.zh if lang == "zh" else jump.name.en
    if jump.kind == "wait":
        return text("replay.wait", lang, time=span(jump.value))
    if jump.kind == "incident":
        known = texts(lang).get(f"people.cause.{jump.about}", jump.about)
        return _joined([known, name])
    if jump.kind == "alarm":
        return _joined([name, _subject(jump.about, lang)])
    return name


def _joined(parts: Iterable[str]) -> str:
    return " · ".join(part for part in parts if part)


def _subject(subject: str, lang: Lang) -> str:
    """The name of a queue or of who sits at a seat."""
    config = runtime.service().config
    kind, _, name = subject.partition(":")
    if kind == "queue" and name in config.queues:
        info = config.queues[name]
        return (info.zh if lang == "zh" else info.en) or name
    if kind == "seat" and name in config.seats:
        seat = config.seats[name]
        return (seat.agent if lang == "zh" else seat.agent_en or seat.agent) or name
    return name


def _calls(day: StoredDay, seen: Look) -> None:
    """How busy the day was."""
    service, lang = runtime.service(), seen.lang
    first = service.config.business_day(day.start)[0]
    rows = half_hours(service.engine, service.viewer(lang), first, day.end)
    if not rows:
        return
    st.subheader(text("replay.page.calls", lang), anchor=False)
    offered = {row.start: row.offered for row in rows}
    starts = list(range(rows[0].start, rows[-1].start + HALF_HOUR_S, HALF_HOUR_S))
    words = text("replay.page.bar", lang)
    times = charts.local([float(start) for start in starts], service.config.zone)
    charts.show(
        charts.bars(seen.theme, times, [offered.get(start, 0) for start in starts], words), "replay-calls"
    )
