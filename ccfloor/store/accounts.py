"""Rows of accounts and of wrong passwords. Every change is marked, so that servers forget what they knew."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update

from ccfloor.access.rights import Role
from ccfloor.store.access_tables import access_marks, accounts, sign_in_tries
from ccfloor.store.writer import replaced, write_rows

Names = frozenset[str] | None  # None: all of them


class Account(NamedTuple):
    """An account as stored, without its password; instants are UTC epoch seconds, 0.0 for never."""

    id: int
    site: str
    name: str
    shown: str
    role: Role
    queues: Names
    teams: Names
    agent: str
    subject: str
    local: bool
    must_change: bool
    disabled: bool
    version: int
    failed: int
    tried_at: float
    made_at: float
    changed_at: float
    seen_at: float


def of_row(row: Row[Any]) -> Account:
    """The account of a row of the table."""
    return Account(
        row.id,
        row.site,
        row.name,
        row.shown,
        Role(row.role),
        read_names(row.queues),
        read_names(row.teams),
        row.agent,
        row.subject,
        bool(row.password),
        row.must_change,
        row.disabled,
        row.version,
        row.failed,
        row.tried_at,
        row.made_at,
        row.changed_at,
        row.seen_at,
    )


def read_names(text: str) -> Names:
    """Names as they are stored: a JSON list, "" for all."""
    return frozenset(msgspec.json.decode(text, type=list[str])) if text else None


def names_text(names: Names) -> str:
    """Names as they are stored."""
    return "" if names is None else msgspec.json.encode(sorted(names)).decode()


def all_accounts(connection: Connection, site: str) -> list[Account]:
    """Every account of a site, by name."""
    rows = connection.execute(select(accounts).where(accounts.c.site == site).order_by(accounts.c.name))
    return [of_row(row) for row in rows]


def account_named(connection: Connection, site: str, name: str) -> Account | None:
    """The account of a name."""
    return _one(connection, accounts.c.site == site, accounts.c.name == name)


def account_of(connection: Connection, number: int) -> Account | None:
    """The account of an id."""
    return _one(connection, accounts.c.id == number)


def account_of_subject(connection: Connection, site: str, subject: str) -> Account | None:
    """The account that a single sign-on means."""
    return _one(connection, accounts.c.site == site, accounts.c.subject == subject) if subject else None


def _one(connection: Connection, *which: Any) -> Account | None:
    row = connection.execute(select(accounts).where(*which)).first()
    return of_row(row) if row else None


def password_of(connection: Connection, number: int) -> str:
    """The hash of an account's password; "" without one."""
    return connection.scalar(select(accounts.c.password).where(accounts.c.id == number)) or ""


def put_account(connection: Connection, site: str, values: dict[str, Any]) -> int:
    """A new account; returns its id."""
    found = connection.execute(insert(accounts).values(site=site, **values))
    mark(connection, site)
    key = found.inserted_primary_key
    return int(key[0]) if key else 0


def set_account(connection: Connection, account: Account, values: dict[str, Any], *, ends: bool) -> None:
    """Change an account; ``ends``: so that its sessions end."""
    version = {"version": accounts.c.version + 1} if ends else {}
    connection.execute(update(accounts).where(accounts.c.id == account.id).values(values | version))
    mark(connection, account.site)


def mark(connection: Connection, site: str) -> None:
    """Note that accounts, sessions or displays of a site changed."""
    table = access_marks.c
    known = connection.execute(
        update(access_marks).where(table.site == site).values(version=table.version + 1)
    )
    if not known.rowcount:
        connection.execute(insert(access_marks).values(site=site, version=1))


def marked(connection: Connection, site: str) -> int:
    """The mark of a site; 0 before the first change."""
    return connection.scalar(select(access_marks.c.version).where(access_marks.c.site == site)) or 0


def tries_from(connection: Connection, site: str, source: str) -> tuple[int, float]:
    """Wrong passwords from one address: how many in a row, and when the last was."""
    table = sign_in_tries.c
    row = connection.execute(
        select(table.failed, table.tried_at).where(table.site == site, table.source == source)
    ).first()
    return (row.failed, row.tried_at) if row else (0, 0.0)


def clear_tries(connection: Connection, site: str, before: float) -> None:
    """Forget wrong passwords of which the last was before an instant."""
    table = sign_in_tries.c
    connection.execute(delete(sign_in_tries).where(table.site == site, table.tried_at < before))


def set_tries(connection: Connection, site: str, rows: Iterable[tuple[str, int, float]]) -> None:
    """Keep (address, wrong passwords, when)."""
    write_rows(connection, sign_in_tries, list(rows), replaced, site)
