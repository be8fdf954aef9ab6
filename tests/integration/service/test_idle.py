"""What keeps a session alive behind the guard: people's doing, never what an open page asks by itself."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.proto.BackMsg_pb2 import BackMsg

import ccfloor
from ccfloor.access.places import ROUTES
from ccfloor.access.rights import Role
from ccfloor.service.access.accounts import Actor, Draft, add_account, change_password
from ccfloor.service.access.doors import Doors
from ccfloor.service.access.guard import CSRF, Guard
from ccfloor.service.access.ways import Kind, way_of
from ccfloor.service.settings import load
from ccfloor.store.engine import open_engine
from ccfloor.ui.acted import acted
from tests.fakes.current import upgrade

NOON, HOUR, IDLE_HOURS = 1_795_000_000.0, 3600.0, 2.0
STREAM = "/_stcore/stream"
SCRIPTS = Path(ccfloor.__file__).parent / "ui"


async def answer(_: Request) -> JSONResponse:
    return JSONResponse({})


async def listen(socket: WebSocket) -> None:
    await socket.accept()
    while True:
        try:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            await socket.send_text("heard")
        except WebSocketDisconnect:
            return


class Floor:
    """A server behind the real guard and doors, whose clock is moved by hand."""

    def __init__(self, engine: Engine) -> None:
        self.now = NOON
        settings = load(environ={}, access__login="always", access__idle_hours=IDLE_HOURS)
        self.doors = Doors(settings, engine, lambda: self.now)
        routes = [WebSocketRoute(path, listen) for path in (STREAM, "/live")]
        routes.append(Route("/{path:path}", answer, methods=["GET", "POST", "PUT"]))
        guard = Middleware(Guard, doors=lambda: self.doors, origins=lambda: (), acted=acted)
        app = Starlette(routes=routes, middleware=[guard])
        draft = Draft("li.ming", "李明", Role.LEAD)
        made, _ = add_account(engine, "main", draft, Actor("boss", Role.ADMIN), "new", NOON, "a long secret")
        account = change_password(engine, made.id, "a long secret", "the own long secret", NOON)
        cookie = self.doors.open(account, "127.0.0.1", "test")
        found = self.doors.who(cookie)
        assert found
        self.csrf = {CSRF: found.csrf}
        self.browser = TestClient(
            app, "http://127.0.0.1:8501", follow_redirects=False, cookies={"ccfloor": cookie}
        )

    def later(self, hours: float) -> None:
        self.now += hours * HOUR

    def stands(self) -> bool:
        """Whether the session does, without being used by the question."""
        return bool(self.doors.who(self.browser.cookies["ccfloor"], used=False))


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    engine = open_engine(str(tmp_path / "floor.db"))
    upgrade(engine)
    yield Floor(engine)
    engine.dispose()


def filled(template: str) -> str:
    return template.replace("{seat:path}", "8001").replace("{id:int}", "7").replace("{channel}", "mail")


POLLED = sorted(filled(template) for template, place in ROUTES.items() if place.polled)
BACKGROUND = [
    *POLLED,
    *("/_stcore/health", "/_stcore/host-config", "/wall/_stcore/health", "/healthz"),
    *("/_stcore/bidi-components/x.js", "/component/x/index.html", "/media/chart.png", "/static/js/main.js"),
]


@pytest.mark.parametrize("path", BACKGROUND)
def test_an_open_page_that_asks_by_itself_does_not_keep_the_session(floor: Floor, path: str) -> None:
    for _ in range(int(IDLE_HOURS * 4) - 1):
        floor.later(0.25)
        assert floor.browser.get(path).status_code == 200
    floor.later(0.25)
    found = floor.browser.get("/api/v1/plan/level")
    assert (found.status_code, found.json()) == (401, {"error": "signed_out"})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("GET", "/"), ("GET", "/kpi"), ("GET", "/api/v1/kpi"), ("GET", "/api/v1/floor")),
        *(("POST", "/api/v1/plan/note"), ("POST", "/api/v1/commands"), ("PUT", "/_stcore/upload_file/1/2")),
    ],
)
def test_what_is_opened_and_done_keeps_it(floor: Floor, method: str, path: str) -> None:
    floor.later(IDLE_HOURS * 0.9)
    assert floor.browser.request(method, path, headers=floor.csrf).status_code in (200, 403)
    floor.later(IDLE_HOURS * 0.9)
    assert floor.stands()


def rerun(**told: object) -> bytes:
    message = BackMsg()
    message.rerun_script.SetInParent()
    for name, value in told.items():
        setattr(message.rerun_script, name, value)
    return bytes(message.SerializeToString())


def say(floor: Floor, *messages: bytes) -> None:
    with floor.browser.websocket_connect(STREAM) as socket:
        for message in messages:
            socket.send_bytes(message)
            assert socket.receive_text() == "heard"


@pytest.mark.parametrize("told", [{}, {"fragment_id": "people"}, {"page_name": "kpi"}], ids=str)
def test_opening_or_clicking_on_a_page_keeps_it(floor: Floor, told: dict[str, object]) -> None:
    for _ in range(3):
        floor.later(IDLE_HOURS * 0.9)
        say(floor, rerun(**told))
    assert floor.stands()


def heartbeat() -> bytes:
    return bytes(BackMsg(app_heartbeat=True).SerializeToString())


@pytest.mark.parametrize(
    "message",
    [rerun(fragment_id="people", is_auto_rerun=True), heartbeat(), b"\xff\xff", b""],
    ids=["timer", "heartbeat", "not readable", "empty"],
)
def test_a_part_of_a_page_that_its_timer_draws_does_not(floor: Floor, message: bytes) -> None:
    floor.later(IDLE_HOURS * 0.9)
    say(floor, message, message)
    assert floor.stands()
    floor.later(IDLE_HOURS * 0.2)
    assert not floor.stands()


def test_nor_do_the_live_streams_pings(floor: Floor) -> None:
    floor.later(IDLE_HOURS * 0.9)
    with floor.browser.websocket_connect("/live") as socket:
        socket.send_bytes(rerun())
        assert socket.receive_text() == "heard"
    floor.later(IDLE_HOURS * 0.2)
    assert not floor.stands()


_ASKED = re.compile(
    r"askServer\(this\.ctx, ([\"`])(?P<path>[^\"`]+)\1(?P<more>, [^()]*)?\)|/(?P<home>api/v1/[\w/]+)`\)"
)


def test_whatever_the_boards_scripts_read_is_known_as_asked_by_an_open_page() -> None:
    """A request with a body is what somebody does; one without is sent by the board itself."""
    texts = [path.read_text(encoding="utf-8") for path in SCRIPTS.rglob("*.js")]
    asked = {
        found["home"] or f"api/v1/{re.sub(r'[$][{].*?[}]', '8001', found['path'])}"
        for text in texts
        for found in _ASKED.finditer(text)
        if ", {}, " not in (found["more"] or "")
    }
    assert {f"api/v1/{path}" for path in ("plan/level", "plan/curve", "commands", "queues/today")} <= asked
    for path in asked:
        way = way_of(f"/{path}")
        assert way.kind is Kind.ROUTE and way.place.polled, path
