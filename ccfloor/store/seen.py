"""Which time a site's sources tell of, and where none was in sight. Instants are UTC epoch seconds."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import inf
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from ccfloor.store.tables import coverage, feeds, sources

Span = tuple[float, float]
_OWN = "collector"  # the collector's own source tells of time, whether or not a switch is in sight
_TOUCHING_S = 1.0  # spans that lie this close to each other have no gap between them


class Seen(NamedTuple):
    """``told``: spans from the first to the last word of each source; ``sight``: without their gaps.

    ``until``: how far the floor itself has come. ``watched``: where it was told who is there: by a live link
    as long as the site has one, before and after by logs. ``live``: by a live link.
    """

    told: list[Span]
    sight: list[Span]
    until: float
    watched: list[Span]
    live: list[Span]

    def tells_of(self, start: float, end: float) -> bool:
        """Whether any source was in sight in a part of [start, end): what is not there did not happen."""
        return overlaps(self.sight, start, end)

    def gap_s(self, start: float, end: float) -> float:
        """Seconds of [start, end), as far as the site is told of, in which no source was in sight."""
        if not self.told:
            return 0.0
        gaps = self.gaps(max(start, self.told[0][0]), min(end, self.until))
        return sum(last - first for first, last in gaps)

    def gaps(self, start: float, end: float) -> list[Span]:
        """The parts of [start, end) in which no source was in sight."""
        return list(_between(self.sight, start, end))

    def blind(self, start: float, end: float) -> list[Span]:
        """The parts of [start, end) in which nobody told who is there; none where nothing was ever told."""
        return list(_between(self.watched, start, end)) if self.watched else []


def seen(connection: Connection, site: str) -> Seen:
    """What the sources of a site have told of so far."""
    table = sources.c
    query = select(table.id, table.feed, table.name, table.kind, table.first_at, table.last_at)
    rows = connection.execute(query.where(table.site == site, table.events > 0)).all()
    ends = select(feeds.c.feed, feeds.c.at).where(feeds.c.site == site)
    reached: dict[str, float] = {feed: float(at) for feed, at in connection.execute(ends)}
    own, live = _covered(connection, site, {row.id: row for row in rows if row.kind != "log"}, reached)
    logs = [(row.first_at, row.last_at) for row in rows if row.kind == "log"]
    whole = [(min(first for first, _ in logs), max(last for _, last in logs))] if logs else []
    beside, present = _outside(own, live), [*live, *_outside([*whole, *own], live)]
    told = joined((row.first_at, row.last_at) for row in rows)
    until = max(reached.values(), default=0.0)
    return Seen(told, joined([*logs, *live, *beside]), until, joined(present), live)


def joined(spans: Iterable[Span]) -> list[Span]:
    """The union of spans, in order."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1] + _TOUCHING_S:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def overlaps(spans: Iterable[Span], start: float, end: float) -> bool:
    """Whether any span has a part in [start, end); a span of one instant has where it lies in it."""
    return any(first < end and (last > start or first >= start) for first, last in spans)


def _between(spans: Iterable[Span], start: float, end: float) -> Iterator[Span]:
    """What joined spans leave of [start, end)."""
    for first, last in spans:
        if last <= start or first >= end:
            continue
        if first > start:
            yield start, first
        start = last
    if start < end:
        yield start, end


# -- where a live link saw the floor -----------------------------------------------------------------


def _covered(
    connection: Connection, site: str, by_id: Mapping[int, Any], reached: Mapping[str, float]
) -> tuple[list[Span], list[Span]]:
    """(spans of the collector's own source, spans of live links)."""
    table = coverage.c
    query = select(table.source_id, table.start, table.end, table.open).where(table.site == site)
    rows = [row for row in connection.execute(query.order_by(table.start)) if row.source_id in by_id]
    own = [row for row in rows if by_id[row.source_id].name == _OWN]
    live = [row for row in rows if by_id[row.source_id].name != _OWN]
    stops = sorted(row.end for row in own if not row.open)
    doors: dict[tuple[str, str], list[float]] = {}
    for row in live:
        doors.setdefault(_door(by_id[row.source_id]), []).append(row.start)
    found = []
    for row in live:
        source = by_id[row.source_id]
        begun = doors[_door(source)]
        after = next(iter(begun[bisect_right(begun, row.start) :]), inf)
        end = _reaches(row.end, after, stops, reached.get(source.feed, 0.0)) if row.open else row.end
        found.append((row.start, end))
    return [(row.start, row.end) for row in own], joined(found)


def _door(source: Any) -> tuple[str, str]:
    """Every session of a link is a source of its own: feed, and the name they share."""
    return source.feed, source.name.partition(":")[0]


def _reaches(end: float, after: float, stops: Sequence[float], reached: float) -> float:
    """Until when a link saw the floor that nobody closed, having spoken last at ``end``.

    As far as the floor has come, on which a quiet link keeps silent; at most until the collector stopped.
    ``after``: the next session began. Where no stop stands between nobody knows when this one broke off.
    """
    stop = next((at for at in stops if at >= end), inf)
    if after < inf:
        return stop if stop <= after else end
    return max(end, min(stop, reached))


def _outside(spans: Iterable[Span], live: Sequence[Span]) -> Iterator[Span]:
    """The parts before the first live span and after the last."""
    first, last = (live[0][0], live[-1][1]) if live else (inf, inf)
    for start, end in spans:
        if start < first:
            yield start, min(end, first)
        if end > last:
            yield max(start, last), end
