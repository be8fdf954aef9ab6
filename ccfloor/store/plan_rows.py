"""What is stored of an alarm and of the time around it: for the history and the after-action sheet.

Every read takes a Viewer; what is out of its scope is left out. Instants are UTC epoch seconds.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, FromClause, Row, Select, func, select

from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.records import CallRow, SpanRow
from ccfloor.rules.alarms import Alarm
from ccfloor.store import tables
from ccfloor.store.recall import call_row
from ccfloor.store.viewer import Viewer, queue_scope, sees_subject

_LONGEST_WAIT_S = 4 * 3600.0  # nobody waits longer than this
_KEY_S = 0.0015  # a key tells milliseconds, the column everything


class CommandFact(NamedTuple):
    """A command to a seat, as far as a timeline tells of it. ``status``: asked, done or refused."""

    id: int
    at: float
    who: str
    why: str
    kind: str
    seat: str
    status: str


class NoticeFact(NamedTuple):
    """A message to people. ``at``: sent, or written where it was not."""

    about: str
    at: float
    channel: str
    kind: str
    state: str


def alarm_rows(
    connection: Connection,
    viewer: Viewer,
    config: FloorConfig,
    start: float,
    end: float,
    *,
    every_rule: bool = False,
    limit: int = 500,
) -> list[Alarm]:
    """Alarms that fired in [start, end), latest first; those of a plan, or of every rule."""
    viewer.needs(Right.FLOOR)
    table = tables.alarms.c
    within = [table.site == viewer.site, table.fired_at >= start, table.fired_at < end]
    within += [] if every_rule else [table.plan != ""]
    query = _alarms(within).order_by(table.fired_at.desc(), table.rule).limit(limit)
    return _seen(connection.execute(query), viewer, config)


def meeting_alarms(
    connection: Connection, viewer: Viewer, config: FloorConfig, start: float, end: float
) -> list[Alarm]:
    """Alarms of plans that fired at some instant of [start, end], in order."""
    viewer.needs(Right.FLOOR)
    table = tables.alarms.c
    within = [
        table.site == viewer.site,
        table.plan != "",
        table.fired_at <= end,
        (table.cleared_at == 0.0) | (table.cleared_at >= start),
    ]
    query = _alarms(within).order_by(table.fired_at.desc()).limit(100)
    return sorted(_seen(connection.execute(query), viewer, config), key=lambda alarm: alarm.fired_at)


class LevelSpan(NamedTuple):
    """A level of the plan was on in [``start``, ``end``)."""

    start: float
    end: float
    level: int


def level_spans(connection: Connection, site: str, start: float, end: float) -> list[LevelSpan]:
    """When levels of the plan were on in [start, end), whatever queue they were of; ends are open there."""
    table = tables.alarms.c
    query = select(table.fired_at, table.cleared_at, table.level).where(
        table.site == site,
        table.plan != "",
        table.level > 0,
        table.fired_at < end,
        (table.cleared_at == 0.0) | (table.cleared_at > start),
    )
    rows = connection.execute(query.order_by(table.fired_at))
    return [LevelSpan(fired, cleared or end, level) for fired, cleared, level in rows]


def find_alarm(
    connection: Connection, viewer: Viewer, config: FloorConfig, rule: str, subject: str, fired_at: float
) -> Alarm | None:
    """The alarm of a key; None where there is none, or none for this viewer."""
    viewer.needs(Right.FLOOR)
    table = tables.alarms.c
    near = table.fired_at.between(fired_at - _KEY_S, fired_at + _KEY_S)
    within = [table.site == viewer.site, table.rule == rule, table.subject == subject, near]
    found = _seen(connection.execute(_alarms(within)), viewer, config)
    return found[0] if found else None


def _alarms(within: Sequence[ColumnElement[bool]]) -> Select[Any]:
    table = tables.alarms.c
    return select(*(table[name] for name in Alarm.__struct_fields__)).where(*within)


def _seen(rows: Iterable[Row[Any]], viewer: Viewer, config: FloorConfig) -> list[Alarm]:
    found = (Alarm(**row._mapping) for row in rows)
    return [alarm for alarm in found if sees_subject(viewer, config, alarm.subject)]


def rule_body(connection: Connection, site: str, rule: str, version: int) -> tuple[str, float]:
    """A version of a rule as JSON, and from when it counted; empty where it is not stored."""
    table = tables.rule_versions.c
    mine = (table.site == site, table.rule == rule, table.version == version)
    row = connection.execute(select(table.body, table.valid_from).where(*mine)).first()
    return (row.body, row.valid_from) if row else ("", 0.0)


def calls_within(connection: Connection, viewer: Viewer, start: float, end: float) -> list[CallRow]:
    """Calls that entered or waited in [start, end), in order of their entry."""
    viewer.needs(Right.FLOOR)
    table = tables.calls.c
    within = (
        table.site == viewer.site,
        table.entered_at >= start - _LONGEST_WAIT_S,
        table.entered_at < end,
        (table.left_at == 0.0) | (table.left_at >= start) | (table.entered_at >= start),
        *queue_scope(viewer, table.queue),
    )
    query = select(tables.calls).where(*within).order_by(table.entered_at, table.position)
    return [call_row(row) for row in connection.execute(query)]


def spans_within(
    connection: Connection,
    viewer: Viewer,
    config: FloorConfig,
    start: float,
    end: float,
    seen: Collection[str] = (),
) -> list[SpanRow]:
    """What the viewer's seats did in [start, end): their spans, in order.

    To who sees some queues alone these are the seats that did anything for one of them in that time, and
    those that he sees now (``seen``); what they did for others is told without saying for which.

    Spans of a seat never overlap: of those that began before only the last one can reach into the time.
    """
    viewer.needs(Right.FLOOR)
    spans = tables.seat_spans.c
    seats = _seats(viewer, config)
    earlier = select(func.max(spans.start)).where(
        spans.site == viewer.site, spans.seat == seats.c.seat, spans.start < start
    )
    last = select(seats.c.seat, earlier.scalar_subquery().label("start")).subquery()
    columns = [spans[name] for name in SpanRow.__struct_fields__]
    mine = (spans.site == viewer.site, spans.seat == last.c.seat)
    reaching = select(*columns).where(*mine, spans.start == last.c.start, spans.end > start)
    within = select(*columns).where(
        spans.site == viewer.site, spans.seat == seats.c.seat, spans.start >= start, spans.start < end
    )
    rows = [SpanRow(*row) for query in (reaching, within) for row in connection.execute(query)]
    return sorted(_for_queues(viewer, rows, seen), key=lambda row: row.start)


def _for_queues(viewer: Viewer, rows: list[SpanRow], seen: Collection[str]) -> Iterator[SpanRow]:
    if viewer.queues is None:
        yield from rows
        return
    seats = {row.seat for row in rows if row.queue in viewer.queues} | set(seen)
    for row in rows:
        if row.seat in seats:
            if not viewer.sees_queue(row.queue):
                row.queue = row.call = ""
            yield row


def _seats(viewer: Viewer, config: FloorConfig) -> FromClause:
    """Every seat of the viewer's that ever did anything: from one to the next by the index, however many
    spans there are.
    """
    spans, after = tables.seat_spans.c, tables.seat_spans.alias("after").c
    first = select(func.min(spans.seat).label("seat")).where(spans.site == viewer.site)
    every = first.cte("seats", recursive=True)
    following = select(func.min(after.seat)).where(after.site == viewer.site, after.seat > every.c.seat)
    every = every.union_all(select(following.scalar_subquery()).where(every.c.seat.is_not(None)))
    query = select(every.c.seat).where(every.c.seat.is_not(None))
    mine = viewer.seats(config)
    return (query if mine is None else query.where(every.c.seat.in_(sorted(mine)))).subquery()


def commands_within(
    connection: Connection,
    viewer: Viewer,
    config: FloorConfig,
    start: float,
    end: float,
    seen: Collection[str] = (),
) -> list[CommandFact]:
    """Commands to the viewer's seats that were asked in [start, end); ``seen``: the seats that he sees now.

    To who sees some queues alone: those about one of them, and those about a seat that he sees.
    """
    viewer.needs(Right.FLOOR)
    table = tables.commands.c
    within = [table.site == viewer.site, table.at >= start, table.at < end]
    mine = viewer.seats(config)
    if mine is not None:
        within.append(table.seat.in_(sorted(mine)))
    if viewer.queues is not None:
        his = table.seat.in_(sorted(seen)) & (table.queue == "")
        within.append(table.queue.in_(sorted(viewer.queues)) | his)
    query = select(*(table[name] for name in CommandFact._fields)).where(*within).order_by(table.at)
    rows = (CommandFact(*row) for row in connection.execute(query))
    return [row._replace(why=viewer.words(row.why)) for row in rows]


def notices_about(connection: Connection, viewer: Viewer, about: Iterable[str]) -> list[NoticeFact]:
    """Messages about these alarms and incidents, in order."""
    viewer.needs(Right.FLOOR)
    table = tables.notices.c
    query = select(table.about, table.at, table.sent_at, table.channel, table.kind, table.state)
    query = query.where(table.site == viewer.site, table.about.in_(sorted(about)))
    rows = connection.execute(query.order_by(table.at))
    return [NoticeFact(row.about, row.sent_at or row.at, row.channel, row.kind, row.state) for row in rows]


def unseen(connection: Connection, viewer: Viewer, start: float, end: float) -> list[tuple[float, float]]:
    """The parts of [start, end) in which no live source saw the floor; none where no live source is known.

    The time after the last sighting of a link that still holds is not told: it is only not written yet.
    """
    viewer.needs(Right.FLOOR)
    table = tables.coverage.c
    query = select(table.start, table.end, table.open).where(
        table.site == viewer.site, table.start < end, table.end > start
    )
    seen = sorted((row.start, float("inf") if row.open else row.end) for row in connection.execute(query))
    gaps, upto = [], start
    for first, last in seen:
        if first > upto:
            gaps.append((upto, first))
        upto = max(upto, last)
    if seen and upto < end:
        gaps.append((upto, end))
    return gaps
