"""One whole number in a real browser: who may ask says why, sees it for a minute, and stands on the log."""

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from ccfloor.access.acts import Act
from ccfloor.access.rights import Role
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import Outcome
from ccfloor.service.access import accounts, displays
from ccfloor.service.access.accounts import Draft
from ccfloor.service.audit import Actor
from ccfloor.store.access_tables import audit
from ccfloor.store.engine import open_engine
from ccfloor.store.viewer import Viewer
from tests.fakes.at_screen import entered
from tests.fakes.current import upgrade
from tests.fakes.stored_calls import call, put
from tests.fakes.stored_server import StoredServer

pytestmark = pytest.mark.browser
SLOW = 60_000
OWN, FIRST = "the own long secret", "a long enough secret"
BOSS = Actor("boss", Role.ADMIN)
ANNA, BERT, CARL = "13800001111", "13900002222", "13700003333"
MASKED = "138****1111"
PEOPLE = {"li.ming": Role.LEAD, "zhou.qa": Role.QA, "wu.jie": Role.MANAGER, "kim": Role.AGENT}
Open = Callable[..., Page]


class Site(NamedTuple):
    """A server with three calls of today, and the link of a wall."""

    server: StoredServer
    db: Path
    wall: str
    day: str

    def revealed(self) -> list[tuple[str, str, str, str]]:
        """Who, of which call, why, and what the log says of the number."""
        engine = open_engine(str(self.db))
        told = (audit.c.who, audit.c.about, audit.c.why, audit.c.after)
        query = select(*told).where(audit.c.act == Act.NUMBER_REVEALED).order_by(audit.c.number)
        with engine.connect() as connection:
            found = [tuple(row) for row in connection.execute(query)]
        engine.dispose()
        return found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    db, now = tmp_path_factory.mktemp("reveal") / "floor.db", time.time()
    engine = open_engine(str(db))
    upgrade(engine)
    kim = {"seat": "PJSIP/1001", "agent": "Kim"}
    gave_up = {"outcome": Outcome.ABANDONED, "answered_at": 0.0, "talk_ms": 0}
    put(engine, [
        call(1, now - 900, "hotline", number=ANNA, **kim),
        call(2, now - 600, "hotline", number=BERT, **gave_up),
        call(3, now - 300, "hotline", number=CARL, **gave_up),
    ])  # fmt: skip
    for name, role in PEOPLE.items():
        draft = Draft(name, name, role, agent="Kim" if role is Role.AGENT else "")
        made, _ = accounts.add_account(engine, "main", draft, BOSS, "x", now, FIRST)
        accounts.change_password(engine, made.id, FIRST, OWN, now)
    wall = displays.Draft("hall")
    _, token = displays.add_display(engine, FloorConfig(), Viewer(), wall, BOSS, "x", now)
    engine.dispose()
    server = StoredServer(db, ACCESS_LOGIN="always")
    server.start()
    day = time.strftime("%Y-%m-%d", time.gmtime(now - 600 + 8 * 3600))
    yield Site(server, db, server.url(f"wall?display={token}"), day)
    server.stop()


def signed_in(site: Site, open_page: Open, name: str, to: str) -> Page:
    page = open_page(site.server.url(to))
    expect(page).to_have_url(re.compile("/login"))
    page.locator("input[name=name]").fill(name)
    page.locator("input[name=password]").fill(OWN)
    page.get_by_role("button", name="登录").click()
    entered(page)
    expect(page).to_have_url(site.server.url(to), timeout=SLOW)
    return page


def ask(page: Page, why: str) -> None:
    page.get_by_role("button", name="显示号码").first.click(timeout=SLOW)
    page.get_by_label("为什么需要完整号码").fill(why)
    page.locator("[class*=st-key-reveal-yes]").get_by_role("button", name="显示号码").click()


def test_a_lead_says_why_and_sees_one_number(site: Site, open_page: Open) -> None:
    callers = f"queue_history?lang=zh&view=callers&from={site.day}&to={site.day}"
    page = signed_in(site, open_page, "li.ming", callers)
    heard: list[str] = []
    page.on("websocket", lambda one: one.on("framereceived", lambda told: heard.append(str(told))))
    body = page.locator("body")
    page.goto(site.server.url("kpi?lang=zh&call=1-1"))
    expect(body).to_contain_text(MASKED, timeout=SLOW)
    assert ANNA not in page.content() and not any(ANNA in told for told in heard)
    ask(page, "回访客户")
    expect(body).to_contain_text(ANNA, timeout=SLOW)
    expect(page.get_by_role("button", name="隐藏号码")).to_be_visible()
    assert body.inner_text().count(ANNA) == 1 and MASKED in body.inner_text()
    page.get_by_role("button", name="隐藏号码").click()
    expect(body).not_to_contain_text(ANNA, timeout=SLOW)

    page.goto(site.server.url(callers))
    expect(page.get_by_role("button", name="显示号码")).to_have_count(2, timeout=SLOW)
    ask(page, "第一位")
    shown = page.get_by_text(re.compile(f"{BERT}|{CARL}"))
    expect(shown).to_have_count(1, timeout=SLOW)
    inner = body.inner_text()
    assert (BERT in inner) != (CARL in inner), "the other stays masked"
    (first, of, why, after), second = site.revealed()
    assert (first, of, why) == ("li.ming", "call/1-1", "回访客户")
    assert json.loads(after) == {"number": MASKED} and second[2] == "第一位"


def test_after_the_page_is_left_it_is_masked_again(site: Site, open_page: Open) -> None:
    page = signed_in(site, open_page, "zhou.qa", "kpi?lang=zh&call=1-1")
    ask(page, "质检复核")
    body = page.locator("body")
    expect(body).to_contain_text(ANNA, timeout=SLOW)
    page.locator("[data-testid=stSidebar] a[href*=queue_history]").first.click()
    expect(page).to_have_url(re.compile("/queue_history"), timeout=SLOW)
    expect(body).not_to_contain_text(ANNA, timeout=SLOW)
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible(timeout=SLOW)
    page.go_back()
    expect(page.get_by_role("button", name="显示号码")).to_be_visible(timeout=SLOW)
    assert ANNA not in page.content()
    assert [one[0] for one in site.revealed()].count("zhou.qa") == 1


def test_the_log_shows_a_manager_who_and_why_and_no_number(site: Site, open_page: Open) -> None:
    page = signed_in(site, open_page, "wu.jie", "kpi?lang=zh&call=1-1")
    ask(page, "经理核实")
    expect(page.locator("body")).to_contain_text(ANNA, timeout=SLOW)
    page.goto(site.server.url("audit?lang=zh&act=number"))
    rows = page.locator(".au-tab tr:has(td)")
    expect(rows).to_have_count(len(site.revealed()), timeout=SLOW)
    newest = rows.first
    for words in ("wu.jie", "经理核实", MASKED):
        expect(newest).to_contain_text(words)
    assert ANNA not in page.content()


def test_an_agent_and_a_wall_are_shown_none(site: Site, open_page: Open) -> None:
    before = site.revealed()
    page = signed_in(site, open_page, "kim", "kpi?lang=zh&call=1-1")
    expect(page.locator("body")).to_contain_text(MASKED, timeout=SLOW)
    button = page.get_by_role("button", name="显示号码")
    expect(button).to_be_disabled(timeout=SLOW)
    asked = {"source": 1, "position": 1, "why": "x"}
    answer = page.request.post(site.server.url("api/v1/reveal"), data=asked)
    assert answer.status == 403 and ANNA not in answer.text()
    wall = open_page(site.wall)
    wall.wait_for_load_state("networkidle")
    answer = wall.request.post(site.server.url("api/v1/reveal"), data=asked)
    assert answer.status == 403 and ANNA not in answer.text()
    assert ANNA not in wall.content() and site.revealed() == before
