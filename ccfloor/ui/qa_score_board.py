"""The scoring component: one score, to be worked on or to be read. Put on a page by ``show``.

The files of ``score/`` and three of the live boards' are joined into one ES module; there is no build step.
"""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.service import runtime
from ccfloor.service.qa.desk import desk
from ccfloor.store.viewer import Viewer
from ccfloor.ui.links import call_address, page_address
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import texts

_UI = Path(__file__).parent
_PARTS = (
    *("live/words", "live/format", "live/dom"),
    *("score/draft", "score/call", "score/items", "score/keys", "score/score"),
)
_TEXTS = ("qa_score.", "people.error.", "people.back", "kpi.ended.")


def module_source() -> str:
    """The component as one ES module, its CSS in it."""
    css = (_UI / "score" / "score.css").read_text(encoding="utf-8")
    parts = [(_UI / f"{part}.js").read_text(encoding="utf-8") for part in _PARTS]
    return "\n".join([f"const CSS = {json.dumps(css)};", *parts])


@cache
def _component() -> Callable[..., Any]:
    return st.components.v2.component("ccfloor_score", js=module_source(), isolate_styles=False)


def _call_page(viewer: Viewer, call: dict[str, Any] | None) -> str:
    """Where the call's life is shown; "" for who reads the own results alone."""
    opens = call is not None and viewer.may(Right.RESULTS)
    return call_address(call["source"], call["position"]) if call and opens else ""


def show(seen: Look, number: int, who: str, back: str = "") -> dict[str, Any]:
    """Put a score on the page; returns what is told of it. ``back``: where one came from.

    Whoever calls dresses the page (``people_kit.dress``). Raises PeopleError ``unknown_qa_score``.
    """
    service = runtime.service()
    viewer = service.viewer(seen.lang)
    told = desk(service.engine, viewer, service.config, service.settings.qa, number, who)
    call = told["call"]
    asked_by = service.doors.identity()
    base = "/" + str(st.get_option("server.baseUrlPath") or "").strip("/")
    data = {
        "desk": msgspec.to_builtins(told),
        "lang": seen.lang,
        "theme": seen.theme,
        "zone": service.config.zone,
        "home": base.rstrip("/"),
        "csrf": asked_by.csrf,
        "who": who,
        "back": back,
        "callPage": _call_page(viewer, call),
        "sample": page_address("qa_score", {"sample": "SAMPLE"}) if viewer.may(Right.QA_SCORE) else "",
        "texts": {key: words for key, words in texts(seen.lang).items() if key.startswith(_TEXTS)},
    }
    _component()(key=f"qa-score-{number}", data=data)
    return told
