"""The stream of a replay, ``/replay?day=2026-11-22&at=…``: the live stream's messages, and where it is."""

import asyncio
from typing import Any

import msgspec
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from ccfloor.service import runtime
from ccfloor.service.asked import asked_at
from ccfloor.service.origin import same_origin
from ccfloor.service.replay import Wanted
from ccfloor.service.replay_clock import SPEEDS
from ccfloor.service.replay_room import ReplayError, Visit
from ccfloor.service.scope import Scope
from ccfloor.service.tasks import end

POLICY_VIOLATION, TRY_LATER = 1008, 1013
_wanted = msgspec.json.Decoder(Wanted)


async def replay(socket: WebSocket) -> None:
    """Show a stored day until the reader goes away; why there is none is said before the socket closes."""
    service = runtime.service()
    site = socket.query_params.get("site", "")
    if not same_origin(socket.headers, service.settings.web.origins) or site not in ("", service.config.site):
        await socket.close(POLICY_VIOLATION)
        return
    await socket.accept()
    try:
        visit = await service.replays.enter(Scope.of(service.viewer()), *_asked(socket))
    except ReplayError as error:
        await _refuse(socket, error)
        return
    try:
        await _serve(socket, visit)
    finally:
        visit.leave()


def _asked(socket: WebSocket) -> tuple[str, float | None]:
    return socket.query_params.get("day", ""), asked_at(socket)


async def _serve(socket: WebSocket, visit: Visit) -> None:
    """Send and listen at once; whichever ends first ends the other."""
    first = {name: socket.query_params.get(name, "") for name in ("speed", "paused")}
    visit.replay.take(
        Wanted(
            speed=int(first["speed"]) if first["speed"] in map(str, SPEEDS) else None,
            paused=first["paused"] == "1",
        )
    )
    tasks = {asyncio.create_task(_show(socket, visit)), asyncio.create_task(_listen(socket, visit))}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        visit.replay.end()
        await end(*tasks)


async def _show(socket: WebSocket, visit: Visit) -> None:
    try:
        await visit.run(socket.send_text)
    except ReplayError as error:
        await _refuse(socket, error)


async def _refuse(socket: WebSocket, error: ReplayError) -> None:
    most: dict[str, Any] = {"most": runtime.service().replays.most}
    await socket.send_json({"t": "replay", "refused": error.code, **most})
    await socket.close(TRY_LATER)


async def _listen(socket: WebSocket, visit: Visit) -> None:
    """Take what the reader asks for until it goes away; anything else it says is ignored."""
    while True:
        try:
            wanted = _wanted.decode(await socket.receive_text())
        except WebSocketDisconnect:
            return
        except (msgspec.DecodeError, KeyError):
            continue
        if wanted.t == "ping":
            await socket.send_json({"t": "pong"})
        elif wanted.t == "replay":
            visit.replay.take(wanted)


routes = [WebSocketRoute("/replay", replay)]
