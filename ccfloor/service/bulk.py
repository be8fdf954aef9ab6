"""Storing a recording as fast as the database takes it: the same sink, without a clock or a queue."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

from ccfloor.acd.base import Health
from ccfloor.acd.queue_log_files import Block
from ccfloor.floor.events import AnyEvent, FloorEvent
from ccfloor.service.keeper import stored_cursor
from ccfloor.store.recorder import BadLine, Recorder, Stretch

AT_ONCE = 12_000
Complain = Callable[[BadLine], None]


class BulkSink:
    """A Sink that stores what it has gathered whenever it has enough. ``log``: what comes is a queue_log."""

    def __init__(
        self,
        recorder: Recorder,
        log: bool,
        complain: Complain = lambda bad: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._recorder, self._log, self._complain, self._clock = recorder, log, complain, clock
        self._stretches: list[Stretch] = []
        self._gathered = 0
        self._progress: dict[str, tuple[int, str]] = {}
        self._bad: list[BadLine] = []
        self.stored = self.known = self.bad_count = 0
        self.first_at = self.last_at = 0.0

    def put(self, source: str, position: int, event: FloorEvent) -> None:
        """Keep one event; a full batch goes to the database at once."""
        self._gather(source, (position,), (cast(AnyEvent, event),))
        if self._gathered >= AT_ONCE and not self._log:
            self.flush()

    def extend(self, source: str, path: Path, block: Block) -> None:
        """A whole block of a queue_log at once: what hand_over does, without a call for every event."""
        if block.events:
            self._gather(source, *zip(*block.events, strict=True))
        for number, fault in block.bad:
            self.bad(source, f"{path}:{number}", fault.say())
        self.progress(source, block.end, block.mark)

    def _gather(self, source: str, positions: tuple[int, ...], events: tuple[AnyEvent, ...]) -> None:
        if not self._stretches or self._stretches[-1].source != source:
            self._stretches.append(Stretch(source, self._log, [], []))
        stretch = self._stretches[-1]
        stretch.positions.extend(positions)
        stretch.events.extend(events)
        self._gathered += len(events)
        self.first_at = self.first_at or events[0].at
        self.last_at = max(self.last_at, events[-1].at)

    def cursor(self, source: str) -> tuple[int, str] | None:
        """Up to where a source is stored."""
        return stored_cursor(self._recorder.engine, self._recorder.site, source)

    def progress(self, source: str, position: int, mark: str = "") -> None:
        """Read up to here: a good place to store, with the mark that fits what is stored."""
        self._progress[source] = (position, mark)
        if self._gathered >= AT_ONCE:
            self.flush()

    def bad(self, source: str, place: str, why: str) -> None:
        """Tell of an unreadable line and keep it."""
        self.bad_count += 1
        line = BadLine(source, place, why, self._clock())
        self._bad.append(line)
        self._complain(line)

    def health(self, report: Health) -> None:
        """A file has no link that could break."""

    def flush(self) -> None:
        """Store what was gathered."""
        stretches, progress, bad = self._stretches, self._progress, self._bad
        self._stretches, self._progress, self._bad, self._gathered = [], {}, [], 0
        done = self._recorder.record_all(stretches, progress=progress, bad=bad)
        self.stored += done.stored
        self.known += done.known
