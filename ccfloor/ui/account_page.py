"""The page of the own account: who one is here, what one may do, and where one is signed in."""

from html import escape

import streamlit as st

from ccfloor.access.rights import Right, rights_of
from ccfloor.service import runtime
from ccfloor.service.access.account_scope import Scoped
from ccfloor.service.access.identity import Identity
from ccfloor.service.access.ways import PASSWORD
from ccfloor.store.sessions import Open
from ccfloor.ui import people_kit as kit
from ccfloor.ui.access_kit import Gate, gate, who
from ccfloor.ui.browser_words import browser_words
from ccfloor.ui.scope_words import scope_of
from ccfloor.ui.shell import Look
from ccfloor.ui.sign_in import FIRST_ACCOUNT
from ccfloor.ui.texts import Lang, text

_OTHERS = "session-others"
_WIDTHS = (2, 2, 2, 3, 2)
_COLUMNS = ("since", "seen", "source", "program", "do")
_CSS = """
.ac-facts{display:grid;grid-template-columns:10rem minmax(0,1fr);gap:.3rem 1rem;max-width:60rem;
margin:.5rem 0 0!important;padding:0!important}
.ac-facts :is(dt,dd){margin:0!important;padding:0!important;font-size:.875rem}.ac-facts dt{color:var(--ink2)}
.ac-may{columns:18rem;column-gap:2rem;max-width:44rem}.ac-may div{break-inside:avoid}
@media(max-width:700px){.ac-facts{grid-template-columns:7rem minmax(0,1fr)}}
"""


def show(seen: Look) -> None:
    """The page."""
    lang, me = seen.lang, who()
    kit.dress(seen)
    st.html(f"<style>{_CSS}</style>")
    st.header(text("page.account", lang), anchor=False)
    if not me.account:
        _open_floor(lang)
        return
    _facts(me, lang)
    _sessions(me, lang)


def _open_floor(lang: Lang) -> None:
    """No accounts are needed here; how there would be some."""
    kit.piece(escape(text("account.me.open", lang)))
    kit.piece(escape(text("account.me.open.how", lang)))
    st.code(f'{FIRST_ACCOUNT}\n\n# ccfloor.toml\n[access]\nlogin = "always"', language=None)


# -- who one is --------------------------------------------------------------------------------------


def _facts(me: Identity, lang: Lang) -> None:
    mine = Scoped(me.role, me.queues, me.teams, me.agent or "".join(me.agents or ()))
    rights = [escape(text(f"right.{right}", lang)) for right in Right if right in rights_of(me.role)]
    facts = {
        "shown": escape(me.shown),
        "name": escape(me.name),
        "role": escape(text(f"access.role.{me.role}", lang)),
        "scope": escape(scope_of(runtime.service().config, mine, lang)),
        "kind": _kind(me, lang),
        "may": f'<div class="ac-may">{"".join(f"<div>{right}</div>" for right in rights)}</div>',
    }
    rows = "".join(
        f"<dt>{escape(text(f'account.me.{key}', lang))}</dt><dd>{told}</dd>" for key, told in facts.items()
    )
    kit.piece(f'<dl class="ac-facts">{rows}</dl>')


def _kind(me: Identity, lang: Lang) -> str:
    if not me.local:
        return escape(f"{text('account.single', lang)} · {text('account.me.sso', lang)}")
    words = escape(text("access.change", lang))
    link = f'<a href="{PASSWORD.lstrip("/")}?lang={lang}" target="_self">{words}</a>'
    return f"{escape(text('account.local', lang))} · {link}"


# -- where one is signed in --------------------------------------------------------------------------


def _sessions(me: Identity, lang: Lang) -> None:
    st.subheader(text("account.sessions", lang), anchor=False)
    st.caption(text("account.sessions.lead", lang))
    found = sorted(runtime.service().doors.mine(), key=lambda one: one.token != me.session)
    labels = [text(f"account.session.{name}", lang) for name in _COLUMNS]
    kit.heads(_WIDTHS, labels)
    for one in found:
        _session(one, one.token == me.session, labels, lang)
    _others(len(found) - 1, lang)


def _session(one: Open, here: bool, labels: list[str], lang: Lang) -> None:
    zone = runtime.service().config.zone
    program = browser_words(one.program, lang)
    at = (kit.at_clock(at, zone) for at in (one.session.began_at, one.session.seen_at))
    name = f"session-end:{one.token[:12]}"
    with st.container(key=f"people-row-session-{one.token[:12]}"):
        cells = kit.row(_WIDTHS, labels, [escape(cell) for cell in (*at, one.source, program)])
        with cells[-1]:
            if here:
                kit.piece(f"<b>{escape(text('account.session.this', lang))}</b>")
            else:
                _button(name, text("account.do.end", lang), gate(Right.OWN, lang))
        if kit.is_open(name):
            sentence = text("account.end.ask", lang, program=program, source=one.source)
            kit.question(name, lang, sentence, "", lambda _why: _end(one, lang), gate(Right.OWN, lang))


def _end(one: Open, lang: Lang) -> str:
    runtime.service().doors.end(one.token)
    return text("account.end.done", lang, program=browser_words(one.program, lang))


def _others(many: int, lang: Lang) -> None:
    """All of the others at once."""
    stands = gate(Right.OWN, lang, off=not many)
    _button(_OTHERS, text("account.do.others", lang), stands)
    if not many:
        st.caption(text("account.others.none", lang))
    elif kit.is_open(_OTHERS):
        sentence = text("account.others.one" if many == 1 else "account.others.ask", lang, n=many)
        kit.question(_OTHERS, lang, sentence, "", lambda _why: _end_others(lang), stands)


def _end_others(lang: Lang) -> str:
    return text("account.others.done", lang, n=runtime.service().doors.end_others())


def _button(name: str, words: str, stands: Gate) -> None:
    closing = kit.close if kit.is_open(name) else kit.opens(name)
    st.button(words, key=f"people-b-{name}", on_click=closing, **stands)
