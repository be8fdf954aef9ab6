"""Training needs: what is found, what stands, the list sent by mail or taken away, and what is done."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from html import escape
from zoneinfo import ZoneInfo

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.kpi.period import business_date
from ccfloor.service import runtime
from ccfloor.service.people_log import PeopleError
from ccfloor.service.qa import needs
from ccfloor.service.qa.needs import DONE, DROPPED, OPEN, SENT, Draft, Lost, MailError, Need, Sheet
from ccfloor.service.reports.mailing import mail_channels
from ccfloor.service.subjects import subjects
from ccfloor.ui import people_kit as kit
from ccfloor.ui import qa_improve_words as words
from ccfloor.ui.access_kit import gate
from ccfloor.ui.downloads import download
from ccfloor.ui.links import page_address
from ccfloor.ui.qa_calibration_new import parted
from ccfloor.ui.scope_words import agent_label
from ccfloor.ui.texts import Lang, as_written, text

_BACK_D = 30
_SHEET = ("agent", "topic", "text", "who", "day")


def show(who: str, lang: Lang) -> None:
    """Draw the section."""
    service = runtime.service()
    viewer = service.viewer(lang)
    st.caption(text("qa_need.lead", lang))
    found = needs.list_needs(service.engine, viewer, service.config)
    standing = [one for one in found if one.state in (OPEN, SENT)]
    if standing:
        _table(standing, ("agent", "topic", "text", "by", "state"), lang)
        if viewer.may(Right.QA_SCORE):
            _acts(standing, who, lang)
    else:
        st.caption(text("qa_need.none", lang))
    if viewer.may(Right.QA_SCORE):
        _suggested(who, lang)
        with st.expander(text("qa_need.new", lang), key="qa-need-new"):
            _new(who, lang)
    past = [one for one in found if one.state in (DONE, DROPPED)]
    if past:
        with st.expander(text("qa_need.past", lang, n=len(past))):
            _table(past, ("agent", "topic", "text", "by", "closed"), lang)
            if viewer.may(Right.QA_SCORE):
                _reopen(past, who, lang)


def _table(found: Sequence[Need], columns: Sequence[str], lang: Lang) -> None:
    header = [text(f"qa_need.col.{name}", lang) for name in columns]
    kit.piece(kit.table(header, [[_CELLS[name](one, lang) for name in columns] for one in found]))


def _agent(one: Need, lang: Lang) -> str:
    return f"<b>{escape(agent_label(runtime.service().config, one.agent, lang))}</b>"


def _text(one: Need, lang: Lang) -> str:
    if one.score is None:
        return escape(one.text) or words.DASH
    where = page_address("qa_score", {"id": str(one.score)})
    link = f'<a href="{where}" target="_self">{escape(text("qa_need.shown_in", lang))}</a>'
    return f"{escape(one.text)} {link}"


def _state(one: Need, lang: Lang) -> str:
    if one.state == SENT:
        at = kit.at_clock(one.sent_at or 0.0, runtime.service().config.zone)[:-3]
        return escape(text("qa_need.state.sent", lang, at=at, to=one.sent_to))
    return escape(text(f"qa_need.state.{one.state}", lang))


def _closed(one: Need, lang: Lang) -> str:
    at = kit.at_clock(one.done_at or 0.0, runtime.service().config.zone)[:-3]
    return escape(f"{text(f'qa_need.state.{one.state}', lang)} {at} {one.done_by}")


_CELLS: dict[str, Callable[[Need, Lang], str]] = {
    "agent": _agent,
    "topic": lambda one, lang: escape(words.topic_words(one.topic, lang)),
    "text": _text,
    "by": lambda one, lang: f"{escape(one.who)} <small>{_day(one.at)}</small>",
    "state": _state,
    "closed": _closed,
}


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, ZoneInfo(runtime.service().config.zone)).strftime("%Y-%m-%d")


def _label(one: Need, lang: Lang) -> str:
    return f"{agent_label(runtime.service().config, one.agent, lang)} · {words.topic_words(one.topic, lang)}"


# -- what is found -------------------------------------------------------------------------------------


def _suggested(who: str, lang: Lang) -> None:
    """Who lost points on one question again and again."""
    service = runtime.service()
    viewer, config = service.viewer(lang), service.config
    today = business_date(config, service.floor_now())
    first = today - timedelta(days=_BACK_D)
    found = needs.suggestions(service.engine, viewer, config, first, today, who)
    if not found:
        return
    with st.expander(text("qa_need.suggested", lang, n=len(found), days=_BACK_D), key="qa-need-suggested"):
        st.caption(
            text("qa_need.suggested.lead", lang, times=needs.LEAST_TIMES, share=f"{needs.LEAST_SHARE:.0%}")
        )
        header = [text(f"qa_need.col.{name}", lang) for name in ("agent", "topic", "times", "lost")]
        cells = [_found(one, lang) for one in found]
        kit.piece(kit.table(header, cells))
        chosen = st.multiselect(
            text("qa_need.take", lang), list(range(len(found))), key="qa-need-take", placeholder="",
            format_func=lambda at: f"{agent_label(config, found[at].agent, lang)} · "
            f"{words.item_name(found[at].form, found[at].item, lang)}",
        )  # fmt: skip
        stands = gate(Right.QA_SCORE, lang, off=not chosen)
        pressed = st.button(text("qa_need.take.do", lang), key="qa-need-take-do", **stands)

    def act() -> str:
        for at in chosen:
            one = found[at]
            told = text("qa_need.found", lang, n=one.forms, times=one.times, share=f"{one.share:.0%}")
            draft = Draft(one.agent, needs.topic_of(one), told, one.score)
            needs.add_need(service.engine, viewer, config, draft, who, service.floor_now())
        return text("qa_need.added", lang)

    if pressed and kit.acting(lang, act):
        st.rerun()


def _found(one: Lost, lang: Lang) -> list[str]:
    where = page_address("qa_score", {"id": str(one.score)})
    last = f'<a href="{where}" target="_self">{escape(text("qa_need.latest", lang))}</a>'
    return [
        f"<b>{escape(agent_label(runtime.service().config, one.agent, lang))}</b>",
        escape(words.item_name(one.form, one.item, lang)),
        f"{escape(text('qa_need.times', lang, times=one.times, n=one.forms))} {last}",
        f"{one.share:.0%}",
    ]


def _new(who: str, lang: Lang) -> None:
    service = runtime.service()
    viewer, config = service.viewer(lang), service.config
    agents = [one.name for one in subjects(service, viewer) if one.kind == "agent"]
    items = [words.topic_id(form.id, item.id) for form in words.forms().values() for item in form.items]
    with st.form("qa-need-form", border=False, clear_on_submit=False):
        agent = st.selectbox(
            text("qa_need.col.agent", lang), agents, None, lambda name: agent_label(config, name, lang),
            placeholder="", width=kit.wide(420),
        )  # fmt: skip
        item = st.selectbox(
            text("qa_need.item", lang), items, None, lambda name: words.topic_words(name, lang),
            placeholder="", width=kit.wide(420),
        )  # fmt: skip
        topic = st.text_input(text("qa_need.topic", lang), max_chars=120)
        note = st.text_input(text("qa_need.col.text", lang), max_chars=1000)
        pressed = st.form_submit_button(
            text("qa_need.enter", lang), type="primary", **gate(Right.QA_SCORE, lang)
        )

    def act() -> str:
        draft = Draft(agent or "", topic.strip() or item or "", note)
        needs.add_need(service.engine, viewer, config, draft, who, service.floor_now())
        return text("qa_need.added", lang)

    if pressed and kit.acting(lang, act):
        st.rerun()


# -- what is done with them ----------------------------------------------------------------------------


def _acts(standing: Sequence[Need], who: str, lang: Lang) -> None:
    known = {one.id: one for one in standing}
    chosen = st.multiselect(
        text("qa_need.chosen", lang), list(known), [one.id for one in standing if one.state == OPEN],
        format_func=lambda number: _label(known[number], lang), key=f"qa-need-chosen-{len(standing)}",
        placeholder="",
    )  # fmt: skip
    some = [known[number] for number in chosen]
    sheet = sheet_of(some, lang)
    with st.container(horizontal=True):
        download(
            text("qa_need.excel", lang), lambda: needs.excel_bytes(sheet, lang), f"{sheet.title}.xlsx",
            needs.EXCEL, key="qa-need-excel", disabled=not some,
        )  # fmt: skip
        for name in ("mail", "give", "done", "drop"):
            off = not some or (name == "drop" and len(some) != 1)
            opens, stands = kit.opens(f"qa-need-{name}"), gate(Right.QA_SCORE, lang, off=off)
            st.button(text(f"qa_need.do.{name}", lang), key=f"qa-need-{name}", on_click=opens, **stands)
    for name, ask in (("mail", _mail), ("give", _give), ("done", _done), ("drop", _drop)):
        if some and kit.is_open(f"qa-need-{name}"):
            ask(some, who, lang)


def sheet_of(some: Sequence[Need], lang: Lang) -> Sheet:
    """The list in words."""
    config = runtime.service().config
    rows = [
        (
            agent_label(config, one.agent, lang),
            words.topic_words(one.topic, lang),
            one.text,
            one.who,
            _day(one.at),
        )
        for one in some
    ]
    header = [text(f"qa_need.sheet.{name}", lang) for name in _SHEET]
    return Sheet(text("qa_need.sheet", lang), header, rows)


def _mail(some: Sequence[Need], who: str, lang: Lang) -> None:
    service = runtime.service()
    site = service.settings.site
    channels = mail_channels(site)
    if not channels:
        kit.piece(escape(text("qa_need.mail.none", lang)), "cp-warn")
        return
    with st.container(border=True), st.form("qa-need-mail-form", border=False):
        channel = st.selectbox(text("qa_need.mail.channel", lang), channels, width=kit.wide(320))
        typed = st.text_input(text("qa_need.mail.to", lang), max_chars=600)
        yes, no = _buttons(lang)

    def act() -> str:
        numbers, sheet = [one.id for one in some], sheet_of(some, lang)
        viewer, now = service.viewer(lang), service.floor_now()
        told = needs.send(
            service.engine, viewer, service.config, site, numbers, sheet, channel or channels[0],
            parted(typed), who, now,
        )  # fmt: skip
        return text("qa_need.mailed", lang, to=", ".join(told))

    try:
        done = no or (yes and kit.acting(lang, act))
    except MailError as error:
        st.error(as_written(str(error)))
        return
    if done:
        _over()


def _give(some: Sequence[Need], who: str, lang: Lang) -> None:
    with st.container(border=True), st.form("qa-need-give-form", border=False):
        to = st.text_input(text("qa_need.give.to", lang), max_chars=300)
        yes, no = _buttons(lang)

    def act() -> str:
        service = runtime.service()
        viewer, now = service.viewer(lang), service.floor_now()
        needs.hand_over(service.engine, viewer, service.config, [one.id for one in some], to, who, now)
        return text("qa_need.given", lang)

    if no or (yes and kit.acting(lang, act)):
        _over()


def _done(some: Sequence[Need], who: str, lang: Lang) -> None:
    with st.container(border=True), st.form("qa-need-done-form", border=False):
        kit.piece(escape(text("qa_need.done.ask", lang, n=len(some))))
        yes, no = _buttons(lang)

    def act() -> str:
        service = runtime.service()
        viewer, now = service.viewer(lang), service.floor_now()
        needs.finish(service.engine, viewer, service.config, [one.id for one in some], who, now)
        return text("qa_need.did.done", lang)

    if no or (yes and kit.acting(lang, act)):
        _over()


def _drop(some: Sequence[Need], who: str, lang: Lang) -> None:
    one = some[0]

    def act(why: str) -> str:
        service = runtime.service()
        viewer, now = service.viewer(lang), service.floor_now()
        if len(some) != 1:
            raise PeopleError("unknown_qa_need")
        needs.drop(service.engine, viewer, service.config, one.id, who, why, now)
        return text("qa_need.did.dropped", lang)

    sentence = text("qa_need.drop.ask", lang, need=_label(one, lang))
    kit.question("qa-need-drop", lang, sentence, text("people.why", lang), act, gate(Right.QA_SCORE, lang))


def _reopen(past: Sequence[Need], who: str, lang: Lang) -> None:
    known = {one.id: one for one in past}
    chosen = st.selectbox(
        text("qa_need.reopen", lang), list(known), None, lambda number: _label(known[number], lang),
        placeholder="", key="qa-need-reopen", width=kit.wide(420),
    )  # fmt: skip
    if chosen is None:
        return
    name = f"qa-need-reopen:{chosen}"
    stands = gate(Right.QA_SCORE, lang)
    st.button(text("qa_need.do.reopen", lang), key="qa-need-reopen-do", on_click=kit.opens(name), **stands)

    def act(why: str) -> str:
        service = runtime.service()
        viewer, now = service.viewer(lang), service.floor_now()
        needs.reopen(service.engine, viewer, service.config, chosen, who, why, now)
        return text("qa_need.did.reopened", lang)

    if kit.is_open(name):
        sentence = text("qa_need.reopen.ask", lang, need=_label(known[chosen], lang))
        kit.question(name, lang, sentence, text("people.why", lang), act, stands)


def _buttons(lang: Lang) -> tuple[bool, bool]:
    with st.container(horizontal=True):
        yes = st.form_submit_button(
            text("people.confirm", lang), type="primary", **gate(Right.QA_SCORE, lang)
        )
        no = st.form_submit_button(text("people.back", lang))
    return yes, no


def _over() -> None:
    kit.close()
    st.rerun()
