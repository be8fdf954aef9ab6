"""The day's staffing kept at hand for every page of a process: read once, brought up to date in a thread.

Each business day its past is read and forecast once; every half hour the forecast learns from the calls that
came; in between the counts and the seats are brought up to date, what changes slowly only every few minutes
(``Kept``). Pages take what is there. Where no thread runs (a command, a test) whoever asks brings it up to
date himself.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import date

from sqlalchemy import Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.view import FloorView
from ccfloor.kpi.period import business_date, day_number
from ccfloor.rules.calendar import Campaign
from ccfloor.service.campaigns import calendar_campaigns
from ccfloor.service.places import SettingsError
from ccfloor.service.settings import SiteSettings
from ccfloor.service.staffing.present_learned import learned
from ccfloor.service.staffing_today.day import Sources, Today, Told, today, told
from ccfloor.service.staffing_today.history import DAYS, Columns, columns_of, read_past
from ccfloor.service.staffing_today.kept import Kept
from ccfloor.service.staffing_today.measured import measured
from ccfloor.service.staffing_today.seats import Memory
from ccfloor.service.staffing_today.sight import over
from ccfloor.service.staffing_today.site import StaffingSite, load_staffing
from ccfloor.store.half_hour_counts import stored_days
from ccfloor.store.viewer import Viewer

log = logging.getLogger(__name__)
_LOOK_S = 30.0
_FRESH_S = 45.0
_STOP_S = 5.0
_PAST_S = 900.0  # so often it is looked whether more of the past has come in, or a peak was planned


class TodayKeeper:
    """One site's day. ``clock``: the floor's own time; ``view``: the floor this instant, None before the
    first.

    Safe to ask from several threads.
    """

    def __init__(
        self,
        engine: Engine,
        config: FloorConfig,
        settings: SiteSettings,
        clock: Callable[[], float],
        view: Callable[[], FloorView | None] = lambda: None,
        *,
        look_s: float = _LOOK_S,
    ) -> None:
        self._engine, self._config, self._settings = engine, config, settings
        self._clock, self._view, self._look_s = clock, view, look_s
        self._viewer, self._memory, self._kept = Viewer(site=config.site), Memory(), Kept()
        self._one_at_a_time = threading.Lock()
        self._told: Told | None = None
        self._stored: tuple[int, ...] = ()
        self._peaks: Sequence[Campaign] = ()
        self._over = 0
        self._looked_at = 0.0
        self._today: Today | None = None
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def today(self) -> Today:
        """The day as it was known last; waits only where nothing is known yet, or nobody keeps it up.

        Raises SQLAlchemyError where it must read and cannot, SettingsError for a file of the site.
        """
        known, now = self._today, self._clock()
        current = known is not None and known.day.start <= now < known.day.end
        kept = self._thread is not None and self._thread.is_alive()
        if known is not None and current and (kept or abs(now - known.at) < _FRESH_S):
            return known
        return self.refresh()

    def refresh(self) -> Today:
        """Bring the day up to date now, and return it. Raises as ``today``."""
        with self._one_at_a_time:
            now = self._clock()
            of = self._read(now)
            view = self._view()
            if view is not None:
                self._memory.note(view)
            sources = Sources(self._engine, self._viewer, self._config, view, self._memory, self._kept)
            self._today = found = today(of, sources, now)
            return found

    def of_day(self, day: date) -> Today:
        """Another day, read and forecast for whoever asks: one to come, or a past one as it was foreseen."""
        sources = Sources(self._engine, self._viewer, self._config, None, Memory())
        return today(self._forecast(day), sources, self._clock())

    def _read(self, now: float) -> Told:
        """The day's past and forecast; read anew on another day, when more of the past has come in, and when
        planned peaks were entered or changed: that is looked at when a half hour is over at the latest.
        """
        day, known = business_date(self._config, now), self._told
        yesterday, done = day_number(date.fromordinal(day.toordinal() - 1)), over(self._columns(day), now)
        wait = _PAST_S if yesterday in self._stored else 0.0  # the past may still be coming in
        same = known is not None and known.day == day
        if known is not None and same and done == self._over and abs(now - self._looked_at) < wait:
            return known
        stored, peaks = self._stored_days(day), calendar_campaigns(self._engine, self._config.site)
        if known is None or not same or (stored, peaks) != (self._stored, self._peaks):
            past = learned(self._engine, self._config, now)
            known = self._told = self._forecast(day)._replace(learned=past)
        self._stored, self._peaks, self._over, self._looked_at = stored, peaks, done, now
        return known

    def _columns(self, day: date) -> Columns:
        return self._kept.get("columns", day, 0.0, 1.0, lambda: columns_of(self._config, day))

    def _stored_days(self, day: date) -> tuple[int, ...]:
        first = date.fromordinal(day.toordinal() - DAYS)
        return tuple(stored_days(self._engine, self._viewer, day_number(first), day_number(day)))

    def _forecast(self, day: date) -> Told:
        site = self.site()
        past = read_past(self._engine, self._viewer, self._config, self._settings, day, site.planned_peak)
        return told(day, past, measured(self._engine, self._viewer, self._config, day), site)

    def site(self) -> StaffingSite:
        """What the site decides; the usual where its file cannot be used, which the doctor tells."""
        try:
            return load_staffing(self._settings, self._config)
        except SettingsError as error:
            log.warning("the site's staffing file cannot be used: %s", error)
            return StaffingSite()

    # -- the thread ----------------------------------------------------------------------------

    def start(self) -> None:
        """Keep the day up to date from now on."""
        self._thread = threading.Thread(target=self._run, name="ccfloor-today", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """No longer; ends after the look at hand."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(_STOP_S)

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self.refresh()
            except (
                Exception
            ) as error:  # it must not end the thread: the next look may find the database again
                log.warning("the day's staffing cannot be brought up to date: %s", type(error).__name__)
                log.debug("why", exc_info=error)
            self._ended.wait(self._look_s)
