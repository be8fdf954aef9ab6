"""The page of the queue history: what is asked for above, one view below; only that one is computed."""

import streamlit as st

from ccfloor.ui import (
    history_callers,
    history_cell,
    history_heat,
    history_moves,
    history_repeats,
    history_state,
    history_variants,
    history_waits,
    people_kit,
)
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import text

_CSS = "<style>[class*=st-key-qh-] [data-testid=stButtonGroup]{flex-wrap:wrap}</style>"


def show(seen: Look) -> None:
    """Draw the page."""
    st.header(text("page.queue_history", seen.lang), anchor=False)
    people_kit.dress(seen)
    st.html(_CSS)
    asked = history_state.controls(seen.lang)
    if asked is None:
        st.caption(text("qh.empty", seen.lang))
        return
    if asked.view == "heat":
        history_heat.show(seen, asked)
        history_cell.show(asked)
    elif asked.view == "waits":
        history_waits.show(seen, asked)
    elif asked.view == "callers":
        history_callers.show(asked)
    elif asked.view == "repeats":
        history_repeats.show(asked)
    elif asked.view == "moves":
        history_moves.show(asked)
    else:
        history_variants.show(asked)
