"""The page of the queue history: what is asked for above, one view below; only that one is computed."""

import streamlit as st

from ccfloor.kpi.scope import Scope
from ccfloor.service import runtime
from ccfloor.store.kpi_figures import state
from ccfloor.ui import (
    beyond,
    filling,
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
from ccfloor.ui.history_state import Asked
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import text

_CSS = """<style>[class*=st-key-qh-] [data-testid=stButtonGroup]{flex-wrap:wrap}
.st-key-qh-page{width:12.5rem!important}</style>"""


def show(seen: Look) -> None:
    """Draw the page."""
    st.header(text("page.queue_history", seen.lang), anchor=False)
    people_kit.dress(seen)
    st.html(_CSS)
    viewer, queue = runtime.service().viewer(seen.lang), history_state.asked_queue()
    if queue and not viewer.sees_queue(queue):
        beyond.tell(viewer, Scope("queue", queue), seen.lang, {"scope": ""})
        return
    asked = history_state.controls(seen.lang)
    if asked is None:
        st.caption(text("qh.empty", seen.lang))
        return
    filling.show(asked.of.start, asked.of.end, seen.lang)
    _provisional(asked)
    if asked.view == "heat":
        history_heat.show(seen, asked)
        history_cell.show(asked)
    elif asked.view == "waits":
        history_waits.show(asked)
    elif asked.view == "callers":
        history_callers.show(asked)
    elif asked.view == "repeats":
        history_repeats.show(asked)
    elif asked.view == "moves":
        history_moves.show(asked)
    else:
        history_variants.show(asked)


def _provisional(asked: Asked) -> None:
    """Say that figures may still change: days that are not over, calls that have not ended."""
    service = runtime.service()
    found = state(service.engine, service.viewer(asked.lang), service.config, asked.of)
    if found.final or asked.of.start > asked.now:
        return
    until = people_kit.at_clock(found.seen_until, service.config.zone)
    st.caption(text("qh.provisional", asked.lang, at=until, n=found.open_calls))
