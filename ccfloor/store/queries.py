"""What the pages read: calls, one call's life, agents' sums, sources. Every read takes a Viewer.

What is out of the viewer's scope is left out, telephone numbers come as it may read them. Instants are
UTC epoch seconds.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, func, select

from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import AnyEvent, CallEnded, CallJoined, CallRefused, Outcome, decode
from ccfloor.floor.records import AGENT_FIELDS, CallRow, LegRow
from ccfloor.store import tables
from ccfloor.store.eyes import Eyes
from ccfloor.store.recall import call_row
from ccfloor.store.viewer import Viewer, own_scope, queue_scope

BEYOND = 2**63  # no stored number is as great, and a database refuses to be asked for one
_AROUND_S = 60.0  # lines of a call stand in the journal this close to its stored beginning and end


class CallFilter(msgspec.Struct, frozen=True):
    """Which calls to list; empty fields do not narrow. ``start`` and ``end`` bound the entry."""

    start: float = 0.0
    end: float = float("inf")
    queue: str = ""
    agent: str = ""
    number: str = ""
    outcomes: Sequence[Outcome] = ()


class CallPage(NamedTuple):
    """Some calls, latest first, and how many there are in all."""

    rows: list[CallRow]
    total: int


class JournalLine(NamedTuple):
    """One event of a call as it was journalled. ``source``: name of the stream it came from."""

    at: float
    source: str
    position: int
    event: AnyEvent


class CallLife(NamedTuple):
    """One visit, its legs, and what the sources said of that caller while it lasted."""

    row: CallRow
    legs: list[LegRow]
    lines: list[JournalLine]


class AgentDay(NamedTuple):
    """An agent's sums of a period, by the names of records.AGENT_FIELDS (counts and milliseconds)."""

    agent: str
    sums: dict[str, int]


class SourceRow(NamedTuple):
    """A stream of events. ``cursor``: position read last; ``bad``: unreadable lines met."""

    name: str
    feed: str
    kind: str
    cursor: int
    first_at: float
    last_at: float
    events: int
    bad: int


def call_page(
    engine: Engine, viewer: Viewer, config: FloorConfig, which: CallFilter, limit: int = 100, offset: int = 0
) -> CallPage:
    """A page of the calls that the filter names, latest entry first."""
    viewer.needs(Right.CALLS)
    within = _where(viewer, config, which)
    table = tables.calls.c
    page = select(tables.calls).where(*within).order_by(table.entered_at.desc(), table.position.desc())
    with engine.connect() as connection:
        total = connection.scalar(select(func.count()).select_from(tables.calls).where(*within)) or 0
        eyes = Eyes.of(connection, viewer, config)
        found = connection.execute(page.limit(limit).offset(offset))
        rows = [masked(viewer, eyes.call(call_row(row))) for row in found]
    return CallPage(rows, int(total))


def _where(viewer: Viewer, config: FloorConfig, which: CallFilter) -> list[ColumnElement[bool]]:
    table = tables.calls.c
    within = [table.site == viewer.site, table.entered_at >= which.start]
    if which.end != float("inf"):
        within.append(table.entered_at < which.end)
    for column, value in ((table.queue, which.queue), (table.agent, which.agent)):
        if value:
            within.append(column == value)
    mine = viewer.seats(config)
    if which.agent and mine is not None:
        within.append(table.agent.in_(sorted(mine)))
    if which.number:
        # Who may not read numbers must not find them by trying either.
        within.append(table.number == (which.number if viewer.may_see_numbers else None))
    if which.outcomes:
        within.append(table.outcome.in_([outcome.value for outcome in which.outcomes]))
    return [*within, *queue_scope(viewer, table.queue)]


def masked(viewer: Viewer, row: CallRow) -> CallRow:
    """The call as this viewer may read it; changes the row."""
    row.number, row.name = viewer.number(row.number), viewer.text(row.name)
    row.target = viewer.target(row.target)  # a call may be handed on to an outside number
    return row


def call_life(
    engine: Engine, viewer: Viewer, config: FloorConfig, source: int, position: int
) -> CallLife | None:
    """One visit with its legs and journal lines; None where it is unknown or out of scope.

    Who took it, at whom it rang and what was told of them is left out where it is another team's, or, for
    who may see the own results alone, another's.
    """
    viewer.needs(Right.CALLS, Right.OWN)
    with engine.connect() as connection:
        found = _visit(connection, viewer, source, position)
        if found is None:
            return None
        eyes, row = Eyes.of(connection, viewer, config), call_row(found)
        legs = [leg for leg in _legs(connection, row) if eyes.sees(leg.agent, leg.seat, leg.rang_at)]
        row = eyes.call(row)
        lines = _lines(connection, eyes, row, {row.seat, *(leg.seat for leg in legs)})
    return CallLife(masked(viewer, row), legs, lines)


def sees_call(engine: Engine, viewer: Viewer, source: int, position: int) -> bool:
    """Whether a visit is known and in scope."""
    viewer.needs(Right.CALLS, Right.OWN)
    with engine.connect() as connection:
        return _visit(connection, viewer, source, position) is not None


def _visit(connection: Connection, viewer: Viewer, source: int, position: int) -> Any:
    """The stored call of a key; None where it is unknown or out of scope."""
    if not (0 <= source < BEYOND and 0 <= position < BEYOND):
        return None
    table = tables.calls.c
    key = (table.source_id == source, table.position == position)
    mine = [*queue_scope(viewer, table.queue), *own_scope(viewer, table.agent)]
    return connection.execute(select(tables.calls).where(table.site == viewer.site, *key, *mine)).first()


def _legs(connection: Connection, row: CallRow) -> list[LegRow]:
    table = tables.call_legs.c
    names = [name for name in LegRow.__struct_fields__ if name != "source"]
    query = select(table.source_id, *(table[name] for name in names)).where(
        table.source_id == row.source, table.position == row.position
    )
    return [LegRow(*leg) for leg in connection.execute(query.order_by(table.leg))]


def _lines(connection: Connection, eyes: Eyes, row: CallRow, seats: set[str]) -> list[JournalLine]:
    """What the journal says of a call. ``seats``: those at which somebody did anything that may be told."""
    viewer = eyes.viewer
    journal, sources = tables.journal.c, tables.sources.c
    last = max(row.entered_at, row.left_at, row.ended_at) + row.acw_ms / 1000
    within = (
        journal.site == viewer.site,
        journal.at >= row.entered_at - _AROUND_S,
        journal.at <= last + _AROUND_S,
        journal.payload.contains(_quoted(row.call), autoescape=True),
    )
    query = select(journal.at, sources.name, journal.position, journal.payload)
    query = query.select_from(tables.journal.join(tables.sources, journal.source_id == sources.id))
    lines = []
    for at, source, position, payload in connection.execute(query.where(*within).order_by(journal.id)):
        event = decode(payload)
        told = not eyes.limited or getattr(event, "seat", "") in ("", *seats)
        if getattr(event, "call", "") == row.call and viewer.sees_queue(getattr(event, "queue", "")) and told:
            lines.append(JournalLine(at, source, position, _masked_event(viewer, event)))
    return lines


def _quoted(text: str) -> str:
    return msgspec.json.encode(text).decode()


def _masked_event(viewer: Viewer, event: AnyEvent) -> AnyEvent:
    if isinstance(event, CallJoined):
        number, name = viewer.number(event.number), viewer.text(event.name)
        return msgspec.structs.replace(event, number=number, name=name)
    if isinstance(event, CallRefused):
        return msgspec.structs.replace(event, number=viewer.number(event.number))
    if isinstance(event, CallEnded):
        return msgspec.structs.replace(event, target=viewer.target(event.target))
    return event


def agent_days(
    engine: Engine, viewer: Viewer, config: FloorConfig, start: float, end: float
) -> list[AgentDay]:
    """Every agent's sums over the stored intervals that begin in [start, end), by name.

    Time in status is not told by queue: a viewer of some queues alone gets nothing here.
    """
    viewer.needs(Right.PEOPLE)
    if viewer.queues is not None:
        return []
    table = tables.agent_intervals.c
    query = select(table.agent, *(func.sum(table[name]) for name in AGENT_FIELDS)).where(
        table.site == viewer.site, table.start >= start, table.start < end
    )
    mine = viewer.seats(config)
    with engine.connect() as connection:
        rows = connection.execute(query.group_by(table.agent).order_by(table.agent)).all()
    return [
        AgentDay(row[0], dict(zip(AGENT_FIELDS, map(int, row[1:]), strict=True)))
        for row in rows
        if mine is None or row[0] in mine
    ]


def source_rows(engine: Engine, viewer: Viewer) -> list[SourceRow]:
    """The site's sources, the one that told something last first. Raises Forbidden for who sees a part."""
    viewer.needs(Right.QUALITY, Right.RESULTS)
    viewer.needs_whole()  # how much each told is how busy the whole floor is
    table = tables.sources.c
    query = select(*(table[name] for name in SourceRow._fields)).where(table.site == viewer.site)
    with engine.connect() as connection:
        return [SourceRow(*row) for row in connection.execute(query.order_by(table.last_at.desc()))]


def bad_lines(engine: Engine, viewer: Viewer, limit: int = 100) -> list[tuple[str, str, str, float]]:
    """The unreadable lines met last: (source, file:line, why, when). Raises Forbidden for who sees a part."""
    viewer.needs(Right.QUALITY, Right.RESULTS)
    viewer.needs_whole()  # they may name anybody
    table = tables.bad_lines.c
    query = select(table.source, table.place, table.why, table.at).where(table.site == viewer.site)
    with engine.connect() as connection:
        rows = connection.execute(query.order_by(table.id.desc()).limit(limit))
        return [(row[0], row[1], viewer.text(row[2]), row[3]) for row in rows]


def repair_counts(engine: Engine, viewer: Viewer, start: float, end: float) -> dict[str, int]:
    """How often each kind of repair was needed in [start, end)."""
    viewer.needs(Right.QUALITY, Right.RESULTS)
    table = tables.repairs.c
    query = select(table.kind, func.sum(table.count)).where(
        table.site == viewer.site, table.at >= start, table.at < end
    )
    with engine.connect() as connection:
        return {kind: int(count) for kind, count in connection.execute(query.group_by(table.kind))}
