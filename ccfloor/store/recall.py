"""Stored calls given back to the Floor, so that a log meets the calls that a live link told of."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Row, Table, and_, select

from ccfloor.floor.events import AnyEvent, EndedBy, Outcome
from ccfloor.floor.records import CallRow, LegRow
from ccfloor.floor.state import Floor

_SOME = 400  # call ids in one question
_FIELDS = [name for name in CallRow.__struct_fields__ if name != "source"]
_LEG_FIELDS = [name for name in LegRow.__struct_fields__ if name != "source"]


class Recall:
    """For one batch: what the store knows of its log's calls, handed over when the Floor has lost them.

    Where no live source saw the time of these events there is nothing to meet, and nothing is asked.
    """

    def __init__(self) -> None:
        self.count = 0
        self.found: dict[str, list[CallRow]] = {}
        self.legs: dict[str, list[LegRow]] = {}

    def ask(
        self, connection: Connection, site: str, logged: Sequence[AnyEvent], calls: Table, legs: Table
    ) -> None:
        """Read the calls that these events name, and their legs."""
        ids = sorted({str(getattr(event, "call", "")) for event in logged} - {""})
        for row in stored_calls(connection, site, ids, calls):
            self.found.setdefault(row.call, []).append(row)
        for call, leg in stored_legs(connection, site, sorted(self.found), calls, legs):
            self.legs.setdefault(call, []).append(leg)

    def before(self, floor: Floor, event: AnyEvent) -> None:
        """Give back the calls this event may speak of, if the Floor has them no more."""
        call = getattr(event, "call", "")
        rows = self.found.get(call)
        if rows:
            lost = [row for row in rows if (row.source, row.position) not in floor.book.visits]
            if lost:
                floor.recall(lost, self.legs.get(call, ()))
            self.count += len(lost)


def stored_calls(connection: Connection, site: str, ids: Sequence[str], calls: Table) -> Iterable[CallRow]:
    """Calls of these ids, oldest first."""
    for first in range(0, len(ids), _SOME):
        some = ids[first : first + _SOME]
        query = select(calls).where(calls.c.site == site, calls.c.call.in_(some))
        for row in connection.execute(query.order_by(calls.c.entered_at, calls.c.position)):
            yield call_row(row)


def stored_legs(
    connection: Connection, site: str, ids: Sequence[str], calls: Table, legs: Table
) -> Iterable[tuple[str, LegRow]]:
    """Legs of the calls of these ids, each with its call's id."""
    same = and_(legs.c.source_id == calls.c.source_id, legs.c.position == calls.c.position)
    for first in range(0, len(ids), _SOME):
        some = ids[first : first + _SOME]
        query = select(calls.c.call, legs).join(legs, same).where(calls.c.site == site)
        for row in connection.execute(query.where(calls.c.call.in_(some))):
            values = {name: getattr(row, name) for name in _LEG_FIELDS}
            yield row.call, LegRow(source=row.source_id, **values)


def call_row(row: Row[tuple[object, ...]]) -> CallRow:
    """A row of ``calls`` as the Floor knows it."""
    values = {name: getattr(row, name) for name in _FIELDS}
    values["outcome"] = Outcome(values["outcome"])
    values["ended_by"] = EndedBy(values["ended_by"]) if values["ended_by"] is not None else None
    return CallRow(source=row.source_id, **values)
