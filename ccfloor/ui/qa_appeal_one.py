"""One appeal: what it is about, what was done, and the viewer's next step with its written reasons."""

from html import escape

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.qa.appeals import Decision, Step
from ccfloor.qa.model import Form
from ccfloor.service import runtime
from ccfloor.service.qa import appeal_views, appeals, scoring
from ccfloor.service.qa.appeal_rules import Rules
from ccfloor.service.qa.appeal_views import Shown
from ccfloor.service.qa.appeals import Verdict
from ccfloor.store.qa_scores import ScoreRow
from ccfloor.ui import people_kit as kit
from ccfloor.ui import qa_appeal_words as words
from ccfloor.ui import qa_correction
from ccfloor.ui.access_kit import gate
from ccfloor.ui.links import page_address
from ccfloor.ui.rules_words import said
from ccfloor.ui.scope_words import agent_label
from ccfloor.ui.texts import Lang, text

_TEXT_MAX = 1000
_VERDICTS = {Step.ANSWER: appeals.answer, Step.DECIDE: appeals.decide}
_RIGHTS = {Step.ANSWER: Right.QA_DECIDE, Step.DECIDE: Right.QA_LEADERSHIP}


def show(number: int, rules: Rules, who: str, lang: Lang) -> None:
    """Draw it."""
    service = runtime.service()
    viewer, config, now = service.viewer(lang), service.config, service.floor_now()
    back = page_address("qa_appeals", {})
    kit.piece(f'<a href="{back}" target="_self">‹ {escape(text("qa_appeal.back", lang))}</a>')
    one = appeal_views.find_appeal(service.engine, viewer, config, rules, number, now, who)
    row = scoring.find_score(service.engine, viewer, config, one.row.score, who) if one else None
    if one is None or row is None:
        kit.piece(escape(text("people.error.unknown_qa_appeal", lang)), "cp-warn")
        return
    form = scoring.form_of(service.engine, viewer.site, row)
    _head(one, row, form, lang)
    told = scoring.result_of(service.engine, viewer.site, row)
    items = one.row.items or [item.id for item in form.items]
    kit.piece(words.questions(form, row, told, items, lang))
    steps = appeal_views.list_steps(service.engine, viewer, config, number, who)
    found = scoring.list_revisions(service.engine, viewer, config, row.id, who) if row.revision else []
    kit.piece(words.course(one, steps, config, lang, words.corrections(found, row, config, lang)))
    _act(one, row, form, rules, who, lang)


def _head(one: Shown, row: ScoreRow, form: Form, lang: Lang) -> None:
    config = runtime.service().config
    told = {
        "agent": agent_label(config, row.agent, lang),
        "reviewer": row.reviewer,
        "form": text("qa_appeal.form", lang, name=said(form.name, lang), n=row.version),
        "call": kit.at_clock(row.call_at, config.zone),
        "score": words.score_words(one.row.before, one.row.after),
    }
    parts = [
        f"<span><small>{escape(text(f'qa_appeal.col.{name}', lang))}</small> <b>{escape(words_)}</b></span>"
        for name, words_ in told.items()
    ]
    if runtime.service().viewer(lang).may(Right.QA_SCORE):
        link = page_address("qa_score", {"id": str(row.id)})
        opened = escape(text("qa_appeal.full", lang))
        parts.append(f'<a href="{link}" target="_self">{opened}</a>')
    due = words.due_words(one, lang)
    kit.piece(f'<div class="cp-row">{words.chip(one, lang)}<b>{escape(due)}</b>{"".join(parts)}</div>')


# -- the next step ---------------------------------------------------------------------------------------


def _act(one: Shown, row: ScoreRow, form: Form, rules: Rules, who: str, lang: Lang) -> None:
    """The form of the step that the viewer may take; words where he may not."""
    step = next((step for step in one.steps if step in (*_VERDICTS, Step.REASONS)), None)
    if step is None:
        if one.open:
            st.caption(text("qa_appeal.not_yours", lang))
        return
    st.subheader(text(f"qa_appeal.do.{step}", lang), anchor=False)
    if step == Step.REASONS:
        _reasons(one, rules, who, lang)
        return
    if Step.HAND_ON in one.steps and _hand_on(one, rules, who, lang):
        return
    decision = st.segmented_control(
        text("qa_appeal.col.decision", lang),
        [Decision.DISMISSED, Decision.PARTLY, Decision.UPHELD],
        format_func=lambda found: text(f"qa_appeal.decision.{found}", lang),
        key=f"qa-decision-{one.row.id}",
    )
    if decision is None:
        st.caption(text("qa_appeal.choose", lang))
        return
    changes = {} if decision == Decision.DISMISSED else _changes(one, row, form, lang)
    _decide(one, step, Verdict(decision, changes), rules, who, lang)


def _hand_on(one: Shown, rules: Rules, who: str, lang: Lang) -> bool:
    """Handing it on to leadership, for who cannot answer it; whether that is being asked now."""
    service, name = runtime.service(), f"qa-appeal-hand-on:{one.row.id}"
    stands = gate(Right.QA_DECIDE, lang)
    if not kit.is_open(name):
        words_ = text("qa_appeal.do.hand_on", lang)
        st.button(words_, key=f"people-b-{name}", on_click=kit.opens(name), **stands)
        return False

    def act(why: str) -> str:
        viewer, now = service.viewer(lang), service.floor_now()
        appeals.hand_on(service.engine, viewer, service.config, rules, one.row.id, who, why, now)
        return text("qa_appeal.done.hand_on", lang)

    told = (text("qa_appeal.ask.hand_on", lang), text("people.why", lang))
    kit.question(name, lang, *told, act, stands)
    return True


def _changes(one: Shown, row: ScoreRow, form: Form, lang: Lang) -> dict[str, str]:
    """The answers that are corrected: of the disputed questions, and of those that hang on them."""
    return qa_correction.changes(row, form, one.row.items, f"qa-correct-{one.row.id}", lang)


def _decide(one: Shown, step: Step, verdict: Verdict, rules: Rules, who: str, lang: Lang) -> None:
    service = runtime.service()
    with st.form(f"qa-decide-{one.row.id}", border=False):
        why = st.text_area(
            text("qa_appeal.why", lang), max_chars=_TEXT_MAX, key=f"qa-decide-why-{one.row.id}"
        )
        stands = gate(_RIGHTS[step], lang)
        pressed = st.form_submit_button(text(f"qa_appeal.send.{step}", lang), type="primary", **stands)

    def act() -> str:
        given = (one.row.id, verdict, who, why, service.floor_now())
        _VERDICTS[step](service.engine, service.viewer(lang), service.config, rules, *given)
        return text("qa_appeal.done", lang)

    if pressed and kit.acting(lang, act):
        kit.again()


def _reasons(one: Shown, rules: Rules, who: str, lang: Lang) -> None:
    """The written reasons, which the agent reads word for word."""
    service = runtime.service()
    with st.form(f"qa-reasons-{one.row.id}", border=False):
        why = st.text_area(
            text("qa_appeal.reasons", lang), max_chars=_TEXT_MAX, key=f"qa-reasons-why-{one.row.id}"
        )
        stands = gate(Right.QA_LEADERSHIP, lang)
        pressed = st.form_submit_button(text("qa_appeal.send.reasons", lang), type="primary", **stands)

    def act() -> str:
        given = (one.row.id, who, why, service.floor_now())
        appeals.give_reasons(service.engine, service.viewer(lang), service.config, rules, *given)
        return text("qa_appeal.done", lang)

    if pressed and kit.acting(lang, act):
        kit.again()
