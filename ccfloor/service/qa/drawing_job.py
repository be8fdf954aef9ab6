"""The draw of each day that is over, in a thread beside the collector with database connections of its own.

Who collects for a site draws for it: there is one. A day is drawn a while after its end, when its last calls
are over; where the floor was out of sight by then it waits some hours for what comes in late. Days that were
missed are drawn as soon as somebody collects again. So is, once, the share of a month's forms that is to be
scored again. Appeals whose time ran out are passed on as well. On the simulated floor the simulated reviewers
score what is nobody's.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import business_date
from ccfloor.service.history import qa_wanted, wanted
from ccfloor.service.qa import versions
from ccfloor.service.qa.appeal_notices import look_after
from ccfloor.service.qa.calendar import work_calendar
from ccfloor.service.qa.drawing import draw_day, draw_key, due_days
from ccfloor.service.qa.recheck_months import draw_months
from ccfloor.service.qa.shifts import site_shifts
from ccfloor.service.qa.simulated_on import go_on
from ccfloor.service.settings import Settings
from ccfloor.store.engine import open_engine
from ccfloor.store.tables import feeds
from ccfloor.store.viewer import Viewer

log = logging.getLogger(__name__)
_FIRST_S = 90.0  # a start has better things to do
_LOOK_S = 300.0
_STOP_S = 5.0
_SETTLED_S = 1800.0  # after a day's end: its last calls are over
_LATE_S = 6 * 3600.0  # so long what comes in late is waited for
_BACK_DAYS = 14


def draw_due(engine: Engine, config: FloorConfig, settings: Settings, now: float) -> int:
    """Draw what is due; returns how many draws were made. Raises SQLAlchemyError, SettingsError."""
    last = _last_day(engine, config, now)
    viewer, key = Viewer(site=config.site), draw_key(settings, engine, now)
    made = 0
    for version in versions.in_force(engine, viewer, "plan", last):
        with engine.connect() as connection:
            days = due_days(connection, config, version.name, last, _BACK_DAYS)
        for day in days:
            of_day = _counting(engine, viewer, version.name, day)
            if of_day is None:
                continue
            shifts = site_shifts(settings.site, config)
            calendar = work_calendar(settings.site)
            found = draw_day(engine, config, of_day, day, key, calendar, now, shifts=shifts)
            if found is not None:
                log.info("%s drew %d of %d calls of %s", found.plan, found.picks, found.population, day)
                made += 1
    return made


def recheck_due(engine: Engine, config: FloorConfig, settings: Settings, now: float) -> int:
    """Draw what is to be scored again of the months that are over; returns how many draws were made."""
    key = draw_key(settings, engine, now)
    return draw_months(engine, config, key, _last_day(engine, config, now), now)


def _counting(engine: Engine, viewer: Viewer, plan: str, day: date) -> versions.Version | None:
    try:
        return versions.current(engine, viewer, "plan", plan, day)
    except versions.VersionError:
        return None


def _last_day(engine: Engine, config: FloorConfig, now: float) -> date:
    """The last day whose calls are all in."""
    last = business_date(config, now - _SETTLED_S) - timedelta(days=1)
    with engine.connect() as connection:
        seen = connection.scalar(select(func.max(feeds.c.at)).where(feeds.c.site == config.site)) or 0.0
    over = config.day_begins(last + timedelta(days=1))
    return last if seen >= over or now >= over + _LATE_S else last - timedelta(days=1)


class DayDrawer:
    """Draws for one site, from ``start`` until ``stop``. ``clock``: the time of the floor."""

    def __init__(
        self,
        settings: Settings,
        config: FloorConfig,
        engine: Engine,
        clock: Callable[[], float],
        *,
        first_s: float = _FIRST_S,
        look_s: float = _LOOK_S,
    ) -> None:
        self._settings, self._config, self._engine, self._clock = settings, config, engine, clock
        self._first_s, self._look_s = first_s, look_s
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ccfloor-drawing", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the draw at hand."""
        self._ended.set()
        self._thread.join(_STOP_S)

    def _run(self) -> None:
        pause_s = self._first_s
        while not self._ended.wait(pause_s):
            pause_s = self._look_s
            self.look()

    def look(self) -> int:
        """Draw what is due, where the floor's past is all there; returns how many draws were made."""
        try:
            if not self._ready():
                return 0
            now = self._now()
            look_after(self._engine, self._config, self._settings.site, now)
            drawn = draw_due(self._engine, self._config, self._settings, now)
            drawn += recheck_due(self._engine, self._config, self._settings, now)
            go_on(self._settings, self._config, self._engine, now, self._ended)
            return drawn
        except SQLAlchemyError as error:
            log.warning("calls cannot be drawn now: %s", type(error).__name__)
        except Exception as error:  # it must not end the thread: the next day may be another matter
            log.error("calls could not be drawn", exc_info=error)
        return 0

    def _ready(self) -> bool:
        """Whether no simulated past is being made: its calls are drawn and scored with it."""
        told = self._settings, self._config, self._engine
        return wanted(*told, self._clock()) is None and qa_wanted(self._settings, self._engine) is None

    def _now(self) -> float:
        """A simulated floor has its own time, which may run faster: that of its last event."""
        if self._settings.source != "simulator":
            return self._clock()
        with self._engine.connect() as connection:
            seen = select(func.max(feeds.c.at)).where(feeds.c.site == self._config.site)
            return connection.scalar(seen) or self._clock()


@contextmanager
def drawing(
    settings: Settings, config: FloorConfig, clock: Callable[[], float] = time.time
) -> Iterator[None]:
    """Calls are drawn as long as the block runs."""
    engine = open_engine(settings.db, there=True)
    drawer = DayDrawer(settings, config, engine, clock)
    drawer.start()
    try:
        yield
    finally:
        drawer.stop()
        engine.dispose()
