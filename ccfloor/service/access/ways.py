"""What a path of the web server is: one of our routes, a page, a part of Streamlit, or the way in itself."""

import re
from collections.abc import Iterable
from enum import Enum
from functools import cache
from typing import NamedTuple

from starlette.routing import compile_path

from ccfloor.access.places import PAGES, PUBLIC, ROUTES, SOCKETS, Place


class Kind(Enum):
    """What answers."""

    WAY_IN = "way in"  # signing in and out: for everybody
    PUBLIC = "public"  # the program's own files, and whether it lives
    ROUTE = "route"
    PAGE = "page"  # an HTML document; which rights it needs the page itself says in words
    INNER = "inner"  # Streamlit's socket, uploads and files made for one session


class Way(NamedTuple):
    """What a path leads to. ``page``: its name, "" for none that we know; ``board``: a wall may have it."""

    kind: Kind
    place: Place = Place()
    page: str = ""
    board: bool = False


_FILES = ("/static/", "/_stcore/health", "/_stcore/host-config", "/favicon.")
_INNER = ("/_stcore/", "/media/", "/component/", "/app/static/", "/_st")
_CLOSED = ("/_stcore/agent",)  # Streamlit's way to drive pages without a browser
_INNER_OF_BOARDS = ("/_stcore/stream", "/_stcore/bidi-components/", "/component/", "/app/static/")
_ODD = re.compile(r"//|[\\\x00-\x1f\x7f]")  # no page's: a browser could take it for another server's address
LIVE = "/live"
SIGN_IN, SIGN_OUT, PASSWORD = "/login", "/auth/logout", "/auth/password"
OIDC_START, OIDC_BACK, OIDC_OUT = "/auth/oidc/start", "/auth/oidc/back", "/auth/oidc/out"
_WAYS_IN = (SIGN_IN, SIGN_OUT, PASSWORD, OIDC_START, OIDC_BACK, OIDC_OUT)


def way_of(path: str, socket: bool = False) -> Way:
    """What a path leads to; ``path`` without the server's base. ``socket``: a websocket is asked for.

    What nobody knows is a page nobody knows, and a socket of no right.
    """
    if path in _WAYS_IN:
        return Way(Kind.WAY_IN, PUBLIC)
    if path.startswith(_FILES):
        return Way(Kind.PUBLIC, PUBLIC)
    if path.startswith(_CLOSED):
        return Way(Kind.ROUTE)  # needs a right that nobody has
    if path.startswith(_INNER):
        return Way(Kind.INNER, board=path.startswith(_INNER_OF_BOARDS))
    if socket:
        return Way(Kind.ROUTE, SOCKETS.get(path, Place()), board=path == LIVE)
    for template, pattern in _patterns():
        if pattern.match(path):
            place = ROUTES[template]
            return Way(Kind.PUBLIC if place.public else Kind.ROUTE, place)
    if path.startswith("/api/") or _ODD.search(path):
        return Way(Kind.ROUTE)
    page = path.strip("/")
    return Way(Kind.PAGE, PAGES.get(page, Place()), page)


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    return [(template, compile_path(template)[0]) for template in ROUTES]


def unknown(templates: Iterable[str]) -> list[str]:
    """Of the templates of routes those that have no line in the table of places."""
    known = (*ROUTES, *SOCKETS, *_WAYS_IN)
    return [one for one in templates if one not in known]
