"""The button beside a masked number: asks why, shows the whole one for a minute; grey where it may not.

What was shown is hidden again as soon as the page is left, or another call is looked at.
"""

from html import escape
from typing import NamedTuple

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.kpi.callers import Key
from ccfloor.service import runtime
from ccfloor.service.reveal import MOST, SHOWN_S, RevealError, masked, reveal
from ccfloor.store.viewer import Forbidden
from ccfloor.ui import people_kit
from ccfloor.ui.access_kit import gate
from ccfloor.ui.texts import Lang, text

_TOLD = "reveal-told"
_LOOK_S = 5.0
_WHY_MAX = 1000


class _Told(NamedTuple):
    """What is shown of one call until an instant: its number, or why there is none.

    ``drawn``: it has been on the page, and its button with it.
    """

    words: str
    good: bool
    until: float
    drawn: bool = False


def number_button(key: Key, shown: str, lang: Lang) -> None:
    """The button, or the number and how to hide it. ``shown``: the number as this viewer reads it."""
    if not masked(runtime.service().viewer(lang), shown):
        return
    timed = _told(key) is not None
    st.fragment(_draw, run_every=_LOOK_S if timed else None)(key, lang, timed)


def _draw(key: Key, lang: Lang, timed: bool) -> None:
    """``timed``: it is drawn again until the number is hidden."""
    told, name = _told(key), _name(key)
    if (told is not None) != timed:
        st.rerun()
    if told is not None:
        st.session_state[_TOLD][key] = told._replace(drawn=True)
        people_kit.piece(f"<b>{escape(told.words)}</b>", "" if told.good else "cp-warn")
        st.button(text("reveal.hide", lang), key=f"reveal-hide-{name}", on_click=_hide, args=(key,))
    elif people_kit.is_open(_question(key)):
        _form(key, lang)
    else:
        stands, opens = gate(Right.REVEAL, lang), people_kit.opens(_question(key))
        st.button(text("reveal.show", lang), key=f"reveal-{name}", on_click=opens, **stands)


def _form(key: Key, lang: Lang) -> None:
    name, stands = _name(key), gate(Right.REVEAL, lang)
    with st.form(f"reveal-form-{name}", border=False):
        st.text_input(text("reveal.why", lang), key=f"reveal-why-{name}", max_chars=_WHY_MAX)
        with st.container(horizontal=True):
            yes = text("reveal.show", lang)
            st.form_submit_button(yes, key=f"reveal-yes-{name}", on_click=_ask, args=(key, lang), **stands)
            back = people_kit.close
            st.form_submit_button(text("people.back", lang), key=f"reveal-no-{name}", on_click=back)


def _name(key: Key) -> str:
    return f"{key[0]}-{key[1]}"


def _question(key: Key) -> str:
    return f"reveal:{_name(key)}"


def _told(key: Key) -> _Told | None:
    """What is shown now. The button that hides it is forgotten by Streamlit once it was not on a page."""
    found: dict[Key, _Told] = st.session_state.get(_TOLD, {})
    now = runtime.service().clock()
    for old, told in list(found.items()):
        left = told.drawn and f"reveal-hide-{_name(old)}" not in st.session_state
        if told.until <= now or left:
            del found[old]
    return found.get(key)


def _ask(key: Key, lang: Lang) -> None:
    service = runtime.service()
    now, why = service.clock(), str(st.session_state.get(f"reveal-why-{_name(key)}", ""))
    try:
        number = reveal(service.engine, service.viewer(lang), key, why, now)
        told = _Told(text("reveal.told", lang, number=number), True, now + SHOWN_S)
    except RevealError as error:
        told = _Told(text(f"reveal.error.{error.code}", lang, most=MOST), False, now + SHOWN_S)
    except Forbidden:
        told = _Told(text("access.forbidden", lang), False, now + SHOWN_S)
    if told.good:
        people_kit.close()
    st.session_state.setdefault(_TOLD, {})[key] = told


def _hide(key: Key) -> None:
    st.session_state.get(_TOLD, {}).pop(key, None)
