"""The session's cookie: not read by scripts, not sent along from other sites, secure where it can be."""

from collections.abc import Mapping

from starlette.requests import HTTPConnection
from starlette.responses import Response

PLAIN, SECURE = "ccfloor", "__Host-ccfloor"


def over_https(asked: HTTPConnection) -> bool:
    """Whether the browser speaks https, to us or to a proxy before us."""
    told = asked.headers.get("x-forwarded-proto", "").partition(",")[0].strip().lower()
    return asked.url.scheme in ("https", "wss") or told == "https"


def cookie_of(cookies: Mapping[str, str]) -> str:
    """The session's cookie among others, "" without one."""
    return cookies.get(SECURE) or cookies.get(PLAIN) or ""


def give(response: Response, value: str, secure: bool) -> None:
    """Give the browser a session's cookie; it goes when the browser is closed, or with its session."""
    name = SECURE if secure else PLAIN
    response.set_cookie(name, value, path="/", httponly=True, samesite="lax", secure=secure)


def take(response: Response) -> None:
    """Take the cookie back."""
    for name, secure in ((PLAIN, False), (SECURE, True)):
        response.delete_cookie(name, path="/", httponly=True, samesite="lax", secure=secure)
