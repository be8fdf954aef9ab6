"""What an account was before its role or scope changed: told as long as that change still stands."""

import pytest
from sqlalchemy import Engine

from ccfloor.access.rights import Role
from ccfloor.service.access.account_back import changed_from
from ccfloor.service.access.accounts import Actor, Draft, add_account, set_disabled, set_role
from ccfloor.store.accounts import all_accounts
from ccfloor.store.viewer import Forbidden, Viewer

NOW = 1_795_000_000.0
BOSS = Actor("boss", Role.ADMIN)
ADMIN = Viewer(Role.ADMIN)
TWO = frozenset(("hotline", "vip"))


@pytest.fixture
def filled(database: Engine) -> Engine:
    for name, role, queues in (("li.ming", Role.LEAD, TWO), ("wu", Role.QA, None)):
        add_account(database, "main", Draft(name, name, role, queues), BOSS, "new", NOW)
    return database


def change(engine: Engine, role: Role, at: float, **more: object) -> None:
    set_role(engine, "main", "li.ming", role, BOSS, "another duty", at, **more)  # type: ignore[arg-type]


def before(engine: Engine, viewer: Viewer = ADMIN) -> dict[str, tuple[object, ...]]:
    with engine.connect() as connection:
        everybody = all_accounts(connection, "main")
    return {name: tuple(one) for name, one in changed_from(engine, viewer, everybody).items()}


def test_nothing_can_be_taken_back_of_a_new_account(filled: Engine) -> None:
    assert before(filled) == {}


def test_the_last_change_is_told_with_what_it_left_alone(filled: Engine) -> None:
    change(filled, Role.MANAGER, NOW + 1, queues=TWO)
    assert before(filled) == {"li.ming": (Role.LEAD, TWO, None, "", "boss", NOW + 1)}
    change(filled, Role.AGENT, NOW + 2, agent="Li Ming")
    assert before(filled) == {"li.ming": (Role.MANAGER, TWO, None, "", "boss", NOW + 2)}


def test_taking_it_back_can_be_taken_back(filled: Engine) -> None:
    change(filled, Role.MANAGER, NOW + 1, queues=None)
    change(filled, Role.LEAD, NOW + 2, queues=TWO)
    assert before(filled)["li.ming"][:2] == (Role.MANAGER, None)


def test_what_changed_nothing_is_not_offered(filled: Engine) -> None:
    change(filled, Role.LEAD, NOW + 1, queues=TWO)
    assert before(filled) == {}


def test_stopping_an_account_leaves_it(filled: Engine) -> None:
    change(filled, Role.QA, NOW + 1)
    set_disabled(filled, "main", "li.ming", True, BOSS, "left", NOW + 2)
    assert before(filled)["li.ming"][0] == Role.LEAD


def test_who_sees_a_part_of_the_site_reads_no_log(filled: Engine) -> None:
    change(filled, Role.QA, NOW + 1)
    assert before(filled, Viewer(Role.ADMIN, queues=TWO)) == {}
    with pytest.raises(Forbidden):
        before(filled, Viewer(Role.MANAGER))
