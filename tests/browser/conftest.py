"""A Chromium for the whole run, and web servers with scripted floors."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.fakes.fake_server import DayServer, FakeServer, PlanServer

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


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
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
def plan_floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeServer]:
    """A server with an emergency plan; each test puts up its own scene, which forgets what was done."""
    server = PlanServer("plan_calm", tmp_path_factory.mktemp("plan") / "floor.db")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages in contexts of their own; an error on a page fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def opened(url: str, width: int = 1920, height: int = 1080, **context: Any) -> Page:
        contexts.append(chromium.new_context(viewport={"width": width, "height": height}, **context))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []
