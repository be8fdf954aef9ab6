"""The page of accounts: who may come in, as what and for which part; made, changed, stopped, let in again."""

from collections.abc import Callable
from html import escape
from typing import NamedTuple

import streamlit as st

from ccfloor.access.rights import RIGHTS, Right, Role
from ccfloor.service import runtime
from ccfloor.service.access import accounts
from ccfloor.service.access.account_back import Before, changed_from
from ccfloor.service.access.account_scope import Scoped
from ccfloor.service.access.accounts import ROLES, AccountError, Actor, Draft
from ccfloor.service.audit import acting
from ccfloor.store.accounts import Account, Names, all_accounts
from ccfloor.store.members import team_of
from ccfloor.ui import people_kit as kit
from ccfloor.ui.access_kit import gate
from ccfloor.ui.scope_words import gone, queue_or_gone, scope_of
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, text

_FIRST = "account-first"
_CSS = """
.cp-cell small{display:block}.ac-off{color:var(--over)}
"""
_RIGHTS_CSS = """
.cp-rights{max-width:64rem}.cp-rights .cp-tab td{padding:.15rem 1rem .15rem 0}
@media(max-width:700px){.cp-rights .cp-tab tr:not(:first-child){display:flex;flex-wrap:wrap;gap:0 .8rem}
.cp-rights .cp-tab td{padding:0}.cp-rights .cp-tab td::before{flex:none}
.cp-rights td:first-child{flex:0 0 100%;font-weight:700}.cp-rights td:first-child::before{content:none}
.cp-rights td:not(:first-child) span{display:none}}
"""
_COLUMNS = ("shown", "role", "scope", "seen", "state", "do")
_WIDTHS = (2.2, 1, 2.2, 1.3, 1.1, 4)


class _Page(NamedTuple):
    """Who looks at the list, and what can be taken back."""

    by: Actor
    before: dict[str, Before]
    labels: list[str]
    lang: Lang


def show(seen: Look) -> None:
    """The page."""
    service, lang = runtime.service(), seen.lang
    viewer = service.viewer(lang)
    viewer.needs(Right.ACCOUNTS)
    kit.dress(seen)
    st.html(f"<style>{_CSS}</style>")
    st.header(text("page.accounts", lang), anchor=False)
    st.caption(text("account.lead", lang))
    by = acting(kit.who_acts(lang), viewer)
    with service.engine.connect() as connection:
        everybody = all_accounts(connection, viewer.site)
    _told_first(lang)
    labels = [text(f"account.col.{name}", lang) for name in _COLUMNS]
    page = _Page(by, changed_from(service.engine, viewer, everybody), labels, lang)
    if everybody:
        kit.heads(_WIDTHS, labels)
    for account in everybody:
        _row(account, page)
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
        if st.button(text("account.first.noted", lang), key="account-noted"):
            del st.session_state[_FIRST]
            st.rerun()


# -- one account -------------------------------------------------------------------------------------


def _row(account: Account, page: _Page) -> None:
    with st.container(key=f"people-row-account-{account.id}"):
        cells = kit.row(_WIDTHS, page.labels, _cells(account, page.lang))
        with cells[-1], st.container(horizontal=True, key=f"account-acts-{account.id}"):
            for what in ("scope", "reset", "enable" if account.disabled else "disable", "back"):
                _button(account, what, page)
        _questions(account, page)


def _cells(account: Account, lang: Lang) -> list[str]:
    zone = runtime.service().config.zone
    seen = kit.at_clock(account.seen_at, zone)[:-3] if account.seen_at else text("account.never", lang)
    kind = text("account.local" if account.local else "account.single", lang)
    scope = _scope_words(account, lang)
    return [
        f"<b>{escape(account.shown)}</b><small>{escape(account.name)} · {escape(kind)}</small>",
        escape(text(f"access.role.{account.role}", lang)),
        escape(scope),
        escape(seen),
        _state(account, lang),
    ]


def _state(account: Account, lang: Lang) -> str:
    """Whether one may come in, and has come in with a password of one's own."""
    name = "disabled" if account.disabled else "first" if account.must_change else "active"
    words = escape(text(f"account.state.{name}", lang))
    return f'<b class="ac-off">{words}</b>' if account.disabled else words


def _scope_words(one: Account | Before, lang: Lang) -> str:
    return scope_of(runtime.service().config, Scoped(one.role, one.queues, one.teams, one.agent), lang)


def _button(account: Account, what: str, page: _Page) -> None:
    name = f"account-{what}:{account.id}"
    closing = kit.close if kit.is_open(name) else kit.opens(name)
    stands = gate(Right.ACCOUNTS, page.lang, off=what == "back" and account.name not in page.before)
    st.button(text(f"account.do.{what}", page.lang), key=f"people-b-{name}", on_click=closing, **stands)


def _questions(account: Account, page: _Page) -> None:
    lang = page.lang
    if kit.is_open(f"account-scope:{account.id}"):
        with st.container(border=True):
            _scope(account, page.by, lang)
    for what in ("reset", "enable", "disable"):
        if kit.is_open(f"account-{what}:{account.id}"):
            ask = text(f"account.{what}.ask", lang, name=account.shown)
            act, why = _act(what, account, page.by, lang), text("people.why", lang)
            kit.question(f"account-{what}:{account.id}", lang, ask, why, act, gate(Right.ACCOUNTS, lang))
    if kit.is_open(f"account-back:{account.id}") and account.name in page.before:
        _back(account, page.before[account.name], page.by, lang)


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


def _back(account: Account, before: Before, by: Actor, lang: Lang) -> None:
    """The role and scope as they were before they last changed."""
    service = runtime.service()
    told = {
        "name": account.shown,
        "role": text(f"access.role.{before.role}", lang),
        "scope": _scope_words(before, lang),
        "who": before.who,
        "at": kit.at_clock(before.at, service.config.zone)[:-3],
    }

    def act(why: str) -> str:
        of = (service.engine, account.site, account.name, before.role, by, why, service.clock())
        accounts.set_role(*of, queues=before.queues, teams=before.teams, agent=before.agent)
        return text("account.scope.done", lang, name=account.shown)

    name, sentence = f"account-back:{account.id}", text("account.back.ask", lang, **told)
    kit.question(name, lang, sentence, text("people.why", lang), act, gate(Right.ACCOUNTS, lang))


# -- forms -------------------------------------------------------------------------------------------


def _new(by: Actor, lang: Lang) -> None:
    with st.form("account-new-form", border=False):
        left, right = st.columns(2)
        name = left.text_input(text("access.name", lang), max_chars=60, key="account-new-name")
        shown = right.text_input(text("account.shown", lang), max_chars=60, key="account-new-shown")
        fields = _fields("new", None, lang)
        why = st.text_input(text("people.why", lang), max_chars=1000, key="account-new-why")
        if st.form_submit_button(text("account.make", lang), type="primary", **gate(Right.ACCOUNTS, lang)):
            kit.acting(lang, lambda: _make(Draft(name, shown, *fields.said()), by, why, lang))
            if _FIRST in st.session_state:
                kit.again()


def _make(draft: Draft, by: Actor, why: str, lang: Lang) -> str:
    service = runtime.service()
    made = accounts.add_account(
        *(service.engine, service.config.site, draft, by, why, service.clock()), config=service.config
    )
    st.session_state[_FIRST] = (made[0].name, made[1])
    return text("account.made", lang, name=made[0].shown)


def _scope(account: Account, by: Actor, lang: Lang) -> None:
    service = runtime.service()
    with st.form(f"account-scope-{account.id}", border=False):
        fields = _fields(str(account.id), account, lang)
        why = st.text_input(text("people.why", lang), max_chars=1000, key=f"account-why-{account.id}")
        if st.form_submit_button(text("people.confirm", lang), type="primary", **gate(Right.ACCOUNTS, lang)):

            def act() -> str:
                role, queues, teams, agent = fields.said()
                of = (service.engine, account.site, account.name, role, by, why, service.clock())
                accounts.set_role(*of, queues=queues, teams=teams, agent=agent, config=service.config)
                return text("account.scope.done", lang, name=account.shown)

            if kit.acting(lang, act):
                kit.close()
                kit.again()


class _Fields(NamedTuple):
    """What was entered of role and scope. ``both``: all of it and single ones, which cannot both be meant."""

    role: Role
    queues: Names
    teams: Names
    agent: str
    both: bool

    def said(self) -> tuple[Role, Names, Names, str]:
        """Role and scope as entered. Raises AccountError."""
        if self.both:
            raise AccountError("both_scopes")
        return self[:4]


def _fields(key: str, account: Account | None, lang: Lang) -> _Fields:
    """Role and scope; all of it only where somebody says so."""
    config = runtime.service().config
    left, right = st.columns(2)
    role = left.selectbox(
        text("account.role", lang),
        ROLES,
        ROLES.index(account.role) if account else ROLES.index(Role.LEAD),
        format_func=lambda one: text(f"access.role.{one}", lang),
        key=f"account-role-{key}",
    )
    known_as = account.agent if account else ""
    label = text("account.agent", lang)
    agent = right.text_input(label, known_as, max_chars=80, key=f"account-agent-{key}")
    own = account is None or account.role == Role.AGENT  # nobody said yet that it sees all of it
    with left:
        had = account.queues if account else None
        queues = _Chosen("queues", list(config.queues), had, lambda one: queue_or_gone(config, one, lang))
        chosen = _chosen(queues, key, own, lang)
    with right:
        had = account.teams if account else None
        known = list(dict.fromkeys(team_of(config).values()))
        teams = _Chosen("teams", known, had, lambda one: one if one in known else gone(one, lang))
        of_teams = _chosen(teams, key, own, lang)
    both = any(every and names for every, names in (chosen, of_teams))
    return _Fields(role, _names(role, *chosen), _names(role, *of_teams), agent.strip(), both)


class _Chosen(NamedTuple):
    """Names to choose of; ``had``: those of the account, some of which the site may have no more."""

    part: str
    known: list[str]
    had: Names
    words: Callable[[str], str]


def _chosen(of: _Chosen, key: str, own: bool, lang: Lang) -> tuple[bool, list[str]]:
    """Whether it is all of them, and which single ones."""
    label = text(f"account.{of.part}.all", lang)
    every = st.toggle(label, of.had is None and not own, key=f"account-{of.part}-all-{key}")
    names = st.multiselect(
        text(f"account.{of.part}", lang),
        [*of.known, *sorted((of.had or frozenset()) - set(of.known))],
        sorted(of.had or ()),
        format_func=of.words,
        placeholder=text("account.choose", lang),
        key=f"account-{of.part}-{key}",
    )
    return every, names


def _names(role: Role, every: bool, names: list[str]) -> Names:
    """None: all. An agent sees the own person of it, so that nothing need be said."""
    return None if every or (role == Role.AGENT and not names) else frozenset(names)


# -- the table of rights -----------------------------------------------------------------------------


def rights_table(lang: Lang) -> None:
    """Which role may what, as the program itself goes by."""
    roles = (Role.DISPLAY, *ROLES)
    header = ["", *(text(f"access.role.{role}", lang) for role in roles)]
    rows = [
        [escape(text(f"right.{right}", lang)), *("●" if role in holders else "" for role in roles)]
        for right, holders in RIGHTS.items()
    ]
    st.html(f'<style>{_RIGHTS_CSS}</style><div class="cp cp-rights">{kit.table(header, rows)}</div>')
