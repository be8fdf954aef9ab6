"""The guard: everything the web server answers goes past it; what others got wrong is not possible here."""

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

from ccfloor.access.rights import Right, Role, may
from ccfloor.service import web
from ccfloor.service.access import identity
from ccfloor.service.access.accounts import Actor, Draft, add_account, set_disabled
from ccfloor.service.access.doors import Doors
from ccfloor.service.access.guard import CSRF, Guard
from ccfloor.service.access.identity import SignedOut
from ccfloor.service.access.sockets import SIGNED_OUT
from ccfloor.service.access.ways import Kind, unknown, way_of
from ccfloor.service.settings import load
from ccfloor.store.accounts import Account
from ccfloor.store.engine import open_engine
from ccfloor.ui.access_routes import access_routes
from ccfloor.ui.shell import FOOT, GROUPS
from tests.fakes.current import upgrade

NOON = 1_795_000_000.0
BOSS = Actor("boss", Role.ADMIN)
LOCAL = "http://127.0.0.1:8501"


class Clock:
    now = NOON

    def __call__(self) -> float:
        return self.now


async def answer(request: Request) -> JSONResponse:
    found = identity.stated()
    return JSONResponse({"who": found.name if found else None, "role": str(found.role) if found else None})


async def listen(socket: WebSocket) -> None:
    await socket.accept()
    while True:
        try:
            await socket.send_text(await socket.receive_text())
        except WebSocketDisconnect:
            return


@pytest.fixture(autouse=True)
def nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "_asks", [])


class World:
    """A server whose routes say who asked, behind the real guard."""

    def __init__(self, engine: Engine, login: str = "always", base: str = "/") -> None:
        self.engine, self.clock = engine, Clock()
        self.doors = Doors(load(environ={}, access__login=login), engine, self.clock)
        routes = [
            WebSocketRoute("/live", listen),
            WebSocketRoute("/_stcore/stream", listen),
            Route("/{path:path}", answer, methods=["GET", "POST", "PUT"]),
        ]
        guard = Middleware(Guard, doors=lambda: self.doors, origins=lambda: (), base=base)
        self.app = Starlette(routes=routes, middleware=[guard])

    def someone(self, role: Role = Role.LEAD, name: str = "li.ming") -> Account:
        agent = "1001" if role == Role.AGENT else ""
        draft = Draft(name, "李明", role, agent=agent)
        account, _ = add_account(self.engine, "main", draft, BOSS, "new", NOON, "a long enough secret")
        return self.settled(account)

    def settled(self, account: Account) -> Account:
        """The account after its first password was changed."""
        from ccfloor.service.access.accounts import change_password

        return change_password(self.engine, account.id, "a long enough secret", "the own long secret", NOON)

    def browser(self, account: Account | None = None, client: str = "127.0.0.1") -> TestClient:
        cookies = {"ccfloor": self.doors.open(account, client, "test")} if account else {}
        return TestClient(self.app, LOCAL, client=(client, 40000), follow_redirects=False, cookies=cookies)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    """Accounts and sessions on both databases have tests of their own."""
    opened = open_engine(str(tmp_path / "floor.db"))
    upgrade(opened)
    yield opened
    opened.dispose()


@pytest.fixture
def world(database: Engine) -> Iterator[World]:
    yield World(database)


@pytest.fixture
def open_world(database: Engine) -> Iterator[World]:
    yield World(database, "auto")


# -- who is let in -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api/v1/floor", "/api/v1/kpi", "/media/x.csv", "/_stcore/upload_file/1"])
def test_no_route_answers_without_a_login(world: World, path: str) -> None:
    found = world.browser().get(path)
    assert (found.status_code, found.json()) == (401, {"error": "signed_out"})


def test_whoever_opens_a_page_is_led_to_the_way_in_and_back(world: World) -> None:
    found = world.browser().get("/kpi?month=2026-11&lang=en", headers={"accept": "text/html"})
    assert found.status_code == 303
    assert found.headers["location"] == "/login?next=%2Fkpi%3Fmonth%3D2026-11%26lang%3Den"


@pytest.mark.parametrize("path", ["/healthz", "/static/js/index.js", "/login", "/_stcore/health"])
def test_the_way_in_and_the_programs_own_files_are_for_everybody(world: World, path: str) -> None:
    assert world.browser().get(path).status_code == 200


def test_who_is_signed_in_is_known_to_what_answers(world: World) -> None:
    browser = world.browser(world.someone())
    assert browser.get("/api/v1/floor").json() == {"who": "li.ming", "role": "lead"}


@pytest.mark.parametrize("path", ["/live", "/_stcore/stream"])
def test_a_socket_without_a_session_is_closed_with_a_code_that_its_page_knows(
    world: World, path: str
) -> None:
    with world.browser().websocket_connect(path) as socket, pytest.raises(WebSocketDisconnect) as closed:
        socket.receive_text()
    assert closed.value.code == SIGNED_OUT


def test_who_must_change_the_password_gets_no_further(world: World) -> None:
    draft = Draft("new.one", "", Role.MANAGER)
    account, _ = add_account(world.engine, "main", draft, BOSS, "new", NOON)
    browser = world.browser(account)
    assert browser.get("/api/v1/floor").status_code == 401
    led = browser.get("/wall", headers={"accept": "text/html"})
    assert led.headers["location"].startswith("/auth/password?")


# -- an open floor -----------------------------------------------------------------------------------


def test_on_this_machine_a_simulated_floor_stands_open(open_world: World) -> None:
    assert open_world.browser().get("/api/v1/floor").json() == {"who": "", "role": "admin"}


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "floor.example:8501"},  # a name elsewhere, pointed at this machine
        {"x-forwarded-for": "10.0.0.7"},
        {"forwarded": "for=10.0.0.7"},
        {"via": "1.1 proxy.example"},
        {"x-forwarded-proto": "https"},
        {"cf-connecting-ip": "10.0.0.7"},
    ],
)
def test_it_stands_open_for_nobody_who_only_seems_to_be_here(
    open_world: World, headers: dict[str, str]
) -> None:
    assert open_world.browser().get("/api/v1/floor", headers=headers).status_code == 401


def test_nor_does_a_public_route_take_a_stranger_for_who_sits_here(open_world: World) -> None:
    """Whether the program lives is for everybody; what a Viewer says is asked of nobody here."""
    asked: list[bool] = []

    async def told(request: Request) -> JSONResponse:
        try:
            asked.append(open_world.doors.viewer("en").whole)
        except SignedOut:
            asked.append(False)
        return JSONResponse({})

    open_world.app.router.routes.insert(0, Route("/healthz", told))
    open_world.browser().get("/healthz")
    open_world.browser().get("/healthz", headers={"host": "floor.example:8501"})
    assert asked == [True, False]


def test_nor_for_another_machine(open_world: World) -> None:
    assert open_world.browser(client="10.0.0.7").get("/api/v1/floor").status_code == 401


# -- other sites -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/live", "/_stcore/stream"])
def test_another_sites_page_opens_no_socket(world: World, path: str) -> None:
    browser = world.browser(world.someone())
    with (
        pytest.raises(WebSocketDisconnect) as closed,
        browser.websocket_connect(path, headers={"origin": "https://evil.example"}),
    ):
        pass
    assert closed.value.code == 1008


def test_another_sites_page_changes_nothing(world: World) -> None:
    account = world.someone()
    browser = world.browser(account)
    mine = world.doors.who(browser.cookies["ccfloor"])
    assert mine
    token = {CSRF: mine.csrf}
    assert browser.post("/api/v1/commands", headers=token).status_code == 200
    for headers in (
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"origin": "null"},
    ):
        found = browser.post("/api/v1/commands", headers=token | headers)
        assert (found.status_code, found.json()) == (403, {"error": "not_ours"})


@pytest.mark.parametrize("token", [{}, {CSRF: ""}, {CSRF: "guessed"}])
def test_a_change_without_the_sessions_token_is_none(world: World, token: dict[str, str]) -> None:
    found = world.browser(world.someone()).post("/api/v1/commands", headers=token)
    assert (found.status_code, found.json()) == (403, {"error": "not_ours"})


# -- sessions ----------------------------------------------------------------------------------------


def test_a_socket_is_closed_soon_after_its_account_was_disabled(world: World) -> None:
    browser = world.browser(world.someone())
    with browser.websocket_connect("/live") as socket:
        socket.send_text("hello")
        assert socket.receive_text() == "hello"
        set_disabled(world.engine, "main", "li.ming", True, BOSS, "left", NOON)
        world.clock.now += 1.0
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_text()
    assert closed.value.code == SIGNED_OUT


def test_a_cookie_put_there_by_somebody_else_is_not_taken_over(world: World) -> None:
    """Session fixation: a sign-in never continues under the token that the browser had before."""
    account = world.someone()
    planted = world.doors.open(account, "10.0.0.66", "attacker")
    assert world.doors.open(account, "10.0.0.7", "victim") != planted


# -- rights ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.SYSTEM, Role.DISPLAY)])
def test_every_route_by_every_role_is_as_the_table_says(world: World, role: Role) -> None:
    from ccfloor.access.places import ROUTES

    browser = world.browser(world.someone(role))
    mine = world.doors.who(browser.cookies["ccfloor"])
    assert mine
    for template, place in ROUTES.items():
        if place.public:
            continue
        path = template.replace("{seat:path}", "8001").replace("{id:int}", "7").replace("{channel}", "mail")
        for method, needed in (("GET", place.rights), ("POST", place.change)):
            allowed = any(may(role, right) for right in needed)
            found = browser.request(method, path, headers={CSRF: mine.csrf})
            assert found.status_code == (200 if allowed else 403), (template, method, role)


@pytest.mark.parametrize("path", ["/api/v1/secrets", "/_stcore/agent/sessions", "/_stcore/agent"])
def test_a_route_that_nobody_named_is_closed(world: World, path: str) -> None:
    assert world.browser(world.someone(Role.ADMIN)).get(path).status_code == 403


def test_every_route_of_the_program_has_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    templates: list[str] = [route.path for route in (*web.routes(), *access_routes())]  # type: ignore[attr-defined]
    assert len(templates) > 20
    assert unknown(templates) == []
    assert unknown(["/api/v1/new"]) == ["/api/v1/new"]


def test_every_page_of_the_navigation_has_its_line() -> None:
    for name in (name for names in (*GROUPS.values(), FOOT) for name in names):
        way = way_of(f"/{name}")
        assert way.kind is Kind.PAGE and way.place.rights, name


def test_a_page_and_a_socket_of_one_name_are_two_ways() -> None:
    assert way_of("/replay").kind is Kind.PAGE
    assert way_of("/replay", socket=True).kind is Kind.ROUTE
    assert way_of("/_stcore/stream", socket=True).kind is Kind.INNER


def test_a_socket_beyond_the_own_rights_is_refused(world: World) -> None:
    browser = world.browser(world.someone(Role.AGENT))
    with pytest.raises(WebSocketDisconnect) as closed, browser.websocket_connect("/live"):
        pass
    assert closed.value.code == 1008


def test_a_page_that_nobody_named_has_no_rights() -> None:
    assert not any(may(Role.ADMIN, right) for right in way_of("/secret_page").place.rights)
    assert all(isinstance(right, Right) for right in way_of("/kpi").place.rights)


# -- strange addresses and strange cookies -----------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "//wall",
        "/%2Fevil.example",
        "/%5Cevil.example",
        "/wall//evil.example",
        "/%09/evil.example",
        "//api/v1/floor",
    ],
)
def test_no_address_leads_to_another_server(world: World, path: str) -> None:
    """A redirect to the path that was asked for would be one to another server here."""
    page = {"accept": "text/html"}
    signed_in = world.browser(world.someone()).get(f"{LOCAL}{path}?display=x", headers=page)
    assert signed_in.status_code == 403
    led = world.browser().get(f"{LOCAL}{path}?display=x", headers=page)
    assert led.status_code == 303 and led.headers["location"].startswith("/login?next=%2F")


@pytest.mark.parametrize(
    "path",
    ["/%61pi/v1/secrets", "/api/v1/floor/", "/api/../api/v1/secrets", "/api//v1/floor", "/_stcore/agent%2Fx"],
)
def test_no_spelling_of_an_address_is_a_way_round_its_rights(world: World, path: str) -> None:
    assert world.browser(world.someone(Role.ADMIN)).get(f"{LOCAL}{path}").status_code == 403


@pytest.mark.parametrize("path", ["/API/v1/floor", "/Wall", "/wall/../audit", "/wall;x=1", "/static../wall"])
def test_what_is_spelled_otherwise_is_closed_to_who_is_not_signed_in(world: World, path: str) -> None:
    assert world.browser().get(f"{LOCAL}{path}").status_code == 401


def test_over_https_a_cookie_that_a_neighbour_put_there_is_none(world: World) -> None:
    """Only the __Host- name cannot be set by another host of the same domain, or without https."""
    account = world.someone()
    planted = world.doors.open(account, "10.0.0.66", "attacker")
    over = {"x-forwarded-proto": "https"}
    for name, status in (("ccfloor", 401), ("__Host-ccfloor", 200)):
        cookie = {"cookie": f"a=1; {name}={planted}; b=2"}
        assert world.browser().get("/api/v1/floor", headers=cookie | over).status_code == status


def test_whose_session_is_over_is_told_so_and_led_back(world: World) -> None:
    browser = world.browser(world.someone())
    set_disabled(world.engine, "main", "li.ming", True, BOSS, "left", NOON)
    world.clock.now += 1.0
    found = browser.get("/kpi?lang=en", headers={"accept": "text/html"})
    assert found.headers["location"] == "/login?next=%2Fkpi%3Flang%3Den&ended=1"


def test_what_a_route_answers_is_kept_by_no_browser(world: World) -> None:
    browser = world.browser(world.someone())
    assert browser.get("/api/v1/floor").headers["cache-control"] == "no-store"
    assert "cache-control" not in browser.get("/static/js/index.js").headers


# -- what every answer carries -----------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/login", "/api/v1/floor", "/wall", "/static/x.js"])
def test_every_answer_tells_the_browser_what_not_to_do(world: World, path: str) -> None:
    headers = world.browser().get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert "strict-transport-security" not in headers


def test_over_https_the_browser_is_told_to_stay_there(world: World) -> None:
    found = world.browser().get("/login", headers={"x-forwarded-proto": "https"})
    assert found.headers["strict-transport-security"].startswith("max-age=")


def test_under_a_base_the_same_holds(database: Engine) -> None:
    browser = World(database, base="/floor/").browser()
    assert browser.get("/floor/api/v1/floor").status_code == 401
    led = browser.get("/floor/wall", headers={"accept": "text/html"})
    assert led.headers["location"].startswith("/floor/login?next=%2Ffloor%2Fwall")
