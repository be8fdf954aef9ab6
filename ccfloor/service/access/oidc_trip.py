"""What a browser carries while it is away at the provider: signed, for a few minutes, for one sign-in."""

import hashlib
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.responses import Response

from ccfloor.service.access.oidc_words import Asked

LASTS_S = 600.0
_PLAIN, _SECURE = "ccfloor_oidc", "__Secure-ccfloor_oidc"
_SALT = "ccfloor.oidc"


class Trip(NamedTuple):
    """A sign-in that was begun. ``query``: how the pages looked, and where the person was going."""

    asked: Asked
    began_at: float
    query: str


def sealed(key: bytes, trip: Trip) -> str:
    """What goes into the cookie."""
    return str(_serializer(key).dumps([*trip.asked, trip.began_at, trip.query]))


def unsealed(key: bytes, cookie: str, now: float) -> Trip | None:
    """The trip of a cookie; None of one that is not ours, or older than ten minutes."""
    try:
        *asked, began_at, query = _serializer(key).loads(cookie)
        trip = Trip(Asked(*asked), float(began_at), str(query))
    except (BadSignature, TypeError, ValueError):
        return None
    return trip if 0 <= now - trip.began_at < LASTS_S else None


def _serializer(key: bytes) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt=_SALT, signer_kwargs={"digest_method": hashlib.sha256})


def trip_cookie(cookies: Mapping[str, str]) -> str:
    """The trip's cookie among others, "" without one."""
    return cookies.get(_SECURE) or cookies.get(_PLAIN) or ""


def give_trip(response: Response, value: str, path: str, secure: bool) -> None:
    """Give it for the addresses below ``path`` alone."""
    name = _SECURE if secure else _PLAIN
    age = int(LASTS_S)
    response.set_cookie(name, value, age, path=path, httponly=True, samesite="lax", secure=secure)


def take_trip(response: Response, path: str) -> None:
    """Take it back: an answer of the provider is good for one sign-in."""
    for name, secure in ((_PLAIN, False), (_SECURE, True)):
        response.delete_cookie(name, path=path, httponly=True, samesite="lax", secure=secure)


def way_back(public_url: str, path: str, scheme: str, host: str) -> str:
    """The address that the provider sends a person back to; ``path``: as this server has it."""
    if not public_url:
        return f"{scheme}://{host}{path}"
    parts = urlsplit(public_url)
    return f"{parts.scheme}://{parts.netloc}{path}"
