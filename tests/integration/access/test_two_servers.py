"""Two servers on one database, on both kinds: what one of them does counts at the other."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Engine, select
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from ccfloor.access.rights import Role
from ccfloor.service.access import identity
from ccfloor.service.access.accounts import (
    AccountError,
    Actor,
    Draft,
    add_account,
    change_password,
    set_disabled,
)
from ccfloor.service.access.doors import Doors
from ccfloor.service.access.guard import Guard
from ccfloor.service.access.sign_in import Refused, sign_in
from ccfloor.service.access.sockets import SIGNED_OUT
from ccfloor.service.audit_check import check
from ccfloor.service.settings import load
from ccfloor.store.access_tables import audit, sessions
from ccfloor.store.accounts import Account, all_accounts
from ccfloor.store.engine import open_engine
from tests.fakes.current import upgrade
from tests.fakes.postgres import PrivatePostgres

ROOT = Path(__file__).resolve().parents[3]
SITE, NOON, HOUR = "main", 1_795_000_000.0, 3600.0
BOSS = Actor("boss", Role.ADMIN, "127.0.0.1")
SECRET = "a long enough secret"


@pytest.fixture(autouse=True)
def nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "_asks", [])


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'floor.db'}"
    server: PrivatePostgres = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture
def engines(url: str) -> Iterator[tuple[Engine, Engine]]:
    """Each server's own."""
    first, second = open_engine(url), open_engine(url)
    upgrade(first)
    yield first, second
    first.dispose()
    second.dispose()


def made(engine: Engine, name: str, role: Role = Role.LEAD) -> Account:
    return add_account(engine, SITE, Draft(name, name, role), BOSS, "new", NOON, SECRET)[0]


def at_once(*calls: Callable[[], object]) -> list[object]:
    """What each of them gives, or why it is not done; begun in the same moment."""
    ready = Barrier(len(calls))

    def one(call: Callable[[], object]) -> object:
        ready.wait(30)
        try:
            return call()
        except AccountError as error:
            return error.code

    with ThreadPoolExecutor(len(calls)) as several:
        return list(several.map(one, calls))


# -- sessions ------------------------------------------------------------------------------------------


async def listen(socket: WebSocket) -> None:
    await socket.accept()
    try:
        while True:
            await socket.send_text(await socket.receive_text())
    except WebSocketDisconnect:
        return


async def who(request: Request) -> JSONResponse:
    found = identity.stated()
    return JSONResponse(found.name if found else None)


def server(engine: Engine, clock: Callable[[], float] = time.time) -> tuple[Doors, Starlette]:
    doors = Doors(load(environ={}, access__login="always"), engine, clock)
    guard = Middleware(Guard, doors=lambda: doors, origins=lambda: ())
    routes = [WebSocketRoute("/live", listen), Route("/api/v1/floor", who)]
    return doors, Starlette(routes=routes, middleware=[guard])


def settled(engine: Engine, name: str) -> Account:
    """An account that needs no other password any more."""
    return change_password(engine, made(engine, name).id, SECRET, "the own long secret", time.time())


def test_signed_in_at_one_disabled_at_the_other_its_socket_closes_at_both(
    engines: tuple[Engine, Engine],
) -> None:
    first, second = engines
    account = settled(first, "li.ming")
    doors, here = server(first)
    _, there = server(second)
    cookie = {"ccfloor": doors.let_in(account, "10.0.0.7", "test")}
    with (
        TestClient(there, "http://127.0.0.1", cookies=cookie) as browser,
        TestClient(here, "http://127.0.0.1", cookies=cookie) as other,
        browser.websocket_connect("/live") as socket,
        other.websocket_connect("/live") as same,
    ):
        assert browser.get("/api/v1/floor").json() == "li.ming"
        for one in (socket, same):
            one.send_text("hello")
            assert one.receive_text() == "hello"
        set_disabled(first, SITE, "li.ming", True, BOSS, "left", time.time())
        for one in (socket, same):
            with pytest.raises(WebSocketDisconnect) as closed:
                one.receive_text()
            assert closed.value.code == SIGNED_OUT
        assert browser.get("/api/v1/floor").status_code == 401


def test_two_servers_that_start_at_once_make_one_key(engines: tuple[Engine, Engine]) -> None:
    keys = at_once(*(server(engine)[0].key for engine in engines * 4))
    assert len(set(keys)) == 1 and len(str(keys[0])) > 32


def test_what_one_clears_away_is_over_at_the_other(engines: tuple[Engine, Engine]) -> None:
    first, second = engines
    now = [NOON]
    (here, _), (there, _) = (server(engine, lambda: now[0]) for engine in engines)
    old = here.open(made(first, "li.ming"), "10.0.0.7", "test")
    used = here.open(made(first, "wang.fang"), "10.0.0.7", "test")
    for _ in range(8):
        now[0] += HOUR
        assert there.who(used)
    now[0] += 5 * HOUR
    at_once(here.clear, there.clear, lambda: here.who(used), lambda: there.who(old))
    assert here.who(old) is None and there.who(old) is None and here.who(used) and there.who(used)
    with second.connect() as connection:
        assert len(connection.execute(select(sessions.c.token)).all()) == 1


# -- accounts ------------------------------------------------------------------------------------------


def test_wrong_passwords_at_two_servers_are_counted_together(engines: tuple[Engine, Engine]) -> None:
    made(engines[0], "wang.fang")

    def guess(number: int) -> object:
        return sign_in(engines[number % 2], SITE, "wang.fang", f"wrong{number}", "10.0.0.7", NOON)

    found = at_once(*(lambda number=number: guess(number) for number in range(12)))  # type: ignore[misc]
    assert found.count(Refused("wrong")) == 5 and found.count(Refused("wait", 5.0)) == 7
    assert sign_in(engines[1], SITE, "wang.fang", SECRET, "10.0.0.9", NOON) == Refused("wait", 5.0)


def test_two_administrators_cannot_shut_each_other_out(engines: tuple[Engine, Engine]) -> None:
    first, second = engines
    for name in ("boss", "chief"):
        made(first, name, Role.ADMIN)

    def shut(engine: Engine, name: str) -> object:
        return set_disabled(engine, SITE, name, True, BOSS, "he did", NOON)

    found = at_once(lambda: shut(first, "boss"), lambda: shut(second, "chief"))
    assert found.count("last_admin") == 1
    with first.connect() as connection:
        assert [one.disabled for one in all_accounts(connection, SITE)].count(False) == 1


def test_one_name_made_twice_at_once_is_one_account(engines: tuple[Engine, Engine]) -> None:
    found = at_once(*(lambda engine=engine: made(engine, "li.ming") for engine in engines * 2))  # type: ignore[misc]
    assert found.count("taken") == 3
    assert check(engines[0], SITE, NOON).fault == ""


# -- the log -------------------------------------------------------------------------------------------


def test_two_processes_write_one_chain(engines: tuple[Engine, Engine], url: str) -> None:
    count = 60
    writers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.fakes.audit_writer", url, name, str(count)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("east", "west")
    ]
    for writer in writers:
        assert writer.stdout and writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin
        writer.stdin.write("go\n")
        writer.stdin.flush()
    assert [writer.wait(60) for writer in writers] == [0, 0]
    found = check(engines[0], SITE, time.time())
    assert (found.fault, found.number) == ("", 2 * count)
    with engines[0].connect() as connection:
        by = connection.scalars(select(audit.c.who).order_by(audit.c.number)).all()
        assert len(set(connection.scalars(select(audit.c.hash)))) == 2 * count
    assert sorted(set(by)) == ["east", "west"]
