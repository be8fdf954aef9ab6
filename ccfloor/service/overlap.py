"""What a live feed still has in hand: calls that a log which is read in must not touch yet.

A live feed's Floor knows its open calls in memory. A log that told of the same calls from another feed
would be counted beside them, so it is read in only up to where they begin; the rest is left for later.
Where no collector is at work a log that reaches so far becomes part of the live feed instead.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import ColumnElement, Engine, func, or_, select

from ccfloor.acd.queue_log_files import Block, read_blocks
from ccfloor.floor.calls import MATCH_ALONE_S
from ccfloor.store.play import LONGEST_CALL_S
from ccfloor.store.tables import calls, feeds, sources

LIVE = "live"
_IMPORTED = "import:%"


class InHand(NamedTuple):
    """A live feed's present. ``until``: a log's events up to here (UTC epoch s) concern it no more."""

    feed: str
    until: float
    calls: frozenset[str]

    def first_touch(self, block: Block) -> int | None:
        """Byte offset before the first line of the block that tells of the present; None: there is none.

        -1 where it is the first event of the block.
        """
        before = -1
        for position, event in block.events:
            if event.at > self.until or getattr(event, "call", "") in self.calls:
                return before
            before = position
        return None

    def reached_by(self, path: Path) -> bool:
        """Whether the log tells of the present anywhere. Raises OSError."""
        return any(self.first_touch(block) is not None for block in read_blocks(path))


def live_feed(engine: Engine, site: str) -> str | None:
    """The feed that a collector of this site writes, if any live source ever told something in it."""
    source = sources.c
    mine = (source.site == site, source.kind == "live")
    either = or_(source.feed == LIVE, source.feed.like(_IMPORTED))
    query = select(source.feed).where(*mine, either).order_by(source.feed.desc()).limit(1)
    with engine.connect() as connection:
        return connection.scalar(query)


def in_hand(engine: Engine, site: str) -> InHand | None:
    """What the site's live feed has in hand as far as it is stored; None without such a feed."""
    feed = live_feed(engine, site)
    if feed is None:
        return None
    with engine.connect() as connection:
        mine = (feeds.c.site == site, feeds.c.feed == feed)
        until = float(connection.scalar(select(feeds.c.at).where(*mine)) or 0.0) - MATCH_ALONE_S
        call = calls.c
        late = or_(call.final.is_(False), call.left_at >= until, call.ended_at >= until)
        query = select(call.call, call.entered_at).where(*_of(site, feed, until), late)
        found = connection.execute(query).all()
    entered = [row.entered_at - MATCH_ALONE_S for row in found]
    return InHand(feed, min([until, *entered]), frozenset(row.call for row in found))


def feed_with_open_calls(engine: Engine, site: str, now: float) -> str | None:
    """The imported feed whose log ended a short while before ``now`` with calls that went on."""
    feed = feeds.c
    latest = select(feed.feed, feed.at).where(feed.site == site, feed.feed.like(_IMPORTED))
    latest = latest.where(feed.at >= now - LONGEST_CALL_S).order_by(feed.at.desc())
    with engine.connect() as connection:
        for row in connection.execute(latest).all():
            query = select(func.count()).where(*_of(site, row.feed, row.at), calls.c.final.is_(False))
            if connection.scalar(query):
                return str(row.feed)
    return None


def _of(site: str, feed: str, at: float) -> Sequence[ColumnElement[bool]]:
    """The feed's calls that can be open at the instant."""
    source = sources.c
    ids = select(source.id).where(source.site == site, source.feed == feed)
    call = calls.c
    return (call.site == site, call.entered_at >= at - LONGEST_CALL_S, call.source_id.in_(ids))
