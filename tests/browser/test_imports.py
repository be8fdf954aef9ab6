"""The imports page in a real browser: a file chosen, shown, taken in, taken out; no English on the way."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.fakes.fake_server import FakeServer

pytestmark = pytest.mark.browser

CSV = "日期,坐席,邀评数,参评数,满意数\n2020-01-01,1001,100,80,70\n2020-01-02,1002,1,1,1\n"
# Words that can be seen: not those that are drawn with no size, nor names of icons.
SEEN = """(root) => [...root.querySelectorAll('*')]
  .filter((node) => !node.closest('[data-testid=stIconMaterial]') && node.checkVisibility())
  .filter((node) => parseFloat(getComputedStyle(node).fontSize) > 0)
  .flatMap((node) => [...node.childNodes].filter((c) => c.nodeType === 3).map((c) => c.data)).join(' ')"""


def test_a_file_is_taken_in_and_out_by_clicks(
    day_floor: FakeServer, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page(day_floor.url("imports?lang=zh&dataset=survey"))
    zone = page.get_by_test_id("stFileUploaderDropzone")
    expect(zone).to_be_visible(timeout=30_000)
    assert not re.search(r"upload|per file|drag", zone.evaluate(SEEN), re.I)
    page.get_by_label("您的姓名").fill("周岚")
    page.get_by_label("您的姓名").press("Enter")
    bad = tmp_path / "满意度.csv"
    bad.write_text(CSV + "2020-01-03,1001,x,1,1\n", encoding="gb18030")
    choose = page.get_by_test_id("stFileUploaderDropzoneInput")
    choose.set_input_files(bad)
    expect(page.get_by_text("“x”不是数字。")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("button", name="导入 2 行")).to_be_disabled()
    page.get_by_role("button", name=re.compile("^Remove")).click()
    expect(page.get_by_text("“x”不是数字。")).to_be_hidden(timeout=30_000)
    good = tmp_path / "好.csv"
    good.write_text(CSV, encoding="utf-8")
    choose.set_input_files(good)
    page.get_by_role("button", name="导入 2 行").click(timeout=30_000)
    line = page.locator(".cp-row", has_text="好.csv")
    expect(line).to_contain_text("有效", timeout=30_000)
    page.get_by_role("button", name="撤销…").first.click()
    page.get_by_label("原因").fill("试一次")
    page.get_by_role("button", name="确认").click()
    expect(line).to_contain_text("周岚", timeout=30_000)
    expect(line).to_contain_text("试一次", timeout=30_000)
    expect(line).to_contain_text("已撤销")
