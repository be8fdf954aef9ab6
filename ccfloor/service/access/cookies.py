"""The session's cookie: not read by scripts, not sent along from other sites, secure where it can be."""

from collections.abc import Mapping

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Scope

PLAIN, SECURE = "ccfloor", "__Host-ccfloor"


BOARD_PLAIN, BOARD_SECURE = "ccfloor_display", "__Host-ccfloor_display"
_LONGEST_S = 400 * 86400  # as long as browsers keep one; each opening of the page renews it


def over_https(asked: HTTPConnection) -> bool:
    """Whether the browser speaks https, to us or to a proxy before us."""
    told = asked.headers.get("x-forwarded-proto", "").partition(",")[0].strip().lower()
    return asked.url.scheme in ("https", "wss") or told == "https"


def cookie_of(cookies: Mapping[str, str]) -> str:
    """The session's cookie among others, "" without one."""
    return cookies.get(SECURE) or cookies.get(PLAIN) or ""


def without_plain(scope: Scope) -> Scope:
    """A request over https without cookies of the plain names: there those are not ours, and whoever owns a
    neighbouring host name can put them into the browser.
    """
    headers = [(name, _kept(value) if name == b"cookie" else value) for name, value in scope["headers"]]
    return {**scope, "headers": headers}


def _kept(header: bytes) -> bytes:
    plain = (PLAIN.encode(), BOARD_PLAIN.encode())
    parts = (part.strip() for part in header.split(b";"))
    return b"; ".join(part for part in parts if part.partition(b"=")[0].strip() not in plain)


def give(response: Response, value: str, secure: bool) -> None:
    """Give the browser a session's cookie; it goes when the browser is closed, or with its session."""
    name = SECURE if secure else PLAIN
    response.set_cookie(name, value, path="/", httponly=True, samesite="lax", secure=secure)


def take(response: Response) -> None:
    """Take the cookie back."""
    for name, secure in ((PLAIN, False), (SECURE, True)):
        response.delete_cookie(name, path="/", httponly=True, samesite="lax", secure=secure)


def board_cookie_of(cookies: Mapping[str, str]) -> str:
    """The token of a wall's link among the cookies, "" without one."""
    return cookies.get(BOARD_SECURE) or cookies.get(BOARD_PLAIN) or ""


def give_board(response: Response, token: str, secure: bool) -> None:
    """Make the browser a wall, until its link is revoked."""
    name = BOARD_SECURE if secure else BOARD_PLAIN
    response.set_cookie(name, token, _LONGEST_S, path="/", httponly=True, samesite="lax", secure=secure)


def take_board(response: Response) -> None:
    """The browser is a wall no longer."""
    for name, secure in ((BOARD_PLAIN, False), (BOARD_SECURE, True)):
        response.delete_cookie(name, path="/", httponly=True, samesite="lax", secure=secure)
