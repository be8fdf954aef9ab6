"""Pages × routes × sockets × roles, signed in and out, in scope and out of it: behind the real guard.

All of it is taken from the tables of places: a new page or route is tried by everybody without a line here.
"""

from collections.abc import Iterator
from typing import cast

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from ccfloor.access.places import PAGES, ROUTES, SOCKETS
from ccfloor.access.rights import RIGHTS, Right, Role
from ccfloor.service import runtime
from ccfloor.service.access import doors
from ccfloor.service.access.guard import CSRF, Guard
from ccfloor.service.access.identity import Identity, acting_as
from ccfloor.service.web import routes
from ccfloor.ui.access_kit import may_open
from tests.integration.access.five_queues import MINE, agent, seat, world

ROLES = [role for role in Role if role not in (Role.SYSTEM, Role.DISPLAY)]
_WHOLE, _PART = "whole", "part"
PEOPLE = {
    f"{role}-{reach}": Identity(
        number,
        f"{role}",
        role=role,
        queues=MINE if reach == _PART else None,
        agents=frozenset((agent("loans"),)) if role == Role.AGENT else None,
        csrf="token",
        session=f"{role}-{reach}",
    )
    for number, role in enumerate(ROLES, 1)
    for reach in (_WHOLE, _PART)
}
OF_THE_WHOLE_SITE = {"/metrics"}  # refused to who sees a part of it


class Doors:
    """Whose cookie it is stands in it."""

    closed = True

    def who(self, cookie: str, *, used: bool = True) -> Identity | None:
        return PEOPLE.get(cookie)

    def board(self, token: str) -> Identity | None:
        return None


def guard() -> Middleware:
    return Middleware(Guard, doors=lambda: cast(doors.Doors, Doors()), origins=lambda: ())


@pytest.fixture(scope="module")
def app(engine_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starlette]:
    made = world(tmp_path_factory.mktemp("matrix"), engine_url)
    runtime.use(made)
    yield Starlette(routes=routes(), middleware=[guard()])
    runtime.use(None)
    made.engine.dispose()


async def greet(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("hello")
    await socket.receive()


def browser(app: Starlette, who: str) -> TestClient:
    cookies = {"ccfloor": who} if who else {}
    return TestClient(app, "http://127.0.0.1:8501", client=("10.0.0.7", 4000), cookies=cookies)


def has(who: str, rights: tuple[Right, ...]) -> bool:
    return bool(who) and any(PEOPLE[who].role in RIGHTS[right] for right in rights)


def address(template: str, queue: str) -> str:
    filled = template.replace("{seat:path}", seat(queue).replace("/", "%2F"))
    return filled.replace("{id:int}", "1").replace("{channel}", "lead")


@pytest.mark.parametrize("who", ["", *PEOPLE])
@pytest.mark.parametrize("template", [path for path, place in ROUTES.items() if not place.public])
def test_a_route_answers_whom_the_table_names(app: Starlette, template: str, who: str) -> None:
    client, place = browser(app, who), ROUTES[template]
    read = client.get(address(template, "loans"))
    assert (read.status_code == 401) == (not who)
    if who:
        part = template in OF_THE_WHOLE_SITE and PEOPLE[who].queues is not None
        assert (read.status_code == 403) == (part or not has(who, place.rights))
    changed = client.post(address(template, "loans"), json="nothing", headers={CSRF: "token"})
    assert (changed.status_code == 401) == (not who)
    assert not who or (changed.status_code == 403) == (not has(who, place.change))


@pytest.mark.parametrize("who", ["", *PEOPLE])
@pytest.mark.parametrize("path", SOCKETS)
def test_a_socket_opens_for_whom_the_table_names(path: str, who: str) -> None:
    client = browser(Starlette(routes=[WebSocketRoute(path, greet)], middleware=[guard()]), who)
    try:
        with client, client.websocket_connect(path) as socket:
            socket.receive_text()
            opened = True
    except WebSocketDisconnect:
        opened = False
    assert opened == has(who, SOCKETS[path].rights)


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_for_whom_the_table_names(page: str, who: str) -> None:
    with acting_as(PEOPLE[who]):
        assert may_open(page) == has(who, PAGES[page].rights)


def test_an_agent_opens_what_tells_of_the_own_results() -> None:
    with acting_as(PEOPLE[f"{Role.AGENT}-{_WHOLE}"]):
        own = ["kpi", "agents", "definitions", "qa_mine", "account"]
        assert [page for page in PAGES if may_open(page)] == own


@pytest.mark.parametrize("who", [who for who in PEOPLE if Role.AGENT not in who])
@pytest.mark.parametrize("queue", ["loans", "fraud"])
def test_a_seat_of_other_queues_is_not_there(app: Starlette, who: str, queue: str) -> None:
    answer = browser(app, who).get(address("/api/v1/seats/{seat:path}/timeline", queue))
    beyond = PEOPLE[who].queues is not None and queue not in MINE
    assert answer.status_code == (404 if beyond else 200)
