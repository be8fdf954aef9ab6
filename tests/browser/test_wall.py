"""The wall in a real browser, over a scripted hub: what it shows, how it ages, how it comes back."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.fakes.fake_server import FakeServer, until

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
KIOSK = "wall?kiosk=1&lang={lang}&theme={theme}"


def wall(
    floor: FakeServer, open_page: Open, scene: str, lang: str = "zh", theme: str = "dark", **options: Any
) -> Page:
    """A kiosk that shows a scene."""
    floor.post("speak")
    floor.post(f"scene/{scene}")
    page = open_page(floor.url(KIOSK.format(lang=lang, theme=theme)), **options)
    expect(number(page, "waiting")).not_to_have_text("–", timeout=30_000)
    return page


def number(page: Page, head: str) -> Any:
    return page.locator(f'.wall [data-head="{head}"] .num')


def words(page: Page) -> str:
    """Everything that can be read on the wall, each piece of text on a line of its own."""
    script = """() => {
      const root = document.querySelector('.ccfloor-host').shadowRoot.querySelector('.board');
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      const found = [];
      const seen = (node) => node.checkVisibility({visibilityProperty: true});
      const add = (node) => seen(node.parentElement) && found.push(node.data);
      while (walker.nextNode()) add(walker.currentNode);
      return found.join('\\n');
    }"""
    return str(page.evaluate(script))


def test_numbers_of_the_view_are_shown(floor: FakeServer, open_page: Open) -> None:
    page = wall(floor, open_page, "calm")
    expect(number(page, "waiting")).to_have_text("4")
    expect(number(page, "service_level")).to_have_text("86")
    expect(number(page, "abandon_rate")).to_have_text("2.9")
    expect(number(page, "free_seats")).to_have_text("9")
    expect(number(page, "occupancy")).to_have_text("78")
    row = page.locator('.wall tr[data-queue="hotline"] td')
    for place, words in ((0, "热线咨询"), (1, "2"), (3, "84"), (4, "3.1"), (5, "4")):
        expect(row.nth(place)).to_have_text(words)
    expect(page.locator(".wall .s:not(.blank)")).to_have_count(48)
    floor.post("scene/calm")  # on a slow machine somebody's hold has grown long meanwhile
    expect(page.locator(".wall .k-contact b")).to_have_text("28")
    expect(page.locator(".wall .top > b")).to_have_text("市民服务中心")


def test_clocks_tick_without_messages(floor: FakeServer, open_page: Open) -> None:
    page = wall(floor, open_page, "calm")
    before = (page.locator(".wall .clock").inner_text(), number(page, "longest_wait").inner_text())
    expect(page.locator(".wall .clock")).not_to_have_text(before[0])
    expect(number(page, "longest_wait")).not_to_have_text(before[1])


def test_a_diff_changes_a_number_in_place(floor: FakeServer, open_page: Open) -> None:
    page = wall(floor, open_page, "calm")
    root = "document.querySelector('.ccfloor-host').shadowRoot"
    page.evaluate(f"() => {root}.querySelectorAll('*').forEach((node) => (node.marked = true))")
    view = floor.view()
    seat = {**view["seats"][0], "status": "ready", "since": view["at"]}
    floor.post("diff", {"floor": {**view["floor"], "waiting": 7}, "seats": [seat]})
    expect(number(page, "waiting")).to_have_text("7")
    expect(page.locator('.wall [data-seat="PJSIP/101"]')).to_have_class(re.compile("g-ready"))
    unmarked = f"() => [...{root}.querySelectorAll('.sheet *')].filter((node) => !node.marked).length"
    assert page.evaluate(unmarked) == 0


def test_a_gap_in_the_numbers_is_healed_by_a_new_full_view(floor: FakeServer, open_page: Open) -> None:
    page = wall(floor, open_page, "calm")
    floor.post("mute")
    floor.post("diff", {"floor": {**floor.view()["floor"], "waiting": 6}})
    floor.post("speak")
    expect(number(page, "waiting")).to_have_text("6", timeout=15_000)
    expect(page.locator(".wall .board, .board.wall")).to_have_class(re.compile("live"))


def test_killed_server_gives_the_stale_strip_and_the_wall_recovers(
    own_floor: FakeServer, open_page: Open
) -> None:
    page = wall(own_floor, open_page, "calm")
    page.evaluate("() => (window.neverReloaded = true)")
    own_floor.stop()
    board = page.locator(".board.wall")
    expect(board).to_have_class(re.compile("aging"), timeout=12_000)
    strip = page.locator(".wall .cut")
    expect(strip).to_be_visible(timeout=20_000)
    expect(strip).to_contain_text("数据中断")
    expect(strip).to_contain_text("不是现在")
    expect(strip).to_contain_text("与服务器的连接断开")
    expect(page.locator(".wall .age")).to_contain_text("数据已停")
    frozen = number(page, "longest_wait").inner_text()
    clock = page.locator(".wall .clock").inner_text()
    expect(page.locator(".wall .clock")).not_to_have_text(clock)
    assert number(page, "longest_wait").inner_text() == frozen
    covers = "() => document.elementFromPoint(innerWidth / 2, innerHeight / 2).className"
    assert page.evaluate(covers) == "ccfloor-host ccfloor-kiosk"
    own_floor.start()
    expect(board).to_have_class(re.compile("live"), timeout=20_000)
    expect(strip).to_be_hidden()
    expect(page.locator(".ccfloor-host")).to_have_count(1)
    assert page.evaluate("() => window.neverReloaded")


def test_a_silent_line_ages_and_comes_back(own_floor: FakeServer, open_page: Open) -> None:
    page = wall(own_floor, open_page, "calm", lang="en")
    own_floor.post("mute")
    expect(page.locator(".wall .cut")).to_contain_text("No data for", timeout=25_000)
    own_floor.post("speak")
    expect(page.locator(".wall .cut")).to_be_hidden(timeout=20_000)


def test_a_blind_switch_is_told_from_the_age_of_the_data(floor: FakeServer, open_page: Open) -> None:
    page = wall(floor, open_page, "stale")
    expect(page.locator(".wall .cut")).to_contain_text("与交换机的连接断开")
    expect(page.locator(".wall .cut")).to_contain_text("第 6 次重连")
    colour = "(node) => getComputedStyle(node).color"
    assert number(page, "waiting").evaluate(colour) == "rgb(152, 162, 171)"
    page = wall(floor, open_page, "refused")
    expect(page.locator(".wall .cut")).to_contain_text("请核对 manager.conf")
    whole = """(node) => {
      const box = node.getBoundingClientRect(), slot = node.closest('.slot').getBoundingClientRect();
      const line = parseFloat(getComputedStyle(node).lineHeight);
      return box.bottom <= slot.bottom && node.scrollHeight - node.clientHeight < line / 2;
    }"""
    assert page.locator(".wall .cut .o2").evaluate(whole)
    page = wall(floor, open_page, "aging")
    expect(page.locator(".wall .age")).to_contain_text("9 秒前")
    expect(page.locator(".wall .cut")).to_be_hidden()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("scene", ["calm", "surge", "stale", "refused", "large", "empty", "hostile"])
def test_nothing_unspeakable_on_any_scene(floor: FakeServer, open_page: Open, scene: str, lang: str) -> None:
    page = wall(floor, open_page, scene, lang)
    shown = words(page)
    assert not re.search(
        r"\b(nan|undefined|null|infinity)\b|NaN|\[object|\{\w+\}|wall\.|status\.", shown, re.I
    ), shown
    assert page.evaluate("() => window.hacked") is None
    assert page.locator(".wall img, .wall script").count() == 0


def test_the_chinese_wall_speaks_chinese(floor: FakeServer, open_page: Open) -> None:
    page = wall(floor, open_page, "surge")
    foreign = set(re.findall(r"[A-Za-z]{2,}", words(page)))
    assert foreign <= {"Anna", "David", "Priya", "VIP"}, foreign
    assert page.locator(".board").get_attribute("lang") == "zh-CN"


@pytest.mark.parametrize(
    ("path", "width", "height"),
    [
        ("wall?kiosk=1&lang=zh", 1920, 1080),
        ("wall?kiosk=1&lang=en", 3840, 2160),
        ("wall?kiosk=1&lang=zh", 1280, 1024),
        ("wall?lang=zh", 1440, 900),
    ],
)
def test_no_scrollbars(floor: FakeServer, open_page: Open, path: str, width: int, height: int) -> None:
    floor.post("scene/surge")
    page = open_page(floor.url(path), width, height)
    expect(number(page, "waiting")).to_have_text("17", timeout=30_000)
    size = page.evaluate(
        "() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    )
    assert size[0] <= width and size[1] <= height
    cut = """() => {
      const root = document.querySelector('.ccfloor-host').shadowRoot;
      const right = (node) => node.getBoundingClientRect().right;
      const all = [...root.querySelectorAll(".num, .goal, .v, .k, th")];
      const shown = all.filter((node) => node.checkVisibility());
      return shown.filter((node) => right(node) > right(node.parentElement.parentElement) + 3)
        .map((node) => node.textContent);
    }"""
    assert page.evaluate(cut) == []


def test_a_phone_stacks_and_never_scrolls_sideways(floor: FakeServer, open_page: Open) -> None:
    page = wall(floor, open_page, "surge", width=390, height=844)
    expect(page.locator(".board.phone")).to_be_visible()
    sideways = (
        "() => { const b = document.querySelector('.ccfloor-host').shadowRoot.querySelector('.board');"
        " return b.scrollWidth > b.clientWidth; }"
    )
    assert not page.evaluate(sideways)
    last = page.locator('.wall [data-seat="PJSIP/148"]')
    last.scroll_into_view_if_needed()
    expect(last).to_be_visible()


def test_slides_turn_to_the_seat_over_its_limit(floor: FakeServer, open_page: Open) -> None:
    page = wall(floor, open_page, "large")
    expect(page.locator(".wall .slide")).to_have_text(re.compile("[12] / 2"))
    expect(page.locator(".wall .slide")).to_have_text("2 / 2", timeout=10_000)
    expect(page.locator('.wall [data-seat="PJSIP/161"]')).to_have_class(re.compile("over"))
    expect(page.locator(".wall tr[data-queue]")).to_have_count(4)
    expect(page.locator(".wall .slide")).to_have_text("1 / 2", timeout=20_000)


def test_verdicts_wait_three_seconds(floor: FakeServer, open_page: Open) -> None:
    page = wall(floor, open_page, "calm")
    head = page.locator('.wall [data-head="waiting"]')
    view = floor.view()
    floor.post("diff", {"floor": {**view["floor"], "waiting": 20}})
    expect(number(page, "waiting")).to_have_text("20")
    assert "over" not in (head.get_attribute("class") or "")
    expect(head).to_have_class(re.compile("over"), timeout=8_000)
    expect(page.locator(".wall .slot")).to_have_class(re.compile("watch"))
    expect(page.locator(".wall .state")).to_contain_text("等待 20 人")


def test_the_alarm_sounds_once_and_can_be_muted(floor: FakeServer, open_page: Open) -> None:
    page = wall(floor, open_page, "calm")
    button = page.locator(".wall .snd")
    expect(button).to_have_text("声音开")
    floor.post("scene/surge")
    expect(button).to_have_attribute("data-rung", "1", timeout=10_000)
    page.keyboard.press("m")
    expect(button).to_have_text("已静音")
    assert "mute=1" in page.url
    page.reload()
    expect(button).to_have_text("已静音", timeout=30_000)
    expect(number(page, "waiting")).to_have_text("17")
    assert button.get_attribute("data-rung") is None
    button.click()
    expect(button).to_have_text("声音开")


def test_a_number_explains_itself(floor: FakeServer, open_page: Open) -> None:
    page = wall(floor, open_page, "calm")
    page.locator('.wall [data-head="service_level"]').hover()
    card = page.locator(".wall .tip")
    expect(card).to_be_visible()
    for part in ("服务水平", "接起", "最近 30 分钟", "秒前"):
        expect(card).to_contain_text(part)
    page.locator('.wall [data-head="occupancy"]').focus()
    expect(card).to_contain_text("占用率")


def test_light_theme_and_stillness(floor: FakeServer, open_page: Open) -> None:
    page = wall(floor, open_page, "calm", theme="light", reduced_motion="reduce")
    ground = "(node) => getComputedStyle(node).backgroundColor"
    assert page.locator(".board").evaluate(ground) == "rgb(255, 255, 255)"
    moving = "(node) => getComputedStyle(node).animationName"
    assert page.locator(".wall .g-ring .i").evaluate(moving) == "none"


def test_the_page_around_follows_language_and_theme(floor: FakeServer, open_page: Open) -> None:
    floor.post("scene/calm")
    page = open_page(floor.url("?lang=en&theme=light"), 1440, 900, color_scheme="dark")
    page.wait_for_url(re.compile("/wall.*lang=en"))
    expect(number(page, "waiting")).to_have_text("4", timeout=30_000)
    shell = page.locator("[data-testid=stApp]")
    until(
        lambda: shell.evaluate("(n) => getComputedStyle(n).backgroundColor") == "rgb(255, 255, 255)",
        15,
        "light",
    )
    expect(page.locator("[data-testid=stSidebar]")).to_contain_text("Language")
    page.get_by_role("link", name="中文").click()
    expect(page.locator("[data-testid=stSidebar]")).to_contain_text("语言", timeout=30_000)
    assert "theme=light" in page.url
    page.get_by_role("link", name="指标口径").click()
    page.get_by_role("link", name="实时指标").click()
    expect(page.locator("table")).to_contain_text("服务水平", timeout=30_000)
    assert "lang=zh" in page.url


def test_leaving_the_wall_closes_its_line_and_a_switch_keeps_the_address(
    floor: FakeServer, open_page: Open
) -> None:
    floor.post("scene/calm")
    page = open_page(floor.url("wall?lang=zh&theme=dark&mute=1"), 1440, 900)
    expect(number(page, "waiting")).to_have_text("4", timeout=30_000)
    lines: list[str] = []
    page.on("websocket", lambda line: lines.append(line.url))
    page.get_by_role("link", name="指标口径").click()
    expect(page.get_by_role("link", name="实时指标")).to_be_visible(timeout=30_000)
    expect(page.locator(".ccfloor-host")).to_have_count(0)
    page.get_by_role("link", name="大屏").click()
    expect(number(page, "waiting")).to_have_text("4", timeout=30_000)
    assert [line for line in lines if line.endswith("/live")] == [floor.url("live").replace("http", "ws")]
    page.goto(floor.url("wall?lang=zh&theme=dark&mute=1"))
    page.get_by_role("link", name="English").click()
    expect(page.locator(".board.en")).to_be_visible(timeout=30_000)
    assert "mute=1" in page.url and "lang=en" in page.url


def test_a_narrow_tablet_gets_the_stacked_layout(floor: FakeServer, open_page: Open) -> None:
    page = wall(floor, open_page, "calm", width=820, height=1180)
    expect(page.locator(".board.phone")).to_be_visible()


GREY = "rgb(152, 162, 171)"


@pytest.mark.parametrize("name", ["wall", "seats", "queues"])
def test_one_lost_source_of_several_greys_only_what_it_tells_of(
    floor: FakeServer, open_page: Open, name: str
) -> None:
    page = wall(floor, open_page, "surge")
    view = floor.view()
    seat, other = (
        next(one for one in view["seats"] if one["status"] == "on_call" and one["seat"] != known)
        for known in ("", view["seats"][0]["seat"])
    )
    lost = {"source": "ami:east", "state": "down", "code": "", "zh": "", "en": "", "seen_at": view["at"]}
    lost |= {"queues": [view["queues"][0]["queue"]], "seats": [seat["seat"]]}
    if name != "wall":
        page = open_page(floor.url(f"{name}?lang=zh"))
    colour = "(node) => getComputedStyle(node).color"
    ours, theirs = (
        page.locator(f'.{name} [data-queue="{queue["queue"]}"]').first for queue in view["queues"][:2]
    )
    if name == "seats":
        ours, theirs = (page.locator(f'.seats [data-seat="{one["seat"]}"]').first for one in (seat, other))
    expect(ours).to_be_visible(timeout=30_000)
    before = theirs.evaluate(colour)
    floor.post("diff", {"sources": [lost]})
    expect(ours).to_have_class(re.compile("unseen"))
    assert ours.evaluate(colour) == GREY and theirs.evaluate(colour) == before != GREY
    expect(page.locator(".wall .chip, .head .lost").first).to_have_text("交换机 断开")
    expect(page.locator(f".board.{name}")).to_have_class(re.compile("live"))
    floor.post("diff", {"sources": [{**lost, "state": "up", "queues": [], "seats": []}]})
    expect(ours).not_to_have_class(re.compile("unseen"))
    assert ours.evaluate(colour) != GREY
