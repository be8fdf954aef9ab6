"""The page of KPIs: a month, a day, a half hour, the calls of it, one call. The URL says which.

``period`` (or ``month``): 2026-11, 2026-W47, 2026-11-22 or a half hour; ``scope``; ``kpi``: whose course
is drawn; ``below``: queues, teams or agents; ``which``: of the calls; ``call``: one call's life.
"""

from collections.abc import Iterator
from functools import partial
from html import escape

import streamlit as st

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import Period, ahead, back, day_of, month_of, period, week_of
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.kpi.scope import scope as read_scope
from ccfloor.service import runtime
from ccfloor.service.known_scope import BeyondScopeError, check_scope, first_scope
from ccfloor.service.kpi_month import KpiTable, kpi_table
from ccfloor.service.reports.data import Two
from ccfloor.service.reports.gather import gather
from ccfloor.service.reports.material import about
from ccfloor.service.subjects import stored_queues, subjects
from ccfloor.store.viewer import Viewer
from ccfloor.ui import beyond, kpi_call, kpi_calls, kpi_course, kpi_lines, people_kit
from ccfloor.ui.downloads import download
from ccfloor.ui.filling import filling
from ccfloor.ui.kpi_words import period_text, words_of
from ccfloor.ui.links import address, page_address
from ccfloor.ui.report_files import MIME, ReportWriter
from ccfloor.ui.report_words import Words
from ccfloor.ui.scope_words import scope_titled
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, text

CSS = """
.st-key-kpi-top{border-bottom:1px solid var(--rule);padding-bottom:.6rem}
.kp-bar{display:flex;flex-wrap:wrap;gap:.3rem .6rem;align-items:center;font-size:.875rem}
.kp-bar a,.kp-bar b{border:1px solid var(--rule);padding:.15rem .7rem;text-decoration:none}
.kp-bar.top :is(a,b){min-height:2.5rem;display:inline-flex;align-items:center;white-space:nowrap}
.kp-bar b{background:var(--ink);color:var(--ground);border-color:var(--ink)}
.kp-bar :is(a:hover,a:focus-visible){border-color:var(--ink)}
.kp-bar .gap{width:.6rem}
.kp-way{font-size:.875rem;color:var(--ink2)}.kp-way b{color:var(--ink)}
.kp-way span{white-space:nowrap}.kp-way .to{margin-left:1.6rem}
.kp table{border-collapse:collapse;width:100%}
.kp th{font-weight:400;font-size:.75rem;color:var(--ink2);text-align:right;vertical-align:bottom}
.kp th{overflow-wrap:normal;word-break:keep-all}
.kp th{padding:.25rem .6rem;border-bottom:1px solid var(--rule)}
.kp td{padding:.25rem .6rem;border-bottom:1px solid var(--line);text-align:right;font-size:.875rem}
.kp td{height:2.1rem;white-space:nowrap}.kp td.l{white-space:normal;overflow-wrap:normal}
.kp tr>:first-child{padding-left:0}.kp .l{text-align:left}
.kp td.v{font-size:1.125rem;white-space:nowrap}
.kp td small{color:var(--ink2);font-size:.75rem;margin-left:.5rem}.kp td small.ph{display:none}
.kp tr.g td{color:var(--ink2);font-size:.8125rem;padding-top:.7rem;text-align:left;height:auto}
.kp tr.on td{background:var(--surface)}
.kp tr.on td:first-child{box-shadow:inset .2rem 0 var(--ink);padding-left:.6rem}
.kp a{color:inherit;text-decoration-color:var(--rule);text-underline-offset:.2em}
.kp a:is(:hover,:focus-visible),.kp-way a:is(:hover,:focus-visible){text-decoration-color:var(--ink)}
.kp td img{margin-left:auto;display:block;width:10rem;height:1.375rem}
[class*=st-key-kpi-scope-]{width:20rem!important;max-width:100%}
.kp-met{color:inherit}td.l .kp-met{color:var(--ink2)}.kp-none{color:inherit}
.kp-near{font-weight:700;color:var(--warn-ink);white-space:nowrap}
.kp-missed{font-weight:700;color:var(--over);white-space:nowrap}
.kp i{font-style:normal}.kp-why{color:var(--ink);font-size:.8125rem}.kp .zero{color:var(--ink3)}
.kp-wide{overflow-x:auto}.kp summary{cursor:pointer}
@media(min-width:1000px){.kp table.even{table-layout:fixed}.kp table.even th.l{width:10rem}}
@media(max-width:700px){.kp .m0{display:none}.kp td small{display:block;margin:0}
.kp td.l small.ph{display:block;white-space:nowrap}
.kp :is(td,th).l:first-child{min-width:6.5rem;position:sticky;left:0}
.kp tr:not(.on):not(.g) :is(td,th).l:first-child{background:var(--ground)}
.kp td.l .kp-met,.kp td.l .kp-none{font-size:.75rem}
.kp td.l:has(.kp-met,.kp-near,.kp-missed){white-space:nowrap}
.kp td.v{font-size:1rem}.kp td,.kp th{padding:.25rem .3rem}.kp-way .to{margin-left:0;display:block}
.kp-way .to{white-space:normal}
.kp a,.kp-bar :is(a,b){min-height:2.75rem;display:inline-flex;align-items:center}}
"""


def show(seen: Look) -> None:
    """Draw what the URL asks for."""
    lang = seen.lang
    people_kit.dress(seen)
    st.html(f"<style>{CSS}</style>")
    if key := str(st.query_params.get("call", "")):
        kpi_call.show(seen, key)
        return
    st.header(text("page.kpi", lang), anchor=False)
    service = runtime.service()
    try:
        of, scope = _asked(service.config)
        check_scope(service, service.viewer(), scope)
    except BeyondScopeError:
        beyond.tell(service.viewer(lang), scope, lang, {"scope": ""})
        return
    except ValueError as error:
        people_kit.piece(_lost(str(error) if lang == "en" else text("kpi.bad_address", lang), lang), "cp-bad")
        return
    table = kpi_table(service, service.viewer(lang), of, scope)
    words = _words(table, lang)
    with st.container(horizontal=True, vertical_alignment="bottom", key="kpi-top"):
        _scope(scope, lang)
        _bar(words, of)
        _excel(table, lang)
    _way(words, of, scope, table)
    _state(words, table)
    if of.part == "halfhour":
        kpi_lines.short(words, table)
        kpi_calls.show(seen, words, scope, of)
        return
    kpi_lines.show(seen, words, table)
    kpi_course.show(seen, words, table)


def _lost(sentence: str, lang: Lang) -> str:
    """What is wrong with an address, and a way on."""
    home = page_address("kpi", {})
    return f'{escape(sentence)} <a href="{home}" target="_self">{escape(text("kpi.back_home", lang))}</a>'


# -- what is asked for -------------------------------------------------------------------------------


def _asked(config: FloorConfig) -> tuple[Period, Scope]:
    """The URL's period and scope; without a period the month that runs. Raises ValueError with a sentence."""
    name = str(st.query_params.get("period") or st.query_params.get("month") or "")
    of = period(config, name) if name else month_of(config, runtime.service().floor_now())
    back(config, of)  # what it is compared with: before the calendar's first year there is nothing
    asked = str(st.query_params.get("scope", ""))
    return of, read_scope(asked) if asked else first_scope(runtime.service().viewer())


def _scope(asked: Scope, lang: Lang) -> None:
    """Whose figures, to choose from; kept in the URL."""
    service = runtime.service()
    known = list(dict.fromkeys([*_choices(service.viewer(lang)), asked]))
    found = st.selectbox(
        text("kpi.scope", lang),
        known,
        index=known.index(asked),
        format_func=partial(_called, lang),
        key=f"kpi-scope-{asked}",
        width=320,
    )
    if found is not None and found != asked:
        st.query_params["scope"] = str(found)
        st.rerun()


def _choices(viewer: Viewer) -> list[Scope]:
    """What is within the viewer's rights."""
    service = runtime.service()
    people = subjects(service, viewer)
    if viewer.only is not None:
        return people
    named_queues = [name for name in service.config.queues if viewer.sees_queue(name)]
    every_queue = dict.fromkeys([*named_queues, *stored_queues(service.engine, viewer)])
    return [SITE, *(Scope("queue", name) for name in every_queue), *people]


def _called(lang: Lang, scope: Scope) -> str:
    service = runtime.service()
    if scope == SITE and not service.viewer(lang).whole:
        return text("scope.mine", lang)
    return scope_titled(service.config, scope, lang)


def _words(table: KpiTable, lang: Lang) -> Words:
    service = runtime.service()
    site = service.settings.site
    whose = about(service.config, service.viewer(lang), table.scope)
    return words_of(
        table, Two(site.name_zh, site.name_en), service.config.zone, whose, service.floor_now(), lang
    )


# -- where one is ------------------------------------------------------------------------------------


def _way(words: Words, of: Period, scope: Scope, table: KpiTable) -> None:
    """The way down as links: scope, month, day, half hour; then links to what stands below."""
    site = _called(words.lang, SITE)
    up = scope != SITE and runtime.service().viewer().only is None
    steps = [(site, {"scope": ""})] if up else []
    steps += [(words.about, {"period": month_of(_config(), of.start).name, "kpi": ""})]
    steps += [(period_text(words, one), {"period": one.name}) for one in _above(of)]
    links = [_link(name, changed) for name, changed in steps]
    here = f"<b>{escape(period_text(words, of))}</b>"
    st.html(f'<div class="cp kp-way">{" › ".join([*links, here])}{_jumps(words, table)}</div>')


def _jumps(words: Words, table: KpiTable) -> str:
    """To the parts of a long page."""
    if table.period.part == "halfhour" or kpi_lines.chosen(table) is None:
        return ""
    day = table.period.part == "day"
    parts = {"course": "kpi.course", "parts": "kpi.halfhours" if day else "kpi.days"}
    if table.scope.kind in kpi_course.BELOW:
        parts["members"] = "kpi.members"
    links = (
        f'<a href="{address({})}#{place}" target="_self">{escape(text(key, words.lang))}</a>'
        for place, key in parts.items()
    )
    return f'<span class="to">{escape(text("kpi.jump", words.lang))} {" · ".join(links)}</span>'


def _above(of: Period) -> Iterator[Period]:
    """The longer periods a period lies in, longest first."""
    if of.part in ("day", "halfhour"):
        yield month_of(_config(), of.start)
    if of.part == "halfhour":
        yield day_of(_config(), of.start)


def _bar(words: Words, of: Period) -> None:
    """The period before, this one, the one after; then how long periods are."""
    config, now = _config(), runtime.service().floor_now()
    before = back(config, of)
    links = [_link(f"‹ {_short(words, before)}", {"period": before.name, "month": ""})]
    links.append(f"<b>{escape(_short(words, of))}</b>")
    if of.end <= now:
        after = ahead(config, of)
        links.append(_link(f"{_short(words, after)} ›", {"period": after.name, "month": ""}))
    if of.part != "halfhour":
        links += ['<span class="gap"></span>', *_lengths(words, of, now)]
    st.html(f'<div class="cp kp-bar top">{"".join(links)}</div>', width="content")


def _lengths(words: Words, of: Period, now: float) -> Iterator[str]:
    """The month, the week and the day at the end of the period, as far as it has come."""
    at = max(of.start, min(of.end, now) - 1)
    for part, found in (("month", month_of), ("week", week_of), ("day", day_of)):
        name = text(f"kpi.part.{part}", words.lang)
        there = {"period": found(_config(), at).name, "month": ""}
        yield f"<b>{escape(name)}</b>" if part == of.part else _link(name, there)


def _short(words: Words, of: Period) -> str:
    return f"{words.local(of.start):%H:%M}" if of.part == "halfhour" else of.name


def _link(name: str, changed: dict[str, str]) -> str:
    return f'<a href="{address(changed)}" target="_self">{escape(name)}</a>'


def _config() -> FloorConfig:
    return runtime.service().config


def _state(words: Words, table: KpiTable) -> None:
    """Provisional or final, up to when the floor was seen, what was not in sight."""
    if table.period.start > runtime.service().floor_now():
        st.caption(text("kpi.future", words.lang))
        return
    parts = [words.state]
    if told := filling(table.period.start, table.period.end, words.lang):
        parts.append(told)
    elif table.state.gap_s >= 60:
        parts.append(text("kpi.gap", words.lang, minutes=f"{table.state.gap_s / 60:,.0f}"))
    if table.state.uncounted:
        parts.append(text("kpi.counting", words.lang, n=table.state.uncounted))
    if table.state.repeats_open and table.state.final:
        parts.append(text("kpi.repeats_open", words.lang))
    st.caption(" · ".join(parts))


def _excel(table: KpiTable, lang: Lang) -> None:
    """The same figures as a file: what the report of this period holds."""
    service = runtime.service()
    if table.period.part not in ("day", "week", "month"):
        return
    name = f"ccfloor-{service.config.site}-{table.period.name}-{str(table.scope).replace(':', '-')}.xlsx"
    make = partial(_book, table.period, table.scope, lang)
    download(text("kpi.excel", lang), make, name, MIME["xlsx"], key="kpi-excel")


def _book(of: Period, scope: Scope, lang: Lang) -> bytes:
    service = runtime.service()
    data = gather(service, service.viewer(lang), "figures", scope, of, service.floor_now())
    return ReportWriter().file(data, lang, "xlsx")
