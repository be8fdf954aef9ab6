"""A business day by queue and half hour: calls expected, calls that came, seats needed, there and planned.

Half hours are those of the site's clock. Before a half hour is over its seats are worked out from the calls
expected in it; afterwards from those that came. Instants are UTC epoch seconds.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Engine

from ccfloor.floor.config import FloorConfig, QueueTarget
from ccfloor.floor.view import FloorView
from ccfloor.kpi.period import Period
from ccfloor.service.staffing_today.history import Columns, Past, columns_of, count_grid, seen_grid, slot_of
from ccfloor.service.staffing_today.measured import USUAL, BySlot, Measured
from ccfloor.service.staffing_today.needs import needed, to_roster
from ccfloor.service.staffing_today.seats import Memory, Seats, seats_of
from ccfloor.service.staffing_today.sharing import Groups, share
from ccfloor.service.staffing_today.site import Rule, StaffingSite
from ccfloor.staffing.volume import Basis, Forecast, day_ahead, update
from ccfloor.store.half_hour_counts import offered_by_half
from ccfloor.store.seen import Seen, seen
from ccfloor.store.viewer import Viewer

_SEEN = 0.95  # of a half hour must have been seen for its count to stand for it
_STORED_S = 20.0  # by then the calls of a half hour that is over are stored
_COLUMNS = 48


class Half(NamedTuple):
    """One half hour of a queue, or of several together.

    ``mean``: calls expected, ``low``..``high``: what holds them four times out of five; ``ahead``: as
    expected before the day. ``actual``: calls that came, so far; None: not begun, or nobody saw it. ``of``:
    what its seats are worked out from. ``needed``: seats at work; ``rostered``: people to plan for it.
    ``present``, ``planned``: seats at work (on average, so far) and by the roster; None where nobody tells.
    """

    start: float
    end: float
    mean: float
    low: float
    high: float
    ahead: float
    actual: int | None
    of: Measured
    needed: int
    rostered: int
    present: float | None = None
    planned: float | None = None


class QueueDay(NamedTuple):
    """A queue's day. ``basis``: what the forecast rests on; ``level_cv``: how wrong the rest of the day may
    be all together, as a share; ``now``: its share of the seats at work this instant, None: no picture.
    """

    queue: str
    halves: tuple[Half, ...]
    target: QueueTarget
    rule: Rule
    basis: Basis
    level_cv: float
    now: float | None = None


class Today(NamedTuple):
    """All queues of a site. ``at``: as it was then; ``learned``: calls up to then are in the forecast,
    None: of none of the day. ``days``: days of the past that somebody saw, ``first``: the oldest of them.
    """

    day: Period
    at: float
    learned: float | None
    days: int
    first: date | None
    queues: Mapping[str, QueueDay]


class Told(NamedTuple):
    """What is read once a business day. ``ahead``: the forecast before the day, by queue that has one."""

    day: date
    past: Past
    ahead: Mapping[str, Forecast]
    measured: Mapping[str, BySlot]
    site: StaffingSite


class Sources(NamedTuple):
    """Where a day is read from. ``viewer``: the program itself; ``view``: the floor this instant."""

    engine: Engine
    viewer: Viewer
    config: FloorConfig
    view: FloorView | None
    memory: Memory


def told(day: date, past: Past, measured: Mapping[str, BySlot], site: StaffingSite) -> Told:
    """Forecast a day from its past."""
    found = {queue: day_ahead(history, past.days[queue]) for queue, history in past.of.items()}
    ahead = {queue: forecast for queue, forecast in found.items() if forecast is not None}
    return Told(day, past, ahead, measured, site)


def today(of: Told, sources: Sources, now: float) -> Today:
    """The day as it stands at ``now``, which may lie before it, in it or after it."""
    columns = columns_of(sources.config, of.day)
    offered = offered_by_half(sources.engine, sources.viewer, sources.config, columns.day)
    with sources.engine.connect() as connection:
        sight = seen(connection, sources.viewer.site)
    over = sum(half.end + _STORED_S <= now for half in columns.halves)
    shares = [_share(half, sight, now) for half in columns.halves]
    days = {}
    for queue, forecast in of.ahead.items():
        calls = offered.get(queue, {})
        latest = _learned(forecast, columns, calls, sight, over)
        came = [_came(half, calls, seen, now) for half, seen in zip(columns.halves, shares, strict=True)]
        days[queue] = _queue_day(of, latest, columns, came, sources.config, now)
    halves = columns.halves
    there = seats_of(
        sources.engine, sources.viewer, sources.config, halves, sources.view, sources.memory, now
    )
    learned = halves[over - 1].end if over and days else None
    return Today(columns.day, now, learned, of.past.seen_days, of.past.first, _seated(days, there, now))


# -- calls -------------------------------------------------------------------------------------------


def _share(half: Period, sight: Seen, now: float) -> float:
    """Share of a half hour, as far as it has come, in which a source had the floor in sight."""
    end = min(half.end, now)
    if not sight.told or end <= half.start:
        return 0.0
    return 1 - sum(last - first for first, last in sight.gaps(half.start, end)) / (end - half.start)


def _came(half: Period, calls: Mapping[float, int], share: float, now: float) -> int | None:
    return calls.get(half.start, 0) if half.start < now and share >= _SEEN else None


def _learned(
    forecast: Forecast, columns: Columns, calls: Mapping[float, int], sight: Seen, over: int
) -> Forecast:
    """The forecast after the half hours that are over; of the one that runs nothing is taken yet."""
    if not over:
        return forecast
    done = [Columns(columns.day, columns.halves[:over], columns.columns[:over])]
    ahead = columns.columns[over:]
    return update(
        forecast, count_grid(done, calls)[0], seen_grid(done, sight)[0], min(ahead, default=_COLUMNS)
    )


# -- a queue -----------------------------------------------------------------------------------------


def _queue_day(
    of: Told,
    forecast: Forecast,
    columns: Columns,
    came: Sequence[int | None],
    config: FloorConfig,
    now: float,
) -> QueueDay:
    target, rule = config.target(forecast.queue, columns.day.start), of.site.rule(forecast.queue)
    slots = of.measured.get(forecast.queue, {})
    halves = [
        _expected(half, column, forecast, calls, slots.get(slot_of(half), USUAL))
        for half, column, calls in zip(columns.halves, columns.columns, came, strict=True)
    ]
    lengths = [half.end - half.start for half in halves]
    seats = needed([load(half, now) for half in halves], lengths, [half.of for half in halves], target, rule)
    made = tuple(
        half._replace(needed=count, rostered=to_roster(count, rule))
        for half, count in zip(halves, seats, strict=True)
    )
    return QueueDay(forecast.queue, made, target, rule, forecast.basis, forecast.level_cv)


def _expected(half: Period, column: int, forecast: Forecast, calls: int | None, of: Measured) -> Half:
    """A half hour without its seats. Where a column lasts two half hours each has its part."""
    parts = max(1.0, float(forecast.day.lengths(_COLUMNS)[column]))
    rows = (forecast.mean, forecast.low, forecast.high, forecast.ahead.mean)
    mean, low, high, ahead = (float(row[column]) / parts for row in rows)
    return Half(half.start, half.end, mean, low, high, ahead, calls, of, 0, 0)


def load(half: Half, now: float) -> float:
    """Calls that its seats are worked out from: those that came in a half hour that is over, where somebody
    saw it; else those expected.
    """
    return half.mean if half.actual is None or half.end > now else float(half.actual)


# -- seats -------------------------------------------------------------------------------------------


def _seated(days: Mapping[str, QueueDay], seats: Seats, now: float) -> dict[str, QueueDay]:
    """The days with their part of the seats, which are shared where one serves several queues."""
    found = {queue: list(day.halves) for queue, day in days.items()}
    this: dict[str, float] | None = None
    for place, (there, due) in enumerate(zip(seats.present, seats.planned, strict=True)):
        need = {queue: float(day.halves[place].needed) for queue, day in days.items()}
        present, planned = _shared(there, need), _shared(due, need)
        for queue, halves in found.items():
            halves[place] = halves[place]._replace(
                present=None if present is None else present.get(queue, 0.0),
                planned=None if planned is None else planned.get(queue, 0.0),
            )
            if halves[place].start <= now < halves[place].end:
                this = _shared(seats.now, need)
    return {
        queue: day._replace(halves=tuple(found[queue]), now=None if this is None else this.get(queue, 0.0))
        for queue, day in days.items()
    }


def _shared(groups: Groups | None, need: Mapping[str, float]) -> dict[str, float] | None:
    return None if groups is None else share(groups, need)
