"""The route behind the button that shows one whole number. JSON in, JSON out, ours only."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ccfloor.service import runtime
from ccfloor.service.asked import changed
from ccfloor.service.reveal import SHOWN_S, reveal


class AskedFor(msgspec.Struct, frozen=True):
    """The body: of which call (its source and position), and why."""

    source: int
    position: int
    why: str


async def revealed(request: Request) -> Response:
    """POST: answers ``{number, shown_s}``: the whole number, and for how many seconds a screen shows it."""
    return await changed(request, AskedFor, _reveal)


def _reveal(body: AskedFor) -> Any:
    service = runtime.service()
    key = (body.source, body.position)
    number = reveal(service.engine, service.viewer(), key, body.why, service.clock())
    return {"number": number, "shown_s": SHOWN_S}


routes: list[Route] = [Route("/api/v1/reveal", revealed, methods=["POST"])]
