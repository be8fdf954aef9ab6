"""Signing in with a name and a password. Who guesses waits longer each time, whatever name is tried.

A try is counted before the password is looked at, so that many at once are no way round the wait.
"""

from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine

from ccfloor.access.acts import Act
from ccfloor.access.session import FREE_TRIES, wait_s
from ccfloor.service.access.accounts import AccountError, login_name
from ccfloor.service.access.passwords import LONGEST, hashed, matches, outdated
from ccfloor.service.audit import Actor, record
from ccfloor.store import accounts as rows
from ccfloor.store import audit
from ccfloor.store.accounts import Account
from ccfloor.store.engine import lock_site, writing

SOURCE_TRIES = 30  # wrong passwords from one address without a wait: a whole floor may sit behind one
_LOG_S, _LOG_MOST = 60.0, 30
_FORGET_S = 3600.0  # after so long without a wrong one an address begins anew


class Refused(NamedTuple):
    """Why nobody came in. ``code``: ``wrong`` or ``wait``; ``wait_s``: seconds until the next try counts."""

    code: str
    wait_s: float = 0.0


def sign_in(
    engine: Engine, site: str, name: str, password: str, source: str, now: float
) -> Account | Refused:
    """The account of a right name and password; its ``failed``: the wrong ones that came before.

    A disabled account, a wrong name and a wrong password are told apart by nothing, time included.
    """
    with writing(engine) as connection:
        lock_site(connection, site)
        account = _account(connection, site, name)
        left = _left(connection, site, account, source, now)
        if left > 0:
            _log_refused(connection, site, account, source, "wait", now)
            return Refused("wait", left)
        _count(connection, site, account, source, now)
        stored = rows.password_of(connection, account.id) if account and not account.disabled else ""
    if not matches(password[: LONGEST + 1], stored) or account is None:
        why = "disabled" if account and account.disabled else "wrong"
        with writing(engine) as connection:
            _log_refused(connection, site, account, source, why, now)
        return Refused("wrong")
    return _welcome(engine, account, password, stored, source, now)


def _account(connection: Connection, site: str, name: str) -> Account | None:
    try:
        return rows.account_named(connection, site, login_name(name))
    except AccountError:
        return None


def _left(connection: Connection, site: str, account: Account | None, source: str, now: float) -> float:
    """Seconds to wait, for this account and from this address."""
    failed, tried_at = _tries(connection, site, source, now)
    waits = [tried_at + wait_s(failed - SOURCE_TRIES + FREE_TRIES) - now]
    if account:
        waits.append(account.tried_at + wait_s(account.failed) - now)
    return max(0.0, *waits)


def _tries(connection: Connection, site: str, source: str, now: float) -> tuple[int, float]:
    failed, tried_at = rows.tries_from(connection, site, source)
    return (failed, tried_at) if now - tried_at < _FORGET_S else (0, 0.0)


def _count(connection: Connection, site: str, account: Account | None, source: str, now: float) -> None:
    failed, _ = _tries(connection, site, source, now)
    rows.set_tries(connection, site, [(source, failed + 1, now)])
    if account:
        rows.set_account(connection, account, {"failed": account.failed + 1, "tried_at": now}, ends=False)


def _log_refused(
    connection: Connection, site: str, account: Account | None, source: str, code: str, now: float
) -> None:
    """At most one entry a minute for an account and an address, and so many in all: a flood of tries is one
    of counts. A name that is no account's is not written down: people type passwords there.
    """
    about = f"account/{account.name}" if account else "account/"
    lately = audit.lately(connection, site, (Act.SESSION_REFUSED,), now - _LOG_S)
    if (about, source) in lately or len(lately) >= _LOG_MOST:
        return
    in_row = rows.account_of(connection, account.id) if account else None
    after = {"refused": code, "from_here": _tries(connection, site, source, now)[0]}
    if in_row:
        after["in_row"] = in_row.failed
    by = Actor("", "", source)  # who it was is just what is not known
    record(connection, by, Act.SESSION_REFUSED, about, None, after, "", now, site=site)


def _welcome(
    engine: Engine, account: Account, password: str, stored: str, source: str, now: float
) -> Account:
    """The account's count is forgotten; of the address only this try, so that one who knows a password
    cannot guess at others' without a wait.
    """
    values: dict[str, Any] = {"failed": 0, "tried_at": 0.0, "seen_at": now}
    if outdated(stored):
        values |= {"password": hashed(password)}
    with writing(engine) as connection:
        lock_site(connection, account.site)
        rows.set_account(connection, account, values, ends=False)
        failed, tried_at = rows.tries_from(connection, account.site, source)
        rows.set_tries(connection, account.site, [(source, max(0, failed - 1), tried_at)])
        return (rows.account_of(connection, account.id) or account)._replace(failed=account.failed)
