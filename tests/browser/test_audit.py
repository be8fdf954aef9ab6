"""The audit log in a real browser: a file taken away stands in it once; the address narrows it; it fits."""

import csv
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ccfloor.access.acts import Act
from ccfloor.access.rights import Role
from ccfloor.service.audit import Actor, record_alone
from ccfloor.store.engine import open_engine
from tests.fakes.fake_server import DayServer, FakeServer

pytestmark = pytest.mark.browser
SLOW = 60_000


def an_entry(floor: DayServer) -> None:
    """Something stands in the log, whichever tests ran before."""
    engine = open_engine(f"sqlite:///{floor.db}")
    told = (Actor("lead", Role.LEAD), Act.EXPORT_TAKEN, "export/calls.csv", {"format": "csv"}, "")
    record_alone(engine, *told, time.time(), site="main")
    engine.dispose()


def entries(page: Page) -> int:
    """How many entries the page shows."""
    return page.locator(".au-tab tr:has(td)").count()


def test_a_file_taken_away_is_logged_at_the_click_and_once(
    day_floor: FakeServer, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page(day_floor.url("audit?lang=zh&act=export"), accept_downloads=True)
    button = page.get_by_role("button", name="导出 CSV")
    expect(button).to_be_visible(timeout=SLOW)
    before = entries(page)
    with page.expect_download(timeout=SLOW) as started:
        button.click()
    started.value.save_as(tmp_path / "log.csv")
    page.reload()  # a download draws no page anew
    expect(page.locator(".au-tab tr:has(td)")).to_have_count(before + 1, timeout=SLOW)
    first = page.locator(".au-tab tr:has(td)").first
    expect(first).to_contain_text("导出文件")
    expect(first).to_contain_text("未登录，自填姓名")
    rows = list(csv.reader((tmp_path / "log.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert rows[0][:3] == ["序号", "时间", "操作人"] and len(rows) >= 2
    expect(page.get_by_role("status")).to_contain_text("哈希链完整")


def test_a_filter_is_kept_in_the_address(day_floor: FakeServer, open_page: Callable[..., Page]) -> None:
    page = open_page(day_floor.url("audit?lang=en"))
    words = page.get_by_label("With the words")
    words.fill("such words stand nowhere")
    words.press("Enter")
    expect(page.get_by_text("No entry fits.")).to_be_visible(timeout=SLOW)
    assert re.search(r"words=such(\+|%20)words", page.url)
    other = open_page(page.url)
    expect(other.get_by_text("No entry fits.")).to_be_visible(timeout=SLOW)
    expect(other.get_by_label("With the words")).to_have_value("such words stand nowhere")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_it_fits_a_telephone(day_floor: DayServer, open_page: Callable[..., Page], theme: str) -> None:
    an_entry(day_floor)
    page = open_page(day_floor.url(f"audit?lang=zh&theme={theme}"), 390, 844)
    expect(page.locator(".au-tab tr:has(td)").first).to_be_visible(timeout=SLOW)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
