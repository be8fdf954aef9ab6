"""The routes behind the seats page: a seat's day, and commands. JSON in, JSON out, ours only.

A command is refused here when it comes from another site's page: browsers send such a request only with
an Origin that is not ours.
"""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ccfloor.acd.base import CommandKind, SeatCommand
from ccfloor.floor.view import SeatView
from ccfloor.service import runtime
from ccfloor.service.asked import answered, asked_at, asked_row, changed
from ccfloor.service.commands import CommandError, list_commands, request_command, undo_command
from ccfloor.store.today import seat_day

_MOST_COMMANDS = 50


class AskedFor(msgspec.Struct, frozen=True):
    """The body of a command: what is asked of which seat, and why."""

    seat: str = ""
    kind: CommandKind = CommandKind.PAUSE
    why: str = ""
    who: str = ""
    queue: str = ""
    reason: str = ""
    penalty: int = 0


async def timeline(request: Request) -> Response:
    """A seat's spans of the business day: ``{seat, at, day_start, day_end, spans}``; 404 if out of sight.

    ``at``: of the day of that instant, and up to it.
    """
    return await answered(_timeline, request.path_params["seat"], asked_at(request))


def _timeline(seat: str, then: float | None) -> Any:
    service = runtime.service()
    limited = service.viewer().queues is not None  # then the view alone tells whose seat it is
    seen_at = _seen_at(seat) if then is None or limited else 0.0
    at = seen_at if then is None else then
    start, end = service.config.business_day(at)
    until = end if then is None else at
    rows = seat_day(service.engine, service.viewer(), service.config, seat, start, until, seen=limited)
    spans = [msgspec.structs.asdict(row) | {"end": min(row.end, end if then is None else at)} for row in rows]
    return {"seat": seat, "at": at, "day_start": start, "day_end": end, "spans": spans}


def _seen_at(seat: str) -> float:
    """When the seat was seen last. Raises CommandError where the viewer does not see it."""
    view = runtime.service().view(runtime.service().viewer())
    if view is None or not any(known.seat == seat for known in view.seats):
        raise CommandError("unknown_seat")
    return view.at


async def commands(request: Request) -> Response:
    """GET: the latest commands (of one ``seat``; asked until ``at``). POST: ask for one; answers ``{id}``."""
    if request.method == "POST":
        return await changed(request, AskedFor, _ask)
    limit = request.query_params.get("limit", "")
    most = min(int(limit), _MOST_COMMANDS) if limit.isdecimal() else _MOST_COMMANDS
    return await answered(_list, request.query_params.get("seat", ""), most, asked_at(request))


async def undo(request: Request) -> Response:
    """POST: ask for the opposite of a command that was done; answers ``{id}``."""
    return await changed(request, AskedFor, _undo, asked_row(request))


def _list(seat: str, most: int, then: float | None) -> Any:
    service = runtime.service()
    args = (service.engine, service.viewer(), service.config, seat, most)
    found = list_commands(*args, until=then)
    if service.viewer().queues is not None:
        seen = _seen()
        found = [one for one in found if one.seat in seen]
    return {"commands": found}


def _seen() -> set[str]:
    """The seats that the viewer sees now."""
    service = runtime.service()
    view = service.view(service.viewer())
    return {seat.seat for seat in view.seats} if view else set()


def _ask(body: AskedFor) -> Any:
    service = runtime.service()
    viewer = service.viewer()
    if service.settings.source == "none":
        raise CommandError("no_switch")
    command = SeatCommand(body.kind, body.seat, body.queue, body.reason, body.penalty, _agent(body.seat))
    asked = (viewer, service.view(viewer), command, body.why, service.floor_now())
    return {"id": request_command(service.engine, *asked, who=body.who)}


def _undo(body: AskedFor, command: int) -> Any:
    service = runtime.service()
    viewer = service.viewer()
    asked = (viewer, service.view(viewer), command, body.why, service.floor_now())
    return {"id": undo_command(service.engine, *asked, who=body.who)}


def _agent(name: str) -> str:
    service = runtime.service()
    view = service.view(service.viewer())
    seats: tuple[SeatView, ...] = view.seats if view else ()
    return next((seat.agent for seat in seats if seat.seat == name), "")


routes: list[Route] = [
    Route("/api/v1/seats/{seat:path}/timeline", timeline),
    Route("/api/v1/commands", commands, methods=["GET", "POST"]),
    Route("/api/v1/commands/{id:int}/undo", undo, methods=["POST"]),
]
