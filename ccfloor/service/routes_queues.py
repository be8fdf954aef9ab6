"""The route behind the queues page: today by the half hour, from stored intervals."""

import asyncio
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ccfloor.service import runtime
from ccfloor.store.today import half_hours


async def today(request: Request) -> Response:
    """``{queue, at, day_start, day_end, target, rows}`` of one ``queue``, or of all; 404 if out of scope."""
    queue = request.query_params.get("queue", "")
    if queue and not runtime.service().viewer().sees_queue(queue):
        return JSONResponse({"error": "unknown_queue"}, 404)
    found = await asyncio.to_thread(_today, queue)
    return Response(msgspec.json.encode(found), media_type="application/json")


def _today(queue: str) -> dict[str, Any]:
    service = runtime.service()
    viewer = service.viewer()
    view = service.view(viewer)
    at = view.at if view else service.clock()
    start, end = service.config.business_day(at)
    return {
        "queue": queue,
        "at": at,
        "day_start": start,
        "day_end": end,
        "target": service.config.target(queue, at).target,
        "rows": half_hours(service.engine, viewer, start, end, queue),
    }


routes: list[Route] = [Route("/api/v1/queues/today", today)]
