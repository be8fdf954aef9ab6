"""Rows fit their tables: as many values as there are columns to write, whatever is added to either."""

import msgspec
import pytest

from ccfloor.floor.events import EndedBy, FloorSnapshot, Outcome
from ccfloor.floor.metrics import FIELDS
from ccfloor.floor.records import AGENT_FIELDS, CallRow, Ledger, LegRow, SpanRow
from ccfloor.floor.seats import SeatStatus
from ccfloor.store import tables
from ccfloor.store.writer import KIND_OF, KINDS, ledger_rows

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
    (row,) = msgspec.to_builtins(ledger_rows(LEDGER)[table.name])
    columns = [column.name for column in table.columns if column.autoincrement is not True]
    columns.remove("site")
    assert len(row) == len(columns)
    plain = {type(value) for value in row} - {int, float, str, bool, type(None)}
    assert plain == set(), "drivers take plain values on their short way"


def test_columns_are_the_fields_of_their_rows() -> None:
    for table, row in ((tables.calls, CallRow), (tables.call_legs, LegRow), (tables.seat_spans, SpanRow)):
        columns = [column.name for column in table.columns if column.name not in ("id", "site")]
        assert columns == [{"source": "source_id"}.get(name, name) for name in row.__struct_fields__]


def test_the_journal_knows_every_kind_of_event() -> None:
    assert len(KINDS) == len(set(KINDS))
    assert KINDS[KIND_OF[FloorSnapshot]] == "floor_snapshot"
