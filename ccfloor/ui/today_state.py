"""What the page Today shows, read from the URL and kept there, so that a link opens the same view.

``scope``: ``queue:ID`` or nothing for all; ``calls``, ``handle``: per cent of the calls and of the handle
time that are tried; ``level``: per cent of calls to answer in time that are tried.
"""

from collections.abc import Callable, Sequence

import streamlit as st

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.scope import Scope, scope
from ccfloor.service.staffing_today.sheet import WhatIf
from ccfloor.ui.scope_words import queue_label
from ccfloor.ui.texts import Lang, text

CALLS, HANDLE, LEVEL = "calls", "handle", "level"
RANGES = {CALLS: (50, 200, 5), HANDLE: (50, 200, 5), LEVEL: (50, 99, 1)}
_USUAL = 100


def asked_queue() -> str:
    """The queue that the URL names; "" for none."""
    try:
        found = scope(str(st.query_params.get("scope", "")))
    except ValueError:
        return ""
    return found.name if found.kind == "queue" else ""


def what_if(usual_level: int) -> WhatIf:
    """What the URL tries. ``usual_level``: the target in per cent that changes nothing."""
    calls, handle = _asked(CALLS, _USUAL), _asked(HANDLE, _USUAL)
    level = _asked(LEVEL, usual_level)
    return WhatIf(calls / 100, handle / 100, None if level == usual_level else level / 100)


def _asked(name: str, usual: int) -> int:
    """A number of the URL within its range; the usual one where there is none."""
    low, high, _ = RANGES[name]
    try:
        found = int(str(st.query_params.get(name, "")))
    except ValueError:
        return usual
    return min(high, max(low, found))


def queue_picker(config: FloorConfig, queues: Sequence[str], queue: str, lang: Lang) -> None:
    """Choose a queue, or all of them."""
    options = ("", *queues)

    def name(one: str) -> str:
        return queue_label(config, one, lang) if one else text("today.all", lang)

    st.selectbox(
        text("today.queue", lang),
        options,
        index=options.index(queue),
        format_func=name,
        key="td-scope",
        on_change=_keep_queue,
    )


def _keep_queue() -> None:
    picked = str(st.session_state.get("td-scope") or "")
    if picked:
        st.query_params["scope"] = str(Scope("queue", picked))
    else:
        st.query_params.pop("scope", None)
    if LEVEL not in st.query_params:  # the other queue has a target of its own
        st.session_state.pop(f"td-{LEVEL}", None)


def sliders(levels: Sequence[int], lang: Lang) -> None:
    """Try other calls, handle times and targets; nothing of the floor is changed.

    ``levels``: the targets in per cent of the queues that are shown, that of the slider's beginning first.
    """
    usual = {CALLS: _USUAL, HANDLE: _USUAL, LEVEL: levels[0]}
    labels = {name: text(f"today.if.{name}", lang) for name in RANGES}
    if min(levels) < max(levels):
        labels[LEVEL] = text("today.if.level.each", lang, low=min(levels), high=max(levels))
    for column, (name, (low, high, step)) in zip(st.columns(3), RANGES.items(), strict=True):
        column.slider(
            labels[name],
            low,
            high,
            _asked(name, usual[name]),
            step,
            format="%d%%",
            key=f"td-{name}",
            on_change=_keeps(name, usual[name]),
        )


def _keeps(name: str, usual: int) -> Callable[[], None]:
    """A callback that writes a slider into the URL; the usual value needs no word there."""

    def call() -> None:
        picked = int(st.session_state.get(f"td-{name}", usual))
        if picked == usual:
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = str(picked)

    return call


def as_it_is() -> None:
    """Take back everything that is tried. A callback."""
    for name in RANGES:
        st.query_params.pop(name, None)
        st.session_state.pop(f"td-{name}", None)
