"""What an account was before its role or scope last changed, as the audit log tells it, and back to it."""

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Engine

from ccfloor.access.acts import Act
from ccfloor.access.chain import Entry
from ccfloor.access.rights import Right, Role
from ccfloor.service import audit
from ccfloor.store.accounts import Account, Names
from ccfloor.store.audit import Wanted
from ccfloor.store.viewer import Viewer

_LOOKED_AT = 500  # the last changes of all accounts
_NAMES = ("role", "queues", "teams", "agent")


class Before(NamedTuple):
    """What an account was; ``who`` changed it ``at`` an instant (UTC epoch seconds)."""

    role: Role
    queues: Names
    teams: Names
    agent: str
    who: str
    at: float


def changed_from(engine: Engine, viewer: Viewer, accounts: list[Account]) -> dict[str, Before]:
    """By name, for each account whose last change of role or scope still stands. Raises Forbidden.

    None for who may not read the log: that tells of the whole site.
    """
    viewer.needs(Right.ACCOUNTS)
    if not (viewer.whole and viewer.may(Right.AUDIT)):
        return {}
    wanted = Wanted(acts=(Act.ACCOUNT_ROLE,))
    last: dict[str, Entry] = {}
    for row in audit.find(engine, viewer, wanted, _LOOKED_AT).rows:
        last.setdefault(row.entry.about.removeprefix("account/"), row.entry)
    found = {one.name: _before(one, last[one.name]) for one in accounts if one.name in last}
    return {name: before for name, before in found.items() if before}


def _before(account: Account, entry: Entry) -> Before | None:
    """None where the entry changed none of it, or it is no longer as the entry left it."""
    was, became = _told(entry.before), _told(entry.after)
    now = {name: _plain(getattr(account, name)) for name in _NAMES}
    if not was or any(now[name] != value for name, value in became.items()):
        return None
    values = now | was
    queues, teams = (
        None if values[name] is None else frozenset(values[name]) for name in ("queues", "teams")
    )
    return Before(Role(values["role"]), queues, teams, values["agent"], entry.who, entry.at)


def _told(text: str) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.json.decode(text) if text else {}
    return {name: value for name, value in told.items() if name in _NAMES}


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value
