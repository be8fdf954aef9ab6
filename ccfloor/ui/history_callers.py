"""Callers who gave up: one line a caller, what came of it, and the tick that says it was called back."""

from collections import Counter
from functools import partial
from html import escape

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.kpi import callers
from ccfloor.kpi.callers import Attempt, Case
from ccfloor.service import called_back, runtime
from ccfloor.service.called_back import MOST, Callers, abandoned_callers
from ccfloor.store.viewer import CLEARED_WORDS
from ccfloor.ui import people_kit as kit
from ccfloor.ui.access_kit import gate
from ccfloor.ui.downloads import download
from ccfloor.ui.export import Cell, excel_bytes
from ccfloor.ui.history_calls import call_link
from ccfloor.ui.history_heat import EXCEL
from ccfloor.ui.history_state import Asked, segments, window
from ccfloor.ui.history_words import DASH, lasting, moment
from ccfloor.ui.reveal_kit import number_button
from ccfloor.ui.scope_words import queue_label
from ccfloor.ui.texts import Lang, listed, text

STATES = ("open", "reached", "ticked", "unknown", "all")
_PAGE = 25
_COLUMNS = ("number", "name", "queues", "tries", "first", "last", "wait", "state", "who", "at", "note")


@st.fragment
def show(asked: Asked) -> None:
    """Draw the choice, how many there are of each, and a page of them."""
    lang, service = asked.lang, runtime.service()
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        state = segments("state", STATES, text("qh.callers.state", lang), lang)
        within = window(lang)
        short = st.toggle(text("qh.callers.short", lang), key="qh-short")
    found = abandoned_callers(service.engine, service.viewer(lang), asked.queue, asked.of, within)
    if found.cut:
        st.warning(text("qh.callers.cut", lang, n=f"{MOST:,}"))
    cases = [case for case in found.cases if short or not case.short]
    kit.piece(_counts(cases, found, within, lang))
    shown = [case for case in cases if state in ("all", case.state)]
    if not shown:
        st.caption(text("qh.callers.none", lang))
    else:
        _list(shown, asked, within)
    st.caption(text("qh.callers.note", lang))


def _counts(cases: list[Case], found: Callers, within: str, lang: Lang) -> str:
    states: Counter[str] = Counter(case.state for case in cases)
    tries = sum(len(case.attempts) for case in cases)
    hidden = len(found.cases) - len(cases)
    words = [text("qh.callers.count", lang, n=f"{len(cases):,}", tries=f"{tries:,}")]
    span = text(f"qh.within.{within}", lang)
    words += (text(f"qh.callers.{state}", lang, n=f"{states[state]:,}", within=span) for state in STATES[:-1])
    if hidden:
        words.append(text("qh.callers.hidden", lang, n=f"{hidden:,}"))
    return " · ".join(escape(word) for word in words)


def _list(shown: list[Case], asked: Asked, within: str) -> None:
    lang, service = asked.lang, runtime.service()
    pages = -(-len(shown) // _PAGE)
    with st.container(horizontal=True, gap="medium"):
        who = kit.who_acts(lang)
        page = _page(pages, lang) if pages > 1 else 1
    for case in shown[(page - 1) * _PAGE : page * _PAGE]:
        _row(case, who, within, lang)
    file = f"ccfloor-{service.config.site}-callers-{asked.of.name}.xlsx"
    make = partial(_excel, shown, lang)
    download(text("qh.excel", lang), make, file, EXCEL, key="qh-callers-excel")


def _page(pages: int, lang: Lang) -> int:
    label = text("qh.callers.page", lang, pages=pages)
    if st.session_state.get("qh-page", 1) > pages:
        st.session_state["qh-page"] = 1
    return int(st.number_input(label, 1, pages, key="qh-page", width=200))


def _row(case: Case, who: str, within: str, lang: Lang) -> None:
    name = f"{case.last.key[0]}-{case.last.key[1]}"
    with st.container(key=f"people-row-caller-{name}"):
        words, buttons = st.columns([6, 1.4], vertical_alignment="center")
        with words:
            kit.piece(_line(case, within, lang))
            if case.state == "open":
                number_button(case.last.key, case.last.number, lang)
        with buttons, st.container(horizontal=True, horizontal_alignment="right"):
            what = "untick" if case.tick else "tick"
            asking = f"caller-{what}:{name}"
            closing = kit.close if kit.is_open(asking) else kit.opens(asking)
            label, stands = text(f"qh.callers.do.{what}", lang), gate(Right.NOTES, lang)
            st.button(label, key=f"qh-b-{name}", on_click=closing, **stands)
        if kit.is_open(asking):
            _ask(case, what, asking, who, lang)


def _ask(case: Case, what: str, asking: str, who: str, lang: Lang) -> None:
    """The question with its note; what was noted about this caller before stands above it."""
    service = runtime.service()
    viewer, zone = service.viewer(lang), service.config.zone
    notes = called_back.told(service.engine, viewer, case.last.key)
    if notes:
        lines = [(note.at, note.who, note.item, note.text) for note in notes]
        kit.piece(kit.log_lines(lines, zone, lang, 0.0))

    def act(words: str) -> str:
        now = service.floor_now()
        if what == "tick":
            called_back.tick(service.engine, viewer, case.last.key, who, words, now)
        else:
            called_back.untick(service.engine, viewer, case.last.key, who, words, now)
        return text(f"qh.callers.{what}.done", lang, number=_number(case.last, lang))

    sentence = text(f"qh.callers.{what}.ask", lang, number=_number(case.last, lang))
    kit.question(asking, lang, sentence, text(f"qh.callers.{what}.why", lang), act, gate(Right.NOTES, lang))


# -- a caller in words -------------------------------------------------------------------------------


def _number(one: Attempt, lang: Lang) -> str:
    told = callers.known(one.number) or "*" in one.number or one.number in CLEARED_WORDS.values()
    return one.number if told else text("qh.withheld", lang)


def _queues(case: Case, lang: Lang) -> str:
    config = runtime.service().config
    names = dict.fromkeys(queue_label(config, one.queue, lang) for one in case.attempts)
    return listed(names, lang)


def _line(case: Case, within: str, lang: Lang) -> str:
    zone = runtime.service().config.zone
    first, last = case.attempts[0], case.last
    span = kit.at_clock(last.at, zone)
    if len(case.attempts) > 1:
        span = f"{kit.at_clock(first.at, zone)} – {kit.at_clock(last.at, zone, first.at)}"
    tries = text("qh.callers.tries", lang, n=len(case.attempts)) if len(case.attempts) > 1 else ""
    return (
        f'<div class="cp-row"><span class="s">{escape(text(f"qh.state.{case.state}", lang))}</span>'
        f"<b>{escape(_number(last, lang))}</b><span>{escape(last.name)}</span>"
        f"<span>{call_link(last.key, span)}</span><b>{escape(tries)}</b>"
        f'<span>{escape(_queues(case, lang))}</span><span class="t">'
        f"{escape(text('qh.callers.waited', lang, wait=lasting(last.wait_ms)))}</span>"
        f"<small>{_came_of_it(case, within, lang)}</small></div>"
    )


def _came_of_it(case: Case, within: str, lang: Lang) -> str:
    zone = runtime.service().config.zone
    if case.tick:
        by = text("qh.callers.by", lang, who=case.tick.who, at=kit.at_clock(case.tick.at, zone))
        return escape(f"{by} {case.tick.note}")
    if case.answer:
        words = text("qh.callers.answered", lang, at=kit.at_clock(case.answer.at, zone))
        return call_link(case.answer.key, words)
    return ""


def _excel(shown: list[Case], lang: Lang) -> bytes:
    header = [text(f"qh.callers.col.{name}", lang) for name in _COLUMNS]
    return excel_bytes(text("qh.view.callers", lang), header, [_cells(case, lang) for case in shown])


def _cells(case: Case, lang: Lang) -> list[Cell]:
    zone = runtime.service().config.zone
    known = case.tick or case.answer
    return [
        _number(case.last, lang),
        case.last.name,
        _queues(case, lang),
        len(case.attempts),
        moment(case.attempts[0].at, zone),
        moment(case.last.at, zone),
        round(case.last.wait_ms / 1000, 1),
        text(f"qh.state.{case.state}", lang),
        case.tick.who if case.tick else DASH,
        moment(known.at, zone) if known else DASH,
        case.tick.note if case.tick else "",
    ]
