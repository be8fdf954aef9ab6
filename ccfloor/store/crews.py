"""Saved groups of seats as they are stored, written and read in the caller's transaction."""

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from ccfloor.store.move_tables import crews

_QUEUES = msgspec.json.Decoder(dict[str, int])
_NAMES = msgspec.json.Decoder(tuple[str, ...])


class CrewTaken(Exception):
    """Another group has this name."""


class Crew(msgspec.Struct, frozen=True):
    """A group of seats and where it goes. ``queues``: with penalties; ``minutes``: until it returns, or 0."""

    name: str
    seats: tuple[str, ...]
    queues: dict[str, int]
    beside: bool = False
    minutes: int = 0
    who: str = ""
    at: float = 0.0
    id: int = 0
    removed_by: str = ""
    removed_at: float | None = None


def keep_crew(connection: Connection, site: str, crew: Crew) -> int:
    """Store a group: a new one (id 0), or in the place of the one with its id. Returns the id."""
    row = {
        "site": site,
        "name": crew.name,
        "live": None if crew.removed_at is not None else crew.name,
        "seats": msgspec.json.encode(crew.seats).decode(),
        "queues": msgspec.json.encode(crew.queues).decode(),
        **{name: getattr(crew, name) for name in _PLAIN},
    }
    try:
        if not crew.id:
            return int(connection.execute(insert(crews).values(row).returning(crews.c.id)).scalar_one())
        connection.execute(update(crews).where(crews.c.site == site, crews.c.id == crew.id).values(row))
    except IntegrityError:
        raise CrewTaken(crew.name) from None
    return crew.id


_PLAIN = ("beside", "minutes", "who", "at", "removed_by", "removed_at")


def crew_by_id(connection: Connection, site: str, crew: int) -> Crew | None:
    """One group, removed or not."""
    row = connection.execute(select(crews).where(crews.c.site == site, crews.c.id == crew)).first()
    return _crew(row) if row else None


def crew_named(connection: Connection, site: str, name: str) -> Crew | None:
    """The group that has this name now."""
    row = connection.execute(select(crews).where(crews.c.site == site, crews.c.live == name)).first()
    return _crew(row) if row else None


def all_crews(connection: Connection, site: str, removed_since: float) -> list[Crew]:
    """The groups by name, and after them those removed since an instant."""
    there = (crews.c.live.is_not(None)) | (crews.c.removed_at >= removed_since)
    query = select(crews).where(crews.c.site == site, there)
    found = [_crew(row) for row in connection.execute(query)]
    return sorted(found, key=lambda crew: (crew.removed_at is not None, crew.name, crew.id))


def _crew(row: Row[Any]) -> Crew:
    plain = {name: row._mapping[name] for name in _PLAIN}
    return Crew(row.name, _NAMES.decode(row.seats), _QUEUES.decode(row.queues), id=row.id, **plain)
