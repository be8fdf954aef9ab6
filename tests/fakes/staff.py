"""Accounts of people who have chosen their password, and the cookie of who is signed in already."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine

from ccfloor.access.rights import Role
from ccfloor.service.access import passwords
from ccfloor.service.access.accounts import Draft, add_account, change_password
from ccfloor.service.access.doors import Doors
from ccfloor.service.audit import Actor
from ccfloor.service.settings import load
from ccfloor.store.accounts import Account

PASSWORD = "a long enough secret"
_FIRST = "the first long secret"
_BOSS = Actor("boss", Role.ADMIN)


@contextmanager
def quick_passwords() -> Iterator[None]:
    """The same hashes with the least work: what is tested is not how long a guess takes."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", lambda: quick)
        yield


def hire(engine: Engine, draft: Draft, now: float, site: str = "main") -> Account:
    """An account that signs in with PASSWORD and is asked for no other."""
    account, _ = add_account(engine, site, draft, _BOSS, "new", now, _FIRST)
    return change_password(engine, account.id, _FIRST, PASSWORD, now)


def cookie(engine: Engine, account: Account) -> str:
    """What the browser of an account holds that has signed in."""
    return Doors(load(environ={}, db=str(engine.url)), engine, time.time).open(account, "127.0.0.1", "test")
