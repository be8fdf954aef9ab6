"""The routes of the channels: how they do, and a test message. JSON in, JSON out, ours only."""

import asyncio
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ccfloor.service import runtime
from ccfloor.service.notify.ask import AskError, send_test
from ccfloor.service.notify.file import load_notify, notify_path
from ccfloor.service.notify.overview import overview
from ccfloor.service.notify.status import test_result
from ccfloor.service.origin import same_origin
from ccfloor.service.places import SettingsError


class AskedBy(msgspec.Struct, frozen=True):
    """The body of a wish for a test message: who wants it."""

    who: str = ""


async def channels(_request: Request) -> Response:
    """``{channels: [{name, kind, enabled, lang, target, trouble, last}], problems: [sentences]}``."""
    return _json(await asyncio.to_thread(_channels))


def _channels() -> Any:
    service = runtime.service()
    site = service.settings.site
    found = overview(service.engine, site.id, site.data, service.clock())
    listed = [
        {
            "name": item.name,
            "kind": item.kind,
            "enabled": item.enabled,
            "lang": item.lang,
            "target": item.target,
            "trouble": item.trouble,
            "last": item.last._asdict() if item.last else None,
        }
        for item in found.channels
    ]
    return {"channels": listed, "problems": [str(problem) for problem in found.problems]}


async def test(request: Request) -> Response:
    """POST ``{who}``: send a test message; answers ``{id}``. GET with ``id``: what became of it."""
    if request.method == "GET":
        return await _result(request)
    if not same_origin(request.headers, runtime.service().settings.web.origins):
        return JSONResponse({"error": "not_ours"}, 403)
    try:
        body = msgspec.json.decode(await request.body(), type=AskedBy)
    except msgspec.DecodeError:
        return JSONResponse({"error": "bad_request"}, 400)
    try:
        return _json({"id": await asyncio.to_thread(ask, request.path_params["channel"], body.who)})
    except AskError as error:
        return JSONResponse({"error": error.code}, 404 if error.code.startswith("unknown") else 409)


def ask(channel: str, who: str) -> int:
    """Ask for a test message; returns its notice. Raises AskError; ``bad_file`` where the file is wrong."""
    service = runtime.service()
    site = service.settings.site
    try:
        file = load_notify(notify_path(site.data))
    except SettingsError:
        raise AskError("bad_file") from None
    names = site.name_zh, site.name_en
    return send_test(service.engine, site.id, file, channel, names, site.zone, who, service.clock())


async def _result(request: Request) -> Response:
    number = request.query_params.get("id", "")
    if not number.isdecimal():
        return JSONResponse({"error": "bad_request"}, 400)
    state, error = await asyncio.to_thread(result, int(number))
    return _json({"state": state, "error": error}) if state else JSONResponse({"error": "unknown"}, 404)


def result(notice: int) -> tuple[str, str]:
    """State and error of a notice; empty where there is none."""
    with runtime.service().engine.connect() as connection:
        return test_result(connection, notice)


def _json(found: Any) -> Response:
    return Response(msgspec.json.encode(found), media_type="application/json")


routes: list[Route] = [
    Route("/api/v1/notify", channels),
    Route("/api/v1/notify/{channel}/test", test, methods=["GET", "POST"]),
]
