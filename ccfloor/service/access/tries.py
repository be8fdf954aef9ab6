"""Wrong passwords are counted: for an account, for a name that is no account's, and for an address.

A name that is none waits as a known one would: who guesses learns nothing from the wait. Such a name is not
written down, people type passwords there: of it stands a short keyed hash, and not for long.
"""

import hashlib
import hmac
from ipaddress import ip_address, ip_network
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from ccfloor.access.session import FREE_TRIES, wait_s
from ccfloor.store import accounts as rows
from ccfloor.store.accounts import Account
from ccfloor.store.sessions import key_of

SOURCE_TRIES = 30  # wrong passwords from one address without a wait: a whole floor may sit behind one
_FORGET_S = 3600.0  # after so long without a wrong one an address begins anew,
_NAME_FORGET_S = 86400.0  # and a name
_HASH_SIGNS = 8
_HOUSE = 64  # bits of an IPv6 address that are one subscriber's: the others are free to choose

Counted = tuple[int, float]  # wrong ones in a row, when the last was


class Tried(NamedTuple):
    """What is tried, and where from. ``name``: what stands for a name that is no account's, else ""."""

    site: str
    account: Account | None
    name: str
    source: str


def name_key(engine: Engine, name: str, now: float) -> str:
    """What stands for a name among the tries."""
    key = key_of(engine, "names", now)
    return f"name/{hmac.new(key, name.encode('utf-8', 'replace'), hashlib.sha256).hexdigest()[:_HASH_SIGNS]}"


def tried(site: str, account: Account | None, name: str, source: str) -> Tried:
    """A try; ``name`` as of ``name_key``."""
    return Tried(site, account, "" if account else name, house(source))


def house(source: str) -> str:
    """An address as it is counted: of IPv6 the subscriber's network."""
    try:
        found = ip_address(source.partition("%")[0])
    except ValueError:
        return source
    mapped = getattr(found, "ipv4_mapped", None)
    return str(ip_network((found, _HOUSE), strict=False)) if found.version == 6 and not mapped else source


def left_s(connection: Connection, one: Tried, now: float) -> float:
    """Seconds to wait until the next try counts."""
    failed, tried_at = from_source(connection, one, now)
    of_source = tried_at + wait_s(failed - SOURCE_TRIES + FREE_TRIES) - now
    failed, tried_at = _of_name(connection, one, now)
    return max(0.0, of_source, tried_at + wait_s(failed) - now)


def count(connection: Connection, one: Tried, now: float) -> None:
    """Count a try as wrong, until it turns out to be right (``right``)."""
    rows.clear_tries(connection, one.site, now - _NAME_FORGET_S)
    told = [(one.source, from_source(connection, one, now)[0] + 1, now)]
    failed = _of_name(connection, one, now)[0] + 1
    if one.account:
        rows.set_account(connection, one.account, {"failed": failed, "tried_at": now}, ends=False)
    elif one.name:
        told.append((one.name, failed, now))
    rows.set_tries(connection, one.site, told)


def right(connection: Connection, one: Tried) -> None:
    """The account's count is forgotten; of the address only this try, so that one who knows a password
    cannot guess at others' without a wait.
    """
    if one.account:
        rows.set_account(connection, one.account, {"failed": 0, "tried_at": 0.0}, ends=False)
    failed, tried_at = rows.tries_from(connection, one.site, one.source)
    rows.set_tries(connection, one.site, [(one.source, max(0, failed - 1), tried_at)])


def from_source(connection: Connection, one: Tried, now: float) -> Counted:
    """Wrong passwords from the address."""
    return _lately(rows.tries_from(connection, one.site, one.source), now, _FORGET_S)


def _of_name(connection: Connection, one: Tried, now: float) -> Counted:
    if one.account:
        return _lately((one.account.failed, one.account.tried_at), now, _NAME_FORGET_S)
    return (
        _lately(rows.tries_from(connection, one.site, one.name), now, _NAME_FORGET_S)
        if one.name
        else (0, 0.0)
    )


def _lately(counted: Counted, now: float, forget_s: float) -> Counted:
    return counted if now - counted[1] < forget_s else (0, 0.0)
