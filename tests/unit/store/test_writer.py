"""Rows fit their tables: as many values as there are columns to write, whatever is added to either."""

import msgspec
import pytest

from ccfloor.floor.events import EndedBy, Outcome
from ccfloor.floor.metrics import FIELDS
from ccfloor.floor.records import AGENT_FIELDS, CallRow, Ledger, LegRow, SpanRow
from ccfloor.floor.seats import SeatStatus
from ccfloor.store import tables
from ccfloor.store.writer import KIND_OF, ledger_rows

LEDGER = Ledger(
    calls={
        (1, 2): CallRow(1, 2, "c", "q", 10.0, outcome=Outcome.ANSWERED, ended_by=EndedBy.AGENT, final=True)
    },
    legs={(1, 2, 0): LegRow(1, 2, 0, "s", "a", 11.0)},
    spans=[SpanRow("s", "a", 1.0, 2.0, SeatStatus.ON_CALL)],
    queue_deltas={("q", 0): [1] * len(FIELDS), ("idle", 0): [0] * len(FIELDS)},
    max_wait_ms={("q", 0): 7},
    agent_deltas={("a", 0): [2] * len(AGENT_FIELDS)},
)


@pytest.mark.parametrize("table", tables.DERIVED, ids=lambda table: table.name)
def test_a_row_has_a_value_for_every_column(table: tables.Table) -> None:
    (row,) = ledger_rows("main", LEDGER)[table.name]
    columns = [column.name for column in table.columns if column.autoincrement is not True]
    named = dict(zip(columns, row, strict=True))
    assert named["site"] == "main"
    plain = {type(value) for value in row} - {int, float, str, bool, type(None)}
    assert plain == set(), "drivers take plain values on their short way"


def test_a_calls_columns_are_its_fields() -> None:
    (row,) = ledger_rows("main", LEDGER)["calls"]
    named = dict(zip((column.name for column in tables.calls.columns), row, strict=True))
    wanted = msgspec.to_builtins(LEDGER.calls[(1, 2)])
    assert {name: named["source_id" if name == "source" else name] for name in wanted} == wanted


def test_the_journal_knows_every_kind_of_event() -> None:
    assert len(KIND_OF) == len(set(KIND_OF.values()))
    assert {"call_joined", "floor_snapshot", "clock"} <= set(KIND_OF.values())
