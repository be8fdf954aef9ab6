"""The data quality page: how far the numbers of a period can be trusted, check by check, with the rows."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from html import escape
from typing import NamedTuple

import streamlit as st
from sqlalchemy import Engine

from ccfloor.acd.base import Health
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import Period
from ccfloor.service import runtime
from ccfloor.store import quality_checks as checks
from ccfloor.store.day_check import compare_days
from ccfloor.store.quality import repair_rows, repairs_by_hour
from ccfloor.store.queries import repair_counts, source_rows
from ccfloor.store.viewer import Viewer
from ccfloor.ui import charts, people_kit
from ccfloor.ui.downloads import download
from ccfloor.ui.export import book_bytes
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.quality_rows import Sheet, Words, shown_of, signed
from ccfloor.ui.shell import Look
from ccfloor.ui.system_rows import DASH, bad_table, link_rows, named, repair_table, source_table
from ccfloor.ui.texts import Lang, text

_DAYS, _MOST_DAYS = 7, 31
_SHOWN, _EXPORTED = 50, 20_000
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_STYLE = "<style>.st-key-quality-days{max-width:20rem}</style>"  # grows with the screen's letters
CHECKS = ("gap", "skew", "bad", "repair", "repaired", "sides", "late", "open", "total")


class Finding(NamedTuple):
    """What a check found. ``total`` None: it cannot be made; ``sheet``: the rows as shown."""

    total: int | None
    sheet: Sheet


class Place(NamedTuple):
    """Where the checks look. ``now``: the floor's instant; ``days``: the period by its business days."""

    engine: Engine
    viewer: Viewer
    config: FloorConfig
    words: Words
    start: float
    end: float
    now: float

    @property
    def days(self) -> Period:
        """The period as business days."""
        return Period("month", "", self.start, self.end)


def show(seen: Look) -> None:
    """Draw the page."""
    lang = seen.lang
    people_kit.dress(seen)
    st.html(_STYLE)
    st.header(text("page.data_quality", lang), anchor=False)
    st.caption(text("quality.lead", lang))
    with database_or_notice(lang):
        place = _place(lang)
        found = {name: FINDERS[name](place, _SHOWN) for name in CHECKS}
        _summary(found, lang)
        _now(place, lang)
        for name in CHECKS:
            if _has_section(name, found[name]):
                _section(name, found[name], place, seen)
        _export(place, lang)


# -- the period ----------------------------------------------------------------------------------------


def _place(lang: Lang) -> Place:
    service = runtime.service()
    config, now = service.config, service.floor_now()
    today = config.business_date(now)
    picked = st.date_input(
        text("quality.days", lang),
        (today - timedelta(days=_DAYS - 1), today),
        min_value=date(1990, 1, 1),  # a log that was read in may be old
        max_value=today,
        format="YYYY-MM-DD",
        key="quality-days",
        bind="query-params",
    )
    first, last = _days(picked, today)
    if (last - first).days >= _MOST_DAYS:
        first = last - timedelta(days=_MOST_DAYS - 1)
        st.caption(text("quality.days.most", lang, n=_MOST_DAYS, day=first.isoformat()))
    start, end = config.day_begins(first), config.day_begins(last + timedelta(days=1))
    return Place(service.engine, service.viewer(lang), config, Words(config, lang), start, end, now)


def _days(picked: object, today: date) -> tuple[date, date]:
    """One or two days of a range that may be half picked."""
    found = [day for day in picked if isinstance(day, date)] if isinstance(picked, tuple) else []
    return (found[0], found[-1]) if found else (today, today)


# -- the checks ----------------------------------------------------------------------------------------


def _gaps(place: Place, most: int) -> Finding:
    found = checks.gaps(place.engine, place.viewer, place.start, place.end, most)
    return Finding(found.total, place.words.gaps(found.rows))


def _skews(place: Place, most: int) -> Finding:
    found = checks.skews(place.engine, place.viewer, place.start, place.end, most)
    return Finding(found.total, place.words.skews(found.rows))


def _bad(place: Place, most: int) -> Finding:
    if not place.viewer.whole:
        return Finding(None, Sheet([], []))
    found = checks.unreadable(place.engine, place.viewer, place.start, place.end, most)
    rows = bad_table(((*row,) for row in found.rows), place.config.zone, place.words.lang)
    return Finding(found.total, _as_sheet(rows))


def _repairs(place: Place, most: int) -> Finding:
    counts = repair_counts(place.engine, place.viewer, place.start, place.end)
    rows = repair_rows(place.engine, place.viewer, place.start, place.end, most)
    return Finding(sum(counts.values()), _as_sheet(repair_table(rows, place.config.zone, place.words.lang)))


def _repaired(place: Place, most: int) -> Finding:
    found = checks.repaired_calls(place.engine, place.viewer, place.config, place.start, place.end, most)
    return Finding(found.total, place.words.calls(found.rows))


def _sides(place: Place, most: int) -> Finding:
    found = checks.one_sided(
        place.engine, place.viewer, place.config, place.start, place.end, place.now, most
    )
    return Finding(found.total if found else None, place.words.calls(found.rows if found else ()))


def _late(place: Place, most: int) -> Finding:
    found = checks.late_intervals(place.engine, place.viewer, place.start, place.end, place.now, most)
    return Finding(found.total, place.words.intervals(found.rows))


def _open(place: Place, most: int) -> Finding:
    found = checks.open_calls(
        place.engine, place.viewer, place.config, place.start, place.end, place.now, most
    )
    return Finding(found.total, place.words.calls(found.rows))


def _totals(place: Place, most: int) -> Finding:
    found = compare_days(place.engine, place.viewer, place.config, place.days)
    return Finding(len(found.differences), place.words.differences(found.differences[:most]))


FINDERS: dict[str, Callable[[Place, int], Finding]] = {
    "gap": _gaps,
    "skew": _skews,
    "bad": _bad,
    "repair": _repairs,
    "repaired": _repaired,
    "sides": _sides,
    "late": _late,
    "open": _open,
    "total": _totals,
}


def _as_sheet(rows: list[dict[str, str]]) -> Sheet:
    return Sheet(list(rows[0]) if rows else [], [list(row.values()) for row in rows])


# -- drawing -------------------------------------------------------------------------------------------


def _summary(found: dict[str, Finding], lang: Lang) -> None:
    """Every check in a line: how much it found, and what that means; where it found nothing, that too."""
    header = [text(f"quality.sum.{name}", lang) for name in ("check", "count", "means")]
    rows = [
        [_title(name, finding, lang), _count(finding.total), _meaning(name, finding, lang)]
        for name, finding in found.items()
    ]
    bad = [(index, 1) for index, finding in enumerate(found.values()) if finding.total]
    people_kit.piece(people_kit.table(header, rows, bad))


def _has_section(name: str, found: Finding) -> bool:
    """Whether there is more to show than the summary says."""
    return bool(found.sheet.rows) or (name == "skew" and bool(_skews_now()))


def _title(name: str, found: Finding, lang: Lang) -> str:
    words = escape(text(f"quality.{name}.title", lang))
    return f'<a href="#quality-{name}" target="_self">{words}</a>' if _has_section(name, found) else words


def _meaning(name: str, found: Finding, lang: Lang) -> str:
    words = escape(text(f"quality.{name}.means", lang))
    if found.sheet.rows:
        return words
    key = "cannot" if found.total is None else "none"
    return f"{words}<br><small>{escape(text(f'quality.{name}.{key}', lang))}</small>"


def _count(total: int | None) -> str:
    return DASH if total is None else f"{total:,}"


def _now(place: Place, lang: Lang) -> None:
    """The links and streams as they stand, whatever the period."""
    service = runtime.service()
    zone = place.config.zone
    _frame("link", link_rows(service.hub.sources, zone, lang), lang)
    if place.viewer.whole:
        _frame("source", source_table(source_rows(place.engine, place.viewer), zone, lang), lang)
    else:
        st.subheader(text("quality.source.title", lang), anchor=False)
        st.caption(text("scope.whole", lang))


def _frame(key: str, rows: list[dict[str, str]], lang: Lang) -> None:
    """A titled table, or the sentence that says there is nothing."""
    st.subheader(text(f"quality.{key}.title", lang), anchor=False)
    if rows:
        _table(_as_sheet(rows))
    else:
        st.caption(text(f"quality.{key}.none", lang))


def _table(sheet: Sheet) -> None:
    people_kit.piece(people_kit.table(sheet.header, sheet.markup()))


def _section(name: str, found: Finding, place: Place, seen: Look) -> None:
    """A check: its title, what it looks at, the rows."""
    lang = seen.lang
    st.subheader(text(f"quality.{name}.title", lang), anchor=f"quality-{name}")
    st.caption(text(f"quality.{name}.means", lang))
    if name == "skew":
        _skew_now(lang)
    if not found.sheet.rows:
        return
    _table(found.sheet)
    total = found.total or 0
    if name == "repair":
        _repair_kinds(place, seen)
    else:
        st.caption(shown_of(len(found.sheet.rows), total, lang))


def _skews_now() -> list[Health]:
    return [report for report in runtime.service().hub.sources if report.code == "clock_skew"]


def _skew_now(lang: Lang) -> None:
    """What the collector says of the clock at this moment."""
    if told := _skews_now():
        seconds = float(told[-1].details.get("seconds", "0"))
        st.warning(text("quality.skew.now", lang, seconds=signed(seconds)))


def _repair_kinds(place: Place, seen: Look) -> None:
    """Repairs by kind and by the hour."""
    lang, zone = seen.lang, place.config.zone
    counts = repair_counts(place.engine, place.viewer, place.start, place.end)
    kinds = sorted(counts.items(), key=lambda item: -item[1])
    st.caption(" · ".join(f"{named('repair', kind, lang)} {count:,}" for kind, count in kinds))
    hours = repairs_by_hour(place.engine, place.viewer, place.start, min(place.end, place.now))
    words = text("quality.repair.bar", lang)
    figure = charts.bars(seen.theme, charts.local(list(hours), zone), list(hours.values()), words)
    if place.end - place.start > 2 * 86_400:
        figure.update_xaxes(tickformat="%m-%d")
    charts.show(figure, "repairs")


def _export(place: Place, lang: Lang) -> None:
    download(
        text("quality.excel", lang),
        partial(_book, place, lang),
        f"ccfloor-{place.config.site}-quality.xlsx",
        _EXCEL,
        key="quality-excel",
    )


def _book(place: Place, lang: Lang) -> bytes:
    """Every check on a sheet of its own, the summary first."""
    found = {name: FINDERS[name](place, _EXPORTED) for name in CHECKS}
    titles = {name: text(f"quality.{name}.title", lang) for name in CHECKS}
    header = [text(f"quality.sum.{name}", lang) for name in ("check", "count", "means")]
    lines = [
        [titles[name], _count(finding.total), text(f"quality.{name}.means", lang)]
        for name, finding in found.items()
    ]
    sheets = [(titles[name], finding.sheet.header, finding.sheet.rows) for name, finding in found.items()]
    return book_bytes([(text("page.data_quality", lang), header, lines), *sheets])
