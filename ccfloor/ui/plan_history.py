"""The history of the plan: every step that fired and every incident, each with its after-action sheet."""

from datetime import date, timedelta
from functools import partial
from html import escape

import streamlit as st

from ccfloor.service import runtime
from ccfloor.service.after_sheet import HistoryRow, history
from ccfloor.service.after_timeline import Text, both
from ccfloor.ui import people_kit, plan_sheet
from ccfloor.ui.downloads import download
from ccfloor.ui.export import excel_bytes
from ccfloor.ui.history_words import share
from ccfloor.ui.links import address
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.report_words import DASH, span
from ccfloor.ui.sheet_rows import number
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, text

_DAYS = 7
_COLUMNS = ("at", "name", "lasted", "worst", "acked", "complied", "level", "lost")
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_INCIDENTS = "incidents"


def asked() -> str:
    """The key of the sheet that the URL asks for; empty where it asks for none."""
    return str(st.query_params.get("sheet", ""))


def show(seen: Look) -> None:
    """Draw the sheet the URL asks for, else the history."""
    with database_or_notice(seen.lang):
        if asked():
            plan_sheet.show(seen, asked())
        else:
            people_kit.dress(seen)
            _history(seen)


@st.fragment
def _history(seen: Look) -> None:
    lang = seen.lang
    st.subheader(text("history.title", lang), anchor=False)
    st.caption(text("history.lead", lang))
    start, end, every = _period(lang)
    with database_or_notice(lang):
        rows = history(plan_sheet.place(lang), start, end, every_rule=every)
        shown = _filtered(rows, lang)
        if not shown:
            st.caption(text("history.none", lang))
            return
        _table(shown, lang)


def _period(lang: Lang) -> tuple[float, float, bool]:
    """The days asked for as instants (UTC epoch seconds), and whether other rules are wanted too."""
    service = runtime.service()
    config = service.config
    today = config.business_date(service.floor_now())
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    with left:
        days = st.date_input(
            text("history.days", lang),
            (today - timedelta(days=_DAYS - 1), today),
            max_value=today,
            format="YYYY-MM-DD",
            key="history-days",
            bind="query-params",
        )
    with right:
        every = st.toggle(text("history.every", lang), key="history-every", bind="query-params")
    first, last = _days(days, today)
    return config.day_begins(first), config.day_begins(last + timedelta(days=1)), bool(every)


def _days(picked: object, today: date) -> tuple[date, date]:
    """One or two days of a range that may be half picked."""
    found = [day for day in picked if isinstance(day, date)] if isinstance(picked, tuple) else []
    return (found[0], found[-1]) if found else (today, today)


def _filtered(rows: list[HistoryRow], lang: Lang) -> list[HistoryRow]:
    """The rows of the rule and level picked; choices are those that occur."""
    names = {_rule(row): _name(row, lang) for row in rows}
    levels = sorted({_level(row) for row in rows})
    every = text("history.which.all", lang)
    left, right = st.columns([2, 3])
    with left:
        rule = st.selectbox(
            text("history.which", lang),
            ["", *sorted(names, key=lambda key: names[key])],
            format_func=lambda key: names.get(key, every) if key else every,
            key="history-rule",
        )
    with right:
        level = st.pills(
            text("history.level", lang),
            levels,
            selection_mode="multi",
            format_func=lambda value: _level_name(value, lang),
            key="history-level",
        )
    return [row for row in rows if (not rule or _rule(row) == rule) and (not level or _level(row) in level)]


def _rule(row: HistoryRow) -> str:
    return row.fired.alarm.rule if row.fired else _INCIDENTS


def _level(row: HistoryRow) -> int:
    """The plan's level; 98 outside any plan, 99 an incident: last in the list of choices."""
    if row.fired is None:
        return 99
    return row.fired.alarm.level if row.fired.alarm.plan else 98


def _level_name(level: int, lang: Lang) -> str:
    if level == 99:
        return text("history.incidents", lang)
    if level == 98:
        return text("history.level.none", lang)
    return text(f"plan.level.{level}", lang) if level <= 2 else text("plan.level.n", lang, n=level)


def _name(row: HistoryRow, lang: Lang) -> str:
    if row.fired is None:
        return text("history.incidents", lang)
    rule = row.fired.rule
    return (both(rule.name) if rule else Text(row.fired.alarm.rule, row.fired.alarm.rule)).said(lang)


def _table(rows: list[HistoryRow], lang: Lang) -> None:
    cells = [_cells(row, lang) for row in rows]
    header = [text(f"history.col.{name}", lang) for name in _COLUMNS]
    links = [
        f'<a href="{address({"sheet": row.key})}" target="_self">{escape(text("history.open", lang))}</a>'
        for row in rows
    ]
    body = [[*map(escape, line), link] for line, link in zip(cells, links, strict=True)]
    people_kit.piece(people_kit.table([*header, text("history.col.sheet", lang)], body))
    st.caption(text("history.count", lang, n=len(rows)))
    make = partial(excel_bytes, text("history.title", lang), header, cells)
    name = f"ccfloor-{runtime.service().config.site}-history.xlsx"
    download(text("history.excel", lang), make, name, _EXCEL, key="history-excel")


def _cells(row: HistoryRow, lang: Lang) -> list[str]:
    service = runtime.service()
    zone, now = service.config.zone, service.floor_now()
    name = _name(row, lang)
    if row.incident is not None:
        cause = text(f"people.cause.{row.incident.cause}", lang)
        name = text("sheet.incident", lang, cause=cause, text=row.incident.text)
    lasted = span(row.lasted(now))
    t = row.tally
    late = text("sheet.complied.late", lang, worst=span(t.worst_s)) if t.late + t.never else ""
    bound = t.in_time + t.late + t.never
    worst = row.fired.alarm.worst if row.fired and row.over else 0.0  # stored once it is over
    return [
        people_kit.at_clock(row.at, zone),
        name,
        lasted if row.over else text("history.still", lang, for_s=lasted),
        f"{worst:g}" if worst else DASH,
        f"{row.acked_by} {people_kit.at_clock(row.acked_at, zone, row.at)}" if row.acked_at else DASH,
        text("sheet.complied.of", lang, n=t.in_time, all=bound) + late if bound else DASH,
        f"{share(row.figures.service_level)} / {share(row.figures.target)}",
        number(row.figures.lost),
    ]
