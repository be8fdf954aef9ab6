"""Clearing old numbers: in the journal, in the calls made from it, and in whatever else holds them.

Every number of before an instant is replaced by its hash (``ccfloor.floor.numbers.Clearing``), in the journal
and in the calls alike, so that a rebuild gives the same rows. A call that lasted over that instant waits for
the next run as a whole. What is to change is read and worked out without a lock and written in small
transactions: a collector writes in between, and what was cut short goes on with the next run. Nothing is
changed twice. What each text of the database holds is told in ``ccfloor.store.written``. Instants are UTC
epoch seconds.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Column, Connection, Engine, Update, bindparam, delete, insert, or_, select, update

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
from ccfloor.store.engine import overwriting, writing
from ccfloor.store.journal import journal_end
from ccfloor.store.number_links import Edge, edge, hashes
from ccfloor.store.row_pages import pages
from ccfloor.store.written import Written, written

_SOME = 200  # numbers in one question
_LATE_IDS = 10_000  # rows of a transaction that ended late have ids below the head
_DAY_S = 86_400.0
_BACK_S = 2 * _DAY_S  # what had to wait in the run before lies so near to its edge
_LASTS_S = 900.0  # a call's events reach so far beyond its stored beginning and end
_KINDS = ("call_joined", "call_refused", "call_ended", "floor_snapshot", "noted")
_view = msgspec.json.Decoder(FloorView)
Pause = Callable[[], object]


_PAYLOAD = (
    update(tables.journal).where(tables.journal.c.id == bindparam("of_id")).values(payload=bindparam("new"))
)
# Whoever changed a call meanwhile told it better: that one is for the next run.
_CALL = (
    update(tables.calls)
    .where(
        tables.calls.c.source_id == bindparam("of_source"),
        tables.calls.c.position == bindparam("of_position"),
        *(tables.calls.c[name] == bindparam(f"was_{name}") for name in ("number", "name", "target")),
    )
    .values({name: bindparam(f"new_{name}") for name in ("number", "name", "target")})
)


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
    pause: Pause = lambda: None,
) -> Cleared:
    """Clear the numbers of before ``until``; ``done`` is called in the transaction that ends the run.

    ``pause`` is called between any two small transactions; what it raises cuts the run short.
    """
    run = _Run(engine, site, clearing, until, pause)
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

    def __init__(
        self, engine: Engine, site: str, clearing: Clearing, until: float, pause: Pause = lambda: None
    ) -> None:
        self.engine, self.site, self.clearing, self.until = engine, site, clearing, until
        self.pause = pause
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
            with self.engine.connect() as connection:
                both = _older(connection, self.site, told, self.until)
                table = number_links.c
                known = select(table.number).where(table.site == self.site, table.number.in_(both))
                new = both - set(connection.scalars(known))
            if new:
                rows = [{"site": self.site, "number": number, "hash": told[number]} for number in new]
                with writing(self.engine) as connection:
                    connection.execute(insert(number_links), rows)
            self.pause()
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
        near = self._journal(mine, (table.at, table.id), table.at >= self.start)
        late, behind = (*mine, table.at < self.start), table.id > self.before.head
        return near + (self._journal(late, (table.id,), behind) if self.before.until else 0)

    def _journal(self, within: Sequence[Any], order: Sequence[Column[Any]], begin: Any) -> int:
        table = tables.journal.c
        query = select(table.id, table.at, table.payload).where(*within)
        count = 0
        for rows in pages(self.engine, query, order, begin):
            told = [(row.id, self._payload(row.payload)) for row in rows]
            count += self._write(_PAYLOAD, [{"of_id": key, "new": new} for key, new in told if new])
        return count

    def _write(self, change: Update, rows: list[dict[str, Any]]) -> int:
        """Carry out a change of some rows, and let others to the database."""
        if rows:
            with writing(self.engine) as connection:
                overwriting(connection)
                connection.execute(change, rows)
        self.pause()
        return len(rows)

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
        for rows in pages(self.engine, query, order):
            count += self._write(_CALL, [row for row in map(self._call, rows) if row])
        return count

    def _call(self, row: Any) -> dict[str, Any] | None:
        if row.call in self.lasting:
            return None
        told = (row.number, row.name, row.target)
        cleared = self._told(*told)
        if cleared == told:
            return None
        new = dict(zip(("number", "name", "target"), cleared, strict=True))
        return {
            **{"of_source": row.source_id, "of_position": row.position},
            **{f"was_{name}": getattr(row, name) for name in new},
            **{f"new_{name}": text for name, text in new.items()},
        }

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
            with self.engine.connect() as connection:
                blob = connection.scalar(select(table.blob).where(*mine))
            count += blob is not None and self._checkpoint(blob, mine)
            self.pause()
        return count

    def _checkpoint(self, blob: bytes, mine: Sequence[Any]) -> bool:
        """Worked out without a lock: a Floor is large. One written anew meanwhile is for the next run."""
        changed = checkpoint.changed(blob, self._visit)
        if changed == blob:
            return False
        same = (*mine, tables.checkpoints.c.blob == blob)
        with writing(self.engine) as connection:
            overwriting(connection)
            if changed is None:
                connection.execute(delete(tables.checkpoints).where(*same))
            else:
                connection.execute(update(tables.checkpoints).where(*same).values(blob=changed))
        return True

    # -- what people wrote, and the last picture -----------------------------------------------

    def texts(self) -> int:
        """Notes of people, messages, and pieces of unreadable lines."""
        return sum(self._texts(one) for one in written())

    def _texts(self, one: Written) -> int:
        keys = tuple(one.table.primary_key)
        query = select(*keys, one.text.label("was")).where(
            one.table.c.site == self.site, one.at < self.until, one.text != ""
        )
        mine = [key == bindparam(f"of_{key.name}") for key in keys]
        change = update(one.table).where(*mine, one.text == bindparam("was"))
        change, count = change.values({one.text.name: bindparam("new")}), 0
        for rows in pages(self.engine, query, keys):
            told = [{f"of_{name}": value for name, value in row._mapping.items()} for row in rows]
            for row in told:
                row["was"] = row.pop("of_was")
                row["new"] = self.clearing.words(row["was"])
            count += self._write(change, [row for row in told if row["new"] != row["was"]])
        return count

    def live_view(self) -> int:
        """The last picture of a floor that stands still: its callers' names."""
        table = tables.live_view
        mine = (table.c.site == self.site, table.c.at < self.until)
        with writing(self.engine) as connection:
            overwriting(connection)
            row = connection.execute(select(table.c.payload, table.c.plan).where(*mine)).first()
            if row is None:
                return 0
            view = _view.decode(row.payload)
            put, own = msgspec.structs.replace, self.clearing
            callers = tuple(put(one, name=own.text(one.name)) for one in view.callers)
            new = {"payload": msgspec.json.encode(put(view, callers=callers)), "plan": self._plan(row.plan)}
            if callers == view.callers and new["plan"] == row.plan:
                return 0
            connection.execute(update(table).where(*mine).values(new))
        return 1

    def _plan(self, plan: str) -> str:
        """The rules' part of the picture, where people wrote of planned peaks and incidents."""
        return msgspec.json.encode(self._any(msgspec.json.decode(plan))).decode() if plan else ""

    def _any(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.clearing.words(value)
        if isinstance(value, list):
            return [self._any(one) for one in value]
        if isinstance(value, dict):  # an alarm's key tells an instant in digits
            return {name: one if name == "key" else self._any(one) for name, one in value.items()}
        return value


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
