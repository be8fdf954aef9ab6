"""Accounts and signing in, on both databases: what lets somebody in, what keeps others out."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, select

from ccfloor.access.rights import Role
from ccfloor.service.access.accounts import (
    AccountError,
    Actor,
    Draft,
    add_account,
    change_password,
    reset_password,
    set_disabled,
    set_role,
)
from ccfloor.service.access.passwords import fault_of, first_password
from ccfloor.service.access.sign_in import SOURCE_TRIES, Refused, sign_in
from ccfloor.store import access_tables
from ccfloor.store.accounts import Account, account_named, all_accounts

SITE, NOON = "main", 1_795_000_000.0
BOSS = Actor("boss", Role.ADMIN, "127.0.0.1")
WHY = "new colleague"
SECRET = "a long enough secret"


def made(engine: Engine, name: str = "wang.fang", role: Role = Role.LEAD, **more: object) -> Account:
    draft = Draft(name, "王芳", role, **more)
    return add_account(engine, SITE, draft, BOSS, WHY, NOON, SECRET)[0]


def enter(engine: Engine, password: str = SECRET, at: float = NOON, source: str = "10.0.0.7") -> object:
    return sign_in(engine, SITE, "wang.fang", password, source, at)


def test_a_new_account_signs_in_with_its_first_password_and_must_change_it(database: Engine) -> None:
    account, first = add_account(database, SITE, Draft("Wang.Fang", "王芳", Role.LEAD), BOSS, WHY, NOON)
    assert account.name == "wang.fang" and account.must_change
    found = enter(database, first)
    assert isinstance(found, Account) and found.must_change and found.seen_at == NOON


def test_the_password_itself_is_nowhere_in_the_database(database: Engine) -> None:
    made(database)
    with database.connect() as connection:
        stored = connection.scalar(select(access_tables.accounts.c.password))
    assert stored.startswith("$argon2id$") and SECRET not in stored


def test_a_name_is_the_same_however_it_is_typed(database: Engine) -> None:
    made(database, "Wang.Fang")
    for name in ("wang.fang", " WANG.FANG ", "ｗａｎｇ.ｆａｎｇ"):
        assert isinstance(sign_in(database, SITE, name, SECRET, "10.0.0.7", NOON), Account)
    with pytest.raises(AccountError, match="taken"):
        made(database, "WANG.fang")


@pytest.mark.parametrize("name", ["", "a", "wang fang", "wang'--", "x" * 61, "<b>"])
def test_names_that_cannot_be_one(database: Engine, name: str) -> None:
    with pytest.raises(AccountError, match="bad_name"):
        made(database, name)


def test_scope_is_kept_as_given_and_none_is_not_nothing(database: Engine) -> None:
    made(database, queues=frozenset({"hotline", "vip"}), teams=frozenset())
    with database.connect() as connection:
        found = account_named(connection, SITE, "wang.fang")
    assert found and found.queues == {"hotline", "vip"} and found.teams == frozenset()
    made(database, "li.ming")
    with database.connect() as connection:
        everybody = all_accounts(connection, SITE)
    assert [one.name for one in everybody] == ["li.ming", "wang.fang"]
    assert everybody[0].queues is None and everybody[0].teams is None


def test_who_guesses_waits_and_the_right_password_does_not_help_meanwhile(database: Engine) -> None:
    made(database)
    for _ in range(5):
        assert enter(database, "wrong") == Refused("wrong")
    assert enter(database) == Refused("wait", 5.0)
    assert isinstance(enter(database, at=NOON + 5), Account)
    assert enter(database, "wrong", NOON + 6) == Refused("wrong")
    assert isinstance(enter(database, at=NOON + 6), Account), "a right one forgives the wrong ones before"


def test_an_unknown_name_waits_like_a_known_one_from_its_address(database: Engine) -> None:
    made(database)
    for number in range(SOURCE_TRIES + 1):
        assert sign_in(database, SITE, f"guess{number}", "wrong", "10.0.0.9", NOON) == Refused("wrong")
    refused = sign_in(database, SITE, "guess", "wrong", "10.0.0.9", NOON)
    assert isinstance(refused, Refused) and refused.code == "wait"
    assert isinstance(enter(database, source="10.0.0.10"), Account), "from elsewhere it does not wait"


def test_knowing_one_password_is_no_way_to_guess_at_others_without_a_wait(database: Engine) -> None:
    made(database)
    for number in range(SOURCE_TRIES):
        sign_in(database, SITE, f"guess{number}", "wrong", "10.0.0.7", NOON)
        assert isinstance(enter(database), Account)
    sign_in(database, SITE, "guess", "wrong", "10.0.0.7", NOON)
    refused = sign_in(database, SITE, "another", "wrong", "10.0.0.7", NOON)
    assert isinstance(refused, Refused) and refused.code == "wait"


def test_many_guesses_at_once_are_counted_one_by_one(database: Engine) -> None:
    made(database)
    with ThreadPoolExecutor(8) as several:
        found = list(several.map(lambda number: enter(database, f"wrong{number}"), range(16)))
    assert found.count(Refused("wrong")) == 5
    assert found.count(Refused("wait", 5.0)) == 11


def test_a_disabled_account_is_as_if_its_password_were_wrong(database: Engine) -> None:
    made(database)
    set_disabled(database, SITE, "wang.fang", True, BOSS, "left", NOON)
    assert enter(database) == Refused("wrong")
    set_disabled(database, SITE, "wang.fang", False, BOSS, "is back", NOON)
    assert isinstance(enter(database), Account)


def test_the_last_administrator_stays(database: Engine) -> None:
    made(database, "boss", Role.ADMIN)
    with pytest.raises(AccountError, match="last_admin"):
        set_disabled(database, SITE, "boss", True, BOSS, "by mistake", NOON)
    with pytest.raises(AccountError, match="last_admin"):
        set_role(database, SITE, "boss", Role.LEAD, BOSS, "by mistake", NOON)
    made(database, "second", Role.ADMIN)
    assert set_role(database, SITE, "boss", Role.LEAD, BOSS, "hands over", NOON).role == Role.LEAD


def test_a_reset_gives_a_new_first_password_and_ends_the_wait(database: Engine) -> None:
    made(database)
    for _ in range(6):
        enter(database, "wrong")
    account, first = reset_password(database, SITE, "wang.fang", BOSS, "forgot it", NOON)
    assert account.must_change and isinstance(enter(database, first), Account)
    assert enter(database) == Refused("wrong")


def test_the_own_password_is_changed_by_who_knows_it(database: Engine) -> None:
    account = made(database)
    with pytest.raises(AccountError, match="wrong"):
        change_password(database, account.id, "not it", "another long secret", NOON)
    with pytest.raises(AccountError, match="password_same"):
        change_password(database, account.id, SECRET, SECRET, NOON)
    after = change_password(database, account.id, SECRET, "another long secret", NOON)
    assert not after.must_change and after.version > account.version
    assert isinstance(enter(database, "another long secret"), Account)


def test_who_acts_and_why_must_be_said(database: Engine) -> None:
    with pytest.raises(AccountError, match="no_why"):
        add_account(database, SITE, Draft("li.ming", "", Role.QA), BOSS, " ", NOON)
    with pytest.raises(AccountError, match="no_who"):
        add_account(database, SITE, Draft("li.ming", "", Role.QA), Actor(" "), WHY, NOON)


def test_an_agents_account_names_the_agent_and_walls_have_none(database: Engine) -> None:
    with pytest.raises(AccountError, match="no_agent"):
        made(database, role=Role.AGENT)
    for role in (Role.DISPLAY, Role.SYSTEM):
        with pytest.raises(AccountError, match="bad_role"):
            made(database, role=role)


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("short", "short"),
        ("x" * 201, "long"),
        ("my wang.fang 1", "named"),
        ("aaaaaaaaaaaa", "plain"),
        ("correct horse", ""),
        ("呼叫中心的一个很长的口令", ""),
    ],
)
def test_what_a_password_must_be(password: str, fault: str) -> None:
    assert fault_of(password, "wang.fang") == fault


def test_first_passwords_differ_and_can_be_read_out() -> None:
    found = {first_password() for _ in range(50)}
    assert len(found) == 50
    assert all(fault_of(one, "wang.fang") == "" and not set(one) & set("01ilo") for one in found)
