"""The scheduler of reports: APScheduler with its jobs in the site's own database.

Every web server stands ready and the one that holds the lease of reports runs the jobs, since a job store
serves one scheduler. A job that was missed while all were down runs once, and makes every period that its
plan owes. Making is left to a process of its own: the pages and the live stream do not wait for it.
"""

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.job import Job
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.base import SchedulerNotRunningError
from apscheduler.schedulers.blocking import BlockingScheduler
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from ccfloor.floor.config import FloorConfig
from ccfloor.service.lease import Lease, LeaseTaken, take_lease
from ccfloor.service.reports.due import owed, trigger
from ccfloor.service.reports.plans import Plan, read_plans
from ccfloor.service.reports.runs import asked, settled
from ccfloor.service.settings import Settings, variable
from ccfloor.service.settings_table import environment
from ccfloor.store.engine import BUSY_S, WRITES, open_engine
from ccfloor.store.viewer import Viewer

log = logging.getLogger(__name__)
logging.getLogger("apscheduler").setLevel(logging.WARNING)  # it would tell of every look
LOOK_S = 10.0  # until a plan that was made elsewhere is taken up
STAND_BY_S = 15.0
LATE_S = 60.0  # a job of its own has begun by then
_MOST_S = 840.0  # what takes longer is given up, before another takes it over
_STOP_S, _POLL_S = 10.0, 0.05
_KEPT, _OWN = "default", "own"
_running: dict[str, "Scheduler"] = {}  # site → the one of this process; stored jobs find it here


class Maker(Protocol):
    """Makes what a plan owes, and returns when that is done."""

    def make(self, plan: int) -> None:
        """Make it; what goes wrong is written into the runs."""

    def stop(self) -> None:
        """Give up what is being made: it is taken over by the next."""


def fire(site: str, plan: int) -> None:
    """What a stored job calls."""
    found = _running.get(site)
    if found is not None:
        found.make(plan)


class Scheduler:
    """The reports of one site in this process, from ``start`` until ``stop``."""

    def __init__(
        self,
        db: str,
        config: FloorConfig,
        maker: Maker,
        *,
        clock: Callable[[], float] = time.time,
        look_s: float = LOOK_S,
        stand_by_s: float = STAND_BY_S,
    ) -> None:
        self._db, self._config, self._maker, self._clock = db, config, maker, clock
        self._look_s, self._stand_by_s = look_s, stand_by_s
        self._viewer = Viewer(role="system", site=config.site)
        self._stopping = threading.Event()
        self._jobs: BlockingScheduler | None = None
        self._lease: Lease | None = None
        self._making = 0
        self._thread = threading.Thread(target=self._run, name="ccfloor-reports", daemon=True)

    def start(self) -> None:
        """Stand ready."""
        self._thread.start()

    def stop(self) -> None:
        """End; a report under way is given up and made by whoever comes next."""
        self._stopping.set()
        self._maker.stop()
        until = time.monotonic() + _STOP_S
        while self._thread.is_alive() and time.monotonic() < until:
            self._end_jobs()  # again and again: it may be about to begin
            self._maker.stop()
            self._thread.join(_POLL_S)

    @property
    def leads(self) -> bool:
        """Whether it is this one that runs the jobs."""
        return self._jobs is not None and bool(self._jobs.running)

    def make(self, plan: int) -> None:
        """Make what a plan owes now; what fails is taken up by a later look."""
        if self._stopping.is_set():  # it waited behind one that was given up: whoever comes next makes it
            return
        self._making = plan
        try:
            self._maker.make(plan)
        finally:
            self._making = 0

    # -- leading -----------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._lead()
            except LeaseTaken:
                log.debug("another server makes the reports of %s", self._config.site)
            except SQLAlchemyError as error:
                log.error("reports wait for the database: %s", getattr(error, "orig", None) or error)
            except Exception as error:  # the jobs are kept: the next turn goes on with them
                log.error("the scheduler of reports failed", exc_info=error)
            self._stopping.wait(self._stand_by_s)

    def _lead(self) -> None:
        """Run the jobs as long as the lease is ours."""
        engine = self._engine()
        try:
            self._lease = take_lease(engine, f"{self._config.site}.reports")
            self._jobs = self._scheduler()
            _running[self._config.site] = self
            if not self._stopping.is_set():
                self._jobs.start()  # returns when it is shut down
        finally:
            self._end_jobs()
            self._jobs = None
            if _running.get(self._config.site) is self:
                del _running[self._config.site]
            if self._lease:
                self._lease.release()
                self._lease = None
            engine.dispose()

    def _engine(self) -> Engine:
        return open_engine(self._db, BUSY_S, there=True)

    def _scheduler(self) -> BlockingScheduler:
        engine = self._engine().execution_options(**WRITES)
        table = f"report_jobs_{self._config.site}"  # a job store serves one scheduler, ours one site
        made = BlockingScheduler(
            jobstores={_KEPT: SQLAlchemyJobStore(engine=engine, tablename=table), _OWN: MemoryJobStore()},
            executors={"default": ThreadPoolExecutor(1), _OWN: ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone=UTC,
        )
        # Before it runs a scheduler does not know what is stored: the first look is a job as all the others.
        every = {"seconds": self._look_s, "next_run_time": _moment(time.time())}
        made.add_job(self._look, "interval", id="look", jobstore=_OWN, executor=_OWN, **every)
        return made

    def _look(self) -> None:
        """Jobs for the plans as they are now; end where the lease was lost."""
        jobs = self._jobs
        if jobs is None or (self._lease and not self._lease.held()):
            self._end_jobs()
            return
        engine = self._engine()
        try:
            plans = [plan for plan in read_plans(engine, self._viewer) if plan.enabled]
            once = {run.plan for run in asked(engine, self._config.site)}
            self._take_up(jobs, engine, plans, once)
        except SQLAlchemyError as error:
            log.warning("the plans of reports cannot be read: %s", type(error).__name__)
        finally:
            engine.dispose()

    def _take_up(self, jobs: BlockingScheduler, engine: Engine, plans: list[Plan], once: set[int]) -> None:
        """``once``: plans, also such as are paused or taken away, of which people ask for a run again."""
        stored: dict[str, Job] = {job.id: job for job in jobs.get_jobs(_KEPT)}
        wanted = {f"plan-{plan.id}": plan for plan in plans}
        again = {f"again-{number}" for number in {plan.id for plan in plans} | once}
        for name in stored:
            if name not in wanted and name not in again:
                jobs.remove_job(name, _KEPT)
        for name, plan in wanted.items():
            if name not in stored or _zone(stored[name]) != self._config.zone:
                self._put(jobs, name, plan.id, trigger(plan.body, self._config.zone))
        late = {plan.id for plan in plans if plan.id not in once and self._late(engine, plan)}
        for number in sorted(late | once):
            name = f"again-{number}"
            if name not in stored and number != self._making:
                self._put(jobs, name, number, "date", run_date=_moment(time.time()))

    def _late(self, engine: Engine, plan: Plan) -> bool:
        """Whether a plan owes anything that its own job has not made: missed, or failed and due again."""
        now = self._clock()
        late = owed(plan, self._config, now, settled(engine, self._config.site, plan.id, now))
        return any(one.due_at < now - LATE_S for one in late)

    def _put(self, jobs: BlockingScheduler, name: str, plan: int, when: object, **more: object) -> None:
        jobs.add_job(
            fire, when, args=(self._config.site, plan), id=name, jobstore=_KEPT, replace_existing=True, **more
        )

    def _end_jobs(self) -> None:
        jobs = self._jobs
        if jobs is not None and jobs.running:
            try:
                jobs.shutdown(wait=False)
            except SchedulerNotRunningError:
                return


def _zone(job: Job) -> str:
    """The zone by whose clock a stored job fires: a site may move."""
    return str(getattr(job.trigger, "timezone", ""))


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC) + timedelta(milliseconds=10)


class ChildMaker:
    """Makes in a child process, ``python -m ccfloor report run --plan N``."""

    def __init__(self, settings: Settings) -> None:
        self._environ = os.environ | environment(settings) | {variable("ami.secret"): ""}
        self._child: subprocess.Popen[bytes] | None = None

    def make(self, plan: int) -> None:
        """Wait for the child; one that takes too long is ended."""
        command = [sys.executable, "-m", "ccfloor", "report", "run", "--plan", str(plan)]
        self._child = subprocess.Popen(
            command, env=self._environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        try:
            code = self._child.wait(_MOST_S)
            if code:
                log.warning("report plan %s: the process that makes it ended with %s", plan, code)
        except subprocess.TimeoutExpired:
            log.error("report plan %s took longer than %.0f s and was given up", plan, _MOST_S)
            self.stop()

    def stop(self) -> None:
        """End the child."""
        child = self._child
        if child is not None and child.poll() is None:
            child.terminate()
            try:
                child.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def begin(settings: Settings, config: FloorConfig) -> Scheduler | None:
    """The scheduler of this process, started; None where the settings want none, or nothing is kept."""
    url = settings.db
    if not settings.reports.scheduler or url.endswith((":memory:", "sqlite://")):
        return None
    made = Scheduler(url, config, ChildMaker(settings))
    made.start()
    return made
