"""What stands beside an import: the floor's own sums of the days alone that the import tells of.

Complaints of ten days are divided by the calls of those ten days: a period's figures have them as
``agent.answered@complaints.verified``. Which fields stand beside which is told in ``ccfloor.kpi.fields``.
"""

from collections.abc import Callable, Collection, Mapping

from sqlalchemy import Connection, select

from ccfloor.kpi.fields import BESIDE, origin
from ccfloor.kpi.scope import Kind
from ccfloor.store.agent_rows import agent_rows
from ccfloor.store.complete_sums import clear_by_day
from ccfloor.store.day_sums import Sums, add_sums
from ccfloor.store.engine import by_value
from ccfloor.store.tables import kpi_facts, queue_days

Told = dict[str, set[int]]  # an import's field → the days it tells of; day 0 of a month: all of its days
ByDay = dict[int, Sums]


def add_beside(total: Sums, told: Mapping[str, Collection[int]], by_day: Mapping[int, Sums]) -> None:
    """Give a period's sums what stands beside each import in them; 0 where nothing was on its days."""
    for field, days in told.items():
        if field not in total:
            continue  # told of others alone
        names = [name for name in BESIDE.get(field, ()) if name in total]
        theirs = [sums for day, sums in by_day.items() if day in days or day // 100 * 100 in days]
        total.update({f"{name}@{field}": sum(sums.get(name, 0) for sums in theirs) for name in names})


def add_all_beside(
    connection: Connection,
    site: str,
    kind: Kind,
    span: tuple[int, int],
    found: Mapping[str, Sums],
    place: Callable[[str, int], str],
) -> None:
    """The same for every queue, team or agent at once. ``span``: first and last day, the first day 0 of a
    month where its sums count; ``place``: (agent, day) → the member whose the day is, "" for none.
    """
    named, everybody = _named(connection, site, kind, *span), _everybody(connection, site, kind, *span)
    if not named and not everybody:
        return
    fields = {field for told in (everybody, *named.values()) for field in told}
    wanted = {name for field in fields for name in BESIDE[field]}
    if kind == "queue":
        rows = _of_queues(connection, site, wanted, *span)
    else:
        rows = _of_people(connection, site, wanted, place, *span)
    for name, total in found.items():
        theirs = named.get(name, {})
        if kind == "agent":
            theirs = {field: {day for day in days if place(name, day)} for field, days in theirs.items()}
        told = {
            field: theirs.get(field, set()) | everybody.get(field, set()) for field in {**theirs, **everybody}
        }
        add_beside(total, told, rows.get(name, {}))


def _named(connection: Connection, site: str, kind: Kind, first: int, last: int) -> dict[str, Told]:
    """Member → the days on which an import names it."""
    table = kpi_facts.c
    scope = by_value(table.scope)
    query = select(table.scope, table.field, table.day).where(table.site == site, table.field.in_(BESIDE))
    query = query.where(scope >= f"{kind}:", scope < f"{kind};", table.day >= first, table.day <= last)
    found: dict[str, Told] = {}
    for whose, field, day in connection.execute(query):
        if day % 100 or first % 100 == 0:
            found.setdefault(whose.partition(":")[2], {}).setdefault(field, set()).add(day)
    return found


def _everybody(connection: Connection, site: str, kind: Kind, first: int, last: int) -> Told:
    """The days on which an import tells of everybody, named or not."""
    found: Told = {}
    for day, fields in clear_by_day(connection, site, kind, first, last).items():
        for field in fields.keys() & BESIDE.keys():
            if fields[field]:
                found.setdefault(field, set()).add(day)
    return found


def _of_queues(
    connection: Connection, site: str, fields: Collection[str], first: int, last: int
) -> dict[str, ByDay]:
    names = [name for name in fields if origin(name) == "queue"]
    table = queue_days.c
    query = select(table.queue, table.day, *(table[name.partition(".")[2]] for name in names))
    query = query.where(table.site == site, table.day >= first, table.day <= last)
    found: dict[str, ByDay] = {}
    for queue, day, *sums in connection.execute(query):
        found.setdefault(queue, {})[day] = dict(zip(names, sums, strict=True))
    return found


def _of_people(
    connection: Connection,
    site: str,
    fields: Collection[str],
    place: Callable[[str, int], str],
    first: int,
    last: int,
) -> dict[str, ByDay]:
    """Agent or team → sums by day."""
    found: dict[str, ByDay] = {}
    for agent, day, sums in agent_rows(connection, site, None, fields, first, last):
        if name := place(agent, day):
            add_sums(found.setdefault(name, {}).setdefault(day, {}), sums)
    return found
