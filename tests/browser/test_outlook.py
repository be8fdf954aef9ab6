"""What the plan is likely to come to, in a browser: the wall's quiet line, the plan page's comparison."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_wall_plan import ROOT, wall
from tests.fakes.fake_server import FakeServer
from tests.fakes.plan_scenes import PLAN_SCENES, ahead, outlook

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
FIXED = ".top > .clock, .slot, .slot .st, .slot .cv, .h, tr, .tiles > *"
PLACES = f"""() => [...{ROOT}.querySelectorAll('{FIXED}')].filter((node) => node.checkVisibility())
  .map((node) => node.getBoundingClientRect())
  .map((box) => [Math.round(box.top), Math.round(box.height), Math.round(box.left)])"""
# A line of words has air above and below its letters: a sixth of its height is let go.
COVERED = f"""() => {{
  const line = {ROOT}.querySelector('.slot .ahead'), box = line.getBoundingClientRect();
  const words = [...{ROOT}.querySelectorAll('.slot .st span, .slot .lb span, .h .l')];
  const covers = (other) => box.left < other.right && other.left < box.right
    && box.top + other.height / 6 < other.bottom && other.top + box.height / 6 < box.bottom;
  const slot = {ROOT}.querySelector('.slot').getBoundingClientRect();
  const found = words.filter((node) => node.checkVisibility() && node.textContent)
    .filter((node) => covers(node.getBoundingClientRect())).map((node) => node.textContent);
  if (line.scrollWidth > line.clientWidth + 1) found.push('cut');
  if (box.bottom > slot.bottom + 1 || box.top < slot.top) found.push('outside');
  return found;
}}"""


def plan(scene: str, **more: Any) -> dict[str, Any]:
    """The plan of a scene, in parts another one."""
    found = PLAN_SCENES[scene](time.time()).plan
    assert found is not None
    return found | more


def test_the_wall_says_quietly_which_level_is_likely(floor: FakeServer, open_page: Open) -> None:
    page = wall(floor, open_page, "plan_ahead")
    line = page.locator(".wall .slot .ahead")
    expect(line).to_have_text(re.compile(r"^一级 很可能 · 30 分钟内约 70 % · \d\d:\d\d 前后$"))
    expect(line).to_have_class("ahead")
    english = wall(floor, open_page, "plan_ahead", "en")
    expect(english.locator(".wall .slot .ahead")).to_have_text(
        re.compile(r"^Level 1 likely · about 70 % within 30 min · around \d\d:\d\d$")
    )


def test_nothing_moves_when_the_line_comes_and_goes(floor: FakeServer, open_page: Open) -> None:
    page = wall(floor, open_page, "plan_watch")
    line = page.locator(".wall .slot .ahead")
    expect(line).to_have_text("")
    expect(page.locator(".wall .slot")).to_have_class("slot watch")
    before = page.evaluate(PLACES)
    floor.post("diff", {"plan": plan("plan_watch", outlook=outlook(time.time()))})
    expect(line).to_contain_text("很可能")
    assert page.evaluate(PLACES) == before
    unlikely = outlook(time.time())
    unlikely["rules"][1]["told"] = False
    floor.post("diff", {"plan": plan("plan_watch", outlook=unlikely)})
    expect(line).to_have_text("")
    assert page.evaluate(PLACES) == before


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 720)])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_line_covers_nothing(
    floor: FakeServer, open_page: Open, lang: str, width: int, height: int
) -> None:
    page = wall(floor, open_page, "plan_ahead", lang, width=width, height=height)
    expect(page.locator(".wall .slot .ahead")).not_to_be_empty()
    assert page.evaluate(COVERED) == []


def test_an_old_outlook_is_grey_and_says_of_when_it_is(floor: FakeServer, open_page: Open) -> None:
    page = wall(floor, open_page, "plan_watch")
    floor.post("diff", {"plan": plan("plan_watch", outlook=outlook(time.time() - 90))})
    line = page.locator(".wall .slot .ahead")
    expect(line).to_have_text(re.compile(r"很可能.* \d\d:\d\d 推算$"))
    expect(line).to_have_class("ahead old")


def test_under_a_level_that_fires_the_next_one_stands_among_the_facts(
    floor: FakeServer, open_page: Open
) -> None:
    page = wall(floor, open_page, "plan_level1")
    said = outlook(time.time())
    said["rules"][2] = ahead(2, (0.3, 0.62, 0.7, 0.8), 900.0, told=True)
    floor.post("diff", {"plan": plan("plan_level1", outlook=said)})
    expect(page.locator(".wall .fire .o2")).to_contain_text("二级 有可能 · 30 分钟内约 60 %")
    expect(page.locator(".wall .slot .ahead")).to_have_text("")


def shown(plan_floor: FakeServer, open_page: Open, lang: str = "zh", **options: Any) -> Page:
    """The plan page with the outlook."""
    plan_floor.post("speak")
    plan_floor.post("scene/plan_ahead")
    page = open_page(plan_floor.url(f"plan?lang={lang}"), **options)
    expect(page.locator(".plan .outlook tbody tr")).to_have_count(3)
    return page


def test_the_plan_page_compares_what_can_be_done(plan_floor: FakeServer, open_page: Open) -> None:
    page = shown(plan_floor, open_page)
    part = page.locator(".plan .outlook")
    expect(part.locator("h2")).to_contain_text("400 条随机路径")
    expect(part.locator(".lv-name")).to_have_text(["预警 · 解除", "一级", "二级"])
    rows = part.locator("tbody tr")
    expect(rows.nth(0).locator("td").first).to_have_text("维持现状")
    expect(rows.nth(1).locator("td").first).to_have_text("休息人员全部归队（3 席）")
    expect(rows.nth(2).locator("td").first).to_have_text(re.compile(r".+ 调往 .+（2 席）"))
    nothing = rows.nth(0).locator("td").all_text_contents()
    assert nothing[1:4] == ["< 5 %", "5 %", "20 %"] and nothing[6:9] == ["5 %", "70 %", "85 %"]
    assert re.fullmatch(r"\d\d:\d\d", nothing[9]) and nothing[10] == "–" and nothing[14] == "不到一半"
    breaks = rows.nth(1).locator("td").all_text_contents()
    assert breaks[5] == "+30 ± 3.9" and breaks[10] == "−29 ± 3.9"
    expect(rows.nth(1).locator(".better")).to_have_count(3)
    moved = rows.nth(2).locator("td").all_text_contents()
    assert moved[10] == "± 3.9 以内"
    expect(rows.nth(2).locator(".better")).to_have_count(0)
    unsaid = "预警 · 账单 · 话务高峰预警：说不准——有队列的来话量还不清楚"
    expect(part.locator(".unsaid")).to_contain_text(unsaid)


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("no_queues", "来话量都还不清楚"),
        ("blind", "数据中断，无法推算"),
        ("fault", "推算出错，预案判断照常进行"),
    ],
)
def test_the_plan_page_says_why_nothing_can_be_said(
    plan_floor: FakeServer, open_page: Open, why: str, words: str
) -> None:
    page = shown(plan_floor, open_page)
    empty = {"at": time.time(), "why": why, "paths": 0, "rules": [], "deeds": [], "unsaid": []}
    plan_floor.post("diff", {"plan": plan("plan_watch", outlook=empty)})
    expect(page.locator(".plan .outlook .why")).to_contain_text(words)
    expect(page.locator(".plan .outlook table")).to_be_hidden()
    expect(page.locator(".plan .lad .lv")).to_have_count(3)


def test_the_plan_page_shows_an_old_outlook_as_old(plan_floor: FakeServer, open_page: Open) -> None:
    page = shown(plan_floor, open_page, "en")
    plan_floor.post("diff", {"plan": plan("plan_watch", outlook=outlook(time.time() - 200))})
    expect(page.locator(".plan .outlook")).to_have_class("part outlook old")
    expect(page.locator(".plan .outlook h2")).to_contain_text("no longer current")


def test_the_comparison_does_not_widen_the_page_of_a_phone(plan_floor: FakeServer, open_page: Open) -> None:
    page = shown(plan_floor, open_page, width=390, height=844)
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
