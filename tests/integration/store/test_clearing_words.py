"""Clearing goes through all that people wrote, in short transactions, and goes on where it was killed."""

import signal
import subprocess
import sys
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Engine,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    insert,
    select,
    update,
)

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.numbers import Clearing
from ccfloor.floor.state import Floor
from ccfloor.store import clearing, row_pages, tables
from ccfloor.store.access_tables import number_edges
from ccfloor.store.clearing import Cleared, clear
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.written import Written, written
from tests.fakes.current import upgrade
from tests.fakes.stored_calls import call, put

DAY_S = 86_400.0
EDGE = 1_795_000_000.0
KEY = Clearing(b"a key")
NUMBER, OTHER = "13912345678", "13887654321"
NUMBERS = count(1)  # of rows whose key is a number
ROOT = Path(__file__).resolve().parents[3]


def cleared(engine: Engine, until: float = EDGE) -> Cleared:
    return clear(engine, "main", KEY, until, until, lambda _connection, _found: None)


def value(column: Column[Any]) -> Any:
    if isinstance(column.type, Text | LargeBinary):
        return "" if isinstance(column.type, Text) else b""
    return False if isinstance(column.type, Boolean) else 0


def keep(engine: Engine, table: Table, **given: Any) -> None:
    """A row with what is given, and nothing elsewhere."""
    empty = {one.name: value(one) for one in table.columns if not one.nullable and one.name != "id"}
    with writing(engine) as connection:
        connection.execute(insert(table).values(empty | {"site": "main"} | given))


def texts(engine: Engine, one: Written) -> list[str]:
    with engine.connect() as connection:
        return sorted(connection.scalars(select(one.text)))


AGES = (EDGE - 400 * DAY_S, EDGE - 1, EDGE + 1)


def keep_words(engine: Engine, one: Written) -> None:
    """An old, a due and a young row with a number in this column."""
    unique = {"token", "period", *(key.name for key in one.table.primary_key)}
    alone = (part for part in one.table.constraints if isinstance(part, UniqueConstraint))
    unique |= {key.name for part in alone for key in part.columns}
    unique -= {"id", "site", one.text.name, one.at.name}
    for place, at in enumerate(AGES):
        name = f"{one.table.name}.{one.text.name} {place}"
        keys = [one.table.c[key] for key in unique if key in one.table.c]
        mine = {key.name: name if isinstance(key.type, Text) else next(NUMBERS) for key in keys}
        words = f"{place}: rang {NUMBER}, again on 2026-05-28 at 10:30"
        keep(engine, one.table, **mine, **{one.text.name: words, one.at.name: at})


def test_numbers_in_words_go_as_they_grow_old(engine: Engine) -> None:
    for one in written():
        keep_words(engine, one)
    gone = KEY.number(NUMBER)
    assert cleared(engine).texts == 2 * len(list(written()))
    for one in written():
        old, due, young = (words for words in texts(engine, one) if words)
        assert old == f"0: rang {gone}, again on 2026-05-28 at 10:30", one
        assert gone in due and NUMBER in young, one
    assert cleared(engine).rows == 0


def test_an_outcome_grows_old_from_when_it_was_said(engine: Engine) -> None:
    common = {"declared_at": EDGE - 90 * DAY_S, "text": f"a word on {NUMBER}"}
    keep(engine, tables.incidents, **common, outcome=f"called {OTHER}", closed_at=EDGE + 1)
    assert cleared(engine).texts == 1
    assert cleared(engine, EDGE + DAY_S).texts == 1
    with engine.connect() as connection:
        assert OTHER not in connection.scalars(select(tables.incidents.c.outcome)).one()


def test_what_was_written_meanwhile_waits(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the reading and the writing of a page somebody else may change its rows."""
    put(engine, [call(1, EDGE - DAY_S * 9, number=NUMBER)])
    keep(engine, tables.campaigns, name="x", note=f"ask {NUMBER}", end=EDGE - 1)
    write = clearing._Run._write

    def meanwhile(run: Any, change: Any, rows: list[dict[str, Any]]) -> int:
        with writing(engine) as connection:
            connection.execute(update(tables.calls).values(name="Anna"))
            connection.execute(update(tables.campaigns).values(note="nobody"))
        return write(run, change, rows)

    with monkeypatch.context() as patch:
        patch.setattr(clearing._Run, "_write", meanwhile)
        cleared(engine)
    with engine.connect() as connection:
        kept = connection.execute(select(tables.calls.c.name, tables.calls.c.number)).one()
        assert tuple(kept) == ("Anna", NUMBER)
        assert connection.scalars(select(tables.campaigns.c.note)).one() == "nobody"
    assert cleared(engine).calls == 1


def test_the_last_picture_of_a_floor_that_stands_still(engine: Engine) -> None:
    plan = {
        "at": EDGE - 9,
        "key": "l1/floor/1795000000.000",
        "incidents": [{"id": 7, "text": f"ask {NUMBER}"}],
    }
    picture = msgspec.json.encode(Floor(FloorConfig()).view(EDGE - 9))
    keep(
        engine,
        tables.live_view,
        **{"at": EDGE - 9, "payload": picture, "sources": "[]", "plan": msgspec.json.encode(plan).decode()},
    )
    cleared(engine)
    with engine.connect() as connection:
        told = msgspec.json.decode(connection.scalars(select(tables.live_view.c.plan)).one())
    assert told["incidents"] == [{"id": 7, "text": f"ask {KEY.number(NUMBER)}"}]
    assert (told["at"], told["key"]) == (plan["at"], plan["key"])


def test_nothing_of_a_number_stays_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "floor.db"
    engine = open_engine(str(file))
    upgrade(engine)
    put(engine, [call(number, EDGE - 9 * DAY_S, number=f"139{number:08d}") for number in range(1, 400)])
    keep(engine, tables.plan_notes, about="x", at=EDGE - 9, text=f"ask {NUMBER}")
    cleared(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    stored = file.read_bytes()
    left = [number for number in range(1, 400) if f"139{number:08d}".encode() in stored]
    assert left == [] and NUMBER.encode() not in stored


def test_no_transaction_holds_more_than_a_page(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    put(engine, [call(number, EDGE - 9 * DAY_S, number=f"139{number:08d}") for number in range(1, 26)])
    sizes = []
    write = clearing._Run._write

    def measured(run: Any, change: Any, rows: list[dict[str, Any]]) -> int:
        sizes.append(len(rows))
        return write(run, change, rows)

    monkeypatch.setattr(row_pages, "AT_ONCE", 10)
    monkeypatch.setattr(clearing._Run, "_write", measured)
    assert cleared(engine).calls == 25
    assert max(sizes) == 10 and sum(sizes) == 25


@pytest.mark.parametrize("step", [1, 4, 9])
def test_a_killed_run_goes_on_with_the_next(tmp_path: Path, step: int) -> None:
    url = str(tmp_path / "floor.db")
    engine = open_engine(url)
    upgrade(engine)
    put(engine, [call(number, EDGE - 9 * DAY_S, number=f"139{number:08d}") for number in range(1, 31)])
    command = [sys.executable, "-m", "tests.fakes.doomed_clearing", url, str(EDGE)]
    died = subprocess.run([*command, str(step)], cwd=ROOT, timeout=60)
    assert died.returncode == -signal.SIGKILL
    number = tables.calls.c.number
    with engine.connect() as connection:
        left = len(connection.execute(select(number).where(~number.startswith("~"))).all())
        assert 0 < left == 30 - 3 * step and connection.execute(select(number_edges)).all() == []
    assert subprocess.run([*command, "0"], cwd=ROOT, timeout=60).returncode == 0
    with engine.connect() as connection:
        assert connection.execute(select(number).where(~number.startswith("~"))).all() == []
        assert connection.execute(select(number_edges.c.cleared)).scalar_one() == left
    engine.dispose()
