"""The reports page in a real browser: read, taken away with the same figures, the link again; a plan made."""

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from ccfloor.store.engine import open_engine
from tests.fakes.current import upgrade
from tests.fakes.fake_server import FakeServer
from tests.fakes.stored_reports import CALLS, ZONE, fill
from tests.fakes.stored_server import StoredServer

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
SLOW = 60_000
QUEUES = "queues:\n  hot: {zh: 热线, en: Hotline}\n  vip: {zh: 贵宾, en: VIP}\n"
WEEK = "reports?theme=light&period=2026-W39"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeServer]:
    folder = tmp_path_factory.mktemp("reports")
    engine = open_engine(str(folder / "floor.db"))
    upgrade(engine)
    fill(engine, 7)
    engine.dispose()
    (folder / "data").mkdir()
    (folder / "data" / "queues.yaml").write_text(QUEUES, encoding="utf-8")
    where = {"SITE_DATA": str(folder / "data"), "REPORTS_FOLDER": str(folder / "out")}
    started = StoredServer(folder / "floor.db", SITE_ZONE=ZONE, **where)
    started.start()
    yield started
    started.stop()


def taken(page: Page, name: str) -> bytes:
    """What a download button gives."""
    with page.expect_download(timeout=SLOW) as waiting:
        page.get_by_role("button", name=name).click(timeout=SLOW)
    return Path(waiting.value.path()).read_bytes()


def test_a_week_is_read_and_taken_away_with_the_same_figures(server: FakeServer, open_page: Open) -> None:
    page = open_page(server.url(f"{WEEK}&lang=zh"))
    offered = f"{sum(range(CALLS, CALLS + 7)):,}"
    row = page.locator(".rp tr", has=page.locator("td:text-is('总呼叫数')"))
    expect(row.locator("td").nth(1)).to_have_text(offered, timeout=SLOW)
    assert page.locator(".rp img.chart").evaluate("(img) => img.complete && img.naturalWidth > 0")
    made = page.locator(".rp > small").nth(1).inner_text()
    digest = re.findall(r"[0-9a-f]{16}", made)[0]
    book = openpyxl.load_workbook(io.BytesIO(taken(page, "下载 Excel")))
    cells = {row[0].value: row[1].value for row in book.worksheets[0].iter_rows() if len(row) > 1}
    assert f"{cells['总呼叫数']:,}" == offered
    paper = pypdfium2.PdfDocument(taken(page, "下载 PDF"))
    first = str(paper[0].get_textpage().get_text_range())
    assert offered in first and digest in first
    again = open_page(page.url)
    expect(again.locator(".rp > small").nth(1)).to_contain_text(digest, timeout=SLOW)


def test_an_english_queue_report_holds_no_chinese(server: FakeServer, open_page: Open) -> None:
    page = open_page(server.url(f"{WEEK}&lang=en&scope=queue:hot"))
    expect(page.locator(".rp h1")).to_contain_text("Weekly operations report", timeout=SLOW)
    expect(page.locator(".rp small").first).to_contain_text("Queue: Hotline")
    offered = page.locator(".rp tr", has=page.locator("td:text-is('Offered')")).first
    expect(offered).to_contain_text(re.compile(r"\d{2,}"))
    assert not re.search("[\u4e00-\u9fff]", page.locator(".rp").inner_text())


def test_on_a_telephone_names_stay_readable_and_the_page_does_not_go_sideways(
    server: FakeServer, open_page: Open
) -> None:
    page = open_page(server.url(f"{WEEK}&lang=zh"), 390, 844)
    name = page.locator(".rp td:text-is('人工接通率')").first
    name.scroll_into_view_if_needed(timeout=SLOW)
    box = name.bounding_box()
    assert box and box["height"] < 60
    trend = page.locator(".rp img.trend").first.bounding_box()
    assert trend and trend["width"] > 60
    assert page.locator(".rp img.slim").is_visible() and not page.locator(".rp img.chart").is_visible()
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("(node) => node.scrollWidth <= node.clientWidth + 1")


def test_a_plan_is_made_paused_and_logged(server: FakeServer, open_page: Open) -> None:
    page = open_page(server.url("reports?lang=zh&view=plans"))
    page.get_by_label("您的姓名").fill("周岚", timeout=SLOW)
    page.get_by_label("您的姓名").press("Enter")
    page.get_by_text("新建定时报表").click()
    page.get_by_label("名称").fill("经理日报")
    page.get_by_label("原因").fill("经理要看")
    page.get_by_role("button", name="建立").click()
    row = page.locator(".cp-row", has_text="经理日报")
    expect(row).to_contain_text("每天 07:30", timeout=SLOW)
    page.get_by_role("button", name="暂停").click()
    page.locator("[class*=st-key-people-q-]").get_by_label("原因").fill("放假")
    page.get_by_role("button", name="确认").click()
    expect(row).to_contain_text("已暂停", timeout=SLOW)
    page.get_by_role("button", name="记录", exact=True).click()
    expect(page.get_by_text("新建报表计划")).to_be_visible(timeout=SLOW)
