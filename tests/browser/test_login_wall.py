"""From the open floor to the login wall and through it, in a real browser, on the real program."""

import asyncio
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ccfloor.access.rights import Role
from ccfloor.service.access.accounts import Draft, add_account, change_password
from ccfloor.service.access.doors import Doors
from ccfloor.service.audit import Actor
from ccfloor.service.settings import load
from ccfloor.store.engine import open_engine
from tests.fakes.ami_server import FakeAmi
from tests.fakes.at_screen import entered
from tests.fakes.current import upgrade
from tests.fakes.fake_server import FakeServer, until
from tests.fakes.stored_server import StoredServer, command

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
SLOW = 90_000
OWN = "the own long secret"


@pytest.fixture(scope="module")
def switch() -> Iterator[FakeAmi]:
    """A switch on loopback, in a thread of its own."""
    made, loop = FakeAmi(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(made.start(), loop).result(10)
    yield made
    asyncio.run_coroutine_threadsafe(made.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("login_wall") / "floor.db"


@pytest.fixture(scope="module")
def floor(db: Path, switch: FakeAmi) -> Iterator[FakeServer]:
    """The same database that was open a moment ago, before a real switch."""
    given = {"AMI_HOST": "127.0.0.1", "AMI_PORT": str(switch.port)}
    given |= {"AMI_USER": switch.user, "AMI_SECRET": switch.secret}
    server = StoredServer(db, SOURCE="asterisk", **given)
    server.start()
    yield server
    server.stop()


def first_password(told: str) -> str:
    found = re.search(r"[0-9a-z]{4}(?:-[0-9a-z]{4}){3}", told)
    assert found, "the command tells the first password"
    return found[0]


def enter(page: Page, name: str, password: str) -> None:
    page.get_by_label("账号").fill(name)
    page.get_by_label("口令").fill(password)
    page.get_by_role("button", name="登录").click()


def settled(page: Page, name: str, first: str) -> None:
    """In with a first password, which has to be changed, and in with the own one."""
    enter(page, name, first)
    page.get_by_label("当前口令").fill(first)
    page.get_by_label("新口令（至少 10 个字符）").fill(OWN)
    page.get_by_label("再输一次新口令").fill(OWN)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("口令已修改")).to_be_visible(timeout=SLOW)
    enter(page, name, OWN)
    entered(page)


def test_a_newcomer_gets_from_the_open_floor_through_the_wall(
    db: Path, open_page: Open, request: pytest.FixtureRequest
) -> None:
    before = StoredServer(db, SOURCE="simulator", SIMULATOR_HISTORY_DAYS="0")
    before.start()
    try:
        page = open_page(before.url("settings?lang=zh"))
        expect(page.get_by_test_id("stSidebar").get_by_text("免登录：仅限本机")).to_be_visible(timeout=SLOW)
    finally:
        before.stop()

    floor: FakeServer = request.getfixturevalue("floor")
    switch: FakeAmi = request.getfixturevalue("switch")
    until(lambda: switch.logins > 0, 60, "the switch is really connected")
    page = open_page(floor.url("audit?lang=zh&act=account"))
    expect(page).to_have_url(re.compile("/login"))
    sentence = page.locator("code").inner_text()
    assert sentence == "python -m ccfloor user add NAME --role admin"
    words = sentence.replace("NAME", "boss").split()[3:]
    settled(page, "boss", first_password(command(db, *words)))
    expect(page).to_have_url(floor.url("audit?lang=zh&act=account"), timeout=SLOW)
    expect(page.locator(".au-tab tr:has(td)").first).to_be_visible(timeout=SLOW)
    assert open_page(floor.url("login?lang=zh")).locator("code").count() == 0


def test_a_session_that_ends_under_an_open_page_is_told_and_leads_back(
    db: Path, floor: FakeServer, open_page: Open
) -> None:
    page = open_page(floor.url("seats?lang=zh&theme=light"))
    told = command(db, "user", "add", "li.ming", "--role", "lead")
    settled(page, "li.ming", first_password(told))
    expect(page.get_by_text("li.ming · 班组长")).to_be_visible(timeout=SLOW)
    at = page.url
    command(db, "user", "role", "li.ming", "--role", "manager")
    expect(page.get_by_text("会话已结束，请重新登录。")).to_be_visible(timeout=10_000)
    enter(page, "li.ming", OWN)
    expect(page).to_have_url(at, timeout=SLOW)
    expect(page.get_by_text("li.ming · 经理")).to_be_visible(timeout=SLOW)


def test_two_people_at_once_are_not_mixed_up(db: Path, floor: FakeServer, open_page: Open) -> None:
    people = {"qian.qa": ("qa", "质检"), "zhao.boss": ("admin", "管理员")}
    pages: dict[str, Page] = {}
    for name, (role, _) in people.items():
        pages[name] = open_page(floor.url("definitions?lang=zh"))
        settled(pages[name], name, first_password(command(db, "user", "add", name, "--role", role)))
    for turn in ("accounts", "definitions"):
        for page in pages.values():
            page.goto(floor.url(f"{turn}?lang=zh"), wait_until="commit")
        for name, (_, word) in people.items():
            other = next(one for one in people if one != name)
            side = pages[name].get_by_test_id("stSidebar")
            expect(side.get_by_text(f"{name} · {word}")).to_be_visible(timeout=SLOW)
            expect(side.get_by_text(other)).to_have_count(0)
            opens = side.get_by_role("link", name="账号", exact=True)
            expect(opens).to_have_count(1 if name == "zhao.boss" else 0)
    answers = {name: page.request.get(floor.url("metrics")).status for name, page in pages.items()}
    assert answers == {"qian.qa": 403, "zhao.boss": 200}


def test_the_first_request_of_a_fresh_server_is_guarded_too(tmp_path: Path, open_page: Open) -> None:
    """A page opened before anything else has run: neither nobody nor an agent sees any of it."""
    server = StoredServer(tmp_path / "floor.db", SOURCE="none", ACCESS_LOGIN="always")
    engine = open_engine(str(tmp_path / "floor.db"))
    upgrade(engine)
    draft = Draft("li.agent", "", Role.AGENT, agent="李明")
    account, first = add_account(engine, "main", draft, Actor("boss"), "new", time.time())
    account = change_password(engine, account.id, first, OWN, time.time())
    cookie = Doors(load(environ={}, db=str(engine.url)), engine, time.time).open(account, "127.0.0.1", "test")
    engine.dispose()
    server.start()
    try:
        context = open_page("about:blank").context
        context.add_cookies([{"name": "ccfloor", "value": cookie, "url": server.url("")}])
        page, frames = context.new_page(), list[str]()
        page.on("websocket", lambda link: link.on("framereceived", lambda frame: frames.append(str(frame))))
        page.goto(server.url("audit?lang=en"), wait_until="commit")
        expect(page.get_by_text("Back to")).to_be_visible(timeout=SLOW)
        assert page.locator(".au-tab").count() == 0
        assert frames and not any("au-tab" in frame for frame in frames)
        nobody = open_page(server.url("audit?lang=en"))
        expect(nobody).to_have_url(re.compile("/login"))
    finally:
        server.stop()
