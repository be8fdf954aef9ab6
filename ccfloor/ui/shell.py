"""What surrounds every page: language and theme (both kept in the URL), and the navigation."""

from collections.abc import Callable
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import streamlit as st

from ccfloor.ui import access_kit, badge
from ccfloor.ui.links import page_address
from ccfloor.ui.texts import LANGS, Lang, language, text
from ccfloor.ui.tokens import COLOURS, THEMES, Theme

_PAGES = Path(__file__).resolve().parents[2] / "pages"
GROUPS: dict[str, tuple[str, ...]] = {
    "nav.floor": ("wall", "seats", "moves", "advice", "queues", "plan", "today"),
    "nav.results": ("kpi", "agents", "queue_history", "reports", "imports", "replay"),
    "nav.qa": (
        "qa",
        "qa_agent",
        "qa_work",
        "qa_score",
        "qa_appeals",
        "qa_mine",
        "qa_calibration",
        "qa_improve",
        "qa_sheets",
        "qa_forms",
    ),
    "nav.system": ("rules", "data_quality", "definitions", "audit", "settings", "accounts"),
}
FOOT = ("account",)  # pages that the foot of the navigation leads to
LIVE = ("wall", "seats", "queues", "plan")
BOARDS = (*LIVE, "moves")  # say themselves why no new picture comes

_EDGE_TO_EDGE = "@media(max-width:700px){[data-testid=stMainBlockContainer]{padding:2.75rem 0 0}}"

# Streamlit's link for keyboards is English; it is shown in our words.
_SKIP = """
[data-testid=stSkipToContent]{font-size:0!important}
[data-testid=stSkipToContent]::after{content:'%s';font-size:1rem}
"""

# The page's own frame: a narrow navigation, little padding, and nothing where only helpers stand.
# Above 1920 pixels everything grows with the screen, so that a large one shows the same, larger.
_STYLE = """
html{font-size:clamp(16px,calc(100vw / 120),32px)!important}
[data-testid=stMainBlockContainer]{padding-left:1.75rem;padding-right:1.75rem}
[data-testid=stHeader]{background:transparent;height:2.5rem}
[data-testid=stSidebarHeader]{height:1.5rem;padding:0;min-height:0}
[data-testid=stSidebarContent] [data-testid=stVerticalBlock]{gap:.35rem}
.st-key-theme-switch{position:absolute}
@media(max-width:700px){[data-testid=stMainBlockContainer]{padding:2.75rem 1rem 1rem}
[data-testid=stTable] :is(th,td){min-width:5.5rem}
.st-key-definitions [data-testid=stTable] :is(th,td):nth-child(2){min-width:12.5rem}
[data-testid=stPageLink-NavLink],.ccfloor-switch a{min-height:2.75rem;align-items:center;display:flex}
[data-testid=stExpandSidebarButton]{width:2.75rem;height:2.75rem}}
[data-testid=stHeading] h2{font-size:1.5rem;padding:.25rem 0}
[data-testid=stHeading] h3{font-size:.9375rem;padding:.75rem 0 .375rem}
[data-testid=stTable] td *{max-width:none!important}
.st-key-gone-queue{width:17.5rem!important}
[data-testid=stElementToolbar]{display:none}
.ccfloor-switch{display:flex;gap:.25rem}
.ccfloor-switch a{color:inherit;text-decoration:none;padding:.1rem .6rem;font-size:.875rem}
.ccfloor-switch a{border:1px solid transparent}
.ccfloor-switch a[aria-current]{font-weight:700;border-color:currentColor}
"""

# What Streamlit writes in white on the primary colour, which is our ink; and its round shapes.
_ON_INK = """
[data-testid^=stBaseButton-primary]:not(:disabled) *{color:%(ground)s!important}
[data-testid=stMultiSelect] [data-tag],[data-tag] *{color:%(ground)s!important}
[data-testid=stCheckbox]:has([role=switch]:checked) label>div>div:empty{background:%(ground)s!important}
[data-testid=stButtonGroup] button{border-radius:0!important}
"""


class Look(NamedTuple):
    """How this viewer wants the pages: read from the URL, so that a link shows the same to everyone."""

    lang: Lang
    theme: Theme
    kiosk: bool


def look() -> Look:
    """The look the URL asks for; without it the browser's language, and dark."""
    asked = st.query_params
    theme: Theme = "light" if asked.get("theme") == "light" else "dark"
    kiosk = asked.get("kiosk") == "1" or access_kit.on_board()
    return Look(language(asked.get("lang"), st.context.locale), theme, kiosk)


def shell() -> Any:
    """Draw the navigation and return the page to run."""
    seen = look()
    groups = {group: [page_of(name, seen) for name in names] for group, names in GROUPS.items()}
    pages = [page for group in groups.values() for page in group]
    open_to = [page for page in pages if access_kit.may_open(page.url_path)]
    first = access_kit.first_of([page.url_path for page in open_to])
    starts = next((page for page in open_to if page.url_path == first), pages[0])
    home = st.Page(lambda: _home(starts), title=text("app.name", seen.lang), default=True)
    feet = [page_of(name, seen) for name in FOOT]
    page = st.navigation([home, *pages, *feet], position="hidden")
    skip = _SKIP % text("nav.skip", seen.lang)
    ours = _STYLE + skip + _ON_INK % COLOURS[seen.theme]
    st.html(f"<style>{ours}{_EDGE_TO_EDGE if page.url_path == 'wall' else ''}</style>")
    _dress(seen, [entry.url_path for entry in (home, *pages, *feet)])
    if not seen.kiosk:
        with st.sidebar:
            _links(groups, seen)
            _switches(seen)
            access_kit.foot(seen.lang, _server())
        badge.show(seen.lang, seen.theme)
    return page


def closed_to(page: Any) -> bool:
    """Whether a page is not for who sits here; then it says so in its place."""
    if not page.url_path or access_kit.may_open(page.url_path):
        return False
    open_to = [name for names in GROUPS.values() for name in names if access_kit.may_open(name)]
    first = access_kit.first_of(open_to)
    access_kit.beyond(page.url_path, first, look().lang, page_address(first, {}))
    return True


def _server() -> str:
    """The path under which the server stands, without a slash at its end."""
    return ("/" + str(st.get_option("server.baseUrlPath") or "").strip("/")).rstrip("/")


def _dress(seen: Look, paths: list[str]) -> None:
    """Give Streamlit's own parts the theme of the URL."""
    addresses = [f"{_server()}/{path}" for path in paths]
    data = {"theme": seen.theme, "ground": COLOURS[seen.theme]["ground"], "paths": addresses}
    _theme_switch()(key="theme-switch", data=data, height=0)


@cache
def _theme_switch() -> Callable[..., Any]:
    script = Path(__file__).with_name("theme.js").read_text(encoding="utf-8")
    return st.components.v2.component("ccfloor_theme", js=script, isolate_styles=False)


def page_of(name: str, seen: Look) -> Any:
    """A page of the navigation, to be linked to."""
    return st.Page(_PAGES / f"{name}.py", title=text(f"page.{name}", seen.lang), url_path=name)


def _home(first: Any) -> None:
    """The bare address leads to the first page; what the URL asks for goes along."""
    st.switch_page(first, query_params=st.query_params.to_dict())


def _links(groups: dict[str, list[Any]], seen: Look) -> None:
    kept: dict[str, str] = {"lang": seen.lang, "theme": seen.theme}
    if site := st.query_params.get("site"):
        kept["site"] = site
    replay = {"replay": st.query_params["replay"]} if "replay" in st.query_params else {}
    st.markdown(f"**{text('app.name', seen.lang)}**")
    for group, all_pages in groups.items():
        pages = [page for page in all_pages if access_kit.offered(page.url_path)]
        if pages:
            st.caption(text(group, seen.lang))
        for page in pages:
            st.page_link(page, query_params=kept | (replay if page.url_path in LIVE else {}))


def _switches(seen: Look) -> None:
    """Language and theme as plain links: they load the page anew, which the theme needs."""
    languages: dict[str, str] = {lang: text(f"lang.{lang}", seen.lang) for lang in LANGS}
    themes: dict[str, str] = {theme: text(f"theme.{theme}", seen.lang) for theme in THEMES}
    _choice("nav.language", "lang", languages, seen)
    _choice("nav.theme", "theme", themes, seen)


def _choice(label: str, name: str, words: dict[str, str], seen: Look) -> None:
    st.caption(text(label, seen.lang))
    links = [_switch(seen, name, value, word) for value, word in words.items()]
    st.html(f'<div class="ccfloor-switch">{"".join(links)}</div>')


def _switch(seen: Look, name: str, value: str, word: str) -> str:
    now: dict[str, str] = st.query_params.to_dict()  # the same view in other words or colours
    now |= {"lang": seen.lang, "theme": seen.theme}
    if "replay" in now:  # it has moved on since this was drawn: the tab itself knows where to
        now.pop("at", None)
    address = escape(urlencode({**now, name: value}))
    mark = ' aria-current="true"' if now[name] == value else ""
    return f'<a href="?{address}" target="_self"{mark}>{word}</a>'
