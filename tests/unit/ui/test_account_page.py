"""The page of the own account, and that of all accounts: what they say, and what their buttons do."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ccfloor.access.rights import Role
from ccfloor.service import runtime
from ccfloor.service.access import accounts, identity
from ccfloor.service.access.accounts import Actor, Draft
from ccfloor.service.access.identity import Identity
from ccfloor.store.accounts import Account, account_named
from ccfloor.ui.browser_words import browser_words
from tests.fakes.app_page import opened, quiet_service, words

NOW = 1_795_000_000.0
BOSS = Actor("boss", Role.ADMIN)
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"
WECHAT = "Mozilla/5.0 (Linux; Android 14) Chrome/130 Mobile MicroMessenger/8"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko Firefox/130.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[runtime.Service]:
    with quiet_service(tmp_path) as service:
        service.clock = lambda: NOW
        yield service


def own() -> None:
    from ccfloor.ui import account_page
    from ccfloor.ui.shell import look

    account_page.show(look())


def all_of_them() -> None:
    from ccfloor.ui import accounts_page
    from ccfloor.ui.shell import look

    accounts_page.show(look())


def someone(service: runtime.Service, name: str, role: Role, **more: object) -> Account:
    draft = Draft(name, name.title(), role, **more)  # type: ignore[arg-type]
    return accounts.add_account(service.engine, "main", draft, BOSS, "new", NOW)[0]


def signed_in(
    service: runtime.Service, account: Account, monkeypatch: pytest.MonkeyPatch, program: str = CHROME
) -> Identity:
    found = service.doors.who(service.doors.open(account, "10.0.0.7", program))
    assert found is not None
    monkeypatch.setattr(identity, "_asks", [lambda: found])
    return found


def press(page: AppTest, key: str) -> None:
    page.button(key=key).click().run()
    assert not page.exception, page.exception


def key_of(page: AppTest, start: str) -> str:
    return next(str(one.key) for one in page.button if str(one.key).startswith(start))


# -- the own one -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lang", "told"), [("zh", "不需要账号"), ("en", "no accounts are needed")])
def test_an_open_floor_says_that_there_are_none(service: runtime.Service, lang: str, told: str) -> None:
    page = opened(own, lang=lang)
    assert told in words(page) and not page.button
    assert "user add" in page.code[0].value and 'login = "always"' in page.code[0].value


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.SYSTEM, Role.DISPLAY)])
def test_it_says_who_one_is(service: runtime.Service, role: Role, monkeypatch: pytest.MonkeyPatch) -> None:
    queue = next(iter(service.config.queues))
    more = {"agent": "Wu Li"} if role == Role.AGENT else {"queues": frozenset((queue,))}
    signed_in(service, someone(service, "wu", role, **more), monkeypatch)
    page = opened(own, lang="en")
    found = words(page)
    name = service.config.queues[queue].en
    assert "Wu" in found and ("Wu Li" if role == Role.AGENT else name) in found
    assert "auth/password?lang=en" in found and "Chrome on Windows" in found
    assert not re.search(r"[\u4e00-\u9fff]", found)


def test_a_session_elsewhere_is_signed_out(service: runtime.Service, monkeypatch: pytest.MonkeyPatch) -> None:
    me = someone(service, "wu", Role.LEAD)
    there = service.doors.open(me, "10.0.0.9", PHONE)
    signed_in(service, me, monkeypatch)
    page = opened(own, lang="zh")
    assert "iPhone 上的 Safari" in words(page) and "就是这里" in words(page)
    press(page, key_of(page, "people-b-session-end"))
    assert "10.0.0.9" in words(page)
    assert service.doors.who(there)
    press(page, key_of(page, "people-yes-session-end"))
    assert service.doors.who(there) is None
    assert "iPhone" not in words(page)


def test_everywhere_else_is_signed_out_at_once(
    service: runtime.Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = someone(service, "wu", Role.LEAD)
    away = [service.doors.open(me, "10.0.0.9", PHONE) for _ in range(2)]
    here = signed_in(service, me, monkeypatch)
    page = opened(own, lang="en")
    press(page, "people-b-session-others")
    assert "the 2 other browsers" in words(page)
    press(page, "people-yes-session-others")
    assert [service.doors.who(one) for one in away] == [None, None]
    assert [one.token for one in service.doors.mine()] == [here.session]
    assert page.button(key="people-b-session-others").disabled


@pytest.mark.parametrize(
    ("program", "zh", "en"),
    [
        (CHROME, "Windows 上的 Chrome", "Chrome on Windows"),
        (PHONE, "iPhone 上的 Safari", "Safari on iPhone"),
        (CHROME + " Edg/130.0", "Windows 上的 Edge", "Edge on Windows"),
        (WECHAT, "Android 上的 微信", "WeChat on Android"),
        (FIREFOX, "Linux 上的 Firefox", "Firefox on Linux"),
        ("curl/8.5", "别的程序", "another program"),
        ("", "别的程序", "another program"),
    ],
)  # fmt: skip
def test_a_browser_in_plain_words(program: str, zh: str, en: str) -> None:
    assert (browser_words(program, "zh"), browser_words(program, "en")) == (zh, en)


# -- all of them -------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_list_says_role_scope_and_state(service: runtime.Service, lang: str) -> None:
    someone(service, "wu", Role.LEAD, teams=frozenset(("A",)))
    someone(service, "bo", Role.AGENT, agent="Bo")
    accounts.set_disabled(service.engine, "main", "bo", True, BOSS, "left", NOW)
    found = words(opened(all_of_them, lang=lang))
    wanted = {"zh": ("班组长", "坐席", "已停用", "从未"), "en": ("Shift lead", "Agent", "disabled", "never")}
    assert all(word in found for word in wanted[lang]), found
    assert lang == "zh" or not re.search(r"[\u4e00-\u9fff]", found)


def test_a_change_of_role_is_taken_back(service: runtime.Service, monkeypatch: pytest.MonkeyPatch) -> None:
    someone(service, "wu", Role.LEAD, queues=frozenset(service.config.queues))
    signed_in(service, someone(service, "boss", Role.ADMIN), monkeypatch)
    accounts.set_role(service.engine, "main", "wu", Role.QA, BOSS, "another duty", NOW + 1)
    page = opened(all_of_them, lang="en")
    back = [button for button in page.button if str(button.key).startswith("people-b-account-back")]
    assert sorted(button.disabled for button in back) == [False, True]
    key = str(next(button.key for button in back if not button.disabled))
    press(page, key)
    assert 'boss changed the role or scope of "Wu"' in unescape(words(page)) and "Shift lead" in words(page)
    name = key.removeprefix("people-b-")
    press(page, f"people-yes-{name}")
    assert "why" in page.error[0].value and role_of(service) == Role.QA
    page.text_input(key=f"people-why-{name}").set_value("was right")
    press(page, f"people-yes-{name}")
    assert role_of(service) == Role.LEAD


def role_of(service: runtime.Service) -> Role:
    with service.engine.connect() as connection:
        found = account_named(connection, "main", "wu")
    assert found is not None
    return found.role


# -- scope -------------------------------------------------------------------------------------------


def account(service: runtime.Service) -> Account:
    with service.engine.connect() as connection:
        found = account_named(connection, "main", "wu")
    assert found is not None
    return found


def changing(service: runtime.Service, monkeypatch: pytest.MonkeyPatch, **more: object) -> AppTest:
    """The form of an account's scope, with a reason in it."""
    made = someone(service, "wu", **({"role": Role.LEAD} | more))  # type: ignore[arg-type]
    signed_in(service, someone(service, "boss", Role.ADMIN), monkeypatch)
    page = opened(all_of_them, lang="en")
    press(page, f"people-b-account-scope:{made.id}")
    page.text_input(key=f"account-why-{made.id}").set_value("moved")
    return page


def confirm(page: AppTest) -> None:
    form = next(one for one in page.button if one.proto.form_id.startswith("account-scope"))
    form.click().run()
    assert not page.exception, page.exception


def test_what_the_site_has_no_more_stays_in_the_scope(
    service: runtime.Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, team = frozenset({"gone"}), frozenset({"Zed"})
    page = changing(service, monkeypatch, queues=gone, teams=team)
    assert "gone (no longer there)" in words(page) and "Zed (no longer there)" in words(page)
    confirm(page)
    found = account(service)
    assert (found.queues, found.teams, found.version) == (gone, team, 2)


def test_an_emptied_scope_is_not_the_whole_site(
    service: runtime.Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = changing(service, monkeypatch, queues=frozenset({"gone"}))
    number = account(service).id
    page.multiselect(key=f"account-queues-{number}").set_value([])
    confirm(page)
    assert "which queues and teams" in page.error[0].value and account(service).queues == {"gone"}
    page.toggle(key=f"account-queues-all-{number}").set_value(True)
    confirm(page)
    assert (account(service).queues, account(service).teams) == (None, None)


def test_all_and_single_ones_cannot_both_be_meant(
    service: runtime.Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = next(iter(service.config.queues))
    page = changing(service, monkeypatch, queues=frozenset({queue}))
    page.toggle(key=f"account-queues-all-{account(service).id}").set_value(True)
    confirm(page)
    assert "one of the two" in page.error[0].value and account(service).queues == {queue}


def test_an_agent_who_becomes_a_lead_sees_what_is_said(
    service: runtime.Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = changing(service, monkeypatch, role=Role.AGENT, agent="Wu")
    number = account(service).id
    page.selectbox(key=f"account-role-{number}").set_value(Role.LEAD)
    confirm(page)
    assert "which queues and teams" in page.error[0].value and account(service).role == Role.AGENT


def test_a_new_account_sees_what_is_said(service: runtime.Service, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in(service, someone(service, "boss", Role.ADMIN), monkeypatch)
    page = opened(all_of_them, lang="en")
    page.text_input(key="account-new-name").set_value("wu")
    page.text_input(key="account-new-why").set_value("new")
    make = next(one for one in page.button if one.proto.form_id == "account-new-form")
    make.click().run()
    assert "which queues and teams" in page.error[0].value
    for part in ("queues", "teams"):
        page.toggle(key=f"account-{part}-all-new").set_value(True)
    next(one for one in page.button if one.proto.form_id == "account-new-form").click().run()
    assert not page.error and (account(service).queues, account(service).teams) == (None, None)
