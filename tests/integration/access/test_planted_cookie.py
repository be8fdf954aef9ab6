"""Session fixation at the local sign-in: what a browser brought along is never what it goes on with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ccfloor.access.rights import Role
from ccfloor.service.access import identity
from ccfloor.service.access.accounts import Draft, add_account, change_password
from tests.integration.service.test_oidc import BOSS, NOON, PASSWORD, Floor

FIRST = "given on the first day 7"


@pytest.fixture
def floor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Floor]:
    monkeypatch.setattr(identity, "_asks", [])
    made = Floor(tmp_path, "")
    for name in ("boss", "mallory"):
        account, _ = add_account(made.engine, "main", Draft(name, "", Role.ADMIN), BOSS, "first", NOON, FIRST)
        change_password(made.engine, account.id, FIRST, PASSWORD, NOON)
    yield made
    made.close()


def sign_in(floor: Floor, name: str, planted: str = "") -> str:
    """The cookie that a sign-in gives to a browser that had this one."""
    browser = floor.browser()
    if planted:
        browser.cookies.set("ccfloor", planted)
    entered = browser.post("/login", data={"name": name, "password": PASSWORD})
    assert entered.status_code == 303, entered.text
    given = entered.cookies["ccfloor"]
    assert (
        "HttpOnly" in entered.headers["set-cookie"]
        and "samesite=lax" in entered.headers["set-cookie"].lower()
    )
    return given


def holder(floor: Floor, cookie: str) -> str | None:
    found = floor.service.doors.who(cookie)
    return found.name if found else None


def test_a_session_of_somebody_else_that_was_planted_is_closed_and_not_gone_on_with(floor: Floor) -> None:
    planted = sign_in(floor, "mallory")
    assert holder(floor, planted) == "mallory"
    given = sign_in(floor, "boss", planted)
    assert given != planted
    assert holder(floor, given) == "boss"
    assert holder(floor, planted) is None, "whoever planted it holds nothing now"


@pytest.mark.parametrize("made_up", ["made-up", "a.b", "A" * 43, "A" * 43 + "." + "B" * 43])
def test_a_made_up_cookie_never_becomes_a_session(floor: Floor, made_up: str) -> None:
    given = sign_in(floor, "boss", made_up)
    assert given != made_up
    assert holder(floor, made_up) is None
    assert holder(floor, given) == "boss"


def test_a_wrong_password_gives_no_cookie_and_leaves_the_session_alone(floor: Floor) -> None:
    mine = sign_in(floor, "boss")
    browser = floor.browser()
    browser.cookies.set("ccfloor", mine)
    refused = browser.post("/login", data={"name": "mallory", "password": "not the password"})
    assert refused.status_code == 401 and "ccfloor" not in refused.cookies
    assert holder(floor, mine) == "boss"
