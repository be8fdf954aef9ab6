"""A reviewer scores calls in a real browser: by the keyboard alone, and what stops him from a slip."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ccfloor.store.engine import open_engine
from ccfloor.store.qa_scores import Wanted, listed, revisions
from tests.fakes.qa_floor import REVIEWER, QaFloor

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
SLOW = 90_000


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QaFloor]:
    server = QaFloor(tmp_path_factory.mktemp("qa"))
    server.start()
    yield server
    server.stop()


def sits_down(page: Page) -> None:
    """Gives the name, as on every page of an open floor."""
    page.get_by_label("您的姓名").fill(REVIEWER, timeout=SLOW)
    page.keyboard.press("Enter")
    expect(page.locator(".qs-item.on")).to_be_visible(timeout=SLOW)


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_call_is_scored_by_the_keyboard_alone(floor: QaFloor, open_page: Open) -> None:
    page = open_page(floor.url(f"qa_score?lang=zh&sample={floor.samples[0]}"))
    sits_down(page)
    expect(page.locator(".qs-facts")).to_contain_text("随机抽样")
    expect(page.locator(".qs-bar .qs-hold")).to_have_count(1)
    expect(page.locator(".qs-verdict")).to_contain_text("还剩")
    press(page, "2", "x")  # the greeting was not whole; no closing words
    press(page, "8")  # points by their number
    expect(page.locator(".qs-item.on .qs-no")).to_have_text("4")
    press(page, "m")
    page.keyboard.type("语气有些急")
    press(page, "Enter", "4")
    while page.locator(".qs-verdict").filter(has_text="还剩").count():
        here = page.locator(".qs-item.on .qs-no").inner_text()
        press(page, "f")
        expect(page.locator(".qs-item.on .qs-no")).not_to_have_text(here)
        page.wait_for_function("document.querySelector('.qs-saved').textContent.includes('已保存')")
    total = page.locator(".qs-total").inner_text()
    assert 85 < float(total) < 100
    press(page, "s")
    page.keyboard.type("整体流畅，开场白要完整")
    press(page, "Escape", "Control+Enter")
    question = page.get_by_role("alertdialog")
    expect(question).to_contain_text(total)
    press(page, "Enter")
    expect(page.locator(".qs-done")).to_contain_text(f"{REVIEWER} 于", timeout=SLOW)
    expect(page.get_by_role("link", name="评下一条")).to_have_attribute(
        "href", re.compile(f"sample={floor.samples[1]}")
    )
    page.reload()
    sits_nobody(page)
    stored = scores(floor)
    assert [(row.state, row.reviewer, f"{row.score:.1f}") for row in stored] == [
        ("submitted", REVIEWER, total)
    ]
    assert stored[0].comments and stored[0].summary == "整体流畅，开场白要完整"
    assert all(mark is not None for told in stored[0].comments.values() for mark, _ in told)


def sits_nobody(page: Page) -> None:
    """What is handed in is not begun again: the sample is closed."""
    page.get_by_label("您的姓名").fill(REVIEWER, timeout=SLOW)
    page.keyboard.press("Enter")
    expect(page.get_by_text("已经评分、替换或撤销")).to_be_visible(timeout=SLOW)


def scores(floor: QaFloor) -> list:
    engine = open_engine(str(floor.db))
    with engine.connect() as connection:
        found = listed(connection, Wanted(states=()), [], 10)
        assert all(revisions(connection, "main", row.id) == [] for row in found)
    engine.dispose()
    return found


def test_something_fatal_is_said_before_it_is_handed_in(floor: QaFloor, open_page: Open) -> None:
    page = open_page(floor.url(f"qa_score?lang=zh&theme=light&sample={floor.samples[1]}"), 390, 844)
    sits_down(page)
    expect(page.get_by_text("没有这通电话的录音")).to_be_visible()
    page.get_by_role("group", name="辱骂").get_by_role("button", name="发生", exact=True).click()
    expect(page.locator(".qs-verdict.over")).to_have_text("致命，0 分")
    page.keyboard.type("对客户说了粗话")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alertdialog")).to_contain_text("整份 0 分")
    page.keyboard.press("Escape")
    expect(page.get_by_role("alertdialog")).to_be_hidden()
    other = open_page(floor.url(f"qa_score?lang=zh&sample={floor.samples[1]}"))
    sits_down(other)
    other.keyboard.press("s")
    other.keyboard.type("另一个窗口")
    expect(other.locator(".qs-saved")).to_contain_text("已保存")
    page.get_by_role("button", name="立即告知坐席").click()
    expect(page.locator(".qs-strip")).to_contain_text(f"{REVIEWER} 于")
    page.get_by_role("button", name="用那一份").click()
    expect(page.locator("#qs-summary")).to_have_value("另一个窗口")


def test_a_recording_plays_from_a_mark_and_another_is_uploaded(floor: QaFloor, open_page: Open) -> None:
    page = open_page(floor.url(f"qa_score?lang=zh&sample={floor.samples[1]}"))
    sits_down(page)
    recording = next(Path(floor.folder).rglob("*.wav"))
    page.locator("input[type=file]").set_input_files(recording)
    expect(page.get_by_text(f"in-c1.wav，{REVIEWER} 上传")).to_be_visible()
    press(page, "]", "]")
    assert page.evaluate("document.querySelector('audio').currentTime") == pytest.approx(10, abs=0.5)
    press(page, "m")
    page.keyboard.type("从这里开始")
    press(page, "Enter", "[", "[")
    page.get_by_role("button", name="0:10", exact=True).click()
    page.wait_for_function("document.querySelector('audio').currentTime >= 10")
    page.get_by_role("button", name="删除", exact=True).click()
    expect(page.get_by_text("没有这通电话的录音")).to_be_visible()
