"""What the routes that change something share: ours only, JSON in and out, a code where it cannot be."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response

from ccfloor.service import runtime
from ccfloor.service.access.identity import acting_name
from ccfloor.service.commands import CommandError
from ccfloor.service.origin import same_origin
from ccfloor.service.plan_notes import NoteError
from ccfloor.store.queries import BEYOND
from ccfloor.store.viewer import Forbidden

Body = TypeVar("Body")
_LAST = 4_102_444_800.0  # the year 2100: what is asked of later days is a slip


def asked_at(request: HTTPConnection) -> float | None:
    """The instant of the past that a replay asks about (``at``, UTC epoch seconds); None: now."""
    try:
        at = float(request.query_params.get("at", ""))
    except ValueError:
        return None
    return at if 0 <= at < _LAST else None


def asked_row(request: HTTPConnection) -> int:
    """The number of a row in the path (``id``); one that can be none where no database could hold it."""
    number = int(request.path_params["id"])
    return number if number < BEYOND else -1


async def changed(request: Request, kind: type[Body], call: Callable[..., Any], *more: Any) -> Response:
    """Run something that changes the floor or its notes: the body must be JSON and the page ours."""
    if not same_origin(request.headers, runtime.service().settings.web.origins):
        return JSONResponse({"error": "not_ours"}, 403)
    try:
        body = msgspec.json.decode(await request.body(), type=kind)
    except msgspec.DecodeError:
        return JSONResponse({"error": "bad_request"}, 400)
    if hasattr(body, "who"):
        body = replace(body, who=acting_name(body.who))  # type: ignore[type-var]
    return await answered(call, body, *more)


async def answered(call: Callable[..., Any], *more: Any) -> Response:
    """What a call in a worker thread gives, as JSON; what cannot be done with its code and status."""
    try:
        found = await asyncio.to_thread(call, *more)
    except (CommandError, NoteError) as error:
        status = 404 if error.code.startswith("unknown") else 409
        return JSONResponse({"error": error.code, **getattr(error, "about", {})}, status)
    except Forbidden:
        return JSONResponse({"error": "forbidden"}, 403)
    return Response(msgspec.json.encode(found), media_type="application/json")
