"""A business day by queue and half hour: calls expected, calls that came, seats needed, there and planned.

Half hours are those of the site's clock. Seats are worked out from the calls that came, and before a half
hour is over from those expected in what is left of it. A queue without any past has no forecast: what the
last half hour brought is all that is known of its next ones. Instants are UTC epoch seconds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from math import hypot
from typing import NamedTuple

from sqlalchemy import Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.view import FloorView
from ccfloor.kpi.period import Period
from ccfloor.service.staffing.present_learned import Learned
from ccfloor.service.staffing_today.as_of_today import fading, live
from ccfloor.service.staffing_today.half_hours import Half, QueueDay
from ccfloor.service.staffing_today.history import Columns, Past, columns_of, slot_of
from ccfloor.service.staffing_today.kept import Kept
from ccfloor.service.staffing_today.learning import taught
from ccfloor.service.staffing_today.measured import Known, Measured
from ccfloor.service.staffing_today.pooling import Merge, merges
from ccfloor.service.staffing_today.seated import seated_days
from ccfloor.service.staffing_today.seats import Memory, lost_since, seats_of
from ccfloor.service.staffing_today.sight import SEEN, Sight, over, sight_of
from ccfloor.service.staffing_today.site import StaffingSite
from ccfloor.staffing.live import event_rate
from ccfloor.staffing.volume import Basis, Forecast, day_ahead
from ccfloor.store.half_hour_counts import offered_by_half
from ccfloor.store.viewer import Viewer

_COLUMNS = 48
_LATELY_S, _LEASTSEEN_S = 1800.0, 60.0
_BORROWED_CV = 0.7  # so wrong, as a share, the level of a day may be that days of another kind stand in for


class Today(NamedTuple):
    """All queues of a site. ``at``: as it was then; ``learned``: calls up to then are in the forecast,
    None: of none of the day. ``days``: days of the past that somebody saw, ``first``: the oldest of them.
    ``lost``: since when nobody sees the floor, None: it is seen, or there never was a picture. ``merges``:
    how queues share seats.
    """

    day: Period
    at: float
    learned: float | None
    days: int
    first: date | None
    queues: Mapping[str, QueueDay]
    lost: float | None = None
    merges: tuple[Merge, ...] = ()


class Told(NamedTuple):
    """What is read once a business day. ``ahead``: the forecast before the day, by queue that has one;
    ``learned``: what today's handling and patience are drawn to, None: of a day that is not today.
    """

    day: date
    past: Past
    ahead: Mapping[str, Forecast]
    measured: Known
    site: StaffingSite
    learned: Learned | None = None


class Sources(NamedTuple):
    """Where a day is read from. ``viewer``: the program itself; ``view``: the floor this instant; ``kept``:
    what need not be read at every look, None: everything is.
    """

    engine: Engine
    viewer: Viewer
    config: FloorConfig
    view: FloorView | None
    memory: Memory
    kept: Kept | None = None


class _Look(NamedTuple):
    """One look at a day."""

    told: Told
    sources: Sources
    columns: Columns
    sight: Sight
    offered: Mapping[str, Mapping[float, int]]
    live: Mapping[str, Measured]
    now: float

    @property
    def over(self) -> int:
        """Half hours whose calls are all stored."""
        return over(self.columns, self.now)


def told(day: date, past: Past, measured: Known, site: StaffingSite) -> Told:
    """Forecast a day from its past."""
    found = {queue: day_ahead(history, past.days[queue]) for queue, history in past.of.items()}
    ahead = {queue: _honest(forecast) for queue, forecast in found.items() if forecast is not None}
    return Told(day, past, ahead, measured, site)


def _honest(forecast: Forecast) -> Forecast:
    """With a wide band where days of another kind stand in: how many times as many call then nobody knows."""
    if not forecast.basis.borrowed:
        return forecast
    outlook = forecast.now._replace(covariance=forecast.now.covariance + _BORROWED_CV**2)
    low, high = outlook.band()
    cv = hypot(forecast.level_cv, _BORROWED_CV)
    return replace(forecast, low=low, high=high, level_cv=cv, now=outlook, ahead=outlook)


def today(of: Told, sources: Sources, now: float) -> Today:
    """The day as it stands at ``now``, which may lie before it, in it or after it."""
    kept = sources.kept or Kept()
    look = _look(of, sources, kept, now)
    columns, halves = look.columns, look.columns.halves
    learned_of = taught(of.ahead, columns, look.offered, look.sight.of, now)
    days = {queue: _forecast_day(look, forecast) for queue, forecast in learned_of.items()}
    days |= {queue: _new_day(look, queue) for queue in _new(look)}
    days = {queue: days[queue] for queue in sorted(days)}
    there = seats_of(
        sources.engine,
        sources.viewer,
        sources.config,
        halves,
        sources.view,
        sources.memory,
        now,
        look.sight.of,
        kept,
    )
    seen = [half.end for half in halves[: look.over] if look.sight.share(half.start, half.end) > 0]
    learned = seen[-1] if seen and of.ahead else None
    shared, lost = merges(there.serves), lost_since(sources.view, now)
    seated = seated_days(days, there, shared, now) if days else {}
    return Today(columns.day, now, learned, of.past.seen_days, of.past.first, seated, lost, shared)


def _look(of: Told, sources: Sources, kept: Kept, now: float) -> _Look:
    columns = columns_of(sources.config, of.day)
    offered = offered_by_half(sources.engine, sources.viewer, sources.config, columns.day)
    live_now: Mapping[str, Measured] = {}
    with sources.engine.connect() as connection:
        site, lost = sources.viewer.site, lost_since(sources.view, now)
        sight = sight_of(connection, site, columns, kept, now, lost)
        if of.learned is not None and columns.day.start <= now < columns.day.end:
            queues = {*of.ahead, *offered, *sources.config.queues}
            view = sources.view if lost is None else None
            live_now = live(connection, site, of.learned, view, queues, now)
    return _Look(of, sources, columns, sight, offered, live_now, now)


# -- calls -------------------------------------------------------------------------------------------


def _came(look: _Look, queue: str) -> list[int | None]:
    """Calls of each half hour so far; None where it has not begun, or nobody saw enough of it."""
    calls = look.offered.get(queue, {})
    return [
        calls.get(half.start, 0)
        if half.start < look.now and look.sight.share(half.start, half.end) >= SEEN
        else None
        for half in look.columns.halves
    ]


# -- a queue -----------------------------------------------------------------------------------------


def _forecast_day(look: _Look, forecast: Forecast) -> QueueDay:
    columns, came = look.columns, _came(look, forecast.queue)
    halves = [
        _expected(half, column, forecast, calls, _reckoned(look, forecast.queue, half))
        for half, column, calls in zip(columns.halves, columns.columns, came, strict=True)
    ]
    return _day(look, forecast.queue, halves, forecast.basis, forecast.level_cv)


def _reckoned(look: _Look, queue: str, half: Period) -> Measured:
    usual = look.told.measured.of(queue, slot_of(half))
    return fading(look.live.get(queue), usual, half, look.now)


def _expected(half: Period, column: int, forecast: Forecast, calls: int | None, of: Measured) -> Half:
    """A half hour without its seats. Where a column lasts two half hours each has its part."""
    parts = max(1.0, float(forecast.day.lengths(_COLUMNS)[column]))
    rows = (forecast.mean, forecast.low, forecast.high, forecast.ahead.mean)
    mean, low, high, ahead = (float(row[column]) / parts for row in rows)
    return Half(half.start, half.end, mean, low, high, ahead, calls, of, None, None)


def _new(look: _Look) -> set[str]:
    """Queues without a forecast: called today, or the site's own as soon as any queue was called."""
    called = {queue for queue, calls in look.offered.items() if any(calls.values())}
    known = {*called, *look.told.ahead}
    return (known | set(look.sources.config.queues) if known else known) - set(look.told.ahead)


def _new_day(look: _Look, queue: str) -> QueueDay:
    """The day of a queue that has no past: what came, and what the last half hour would go on to bring."""
    rate = _lately(look, queue)
    halves = []
    for half, calls in zip(look.columns.halves, _came(look, queue), strict=True):
        soon = half.end > look.now > half.start - _LATELY_S
        lately = rate * (half.end - half.start) if rate is not None and soon else None
        of = _reckoned(look, queue, half)
        made = Half(half.start, half.end, None, None, None, None, calls, of, None, None, lately=lately)
        halves.append(made)
    return _day(look, queue, halves, None, 0.0)


def _lately(look: _Look, queue: str) -> float | None:
    """Calls a second of the last half hour; None where none came, or nobody saw it."""
    view, now = look.sources.view, look.now
    if lost_since(view, now) is not None:
        return None
    start = now - _LATELY_S
    shown = view.queues if view is not None else ()
    came = next((one.last_30.offered for one in shown if one.queue == queue), None)
    if came is None:  # not in the picture: the half hour before and the one that runs, as stored
        halves = [half for half in look.columns.halves if half.start < now and half.end > start]
        start = halves[0].start if halves else now
        came = sum(look.offered.get(queue, {}).get(half.start, 0) for half in halves)
    seen_s = look.sight.share(start, now) * (now - start)
    told = event_rate(came, seen_s) if came and seen_s >= _LEASTSEEN_S else None
    return None if told is None else told.value


def _day(look: _Look, queue: str, halves: Sequence[Half], basis: Basis | None, level_cv: float) -> QueueDay:
    target = look.sources.config.target(queue, look.columns.day.start)
    return QueueDay(queue, tuple(halves), target, look.told.site.rule(queue), basis, level_cv)
