"""Whether a caller had called before: one notion of it for KPIs, for draws and for who listens to a call.

A caller repeats whichever queue was called before, within a week; another visit of the same call (from queue
to queue) is none, and a withheld number is nobody's. What is cleared of numbers and what is not yet are
brought together by ``number_links``. Instants are UTC epoch seconds.
"""

from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, select

from ccfloor.floor.numbers import names_caller
from ccfloor.store.access_tables import number_links
from ccfloor.store.number_links import crosses, hash_of, number_of
from ccfloor.store.tables import calls

WEEK_S = 7 * 86_400


def last_before(connection: Connection, site: str, start: float, end: float) -> ColumnElement[Any]:
    """When the caller of a call that entered in [start, end) had called last within a week before it; NULL
    for never. Whether the number names anybody (``names_caller``) is for the reader to ask.
    """
    before = _nearest(before=True)
    if crosses(connection, site, start - WEEK_S, end + WEEK_S):  # what is cleared is older than what is not
        before = func.coalesce(before, _nearest(before=True, number=hash_of(calls.c)))
    return case((calls.c.number != "", before))


def next_after(connection: Connection, site: str, start: float, end: float) -> ColumnElement[Any]:
    """When the caller called next within a week after; NULL for never."""
    after = _nearest(before=False)
    if crosses(connection, site, start - WEEK_S, end + WEEK_S):
        after = func.coalesce(after, _nearest(before=False, number=number_of(calls.c)))
    return case((calls.c.number != "", after))


def calls_before(connection: Connection, site: str, call: str, number: str, entered_at: float) -> int:
    """How often a caller had called within a week before. ``number``: as stored, not as it may be read."""
    if not names_caller(number):
        return 0
    table, link = calls.c, number_links.c
    older = select(link.hash).where(link.site == site, link.number == number)
    younger = select(link.number).where(link.site == site, link.hash == number)
    texts = {number, *connection.scalars(older), *connection.scalars(younger)}
    within = (table.entered_at >= entered_at - WEEK_S, table.entered_at < entered_at)
    same = (table.site == site, table.number.in_(sorted(texts)), table.call != call)
    return int(connection.scalar(select(func.count(table.call.distinct())).where(*same, *within)) or 0)


def _nearest(before: bool, number: ColumnElement[Any] | None = None) -> ColumnElement[Any]:
    """``number``: the other text under which it stands beyond the edge of what is cleared."""
    one, other = calls.c, calls.alias("other").c
    told = one.number if number is None else number
    same = (other.site == one.site, other.number == told, other.call != one.call)
    query = select(other.entered_at).where(*same).correlate(calls).limit(1)
    if before:
        within = (other.entered_at < one.entered_at, other.entered_at >= one.entered_at - WEEK_S)
        return query.where(*within).order_by(other.entered_at.desc()).scalar_subquery()
    within = (other.entered_at > one.entered_at, other.entered_at <= one.entered_at + WEEK_S)
    return query.where(*within).order_by(other.entered_at).scalar_subquery()
