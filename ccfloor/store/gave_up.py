"""What is known of callers who gave up: their attempts, answered calls of the same numbers, ticks.

Numbers are not masked here: attempts are brought together by them. Whoever shows them masks them. Instants
are UTC epoch seconds.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import Connection, literal, select

from ccfloor.floor.events import Outcome
from ccfloor.kpi.callers import Answer, Attempt, Key, Tick
from ccfloor.store.tables import called_back, calls
from ccfloor.store.viewer import Viewer, queue_scope

_SOME = 400  # numbers in one question


class Attempts(NamedTuple):
    """Abandoned calls, latest first. ``cut``: there were more, which are older."""

    found: list[Attempt]
    cut: bool


def attempts(connection: Connection, viewer: Viewer, start: float, end: float, most: int) -> Attempts:
    """The abandoned calls of the viewer's queues that entered in [start, end), at most so many."""
    table = calls.c
    # Said as a literal, or the database does not see that the index of the abandoned fits.
    gave_up = table.outcome == literal(Outcome.ABANDONED.value, literal_execute=True)
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
    connection: Connection, viewer: Viewer, numbers: Iterable[str], start: float, end: float
) -> dict[str, list[Answer]]:
    """Answered calls of these numbers that entered in (start, end], by number in order of their entry."""
    table = calls.c
    found: dict[str, list[Answer]] = {}
    query = select(table.number, table.source_id, table.position, table.entered_at).where(
        table.site == viewer.site,
        table.entered_at > start,
        table.entered_at <= end,
        table.outcome == Outcome.ANSWERED.value,
        *queue_scope(viewer, table.queue),
    )
    for some in _parts(sorted(numbers)):
        rows = connection.execute(query.where(table.number.in_(some)).order_by(table.entered_at))
        for number, source, position, at in rows:
            found.setdefault(number, []).append(Answer((source, position), at))
    return found


def ticks(connection: Connection, site: str, since: float) -> dict[Key, Tick]:
    """What people ticked off at or after an instant, without what was taken back."""
    table = called_back.c
    query = select(table.id, table.source_id, table.position, table.at, table.who, table.note).where(
        table.site == site, table.at >= since, table.undone_at.is_(None)
    )
    rows = connection.execute(query.order_by(table.id))
    return {(row[1], row[2]): Tick(row[0], (row[1], row[2]), row[3], row[4], row[5]) for row in rows}


def _parts(numbers: list[str]) -> Iterator[list[str]]:
    for first in range(0, len(numbers), _SOME):
        yield numbers[first : first + _SOME]
