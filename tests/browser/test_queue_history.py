"""The queue history in a real browser: from the week to the calls by clicks, a link, a tick."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.fakes.fake_server import FakeServer

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
SLOW = 60_000


def test_from_the_week_to_the_calls_and_by_the_same_link_again(
    day_floor: FakeServer, open_page: Open
) -> None:
    day_floor.post("scene/surge")
    page = open_page(day_floor.url("queue_history?lang=zh"))
    page.get_by_role("radio", name="放弃率").click(timeout=SLOW)
    cell = page.locator(".qh-heat a.c").first
    expect(page.get_by_text("放弃 ÷（接起 + 放弃）").first).to_be_visible(timeout=SLOW)
    cell.click(timeout=SLOW)
    title = page.get_by_role("heading", name=re.compile("周.* 的每一天"))
    expect(title).to_be_visible(timeout=SLOW)
    assert "metric=abandon_rate" in page.url and "cell=" in page.url and "from=" in page.url
    other = open_page(page.url)
    expect(other.get_by_role("heading", name=str(title.text_content()))).to_be_visible(timeout=SLOW)
    marked = other.locator(".qh-heat a.c[aria-current=true]")
    expect(marked).to_have_count(1, timeout=SLOW)
    assert marked.inner_text() == page.locator(".qh-heat a.c[aria-current=true]").inner_text()


def test_a_caller_is_called_back_and_stays_so(day_floor: FakeServer, open_page: Open) -> None:
    day_floor.post("scene/surge")
    page = open_page(day_floor.url("queue_history?lang=zh&view=callers"), width=390, height=844)
    expect(page.get_by_text(re.compile("已回拨 0"))).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="已回拨", exact=True).first.click(timeout=SLOW)
    page.get_by_label("结果（可不填").fill("已接通", timeout=SLOW)
    page.get_by_role("button", name="确认").click(timeout=SLOW)
    expect(page.get_by_text("请先填写您的姓名。")).to_be_visible(timeout=SLOW)
    page.get_by_label("您的姓名").fill("周岚")
    page.get_by_label("您的姓名").press("Enter")
    page.get_by_role("button", name="确认").click(timeout=SLOW)
    expect(page.get_by_text(re.compile("已回拨 1"))).to_be_visible(timeout=SLOW)
    again = open_page(day_floor.url("queue_history?lang=en&view=callers&state=ticked"))
    row = again.locator(".cp-row").filter(has_text="周岚")
    expect(row).to_contain_text("已接通", timeout=SLOW)
    again.get_by_role("button", name="Undo").click(timeout=SLOW)
    again.get_by_label("Why").fill("wrong one", timeout=SLOW)
    again.get_by_label("Your name").fill("周岚")
    again.get_by_label("Your name").press("Enter")
    again.get_by_role("button", name="Confirm").click(timeout=SLOW)
    expect(again.get_by_text(re.compile("0 called back"))).to_be_visible(timeout=SLOW)
