"""The page of moves in a real browser: picked, looked at, confirmed in two clicks, followed, taken back."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.fakes.fake_server import FakeServer

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
FREE, OTHER, TALKS = "PJSIP/102", "PJSIP/106", "PJSIP/101"  # of repairs, hotline, and one on a call
SLOW = 30_000


def moves(floor: FakeServer, open_page: Open, query: str = "lang=zh&theme=dark", **options: Any) -> Page:
    """The page over a calm floor on which nothing was moved."""
    floor.post("speak")
    floor.post("scene/calm")
    page = open_page(floor.url(f"moves?{query}"), **options)
    expect(page.locator(".moves .clock")).to_have_text(re.compile(r"\d\d:\d\d:\d\d"), timeout=SLOW)
    expect(page.locator(".moves .col")).to_have_count(7)
    return page


def column(page: Page, name: str) -> Locator:
    heading = page.locator("h2", has_text=re.compile(f"^{name}$"))
    return page.locator(".moves .col").filter(has=heading)


def card(page: Page, queue: str, seat: str) -> Locator:
    return column(page, queue).locator(f'[data-seat="{seat}"]')


def twice(go: Locator) -> None:
    """Two clicks of somebody who reads in between."""
    go.click()
    expect(go).to_contain_text("再点一次")
    expect(go).not_to_have_attribute("aria-disabled", "true")
    go.click()


def confirm(page: Page, why: str = "高峰") -> None:
    """Reason and name, then two clicks."""
    page.get_by_label("原因", exact=True).fill(why)
    page.get_by_label("您的姓名").fill("主管甲")
    go = page.locator(".order .acts button[type=submit]")
    expect(go).to_be_enabled(timeout=SLOW)
    twice(go)
    expect(page.locator(".order .picked button")).to_have_count(0)


def take_back(page: Page) -> None:
    """The second step of undoing, once the first click cannot be it any more."""
    asked = page.locator("form.undo:not([hidden])")
    expect(asked.locator("button[type=submit]")).not_to_have_attribute("aria-disabled", "true")
    asked.locator("button[type=submit]").click()


def stand(page: Page, name: str) -> Locator:
    return page.locator(".running .move").first.locator(".stand", has_text=name)


def test_two_seats_are_picked_looked_at_moved_and_taken_back(move_floor: FakeServer, open_page: Open) -> None:
    page = moves(move_floor, open_page)
    names = [
        card(page, "报修", FREE).locator(".n").inner_text(),
        card(page, "热线咨询", OTHER).locator(".n").inner_text(),
    ]
    card(page, "报修", FREE).click()
    card(page, "热线咨询", OTHER).click()
    column(page, "账单").get_by_role("button").click()
    shown = page.locator(".effect table")
    expect(shown).to_contain_text("在岗坐席", timeout=SLOW)
    gets = shown.locator("tr").nth(1)  # who gets seats comes first
    expect(gets.locator("th")).to_have_text(re.compile("^账单 · "))
    before, after = gets.locator("td").first.inner_text().split(" → ")
    assert int(after) == int(before) + 2
    assert "%" in gets.locator("td").nth(1).inner_text()
    expect(page.locator(".effect .span")).to_contain_text("接下来 30 分钟")
    confirm(page)
    expect(page.locator(".order .sent")).to_contain_text("已发出：2 个坐席 → 账单，30 分钟后返回")
    expect(page.locator(".order .sent")).to_be_focused()
    for name in names:
        expect(stand(page, name)).to_contain_text("交换机已确认", timeout=SLOW)
    expect(card(page, "账单", FREE)).to_have_count(1)
    expect(card(page, "报修", FREE)).to_have_count(0)
    expect(card(page, "账单", FREE)).to_contain_text("已调入")
    row = page.locator(".running .move").first
    expect(row).to_contain_text("主管甲")
    expect(row.locator(".back")).to_have_text(re.compile(r"还有 29:\d\d"))
    card(page, "账单", FREE).click(force=True)  # on a move: nobody moves it meanwhile
    expect(card(page, "账单", FREE)).to_have_attribute("aria-selected", "false")
    row.get_by_role("button", name="全部撤销").click()
    expect(row.get_by_label("撤销的原因")).to_have_value("撤销")
    expect(stand(page, names[0])).to_contain_text("交换机已确认")  # one click takes nothing back
    row.get_by_label("撤销的原因").fill("高峰已过")
    take_back(page)
    for name in names:
        expect(stand(page, name)).to_contain_text("已撤销", timeout=SLOW)
        expect(stand(page, name)).to_contain_text("主管甲撤销：高峰已过")
    expect(row).to_be_focused()  # its button is gone
    expect(card(page, "报修", FREE)).to_have_count(1)
    expect(card(page, "账单", FREE)).to_have_count(0)


def test_a_seat_is_dragged_to_a_queue_and_waits_for_its_call(move_floor: FakeServer, open_page: Open) -> None:
    page = moves(move_floor, open_page)
    name = card(page, "热线咨询", TALKS).locator(".n").inner_text()
    card(page, "热线咨询", TALKS).drag_to(column(page, "账单").locator(".facts"))
    expect(page.locator(".order .goal")).to_contain_text("账单")
    expect(page.locator(".effect .notes")).to_contain_text(f"打完当前通话后生效：{name}", timeout=SLOW)
    page.get_by_role("button", name="不返回", exact=True).click()
    confirm(page)
    expect(stand(page, name)).to_contain_text("等通话结束", timeout=SLOW)
    expect(page.locator(".running .move .back").first).to_have_text("不返回")
    stand(page, name).get_by_role("button").click()
    take_back(page)
    expect(stand(page, name)).to_contain_text("已撤销", timeout=SLOW)


def test_all_of_it_goes_by_keyboard(move_floor: FakeServer, open_page: Open) -> None:
    page = moves(move_floor, open_page)
    card(page, "报修", FREE).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    expect(card(page, "报修", FREE)).to_have_attribute("aria-selected", "true")
    column(page, "账单").get_by_role("button").focus()
    page.keyboard.press("Enter")
    penalty = page.get_by_label("账单的优先级")
    penalty.fill("7")
    page.get_by_label("您的姓名").fill("主管甲")
    why = page.get_by_label("原因", exact=True)
    why.fill("高峰")
    why.press("Escape")  # what is being written stays, and what is picked
    expect(page.locator(".order .acts button[type=submit]")).to_be_enabled(timeout=SLOW)
    why.press("Enter")
    expect(page.locator(".order .acts button[type=submit]")).to_contain_text("再点一次")
    expect(page.locator(".order .acts button[type=submit]")).not_to_have_attribute("aria-disabled", "true")
    why.press("Enter")
    expect(page.locator(".running .move").first).to_contain_text("账单 P7", timeout=SLOW)
    expect(card(page, "账单", FREE)).to_contain_text("P7", timeout=SLOW)
    card(page, "热线咨询", OTHER).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    expect(page.locator(".order .picked button")).to_have_count(0)


def test_a_refusal_and_a_silence_are_marked(move_floor: FakeServer, open_page: Open) -> None:
    page = moves(move_floor, open_page)
    refused = card(page, "报修", FREE).locator(".n").inner_text()
    card(page, "报修", FREE).click()
    column(page, "预约").get_by_role("button").click()
    confirm(page)
    expect(stand(page, refused)).to_contain_text("被交换机拒绝", timeout=SLOW)
    expect(stand(page, refused)).to_contain_text("No such queue")
    expect(stand(page, refused)).to_have_class(re.compile("bad"))
    unsure = card(page, "热线咨询", OTHER).locator(".n").inner_text()
    card(page, "热线咨询", OTHER).click()
    column(page, "投诉").get_by_role("button").click()
    confirm(page)
    expect(stand(page, unsure)).to_contain_text("10 秒内未确认", timeout=SLOW)
    expect(stand(page, unsure)).to_have_class(re.compile("bad"))


def test_a_group_is_saved_used_deleted_and_brought_back(move_floor: FakeServer, open_page: Open) -> None:
    page = moves(move_floor, open_page)
    card(page, "报修", FREE).click()
    card(page, "热线咨询", OTHER).click()
    column(page, "账单").get_by_role("button").click()
    page.get_by_role("button", name="15 分钟").click()
    page.get_by_role("button", name="兼接").click()
    page.get_by_role("button", name="保存所选").click()
    expect(page.locator(".crews .err")).to_have_text("请写名称。")
    page.get_by_label("坐席组名称").fill("高峰组")
    page.get_by_role("button", name="保存所选").click()
    crew = page.locator(".crews .crew", has_text="高峰组")
    expect(crew).to_contain_text("2 个坐席兼接 账单，15 分钟后返回", timeout=SLOW)
    page.get_by_role("button", name="清空").click()
    crew.get_by_role("button", name="选用").click()
    expect(page.locator(".order .picked button")).to_have_count(2)
    expect(page.get_by_role("button", name="15 分钟")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="兼接")).to_have_attribute("aria-pressed", "true")
    confirm(page)
    expect(page.locator(".running .move").first).to_contain_text("高峰组 · 2 个坐席", timeout=SLOW)
    crew.get_by_role("button", name="删除").click()
    expect(crew).to_contain_text("已删除", timeout=SLOW)
    crew.get_by_role("button", name="恢复").click()
    expect(crew.get_by_role("button", name="选用")).to_be_visible(timeout=SLOW)


def test_without_a_reason_or_a_view_of_the_floor_nothing_is_sent(
    move_floor: FakeServer, open_page: Open
) -> None:
    page = moves(move_floor, open_page)
    card(page, "报修", FREE).click()
    column(page, "账单").get_by_role("button").click()
    go = page.locator(".order .acts button[type=submit]")
    expect(go).to_be_enabled(timeout=SLOW)
    go.click()
    expect(page.locator(".order .err")).to_have_text("请写明原因。")
    page.get_by_label("原因", exact=True).fill("高峰")
    page.get_by_label("您的姓名").fill("主管甲")
    move_floor.post("mute")
    expect(page.locator(".moves.stale")).to_have_count(1, timeout=SLOW)
    go.click()
    expect(page.locator(".order .err")).to_have_text("现在看不到现场，不能调配。")
    expect(page.locator(".running .move")).to_have_count(0)
    move_floor.post("speak")


def chosen(page: Page) -> Locator:
    """A free seat of repairs goes to billing, for a reason; the button that confirms it."""
    card(page, "报修", FREE).click()
    column(page, "账单").get_by_role("button").click()
    page.get_by_label("原因", exact=True).fill("高峰")
    page.get_by_label("您的姓名").fill("主管甲")
    return page.locator(".order .acts button[type=submit]")


def test_nothing_is_sent_before_its_effect_was_seen(move_floor: FakeServer, open_page: Open) -> None:
    page = moves(move_floor, open_page)
    held: list[Route] = []
    page.route("**/api/v1/moves/preview*", lambda route: held.append(route))
    go = chosen(page)
    with page.expect_request("**/api/v1/moves/preview*"):
        page.get_by_role("button", name="15 分钟").click()
    expect(go).to_be_disabled()
    page.get_by_label("原因", exact=True).press("Enter")
    expect(go).not_to_contain_text("再点一次")
    for route in held:
        route.abort()
    expect(page.locator(".order .err")).to_have_text("现在算不出效果，请再试。")
    expect(go).to_be_disabled()
    page.unroute("**/api/v1/moves/preview*")
    page.get_by_role("button", name="60 分钟").click()
    expect(go).to_be_enabled(timeout=SLOW)
    page.get_by_role("button", name="15 分钟").click()  # another order: what was seen is not its effect
    expect(page.locator(".effect")).to_be_hidden()
    expect(go).to_be_enabled(timeout=SLOW)
    go.dblclick()
    expect(go).to_contain_text("再点一次")
    expect(page.locator(".running .move")).to_have_count(0)


def test_an_empty_number_is_not_zero(move_floor: FakeServer, open_page: Open) -> None:
    page = moves(move_floor, open_page)
    go = chosen(page)
    expect(go).to_be_enabled(timeout=SLOW)
    minutes, penalty = page.locator(".order .times input"), page.get_by_label("账单的优先级")
    for field, value in ((minutes, "45"), (penalty, "3")):
        field.fill("")
        expect(go).to_be_disabled()
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(page.locator(".order .err")).to_contain_text("请填写数字")
        field.fill(value)
        expect(go).to_be_enabled(timeout=SLOW)


@pytest.mark.parametrize(
    ("query", "width", "height"),
    [
        ("lang=en&theme=light", 390, 844),
        ("lang=zh&theme=light", 3840, 2160),
        ("lang=en&theme=dark", 1920, 1080),
    ],
)
def test_it_fits_the_screen_in_both_languages_and_themes(
    move_floor: FakeServer, open_page: Open, query: str, width: int, height: int
) -> None:
    page = moves(move_floor, open_page, query, width=width, height=height)
    page.locator(f'[data-seat="{FREE}"]').first.click()
    page.locator(".moves .aim").nth(2).click()
    expect(page.locator(".effect table")).to_be_visible(timeout=SLOW)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    text = page.locator(".moves").inner_text()
    assert "moves." not in text and "{" not in text
