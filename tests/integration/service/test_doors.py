"""The doors: when a floor stands open, what a session is, and what ends it."""

import string
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from ccfloor.access.rights import Role
from ccfloor.service.access import identity
from ccfloor.service.access.accounts import Actor, Draft, add_account, set_disabled, set_role
from ccfloor.service.access.doors import Doors
from ccfloor.service.access.identity import OPEN, Identity, SignedOut, acting_as
from ccfloor.service.settings import load
from ccfloor.store import access_tables
from ccfloor.store.accounts import Account
from ccfloor.store.viewer import Forbidden
from tests.fakes.current import upgrade

NOON, HOUR = 1_795_000_000.0, 3600.0
BOSS = Actor("boss", Role.ADMIN)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "_asks", [])


@pytest.fixture
def clock() -> Clock:
    return Clock()


def settings(**given: object) -> object:
    return load(environ={}, **given)


def doors(database: Engine, clock: Clock, **given: object) -> Doors:
    return Doors(settings(**{"access__login": "always"} | given), database, clock)


def someone(database: Engine, **more: object) -> Account:
    draft = Draft(**({"name": "li.ming", "shown": "李明", "role": Role.LEAD} | more))
    return add_account(database, "main", draft, BOSS, "new", NOON, "a long enough secret")[0]


@pytest.mark.parametrize(
    ("given", "listening", "closed"),
    [
        ({}, "127.0.0.1", False),
        ({}, "localhost", False),
        ({}, "::1", False),
        ({}, "0.0.0.0", True),
        ({}, "", True),
        ({"web__host": "192.168.1.5"}, "192.168.1.5", True),
        ({"web__host": "0.0.0.0"}, "127.0.0.1", True),
        ({"source": "asterisk"}, "127.0.0.1", True),
        ({"access__login": "always"}, "127.0.0.1", True),
    ],
)
def test_only_a_simulated_floor_on_this_machine_stands_open(
    given: dict[str, str], listening: str, closed: bool, tmp_path: Path, clock: Clock
) -> None:
    found = Doors(settings(**given), None, clock, lambda: listening)
    assert found.closed is closed


def test_on_an_open_floor_whoever_sits_there_may_all(database: Engine, clock: Clock) -> None:
    viewer = doors(database, clock, access__login="auto").viewer("zh")
    assert viewer.role == Role.ADMIN and viewer.queues is None and viewer.who == ""


def test_on_a_closed_floor_nobody_is_nobody(database: Engine, clock: Clock) -> None:
    with pytest.raises(SignedOut):
        doors(database, clock).viewer("zh")


def test_a_session_says_who_asks_and_within_which_scope(database: Engine, clock: Clock) -> None:
    account = someone(database, queues=frozenset({"hotline"}))
    door = doors(database, clock)
    found = door.who(door.open(account, "10.0.0.7", "Firefox"))
    assert found and (found.name, found.shown, found.role) == ("li.ming", "李明", Role.LEAD)
    with acting_as(found):
        viewer = door.viewer("en")
    assert viewer.queues == {"hotline"} and viewer.source == "10.0.0.7" and not viewer.may_see_numbers


def test_an_agent_sees_the_own_results_alone(database: Engine, clock: Clock) -> None:
    account = someone(database, role=Role.AGENT, agent="1001")
    door = doors(database, clock)
    found = door.who(door.open(account, "", ""))
    assert found and found.agents == {"1001"}


def test_the_token_is_not_in_the_database_and_never_the_same(database: Engine, clock: Clock) -> None:
    account, door = someone(database), doors(database, clock)
    cookies = {door.open(account, "", "") for _ in range(3)}
    with database.connect() as connection:
        stored = list(connection.scalars(select(access_tables.sessions.c.token)))
    assert len(cookies) == len(set(stored)) == 3
    assert not any(cookie.rpartition(".")[0] in stored for cookie in cookies)


def next_letter(letter: str) -> str:
    """The letter one bit away: at a signature's end it decodes to the same bytes."""
    letters = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    return letters[letters.index(letter) ^ 1]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "",
        lambda text: text[:-1] + next_letter(text[-1]),
        lambda text: "a" + text,
        lambda text: text.rpartition(".")[0],
        lambda text: "ÿ" + text,
    ],
)
def test_a_cookie_that_is_not_ours_is_nobody(database: Engine, clock: Clock, spoil: object) -> None:
    door = doors(database, clock)
    cookie = door.open(someone(database), "", "")
    assert door.who(spoil(cookie)) is None


def test_another_server_on_the_database_knows_the_session(database: Engine, clock: Clock) -> None:
    cookie = doors(database, clock).open(someone(database), "", "")
    assert doors(database, clock).who(cookie)


def test_another_key_makes_every_session_void(database: Engine, clock: Clock) -> None:
    cookie = doors(database, clock).open(someone(database), "", "")
    assert doors(database, clock, access__key="another key").who(cookie) is None


def test_a_session_ends_after_its_idle_hours_and_use_keeps_it(database: Engine, clock: Clock) -> None:
    door = doors(database, clock, access__idle_hours=8.0)
    cookie = door.open(someone(database), "", "")
    for _ in range(3):
        clock.now += 7 * HOUR
        assert door.who(cookie)
    clock.now += 7.9 * HOUR
    assert door.who(cookie, used=False), "looking on is no use of it"
    clock.now += 0.2 * HOUR
    assert door.who(cookie) is None


def test_use_at_one_server_keeps_it_at_the_other(database: Engine, clock: Clock) -> None:
    one, other = doors(database, clock), doors(database, clock)
    cookie = one.open(someone(database), "", "")
    assert other.who(cookie)
    clock.now += 11 * HOUR
    assert one.who(cookie)
    clock.now += 11 * HOUR
    assert other.who(cookie)


@pytest.mark.parametrize("change", ["disabled", "role"])
def test_it_is_over_a_second_after_the_account_changed(database: Engine, clock: Clock, change: str) -> None:
    door = doors(database, clock)
    cookie = door.open(someone(database), "", "")
    assert door.who(cookie)
    if change == "disabled":
        set_disabled(database, "main", "li.ming", True, BOSS, "left", clock.now)
    else:
        set_role(database, "main", "li.ming", Role.QA, BOSS, "another duty", clock.now)
    clock.now += 1.0
    assert door.who(cookie) is None


def test_signing_out_ends_this_session_and_no_other(database: Engine, clock: Clock) -> None:
    door, account = doors(database, clock), someone(database)
    here, there = door.open(account, "", ""), door.open(account, "", "")
    door.close(here)
    clock.now += 1.0
    assert door.who(here) is None
    assert door.who(there)


def test_sessions_of_another_site_do_not_count(database: Engine, clock: Clock) -> None:
    cookie = doors(database, clock).open(someone(database), "", "")
    assert doors(database, clock, site__id="other").who(cookie) is None


def test_while_the_database_is_away_those_who_are_known_stay_known(tmp_path: Path, clock: Clock) -> None:
    from ccfloor.store.engine import open_engine

    file = tmp_path / "floor.db"
    engine = open_engine(str(file))
    upgrade(engine)
    door = doors(engine, clock)
    cookie = door.open(someone(engine), "", "")
    assert door.who(cookie)
    engine.dispose()
    for part in tmp_path.iterdir():
        part.rename(part.with_name(f"away-{part.name}"))
    clock.now += 600.0
    assert door.who(cookie)


def test_what_is_over_is_cleared_away(database: Engine, clock: Clock) -> None:
    door, account = doors(database, clock), someone(database)
    door.open(account, "", "")
    clock.now += 13 * HOUR
    kept = door.open(account, "", "")
    assert door.clear() == 1
    assert door.who(kept)


def test_a_sign_in_clears_away_what_is_over(database: Engine, clock: Clock) -> None:
    door, account = doors(database, clock), someone(database)
    door.open(account, "", "")
    clock.now += 13 * HOUR
    kept = door.let_in(account, "", "")
    assert door.clear() == 0
    assert door.who(kept)


def test_whoever_asks_counts_before_what_the_pages_say(database: Engine, clock: Clock) -> None:
    identity.ask_by(lambda: Identity(name="page"))
    door = doors(database, clock)
    assert door.identity().name == "page"
    with acting_as(Identity(name="route")):
        assert door.identity().name == "route"
    assert OPEN.name == ""


# -- whose sessions one may see and end ---------------------------------------------------------------


def signed_in(door: Doors, account: Account, source: str = "", program: str = "") -> Identity:
    found = door.who(door.open(account, source, program))
    assert found is not None
    return found


def test_one_sees_the_own_sessions_that_stand(database: Engine, clock: Clock) -> None:
    door, me = doors(database, clock), someone(database)
    other = someone(database, name="wu", shown="Wu")
    signed_in(door, me, "10.0.0.1", "old")
    clock.now += 13 * HOUR
    signed_in(door, other, "10.0.0.2", "another's")
    signed_in(door, me, "10.0.0.3", "there")
    clock.now += 60.0
    here = signed_in(door, me, "10.0.0.4", "here")
    with acting_as(here):
        assert [(one.source, one.program) for one in door.mine()] == [
            ("10.0.0.4", "here"),
            ("10.0.0.3", "there"),
        ]


def test_on_an_open_floor_nobody_has_sessions(database: Engine, clock: Clock) -> None:
    assert doors(database, clock, access__login="auto").mine() == []


@pytest.mark.parametrize("role", [Role.AGENT, Role.QA, Role.MANAGER])
def test_another_s_session_is_ended_by_who_manages_accounts_alone(
    database: Engine, clock: Clock, role: Role
) -> None:
    door = doors(database, clock)
    theirs = door.open(someone(database), "10.0.0.1", "")
    found = door.who(theirs)
    assert found
    me = someone(database, name="wu", shown="Wu", role=role, agent="Wu")
    with acting_as(signed_in(door, me)), pytest.raises(Forbidden):
        door.end(found.session)
    clock.now += 2.0
    assert door.who(theirs)
    boss = someone(database, name="boss", shown="Boss", role=Role.ADMIN)
    with acting_as(signed_in(door, boss)):
        door.end(found.session)
    assert door.who(theirs) is None
    assert said(database)[-1] == ("boss", "session.ended", "account/li.ming")


def test_the_own_session_elsewhere_is_ended_and_logged(database: Engine, clock: Clock) -> None:
    door, me = doors(database, clock), someone(database)
    there = door.open(me, "10.0.0.1", "")
    found = door.who(there)
    assert found
    with acting_as(signed_in(door, me, "10.0.0.2")):
        door.end(found.session)
        door.end(found.session)  # pressed twice: it is over already
    assert door.who(there) is None
    assert said(database)[-2:] == [
        ("li.ming", "session.in", "account/li.ming"),
        ("li.ming", "session.out", "account/li.ming"),
    ]


def test_all_others_are_ended_and_this_one_stays(database: Engine, clock: Clock) -> None:
    door, me = doors(database, clock), someone(database)
    other = door.open(someone(database, name="wu", shown="Wu"), "", "")
    away = [door.open(me, "", "") for _ in range(2)]
    cookie = door.open(me, "", "")
    here = door.who(cookie)
    assert here
    with acting_as(here):
        assert door.end_others() == 2
        assert door.end_others() == 0
    assert [door.who(one) for one in away] == [None, None]
    assert door.who(cookie) and door.who(other)


def said(database: Engine) -> list[tuple[str, str, str]]:
    """Who did what about which account, in order."""
    log = access_tables.audit.c
    query = select(log.who, log.act, log.about).order_by(log.number)
    with database.connect() as connection:
        return [(row.who, row.act, row.about) for row in connection.execute(query)]
