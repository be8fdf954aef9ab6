"""Rows of sessions, and the keys that all servers of a database share."""

import secrets
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, delete, insert, select, update

from ccfloor.access.session import Session
from ccfloor.store.access_tables import access_keys, accounts, sessions
from ccfloor.store.accounts import Account, mark, of_row
from ccfloor.store.engine import lock_site, writing

_KEY_BYTES = 32


class Kept(NamedTuple):
    """A stored session and its account as it is now."""

    session: Session
    csrf: str
    source: str
    account: Account


def put_session(connection: Connection, values: dict[str, Any]) -> None:
    """A new session."""
    connection.execute(insert(sessions).values(values))


def session_of(connection: Connection, token: str) -> Kept | None:
    """The session of a hashed token."""
    of = sessions.join(accounts, accounts.c.id == sessions.c.account)
    told = [column.label(f"of_{column.name}") for column in sessions.c]
    row = connection.execute(select(accounts, *told).select_from(of).where(sessions.c.token == token)).first()
    if row is None:
        return None
    session = Session(row.of_account, row.of_account_version, row.of_began_at, row.of_seen_at)
    return Kept(session, row.of_csrf, row.of_source, of_row(row))


class Open(NamedTuple):
    """A session of an account. ``token``: its hash; ``program``: what the browser calls itself."""

    token: str
    session: Session
    source: str
    program: str


def sessions_of(connection: Connection, site: str, account: int) -> list[Open]:
    """The sessions of an account, also those that are over, the last used first."""
    table = sessions.c
    query = select(sessions).where(table.site == site, table.account == account)
    return [
        Open(
            row.token,
            Session(row.account, row.account_version, row.began_at, row.seen_at),
            row.source,
            row.program,
        )
        for row in connection.execute(query.order_by(table.seen_at.desc(), table.token))
    ]


def touch(engine: Engine, token: str, now: float) -> None:
    """Note that a session was used."""
    with writing(engine) as connection:
        connection.execute(update(sessions).where(sessions.c.token == token).values(seen_at=now))


def end_sessions(connection: Connection, site: str, *which: Any) -> int:
    """End the sessions of a site that fit; returns how many there were."""
    gone = connection.execute(delete(sessions).where(sessions.c.site == site, *which)).rowcount
    mark(connection, site)
    return gone


def key_of(engine: Engine, name: str, now: float) -> bytes:
    """A key that all servers of this database share; made on first use."""
    with engine.connect() as connection:
        secret = connection.scalar(select(access_keys.c.secret).where(access_keys.c.name == name))
    if secret is None:
        secret = _make_key(engine, name, now)
    return bytes.fromhex(secret)


def _make_key(engine: Engine, name: str, now: float) -> str:
    with writing(engine) as connection:
        lock_site(connection, f"key {name}")  # two servers may want it first
        known: str | None = connection.scalar(select(access_keys.c.secret).where(access_keys.c.name == name))
        made = known or secrets.token_hex(_KEY_BYTES)
        if known is None:
            connection.execute(insert(access_keys).values(name=name, secret=made, made_at=now))
    return made
