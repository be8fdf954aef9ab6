"""The button beside a masked number: shows the whole one for a minute, where that is allowed."""

from html import escape
from typing import NamedTuple

import streamlit as st

from ccfloor.kpi.callers import Key
from ccfloor.service import runtime
from ccfloor.service.reveal import MOST, SHOWN_S, RevealError, may_ask, reveal
from ccfloor.store.viewer import Forbidden
from ccfloor.ui import people_kit
from ccfloor.ui.texts import Lang, text

_TOLD = "reveal-told"
_LOOK_S = 5.0


class _Told(NamedTuple):
    """What is shown of one call until an instant: its number, or why there is none."""

    words: str
    good: bool
    until: float


def number_button(key: Key, shown: str, lang: Lang) -> None:
    """The button, or the number and how to hide it. ``shown``: the number as this viewer reads it."""
    if not may_ask(runtime.service().viewer(lang), shown):
        return
    timed = _told(key) is not None
    st.fragment(_draw, run_every=_LOOK_S if timed else None)(key, lang, timed)


def _draw(key: Key, lang: Lang, timed: bool) -> None:
    """``timed``: it is drawn again until the number is hidden."""
    told, name = _told(key), f"{key[0]}-{key[1]}"
    if (told is not None) != timed:
        st.rerun()
    if told is None:
        st.button(text("reveal.show", lang), key=f"reveal-{name}", on_click=_ask, args=(key, lang))
        return
    people_kit.piece(f"<b>{escape(told.words)}</b>", "" if told.good else "cp-warn")
    st.button(text("reveal.hide", lang), key=f"reveal-hide-{name}", on_click=_hide, args=(key,))


def _told(key: Key) -> _Told | None:
    found: dict[Key, _Told] = st.session_state.get(_TOLD, {})
    now = runtime.service().clock()
    for old in [one for one, told in found.items() if told.until <= now]:
        del found[old]
    return found.get(key)


def _ask(key: Key, lang: Lang) -> None:
    service = runtime.service()
    now = service.clock()
    try:
        number = reveal(service.engine, service.viewer(lang), key, "", now)
        told = _Told(text("reveal.told", lang, number=number), True, now + SHOWN_S)
    except RevealError as error:
        told = _Told(text(f"reveal.error.{error.code}", lang, most=MOST), False, now + SHOWN_S)
    except Forbidden:
        told = _Told(text("access.forbidden", lang), False, now + SHOWN_S)
    st.session_state.setdefault(_TOLD, {})[key] = told


def _hide(key: Key) -> None:
    st.session_state.get(_TOLD, {}).pop(key, None)
