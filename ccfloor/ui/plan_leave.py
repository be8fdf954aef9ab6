"""Leave on the plan page: decided as it is entered; what collides with a planned peak is listed."""

from html import escape

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.rules.calendar import Campaign
from ccfloor.rules.leave import Decision
from ccfloor.service import runtime
from ccfloor.service.leave import (
    GRANTED,
    WITHDRAWN,
    Asked,
    LeaveRow,
    conflicts,
    foresee,
    in_force,
    list_leave,
    request_leave,
    restore_leave,
    seats_in_sight,
    withdraw_leave,
)
from ccfloor.service.people_log import entries
from ccfloor.ui import people_kit as kit
from ccfloor.ui.access_kit import LOOKS, gate
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, text

_BACK_S = 7 * 86_400.0
_DRAFT = "people-leave-draft"
_DAY_S = 86_400.0


def show(seen: Look, who: str) -> None:
    """The section."""
    service = runtime.service()
    lang, now = seen.lang, service.floor_now()
    st.caption(text("people.leave.lead", lang))
    rows = list_leave(service.engine, service.viewer(lang), service.config, now - _BACK_S)
    met = conflicts(rows, in_force(service.engine, service.viewer(lang), now), now)
    for leave, campaigns in met:
        words = text("people.leave.conflict", lang, who=_person(leave, lang), what=_campaigns(campaigns))
        kit.piece(escape(words), "cp-bad")
    for row in [r for r in rows if r.end > now]:
        _row(row, who, now, lang, row.id in {leave.id for leave, _ in met})
    past = [row for row in rows if row.end <= now]
    if past:
        with st.expander(text("people.leave.past", lang, n=len(past))):
            for row in reversed(past):
                _row(row, who, now, lang, False)
    if not rows:
        st.caption(text("people.leave.none", lang))
    with st.expander(text("people.leave.new", lang), key="people-leave-new"):
        _form(who, now, lang)


def _person(row: LeaveRow, lang: Lang) -> str:
    info = runtime.service().config.seats.get(row.seat)
    if info is None:
        return row.agent or row.seat
    return info.agent_en or row.agent if lang == "en" and info.agent == row.agent else row.agent


def _campaigns(campaigns: tuple[Campaign, ...]) -> str:
    zone = runtime.service().config.zone
    return "; ".join(f"{item.name} {kit.period(item.start, item.end, zone)}" for item in campaigns)


def _row(row: LeaveRow, who: str, now: float, lang: Lang, bad: bool) -> None:
    with st.container(key=f"people-row-leave-{row.id}"):
        words, buttons = st.columns([5, 2], vertical_alignment="center")
        with words:
            kit.piece(_line(row, lang, bad))
        with buttons, st.container(horizontal=True, horizontal_alignment="right"):
            if row.end > now and row.decision == GRANTED:
                _button(row, "withdraw", lang)
            if row.end > now and row.decision == WITHDRAWN:
                _button(row, "restore", lang)
            _button(row, "log", lang)
        _questions(row, who, lang)


def _line(row: LeaveRow, lang: Lang, bad: bool) -> str:
    zone = runtime.service().config.zone
    state = text(f"people.leave.{row.decision}", lang)
    if bad:
        state = f"{state} · {text('people.leave.collides', lang)}"
    by = text("people.by", lang, who=row.who, at=kit.at_clock(row.at, zone))
    verdict = "" if row.why == "free" else text(f"people.leave.why.{row.why}", lang)
    return (
        f'<div class="cp-row {"past" if row.decision == WITHDRAWN else ""}">'
        f'<span class="s {"bad" if bad else ""}">{escape(state)}</span>'
        f"<b>{escape(_person(row, lang))}</b><span>{kit.period(row.start, row.end, zone)}</span>"
        f"<span>{escape(row.reason)}</span>"
        f'<span class="t">{escape(verdict)}</span><small>{escape(by)}</small></div>'
    )


def _button(row: LeaveRow, what: str, lang: Lang) -> None:
    name = f"leave-{what}:{row.id}"
    closing = kit.close if kit.is_open(name) else kit.opens(name)
    stands = LOOKS if what == "log" else gate(Right.DESK, lang)
    st.button(text(f"people.do.{what}", lang), key=f"people-b-{name}", on_click=closing, **stands)


def _questions(row: LeaveRow, who: str, lang: Lang) -> None:
    service = runtime.service()
    viewer, zone = service.viewer(lang), service.config.zone
    if kit.is_open(f"leave-log:{row.id}"):
        notes = entries(service.engine, viewer, f"leave/{row.id}")
        kit.piece(kit.log_lines([(n.at, n.who, n.item, n.text) for n in notes], zone, lang, 0.0))
    may = gate(Right.DESK, lang)
    details = {"who": _person(row, lang), "period": kit.period(row.start, row.end, zone)}
    if kit.is_open(f"leave-withdraw:{row.id}"):

        def withdraw(why: str) -> str:
            withdraw_leave(service.engine, viewer, service.config, row.id, who, why, service.floor_now())
            return text("people.leave.withdrawn.done", lang, **details)

        sentence = text("people.leave.withdraw.ask", lang, **details)
        kit.question(f"leave-withdraw:{row.id}", lang, sentence, text("people.why", lang), withdraw, may)
    if kit.is_open(f"leave-restore:{row.id}"):

        def restore(why: str) -> str:
            decision = restore_leave(
                service.engine, viewer, service.config, row.id, who, why, service.floor_now()
            )
            return _verdict(decision, lang)

        sentence = text("people.leave.restore.ask", lang, **details)
        kit.question(f"leave-restore:{row.id}", lang, sentence, text("people.why", lang), restore, may)


def _verdict(decision: Decision, lang: Lang) -> str:
    return text(f"people.leave.verdict.{decision.verdict.value}", lang, what=_campaigns(decision.touched))


# -- the form ----------------------------------------------------------------------------------------


def _form(who: str, now: float, lang: Lang) -> None:
    service = runtime.service()
    config = service.config
    mine = seats_in_sight(service.viewer(lang), config)
    with st.form("people-leave", border=False):
        seat = st.selectbox(
            text("people.leave.seat", lang),
            [name for name in config.seats if mine is None or name in mine],
            index=None,
            format_func=lambda name: _seat_label(name, lang),
            placeholder=text("people.leave.seat.hint", lang),
            key="pl-seat",
        )
        left, right = st.columns(2)
        hour = now - now % 3600 + 3600
        with left:
            start = kit.when(text("people.start", lang), "pl-start", config.zone, hour)
        with right:
            end = kit.when(text("people.end", lang), "pl-end", config.zone, hour + _DAY_S)
        reason = st.text_input(text("people.leave.reason", lang), max_chars=1000, key="pl-reason")
        force = st.checkbox(
            text("people.leave.force", lang), key="pl-force", help=text("people.leave.force.help", lang)
        )
        if st.form_submit_button(text("people.check", lang), type="primary", **gate(Right.DESK, lang)):
            st.session_state[_DRAFT] = Asked(seat or "", start, end, reason, force)
    asked = st.session_state.get(_DRAFT)
    if asked:
        _confirm(asked, who, lang)


def _seat_label(name: str, lang: Lang) -> str:
    info = runtime.service().config.seats[name]
    person = info.agent_en or info.agent if lang == "en" else info.agent or info.agent_en
    return " · ".join(part for part in (info.team, person, info.number or name) if part)


def _confirm(asked: Asked, who: str, lang: Lang) -> None:
    """What the request would get; only then it is recorded."""
    service = runtime.service()
    decision = foresee(service.engine, service.viewer(lang), asked, service.floor_now())
    with st.container(border=True, key="people-confirm-leave"):
        zone = service.config.zone
        person = _seat_label(asked.seat, lang) if asked.seat else "–"
        summary = f"{person} · {kit.period(asked.start, asked.end, zone)} · {asked.reason}"
        kit.piece(f"<b>{escape(summary)}</b>")
        kit.piece(escape(_verdict(decision, lang)), "cp-warn" if decision.granted else "cp-bad")
        with st.container(horizontal=True):
            label = "people.leave.keep" if decision.granted else "people.leave.keep.refused"
            yes = st.button(text(label, lang), type="primary", key="pl-yes", **gate(Right.DESK, lang))
            no = st.button(text("people.back", lang), key="pl-no")
        if no or (yes and kit.acting(lang, lambda: _keep(asked, who, lang))):
            del st.session_state[_DRAFT]
            if yes:
                for field in ("seat", "start", "end", "reason", "force"):
                    st.session_state.pop(f"pl-{field}", None)
            kit.again()


def _keep(asked: Asked, who: str, lang: Lang) -> str:
    service = runtime.service()
    viewer, now = service.viewer(lang), service.floor_now()
    _, decision = request_leave(service.engine, viewer, service.config, asked, who, now)
    return _verdict(decision, lang)
