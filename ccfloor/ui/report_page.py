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
from ccfloor.ui import beyond, people_kit, report_html, report_plans, report_runs
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
        elif (refused := _beyond(lang)) is not None:
            beyond.tell(runtime.service().viewer(lang), refused, lang, {"scope": ""})
        else:
            kind, of, scope = _choices(lang)
            _report(kind, of, scope, seen)


def _view(lang: Lang) -> str:
    asked = _one_of(_query("view"), VIEWS)
    key = f"report-view-{asked}"

    def keep() -> None:
        st.query_params["view"] = str(st.session_state[key] or asked)

    st.segmented_control(
        text("report.page.view", lang),
        VIEWS,
        default=asked,
        format_func=partial(_word, "view", lang=lang),
        label_visibility="collapsed",
        required=True,
        key=key,
        on_change=keep,
    )
    return asked


# -- what is asked for -----------------------------------------------------------------------------------


def _choices(lang: Lang) -> tuple[ReportKind, Period, Scope]:
    config = runtime.service().config
    asked = _asked_period(config)
    columns = st.columns([2, 2, 3, 4], vertical_alignment="bottom")
    with columns[0]:
        kind = _one_of(_query("report"), KINDS)
        _pick("kind", KINDS, kind, partial(_word, "kind", lang=lang), lang, partial(_keep, "report"))
    with columns[1]:
        part = _one_of(asked.part, PARTS)
        _pick(
            "part", PARTS, part, partial(_word, "part", lang=lang), lang, partial(_keep_part, config, asked)
        )
    with columns[2]:
        of = _period(part, asked, lang)
    with columns[3]:
        scope = _scope(lang)
    return kind, of, scope


def _keep(name: str, value: object) -> None:
    """Write a choice into the address: when it is made, never while the page is drawn."""
    st.query_params[name] = str(value)


def _keep_part(config: FloorConfig, asked: Period, part: PlanPart) -> None:
    """Another length of periods: the one in which what was asked for lies."""
    now = runtime.service().floor_now()
    _keep("period", _first_day(config, asked, now).isoformat() if part == "day" else
          _within(config, part, asked, _offered(config, part, now)).name)  # fmt: skip


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
    found = _offered(config, part, now)
    wanted = asked if asked.part == part else _within(config, part, asked, found)
    names = [one.name for one in found]
    if wanted.name not in names:
        names.append(wanted.name)
    _pick("period", names, wanted.name, partial(_called, config, lang), lang, partial(_keep, "period"))
    return wanted


def _offered(config: FloorConfig, part: PlanPart, now: float) -> list[Period]:
    """The last weeks or months, the one that runs first."""
    found = [_OF[part](config, now)]
    while len(found) < _OFFERED[part]:
        found.append(back(config, found[-1]))
    return found


def _within(config: FloorConfig, part: PlanPart, asked: Period, found: Sequence[Period]) -> Period:
    """The week or month in which what was asked for begins; the last whole one where that still runs."""
    same = _OF[part](config, asked.start)
    return found[1] if same == found[0] else same


def _day(config: FloorConfig, asked: Period, now: float, lang: Lang) -> Period:
    start, key = _first_day(config, asked, now), f"report-day-{asked.name}"

    def keep() -> None:
        if isinstance(picked := st.session_state[key], date):
            _keep("period", picked.isoformat())

    st.date_input(
        text("report.page.day", lang),
        start,
        max_value=business_date(config, now),
        format="YYYY-MM-DD",
        key=key,
        on_change=keep,
    )
    return period(config, start.isoformat())


def _first_day(config: FloorConfig, asked: Period, now: float) -> date:
    """The day of what was asked for; the last of a longer period, as far as it is over."""
    today = business_date(config, now)
    start = min(business_date(config, asked.end - 1), today)
    return today - timedelta(days=1) if asked.part != "day" and start == today else start


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
    known, asked = _known(lang), _asked_scope()
    chosen = asked if asked in known else SITE
    _pick("scope", known, chosen, partial(scope_label, lang=lang), lang, partial(_keep, "scope"))
    return chosen


def _known(lang: Lang) -> list[Scope]:
    """What is within the viewer's rights."""
    service = runtime.service()
    viewer = service.viewer(lang)
    queues = [Scope("queue", name) for name in service.config.queues if viewer.sees_queue(name)]
    return list(dict.fromkeys([SITE, *queues, *subjects(service, viewer)]))


def _asked_scope() -> Scope:
    try:
        return read_scope(_query("scope"))
    except ValueError:
        return SITE


def _beyond(lang: Lang) -> Scope | None:
    """What the URL asks for beyond the rights of who sees a part of the site; None where it does not."""
    asked = _asked_scope()
    limited = not runtime.service().viewer(lang).whole
    return asked if limited and asked not in _known(lang) else None


def scope_label(scope: Scope, lang: Lang) -> str:
    """A scope as people call it; to who sees a part of the site, "site" is that part."""
    if scope == SITE and not runtime.service().viewer(lang).whole:
        return text("scope.mine", lang)
    return scope_titled(runtime.service().config, scope, lang)


def _pick(
    name: str,
    options: Sequence[T],
    chosen: T,
    shown: Callable[[T], str],
    lang: Lang,
    keep: Callable[[T], None],
) -> None:
    """A list; ``keep`` is told of another choice before the page is drawn anew."""
    key = f"report-{name}-{chosen}"

    def kept() -> None:
        if (found := st.session_state[key]) is not None:
            keep(found)

    st.selectbox(
        text(f"report.page.{name}", lang),
        options,
        index=list(options).index(chosen),
        format_func=shown,
        key=key,
        on_change=kept,
    )


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
