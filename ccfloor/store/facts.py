"""Counting a day that is over from its calls, spans and roster, for what no interval tells.

A day is counted again when its calls changed, when the roster did, and once a day while callers may still
call again; seven days after its end it is final. Rows are those of ``counted_days``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from math import inf
from operator import itemgetter

from sqlalchemy import Connection, Engine, delete, func, select, update

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.seats import PauseReason, SeatStatus
from ccfloor.kpi.adherence import Shift, Stay, adherence, reach, stay
from ccfloor.kpi.fields import CALLS, COUNTED
from ccfloor.kpi.period import Period, back, date_of, day_number, day_of
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.store.agent_metrics import TOLD
from ccfloor.store.call_counts import Counted, count_calls
from ccfloor.store.days import Calendar, stored_mark
from ccfloor.store.engine import by_value, lock_site, writing
from ccfloor.store.repeats import WEEK_S
from ccfloor.store.seen import joined, seen
from ccfloor.store.span_sums import presence_told
from ccfloor.store.tables import (
    agent_intervals,
    calls,
    counted_days,
    fact_days,
    import_rows,
    imports,
    roster,
    seat_spans,
)
from ccfloor.store.writer import Row, replaced, write_rows

Days = tuple[int, int]
ROSTER = "roster"  # name of the dataset
BUSY_LIMIT_S = 15 * 60.0
_LONGEST_SPAN_S = 86_400.0
_BEGUN = 0.0  # in place of an instant: somebody is at it, and nothing is known yet


def due_days(connection: Connection, config: FloorConfig, site: str) -> list[Period]:
    """Days that are over and not counted, or not by what is known now; oldest first.

    None where stored days are of other settings: their recorder has not started yet.
    """
    if stored_mark(connection, site) != Calendar(config).key:
        return []
    sight = seen(connection, site)
    today = day_of(config, sight.until)
    table = fact_days.c
    rows = connection.execute(
        select(table.day, table.at, table.roster, table.final).where(table.site == site)
    )
    done = {row.day: row for row in rows}
    rosters = _rosters(connection, site)
    found: list[Period] = []
    first = connection.scalar(select(func.min(calls.c.entered_at)).where(calls.c.site == site))
    # Who waited when the first link came up had called before anybody told of anything.
    told = joined([*sight.told, *([(first, first)] if first else [])])
    for day in _days(config, told, today.start):
        row = done.get(day_number(day.day))
        stale = row is not None and not row.final and row.at < today.start
        if row is None or stale or row.roster != _roster_mark(rosters, row.day):
            found.append(day)
    return found


def count_facts(
    engine: Engine,
    config: FloorConfig,
    site: str,
    *,
    most: int | None = None,
    within: Days | None = None,
    told: Callable[[int, int], None] = lambda done, of: None,
) -> int:
    """Count the days that are due, at most ``most`` of them, latest first; returns how many were.

    ``within``: those alone from a first to a last day (20261122), both inclusive.
    ``told`` hears (days done, days to do). Beside a working collector: it never waits for more than one
    day's rows to be written.
    """
    with engine.connect() as connection:
        due = due_days(connection, config, site)[::-1]
    if within is not None:
        due = [day for day in due if within[0] <= day_number(day.day) <= within[1]]
    due = due[:most]
    counted = 0
    for done, day in enumerate(due, 1):
        counted += count_day(engine, config, site, day)
        told(done, len(due))
    return counted


def count_day(engine: Engine, config: FloorConfig, site: str, day: Period) -> bool:
    """Count one day; False where its calls changed meanwhile, so that it is still due."""
    number = day_number(day.day)
    with writing(engine) as connection:
        lock_site(connection, site)
        until = seen(connection, site).until
        mark = _roster_mark(_rosters(connection, site), number)
        write_rows(connection, fact_days, [(number, _BEGUN, mark, False)], replaced, site)
    with engine.connect() as connection:
        rows = _counted_rows(_count(connection, config, site, day), number)
    mine = (fact_days.c.site == site, fact_days.c.day == number, fact_days.c.at == _BEGUN)
    told = {"at": until, "final": until >= day.end + WEEK_S}
    before = (counted_days.c.site == site, counted_days.c.day == number)
    with writing(engine) as connection:
        lock_site(connection, site)
        kept = connection.execute(update(fact_days).where(*mine).values(told)).rowcount
        if kept:
            connection.execute(delete(counted_days).where(*before))
            write_rows(connection, counted_days, rows, replaced, site)
    return bool(kept)


def _days(config: FloorConfig, told: Iterable[tuple[float, float]], until: float) -> Iterator[Period]:
    """The days of spans of time that are over at ``until``, each once."""
    last = 0.0
    for first, end in told:
        at = max(first, last)
        while at <= end and at < until:
            day = day_of(config, at)
            if day.end > until:
                return
            yield day
            at = last = day.end


def _roster_mark(brought: Sequence[tuple[int, int, int]], day: int) -> int:
    """Tells one state of a day's roster from others: the imports (id, first day, last day) that touch it.

    Of a day with a roster also those of the days beside it: where their shifts end and begin parts the time
    between. What is brought for the early hours of a date may belong to the business day before.
    """
    theirs = [one for one in brought if one[1] <= day <= one[2]]
    if theirs:
        before, after = (day_number(date_of(day) + timedelta(days=step)) for step in (-1, 2))
        theirs = [one for one in brought if one[1] <= after and one[2] >= before]
    return sum(number for number, _, _ in theirs)


def _rosters(connection: Connection, site: str) -> list[tuple[int, int, int]]:
    table = imports.c
    query = select(table.id, table.first_day, table.last_day)
    query = query.where(table.site == site, table.dataset == ROSTER, table.undone_at.is_(None))
    return [(row.id, row.first_day, row.last_day) for row in connection.execute(query)]


# -- one day -----------------------------------------------------------------------------------------


def _count(connection: Connection, config: FloorConfig, site: str, day: Period) -> Counted:
    (found,) = count_calls(connection, site, (day.start, day.end))
    found.setdefault(SITE, dict.fromkeys(CALLS, 0))
    for part in (_busy_spells(connection, site, day), _rostered(connection, config, site, day)):
        for agent, amounts in part.items():
            for scope in (SITE, Scope("agent", agent)):
                total = found.setdefault(scope, {})
                for name, amount in amounts.items():
                    total[name] = total.get(name, 0) + amount
    return found


def _busy_spells(connection: Connection, site: str, day: Period) -> dict[str, dict[str, int]]:
    """Agent → spells of busy beyond the limit that began on the day; of agents whose presence is told."""
    table = agent_intervals.c
    agent = by_value(table.agent)
    query = select(agent, func.sum(table.busy_ms), func.sum(TOLD)).group_by(agent)
    within = (table.site == site, table.start >= day.start, table.start < day.end)
    rows = connection.execute(query.where(*within)).all()
    found = {agent: {"seats.busy_spells_over": 0} for agent, _, told in rows if told}
    spans = seat_spans.c
    asked = select(spans.agent, spans.start, spans.end).where(spans.site == site)
    asked = asked.where(spans.agent.in_([agent for agent, busy_ms, _ in rows if busy_ms]))
    asked = asked.where(spans.start >= day.start - _LONGEST_SPAN_S, spans.start < day.end + _LONGEST_SPAN_S)
    asked = asked.where(spans.status == SeatStatus.PAUSED.value, spans.reason == PauseReason.BUSY.value)
    for agent, busy in groupby(connection.execute(asked.order_by(spans.agent, spans.start)), itemgetter(0)):
        whole = joined((one.start, one.end) for one in busy)
        over = sum(day.start <= start < day.end and end - start > BUSY_LIMIT_S for start, end in whole)
        found[agent]["seats.busy_spells_over"] = over
    return found


def _rostered(
    connection: Connection, config: FloorConfig, site: str, day: Period
) -> dict[str, dict[str, int]]:
    """Agent → how the day's roster was kept; nothing of agents without one, or of whom nobody can tell.

    Time in which nobody told who is there speaks for nobody and against nobody.
    """
    around = [day_number(one.day) for one in (back(config, day), day, day_of(config, day.end))]
    shifts = [_shifts(connection, site, number) for number in around]
    windows: dict[str, tuple[float, float]] = {}
    for agent, theirs in shifts[1].items():
        before = max((shift.end for shift in shifts[0].get(agent, ())), default=0.0)
        after = min((shift.start for shift in shifts[2].get(agent, ())), default=inf)
        windows[agent] = reach(theirs, before, after)
    sight = seen(connection, site)
    if not windows:
        return {}
    told = presence_told(connection, site, sight, (day.start, day.end))
    stays = _stays(connection, site, windows)
    found: dict[str, dict[str, int]] = {}
    for agent, window in windows.items():
        kept = adherence(shifts[1][agent], stays.get(agent, ()), excused=sight.blind(*window), told=told)
        if kept is not None:
            found[agent] = {name: int(value) for name, value in kept.figures.items()}
    return found


def _shifts(connection: Connection, site: str, day: int) -> dict[str, list[Shift]]:
    """The day's roster as it counts: of lines that a later import replaced, the later one."""
    table, lines = roster.c, import_rows.c
    current = (lines.import_id == table.import_id) & (lines.line == table.line) & lines.current
    query = select(table.agent, table.start, table.end, table.activity)
    query = query.select_from(roster.join(import_rows, current))
    found: dict[str, list[Shift]] = {}
    rows = connection.execute(query.where(table.site == site, table.day == day).order_by(table.start))
    for agent, start, end, activity in rows:
        found.setdefault(agent, []).append(Shift(start, end, activity))
    return found


def _stays(
    connection: Connection, site: str, windows: Mapping[str, tuple[float, float]]
) -> dict[str, list[Stay]]:
    """What the agents did, each in a window of their own: what reaches out of it belongs to another day."""
    table = seat_spans.c
    first, last = min(start for start, _ in windows.values()), max(end for _, end in windows.values())
    query = select(table.agent, table.start, table.end, table.status, table.reason)
    query = query.where(table.site == site, table.agent.in_(sorted(windows)), table.end > first)
    query = query.where(table.start >= first - _LONGEST_SPAN_S, table.start < last)
    found: dict[str, list[Stay]] = {}
    for agent, start, end, status, reason in connection.execute(query):
        window = windows[agent]
        if start < window[1] and end > window[0]:
            part = (max(start, window[0]), min(end, window[1]))
            found.setdefault(agent, []).append(stay(*part, status, reason))
    return found


def _counted_rows(found: Counted, number: int) -> list[Row]:
    return [
        (str(scope), number, *(told.get(name) for name in COUNTED)) for scope, told in sorted(found.items())
    ]
