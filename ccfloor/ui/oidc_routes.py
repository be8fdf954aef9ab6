"""Single sign-on as routes: out to the provider, back from it, and out of its session."""

import asyncio
import logging
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import parse_qs, urlencode

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from ccfloor.service import runtime
from ccfloor.service.access.cookies import cookie_of, give, over_https
from ccfloor.service.access.guard import source_of
from ccfloor.service.access.oidc_accounts import Desk, admit
from ccfloor.service.access.oidc_trip import (
    Trip,
    give_trip,
    sealed,
    take_trip,
    trip_cookie,
    unsealed,
    way_back,
)
from ccfloor.service.access.oidc_words import OidcError
from ccfloor.service.access.ways import OIDC_BACK, OIDC_OUT, OIDC_START, SIGN_IN
from ccfloor.store.accounts import Account
from ccfloor.ui.sign_in import first_page, inside

if TYPE_CHECKING:
    from ccfloor.service.access.oidc import Provider

log = logging.getLogger(__name__)
FAULTS = (
    *("down", "odd", "invalid", "expired", "refused", "unknown", "disabled"),
    *("no_agent", "last_admin", "database_away"),
)
_KEPT = ("lang", "theme", "next")
_KEPT_MAX = 1500  # it goes into a cookie


def oidc_routes(home: str) -> list[BaseRoute]:
    """The routes, under the server's base; without a provider in the settings they lead to the way in."""
    return [
        Route(home + OIDC_START, start, methods=["GET"]),
        Route(home + OIDC_BACK, back, methods=["GET"]),
        Route(home + OIDC_OUT, out, methods=["GET"]),
    ]


async def start(request: Request) -> Response:
    """Send the person to the provider; the browser keeps what the answer is recognised by."""
    query = _look(request)
    try:
        return await asyncio.to_thread(_leave, request, query)
    except (OidcError, SQLAlchemyError) as error:
        return _sign_in_page(query, error)


def _leave(request: Request, query: str) -> Response:
    service = runtime.service()
    address, asked = _provider().way_there(_here(request, OIDC_BACK))
    answer = RedirectResponse(address, 303)
    cookie = sealed(service.doors.key(), Trip(asked, service.clock(), query))
    give_trip(answer, cookie, _folder(request), over_https(request))
    return answer


async def back(request: Request) -> Response:
    """Take the provider's answer; who is let in goes where the way led. Good for one time."""
    query = ""
    try:
        trip = await asyncio.to_thread(_trip, request)
        query = trip.query
        account = await asyncio.to_thread(_account, request, trip)
        cookie = await asyncio.to_thread(_opened, request, account)
    except (OidcError, SQLAlchemyError) as error:
        answer = _sign_in_page(query, error)
    else:
        answer = _onward(account, query)
        give(answer, cookie, over_https(request))
    take_trip(answer, _folder(request))
    return answer


def _trip(request: Request) -> Trip:
    """The sign-in that this answers. Raises OidcError where this browser began none, or another one."""
    service = runtime.service()
    trip = unsealed(service.doors.key(), trip_cookie(request.cookies), service.clock())
    if trip is None or request.query_params.get("state", "") != trip.asked.state:
        raise OidcError("expired")
    return trip


def _account(request: Request, trip: Trip) -> Account:
    provider, told = _provider(), request.query_params
    if told.get("iss", provider.issuer) != provider.issuer:  # RFC 9207: another provider's answer
        raise OidcError("invalid")
    if told.get("error") or not told.get("code"):
        log.warning("single sign-on: the provider answers %s", told.get("error", "without a code")[:60])
        raise OidcError("refused")
    person = provider.person(trip.asked, told["code"], _here(request, OIDC_BACK))
    service = runtime.service()
    settings, now = service.settings, service.clock()
    return admit(Desk(service.engine, settings.site.id, settings.oidc, source_of(request), now), person)


def _opened(request: Request, account: Account) -> str:
    """A new session, never one that the browser had before."""
    doors = runtime.service().doors
    if before := cookie_of(request.cookies):
        doors.close(before)
    return doors.let_in(account, source_of(request), request.headers.get("user-agent", ""))


async def out(request: Request) -> Response:
    """On to where the person's session at the provider ends."""
    query = _look(request)
    try:
        address = await asyncio.to_thread(lambda: _provider().way_out(_here(request, SIGN_IN)))
    except OidcError as error:
        return _sign_in_page(query, error)
    return RedirectResponse(address or "../../login" + query, 303)


def has_end() -> bool:
    """Whether the provider has a session that can be ended there."""
    try:
        return bool(_provider().way_out(""))
    except OidcError:
        return False


def _provider() -> "Provider":
    return runtime.service().provider or _none()


def _none() -> NoReturn:
    raise OidcError("odd")


def _look(request: Request) -> str:
    """The part of the query that says how the pages look, and where the person was going."""
    kept = {name: request.query_params.get(name, "") for name in _KEPT}
    kept = {name: value for name, value in kept.items() if 0 < len(value) <= _KEPT_MAX}
    return f"?{urlencode(kept)}" if kept else ""


def _sign_in_page(query: str, error: Exception) -> Response:
    code = error.code if isinstance(error, OidcError) else "database_away"
    return RedirectResponse(f"../../login{query}{'&' if query else '?'}sso={code}", 303)


def _onward(account: Account, query: str) -> Response:
    kept = {name: values[0] for name, values in parse_qs(query.removeprefix("?")).items()}
    going = inside(kept.pop("next", ""))
    look = f"?{urlencode(kept)}" if kept else ""
    return RedirectResponse(going or f"../../{first_page(account)}{look}", 303)


def _home(request: Request) -> str:
    """The server's base, as this request's path shows it."""
    return request.url.path.partition("/auth/oidc/")[0]


def _folder(request: Request) -> str:
    return _home(request) + "/auth/oidc"


def _here(request: Request, path: str) -> str:
    scheme = "https" if over_https(request) else "http"
    public = runtime.service().settings.web.public_url
    return way_back(public, _home(request) + path, scheme, request.headers.get("host", ""))
