"""The routes beside the pages: the live stream, health, metrics and the floor as JSON."""

import asyncio
from copy import copy
from typing import Any

import msgspec
from sqlalchemy.exc import SQLAlchemyError
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as ASGIScope
from starlette.websockets import WebSocket, WebSocketDisconnect

from ccfloor.access.rights import Right
from ccfloor.service import (
    routes_kpi,
    routes_moves,
    routes_notify,
    routes_plan,
    routes_privacy,
    routes_qa,
    routes_queues,
    routes_replay,
    routes_seats,
    runtime,
)
from ccfloor.service.access.guard import Guard
from ccfloor.service.access.identity import SignedOut
from ccfloor.service.access.sockets import Acted, nothing
from ccfloor.service.hub import Reader
from ccfloor.service.origin import same_origin
from ccfloor.service.prometheus import exposition
from ccfloor.service.scope import Scope, scoped
from ccfloor.service.tasks import end
from ccfloor.store.faults import fault
from ccfloor.store.viewer import Forbidden

POLICY_VIOLATION = 1008
_encode = msgspec.json.encode
_STALE_S = 10.0
_FOR_EVERYBODY = ("ok", "site", "database", "collector", "view_age_s")


def routes() -> list[BaseRoute]:
    """Every route of the service; while the database is away those that need it say so: 503."""
    found: list[Route | WebSocketRoute] = [
        WebSocketRoute("/live", live),
        *routes_replay.routes,
        Route("/healthz", healthz),
        Route("/metrics", metrics),
        Route("/api/v1/floor", floor),
        Route("/api/v1/metrics", metrics_rows),
        *routes_seats.routes,
        *routes_moves.routes,
        *routes_queues.routes,
        *routes_plan.routes,
        *routes_notify.routes,
        *routes_kpi.routes,
        *routes_privacy.routes,
        *routes_qa.routes,
    ]
    return [_guarded(route) if isinstance(route, Route) else route for route in found]


def _guarded(route: Route) -> Route:
    guarded = copy(route)
    guarded.app = _DatabaseOr503(route.app)
    return guarded


def guards(base: str = "/", acted: Acted = nothing) -> list[Middleware]:
    """What stands before every route, page and file; ``base``: the path under which the server stands.

    ``acted``: whether a message of a page's socket is what a person did.
    """
    service = runtime.service
    return [
        Middleware(
            Guard,
            doors=lambda: service().doors,
            origins=lambda: service().settings.web.origins,
            base=base,
            acted=acted,
        )
    ]


class _DatabaseOr503:
    """503 where the database is away, 403 where something is beyond the viewer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: ASGIScope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except SQLAlchemyError as error:
            answer = JSONResponse({"error": fault(error) or "database_away"}, 503)
            await answer(scope, receive, send)
        except Forbidden:
            await JSONResponse({"error": "forbidden"}, 403)(scope, receive, send)


async def live(socket: WebSocket) -> None:
    """The live stream: one full view, then what changes; pings are answered with our clock."""
    service = runtime.service()
    viewer = service.viewer()
    if not same_origin(socket.headers, service.settings.web.origins) or not _ours(socket):
        await socket.close(POLICY_VIOLATION)
        return
    await socket.accept()
    reader = Reader(service.hub, Scope.of(viewer))
    sending = asyncio.create_task(_send(socket, reader))
    try:
        await _listen(socket)
    finally:
        reader.close()
        await end(sending)


def _ours(socket: WebSocket) -> bool:
    return socket.query_params.get("site", "") in ("", runtime.service().settings.site.id)


async def _send(socket: WebSocket, reader: Reader) -> None:
    while True:
        for text in await reader.next():
            await socket.send_text(text)


async def _listen(socket: WebSocket) -> None:
    """Answer pings until the reader goes away; anything else it says is ignored."""
    while True:
        try:
            message = msgspec.json.decode(await socket.receive_text())
        except WebSocketDisconnect:
            return
        except (msgspec.DecodeError, KeyError):
            continue
        if isinstance(message, dict) and message.get("t") == "ping":
            await socket.send_json({"t": "pong", "c": message.get("c"), "now": runtime.service().hub.now()})


async def healthz(_request: Request) -> Response:
    """200 while the live view is written, 503 with the reason otherwise."""
    state = health()
    told = state if _knows_all() else {name: state[name] for name in _FOR_EVERYBODY}
    return JSONResponse(told, 200 if state["ok"] else 503)


def _knows_all() -> bool:
    """Whether who asks may hear of every source, with its queues and seats."""
    try:
        viewer = runtime.service().viewer()
    except SignedOut:
        return False
    return viewer.whole and viewer.may(Right.FLOOR)


def health() -> dict[str, Any]:
    """Database, collector and sources in a few words."""
    service = runtime.service()
    row = service.hub.row
    age = service.clock() - row.written_at if row else None
    return {
        "ok": not service.hub.failed and age is not None and age < _STALE_S,
        "site": service.settings.site.id,
        "database": type(service.hub.failed).__name__ if service.hub.failed else "ok",
        "collector": service.collecting,
        "view_age_s": None if age is None else round(age, 3),
        "readers": service.hub.readers,
        "sources": msgspec.to_builtins(service.hub.sources),
    }


async def metrics(_request: Request) -> Response:
    """The present in Prometheus' text format."""
    service = runtime.service()
    service.viewer().needs_whole()
    text = exposition(service.hub.row, service.hub.readers, service.clock())
    return PlainTextResponse(text, media_type="text/plain; version=0.0.4")


async def floor(_request: Request) -> Response:
    """The FloorView now, as the viewer may see it; 503 before the first."""
    service = runtime.service()
    row = service.hub.row
    if row is None:
        return JSONResponse({"error": "no live view yet"}, 503)
    view = scoped(row.view, Scope.of(service.viewer()))
    return Response(_encode(view), media_type="application/json")


async def metrics_rows(request: Request) -> Response:
    """The rows of ``python -m ccfloor metrics``; the same words as its options."""
    try:
        rows = await asyncio.to_thread(runtime.service().metrics, dict(request.query_params))
    except ValueError as error:
        return JSONResponse({"error": str(error)}, 400)
    return JSONResponse(rows)
