"""The forecast that the page of the day shows, for whoever reckons with the calls to come.

Made of the same past, calendar and half hours, so one queue and half hour has one number. Days and half hours
are those of the site's clock; instants are UTC epoch seconds.
"""

import logging
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from sqlalchemy import Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import business_date
from ccfloor.service.places import SettingsError
from ccfloor.service.settings import SiteSettings
from ccfloor.service.staffing_today.day import told
from ccfloor.service.staffing_today.history import Columns, columns_of, read_past
from ccfloor.service.staffing_today.learning import next_column, taught
from ccfloor.service.staffing_today.measured import Known
from ccfloor.service.staffing_today.sight import STORED_S, over
from ccfloor.service.staffing_today.site import StaffingSite, load_staffing
from ccfloor.staffing.days import History
from ccfloor.staffing.volume import Forecast, course, steady
from ccfloor.store.half_hour_counts import offered_by_half
from ccfloor.store.seen import seen
from ccfloor.store.viewer import Viewer

log = logging.getLogger(__name__)
AHEAD_S = 3 * 3600.0  # so far ahead calls are asked for
ANEW_S = 1800.0  # so often the whole past is read again: campaigns and counts may have come in
_BEHIND_S = 1800.0
_AGAIN_S = 120.0  # after a read that failed


class Ahead(NamedTuple):
    """Forecasts of a day by queue, and the day. ``of``: as they were before it began."""

    columns: Columns
    of: Mapping[str, Forecast]


class Rates:
    """Calls a second by queue, as known at one instant. Any number of threads may ask."""

    def __init__(self, start: float, end: float, of: Mapping[str, tuple[Forecast, Forecast | None]]) -> None:
        self._start, self._end, self._of = start, end, of

    def __call__(self, queue: str, at: float, step_s: float, n: int) -> tuple[tuple[float, ...], float]:
        """Rates in ``n`` steps from ``at`` on, and the deviation of their level as a share; () for a queue or
        a day of which nothing is forecast.
        """
        forecasts = self._of.get(queue)
        if forecasts is None or not self._start - _BEHIND_S <= at < self._end:
            return (), 0.0
        found = course(forecasts[0], at, step_s, n * step_s, forecasts[1])
        return found.rates, found.level_cv


def ahead(
    engine: Engine, config: FloorConfig, settings: SiteSettings, day: date, known: float | None = None
) -> Ahead:
    """A day's forecast from the days before it. ``known``: of the last of them only what was known by then.

    Raises SQLAlchemyError, SettingsError.
    """
    site = _site(settings, config)
    past = read_past(engine, Viewer(site=config.site), config, settings, day, site.planned_peak)
    if known is not None:
        cut = [_before(of, columns_of(config, day - timedelta(days=1)), known) for of in past.of.values()]
        past = past._replace(of={one.queue: one for one in cut})
    return Ahead(columns_of(config, day), told(day, past, Known({}), site).ahead)


def _site(settings: SiteSettings, config: FloorConfig) -> StaffingSite:
    """What the site decides; the usual where its file cannot be used, which the doctor tells."""
    try:
        return load_staffing(settings, config)
    except SettingsError as error:
        log.warning("the site's staffing file cannot be used: %s", error)
        return StaffingSite()


def _before(history: History, last: Columns, known: float) -> History:
    """Without what came after ``known`` on its last day."""
    open_ = [
        column for half, column in zip(last.halves, last.columns, strict=True) if half.end + STORED_S > known
    ]
    counts, shares = np.array(history.counts), np.array(history.seen)
    counts[-1, open_] = shares[-1, open_] = 0.0
    return replace(history, counts=counts, seen=shares)


def learned(engine: Engine, config: FloorConfig, of: Ahead, now: float) -> dict[str, Forecast]:
    """The forecasts after the half hours that are over, without a rush of today: whether it still lasts, the
    last half hour tells. Raises SQLAlchemyError.
    """
    columns = of.columns
    if not 0 < over(columns, now) < len(columns.halves):
        return dict(of.of)
    offered = offered_by_half(engine, Viewer(site=config.site), config, columns.day)
    with engine.connect() as connection:
        sight = seen(connection, config.site)
    upto = next_column(columns, now)
    found = taught(of.of, columns, offered, sight, now)
    return {queue: _levelled(steady(forecast), upto) for queue, forecast in found.items()}


def _levelled(forecast: Forecast, upto: int) -> Forecast:
    """Its half hours that are over, at the level that the one that runs is expected at by now: what the last
    half hour brought is held against that, not against what was foreseen before the day. Half hours that
    never had a call have a level of their own.
    """
    opening, before = forecast.ahead.opening, forecast.ahead.mean
    kind = np.full(len(before), -1)
    if opening is not None:
        kind = np.where(opening.shut, opening.run, kind)
        before = np.where(opening.shut & (kind == kind[upto]), opening.calls, before)
    level = float(forecast.mean[upto] / before[upto]) if before[upto] > 0 else 1.0
    levelled = np.where(kind == kind[upto], before * level, before)
    mean = np.where(np.arange(len(before)) < upto, levelled, forecast.mean)
    return replace(forecast, mean=mean)


class Forecasts:
    """Forecasts of the days asked for, kept. For one thread.

    ``anew_s``: after so long the past is read again; a day gone by has one past.
    """

    def __init__(
        self, engine: Engine, config: FloorConfig, settings: SiteSettings, anew_s: float = ANEW_S
    ) -> None:
        self._engine, self._config, self._settings, self._anew_s = engine, config, settings, anew_s
        self._known: dict[tuple[date, bool], tuple[float, Ahead]] = {}

    def rates(self, now: float) -> Rates:
        """What is known at ``now``. Raises SQLAlchemyError, SettingsError."""
        day = business_date(self._config, now)
        of = self._ahead(day, now, None)
        end = of.columns.day.end
        later = self._ahead(day + timedelta(days=1), now, now).of if now + AHEAD_S + ANEW_S > end else {}
        self._known = {one: kept for one, kept in self._known.items() if one[0] >= day}
        found = learned(self._engine, self._config, of, now)
        pairs = {queue: (forecast, later.get(queue)) for queue, forecast in found.items()}
        return Rates(of.columns.day.start, end, pairs)

    def _ahead(self, day: date, now: float, known: float | None) -> Ahead:
        key = day, known is None
        kept = self._known.get(key)
        if kept is None or not 0 <= now - kept[0] < self._anew_s:
            made = ahead(self._engine, self._config, self._settings, day, known)
            kept = self._known[key] = (now, made)
        return kept[1]


class RatesKeeper:
    """The rates of a site at hand: ``look`` is for a job's thread, ``rates`` for everybody at any time.

    A read that failed leaves what is known. ``anew_s``: as of ``Forecasts``.
    """

    def __init__(
        self, engine: Engine, config: FloorConfig, settings: SiteSettings, anew_s: float = ANEW_S
    ) -> None:
        self._config, self._forecasts = config, Forecasts(engine, config, settings, anew_s)
        self._reading = threading.Lock()
        self._next: float | None = None
        self._at = 0.0
        self.rates: Rates | None = None

    def due(self, now: float) -> bool:
        """Whether a half hour is over that is not learned from yet, or the clock was set."""
        return self._next is None or not self._at <= now < self._next

    def look(self, now: float) -> None:
        """Learn what is new."""
        with self._reading:
            if not self.due(now):
                return
            try:
                self.rates = self._forecasts.rates(now)
                self._next = _next(self._config, now)
            except Exception as error:  # the week's course stands in until it can be
                log.warning("calls to come cannot be forecast: %s", type(error).__name__)
                self._next = now + _AGAIN_S
            self._at = now


def _next(config: FloorConfig, now: float) -> float:
    """When the next half hour is over and stored."""
    halves = columns_of(config, business_date(config, now)).halves
    return next((half.end + STORED_S for half in halves if half.end + STORED_S > now), now + _AGAIN_S)
