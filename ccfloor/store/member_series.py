"""Some fields of many agents over many periods at once: what a trend is compared with.

``kpi_figures`` gives everything of one scope; here it is one question for a whole team, and only the fields
that a KPI is computed from. Both tell the same.
"""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Column, ColumnElement, Connection, Engine, func, select

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.datasets import COMPLETE
from ccfloor.kpi.fields import BESIDE, CALLS, COUNTED, origin
from ccfloor.kpi.period import Period, date_of, day_number, day_numbers
from ccfloor.kpi.scope import Scope
from ccfloor.store import fact_sums
from ccfloor.store.agent_rows import agent_rows
from ccfloor.store.beside import add_beside
from ccfloor.store.call_counts import Counted
from ccfloor.store.complete_sums import Clear, clear_by_day, none_by_day
from ccfloor.store.day_sums import Sums, add_sums
from ccfloor.store.figure_parts import Asked as Ground
from ccfloor.store.figure_parts import seats_of
from ccfloor.store.tables import counted_days, kpi_facts
from ccfloor.store.team_scope import in_scope, sees_day
from ccfloor.store.viewer import Viewer

Series = dict[str, list[dict[str, float]]]  # agent → figures of each period
_ANSWERED = "agent.answered"  # known of every agent with a stored day


class _Asked(NamedTuple):
    ground: Ground
    agents: Sequence[str]
    fields: frozenset[str]
    periods: Sequence[Period]
    places: "_Places"
    days: dict[str, dict[int, Sums]]  # agent → sums by day, where what stands beside an import is asked for
    sees: Callable[[str, int], bool]  # whether the viewer may see an agent's day

    @property
    def connection(self) -> Connection:
        return self.ground.connection

    @property
    def site(self) -> str:
        return self.ground.viewer.site

    @property
    def beside(self) -> bool:
        """Whether any import is asked for that something of the floor stands beside."""
        return not self.fields.isdisjoint(BESIDE)

    def place(self, agent: str, day: int) -> int | None:
        """Index of the period of an agent's day; None where it is in none, or not for this viewer."""
        at = self.places.of(day)
        return at if at is not None and self.sees(agent, day) else None


def member_series(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    agents: Collection[str],
    fields: Collection[str],
    periods: Sequence[Period],
) -> Series:
    """The fields of each agent that has any, for days, weeks or months that follow each other.

    Read from stored days; where those are of another calendar nothing is told. Agents whom the viewer may not
    see are left out, as are days on which they were in no team of the viewer's (``store.team_scope``); a
    viewer of some queues alone sees none, since an agent's time belongs to no queue.
    """
    if viewer.queues is not None or not agents or not periods:
        return {}
    found: Series = {}
    with engine.connect() as connection:
        ground = Ground.of(connection, viewer, config)
        if not ground.kept:
            return {}
        names, sees = _visible(ground, agents)
        asked = _Asked(ground, names, frozenset(fields), periods, _Places(config, periods), {}, sees)
        _days(asked, found)
        if not asked.fields.isdisjoint(COUNTED):
            _counted(asked, found)
        _imported(asked, found)
    return found


def _visible(ground: Ground, agents: Collection[str]) -> tuple[list[str], Callable[[str, int], bool]]:
    """Those of the agents whom the viewer may see, and whether one of their days is for this viewer."""
    viewer, config, told = ground.viewer, ground.config, ground.terms
    mine = viewer.seats(config)
    if mine is None:
        return sorted(agents), lambda agent, day: True
    names = sorted(one for one in agents if in_scope(viewer, config, told, Scope("agent", one)))
    return names, lambda agent, day: agent in mine or sees_day(viewer, config, told, agent, day)


def _of(found: Series, asked: _Asked, agent: str, at: int) -> dict[str, float]:
    told = found.get(agent)
    if told is None:
        told = found[agent] = [{} for _ in asked.periods]
    return told[at]


# -- days --------------------------------------------------------------------------------------------


def _days(asked: _Asked, found: Series) -> None:
    """Sums of stored days."""
    first, last = asked.places.ends
    for agent, day, sums in agent_rows(asked.connection, asked.site, asked.agents, asked.fields, first, last):
        if (at := asked.place(agent, day)) is not None:
            add_sums(_of(found, asked, agent, at), sums)
            if asked.beside:
                asked.days.setdefault(agent, {})[day] = sums


# -- what was counted from calls, what came in -------------------------------------------------------


def _counted(asked: _Asked, found: Series) -> None:
    days = asked.ground.told_days(asked.periods)
    fresh = fact_sums.uncounted(asked.connection, asked.site, days, counted=asked.ground.counted)
    unknown = {asked.places.of(day) for day in fresh.too_many}
    names = [name for name in COUNTED if name in asked.fields]
    for told in found.values():
        for at, sums in enumerate(told):
            if at not in unknown:
                sums.update({name: 0 for name in names if name in CALLS and _ANSWERED in sums})
    for agent, day, sums in _counted_days(asked, names, fresh.days):
        place = asked.place(agent, day)
        if place is not None and place not in unknown:
            total = _of(found, asked, agent, place)
            # Of who was rostered and took no call the roster alone tells.
            add_sums(total, sums if _ANSWERED in total else seats_of(sums))


def _counted_days(
    asked: _Asked, names: Collection[str], fresh: Mapping[int, Counted]
) -> Iterator[tuple[str, int, Sums]]:
    """(agent, day, what was counted); of fresh days the calls as they are now."""
    for agent, day, values in _counted_rows(asked, names) if asked.ground.counted else ():
        told: Sums = {name: value for name, value in zip(names, values, strict=True) if value is not None}
        yield agent, day, seats_of(told) if day in fresh else told
    for day, counted in fresh.items():
        for scope, sums in counted.items():
            if scope.kind == "agent" and scope.name in asked.agents:
                yield scope.name, day, {name: sums[name] for name in names if name in sums}


def _counted_rows(asked: _Asked, names: Iterable[str]) -> Iterator[tuple[str, int, Sequence[int | None]]]:
    table = counted_days.c
    query = select(table.scope, table.day, *(table[name.partition(".")[2]] for name in names)).where(
        table.site == asked.site, table.scope.in_(_scopes(asked)), *asked.places.around(table.day)
    )
    for scope, day, *values in asked.connection.execute(query):
        yield scope.partition(":")[2], day, values


def _imported(asked: _Asked, found: Series) -> None:
    """Facts of imports; the sums of a whole month stand under its day 0."""
    names = [name for name in asked.fields if origin(name) not in ("agent", "queue") and name not in COUNTED]
    table = kpi_facts.c
    query = select(table.scope, table.day, table.field, func.sum(table.value)).where(
        table.site == asked.site,
        table.field.in_(names),
        table.scope.in_(_scopes(asked)),
        *asked.places.around(table.day),
    )
    if not names:
        return
    told: dict[tuple[str, int], dict[str, set[int]]] = {}
    for scope, day, field, value in asked.connection.execute(
        query.group_by(table.scope, table.day, table.field)
    ):
        agent = scope.partition(":")[2]
        if (at := asked.place(agent, day)) is not None:
            add_sums(_of(found, asked, agent, at), {field: value})
            told.setdefault((agent, at), {}).setdefault(field, set()).add(day)
    if not COMPLETE.isdisjoint(names):
        _none(asked, found, told)
    for (agent, at), days in told.items() if asked.beside else ():
        theirs = asked.days.get(agent, {})
        mine = {day: sums for day, sums in theirs.items() if asked.places.of(day) == at}
        add_beside(found[agent][at], days, mine)


def _none(asked: _Asked, found: Series, told: dict[tuple[str, int], dict[str, set[int]]]) -> None:
    """What nobody told of an agent in a time that was told of in full is 0."""
    first, last = asked.places.ends
    clear: dict[tuple[str, int], Clear] = {}
    for day, fields in clear_by_day(asked.connection, asked.site, "agent", first, last).items():
        for agent in asked.agents:
            if (at := asked.place(agent, day)) is not None:
                clear.setdefault((agent, at), {})[day] = fields
    for (agent, at), theirs in clear.items():
        total = _of(found, asked, agent, at)
        for day, none in none_by_day(theirs, total).items():
            for field in asked.fields & none.keys():
                total.setdefault(field, 0)
                told.setdefault((agent, at), {}).setdefault(field, set()).add(day)


def _scopes(asked: _Asked) -> list[str]:
    return [str(Scope("agent", agent)) for agent in asked.agents]


class _Places:
    """Which period a stored day (20261122) belongs to; day 0 of a month belongs to months alone."""

    def __init__(self, config: FloorConfig, periods: Sequence[Period]) -> None:
        self._months = periods[0].part in ("month", "year")
        self._firsts = [day_number(of.day) for of in periods]
        self._last = day_numbers(config, periods[-1])[1]
        self._known: dict[int, int | None] = {}

    def around(self, column: Column[int]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        """A day more on either side, whose presence counts for its neighbours."""
        first = day_number(date_of(self._firsts[0]) - timedelta(days=1))
        last = day_number(date_of(self._last) + timedelta(days=1))
        return column >= first, column <= last

    @property
    def ends(self) -> tuple[int, int]:
        """First and last day of them all."""
        return self._firsts[0], self._last

    def of(self, day: int) -> int | None:
        """Index of its period; None where it has none."""
        if day not in self._known:
            self._known[day] = self._place(day)
        return self._known[day]

    def _place(self, day: int) -> int | None:
        if day % 100 == 0:
            day += 1 if self._months else -1_000_000_000
        return bisect_right(self._firsts, day) - 1 if self._firsts[0] <= day <= self._last else None
