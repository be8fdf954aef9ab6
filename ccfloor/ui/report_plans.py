"""Plans of reports on the page: what is made when, for whom; making one, pausing, taking away, and back."""

from collections.abc import Callable
from datetime import time
from html import escape

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.service import runtime
from ccfloor.service.people_log import entries
from ccfloor.service.reports import plans
from ccfloor.service.reports.due import next_due
from ccfloor.service.reports.mailing import mail_channels
from ccfloor.service.reports.plans import FORMATS, KINDS, PARTS, Plan
from ccfloor.store.members import teams
from ccfloor.ui import people_kit as kit
from ccfloor.ui.access_kit import LOOKS, gate
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.scope_words import scope_titled
from ccfloor.ui.texts import Lang, text

_GONE_SHOWN = 5
Act = Callable[[str], str]


@st.fragment
def show(lang: Lang) -> None:
    """The plans, those taken away, and the form for another."""
    st.subheader(text("report.plans", lang), anchor=False)
    st.caption(text("report.plans.lead", lang, folder=runtime.service().settings.reports.folder))
    with database_or_notice(lang):
        service = runtime.service()
        every = plans.read_plans(service.engine, service.viewer(lang), removed=True)
        who = kit.who_acts(lang)
        for plan in every:
            if plan.removed_at is None:
                _plan(plan, who, lang)
        if not any(plan.removed_at is None for plan in every):
            st.caption(text("report.plans.none", lang))
        _gone([plan for plan in every if plan.removed_at is not None], who, lang)
        _form(who, lang)


# -- one plan ----------------------------------------------------------------------------------------------


def _plan(plan: Plan, who: str, lang: Lang) -> None:
    with st.container(key=f"people-row-report-{plan.id}"):
        kit.piece(_line(plan, lang), "cp-row" if plan.enabled else "cp-row past")
        with st.container(horizontal=True):
            for what in ("pause" if plan.enabled else "resume", "remove", "log"):
                _button(plan, what, lang)
        _questions(plan, who, lang)


def _line(plan: Plan, lang: Lang) -> str:
    """The plan in a row: name, what, when, to whom."""
    body = plan.body
    service = runtime.service()
    due = next_due(plan, service.config, service.clock()) if plan.enabled else None
    scope = scope_titled(service.config, body.of, lang)
    title = text(f"report.title.{body.kind}.{body.part}", lang)
    state = (
        text("report.plans.next", lang, at=kit.at_clock(due, service.config.zone)[:-3])
        if due
        else text("report.plans.paused", lang)
    )
    goes = [
        ", ".join(text(f"report.format.{form}", lang) for form in body.formats),
        text(f"lang.{body.lang}", lang),
    ]
    goes += [text("report.plans.folder", lang, folder=body.folder)] if body.folder else []
    if body.mail:
        goes.append(text("report.plans.mail", lang, channel=body.mail, to=", ".join(body.to) or "–"))
    words = [f"<b>{escape(plan.name)}</b>", escape(f"{title} · {scope}"), escape(when_text(plan, lang))]
    words += [f'<span class="s">{escape(state)}</span>', f'<span class="t">{escape(" · ".join(goes))}</span>']
    words.append(f'<span class="t">{escape(text("report.plans.by", lang, who=plan.who))}</span>')
    return " ".join(words)


def when_text(plan: Plan, lang: Lang) -> str:
    """When it is made, in words."""
    body = plan.body
    day = text(f"report.weekday.{body.weekday}", lang)
    return text(f"report.when.{body.part}", lang, at=body.at, weekday=day, day=body.monthday)


def _button(plan: Plan, what: str, lang: Lang) -> None:
    name = f"report-{what}:{plan.id}"
    click = kit.close if kit.is_open(name) else kit.opens(name)
    stands = LOOKS if what == "log" else gate(Right.SCHEDULE, lang)
    st.button(text(f"report.plans.{what}", lang), key=f"people-b-{name}", on_click=click, **stands)


def _questions(plan: Plan, who: str, lang: Lang) -> None:
    service = runtime.service()
    viewer = service.viewer(lang)
    if kit.is_open(f"report-log:{plan.id}"):
        notes = entries(service.engine, viewer, plan.about)
        lines = [(note.at, note.who, note.item, note.text) for note in notes]
        kit.piece(kit.log_lines(lines, service.config.zone, lang, 0.0))

    def switch(on: bool) -> Act:
        def act(why: str) -> str:
            plans.switch_plan(service.engine, viewer, plan.id, on, who, why, service.clock())
            return text("report.plans.done", lang, name=plan.name)

        return act

    def remove(why: str) -> str:
        plans.remove_plan(service.engine, viewer, plan.id, who, why, service.clock())
        return text("report.plans.done", lang, name=plan.name)

    acts: dict[str, Act] = {"pause": switch(False), "resume": switch(True), "remove": remove}
    for what, act in acts.items():
        name = f"report-{what}:{plan.id}"
        if kit.is_open(name):
            sentence = text(f"report.plans.{what}.ask", lang, name=plan.name)
            kit.question(name, lang, sentence, text("people.why", lang), act, gate(Right.SCHEDULE, lang))


def _gone(gone: list[Plan], who: str, lang: Lang) -> None:
    """Plans taken away, the last ones first: each can be taken back."""
    if not gone:
        return
    service = runtime.service()
    with st.expander(text("report.plans.gone", lang, n=len(gone))):
        for plan in sorted(gone, key=lambda one: -(one.removed_at or 0))[:_GONE_SHOWN]:
            kit.piece(_line(plan._replace(enabled=False), lang), "cp-row past")
            _button(plan, "restore", lang)
            name = f"report-restore:{plan.id}"

            def act(why: str, plan: Plan = plan) -> str:
                plans.restore_plan(service.engine, service.viewer(lang), plan.id, who, why, service.clock())
                return text("report.plans.done", lang, name=plan.name)

            if kit.is_open(name):
                sentence = text("report.plans.restore.ask", lang, name=plan.name)
                kit.question(name, lang, sentence, text("people.why", lang), act, gate(Right.SCHEDULE, lang))


# -- another one -------------------------------------------------------------------------------------------


def _form(who: str, lang: Lang) -> None:
    service = runtime.service()
    channels = mail_channels(service.settings.site)
    with (
        st.expander(text("report.plans.new", lang)),
        st.form("report-plan", border=False, clear_on_submit=False, enter_to_submit=False),
    ):
        say = _sayer(lang)
        name = st.text_input(say("name"), max_chars=80, key="report-new-name")
        left, middle, right = st.columns(3)
        with left:
            part = st.selectbox(say("every"), PARTS, format_func=lambda one: text(f"report.part.{one}", lang))
            at = st.time_input(say("at"), time(7, 30), step=300)
        with middle:
            weekday = st.selectbox(
                say("weekday"), range(1, 8), format_func=lambda day: text(f"report.weekday.{day}", lang)
            )
            monthday = st.number_input(say("monthday"), 1, 28, 1)
        with right:
            kind = st.selectbox(say("kind"), KINDS, format_func=lambda one: text(f"report.kind.{one}", lang))
            scope = st.selectbox(say("scope"), _scopes(lang), format_func=lambda one: _scope_words(one, lang))
        left, middle, right = st.columns(3)
        with left:
            tongue = st.selectbox(
                say("lang"), ("zh", "en"), format_func=lambda one: text(f"lang.{one}", lang)
            )
            formats = st.multiselect(
                say("formats"),
                FORMATS,
                ["pdf", "xlsx"],
                format_func=lambda form: text(f"report.format.{form}", lang),
                placeholder=say("formats.none"),
            )
        with middle:
            folder = st.text_input(say("folder"), max_chars=200, placeholder=say("folder.hint"))
        with right:
            mail = st.selectbox(say("mail"), ["", *channels], format_func=lambda one: one or say("mail.none"))
            to = st.text_input(say("to"), placeholder=say("to.hint"))
        why = st.text_input(text("people.why", lang), max_chars=1000, key="report-new-why")
        sent = st.form_submit_button(
            say("add"), type="primary", **gate(Right.SCHEDULE, lang, beyond=not _scopes(lang))
        )
    if not channels:
        st.caption(say("mail.how"))

    def act() -> str:
        body = plans.checked(
            kind=kind,
            part=part,
            scope=str(scope),
            lang=tongue,
            formats=tuple(formats),
            at=at.strftime("%H:%M") if at else "",
            weekday=weekday,
            monthday=int(monthday or 1),
            folder=folder,
            mail=mail,
            to=tuple(
                one.strip() for one in to.replace("，", ",").replace(";", ",").split(",") if one.strip()
            ),
        )
        plans.add_plan(service.engine, service.viewer(lang), name, body, who, why, service.clock())
        return text("report.plans.done", lang, name=name)

    if sent and kit.acting(lang, act):
        kit.again()


def _sayer(lang: Lang) -> Callable[[str], str]:
    return lambda key: text(f"report.new.{key}", lang)


def _scopes(lang: Lang) -> list[Scope]:
    """Whole site, queues, teams; a plan for one agent is made on the command line."""
    config, viewer = runtime.service().config, runtime.service().viewer(lang)
    queues = [Scope("queue", name) for name in config.queues if viewer.sees_queue(name)]
    found = [SITE, *queues, *(Scope("team", name) for name in teams(config, viewer))]
    return [scope for scope in found if viewer.covers(scope.kind, scope.name)]


def _scope_words(scope: Scope, lang: Lang) -> str:
    return scope_titled(runtime.service().config, scope, lang)
