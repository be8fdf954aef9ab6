"""Rows of walls' links. Every change is marked, so that servers forget what they knew."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Row, insert, select, update

from ccfloor.store.access_tables import displays
from ccfloor.store.accounts import Names, mark, read_names
from ccfloor.store.engine import writing


class Display(NamedTuple):
    """A wall's link as stored, without its token. Instants are UTC epoch seconds, 0.0 for never.

    ``revoked_at``: None while it stands. ``numbered``: agents appear by number.
    """

    id: int
    site: str
    name: str
    board: str
    queues: Names
    teams: Names
    numbered: bool
    made_by: str
    why: str
    made_at: float
    revoked_at: float | None
    revoked_by: str
    revoked_why: str
    seen_at: float


def put_display(connection: Connection, site: str, values: dict[str, Any]) -> int:
    """A new link; returns its id."""
    found = connection.execute(insert(displays).values(site=site, **values))
    mark(connection, site)
    key = found.inserted_primary_key
    return int(key[0]) if key else 0


def all_displays(connection: Connection, site: str) -> list[Display]:
    """Every link of a site: those that stand first, then by name."""
    table = displays.c
    order = (table.revoked_at.is_not(None), table.revoked_at.desc(), table.name, table.id)
    found = connection.execute(select(displays).where(table.site == site).order_by(*order))
    return [_of(row) for row in found]


def display_of(connection: Connection, site: str, number: int) -> Display | None:
    """The link of an id."""
    return _one(connection, displays.c.site == site, displays.c.id == number)


def display_of_token(connection: Connection, site: str, token: str) -> Display | None:
    """The link of a hashed token, if it stands."""
    table = displays.c
    return _one(connection, table.site == site, table.token == token, table.revoked_at.is_(None))


def set_revoked(connection: Connection, display: Display, by: str, why: str, now: float) -> None:
    """The link stands no longer."""
    values = {"revoked_at": now, "revoked_by": by, "revoked_why": why}
    connection.execute(update(displays).where(displays.c.id == display.id).values(values))
    mark(connection, display.site)


def touch_display(engine: Engine, number: int, now: float) -> None:
    """Note that a wall was seen."""
    with writing(engine) as connection:
        connection.execute(update(displays).where(displays.c.id == number).values(seen_at=now))


def _one(connection: Connection, *which: Any) -> Display | None:
    row = connection.execute(select(displays).where(*which)).first()
    return _of(row) if row else None


def _of(row: Row[Any]) -> Display:
    told = row._asdict()
    told |= {"queues": read_names(row.queues), "teams": read_names(row.teams)}
    return Display(**{name: told[name] for name in Display._fields})
