"""The reports page: a report of any period to read and take away, then the plans and what they made.

In the URL: ``view``, ``report`` (figures, monitoring), ``period``, ``scope``; another page's ``month`` is
understood.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import TypeVar

import streamlit as st
from msgspec.structs import replace

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import Period, back, business_date, day_of, month_of, period, week_of
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.kpi.scope import scope as read_scope
from ccfloor.service import runtime
from ccfloor.service.reports.data import ReportData
from ccfloor.service.reports.gather import gather, report_period
from ccfloor.service.reports.making import file_name
from ccfloor.service.reports.plans import FORMATS, KINDS, PARTS, PlanPart, ReportKind
from ccfloor.service.subjects import subjects
from ccfloor.ui import people_kit, report_html, report_plans, report_runs
from ccfloor.ui.downloads import download
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.report_files import MIME, ReportWriter
from ccfloor.ui.report_words import Words
from ccfloor.ui.scope_words import scope_titled
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, text

VIEWS = ("read", "plans", "made")
T = TypeVar("T")
W = TypeVar("W", bound=str)
_OFFERED: dict[PlanPart, int] = {"day": 31, "week": 14, "month": 25}
_OF: dict[PlanPart, Callable[[FloorConfig, float], Period]] = {
    "day": day_of,
    "week": week_of,
    "month": month_of,
}


def show(seen: Look) -> None:
    """Draw the page."""
    lang = seen.lang
    people_kit.dress(seen)
    st.html(f"<style>{report_html.CSS}.st-key-report-paper{{max-width:64.25rem}}</style>")
    st.header(text("page.reports", lang), anchor=False)
    st.caption(text("report.page.lead", lang))
    view = _view(lang)
    with database_or_notice(lang):
        if view == "plans":
            report_plans.show(lang)
        elif view == "made":
            report_runs.show(lang)
        else:
            kind, of, scope = _choices(lang)
            _report(kind, of, scope, seen)


def _view(lang: Lang) -> str:
    asked = _one_of(_query("view"), VIEWS)
    found = st.segmented_control(
        text("report.page.view", lang),
        VIEWS,
        default=asked,
        format_func=partial(_word, "view", lang=lang),
        label_visibility="collapsed",
        required=True,
        key=f"report-view-{asked}",
    )
    view = found or asked
    if view != asked:
        st.query_params["view"] = view
        st.rerun()
    return view


# -- what is asked for -----------------------------------------------------------------------------------


def _choices(lang: Lang) -> tuple[ReportKind, Period, Scope]:
    config = runtime.service().config
    asked = _asked_period(config)
    columns = st.columns([2, 2, 3, 4], vertical_alignment="bottom")
    with columns[0]:
        kind = _pick("kind", KINDS, _one_of(_query("report"), KINDS), partial(_word, "kind", lang=lang), lang)
    with columns[1]:
        part = _pick("part", PARTS, _one_of(asked.part, PARTS), partial(_word, "part", lang=lang), lang)
    with columns[2]:
        of = _period(part, asked, lang)
    with columns[3]:
        scope = _scope(lang)
    wanted = {"report": kind, "period": of.name, "scope": str(scope)}
    for name, value in wanted.items():
        if st.query_params.get(name) != value:
            st.query_params[name] = value
    return kind, of, scope


def _asked_period(config: FloorConfig) -> Period:
    """The period of the URL; without one the last whole day."""
    try:
        return report_period(config, _query("period") or _query("month"))
    except ValueError:
        return back(config, day_of(config, runtime.service().floor_now()))


def _period(part: PlanPart, asked: Period, lang: Lang) -> Period:
    """The last periods to choose from; one the URL asks for though it is longer ago is among them."""
    config, now = runtime.service().config, runtime.service().floor_now()
    if part == "day":
        return _day(config, asked, now, lang)
    found = [_OF[part](config, now)]
    while len(found) < _OFFERED[part]:
        found.append(back(config, found[-1]))
    wanted = asked if asked.part == part else _within(config, part, asked, found)
    names = [one.name for one in found]
    if wanted.name not in names:
        names.append(wanted.name)
    name = _pick("period", names, wanted.name, partial(_called, config, lang), lang)
    return period(config, name)


def _within(config: FloorConfig, part: PlanPart, asked: Period, found: Sequence[Period]) -> Period:
    """The week or month in which what was asked for begins; the last whole one where that still runs."""
    same = _OF[part](config, asked.start)
    return found[1] if same == found[0] else same


def _day(config: FloorConfig, asked: Period, now: float, lang: Lang) -> Period:
    today = business_date(config, now)
    start = min(business_date(config, asked.end - 1), today)
    if asked.part != "day" and start == today:
        start = today - timedelta(days=1)
    picked = st.date_input(
        text("report.page.day", lang),
        start,
        max_value=today,
        format="YYYY-MM-DD",
        key=f"report-day-{asked.name}",
    )
    return period(config, (picked if isinstance(picked, date) else start).isoformat())


def _called(config: FloorConfig, lang: Lang, name: str) -> str:
    of = period(config, name)
    if of.part == "month":
        return text("report.month", lang, year=of.day.year, month=text(f"report.month.{of.day.month}", lang))
    last = business_date(config, of.end - 1)
    return text(
        "report.page.week",
        lang,
        week=of.day.isocalendar().week,
        first=f"{of.day:%Y-%m-%d}",
        last=f"{last:%m-%d}",
    )


def _scope(lang: Lang) -> Scope:
    service = runtime.service()
    viewer = service.viewer(lang)
    queues = [Scope("queue", name) for name in service.config.queues if viewer.sees_queue(name)]
    known = list(dict.fromkeys([SITE, *queues, *subjects(service, viewer)]))
    try:
        asked = read_scope(_query("scope"))
    except ValueError:
        asked = SITE
    chosen = asked if asked in known else SITE
    return _pick("scope", known, chosen, partial(scope_label, lang=lang), lang)


def scope_label(scope: Scope, lang: Lang) -> str:
    """A scope as people call it."""
    return scope_titled(runtime.service().config, scope, lang)


def _pick(name: str, options: Sequence[T], chosen: T, shown: Callable[[T], str], lang: Lang) -> T:
    found = st.selectbox(
        text(f"report.page.{name}", lang),
        options,
        index=list(options).index(chosen),
        format_func=shown,
        key=f"report-{name}-{chosen}",
    )
    return chosen if found is None else found


def _word(name: str, value: str, lang: Lang) -> str:
    return text(f"report.{name}.{value}", lang)


def _query(name: str) -> str:
    return str(st.query_params.get(name, ""))


def _one_of(word: str, known: Sequence[W]) -> W:
    return next((one for one in known if one == word), known[0])


# -- the report ------------------------------------------------------------------------------------------


def _report(kind: ReportKind, of: Period, scope: Scope, seen: Look) -> None:
    service, lang = runtime.service(), seen.lang
    try:
        with st.spinner(text("report.page.making", lang)):
            data = gather(service, service.viewer(lang), kind, scope, of, service.floor_now())
    except ValueError:
        st.warning(text("report.page.unknown", lang))
        return
    data = replace(data, made_by=str(st.session_state.get(people_kit.WHO, "")).strip())
    _downloads(data, lang)
    with st.container(border=True, key="report-paper"):
        st.html(report_html.body(Words(data, lang), seen.theme))


def _downloads(data: ReportData, lang: Lang) -> None:
    writer = ReportWriter()
    site = runtime.service().config.site
    with st.container(horizontal=True, vertical_alignment="center"):
        for form in FORMATS:
            download(
                text(f"report.page.get.{form}", lang),
                partial(writer.file, data, lang, form),
                file_name(site, data.kind, data.scope, data.period, lang, form),
                MIME[form],
                key=f"report-get-{form}",
            )
