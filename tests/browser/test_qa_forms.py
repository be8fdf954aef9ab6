"""QA forms in a real browser: made as a copy, written, published, taken away and brought back."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.fakes.fake_server import FakeServer

pytestmark = pytest.mark.browser
WAIT_MS = 30_000


def test_a_form_is_made_published_and_taken_along(
    day_floor: FakeServer, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page(day_floor.url("qa_forms?lang=zh"))
    name = page.get_by_label("您的姓名")
    expect(name).to_be_visible(timeout=WAIT_MS)
    name.fill("周岚")
    name.press("Enter")
    page.get_by_label("编号", exact=True).fill("trial")
    page.get_by_label("编号", exact=True).press("Enter")
    page.get_by_label("以此为底稿").click()
    page.get_by_role("option", name="热线来电质检表").click()
    page.get_by_role("button", name="建立草稿").click()
    expect(page).to_have_url(re.compile("name=trial&view=edit"), timeout=WAIT_MS)

    page.locator(".st-key-qf-outline label", has_text="准确理解需求").click()
    words = page.locator(".st-key-qf-panel").get_by_label("中文名").first
    expect(words).to_have_value("准确理解需求", timeout=WAIT_MS)
    words.fill("听懂客户")  # and a button at once: what stands in the field is not lost
    page.get_by_role("button", name="复制", exact=True).click()
    expect(page.locator(".st-key-qf-outline label", has_text="听懂客户")).to_have_count(2, timeout=WAIT_MS)
    chosen = page.locator(".st-key-qf-outline label:has(input:checked)")
    expect(chosen).to_have_text(re.compile("听懂客户"), timeout=WAIT_MS)
    expect(page.get_by_text("满分 110")).to_be_visible(timeout=WAIT_MS)
    page.get_by_role("button", name="删除", exact=True).click()
    expect(page.locator(".st-key-qf-outline label", has_text="听懂客户")).to_have_count(1, timeout=WAIT_MS)
    page.get_by_role("button", name="保存草稿").click()
    expect(page.get_by_text("没有未保存的改动")).to_be_visible(timeout=WAIT_MS)

    page.get_by_label("原因").fill("试行")
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.locator(".cp-row", has_text="在用：第 1 版")).to_be_visible(timeout=WAIT_MS)

    page.get_by_role("radio", name="查看", exact=True).click()
    with page.expect_download(timeout=WAIT_MS) as taken:
        page.get_by_role("button", name="下载 Excel").click(timeout=WAIT_MS)
    file = tmp_path / taken.value.suggested_filename
    taken.value.save_as(file)
    page.get_by_role("link", name="返回列表").click()
    expect(page).not_to_have_url(re.compile("trial"), timeout=WAIT_MS)
    page.get_by_role("tab", name="从文件导入").click()
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
    page.get_by_role("button", name="作为草稿导入").click(timeout=WAIT_MS)
    expect(page.locator(".cp-row", has_text="有草稿")).to_be_visible(timeout=WAIT_MS)
    expect(page.locator(".st-key-qf-outline label", has_text="听懂客户")).to_be_visible(timeout=WAIT_MS)


@pytest.mark.parametrize("asked", ["", "&kind=form&name=hotline", "&kind=plan&name=weekly&view=edit"])
def test_a_narrow_screen_is_not_scrolled_sideways(
    day_floor: FakeServer, open_page: Callable[..., Page], asked: str
) -> None:
    page = open_page(day_floor.url(f"qa_forms?lang=en&theme=light{asked}"), 390, 844)
    expect(page.get_by_role("heading", level=3).first).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_test_id("stSpinner")).to_have_count(0, timeout=WAIT_MS)
    wide = "Math.max(...[...document.querySelectorAll('[data-testid=stMain]')].map((e) => e.scrollWidth))"
    assert page.evaluate(wide) <= 390
