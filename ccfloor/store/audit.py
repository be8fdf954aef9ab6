"""The audit log's rows: appended, never changed, each linked to the one before (``ccfloor.access.chain``).

Appending takes a lock of its own, which is held until the end of the act's transaction: append last in it,
and no two acts can wait for each other. Instants are UTC epoch seconds.
"""

import logging
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, func, insert, or_, select, update

from ccfloor.access.chain import GENESIS, Entry, link
from ccfloor.store.access_tables import audit, audit_heads

log = logging.getLogger(__name__)
AT_ONCE = 5000  # entries read at a time where all are gone through
SEARCHED = 20_000  # entries looked at for a word in one go
_t = audit.c
_entry = tuple(_t[name] for name in Entry._fields)
_NAMED = {"who": _t.who, "source": _t.source}


class Written(NamedTuple):
    """An entry as it stands in the log."""

    entry: Entry
    hash: str


class Head(NamedTuple):
    """The newest entry of a day (20261122, UTC), as it was when it was written."""

    day: int
    number: int
    hash: str


class Wanted(NamedTuple):
    """Which entries; what is empty does not narrow. ``acts``: any of these, ``about``: the whole word.

    ``start`` ≤ at < ``end``. ``words``: anywhere in what the entry tells.
    """

    who: str = ""
    acts: tuple[str, ...] = ()
    about: str = ""
    source: str = ""
    start: float = 0.0
    end: float = float("inf")
    words: str = ""


Place = tuple[float, int]  # (at, number) of an entry: where a list goes on


class Found(NamedTuple):
    """Entries, newest first. ``more``: where older ones go on, None at the end.

    ``full``: the list is as long as was wanted; else so many were looked at that it stopped at ``more``.
    """

    rows: list[Written]
    more: Place | None
    full: bool = True


# -- writing -------------------------------------------------------------------------------------------


def append(connection: Connection, entry: Entry) -> int:
    """Write an entry in the transaction of its act, as the last thing in it; returns its number.

    ``entry.number`` is given here.
    """
    _lock(connection, entry.site)
    before = last(connection, entry.site)
    number, previous = (before.entry.number + 1, before.hash) if before else (1, GENESIS)
    made = entry._replace(number=number)
    told = link(previous, made)
    connection.execute(insert(audit).values(**made._asdict(), hash=told))
    _keep_head(connection, made, told, before)
    return number


def _lock(connection: Connection, site: str) -> None:
    """Be the only one who appends, until the end of the transaction. SQLite has only one writer anyway."""
    if connection.dialect.name == "postgresql":
        key = zlib.crc32(f"ccfloor audit {site}".encode())
        connection.execute(select(func.pg_advisory_xact_lock(key)))


def _keep_head(connection: Connection, entry: Entry, told: str, before: Written | None) -> None:
    day = _day(entry.at)
    values = {"number": entry.number, "hash": told, "at": entry.at}
    mine = (audit_heads.c.site == entry.site, audit_heads.c.day == day)
    if connection.execute(update(audit_heads).where(*mine).values(values)).rowcount:
        return
    connection.execute(insert(audit_heads).values(site=entry.site, day=day, **values))
    if before:  # also where the database cannot be altered afterwards: in the server's own log
        number = before.entry.number
        log.info("audit log of %s: until today %d entries, head %s", entry.site, number, before.hash)


def _day(at: float) -> int:
    return int(datetime.fromtimestamp(at, UTC).strftime("%Y%m%d"))


# -- reading -------------------------------------------------------------------------------------------


def last(connection: Connection, site: str) -> Written | None:
    """The newest entry of a site."""
    query = select(*_entry, _t.hash).where(_t.site == site).order_by(_t.number.desc()).limit(1)
    row = connection.execute(query).first()
    return _written(row) if row else None


def after(connection: Connection, site: str, number: int, most: int = AT_ONCE) -> list[Written]:
    """The entries that follow a number, in order."""
    query = select(*_entry, _t.hash).where(_t.site == site, _t.number > number)
    return [_written(row) for row in connection.execute(query.order_by(_t.number).limit(most))]


def heads(connection: Connection, site: str) -> list[Head]:
    """The newest entry of each day, as kept beside the log."""
    table = audit_heads.c
    query = select(table.day, table.number, table.hash).where(table.site == site).order_by(table.number)
    return [Head(*row) for row in connection.execute(query)]


def find(connection: Connection, site: str, wanted: Wanted, most: int, below: Place | None = None) -> Found:
    """The newest entries that fit, at most ``most``, older than ``below``.

    Where words are looked for, at most SEARCHED entries are gone through.
    """
    near = _near(site, wanted, below)
    if not wanted.words:
        rows = connection.execute(near.limit(most + 1)).all()
        kept = [_written(row) for row in rows[:most]]
        return Found(kept, _place(kept[-1]) if len(rows) > most else None)
    return _search(connection, near, wanted.words, most)


def _search(connection: Connection, near: Select[Any], words: str, most: int) -> Found:
    looked = near.limit(SEARCHED).subquery()
    told = (looked.c[name] for name in ("about", "before", "after", "why", "who", "source"))
    sign = "\\"
    for special in ("\\", "%", "_"):
        words = words.replace(special, sign + special)
    fits = or_(*(column.ilike(f"%{words}%", escape=sign) for column in told))
    query = select(looked).where(fits).order_by(looked.c.at.desc(), looked.c.number.desc())
    rows = connection.execute(query.limit(most + 1)).all()
    kept = [_written(row) for row in rows[:most]]
    if len(rows) > most:
        return Found(kept, _place(kept[-1]))
    end = connection.execute(near.with_only_columns(_t.at, _t.number).offset(SEARCHED - 1).limit(1)).first()
    return Found(kept, (end.at, end.number) if end else None, full=False)


def _near(site: str, wanted: Wanted, below: Place | None) -> Select[Any]:
    """What fits but for the words, newest first."""
    query = select(*_entry, _t.hash).where(_t.site == site, *_narrowed(wanted))
    if below:
        at, number = below
        query = query.where(_t.at <= at, or_(_t.at < at, _t.number < number))
    return query.order_by(_t.at.desc(), _t.number.desc())


def _narrowed(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.who:
        yield _t.who == wanted.who
    if wanted.acts:
        yield _t.act.in_(wanted.acts) if len(wanted.acts) > 1 else _t.act == wanted.acts[0]
    if wanted.about:
        yield _t.about == wanted.about
    if wanted.source:
        yield _t.source == wanted.source
    if wanted.start > 0:
        yield _t.at >= wanted.start
    if wanted.end != float("inf"):
        yield _t.at < wanted.end


def names(connection: Connection, site: str, column: str, most: int = 200) -> list[str]:
    """Who acted (``who``), or the addresses (``source``), in order; each by one look into the index."""
    named, found = _NAMED[column], [""]
    while len(found) <= most:
        query = select(func.min(named)).where(_t.site == site, named > found[-1])
        following = connection.scalar(query)
        if following is None:
            break
        found.append(following)
    return found[1:]


def lately(connection: Connection, site: str, acts: Sequence[str], since: float) -> list[tuple[str, str]]:
    """(about, source) of the entries of these acts since an instant."""
    query = select(_t.about, _t.source).where(_t.site == site, _t.act.in_(acts), _t.at > since)
    return [(row.about, row.source) for row in connection.execute(query)]


def _written(row: Sequence[Any]) -> Written:
    return Written(Entry(*row[:-1]), row[-1])


def _place(written: Written) -> Place:
    return written.entry.at, written.entry.number
