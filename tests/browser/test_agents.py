"""Agent trends in a real browser: by clicks to a person, an annotation, a call; by the same link again."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from ccfloor.store.engine import open_engine
from tests.fakes.current import upgrade
from tests.fakes.fake_server import FakeServer
from tests.fakes.stored_server import StoredServer
from tests.fakes.stored_trend import put_days, put_shift

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
SLOW = 60_000
DAYS = "from=2024-10-01&to=2024-10-30"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeServer]:
    db = tmp_path_factory.mktemp("agents") / "floor.db"
    engine = open_engine(f"sqlite:///{db}")
    upgrade(engine)
    put_days(engine)
    put_shift(engine)
    engine.dispose()
    server = StoredServer(db)
    server.start()
    yield server
    server.stop()


def test_from_the_team_to_a_person_with_an_annotation_and_by_link_again(
    server: FakeServer, open_page: Open
) -> None:
    page = open_page(server.url(f"agents?lang=zh&scope=team:A&{DAYS}"))
    page.get_by_role("radio", name="全组小图").click(timeout=SLOW)
    page.locator(".tm a", has_text="陈思远").click(timeout=SLOW)
    expect(page.get_by_text("有变化，不是噪声。")).to_be_visible(timeout=SLOW)
    assert "view=trend" in page.url and DAYS in page.url
    page.get_by_label("您的姓名").fill("周岚")
    page.get_by_label("您的姓名").press("Enter")
    page.get_by_text("添加标注").click(timeout=SLOW)
    page.get_by_label("内容").fill("退款流程", timeout=SLOW)
    page.get_by_label("原因").fill("季度培训")
    page.get_by_role("button", name="确认").click()
    row = page.locator(".cp-row").filter(has_text="退款流程")
    expect(row).to_contain_text("周岚", timeout=SLOW)
    other = open_page(page.url)
    expect(other.locator(".cp-row").filter(has_text="退款流程")).to_be_visible(timeout=SLOW)
    expect(other.get_by_text("有变化，不是噪声。")).to_be_visible(timeout=SLOW)


def test_from_the_day_line_to_the_life_of_a_call(server: FakeServer, open_page: Open) -> None:
    day = f"agents?lang=zh&scope=agent:陈思远&view=day&day=2024-11-20&{DAYS}"
    page = open_page(server.url(day))
    page.locator(".td .x a", has_text="22:00").click(timeout=SLOW)
    expect(page.get_by_role("link", name="回到全天")).to_be_visible(timeout=SLOW)
    assert "hour=2024-11-20T22" in page.url
    phone = open_page(page.url, width=390, height=844)
    call = phone.locator(".td a.c").first
    expect(call).to_be_visible(timeout=SLOW)
    assert phone.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
    call.click()
    phone.wait_for_url(re.compile(r"/kpi\?.*call=1-1"), timeout=SLOW)
    expect(phone.get_by_text("138****2071").first).to_be_visible(timeout=SLOW)
