"""What in a period can be doubted: each check gives how much there is of it, and the rows themselves.

Every read takes a Viewer; what is out of its scope is left out. That the links and clocks stood concerns
every figure and names neither queue nor person: who sees a part of the site sees it, too; but not the lines
that could not be read, which may name anybody. Instants are UTC epoch seconds, periods [start, end).
"""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, Select, func, select

from ccfloor.access.rights import Right
from ccfloor.floor.config import INTERVAL_S, FloorConfig
from ccfloor.store.eyes import Eyes
from ccfloor.store.seen import Span, joined
from ccfloor.store.tables import bad_lines, calls, clock_skews, coverage, queue_intervals, sources
from ccfloor.store.viewer import Viewer, queue_scope

LATE_S = 3600.0  # a quarter hour that is still open so long after its end is late
EDGE_S = 60.0  # so near to a source's first or last word the other one need not have seen a call
_OWN = "collector"
Row = TypeVar("Row")


class Found(NamedTuple, Generic[Row]):
    """How much there is in the whole period, and the first rows of it, latest first."""

    total: int
    rows: list[Row]


class DoubtfulCall(NamedTuple):
    """A call by its key; ``number`` as the viewer may read it, ``why`` the check that names it."""

    source: int
    position: int
    entered_at: float
    queue: str
    number: str
    agent: str
    outcome: str
    why: str


class Gap(NamedTuple):
    """A source out of sight from ``start`` to ``end``; ``blind``: none of the others saw the floor either."""

    source: str
    start: float
    end: float
    blind: bool


class Skew(NamedTuple):
    """Our clock less the switch's from this instant on, in seconds; 0.0: as it should be again."""

    at: float
    seconds: float


class BadLine(NamedTuple):
    """A line that could not be read."""

    source: str
    place: str
    why: str
    at: float


class LateInterval(NamedTuple):
    """A quarter hour of a queue with calls that have not ended."""

    queue: str
    start: int
    open: int


# -- calls ---------------------------------------------------------------------------------------------


def repaired_calls(
    engine: Engine, viewer: Viewer, config: FloorConfig, start: float, end: float, limit: int = 200
) -> Found[DoubtfulCall]:
    """Calls of which something was closed out of sight, or whose beginning nobody told."""
    viewer.needs(Right.QUALITY, Right.RESULTS)
    doubtful = calls.c.repaired.is_(True) | calls.c.estimated.is_(True)
    return _calls(engine, viewer, config, [*_entered(viewer, start, end), doubtful], limit, _repair)


def _repair(row: Any) -> str:
    return "estimated" if row.estimated else "repaired"


def open_calls(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    start: float,
    end: float,
    now: float,
    limit: int = 200,
) -> Found[DoubtfulCall]:
    """Calls that have not ended though they entered long ago."""
    viewer.needs(Right.QUALITY, Right.RESULTS)
    within = _entered(viewer, start, min(end, now - LATE_S))
    still = [*within, calls.c.final.is_(False)]
    return _calls(engine, viewer, config, still, limit, lambda row: "open")


def one_sided(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    start: float,
    end: float,
    now: float,
    limit: int = 200,
) -> Found[DoubtfulCall] | None:
    """Calls that only the live link or only the log knows, in time that both told of. None: there is no such
    time.
    """
    viewer.needs(Right.QUALITY, Right.RESULTS)
    with engine.connect() as connection:
        both = _both(connection, viewer.site, start, min(end, now - LATE_S))
    if not both:
        return None
    found: list[Found[DoubtfulCall]] = []
    for first, last in both:
        within = _entered(viewer, first, last)
        lonely = [*within, calls.c.seen_live != calls.c.seen_log, calls.c.final.is_(True)]
        found.append(_calls(engine, viewer, config, lonely, limit, _side))
    rows = sorted((row for part in found for row in part.rows), key=lambda row: -row.entered_at)
    return Found(sum(part.total for part in found), rows[:limit])


def _side(row: Any) -> str:
    return "live_only" if row.seen_live else "log_only"


def _both(connection: Connection, site: str, start: float, end: float) -> list[Span]:
    """The parts of [start, end) that a live source saw and a log told of, without their edges."""
    logs = joined(
        (row.first_at, row.last_at)
        for row in connection.execute(
            select(sources.c.first_at, sources.c.last_at).where(
                sources.c.site == site, sources.c.kind == "log", sources.c.events > 0
            )
        )
    )
    live = joined((gap_start, gap_end) for _, gap_start, gap_end in _sight(connection, site))
    found = []
    for log_start, log_end in logs:
        for live_start, live_end in live:
            first = max(log_start, live_start, start - EDGE_S) + EDGE_S
            last = min(log_end, live_end, end + EDGE_S) - EDGE_S
            if first < last:
                found.append((first, last))
    return found


def _entered(viewer: Viewer, start: float, end: float) -> list[ColumnElement[bool]]:
    table = calls.c
    period = [table.site == viewer.site, table.entered_at >= start, table.entered_at < end]
    return [*period, *queue_scope(viewer, table.queue)]


def _calls(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    within: list[ColumnElement[bool]],
    limit: int,
    why: Any,
) -> Found[DoubtfulCall]:
    query = select(calls).where(*within).order_by(calls.c.entered_at.desc()).limit(limit)
    with engine.connect() as connection:
        count = connection.scalar(select(func.count()).select_from(calls).where(*within))
        eyes = Eyes.of(connection, viewer, config)
        rows = [
            DoubtfulCall(
                row.source_id,
                row.position,
                row.entered_at,
                row.queue,
                viewer.number(row.number),
                row.agent if eyes.sees(row.agent, row.seat, row.entered_at) else "",
                row.outcome,
                why(row),
            )
            for row in connection.execute(query)
        ]
    return Found(int(count or 0), rows)


# -- sources -------------------------------------------------------------------------------------------


def gaps(engine: Engine, viewer: Viewer, start: float, end: float, limit: int = 200) -> Found[Gap]:
    """Times between two spans in which a live source saw the floor; how long a source was away at its end is
    not known here.
    """
    viewer.needs(Right.QUALITY, Right.RESULTS)
    with engine.connect() as connection:
        sight = _sight(connection, viewer.site)
    whole = joined((first, last) for _, first, last in sight)
    found = []
    for name in {name for name, _, _ in sight}:
        own = joined((first, last) for source, first, last in sight if source == name)
        for (_, left), (back, _) in pairwise(own):
            if back > start and left < end:
                found.append(Gap(name, left, back, not _seen(whole, left, back)))
    found.sort(key=lambda gap: -gap.start)
    return Found(len(found), found[:limit])


def _seen(whole: Iterable[Span], start: float, end: float) -> bool:
    return any(first <= start and last >= end for first, last in whole)


def _sight(connection: Connection, site: str) -> list[tuple[str, float, float]]:
    """(source, start, end) of every span of the live sources; those of one start count as one source."""
    query: Select[Any] = (
        select(sources.c.name, coverage.c.start, coverage.c.end)
        .join(sources, sources.c.id == coverage.c.source_id)
        .where(coverage.c.site == site, sources.c.kind != "log", sources.c.name != _OWN)
    )
    return [(row[0].split(":")[0], row[1], row[2]) for row in connection.execute(query)]


def skews(engine: Engine, viewer: Viewer, start: float, end: float, limit: int = 200) -> Found[Skew]:
    """What was noted of our clock against the switch's."""
    viewer.needs(Right.QUALITY, Right.RESULTS)
    table = clock_skews.c
    within = (table.site == viewer.site, table.at >= start, table.at < end)
    query = select(table.at, table.seconds).where(*within).order_by(table.at.desc()).limit(limit)
    with engine.connect() as connection:
        count = connection.scalar(select(func.count()).select_from(clock_skews).where(*within))
        return Found(int(count or 0), [Skew(*row) for row in connection.execute(query)])


def unreadable(engine: Engine, viewer: Viewer, start: float, end: float, limit: int = 200) -> Found[BadLine]:
    """Lines that could not be read, by when they were met. Raises Forbidden for who sees a part."""
    viewer.needs(Right.QUALITY, Right.RESULTS)
    viewer.needs_whole()
    table = bad_lines.c
    within = (table.site == viewer.site, table.at >= start, table.at < end)
    query = select(table.source, table.place, table.why, table.at).where(*within)
    with engine.connect() as connection:
        count = connection.scalar(select(func.count()).select_from(bad_lines).where(*within))
        rows = connection.execute(query.order_by(table.id.desc()).limit(limit))
        told = [BadLine(row.source, row.place, viewer.text(row.why), row.at) for row in rows]
    return Found(int(count or 0), told)


# -- intervals -----------------------------------------------------------------------------------------


def late_intervals(
    engine: Engine, viewer: Viewer, start: float, end: float, now: float, limit: int = 200
) -> Found[LateInterval]:
    """Quarter hours that are still provisional long after they ended."""
    viewer.needs(Right.QUALITY, Right.RESULTS)
    table = queue_intervals.c
    before = min(end, now - LATE_S - INTERVAL_S)
    within = [table.site == viewer.site, table.start >= start, table.start < before, table.open > 0]
    within += queue_scope(viewer, table.queue)
    query = select(table.queue, table.start, table.open).where(*within)
    with engine.connect() as connection:
        count = connection.scalar(select(func.count()).select_from(queue_intervals).where(*within))
        rows = connection.execute(query.order_by(table.start.desc(), table.queue).limit(limit))
        return Found(int(count or 0), [LateInterval(*row) for row in rows])
