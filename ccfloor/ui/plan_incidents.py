"""Incidents and the emergency group on the plan page: declare, log, report with one click, close."""

from html import escape

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.service import runtime
from ccfloor.service.contacts import Contact, load_contacts
from ccfloor.service.incident_report import compose
from ccfloor.service.incidents import (
    CAUSES,
    IncidentRow,
    close_incident,
    declare_incident,
    list_incidents,
    note_incident,
    reopen_incident,
)
from ccfloor.service.people_log import entries
from ccfloor.service.places import SettingsError
from ccfloor.service.plan_notes import Note
from ccfloor.service.reporting import report_incident
from ccfloor.ui import people_kit as kit
from ccfloor.ui.access_kit import gate
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, text

_BACK_S = 7 * 86_400.0
_DRAFT = "people-incident-draft"

Draft = tuple[str, str, float]  # cause, what happened, since when


def show(seen: Look, who: str) -> None:
    """The section: open incidents first, each with its log, report and closing."""
    service = runtime.service()
    lang, now = seen.lang, service.floor_now()
    viewer = service.viewer(lang)
    st.caption(text("people.incident.lead", lang))
    told = list_incidents(service.engine, viewer)
    standing = [row for row in told if row.closed_at is None]
    for row in standing:
        _open(row, who, now, lang)
    if not standing:
        st.caption(text("people.incident.none", lang))
    with st.expander(text("people.incident.new", lang), key="people-incident-new"):
        _form(who, now, lang)
    past = [row for row in told if row.started_at >= now - _BACK_S and row.closed_at is not None]
    if past:
        with st.expander(text("people.incident.past", lang, n=len(past))):
            for row in past:
                with st.container(key=f"people-row-incident-{row.id}"):
                    _closed(row, who, lang)


def contacts(seen: Look) -> None:
    """The emergency group; a file that cannot be used is told with file, line and field."""
    lang = seen.lang
    st.caption(text("people.contact.lead", lang))
    try:
        people = load_contacts(runtime.service().settings.site)
    except SettingsError as error:
        kit.piece(escape(text("people.contact.bad", lang)), "cp-bad")
        kit.piece("<br>".join(escape(problem.said(lang)) for problem in error.problems))
        return
    if not people:
        st.caption(text("people.contact.none", lang))
        return
    header = [text(f"people.contact.{name}", lang) for name in ("name", "role", "phone", "duty")]
    kit.piece(kit.table(header, [_contact(person, lang) for person in people]))


def _contact(person: Contact, lang: Lang) -> list[str]:
    report = text("people.contact.supervisor", lang)
    mark = f"<br><small>{escape(report)}</small>" if person.supervisor else ""
    return [
        f"<b>{escape(person.name(lang))}</b>{mark}",
        escape(person.role.said(lang)),
        f'<a class="cp-tel" href="tel:{person.dialled}">{escape(person.phone)}</a>',
        escape(person.duty.said(lang)),
    ]


# -- one incident ------------------------------------------------------------------------------------


def _head(row: IncidentRow, lang: Lang) -> str:
    zone = runtime.service().config.zone
    closed = row.closed_at is not None
    state = text("people.incident.closed" if closed else "people.incident.open", lang)
    since = kit.at_clock(row.started_at, zone)
    by = text("people.by", lang, who=row.who, at=kit.at_clock(row.declared_at, zone))
    sheet = text("people.sheet", lang)
    return (
        f'<div class="cp-row {"past" if closed else ""}"><span class="s {"" if closed else "bad"}">'
        f"{escape(state)}</span><b>{escape(text(f'people.cause.{row.cause}', lang))}</b>"
        f"<span>{since}</span><span>{escape(row.text)}</span><small>{escape(by)}</small>"
        f'<a href="?{_link(row)}" target="_self">{escape(sheet)}</a></div>'
    )


def _link(row: IncidentRow) -> str:
    kept = {key: st.query_params[key] for key in ("lang", "theme", "site") if key in st.query_params}
    return "&amp;".join(f"{key}={escape(value)}" for key, value in {**kept, "sheet": row.about}.items())


def _open(row: IncidentRow, who: str, now: float, lang: Lang) -> None:
    service = runtime.service()
    viewer, zone = service.viewer(lang), service.config.zone
    notes = entries(service.engine, viewer, row.about)
    with st.container(border=True, key=f"people-incident-{row.id}"):
        kit.piece(_head(row, lang))
        kit.piece(kit.log_lines([(n.at, n.who, _done(n), n.text) for n in notes[1:]], zone, lang, now))
        with st.form(f"people-incident-note-{row.id}", border=False, clear_on_submit=True):
            words, button = st.columns([4, 1], vertical_alignment="bottom")
            done = words.text_input(
                text("people.incident.done", lang), max_chars=1000, key=f"pi-note-{row.id}"
            )
            sent = button.form_submit_button(text("people.incident.log", lang), **gate(Right.DESK, lang))
            if sent and kit.acting(lang, lambda: _log(row, who, done, lang)):
                kit.again()
        _preview(row, notes, who, now, lang)
        name = f"incident-close:{row.id}"
        with st.container(horizontal=True):
            _report(row, who, lang)
            if not kit.is_open(name):
                st.button(
                    text("people.do.close", lang),
                    key=f"people-b-{name}",
                    on_click=kit.opens(name),
                    **gate(Right.DESK, lang),
                )
        if not kit.is_open(name):
            return

        def shut(outcome: str) -> str:
            close_incident(service.engine, viewer, row.id, who, outcome, service.floor_now())
            return text("people.incident.closed.done", lang)

        sentence = text("people.incident.close.ask", lang, text=row.text)
        label = text("people.incident.outcome", lang)
        kit.question(name, lang, sentence, label, shut, gate(Right.DESK, lang))


def _done(note: Note) -> str:
    return "report" if note.kind == "report" else note.item or "done"


def _log(row: IncidentRow, who: str, done: str, lang: Lang) -> str:
    service = runtime.service()
    note_incident(service.engine, service.viewer(lang), row.id, who, done, service.floor_now())
    return text("people.incident.logged", lang)


def _preview(row: IncidentRow, notes: list[Note], who: str, now: float, lang: Lang) -> None:
    """The report as it would be sent now, and when the last one went."""
    service = runtime.service()
    site = service.settings.site
    view = service.view(service.viewer(lang))
    names = (site.name_zh, site.name_en)
    report = compose(row, notes, view, names, service.config.zone, who or "–", now)
    with st.expander(text("people.incident.report.preview", lang)):
        kit.piece(f'<pre class="cp">{escape(report.said(lang))}</pre>')
    last = max((note.at for note in notes if note.kind == "report"), default=0.0)
    if last:
        st.caption(text("people.incident.reported.at", lang, at=kit.at_clock(last, service.config.zone, now)))


def _report(row: IncidentRow, who: str, lang: Lang) -> None:
    """One click sends it."""
    label, stands = text("people.incident.report", lang), gate(Right.DESK, lang)
    clicked = st.button(label, type="primary", key=f"pi-report-{row.id}", **stands)
    if clicked and kit.acting(lang, lambda: _send(row, who, lang)):
        kit.again()


def _send(row: IncidentRow, who: str, lang: Lang) -> str:
    service = runtime.service()
    viewer = service.viewer(lang)
    view, site, now = service.view(viewer), service.settings.site, service.floor_now()
    channels = report_incident(service.engine, viewer, site, row.id, view, who, now)
    if not channels:
        return text("people.incident.reported.nowhere", lang)
    return text("people.incident.reported", lang, channels=", ".join(channels))


def _closed(row: IncidentRow, who: str, lang: Lang) -> None:
    service = runtime.service()
    zone, viewer = service.config.zone, service.viewer(lang)
    words, button = st.columns([5, 1], vertical_alignment="center")
    with words:
        closed = kit.at_clock(row.closed_at or 0.0, zone)
        outcome = text("people.incident.outcome.line", lang, at=closed, who=row.closed_by, text=row.outcome)
        kit.piece(f"{_head(row, lang)}<small>{escape(outcome)}</small>")
    name = f"incident-reopen:{row.id}"
    with button:
        label, stands = text("people.do.reopen", lang), gate(Right.DESK, lang)
        st.button(label, key=f"people-b-{name}", on_click=kit.opens(name), **stands)
    if kit.is_open(name):

        def reopen(why: str) -> str:
            reopen_incident(service.engine, viewer, row.id, who, why, service.floor_now())
            return text("people.incident.reopened.done", lang)

        sentence = text("people.incident.reopen.ask", lang, text=row.text)
        kit.question(name, lang, sentence, text("people.why", lang), reopen, gate(Right.DESK, lang))


# -- declaring ---------------------------------------------------------------------------------------


def _form(who: str, now: float, lang: Lang) -> None:
    service = runtime.service()
    with st.form("people-incident", border=False):
        cause = st.segmented_control(
            text("people.incident.cause", lang),
            CAUSES,
            default=CAUSES[0],
            required=True,
            format_func=lambda name: text(f"people.cause.{name}", lang),
            key="pi-cause",
        )
        words = st.text_input(text("people.incident.text", lang), max_chars=1000, key="pi-text")
        ago = st.number_input(text("people.incident.ago", lang), 0, 1440, 0, key="pi-ago", width=220)
        if st.form_submit_button(text("people.check", lang), type="primary", **gate(Right.DESK, lang)):
            st.session_state[_DRAFT] = (cause, words, service.floor_now() - 60.0 * ago)
    draft: Draft | None = st.session_state.get(_DRAFT)
    if draft:
        _confirm(draft, who, lang)


def _confirm(draft: Draft, who: str, lang: Lang) -> None:
    service = runtime.service()
    cause, words, started = draft
    with st.container(border=True, key="people-confirm-incident"):
        since = kit.at_clock(started, service.config.zone)
        cause_word = text(f"people.cause.{cause}", lang)
        kit.piece(
            escape(text("people.incident.ask", lang, cause=cause_word, text=words, at=since)), "cp-warn"
        )
        with st.container(horizontal=True):
            label, stands = text("people.confirm", lang), gate(Right.DESK, lang)
            yes = st.button(label, type="primary", key="pi-yes", **stands)
            no = st.button(text("people.back", lang), key="pi-no")

        def keep() -> str:
            viewer, now = service.viewer(lang), service.floor_now()
            declare_incident(service.engine, viewer, cause, words, started, who, now)
            return text("people.incident.declared", lang)

        if no or (yes and kit.acting(lang, keep)):
            del st.session_state[_DRAFT]
            if yes:
                for field in ("cause", "text", "ago"):
                    st.session_state.pop(f"pi-{field}", None)
            kit.again()
