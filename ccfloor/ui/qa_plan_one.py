"""One improvement plan: what it is, what came of it by its measure, and what is decided."""

from html import escape

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.kpi.period import business_date, date_of
from ccfloor.service import runtime
from ccfloor.service.qa import improving
from ccfloor.service.qa.improving import OPEN, OUTCOMES, Effect, Outcome, Stage
from ccfloor.store.qa_more import Improvement
from ccfloor.ui import charts
from ccfloor.ui import people_kit as kit
from ccfloor.ui import qa_improve_words as words
from ccfloor.ui.access_kit import gate
from ccfloor.ui.links import page_address
from ccfloor.ui.qa_plan_chart import effect_chart
from ccfloor.ui.qa_plans_section import fields, measure_field
from ccfloor.ui.scope_words import scope_name
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, text


def show(number: int, who: str, seen: Look) -> None:
    """Draw it."""
    service, lang = runtime.service(), seen.lang
    viewer = service.viewer(lang)
    back = page_address("qa_improve", {})
    kit.piece(f'<a href="{back}" target="_self">‹ {escape(text("qa_improve.back", lang))}</a>')
    plan = improving.find_improvement(service.engine, viewer, service.config, number)
    if plan is None:
        kit.piece(escape(text("people.error.unknown_qa_improvement", lang)), "cp-warn")
        return
    _head(plan, lang)
    try:
        told = improving.effect(service, viewer, plan)
    except KeyError:
        kit.piece(escape(text("qa_improve.no_measure", lang)), "cp-warn")
    else:
        _effect(plan, told, seen)
    if viewer.may(Right.QA_SCORE):
        _acts(plan, who, lang)


def _head(plan: Improvement, lang: Lang) -> None:
    config = runtime.service().config
    chips = [words.state_words(plan, lang), words.days_words(plan)]
    marks = "".join(f'<span class="s">{escape(chip)}</span>' for chip in chips)
    trend = page_address("agents", {"scope": str(plan.scope)})
    name = escape(scope_name(config, plan.scope, lang))
    kit.piece(
        f'<div class="cp-row"><b>{name}</b>{marks}'
        f'<a href="{trend}" target="_self">{escape(text("qa_improve.trend", lang))}</a></div>'
    )
    found = words.measure_of(plan.measure, lang)
    by = text("people.by", lang, who=plan.who, at=kit.at_clock(plan.at, config.zone)[:-3])
    rows = [
        (text("qa_improve.goal", lang), plan.goal),
        (text("qa_improve.measure", lang), f"{found.name} {words.target_words(plan, lang)}"),
        (text("qa_improve.actions", lang), plan.actions),
        (text("qa_improve.owner", lang), plan.owner),
    ]
    if plan.state != OPEN:
        rows.append((text("qa_improve.decision", lang), f"{plan.decision} · {plan.decided_by}"))
    lines = "".join(
        f'<tr><th>{escape(one)}</th><td data-h="{escape(one)}"><span>{escape(two)}</span></td></tr>'
        for one, two in rows
    )
    st.html("<style>.qp-head th{width:16rem}@media(max-width:700px){.qp-head th{display:none}}</style>")
    kit.piece(f'<table class="cp-tab qp-head"><tr></tr>{lines}</table><small>{escape(by)}</small>')
    if plan.follows is not None:
        where = page_address("qa_improve", {"plan": str(plan.follows)})
        kit.piece(f'<a href="{where}" target="_self">{escape(text("qa_improve.follows", lang))}</a>')


# -- what came of it -----------------------------------------------------------------------------------


def _effect(plan: Improvement, told: Effect, seen: Look) -> None:
    lang = seen.lang
    st.subheader(text("qa_improve.effect", lang), anchor=False)
    if not told.stages:
        st.caption(text("qa_improve.effect.none", lang))
        return
    unit = words.measure_of(plan.measure, lang).unit
    kit.piece(escape(sentence(plan, told, unit, lang)))
    header = [text(f"qa_improve.effect.{name}", lang) for name in ("stage", "days", "value", "change", "n")]
    before = told.stage("before")
    base = before.result.value if before else None
    kit.piece(kit.table(header, [_stage(one, base, unit, lang) for one in told.stages]))
    days = date_of(plan.first_day), date_of(plan.last_day)
    chart = effect_chart(told, unit, plan.target, days, seen.theme, lang)
    charts.show(chart, f"qa-improve-chart-{plan.id}")
    st.caption(text("qa_improve.effect.note", lang))


def sentence(plan: Improvement, told: Effect, unit: str, lang: Lang) -> str:
    """What came of it, in one sentence."""
    before, latest = told.stage("before"), told.latest
    if latest is None:
        return text("qa_improve.effect.waits", lang)
    value = words.value(unit, latest.result.value)
    parts = [text(f"qa_improve.now.{latest.name}", lang, value=value)]
    if before is not None and before.result.value is not None:
        parts.append(text("qa_improve.before", lang, value=words.value(unit, before.result.value)))
    if told.met is not None:
        key = "qa_improve.met" if told.met else "qa_improve.missed"
        parts.append(text(key, lang, target=words.target_words(plan, lang)))
    return ("，" if lang == "zh" else "; ").join(parts) + ("。" if lang == "zh" else ".")


def _stage(one: Stage, base: float | None, unit: str, lang: Lang) -> list[str]:
    value = one.result.value
    change = words.DASH
    if value is not None and base is not None and one.name != "before":
        gap = value - base
        sign = "+" if gap > 0 else "−" if gap < 0 else "±"
        shown = f"{abs(gap) * 100:.1f}" if unit == "%" else words.value(unit, abs(gap))
        change = text("qa_improve.points", lang, value=f"{sign}{shown}") if unit == "%" else f"{sign}{shown}"
    return [
        f"<b>{escape(text(f'qa_improve.stage.{one.name}', lang))}</b>",
        f"{one.first:%Y-%m-%d} – {one.last:%m-%d}",
        words.value(unit, value),
        escape(change),
        f"{one.rests:,.0f}",
    ]


# -- what may be done ----------------------------------------------------------------------------------


def _acts(plan: Improvement, who: str, lang: Lang) -> None:
    if improving.own_plan(runtime.service().viewer(lang), plan.scope):
        st.caption(text("people.error.qa_own_plan", lang))
        return
    offered = ("decide", "change") if plan.state == OPEN else ("reopen",)
    with st.container(horizontal=True):
        for name in offered:
            opens, stands = kit.opens(f"qa-plan-{name}:{plan.id}"), gate(Right.QA_SCORE, lang)
            st.button(text(f"qa_improve.do.{name}", lang), key=f"qa-improve-{name}", on_click=opens, **stands)
    for name in offered:
        if kit.is_open(f"qa-plan-{name}:{plan.id}"):
            {"decide": _decide, "change": _change, "reopen": _reopen}[name](plan, who, lang)


def _decide(plan: Improvement, who: str, lang: Lang) -> None:
    """Consolidate, change or drop; of a change the plan that follows is written beside."""
    service = runtime.service()
    viewer = service.viewer(lang)
    with st.container(border=True):
        outcome = st.segmented_control(
            text("qa_improve.outcome", lang), OUTCOMES, default=OUTCOMES[0], required=True,
            format_func=lambda name: text(f"qa_improve.outcome.{name}", lang), key=f"qa-outcome-{plan.id}",
        ) or OUTCOMES[0]  # fmt: skip
        measure = plan.measure
        if outcome == "changed":
            measure = measure_field(plan.scope.kind, plan.measure, f"follow-{plan.id}", lang)
        with st.form(f"qa-plan-decide-{plan.id}", border=False):
            words_of_it = st.text_input(text("qa_improve.decision", lang), max_chars=1000)
            follow = None
            if outcome == "changed":
                st.caption(text("qa_improve.follow", lang))
                today = business_date(service.config, service.floor_now())
                follow = fields(plan.scope, measure, plan, today, plan.owner, lang)
            yes, no = _buttons(lang)

    def act() -> str:
        chosen: Outcome = outcome
        now = service.floor_now()
        improving.decide(service, viewer, plan.id, chosen, words_of_it, who, now, follow=follow)
        return text("qa_improve.decided", lang)

    if no or (yes and kit.acting(lang, act)):
        kit.close()
        st.rerun()


def _change(plan: Improvement, who: str, lang: Lang) -> None:
    service = runtime.service()
    viewer = service.viewer(lang)
    with st.container(border=True):
        measure = measure_field(plan.scope.kind, plan.measure, str(plan.id), lang)
        with st.form(f"qa-plan-change-{plan.id}", border=False):
            today = business_date(service.config, service.floor_now())
            draft = fields(plan.scope, measure, plan, today, plan.owner, lang)
            why = st.text_input(text("people.why", lang), max_chars=1000)
            yes, no = _buttons(lang)

    def act() -> str:
        improving.change_improvement(service, viewer, plan.id, draft, who, why, service.floor_now())
        return text("qa_improve.changed", lang)

    if no or (yes and kit.acting(lang, act)):
        kit.close()
        st.rerun()


def _reopen(plan: Improvement, who: str, lang: Lang) -> None:
    service = runtime.service()

    def act(why: str) -> str:
        improving.reopen(service, service.viewer(lang), plan.id, who, why, service.floor_now())
        return text("qa_improve.reopened", lang)

    told = (text("qa_improve.reopen.ask", lang), text("people.why", lang))
    kit.question(f"qa-plan-reopen:{plan.id}", lang, *told, act, gate(Right.QA_SCORE, lang))


def _buttons(lang: Lang) -> tuple[bool, bool]:
    with st.container(horizontal=True):
        yes = st.form_submit_button(
            text("people.confirm", lang), type="primary", **gate(Right.QA_SCORE, lang)
        )
        no = st.form_submit_button(text("people.back", lang))
    return yes, no
