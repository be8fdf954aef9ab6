"""The routes behind the page of moves. JSON in, JSON out, ours only; see ``asked.changed``."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ccfloor.floor.view import FloorView
from ccfloor.service import runtime
from ccfloor.service.asked import answered, asked_at, asked_row, changed
from ccfloor.service.commands import CommandError
from ccfloor.service.moves.ask import Wanted, ask_move
from ccfloor.service.moves.crews import list_crews, remove_crew, restore_crew, save_crew
from ccfloor.service.moves.denied import note_denied
from ccfloor.service.moves.listing import list_moves
from ccfloor.service.moves.preview import preview_move
from ccfloor.service.moves.undo import undo_move
from ccfloor.service.staffing.advice_board import advice_board
from ccfloor.service.staffing.site_options import advice_stale_s
from ccfloor.store.viewer import Forbidden, Viewer


class Body(Wanted, frozen=True):
    """A move that is asked for, looked at or saved; ``name``: of the group.

    ``replace``: the group that has this name.
    """

    why: str = ""
    who: str = ""
    name: str = ""
    replace: bool = False


class Back(msgspec.Struct, frozen=True):
    """What is taken back; ``seats`` (): all of it."""

    why: str = ""
    who: str = ""
    seats: tuple[str, ...] = ()


async def moves(request: Request) -> Response:
    """GET: the latest moves (asked until ``at``) and the saved groups. POST: ask for a move, ``{id}``."""
    if request.method == "POST":
        return await changed(request, Body, _ask)
    return await answered(_list, asked_at(request))


async def preview(request: Request) -> Response:
    """POST: what a move would mean; nothing is changed."""
    return await changed(request, Body, _preview)


async def undo(request: Request) -> Response:
    """POST: take a move back, or some seats of it; answers ``{seats}``."""
    return await changed(request, Back, _undo, asked_row(request))


async def crews(request: Request) -> Response:
    """POST: save a group under its name; answers ``{id}``."""
    return await changed(request, Body, _save)


async def crew_removed(request: Request) -> Response:
    """POST: remove a group."""
    return await changed(request, Back, _remove, asked_row(request))


async def crew_restored(request: Request) -> Response:
    """POST: bring a removed group back."""
    return await changed(request, Back, _restore, asked_row(request))


def _whole(viewer: Viewer) -> FloorView | None:
    """The whole floor, whoever asks: who is the last to work for a queue is known of no part of it."""
    return runtime.service().view(Viewer(site=viewer.site))


def _list(then: float | None) -> Any:
    service = runtime.service()
    viewer, now = service.viewer(), service.floor_now() if then is None else then
    found = list_moves(service.engine, viewer, service.config, now, then)
    view = _whole(viewer)
    if view is not None and then is None:
        service.knowing.begun(view)  # a preview may be asked for next: the past is read by then
    with service.engine.connect() as connection:
        groups = list_crews(connection, viewer, view, now)
    stale_s = advice_stale_s(service.settings)
    advised = advice_board(service.engine, viewer, service.config, now, then, stale_s)
    return {"moves": found, "crews": groups, "advice": advised}


def _preview(body: Body) -> Any:
    service = runtime.service()
    viewer, now = service.viewer(), service.floor_now()
    found = preview_move(service.engine, viewer, _whole(viewer), body, service.effects)
    service.shown.keep(viewer, body, found.queues, now)
    return found


def _ask(body: Body) -> Any:
    service = runtime.service()
    viewer, engine = service.viewer(), service.engine
    if service.settings.source == "none":
        raise CommandError("no_switch")
    view, now = _whole(viewer), service.floor_now()
    try:
        shown = service.shown.last(viewer, body, now)
        if shown is None:
            shown = preview_move(engine, viewer, view, body, service.effects).queues
        predicted = msgspec.json.encode(shown).decode()
        made = ask_move(engine, viewer, view, body, body.why, now, who=body.who, predicted=predicted)
    except (Forbidden, CommandError) as error:
        note_denied(engine, viewer, body, error, body.why, now, who=body.who)
        raise
    return {"id": made}


def _undo(body: Back, move: int) -> Any:
    service = runtime.service()
    args = (service.engine, service.viewer(), service.config, move, body.why, service.floor_now())
    return {"seats": undo_move(*args, who=body.who, seats=body.seats)}


def _save(body: Body) -> Any:
    service = runtime.service()
    viewer = service.viewer()
    args = (service.engine, viewer, _whole(viewer), body.name, body, service.floor_now())
    return {"id": save_crew(*args, who=body.who, replace=body.replace)}


def _remove(body: Back, crew: int) -> Any:
    service = runtime.service()
    viewer = service.viewer()
    remove_crew(service.engine, viewer, _whole(viewer), crew, service.floor_now(), who=body.who)
    return {"id": crew}


def _restore(body: Back, crew: int) -> Any:
    service = runtime.service()
    viewer = service.viewer()
    restore_crew(service.engine, viewer, _whole(viewer), crew, service.floor_now(), who=body.who)
    return {"id": crew}


routes: list[Route] = [
    Route("/api/v1/moves", moves, methods=["GET", "POST"]),
    Route("/api/v1/moves/preview", preview, methods=["POST"]),
    Route("/api/v1/moves/{id:int}/undo", undo, methods=["POST"]),
    Route("/api/v1/crews", crews, methods=["POST"]),
    Route("/api/v1/crews/{id:int}/remove", crew_removed, methods=["POST"]),
    Route("/api/v1/crews/{id:int}/restore", crew_restored, methods=["POST"]),
]
