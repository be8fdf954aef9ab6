"""A lead of two of five queues, and an agent, in a real browser on the real program: they see no more."""

import io
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.fakes.at_screen import entered
from tests.fakes.fake_server import ROOT, FakeServer
from tests.fakes.stored_server import StoredServer

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
SLOW = 90_000
MINE = {"billing-line": "账单", "english-line": "英语专线"}
OTHERS = {"hotline": "热线咨询", "repair-line": "报修", "complaint-line": "投诉"}

ME = "陈思远"
OWN_WORDS = "now-mine-alone"


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("two_of_five") / "floor.db"


@pytest.fixture(scope="module")
def floor(db: Path) -> Iterator[FakeServer]:
    """A simulated floor with a day behind it, that everybody has to sign in to."""
    server = StoredServer(
        db, SOURCE="simulator", SIMULATOR_HISTORY_DAYS="1", SIMULATOR_SPEED="20", ACCESS_LOGIN="always"
    )
    server.start()
    yield server
    server.stop()


def account(db: Path, name: str, *words: str) -> str:
    """A new account's first password."""
    asked = [sys.executable, "-m", "ccfloor", "user", "add", name, *words, "--db", f"sqlite:///{db}"]
    told = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return re.findall(r"[a-z0-9]{4}(?:-[a-z0-9]{4}){3}", told)[-1]


def sign_in(page: Page, name: str, password: str) -> None:
    """With the first password, then with the own one."""
    _form(page, {"账号": name, "口令": password}, "登录")
    _form(
        page,
        {"当前口令": password, "新口令（至少 10 个字符）": OWN_WORDS, "再输一次新口令": OWN_WORDS},
        "保存",
    )
    _form(page, {"账号": name, "口令": OWN_WORDS}, "登录")
    entered(page)


def _form(page: Page, fields: dict[str, str], button: str) -> None:
    for label, value in fields.items():
        page.get_by_label(label, exact=True).fill(value, timeout=SLOW)
    page.get_by_role("button", name=button, exact=True).click()


def strangers(floor: Any) -> set[str]:
    """Who serves none of the two queues, as the floor's whole picture tells."""
    seats = floor["view"]["seats"] if "view" in floor else floor["seats"]
    return {seat["agent"] for seat in seats if not {one["queue"] for one in seat["queues"]} & MINE.keys()}


def told_of(hidden: set[str], text: str) -> set[str]:
    """What of it is named: by id or a person's name anywhere, by a queue's short name as a word alone."""
    short = set(OTHERS.values())  # "投诉" is a group of KPIs, too: that queue shows by its id
    alone = {word for word in (short & hidden) - {"投诉"} if re.search(rf'[>"\n]{word}[<"\n]', text)}
    return alone | {word for word in hidden - short if word in text}


def cells(path: Path) -> str:
    book = load_workbook(io.BytesIO(path.read_bytes()))
    return "\n".join(str(cell.value) for sheet in book for row in sheet for cell in row if cell.value)


def test_a_lead_sees_two_of_five_queues_everywhere(floor: FakeServer, open_page: Open, db: Path) -> None:
    boss = open_page(floor.url("wall?lang=zh"))
    sign_in(boss, "boss", account(db, "boss", "--role", "manager"))
    expect(boss.locator(".sheet")).to_contain_text(OTHERS["repair-line"], timeout=SLOW)
    hidden = strangers(boss.request.get(floor.url("api/v1/floor")).json()) | {*OTHERS, *OTHERS.values()}
    assert len(hidden) > 6 + len(OTHERS)
    boss.close()

    page, frames = open_page(floor.url("wall?lang=zh")), []
    sign_in(page, "li.ming", account(db, "li.ming", "--role", "lead", "--queues", ",".join(MINE)))

    def listen(socket: Any) -> None:
        if "/live" in socket.url:
            socket.on("framereceived", lambda data: frames.append(str(data)))

    page.on("websocket", listen)
    with page.expect_websocket(lambda socket: "/live" in socket.url) as link:
        page.reload()
    for _ in range(8):
        link.value.wait_for_event("framereceived")
    seen = {"wall": ".sheet", "seats": "[data-seat]", "queues": "table", "kpi": ".kp", "queue_history": ".cp"}
    for name, drawn in seen.items():
        page.goto(floor.url(f"{name}?lang=zh&below=queue"))
        expect(page.locator(drawn).first).to_be_visible(timeout=SLOW)
        for words in MINE.values() if name in ("wall", "queues", "kpi") else ():
            expect(page.locator("[data-testid=stMain]")).to_contain_text(words, timeout=SLOW)
        assert told_of(hidden, page.content()) == set(), name

    page.goto(floor.url("kpi?lang=zh&below=queue"))
    expect(page.locator("a[data-scope='queue:billing-line']")).to_be_visible(timeout=SLOW)
    assert page.locator("a[data-scope]").count() == len(MINE)
    with page.expect_download(timeout=SLOW) as file:
        page.locator(".st-key-kpi-excel button").click()
    told = cells(file.value.path())
    assert all(words in told for words in MINE.values()) and told_of(hidden, f"\n{told}\n") == set()

    page.goto(floor.url("kpi?lang=zh&scope=queue:repair-line"))
    expect(page.get_by_text("不在您的权限范围内")).to_be_visible(timeout=SLOW)
    assert '"t":"full"' in "".join(frames)
    assert told_of(hidden, "\n".join(frames)) == set()
    answer = page.request.get(floor.url("api/v1/floor")).json()
    assert {queue["queue"] for queue in (answer.get("view") or answer)["queues"]} == MINE.keys()


def test_an_agent_begins_at_the_own_trend_and_sees_nobody_else(
    floor: FakeServer, open_page: Open, db: Path
) -> None:
    page = open_page(floor.url("login?lang=zh"))
    sign_in(page, "chen", account(db, "chen", "--role", "agent", "--agent", ME))
    expect(page).to_have_url(re.compile(r"/agents\?"), timeout=SLOW)
    expect(page.locator("[data-testid=stMain]")).to_contain_text(ME, timeout=SLOW)
    seats = (ROOT / "data" / "seats.yaml").read_text(encoding="utf-8")
    others = set(re.findall(r"agent: *([^\s,}]+)", seats)) - {ME, "agent"}
    assert len(others) > 20
    for address in ("agents", "agents?view=day", "kpi", "definitions"):
        page.goto(floor.url(f"{address}{'&' if '?' in address else '?'}lang=zh"))
        expect(page.get_by_text("退出")).to_be_visible(timeout=SLOW)
        expect(page.locator("[data-testid=stMain] h2").first).to_be_visible(timeout=SLOW)
        assert told_of(others, page.content()) == set(), address
    page.goto(floor.url(f"agents?lang=zh&scope=agent:{sorted(others)[0]}"))
    expect(page.get_by_text("不在您的权限范围内")).to_be_visible(timeout=SLOW)
    page.goto(floor.url("wall?lang=zh"))
    page.get_by_role("link", name="返回“坐席趋势”").click(timeout=SLOW)
    expect(page).to_have_url(re.compile(r"/agents\?"), timeout=SLOW)
