"""The live hub: reads the live view once a tick and hands the same bytes to every reader of a scope.

The database sees one small query a tick and site, however many readers are connected. A reader that
cannot keep up is not waited for: when it comes back, it gets one fresh full view.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, Protocol

import msgspec

from ccfloor.acd.base import Health
from ccfloor.floor.view import FloorView
from ccfloor.service.diff import Differ
from ccfloor.service.plan import PlanView
from ccfloor.service.said import told
from ccfloor.service.scope import Scope, scoped, scoped_plan, scoped_sources

log = logging.getLogger(__name__)
_encoder = msgspec.json.Encoder()
_KEPT = 24  # messages a slow reader may lag behind before it is given a full view instead
_HEARTBEAT_S = 0.9
_SHIFT_S = 5.0


class LiveRow(NamedTuple):
    """The live view as the collector stored it: ``seq`` grows with every write, at ``written_at``."""

    seq: int
    written_at: float
    view: FloorView
    sources: tuple[Health, ...]
    plan: PlanView | None = None


class LiveSource(Protocol):
    """Where the hub reads. Called in a worker thread."""

    def __call__(self, after: int) -> LiveRow | None:
        """The row if its ``seq`` is not ``after``, else None. Raises when the database is away."""


class Message(NamedTuple):
    """One encoded message; ``number`` counts the messages of a channel."""

    number: int
    text: str


class Channel:
    """One scope's stream: the last messages, and the full view for whoever comes anew."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.readers = 0
        self.number = 0
        self.messages: deque[Message] = deque(maxlen=_KEPT)
        self.changed = asyncio.Event()
        self._differ: Differ | None = None
        self._sources: list[dict[str, Any]] = []
        self._full: Message | None = None
        self._said_at = 0.0

    def publish(self, row: LiveRow, sources: list[dict[str, Any]], now: float) -> None:
        """Take in a new view; what changed goes out as one message."""
        view = scoped(row.view, self.scope)
        plan = scoped_plan(row.plan, view, self.scope) if row.plan else None
        sources = scoped_sources(sources, view, self.scope)
        if self._differ is None or self._differ.needs_full(view):
            self._differ = Differ(view, plan)
            self._sources = sources
            self.messages.clear()
            self._signal(None, now)
            return
        changed = self._differ.diff(view) | self._differ.diff_plan(plan)
        if sources != self._sources:
            self._sources = changed["sources"] = sources
        if changed:
            self._say("diff", now, view.at, changed)

    def beat(self, now: float) -> None:
        """Where nothing was said for a while: say that we are here, and how old the view is."""
        if now - self._said_at >= _HEARTBEAT_S:
            self._tick(now)

    def tell(self, sources: list[dict[str, Any]], now: float) -> None:
        """The sources' reports while no view comes: why it does not."""
        if self._differ is not None:
            sources = scoped_sources(sources, self._differ.told, self.scope)
        if sources != self._sources:
            self._sources = sources
            self._tick(now, tells=True)

    def _tick(self, now: float, tells: bool = False) -> None:
        """Before the first view every tick carries the reports: a new reader has nothing else."""
        parts = {"sources": self._sources} if tells or self._differ is None else {}
        self._say("tick", now, self._differ.told.at if self._differ else None, parts)

    def full(self, now: float, site: dict[str, Any]) -> Message | None:
        """The whole view, encoded once for all who ask between two messages; None before the first."""
        if self._differ is None:
            return None
        if self._full is None or self._full.number != self.number:
            body = {
                "t": "full",
                "seq": self.number,
                "now": now,
                "view": self._differ.told,
                "plan": self._differ.plan,
                "sources": self._sources,
                "site": site,
            }
            self._full = Message(self.number, _encoder.encode(body).decode())
        return self._full

    def since(self, number: int) -> list[Message] | None:
        """The messages after ``number``, or None where only a full view will do."""
        if number == self.number:
            return []
        if not self.messages or self.messages[0].number > number + 1:
            return None
        return [message for message in self.messages if message.number > number]

    def _say(self, kind: str, now: float, at: float | None, parts: dict[str, Any]) -> None:
        body = {"t": kind, "seq": self.number + 1, "now": now, "at": at, **parts}
        self._signal(_encoder.encode(body).decode(), now)

    def _signal(self, text: str | None, now: float) -> None:
        self.number += 1
        self._said_at = now
        if text is not None:
            self.messages.append(Message(self.number, text))
        self.changed.set()
        self.changed = asyncio.Event()


class LiveHub:
    """All channels of one site in this process. Lives in the web server's event loop."""

    def __init__(
        self,
        source: LiveSource,
        about: Callable[[Scope], dict[str, Any]],
        clock: Callable[[], float],
        poll_s: float = 0.05,
        beside: Callable[[], tuple[Health, ...]] = tuple,
    ) -> None:
        self._source, self._about, self._clock, self._poll_s = source, about, clock, poll_s
        self._channels: dict[Scope, Channel] = {}
        self._row: LiveRow | None = None
        self._beside = beside
        self._failed: Exception | None = None
        self._heard: tuple[Health, ...] = ()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ccfloor-hub")

    @property
    def row(self) -> LiveRow | None:
        """The newest row seen."""
        return self._row

    def now(self) -> float:
        """The floor's clock: ours, or a recording's where the view is of another time."""
        return self._clock() + self.shift

    @property
    def shift(self) -> float:
        """Seconds by which the floor's clock is ahead of ours; 0.0 where it is the same one."""
        shift = self._row.view.at - self._row.written_at if self._row else 0.0
        return shift if abs(shift) > _SHIFT_S else 0.0

    @property
    def sources(self) -> tuple[Health, ...]:
        """Reports of the sources as stored, and what this process has to say beside them."""
        return (self._row.sources if self._row else ()) + self._beside()

    @property
    def failed(self) -> Exception | None:
        """Why the last read of the database failed, None if it did not."""
        return self._failed

    @property
    def readers(self) -> int:
        """Readers connected now."""
        return sum(channel.readers for channel in self._channels.values())

    async def run(self) -> None:
        """Poll until cancelled."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                await self._poll(loop)
                await asyncio.sleep(self._poll_s)
        finally:
            self._thread.shutdown(wait=False, cancel_futures=True)

    async def _poll(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            row = await loop.run_in_executor(self._thread, self._source, self._row.seq if self._row else -1)
            self._failed = None
        except Exception as error:
            if not self._failed:
                log.warning("the live view cannot be read: %s", type(error).__name__)
            self._failed = error
            row = None
        self.accept(row)

    def accept(self, row: LiveRow | None) -> None:
        """Publish a new row; without one, beat once in a while."""
        if row is not None:
            self._row = row
        now = self.now()
        if row is not None:
            for channel in self._channels.values():
                channel.publish(row, self._told(), now)
        elif self._beside() != self._heard:
            for channel in self._channels.values():
                channel.tell(self._told(), now)
        self._heard = self._beside()
        for channel in self._channels.values():
            channel.beat(now)

    def _told(self) -> list[dict[str, Any]]:
        return [told(report) for report in self.sources]

    def open(self, scope: Scope) -> Channel:
        """The channel of a scope, made and filled on first use."""
        channel = self._channels.get(scope)
        if channel is None:
            channel = self._channels[scope] = Channel(scope)
            if self._row is not None:
                channel.publish(self._row, self._told(), self.now())
            else:
                channel.tell(self._told(), self.now())
        channel.readers += 1
        return channel

    def close(self, channel: Channel) -> None:
        """One reader less; the last one takes the channel with it."""
        channel.readers -= 1
        if channel.readers <= 0:
            self._channels.pop(channel.scope, None)

    def full(self, channel: Channel) -> Message | None:
        """The whole view for a reader that is new or too far behind."""
        return channel.full(self.now(), self._about(channel.scope))


class Reader:
    """One reader's place in its channel."""

    def __init__(self, hub: LiveHub, scope: Scope) -> None:
        self._hub = hub
        self._channel = hub.open(scope)
        self._number = -1

    async def next(self) -> list[str]:
        """Waits for what this reader has not got yet: one full view, or the messages since its last."""
        while True:
            changed = self._channel.changed
            messages = self._pending()
            if messages:
                self._number = messages[-1].number
                return [message.text for message in messages]
            await changed.wait()

    def _pending(self) -> list[Message]:
        messages = self._channel.since(self._number)
        if messages is not None:
            return messages
        full = self._hub.full(self._channel)
        return [full] if full else list(self._channel.messages)[-1:]

    def close(self) -> None:
        """Leave the channel."""
        self._hub.close(self._channel)
