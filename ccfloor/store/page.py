"""A page: everything that one batch writes, as plain rows, and the one transaction that writes it."""

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, insert, select, text, update

from ccfloor.store import checkpoint, tables
from ccfloor.store.days import Mark, calendar_of, forget_counted, keeps
from ccfloor.store.engine import lock_site
from ccfloor.store.writer import KINDS, Merge, Row, added, replaced, write_rows

MERGES: dict[str, Merge] = {
    "calls": replaced,
    "call_legs": replaced,
    "queue_intervals": added,
    "agent_intervals": added,
    "queue_days": added,
    "agent_days": added,
    "coverage": replaced,
    "alarms": replaced,
}


class WriterConflict(Exception):
    """Another process wrote to the same feed: one sentence for a person."""


class Journalled(msgspec.Struct, array_like=True):
    """What one source told in a row, as columns, which are quicker to hand to another process than rows.

    ``kinds``: places in KINDS; ``payloads``: one a line.
    """

    source: int
    positions: Sequence[int]
    instants: list[float]
    kinds: bytes
    payloads: bytes

    def rows(self, batch: int) -> Iterable[Row]:
        """Rows of the journal."""
        payloads = self.payloads.decode().split("\n")
        kinds = map(KINDS.__getitem__, self.kinds)
        same = (repeat(self.source), self.positions, repeat(batch))
        return zip(*same, self.instants, kinds, payloads, strict=False)  # nothing follows the last line's end


class Page(msgspec.Struct):
    """One batch. ``batch`` counts the pages of a feed; ``rows``: table name → other rows.

    ``sources``: columns to set by source id; ``blob``: the Floor after this batch, if it is to be kept.
    ``calendar``: zone and start of the business days whose sums are kept.
    """

    site: str
    feed: str
    batch: int
    at: float
    events: int
    journal: list[Journalled]
    rows: dict[str, list[Any]]
    sources: dict[int, dict[str, Any]]
    windows: bool = True
    blob: bytes | None = None
    calendar: Mark = ("UTC", 0)


def write_page(connection: Connection, page: Page) -> None:
    """Write a page, after whoever came before in the feed. Raises WriterConflict on any other order."""
    head = _claim(connection, page)
    if page.journal:
        told = [row for run in page.journal for row in run.rows(page.batch)]
        write_rows(connection, tables.journal, told, None, page.site)
        head = _last_id(connection)
    for name, rows in (page.rows | _days(connection, page)).items():
        write_rows(connection, _table(name), rows, MERGES.get(name), page.site)
    mine = (tables.feeds.c.site == page.site, tables.feeds.c.feed == page.feed)
    now = {"head": head, "batch": page.batch, "events": page.events, "at": page.at}
    connection.execute(update(tables.feeds).where(*mine).values(now))
    for source, values in page.sources.items():
        connection.execute(update(tables.sources).where(tables.sources.c.id == source).values(values))
    if page.blob is not None:
        kept = (page.feed, head, page.at, page.windows, page.blob)
        checkpoint.keep(connection, page.site, kept)


def _days(connection: Connection, page: Page) -> dict[str, list[Row]]:
    """Deltas of days; what was counted of these days is out of date.

    Added up here and not before: while millions of events are recorded, another process writes their pages.
    """
    calendar = calendar_of(*page.calendar)
    forget_counted(connection, page.site, calendar.touched(page.rows))
    return calendar.rows(page.rows) if keeps(connection, page.site, calendar) else {}


def _claim(connection: Connection, page: Page) -> int:
    """The feed's head. Two writers of one feed would each believe a Floor of their own."""
    lock_site(connection, page.site)
    feeds = tables.feeds
    mine = (feeds.c.site == page.site, feeds.c.feed == page.feed)
    row = connection.execute(select(feeds.c.head, feeds.c.batch).where(*mine)).first()
    if row is None:
        first = {"site": page.site, "feed": page.feed, "head": 0, "batch": 0, "events": 0, "at": 0.0}
        connection.execute(insert(feeds).values(first))
    head, batch = (int(row.head), int(row.batch)) if row else (0, 0)
    if batch != page.batch - 1:
        raise WriterConflict(f"another process wrote to feed {page.feed!r} of site {page.site!r}")
    return head


def _table(name: str) -> Table:
    return tables.metadata.tables[name]


def _last_id(connection: Connection) -> int:
    asked = "last_insert_rowid()" if connection.dialect.name == "sqlite" else "lastval()"
    return int(connection.scalar(text(f"SELECT {asked}")) or 0)
