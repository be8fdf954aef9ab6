"""A web server with the product's own pages and a scripted hub: ``python -m tests.fakes.fake_hub --port N``.

``POST /fake/scene/NAME`` shows another scene, ``POST /fake/diff`` sends a diff with the given parts to
everyone, ``POST /fake/mute`` keeps the line open but says nothing more (a cut cable) until ``/fake/speak``,
``POST /fake/drop`` closes all lines.
"""

import argparse
import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from tests.fakes import floor_scenes
from tests.fakes.floor_scenes import plain
from tests.fakes.plan_scenes import PLAN_SCENES

SCENES = {**floor_scenes.SCENES, **PLAN_SCENES}
MAIN = Path(__file__).resolve().parents[2] / "ccfloor" / "ui" / "main.py"


class FakeHub:
    """One scene, its readers, and the contiguous message numbers of the real hub."""

    def __init__(self, name: str) -> None:
        self.sockets: set[WebSocket] = set()
        self.seq = 0
        self.mute = False
        self.show(name)

    def show(self, name: str) -> None:
        """Put up a scene as of now."""
        self.scene = SCENES[name](time.time())
        self.view = plain(self.scene)

    def at(self) -> float:
        """The instant the numbers are of."""
        return float(self.view["at"]) if self.scene.frozen else time.time() - self.scene.lag_s

    def full(self) -> dict[str, Any]:
        """The whole view."""
        view = {**self.view, "at": self.at()}
        parts = {"view": view, "sources": self.scene.sources, "site": self.scene.site}
        return self.message("full", **parts, **({"plan": self.scene.plan} if self.scene.plan else {}))

    def message(self, kind: str, **parts: Any) -> dict[str, Any]:
        return {"t": kind, "seq": self.seq, "now": time.time(), **parts}

    async def say(self, kind: str, **parts: Any) -> None:
        """Send one numbered message to everyone."""
        self.seq += 1
        if not self.mute:
            body = json.dumps(self.full() if kind == "full" else self.message(kind, at=self.at(), **parts))
            await asyncio.gather(*(socket.send_text(body) for socket in self.sockets), return_exceptions=True)

    async def beat(self) -> None:
        """A tick every 0.9 s, until cancelled."""
        while True:
            await asyncio.sleep(0.9)
            await self.say("tick")

    def take(self, parts: dict[str, Any]) -> None:
        """Merge a diff's parts into the view, so that a newcomer sees them too."""
        for name, key in (("queues", "queue"), ("seats", "seat")):
            changed = {row[key]: row for row in parts.get(name, [])}
            self.view[name] = [changed.get(row[key], row) for row in self.view[name]]
        self.scene.plan = parts.get("plan", self.scene.plan)
        self.view.update(
            {name: value for name, value in parts.items() if name in ("floor", "callers", "abandons")}
        )

    async def live(self, socket: WebSocket) -> None:
        """The ``/live`` route."""
        await socket.accept()
        if not self.mute:
            await socket.send_text(json.dumps(self.full()))
        self.sockets.add(socket)
        try:
            while True:
                asked = json.loads(await socket.receive_text())
                if asked.get("t") == "ping" and not self.mute:
                    await socket.send_text(json.dumps({"t": "pong", "c": asked["c"], "now": time.time()}))
        except WebSocketDisconnect:
            self.sockets.discard(socket)


def app(name: str, more: Sequence[BaseRoute] = (), hub: FakeHub | None = None) -> st.App:
    """The product's pages over a fake hub that shows the scene ``name``, with ``more`` routes beside it."""
    hub = hub or FakeHub(name)

    async def scene(request: Request) -> Response:
        hub.show(request.path_params["name"])
        await hub.say("full")
        return JSONResponse({"seq": hub.seq})

    async def diff(request: Request) -> Response:
        parts = await request.json()
        hub.take(parts)
        await hub.say("diff", **parts)
        return JSONResponse({"seq": hub.seq})

    async def view(request: Request) -> Response:
        return JSONResponse({**hub.view, "at": hub.at()})

    async def line(request: Request) -> Response:
        hub.mute = request.path_params["state"] == "mute"
        return JSONResponse({"mute": hub.mute})

    async def drop(request: Request) -> Response:
        sockets, hub.sockets = hub.sockets, set()
        await asyncio.gather(*(socket.close() for socket in sockets), return_exceptions=True)
        return JSONResponse({"dropped": len(sockets)})

    @asynccontextmanager
    async def lifespan(_: st.App) -> AsyncIterator[None]:
        beat = asyncio.create_task(hub.beat())
        try:
            yield None
        finally:
            beat.cancel()

    routes = [
        WebSocketRoute("/live", hub.live),
        Route("/fake/scene/{name}", scene, methods=["POST"]),
        Route("/fake/diff", diff, methods=["POST"]),
        Route("/fake/view", view),
        Route("/fake/drop", drop, methods=["POST"]),
        Route("/fake/{state:str}", line, methods=["POST"]),
        *more,
    ]
    return st.App(str(MAIN), routes=routes, lifespan=lifespan)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--scene", choices=sorted(SCENES), default="calm")
    asked = parser.parse_args()
    app(asked.scene).run(config={"server.port": asked.port, "server.address": "127.0.0.1"})
