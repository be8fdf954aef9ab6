"""A Chromium for the whole run, and web servers with scripted floors."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.fakes import staff
from tests.fakes.fake_server import DayServer, FakeServer, MoveServer, PlanServer

WAIT_MS = 60_000  # for what comes at once, unless the machine has other things to do
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]


@pytest.fixture(autouse=True, scope="session")
def quick_passwords() -> Iterator[None]:
    with staff.quick_passwords():
        yield


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as play:
        found = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = play.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def floor() -> Iterator[FakeServer]:
    """One server for all tests that leave it running; each test puts up its own scene."""
    server = FakeServer("calm")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def own_floor() -> Iterator[FakeServer]:
    """A server that a test may stop and start."""
    server = FakeServer("calm")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def day_floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeServer]:
    """A server with a stored day, timelines and commands; each test puts up its own scene."""
    server = DayServer("surge", tmp_path_factory.mktemp("day") / "floor.db")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def move_floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeServer]:
    """A server that follows moves; each test puts up its own scene, which forgets what was moved."""
    server = MoveServer("calm", tmp_path_factory.mktemp("moves") / "floor.db")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def plan_floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeServer]:
    """A server with an emergency plan; each test puts up its own scene, which forgets what was done."""
    server = PlanServer("plan_calm", tmp_path_factory.mktemp("plan") / "floor.db")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages in contexts of their own; an error on a page fails the test.

    The content policy is off, so that nothing is left to it, and for Playwright's own waiting, which
    evaluates text; it has tests of its own. The browser likes the page's own theme: in the other one a page
    is loaded once more as soon as it stands, under the hands of a test; that too has a test of its own.
    """
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def opened(url: str, width: int = 1920, height: int = 1080, **context: Any) -> Page:
        scheme = "light" if "theme=light" in url else "dark"
        size = {"width": width, "height": height}
        wanted = {"viewport": size, "bypass_csp": True, "color_scheme": scheme, **context}
        contexts.append(chromium.new_context(**wanted))
        contexts[-1].set_default_timeout(WAIT_MS)
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []
