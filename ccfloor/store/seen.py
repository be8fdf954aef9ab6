"""Which time a site's sources tell of, and where none was in sight. Instants are UTC epoch seconds."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from ccfloor.store.tables import coverage, feeds, sources

Span = tuple[float, float]
_OWN = "collector"  # the collector's own source tells of time, whether or not a switch is in sight
_TOUCHING_S = 1.0  # spans that lie this close to each other have no gap between them


class Seen(NamedTuple):
    """``told``: spans from the first to the last word of each source; ``sight``: without their gaps.

    ``until``: how far the floor itself has come.
    """

    told: list[Span]
    sight: list[Span]
    until: float

    def tells_of(self, start: float, end: float) -> bool:
        """Whether any source told of a part of [start, end): what is not there then did not happen."""
        return any(first < end and last >= start for first, last in self.told)

    def gap_s(self, start: float, end: float) -> float:
        """Seconds of [start, end), as far as the site is told of, in which no source was in sight."""
        if not self.told:
            return 0.0
        start, end = max(start, self.told[0][0]), min(end, self.until)
        inside = (min(last, end) - max(first, start) for first, last in self.sight)
        return max(0.0, end - start - sum(part for part in inside if part > 0))


def seen(connection: Connection, site: str) -> Seen:
    """What the sources of a site have told of so far."""
    table = sources.c
    query = select(table.id, table.name, table.kind, table.first_at, table.last_at)
    rows = connection.execute(query.where(table.site == site, table.events > 0)).all()
    until = connection.scalar(select(func.max(feeds.c.at)).where(feeds.c.site == site)) or 0.0
    logs = [(row.first_at, row.last_at) for row in rows if row.kind == "log"]
    live = {row.id for row in rows if row.kind != "log" and row.name != _OWN}
    spans = select(coverage.c.source_id, coverage.c.start, coverage.c.end).where(coverage.c.site == site)
    watched = [(start, end) for source, start, end in connection.execute(spans) if source in live]
    told = joined((row.first_at, row.last_at) for row in rows)
    return Seen(told, joined([*logs, *watched]), float(until))


def joined(spans: Iterable[Span]) -> list[Span]:
    """The union of spans, in order."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1] + _TOUCHING_S:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
