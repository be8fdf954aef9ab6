"""Of every text in the database it is told what it holds: a new one without a word fails here."""

from typing import get_args

import msgspec
import pytest
from sqlalchemy import Double, LargeBinary, Text

from ccfloor.floor.events import AnyEvent, WaitingState
from ccfloor.store import access_tables, advice_tables, move_tables, qa_tables, tables
from ccfloor.store.clearing import _KINDS
from ccfloor.store.written import EVENT_TEXTS, TEXTS, Holds, columns, written

assert access_tables.audit.metadata is qa_tables.qa_scores.metadata is tables.metadata
assert move_tables.moves.metadata is advice_tables.advice.metadata is tables.metadata


def told(table: str) -> list[str]:
    return [name for names in TEXTS[table].values() for name in names.split()]


def test_no_table_is_left_out() -> None:
    assert set(TEXTS) == set(tables.metadata.tables)


@pytest.mark.parametrize("table", sorted(tables.metadata.tables))
def test_every_text_has_one_word(table: str) -> None:
    held = tables.metadata.tables[table].columns
    texts = [one.name for one in held if isinstance(one.type, (Text, LargeBinary)) and one.name != "site"]
    assert sorted(told(table)) == sorted(texts)


def test_what_is_cleared_is_named() -> None:
    assert columns(Holds.CALLER) == [
        *("calls.number", "calls.name", "calls.target", "checkpoints.blob", "journal.payload"),
        *("live_view.payload", "live_view.plan", "number_links.number"),
    ]
    assert {"annotations.text", "campaigns.note", "incidents.outcome", "notices.text"} <= {
        f"{one.table.name}.{one.text.name}" for one in written()
    }
    assert {one.at.name for one in written() if not isinstance(one.at.type, Double)} == set()


def test_every_text_of_an_event_has_one_word() -> None:
    known = {name: holds for holds, names in EVENT_TEXTS.items() for name in names.split()}
    events = [*get_args(AnyEvent), WaitingState]
    texts = {
        (event, field.name)
        for event in events
        for field in msgspec.structs.fields(event)
        if field.type is str or field.type == str | None
    }
    assert {name for _, name in texts} == set(known)
    tags = {
        msgspec.inspect.type_info(event).tag  # type: ignore[union-attr]
        for event, name in texts
        if known[name] is Holds.CALLER and event is not WaitingState
    }
    assert tags | {"floor_snapshot"} == set(_KINDS)
