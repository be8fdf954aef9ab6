"""A stored day on the live pages: unmistakably not now, at its own clock, and nothing can be ordered."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.fakes.stored_surge import DAY, MINUTES, T0, SurgeServer
from tests.fakes.surge import CONFIG

pytestmark = pytest.mark.browser

SLOW_MS = 30_000
TIME = "document.querySelector('.ccfloor-host').shadowRoot.querySelector('.re-time').textContent"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SurgeServer]:
    server = SurgeServer(tmp_path_factory.mktemp("surge"))
    yield server
    server.stop()


def clock(at: float) -> str:
    return datetime.fromtimestamp(at, ZoneInfo(CONFIG.zone)).strftime("%H:%M:%S")


def shown(page: Page) -> str:
    """The strip's time."""
    return page.locator(".re-time").inner_text()


def test_a_wall_replays_stands_and_jumps(server: SurgeServer, open_page: Callable[..., Page]) -> None:
    page = open_page(server.url(f"wall?lang=zh&replay={DAY}&at={T0 + 120:.0f}&speed=60"))
    strip = page.locator(".re")
    expect(strip).to_contain_text("这是回放，不是现在 · ×60", timeout=SLOW_MS)
    expect(strip.locator(".re-day")).to_contain_text(DAY)
    page.wait_for_function(
        f"past => {TIME} > past",
        arg=clock(T0 + 300),
        timeout=SLOW_MS,
    )
    strip.get_by_role("button", name="暂停").click()
    expect(strip).to_contain_text("已暂停")
    stands = shown(page)
    expect(page.locator(".wall .clock")).to_have_text(stands)
    level = page.locator(".re-list option", has_text="二级").first.get_attribute("value")
    assert level is not None
    strip.locator(".re-list").select_option(level)
    expect(strip.locator(".re-time")).to_have_text(clock(float(level) - 30), timeout=SLOW_MS)
    expect(page.locator(".wall .slot.filled")).to_have_count(0)
    strip.get_by_role("button", name="播放").click()
    expect(page.locator(".wall .slot.filled")).to_contain_text("二级", timeout=SLOW_MS)
    strip.get_by_role("button", name="返回现场").click()
    page.wait_for_url(lambda url: "replay=" not in url, timeout=SLOW_MS)
    expect(page.locator(".re")).to_have_count(0)


def test_the_slider_sets_it_and_the_link_opens_the_same(
    server: SurgeServer, open_page: Callable[..., Page]
) -> None:
    page = open_page(server.url(f"queues?lang=en&replay={DAY}&at={T0 + 300:.0f}"))
    strip = page.locator(".re")
    expect(strip).to_contain_text("A replay, not now", timeout=SLOW_MS)
    strip.get_by_role("button", name="Pause").click()
    expect(strip).to_contain_text("paused")
    at = T0 + 60 * MINUTES / 2
    strip.get_by_role("slider").evaluate(
        "(node, at) => { node.value = at; node.dispatchEvent(new Event('change')); }", at
    )
    page.wait_for_function("at => Math.abs(new URLSearchParams(location.search).get('at') - at) < 20", arg=at)
    expect(strip).to_contain_text("paused")
    stands, waiting = shown(page), page.locator(".queues .head .sub").inner_text()
    assert abs(datetime.strptime(stands, "%H:%M:%S") - datetime.strptime(clock(at), "%H:%M:%S")).seconds < 20
    assert re.search(r"\d+ waiting", waiting)
    other = open_page(page.url)
    expect(other.locator(".re-time")).to_contain_text(stands[:5], timeout=SLOW_MS)


def test_nothing_can_be_ordered_in_the_past(server: SurgeServer, open_page: Callable[..., Page]) -> None:
    page = open_page(server.url(f"plan?lang=zh&theme=light&replay={DAY}&at={T0 + 60 * MINUTES - 300:.0f}"))
    board = page.locator(".board.plan")
    expect(board.locator(".todo .row")).not_to_have_count(0, timeout=SLOW_MS)
    for control in (".btn", ".note"):
        for node in board.locator(control).all():
            expect(node).to_be_hidden()
    expect(page.get_by_text("突发事件", exact=True)).to_have_count(0)  # the forms of the present
    page.get_by_role("link", name="坐席", exact=True).click()
    expect(page.locator(".board.seats.replay")).to_be_visible(timeout=SLOW_MS)
    expect(page.locator(".re")).to_contain_text("这是回放，不是现在", timeout=SLOW_MS)
    page.locator(".board.seats .s").first.click()
    expect(page.locator(".board.seats .tl svg")).to_be_visible(timeout=SLOW_MS)
    for name in ("暂停…", "结束暂停…"):
        expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)


def test_a_day_is_chosen_on_its_page(server: SurgeServer, open_page: Callable[..., Page]) -> None:
    page = open_page(server.url(f"replay?lang=zh&day={DAY}"), 390, 844)
    row = page.locator("tr", has_text="突发事件")
    expect(row).to_contain_text("专线抖动", timeout=SLOW_MS)
    row.get_by_role("link", name="大屏").click()
    expect(page.locator(".re-time")).to_have_text(re.compile(r"\d\d:\d\d:\d\d"), timeout=SLOW_MS)
    assert (
        abs(
            datetime.strptime(shown(page), "%H:%M:%S") - datetime.strptime(clock(T0 + 570), "%H:%M:%S")
        ).seconds
        < 60
    )
    page.goto(server.url("wall?lang=zh&replay=2026-01-01"))
    expect(page.locator(".re")).to_contain_text("2026-01-01 没有记录，不能回放。", timeout=SLOW_MS)
