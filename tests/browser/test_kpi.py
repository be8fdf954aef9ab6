"""Monthly KPI in a real browser: from the month to one call by clicks, and by the same link again."""

import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.fakes.fake_server import FakeServer
from tests.fakes.stored_server import StoredServer

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
ROOT = Path(__file__).resolve().parents[2]
BANK = ROOT / "tests" / "fixtures" / "queue_log_bank_morning"
MONTH = "kpi?lang=zh&theme=light&period=1999-02"
SLOW = 60_000


def command(db: Path, *words: str) -> str:
    asked = [sys.executable, "-m", "ccfloor", *words, "--db", f"sqlite:///{db}"]
    return subprocess.run(
        ["env", "CCFLOOR_SITE_ZONE=UTC", *asked], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("kpi") / "floor.db"
    command(found, "import", str(BANK))
    return found


@pytest.fixture(scope="module")
def server(db: Path) -> Iterator[FakeServer]:
    started = StoredServer(db, SITE_ZONE="UTC")
    started.start()
    yield started
    started.stop()


def row(page: Page, name: str) -> Any:
    """The line of a KPI in the great table."""
    return page.locator(".kp tr", has=page.locator(f"b:text-is('{name}')")).first


def test_from_the_month_to_one_call_and_by_the_same_link_again(server: FakeServer, open_page: Open) -> None:
    page = open_page(server.url(MONTH))
    expect(row(page, "总呼叫数")).to_contain_text("51", timeout=SLOW)
    page.locator("a[data-period='1999-02-01']").click(timeout=SLOW)
    half = page.locator("a[data-period^='1999-02-01T07:30']")
    half.click(timeout=SLOW)
    expect(page.get_by_text("显示 30 通，共 30 通")).to_be_visible(timeout=SLOW)
    page.get_by_role("link", name="放弃", exact=True).click(timeout=SLOW)
    expect(page.get_by_text("显示 3 通，共 3 通")).to_be_visible(timeout=SLOW)
    calls = open_page(page.url)
    expect(calls.get_by_text("显示 3 通，共 3 通")).to_be_visible(timeout=SLOW)
    page.locator("a[href*='call=']").first.click(timeout=SLOW)
    expect(page.get_by_text("日志原文")).to_be_visible(timeout=SLOW)
    expect(page.locator(".cp-tab").last).to_contain_text("进入队列")
    again = open_page(page.url)
    expect(again.get_by_text("日志原文")).to_be_visible(timeout=SLOW)
    assert again.locator(".cp-tab").last.inner_text() == page.locator(".cp-tab").last.inner_text()


def test_an_agents_number_leads_to_the_calls_of_the_agent(server: FakeServer, open_page: Open) -> None:
    page = open_page(server.url(f"{MONTH}&below=agent"))
    page.locator("a[data-scope='agent:DORIT']").click(timeout=SLOW)
    answered = row(page, "接通量").locator("td.v")
    expect(answered).to_have_text("11", timeout=SLOW)
    page.locator("a[data-period='1999-02-01']").click(timeout=SLOW)
    page.locator("a[data-period^='1999-02-01T']").first.click(timeout=SLOW)
    listed = page.locator(".cp-tab tr")
    expect(listed.nth(1)).to_contain_text("DORIT", timeout=SLOW)


def test_the_file_has_the_figures_of_the_page_and_of_the_command_line(
    server: FakeServer, open_page: Open, db: Path
) -> None:
    page = open_page(server.url(MONTH))
    shown = row(page, "服务水平").locator("td.v")
    expect(shown).to_contain_text("%", timeout=SLOW)
    with page.expect_download(timeout=SLOW) as waiting:
        page.get_by_role("button", name="导出 Excel").click(timeout=SLOW)
    book = load_workbook(io.BytesIO(Path(waiting.value.path()).read_bytes()))
    rows = [line for sheet in book for line in sheet.iter_rows(values_only=True) if line[0]]
    levels = [line[1] for line in rows if str(line[0]).startswith("服务水平")]
    level = next(value for value in levels if isinstance(value, float))
    told = json.loads(command(db, "kpi", "month", "--period", "1999-02", "--json"))
    value = next(line["value"] for line in told["kpis"] if line["id"] == "service_level")
    assert level == pytest.approx(value)
    assert shown.inner_text().strip("▲△ ") == f"{value * 100:.1f}%"


@pytest.mark.parametrize(("width", "theme"), [(390, "dark"), (1920, "light")])
def test_in_english_no_chinese_and_nothing_wider_than_the_screen(
    server: FakeServer, open_page: Open, width: int, theme: str
) -> None:
    page = open_page(server.url(f"kpi?lang=en&theme={theme}&period=1999-02"), width=width, height=900)
    expect(row(page, "Offered")).to_contain_text("51", timeout=SLOW)
    expect(page.locator("#members")).to_be_attached(timeout=SLOW)
    words = page.locator("[data-testid=stMain]").inner_text()
    assert not [sign for sign in words if "\u4e00" <= sign <= "\u9fff"]
    assert "nan" not in words.lower().split() and "None" not in words
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


def test_back_shows_what_the_address_says(server: FakeServer, open_page: Open) -> None:
    page = open_page(server.url(MONTH))
    expect(row(page, "总呼叫数")).to_contain_text("51", timeout=SLOW)
    page.get_by_role("link", name="队列历史").click(timeout=SLOW)
    page.get_by_role("radio", name="等待分布").or_(page.get_by_role("button", name="等待分布")).click(
        timeout=SLOW
    )
    expect(page).to_have_url(re.compile("view=waits"), timeout=SLOW)
    page.go_back()
    expect(page).not_to_have_url(re.compile("view=waits"), timeout=SLOW)
    expect(page.get_by_text("话务量")).to_be_visible(timeout=SLOW)  # the map again, not the waits
    page.go_back()
    expect(page).to_have_url(server.url(MONTH), timeout=SLOW)
    expect(row(page, "总呼叫数")).to_contain_text("51", timeout=SLOW)


def test_the_first_stop_of_the_keyboard_speaks_the_language_of_the_page(
    server: FakeServer, open_page: Open
) -> None:
    page = open_page(server.url(MONTH))
    expect(row(page, "总呼叫数")).to_contain_text("51", timeout=SLOW)
    link = page.get_by_test_id("stSkipToContent")
    link.focus()
    expect(link).to_have_css("font-size", "0px")
    said = link.evaluate("link => getComputedStyle(link, '::after').content")
    assert said == '"跳到正文"'
