"""The edge up to which numbers are cleared, and which numbers stand on both sides of it.

Calls of one caller are found by their number. Where the older ones are cleared and the younger ones are not,
a link leads from the number to its hash (``ccfloor.floor.numbers``) until the younger ones are cleared, too.
Instants are UTC epoch seconds.
"""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, ScalarSelect, and_, func, select

from ccfloor.store.access_tables import number_edges, number_links
from ccfloor.store.tables import calls


class Edge(NamedTuple):
    """Numbers of before ``until`` are cleared, in the journal up to the id ``head``. ``at``: of the last run;
    ``cleared``: rows that were changed in all runs.
    """

    until: float = 0.0
    head: int = 0
    at: float = 0.0
    cleared: int = 0


def edge(connection: Connection, site: str) -> Edge:
    """How far the numbers of a site are cleared."""
    table = number_edges.c
    row = connection.execute(select(*(table[name] for name in Edge._fields)).where(table.site == site))
    found = row.first()
    return Edge(*found) if found else Edge()


def crosses(connection: Connection, site: str, start: float, end: float) -> bool:
    """Whether the edge lies in this span, so that one caller may stand in it under two texts.

    While the first run is at work nobody knows yet how far it is: anywhere.
    """
    until = edge(connection, site).until
    if until:
        return start < until < end
    some = select(number_links.c.number).where(number_links.c.site == site).limit(1)
    return connection.scalar(some) is not None


def hashes(connection: Connection, site: str) -> dict[str, str]:
    """Number → hash of all that stand on both sides."""
    table = number_links.c
    rows = connection.execute(select(table.number, table.hash).where(table.site == site))
    return {number: hashed for number, hashed in rows}


def one_caller(number: ColumnElement[str]) -> ColumnElement[str]:
    """What a caller is told apart by, where ``linked`` is joined."""
    found: ColumnElement[str] = func.coalesce(number_links.c.hash, number)
    return found


def linked(site: ColumnElement[str], number: ColumnElement[str]) -> Any:
    """On what ``number_links`` is joined (outer) to calls."""
    return and_(number_links.c.site == site, number_links.c.number == number)


def hash_of(one: Any) -> ScalarSelect[Any]:
    """The hash under which older calls of a call's number stand; NULL where there are none."""
    link = number_links.alias("older").c
    same = (link.site == one.site, link.number == one.number)
    return select(link.hash).where(*same).correlate(calls).scalar_subquery()


def number_of(one: Any) -> ScalarSelect[Any]:
    """The number under which younger calls of a cleared call's caller stand; NULL where there are none."""
    link = number_links.alias("younger").c
    same = (link.site == one.site, link.hash == one.number)
    return select(link.number).where(*same).limit(1).correlate(calls).scalar_subquery()
