"""Advice on the page of moves in a real browser: read, taken over into the form, grey once it is old."""

import json
import re
import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Page, Route, expect

from ccfloor.service.staffing.advice_board import AdviceBoard, Card, Order
from ccfloor.staffing.judging import Errors, Off
from tests.browser.test_moves import OTHER, take_back, twice
from tests.fakes import advised
from tests.fakes.fake_server import FakeServer

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
FREE, RESTS, SLOW = "PJSIP/102", "PJSIP/143", 30_000  # a free seat of repairs, and one on a break


def board(queues: tuple[str, str], age_s: float = 0.0, idle: str = "") -> AdviceBoard:
    at = time.time() - age_s
    if idle:
        return AdviceBoard(at, at, False, idle, {"away": 3})
    given = advised.proposal(at, FREE, queue=queues[0], donor=queues[1])
    past = Errors(12, Off(12, 0.021, 0.045, 9, 12), Off(12, 0.0, 0.013), Off(), 10, 12)
    order = Order((FREE,), {queues[0]: 2}, False, 30)
    saved = (given.saved.value, given.saved.low, given.saved.high)
    card = Card(given.reason, (order,), (), (), given.back_at, given.effects, saved, given.sure, past, True)
    return AdviceBoard(at, at, age_s > 180, "", {}, (card,))


def page_of(floor: FakeServer, open_page: Open, told: AdviceBoard, query: str = "lang=zh") -> Page:
    """The page over a calm floor that gets this advice with the list of moves."""
    floor.post("speak")
    floor.post("scene/calm")
    return page_with(floor, open_page, told, query)


def page_with(floor: FakeServer, open_page: Open, told: AdviceBoard, query: str = "lang=zh") -> Page:
    """The same over the floor as it is."""
    page = open_page("about:blank")

    def answer(route: Route) -> None:
        if route.request.method != "GET":
            route.continue_()
            return
        body: dict[str, Any] = route.fetch().json()
        body["advice"] = msgspec.to_builtins(told)
        route.fulfill(body=json.dumps(body), content_type="application/json")

    page.route(re.compile(r"/api/v1/moves(\?.*)?$"), answer)
    page.goto(floor.url(f"moves?{query}"))
    expect(page.locator(".moves .col").first).to_be_visible(timeout=SLOW)
    return page


def test_advice_is_read_and_taken_over_into_the_form(move_floor: FakeServer, open_page: Open) -> None:
    page = page_of(move_floor, open_page, board(("hotline", "repair")))
    tip = page.locator(".advice .proposal")
    expect(tip).to_have_count(1, timeout=SLOW)
    expect(tip.locator(".say")).to_contain_text("服务水平 60%")
    expect(tip.locator("table tr")).to_have_count(5)
    expect(tip.locator("table")).to_contain_text("60% → 90%")
    expect(tip).to_contain_text("平均误差 4.5")
    expect(tip).to_contain_text("方向对 10/12")
    tip.get_by_role("button", name="采用").click()
    expect(page.locator(".order .picked button")).to_have_count(1)
    expect(page.locator(".order .goal")).to_have_count(1)
    expect(page.get_by_label("原因", exact=True)).to_have_value(re.compile("达不到目标"))
    page.get_by_label("您的姓名").fill("主管甲")
    go = page.locator(".order .acts button[type=submit]")
    expect(go).to_be_enabled(timeout=SLOW)
    twice(go)
    expect(page.locator(".running .move")).to_have_count(1, timeout=SLOW)


def test_the_seats_keep_their_place_whatever_is_advised(move_floor: FakeServer, open_page: Open) -> None:
    found = board(("hotline", "repair"))
    best = found.cards[0]
    whole = msgspec.structs.replace(best.orders[0], seats=(FREE, RESTS))
    other = msgspec.structs.replace(best.orders[0], seats=(OTHER,))
    cards = tuple(msgspec.structs.replace(best, orders=(order,)) for order in (whole, *best.orders, other))
    idle = AdviceBoard(found.at, found.at, idle="little", blocked={"care": 2})
    calm = page_of(move_floor, open_page, idle)
    expect(calm.locator(".advice .idle")).to_contain_text("通话不宜打断 2 席")
    told = page_of(move_floor, open_page, msgspec.structs.replace(found, cards=cards))
    expect(told.locator(".advice .proposal h3")).to_have_text(["首选", "少调：首选的一部分", "另一方案"])
    tops = [page.locator(".moves .col").first.bounding_box() for page in (calm, told)]
    assert tops[0] == tops[1]
    told.locator(".advice .proposal").last.get_by_role("button", name="采用").click()
    expect(told.locator(".order h2")).to_be_in_viewport()
    expect(told.locator(".order .picked button")).to_have_count(1)


def test_people_are_called_back_by_what_is_advised(move_floor: FakeServer, open_page: Open) -> None:
    found = board(("hotline", "repair"))
    back = Order((RESTS,), {}, True, ready=True)
    card = msgspec.structs.replace(found.cards[0], orders=(back,), levers=("end_breaks",))
    page = page_of(move_floor, open_page, msgspec.structs.replace(found, cards=(card,)))
    tip = page.locator(".advice .proposal")
    expect(tip.locator(".way")).to_contain_text("结束休息：", timeout=SLOW)
    tip.get_by_role("button", name="采用").click()
    expect(page.get_by_label("同时结束暂停")).to_be_checked()
    page.get_by_label("您的姓名").fill("主管甲")
    go = page.locator(".order .acts button[type=submit]")
    expect(go).to_be_enabled(timeout=SLOW)
    expect(page.locator(".effect table")).to_contain_text("在岗坐席")
    go.click()
    expect(go).to_contain_text("1 个坐席结束暂停")
    expect(go).not_to_have_attribute("aria-disabled", "true")
    go.click()
    made = page.locator(".running .move").first
    expect(made).to_contain_text("1 个坐席结束暂停回来接线", timeout=SLOW)
    expect(made).to_contain_text("交换机已确认", timeout=SLOW)


def test_what_advice_filled_in_goes_with_it(move_floor: FakeServer, open_page: Open) -> None:
    """Nobody is called from a break, or moved for good, by an order that was cleared."""
    found = board(("hotline", "repair"))
    card = msgspec.structs.replace(
        found.cards[0], orders=(Order((RESTS,), {}, True, ready=True),), levers=("end_breaks",)
    )
    page = page_of(move_floor, open_page, msgspec.structs.replace(found, cards=(card,)))
    take = page.locator(".advice .proposal").get_by_role("button", name="采用")
    why, ready = page.get_by_label("原因", exact=True), page.locator(".flags .ready input")
    half_hour = page.get_by_role("button", name="30 分钟", exact=True)

    def left() -> None:
        page.locator(f'[data-seat="{FREE}"]').first.click()
        expect(ready).not_to_be_checked()
        expect(why).to_have_value("")
        expect(half_hour).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_role("button", name="只接新队列")).to_have_attribute("aria-pressed", "true")
        page.get_by_role("button", name="清空").click()

    take.click()
    expect(ready).to_be_checked(timeout=SLOW)
    page.get_by_role("button", name="清空").click()
    left()
    take.click()
    expect(ready).to_be_checked()
    page.locator(".order .picked button").press("Escape")
    left()
    take.click()
    page.locator(".order .picked button").click()  # unpicked: the order is nobody's
    left()
    take.click()
    why.fill("我的原因")
    page.get_by_role("button", name="清空").click()
    page.locator(f'[data-seat="{FREE}"]').first.click()
    expect(why).to_have_value("我的原因")  # what somebody wrote is his


def test_a_move_is_ended_by_what_is_advised(move_floor: FakeServer, open_page: Open) -> None:
    page = page_of(move_floor, open_page, board(("hotline", "repair")))
    page.locator(".advice .proposal").get_by_role("button", name="采用").click()
    page.get_by_label("您的姓名").fill("主管甲")
    go = page.locator(".order .acts button[type=submit]")
    expect(go).to_be_enabled(timeout=SLOW)
    twice(go)
    made = page.locator(".running .move").first
    expect(made).to_contain_text("交换机已确认", timeout=SLOW)
    moves = page.request.get(move_floor.url("api/v1/moves")).json()["moves"]
    found = board(("repair", "hotline"))
    card = msgspec.structs.replace(found.cards[0], orders=(Order((FREE,), undo=moves[0]["id"]),))
    again = page_with(move_floor, open_page, msgspec.structs.replace(found, cards=(card,)))
    way = again.locator(".advice .way")
    expect(way).to_contain_text("提前返回", timeout=SLOW)
    way.get_by_role("button", name="全部撤销").click()
    expect(again.locator(".advice").get_by_label("撤销的原因")).to_have_value("撤销")
    again.locator(".advice").get_by_label("撤销人").fill("主管甲")
    take_back(again)
    expect(again.locator(".running .move").first).to_contain_text("已撤销", timeout=SLOW)


def test_advice_that_is_given_seldom_is_good_for_longer(move_floor: FakeServer, open_page: Open) -> None:
    seldom = msgspec.structs.replace(board(("hotline", "repair"), age_s=200), stale=False, stale_s=900.0)
    page = page_of(move_floor, open_page, seldom, "lang=en&theme=light")
    expect(page.get_by_role("button", name="Fill in")).to_be_enabled(timeout=SLOW)
    expect(page.locator(".advice.stale")).to_have_count(0)


def test_old_advice_is_grey_and_nobody_takes_it_over(move_floor: FakeServer, open_page: Open) -> None:
    page = page_of(move_floor, open_page, board(("hotline", "repair"), age_s=200), "lang=en&theme=light")
    expect(page.locator(".advice.stale")).to_be_visible(timeout=SLOW)
    expect(page.locator(".advice .head1")).to_contain_text("out of date")
    expect(page.get_by_role("button", name="Fill in")).to_be_disabled()


def test_nothing_to_do_says_why(move_floor: FakeServer, open_page: Open) -> None:
    page = page_of(move_floor, open_page, board(("", ""), idle="unsure"))
    expect(page.locator(".advice .idle")).to_contain_text("效果小于误差", timeout=SLOW)
    expect(page.locator(".advice .idle")).to_contain_text("不在岗 3 席")
    expect(page.locator(".advice .proposal")).to_have_count(0)
