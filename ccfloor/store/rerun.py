"""The journal played again with rules that watch: what they fired, or would have. Nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from math import ceil, inf, nextafter
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, Engine, select

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import Clock
from ccfloor.floor.state import Floor
from ccfloor.rules.alarms import Alarm
from ccfloor.store.checkpoint import start_from
from ccfloor.store.coverage import Coverage
from ccfloor.store.journal import Entry, batches, feed_head, runs
from ccfloor.store.play import play
from ccfloor.store.tables import sources
from ccfloor.store.watched import Fired, Rules, gather, watch

if TYPE_CHECKING:
    from ccfloor.rules.engine import RuleEngine

LATE_S = 5.0  # events of two sources reach the journal this much out of order at most
WARM_S = 2 * 3600.0  # windows and holds are full after so long

Look = Callable[["RuleEngine", float], None]


class Peek(NamedTuple):
    """``look`` is to be called on full multiples of ``every_s`` seconds from ``start`` on."""

    look: Look
    start: float
    every_s: float = 30.0


class FeedSpan(NamedTuple):
    """A feed and the time its events span. ``live``: it has a live source."""

    feed: str
    first_at: float
    last_at: float
    live: bool


class Watching(NamedTuple):
    """A Floor at an instant, the rules that watch it, and what they fired on the way.

    ``seen_at``: the last event before that instant.
    """

    floor: Floor
    rules: RuleEngine
    fired: Fired
    seen_at: float


def feed_spans(connection: Connection, site: str) -> list[FeedSpan]:
    """The feeds of a site that told anything; those with a live source first."""
    query = select(sources.c.feed, sources.c.kind, sources.c.first_at, sources.c.last_at).where(
        sources.c.site == site, sources.c.events > 0
    )
    found: dict[str, FeedSpan] = {}
    for feed, kind, first_at, last_at in connection.execute(query):
        known = found.get(feed, FeedSpan(feed, first_at, last_at, False))
        found[feed] = FeedSpan(
            feed, min(known.first_at, first_at), max(known.last_at, last_at), known.live or kind == "live"
        )
    return sorted(found.values(), key=lambda span: (not span.live, span.first_at))


def alarms_of(
    engine: Engine,
    config: FloorConfig,
    site: str,
    rules: Rules,
    period: tuple[float, float],
    peek: Peek | None = None,
) -> list[Alarm]:
    """What rules fire in a period (from, to) by the events of every feed that covers a part of it.

    Where a live feed was in sight, a log read in beside it counts for nothing. Alarms come as they were at
    the period's end.
    """
    start, end = period
    since = min(config.business_day(start)[0], start - WARM_S)
    found: list[Alarm] = []
    with engine.connect() as connection:
        seen = Coverage.read(connection, site).spans(start, end)
        for span in feed_spans(connection, site):
            if span.first_at >= end or span.last_at < start:
                continue
            until = min(end, span.last_at)
            played = played_to(connection, config, site, span.feed, rules, since, until, peek)
            inside = [alarm for alarm in played.fired.values() if start <= alarm.fired_at < end]
            found += inside if span.live else [alarm for alarm in inside if not _within(alarm.fired_at, seen)]
    return sorted(found, key=lambda alarm: (alarm.fired_at, alarm.rule, alarm.subject))


def _within(at: float, spans: list[tuple[float, float]]) -> bool:
    return any(first <= at <= last for first, last in spans)


def played_to(
    connection: Connection,
    config: FloorConfig,
    site: str,
    feed: str,
    rules: Rules,
    since: float,
    until: float,
    peek: Peek | None = None,
    *,
    known: bool = False,
    ready: Callable[[RuleEngine], None] | None = None,
) -> Watching:
    """A feed played up to ``until``, rules watching. ``ready`` is told of them before they are.

    It begins with the checkpoint before ``since``, rules knowing nothing; ``known``: with the last one before
    ``until``, if that kept what its rules knew.
    """
    start = start_from(connection, config, site, feed, live=True, before=until if known else since)
    if known and start.rules is None:
        start = start_from(connection, config, site, feed, live=True, before=since)
    floor, head, kept = start
    watching = watch(floor, rules, kept if known else None)
    assert watching is not None
    if ready is not None:
        ready(watching)
    fired: Fired = {}
    coverage = Coverage.read(connection, site)
    looks = _Looks(peek, floor, watching) if peek is not None else None
    for batch in batches(connection, site, feed, head, feed_head(connection, site, feed)):
        for some in _stretches([entry for entry in batch if entry.event.at <= until], peek):
            if looks is not None:
                looks.before(some[0].event.at)
            play(floor, coverage, runs(some))
            gather(fired, watching.take())
        if any(entry.event.at > until + LATE_S for entry in batch):
            break
    seen_at = floor.at
    if looks is not None:
        looks.before(until)
    floor.apply(Clock(at=until))
    gather(fired, watching.take())
    return Watching(floor, watching, fired, seen_at)


def _stretches(entries: list[Entry], peek: Peek | None) -> Iterator[list[Entry]]:
    """The batch whole, or cut where somebody wants to look in between."""
    if peek is None or not entries:
        yield from [entries] if entries else []
        return
    for _, group in groupby(entries, lambda entry: entry.event.at // peek.every_s):
        yield list(group)


class _Looks:
    """Lets time pass between events, so that somebody can look when it is due."""

    def __init__(self, peek: Peek, floor: Floor, rules: RuleEngine) -> None:
        self.peek, self.floor, self.rules = peek, floor, rules
        self.due = ceil(max(peek.start, floor.at) / peek.every_s) * peek.every_s

    def before(self, at: float) -> None:
        """Look at everything that is due before ``at``, when all of that moment is known."""
        while self.due < at:
            self.floor.apply(Clock(at=nextafter(self.due, inf)))
            self.peek.look(self.rules, self.due)
            self.due += self.peek.every_s
