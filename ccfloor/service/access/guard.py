"""The guard before everything that the web server answers: pages, Streamlit's socket, routes, files.

It finds out who asks, sends away who may not, and closes a socket whose session is over. What it lets
through is answered with the identity at hand (``ccfloor.service.access.identity``).
"""

import asyncio
from collections.abc import Callable
from urllib.parse import parse_qsl, quote

from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ccfloor.access.board import TOKEN, page_of, query_on, without_token
from ccfloor.access.local import asked_here
from ccfloor.access.places import PAGES
from ccfloor.access.rights import may
from ccfloor.service.access.cookies import board_cookie_of, cookie_of, give_board, over_https, without_plain
from ccfloor.service.access.doors import Doors
from ccfloor.service.access.headers import with_headers
from ccfloor.service.access.identity import NOBODY, OPEN, Identity, acting_as
from ccfloor.service.access.sockets import AWAY, POLICY, SIGNED_OUT, Acted, Sockets, nothing
from ccfloor.service.access.uploads import TAKEN_FROM, UPLOADS, Bounds
from ccfloor.service.access.ways import PASSWORD, SIGN_IN, Kind, Way, way_of
from ccfloor.service.origin import same_origin

CSRF = "x-ccfloor-csrf"
_SAFE = ("GET", "HEAD", "OPTIONS")
_FORWARDED = (
    *("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "forwarded", "x-real-ip", "via"),
    *("x-original-forwarded-for", "x-client-ip", "true-client-ip", "cf-connecting-ip", "fly-client-ip"),
)


class Guard:
    """ASGI middleware. ``doors`` and ``origins`` are asked at each request: the service comes up later.

    ``acted``: whether a message that Streamlit's socket brings is what a person did.
    """

    def __init__(
        self,
        app: ASGIApp,
        doors: Callable[[], Doors],
        origins: Callable[[], tuple[str, ...]],
        base: str = "/",
        acted: Acted = nothing,
    ) -> None:
        self._app, self._doors, self._origins, self._acted = app, doors, origins, acted
        self._bounds = Bounds(app)
        self._base = base.rstrip("/")
        self._sockets = Sockets(doors)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or have it answered."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        asked = HTTPConnection(scope)
        way = way_of(self._path(scope["path"]), scope["type"] == "websocket")
        if over_https(asked):
            scope = without_plain(scope)
            asked = HTTPConnection(scope)
        if scope["type"] == "http":
            send = with_headers(send, over_https(asked), way.kind is Kind.ROUTE)
        try:
            identity = await self._identity(asked, way)
            shown = await self._shown(asked, way, identity)
        except SQLAlchemyError:
            await _away(scope, receive, send)
            return
        refused = shown or self._refused(asked, way, identity)
        if refused is not None:
            await _refuse(scope, receive, send, refused)
            return
        if identity and identity.board and way.kind is Kind.PAGE:
            send = _renewing(send, board_cookie_of(asked.cookies), over_https(asked))
        acted = self._acted if way.kind is Kind.INNER else nothing
        await self._through(scope, receive, send, identity, acted)

    def _path(self, path: str) -> str:
        return path.removeprefix(self._base) if self._base and path.startswith(f"{self._base}/") else path

    async def _identity(self, asked: HTTPConnection, way: Way) -> Identity | None:
        doors, cookie = self._doors(), cookie_of(asked.cookies)
        if cookie and way.kind is not Kind.PUBLIC:
            found = await asyncio.to_thread(doors.who, cookie, used=_is_use(asked, way))
            if found:
                return found._replace(source=source_of(asked))
        token = board_cookie_of(asked.cookies)
        if token and way.kind is not Kind.PUBLIC:
            wall = await asyncio.to_thread(doors.board, token)
            if wall:
                return wall._replace(source=source_of(asked))
        return OPEN._replace(source=source_of(asked)) if not doors.closed and _here(asked) else None

    async def _shown(self, asked: HTTPConnection, way: Way, identity: Identity | None) -> Response | None:
        """A wall's link is opened: its token goes into a cookie, and out of the address.

        Somebody who is signed in stays who he is.
        """
        token = asked.query_params.get(TOKEN, "")
        if not token or way.kind is not Kind.PAGE or asked.scope["type"] != "http":
            return None
        if identity and identity.session:
            return RedirectResponse(_address(asked, without_token(asked.query_params.multi_items())), 303)
        wall = await asyncio.to_thread(self._doors().board, token)
        if wall is None or way.page != page_of(wall.board):
            look = query_on("", asked.query_params.multi_items())
            return RedirectResponse(f"{self._base}{SIGN_IN}?revoked=1{look and '&' + look}", 303)
        query = query_on(wall.board, asked.query_params.multi_items())
        answer = RedirectResponse(_address(asked, query), 303)
        give_board(answer, token, over_https(asked))
        return answer

    def _refused(self, asked: HTTPConnection, way: Way, identity: Identity | None) -> Response | None:
        """What to answer instead; None where it may go through."""
        if not self._ours(asked):
            return JSONResponse({"error": "not_ours"}, 403)
        if way.kind in (Kind.WAY_IN, Kind.PUBLIC):
            return None
        if identity is None:
            return _sign_in_first(asked, self._base + SIGN_IN)
        if identity.board:
            return _off_board(asked, way, identity)
        if identity.must_change:
            return _sign_in_first(asked, self._base + PASSWORD)
        taken = any(may(identity.role, right) for right in TAKEN_FROM)
        if self._path(asked.scope["path"]).startswith(UPLOADS) and not taken:
            return JSONResponse({"error": "forbidden"}, 403)  # no other page takes files
        return _beyond(asked, way, identity) if way.kind is Kind.ROUTE else None

    def _ours(self, asked: HTTPConnection) -> bool:
        """Whether a page of ours asks, where something is changed or a socket is opened."""
        if asked.scope["type"] == "http" and asked.scope["method"] in _SAFE:
            return True
        site = asked.headers.get("sec-fetch-site", "")
        return same_origin(asked.headers, self._origins()) and (site != "cross-site" or bool(self._origins()))

    async def _through(
        self, scope: Scope, receive: Receive, send: Send, identity: Identity | None, acted: Acted
    ) -> None:
        if identity is None:
            with acting_as(NOBODY):
                await self._answered(scope, receive, send)
            return
        with acting_as(identity):
            if scope["type"] == "websocket" and (identity.session or identity.board):
                await self._sockets.serve(self._app, scope, receive, send, bool(identity.board), acted)
            else:
                await self._answered(scope, receive, send)

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._bounds(scope, receive, send, self._path(scope["path"]))
        else:
            await self._app(scope, receive, send)


def _is_use(asked: HTTPConnection, way: Way) -> bool:
    """Whether a request keeps a session alive: a page is opened or something done, not what an open page and
    Streamlit ask for by themselves.
    """
    if asked.scope["type"] != "http":
        return False
    if asked.scope["method"] not in _SAFE or way.kind is Kind.WAY_IN:
        return True
    if way.kind is Kind.ROUTE:
        return not way.place.polled
    return way.kind is Kind.PAGE and (way.page in PAGES or not way.page)


def source_of(asked: HTTPConnection) -> str:
    """The address of the other end."""
    return asked.client.host if asked.client else ""


def _here(asked: HTTPConnection) -> bool:
    server = asked.scope.get("server") or ("",)
    forwarded = any(name in asked.headers for name in _FORWARDED)
    return asked_here(source_of(asked), server[0], asked.headers.get("host", ""), forwarded)


def _beyond(asked: HTTPConnection, way: Way, identity: Identity) -> Response | None:
    """403 where the identity has none of the rights, or a change comes without the session's token."""
    changes = asked.scope["type"] == "http" and asked.scope["method"] not in _SAFE
    needed = way.place.change if changes else way.place.rights
    if not any(may(identity.role, right) for right in needed):
        return JSONResponse({"error": "forbidden"}, 403)
    if changes and identity.csrf and asked.headers.get(CSRF) != identity.csrf:
        return JSONResponse({"error": "not_ours"}, 403)
    return None


def _off_board(asked: HTTPConnection, way: Way, wall: Identity) -> Response | None:
    """A wall has its page, the live stream and what Streamlit needs for it. Another page says so itself."""
    looks = asked.scope["type"] == "websocket" or asked.scope["method"] in _SAFE
    if not looks or not (way.board or way.kind is Kind.PAGE):
        return JSONResponse({"error": "forbidden"}, 403)
    if way.kind is not Kind.PAGE or way.page != page_of(wall.board):
        return None
    query = query_on(wall.board, asked.query_params.multi_items())
    if dict(parse_qsl(query)) == dict(asked.query_params):
        return None
    return RedirectResponse(_address(asked, query), 303)


def _address(asked: HTTPConnection, query: str) -> str:
    return asked.url.path + (f"?{query}" if query else "")


def _renewing(send: Send, token: str, secure: bool) -> Send:
    """A sender that gives the wall its cookie anew, so that it never expires."""
    given = Response()
    give_board(given, token, secure)

    async def said(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).append("set-cookie", given.headers["set-cookie"])
        await send(message)

    return said


def _sign_in_first(asked: HTTPConnection, where: str) -> Response:
    """Whoever opens a page is led to the way in; a program is told."""
    if asked.scope["type"] == "http" and "text/html" in asked.headers.get("accept", ""):
        query = f"?{asked.url.query}" if asked.url.query else ""
        return RedirectResponse(f"{where}?next={quote(asked.url.path + query, safe='')}{_ended(asked)}", 303)
    return JSONResponse({"error": "signed_out"}, 401)


def _ended(asked: HTTPConnection) -> str:
    """What the browser was until now: it is told why no more."""
    if cookie_of(asked.cookies):
        return "&ended=1"
    return "&revoked=1" if board_cookie_of(asked.cookies) else ""


async def _refuse(scope: Scope, receive: Receive, send: Send, response: Response) -> None:
    """A socket is taken and closed with a code that its page understands; refused outright it is not told."""
    if scope["type"] == "http":
        await response(scope, receive, send)
        return
    await receive()
    if response.status_code == 403:
        await send({"type": "websocket.close", "code": POLICY})
        return
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": SIGNED_OUT})


async def _away(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await JSONResponse({"error": "database_away"}, 503)(scope, receive, send)
    else:
        await receive()
        await send({"type": "websocket.close", "code": AWAY})
