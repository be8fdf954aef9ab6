"""Reading the journal: every event again, batch by batch as it was recorded."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import Connection, Engine, select, text

from ccfloor.floor.events import AnyEvent, decode
from ccfloor.store.play import Run
from ccfloor.store.tables import feeds, sources

CHUNK = 10_000


class Entry(NamedTuple):
    """One journalled event. ``log``: it came from a queue_log; ``batch``: its transaction in the feed."""

    id: int
    feed: str
    batch: int
    source: int
    position: int
    event: AnyEvent
    log: bool


def entries(
    connection: Connection,
    site: str,
    wanted: str | frozenset[str],
    after: int = 0,
    upto: int | None = None,
) -> Iterator[Entry]:
    """Events of one feed or of several in journal order, ids in (after, upto]."""
    known = _sources(connection, site, frozenset((wanted,)) if isinstance(wanted, str) else wanted)
    if not known:
        return
    # The unary plus keeps the planner on the primary key, which is the order we want.
    listed = ", ".join(map(str, known))
    query = text(
        "SELECT id, batch, source_id, position, payload FROM journal WHERE id > :after AND id <= :upto"
        f" AND +source_id IN ({listed}) ORDER BY id LIMIT :most"
    )
    last = upto if upto is not None else journal_end(connection)
    while True:
        rows = connection.execute(query, {"after": after, "upto": last, "most": CHUNK}).all()
        for journal_id, batch, source, position, payload in rows:
            name, log = known[source]
            yield Entry(journal_id, name, batch, source, position, decode(payload), log)
        if len(rows) < CHUNK:
            return
        after = rows[-1][0]


def batches(
    connection: Connection,
    site: str,
    wanted: str | frozenset[str],
    after: int = 0,
    upto: int | None = None,
) -> Iterator[list[Entry]]:
    """The same events, each list one transaction of one feed."""
    found = entries(connection, site, wanted, after, upto)
    for _, group in groupby(found, lambda entry: (entry.feed, entry.batch)):
        yield list(group)


def runs(batch: Iterable[Entry]) -> list[Run]:
    """A batch as ``play`` takes it: what each source told in a row."""
    grouped = groupby(batch, lambda entry: (entry.source, entry.log))
    return [_run(source, log, list(group)) for (source, log), group in grouped]


def _run(source: int, log: bool, told: list[Entry]) -> Run:
    return Run(source, log, [entry.position for entry in told], [entry.event for entry in told])


def journal_end(connection: Connection) -> int:
    """The last journal id; 0 for an empty journal."""
    return int(connection.scalar(text("SELECT coalesce(max(id), 0) FROM journal")) or 0)


def feed_head(connection: Connection, site: str, feed: str) -> int:
    """Journal id of the feed's last event; 0 for a new feed."""
    query = select(feeds.c.head).where(feeds.c.site == site, feeds.c.feed == feed)
    return int(connection.scalar(query) or 0)


def stored_head(engine: Engine, site: str, feed: str) -> int:
    """The same, asked for alone."""
    with engine.connect() as connection:
        return feed_head(connection, site, feed)


def feeds_of(connection: Connection, site: str) -> tuple[frozenset[str], frozenset[str]]:
    """The feeds that have a live source, and the others."""
    query = select(sources.c.feed, sources.c.kind).where(sources.c.site == site).distinct()
    rows = connection.execute(query).all()
    live = frozenset(row.feed for row in rows if row.kind == "live")
    return live, frozenset(row.feed for row in rows) - live


def _sources(connection: Connection, site: str, wanted: frozenset[str]) -> dict[int, tuple[str, bool]]:
    source = sources.c
    query = select(source.id, source.feed, source.kind).where(source.site == site, source.feed.in_(wanted))
    return {row.id: (row.feed, row.kind == "log") for row in connection.execute(query)}
