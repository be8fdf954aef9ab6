"""The QA overview: how good the floor is, how sure that is, where points are lost, who is left out."""

from collections.abc import Sequence
from functools import partial
from html import escape

import streamlit as st

from ccfloor.kpi.period import back, date_of, day_numbers
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.qa.model import Form
from ccfloor.service import runtime
from ccfloor.service.qa.overview import Lost, Overview, overview, pareto
from ccfloor.service.qa.versions import Names, counted_in, form_names, list_versions
from ccfloor.store.qa_sums import PICKED, Tally
from ccfloor.ui import (
    charts,
    filling,
    people_kit,
    qa_charts,
    qa_fatal,
    qa_lists,
    qa_reviewers,
    qa_state,
    trend_chart,
)
from ccfloor.ui.downloads import download
from ccfloor.ui.kpi_page import CSS
from ccfloor.ui.links import address, page_address
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.qa_files import overview_book
from ccfloor.ui.qa_state import State
from ccfloor.ui.qa_words import (
    form_name,
    goal_words,
    item_name,
    lit,
    measured,
    named_period,
    number,
    share,
    signed,
    whose,
)
from ccfloor.ui.report_files import MIME
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, text
from ccfloor.ui.trend_words import finding_words, rule_words

_MOST_ITEMS = 8
_MOST_FINDINGS = 4
_FIGURES = ("qa_score", "qa_pass", "qa_fatal")


def show(seen: Look) -> None:
    """Draw the page."""
    lang = seen.lang
    people_kit.dress(seen)
    st.html(f"<style>{CSS}{qa_lists.CSS}</style>")
    st.header(text("page.qa", lang), anchor=False)
    with database_or_notice(lang):
        service = runtime.service()
        names = form_names(service.engine, service.config.site)
        try:
            state = qa_state.state(tuple(names.forms))
        except ValueError as error:
            sentence = str(error) if lang == "en" else text("kpi.bad_address", lang)
            home = f'<a href="{page_address("qa", {})}" target="_self">{escape(text("qa.home", lang))}</a>'
            people_kit.piece(f"{escape(sentence)} {home}", "cp-bad")
            return
        made = overview(service, service.viewer(lang), state.asked)
        _top(made, state, names, lang)
        filling.show_quality(lang)
        if state.view == "overview":
            qa_fatal.show(names, lang)
        if state.view != "forms" and not made.all.forms:
            st.caption(text("qa.nothing", lang))
            _coverage(made, lang)
            return
        if state.view == "overview":
            _overview(seen, made, names)
        elif state.view == "reviewers":
            qa_reviewers.show(seen, made, names)
        elif state.view == "people":
            qa_lists.people(made, lang)
        else:
            qa_lists.forms(state, names, lang)


# -- the row of choices ----------------------------------------------------------------------------------


def _top(made: Overview, state: State, names: Names, lang: Lang) -> None:
    config = runtime.service().config
    with st.container(horizontal=True, vertical_alignment="bottom", key="kpi-top"):
        label = text("qa.scope", lang)
        said = partial(_scope_words, lang)
        qa_state.pick("scope", label, qa_state.scopes(state.asked.scope), state.asked.scope, said, str)
        if len(names.forms) > 1:
            every = ["", *names.forms]
            label = text("qa.form", lang)
            said_form = partial(_form_words, names, lang)
            qa_state.pick("form", label, every, state.asked.form, said_form, str)
        _bar(state, lang)
        make = partial(overview_book, made, names, lang)
        file = f"ccfloor-{config.site}-qa-{state.asked.period.name}.xlsx"
        download(text("qa.excel", lang), make, file, MIME["xlsx"], key="qa-excel")
    qa_state.segments("view", qa_state.VIEWS, lang)
    ended = state.asked.period.end <= runtime.service().floor_now()
    parts = [whose(config, state.asked.scope, lang), named_period(state.asked.period, lang)]
    parts += [] if ended else [text("qa.running", lang)]
    st.caption(" · ".join(parts))


def _scope_words(lang: Lang, scope: Scope) -> str:
    return whose(runtime.service().config, scope, lang)


def _form_words(names: Names, lang: Lang, form: str) -> str:
    return form_name(names, form, lang) if form else text("qa.form.all", lang)


def _bar(state: State, lang: Lang) -> None:
    """The period before, this one, the one after; then how long periods are."""
    config, now, of = runtime.service().config, runtime.service().floor_now(), state.asked.period
    links = [_link(f"‹ {back(config, of).name}", {"period": back(config, of).name, "month": ""})]
    links.append(f"<b>{escape(of.name)}</b>")
    if later := qa_state.after(config, of, now):
        links.append(_link(f"{later.name} ›", {"period": later.name, "month": ""}))
    links.append('<span class="gap"></span>')
    for one in qa_state.lengths(config, of, now):
        name = text(f"qa.part.{one.part}", lang)
        there = {"period": one.name, "month": ""}
        links.append(f"<b>{escape(name)}</b>" if one.part == of.part else _link(name, there))
    st.html(f'<div class="cp kp-bar top">{"".join(links)}</div>', width="content")


def _link(name: str, changed: dict[str, str]) -> str:
    return f'<a href="{address(changed)}" target="_self">{escape(name)}</a>'


# -- the overview ----------------------------------------------------------------------------------------


def _overview(seen: Look, made: Overview, names: Names) -> None:
    lang = seen.lang
    people_kit.piece(_figures(made, lang), "kp")
    _coverage(made, lang)
    left, right = st.columns(2)
    with left:
        _course(seen, made)
    with right:
        _spread(seen, made, names)
    _lost(seen, made, names)
    if made.asked.scope == SITE:
        qa_reviewers.drifts(seen, made)


def _figures(made: Overview, lang: Lang) -> str:
    """Every figure of what was drawn by chance, beside what was looked for, chosen, or a dial test."""
    columns: list[tuple[str, Tally]] = [(one, made.picked[one]) for one in PICKED]
    shown = [(name, tally) for name, tally in columns if tally.forms or name == "random"]
    head = [f'<th class="l">{escape(text("qa.col.kpi", lang))}</th>']
    head.append(f'<th class="m0">{escape(text("qa.col.target", lang))}</th>')
    head += [f"<th>{escape(text(f'qa.picked.{name}', lang))}</th>" for name, _ in shown]
    head += [f"<th>{escape(text(f'qa.col.{name}', lang))}</th>" for name in ("all", "before")]
    rows = [_counts(made, [tally for _, tally in shown], lang)]
    rows += [_figure(made, kpi, [tally for _, tally in shown], lang) for kpi in _FIGURES]
    note = escape(text("qa.random.note", lang))
    table = f"<table><tr>{''.join(head)}</tr>{''.join(rows)}</table>"
    return f'<div class="kp-wide">{table}</div><p><small>{note}</small></p>'


def _counts(made: Overview, shown: Sequence[Tally], lang: Lang) -> str:
    link = _link(text("qa.list", lang), {"view": "forms", **qa_lists.NARROW})
    name = f"<b>{escape(text('qa.forms', lang))}</b><small>{link}</small>"
    cells = [f'<td class="l">{name}</td><td class="m0">–</td>']
    cells += [f"<td>{tally.forms:,}</td>" for tally in (*shown, made.all, made.before_random)]
    return f"<tr>{''.join(cells)}</tr>"


def _figure(made: Overview, kpi: str, shown: Sequence[Tally], lang: Lang) -> str:
    goal, first = made.goals[kpi], shown[0]
    name = f"<b>{escape(text(f'qa.kpi.{kpi}', lang))}</b>"
    cells = [f'<td class="l">{name}</td><td class="m0">{escape(goal_words(kpi, goal, lang))}</td>']
    value = measured(first, kpi)
    cells.append(f'<td class="v">{lit(kpi, value, goal)}</td>')
    cells += [f"<td>{escape(number(kpi, measured(tally, kpi)))}</td>" for tally in (*shown[1:], made.all)]
    before = measured(made.before_random, kpi)
    change = "" if value is None or before is None else _change(kpi, value - before)
    return f"<tr>{''.join(cells)}<td>{escape(number(kpi, before))}{change}</td></tr>"


def _change(kpi: str, by: float) -> str:
    told = signed(by) if kpi == "qa_score" else f"{signed(by * 100)}pp"
    return f"<small>{escape(told)}</small>"


def _coverage(made: Overview, lang: Lang) -> None:
    """Who was left out, in words, with names."""
    told = made.coverage
    if told is None:
        return
    goal = made.goals["qa_cover"]
    parts = [text("qa.cover.agents", lang, n=told.scored, of=told.worked, share=share(told.share))]
    words = f"<p>{escape(parts[0])}"
    if told.due:
        weeks = text("qa.cover.weeks", lang, n=told.sampled, of=told.due)
        words += f" {escape(weeks)} {lit('qa_cover', told.met, goal)}"
    words += "</p>"
    if told.without:
        links = (qa_lists.agent_link(name, lang) for name in told.without)
        comma = "、" if lang == "zh" else ", "
        title = escape(text("qa.cover.without", lang, n=len(told.without)))
        words += f"<details><summary>{title}</summary><p>{comma.join(links)}</p></details>"
    people_kit.piece(words, "kp")


def _course(seen: Look, made: Overview) -> None:
    lang = seen.lang
    st.subheader(text(f"qa.course.{made.asked.period.part}", lang), anchor=False)
    trend = made.trend
    if trend is None or all(point.result.value is None for point in trend.points):
        st.caption(text("qa.course.none", lang))
        return
    charts.show(trend_chart.control_chart(trend, seen.theme, lang, 300), "qa-course")
    if not trend.limits:
        words = escape(text("trend.few", lang, n=8))
    elif not trend.findings:
        words = escape(text("qa.course.calm", lang))
    else:
        latest = sorted(trend.findings, key=lambda one: -one.last)[:_MOST_FINDINGS]
        words = "<br>".join(
            f"<b>{escape(finding_words(trend, one, lang))}</b> <small>{escape(rule_words(one, lang))}</small>"
            for one in latest
        )
    people_kit.piece(f"<p>{words}</p>")


def _spread(seen: Look, made: Overview, names: Names) -> None:
    lang = seen.lang
    st.subheader(text("qa.spread", lang), anchor=False)
    marks = _pass_marks(made, names, lang)
    charts.show(qa_charts.distribution(made, marks, seen.theme, lang), "qa-spread")
    links = [
        _link(
            text(f"qa.open.{name}", lang, n=f"{count:,}"), {"view": "forms", **qa_lists.NARROW, "forms": name}
        )
        for name, count in (("fatal", made.all.fatal), ("failed", made.all.forms - made.all.passed))
        if count
    ]
    people_kit.piece(f"<p><small>{escape(text('qa.spread.key', lang))}</small> {' · '.join(links)}</p>")


def _pass_marks(made: Overview, names: Names, lang: Lang) -> dict[float, str]:
    """The pass marks that counted in the period, and of which forms and versions where there are several."""
    service = runtime.service()
    days = [date_of(day) for day in day_numbers(service.config, made.asked.period)]
    found: dict[float, list[str]] = {}
    for name in made.forms:
        stored = list_versions(service.engine, service.viewer(), "form", name)
        for one in counted_in([one for one in stored if isinstance(one.body, Form)], days[0], days[1]):
            words = f"{form_name(names, name, lang)} v{one.version}"
            found.setdefault(one.form.pass_mark, []).append(words)
    comma = "、" if lang == "zh" else ", "
    return {mark: comma.join(some) if len(found) > 1 else "" for mark, some in sorted(found.items())}


def _lost(seen: Look, made: Overview, names: Names) -> None:
    """The items that lose most, as a chart, and all of them as a table down to the forms."""
    lang, lost = seen.lang, pareto(made.items)
    st.subheader(text("qa.lost", lang), anchor=False)
    if not lost:
        st.caption(text("qa.lost.none", lang))
    else:
        several = len({one.item.form for one in lost}) > 1
        shown = lost[:_MOST_ITEMS]
        called = [_called(names, one, several, lang) for one in shown]
        charts.show(qa_charts.pareto_chart(shown, called, seen.theme, lang), "qa-lost")
        vital = next((at for at, one in enumerate(lost, 1) if one.upto >= 0.8), len(lost))
        people_kit.piece(f"<p>{escape(text('qa.lost.says', lang, n=vital, of=len(lost)))}</p>")
    qa_lists.items(made, names, lang)


def _called(names: Names, one: Lost, several: bool, lang: Lang) -> str:
    name = item_name(names, one.item.form, one.item.item, lang)
    return f"{name} ({form_name(names, one.item.form, lang)})" if several else name
