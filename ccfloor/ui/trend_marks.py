"""Annotations below a trend: what happened when; entered, changed, removed and taken back with a name."""

from collections.abc import Callable, Sequence
from datetime import date
from html import escape

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.service import runtime
from ccfloor.service.annotations import (
    KINDS,
    Annotation,
    Draft,
    add_annotation,
    change_annotation,
    concerning,
    list_annotations,
    remove_annotation,
    restore_annotation,
)
from ccfloor.service.people_log import entries
from ccfloor.ui import people_kit as kit
from ccfloor.ui.access_kit import LOOKS, gate
from ccfloor.ui.scope_words import scope_name
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, text
from ccfloor.ui.trend_state import State

_Act = Callable[[str], str]


def show(seen: Look, state: State, marks: Sequence[Annotation]) -> None:
    """The section."""
    lang = seen.lang
    st.subheader(text("trend.marks", lang), anchor=False)
    st.caption(text("trend.marks.lead", lang))
    every = _removed_too(state, lang)
    notes = runtime.service().viewer(lang).may(Right.NOTES)
    who = kit.who_acts(lang) if notes else ""
    for mark in [*marks, *(one for one in every if one.removed_at is not None)]:
        _row(mark, state, who, lang)
    if not every:
        st.caption(text("trend.marks.none", lang))
    if not notes:
        return
    with st.expander(text("trend.marks.new", lang), key="tr-new"):
        draft = _form("new", state, None, lang)
        if draft is not None and kit.acting(lang, lambda: _add(draft[0], who, draft[1], lang)):
            for field in ("scope", "kind", "days", "text", "why"):
                st.session_state.pop(f"tr-new-{field}", None)
            kit.again()


def _removed_too(state: State, lang: Lang) -> list[Annotation]:
    service = runtime.service()
    return list_annotations(
        service.engine,
        service.viewer(lang),
        service.config,
        state.scope,
        state.first,
        state.last,
        removed=True,
    )


def _row(mark: Annotation, state: State, who: str, lang: Lang) -> None:
    gone = mark.removed_at is not None
    with st.container(key=f"people-row-mark-{mark.id}"):
        words, buttons = st.columns([5, 2], vertical_alignment="center")
        with words:
            kit.piece(_line(mark, lang))
        with buttons, st.container(horizontal=True, horizontal_alignment="right"):
            for what in ("restore", "log") if gone else ("change", "remove", "log"):
                _button(mark, what, lang)
        _questions(mark, state, who, lang)


def _line(mark: Annotation, lang: Lang) -> str:
    service = runtime.service()
    days = mark.day.isoformat() + (f" – {mark.until.isoformat()}" if mark.until > mark.day else "")
    by = text("people.by", lang, who=mark.who, at=kit.at_clock(mark.at, service.config.zone))
    gone = mark.removed_at is not None
    state = text("trend.removed", lang) if gone else text(f"trend.kind.{mark.kind}", lang)
    return (
        f'<div class="cp-row {"past" if gone else ""}"><span class="s">{escape(state)}</span>'
        f"<b>{escape(mark.text)}</b><span>{days}</span>"
        f'<span class="t">{escape(scope_name(service.config, mark.scope, lang))}</span>'
        f"<small>{escape(by)}</small></div>"
    )


def _button(mark: Annotation, what: str, lang: Lang) -> None:
    name = f"mark-{what}:{mark.id}"
    turning = kit.close if kit.is_open(name) else kit.opens(name)
    stands = LOOKS if what == "log" else gate(Right.NOTES, lang)
    st.button(text(f"people.do.{what}", lang), key=f"people-b-{name}", on_click=turning, **stands)


def _questions(mark: Annotation, state: State, who: str, lang: Lang) -> None:
    service = runtime.service()
    viewer, config = service.viewer(lang), service.config
    if kit.is_open(f"mark-log:{mark.id}"):
        notes = entries(service.engine, viewer, f"annotation/{mark.id}")
        kit.piece(kit.log_lines([(n.at, n.who, n.item, n.text) for n in notes], config.zone, lang, 0.0))

    def remove(why: str) -> str:
        remove_annotation(service.engine, viewer, config, mark.id, who, why, service.floor_now())
        return text("trend.mark.removed", lang, text=mark.text)

    def restore(why: str) -> str:
        restore_annotation(service.engine, viewer, config, mark.id, who, why, service.floor_now())
        return text("trend.mark.restored", lang, text=mark.text)

    acts: dict[str, _Act] = {"remove": remove, "restore": restore}
    for what, act in acts.items():
        if kit.is_open(f"mark-{what}:{mark.id}"):
            sentence = text(f"trend.mark.{what}.ask", lang, text=mark.text)
            why, stands = text("people.why", lang), gate(Right.NOTES, lang)
            kit.question(f"mark-{what}:{mark.id}", lang, sentence, why, act, stands)
    if kit.is_open(f"mark-change:{mark.id}"):
        _change(mark, state, who, lang)


def _change(mark: Annotation, state: State, who: str, lang: Lang) -> None:
    service = runtime.service()
    with st.container(border=True, key=f"people-q-mark-change-{mark.id}"):
        draft = _form(f"m{mark.id}", state, mark, lang)
        if draft is None:
            return

        def change() -> str:
            viewer, now = service.viewer(lang), service.floor_now()
            change_annotation(service.engine, viewer, service.config, mark.id, draft[0], who, draft[1], now)
            return text("trend.mark.changed", lang, text=draft[0].text)

        if kit.acting(lang, change):
            kit.close()
            kit.again()


# -- the form ----------------------------------------------------------------------------------------


def _form(name: str, state: State, mark: Annotation | None, lang: Lang) -> tuple[Draft, str] | None:
    """Ask for everything of an annotation and why; what was sent, or None."""
    config = runtime.service().config
    scopes = concerning(config, state.scope)
    if mark is not None and mark.scope not in scopes:
        scopes = [mark.scope, *scopes]
    day = mark.day if mark else min(state.last, state.today)
    until = mark.until if mark else day
    with st.form(f"tr-form-{name}", border=False):
        left, middle, right = st.columns(3)
        with left:
            scope = st.selectbox(
                text("trend.mark.scope", lang),
                scopes,
                index=scopes.index(mark.scope) if mark else 0,
                format_func=lambda one: scope_name(config, one, lang),
                key=f"tr-{name}-scope",
            )
        with middle:
            kind = st.selectbox(
                text("trend.mark.kind", lang),
                KINDS,
                index=KINDS.index(mark.kind) if mark else 0,
                format_func=lambda one: text(f"trend.kind.{one}", lang),
                key=f"tr-{name}-kind",
            )
        with right:
            days = st.date_input(
                text("trend.mark.days", lang), (day, until), format="YYYY-MM-DD", key=f"tr-{name}-days"
            )
        words = st.text_input(
            text("trend.mark.text", lang), mark.text if mark else "", max_chars=200, key=f"tr-{name}-text"
        )
        why = st.text_input(text("people.why", lang), max_chars=1000, key=f"tr-{name}-why")
        stands = gate(Right.NOTES, lang)
        sent = st.form_submit_button(text("people.confirm", lang), type="primary", **stands)
    if not sent:
        return None
    first, last = _both(days, day)
    return Draft(scope, kind, first, last, words), why


def _both(picked: object, day: date) -> tuple[date, date]:
    found = [one for one in picked if isinstance(one, date)] if isinstance(picked, tuple) else []
    return (found[0], found[-1]) if found else (day, day)


def _add(draft: Draft, who: str, why: str, lang: Lang) -> str:
    service = runtime.service()
    viewer, now = service.viewer(lang), service.floor_now()
    add_annotation(service.engine, viewer, service.config, draft, who, why, now)
    return text("trend.mark.added", lang, text=draft.text)
