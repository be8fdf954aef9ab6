"""Sums of the stored days of queues and agents, by day or by member. Days are numbers: 20261122.

Time in status is that of agents whose presence a switch told of on the day, the day before or the day
after: a log of calls alone would make everybody always busy.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from ccfloor.floor.metrics import FIELDS
from ccfloor.floor.records import AGENT_FIELDS
from ccfloor.kpi.fields import AGENT, GREATEST, PRESENCE, PRESENT_ANSWERED, QUEUE
from ccfloor.kpi.period import date_of, day_number
from ccfloor.store.agent_metrics import PRESENCE as TELLING
from ccfloor.store.engine import by_value
from ccfloor.store.tables import agent_days, queue_days
from ccfloor.store.viewer import Viewer, queue_scope

Sums = dict[str, float]
By = Literal["day", "member"]
AGENT_DAYS = "seats.agent_days"
QUEUE_NAMES = (*QUEUE, *GREATEST)
_ALWAYS = tuple(name for name in AGENT if name not in PRESENCE)
_ANSWERED = "agent.answered"
_TIMED = (PRESENT_ANSWERED, *PRESENCE)
_WHOLE_NAMES = (AGENT_DAYS, *AGENT)


def queue_sums(
    connection: Connection, viewer: Viewer, first: int, last: int, by: By
) -> dict[int | str, Sums]:
    """Day or queue → sums over the viewer's queues, both days inclusive."""
    table = queue_days.c
    key = by_value(table.day if by == "day" else table.queue)
    query = select(key, *(func.sum(table[name]) for name in FIELDS), func.max(table.max_wait_ms))
    query = query.where(table.site == viewer.site, table.day >= first, table.day <= last)
    query = query.where(*queue_scope(viewer, table.queue)).group_by(key)
    return {
        row[0]: dict(zip(QUEUE_NAMES, map(int, row[1:]), strict=True)) for row in connection.execute(query)
    }


def agent_sums(
    connection: Connection, site: str, names: Collection[str] | None, first: int, last: int, by: By
) -> dict[int | str, Sums]:
    """Day or agent → sums over these agents (None: all), both days inclusive."""
    found: dict[int | str, Sums] = {}
    untold: set[int | str] = set()
    for key, told, *sums in _rows(connection, site, names, first, last, by):
        given = dict(zip(_WHOLE_NAMES, map(int, sums), strict=True))
        if told:
            given[PRESENT_ANSWERED] = given[_ANSWERED]
        else:
            if given[_ANSWERED] or any(given[name] for name in PRESENCE):
                untold.add(key)
            given = {name: given[name] for name in (AGENT_DAYS, *_ALWAYS)}
        add_sums(found.setdefault(key, {}), given)
    if untold:
        for day, agent, spent in _beside_told(connection, site, names, first, last):
            add_sums(found[day if by == "day" else agent], dict(zip(_TIMED, map(int, spent), strict=True)))
    return found


def add_sums(total: Sums, more: Mapping[str, float]) -> None:
    """Add to a total; a field is known where any part knows it. Of GREATEST the greatest is kept."""
    for name, value in more.items():
        before = total.get(name, 0)
        total[name] = max(before, value) if name in GREATEST else before + value


def _rows(
    connection: Connection, site: str, names: Collection[str] | None, first: int, last: int, by: By
) -> Iterator[Sequence[Any]]:
    """(day or agent, whether presence was told, agent days, sums …)."""
    table = agent_days.c
    key = by_value(table.day if by == "day" else table.agent)
    told = case((_told(agent_days) > 0, 1), else_=0)
    active = func.sum(case((or_(_told(agent_days) > 0, table.answered > 0), 1), else_=0))
    query = select(key, told, active, *(func.sum(table[name]) for name in AGENT_FIELDS))
    query = query.where(
        table.site == site, table.day >= first, table.day <= last, *_those(table.agent, names)
    )
    yield from connection.execute(query.group_by(key, told))


def _beside_told(
    connection: Connection, site: str, names: Collection[str] | None, first: int, last: int
) -> Iterator[tuple[int, str, Sequence[Any]]]:
    """(day, agent, answered and time in status) of days without presence beside one of the same agent that
    tells it.
    """
    day = date_of(first)
    table, other = agent_days.c, agent_days.alias("beside")
    while (number := day_number(day)) <= last:
        beside = [day_number(day - timedelta(days=1)), day_number(day + timedelta(days=1))]
        day += timedelta(days=1)
        query = select(table.agent, table.answered, *(table[name.partition(".")[2]] for name in PRESENCE))
        query = query.where(table.site == site, table.day == number, _told(agent_days) == 0)
        same = and_(other.c.site == site, other.c.agent == table.agent, other.c.day.in_(beside))
        known = select(other.c.day).where(same, _told(other) > 0).exists()
        for agent, *sums in connection.execute(query.where(known, *_those(table.agent, names))):
            yield number, agent, sums


def present_on(connection: Connection, site: str, first: int, last: int) -> set[str]:
    """Agents whose presence a switch told of on any of these days, both inclusive."""
    table = agent_days.c
    query = select(by_value(table.agent)).distinct().where(table.site == site, _told(agent_days) > 0)
    return set(connection.scalars(query.where(table.day >= first, table.day <= last)))


def _told(table: Any) -> ColumnElement[int]:
    first, *rest = (table.c[name] for name in TELLING)
    total: ColumnElement[int] = sum(rest, start=first)
    return total


def _those(column: ColumnElement[str], names: Collection[str] | None) -> list[ColumnElement[bool]]:
    return [] if names is None else [column.in_(sorted(names))]
