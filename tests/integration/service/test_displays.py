"""Links for walls: one board, looking only, until it is revoked; on both databases."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, select, text
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect
from typer.testing import CliRunner, Result

from ccfloor import cli
from ccfloor.access.places import PAGES, ROUTES
from ccfloor.access.rights import Role
from ccfloor.floor.config import FloorConfig, QueueInfo, SeatInfo
from ccfloor.service.access import identity
from ccfloor.service.access.accounts import Actor, Draft, add_account, change_password
from ccfloor.service.access.displays import (
    DisplayError,
    add_display,
    displays_for,
    hashed_token,
    link,
    revoke_display,
)
from ccfloor.service.access.displays import Draft as DisplayDraft
from ccfloor.service.access.doors import Doors
from ccfloor.service.access.guard import Guard
from ccfloor.service.access.identity import acting_as
from ccfloor.service.access.sockets import SIGNED_OUT
from ccfloor.service.settings import load
from ccfloor.store.access_tables import displays as table
from ccfloor.store.displays import Display
from ccfloor.store.viewer import Forbidden, Viewer

NOON = 1_795_000_000.0
BOSS = Actor("boss", Role.ADMIN, "127.0.0.1")
LOCAL = "http://127.0.0.1:8501"
PASSWORD, OWN = "a long enough secret", "the own long secret"
CONFIG = FloorConfig(
    queues={name: QueueInfo(name) for name in ("hotline", "vip", "sales")},
    seats={"8001": SeatInfo("8001", "王芳", team="A"), "8002": SeatInfo("8002", "李明", team="B")},
)


class Clock:
    now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "_asks", [])


def made(engine: Engine, viewer: Viewer | None = None, **more: Any) -> tuple[Display, str]:
    draft = DisplayDraft(**({"name": "大厅"} | more))
    return add_display(engine, CONFIG, viewer or Viewer(), draft, BOSS, "for the room", NOON)


def revoked(engine: Engine, display: Display, why: str = "taken down") -> Display:
    return revoke_display(engine, Viewer(), display.id, BOSS, why, NOON + 60)


# -- making and revoking -----------------------------------------------------------------------------


def test_a_link_is_told_once_and_its_token_is_not_in_the_database(database: Engine) -> None:
    display, token = made(database, queues=frozenset({"hotline"}), numbered=True)
    address = link("http://floor:8501/", display, token, "en")
    assert address == f"http://floor:8501/wall?display={token}&kiosk=1&lang=en"
    with database.connect() as connection:
        row = connection.execute(select(table)).one()
        everything = str(row._asdict())
    assert row.token == hashed_token(token) and token not in everything
    assert (display.queues, display.teams, display.numbered) == ({"hotline"}, None, True)
    assert (display.made_by, display.why, display.made_at) == ("boss", "for the room", NOON)
    assert display.seen_at == 0.0 and display.revoked_at is None


def test_making_and_revoking_are_on_the_log(database: Engine) -> None:
    display, token = made(database)
    revoked(database, display)
    with database.connect() as connection:
        rows = connection.execute(
            text("select act, who, about, why, before, after from audit order by number")
        ).all()
    assert [(row.act, row.who, row.about) for row in rows] == [
        ("display.added", "boss", f"display/{display.id}"),
        ("display.revoked", "boss", f"display/{display.id}"),
    ]
    assert [row.why for row in rows] == ["for the room", "taken down"]
    assert token not in str(rows) and hashed_token(token) not in str(rows)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"name": " "}, "no_name"),
        ({"page": "kpi"}, "bad_board"),
        ({"page": "wall?kiosk=0"}, "bad_board"),
        ({"queues": frozenset({"nowhere"})}, "unknown_queue"),
        ({"queues": frozenset()}, "unknown_queue"),
        ({"teams": frozenset({"Z"})}, "unknown_team"),
    ],
)
def test_what_no_link_is_made_of(database: Engine, more: dict[str, Any], code: str) -> None:
    with pytest.raises(DisplayError, match=code):
        made(database, **more)
    assert displays_for(database, Viewer()) == []


def test_who_and_why_must_be_said(database: Engine) -> None:
    for by, why, code in ((Actor(" "), "x", "no_who"), (BOSS, " ", "no_why")):
        with pytest.raises(DisplayError, match=code):
            add_display(database, CONFIG, Viewer(), DisplayDraft("大厅"), by, why, NOON)
        display, _ = made(database)
        with pytest.raises(DisplayError, match=code):
            revoke_display(database, Viewer(), display.id, by, why, NOON)


@pytest.mark.parametrize("role", [Role.LEAD, Role.QA, Role.AGENT, Role.DISPLAY])
def test_who_has_not_the_right_makes_lists_and_revokes_none(database: Engine, role: Role) -> None:
    display, _ = made(database)
    viewer = Viewer(role=role)
    with pytest.raises(Forbidden):
        made(database, viewer)
    with pytest.raises(Forbidden):
        displays_for(database, viewer)
    with pytest.raises(Forbidden):
        revoke_display(database, viewer, display.id, BOSS, "x", NOON)


def test_nobody_shows_a_room_more_than_he_may_see_himself(database: Engine) -> None:
    mine = Viewer(role=Role.MANAGER, queues=frozenset({"hotline", "vip"}))
    for queues in (None, frozenset({"sales"}), frozenset({"hotline", "sales"})):
        with pytest.raises(DisplayError, match="beyond_scope"):
            made(database, mine, queues=queues)
    inside, _ = made(database, mine, queues=frozenset({"vip"}))
    outside, _ = made(database)
    assert displays_for(database, mine) == [inside]
    with pytest.raises(DisplayError, match="unknown_display"):
        revoke_display(database, mine, outside.id, BOSS, "x", NOON)


def test_it_is_revoked_once_and_says_by_whom_and_why(database: Engine) -> None:
    display, _ = made(database)
    gone = revoked(database, display)
    assert (gone.revoked_at, gone.revoked_by, gone.revoked_why) == (NOON + 60, "boss", "taken down")
    with pytest.raises(DisplayError, match="is_revoked"):
        revoked(database, display)
    with pytest.raises(DisplayError, match="unknown_display"):
        revoke_display(database, Viewer(), 999, BOSS, "x", NOON)
    with pytest.raises(DisplayError, match="unknown_display"):
        revoke_display(database, Viewer(site="other"), display.id, BOSS, "x", NOON)


def test_the_command_line_makes_lists_and_revokes(tmp_path: Path) -> None:
    db = ("--db", f"sqlite:///{tmp_path / 'floor.db'}", "--lang", "en")

    def call(*words: str) -> Result:
        return CliRunner().invoke(cli.app, ["display", *words, *db[: 2 if "--json" in words else 4]])

    assert "No display has a link yet" in call("list").output
    made = call("add", "East wall", "--queues", "hotline", "--numbered", "--who", "li.ming", "--why", "new")
    assert made.exit_code == 0 and "http://127.0.0.1:8501/wall?display=" in made.output
    token = made.output.partition("display=")[2].partition("&")[0]
    (told,) = json.loads(call("list", "--json").output)
    assert (told["name"], told["queues"], told["numbered"], told["made_by"]) == (
        *("East wall", ["hotline"], True),
        "li.ming",
    )
    assert token not in call("list").output and "East wall" in call("list").output
    assert call("revoke", "1", "--why", "moved").output.strip() == '"East wall" is revoked.'
    assert call("revoke", "1").exit_code == call("revoke", "9").exit_code == 1
    assert call("add", "x", "--board", "kpi").exit_code == call("add", "x", "--teams", "Z").exit_code == 1


# -- what it opens -----------------------------------------------------------------------------------


async def answer(request: Request) -> JSONResponse:
    found = identity.stated()
    told = {"who": found.name, "role": str(found.role), "board": found.board} if found else None
    if "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(f"<p>{told}</p>")  # type: ignore[return-value]
    return JSONResponse(told)


async def listen(socket: WebSocket) -> None:
    await socket.accept()
    while True:
        try:
            await socket.send_text(await socket.receive_text())
        except WebSocketDisconnect:
            return


class World:
    """A server behind the real guard, where everybody has to sign in."""

    def __init__(self, engine: Engine, login: str = "always", base: str = "/") -> None:
        self.engine, self.clock = engine, Clock()
        self.doors = Doors(load(environ={}, access__login=login), engine, self.clock)
        home = base.rstrip("/")
        sockets = [WebSocketRoute(home + path, listen) for path in ("/live", "/replay", "/_stcore/stream")]
        routes = [*sockets, Route("/{path:path}", answer, methods=["GET", "POST", "PUT", "DELETE"])]
        guard = Middleware(Guard, doors=lambda: self.doors, origins=lambda: (), base=base)
        self.app = Starlette(routes=routes, middleware=[guard])

    def browser(self, **cookies: str) -> TestClient:
        client = ("10.0.0.7", 40000)
        return TestClient(self.app, LOCAL, client=client, follow_redirects=False, cookies=cookies)

    def wall(self, **more: Any) -> tuple[Display, TestClient]:
        display, token = made(self.engine, **more)
        browser = self.browser()
        opened = browser.get(f"/wall?display={token}&kiosk=1")
        assert opened.status_code == 303 and "ccfloor_display" in browser.cookies
        return display, self.browser(ccfloor_display=token)


@pytest.fixture
def world(database: Engine) -> Iterator[World]:
    yield World(database)


def test_the_token_goes_into_a_cookie_and_out_of_the_address(world: World) -> None:
    display, token = made(world.engine)
    browser = world.browser()
    opened = browser.get(f"/wall?display={token}&kiosk=1&lang=en&theme=light&next=x")
    assert opened.headers["location"] == "/wall?kiosk=1&lang=en&theme=light"
    cookie = opened.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and "path=/" in cookie and "max-age=" in cookie
    page = browser.get(opened.headers["location"], headers={"accept": "text/html"})
    assert page.status_code == 200 and f"display/{display.id}" in page.text
    assert "ccfloor_display" in page.headers["set-cookie"], "each opening renews it"


def test_under_a_base_and_over_https_it_is_the_same(database: Engine) -> None:
    world = World(database, base="/cc/")
    _, token = made(database)
    browser = world.browser()
    opened = browser.get(f"/cc/wall?display={token}", headers={"x-forwarded-proto": "https"})
    assert opened.headers["location"] == "/cc/wall?kiosk=1"
    assert "__Host-ccfloor_display" in opened.headers["set-cookie"]
    assert "secure" in opened.headers["set-cookie"].lower()


@pytest.mark.parametrize("page", [page for page in PAGES if page != "wall"])
def test_a_token_used_for_another_board_opens_nothing(world: World, page: str) -> None:
    _, token = made(world.engine)
    browser = world.browser()
    opened = browser.get(f"/{page}?display={token}", headers={"accept": "text/html"})
    assert (opened.status_code, opened.headers["location"]) == (303, "/login?revoked=1")
    assert not browser.cookies
    assert browser.get("/api/v1/floor").status_code == 401


@pytest.mark.parametrize("token", ["guessed", "", "x" * 5000, "' or 1=1 --", "\x00"])
def test_a_token_that_is_none_opens_nothing(world: World, token: str) -> None:
    browser = world.browser()
    opened = browser.get("/wall", params={"display": token}, headers={"accept": "text/html"})
    assert opened.status_code == 303 and opened.headers["location"].startswith("/login?")
    assert not browser.cookies


def test_no_route_is_the_walls_whatever_its_role_may_see(world: World) -> None:
    _, browser = world.wall()
    for template, place in ROUTES.items():
        if place.public:
            continue
        path = template.replace("{seat:path}", "8001").replace("{id:int}", "7").replace("{channel}", "mail")
        for method in ("GET", "POST"):
            found = browser.request(method, path)
            assert (found.status_code, found.json()) == (403, {"error": "forbidden"}), (method, path)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/_stcore/upload_file/1/2"),
        ("GET", "/_stcore/upload_file/1/2"),
        ("GET", "/media/x.csv"),
        ("POST", "/_stcore/agent/interact"),
        ("GET", "/_stcore/agent/openapi.json"),
        ("POST", "/wall"),
        ("GET", "/api/v1/nothing"),
    ],
)
def test_nor_a_file_nor_anything_that_changes(world: World, method: str, path: str) -> None:
    _, browser = world.wall()
    assert browser.request(method, path).status_code == 403


def test_what_stands_fast_in_its_address_stands_fast(world: World) -> None:
    _, browser = world.wall()
    for asked in ("/wall", "/wall?kiosk=0&lang=en", "/wall?kiosk=1&replay=2026-11-20&lang=en"):
        led = browser.get(asked)
        assert led.status_code == 303 and "kiosk=1" in led.headers["location"]
        assert "replay" not in led.headers["location"]
        assert browser.get(led.headers["location"]).status_code == 200


def test_its_sockets_are_the_live_stream_and_streamlits_own(world: World) -> None:
    _, browser = world.wall()
    for path in ("/live", "/_stcore/stream"):
        with browser.websocket_connect(path) as socket:
            socket.send_text("hello")
            assert socket.receive_text() == "hello"
    with pytest.raises(WebSocketDisconnect), browser.websocket_connect("/replay"):
        pass


@pytest.mark.parametrize("path", ["/live", "/_stcore/stream"])
def test_revoked_its_open_sockets_are_closed_and_its_page_is(world: World, path: str) -> None:
    display, browser = world.wall()
    with browser.websocket_connect(path) as socket:
        socket.send_text("hello")
        assert socket.receive_text() == "hello"
        revoked(world.engine, display)
        world.clock.now += 1.0
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_text()
    assert closed.value.code == SIGNED_OUT
    led = browser.get("/wall?kiosk=1", headers={"accept": "text/html"})
    assert led.headers["location"] == "/login?next=%2Fwall%3Fkiosk%3D1&revoked=1"


def test_it_never_expires_by_itself(world: World) -> None:
    _, browser = world.wall()
    world.clock.now += 1000 * 86400
    assert browser.get("/wall?kiosk=1").json()["role"] == "display"


def test_who_is_signed_in_stays_who_he_is(world: World) -> None:
    draft = Draft("li.ming", "李明", Role.LEAD)
    account, _ = add_account(world.engine, "main", draft, BOSS, "new", NOON, PASSWORD)
    account = change_password(world.engine, account.id, PASSWORD, OWN, NOON)
    browser = world.browser(ccfloor=world.doors.open(account, "", ""))
    _, token = made(world.engine)
    opened = browser.get(f"/wall?display={token}&lang=en")
    assert opened.headers["location"] == "/wall?lang=en" and "set-cookie" not in opened.headers
    assert browser.get("/api/v1/floor").json()["who"] == "li.ming"


def test_on_an_open_floor_a_wall_is_a_wall(database: Engine) -> None:
    world = World(database, "auto")
    _, token = made(database)
    browser = TestClient(world.app, LOCAL, client=("127.0.0.1", 4), follow_redirects=False)
    assert browser.get("/api/v1/floor").json()["role"] == "admin"
    browser.get(f"/wall?display={token}")
    assert browser.get("/wall?kiosk=1").json()["role"] == "display"
    assert browser.get("/api/v1/floor").status_code == 403


def test_it_sees_its_queues_and_teams_and_no_whole_number(world: World) -> None:
    open_numbers = load(environ={}, access__login="always", site__mask_numbers=False)
    doors = Doors(open_numbers, world.engine, world.clock)
    _, token = made(world.engine, queues=frozenset({"vip"}), teams=frozenset({"A"}), numbered=True)
    wall = doors.board(token)
    assert wall
    with acting_as(wall):
        viewer = doors.viewer("zh")
    assert (viewer.queues, viewer.teams, viewer.numbered) == ({"vip"}, {"A"}, True)
    assert viewer.role == Role.DISPLAY and not viewer.may_see_numbers


def test_that_it_was_seen_is_kept_at_most_once_a_minute(world: World) -> None:
    display, browser = world.wall()
    written: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lower().startswith("update displays"):
            written.append(statement)

    world.clock.now += 120
    event.listen(world.engine, "before_cursor_execute", note)
    for _ in range(5):
        world.clock.now += 10
        browser.get("/wall?kiosk=1")
    event.remove(world.engine, "before_cursor_execute", note)
    assert len(written) == 1
    (seen,) = [one.seen_at for one in displays_for(world.engine, Viewer()) if one.id == display.id]
    assert seen == NOON + 130


def test_a_wall_of_another_site_is_none(world: World) -> None:
    _, token = made(world.engine)
    other = Doors(load(environ={}, site__id="other"), world.engine, world.clock)
    assert other.board(token) is None and world.doors.board(token)
