"""What people do before a page in a browser: sign in, wait until it says something, read a chart."""

from collections.abc import Callable, Mapping
from functools import partial

from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as Slow

from tests.fakes.fake_server import FakeServer, until
from tests.fakes.staff import PASSWORD

Open = Callable[..., Page]
_OFFERS_MS = 3_000  # so long a list is waited for before it is opened again
_DRAWN = """() => [...document.querySelectorAll('.js-plotly-plot')].flatMap(
  chart => (chart.data || []).flatMap(one => [...(one.x || []), ...(one.y || [])]))"""


def signs_in(open_page: Open, floor: FakeServer, who: str, address: str, *size: int) -> Page:
    """A page as somebody has it who has given name and password."""
    page = open_page(floor.url(address), *size)
    page.get_by_label("账号").fill(who)
    page.get_by_label("口令").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    entered(page)
    return page


def entered(page: Page) -> None:
    """Wait until the page behind the way in has come: what is opened earlier runs into its arrival."""
    page.wait_for_url(lambda address: "/login" not in address)


def sits_down(
    open_page: Open, floor: FakeServer, cookies: Mapping[str, str], who: str, address: str, *size: int
) -> Page:
    """The same of somebody who had signed in before."""
    page = open_page("about:blank", *size)
    page.context.add_cookies([{"name": "ccfloor", "value": cookies[who], "url": floor.url("")}])
    page.goto(floor.url(address))
    return page


def told(page: Page, words: str) -> None:
    """Wait until a page says something."""
    expect(page.get_by_text(words).first).to_be_visible()


def settled(page: Page) -> None:
    """Nothing runs on the server: what is clicked now is not drawn anew."""
    page.locator("[data-test-script-state=notRunning]").wait_for(state="attached")


def choose(page: Page, label: str, option: str) -> None:
    """Choose in a list; one that a page closes as it is drawn anew is opened again."""
    until(lambda: _chosen(page, label, option), 60, f"{label} offers {option}")


def choose_all(page: Page, label: str, *options: str) -> None:
    """Choose in a list that takes several, which stays open, before everything else, until it is left. What a
    page that was drawn anew has not taken is chosen again.
    """
    for option in options:
        until(partial(_listed, page, label, option), 60, f"{label} has {option}")


def _listed(page: Page, label: str, option: str) -> bool:
    page.keyboard.press("Escape")
    settled(page)
    taken = page.get_by_test_id("stMultiSelect").filter(has_text=label).get_by_text(option, exact=False)
    if taken.count():
        return True
    _chosen(page, label, option)
    return False


def _chosen(page: Page, label: str, option: str) -> bool:
    settled(page)
    page.get_by_role("combobox", name=label).click()
    try:
        page.get_by_role("option", name=option).click(timeout=_OFFERS_MS)
    except Slow:
        return False
    return True


def row(page: Page, *words: str) -> Locator:
    """The rows of tables that hold all these words."""
    found = page.locator("tr")
    for one in words:
        found = found.filter(has_text=one)
    return found


def drawn(page: Page, *values: float) -> None:
    """Wait until the page's charts have drawn these values."""
    page.wait_for_function(
        f"(wanted) => wanted.every(value => ({_DRAWN})().some(one => Math.abs(one - value) < 0.005))",
        arg=list(values),
    )


def in_charts(page: Page) -> list[float | str | None]:
    """Every value that the page's charts have drawn, along both axes."""
    found: list[float | str | None] = page.evaluate(_DRAWN)
    return found
