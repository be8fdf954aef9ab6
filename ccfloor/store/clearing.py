"""Clearing old numbers: in the journal, in the calls made from it, and in whatever else holds them.

Every number of before an instant is replaced by its hash (``ccfloor.floor.numbers.Clearing``), in the journal
and in the calls alike, so that a rebuild gives the same rows. A call that lasted over that instant waits for
the next run as a whole. Small transactions: a collector writes in between, and what was cut short goes on
with the next run. Nothing is changed twice. Instants are UTC epoch seconds.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Column, Connection, Engine, Table, bindparam, delete, insert, or_, select, update

from ccfloor.floor.events import (
    AnyEvent,
    CallEnded,
    CallJoined,
    CallRefused,
    FloorSnapshot,
    Noted,
    decode,
    encode,
)
from ccfloor.floor.numbers import CLEARED, Clearing, is_cleared, names_caller
from ccfloor.floor.records import CallRow
from ccfloor.floor.view import FloorView
from ccfloor.store import checkpoint, tables
from ccfloor.store.access_tables import number_edges, number_links
from ccfloor.store.engine import writing
from ccfloor.store.journal import journal_end
from ccfloor.store.number_links import Edge, edge, hashes

_AT_ONCE = 1000  # rows read and written in one transaction
_SOME = 200  # numbers in one question
_LATE_IDS = 10_000  # rows of a transaction that ended late have ids below the head
_DAY_S = 86_400.0
_BACK_S = 2 * _DAY_S  # what had to wait in the run before lies so near to its edge
_LASTS_S = 900.0  # a call's events reach so far beyond its stored beginning and end
_KINDS = ("call_joined", "call_refused", "call_ended", "floor_snapshot", "noted")
_WRITTEN: tuple[tuple[Table, str, str], ...] = (
    (tables.called_back, "note", "at"),
    (tables.plan_notes, "text", "at"),
    (tables.commands, "why", "at"),
    (tables.incidents, "text", "declared_at"),
    (tables.incidents, "outcome", "declared_at"),
    (tables.leave_requests, "reason", "at"),
    (tables.leave_requests, "why", "at"),
    (tables.bad_lines, "why", "at"),
)
_view = msgspec.json.Decoder(FloorView)


class Cleared(NamedTuple):
    """Rows that a run changed."""

    events: int = 0
    calls: int = 0
    texts: int = 0
    checkpoints: int = 0

    @property
    def rows(self) -> int:
        """All of them."""
        return sum(self)


def clear(
    engine: Engine,
    site: str,
    clearing: Clearing,
    until: float,
    now: float,
    done: Callable[[Connection, Cleared], object],
) -> Cleared:
    """Clear the numbers of before ``until``; ``done`` is called in the transaction that ends the run."""
    run = _Run(engine, site, clearing, until)
    links = run.link()
    found = Cleared(run.events(), run.calls(), run.texts() + run.live_view(), run.checkpoints())
    with writing(engine) as connection:
        _unlink(connection, site, links)
        _keep(
            connection,
            site,
            Edge(max(until, run.before.until), run.head, now, run.before.cleared + found.rows),
        )
        done(connection, found)
    return found


class _Run:
    """One run. ``lasting``: ids of the calls that wait for the next one."""

    def __init__(self, engine: Engine, site: str, clearing: Clearing, until: float) -> None:
        self.engine, self.site, self.clearing, self.until = engine, site, clearing, until
        with engine.connect() as connection:
            self.before = edge(connection, site)
            self.head = max(0, journal_end(connection) - _LATE_IDS)
            self.lasting = _lasting(connection, site, until)
        self.start = min(self.before.until, until) - _BACK_S

    # -- links ---------------------------------------------------------------------------------

    def link(self) -> set[str]:
        """Link the numbers that will stand on both sides, before the first is cleared; returns them."""
        wanted: set[str] = set()
        for some in self._younger():
            told = {number: self.clearing.number(number) for number in some}
            with writing(self.engine) as connection:
                both = _older(connection, self.site, told, self.until)
                table = number_links.c
                known = select(table.number).where(table.site == self.site, table.number.in_(both))
                new = both - set(connection.scalars(known))
                if new:
                    rows = [{"site": self.site, "number": number, "hash": told[number]} for number in new]
                    connection.execute(insert(number_links), rows)
            wanted |= both
        return wanted

    def _younger(self) -> Iterator[list[str]]:
        """Numbers that called after the edge, or so shortly before it that their call may have to wait."""
        table, last = tables.calls.c, ""
        query = (
            select(table.number)
            .distinct()
            .where(
                table.site == self.site,
                table.entered_at >= self.until - _DAY_S,
                table.number > bindparam("last"),
            )
        )
        while True:
            with self.engine.connect() as connection:
                found = list(connection.scalars(query.order_by(table.number).limit(_SOME), {"last": last}))
            if not found:
                return
            last = found[-1]
            if some := [number for number in found if names_caller(number) and not is_cleared(number)]:
                yield some

    # -- the journal ---------------------------------------------------------------------------

    def events(self) -> int:
        """The journal: what lies before the edge, and what reached it since although it is older."""
        table = tables.journal.c
        mine = (table.site == self.site, table.at < self.until, table.kind.in_(_KINDS))
        near = self._journal([*mine, table.at >= self.start], (table.at, table.id))
        late = [*mine, table.at < self.start, table.id > self.before.head]
        return near + (self._journal(late, (table.id,)) if self.before.until else 0)

    def _journal(self, within: Sequence[Any], order: Sequence[Column[Any]]) -> int:
        table = tables.journal.c
        query = select(table.id, table.at, table.payload).where(*within).order_by(*order).limit(_AT_ONCE)
        count, last = 0, None
        while True:
            further: list[Any] = [] if last is None else [_behind(order, last)]
            with writing(self.engine) as connection:
                rows = connection.execute(query.where(*further)).all()
                told = [(row.id, self._payload(row.payload)) for row in rows]
                changed = [{"row": key, "payload": payload} for key, payload in told if payload]
                _change(connection, tables.journal, changed)
            count += len(changed)
            if len(rows) < _AT_ONCE:
                return count
            last = rows[-1]

    def _payload(self, payload: str) -> str:
        """The event without its numbers; "" where it has none."""
        event = decode(payload)
        cleared = self._event(event)
        return "" if cleared == event else encode(cleared).decode()

    def _event(self, event: AnyEvent) -> AnyEvent:
        if getattr(event, "call", "") in self.lasting:
            return event
        put, own = msgspec.structs.replace, self.clearing
        if isinstance(event, CallJoined):
            return put(event, number=own.number(event.number), name=own.text(event.name))
        if isinstance(event, CallRefused):
            return put(event, number=own.number(event.number))
        if isinstance(event, CallEnded):
            return put(event, target=own.words(event.target))
        if isinstance(event, Noted):
            return put(event, data=own.words(event.data))
        if isinstance(event, FloorSnapshot):
            return put(event, waiting=tuple(self._waiting(one) for one in event.waiting))
        return event

    def _waiting(self, one: Any) -> Any:
        if one.call in self.lasting:
            return one
        number, name = self.clearing.number(one.number), self.clearing.text(one.name)
        return msgspec.structs.replace(one, number=number, name=name)

    # -- what is made from it ------------------------------------------------------------------

    def calls(self) -> int:
        """All calls of before the edge that still have a number: also those that came back to the table."""
        table, count = tables.calls.c, 0
        order = (table.entered_at, table.source_id, table.position)
        told = (*order, table.call, table.number, table.name, table.target)
        raw = (table.number != "") & ~table.number.startswith(CLEARED)
        older = (table.site == self.site, table.entered_at < self.until)
        query = select(*told).where(*older, or_(raw, table.name != "", table.target != ""))
        last = None
        while True:
            further: list[Any] = [] if last is None else [_behind(order, last)]
            with writing(self.engine) as connection:
                rows = connection.execute(query.where(*further).order_by(*order).limit(_AT_ONCE)).all()
                changed = [row for row in map(self._call, rows) if row]
                _change_calls(connection, changed)
            count += len(changed)
            if len(rows) < _AT_ONCE:
                return count
            last = rows[-1]

    def _call(self, row: Any) -> dict[str, Any] | None:
        if row.call in self.lasting:
            return None
        told = (row.number, row.name, row.target)
        cleared = self._told(*told)
        if cleared == told:
            return None
        values = dict(zip(("number", "name", "target"), cleared, strict=True))
        return {"of_source": row.source_id, "of_position": row.position, **values}

    def _told(self, number: str, name: str, target: str) -> tuple[str, str, str]:
        return self.clearing.number(number), self.clearing.text(name), self.clearing.words(target)

    def _visit(self, row: CallRow) -> None:
        """A call as a kept Floor has it."""
        if row.entered_at < self.until and row.call not in self.lasting:
            row.number, row.name, row.target = self._told(row.number, row.name, row.target)

    def checkpoints(self) -> int:
        """Kept Floors that may hold calls of before the edge; one that cannot be read is thrown away."""
        table, count = tables.checkpoints.c, 0
        near = (table.at >= self.start) | (table.journal_id > self.before.head)
        query = select(table.feed, table.journal_id).where(
            table.site == self.site, table.at < self.until + _BACK_S, near
        )
        with self.engine.connect() as connection:
            keys = connection.execute(query).all()
        for feed, journal_id in keys:
            mine = (table.site == self.site, table.feed == feed, table.journal_id == journal_id)
            with writing(self.engine) as connection:
                blob = connection.scalar(select(table.blob).where(*mine))
                count += blob is not None and self._checkpoint(connection, blob, mine)
        return count

    def _checkpoint(self, connection: Connection, blob: bytes, mine: Sequence[Any]) -> bool:
        changed = checkpoint.changed(blob, self._visit)
        if changed is None:
            connection.execute(delete(tables.checkpoints).where(*mine))
            return True
        if changed != blob:
            connection.execute(update(tables.checkpoints).where(*mine).values(blob=changed))
        return changed != blob

    # -- what people wrote, and the last picture -----------------------------------------------

    def texts(self) -> int:
        """Notes of people and pieces of unreadable lines."""
        return sum(self._texts(table.c[name], table, table.c[at]) for table, name, at in _WRITTEN)

    def _texts(self, column: Column[Any], table: Table, at: Column[Any]) -> int:
        query = select(table.c.id, column).where(table.c.site == self.site, at < self.until, column != "")
        if self.before.until:
            query = query.where(at >= self.start)
        with writing(self.engine) as connection:
            rows = connection.execute(query).all()
            told = [(key, self.clearing.words(text), text) for key, text in rows]
            changed = [{"row": key, column.name: new} for key, new, text in told if new != text]
            _change(connection, table, changed)
        return len(changed)

    def live_view(self) -> int:
        """The last picture of a floor that stands still: its callers' names."""
        table = tables.live_view
        mine = (table.c.site == self.site, table.c.at < self.until)
        with writing(self.engine) as connection:
            payload = connection.scalar(select(table.c.payload).where(*mine))
            if payload is None:
                return 0
            view = _view.decode(payload)
            put, own = msgspec.structs.replace, self.clearing
            callers = tuple(put(one, name=own.text(one.name)) for one in view.callers)
            if callers == view.callers:
                return 0
            cleared = msgspec.json.encode(put(view, callers=callers))
            connection.execute(update(table).where(*mine).values(payload=cleared))
        return 1


def _lasting(connection: Connection, site: str, until: float) -> frozenset[str]:
    """Calls of which some events lie before the edge and some, perhaps, behind it."""
    table = tables.calls.c
    query = select(table.call, table.left_at, table.ended_at, table.acw_ms, table.final).where(
        table.site == site, table.entered_at >= until - _DAY_S, table.entered_at < until + _LASTS_S
    )
    return frozenset(
        row.call
        for row in connection.execute(query)
        if not row.final or max(row.left_at, row.ended_at) + row.acw_ms / 1000 >= until - _LASTS_S
    )


def _older(connection: Connection, site: str, told: dict[str, str], until: float) -> set[str]:
    """Which of these numbers called before the edge, under the number or its hash."""
    table = tables.calls.c
    either = [*told, *told.values()]
    query = (
        select(table.number)
        .distinct()
        .where(table.site == site, table.number.in_(either), table.entered_at < until)
    )
    found = set(connection.scalars(query))
    return {number for number, hashed in told.items() if number in found or hashed in found}


def _unlink(connection: Connection, site: str, wanted: set[str]) -> None:
    """Let go of the numbers of which no younger call is left."""
    table = number_links.c
    gone = [{"gone": number} for number in hashes(connection, site) if number not in wanted]
    if gone:
        of = delete(number_links).where(table.site == site, table.number == bindparam("gone"))
        connection.execute(of, gone)


def _keep(connection: Connection, site: str, found: Edge) -> None:
    mine = number_edges.c.site == site
    if not connection.execute(update(number_edges).where(mine).values(found._asdict())).rowcount:
        connection.execute(insert(number_edges).values(site=site, **found._asdict()))


def _behind(order: Sequence[Column[Any]], last: Any) -> Any:
    """What follows a row in this order."""
    column, *rest = order
    value = getattr(last, column.name)
    if not rest:
        return column > value
    return (column >= value) & ((column > value) | _behind(rest, last))


def _change(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        name = next(name for name in rows[0] if name != "row")
        told = [{"of_row": row["row"], "told": row[name]} for row in rows]
        changed = update(table).where(table.c.id == bindparam("of_row")).values({name: bindparam("told")})
        connection.execute(changed, told)


def _change_calls(connection: Connection, rows: list[dict[str, Any]]) -> None:
    if rows:
        table = tables.calls.c
        mine = (table.source_id == bindparam("of_source"), table.position == bindparam("of_position"))
        connection.execute(update(tables.calls).where(*mine), rows)
