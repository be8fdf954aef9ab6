"""The plan's level in the navigation: told by the board of the page, asked for where a page has none."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from ccfloor.ui.texts import Lang, text
from ccfloor.ui.tokens import COLOURS, Theme

_LEVELS = 10


@cache
def _component() -> Callable[..., Any]:
    script = Path(__file__).with_name("badge.js").read_text(encoding="utf-8")
    return st.components.v2.component("ccfloor_badge", js=script, isolate_styles=False)


def words(lang: Lang) -> dict[str, str]:
    """What the badge says, by level and for an incident."""
    named = {str(level): text(f"plan.badge.{level}", lang) for level in range(3)}
    more = {str(level): text("plan.badge.n", lang, n=level) for level in range(3, _LEVELS)}
    return {**named, **more, "incident": text("plan.incident", lang)}


def show(lang: Lang, theme: Theme) -> None:
    """Put the badge beside the link to the plan page; nothing is seen while no level stands."""
    home = "/" + str(st.get_option("server.baseUrlPath") or "").strip("/")
    colour = COLOURS[theme]
    data = {
        "home": home.rstrip("/"),
        "words": words(lang),
        "colours": {name: colour[name] for name in ("over", "warn-ink", "ink2")},
    }
    _component()(key="plan-badge", data=data, height=0)
