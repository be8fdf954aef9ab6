"""The draws: when, by which plan, of how many calls; made again and compared; a missed day by hand."""

from datetime import date, timedelta
from html import escape

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.kpi.period import business_date, date_of
from ccfloor.service import runtime
from ccfloor.service.qa import drawing, versions
from ccfloor.service.qa.calendar import work_calendar
from ccfloor.service.qa.versions import VersionError
from ccfloor.store.qa_samples import DrawRow
from ccfloor.ui import people_kit as kit
from ccfloor.ui import qa_work_words as words
from ccfloor.ui.access_kit import gate
from ccfloor.ui.rules_words import said
from ccfloor.ui.texts import Lang, text

_SHOWN = 60


def show(who: str, lang: Lang) -> None:
    """Draw the section."""
    service = runtime.service()
    st.caption(text("qa_work.draws.lead", lang))
    found = drawing.list_draws(service.engine, service.viewer(lang), limit=_SHOWN)
    if service.viewer(lang).may(Right.QA_PLAN):
        with st.expander(text("qa_work.draws.by_hand", lang), key="qa-work-by-hand"):
            _by_hand(who, lang)
    if found:
        _verify(found, lang)
        _table(found, lang)
    else:
        st.caption(text("qa_work.draws.none", lang))


def _table(found: list[DrawRow], lang: Lang) -> None:
    header = [text(f"qa_work.col.{name}", lang) for name in ("day", "plan", "population", "picks", "by")]
    rows = [
        [
            words.day_words(one.day),
            escape(f"{one.plan} v{one.version}"),
            f"{one.population:,}",
            f"{one.picks:,}",
            escape(_by(one, lang)),
        ]
        for one in found
    ]
    kit.piece(kit.table(header, rows))


def _by(one: DrawRow, lang: Lang) -> str:
    at = kit.at_clock(one.at, runtime.service().config.zone)[:-3]
    who = one.who or text("qa_work.draws.program", lang)
    return f"{who} · {at}" + (f" · {one.why}" if one.why else "")


def _verify(found: list[DrawRow], lang: Lang) -> None:
    """Make one of them again, and say what came of it."""
    service = runtime.service()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        one = st.selectbox(
            text("qa_work.draws.verify.pick", lang),
            found,
            format_func=lambda row: f"{words.day_words(row.day)} · {row.plan}",
            key="qa-work-verify-pick",
            width=kit.wide(280),
        )
        stands = gate(Right.QA_FORMS, lang, beyond=not service.viewer(lang).whole)
        asked = st.button(text("qa_work.draws.verify", lang), key="qa-work-verify", **stands)
    if not asked or one is None:
        return
    key = drawing.draw_key(service.settings, service.engine, service.clock())
    verdict = drawing.verify(
        service.engine, service.viewer(lang), service.config, key, one.plan, date_of(one.day)
    )
    told = "<br>".join(escape(line) for line in words.verdict_words(verdict, lang))
    kit.piece(told, "" if verdict.sound else "cp-warn" if verdict.unclear else "cp-bad")


def _by_hand(who: str, lang: Lang) -> None:
    service = runtime.service()
    now = service.floor_now()
    yesterday = business_date(service.config, now) - timedelta(days=1)
    plans = versions.in_force(service.engine, service.viewer(lang), "plan", yesterday)
    names = {one.name: said(one.plan.name, lang) for one in plans}
    with st.form("qa-work-draw", border=False):
        plan = st.selectbox(
            text("qa_work.draws.plan", lang), list(names), format_func=names.__getitem__, width=kit.wide(320)
        )
        day = st.date_input(
            text("qa_work.draws.day", lang),
            yesterday,
            max_value=yesterday,
            format="YYYY-MM-DD",
            width=kit.wide(180),
        )
        why = st.text_input(text("qa_work.draws.why", lang), max_chars=500)
        stands = gate(Right.QA_PLAN, lang, beyond=not service.viewer(lang).whole)
        pressed = st.form_submit_button(text("qa_work.draws.do", lang), **stands)
        if pressed and plan and isinstance(day, date):
            _drawn(plan, day, who, why, lang)


def _drawn(plan: str, day: date, who: str, why: str, lang: Lang) -> None:
    service = runtime.service()

    def act() -> str:
        made = drawing.draw_by_hand(
            service.engine, service.viewer(lang), service.config, service.settings,
            work_calendar(service.settings.site), plan, day, who, why, service.floor_now(),
        )  # fmt: skip
        return text("qa_work.did.drawn", lang, n=made.picks, of=made.population)

    try:
        if kit.acting(lang, act):
            kit.again()
    except VersionError as error:
        st.error(text(f"qa_forms.error.{error.code}", lang, **error.details))
