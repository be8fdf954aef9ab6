"""The live component: boards fed by the hub's websocket and patched in place, without any rerun.

The files of ``live/`` are joined into one ES module a board (there is no build step): the core first, then
the board with its parts in a scope of its own. ``board(name)`` puts one on a page.
"""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.floor.definitions import DEFINITIONS
from ccfloor.service import runtime
from ccfloor.ui.access_kit import refused
from ccfloor.ui.texts import Lang, texts
from ccfloor.ui.tokens import Theme, css_variables

_FOLDER = Path(__file__).with_name("live")
_CORE = (
    "words",
    "format",
    "icons",
    "dom",
    "alarms",
    "outlook",
    "status",
    "store",
    "link",
    "replay",
    "tips",
    "kit",
    "core",
)


def module_source(name: str) -> str:
    """One board as an ES module, its CSS in it: the core, the board's parts (``wall_*.js``), itself."""
    parts = sorted(path.stem for path in _FOLDER.glob(f"{name}_*.js"))
    return "\n".join(
        [
            f"const CSS = {json.dumps(_css(name))};",
            *(_read(f"{core}.js") for core in _CORE),
            "(() => {",
            *(_read(f"{part}.js") for part in [*parts, name]),
            "})();",
            "export default mountBoard;",
        ]
    )


def _css(name: str) -> str:
    return "\n".join(_read(f"{sheet}.css") for sheet in ("base", "kit", "replay", name))


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


@cache
def _component(name: str) -> Callable[..., Any]:
    return st.components.v2.component(f"ccfloor_{name}", js=module_source(name), isolate_styles=False)


def definitions(lang: Lang) -> dict[str, dict[str, str]]:
    """Name, formula and source of every metric in one language, for the hover cards."""
    return {
        key: {
            "name": item.zh if lang == "zh" else item.en,
            "formula": item.formula_zh if lang == "zh" else item.formula_en,
            "source": item.told_by(lang == "zh"),
        }
        for key, item in DEFINITIONS.items()
    }


def asked_day() -> str:
    """The stored day that the URL asks to replay (2026-11-22); empty where it asks for none."""
    return str(st.query_params.get("replay", ""))


def _refused(lang: Lang) -> dict[str, str]:
    """Why boards' buttons are grey, by the right they need."""
    found = {str(right): refused(right, lang) for right in (Right.PLAN, Right.SEATS)}
    return {right: why for right, why in found.items() if why}


def board(
    name: str,
    *,
    lang: Lang,
    theme: Theme,
    site: str = "",
    kiosk: bool = False,
    data: dict[str, Any] | None = None,
    on_change: dict[str, Callable[[], None]] | None = None,
) -> Any:
    """Put a live board on the page and return the component's state.

    ``site`` empty: the one the URL names, else the server's own. ``data`` is handed to the board as
    ``ctx.data``; ``on_change`` maps the names of values the board sets (``ctx.value``, ``ctx.trigger``)
    to callbacks.
    """
    replay = asked_day()
    asked_by = runtime.service().doors.identity()
    base = "/" + str(st.get_option("server.baseUrlPath") or "").strip("/")
    home = base.rstrip("/")
    payload = {
        "board": name,
        "lang": lang,
        "theme": theme,
        "site": site or st.query_params.get("site", ""),
        "kiosk": kiosk,
        "home": home,
        "hub": f"{home}/replay" if replay else f"{home}/live",
        "replay": replay,
        "texts": texts(lang),
        "definitions": definitions(lang),
        "tokens": css_variables(theme),
        "csrf": asked_by.csrf,
        "me": asked_by.shown,
        "refused": _refused(lang),
        **(data or {}),
    }
    callbacks = {f"on_{key}_change": call for key, call in (on_change or {}).items()}
    return _component(name)(key=f"live-{name}", data=payload, **callbacks)
