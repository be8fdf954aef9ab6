"""The plan page in a real browser: the ladder, taking a level on, the checklist, bringing seats back."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.fakes.fake_server import FakeServer, until
from tests.fakes.plan_scenes import PLAN_SCENES

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
READ = """() => {
  const root = document.querySelector('.ccfloor-host').shadowRoot.querySelector('.board');
  const ours = (node) => node.checkVisibility() && !node.closest('style, [lang=en]:not(.board)');
  return [...root.querySelectorAll('*')].filter(ours)
    .flatMap((node) => [...node.childNodes].filter((c) => c.nodeType === 3).map((c) => c.data)
      .concat([node.title, node.getAttribute('aria-label'), node.placeholder])).filter(Boolean).join('\\n');
}"""


def plan(floor: FakeServer, open_page: Open, scene: str, lang: str = "zh", **options: Any) -> Page:
    """The plan page over a scene."""
    floor.post("speak")
    floor.post(f"scene/{scene}")
    page = open_page(floor.url(f"plan?lang={lang}&theme=dark"), **options)
    expect(page.locator(".plan .lv").first).to_be_visible(timeout=30_000)
    return page


def level(page: Page, number: int) -> Locator:
    return page.locator(f'.plan .lv[data-level="{number}"]')


def give_name(page: Page, who: str = "周岚") -> None:
    """Answer the sheet that asks who acts."""
    page.locator(".plan .sheet input[name=who]").fill(who)
    page.locator(".plan .sheet .btn.pri").click()
    expect(page.locator(".plan .sheet")).to_be_hidden()


def open_rows(page: Page) -> Locator:
    return page.locator(".plan .open .row")


def test_the_ladder_says_what_fires_and_how_far_the_next_level_is(
    plan_floor: FakeServer, open_page: Open
) -> None:
    page = plan(plan_floor, open_page, "plan_level1")
    fires = level(page, 1)
    expect(fires).to_have_class(re.compile("fire"))
    for words in ("一级", "停止回拨服务", "等待确认", "≤ 5 保持 10 分", "现在 13", "短降 ≤ 60 秒不计"):
        expect(fires).to_contain_text(words)
    expect(level(page, 0)).to_contain_text("已升级为一级")
    expect(level(page, 2)).to_contain_text("22 / 60 秒")
    expect(level(page, 2)).to_contain_text("还差 0:38")
    chart = page.locator(".plan .curve svg")
    for words in ("开始 ≥ 8", "预警", "二级 16", "短降 42 秒", "14 + 8 秒", "已持续 42:"):
        expect(chart).to_contain_text(words)


def test_a_bar_fills_by_itself(plan_floor: FakeServer, open_page: Open) -> None:
    page = plan(plan_floor, open_page, "plan_pending")
    bar = level(page, 0).locator(".p i")
    width = lambda: float(bar.evaluate("(node) => parseFloat(node.style.width)"))  # noqa: E731
    expect(level(page, 0)).to_contain_text("触发（还有 1:")
    before = width()
    assert 71 < before < 80
    until(lambda: width() >= before + 0.6, 10, "the bar has grown without a message")


def test_time_out_of_sight_is_said(plan_floor: FakeServer, open_page: Open) -> None:
    page = plan(plan_floor, open_page, "plan_watch")
    expect(level(page, 0)).to_have_class(re.compile("watch"))
    expect(level(page, 0)).to_contain_text("盲区 35 秒 不计入")
    expect(level(page, 1)).to_contain_text("盲区 35 秒 不计入")


def test_a_level_is_taken_on_by_name_and_the_name_is_kept(plan_floor: FakeServer, open_page: Open) -> None:
    page = plan(plan_floor, open_page, "plan_level1")
    level(page, 1).locator(".ack").click()
    expect(page.locator(".plan .sheet")).to_contain_text("由谁确认")
    give_name(page)
    expect(level(page, 1)).to_contain_text("周岚")
    expect(level(page, 1).locator(".ack")).to_be_hidden()
    expect(level(page, 0).locator(".ack")).to_be_hidden()
    expect(page.locator(".plan .sub")).to_have_text("一级 · 执行中，已确认")
    page.reload()
    expect(page.locator(".plan .me")).to_have_text("我：周岚", timeout=30_000)
    expect(level(page, 1)).to_contain_text("周岚")
    row = page.locator('.plan .alarms [data-rule="seat-busy"]')
    row.locator(".btn").click()
    expect(row).to_contain_text("周岚")
    expect(page.locator(".plan .sheet")).to_be_hidden()


def test_a_name_that_is_missing_and_a_level_taken_before_are_said(
    plan_floor: FakeServer, open_page: Open
) -> None:
    page = plan(plan_floor, open_page, "plan_level1")
    other = open_page(plan_floor.url("plan?lang=zh"))
    expect(level(other, 1).locator(".ack")).to_be_visible(timeout=30_000)
    level(page, 1).locator(".ack").click()
    sheet = page.locator(".plan .sheet")
    sheet.locator(".btn.pri").click()
    expect(sheet.locator(".err")).to_have_text("请写明姓名。")
    plan_floor.post("mute")
    level(other, 1).locator(".ack").click()
    give_name(other, "陈思远")
    sheet.locator("input").fill("周岚")
    sheet.locator(".btn.pri").click()
    expect(sheet.locator(".err")).to_have_text("已经有人确认了。")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    plan_floor.post("speak")


def test_the_checklist_is_ticked_and_taken_back(plan_floor: FakeServer, open_page: Open) -> None:
    page = plan(plan_floor, open_page, "plan_level1")
    rows = page.locator(".plan .todo .row")
    expect(rows).to_have_count(4)
    expect(rows.nth(1)).to_contain_text("休息人员全部归队（还差 3）")
    expect(rows.nth(1).locator(".btn")).to_be_hidden()
    rows.nth(3).locator(".btn").click()
    give_name(page)
    expect(rows.nth(3)).to_have_class(re.compile("done"))
    expect(rows.nth(3)).to_contain_text(re.compile(r"周岚 \d\d:\d\d:\d\d"))
    expect(page.locator(".plan .todo h2 small")).to_have_text("1 / 4")
    rows.nth(3).locator(".btn").click()
    expect(rows.nth(3)).not_to_have_class(re.compile("done"))
    page.locator(".plan .note input").fill("已电话通知食堂")
    page.keyboard.press("Enter")
    expect(page.locator(".plan .note .m")).to_contain_text("已记录")


def test_a_break_is_ended_confirmed_logged_and_undone(plan_floor: FakeServer, open_page: Open) -> None:
    page = plan(plan_floor, open_page, "plan_level1")
    row = page.locator('.plan .open [data-seat="PJSIP/109"]')
    expect(row).to_contain_text("孙浩")
    expect(row.locator(".late")).to_have_text(re.compile(r"超 10:\d\d"))
    row.locator(".btn").click()
    sheet = page.locator(".plan .sheet")
    expect(sheet).to_contain_text("让 孙浩 恢复接线？")
    assert sheet.locator("input[name=why]").input_value().startswith("一级 · 停止回拨服务")
    sheet.locator("input[name=why]").fill("")
    sheet.locator("input[name=who]").fill("周岚")
    sheet.locator(".btn.pri").click()
    expect(sheet.locator(".err")).to_have_text("请写明说明。")
    sheet.locator("input[name=why]").fill("高峰")
    page.keyboard.press("Enter")
    expect(sheet).to_be_hidden()
    expect(row).to_have_count(0, timeout=10_000)
    expect(page.locator(".plan .open h2")).to_contain_text("未执行 3")
    done = page.locator(".plan .cmds > div").first
    for words in ("孙浩", "高峰", "周岚", "交换机已确认"):
        expect(done).to_contain_text(words, timeout=10_000)
    done.locator(".btn").click()
    undone = page.locator(".plan .cmds > div").first
    expect(undone).to_contain_text("暂停 孙浩", timeout=10_000)


def test_all_are_brought_back_at_once(plan_floor: FakeServer, open_page: Open) -> None:
    page = plan(plan_floor, open_page, "plan_level1")
    page.locator(".plan .open h2 .btn").click()
    expect(page.locator(".plan .sheet")).to_contain_text("让这 4 个坐席恢复接线？")
    give_name(page)
    expect(page.locator(".plan .open h2")).to_contain_text("全部执行", timeout=10_000)
    expect(open_rows(page)).to_have_count(0)
    expect(page.locator(".plan .todo .row.done")).to_have_count(2)


def test_a_supervisor_is_put_on_a_queue(plan_floor: FakeServer, open_page: Open) -> None:
    page = plan(plan_floor, open_page, "plan_level2")
    row = page.locator('.plan .open [data-seat="PJSIP/147"]')
    expect(row).to_contain_text("未接线")
    row.locator(".btn").click()
    page.locator(".plan .sheet select[name=queue]").select_option("repairs")
    give_name(page)
    expect(row).to_have_count(0, timeout=10_000)
    expect(page.locator(".plan .cmds")).to_contain_text("加入队列")


def test_the_grace_of_an_order_runs_out_by_the_clock_alone(plan_floor: FakeServer, open_page: Open) -> None:
    page = plan(plan_floor, open_page, "plan_level1")
    row = page.locator('.plan .open [data-seat="PJSIP/129"]')
    expect(row.locator(".late")).to_have_text(re.compile("宽限 0:"))
    scene = PLAN_SCENES["plan_level1"](time.time()).plan
    assert scene is not None
    scene["open"][3]["due_at"] = time.time() + 3
    plan_floor.post("diff", {"plan": scene})
    expect(row.locator(".late")).to_have_class("late od", timeout=10_000)
    expect(row.locator(".late")).to_have_text("超 0:01", timeout=5_000)


def test_the_readings_stand_in_both_languages_beside_the_others(
    plan_floor: FakeServer, open_page: Open
) -> None:
    page = plan(plan_floor, open_page, "plan_level1")
    pair = page.locator(".plan .pair").nth(1)
    expect(pair).to_contain_text("中间低于 8 的时间每次不超过 60 秒")
    expect(pair.locator(".other")).to_contain_text("a dip of at most 60 s")
    assert pair.locator(".other").get_attribute("lang") == "en"
    rows = pair.locator(".others .row")
    expect(rows).to_have_count(5)
    expect(rows.nth(0)).to_contain_text("尚未触发（")
    expect(rows.nth(1)).to_have_class("row ours")
    expect(rows.nth(1)).to_contain_text("（采用）")
    expect(rows.nth(3).locator(".when")).to_have_text(re.compile(r"^\d\d:\d\d:\d\d$"))


def test_incidents_peaks_and_failed_messages_are_lines_on_top(
    plan_floor: FakeServer, open_page: Open
) -> None:
    page = plan(plan_floor, open_page, "plan_incident")
    expect(page.locator(".plan .incident")).to_contain_text("网络故障：市政专线中断")
    plan_floor.post("scene/plan_peak")
    expect(page.locator(".plan .line.over")).to_contain_text("回拨 3 / 2")
    expect(page.locator(".plan .incident")).to_have_count(0)
    plan_floor.post("scene/plan_level2")
    expect(page.locator(".plan .line.warn")).to_contain_text("3 条通知没有送达")


def test_the_navigation_carries_the_level_on_every_page(plan_floor: FakeServer, open_page: Open) -> None:
    plan_floor.post("scene/plan_level1")
    shown = """() => {
      const link = [...document.querySelectorAll('[data-testid=stPageLink-NavLink]')]
        .find((node) => node.textContent === '应急');
      return link ? getComputedStyle(link, '::after').content : '';
    }"""
    for path in ("seats?lang=zh", "definitions?lang=zh"):  # one with a board, one without
        page = open_page(plan_floor.url(path))
        page.wait_for_function(f"() => ({shown})() === '\"一级\"'", timeout=30_000)
    plan_floor.post("scene/plan_calm")
    page.wait_for_function(f"() => ({shown})() === 'none'", timeout=30_000)


def test_seats_under_a_firing_rule_stand_out_on_the_seats_page(
    plan_floor: FakeServer, open_page: Open
) -> None:
    plan_floor.post("scene/plan_level1")
    page = open_page(plan_floor.url("seats?lang=zh&seat=PJSIP/133"))
    busy = page.locator('.seats .grid [data-seat="PJSIP/133"]')
    expect(busy).to_have_class(re.compile("over"), timeout=30_000)
    expect(busy).to_have_attribute("title", re.compile("示忙超时"))
    expect(page.locator(".seats .det")).to_contain_text("示忙超时")
    expect(page.locator('.seats .grid [data-seat="PJSIP/103"]')).to_have_class(re.compile("over"))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("scene", sorted(PLAN_SCENES))
def test_nothing_unspeakable_in_any_state(
    plan_floor: FakeServer, open_page: Open, scene: str, lang: str
) -> None:
    page = plan(plan_floor, open_page, scene, lang)
    shown = page.evaluate(READ)
    assert not re.search(
        r"\b(nan|undefined|null|infinity)\b|NaN|\[object|\{\w+\}|plan\.\w|cmd\.", shown, re.I
    )
    assert page.evaluate("() => window.hacked") is None
    assert page.locator(".plan img, .plan script").count() == 0
    if lang == "zh" and scene != "plan_hostile":
        foreign = set(re.findall(r"[A-Za-z]{2,}", shown))
        assert foreign <= {"dingtalk", "HTTP", "VIP"}, foreign


def test_a_lead_acknowledges_on_the_phone(plan_floor: FakeServer, open_page: Open) -> None:
    page = plan(plan_floor, open_page, "plan_level1", width=390, height=844, has_touch=True)
    expect(page.locator(".board.phone")).to_be_visible()
    sideways = """() => {
      const board = document.querySelector('.ccfloor-host').shadowRoot.querySelector('.board');
      return board.scrollWidth > board.clientWidth || document.documentElement.scrollWidth > innerWidth;
    }"""
    assert not page.evaluate(sideways)
    button = level(page, 1).locator(".ack")
    box = button.bounding_box()
    assert box is not None and box["height"] >= 48 and box["y"] + box["height"] < 844
    button.tap()
    assert not page.evaluate(sideways)
    give_name(page)
    expect(level(page, 1)).to_contain_text("周岚")
    small = """() => [...document.querySelector('.ccfloor-host').shadowRoot.querySelectorAll('button')]
      .filter((node) => node.checkVisibility() && node.getBoundingClientRect().height < 36)
      .map((node) => node.textContent)"""
    assert page.evaluate(small) == []


def test_a_floor_out_of_sight_keeps_its_level_in_grey(plan_floor: FakeServer, open_page: Open) -> None:
    page = plan(plan_floor, open_page, "plan_stale")
    expect(page.locator(".plan .strip")).to_contain_text("数据中断")
    expect(level(page, 1)).to_contain_text("一级")
    colour = level(page, 1).evaluate("(node) => getComputedStyle(node).backgroundColor")
    assert colour == "rgba(0, 0, 0, 0)"
    lasts = level(page, 1).locator(".facts").inner_text()
    page.wait_for_function("(at) => Date.now() > at", arg=int(time.time() * 1000) + 1500)
    assert level(page, 1).locator(".facts").inner_text() == lasts


def test_without_a_plan_the_page_says_so(plan_floor: FakeServer, open_page: Open) -> None:
    page = plan(plan_floor, open_page, "plan_calm")
    plan_floor.post("diff", {"plan": None})
    expect(page.locator(".plan .empty")).to_contain_text("还没有应急预案")
