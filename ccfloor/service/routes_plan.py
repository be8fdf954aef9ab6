"""The routes behind the plan page: acknowledge, tick, write down, end breaks; the curve and the level.

What changes something is refused from another site's page, as a command to a seat is.
"""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ccfloor.acd.base import CommandKind, SeatCommand
from ccfloor.floor.view import FloorView, SeatView
from ccfloor.service import plan_notes, runtime
from ccfloor.service.after_curve import waiting_curve
from ccfloor.service.asked import answered, asked_at, changed
from ccfloor.service.commands import CommandError, request_command
from ccfloor.service.plan import PlanView
from ccfloor.service.plan_notes import NoteError, NoteKind
from ccfloor.service.scope import Scope, scoped, scoped_plan
from ccfloor.store.plan_rows import calls_within, meeting_alarms, unseen

_HOURS, _MOST_HOURS = 3.0, 12.0
_MOST_SEATS = 500


class Acknowledged(msgspec.Struct, frozen=True):
    """Alarms that somebody takes on: the first must be free, the others (lower levels) may be taken."""

    keys: tuple[str, ...]
    who: str


class Ticked(msgspec.Struct, frozen=True):
    """An item of an alarm's checklist, and who did it."""

    about: str
    item: str
    who: str


class Noted(msgspec.Struct, frozen=True):
    """Something to be written down about an alarm or an incident."""

    about: str
    text: str
    who: str


class Target(msgspec.Struct, frozen=True):
    """A seat that shall comply; ``queue``: the one it shall serve, where it serves none."""

    seat: str
    queue: str = ""


class Ordered(msgspec.Struct, frozen=True):
    """Seats that shall take calls again, by whom and why."""

    about: str
    seats: tuple[Target, ...]
    who: str
    why: str


# -- notes -------------------------------------------------------------------------------------------


async def ack(request: Request) -> Response:
    """POST: take alarms on by name; answers ``{taken: [keys]}``."""
    return await changed(request, Acknowledged, _ack)


async def tick(request: Request) -> Response:
    """POST: tick an item of a checklist; answers ``{id}``."""
    return await changed(request, Ticked, _tick)


async def untick(request: Request) -> Response:
    """POST: take a tick back; answers ``{id}``."""
    return await changed(request, Ticked, _untick)


async def note(request: Request) -> Response:
    """POST: write something down; answers ``{id}``."""
    return await changed(request, Noted, _note)


def _ack(body: Acknowledged) -> Any:
    service = runtime.service()
    if not body.keys:
        raise NoteError("unknown_alarm")
    taken: list[str] = []
    for key in body.keys:
        try:
            args = (service.engine, service.viewer(), service.config, key, body.who)
            plan_notes.acknowledge(*args, service.floor_now())
        except NoteError:
            if not taken:
                raise
            continue
        taken.append(key)
    return {"taken": taken}


def _tick(body: Ticked) -> Any:
    service = runtime.service()
    args = (service.engine, service.viewer(), service.config, body.about, body.item, body.who)
    return {"id": plan_notes.tick(*args, service.floor_now())}


def _untick(body: Ticked) -> Any:
    service = runtime.service()
    args = (service.engine, service.viewer(), service.config, body.about, body.item, body.who)
    return {"id": plan_notes.untick(*args, service.floor_now())}


def _note(body: Noted) -> Any:
    service = runtime.service()
    args = (service.engine, service.viewer(), service.config, body.about, body.text, body.who)
    return {"id": plan_notes.write_note(*args, service.floor_now())}


# -- commands ----------------------------------------------------------------------------------------


async def comply(request: Request) -> Response:
    """POST: ask the switch to bring seats back on line; answers ``{seats: [{seat, id} | {seat, error}]}``."""
    return await changed(request, Ordered, _comply)


def _comply(body: Ordered) -> Any:
    service = runtime.service()
    if service.settings.source == "none":
        raise CommandError("no_switch")
    if not body.who.strip():
        raise NoteError("no_who")
    if not body.why.strip():
        raise CommandError("no_why")
    plan_notes.check_about(service.engine, service.viewer(), service.config, body.about)
    view = service.view(service.viewer())
    return {"seats": [_bring_back(body, target, view) for target in body.seats[:_MOST_SEATS]]}


def _bring_back(body: Ordered, target: Target, view: FloorView | None) -> dict[str, Any]:
    """Ask for one seat and note it beside the alarm; one that cannot be asked does not stop the others."""
    service = runtime.service()
    viewer, who, now = service.viewer(), body.who.strip()[: plan_notes.WHO_MAX], service.floor_now()
    try:
        command = _command(target, view)
        asked = request_command(service.engine, viewer, view, command, body.why, now, who=who)
    except CommandError as error:
        return {"seat": target.seat, "error": error.code}
    words = f"{command.kind.value} {target.seat} {command.queue}".rstrip()
    args = (service.engine, viewer, service.config, body.about, words, who, now)
    plan_notes.write_note(*args, kind=NoteKind.COMMAND, item=str(asked))
    return {"seat": target.seat, "id": asked}


def _command(target: Target, view: FloorView | None) -> SeatCommand:
    """What brings a seat back: the end of its pause, or a queue to serve. Raises CommandError."""
    seat = _seat(target.seat, view)
    if seat.status == "offline":
        raise CommandError("offline")
    if seat.paused:
        return SeatCommand(CommandKind.UNPAUSE, seat.seat, agent=seat.agent)
    if seat.queues:
        raise CommandError("complies")
    if not target.queue:
        raise CommandError("no_queue")
    return SeatCommand(CommandKind.ADD, seat.seat, target.queue, agent=seat.agent)


def _seat(name: str, view: FloorView | None) -> SeatView:
    for seat in view.seats if view else ():
        if seat.seat == name:
            return seat
    raise CommandError("unknown_seat")


# -- reading -----------------------------------------------------------------------------------------


async def curve(request: Request) -> Response:
    """GET: waiting over the last ``hours``: ``{start, end, steps, marks, blind}``, instants epoch seconds.

    ``at``: over the hours before that instant, as it was known then.
    """
    words = request.query_params.get("hours", "")
    hours = float(words) if words.replace(".", "", 1).isdecimal() else _HOURS
    return await answered(_curve, max(0.25, min(hours, _MOST_HOURS)), asked_at(request))


def _curve(hours: float, then: float | None) -> Any:
    service = runtime.service()
    viewer, config = service.viewer(), service.config
    view = service.view(viewer) if then is None else None
    end = then if then is not None else view.at if view else service.floor_now()
    start = end - hours * 3600
    with service.engine.connect() as connection:
        calls = calls_within(connection, viewer, start, end)
        alarms = meeting_alarms(connection, viewer, config, start, end)
        blind = unseen(connection, viewer, start, end)
    marks = [
        {
            "rule": alarm.rule,
            "level": alarm.level,
            "at": alarm.fired_at,
            "cleared_at": alarm.cleared_at if alarm.cleared_at <= end else 0.0,
        }
        for alarm in alarms
    ]
    steps = waiting_curve(calls, start, end)
    return {"start": start, "end": end, "steps": steps, "marks": marks, "blind": blind}


async def level(_request: Request) -> Response:
    """GET: ``{level, since, acked, incident}`` for the navigation of pages that show nothing live."""
    service = runtime.service()
    row, scope = service.hub.row, Scope.of(service.viewer())
    plan = scoped_plan(row.plan, scoped(row.view, scope), scope) if row and row.plan else None
    return Response(msgspec.json.encode(_level(plan)), media_type="application/json")


def _level(plan: PlanView | None) -> dict[str, Any]:
    if plan is None:
        return {"level": -1, "since": 0.0, "acked": False, "incident": False}
    top = next((rung for rung in plan.ladder if rung.key == plan.key), None)
    return {
        "level": plan.level,
        "since": plan.level_since,
        "acked": bool(top and top.acked_by),
        "incident": bool(plan.incidents),
    }


routes: list[Route] = [
    Route("/api/v1/plan/ack", ack, methods=["POST"]),
    Route("/api/v1/plan/tick", tick, methods=["POST"]),
    Route("/api/v1/plan/untick", untick, methods=["POST"]),
    Route("/api/v1/plan/note", note, methods=["POST"]),
    Route("/api/v1/plan/comply", comply, methods=["POST"]),
    Route("/api/v1/plan/curve", curve),
    Route("/api/v1/plan/level", level),
]
