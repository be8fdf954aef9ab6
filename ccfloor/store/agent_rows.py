"""Stored days of agents one by one. Days are numbers: 20261122."""

from collections.abc import Collection, Iterator
from datetime import timedelta

from sqlalchemy import Connection, select

from ccfloor.kpi.fields import AGENT, PRESENCE, PRESENT_ANSWERED
from ccfloor.kpi.period import date_of, day_number
from ccfloor.store.agent_metrics import PRESENCE as TELLING
from ccfloor.store.day_sums import AGENT_DAYS, Sums
from ccfloor.store.tables import agent_days

_PRESENCE = frozenset(PRESENCE)
_DAY = timedelta(days=1)


def agent_rows(
    connection: Connection,
    site: str,
    agents: Collection[str] | None,
    fields: Collection[str],
    first: int,
    last: int,
) -> Iterator[tuple[str, int, Sums]]:
    """(agent, day, sums) of each stored day of these agents (None: all), both days inclusive.

    Of an agent's fields those asked for, with the answered and the agent's day itself, if 0. Time in status
    (all of it where any is asked for) only where a switch told of the agent's presence on the day, the day
    before or the day after.
    """
    timed = PRESENT_ANSWERED in fields or not _PRESENCE.isdisjoint(fields)
    wanted = {"agent.answered", *fields, *(PRESENCE if timed else ())}
    names = [name for name in AGENT if name in wanted]
    table = agent_days.c
    told = sum((table[name] for name in TELLING[1:]), table[TELLING[0]])
    query = select(table.agent, table.day, told, *(table[name.removeprefix("agent.")] for name in names))
    query = query.where(table.site == site, table.day >= _beside(first, -1), table.day <= _beside(last, 1))
    if agents is not None:
        query = query.where(table.agent.in_(sorted(agents)))
    rows = connection.execute(query).all()
    telling = {(agent, day) for agent, day, spent, *_ in rows if spent} if timed else set()
    for agent, day, spent, *sums in rows:
        if not first <= day <= last:
            continue
        given = dict(zip(names, sums, strict=True))
        if timed and not any((agent, _beside(day, step)) in telling for step in (0, -1, 1)):
            given = {name: value for name, value in given.items() if name not in _PRESENCE}
        elif PRESENT_ANSWERED in fields:
            given[PRESENT_ANSWERED] = given["agent.answered"]
        yield agent, day, given | {AGENT_DAYS: int(bool(spent or given["agent.answered"]))}


def _beside(day: int, step: int) -> int:
    """A day so many days further; of day 0 of a month that of its first."""
    return day_number(date_of(day if day % 100 else day + 1) + step * _DAY) if step else day
