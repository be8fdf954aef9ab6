"""Sums of what was counted of days that are over, and of what imports brought in, by day or by member.

Days that nobody has counted yet, the present one above all, are counted from their calls when they are
asked for, as long as these are few; else a reader is told that they are being counted, and nothing of the
period: a sum of some of its days would be wrong.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, case, func, select

from ccfloor.kpi.fields import CALLS, COUNTED
from ccfloor.kpi.period import Period, day_number
from ccfloor.kpi.scope import Kind, Scope
from ccfloor.store.call_counts import Counted, count_calls
from ccfloor.store.day_sums import Sums
from ccfloor.store.engine import by_value
from ccfloor.store.tables import calls, counted_days, fact_days, kpi_facts

MOST_CALLS = 20_000  # counted on the way to an answer, some 0.3 s; of a month they keep a reader waiting
_UNAIDED = 10  # times as many where nobody counts days in the background
_ALWAYS = 2  # days, whatever their calls: the present one, which nobody counts, and one that has just ended
_COLUMNS = tuple(name.partition(".")[2] for name in COUNTED)


class Uncounted(NamedTuple):
    """What the calls of days that nobody has counted come to, by day. ``too_many``: days left out."""

    days: dict[int, Counted]
    too_many: frozenset[int] = frozenset()


def uncounted(
    connection: Connection,
    site: str,
    days: Iterable[Period],
    where: Sequence[ColumnElement[bool]] = (),
    counted: bool = True,
) -> Uncounted:
    """Count those of these days that nobody has counted yet, latest first, as long as their calls are few.

    ``where``: of some calls alone all of the days; ``counted``: what is counted is of these very days.
    """
    open_days = _open(connection, site, days, counted and not where)
    few = _few(connection, site, open_days, where, counted)
    found = {
        day_number(day.day): count_calls(connection, site, (day.start, day.end), *where)[0] for day in few
    }
    return Uncounted(found, frozenset(day_number(day.day) for day in open_days[len(few) :]))


def being_counted(connection: Connection, site: str, days: Iterable[Period], counted: bool = True) -> int:
    """How many of these days ``uncounted`` would leave out."""
    open_days = _open(connection, site, days, counted)
    return len(open_days) - len(_few(connection, site, open_days, (), counted))


def _open(connection: Connection, site: str, days: Iterable[Period], counted: bool) -> list[Period]:
    """The days that nobody has counted, latest first."""
    asked = {day_number(day.day): day for day in days}
    done = _done(connection, site, min(asked), max(asked)) if asked and counted else set()
    return [asked[number] for number in sorted(asked.keys() - done, reverse=True)]


def _few(
    connection: Connection,
    site: str,
    open_days: Sequence[Period],
    where: Sequence[ColumnElement[bool]],
    counted: bool,
) -> Sequence[Period]:
    """As many of them as can be counted while somebody waits."""
    table, left = calls.c, MOST_CALLS * (1 if counted and not where else _UNAIDED)
    for place, day in enumerate(open_days):
        within = (table.site == site, table.entered_at >= day.start, table.entered_at < day.end)
        left -= connection.scalar(select(func.count()).select_from(calls).where(*within, *where)) or 0
        if left < 0 and place >= _ALWAYS:
            return open_days[:place]
    return open_days


def _done(connection: Connection, site: str, first: int, last: int) -> set[int]:
    table = fact_days.c
    query = select(table.day).where(table.site == site, table.at > 0)
    return set(connection.scalars(query.where(table.day >= first, table.day <= last)))


def counted_by_day(
    connection: Connection,
    site: str,
    scopes: Collection[Scope],
    first: int,
    last: int,
    afresh: Collection[int] = (),
) -> dict[int | str, Sums]:
    """Day → sums over these scopes, of the days that have been counted. ``afresh``: see ``_sums``."""
    table = counted_days.c
    day = by_value(table.day)
    query = select(day, *_sums(afresh)).group_by(day)
    query = query.where(table.site == site, table.day >= first, table.day <= last)
    rows = connection.execute(query.where(table.scope.in_([str(scope) for scope in scopes])))
    return {day: _known(sums) for day, *sums in rows}


def counted_by_member(
    connection: Connection, site: str, kind: Kind, first: int, last: int, afresh: Collection[int] = ()
) -> dict[str, Sums]:
    """Queue or agent → sums of the days that have been counted. ``afresh``: see ``_sums``."""
    table = counted_days.c
    scoped = by_value(table.scope)
    query = select(scoped, *_sums(afresh)).group_by(scoped)
    query = query.where(table.site == site, table.day >= first, table.day <= last, *_of(table.scope, kind))
    return {scope.partition(":")[2]: _known(sums) for scope, *sums in connection.execute(query)}


def _sums(afresh: Collection[int]) -> list[ColumnElement[Any]]:
    """Sums of what was counted. Of the days ``afresh`` calls are counted anew by whoever asks; of seats the
    last count is the best there is until then.
    """
    table = counted_days.c
    old = table.day.in_(sorted(afresh))
    return [
        func.sum(case((old, None), else_=table[column]) if afresh and name in CALLS else table[column])
        for name, column in zip(COUNTED, _COLUMNS, strict=True)
    ]


def imported_by_day(
    connection: Connection, site: str, scope: Scope, first: int, last: int
) -> dict[int, Sums]:
    """Day → what imports say of this very scope; the sums of a whole month stand under its day 0."""
    table = kpi_facts.c
    query = select(table.day, table.field, func.sum(table.value)).group_by(table.day, table.field)
    query = query.where(table.site == site, table.scope == str(scope))
    found: dict[int, Sums] = {}
    for day, field, value in connection.execute(query.where(table.day >= first, table.day <= last)):
        found.setdefault(day, {})[field] = value
    return found


def imported_by_member(
    connection: Connection, site: str, kind: Kind, first: int, last: int, months: bool
) -> dict[str, Sums]:
    """Queue, team or agent → what imports say of it. ``months``: with the sums of whole months."""
    table = kpi_facts.c
    whose = (by_value(table.scope), by_value(table.field))
    query = select(*whose, func.sum(table.value)).group_by(*whose)
    query = query.where(table.site == site, table.day >= first, table.day <= last, *_of(table.scope, kind))
    if not months:
        query = query.where(table.day % 100 != 0)
    found: dict[str, Sums] = {}
    for scope, field, value in connection.execute(query):
        found.setdefault(scope.partition(":")[2], {})[field] = value
    return found


def imported_one_by_one(
    connection: Connection, site: str, kind: Kind, first: int, last: int, months: bool
) -> Iterator[tuple[str, int, Sums]]:
    """(queue, team or agent; day; what imports say of it on the day)."""
    table = kpi_facts.c
    whose = (by_value(table.scope), table.day, by_value(table.field))
    query = select(*whose, func.sum(table.value)).group_by(*whose)
    query = query.where(table.site == site, table.day >= first, table.day <= last, *_of(table.scope, kind))
    for scope, day, field, value in connection.execute(query):
        if months or day % 100:
            yield scope.partition(":")[2], day, {field: value}


def _of(column: ColumnElement[str], kind: Kind) -> list[ColumnElement[bool]]:
    """Scopes of one kind."""
    return [by_value(column) >= f"{kind}:", by_value(column) < f"{kind};"]


def _known(sums: Sequence[Any]) -> Sums:
    return {name: int(value) for name, value in zip(COUNTED, sums, strict=True) if value is not None}
