"""Writing many rows at once: SQL text made once from the tables, plain tuples in.

SQLite takes a prepared statement run over the tuples, PostgreSQL one statement whose parameters are
the columns as arrays. Both are several times faster than row objects.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import chain
from typing import Any

import msgspec
from sqlalchemy import Boolean, Column, Connection, Dialect, Double, Integer, LargeBinary, Table, Text
from sqlalchemy.types import TypeEngine

from ccfloor.floor.events import AnyEvent
from ccfloor.floor.records import CallRow, Ledger, LegRow, SpanRow
from ccfloor.store import tables

Row = tuple[Any, ...]
Merge = Callable[[str, str, Dialect], str]  # (table, quoted column, dialect) → expression

_encoder = msgspec.json.Encoder()
_VALUES = 2000  # parameters of one SQLite statement
KIND_OF = {kind: kind.__struct_config__.tag for kind in AnyEvent.__args__}


def replaced(_table: str, column: str, _dialect: Dialect) -> str:
    """The new value wins."""
    return f"excluded.{column}"


def added(table: str, column: str, dialect: Dialect) -> str:
    """The new value is a delta; a longest wait keeps the greater."""
    if column == "max_wait_ms":
        greatest = "max" if dialect.name == "sqlite" else "greatest"
        return f"{greatest}({table}.{column}, excluded.{column})"
    return f"{table}.{column} + excluded.{column}"


def write_rows(connection: Connection, table: Table, rows: list[Row], merge: Merge | None = None) -> None:
    """Insert rows (values in the order of the table's columns, without a generated id).

    With ``merge``, rows of a known primary key are updated by it instead.
    """
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        _write_sqlite(connection, table, rows, merge)
        return
    sql, columns = _statement(table, merge, connection.dialect)
    arrays = (cast(values) for cast, values in zip(map(_cast, columns), zip(*rows, strict=True), strict=True))
    connection.exec_driver_sql(sql, tuple(arrays))


def _write_sqlite(connection: Connection, table: Table, rows: list[Row], merge: Merge | None) -> None:
    # Some hundred values in one statement cost half of what the same rows cost one by one.
    size = max(1, _VALUES // len(rows[0]))
    whole = len(rows) - len(rows) % size
    if whole:
        sql, _ = _statement(table, merge, connection.dialect, size)
        for first in range(0, whole, size):
            connection.exec_driver_sql(sql, tuple(chain.from_iterable(rows[first : first + size])))
    if whole < len(rows):
        sql, _ = _statement(table, merge, connection.dialect)
        connection.exec_driver_sql(sql, rows[whole:])


@lru_cache(maxsize=64)
def _statement(
    table: Table, merge: Merge | None, dialect: Dialect, rows: int = 1
) -> tuple[str, list[Column[Any]]]:
    columns = [column for column in table.columns if column.autoincrement is not True]
    quote = dialect.identifier_preparer.quote
    names = [quote(column.name) for column in columns]
    if dialect.name == "sqlite":
        values = "VALUES " + ", ".join([f"({', '.join('?' * len(names))})"] * rows)
    else:
        values = f"SELECT * FROM unnest({', '.join(f'%s::{_array(column.type)}' for column in columns)})"
    sql = f"INSERT INTO {table.name} ({', '.join(names)}) {values}"
    if merge:
        keys = [quote(column.name) for column in table.primary_key.columns]
        updates = ", ".join(
            f"{name} = {merge(table.name, name, dialect)}" for name in names if name not in keys
        )
        sql += f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {updates}"
    return sql, columns


def _array(kind: TypeEngine[Any]) -> str:
    if isinstance(kind, Boolean):
        return "boolean[]"
    if isinstance(kind, Integer):
        return "bigint[]"
    if isinstance(kind, Double):
        return "double precision[]"
    return "bytea[]" if isinstance(kind, LargeBinary) else "text[]"


def _cast(column: Column[Any]) -> Callable[[Iterable[Any]], list[Any]]:
    if isinstance(column.type, Double):
        return lambda values: [None if value is None else float(value) for value in values]
    return _clean if isinstance(column.type, Text) else list


def _clean(values: Iterable[str | None]) -> list[str | None]:
    # PostgreSQL's text cannot hold the zero character, which a damaged log can.
    return [value.replace("\0", "\ufffd") if value and "\0" in value else value for value in values]


def encoded(events: list[AnyEvent]) -> list[str] | None:
    """The journal's payloads; None where an event holds characters that are no text.

    Made all at once, one a line: half the time of making them one by one.
    """
    try:
        return _encoder.encode_lines(events).decode().split("\n")[:-1]
    except UnicodeEncodeError:
        return None


# -- the ledger ------------------------------------------------------------------------------------


def ledger_rows(site: str, ledger: Ledger) -> dict[str, list[Row]]:
    """What a Floor handed over, as rows of the derived tables by name."""
    return {
        "calls": [_call(site, row) for row in ledger.calls.values()],
        "call_legs": [_leg(site, row) for row in ledger.legs.values()],
        "seat_spans": [_span(site, row) for row in ledger.spans],
        "queue_intervals": _queue_rows(site, ledger),
        "agent_intervals": _agent_rows(site, ledger),
    }


def _call(site: str, row: CallRow) -> Row:
    return (
        row.source,
        row.position,
        site,
        row.call,
        row.queue,
        row.entered_at,
        row.linked,
        row.number,
        row.name,
        row.outcome.value,
        row.ended_by.value if row.ended_by is not None else None,
        row.seat,
        row.agent,
        row.answered_at,
        row.left_at,
        row.ended_at,
        row.wait_ms,
        row.ring_ms,
        row.talk_ms,
        row.hold_ms,
        row.acw_ms,
        row.threshold_ms,
        row.short_ms,
        row.key,
        row.target,
        row.ronas,
        row.estimated,
        row.seen_live,
        row.seen_log,
        row.repaired,
        row.final,
    )


def _leg(site: str, row: LegRow) -> Row:
    return (
        row.source,
        row.position,
        row.leg,
        site,
        row.seat,
        row.agent,
        row.rang_at,
        row.answered_at,
        row.ended_at,
        row.ring_ms,
        row.talk_ms,
        row.hold_ms,
        row.acw_ms,
        row.result,
    )


def _span(site: str, row: SpanRow) -> Row:
    return (
        site,
        row.seat,
        row.agent,
        row.start,
        row.end,
        str(row.status),  # plain text: an enum's member costs the driver a detour
        str(row.reason),
        row.queue,
        row.call,
        row.repaired,
    )


def _queue_rows(site: str, ledger: Ledger) -> list[Row]:
    waits = ledger.max_wait_ms
    nothing = [0] * (len(tables.queue_intervals.columns) - 4)
    keys = ledger.queue_deltas.keys() | waits.keys()
    return [
        (site, *key, *ledger.queue_deltas.get(key, nothing), waits.get(key, 0))
        for key in sorted(keys)
        if waits.get(key) or any(ledger.queue_deltas.get(key, nothing))
    ]


def _agent_rows(site: str, ledger: Ledger) -> list[Row]:
    return [(site, *key, *delta) for key, delta in sorted(ledger.agent_deltas.items()) if any(delta)]
