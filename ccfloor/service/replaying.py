"""Recordings played again: raw AMI bytes or a queue_log, at any speed or as fast as they can be stored."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from math import inf
from pathlib import Path

from sqlalchemy import Engine

from ccfloor.acd.asterisk_queue_log import hand_over
from ccfloor.acd.base import CommandResult, Connector, Health, LinkState, SeatCommand, Sink
from ccfloor.acd.queue_log_files import Block, locate, order_files, read_blocks
from ccfloor.acd.recording import AmiRecording
from ccfloor.acd.sentences import say
from ccfloor.floor.config import FloorConfig
from ccfloor.service.bulk import BulkSink, Complain
from ccfloor.service.collecting import Clock
from ccfloor.service.collector import Collector, Door
from ccfloor.service.keeper import RecorderKeeper
from ccfloor.service.lease import Lease, take_lease
from ccfloor.service.overlap import LIVE
from ccfloor.service.plan_desk import PlanDesk
from ccfloor.service.settings import Settings
from ccfloor.service.site_rules import SiteRules
from ccfloor.store.journal import stored_head
from ccfloor.store.rebuild import meet_logs
from ccfloor.store.recorder import Recorder


class QueueLogRecording:
    """A queue_log told line by line at the pace of its own clock, ``speed`` times as fast; 0: at once."""

    def __init__(
        self,
        files: Sequence[Path],
        *,
        clock: Callable[[], float],
        speed: float,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._files, self._clock, self._speed, self._sleep = order_files(files), clock, speed, sleep

    async def run(self, sink: Sink) -> None:
        """Play to the end. Raises OSError where a file cannot be read."""
        begun: tuple[float, float] | None = None
        for path in self._files:
            located = locate(path, sink.cursor)
            if located is None:
                continue
            for block in read_blocks(path, located.start):
                if not block.events or not self._speed:
                    hand_over(sink, located.source, path, block)
                    continue
                begun = begun or (self._clock(), block.events[0][1].at)
                await self._play(sink, located.source, path, block, begun)
        sink.health(Health("queue_log", LinkState.DONE, "queue_log_played"))

    async def _play(
        self, sink: Sink, source: str, path: Path, block: Block, begun: tuple[float, float]
    ) -> None:
        for position, event in block.events:
            due = begun[0] + (event.at - begun[1]) / self._speed
            if due > self._clock():
                await self._sleep(due - self._clock())
            sink.put(source, position, event)
        hand_over(sink, source, path, block._replace(events=[]))

    async def send(self, command: SeatCommand) -> CommandResult:
        """A recording obeys nobody."""
        return CommandResult(False, say("recording_read_only", {}, "en"))


class RecordedKeeper(RecorderKeeper):
    """A keeper that shows the floor by the recording's clock, which runs ``speed`` times as fast as ours."""

    def __init__(
        self, recorder: Recorder, lease: Lease, clock: Clock, speed: float, desk: PlanDesk | None = None
    ) -> None:
        super().__init__(recorder, lease, clock, desk)
        self._floor, self._now, self._speed = recorder, clock, speed
        self._at = self._seen = 0.0

    def show(self, now: float, reports: Sequence[Health]) -> None:
        """Write the live view as it was at the recorded instant."""
        at = self._floor.floor.at
        if at > self._at:
            self._at, self._seen = at, self._now()
        super().show(self.time(), reports)
        self.next_due = inf  # its own events move a recording's time

    def time(self) -> float:
        """The recorded instant now."""
        return self._at + (self._now() - self._seen) * self._speed


def recording(
    files: Sequence[Path], arrivals: Path | None, speed: float, clock: Clock = time.time
) -> AmiRecording | QueueLogRecording:
    """The connector of a recording: raw AMI bytes where there is a table of arrivals, else a queue_log."""
    if arrivals is not None:
        return AmiRecording(files, arrivals, clock=clock, speed=speed)
    return QueueLogRecording(files, clock=clock, speed=speed)


def replay_at_once(
    engine: Engine,
    config: FloorConfig,
    settings: Settings,
    connector: Connector,
    log: bool,
    complain: Complain = lambda bad: None,
    feed: str = LIVE,
) -> BulkSink:
    """Store a whole recording as the live feed, then show the floor as it was at its end.

    Raises LeaseTaken where a collector is at work, OSError where a file cannot be read.
    """
    lease = take_lease(engine, config.site)
    head = stored_head(engine, config.site, feed)
    try:
        rules = SiteRules(engine, config, settings.site)
        rules.sync(time.time())
        recorder = Recorder(engine, config, config.site, feed, live=True, rules=rules.make)
        sink = BulkSink(recorder, log, complain)
        asyncio.run(connector.run(sink))
        sink.flush()
        recorder.checkpoint()
        if recorder.floor.at:
            desk = PlanDesk(recorder, config, rules, time.time)
            desk.look()
            recorder.show(recorder.floor.at, time.time(), plan=desk.plan)
        meet_logs(engine, config, feed, head, rules.watched)
        return sink
    finally:
        lease.release()


def replay_in_time(
    engine: Engine, config: FloorConfig, settings: Settings, connector: Connector, log: bool, speed: float
) -> None:
    """Collect from a recording as from a switch, so that the screens show it. Raises LeaseTaken."""
    lease = take_lease(engine, config.site)
    rules = SiteRules(engine, config, settings.site)
    rules.sync(time.time())
    recorder = Recorder(engine, config, config.site, LIVE, live=True, rules=rules.make)
    desk = PlanDesk(recorder, config, rules, time.time)
    keeper = RecordedKeeper(recorder, lease, time.time, speed, desk)
    door = Door(connector, log=log, obeys=False)
    head = stored_head(engine, config.site, LIVE)
    asyncio.run(Collector([door], keeper, settings.collector, time.time, keeper.time).run())
    meet_logs(engine, config, LIVE, head, rules.watched)
