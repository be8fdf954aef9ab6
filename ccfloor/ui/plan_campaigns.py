"""Planned peaks on the plan page: the calendar, the form, and how the floor stands in a running one."""

from html import escape

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.rules.calendar import Campaign
from ccfloor.rules.leave import touched
from ccfloor.rules.model import Order
from ccfloor.service import runtime
from ccfloor.service.campaigns import (
    CampaignRow,
    Draft,
    add_campaign,
    callback_order,
    cancel_campaign,
    change_campaign,
    overlapping,
    planned_status,
    restore_campaign,
    seen_campaigns,
)
from ccfloor.service.leave import list_leave
from ccfloor.service.people_log import entries
from ccfloor.service.rulebook import book
from ccfloor.ui import people_kit as kit
from ccfloor.ui.access_kit import LOOKS, Gate, gate
from ccfloor.ui.scope_words import queue_label
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, text

_BACK_S = 7 * 86_400.0
_DRAFT = "people-campaign-draft"


def show(seen: Look, who: str) -> None:
    """The section."""
    service = runtime.service()
    lang, now = seen.lang, service.floor_now()
    site = service.config.site
    rows = seen_campaigns(service.engine, service.viewer(), now - _BACK_S)
    order = callback_order(book(service.engine, site), now)
    st.caption(text("people.campaign.lead", lang, limit=order.limit))
    _status(rows, order, now, lang)
    for row in [r for r in rows if r.state(now) in ("running", "planned")]:
        _row(row, rows, who, now, lang)
    past = [row for row in rows if row.state(now) in ("over", "cancelled")]
    if past:
        with st.expander(text("people.campaign.past", lang, n=len(past))):
            for row in reversed(past):
                _row(row, rows, who, now, lang)
    if not rows:
        st.caption(text("people.campaign.none", lang))
    with st.expander(text("people.campaign.new", lang), key="people-campaign-new"):
        _form("new", None, rows, who, now, lang)


def _status(rows: list[CampaignRow], order: Order, now: float, lang: Lang) -> None:
    """While one runs: callbacks of normal seats now against the limit."""
    if not any(row.counts.start <= now < row.counts.end for row in rows):
        return
    service = runtime.service()
    status = planned_status(service.view(service.viewer(lang)), order)
    agents = [service.config.seats[s] for s in status.seats if s in service.config.seats]
    names = "、".join(a.agent for a in agents) if lang == "zh" else ", ".join(a.agent_en for a in agents)
    key = "people.campaign.over" if status.over else "people.campaign.within"
    words = text(key, lang, n=status.now, limit=status.limit)
    kit.piece(escape(f"{words} {names}"), "cp-bad" if status.over else "cp-warn")


def _row(row: CampaignRow, rows: list[CampaignRow], who: str, now: float, lang: Lang) -> None:
    state = row.state(now)
    with st.container(key=f"people-row-campaign-{row.id}"):
        words, buttons = st.columns([5, 2], vertical_alignment="center")
        with words:
            kit.piece(_line(row, state, lang))
        with buttons, st.container(horizontal=True, horizontal_alignment="right"):
            _buttons(row, state, now, lang)
        _questions(row, rows, who, now, lang)


def _line(row: CampaignRow, state: str, lang: Lang) -> str:
    config = runtime.service().config
    queues = ", ".join(queue_label(config, queue, lang) for queue in row.queues)
    mark = {"running": "now", "cancelled": ""}.get(state, "")
    note = f'<span class="t">{escape(row.note)}</span>' if row.note else ""
    by = text("people.by", lang, who=row.who, at=kit.at_clock(row.at, config.zone))
    return (
        f'<div class="cp-row {"past" if state in ("over", "cancelled") else ""}">'
        f'<span class="s {mark}">{escape(text(f"people.campaign.state.{state}", lang))}</span>'
        f"<b>{escape(row.name)}</b><span>{kit.period(row.start, row.end, config.zone)}</span>"
        f"<span>{escape(queues or text('people.floor', lang))}</span>{note}"
        f"<small>{escape(by)}</small></div>"
    )


def _buttons(row: CampaignRow, state: str, now: float, lang: Lang) -> None:
    if state in ("running", "planned"):
        _button(row, "change", lang)
        _button(row, "cancel", lang)
    elif state == "cancelled" and row.end > now:
        _button(row, "restore", lang)
    _button(row, "log", lang)


def _button(row: CampaignRow, what: str, lang: Lang) -> None:
    name = f"campaign-{what}:{row.id}"
    closing = kit.close if kit.is_open(name) else kit.opens(name)
    stands = LOOKS if what == "log" else _stands(row, lang)
    st.button(text(f"people.do.{what}", lang), key=f"people-b-{name}", on_click=closing, **stands)


def _stands(row: CampaignRow | None, lang: Lang) -> Gate:
    """The whole floor's campaigns are for who sees all queues."""
    mine = runtime.service().viewer(lang).queues is None
    return gate(Right.DESK, lang, beyond=row is not None and not row.queues and not mine)


def _questions(row: CampaignRow, rows: list[CampaignRow], who: str, now: float, lang: Lang) -> None:
    service = runtime.service()
    viewer, config = service.viewer(lang), service.config
    why = text("people.why", lang)
    if kit.is_open(f"campaign-log:{row.id}"):
        notes = entries(service.engine, service.viewer(lang), f"campaign/{row.id}")
        lines = [(note.at, note.who, note.item, note.text) for note in notes]
        kit.piece(kit.log_lines(lines, config.zone, lang, 0.0))
    if kit.is_open(f"campaign-change:{row.id}"):
        with st.container(border=True):
            _form(str(row.id), row, rows, who, now, lang)
    if kit.is_open(f"campaign-cancel:{row.id}"):

        def cancel(reason: str) -> str:
            cancel_campaign(service.engine, viewer, row.id, who, reason, service.floor_now())
            return text("people.campaign.cancelled.done", lang, name=row.name)

        kit.question(
            f"campaign-cancel:{row.id}",
            lang,
            text("people.campaign.cancel.ask", lang, name=row.name),
            why,
            cancel,
            _stands(row, lang),
        )
    if kit.is_open(f"campaign-restore:{row.id}"):

        def restore(reason: str) -> str:
            restore_campaign(service.engine, viewer, config, row.id, who, reason, service.floor_now())
            return text("people.campaign.restored.done", lang, name=row.name)

        kit.question(
            f"campaign-restore:{row.id}",
            lang,
            text("people.campaign.restore.ask", lang, name=row.name),
            why,
            restore,
            _stands(row, lang),
        )


# -- the form ----------------------------------------------------------------------------------------


def _form(
    name: str, row: CampaignRow | None, rows: list[CampaignRow], who: str, now: float, lang: Lang
) -> None:
    """Fields first; then what it would meet, and only then it is kept."""
    config, viewer = runtime.service().config, runtime.service().viewer(lang)
    begun = row is not None and row.state(now) == "running"
    with st.form(f"people-campaign-{name}", border=False):
        title = st.text_input(
            text("people.campaign.name", lang), row.name if row else "", max_chars=80, key=f"pc-name-{name}"
        )
        left, right = st.columns(2)
        with left:
            hour = now - now % 3600 + 3600
            start = kit.when(
                text("people.start", lang), f"pc-start-{name}", config.zone, row.start if row else hour
            )
        with right:
            end = kit.when(
                text("people.end", lang), f"pc-end-{name}", config.zone, row.end if row else hour + 7200
            )
        queues = st.multiselect(
            text("people.campaign.queues", lang),
            [queue for queue in config.queues if viewer.sees_queue(queue)],
            [queue for queue in row.queues if viewer.sees_queue(queue)] if row else [],
            format_func=lambda queue: queue_label(config, queue, lang),
            placeholder=text("people.floor", lang),
            key=f"pc-queues-{name}",
            disabled=begun,
        )
        note = st.text_input(
            text("people.note", lang), row.note if row else "", max_chars=1000, key=f"pc-note-{name}"
        )
        why = st.text_input(text("people.why", lang), max_chars=1000, key=f"pc-why-{name}")
        if st.form_submit_button(text("people.check", lang), type="primary", **_stands(row, lang)):
            begin = row.start if row and begun else start
            draft = Draft(title, begin, end, tuple(queues), note)
            st.session_state[f"{_DRAFT}-{name}"] = (draft, why)
    pending = st.session_state.get(f"{_DRAFT}-{name}")
    if pending:
        _confirm(name, row, pending[0], pending[1], rows, who, lang)


def _confirm(
    name: str,
    row: CampaignRow | None,
    draft: Draft,
    why: str,
    rows: list[CampaignRow],
    who: str,
    lang: Lang,
) -> None:
    """What the draft would meet: other campaigns, leave that is granted already."""
    config = runtime.service().config
    with st.container(border=True, key=f"people-confirm-campaign-{name}"):
        summary = text(
            "people.campaign.ask",
            lang,
            name=draft.name or "–",
            period=kit.period(draft.start, draft.end, config.zone),
            queues=", ".join(queue_label(config, q, lang) for q in draft.queues)
            or text("people.floor", lang),
        )
        kit.piece(f"<b>{escape(summary)}</b>")
        for other in overlapping(rows, draft, row.id if row else 0):
            span = kit.period(other.start, other.end, config.zone)
            words = text("people.campaign.overlaps", lang, name=other.name, period=span)
            kit.piece(escape(words), "cp-warn")
        met = _leave_met(draft, lang)
        if met:
            kit.piece(
                escape(text("people.campaign.leave", lang, n=len(met), names=", ".join(met))), "cp-warn"
            )
        with st.container(horizontal=True):
            yes = st.button(
                text("people.confirm", lang), type="primary", key=f"pc-yes-{name}", **_stands(row, lang)
            )
            no = st.button(text("people.back", lang), key=f"pc-no-{name}")
        if no or (yes and kit.acting(lang, lambda: _keep(row, draft, who, why, lang))):
            del st.session_state[f"{_DRAFT}-{name}"]
            if yes:
                kit.close()
                for field in ("name", "start", "end", "queues", "note", "why"):
                    st.session_state.pop(f"pc-{field}-{name}", None)
            kit.again()


def _leave_met(draft: Draft, lang: Lang) -> list[str]:
    """Who has leave, granted already and not for force majeure, in that time."""
    service = runtime.service()
    rows = list_leave(service.engine, service.viewer(lang), service.config, draft.start, draft.end)
    asked = Campaign(draft.start, draft.end, draft.queues, draft.name)
    return [
        row.agent or row.seat
        for row in rows
        if row.decision == "granted" and not row.force_majeure and touched(row.start, row.end, [asked])
    ]


def _keep(row: CampaignRow | None, draft: Draft, who: str, why: str, lang: Lang) -> str:
    service = runtime.service()
    viewer, now = service.viewer(lang), service.floor_now()
    if row is None:
        add_campaign(service.engine, viewer, service.config, draft, who, why, now)
    else:
        change_campaign(service.engine, viewer, service.config, row.id, draft, who, why, now)
    return text("people.campaign.kept", lang, name=draft.name)
