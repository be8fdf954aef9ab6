"""Single sign-on and a wall's link in a real browser, on the real program."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.fakes.fake_provider import CLIENT, SECRET, FakeProvider
from tests.fakes.fake_server import ROOT, FakeServer
from tests.fakes.stored_server import StoredServer, command

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
SLOW = 90_000


@pytest.fixture(scope="module")
def provider() -> Iterator[FakeProvider]:
    made = FakeProvider(time.time)
    made.person |= {"groups": ["bosses"]}
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("way_in") / "floor.db"


@pytest.fixture(scope="module")
def floor(db: Path, provider: FakeProvider) -> Iterator[FakeServer]:
    """A simulated floor that everybody has to sign in to."""
    server = StoredServer(
        db,
        SOURCE="simulator",
        SIMULATOR_HISTORY_DAYS="0",
        ACCESS_LOGIN="always",
        OIDC_ISSUER=provider.issuer,
        OIDC_CLIENT_ID=CLIENT,
        OIDC_CLIENT_SECRET=SECRET,
        OIDC_ROLES="groups=bosses -> manager",
    )
    server.start()
    yield server
    server.stop()


def sign_in(page: Page) -> None:
    """From the way in to the provider and back."""
    page.get_by_role("link", name="统一身份登录").click(timeout=SLOW)
    expect(page.get_by_role("heading", name="Provider")).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="Sign in as").click()


def test_a_round_trip_to_the_provider_and_out_again(
    floor: FakeServer, provider: FakeProvider, open_page: Open
) -> None:
    page = open_page(floor.url("settings?lang=zh"))
    expect(page).to_have_url(re.compile("/login"))
    sign_in(page)
    expect(page).to_have_url(floor.url("settings?lang=zh"), timeout=SLOW)
    expect(page.get_by_text("李明 · 经理")).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("heading", name="大屏链接")).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_text("已在此退出。")).to_be_visible(timeout=SLOW)
    page.get_by_role("link", name="同时退出统一身份").click()
    expect(page.get_by_role("heading", name="Signed out")).to_be_visible(timeout=SLOW)
    page.goto(floor.url("settings?lang=zh"))
    expect(page).to_have_url(re.compile("/login"))


def made_on_the_page(page: Page, name: str) -> str:
    """A link made on the settings page, as it is shown there, once."""
    page.get_by_role("button", name="新建大屏链接").click(timeout=SLOW)
    page.get_by_label("名称（挂在哪里）").fill(name)
    page.get_by_text("坐席以工号显示，不显示姓名").click()
    page.get_by_label("原因").fill("给大厅")
    page.get_by_role("button", name="生成链接").click()
    link = page.locator(".st-key-display-made code")
    expect(link).to_contain_text("/wall?display=", timeout=SLOW)
    return link.inner_text().strip()


def test_a_wall_from_its_link_to_its_end(floor: FakeServer, open_page: Open, db: Path) -> None:
    page = open_page(floor.url("settings?lang=zh"))
    sign_in(page)
    name = '东墙 <img src=x onerror="document.title=1">'
    link = made_on_the_page(page, name)
    told: list[str] = []

    def listen(wall: Page) -> None:
        wall.on("websocket", lambda socket: socket.on("framereceived", lambda data: told.append(str(data))))

    wall = open_page("about:blank")
    listen(wall)
    wall.goto(link)
    expect(wall).to_have_url(floor.url("wall?kiosk=1&lang=zh"))
    expect(wall.locator(".sheet")).to_be_visible(timeout=SLOW)
    expect(wall.locator(".sheet")).to_contain_text("1001", timeout=SLOW)
    everybody = (ROOT / "data" / "seats.yaml").read_text(encoding="utf-8")
    names = set(re.findall(r"agent: *([^\s,}]+)", everybody))
    assert len(names) > 20 and any('"t":"full"' in text for text in told)
    assert not [one for one in names if any(one in text for text in told)]

    wall.goto(floor.url("kpi?lang=zh"))
    expect(wall.get_by_text("只显示“大屏”")).to_be_visible(timeout=SLOW)
    assert wall.locator("[data-testid=stSidebar] a").count() == 0
    answer = wall.request.get(floor.url("api/v1/floor"))
    assert (answer.status, answer.json()) == (403, {"error": "forbidden"})
    wall.get_by_role("link", name="返回“大屏”").click()
    expect(wall.locator(".sheet")).to_be_visible(timeout=SLOW)

    page.get_by_role("button", name="已抄录").click()
    expect(page.locator(".st-key-display-made")).to_have_count(0, timeout=SLOW)
    assert link not in page.content() and page.title() != "1"
    page.reload()
    expect(page.get_by_text("最近在线")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("从未打开")).to_have_count(0)
    page.get_by_role("button", name="撤销").click()
    page.get_by_label("原因").fill("拆除")
    page.get_by_role("button", name="确认").click()
    expect(wall.get_by_text("这个大屏链接已失效")).to_be_visible(timeout=10_000)
    assert '"拆除"' in command(db, "display", "list", "--json")
    wall.goto(link)
    expect(wall.get_by_text("这个大屏链接已失效")).to_be_visible(timeout=SLOW)


def test_a_wall_of_seats_opens_none_and_can_be_ended(floor: FakeServer, open_page: Open, db: Path) -> None:
    told = command(
        db, "display", "add", "西墙", "--board", "seats", "--numbered", "--queues", "hotline", "--lang", "zh"
    )
    link = re.sub(r"^http://[^/]+/", floor.url(""), told.splitlines()[-1])
    wall = open_page(link)
    refused: list[str] = []
    wall.on("response", lambda answer: refused.append(answer.url) if answer.status >= 400 else None)
    seat = wall.locator("[data-seat]").first
    expect(seat).to_be_visible(timeout=SLOW)
    seat.click()
    expect(wall.locator("[data-seat]").first).to_be_visible()
    assert wall.get_by_role("button", name="关闭").count() == 0 and refused == []
    wall.goto(floor.url("settings?lang=zh"))
    wall.get_by_role("button", name="不再作为大屏").click(timeout=SLOW)
    expect(wall).to_have_url(re.compile("/login"), timeout=SLOW)
