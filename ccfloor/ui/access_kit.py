"""Who sits before a page: what the navigation shows, what a page beyond the own rights says, signing out."""

from collections.abc import Sequence
from html import escape
from typing import TypedDict

import streamlit as st
from sqlalchemy.exc import SQLAlchemyError
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ccfloor.access.board import page_of
from ccfloor.access.places import PAGES
from ccfloor.access.rights import RIGHTS, Right, Role, may
from ccfloor.service import runtime
from ccfloor.service.access.cookies import board_cookie_of, cookie_of
from ccfloor.service.access.identity import Identity, SignedOut, ask_by
from ccfloor.service.access.ways import PASSWORD, SIGN_OUT
from ccfloor.ui.links import page_address
from ccfloor.ui.texts import Lang, as_written, listed, text

_STYLE = """
<style>.ccfloor-who{font-size:.8125rem;line-height:1.5;overflow-wrap:anywhere}
.ccfloor-who button{font:inherit;color:inherit;background:none;border:1px solid currentColor;
padding:.1rem .6rem;cursor:pointer;min-height:1.75rem;white-space:nowrap}.ccfloor-who a{color:inherit}
.ccfloor-who form{display:inline}
.ccfloor-who div{display:flex;flex-wrap:wrap;gap:.3rem .8rem;align-items:center;margin-top:.3rem}</style>
"""


OWN_SCORES = "qa_mine"  # the page of what an agent was given


def listen() -> None:
    """Let every read of a page's script be asked by who holds the browser's cookie."""
    ask_by(_asking)


def _asking() -> Identity | None:
    """The one whose script is running; None outside of one, or on an open floor. Raises SignedOut.

    A click may still come after its session ended: what it does is not the program's own doing.
    """
    if not get_script_run_ctx(suppress_warning=True):
        return None
    found = _holder()
    if found is None and runtime.service().doors.closed:
        raise SignedOut
    return found


def _holder() -> Identity | None:
    """Who holds the browser's cookie. Nobody who was not known before, while the database is away."""
    cookie, token = cookie_of(st.context.cookies), board_cookie_of(st.context.cookies)
    if not isinstance(cookie, str) or not isinstance(token, str):  # a page under test has no browser
        return None
    doors = runtime.service().doors
    try:
        person = doors.who(cookie, used=False) if cookie else None
        return person or (doors.board(token) if token else None)
    except SQLAlchemyError:
        return None


def who() -> Identity:
    """Who sits before this page. Raises SignedOut."""
    return runtime.service().doors.identity()


def has(right: Right) -> bool:
    """Whether who sits here has a right."""
    return may(who().role, right)


def may_open(page: str) -> bool:
    """Whether who sits here may open a page, by the table of places; a wall has its own page alone."""
    board = who().board
    if board and page != page_of(board):
        return False
    return page in PAGES and any(has(right) for right in PAGES[page].rights)


def offered(page: str) -> bool:
    """Whether the navigation leads to a page: it is open, and there is somebody whose it is. Who takes no
    calls has no scores of his own; on an open floor nobody knows who sits there.
    """
    if page == OWN_SCORES and who().account and not runtime.service().viewer().own:
        return False
    return may_open(page)


def first_of(pages: Sequence[str]) -> str:
    """Where one begins, of the pages that are open: the own trend for who sees the own results alone."""
    own = not has(Right.RESULTS) and "agents" in pages
    return "agents" if own else next(iter(pages), "")


class Gate(TypedDict):
    """How an action's button stands; handed on to the widget as it is."""

    disabled: bool
    help: str | None


LOOKS: Gate = {"disabled": False, "help": None}  # a button that only shows something


def gate(right: Right, lang: Lang, *, beyond: bool = False, off: bool = False) -> Gate:
    """How the button of an action stands: grey, with the reason, where the service would refuse it.

    ``beyond``: it reaches beyond what the account sees. ``off``: there is nothing to do it with yet.
    """
    why = refused(right, lang) or (text("access.gate.part", lang) if beyond else "")
    return {"disabled": bool(why) or off, "help": why or None}


def refused(right: Right, lang: Lang) -> str:
    """Why the service would refuse this to the role that sits here, as a sentence; "" where it would not."""
    viewer = runtime.service().viewer(lang)
    if viewer.may(right):
        return ""
    holders = [text(f"access.role.{role}", lang) for role in Role if role in RIGHTS[right]]
    told = {"role": text(f"access.role.{viewer.role}", lang), "right": text(f"right.{right}", lang)}
    return text("access.gate", lang, roles=listed(holders, lang), **told)


def beyond(page: str, first: str, lang: Lang, back: str) -> None:
    """Say in one sentence that a page is not for this role; ``first``: one that is, ``back``: its address."""
    if who().board:
        _only_the_board(first, lang, back)
        return
    role = text(f"access.role.{who().role}", lang)
    if not first:
        st.warning(text("access.nowhere", lang, role=role))
        return
    st.warning(text("access.beyond", lang, role=role, page=text(f"page.{page}", lang)))
    words = text("access.beyond.back", lang, page=text(f"page.{first}", lang))
    st.html(f'<a href="{back}" target="_self">{escape(words)}</a>')


def on_board() -> bool:
    """Whether this browser is a wall: nothing but its board is shown."""
    return bool(who().board)


def _only_the_board(page: str, lang: Lang, back: str) -> None:
    """Where a wall's browser is sent elsewhere: what it is, the way back, and how to end it."""
    st.warning(text("display.only", lang, name=as_written(who().shown), page=text(f"page.{page}", lang)))
    words = escape(text("access.beyond.back", lang, page=text(f"page.{page}", lang)))
    ends = escape(text("display.leave", lang))
    form = f'<form method="post" action="{SIGN_OUT.lstrip("/")}?lang={lang}"><button>{ends}</button></form>'
    link = f'<a href="{back}" target="_self">{words}</a>'
    st.html(f'{_STYLE}<div class="ccfloor-who">{link}<div>{form}</div></div>')


def foot(lang: Lang, home: str) -> None:
    """At the foot of the navigation: that the floor stands open, or who is signed in and the way out.

    Either leads to the page of the own account.
    """
    found = who()
    if not found.account and not found.board:
        why = escape(text("access.open.why", lang))
        words = _to_account(text("access.open", lang))
        st.html(f'{_STYLE}<div class="ccfloor-who" title="{why}">{words}</div>')
        return
    role = escape(text(f"access.role.{found.role}", lang))
    out = (
        f'<form method="post" action="{home}{SIGN_OUT}?lang={lang}"><input type="hidden" name="csrf" '
        f'value="{escape(found.csrf)}"><button>{escape(text("access.sign_out", lang))}</button></form>'
    )
    words = escape(text("access.change", lang))
    change = f'<a href="{home}{PASSWORD}?lang={lang}" target="_self">{words}</a>' if found.local else ""
    name = f"{_to_account(found.shown)} · {role}"
    st.html(f'{_STYLE}<div class="ccfloor-who">{name}<div>{out}{change}</div></div>')


def _to_account(words: str) -> str:
    return f'<a href="{page_address("account", {})}" target="_self">{escape(words)}</a>'
