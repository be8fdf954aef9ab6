"""The route behind the queues page: today by the half hour, from stored intervals."""

import asyncio
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ccfloor.service import runtime
from ccfloor.service.asked import asked_at
from ccfloor.store.today import HALF_HOUR_S, half_hours


async def today(request: Request) -> Response:
    """``{queue, at, day_start, day_end, target, rows}`` of one ``queue``, or of all; 404 if out of scope.

    ``at``: the day of that instant, with the half hours that were over by then.
    """
    queue = request.query_params.get("queue", "")
    if queue and not runtime.service().viewer().sees_queue(queue):
        return JSONResponse({"error": "unknown_queue"}, 404)
    found = await asyncio.to_thread(_today, queue, asked_at(request))
    return Response(msgspec.json.encode(found), media_type="application/json")


def _today(queue: str, then: float | None) -> dict[str, Any]:
    service = runtime.service()
    viewer = service.viewer()
    view = service.view(viewer) if then is None else None
    at = then if then is not None else view.at if view else service.clock()
    start, end = service.config.business_day(at)
    rows = half_hours(service.engine, viewer, start, end, queue)
    return {
        "queue": queue,
        "at": at,
        "day_start": start,
        "day_end": end,
        "target": service.config.target(queue, at).target,
        "rows": [row for row in rows if then is None or row.start + HALF_HOUR_S <= then],
    }


routes: list[Route] = [Route("/api/v1/queues/today", today)]
