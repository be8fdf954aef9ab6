"""Calling a calibration: which call of whom, by which form, who gives the reference and who scores."""

from collections.abc import Sequence
from datetime import date, timedelta

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.floor.records import CallRow
from ccfloor.kpi.period import business_date
from ccfloor.service import runtime
from ccfloor.service.qa import calibration, versions
from ccfloor.service.qa.calendar import work_calendar
from ccfloor.service.subjects import subjects
from ccfloor.ui import people_kit as kit
from ccfloor.ui.access_kit import gate
from ccfloor.ui.rules_words import said, span
from ccfloor.ui.scope_words import agent_label, queue_label
from ccfloor.ui.texts import Lang, text

_DAYS = 5  # working days, unless somebody says otherwise


def show(who: str, lang: Lang) -> None:
    """The whole of it, folded."""
    with st.expander(text("qa_calibration.new", lang), key="qa-calibration-new"):
        call = _call(lang)
        if call is not None:
            _form(call, who, lang)


def _call(lang: Lang) -> CallRow | None:
    """Choose a call that nobody has scored."""
    service = runtime.service()
    config, viewer = service.config, service.viewer(lang)
    agents = [one.name for one in subjects(service, viewer) if one.kind == "agent"]
    yesterday = business_date(config, service.floor_now()) - timedelta(days=1)
    one, two = st.columns([2, 1], gap="medium")
    agent = one.selectbox(
        text("qa_calibration.agent", lang),
        agents,
        index=None,
        format_func=lambda name: agent_label(config, name, lang),
        placeholder=text("qa_calibration.agent.hint", lang),
        key="qa-calibration-agent",
    )
    day = two.date_input(text("qa_calibration.day", lang), yesterday, format="YYYY-MM-DD",
                         key="qa-calibration-day")  # fmt: skip
    if not agent or not isinstance(day, date):
        return None
    found = calibration.calls_to_choose(service.engine, viewer, config, agent, day)
    if not found:
        st.caption(text("qa_calibration.call.none", lang))
        return None
    known = {f"{row.source}-{row.position}": row for row in found}
    key = st.selectbox(
        text("qa_calibration.call", lang),
        list(known),
        format_func=lambda name: _label(known[name], lang),
        key=f"qa-calibration-call-{agent}-{day}",
    )
    return known[key] if key else None


def _label(row: CallRow, lang: Lang) -> str:
    config = runtime.service().config
    at = kit.at_clock(row.answered_at or row.entered_at, config.zone)
    talk = text("qa_calibration.talk", lang, span=span(row.talk_ms / 1000, lang))
    return f"{at} · {queue_label(config, row.queue, lang)} · {talk}"


def _form(row: CallRow, who: str, lang: Lang) -> None:
    service = runtime.service()
    viewer, config = service.viewer(lang), service.config
    today = business_date(config, service.floor_now())
    day = business_date(config, row.answered_at or row.entered_at)
    forms = {
        one.name: said(one.form.name, lang) for one in versions.in_force(service.engine, viewer, "form", day)
    }
    known = calibration.possible_reviewers(service.engine, viewer)
    with st.form("qa-calibration-form", border=False):
        name = st.text_input(
            text("qa_calibration.name", lang),
            text("qa_calibration.name.default", lang, month=f"{today:%Y-%m}"),
            max_chars=80,
        )
        form = st.selectbox(text("qa_calibration.form", lang), list(forms), format_func=forms.__getitem__)
        reference = _reference(known, viewer.who or who, lang)
        reviewers = _reviewers(known, lang)
        due = st.date_input(
            text("qa_calibration.due", lang), work_calendar(service.settings.site).after(today, _DAYS), today,
            format="YYYY-MM-DD", width=kit.wide(180),
        )  # fmt: skip
        why = st.text_input(text("qa_calibration.why", lang), max_chars=500)
        stands = gate(Right.QA_PLAN, lang)
        pressed = st.form_submit_button(text("qa_calibration.call_it", lang), type="primary", **stands)

    def act() -> str:
        draft = calibration.Draft(
            name, form or "", reference, reviewers, due if isinstance(due, date) else today,
            (row.source, row.position),
        )  # fmt: skip
        now = service.floor_now()
        calibration.add_session(service.engine, viewer, config, draft, who, why, now)
        return text("qa_calibration.called", lang)

    if pressed and kit.acting(lang, act):
        st.rerun()


def _reference(known: Sequence[str], me: str, lang: Lang) -> str:
    label = text("qa_calibration.reference", lang)
    if not known:
        return str(st.text_input(label, me, max_chars=60, width=kit.wide(320)))
    mine = known.index(me) if me in known else None
    return str(st.selectbox(label, known, mine, placeholder="", width=kit.wide(320)) or "")


def _reviewers(known: Sequence[str], lang: Lang) -> list[str]:
    label = text("qa_calibration.reviewers", lang)
    if not known:
        typed = st.text_input(label, max_chars=600, help=text("qa_calibration.reviewers.hint", lang))
        return parted(typed)
    return list(st.multiselect(label, known, placeholder=""))


def parted(typed: str) -> list[str]:
    """Names as they are typed, one after the other."""
    for sign in "、，;；\n":
        typed = typed.replace(sign, ",")
    return [name.strip() for name in typed.split(",") if name.strip()]
