"""Accounts and signing in, on both databases: what lets somebody in, what keeps others out."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, Table, insert, select

from ccfloor.access.rights import Role
from ccfloor.floor.config import FloorConfig, QueueInfo, SeatInfo
from ccfloor.service.access import accounts, passwords
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
from ccfloor.store import access_tables, tables
from ccfloor.store.accounts import Account, account_named, all_accounts
from ccfloor.store.engine import writing

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


def test_a_first_password_that_holds_a_short_name_by_chance_is_one(
    database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "first_password", lambda: "k7wu-9dfm-2xqa")
    assert add_account(database, "main", Draft("wu", "Wu", Role.QA), BOSS, "new", NOON)[1] == "k7wu-9dfm-2xqa"
    with pytest.raises(AccountError, match="password_named"):
        add_account(database, "main", Draft("wu.li", "Wu", Role.QA), BOSS, "new", NOON, "my-wu.li-secret")


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


def test_who_guesses_at_the_own_password_waits_as_at_the_door(database: Engine) -> None:
    account = made(database)
    for _ in range(5):
        with pytest.raises(AccountError, match="wrong"):
            change_password(database, account.id, "not it", "another long secret", NOON)
    with pytest.raises(AccountError, match="wait") as refused:
        change_password(database, account.id, SECRET, "another long secret", NOON)
    assert refused.value.wait_s == 5.0
    assert enter(database) == Refused("wait", 5.0)
    change_password(database, account.id, SECRET, "another long secret", NOON + 5)
    assert isinstance(enter(database, "another long secret", NOON + 5), Account)


class Meanwhile(PasswordHasher):
    """Something happens while a password is being looked at, once."""

    def __init__(self, happens: Callable[[], object]) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.happens = [happens]

    def verify(self, hash: str, password: str) -> bool:  # type: ignore[override]
        found = super().verify(hash, password)
        if self.happens:
            self.happens.pop()()
        return found


@pytest.mark.parametrize("way", ["reset", "disabled"])
def test_a_password_taken_away_while_it_is_looked_at_lets_nobody_in(
    database: Engine, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    account = made(database)

    def away() -> None:
        if way == "reset":
            reset_password(database, SITE, account.name, BOSS, "it is known to others", NOON)
        else:
            set_disabled(database, SITE, account.name, True, BOSS, "left", NOON)

    hasher = Meanwhile(away)
    monkeypatch.setattr(passwords, "_hasher", lambda: hasher)
    assert enter(database) == Refused("wrong")


@pytest.mark.parametrize("way", ["reset", "disabled"])
def test_nor_does_it_set_a_new_one(database: Engine, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    account, first = made(database), ""

    def away() -> None:
        nonlocal first
        if way == "reset":
            first = reset_password(database, SITE, account.name, BOSS, "it is known to others", NOON)[1]
        else:
            set_disabled(database, SITE, account.name, True, BOSS, "left", NOON)

    hasher = Meanwhile(away)
    monkeypatch.setattr(passwords, "_hasher", lambda: hasher)
    with pytest.raises(AccountError, match="wrong"):
        change_password(database, account.id, SECRET, "the thief's long secret", NOON)
    if way == "disabled":
        set_disabled(database, SITE, account.name, False, BOSS, "is back", NOON)
    assert enter(database, "the thief's long secret") == Refused("wrong")
    found = enter(database, first or SECRET)
    assert isinstance(found, Account) and found.must_change


def test_waits_tell_nobody_which_names_are_accounts(database: Engine) -> None:
    """The same tries, at the same times, of a name that is an account's and of one that is none."""
    made(database)
    times = [NOON + 40.0 * number for number in range(12)] + [NOON + 90_000.0]
    known, unknown = (
        [sign_in(database, SITE, name, "wrong", source, at) for at in times]
        for source, name in (("10.0.0.7", "wang.fang"), ("10.0.0.8", "Wang.Feng"))
    )
    assert known == unknown
    assert {one.code for one in known[5:-1] if isinstance(one, Refused)} == {"wrong", "wait"}


def test_what_was_typed_as_a_name_is_nowhere_in_the_database(database: Engine) -> None:
    sign_in(database, SITE, "my own secret typed too early", "x", "10.0.0.7", NOON)
    with database.connect() as connection:
        rows = connection.execute(select(access_tables.sign_in_tries)).all()
    assert len(rows) == 2 and "secret" not in str(rows)
    sign_in(database, SITE, "somebody", "x", "10.0.0.7", NOON + 100_000)
    with database.connect() as connection:
        assert len(connection.execute(select(access_tables.sign_in_tries)).all()) == 2


def test_one_subscriber_is_one_address_however_many_it_has(database: Engine) -> None:
    for number in range(SOURCE_TRIES + 1):
        found = sign_in(database, SITE, f"guess{number}", "x", f"2001:db8:7::{number:x}", NOON)
        assert found == Refused("wrong")
    assert sign_in(database, SITE, "one", "x", "2001:db8:7::ffff", NOON) == Refused("wait", 5.0)
    assert sign_in(database, SITE, "one", "x", "2001:db8:7:1::1", NOON) == Refused("wrong")


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


# -- scope -------------------------------------------------------------------------------------------

FLOOR = FloorConfig(
    queues={name: QueueInfo(name) for name in ("hotline", "vip")},
    seats={"8001": SeatInfo("8001", "王芳", team="A", others={"赵敏": "Zhao Min"})},
)
HOTLINE, GONE = frozenset({"hotline"}), frozenset({"gone"})


def scope_of(account: Account) -> tuple[object, ...]:
    return account.queues, account.teams, account.agent


def test_a_change_of_role_leaves_the_scope_as_it_was(database: Engine) -> None:
    made(database, queues=HOTLINE, teams=frozenset({"A"}))
    after = set_role(database, SITE, "wang.fang", Role.QA, BOSS, WHY, NOON)
    assert (after.role, *scope_of(after)) == (Role.QA, HOTLINE, frozenset({"A"}), "")
    after = set_role(database, SITE, "wang.fang", Role.QA, BOSS, WHY, NOON, queues=None)
    assert scope_of(after) == (None, frozenset({"A"}), "")


def test_who_saw_the_own_person_alone_sees_others_only_where_that_is_said(database: Engine) -> None:
    made(database, role=Role.AGENT, agent="王芳")
    with pytest.raises(AccountError, match="no_scope"):
        set_role(database, SITE, "wang.fang", Role.LEAD, BOSS, WHY, NOON)
    assert set_role(database, SITE, "wang.fang", Role.LEAD, BOSS, WHY, NOON, queues=HOTLINE).queues == HOTLINE


@pytest.mark.parametrize(
    ("scope", "code"),
    [
        ({"queues": GONE | HOTLINE}, "unknown_queue"),
        ({"teams": frozenset({"Zed"})}, "unknown_team"),
        ({"agent": "Nobody"}, "unknown_agent"),
        ({"queues": frozenset()}, "no_scope"),
        ({"teams": frozenset()}, "no_scope"),
    ],
)
def test_a_scope_names_what_the_site_has(database: Engine, scope: dict[str, object], code: str) -> None:
    with pytest.raises(AccountError, match=code):
        add_account(database, SITE, Draft("li", "", Role.LEAD, **scope), BOSS, WHY, NOON, config=FLOOR)
    made(database)
    with pytest.raises(AccountError, match=code):
        set_role(database, SITE, "wang.fang", Role.LEAD, BOSS, WHY, NOON, config=FLOOR, **scope)
    with database.connect() as connection:
        (one,) = all_accounts(connection, SITE)
    assert scope_of(one) == (None, None, "")


@pytest.mark.parametrize("agent", ["王芳", "赵敏", "8001", "陈来", "周去"])
def test_an_agent_is_known_by_the_sites_files_or_by_what_is_stored(database: Engine, agent: str) -> None:
    with writing(database) as connection:
        day = {
            "site": SITE,
            "agent": "陈来",
            "import": 1,
            "line": 2,
            "day": 20_000,
            "dataset": "x",
            "key": "k",
        }
        connection.execute(insert(tables.agent_days).values(_filled(tables.agent_days, day)))
        half = {"site": SITE, "agent": "周去", "start": NOON}
        connection.execute(insert(tables.agent_intervals).values(_filled(tables.agent_intervals, half)))
    draft = Draft("wu", "", Role.AGENT, agent=agent)
    assert add_account(database, SITE, draft, BOSS, WHY, NOON, config=FLOOR)[0].agent == agent


def _filled(table: Table, known: dict[str, object]) -> dict[str, object]:
    """A row with something in every column that must have it."""
    rest = {
        one.name: "" if one.type.python_type is str else one.type.python_type(0)
        for one in table.columns
        if not one.nullable and one.name not in known
    }
    return rest | {name: value for name, value in known.items() if name in table.c}


def test_what_the_site_has_no_more_may_stay_and_is_not_taken_for_everything(database: Engine) -> None:
    made(database, queues=GONE, teams=frozenset({"Zed"}), agent="Left")
    args = (database, SITE, "wang.fang", Role.QA, BOSS, WHY, NOON)
    assert set_role(*args, config=FLOOR).queues == GONE
    assert set_role(*args, queues=GONE | HOTLINE, config=FLOOR).queues == GONE | HOTLINE
    assert set_role(*args, queues=HOTLINE, config=FLOOR).queues == HOTLINE
    with pytest.raises(AccountError, match="unknown_queue"):
        set_role(*args, queues=GONE, config=FLOOR)
