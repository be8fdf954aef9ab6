"""Writing many rows at once: SQL text made once from the tables, plain values in.

SQLite takes a prepared statement run over the values, PostgreSQL one statement whose parameters are
the columns as arrays. Both are several times faster than row objects.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import chain, repeat
from typing import Any

import msgspec
from sqlalchemy import Boolean, Column, Connection, Dialect, Double, Integer, LargeBinary, Table, Text
from sqlalchemy.types import TypeEngine

from ccfloor.floor.events import AnyEvent
from ccfloor.floor.records import Ledger
from ccfloor.store import tables

Row = Sequence[Any]
Merge = Callable[[str, str, Dialect], str]  # (table, quoted column, dialect) → expression

_encoder = msgspec.json.Encoder()
_VALUES = 2000  # parameters of one SQLite statement
KINDS = [str(kind.__struct_config__.tag) for kind in AnyEvent.__args__]  # names in the journal
KIND_OF = {kind: place for place, kind in enumerate(AnyEvent.__args__)}  # type → place in KINDS


def replaced(_table: str, column: str, _dialect: Dialect) -> str:
    """The new value wins."""
    return f"excluded.{column}"


def added(table: str, column: str, dialect: Dialect) -> str:
    """The new value is a delta; a longest wait keeps the greater."""
    if column == "max_wait_ms":
        greatest = "max" if dialect.name == "sqlite" else "greatest"
        return f"{greatest}({table}.{column}, excluded.{column})"
    return f"{table}.{column} + excluded.{column}"


def write_rows(
    connection: Connection, table: Table, rows: Sequence[Any], merge: Merge | None = None, site: str = ""
) -> None:
    """Insert rows of a site: values in the order of the table's columns, without a generated id or the site.

    With ``merge``, rows of a known primary key are updated by it instead. Rows of the Floor's own types
    are taken as they are.
    """
    if not rows:
        return
    if isinstance(rows[0], msgspec.Struct):
        rows = msgspec.to_builtins(rows)
    if connection.dialect.name == "sqlite":
        _write_sqlite(connection, table, rows, merge, site)
        return
    sql, columns = _statement(table, merge, connection.dialect)
    values = (repeat(site, len(rows)), *zip(*rows, strict=True))
    arrays = (cast(told) for cast, told in zip(map(_cast, columns), values, strict=True))
    connection.exec_driver_sql(sql, tuple(arrays))


def _write_sqlite(
    connection: Connection, table: Table, rows: Sequence[Row], merge: Merge | None, site: str
) -> None:
    # Some hundred values in one statement cost half of what the same rows cost one by one.
    size = max(1, _VALUES // len(rows[0]))
    whole = len(rows) - len(rows) % size
    if whole:
        sql, _ = _statement(table, merge, connection.dialect, size)
        for first in range(0, whole, size):
            connection.exec_driver_sql(sql, (site, *chain.from_iterable(rows[first : first + size])))
    if whole < len(rows):
        sql, _ = _statement(table, merge, connection.dialect)
        connection.exec_driver_sql(sql, [(site, *row) for row in rows[whole:]])


@lru_cache(maxsize=64)
def _statement(
    table: Table, merge: Merge | None, dialect: Dialect, rows: int = 1
) -> tuple[str, list[Column[Any]]]:
    """The statement, and the columns it sets: the site first, which is one value for all rows."""
    written = [column for column in table.columns if column.autoincrement is not True]
    columns = [table.c.site, *(column for column in written if column.name != "site")]
    quote = dialect.identifier_preparer.quote
    names = [quote(column.name) for column in columns]
    if dialect.name == "sqlite":
        row = f"(?1{', ?' * (len(names) - 1)})"
        values = "VALUES " + ", ".join([row] * rows)
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


def encoded(events: Sequence[AnyEvent]) -> bytes | None:
    """The journal's payloads, one a line; None where an event holds characters that are no text.

    Made all at once: half the time of making them one by one.
    """
    try:
        return _encoder.encode_lines(events)
    except UnicodeEncodeError:
        return None


# -- the ledger ------------------------------------------------------------------------------------


def ledger_rows(ledger: Ledger) -> dict[str, list[Any]]:
    """What a Floor handed over, as rows of the derived tables by name."""
    return {
        "calls": list(ledger.calls.values()),
        "call_legs": list(ledger.legs.values()),
        "seat_spans": ledger.spans,
        "queue_intervals": _queue_rows(ledger),
        "agent_intervals": _agent_rows(ledger),
    }


def _queue_rows(ledger: Ledger) -> list[Row]:
    waits = ledger.max_wait_ms
    nothing = [0] * (len(tables.queue_intervals.columns) - 4)
    keys = ledger.queue_deltas.keys() | waits.keys()
    return [
        (*key, *ledger.queue_deltas.get(key, nothing), waits.get(key, 0))
        for key in sorted(keys)
        if waits.get(key) or any(ledger.queue_deltas.get(key, nothing))
    ]


def _agent_rows(ledger: Ledger) -> list[Row]:
    return [(*key, *delta) for key, delta in sorted(ledger.agent_deltas.items()) if any(delta)]
