"""Where connectors put what they read: gathered for a few milliseconds, handed on as one batch."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from msgspec.structs import replace

from ccfloor.acd.base import Health, LinkState
from ccfloor.floor.events import FloorEvent, FloorSnapshot, SourceLost

_LOST = (LinkState.DOWN, LinkState.CONNECTING)
_SKEW_SEEN = 200  # fresh events over which the least lag between switch and us is taken
_BAD_KEPT = 5000
OWN_SOURCE = "collector"  # the source of what the collector itself knows: time, and its own absence


def own_position(now: float) -> int:
    """Position of an event of OWN_SOURCE said at ``now`` (UTC epoch seconds): milliseconds."""
    return int(now * 1000)


class Entry(NamedTuple):
    """One event as it came. ``arrived``: our clock, UTC epoch seconds; ``log``: read from a queue_log."""

    source: str
    position: int
    event: FloorEvent
    arrived: float
    log: bool


class Bad(NamedTuple):
    """One unreadable line and when it was read (UTC epoch seconds)."""

    source: str
    place: str
    why: str
    at: float


class Batch(NamedTuple):
    """What is stored in one transaction. ``progress``: source → (position, mark)."""

    entries: list[Entry]
    progress: dict[str, tuple[int, str]]
    bad: list[Bad]

    def __bool__(self) -> bool:
        return bool(self.entries or self.progress or self.bad)


class BatchSink:
    """The collector's Sink. Used in the collector's event loop only; nothing here blocks."""

    def __init__(
        self,
        cursor: Callable[[str], tuple[int, str] | None],
        clock: Callable[[], float],
        limit: int = 200_000,
    ) -> None:
        self._cursor, self._clock, self._limit = cursor, clock, limit
        self._entries: list[Entry] = []
        self._progress: dict[str, tuple[int, str]] = {}
        self._bad: list[Bad] = []
        self.reports: dict[str, Health] = {}
        self.put_at = 0.0  # when the last event came, by our clock
        self.dropped = 0
        self.filled = asyncio.Event()
        self.changed = asyncio.Event()  # something new can be shown
        self.overflow = asyncio.Event()
        self.drained = asyncio.Event()
        self._lags: deque[float] = deque(maxlen=_SKEW_SEEN)

    def put(
        self, source: str, position: int, event: FloorEvent, log: bool = False, clocked: bool = True
    ) -> None:
        """Keep one event, unless memory is full: then it is counted and must be read again.

        ``clocked``: the event has just happened by the switch's clock, so it tells of its skew.
        """
        if self.dropped or len(self._entries) >= self._limit:
            self.dropped += 1
            self.drained.clear()
            self.overflow.set()
            return
        arrived = self.put_at = self._clock()
        if clocked:
            self._lags.append(arrived - event.at)
        self._entries.append(Entry(source, position, event, arrived, log))
        self.filled.set()

    def cursor(self, source: str) -> tuple[int, str] | None:
        """Up to where a source is stored."""
        return self._cursor(source)

    def progress(self, source: str, position: int, mark: str = "") -> None:
        """Read up to here. Not believed any more once an event before it was dropped."""
        if not self.dropped:
            self._progress[source] = (position, mark)
            self.filled.set()

    def bad(self, source: str, place: str, why: str) -> None:
        """Keep one unreadable line's place."""
        if len(self._bad) < _BAD_KEPT:
            self._bad.append(Bad(source, place, why, self._clock()))
            self.filled.set()

    def health(self, report: Health) -> None:
        """The newest state of a link."""
        self.reports[report.source] = report
        self.changed.set()

    def __len__(self) -> int:
        return len(self._entries)

    def take(self, most: int = 5000) -> Batch:
        """Everything gathered, at most ``most`` events; progress only with the last of them."""
        entries, self._entries = self._entries[:most], self._entries[most:]
        if self._entries:
            return Batch(entries, {}, [])
        batch = Batch(entries, self._progress, self._bad)
        self._progress, self._bad = {}, []
        self.filled.clear()
        return batch

    def stored(self) -> None:
        """A batch is safe. Once all that was kept is, a full memory is forgotten: doors may read again."""
        self.changed.set()
        if self.dropped and not self._entries:
            self.dropped = 0
            self.overflow.clear()
            self.drained.set()

    def start_anew(self) -> None:
        """The store is another one: what can be read again will be, by doors that are opened anew."""
        kept = [entry for entry in self._entries if not entry.log]
        self.dropped += len(self._entries) - len(kept) + 1
        self._entries, self._progress = kept, {}
        self.filled.set()
        self.drained.clear()
        self.overflow.set()

    @property
    def skew_s(self) -> float | None:
        """Our clock less the switch's in seconds: the least lag of recent events; None before enough."""
        return min(self._lags) if len(self._lags) >= 20 else None


class DoorSink:
    """The same sink for one door: marks what comes from a log, or not by a switch's present clock.

    It notes which queues and seats the door tells of. ``beside``: the sinks of the other doors.
    """

    def __init__(self, sink: BatchSink, log: bool, clocked: bool) -> None:
        self._sink, self.log, self._clocked = sink, log, clocked
        self.cursor, self.progress, self.bad = sink.cursor, sink.progress, sink.bad
        self.beside: list[DoorSink] = []
        self.queues: set[str] = set()
        self.seats: set[str] = set()
        self.seen_at = 0.0
        self.report: Health | None = None

    def put(self, source: str, position: int, event: FloorEvent) -> None:
        """Keep one event."""
        if isinstance(event, SourceLost):
            event = replace(event, others=any(door.drives for door in self.beside))
        elif isinstance(event, FloorSnapshot):
            event = replace(event, partial=any(not door.log for door in self.beside))
            self.queues.update(queue.queue for queue in event.queues)
            self.seats.update(member.seat for member in event.members)
        self._note(event)
        self._sink.put(source, position, event, self.log, self._clocked)

    def _note(self, event: FloorEvent) -> None:
        if queue := getattr(event, "queue", ""):
            self.queues.add(queue)
        if seat := getattr(event, "seat", ""):
            self.seats.add(seat)
        self.seen_at = max(self.seen_at, event.at)

    def health(self, report: Health) -> None:
        """The newest state of the door's link."""
        self.report = report
        self._sink.health(report)

    @property
    def up(self) -> bool:
        """Whether the door tells what happens."""
        return self.report is not None and self.report.state is LinkState.UP

    @property
    def drives(self) -> bool:
        """Whether it is a live link in sight: the present comes from it."""
        return self.up and not self.log

    def loss(self) -> Health | None:
        """The report of a lost door while others go on, with what none of them tells of; else None."""
        others = [door for door in self.beside if door.up]
        if self.report is None or self.report.state not in _LOST or not others:
            return None
        queues = self.queues.difference(*(door.queues for door in others))
        seats = self.seats.difference(*(door.seats for door in others)) if queues else set()
        told = {"queues": tuple(sorted(queues)), "seats": tuple(sorted(seats)), "seen_at": self.seen_at}
        return replace(self.report, **told)
