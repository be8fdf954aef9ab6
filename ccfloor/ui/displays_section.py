"""The links for walls on the settings page: which there are, a new one, one revoked."""

from collections.abc import Callable, Iterable
from html import escape
from urllib.parse import urlsplit

import streamlit as st

from ccfloor.access.board import BOARDS, page_of
from ccfloor.access.rights import Right
from ccfloor.service import runtime
from ccfloor.service.access.displays import (
    DisplayError,
    Draft,
    add_display,
    displays_for,
    home_of,
    link,
    revoke_display,
)
from ccfloor.service.audit import acting
from ccfloor.store.accounts import Names
from ccfloor.store.displays import Display
from ccfloor.store.viewer import Viewer
from ccfloor.ui import people_kit
from ccfloor.ui.access_kit import gate
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, listed, text

_LINK = "display-link"
_NEW = "display-new"


def show(seen: Look) -> None:
    """The section, for whom it is for. Raises SQLAlchemyError where the database is away."""
    service = runtime.service()
    viewer = service.viewer(seen.lang)
    if not viewer.may(Right.DISPLAYS):
        return
    people_kit.dress(seen)
    st.subheader(text("display.title", seen.lang), anchor=False)
    st.caption(text("display.lead", seen.lang))
    found = displays_for(service.engine, viewer)
    standing = [one for one in found if one.revoked_at is None]
    _link(seen.lang)
    who = people_kit.who_acts(seen.lang)
    for one in standing:
        _standing(one, viewer, who, seen.lang)
    if not standing:
        st.caption(text("display.none", seen.lang))
    if people_kit.is_open(_NEW):
        _form(viewer, who, seen.lang)
    else:
        label = text("display.new", seen.lang)
        st.button(label, key=_NEW, on_click=people_kit.opens(_NEW), **gate(Right.DISPLAYS, seen.lang))
    _past([one for one in found if one.revoked_at is not None], seen.lang)


def _link(lang: Lang) -> None:
    """The link that was just made: shown until it is said to be copied, and never again."""
    if _LINK not in st.session_state:
        return
    name, address = st.session_state[_LINK]
    with st.container(border=True, key="display-made"):
        people_kit.piece(escape(text("display.link", lang, name=name)))
        st.code(address, language=None, wrap_lines=True)
        if st.button(text("display.done", lang), key="display-done", type="primary"):
            st.session_state.pop(_LINK)
            people_kit.again()


def _standing(display: Display, viewer: Viewer, who: str, lang: Lang) -> None:
    name = f"display:{display.id}"
    with st.container(key=f"people-row-display-{display.id}"):
        left, right = st.columns([5, 1], vertical_alignment="center")
        with left:
            people_kit.piece(_row(display, lang))
        stands = gate(Right.DISPLAYS, lang)
        if right.button(text("display.revoke", lang), key=f"display-revoke-{display.id}", **stands):
            people_kit.opens(name)()
        if people_kit.is_open(name):
            ask = text("display.revoke.ask", lang, name=display.name)
            act = _revoke(display, viewer, who, lang)
            people_kit.question(name, lang, ask, text("display.why", lang), act, stands)


def _row(display: Display, lang: Lang) -> str:
    zone = runtime.service().config.zone
    seen = people_kit.at_clock(display.seen_at, zone) if display.seen_at else text("display.never", lang)
    made = f"{people_kit.at_clock(display.made_at, zone)} {display.made_by}：{display.why}"
    page = text(f"page.{page_of(display.board)}", lang)
    parts = (
        f"<b>{escape(display.name)}</b>",
        f"<span>{escape(page)} · {escape(_shows(display, lang))}</span>",
        _part("display.col.seen", seen, lang),
        _part("display.col.made", made if lang == "zh" else made.replace("：", ": "), lang),
    )
    return f'<div class="cp-row">{"".join(parts)}</div>'


def _part(label: str, words: str, lang: Lang) -> str:
    return f'<span><span class="t">{escape(text(label, lang))}</span> {escape(words)}</span>'


def _shows(display: Display, lang: Lang) -> str:
    config = runtime.service().config
    known = {name: info.zh if lang == "zh" else info.en for name, info in config.queues.items()}
    queues = _listed((known.get(name) or name for name in sorted(display.queues or ())), "queues", lang)
    teams = _listed(sorted(display.teams or ()), "teams", lang)
    agents = text(f"display.by_{'number' if display.numbered else 'name'}", lang)
    return " · ".join((queues, teams, agents))


def _listed(names: Iterable[str], kind: str, lang: Lang) -> str:
    return listed(names, lang) or text(f"display.all_{kind}", lang)


def _past(revoked: list[Display], lang: Lang) -> None:
    if not revoked:
        return
    zone = runtime.service().config.zone
    with st.expander(text("display.past", lang, n=len(revoked))):
        for one in revoked:
            at = people_kit.at_clock(one.revoked_at or 0.0, zone)
            words = text("display.revoked", lang, at=at, who=one.revoked_by, why=one.revoked_why)
            people_kit.piece(f"<b>{escape(one.name)}</b> {escape(words)}", "cp-log")


# -- acting ------------------------------------------------------------------------------------------


def _form(viewer: Viewer, who: str, lang: Lang) -> None:
    config = runtime.service().config
    queues = [name for name in config.queues if viewer.sees_queue(name)]
    teams = sorted({seat.team for seat in config.seats.values() if seat.team})
    mine = [team for team in teams if viewer.teams is None or team in viewer.teams]
    choose = text("display.choose", lang)
    with st.form("display-form", width=640):
        name = st.text_input(text("display.name", lang), max_chars=60)
        page = st.selectbox(text("display.board", lang), BOARDS, format_func=_page_name(lang))
        chosen = st.multiselect(
            text("display.queues", lang), queues, format_func=_queue_name(lang), placeholder=choose
        )
        of_teams = st.multiselect(text("display.teams", lang), mine, placeholder=choose)
        numbered = st.toggle(text("display.numbered", lang))
        why = st.text_input(text("display.why", lang), max_chars=1000)
        with st.container(horizontal=True):
            stands = gate(Right.DISPLAYS, lang)
            yes = st.form_submit_button(text("display.make", lang), type="primary", **stands)
            no = st.form_submit_button(text("people.back", lang))
    scope = (_chosen(chosen, viewer.queues), _chosen(of_teams, viewer.teams))
    if yes and _made(viewer, Draft(name, page, *scope, numbered), who, why, lang):
        people_kit.close()
        people_kit.again()
    if no:
        people_kit.close()
        people_kit.again()


def _page_name(lang: Lang) -> Callable[[str], str]:
    return lambda page: text(f"page.{page}", lang)


def _queue_name(lang: Lang) -> Callable[[str], str]:
    known = runtime.service().config.queues
    return lambda name: (known[name].zh if lang == "zh" else known[name].en) or name


def _chosen(names: list[str], mine: Names) -> Names:
    """None chosen: all that the maker may see."""
    return frozenset(names) or mine


def _made(viewer: Viewer, draft: Draft, who: str, why: str, lang: Lang) -> bool:
    service = runtime.service()
    by, now = acting(who, viewer), service.clock()
    try:
        made, token = add_display(service.engine, service.config, viewer, draft, by, why, now)
    except DisplayError as error:
        st.error(text(f"display.error.{error.code}", lang, boards=", ".join(BOARDS)))
        return False
    st.session_state[_LINK] = (made.name, link(_home(), made, token, lang))
    return True


def _revoke(display: Display, viewer: Viewer, who: str, lang: Lang) -> Callable[[str], str]:
    def act(why: str) -> str:
        service = runtime.service()
        revoke_display(service.engine, viewer, display.id, acting(who, viewer), why, service.clock())
        return text("display.revoke.done", lang, name=display.name)

    return act


def _home() -> str:
    """The server's address as this browser reaches it, unless the settings name the public one."""
    settings = runtime.service().settings
    here = urlsplit(str(st.context.url or ""))
    if settings.web.public_url or not here.netloc:
        return home_of(settings)
    return f"{here.scheme}://{here.netloc}{here.path.rpartition('/')[0]}"
