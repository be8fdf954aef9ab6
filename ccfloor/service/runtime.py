"""The service of this process: settings, database, hub, collector. Made once; pages and routes ask here.

Never import ``app`` from a page: the launcher may be ``__main__``, and a second copy of everything would
come to life.
"""

import asyncio
import gc
import importlib
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from ccfloor.acd.base import Health, LinkState
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.view import FloorView
from ccfloor.service.about import about_site
from ccfloor.service.access.doors import Doors
from ccfloor.service.collecting import CollectorThread
from ccfloor.service.history import HistoryProcess, read_progress, report
from ccfloor.service.hub import LiveHub, LiveRow
from ccfloor.service.keeper import live_source
from ccfloor.service.lease import LeaseTaken
from ccfloor.service.places import SettingsError
from ccfloor.service.replay_room import ReplayRoom
from ccfloor.service.rows import metric_rows
from ccfloor.service.scope import Scope, scoped
from ccfloor.service.settings import Settings, load
from ccfloor.service.site import load_site
from ccfloor.store.engine import SERVICE_BUSY_S, open_engine
from ccfloor.store.faults import fault, write_fault
from ccfloor.store.migrate import upgrade
from ccfloor.store.viewer import Viewer

if TYPE_CHECKING:
    from ccfloor.rules.calendar import Calendar
    from ccfloor.service.access.oidc import Provider
    from ccfloor.service.moves.preview import Effects
    from ccfloor.service.moves.shown import ShownEffects
    from ccfloor.service.reports.schedule import Scheduler
    from ccfloor.service.staffing.basis import Told as Basis
    from ccfloor.service.staffing.knowing import Knowing
    from ccfloor.service.staffing_today.job import TodayKeeper

log = logging.getLogger(__name__)
_AGAIN_S = 5.0
_BEAT_S = 1.0
_HISTORY_S = 2.0
_SILENT_S = 5.0
_QUIET_S = 3.0  # without a picture so long: is it that nothing can be written?
_WARM_AFTER_S = 4.0
_OWN = "service"
_service: "Service | None" = None
_made = threading.Lock()


def service() -> "Service":
    """The service of this process, made from its settings on first use."""
    global _service
    with _made:
        if _service is None:
            _service = Service(load())
        return _service


def use(made: "Service | None") -> None:
    """Take this service as the one of the process (another launcher, a test); None forgets it."""
    global _service
    with _made:
        _service = made


class Service:
    """Everything that lives once in a process. Construction reads files and opens nothing."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.config: FloorConfig = load_site(settings.site)
        self.engine: Engine = open_engine(settings.db, SERVICE_BUSY_S)
        self.clock = time.time
        self.doors = Doors(settings, self.engine, self.clock)
        self.hub = LiveHub(self._read_live, self._about, self.clock, beside=self._beside)
        self.replays = ReplayRoom(settings, self.config, self.engine, self.clock, self.floor_now)
        self.state = "starting"
        self._source = live_source(self.engine, settings.site.id)
        self._collector: CollectorThread | None = None
        self._history: HistoryProcess | None = None
        self._reports: Scheduler | None = None
        self._filling: tuple[Health, ...] = ()
        self._looked_at = 0.0
        self._write_fault = ""
        self._made_at = self.clock()
        self._unreachable: BaseException | None = None

    @cached_property
    def provider(self) -> "Provider | None":
        """Where people sign in by single sign-on; None where the settings name no provider."""
        if not self.settings.oidc.on:
            return None
        from ccfloor.service.access.oidc import Provider

        return Provider(self.settings.oidc, self.clock)

    @cached_property
    def today(self) -> "TodayKeeper":
        """The day's forecast and seats, kept up to date as long as this service runs."""
        from ccfloor.service.staffing_today.job import TodayKeeper

        def view() -> FloorView | None:
            return self.view(Viewer(site=self.config.site))

        return TodayKeeper(self.engine, self.config, self.settings.site, self.floor_now, view)

    @cached_property
    def knowing(self) -> "Knowing":
        """What is known of the site's past, for what pages and previews reckon with."""
        from ccfloor.service.site_rules import SiteRules
        from ccfloor.service.staffing.knowing import Knowing

        def calendar() -> "Calendar":
            rules = SiteRules(self.engine, self.config, self.settings.site)
            rules.read()
            return rules.calendar

        return Knowing(self.engine, self.config, self.settings.site, calendar)

    @cached_property
    def effects(self) -> "Effects":
        """Tells what a move of seats would do."""
        from ccfloor.service.moves.balance import balance
        from ccfloor.service.staffing.effects import Simulated
        from ccfloor.service.staffing.standing import lent_of

        lent = lent_of(self.engine, self.config.site)
        return Simulated(self.knowing, lambda: self.hub.sources, balance, lent)

    @cached_property
    def shown(self) -> "ShownEffects":
        """What previews of moves showed last."""
        from ccfloor.service.moves.shown import ShownEffects

        return ShownEffects()

    # -- what pages and routes ask -------------------------------------------------------------

    def viewer(self, lang: str = "zh") -> Viewer:
        """Who asks, with what they may see; numbers as the settings say. Raises SignedOut."""
        return self.doors.viewer(lang)

    def view(self, viewer: Viewer) -> FloorView | None:
        """The floor now as this viewer may see it; None before the first."""
        row = self.hub.row or self._read_live(-1)
        return scoped(row.view, Scope.of(viewer)) if row else None

    def basis(self, viewer: Viewer) -> "Basis":
        """What staffing reckons with now, of the viewer's queues. Raises Forbidden."""
        from ccfloor.service.staffing import basis

        whole = self.view(Viewer(site=self.config.site))
        return basis.told(self.knowing, whole, self.hub.sources, viewer)

    def floor_now(self) -> float:
        """The instant it is on the floor: ours, or a replay's. What people do there is noted at it."""
        return self.clock() + self.hub.shift

    def metrics(self, words: dict[str, str]) -> list[dict[str, Any]]:
        """Rows of stored metrics; raises ValueError with one sentence on a wrong word."""
        return metric_rows(self.engine, self.config, self.viewer(), words)

    @property
    def collecting(self) -> str:
        """What the collector of this process does: starting, running, off, or why it does not."""
        if self._collector and not self._collector.alive:
            return self._collector.failed or "stopped"
        return self.state

    def _about(self, scope: Scope) -> dict[str, Any]:
        return about_site(self.settings, self.config, scope, self.clock())

    def _read_live(self, after: int) -> LiveRow | None:
        """The hub's look at the database, in its thread; now and then also at the filling history."""
        if self.clock() - self._looked_at >= _HISTORY_S:
            self._looked_at = self.clock()
            if self._history and self._history.ended:
                self._history = None
            filling = report(read_progress(self.engine, self.settings.site.id))
            self._filling = (filling,) if filling else ()
            self._write_fault = write_fault(self.engine) if self._quiet_s > _QUIET_S else ""
        return self._source(after)

    @property
    def _quiet_s(self) -> float:
        """Seconds since the live view was written last."""
        row = self.hub.row
        return self.clock() - row.written_at if row else 0.0

    def _beside(self) -> tuple[Health, ...]:
        """What this process knows beside the stored reports; the weightiest last."""
        return (*self._filling, *self._trouble())

    @property
    def trouble(self) -> Health | None:
        """Why no new picture comes, as one report; None while all is well or it is not known here."""
        return next(iter(self._trouble()), None)

    def _trouble(self) -> tuple[Health, ...]:
        """Why no new picture comes, where it is not for the collector to say."""
        row = self.hub.row
        failed = self.hub.failed or self._unreachable
        if failed:
            details = {"db": self.settings.db_shown, "why": type(failed).__name__}
            return (Health(_OWN, LinkState.DOWN, fault(failed) or "database_unreadable", details),)
        if self._write_fault:
            return (Health(_OWN, LinkState.DOWN, self._write_fault),)
        if row is None:
            never = self.clock() - self._made_at > _SILENT_S
            return (Health(_OWN, LinkState.DOWN, "collector_never"),) if never else ()
        if self.clock() - row.written_at > _SILENT_S:
            return (Health(_OWN, LinkState.DOWN, "collector_silent", since=row.written_at),)
        return ()

    # -- life ----------------------------------------------------------------------------------

    async def run(self) -> None:
        """Bring the database up, collect where this process shall, feed the readers; until cancelled."""
        collecting = None
        try:
            while not await asyncio.to_thread(self._migrated):
                self.hub.accept(None)
                await asyncio.sleep(_BEAT_S)
            collecting = asyncio.gather(self._collect(), self._report())
            await self.hub.run()
        finally:
            if collecting:
                collecting.cancel()
                await asyncio.gather(collecting, return_exceptions=True)
            await asyncio.to_thread(self._let_go)

    async def _report(self) -> None:
        """Stand ready to make reports by the calendar, once the first wall is served."""
        await asyncio.sleep(_WARM_AFTER_S)
        await asyncio.to_thread(self._report_from_now)

    def _report_from_now(self) -> None:
        from ccfloor.service.qa.files import sync_files
        from ccfloor.service.reports.schedule import begin

        sync_files(self.engine, self.config, self.settings.site, self.clock())
        self._reports = begin(self.settings, self.config)
        self.today.start()

    async def _collect(self) -> None:
        if not self.settings.web.embedded or self.settings.source == "none":
            self.state = "off"
            return
        while not await asyncio.to_thread(self._started):
            await asyncio.sleep(_AGAIN_S)

    def _migrated(self) -> bool:
        try:
            upgrade(self.engine)
        except SQLAlchemyError as error:
            self._unreachable = error
            why = getattr(error, "orig", None) or type(error).__name__
            self._say(f"the database cannot be reached or upgraded: {why}")
            return False
        self._unreachable = None
        return True

    def _started(self) -> bool:
        try:
            collector = CollectorThread(self.settings, self.config, self.engine)
        except LeaseTaken as error:
            self._say(str(error))
            return False
        collector.start()
        self._collector, self.state = collector, "running"
        self._history = HistoryProcess.begin(self.settings, self.config, self.engine, self.clock())
        return True

    def _say(self, sentence: str) -> None:
        if self.state != sentence:
            log.warning("%s", sentence)
        self.state = sentence

    def _let_go(self) -> None:
        if self._reports:
            self._reports.stop()
        if "today" in self.__dict__:
            self.today.stop()
        if self._history:
            self._history.stop()
        if self._collector:
            self._collector.stop()
        self.replays.close()
        self.engine.dispose()


def ready(listening: Callable[[], str] | None = None) -> None:
    """Settings and site files that cannot be used end the program with one sentence, before it serves.

    ``listening``: the address that the web server listens on, where that is known.
    """
    try:
        made = service()
        if listening:
            made.doors.listen_on(listening)
    except SettingsError as error:
        raise SystemExit(str(error)) from None


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """Starlette's lifespan: the service runs as long as the web server does."""
    running = asyncio.create_task(service().run())
    warming = asyncio.create_task(_warm_later())
    try:
        yield
    finally:
        running.cancel()
        warming.cancel()
        await asyncio.gather(running, warming, return_exceptions=True)


async def _warm_later() -> None:
    """The first wall needs none of it: it goes first."""
    await asyncio.sleep(_WARM_AFTER_S)
    await asyncio.to_thread(_warm)


def _warm() -> None:
    """Import what pages need before the first of them asks, then spare it every later collection.

    A full collection after each page run takes some 80 ms once these are loaded, with every viewer held
    up; frozen objects are not looked at again.
    """
    for name in ("pandas", "plotly.graph_objects"):
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
