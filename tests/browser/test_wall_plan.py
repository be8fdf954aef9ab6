"""The wall's plan slot in a real browser: every state of the plan, what it marks, and that nothing moves."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.fakes.fake_server import FakeServer, until
from tests.fakes.plan_scenes import PLAN_SCENES, busy_alarm, empty_plan

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
ROOT = "document.querySelector('.ccfloor-host').shadowRoot"


def wall(floor: FakeServer, open_page: Open, scene: str, lang: str = "zh", **options: Any) -> Page:
    """A kiosk that shows a scene."""
    floor.post("speak")
    floor.post(f"scene/{scene}")
    page = open_page(floor.url(f"wall?kiosk=1&lang={lang}&theme=dark"), **options)
    expect(page.locator('.wall [data-head="waiting"] .num')).not_to_have_text("–", timeout=30_000)
    return page


@pytest.mark.parametrize(
    ("scene", "look", "words"),
    [
        ("plan_calm", "", ("未启动", "一级 8", "二级 16", "0:00 / 30:00", "下一计划高峰", "夏令营报名")),
        ("plan_peak", "", ("计划高峰至", "回拨 3 / 2")),
        ("plan_pending", "", ("未启动", re.compile(r"3:[34]\d / 30:00"))),
        ("plan_watch", "watch", ("预警", "发现呼入高峰，立即调度人员上线", "已 2:1")),
        ("plan_level1", "filled", ("一级", "停止回拨服务", "等待确认", "二级 22 / 60 秒", "休息 3 · 回拨 1")),
        ("plan_level2", "filled", ("二级", "主管、普通坐席全部接线", "未接线 1 · 休息 1")),
        ("plan_cleared", "", ("一级 已解除", "共 21:07")),
        ("plan_incident", "filled", ("突发", "网络故障：市政专线中断", "周岚 报告")),
        ("plan_stale", "stale-strip", ("数据中断", "预案判断已暂停", "一级 仍未解除")),
    ],
)
def test_the_slot_says_where_the_plan_stands(
    floor: FakeServer, open_page: Open, scene: str, look: str, words: tuple[Any, ...]
) -> None:
    page = wall(floor, open_page, scene)
    slot = page.locator(".wall .slot")
    expect(slot).to_have_class(f"slot {look}".strip())
    for part in words:
        expect(slot).to_contain_text(part)


def test_the_black_box_counts_who_does_not_comply(floor: FakeServer, open_page: Open) -> None:
    page = wall(floor, open_page, "plan_level1")
    expect(page.locator(".wall .cmp .n")).to_have_text("4")
    expect(page.locator(".wall .chk > span")).to_have_count(4)
    plan = PLAN_SCENES["plan_level1"](time.time()).plan
    assert plan is not None
    plan["todo"][2]["done"] = True
    floor.post("diff", {"plan": {**plan, "open": []}})
    expect(page.locator(".wall .cmp .n")).to_have_text("0")
    expect(page.locator(".wall .cmp")).to_contain_text("全部执行")
    expect(page.locator(".wall .chk .done")).to_have_text("广播：全员暂停工间休息")


def test_only_level_2_frames_the_screen(floor: FakeServer, open_page: Open) -> None:
    frame = f"() => getComputedStyle({ROOT}.querySelector('.sheet'), '::after').borderLeftWidth"
    page = wall(floor, open_page, "plan_level1")
    assert page.evaluate(frame) == "0px"
    floor.post("scene/plan_level2")
    expect(page.locator('.wall .sheet[data-level="2"]')).to_be_visible()
    assert float(page.evaluate(frame).removesuffix("px")) > 10
    floor.post("scene/plan_stale")
    expect(page.locator(".wall .sheet[data-level]")).to_have_count(0)


def test_nothing_moves_when_a_level_fires(floor: FakeServer, open_page: Open) -> None:
    fixed = ".top > .clock, .slot, .h, tr, .tiles > *"
    places = f"""() => [...{ROOT}.querySelectorAll('{fixed}')].map((node) => {{
      const box = node.getBoundingClientRect();
      return [Math.round(box.top), Math.round(box.height)];
    }})"""
    page = wall(floor, open_page, "plan_calm")
    before = page.evaluate(places)
    for scene in ("plan_level2", "plan_incident", "plan_stale"):
        floor.post(f"scene/{scene}")
        expect(page.locator(".wall .slot")).to_have_class(re.compile("filled|stale"))
        assert page.evaluate(places) == before


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 720), (3840, 2160)])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_word_of_the_slot_is_cut_off(
    floor: FakeServer, open_page: Open, lang: str, width: int, height: int
) -> None:
    page = wall(floor, open_page, "plan_level1", lang, width=width, height=height)
    inside = f"""() => {{
      const slot = {ROOT}.querySelector('.slot').getBoundingClientRect();
      const parts = [...{ROOT}.querySelectorAll('.slot .o1, .slot .o2, .slot .n, .slot .v, .slot .cmp')];
      return parts.filter((node) => node.checkVisibility()).filter((node) => {{
        const box = node.getBoundingClientRect();
        const cut = node.matches('.o1, .v') && node.scrollWidth > node.clientWidth + 1;
        return cut || box.left < slot.left - 1 || box.right > slot.right + 1 || box.bottom > slot.bottom + 2;
      }}).map((node) => node.textContent);
    }}"""
    for scene in ("plan_level1", "plan_level2", "plan_incident", "plan_watch", "plan_calm", "plan_peak"):
        floor.post(f"scene/{scene}")
        until(lambda: page.evaluate(inside) == [], 5, f"everything fits on {scene}: {page.evaluate(inside)}")


def test_seats_queues_and_the_worst_rule_are_marked(floor: FakeServer, open_page: Open) -> None:
    page = wall(floor, open_page, "plan_level1")
    seat = lambda number: page.locator(f'.wall [data-seat="PJSIP/{number}"]')  # noqa: E731
    for number in (103, 109, 131, 133):  # on break after the order; busy for too long
        expect(seat(number)).to_have_class(re.compile("over"))
    expect(page.locator('.wall tr[data-queue="repairs"] .qn')).to_have_class("qn over")
    expect(page.locator('.wall tr[data-queue="billing"] .qn')).to_have_class("qn")
    expect(page.locator(".wall .hush")).to_have_text("示忙超时 · 董洁 · 另 1 项")
    floor.post("scene/plan_calm")
    expect(seat(133)).to_have_class(re.compile("warn"))
    expect(page.locator(".wall .hush")).to_have_text("示忙超时 · 董洁")


def test_the_slide_of_a_seat_under_a_firing_rule_comes_forward(floor: FakeServer, open_page: Open) -> None:
    page = wall(floor, open_page, "large")
    view = floor.view()
    calm = next(seat for seat in view["seats"] if seat["seat"] == "PJSIP/161")
    calm = {**calm, "status": "ready", "paused": False, "since": view["at"]}
    floor.post("diff", {"seats": [calm], "plan": empty_plan(time.time())})
    expect(page.locator(".wall .slide")).to_have_text("1 / 2", timeout=30_000)
    alarm = busy_alarm(time.time()) | {"subject": "seat:PJSIP/170"}
    floor.post("diff", {"plan": empty_plan(time.time()) | {"alarms": [alarm]}})
    expect(page.locator(".wall .slide")).to_have_text("2 / 2", timeout=8_000)
    expect(page.locator('.wall [data-seat="PJSIP/170"]')).to_have_class(re.compile("over"))


def test_it_sounds_until_somebody_takes_it_on(floor: FakeServer, open_page: Open) -> None:
    page = wall(floor, open_page, "plan_calm")
    button = page.locator(".wall .snd")
    expect(button).to_have_text("声音开")
    assert button.get_attribute("data-rung") is None
    floor.post("scene/plan_level1")
    expect(button).to_have_attribute("data-rung", "1", timeout=10_000)
    floor.post("scene/plan_level2")  # a higher level does not wait for its minute
    expect(button).to_have_attribute("data-rung", "2", timeout=10_000)
    plan = PLAN_SCENES["plan_level2"](time.time()).plan
    assert plan is not None
    plan["ladder"][2] |= {"state": "acknowledged", "acked_by": "周岚", "acked_at": time.time()}
    floor.post("diff", {"plan": plan})
    expect(page.locator(".wall .slot")).to_contain_text("周岚")
    expect(page.locator(".wall .slot")).to_have_class(re.compile("filled"))


def test_a_new_alarm_inverts_three_times_unless_stillness_is_asked(
    floor: FakeServer, open_page: Open
) -> None:
    moving = f"() => getComputedStyle({ROOT}.querySelector('.slot')).animationName"
    for wish, name in (("no-preference", "invert"), ("reduce", "none")):
        page = wall(floor, open_page, "plan_calm", reduced_motion=wish)
        floor.post("scene/plan_level1")
        expect(page.locator(".wall .slot")).to_have_class("slot filled new")
        assert page.evaluate(moving) == name
        expect(page.locator(".wall .slot")).to_have_class("slot filled", timeout=8_000)
    page.reload()  # what fired before the wall came up does not flash
    expect(page.locator(".wall .slot")).to_have_class("slot filled", timeout=30_000)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("scene", sorted(PLAN_SCENES))
def test_nothing_unspeakable_in_any_state(floor: FakeServer, open_page: Open, scene: str, lang: str) -> None:
    page = wall(floor, open_page, scene, lang)
    shown = page.evaluate(f"() => {ROOT}.querySelector('.board').innerText")
    assert not re.search(
        r"\b(nan|undefined|null|infinity)\b|NaN|\[object|\{\w+\}|wall\.|plan\.\w", shown, re.I
    )
    assert page.evaluate("() => window.hacked") is None
    assert page.locator(".wall img, .wall script").count() == 0
    if lang == "zh" and scene != "plan_hostile":
        assert set(re.findall(r"[A-Za-z]{2,}", shown)) <= {"Anna", "David", "Priya", "VIP"}


def test_on_a_phone_the_order_and_the_checklist_stand_one_below_the_other(
    floor: FakeServer, open_page: Open
) -> None:
    page = wall(floor, open_page, "plan_level1", width=390, height=844)
    expect(page.locator(".wall .fire .o1")).to_be_visible()
    expect(page.locator(".wall .cmp")).to_contain_text("未执行")
    wide = f"() => {ROOT}.querySelector('.board').scrollWidth"
    assert page.evaluate(wide) <= 390
    page = wall(floor, open_page, "plan_watch", "en", width=390, height=844)
    expect(page.locator(".wall .state")).to_contain_text("move people on line")
    assert page.evaluate(wide) <= 390
