"""The queues page in a real browser: the numbers and their windows, callers, the day's curve, the export."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_seats import READ
from tests.fakes.fake_server import FakeServer, until

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
NAMES = re.compile(r"VIP|ASA|AHT|RONA|Anna K\.|David M\.|Priya S\.|Asterisk|app_queue")


def queues(
    day_floor: FakeServer, open_page: Open, query: str = "", scene: str = "surge", **options: Any
) -> Page:
    """The queues page over a scene."""
    day_floor.post("speak")
    day_floor.post(f"scene/{scene}")
    page = open_page(day_floor.url(f"queues?lang=zh&theme=dark{query}"), **options)
    expect(page.locator(".queues .clock")).to_have_text(re.compile(r"\d\d:\d\d:\d\d"), timeout=30_000)
    return page


COLUMNS = {
    "等待": "waiting", "呼入": "offered", "接起": "answered", "服务水平 %": "service_level",
    "平均应答": "asa", "平均处理": "aht", "放弃 %": "abandon_rate", "接通 %": "connect_rate",
    "占用 %": "occupancy", "预计等待": "expected_wait", "超时出": "timed_out",
}  # fmt: skip


def cell(page: Page, queue: str, heading: str) -> Locator:
    """A number of the table by its queue and the heading above it."""
    return page.locator(f'.queues > .scroll tr[data-queue="{queue}"] td[data-tip="{COLUMNS[heading]}"]')


def figure(page: Page, label: str) -> Locator:
    named = page.locator("span", has_text=re.compile(f"^{label}$"))
    return page.locator(".queues .figs > div", has=named).locator("b")


def test_every_queue_has_its_row_idle_ones_too(day_floor: FakeServer, open_page: Open) -> None:
    page = queues(day_floor, open_page, scene="calm")
    expect(page.locator(".queues > .scroll tbody tr")).to_have_count(8)
    heads = page.locator(".queues > .scroll th").all_inner_texts()
    assert [name for name in heads if name in COLUMNS] == [name for name in COLUMNS if name != "超时出"]
    expect(cell(page, "", "等待")).to_have_text("4")
    expect(cell(page, "hotline", "等待")).to_have_text("2")
    expect(cell(page, "hotline", "服务水平 %")).to_have_text("84")
    expect(cell(page, "hotline", "平均应答")).to_have_text("0:13")
    expect(cell(page, "hotline", "预计等待")).to_have_text("0:20–1:05")
    expect(page.locator('.queues tr[data-queue="vip"]')).to_have_class(re.compile("idle"))
    for heading in ("服务水平 %", "平均应答", "平均处理", "放弃 %", "接通 %", "占用 %"):
        expect(cell(page, "vip", heading)).to_have_text("–")
    expect(cell(page, "vip", "呼入")).to_have_text("0")


def test_missed_and_near_are_marked_by_shape_too(day_floor: FakeServer, open_page: Open) -> None:
    page = queues(day_floor, open_page)
    expect(cell(page, "hotline", "服务水平 %")).to_have_class(re.compile("over"))
    expect(cell(page, "hotline", "服务水平 %").locator(".i")).to_be_visible()
    expect(cell(page, "booking", "服务水平 %")).to_have_class(re.compile("warn"))
    expect(cell(page, "english", "服务水平 %").locator(".i")).to_be_hidden()


def test_the_window_changes_what_is_counted(day_floor: FakeServer, open_page: Open) -> None:
    page = queues(day_floor, open_page)
    expect(cell(page, "", "呼入")).to_have_text("412")
    page.get_by_role("button", name="近 30 分钟").click()
    expect(cell(page, "", "呼入")).to_have_text("46")
    assert "window=last_30" in page.url
    page.get_by_role("button", name="本时段").click()
    expect(cell(page, "hotline", "服务水平 %")).to_have_text("–")
    page.reload()
    expect(cell(page, "", "呼入")).to_have_text("14", timeout=30_000)


def test_one_queue_in_detail_with_every_way_out(day_floor: FakeServer, open_page: Open) -> None:
    page = queues(day_floor, open_page)
    page.locator('.queues tr[data-queue="hotline"]').click()
    expect(page.locator(".queues .det h2")).to_have_text("热线咨询")
    assert "queue=hotline" in page.url
    shown = {"呼入": "124", "速挂": "1", "等待超时": "3", "按键离开": "2", "满员拒入": "1", "转出": "2"}
    for label, value in shown.items():
        expect(figure(page, label)).to_have_text(value)
    level = page.locator('.queues .figs > [data-tip="service_level"]')
    expect(level).to_contain_text("忽略 T 内放弃")
    expect(page.locator(".queues .det .dh")).to_contain_text("20 秒内接起 ≥ 80 %")
    page.get_by_role("button", name="全部列").click()
    expect(cell(page, "hotline", "超时出")).to_have_text("3")


def test_callers_wait_longer_as_time_goes(day_floor: FakeServer, open_page: Open) -> None:
    page = queues(day_floor, open_page, "&queue=repairs")
    rows = page.locator(".queues .halves .part").first.locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("021****6614")
    wait = rows.first.locator("td").last
    before = wait.inner_text()
    expect(wait).not_to_have_text(before)
    view = day_floor.view()
    ringing = [{**row, "ringing": "PJSIP/112"} for row in view["callers"]]
    day_floor.post("diff", {"callers": ringing})
    expect(rows.first).to_contain_text("胡雨桐")
    day_floor.post("diff", {"callers": []})
    expect(page.locator(".queues .halves")).to_contain_text("没有人在等待。")


def test_the_curve_is_drawn_from_stored_intervals(day_floor: FakeServer, open_page: Open) -> None:
    page = queues(day_floor, open_page)
    bars = page.locator(".queues .curve rect[data-note]")
    until(lambda: bars.count() >= 10, 15, "half hours are drawn")
    note = bars.first.get_attribute("data-note") or ""
    found = re.fullmatch(r"\d\d:[03]0–\d\d:[03]0：呼入 (\d+)，接起 (\d+)，放弃 (\d+)，服务水平 .*", note)
    assert found is not None and int(found[1]) >= int(found[2]) + int(found[3])
    page.evaluate("""() => {
      const root = document.querySelector('.ccfloor-host').shadowRoot;
      root.querySelector('.curve svg').marked = true;
    }""")
    clock = page.locator(".queues .clock").inner_text()
    expect(page.locator(".queues .clock")).not_to_have_text(clock)
    kept = "() => document.querySelector('.ccfloor-host').shadowRoot.querySelector('.curve svg').marked"
    assert page.evaluate(kept) is True


def test_every_number_says_what_it_is(day_floor: FakeServer, open_page: Open) -> None:
    page = queues(day_floor, open_page)
    said = {"服务水平 %": ["T 秒内接起", "数据", "目标 80 %", "今日"], "接起": ["接起", "数据", "今日"]}
    for heading, words in said.items():
        tip = page.locator(".queues .tip")
        expect(tip).to_be_hidden()
        cell(page, "hotline", heading).hover()
        for word in words:
            expect(tip).to_contain_text(word)
        page.mouse.move(0, 0)


def test_who_gave_up_is_listed_and_exported_safely(
    day_floor: FakeServer, open_page: Open, tmp_path: Path
) -> None:
    page = queues(day_floor, open_page, accept_downloads=True)
    page.get_by_text("今天放弃的来电").wait_for(timeout=30_000)
    with page.expect_download(timeout=60_000) as started:
        page.get_by_role("button", name="导出 CSV").click()
    started.value.save_as(tmp_path / "gone.csv")
    text = (tmp_path / "gone.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    assert page.locator("[data-testid=stElementToolbar]").filter(visible=True).count() == 0
    assert rows[0][:3] == ["队列", "进队", "离开"] and len(rows) == 41
    assert rows[1][6] == '\'=HYPERLINK("http://x")' and rows[2][6].startswith("'+")
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", row[1]) for row in rows[1:])
    assert all(re.fullmatch(r"138\*{4}\d{4}", row[5]) for row in rows[1:])
    with page.expect_download(timeout=60_000) as started:
        page.get_by_role("button", name="导出 Excel").click()
    started.value.save_as(tmp_path / "gone.xlsx")
    sheet = load_workbook(tmp_path / "gone.xlsx").active
    assert sheet["B2"].is_date and sheet["B2"].value.isoformat(" ") == rows[1][1]
    assert sheet.max_row == 41 and sheet["D2"].value == 3 and sheet["G2"].value.startswith("'=")


@pytest.mark.parametrize("scene", ["surge", "empty", "stale"])
def test_no_word_of_the_other_language_and_no_broken_number(
    day_floor: FakeServer, open_page: Open, scene: str
) -> None:
    page = queues(day_floor, open_page, "&columns=all", scene=scene)
    expect(page.locator(".queues .det")).to_be_visible()
    chinese = NAMES.sub("", page.evaluate(READ))
    assert not re.search(r"[A-Za-z]{2,}", chinese), re.findall(r".*[A-Za-z]{2,}.*", chinese)
    page = open_page(day_floor.url("queues?lang=en&theme=light&columns=all"))
    expect(page.locator(".queues .det")).to_be_visible(timeout=30_000)
    english = page.evaluate(READ)
    assert not re.search(r"[\u4e00-\u9fff]", english), re.findall(r".*[\u4e00-\u9fff].*", english)
    assert not re.search(r"\b(nan|undefined|null|NaN|Infinity)\b", chinese + english)


def test_stale_numbers_stand_still_and_say_so(day_floor: FakeServer, open_page: Open) -> None:
    page = queues(day_floor, open_page, scene="stale")
    expect(page.locator(".queues .strip")).to_contain_text("不是现在")
    before = figure(page, "最长等待").inner_text()
    clock = page.locator(".queues .clock").inner_text()
    expect(page.locator(".queues .clock")).not_to_have_text(clock)
    assert figure(page, "最长等待").inner_text() == before


def test_text_from_the_switch_is_never_markup(day_floor: FakeServer, open_page: Open) -> None:
    page = queues(day_floor, open_page, "&queue=hotline", scene="hostile")
    expect(page.locator(".queues .det h2")).to_contain_text("<img src=x")
    expect(page.locator(".queues .halves")).to_contain_text("<script>")
    assert page.evaluate("() => window.hacked") is None


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1920, 1080), (3840, 2160)])
def test_it_fits_the_screen(day_floor: FakeServer, open_page: Open, width: int, height: int) -> None:
    page = queues(day_floor, open_page, width=width, height=height)
    expect(page.locator(".queues .det")).to_be_visible()
    box = page.locator(".queues").bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    table = page.locator(".queues > .scroll").evaluate("(node) => node.scrollWidth - node.clientWidth")
    assert table <= 1
    row = page.locator('.queues tr[data-queue="hotline"]').bounding_box()
    assert row is not None and row["height"] >= (48 if width < 700 else 30)
