"""Every page over a floor whose names are hostile: none is run, drawn, asked for, or widens the page.

The pages are those of the table of places: a new one is opened without a line here.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from playwright.sync_api import ConsoleMessage, Page, Request

from ccfloor.access.places import PAGES
from ccfloor.access.rights import Role
from ccfloor.service.access.accounts import Draft
from ccfloor.store.engine import open_engine
from tests.fakes import hostile
from tests.fakes.staff import cookie, hire
from tests.fakes.stored_server import StoredServer

pytestmark = pytest.mark.browser
SLOW = 60_000
# Pages on which nobody else's words need to stand.
SILENT = {
    "definitions",
    "data_quality",
    "qa_work",
    "qa_mine",
}  # pages on which nobody else's words need to stand
MORE = {  # further views of a page, by its address
    "kpi": ("period={day}&below=agent", "period={day}&scope=queue:{queue}"),
    "agents": ("scope=agent:{agent}",),
    "queue_history": ("from={day}&to={day}", "queue={queue}"),
    "reports": ("scope=queue:{queue}&period={day}",),
    "imports": ("dataset=complaints",),
    "qa": ("view=forms",),
    "qa_work": ("view=free", "view=quota"),
    "qa_score": ("id=1",),
    "qa_calibration": ("session=1",),
    "qa_improve": ("view=needs", "view=cases", "plan=1"),
    "qa_appeals": ("view=all", "view=stats", "appeal=1"),
    "qa_forms": ("kind=form&name=nasty",),
}


class Site(NamedTuple):
    """A server and the cookie of somebody who is signed in there under a hostile name."""

    server: StoredServer
    cookie: str
    now: float

    def address(self, page: str, query: str) -> str:
        """The page's address; the places of ``query`` filled with hostile names."""
        day = time.strftime("%Y-%m-%d", time.gmtime(self.now - 86_400))
        filled = query.format(
            day=day, queue=quoted(next(iter(hostile.QUEUES))), agent=quoted(hostile.agent(0))
        )
        return self.server.url(f"{page}?lang=zh&{filled}")


def quoted(text: str) -> str:
    return quote(text, safe="")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder, now = tmp_path_factory.mktemp("hostile"), time.time()
    hostile.put(folder, now)
    db = folder / "floor.db"
    server = StoredServer(db, ACCESS_LOGIN="always", REPORTS_FOLDER=str(folder), **hostile.settings(folder))
    server.start()
    yield Site(server, signed_in(db, now), now)
    server.stop()


def signed_in(db: Path, now: float) -> str:
    engine = open_engine(f"sqlite:///{db}")
    made = cookie(engine, hire(engine, Draft("boss", hostile.NASTY[0], Role.ADMIN), now))
    engine.dispose()
    return made


class Listener:
    """What a page did that it must not do."""

    def __init__(self, page: Page, home: str) -> None:
        self.home, self.met = home, list[str]()
        page.on("dialog", self.dialog)
        page.on("console", self.console)
        page.on("request", self.request)

    def dialog(self, dialog: Any) -> None:
        self.met.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.met.append(f"console {message.text}")

    def request(self, asked: Request) -> None:
        if not asked.url.startswith((self.home, self.home.replace("http", "ws", 1), "data:", "blob:")):
            self.met.append(f"request {asked.url}")


# Elements that only a name that was taken for markup can have made.
MADE = """() => [
  ...document.querySelectorAll('img[src="x"],img[src*="127.0.0.1:9"],svg[onload],[onerror]'),
  ...document.querySelectorAll('a[href^="javascript:"],.katex'),
  ...[...document.querySelectorAll('script')].filter(e => e.textContent === 'alert(1)'),
  ...[...document.querySelectorAll('strong,b')].filter(e => e.textContent === 'bold'),
  ...[...document.querySelectorAll('[data-testid=stIconMaterial]')].filter(e => e.textContent === 'home'),
].map(e => e.outerHTML.slice(0, 200))"""
SETTLED = "() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
WIDTH = "() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"
TEXT = "() => document.body.innerText + [...document.querySelectorAll('input,textarea')].map(e => e.value)"
CASES = [(page, query) for page in PAGES for query in ("", *MORE.get(page, ()))]


@pytest.mark.parametrize(("name", "query"), CASES)
def test_nothing_of_a_name_is_more_than_text(
    site: Site, open_page: Callable[..., Page], name: str, query: str
) -> None:
    page = open_page("about:blank")
    page.context.add_cookies([{"name": "ccfloor", "value": site.cookie, "url": site.server.url("")}])
    listener = Listener(page, site.server.url(""))
    page.goto(site.address(name, query))
    page.wait_for_function(SETTLED, timeout=SLOW)
    words = [text[:9] for text in hostile.NASTY[:6]]
    if name not in SILENT:
        page.wait_for_function(
            f"words => words.some(word => ({TEXT})().includes(word))", arg=words, timeout=SLOW
        )
    opened(page)
    assert page.evaluate(MADE) == []
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.get_by_text("这部分页面出错").count() == 0
    assert page.evaluate(WIDTH) <= 1920
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function(f"({WIDTH})() <= 390", timeout=10_000)
    assert page.evaluate(MADE) == []
    assert listener.met == []


def opened(page: Page) -> None:
    """Open whatever can be unfolded."""
    for at in range(page.locator("[data-testid=stExpander] details:not([open]) summary").count()):
        folded = page.locator("[data-testid=stExpander] summary").nth(at)
        if folded.is_visible():
            folded.click()
    page.wait_for_function(SETTLED, timeout=SLOW)
