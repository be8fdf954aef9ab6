"""An empty database is filled without the big indexes; they come afterwards, also when nobody was left to."""

from sqlalchemy import Engine, inspect

from ccfloor.store import tables
from ccfloor.store.bulk import bulk_recorder
from ccfloor.store.cold import mend_indexes, put_off_indexes
from ccfloor.store.migrate import upgrade
from ccfloor.store.recorder import Recorder
from tests.fakes.stored import CONFIG, day, items

DAY = items(day(20), "queue_log:1", log=True)
WANTED = {index.name for table in (tables.calls, tables.seat_spans) for index in table.indexes}


def present(engine: Engine) -> set[str | None]:
    look = inspect(engine)
    return {index["name"] for name in ("calls", "seat_spans") for index in look.get_indexes(name)} & WANTED


def test_after_a_bulk_import_every_index_is_there(engine: Engine) -> None:
    with bulk_recorder(engine, CONFIG, "main", "import") as bulk:
        bulk.record(DAY)
    assert present(engine) == WANTED


def test_only_an_empty_sqlite_database_puts_them_off(engine: Engine) -> None:
    sqlite = engine.dialect.name == "sqlite"
    assert put_off_indexes(engine) is sqlite
    assert present(engine) == (set() if sqlite else WANTED)
    mend_indexes(engine)
    Recorder(engine, CONFIG, "main", "import", live=False).record(DAY)
    assert not put_off_indexes(engine)
    assert present(engine) == WANTED


def test_the_next_start_mends_what_a_killed_import_left(engine: Engine) -> None:
    put_off_indexes(engine)
    upgrade(engine)
    assert present(engine) == WANTED
    assert mend_indexes(engine) == []
