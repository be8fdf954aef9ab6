"""What surrounds every page: language and theme (both kept in the URL), and the navigation."""

from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

from ccfloor.ui.texts import LANGS, Lang, language, text
from ccfloor.ui.tokens import THEMES, Theme

_PAGES = Path(__file__).resolve().parents[2] / "pages"
GROUPS: dict[str, tuple[str, ...]] = {
    "nav.floor": ("wall", "seats", "queues"),
    "nav.system": ("definitions",),
}


class Look(NamedTuple):
    """How this viewer wants the pages: read from the URL, so that a link shows the same to everyone."""

    lang: Lang
    theme: Theme
    kiosk: bool


def look() -> Look:
    """The look the URL asks for; without it the browser's language, and dark."""
    asked = st.query_params
    theme: Theme = "light" if asked.get("theme") == "light" else "dark"
    return Look(language(asked.get("lang"), st.context.locale), theme, asked.get("kiosk") == "1")


def shell() -> Any:
    """Draw the navigation and return the page to run."""
    seen = look()
    groups = {
        group: [_page(name, seen) for name in names if (_PAGES / f"{name}.py").is_file()]
        for group, names in GROUPS.items()
    }
    pages = [page for group in groups.values() for page in group]
    home = st.Page(lambda: _home(pages[0]), title=text("app.name", seen.lang), default=True)
    page = st.navigation([home, *pages], position="hidden")
    if not seen.kiosk:
        with st.sidebar:
            _links(groups, seen)
            _switches(seen)
    return page


def _page(name: str, seen: Look) -> Any:
    return st.Page(_PAGES / f"{name}.py", title=text(f"page.{name}", seen.lang), url_path=name)


def _home(first: Any) -> None:
    """The bare address leads to the first page; what the URL asks for goes along."""
    st.switch_page(first, query_params=st.query_params.to_dict())


def _links(groups: dict[str, list[Any]], seen: Look) -> None:
    kept = {"lang": seen.lang, "theme": seen.theme}
    st.markdown(f"**{text('app.name', seen.lang)}**")
    for group, pages in groups.items():
        st.caption(text(group, seen.lang))
        for page in pages:
            st.page_link(page, query_params=kept)


def _switches(seen: Look) -> None:
    """Language and theme as plain links: they load the page anew, which the theme needs."""
    choices = [
        ("nav.language", "lang", [(lang, text(f"lang.{lang}", seen.lang)) for lang in LANGS], seen.lang),
        ("nav.theme", "theme", [(theme, text(f"theme.{theme}", seen.lang)) for theme in THEMES], seen.theme),
    ]
    for label, name, options, current in choices:
        st.caption(text(label, seen.lang))
        links = [_switch(seen, name, value, word, value == current) for value, word in options]
        st.html(f'<div class="ccfloor-switch">{"".join(links)}</div>')


def _switch(seen: Look, name: str, value: str, word: str, on: bool) -> str:
    query = {"lang": seen.lang, "theme": seen.theme, name: value}
    address = f"?{'&'.join(f'{key}={item}' for key, item in query.items())}"
    mark = ' aria-current="true"' if on else ""
    return f'<a href="{address}" target="_self"{mark}>{word}</a>'
