"""Everything derived, made again from the journal, compared with what is stored, and put in its place.

Alarms too, of the feeds that rules watch: from the journal and every version of every rule.

Feeds with a live source come first, then the logs that were read in, whichever reached the journal
first: a log meets the calls that a live link told of and puts them right, never the other way round.

The long part runs beside a working collector. Only its end (what was journalled meanwhile, the
comparison, the exchange) holds the collector up.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    MetaData,
    Table,
    bindparam,
    delete,
    except_,
    func,
    insert,
    or_,
    select,
    text,
)
from sqlalchemy.schema import CreateTable

from ccfloor.floor.calls import MATCH_ALONE_S
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import AnyEvent
from ccfloor.floor.records import Ledger
from ccfloor.floor.state import Floor
from ccfloor.rules.engine import RuleEngine
from ccfloor.store import checkpoint, tables
from ccfloor.store.coverage import Coverage
from ccfloor.store.days import OF_DAYS, Calendar, stored_mark
from ccfloor.store.engine import lock_site, writing
from ccfloor.store.journal import Entry, batches, feeds_of, journal_end, runs
from ccfloor.store.page import MERGES
from ccfloor.store.play import LONGEST_CALL_S, play
from ccfloor.store.recall import Recall
from ccfloor.store.watched import NOT_WATCHED, Fired, Watched, alarm_rows, gather, watch
from ccfloor.store.writer import ledger_rows, write_rows

_AT_ONCE = 10_000  # events whose ledger is gathered before it is written
_STEP = 10_000  # journal rows in one transaction: the collector writes in between


class Difference(NamedTuple):
    """Rows of a table that are stored only, and rows that only the journal gives."""

    table: str
    stored_only: int
    journal_only: int


class Rebuilt(NamedTuple):
    """What a rebuild found: events replayed, rows by table, and the differences (should be none)."""

    events: int
    rows: dict[str, int]
    differences: list[Difference]


def rebuild(
    engine: Engine,
    config: FloorConfig,
    site: str,
    *,
    replace: bool = True,
    progress: Callable[[int, int], None] | None = None,
    watched: Watched = NOT_WATCHED,
) -> Rebuilt:
    """Make the derived tables of a site again; where they differ, the new ones take their place.

    ``replace=False`` only compares. ``progress`` is told (journal id reached, last id) now and then.
    ``watched``: the feeds that rules watch; without any, alarms are left as they are. A
    collector that runs meanwhile should be started anew after a difference: its Floor is the old one.
    """
    work = _Rebuild(engine, config, site, watched)
    try:
        work.begin()
        while not work.near_end():
            work.step()
            if progress:
                progress(work.seen, work.last)
        return work.finish(replace)
    finally:
        work.drop()


def meet_logs(
    engine: Engine, config: FloorConfig, feed: str, head: int, watched: Watched = NOT_WATCHED
) -> bool:
    """Let calls that logs had told of before be met by what a live feed told after journal id ``head``.

    True where some of it overlaps such a log, so that a rebuild was needed.
    """
    site, source = config.site, tables.sources.c
    told = text("SELECT min(at), max(at) FROM journal WHERE id > :head AND source_id IN :mine")
    told = told.bindparams(bindparam("mine", expanding=True))
    with engine.connect() as connection:
        query = select(source.id).where(source.site == site, source.feed == feed, source.kind == "live")
        mine = list(connection.scalars(query))
        first, last = connection.execute(told, {"head": head, "mine": mine}).one() if mine else (None, None)
        if first is None or last is None:
            return False
        query = select(source.id).where(source.site == site, source.feed != feed, source.kind == "log")
        around = (source.first_at <= last + MATCH_ALONE_S, source.last_at >= first - LONGEST_CALL_S)
        met = connection.scalar(query.where(source.events > 0, *around).limit(1))
    if met is not None:
        rebuild(engine, config, site, watched=watched)
    return met is not None


class _Rebuild:
    """The tables beside the stored ones, and a Floor for every feed."""

    def __init__(self, engine: Engine, config: FloorConfig, site: str, watched: Watched) -> None:
        self.engine, self.config, self.site, self.watched = engine, config, site, watched
        self.calendar = Calendar(config)
        alarms = (tables.alarms,) if watched else ()
        days = (tables.queue_days, tables.agent_days) if self._keeps_days() else ()
        self.derived = (*tables.DERIVED, *days, *alarms)
        self.tables = {table.name: _beside(table) for table in self.derived}
        self.floors: dict[str, Floor] = {}
        self.rules: dict[str, RuleEngine | None] = {}
        self.fired: Fired = {}
        self.heads: dict[str, int] = {}
        self.coverage = Coverage([])
        self.reached = [0, 0]  # journal ids, of the live feeds and of the others
        self.last = self.events = 0
        self._gathered = Ledger()
        self._size = 0

    def _keeps_days(self) -> bool:
        """Whether there are days to compare: those of another calendar are added up at the next start."""
        with self.engine.connect() as connection:
            mark = self.calendar.mark
            return mark is not None and stored_mark(connection, self.site) == mark

    def begin(self) -> None:
        """Empty tables beside the stored ones; those of a rebuild that was cut short are in the way."""
        self.drop()
        with writing(self.engine) as connection:
            for table in self.tables.values():
                connection.execute(CreateTable(table))

    def drop(self) -> None:
        """Leave nothing behind."""
        with writing(self.engine) as connection:
            for table in self.tables.values():
                table.drop(connection, checkfirst=True)

    @property
    def seen(self) -> int:
        """How far it has come, as a journal id."""
        return sum(self.reached) // 2

    def near_end(self) -> bool:
        """Whether what is left can be done while the collector waits."""
        with self.engine.connect() as connection:
            self.last = journal_end(connection)
        return self.last - min(self.reached) < _STEP

    def step(self) -> None:
        """Some more of the journal. A batch is never cut: it is the unit of the ledger."""
        kind = int(self.last - self.reached[0] < _STEP)
        with writing(self.engine) as connection:
            self._replay(connection, kind, self.reached[kind] + _STEP)

    def finish(self, replace: bool) -> Rebuilt:
        """The rest, the comparison and the exchange, in one transaction."""
        with writing(self.engine) as connection:
            lock_site(connection, self.site)
            for kind in (0, 1):
                self._replay(connection, kind, None)
            found = [self._compare(connection, table) for table in self.derived]
            found = [difference for difference in found if difference.stored_only or difference.journal_only]
            rows = {name: _count(connection, table) for name, table in self.tables.items()}
            if replace and found:
                self._exchange(connection, [difference.table for difference in found])
        return Rebuilt(self.events, rows, found)

    # -- replaying -----------------------------------------------------------------------------

    def _replay(self, connection: Connection, kind: int, upto: int | None) -> None:
        feeds = feeds_of(connection, self.site)[kind]
        for batch in batches(connection, self.site, feeds, self.reached[kind]):
            self._play(connection, batch, live=kind == 0)
            self.reached[kind] = batch[-1].id
            if upto is not None and self.reached[kind] >= upto:
                break
        else:
            self.reached[kind] = max(self.reached[kind], self.last)
        self._flush(connection)

    def _play(self, connection: Connection, batch: Sequence[Entry], live: bool) -> None:
        feed = batch[0].feed
        floor = self.floors.get(feed)
        if floor is None:
            floor = self.floors[feed] = Floor(self.config, live=live)
            self.rules[feed] = watch(floor, self.watched.get(feed) if live else None)

        def ask(recall: Recall, logged: Sequence[AnyEvent]) -> None:
            self._flush(connection)
            beside = self.tables
            recall.ask(connection, self.site, logged, beside["calls"], beside["call_legs"])

        played = play(floor, self.coverage, runs(batch), ask)
        self.heads[feed] = batch[-1].id
        self.events += len(batch)
        self._gather(played.ledger)
        rules = self.rules[feed]
        if rules is not None:
            gather(self.fired, rules.take())
        self._size += len(batch)
        if self._size >= _AT_ONCE:
            self._flush(connection)

    def _gather(self, ledger: Ledger) -> None:
        whole = self._gathered
        whole.calls |= ledger.calls
        whole.legs |= ledger.legs
        whole.spans += ledger.spans
        _add(whole.queue_deltas, ledger.queue_deltas)
        _add(whole.agent_deltas, ledger.agent_deltas)
        for key, wait in ledger.max_wait_ms.items():
            whole.max_wait_ms[key] = max(wait, whole.max_wait_ms.get(key, 0))

    def _flush(self, connection: Connection) -> None:
        derived = ledger_rows(self._gathered)
        if tables.queue_days in self.derived:
            derived |= self.calendar.rows(derived)
        if self.fired:
            derived["alarms"] = alarm_rows(self.fired)
        for name, rows in derived.items():
            write_rows(connection, self.tables[name], rows, MERGES.get(name), self.site)
        self._gathered, self._size, self.fired = Ledger(), 0, {}

    # -- comparing and exchanging --------------------------------------------------------------

    def _compare(self, connection: Connection, stored: Table) -> Difference:
        new = self.tables[stored.name]
        names = [column.name for column in stored.columns if column.autoincrement is not True]
        mine = select(*(stored.c[name] for name in names)).where(stored.c.site == self.site, *_told(stored))
        made = select(*(new.c[name] for name in names)).where(*_told(new))
        counts = [
            connection.scalar(select(func.count()).select_from(except_(one, other).subquery())) or 0
            for one, other in ((mine, made), (made, mine))
        ]
        more = _count(connection, stored, stored.c.site == self.site, *_told(stored)) - _count(
            connection, new, *_told(new)
        )
        if not any(counts) and more:  # the same rows, but some of them twice
            counts = [max(more, 0), max(-more, 0)]
        return Difference(stored.name, int(counts[0]), int(counts[1]))

    def _exchange(self, connection: Connection, names: Iterable[str]) -> None:
        for name in names:
            stored, new = tables.metadata.tables[name], self.tables[name]
            columns = [column.name for column in stored.columns if column.autoincrement is not True]
            connection.execute(delete(stored).where(stored.c.site == self.site))
            rows = select(*(new.c[column] for column in columns))
            connection.execute(insert(stored).from_select(columns, rows))
        self._keep_floors(connection)

    def _keep_floors(self, connection: Connection) -> None:
        """The kept Floors gave the rows that were wrong: a start from them would go on from there."""
        kept = tables.checkpoints.c
        connection.execute(delete(tables.checkpoints).where(kept.site == self.site))
        for feed, floor in self.floors.items():
            rules = self.rules[feed]
            blob = checkpoint.pack(floor, None if rules is None else rules.dump())
            row = (feed, self.heads[feed], floor.at, floor.live, blob)
            checkpoint.keep(connection, self.site, row)


def _beside(table: Table) -> Table:
    """The same columns and key under another name, without the indexes."""
    columns = [
        Column(
            column.name,
            column.type,
            primary_key=column.primary_key,
            autoincrement=column.autoincrement,
            nullable=column.nullable,
        )
        for column in table.columns
    ]
    return Table(f"rebuilt_{table.name}", MetaData(), *columns)


def _told(table: Table) -> list[ColumnElement[bool]]:
    """Intervals and days in which everything was taken back hold nothing: they are as good as absent."""
    if table.name in (*OF_DAYS, *OF_DAYS.values()):
        return [or_(*(column != 0 for column in table.columns if column.name not in _KEYS))]
    return []


_KEYS = ("site", "queue", "agent", "start", "day")


def _count(connection: Connection, table: Table, *where: ColumnElement[bool]) -> int:
    return int(connection.scalar(select(func.count()).select_from(table).where(*where)) or 0)


def _add(total: dict[tuple[str, int], list[int]], deltas: dict[tuple[str, int], list[int]]) -> None:
    for key, delta in deltas.items():
        known = total.get(key)
        total[key] = delta if known is None else [a + b for a, b in zip(known, delta, strict=True)]
