"""The collector: doors put events into a sink, one worker thread stores them and writes the live view.

What the database cannot take stays in memory, up to a limit that is told; beyond it events are dropped
and, when the database is back, every door starts anew and reads again what it can (law: resync, don't
guess). Nothing is doubled by that, since every event has its position.
"""

import asyncio
import itertools
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, NamedTuple, Protocol, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from ccfloor.acd.base import CommandResult, Connector, Health, LinkState, SeatCommand
from ccfloor.floor.events import Clock
from ccfloor.service.commands import Asked
from ccfloor.service.lease import LeaseTaken
from ccfloor.service.said import say
from ccfloor.service.settings import CollectorSettings
from ccfloor.service.sink import OWN_SOURCE, Batch, BatchSink, DoorSink, own_position
from ccfloor.store.faults import fault
from ccfloor.store.file_guard import DatabaseExchanged

log = logging.getLogger(__name__)
T = TypeVar("T")
_IDLE_VIEW_S = 1.0
_RETRY_S = (0.2, 0.5, 1.0, 2.0)
_DOOR_RETRY_S = 5.0
_LAST_FLUSH_S = 5.0
_SKEW_TOLD_S = 2.0
_QUIET_S = 10.0
_ON_ITS_WAY_S = 2.0
_SOON_S = 0.5


class Door(NamedTuple):
    """A connector and how to take it: ``log`` is a queue_log, ``obeys`` takes seat commands.

    ``clocked``: its events carry a real switch's present clock, so that the skew to ours can be told.
    """

    connector: Connector
    log: bool = False
    obeys: bool = True
    clocked: bool = False


class Keeper(Protocol):
    """The store as the collector uses it. Every method is called in the one worker thread.

    ``next_due``: when the rules may tell something though nothing happens (the floor's time; infinity).
    """

    next_due: float

    def cursor(self, source: str) -> tuple[int, str] | None:
        """Up to where a source is stored."""

    def record(self, batch: Batch) -> None:
        """Store a batch in one transaction; raises and leaves no trace where it cannot."""

    def show(self, now: float, reports: Sequence[Health]) -> None:
        """Write the live view as it is at ``now``."""

    def asked(self) -> list[Asked]:
        """Seat commands that wait for an answer."""

    def answer(self, command: int, result: CommandResult, now: float) -> None:
        """Write the switch's answer."""

    def close(self) -> None:
        """Store what a next start needs, then let go."""


class Collector:
    """Runs until cancelled, or until every door came to its end (a recording)."""

    def __init__(
        self,
        doors: Sequence[Door],
        keeper: Keeper,
        settings: CollectorSettings,
        clock: Callable[[], float],
        view_clock: Callable[[], float] | None = None,
    ) -> None:
        self._doors, self._keeper, self._settings, self._clock = doors, keeper, settings, clock
        self._view_clock = view_clock or clock
        self._sink = BatchSink(keeper.cursor, clock, settings.memory_events)
        self._sinks = [DoorSink(self._sink, door.log, door.clocked) for door in doors]
        for sink in self._sinks:
            sink.beside = [other for other in self._sinks if other is not sink]
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="ccfloor-store")
        self._pending: Batch | None = None  # taken from the sink and not yet known to be stored
        self._running_commands: dict[int, asyncio.Task[None]] = {}
        self._shown_at = 0.0
        self._told_to = 0.0  # up to there rules that were due have been told that time went on

    async def run(self) -> None:
        """Collect. On cancellation the doors close first, then what they gave is stored."""
        loops = (self._flush_loop, self._view_loop, self._command_loop)
        around = [asyncio.create_task(part()) for part in loops]
        doors = [asyncio.create_task(self._keep_open(door)) for door in self._doors]
        ended = asyncio.create_task(_all(doors))
        try:
            # the loops never end by themselves: whichever comes first is the end or a failure
            await _first([ended, *around])
        finally:
            await _cancel([ended, *doors, *around, *self._running_commands.values()])
            await asyncio.shield(self._finish())

    async def _finish(self) -> None:
        try:
            async with asyncio.timeout(_LAST_FLUSH_S):
                while batch := self._pending or self._sink.take():
                    await self._store(batch)
                await self._show()
        except TimeoutError:
            log.warning("%d events could not be stored before the end", len(self._sink))
        await self._in_worker(self._keeper.close)
        self._worker.shutdown(wait=True)

    async def _in_worker(self, call: Callable[..., T], *args: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._worker, call, *args)

    # -- doors ---------------------------------------------------------------------------------

    async def _keep_open(self, door: Door) -> None:
        """Run a door; one that breaks by a fault of ours is told and opened again."""
        sink = self._sinks[self._doors.index(door)]
        name = type(door.connector).__name__
        while True:
            run = asyncio.create_task(door.connector.run(sink))
            overflow = asyncio.create_task(self._overflowed())
            try:
                await asyncio.wait({run, overflow}, return_when=asyncio.FIRST_COMPLETED)
                failed = run.exception() if run.done() else None
                if run.done() and failed is None and not self._sink.dropped:
                    return
            finally:
                await _cancel([run, overflow])
            if self._sink.dropped:
                await self._sink.drained.wait()
            if isinstance(failed, SQLAlchemyError):
                self._database_away(failed, 1)
                await asyncio.sleep(_RETRY_S[-1])
            elif failed is not None:
                log.error("%s stopped: %r", name, failed, exc_info=failed)
                self._tell(name, LinkState.DOWN, "connector_failed", why=type(failed).__name__)
                await asyncio.sleep(_DOOR_RETRY_S)

    async def _overflowed(self) -> None:
        """Returns once events had to be dropped and the database takes them again."""
        await self._sink.overflow.wait()
        await self._sink.drained.wait()

    def _tell(self, source: str, state: LinkState, code: str, **details: str) -> None:
        self._sink.health(Health(source, state, code, details, since=self._clock()))

    # -- storing -------------------------------------------------------------------------------

    async def _flush_loop(self) -> None:
        while True:
            await self._sink.filled.wait()
            await asyncio.sleep(self._settings.batch_s)
            batch = self._sink.take()
            if batch:
                await self._store(batch)

    async def _store(self, batch: Batch) -> None:
        """Store one batch, however long the database is away."""
        self._pending = batch
        for attempt in itertools.count():
            try:
                await self._in_worker(self._keeper.record, batch)
                break
            except LeaseTaken:
                raise
            except DatabaseExchanged:
                batch = self._pending = self._exchanged(batch)
            except Exception as error:
                self._database_away(error, attempt)
                await asyncio.sleep(_RETRY_S[min(attempt, len(_RETRY_S) - 1)])
        self._pending = None
        if "database" in self._sink.reports and self._sink.reports["database"].state is LinkState.DOWN:
            self._tell("database", LinkState.UP, "database_back")
        self._sink.stored()

    def _exchanged(self, batch: Batch) -> Batch:
        """Another database: what a log told is read again by a door that asks where to begin."""
        log.warning("the database was exchanged for another one, which is written on")
        self._tell("database", LinkState.UP, "database_exchanged")
        self._sink.start_anew()
        return Batch([entry for entry in batch.entries if not entry.log], {}, batch.bad)

    def _database_away(self, error: Exception, attempt: int) -> None:
        outside = isinstance(error, SQLAlchemyError | OSError)
        code = fault(error) or ("database_away" if outside else "store_failed")
        if code == "database_locked" and not attempt:
            return  # another writer's long transaction: not worth a word yet
        if attempt <= 1:
            why = str(getattr(error, "orig", None) or type(error).__name__)
            log.error("events cannot be stored, they are kept in memory: %s", why, exc_info=not outside)
        kept, dropped = str(len(self._sink)), str(self._sink.dropped)
        self._tell("database", LinkState.DOWN, code, why=type(error).__name__, kept=kept, dropped=dropped)

    # -- the live view -------------------------------------------------------------------------

    async def _view_loop(self) -> None:
        """Show a change at once, but not more often than a tick; without any, once a second."""
        while True:
            with suppress(TimeoutError):
                # not wait_for: it swallows a cancellation that comes together with the event
                async with asyncio.timeout(_IDLE_VIEW_S):
                    await self._sink.changed.wait()
            await asyncio.sleep(max(0.0, self._shown_at + self._settings.tick_s - self._clock()))
            self._mark_time()
            await self._show()

    def _mark_time(self) -> None:
        """On a quiet floor time itself is journalled, so that the last sighting is known after a crash.

        It goes the way of all events, behind those that still wait; a little late, so that none that is
        on its way comes out older. Where a rule is due it is not waited for so long.
        """
        sink, now = self._sink, self._clock()
        in_sight = any(report.state is LinkState.UP for report in sink.reports.values())
        if not in_sight or len(sink) or self._pending:
            return
        present = self._view_clock() - (sink.skew_s or 0.0)
        if self._told_to < self._keeper.next_due <= present - _SOON_S:
            self._told_to = at = present - _SOON_S
        elif now - sink.put_at >= _QUIET_S:
            at = present - _ON_ITS_WAY_S
        else:
            return
        sink.put(OWN_SOURCE, own_position(now), Clock(at=at), clocked=False)

    async def _show(self) -> None:
        self._shown_at = self._clock()
        self._sink.changed.clear()
        try:
            await self._in_worker(self._keeper.show, self._view_clock(), self._reports())
        except SQLAlchemyError as error:
            log.debug("the live view cannot be written: %s", type(error).__name__)
            return

    def _reports(self) -> list[Health]:
        lost = {report.source: report for sink in self._sinks if (report := sink.loss())}
        reports = [lost.get(name, report) for name, report in sorted(self._sink.reports.items())]
        skew = self._sink.skew_s
        if skew is not None and abs(skew) >= _SKEW_TOLD_S:
            reports.append(Health("clock", LinkState.UP, "clock_skew", {"seconds": f"{skew:+.1f}"}))
        return reports

    # -- commands ------------------------------------------------------------------------------

    async def _command_loop(self) -> None:
        while True:
            await asyncio.sleep(self._settings.tick_s)
            try:
                asked = await self._in_worker(self._keeper.asked)
            except SQLAlchemyError as error:
                log.debug("commands cannot be read: %s", type(error).__name__)
                continue
            for item in asked:
                if item.id not in self._running_commands:
                    self._running_commands[item.id] = asyncio.create_task(self._obey(item))

    async def _obey(self, item: Asked) -> None:
        """Ask the switch and write its answer; one asked too long ago is not carried out any more."""
        limit = self._settings.command_s
        if self._clock() - item.at > 3 * limit:
            result = CommandResult(False, say("command_expired", {}, "en"))
        else:
            result = await self._ask(item.command, limit)
        try:
            await self._in_worker(self._keeper.answer, item.id, result, self._clock())
        except SQLAlchemyError:
            log.warning("the answer to command %d could not be written: %s", item.id, result.message)
        finally:
            self._running_commands.pop(item.id, None)

    async def _ask(self, command: SeatCommand, limit: float) -> CommandResult:
        obeying = next((door.connector for door in self._doors if door.obeys), None)
        if obeying is None:
            return CommandResult(False, say("command_nowhere", {}, "en"))
        try:
            async with asyncio.timeout(limit):
                return await obeying.send(command)
        except TimeoutError:
            return CommandResult(False, say("command_unanswered", {}, "en"), answered=False)


async def _all(tasks: Sequence[asyncio.Task[None]]) -> None:
    await asyncio.gather(*tasks)


async def _first(waited: Sequence[asyncio.Future[Any]]) -> None:
    done, _ = await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
    for future in done:
        future.result()


async def _cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
