"""The HTML document every page begins as: Streamlit's own, told what it would otherwise find out or guess.

Without it the browser asks ``/wall/_stcore/…`` for the server before it asks the root (two 404s on every
page), shows a white page until the theme is known, takes everything for English, and comes up in the
theme it remembers, to be loaded anew in the one of the address.
"""

import re
from functools import cache
from pathlib import Path
from urllib.parse import quote

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import BaseRoute, Route

from ccfloor.access.places import PAGES
from ccfloor.service.access.headers import content_policy
from ccfloor.service.access.sockets import SIGNED_OUT
from ccfloor.ui.texts import Lang, language
from ccfloor.ui.tokens import COLOURS, Theme

# A socket that is closed because its session is over: the page goes to the way in, and comes back from it.
_LEAVE = (
    "window.WebSocket=class extends WebSocket{constructor(...told){super(...told);"
    f"this.addEventListener('close',event=>{{if(event.code==={SIGNED_OUT})location.reload()}})}}}}"
)
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_HTML_LANG: dict[Lang, str] = {"zh": "zh-CN", "en": "en"}
_ICON = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><path fill='#171C21' d='M0 0h16v16H0z'/>"
    "<path fill='#5CE3B8' d='M2 3h3v10H2z'/><path fill='#58A6E8' d='M6.5 3h3v10h-3z'/>"
    "<path fill='#FF7A59' d='M11 3h3v10h-3z'/></svg>"
)


def documents() -> list[BaseRoute]:
    """A route for the bare address and one for each page."""
    return [Route(f"{base()}{path}", document) for path in ("", *PAGES)]


async def document(request: Request) -> HTMLResponse:
    """The page's HTML in the language and on the ground the URL asks for; never kept by the browser."""
    asked = request.query_params
    accepted = request.headers.get("accept-language", "").partition(",")[0]
    theme: Theme = "light" if asked.get("theme") == "light" else "dark"
    html = dressed(_streamlit_html(), language(asked.get("lang"), accepted), theme, base())
    policy = content_policy(_SCRIPT.findall(html))
    return HTMLResponse(html, headers={"Cache-Control": "no-cache", "Content-Security-Policy": policy})


def dressed(html: str, lang: Lang, theme: Theme, base: str) -> str:
    """Streamlit's document with our language, title, icon and ground, and the server's address."""
    address = f'window.__streamlit={{BACKEND_BASE_URL:new URL("{base}",location.origin).href}}'
    script = f"{address};{_remember(theme)};{_LEAVE}"
    head = f"<style>html,body{{background:{COLOURS[theme]['ground']}}}</style><script>{script}</script>"
    changes = {
        '<html lang="en">': f'<html lang="{_HTML_LANG[lang]}">',
        "<head>": f"<head>{head}",
        "<title>Streamlit</title>": "<title>ccfloor</title>",
        'href="./favicon.png"': f'href="data:image/svg+xml,{quote(_ICON)}"',
    }
    for old, new in changes.items():
        html = html.replace(old, new, 1)
    return html


def _remember(theme: Theme) -> str:
    """Put the theme where Streamlit looks for it when it loads; a browser without memory does without."""
    entry = "`stActiveTheme-${location.pathname}-v2`"
    return f"try{{localStorage.setItem({entry},JSON.stringify('{theme.title()}'))}}catch(_){{}}"


def base() -> str:
    """The path under which the server stands, with a slash at both ends."""
    inner = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{inner}/" if inner else "/"


@cache
def _streamlit_html() -> str:
    return (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
