"""Some fields of many agents over many periods at once: what a trend is compared with.

``kpi_figures`` gives everything of one scope; here it is one question for a whole team, and only the fields
that a KPI is computed from. Both tell the same.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Column, ColumnElement, Connection, Engine, func, select

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.fields import AGENT, PRESENCE, origin
from ccfloor.kpi.period import Period, business_date, day_number, day_numbers
from ccfloor.kpi.scope import Scope
from ccfloor.store.days import Calendar, stored_mark
from ccfloor.store.tables import agent_days, agent_intervals, kpi_facts
from ccfloor.store.viewer import Viewer

Series = dict[str, list[dict[str, float]]]  # agent → figures of each period
_Cell = tuple[str, int, str, float]  # agent, period, field, sum


def member_series(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    agents: Collection[str],
    fields: Collection[str],
    periods: Sequence[Period],
) -> Series:
    """The fields of each agent that has any, for periods of whole days that follow each other.

    Agents whom the viewer may not see are left out; a viewer of some queues alone sees none, since an
    agent's time belongs to no queue.
    """
    mine = viewer.seats(config)
    asked = sorted(agent for agent in agents if mine is None or agent in mine)
    if viewer.queues is not None or not asked or not periods:
        return {}
    found: Series = {}
    with engine.connect() as connection:
        for agent, at, field, value in _cells(connection, viewer, config, asked, fields, periods):
            of = found.setdefault(agent, [{} for _ in periods])[at]
            of[field] = of.get(field, 0.0) + value
    return found


def _cells(
    connection: Connection,
    viewer: Viewer,
    config: FloorConfig,
    agents: Sequence[str],
    fields: Collection[str],
    periods: Sequence[Period],
) -> Iterator[_Cell]:
    timed = [name for name in AGENT if name in fields]
    if any(name in PRESENCE for name in timed):  # whether presence was told of shows in all of it
        timed = [name for name in AGENT if name in fields or name in PRESENCE]
    facts = [name for name in fields if origin(name) not in ("agent", "queue")]
    if timed:
        calendar = Calendar(config).mark
        kept = calendar is not None and stored_mark(connection, viewer.site) == calendar
        read = _of_days if kept else _of_intervals
        yield from read(connection, viewer, config, agents, timed, periods)
    if facts:
        yield from _of_facts(connection, viewer, config, agents, facts, periods)


def _of_days(
    connection: Connection,
    viewer: Viewer,
    config: FloorConfig,
    agents: Sequence[str],
    fields: Sequence[str],
    periods: Sequence[Period],
) -> Iterator[_Cell]:
    table = agent_days.c
    columns = [func.sum(table[name.removeprefix("agent.")]) for name in fields]
    # Days of a month are added up where they are; other periods have no such plain name.
    day = table.day // 100 * 100 if periods[0].part == "month" else table.day
    query = select(table.agent, day, *columns).where(
        table.site == viewer.site, table.agent.in_(agents), *_between(table.day, config, periods)
    )
    query = query.group_by(table.agent, day)
    place = _Places(config, periods)
    for agent, day, *sums in connection.execute(query):
        at = place.of(day)
        for field, value in zip(fields, sums, strict=True):
            yield agent, at, field, float(value)


def _of_intervals(
    connection: Connection,
    viewer: Viewer,
    config: FloorConfig,
    agents: Sequence[str],
    fields: Sequence[str],
    periods: Sequence[Period],
) -> Iterator[_Cell]:
    """Where the stored days are of another calendar."""
    table = agent_intervals.c
    columns = [func.sum(table[name.removeprefix("agent.")]) for name in fields]
    for at, of in enumerate(periods):
        query = select(table.agent, *columns).where(
            table.site == viewer.site,
            table.agent.in_(agents),
            table.start >= of.start,
            table.start < of.end,
        )
        for agent, *sums in connection.execute(query.group_by(table.agent)):
            for field, value in zip(fields, sums, strict=True):
                yield agent, at, field, float(value)


def _of_facts(
    connection: Connection,
    viewer: Viewer,
    config: FloorConfig,
    agents: Sequence[str],
    fields: Sequence[str],
    periods: Sequence[Period],
) -> Iterator[_Cell]:
    """Facts stand for each scope by itself; sums of a month (day 0 of it) count in months alone."""
    table = kpi_facts.c
    scopes = [str(Scope("agent", agent)) for agent in agents]
    query = select(table.scope, table.day, table.field, func.sum(table.value)).where(
        table.site == viewer.site,
        table.field.in_(fields),
        table.scope.in_(scopes),
        *_between(table.day, config, periods, months=True),
    )
    place = _Places(config, periods)
    for scope, day, field, value in connection.execute(query.group_by(table.scope, table.day, table.field)):
        if day % 100 or periods[0].part in ("month", "year"):
            yield scope.removeprefix("agent:"), place.of(day or 0), field, float(value)


def _between(
    column: Column[int], config: FloorConfig, periods: Sequence[Period], months: bool = False
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    first, last = day_number(periods[0].day), day_numbers(config, periods[-1])[1]
    return column >= (first - 1 if months and first % 100 == 1 else first), column <= last


class _Places:
    """Which period a stored day (20261122) belongs to."""

    def __init__(self, config: FloorConfig, periods: Sequence[Period]) -> None:
        self._firsts = [day_number(business_date(config, of.start)) for of in periods]
        if periods[0].part in ("month", "year"):
            self._firsts = [first // 100 * 100 for first in self._firsts]
        self._known: dict[int, int] = {}

    def of(self, day: int) -> int:
        """Index of its period."""
        found = self._known.get(day)
        if found is None:
            found = self._known[day] = bisect_right(self._firsts, day) - 1
        return found
