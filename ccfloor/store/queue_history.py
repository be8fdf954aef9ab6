"""What the history of a queue is drawn from: sums by weekday and half hour, calls of one cell, waits.

Every read takes a Viewer; ``queue`` empty means all of the viewer's queues. Instants are UTC epoch seconds.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, case, func, literal, select

from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import Outcome
from ccfloor.floor.metrics import COUNT_FIELDS
from ccfloor.floor.records import CallRow
from ccfloor.kpi.callers import known
from ccfloor.kpi.fields import Figures, add
from ccfloor.kpi.period import Period, day_numbers
from ccfloor.kpi.week import HALF_HOUR_S, SLOTS, Cell, Stretch, stretches
from ccfloor.store.access_tables import number_links
from ccfloor.store.day_sums import add_sums, queue_sums
from ccfloor.store.eyes import Eyes
from ccfloor.store.figure_parts import Asked
from ccfloor.store.number_links import crosses, hashes, linked, one_caller
from ccfloor.store.recall import call_row
from ccfloor.store.span_sums import queue_span
from ccfloor.store.tables import calls, queue_days, queue_intervals
from ccfloor.store.viewer import Viewer, queue_scope

_DAY_S = 86_400
_THURSDAY = 3  # 1 January 1970
_WITHHELD = 20  # words that stand for a withheld number, at most
_CELL_FIELDS = (*COUNT_FIELDS, "wait_answered_ms", "wait_abandoned_ms")


class Waits(NamedTuple):
    """Waits of calls in order: how many, and the wait in ms at each share asked for (nearest rank)."""

    n: int
    at_share: dict[float, int]
    longest_ms: int


def seen_days(engine: Engine, viewer: Viewer) -> tuple[float, float] | None:
    """The first and the last quarter hour of which anything is stored; None where nothing is."""
    viewer.needs(Right.RESULTS)
    table = queue_intervals.c
    mine = table.site == viewer.site
    with engine.connect() as connection:  # two questions: each is one step in the index
        first = connection.scalar(select(func.min(table.start)).where(mine))
        last = connection.scalar(select(func.max(table.start)).where(mine))
    return None if first is None or last is None else (float(first), float(last))


def week_cells(
    engine: Engine, viewer: Viewer, config: FloorConfig, queue: str, of: Period
) -> dict[Cell, dict[str, float]]:
    """The summed ``queue.*`` counts of every weekday × half hour in a period of whole days.

    A cell in which nothing was counted is absent. At most 336 rows leave the database for each stretch of
    the zone's calendar, however long the period.
    """
    viewer.needs(Right.RESULTS)
    found: dict[Cell, list[Figures]] = {}
    with engine.connect() as connection:
        for stretch in stretches(config, of):
            for weekday, slot, *sums in connection.execute(_cell_query(viewer, config, queue, stretch)):
                at = Cell((int(weekday) + _THURSDAY) % 7, int(slot))
                told = zip(_CELL_FIELDS, map(float, sums), strict=True)
                found.setdefault(at, []).append({f"queue.{name}": value for name, value in told})
    return {at: add(parts) for at, parts in found.items()}


def _cell_query(viewer: Viewer, config: FloorConfig, queue: str, stretch: Stretch) -> Any:
    table = queue_intervals.c
    day = (table.start + (stretch.offset_s - config.day_start_s)) // _DAY_S % 7
    slot = (table.start + stretch.offset_s) // HALF_HOUR_S % SLOTS
    query = select(day, slot, *(func.sum(table[name]) for name in _CELL_FIELDS)).where(
        table.site == viewer.site,
        table.start >= stretch.start,
        table.start < stretch.end,
        *_of_queue(viewer, table.queue, queue),
    )
    return query.group_by(day, slot)


def range_counts(
    engine: Engine, viewer: Viewer, config: FloorConfig, queue: str, of: Period
) -> dict[str, dict[str, float]]:
    """The ``queue.*`` counts of each queue in a period of whole days, by queue; added up from stored days."""
    viewer.needs(Right.RESULTS)
    with engine.connect() as connection:
        if Asked.of(connection, viewer, config).kept:
            days = queue_sums(connection, viewer, *day_numbers(config, of), "member")
            told = {str(name): sums for name, sums in days.items()}
        else:
            told = queue_span(connection, viewer, config, (of.start, of.end))
    return {name: sums for name, sums in told.items() if queue in ("", name)}


def whole(counts: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """The counts of all these queues together."""
    total: dict[str, float] = {}
    for sums in counts.values():
        add_sums(total, sums)
    return total


def cell_calls(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    queue: str,
    halves: Sequence[Period],
    limit: int = 200,
) -> list[CallRow]:
    """The calls that entered in these half hours, latest half hour first, in it in order of entry.

    Reads no further than ``limit`` calls. Numbers come as the viewer may read them.
    """
    viewer.needs(Right.CALLS)
    table = calls.c
    found: list[CallRow] = []
    with engine.connect() as connection:
        eyes = Eyes.of(connection, viewer, config)
        for half in halves:
            query = select(calls).where(*_entered(viewer, queue, half.start, half.end))
            rows = connection.execute(query.order_by(table.entered_at).limit(limit - len(found)))
            found += (_masked(viewer, eyes.call(call_row(row))) for row in rows)
            if len(found) >= limit:
                break
    return found


def half_hour_counts(
    engine: Engine, viewer: Viewer, queue: str, halves: Sequence[Period]
) -> dict[str, dict[str, float]]:
    """The ``queue.*`` counts of each of these half hours that has any, by the name of the half hour."""
    viewer.needs(Right.RESULTS)
    table = queue_intervals.c
    found: dict[str, dict[str, float]] = {}
    with engine.connect() as connection:
        for half in halves:
            query = select(func.count(), *(func.sum(table[name]) for name in _CELL_FIELDS)).where(
                table.site == viewer.site,
                table.start >= half.start,
                table.start < half.end,
                *_of_queue(viewer, table.queue, queue),
            )
            count, *sums = connection.execute(query).one()
            if count:
                told = zip(_CELL_FIELDS, map(float, sums), strict=True)
                found[half.name] = {f"queue.{name}": value for name, value in told}
    return found


def waits(
    engine: Engine, viewer: Viewer, queue: str, of: Period, outcome: Outcome, shares: Sequence[float]
) -> Waits:
    """Exact quantiles of the waits of all calls with an outcome that entered in the period.

    Nearest rank: the shortest wait that at least this share of the calls did not exceed. Reads one number a
    call of the period: whoever asks bounds it.
    """
    viewer.needs(Right.RESULTS)
    which = literal(outcome.value, literal_execute=True)  # or the index of the abandoned is not seen
    query = select(calls.c.wait_ms).where(
        *_entered(viewer, queue, of.start, of.end), calls.c.outcome == which
    )
    with engine.connect() as connection:
        ordered = sorted(connection.scalars(query))
    if not ordered:
        return Waits(0, {}, 0)
    n = len(ordered)
    return Waits(n, {share: ordered[nearest_rank(share, n) - 1] for share in shares}, ordered[-1])


def nearest_rank(share: float, n: int) -> int:
    """The rank (1..n) at which a share of n ordered values lies; thousandths of a share are exact."""
    return max(1, -(-round(share * 1000) * n // 1000))


def _entered(viewer: Viewer, queue: str, start: float, end: float) -> list[ColumnElement[bool]]:
    table = calls.c
    within = [table.site == viewer.site, table.entered_at >= start, table.entered_at < end]
    return [*within, *_of_queue(viewer, table.queue, queue)]


def _of_queue(viewer: Viewer, column: ColumnElement[str], queue: str) -> list[ColumnElement[bool]]:
    return [*queue_scope(viewer, column), *([column == queue] if queue else [])]


def _masked(viewer: Viewer, row: CallRow) -> CallRow:
    row.number, row.name = viewer.number(row.number), viewer.text(row.name)
    row.target = viewer.target(row.target)
    return row


def queues_seen(engine: Engine, viewer: Viewer) -> list[str]:
    """Every queue of which a day is stored."""
    viewer.needs(Right.RESULTS)
    table = queue_days.c
    query = select(table.queue).distinct().where(table.site == viewer.site, *queue_scope(viewer, table.queue))
    with engine.connect() as connection:
        return list(connection.scalars(query.order_by(table.queue)))


class Again(NamedTuple):
    """A number that called more than once in a period. ``last``: its latest call."""

    number: str
    calls: int
    answered: int
    abandoned: int
    first_at: float
    last_at: float
    last: tuple[int, int]


def called_again(engine: Engine, viewer: Viewer, queue: str, of: Period, most: int = 50) -> list[Again]:
    """The numbers that called most often, as the viewer may read them; withheld ones are no numbers.

    A call that went on to another queue is one call.
    """
    viewer.needs(Right.CALLS)
    table = calls.c
    counted = func.count(table.call.distinct())
    outcomes = (_with(outcome) for outcome in (Outcome.ANSWERED, Outcome.ABANDONED))
    within = [*_entered(viewer, queue, of.start, of.end), table.number != ""]
    with engine.connect() as connection:
        edge = crosses(connection, viewer.site, of.start, of.end)
        caller = one_caller(table.number) if edge else table.number
        called = calls.outerjoin(number_links, linked(table.site, table.number)) if edge else calls
        query = select(caller, counted, *outcomes, func.min(table.entered_at), func.max(table.entered_at))
        query = query.select_from(called).where(*within)
        query = query.group_by(caller).having(counted > 1).order_by(counted.desc(), caller)
        rows = connection.execute(query.limit(most + _WITHHELD)).all()
        named = [row for row in rows if known(row[0])][:most]
        younger = (
            {hashed: number for number, hashed in hashes(connection, viewer.site).items()} if edge else {}
        )
        return [_again(connection, viewer, row, younger) for row in named]


def _with(outcome: Outcome) -> Any:
    """Calls with such an outcome in any queue."""
    return func.count(case((calls.c.outcome == outcome.value, calls.c.call)).distinct())


def _again(connection: Connection, viewer: Viewer, row: Any, younger: Mapping[str, str]) -> Again:
    """``younger``: hash → number of callers of whom older calls are cleared and younger ones are not."""
    number, n, answered, abandoned, first_at, last_at = row
    told = {number, younger.get(number, number)}
    number = younger.get(number, number)
    table = calls.c
    query = select(table.source_id, table.position).where(
        table.site == viewer.site, table.number.in_(told), table.entered_at == last_at
    )
    source, position = connection.execute(query.limit(1)).one()
    return Again(
        viewer.number(number), n, int(answered), int(abandoned), first_at, last_at, (source, position)
    )
