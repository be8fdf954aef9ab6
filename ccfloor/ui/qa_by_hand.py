"""A call that somebody chose is made a sample, with a reason: on the page of the call's life."""

from html import escape

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.floor.records import CallRow
from ccfloor.kpi.period import business_date
from ccfloor.service import runtime
from ccfloor.service.qa import samples, versions
from ccfloor.service.qa.calendar import work_calendar
from ccfloor.ui import people_kit as kit
from ccfloor.ui import qa_work_words as words
from ccfloor.ui.access_kit import gate
from ccfloor.ui.links import page_address
from ccfloor.ui.rules_words import said
from ccfloor.ui.texts import Lang, as_written, text

_MADE = "qa-hand-made"


def show(row: CallRow, lang: Lang) -> None:
    """The button; what it asks for; what was made of it."""
    name = f"qa-hand:{row.source}-{row.position}"
    made = st.session_state.get(_MADE, {}).get(name)
    if made is not None:
        where = page_address("qa_score", {"sample": str(made)})
        link = f'<a href="{where}" target="_self">{escape(text("qa_work.open", lang))}</a>'
        kit.piece(f"{escape(text('qa_work.hand.made', lang, n=made))} {link}")
    elif kit.is_open(name):
        _form(row, name, lang)
    else:
        stands = gate(Right.QA_PLAN, lang)
        st.button(text("qa_work.hand", lang), key="qa-hand", on_click=kit.opens(name), **stands)


def _form(row: CallRow, name: str, lang: Lang) -> None:
    """For which quota of a plan, by whom, and why this call."""
    service = runtime.service()
    viewer, config = service.viewer(lang), service.config
    day = business_date(config, row.answered_at or row.entered_at)
    plans = {one.name: one.plan for one in versions.in_force(service.engine, viewer, "plan", day)}
    quotas = [(plan.id, quota.id) for plan in plans.values() for quota in plan.quotas]
    with st.container(border=True, key="people-q-qa-hand"):
        kit.piece(escape(text("qa_work.hand.ask" if quotas else "qa_work.none.plan", lang)))
        who = "" if viewer.account else kit.who_acts(lang)
        with st.form("qa-hand-form", border=False):

            def called(one: tuple[str, str]) -> str:
                plan = plans[one[0]]
                quota = words.quota_words(plan, one[1], lang)
                return as_written(f"{said(plan.name, lang)} · {quota}" if len(plans) > 1 else quota)

            quota = st.selectbox(
                text("qa_work.col.quota", lang), quotas, format_func=called, width=kit.wide(320)
            )
            label = text("qa_work.hand.reviewer", lang)
            reviewer = st.text_input(label, max_chars=60, key="qa-hand-reviewer", width=kit.wide(320))
            why = st.text_input(text("people.why", lang), max_chars=500, key="qa-hand-why")
            with st.container(horizontal=True):
                stands = gate(Right.QA_PLAN, lang, off=not quotas)
                yes = st.form_submit_button(text("people.confirm", lang), type="primary", **stands)
                no = st.form_submit_button(text("people.back", lang))

    def act() -> str:
        plan, of = quota or ("", "")
        calendar, call = work_calendar(service.settings.site), (row.source, row.position)
        made = samples.add_by_hand(
            service.engine, viewer, config, calendar, plan, of, call, reviewer, who, why, service.floor_now()
        )
        st.session_state.setdefault(_MADE, {})[name] = made.id
        return text("qa_work.hand.made", lang, n=made.id)

    if no or (yes and kit.acting(lang, act)):
        kit.close()
        st.rerun()
