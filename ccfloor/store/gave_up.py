"""What is known of callers who gave up: their attempts, answered calls of the same numbers, ticks.

Numbers are not masked here: attempts are brought together by them. Whoever shows them masks them. Instants
are UTC epoch seconds.
"""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, literal, select

from ccfloor.floor.events import Outcome
from ccfloor.kpi.callers import Answer, Attempt, Key, Tick
from ccfloor.store.access_tables import number_links
from ccfloor.store.number_links import crosses
from ccfloor.store.tables import called_back, calls
from ccfloor.store.viewer import Viewer, queue_scope


class Attempts(NamedTuple):
    """Abandoned calls, latest first. ``cut``: there were more, which are older."""

    found: list[Attempt]
    cut: bool


def attempts(connection: Connection, viewer: Viewer, start: float, end: float, most: int) -> Attempts:
    """The abandoned calls of the viewer's queues that entered in [start, end), at most so many."""
    table = calls.c
    gave_up = table.outcome == _gave_up()
    columns = [table[name] for name in ("number", "name", "queue", "wait_ms", "short_ms")]
    query = select(table.source_id, table.position, table.entered_at, *columns).where(
        table.site == viewer.site, table.entered_at >= start, table.entered_at < end, gave_up
    )
    query = query.where(*queue_scope(viewer, table.queue)).order_by(table.entered_at.desc()).limit(most + 1)
    found = [
        Attempt((source, position), at, number, name, queue, wait, wait < short)
        for source, position, at, number, name, queue, wait, short in connection.execute(query)
    ]
    return Attempts(found[:most], len(found) > most)


def answers(
    connection: Connection, viewer: Viewer, start: float, end: float, window_s: float, without: Iterable[str]
) -> dict[str, list[Answer]]:
    """Answered calls that followed an abandoned one of the same number within a window, by number in order.

    The abandoned ones entered in [start, end); each leads by the index of numbers to the few calls that came
    after it. ``without``: words that stand for a withheld number: they would lead to each other's calls.
    """
    gone, later = calls.alias("gone"), calls.alias("later")
    a, b = gone.c, later.c
    within = and_(b.site == a.site, b.entered_at > a.entered_at, b.entered_at <= a.entered_at + window_s)
    query = (
        select(b.number, b.source_id, b.position, b.entered_at)
        .distinct()
        .where(
            a.site == viewer.site,
            a.entered_at >= start,
            a.entered_at < end,
            a.outcome == _gave_up(),
            a.number.not_in(sorted(without)),
            b.outcome == Outcome.ANSWERED.value,
            *queue_scope(viewer, a.queue),
            *queue_scope(viewer, b.queue),
        )
    )
    ways = [query.select_from(gone.join(later, and_(within, b.number == a.number)))]
    if crosses(connection, viewer.site, start, end + window_s):
        link = number_links.c
        known = gone.join(number_links, and_(link.site == a.site, link.hash == a.number))
        ways.append(query.select_from(known.join(later, and_(within, b.number == link.number))))
    found: dict[str, list[Answer]] = {}
    rows = (row for way in ways for row in connection.execute(way).all())
    for number, source, position, at in sorted(rows, key=lambda row: row.entered_at):
        found.setdefault(number, []).append(Answer((source, position), at))
    return found


def _gave_up() -> ColumnElement[str]:
    """Said as a literal, or the database does not see that the index of the abandoned fits."""
    return literal(Outcome.ABANDONED.value, literal_execute=True)


def ticks(connection: Connection, site: str, since: float) -> dict[Key, Tick]:
    """What people ticked off at or after an instant, without what was taken back."""
    table = called_back.c
    query = select(table.id, table.source_id, table.position, table.at, table.who, table.note).where(
        table.site == site, table.at >= since, table.undone_at.is_(None)
    )
    rows = connection.execute(query.order_by(table.id))
    return {(row[1], row[2]): Tick(row[0], (row[1], row[2]), row[3], row[4], row[5]) for row in rows}
