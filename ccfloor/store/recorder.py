"""The recorder: the one writer of a feed. A batch is journalled, applied and stored in one transaction.

The Floor in memory is never ahead of the database: if a transaction fails, the Floor is thrown away and
comes back from the last checkpoint and the journal before the next batch.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter, lt
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Engine, insert, select, update

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import AnyEvent
from ccfloor.floor.state import Floor
from ccfloor.floor.view import FloorView
from ccfloor.rules.engine import RuleEngine
from ccfloor.store import checkpoint, tables
from ccfloor.store.coverage import Coverage
from ccfloor.store.days import prepare_days
from ccfloor.store.engine import writing
from ccfloor.store.journal import batches, runs
from ccfloor.store.page import Journalled, Page, WriterConflict, write_page
from ccfloor.store.play import Run, play
from ccfloor.store.recall import Recall
from ccfloor.store.tables import feeds, live_view, sources
from ccfloor.store.watched import Fired, Rules, alarm_rows, by_rules, forsaken, gather, watch
from ccfloor.store.writer import KIND_OF, Row, encoded, ledger_rows

log = logging.getLogger(__name__)
BAD_LINES_KEPT = 1000  # of one source; the rest is only counted
_LIVE = "@live"
_NO_TEXT = "the event holds characters that no database can keep"


class Item(NamedTuple):
    """One event as a source gave it. ``log``: the source is a queue_log, not a live link."""

    source: str
    position: int
    event: AnyEvent
    log: bool = False


class Stretch(NamedTuple):
    """Events that one source gave in a row, as columns. ``log``: the source is a queue_log."""

    source: str
    log: bool
    positions: list[int]
    events: list[AnyEvent]


class BadLine(NamedTuple):
    """One unreadable line: ``place`` is file:line, ``at`` when it was read (UTC epoch seconds)."""

    source: str
    place: str
    why: str
    at: float


class Recorded(NamedTuple):
    """What a batch came to: events stored, and those left out because their position was known."""

    stored: int
    known: int


class Source(msgspec.Struct):
    """A row of ``sources`` in memory."""

    id: int
    name: str
    kind: str = ""
    cursor: int = -1
    mark: str = ""
    first_at: float = 0.0
    last_at: float = 0.0
    events: int = 0
    bad: int = 0


class Recorder:
    """Writes one feed of one site. Not thread-safe: one thread uses it, the only writer of the feed.

    ``rules`` makes the rules that watch the Floor; their alarms are stored with what fired them.
    ``rules_failed``: why they do not watch any more.
    """

    def __init__(
        self,
        engine: Engine,
        config: FloorConfig,
        site: str,
        feed: str,
        *,
        live: bool,
        rules: Rules | None = None,
    ) -> None:
        self.engine, self.config, self.site, self.feed, self.live = engine, config, site, feed, live
        self._make_rules, self.rules_failed = rules, ""
        self._floor: Floor | None = None
        self._rules: RuleEngine | None = None
        self._fired: Fired = {}
        self._coverage = Coverage([])
        self._sources: dict[str, Source] = {}
        self._touched: dict[str, Source] = {}
        self._bad_rows: list[Row] = []
        self._batch = self._kept_events = 0

    # -- for the caller ------------------------------------------------------------------------

    @property
    def floor(self) -> Floor:
        """The Floor as it is in the database; restored first where that is needed."""
        if self._floor is None:
            try:
                self._floor = self._come_back()
            except Exception as error:
                if not by_rules(error):
                    raise
                self.drop_rules(error)
                self._floor = self._come_back()
        return self._floor

    def _come_back(self) -> Floor:
        prepare_days(self.engine, self.config, self.site)
        with self.engine.connect() as connection:
            return self._restored(connection)

    @property
    def rules(self) -> RuleEngine | None:
        """The rules that watch the Floor, as far as it is in the database."""
        return self._rules if self.floor else None

    def drop_rules(self, error: BaseException) -> None:
        """Go on without rules that failed by a fault of ours; the next start tries them again."""
        log.error("the rules failed, the floor goes on without them", exc_info=error)
        self.rules_failed, self._make_rules, self._rules = type(error).__name__, None, None
        if self._floor is not None:
            self._floor.observe(None)

    def cursor(self, source: str) -> tuple[int, str] | None:
        """(position, mark) up to which a source is stored, or None for a new one."""
        found = self._sources.get(source) if self.floor else None
        return None if found is None or found.cursor < 0 else (found.cursor, found.mark)

    def record(
        self,
        items: Sequence[Item],
        *,
        progress: Mapping[str, tuple[int, str]] | None = None,
        bad: Sequence[BadLine] = (),
    ) -> Recorded:
        """Store a batch in one transaction. Events of known positions are left out.

        Raises what the database raised (``sqlalchemy.exc.SQLAlchemyError``); nothing is stored then, and
        the same batch may be given again. Raises WriterConflict if another process wrote to this feed in
        between; giving the batch again goes on from what that process stored.
        """
        return self.record_all(_stretches(items), progress=progress, bad=bad)

    def record_all(
        self,
        stretches: Iterable[Stretch],
        *,
        progress: Mapping[str, tuple[int, str]] | None = None,
        bad: Sequence[BadLine] = (),
    ) -> Recorded:
        """The same for events that come many at a time from one source."""
        floor, given = self.floor, list(stretches)
        try:
            batch, journal = self._fresh(given)
            self._note(progress or {}, bad)
            if self._touched or self._fired:
                self._commit(self._page(floor, batch, journal))
        except BaseException as error:
            self._floor = None
            if by_rules(error):
                self.drop_rules(error)
            raise
        stored = sum(len(run.events) for run in batch)
        return Recorded(stored, sum(len(stretch.events) for stretch in given) - stored)

    def show(
        self,
        now: float,
        written_at: float,
        reports: bytes = b"[]",
        plan: Callable[[FloorView], str] | None = None,
    ) -> FloorView:
        """Write the live view as it is at ``now``; ``reports``: health of the sources as JSON.

        ``plan``: gives the plan at that view as JSON.
        """
        view: FloorView = self.floor.view(now)
        row = {
            "at": view.at,
            "written_at": written_at,
            "payload": msgspec.json.encode(view),
            "sources": reports.decode(),
            "plan": plan(view) if plan else "",
        }
        with writing(self.engine) as connection:
            mine = live_view.c.site == self.site
            changed = connection.execute(update(live_view).where(mine).values(seq=live_view.c.seq + 1, **row))
            if not changed.rowcount:
                connection.execute(insert(live_view).values(site=self.site, seq=1, **row))
        return view

    def reload(self) -> None:
        """The database is another one: what is in memory is not true any more."""
        self._floor = None

    def checkpoint(self) -> None:
        """Keep the Floor as it is, so that the next start is immediate."""
        floor = self.floor
        if floor.events > self._kept_events:
            self._commit(self._page(floor, [], [], keep=True))

    # -- one batch -----------------------------------------------------------------------------

    def _commit(self, page: Page) -> None:
        with writing(self.engine) as connection:
            write_page(connection, page)

    def _fresh(self, stretches: Iterable[Stretch]) -> tuple[list[Run], list[Journalled]]:
        """What each source told beyond its cursor, which moves along; and how the journal holds it."""
        batch: list[Run] = []
        journal: list[Journalled] = []
        for stretch in stretches:
            source = self._source(stretch.source, "log" if stretch.log else "live")
            positions, events = _beyond(stretch, source.cursor)
            if not positions:
                continue
            self._touched[source.name] = source
            source.cursor = positions[-1]
            payloads = encoded(events)
            if payloads is None:
                positions, events, payloads = self._without_unwritable(source, positions, events)
            if positions:
                run = Run(source.id, stretch.log, positions, events)
                journal.append(_journalled(source, run, payloads))
                batch.append(run)
        return batch, journal

    def _without_unwritable(
        self, source: Source, positions: Sequence[int], events: Sequence[AnyEvent]
    ) -> tuple[list[int], list[AnyEvent], bytes]:
        """The events that can be written, and how; the others are told as bad lines."""
        kept: list[tuple[int, AnyEvent]] = []
        payloads = b""
        for position, event in zip(positions, events, strict=True):
            one = encoded([event])
            if one is None:
                self._bad([BadLine(source.name, f"{source.name}:{position}", _NO_TEXT, event.at)])
                continue
            kept.append((position, event))
            payloads += one
        return [position for position, _ in kept], [event for _, event in kept], payloads

    def _source(self, name: str, kind: str = "") -> Source:
        """The source of that name; a new one gets its row, and so its id, at once."""
        source = self._sources.get(name) or self._new_source(name)
        source.kind = source.kind or kind
        return source

    def _new_source(self, name: str) -> Source:
        source = Source(0, name)
        table = sources.c
        with writing(self.engine) as connection:
            taken = select(table.feed, table.cursor, table.mark)
            other = connection.execute(taken.where(table.site == self.site, table.name == name)).first()
            if other is not None and not self.live:
                raise WriterConflict(f"{name} is read by feed {other.feed!r} of site {self.site!r} already")
            if other is not None:  # a log that was read in once is followed from there on
                source.name = successor(name)
                source.cursor, source.mark = other.cursor, other.mark
            row = {"site": self.site, "feed": self.feed, **_numbers(source)}
            source.id = int(connection.execute(insert(sources).values(row).returning(table.id)).scalar_one())
            self._sources[name] = source
        return source

    def _note(self, progress: Mapping[str, tuple[int, str]], bad: Sequence[BadLine]) -> None:
        """What was read without giving an event: positions passed, unreadable lines."""
        for name, (position, mark) in progress.items():
            source = self._source(name)
            if position > source.cursor or mark != source.mark:
                source.cursor, source.mark = max(source.cursor, position), mark
                self._touched[name] = source
        self._bad(bad)

    def _bad(self, bad: Sequence[BadLine]) -> None:
        for line in bad:
            source = self._touched[line.source] = self._source(line.source)
            source.bad += 1
            if source.bad <= BAD_LINES_KEPT:
                self._bad_rows.append(line)

    def _page(self, floor: Floor, batch: list[Run], journal: list[Journalled], keep: bool = False) -> Page:
        """Apply the events; everything that this changes, ready to be written."""
        rows: dict[str, list[Any]] = {"bad_lines": self._bad_rows}
        if batch:
            played = play(floor, self._coverage, batch, self._ask)
            rows |= ledger_rows(played.ledger)
            rows["coverage"] = self._coverage.changed()
            repairs = played.ledger.repairs.items()
            rows["repairs"] = [(self.feed, floor.at, kind, count) for kind, count in repairs]
            every = checkpoint.EVERY_EVENTS if self.live else checkpoint.EVERY_LOGGED
            due = floor.events - self._kept_events >= every
            # A call that was given back to the Floor is in no journal: the Floor itself must be kept.
            keep = keep or due or played.recalled > 0
        if self._rules is not None:
            gather(self._fired, self._rules.take())
            rows["alarms"] = alarm_rows(self._fired)
        self._batch += 1
        sources = {source.id: _numbers(source) for source in self._touched.values()}
        page = Page(
            self.site, self.feed, self._batch, floor.at, floor.events, journal, rows, sources, self.live
        )
        page.calendar = (self.config.zone, self.config.day_start_s)
        if keep:
            known = self._rules.dump() if self._rules is not None else None
            page.blob, self._kept_events = checkpoint.pack(floor, known), floor.events
        self._touched, self._bad_rows, self._fired = {}, [], {}
        return page

    def _ask(self, recall: Recall, logged: Sequence[AnyEvent]) -> None:
        with self.engine.connect() as connection:
            recall.ask(connection, self.site, logged, tables.calls, tables.call_legs)

    # -- coming back ---------------------------------------------------------------------------

    def _restored(self, connection: Connection) -> Floor:
        """The Floor of the last checkpoint, gone on through the journal; all of it is stored already."""
        feed = (feeds.c.site == self.site, feeds.c.feed == self.feed)
        row = connection.execute(select(feeds.c.head, feeds.c.batch).where(*feed)).first()
        head, self._batch = (row.head, row.batch) if row else (0, 0)
        self._read_sources(connection)
        self._bad_rows = []
        self._coverage = Coverage.read(connection, self.site)
        floor, kept, known = checkpoint.start_from(
            connection, self.config, self.site, self.feed, live=self.live, windows=self.live
        )
        self._kept_events = floor.events
        self._rules, self._fired = watch(floor, self._make_rules, known), {}
        replayed = Coverage.read(connection, self.site)
        for batch in batches(connection, self.site, self.feed, kept, head):
            play(floor, replayed, runs(batch))
        if self._rules is not None:
            gather(self._fired, self._rules.take())
            self._fired = forsaken(connection, self.site, self._rules, floor.at) | self._fired
        return floor

    def _read_sources(self, connection: Connection) -> None:
        names = Source.__struct_fields__
        query = select(*(sources.c[name] for name in names)).where(
            sources.c.site == self.site, sources.c.feed == self.feed
        )
        self._sources = {row.name.removesuffix(_LIVE): Source(*row) for row in connection.execute(query)}
        self._touched = {}


def successor(name: str) -> str:
    """The name under which a live feed goes on with a source that another feed has begun."""
    return name + _LIVE


def _numbers(source: Source) -> dict[str, object]:
    return {name: getattr(source, name) for name in Source.__struct_fields__ if name != "id"}


def _stretches(items: Iterable[Item]) -> Iterator[Stretch]:
    for (name, log), told in groupby(items, itemgetter(0, 3)):
        run = list(told)
        yield Stretch(name, log, [item.position for item in run], [item.event for item in run])


def _beyond(stretch: Stretch, cursor: int) -> tuple[list[int], list[AnyEvent]]:
    """The positions and events beyond the cursor, each beyond the one before."""
    places = stretch.positions
    if places and places[0] > cursor and all(map(lt, places, places[1:])):
        return places, stretch.events
    fresh = []
    for position, event in zip(places, stretch.events, strict=True):
        if position > cursor:
            cursor = position
            fresh.append((position, event))
    return [position for position, _ in fresh], [event for _, event in fresh]


def _journalled(source: Source, run: Run, payloads: bytes) -> Journalled:
    """How the journal holds a run; the source's own figures go along."""
    instants = [event.at for event in run.events]
    source.first_at = min(source.first_at or instants[0], *instants)
    source.last_at = max(source.last_at, *instants)
    source.events += len(instants)
    kinds = bytes(map(KIND_OF.__getitem__, map(type, run.events)))
    return Journalled(source.id, run.positions, instants, kinds, payloads)
