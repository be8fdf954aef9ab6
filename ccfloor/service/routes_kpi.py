"""``/api/v1/kpi``: the KPIs of a period and a scope as JSON, the same figures as on the page."""

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ccfloor.kpi.period import month_of, period
from ccfloor.kpi.scope import KINDS, scope
from ccfloor.service import runtime
from ccfloor.service.known_scope import BeyondScopeError, UnknownScopeError, first_scope
from ccfloor.service.kpi_month import kpi_table, members
from ccfloor.service.kpi_rows import row_told, table_told


async def kpi(request: Request) -> Response:
    """``period`` (2026-11, 2026-W47, 2026-11-22, a half hour), ``scope``, ``members`` (queue, team, agent).

    Without a scope the site's; the own for who may see no others. 400 with a sentence where one of them is
    nothing, 403 where it is not within the rights, 404 where the site has no such queue, team or agent.
    """
    asked = request.query_params
    try:
        told = await asyncio.to_thread(
            _told, asked.get("period", ""), asked.get("scope", ""), asked.get("members", "")
        )
    except ValueError as error:
        return JSONResponse({"error": str(error)}, _status(error))
    return JSONResponse(told)


def _status(error: ValueError) -> int:
    if isinstance(error, BeyondScopeError):
        return 403
    return 404 if isinstance(error, UnknownScopeError) else 400


def _told(name: str, about: str, below: str) -> dict[str, Any]:
    service = runtime.service()
    of = period(service.config, name) if name else month_of(service.config, service.floor_now())
    viewer = service.viewer()
    who = scope(about) if about else first_scope(viewer)
    told = table_told(kpi_table(service, viewer, of, who))
    if below:
        kind = next((kind for kind in KINDS[1:] if kind == below), None)
        if kind is None:
            raise ValueError(f"unknown members {below}; there are queue, team, agent")
        told["members"] = [row_told(row) for row in members(service, viewer, of, kind, who)]
    return told


routes = [Route("/api/v1/kpi", kpi)]
