"""Forms and plans of quality assurance in their versions. Only a draft's row is ever changed.

A row that is published, retired or offered stays as it is: there is no statement here that could change
one. The newest of those that have begun on a day is the one that counts on it: what is offered never does.
Days: 20261122, 0 is before all.
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from ccfloor.store.qa_tables import qa_versions

Kind = Literal["form", "plan"]
KINDS: tuple[Kind, ...] = ("form", "plan")
DRAFT, PUBLISHED, RETIRED = "draft", "published", "retired"
OFFERED = "offered"  # new in the product, beside a version of the site's own that goes on to count
_t = qa_versions.c
COUNTED = (PUBLISHED, RETIRED)


class Stored(NamedTuple):
    """A row of the table. ``body``: YAML; of a retired one that of the version that was retired."""

    id: int
    kind: str
    name: str
    version: int
    state: str
    from_day: int
    body: str
    who: str
    why: str
    at: float
    published_at: float | None
    published_by: str


_COLUMNS = tuple(qa_versions.c[name] for name in Stored._fields)


def all_rows(connection: Connection, site: str, kind: str = "", name: str = "") -> list[Stored]:
    """Every version of a kind and name (empty: of all), newest first."""
    narrow = [_t.site == site, *([_t.kind == kind] if kind else []), *([_t.name == name] if name else [])]
    query = select(*_COLUMNS).where(*narrow).order_by(_t.kind, _t.name, _t.version.desc())
    return [_stored(row) for row in connection.execute(query)]


def one(connection: Connection, site: str, kind: str, name: str, number: int) -> Stored | None:
    """One version."""
    query = select(*_COLUMNS).where(*_of(site, kind, name), _t.version == number)
    return _maybe(connection.execute(query).first())


def draft(connection: Connection, site: str, kind: str, name: str) -> Stored | None:
    """What is being written; None where nobody does."""
    query = select(*_COLUMNS).where(*_of(site, kind, name), _t.state == DRAFT)
    return _maybe(connection.execute(query).first())


def counting(connection: Connection, site: str, kind: str, name: str, day: int) -> Stored | None:
    """What counts on a day, a retired row where it has been taken out of force; None before the first."""
    begun = (_t.state.in_(COUNTED), _t.from_day <= day)
    query = select(*_COLUMNS).where(*_of(site, kind, name), *begun).order_by(_t.version.desc()).limit(1)
    return _maybe(connection.execute(query).first())


def names(connection: Connection, site: str, kind: str) -> list[str]:
    """The names there are of a kind, in order."""
    query = select(_t.name).where(_t.site == site, _t.kind == kind).distinct().order_by(_t.name)
    return list(connection.scalars(query))


def offered(connection: Connection, site: str) -> list[str]:
    """The names of which the newest version is offered and none of the site's own."""
    newest: dict[tuple[str, str], Stored] = {}
    for row in all_rows(connection, site):
        if row.state != DRAFT:
            newest.setdefault((row.kind, row.name), row)
    return [name for (_, name), row in sorted(newest.items()) if row.state == OFFERED]


def add(connection: Connection, site: str, kind: str, name: str, values: Mapping[str, Any]) -> int:
    """Add a version with the next number; returns that number."""
    newest = select(func.max(_t.version)).where(*_of(site, kind, name))
    number = int(connection.scalar(newest) or 0) + 1
    row = {"site": site, "kind": kind, "name": name, "version": number, "published_by": "", **values}
    connection.execute(insert(qa_versions).values(row))
    return number


def change_draft(connection: Connection, site: str, kind: str, name: str, values: Mapping[str, Any]) -> bool:
    """Write the draft anew; False where there is none."""
    mine = (*_of(site, kind, name), _t.state == DRAFT)
    return bool(connection.execute(update(qa_versions).where(*mine).values(**values)).rowcount)


def drop_draft(connection: Connection, site: str, kind: str, name: str) -> bool:
    """Let go of the draft; False where there is none."""
    mine = (*_of(site, kind, name), _t.state == DRAFT)
    return bool(connection.execute(delete(qa_versions).where(*mine)).rowcount)


def _of(site: str, kind: str, name: str) -> tuple[Any, ...]:
    return _t.site == site, _t.kind == kind, _t.name == name


def _maybe(row: Row[Any] | None) -> Stored | None:
    return None if row is None else _stored(row)


def _stored(row: Row[Any]) -> Stored:
    return Stored._make(row)
