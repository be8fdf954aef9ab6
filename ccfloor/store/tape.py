"""The tape: a stored floor that runs again from any instant, with the rules that watch it. Writes nothing.

A jump goes on from the nearest kept state: a checkpoint of the database, or a mark that a tape of this
process left on its way. Instants are UTC epoch seconds.
"""

import logging
import zlib
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from itertools import islice
from math import inf
from threading import Lock
from typing import NamedTuple

from sqlalchemy import Connection, Engine, select

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import Clock
from ccfloor.floor.state import Floor
from ccfloor.floor.view import FloorView
from ccfloor.rules.engine import RuleEngine
from ccfloor.store.checkpoint import Start, start_from
from ccfloor.store.coverage import Coverage
from ccfloor.store.journal import CHUNK, Entry, entries, journal_end, runs
from ccfloor.store.past import feed_at
from ccfloor.store.play import play
from ccfloor.store.rerun import LATE_S, WARM_S
from ccfloor.store.tables import sources
from ccfloor.store.watched import Rules, by_rules, watch

log = logging.getLogger(__name__)
MARK_EVENTS = 5_000  # a jump to where a tape of this process has been plays at most so many events
SHELF_BYTES = 64 * 1024 * 1024
_AHEAD = 64  # so many events are looked at behind one that lies in the future


class Mark(NamedTuple):
    """A Floor and its rules as they were when the journal had come to ``head``."""

    head: int
    at: float
    floor: bytes
    rules: bytes | None


class Shelf:
    """The marks of one site, those that were used least given up first. For any number of threads."""

    def __init__(self, most: int = SHELF_BYTES) -> None:
        self._marks: OrderedDict[tuple[str, int], Mark] = OrderedDict()
        self._most, self._bytes, self._lock = most, 0, Lock()

    def put(self, feed: str, mark: Mark) -> None:
        """Keep a mark of a feed."""
        with self._lock:
            if (feed, mark.head) in self._marks:
                return
            self._marks[feed, mark.head] = mark
            self._bytes += _size(mark)
            while self._bytes > self._most:
                self._bytes -= _size(self._marks.popitem(last=False)[1])

    def before(self, feed: str, at: float, least: int, ruled: bool) -> Mark | None:
        """The last mark of a feed that lies not after ``at``, if the journal had come beyond ``least``.

        ``ruled``: only one that knows the rules will do.
        """
        with self._lock:
            heads = [
                head
                for (name, head), mark in self._marks.items()
                if name == feed and head > least and mark.at <= at and (mark.rules is not None or not ruled)
            ]
            if not heads:
                return None
            self._marks.move_to_end((feed, max(heads)))
            return self._marks[feed, max(heads)]

    def near(self, feed: str, head: int) -> bool:
        """Whether a mark lies so close behind that another one would save nothing."""
        with self._lock:
            return any(name == feed and 0 <= head - known < MARK_EVENTS for name, known in self._marks)

    def clear(self) -> None:
        """Forget everything: the rules are others now."""
        with self._lock:
            self._marks.clear()
            self._bytes = 0


def _size(mark: Mark) -> int:
    return len(mark.floor) + len(mark.rules or b"")


class Stopped(Exception):
    """Whoever asked does not wait any more."""


class Tape:
    """One floor running again. For one thread at a time.

    ``make`` makes the rules of the site (None: nothing watches); ``stop``: asked now and then during a long
    way, true where nobody waits for its end.
    """

    def __init__(
        self,
        engine: Engine,
        config: FloorConfig,
        site: str,
        make: Rules | None,
        shelf: Shelf,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._engine, self._config, self._site = engine, config, site
        self._make, self._shelf, self._stop = make, shelf, stop
        self.at = 0.0
        self.feed: str | None = None
        self.floor = Floor(config)
        self.rules: RuleEngine | None = None
        self._coverage = Coverage([])
        self._buffer: deque[Entry] = deque()
        self._head = self._read = self._since_mark = 0
        self._turns: list[float] = []

    # -- for the caller ------------------------------------------------------------------------

    def seek(self, at: float) -> None:
        """Be at an instant. Raises Stopped, and what the database raises; the next way is a jump then."""
        self._guarded(self._seek, at)

    def run(self, until: float) -> None:
        """Go on to a later instant; where another feed tells of it, from that one's state."""
        self._guarded(self._run, until)

    def view(self) -> FloorView | None:
        """The floor where the tape is; None where nothing had been told yet."""
        if self.feed is None:
            return None
        view: FloorView = self.floor.view(self.at)
        return view

    # -- getting there -------------------------------------------------------------------------

    def _guarded(self, go: Callable[[float], None], at: float) -> None:
        """Rules that fail by a fault of ours do not keep the floor from being shown."""
        try:
            go(at)
        except BaseException as error:
            self.at = inf  # half way: the next one begins anew
            if not by_rules(error):
                raise
            log.error("the rules failed in a replay, the floor goes on without them", exc_info=error)
            self._make = self.rules = None
            self._shelf.clear()
            self._seek(at)

    def _seek(self, at: float) -> None:
        with self._engine.connect() as connection:
            self.feed, self._turns = feed_at(connection, self._site, at), _turns(connection, self._site)
            self.at, self.rules = at, None
            if self.feed is None:
                self.floor = Floor(self._config)
                return
            self._coverage = Coverage.read(connection, self._site)
            kept = self._nearest(connection, self.feed, at)
        if kept is None:
            self._from_the_morning(self.feed, at)
        else:
            self._begin(kept)
            self.rules = watch(self.floor, self._make, kept.rules)
        self._play(at)

    def _begin(self, start: Start) -> None:
        self.floor, self._head, _ = start
        self._read, self._since_mark = self._head, 0
        self._buffer.clear()

    def _nearest(self, connection: Connection, feed: str, at: float) -> Start | None:
        """What is kept last before an instant, and knows what the windows and the rules must know."""
        kept = start_from(connection, self._config, self._site, feed, live=True, before=at, windows=True)
        if self._make is not None and kept.rules is None:
            kept = Start(kept.floor, 0)
        mark = self._shelf.before(feed, at, kept.head, self._make is not None)
        if mark is not None:
            return self._from_mark(mark)
        return kept if kept.head else None

    def _from_mark(self, mark: Mark) -> Start:
        floor = Floor.load(self._config, zlib.decompress(mark.floor), live=True)
        return Start(floor, mark.head, zlib.decompress(mark.rules) if mark.rules is not None else None)

    def _from_the_morning(self, feed: str, at: float) -> None:
        """Nothing that knows the windows is kept: the ledger alone up to before all that they hold."""
        since = min(self._config.business_day(at)[0], at - WARM_S)
        with self._engine.connect() as connection:
            self._begin(start_from(connection, self._config, self._site, feed, live=False, before=since))
        self._play(since)
        self.floor = Floor.load(self._config, self.floor.dump(), live=True)
        self.rules = watch(self.floor, self._make)

    def _run(self, until: float) -> None:
        turn = next((at for at in self._turns if self.at < at <= until), inf)
        if turn <= until and self._turned(until):
            self._seek(until)
            return
        self.at = until
        if self.feed is not None:
            self._play(until)

    def _turned(self, at: float) -> bool:
        """Whether another feed tells most of that instant."""
        with self._engine.connect() as connection:
            self._turns = _turns(connection, self._site)
            return feed_at(connection, self._site, at) != self.feed

    # -- playing -------------------------------------------------------------------------------

    def _play(self, until: float) -> None:
        """Everything up to an instant through the Floor, then time itself."""
        while batch := list(self._due(until)):
            if self._stop():
                raise Stopped
            play(self.floor, self._coverage, runs(batch))
            self._head = batch[-1].id
            if self.rules is not None:
                self.rules.take()
            self._since_mark += len(batch)
            if self._since_mark >= MARK_EVENTS and self.floor.live:
                self._leave_mark()
        if self.floor.at < until:
            self.floor.apply(Clock(at=until))

    def _due(self, until: float) -> Iterator[Entry]:
        """What is due next of one batch."""
        if not self._buffer:
            self._fill()
        buffer = self._buffer
        first = buffer[0].batch if buffer else 0
        while buffer and buffer[0].batch == first and (buffer[0].event.at <= until or self._behind(until)):
            yield buffer.popleft()
            if not buffer:
                self._fill()

    def _behind(self, until: float) -> bool:
        """Whether the next event only claims to come later: those after it are of the past already."""
        return any(entry.event.at <= until - LATE_S for entry in islice(self._buffer, 1, _AHEAD))

    def _fill(self) -> None:
        assert self.feed is not None
        with self._engine.connect() as connection:
            last = journal_end(connection)
            found = entries(connection, self._site, self.feed, self._read, last)
            self._buffer.extend(islice(found, CHUNK))
        self._read = self._buffer[-1].id if self._buffer else last

    def _leave_mark(self) -> None:
        assert self.feed is not None
        self._since_mark = 0
        if self._shelf.near(self.feed, self._head):
            return
        known = self.rules.dump() if self.rules is not None else None
        kept = zlib.compress(known, 1) if known is not None else None
        self._shelf.put(self.feed, Mark(self._head, self.floor.at, zlib.compress(self.floor.dump(), 1), kept))


def _turns(connection: Connection, site: str) -> list[float]:
    """The instants at which another feed may begin to tell more than the one before."""
    table = sources.c
    query = select(table.first_at, table.last_at).where(table.site == site, table.events > 0)
    return sorted({at for row in connection.execute(query) for at in row})
