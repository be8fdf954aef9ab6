"""A collector put together from the settings: its doors, its recorder, its lease; as a thread if wanted."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine, select

from ccfloor.acd.asterisk_ami import AsteriskAmi
from ccfloor.acd.asterisk_queue_log import QueueLogFollower
from ccfloor.acd.queue_log_files import identity
from ccfloor.acd.sim_yaml import FileProblem
from ccfloor.acd.simulator import Simulator, load_floor, load_scenario
from ccfloor.floor.config import FloorConfig
from ccfloor.service.collector import Collector, Door
from ccfloor.service.counting import counting
from ccfloor.service.keeper import RecorderKeeper
from ccfloor.service.lease import take_lease
from ccfloor.service.moves.follow import following
from ccfloor.service.notify.notifier import telling
from ccfloor.service.overlap import LIVE, feed_with_open_calls
from ccfloor.service.places import Problem, SettingsError
from ccfloor.service.plan_desk import PlanDesk
from ccfloor.service.privacy import keeping_numbers
from ccfloor.service.qa.calendar import work_calendar
from ccfloor.service.qa.drawing_job import drawing
from ccfloor.service.settings import Settings
from ccfloor.service.site_rules import SiteRules
from ccfloor.service.staffing.advising import Advisor, policy_of
from ccfloor.service.staffing.foresight import Foresight
from ccfloor.service.staffing.site_options import advice_stale_s
from ccfloor.service.switch import access
from ccfloor.service.teams import keep_teams
from ccfloor.store.recorder import Recorder
from ccfloor.store.tables import sources

log = logging.getLogger(__name__)
Clock = Callable[[], float]
_STOP_S = 10.0


def doors(settings: Settings, config: FloorConfig, clock: Clock) -> tuple[list[Door], Clock]:
    """The doors of the configured source, and the clock by which its floor is shown."""
    if settings.source == "simulator":
        simulator = simulated(settings, config, clock)
        return [Door(simulator)], simulator.time
    found = []
    if settings.ami.host:
        found.append(Door(AsteriskAmi(access(settings.ami), clock=clock), clocked=True))
    if settings.ami.queue_log:
        follower = QueueLogFollower(Path(settings.ami.queue_log), clock=clock)
        found.append(Door(follower, log=True, obeys=False))
    if not found:
        raise SettingsError([Problem("ccfloor.toml", 0, "ami", "set ami.host, ami.queue_log or both")])
    return found, clock


def simulated(settings: Settings, config: FloorConfig, clock: Clock) -> Simulator:
    """The simulated floor, from the start of its business day on. Raises SettingsError on a bad file."""
    try:
        spec = load_floor()
        scenario = load_scenario(settings.simulator.scenario or "normal", spec)
    except FileProblem as error:
        raise SettingsError([Problem(str(error), 0, "", "")]) from None
    return Simulator(
        spec,
        scenario,
        clock=clock,
        seed=settings.simulator.seed,
        speed=settings.simulator.speed,
        zone=config.zone,
        catch_up_from=config.business_day(clock())[0],
    )


def make_collector(
    settings: Settings,
    config: FloorConfig,
    engine: Engine,
    clock: Clock = time.time,
    opened: tuple[list[Door], Clock] | None = None,
) -> Collector:
    """The only collector of this database and site. Raises LeaseTaken if there is one already."""
    found, view_clock = opened or doors(settings, config, clock)
    lease = take_lease(engine, config.site)
    feed = feed_of(engine, config.site, settings, clock)
    work_calendar(settings.site)  # like the other files of the site it must be usable at the start
    rules = SiteRules(engine, config, settings.site)
    rules.sync(clock())
    recorder = Recorder(engine, config, config.site, feed, live=True, rules=rules.make)
    keep_teams(engine, config, max(view_clock(), recorder.floor.at))
    desk = PlanDesk(recorder, config, rules, clock, foresight(settings, config, engine, rules))
    keeper = RecorderKeeper(recorder, lease, clock, desk)
    keeper.resume()
    return Collector(found, keeper, settings.collector, clock, view_clock)


def foresight(settings: Settings, config: FloorConfig, engine: Engine, rules: SiteRules) -> Foresight | None:
    """Tells what the plan is likely to come to, and advises moves; None where the settings have both off."""
    outlook, every_s = settings.outlook, settings.advice.every_s
    if not outlook.every_s and not every_s:
        return None
    policy = policy_of(settings.site, config, rules)
    return Foresight(
        engine,
        config,
        settings.site,
        rules,
        every_s=outlook.every_s or every_s,
        warn=outlook.warn,
        then=Advisor(engine, config, every_s, policy, advice_stale_s(settings)).look if every_s else None,
        tells=bool(outlook.every_s),
    )


def feed_of(engine: Engine, site: str, settings: Settings, clock: Clock = time.time) -> str:
    """The feed to collect into: that of the imported queue_log if the first collector goes on with it.

    That is so where it follows the same log, and where calls were open at the log's end a short while ago:
    they are the same calls. Without such a log, or once there is a live feed: LIVE.
    """
    if settings.source != "asterisk":
        return LIVE
    table = sources.c
    known = select(table.feed).where(table.site == site)
    with engine.connect() as connection:
        if connection.scalar(known.where(table.feed == LIVE).limit(1)):
            return LIVE
        imported = known.where(table.feed.startswith("import:"))
        taken = connection.scalar(imported.where(table.kind == "live").limit(1))
        name = _first_line(settings.ami.queue_log)
        taken = taken or connection.scalar(imported.where(table.name == name))
    return taken or feed_with_open_calls(engine, site, clock()) or LIVE


def _first_line(path: str) -> str | None:
    """The name that the log has as a source."""
    try:
        return identity(Path(path), final=False) if path else None
    except OSError:
        return None


class CollectorThread:
    """A collector in a thread of the web server, with an event loop of its own."""

    def __init__(self, settings: Settings, config: FloorConfig, engine: Engine) -> None:
        self._collector = make_collector(settings, config, engine)
        self._telling, self._counting = telling(settings, config), counting(settings, config)
        self._keeping, self._drawing = keeping_numbers(settings), drawing(settings, config)
        self._following = following(settings, config)
        self._thread = threading.Thread(target=self._run, name="ccfloor-collector", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self.failed = ""

    def start(self) -> None:
        """Begin to collect."""
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether it still collects."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """End cleanly: what was read is stored first."""
        if self._loop and self._task and self.alive:
            self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(_STOP_S)

    def _run(self) -> None:
        try:
            with self._telling, self._counting, self._keeping, self._drawing, self._following:
                asyncio.run(self._main())
        except asyncio.CancelledError:
            return
        except Exception as error:
            self.failed = str(error) or type(error).__name__
            log.error("the collector stopped: %s", self.failed, exc_info=error)

    async def _main(self) -> None:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        await self._collector.run()
