"""Accounts: made, changed, disabled, given a new password. Each by somebody, for a reason, on the log."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right, Role, may
from ccfloor.floor.config import FloorConfig
from ccfloor.service.access import account_scope
from ccfloor.service.access.account_scope import KEPT, Kept, Scoped
from ccfloor.service.access.passwords import fault_of, first_password, hashed, matches
from ccfloor.service.access.tries import Tried, count, left_s, right, tried
from ccfloor.service.audit import OPEN, acting, record
from ccfloor.service.audit import Actor as Actor
from ccfloor.store import accounts as rows
from ccfloor.store.accounts import Account, Names, names_text
from ccfloor.store.engine import lock_site, writing
from ccfloor.store.viewer import Forbidden

_NAME = re.compile(r"[\w.@+-]{2,60}")
_SHOWN_MAX = 60
WHY_MAX = 1000
ROLES = tuple(role for role in Role if role not in (Role.SYSTEM, Role.DISPLAY))  # those of people


class AccountError(ValueError):
    """Something about an account that is not done. ``code`` picks the sentence (``account.error.…``).

    ``wait_s``: seconds until the next try counts.
    """

    def __init__(self, code: str, wait_s: float = 0.0) -> None:
        super().__init__(code)
        self.code, self.wait_s = code, wait_s


class _Told(NamedTuple):
    """What the audit log is told of a change: which, by whom, why."""

    act: Act
    by: Actor
    why: str = ""


class Draft(NamedTuple):
    """A new account. None as ``queues`` or ``teams``: all. ``agent``: the person whose results it shows."""

    name: str
    shown: str
    role: Role
    queues: Names = None
    teams: Names = None
    agent: str = ""
    subject: str = ""


def login_name(text: str) -> str:
    """A name as it is compared: without case, and the same however it was typed. Raises AccountError."""
    name = unicodedata.normalize("NFKC", text).strip().casefold()
    if not _NAME.fullmatch(name):
        raise AccountError("bad_name")
    return name


def add_account(
    engine: Engine,
    site: str,
    draft: Draft,
    by: Actor,
    why: str,
    now: float,
    password: str = "",
    config: FloorConfig | None = None,
) -> tuple[Account, str]:
    """A new account, and its first password, which must be changed; "" where single sign-on stands for it.

    ``config``: the site, whose queues, teams and agents alone the scope may name; None takes any name.
    Raises AccountError: ``bad_name``, ``taken``, ``bad_role``, ``no_agent``, ``no_why``, the scope's
    (``account_scope.fault_of``) or the password's.
    """
    _asked(by, why)
    name = login_name(draft.name)
    _fits(draft.role, draft.agent)
    first = "" if draft.subject else password or first_password()
    if password and first and (fault := fault_of(first, name)):  # ours is random: it may hold a short name
        raise AccountError(f"password_{fault}")
    values = {
        "name": name,
        "shown": (draft.shown.strip() or draft.name.strip())[:_SHOWN_MAX],
        "role": draft.role,
        **_scope(draft.queues, draft.teams),
        "agent": draft.agent,
        "subject": draft.subject,
        "password": hashed(first) if first else "",
        "must_change": bool(first),
        **{"disabled": False, "version": 1, "failed": 0, "tried_at": 0.0},
        **{"made_at": now, "changed_at": now, "seen_at": 0.0},
    }
    with writing(engine) as connection:
        lock_site(connection, site)
        if rows.account_named(connection, site, name):
            raise AccountError("taken")
        _known_to(connection, config, Scoped(draft.role, draft.queues, draft.teams, draft.agent), None)
        made = _known(rows.account_of(connection, rows.put_account(connection, site, values)))
        _log(connection, _Told(Act.ACCOUNT_ADDED, by, why), None, made, now)
    return made, first


def _log(connection: Connection, told: _Told, before: Account | None, after: Account, now: float) -> None:
    was = _shown(before) if before else None
    about, is_ = f"account/{after.name}", _shown(after)
    if told.act in (Act.ACCOUNT_RESET, Act.ACCOUNT_PASSWORD):
        is_["password"] = "new"  # that there is another one, never which
    record(connection, told.by, told.act, about, was, is_, told.why, now, site=after.site)


def _shown(account: Account) -> dict[str, Any]:
    """An account as the audit log tells it."""
    names = ("shown", "role", "queues", "teams", "agent", "disabled", "must_change")
    return {name: getattr(account, name) for name in names} | {"sso": bool(account.subject)}


def _scope(queues: Names, teams: Names) -> dict[str, str]:
    return {"queues": names_text(queues), "teams": names_text(teams)}


def _fits(role: Role, agent: str) -> None:
    if role not in ROLES:
        raise AccountError("bad_role")
    if role == Role.AGENT and not agent:
        raise AccountError("no_agent")


def _known_to(
    connection: Connection, config: FloorConfig | None, scope: Scoped, before: Account | None
) -> None:
    if config and (fault := account_scope.fault_of(connection, config, scope, before)):
        raise AccountError(fault)


def _asked(by: Actor, why: str) -> None:
    if by.role != OPEN and not may(by.role, Right.ACCOUNTS):
        raise Forbidden(Right.ACCOUNTS)
    if not by.who.strip():
        raise AccountError("no_who")
    if not why.strip():
        raise AccountError("no_why")


def set_role(
    engine: Engine,
    site: str,
    name: str,
    role: Role,
    by: Actor,
    why: str,
    now: float,
    *,
    queues: Names | Kept = KEPT,
    teams: Names | Kept = KEPT,
    agent: str | Kept = KEPT,
    config: FloorConfig | None = None,
) -> Account:
    """Another role; its sessions end. What is not said of the scope stays as it was.

    ``config`` as of ``add_account``; names that the account had before may stay. Raises AccountError, also
    ``last_admin``, and ``no_scope`` where an agent's account would come to see everybody unsaid.
    """
    _asked(by, why)

    def values(connection: Connection, before: Account) -> dict[str, Any]:
        scope = account_scope.as_said(before, role, queues, teams, agent)
        if scope is None:
            raise AccountError("no_scope")
        _fits(role, scope.agent)
        _known_to(connection, config, scope, before)
        return {"role": role, "agent": scope.agent, **_scope(scope.queues, scope.teams)}

    told = _Told(Act.ACCOUNT_ROLE, by, why)
    return _changed(engine, site, name, values, told, now, lowers=role != Role.ADMIN)


def set_disabled(
    engine: Engine, site: str, name: str, disabled: bool, by: Actor, why: str, now: float
) -> Account:
    """Disable an account, at once and for every session of it, or let it in again. Raises AccountError."""
    _asked(by, why)
    told = _Told(Act.ACCOUNT_DISABLED if disabled else Act.ACCOUNT_ENABLED, by, why)
    return _changed(engine, site, name, {"disabled": disabled}, told, now, lowers=disabled)


def reset_password(
    engine: Engine, site: str, name: str, by: Actor, why: str, now: float
) -> tuple[Account, str]:
    """A new first password, which must be changed; waits for wrong ones are over. Raises AccountError."""
    _asked(by, why)
    first = first_password()
    values = {"password": hashed(first), "must_change": True, "failed": 0, "tried_at": 0.0}
    return _changed(engine, site, name, values, _Told(Act.ACCOUNT_RESET, by, why), now), first


def change_password(engine: Engine, number: int, old: str, new: str, now: float) -> Account:
    """The own password; every session of the account ends. Who guesses at the old one waits as at signing in.

    Raises AccountError: ``wrong``, ``wait``, ``same``, ….
    """
    with engine.connect() as connection:
        account = _known(rows.account_of(connection, number))
    by = Actor(account.name, account.role, acting(account.name).source)
    stored = _counted(engine, tried(account.site, account, "", by.source), now)
    if not matches(old, stored):
        raise AccountError("wrong")
    fault = "same" if new == old else fault_of(new, account.name)
    values = {"password": "" if fault else hashed(new), "must_change": False}
    with writing(engine) as connection:
        lock_site(connection, account.site)
        right(connection, tried(account.site, account, "", by.source))
    if fault:
        raise AccountError(f"password_{fault}")
    told = _Told(Act.ACCOUNT_PASSWORD, by)
    return _changed(engine, account.site, account.name, values, told, now, known=stored)


def _counted(engine: Engine, one: Tried, now: float) -> str:
    """The stored password, to be looked at: one more try."""
    with writing(engine) as connection:
        lock_site(connection, one.site)
        account = _known(rows.account_of(connection, one.account.id if one.account else 0))
        one = one._replace(account=account)
        if left := left_s(connection, one, now):
            raise AccountError("wait", left)
        count(connection, one, now)
        return rows.password_of(connection, account.id)


def _changed(
    engine: Engine,
    site: str,
    name: str,
    values: dict[str, Any] | Callable[[Connection, Account], dict[str, Any]],
    told: _Told,
    now: float,
    lowers: bool = False,
    known: str | None = None,
) -> Account:
    """``lowers``: it is no administrator any more, or may not come in. ``known``: the stored password that
    somebody showed to know, which may have been taken away meanwhile.
    """
    with writing(engine) as connection:
        lock_site(connection, site)
        account = _known(rows.account_named(connection, site, login_name(name)))
        if known is not None and (account.disabled or rows.password_of(connection, account.id) != known):
            raise AccountError("wrong")
        if lowers and account.role == Role.ADMIN and not _others(connection, account):
            raise AccountError("last_admin")
        wanted = values if isinstance(values, dict) else values(connection, account)
        rows.set_account(connection, account, wanted | {"changed_at": now}, ends=True)
        after = _known(rows.account_of(connection, account.id))
        _log(connection, told, account, after, now)
        return after


def _others(connection: Connection, account: Account) -> bool:
    """Whether another administrator can come in."""
    everybody = rows.all_accounts(connection, account.site)
    return any(one.role == Role.ADMIN and not one.disabled and one.id != account.id for one in everybody)


def _known(account: Account | None) -> Account:
    if account is None:
        raise AccountError("unknown_account")
    return account
