"""Signing in with a name and a password. Who guesses waits longer each time, whatever name is tried.

A try is counted before the password is looked at, so that many at once are no way round the wait.
"""

from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine

from ccfloor.access.acts import Act
from ccfloor.service.access.accounts import AccountError, login_name
from ccfloor.service.access.passwords import LONGEST, hashed, matches, outdated
from ccfloor.service.access.tries import SOURCE_TRIES as SOURCE_TRIES
from ccfloor.service.access.tries import Tried, count, from_source, left_s, name_key, right, tried
from ccfloor.service.audit import Actor, record
from ccfloor.store import accounts as rows
from ccfloor.store import audit
from ccfloor.store.accounts import Account
from ccfloor.store.engine import lock_site, writing

_LOG_S, _LOG_MOST = 60.0, 30


class Refused(NamedTuple):
    """Why nobody came in. ``code``: ``wrong`` or ``wait``; ``wait_s``: seconds until the next try counts."""

    code: str
    wait_s: float = 0.0


def sign_in(
    engine: Engine, site: str, name: str, password: str, source: str, now: float
) -> Account | Refused:
    """The account of a right name and password; its ``failed``: the wrong ones that came before.

    A disabled account, a wrong name and a wrong password are told apart by nothing, time and waits included.
    """
    key = name_key(engine, _folded(name), now)
    with writing(engine) as connection:
        lock_site(connection, site)
        account = rows.account_named(connection, site, _folded(name))
        one = tried(site, account, key, source)
        left = left_s(connection, one, now)
        if left > 0:
            _log_refused(connection, one, source, "wait", now)
            return Refused("wait", left)
        count(connection, one, now)
        stored = rows.password_of(connection, account.id) if account and not account.disabled else ""
    if not matches(password[: LONGEST + 1], stored) or account is None:
        why = "disabled" if account and account.disabled else "wrong"
        with writing(engine) as connection:
            _log_refused(connection, one, source, why, now)
        return Refused("wrong")
    return _welcome(engine, one, account, password, stored, now)


def _folded(name: str) -> str:
    """The name as accounts have it; as it was typed where it cannot be one."""
    try:
        return login_name(name)
    except AccountError:
        return name


def _log_refused(connection: Connection, one: Tried, source: str, code: str, now: float) -> None:
    """At most one entry a minute for an account and an address, and so many in all: a flood of tries is one
    of counts. A name that is no account's is not written down: people type passwords there.
    """
    about = f"account/{one.account.name}" if one.account else "account/"
    lately = audit.lately(connection, one.site, (Act.SESSION_REFUSED,), now - _LOG_S)
    if (about, source) in lately or len(lately) >= _LOG_MOST:
        return
    in_row = rows.account_of(connection, one.account.id) if one.account else None
    after = {"refused": code, "from_here": from_source(connection, one, now)[0]}
    if in_row:
        after["in_row"] = in_row.failed
    by = Actor("", "", source)  # who it was is just what is not known
    record(connection, by, Act.SESSION_REFUSED, about, None, after, "", now, site=one.site)


def _welcome(
    engine: Engine, one: Tried, account: Account, password: str, stored: str, now: float
) -> Account | Refused:
    """Let somebody in, unless the password that was looked at has meanwhile been taken away."""
    values: dict[str, Any] = {"seen_at": now}
    if outdated(stored):
        values |= {"password": hashed(password)}
    with writing(engine) as connection:
        lock_site(connection, account.site)
        present = rows.account_of(connection, account.id)
        if present is None or present.disabled or rows.password_of(connection, account.id) != stored:
            return Refused("wrong")
        right(connection, one)
        rows.set_account(connection, account, values, ends=False)
        return present._replace(failed=account.failed, seen_at=now)
