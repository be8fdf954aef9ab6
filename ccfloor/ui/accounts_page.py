"""The page of accounts: who may come in, as what and for which part; made, changed, stopped, let in again."""

from collections.abc import Callable
from html import escape

import streamlit as st

from ccfloor.access.rights import RIGHTS, Right, Role
from ccfloor.service import runtime
from ccfloor.service.access import accounts
from ccfloor.service.access.accounts import ROLES, Actor, Draft
from ccfloor.service.audit import acting
from ccfloor.store.accounts import Account, Names, all_accounts
from ccfloor.store.members import team_of
from ccfloor.ui import people_kit as kit
from ccfloor.ui.scope_words import queue_label
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, text

_FIRST = "account-first"


def show(seen: Look) -> None:
    """The page."""
    service, lang = runtime.service(), seen.lang
    viewer = service.viewer(lang)
    viewer.needs(Right.ACCOUNTS)
    kit.dress(seen)
    st.header(text("page.accounts", lang), anchor=False)
    st.caption(text("account.lead", lang))
    who = kit.who_acts(lang)
    by = acting(who, viewer)
    with service.engine.connect() as connection:
        everybody = all_accounts(connection, viewer.site)
    _told_first(lang)
    for account in everybody:
        _row(account, by, lang)
    if not everybody:
        st.caption(text("account.none", lang))
    with st.expander(text("account.new", lang), key="account-new"):
        _new(by, lang)


def _told_first(lang: Lang) -> None:
    """A first password is on screen until it is put away, and nowhere else."""
    told = st.session_state.get(_FIRST)
    if not told:
        return
    with st.container(border=True):
        kit.piece(escape(text("account.first.once", lang, name=told[0])))
        st.code(told[1], language=None)
        if st.button(text("account.first.noted", lang)):
            del st.session_state[_FIRST]
            st.rerun()


# -- one account -------------------------------------------------------------------------------------


def _row(account: Account, by: Actor, lang: Lang) -> None:
    with st.container(key=f"people-row-account-{account.id}"):
        words, buttons = st.columns([5, 3], vertical_alignment="center")
        with words:
            kit.piece(_line(account, lang))
        with buttons, st.container(horizontal=True, horizontal_alignment="right"):
            for what in ("scope", "reset", "enable" if account.disabled else "disable"):
                _button(account, what, lang)
        _questions(account, by, lang)


def _line(account: Account, lang: Lang) -> str:
    zone = runtime.service().config.zone
    state = f'<span class="s">{escape(text("account.disabled", lang))}</span>' if account.disabled else ""
    seen = kit.at_clock(account.seen_at, zone) if account.seen_at else text("account.never", lang)
    kind = text("account.local" if account.local else "account.single", lang)
    return (
        f'<div class="cp-row {"past" if account.disabled else ""}">{state}<b>{escape(account.shown)}</b>'
        f"<span>{escape(account.name)}</span><span>{escape(text(f'access.role.{account.role}', lang))}</span>"
        f"<span>{escape(scope_words(account, lang))}</span>"
        f'<span class="t">{escape(kind)}</span>'
        f"<small>{escape(text('account.seen', lang, at=seen))}</small></div>"
    )


def scope_words(account: Account, lang: Lang) -> str:
    """What part of the floor an account sees."""
    if account.role == Role.AGENT:
        return account.agent
    queues, teams = account.queues, account.teams
    if queues is None and teams is None:
        return text("people.floor", lang)
    config, comma = runtime.service().config, "、" if lang == "zh" else ", "
    parts = [queue_label(config, queue, lang) for queue in sorted(queues or ())] + sorted(teams or ())
    return comma.join(parts) or text("account.nothing", lang)


def _button(account: Account, what: str, lang: Lang) -> None:
    name = f"account-{what}:{account.id}"
    closing = kit.close if kit.is_open(name) else kit.opens(name)
    st.button(text(f"account.do.{what}", lang), key=f"people-b-{name}", on_click=closing)


def _questions(account: Account, by: Actor, lang: Lang) -> None:
    if kit.is_open(f"account-scope:{account.id}"):
        with st.container(border=True):
            _scope(account, by, lang)
    for what in ("reset", "enable", "disable"):
        if kit.is_open(f"account-{what}:{account.id}"):
            ask = text(f"account.{what}.ask", lang, name=account.shown)
            act, why = _act(what, account, by, lang), text("people.why", lang)
            kit.question(f"account-{what}:{account.id}", lang, ask, why, act)


def _act(what: str, account: Account, by: Actor, lang: Lang) -> Callable[[str], str]:
    service = runtime.service()
    of = (service.engine, account.site, account.name)

    def act(why: str) -> str:
        now = service.clock()
        if what == "reset":
            st.session_state[_FIRST] = (account.name, accounts.reset_password(*of, by, why, now)[1])
        else:
            accounts.set_disabled(*of, what == "disable", by, why, now)
        return text(f"account.{what}.done", lang, name=account.shown)

    return act


# -- forms -------------------------------------------------------------------------------------------


def _new(by: Actor, lang: Lang) -> None:
    with st.form("account-new-form", border=False):
        left, right = st.columns(2)
        name = left.text_input(text("access.name", lang), max_chars=60, key="account-new-name")
        shown = right.text_input(text("account.shown", lang), max_chars=60, key="account-new-shown")
        fields = _fields("new", None, lang)
        why = st.text_input(text("people.why", lang), max_chars=1000, key="account-new-why")
        if st.form_submit_button(text("account.make", lang), type="primary"):
            kit.acting(lang, lambda: _make(Draft(name, shown, *fields), by, why, lang))
            if _FIRST in st.session_state:
                kit.again()


def _make(draft: Draft, by: Actor, why: str, lang: Lang) -> str:
    service = runtime.service()
    made = accounts.add_account(service.engine, service.config.site, draft, by, why, service.clock())
    st.session_state[_FIRST] = (made[0].name, made[1])
    return text("account.made", lang, name=made[0].shown)


def _scope(account: Account, by: Actor, lang: Lang) -> None:
    service = runtime.service()
    with st.form(f"account-scope-{account.id}", border=False):
        role, queues, teams, agent = _fields(str(account.id), account, lang)
        why = st.text_input(text("people.why", lang), max_chars=1000, key=f"account-why-{account.id}")
        if st.form_submit_button(text("people.confirm", lang), type="primary"):

            def act() -> str:
                of = (service.engine, account.site, account.name, role, by, why, service.clock())
                accounts.set_role(*of, queues=queues, teams=teams, agent=agent)
                return text("account.scope.done", lang, name=account.shown)

            if kit.acting(lang, act):
                kit.close()
                kit.again()


def _fields(key: str, account: Account | None, lang: Lang) -> tuple[Role, Names, Names, str]:
    """Role and scope; nothing chosen means all of it."""
    config = runtime.service().config
    role = st.selectbox(
        text("account.role", lang),
        ROLES,
        ROLES.index(account.role) if account else ROLES.index(Role.LEAD),
        format_func=lambda one: text(f"access.role.{one}", lang),
        key=f"account-role-{key}",
    )
    queues = st.multiselect(
        text("account.queues", lang),
        list(config.queues),
        sorted(account.queues & config.queues.keys()) if account and account.queues else [],
        format_func=lambda queue: queue_label(config, queue, lang),
        placeholder=text("account.all", lang),
        key=f"account-queues-{key}",
    )
    known = list(dict.fromkeys(team_of(config).values()))
    teams = st.multiselect(
        text("account.teams", lang),
        known,
        sorted(account.teams & set(known)) if account and account.teams else [],
        placeholder=text("account.all", lang),
        key=f"account-teams-{key}",
    )
    known_as = account.agent if account else ""
    agent = st.text_input(text("account.agent", lang), known_as, max_chars=80, key=f"account-agent-{key}")
    return role, frozenset(queues) or None, frozenset(teams) or None, agent.strip()


# -- the table of rights -----------------------------------------------------------------------------


def rights_table(lang: Lang) -> None:
    """Which role may what, as the program itself goes by."""
    roles = (Role.DISPLAY, *ROLES)
    header = ["", *(text(f"access.role.{role}", lang) for role in roles)]
    rows = [
        [escape(text(f"right.{right}", lang)), *("●" if role in holders else "" for role in roles)]
        for right, holders in RIGHTS.items()
    ]
    st.html(f'<div class="cp">{kit.table(header, rows)}</div>')
