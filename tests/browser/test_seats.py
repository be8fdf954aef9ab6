"""The seats page in a real browser: filters, order, clocks, bands, one seat in detail, commands."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.fakes.fake_server import FakeServer, until

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
BUSY = "PJSIP/133"  # set to busy for 13:50 when the scene begins: near its limit, not over it
READ = """() => {
  const root = document.querySelector('.ccfloor-host').shadowRoot.querySelector('.board');
  return [...root.querySelectorAll('*')].filter((node) => node.checkVisibility() && node.tagName !== 'STYLE')
    .flatMap((node) => [...node.childNodes].filter((c) => c.nodeType === 3).map((c) => c.data)
      .concat([node.title, node.getAttribute('aria-label'), node.dataset.note])).filter(Boolean).join('\\n');
}"""
NAMES = re.compile("Anna K|David M|Priya S|VIP|ccfloor|SIM|PJSIP|IP")


def seats(
    day_floor: FakeServer, open_page: Open, query: str = "", scene: str = "surge", **options: Any
) -> Page:
    """The seats page over a scene."""
    day_floor.post("speak")
    day_floor.post(f"scene/{scene}")
    page = open_page(day_floor.url(f"seats?lang=zh&theme=dark{query}"), **options)
    expect(page.locator(".seats .clock")).to_have_text(re.compile(r"\d\d:\d\d:\d\d"), timeout=30_000)
    return page


def tiles(page: Page) -> Locator:
    return page.locator(".seats .grid .s")


def tile(page: Page, seat: str) -> Locator:
    return page.locator(f'.seats .grid [data-seat="{seat}"]')


def seconds(clock: str) -> int:
    total = 0
    for part in clock.split(":"):
        total = total * 60 + int(part)
    return total


def test_every_seat_is_a_tile_and_the_key_counts_them(day_floor: FakeServer, open_page: Open) -> None:
    page = seats(day_floor, open_page)
    expect(tiles(page)).to_have_count(48)
    counts = [int(text) for text in page.locator(".seats .key b").all_inner_texts()]
    assert sum(counts) == 48
    expect(page.locator(".seats .sub")).to_have_text("47 人在线 / 48")
    expect(tile(page, BUSY)).to_contain_text("董洁")
    expect(tile(page, BUSY)).to_contain_text("示忙")


def test_who_needs_a_hand_stands_first_then_the_longest(day_floor: FakeServer, open_page: Open) -> None:
    page = seats(day_floor, open_page)
    expect(tiles(page)).to_have_count(48)
    classes = [node.get_attribute("class") or "" for node in tiles(page).all()]
    bands = ["over" if " over" in name else "warn" if " warn" in name else "" for name in classes]
    assert bands == sorted(bands, key=["over", "warn", ""].index)
    over = [seconds(tiles(page).nth(i).locator(".tm").inner_text()) for i in range(bands.count("over"))]
    assert over == sorted(over, reverse=True)
    assert bands[0] == "over"
    assert "g-off" in classes[-1]


def test_time_in_status_ticks_without_messages(day_floor: FakeServer, open_page: Open) -> None:
    page = seats(day_floor, open_page)
    shown = tile(page, BUSY).locator(".tm")
    before = seconds(shown.inner_text())
    until(lambda: seconds(shown.inner_text()) >= before + 2, 10, "the clock of a seat goes on")


def test_a_band_is_crossed_by_the_clock_alone(day_floor: FakeServer, open_page: Open) -> None:
    page = seats(day_floor, open_page, f"&seat={BUSY}")
    view = day_floor.view()
    seat = next(seat for seat in view["seats"] if seat["seat"] == BUSY)
    day_floor.post("diff", {"seats": [{**seat, "since": view["at"] - 896}]})
    expect(tile(page, BUSY)).to_have_class(re.compile("warn"))
    expect(tile(page, BUSY)).to_have_class(re.compile("over"), timeout=15_000)
    expect(page.locator(".seats .det .now")).to_contain_text("上限 15:00 · 超 0:0")


def test_filters_narrow_and_stand_in_the_url(day_floor: FakeServer, open_page: Open) -> None:
    page = seats(day_floor, open_page)
    page.locator(".seats .teams .chip", has_text="C").click()
    expect(tiles(page)).to_have_count(8)
    page.get_by_label("队列").first.select_option("billing")
    expect(tiles(page)).to_have_count(2)
    page.locator(".seats .teams .chip", has_text="全部").click()
    page.locator(".seats select[aria-label=队列]").select_option("")
    page.locator(".seats .key button", has_text="整理").click()
    expect(tiles(page)).to_have_count(4)
    assert "status=after" in page.url and "team=" not in page.url
    page.reload()
    expect(tiles(page)).to_have_count(4, timeout=30_000)


def test_needs_a_hand_only(day_floor: FakeServer, open_page: Open) -> None:
    page = seats(day_floor, open_page, "&hand=1")
    expect(tiles(page).first).to_be_visible()
    chip = page.locator(".seats .chip.hand")
    until(lambda: str(tiles(page).count()) in chip.inner_text(), 5, "the chip counts what is shown")
    assert all(re.search("warn|over", node.get_attribute("class") or "") for node in tiles(page).all())


def test_no_match_and_an_empty_floor_say_so(day_floor: FakeServer, open_page: Open) -> None:
    page = seats(day_floor, open_page, "&team=F&status=busy")
    expect(page.locator(".seats .empty")).to_have_text("没有符合筛选条件的坐席。")
    view = day_floor.view()
    day_floor.post("diff", {"gone": [seat["seat"] for seat in view["seats"]]})
    expect(page.locator(".seats .empty")).to_contain_text("还没有坐席")


def test_a_seat_changes_in_place_and_other_nodes_stay(day_floor: FakeServer, open_page: Open) -> None:
    page = seats(day_floor, open_page)
    expect(tiles(page)).to_have_count(48)
    root = "document.querySelector('.ccfloor-host').shadowRoot"
    page.evaluate(f"() => {root}.querySelectorAll('.grid *').forEach((node) => (node.marked = true))")
    view = day_floor.view()
    seat = next(seat for seat in view["seats"] if seat["seat"] == BUSY)
    changed = {**seat, "status": "ready", "paused": False, "reason": "", "since": view["at"]}
    day_floor.post("diff", {"seats": [changed]})
    expect(tile(page, BUSY)).to_have_class(re.compile("g-ready"))
    assert (
        page.evaluate(f"() => [...{root}.querySelectorAll('.grid *')].filter((n) => !n.marked).length") == 0
    )


def test_the_table_shows_the_same_seats(day_floor: FakeServer, open_page: Open) -> None:
    page = seats(day_floor, open_page)
    page.locator(".seats .set .chip", has_text="表格").click()
    rows = page.locator(".seats tbody tr")
    expect(rows).to_have_count(48)
    assert "view=table" in page.url
    row = page.locator(f'.seats tbody [data-seat="{BUSY}"]')
    expect(row).to_contain_text("1033")
    expect(row).to_have_class(re.compile("warn"))


def test_keyboard_moves_selects_and_closes(day_floor: FakeServer, open_page: Open) -> None:
    page = seats(day_floor, open_page)
    expect(tiles(page)).to_have_count(48)
    first = tiles(page).first.get_attribute("data-seat")
    second = tiles(page).nth(1).get_attribute("data-seat")
    tile(page, str(first)).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(".seats .det")).to_be_visible()
    expect(tile(page, str(second))).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(page.locator(".seats .det")).to_be_hidden()


def test_detail_shows_limit_figures_and_the_day(day_floor: FakeServer, open_page: Open) -> None:
    page = seats(day_floor, open_page, f"&seat={BUSY}")
    detail = page.locator(".seats .det")
    expect(detail).to_contain_text("工号 1033 · E 组 · 账单 0 · VIP 专线 1")
    expect(detail.locator(".now")).to_contain_text("上限 15:00")
    figures = dict(
        zip(
            detail.locator(".day span").all_inner_texts(),
            detail.locator(".day b").all_inner_texts(),
            strict=True,
        )
    )
    assert figures["接起"] == "14" and figures["平均处理"] == "4:53" and figures["占用率"] == "81 %"
    until(lambda: detail.locator(".tl rect").count() > 60, 15, "the stored spans are drawn")
    expect(detail.locator(".tl text", has_text="接听")).to_have_count(1)


def test_pause_is_confirmed_by_the_switch_and_taken_back(day_floor: FakeServer, open_page: Open) -> None:
    page = seats(day_floor, open_page, "&seat=PJSIP/105", scene="calm")
    detail = page.locator(".seats .det")
    detail.get_by_role("button", name="暂停…").click()
    detail.locator(".ask select").select_option("meeting")
    detail.locator(".ask input").fill("班前会")
    detail.get_by_role("button", name="暂停", exact=True).click()
    last = detail.locator(".cmds > div").first
    expect(last).to_contain_text("暂停 · 会议")
    expect(last).to_contain_text("交换机已确认", timeout=15_000)
    expect(tile(page, "PJSIP/105")).to_contain_text("会议")
    last.get_by_role("button", name="撤销").click()
    expect(detail.locator(".cmds > div").first).to_contain_text("结束暂停", timeout=15_000)
    expect(detail.locator(".cmds > div").first).to_contain_text("交换机已确认", timeout=15_000)
    expect(tile(page, "PJSIP/105")).not_to_contain_text("会议")


def test_a_refusal_is_shown_in_the_switch_s_words(day_floor: FakeServer, open_page: Open) -> None:
    page = seats(day_floor, open_page, "&seat=PJSIP/106", scene="calm")
    detail = page.locator(".seats .det")
    detail.get_by_role("button", name="暂停…").click()
    detail.locator(".ask select").select_option("callback")
    detail.locator(".ask input").fill("x")
    detail.get_by_role("button", name="暂停", exact=True).click()
    expect(detail.locator(".cmds .refused")).to_contain_text("被拒绝no such interface", timeout=15_000)


@pytest.mark.parametrize(("scene", "words"), [("aging", "数据 9 秒前"), ("stale", "数据")])
def test_old_data_are_told(day_floor: FakeServer, open_page: Open, scene: str, words: str) -> None:
    page = seats(day_floor, open_page, scene=scene)
    expect(page.locator(f".seats .fresh.{scene}")).to_contain_text(words)
    strip = page.locator(".seats .strip")
    if scene == "stale":
        expect(strip).to_contain_text("不是现在")
        before = tile(page, BUSY).locator(".tm").inner_text()
        clock = page.locator(".seats .clock").inner_text()
        expect(page.locator(".seats .clock")).not_to_have_text(clock)
        assert tile(page, BUSY).locator(".tm").inner_text() == before
    else:
        expect(strip).to_be_hidden()


@pytest.mark.parametrize("view", ["", "table"])
@pytest.mark.parametrize("scene", ["surge", "calm", "empty", "stale"])
def test_no_word_of_the_other_language_and_no_broken_number(
    day_floor: FakeServer, open_page: Open, scene: str, view: str
) -> None:
    page = seats(day_floor, open_page, f"&view={view}&seat={BUSY}", scene=scene)
    expect(page.locator(".seats .det")).to_be_visible()
    chinese = NAMES.sub("", page.evaluate(READ))
    assert not re.search(r"[A-Za-z]{2,}", chinese), re.findall(r".*[A-Za-z]{2,}.*", chinese)
    page = open_page(day_floor.url(f"seats?lang=en&theme=light&view={view}&seat={BUSY}"))
    expect(page.locator(".seats .det")).to_be_visible(timeout=30_000)
    english = page.evaluate(READ)
    assert not re.search(r"[\u4e00-\u9fff]", english), re.findall(r".*[\u4e00-\u9fff].*", english)
    assert not re.search(r"\b(nan|undefined|null|NaN|Infinity)\b", chinese + english)


def test_text_from_the_switch_is_never_markup(day_floor: FakeServer, open_page: Open) -> None:
    page = seats(day_floor, open_page, "&seat=PJSIP/101", scene="hostile")
    expect(tile(page, "PJSIP/101")).to_contain_text("<img src=x")
    expect(page.locator(".seats .det .nm")).to_contain_text("<img src=x")
    assert page.evaluate("() => window.hacked") is None


def test_hundreds_of_seats_stay_in_place(day_floor: FakeServer, open_page: Open) -> None:
    page = seats(day_floor, open_page)
    view = day_floor.view()
    many = [
        {**seat, "seat": f"{seat['seat']}-{copy}", "number": f"{copy}{index:03d}"}
        for copy in range(9)
        for index, seat in enumerate(view["seats"])
    ]
    day_floor.post("diff", {"seats": many})
    expect(tiles(page)).to_have_count(480)
    order = tiles(page).evaluate_all("(nodes) => nodes.map((node) => node.dataset.seat)")
    assert len(set(order)) == 480
    marked = "(nodes) => nodes.filter((node) => node.marked).length"
    tiles(page).evaluate_all("(nodes) => nodes.forEach((node) => (node.marked = true))")
    day_floor.post("diff", {"seats": [{**seat, "since": view["at"]} for seat in many[:100]]})
    until(
        lambda: "0:0" in tile(page, many[0]["seat"]).locator(".tm").inner_text(), 10, "the changes are shown"
    )
    assert tiles(page).evaluate_all(marked) == 480


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1920, 1080), (3840, 2160)])
def test_it_fits_the_screen(day_floor: FakeServer, open_page: Open, width: int, height: int) -> None:
    page = seats(day_floor, open_page, width=width, height=height)
    expect(tiles(page)).to_have_count(48)
    box = page.locator(".seats").bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width
    heights = [node.bounding_box()["height"] for node in tiles(page).all()[:6]]  # type: ignore[index]
    assert min(heights) >= 48
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    tiles(page).first.click()
    expect(page.locator(".seats .det")).to_be_in_viewport()
