"""The content policy on every page, in a real browser: nothing of ours is refused, and what gets in is."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from ccfloor.access.places import PAGES
from tests.fakes.fake_server import FakeServer, until
from tests.fakes.stored_server import StoredServer

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
SLOW = 90_000
LISTEN = """
window.refused = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.refused.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
"""
READY = '[data-testid=stApp][data-test-script-state="notRunning"]:has([data-testid=stSidebar])'


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeServer]:
    """The product as a newcomer starts it: simulated, open, with a day behind it."""
    db = tmp_path_factory.mktemp("policy") / "floor.db"
    server = StoredServer(db, SOURCE="simulator", SIMULATOR_HISTORY_DAYS="1")
    server.start()
    yield server
    server.stop()


def shown(floor: FakeServer, open_page: Open, address: str, width: int = 1600, height: int = 900) -> Page:
    page = open_page("about:blank", width, height, bypass_csp=False)
    page.add_init_script(LISTEN)
    page.goto(floor.url(address))
    return page


@pytest.mark.parametrize("name", PAGES)
def test_no_page_needs_more_than_the_policy_allows(floor: FakeServer, open_page: Open, name: str) -> None:
    page = shown(floor, open_page, f"{name}?lang=en")
    expect(page.locator(READY)).to_be_attached(timeout=SLOW)
    words = '"Open without login: this machine only"'
    until(lambda: line(page)["words"] == words, 30, "the page says that the floor stands open")
    assert page.evaluate("window.refused") == []


def test_a_script_that_gets_into_a_page_is_not_run(floor: FakeServer, open_page: Open) -> None:
    page = shown(floor, open_page, "definitions?lang=en")
    expect(page.locator(READY)).to_be_attached(timeout=SLOW)
    page.evaluate(
        """() => {
          const place = document.createElement("div");
          place.innerHTML = "<img src=data:x onerror=window.taken=1>";
          document.body.append(place);
          const script = document.createElement("script");
          script.textContent = "window.taken=2";
          document.body.append(script);
        }"""
    )
    until(lambda: page.evaluate("window.refused.length") >= 2, 10, "two are refused")
    assert page.evaluate("window.taken") is None


# -- that the floor stands open --------------------------------------------------------------------------


def line(page: Page) -> dict[str, str]:
    """What stands in the margin of the page, and where."""
    return page.evaluate(
        """() => {
          const style = getComputedStyle(document.body, "::after");
          return {words: style.content, position: style.position, height: style.height, over: style.zIndex};
        }"""
    )


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", "免登录：仅限本机"), ("en", "Open without login: this machine only")]
)
@pytest.mark.parametrize("size", [(1920, 1080), (3840, 2160), (390, 844)])
def test_an_open_floor_says_so_on_walls_and_telephones_too(
    floor: FakeServer, open_page: Open, size: tuple[int, int], lang: str, words: str
) -> None:
    page = shown(floor, open_page, f"wall?kiosk=1&lang={lang}", *size)
    until(lambda: line(page)["position"] == "fixed", 90, "the line is there")
    found = line(page)
    assert found["words"] == f'"{words}"'
    expect(page.locator(".board")).to_be_visible(timeout=SLOW)
    cover = page.locator(".ccfloor-kiosk").evaluate("node => getComputedStyle(node).zIndex")
    assert int(found["over"]) > int(cover)
    if size[0] > size[1]:  # within the sheet's own margin: it lies on nothing
        low = page.locator(".low").evaluate("node => node.getBoundingClientRect().bottom")
        assert float(found["height"].removesuffix("px")) <= size[1] - low
