"""Recording with a writing process: the same rows, and no silence when that process fails."""

import pytest
from sqlalchemy import Engine, select, text

from ccfloor.store import tables
from ccfloor.store.bulk import WriterGone, bulk_recorder
from ccfloor.store.engine import writing
from ccfloor.store.rebuild import rebuild
from ccfloor.store.recorder import Recorder
from tests.fakes.stored import CONFIG, cut, day, held, items

DAY = items(day(60), "queue_log:1", log=True)


def test_a_writing_process_stores_the_same(engine: Engine) -> None:
    with bulk_recorder(engine, CONFIG, "main", "import") as bulk:
        for batch in cut(DAY, 40):
            bulk.record(batch, progress={"queue_log:1": (batch[-1].position, "mark")})
        bulk.checkpoint()
        assert bulk.cursor("queue_log:1") == (len(DAY), "mark")
    stored = held(engine, tables.journal)
    assert len(stored["journal"]) == len(DAY)
    assert rebuild(engine, CONFIG, "main").differences == []
    with writing(engine) as connection:
        for table in reversed(tables.metadata.sorted_tables):
            connection.execute(table.delete())
        if engine.dialect.name == "postgresql":
            connection.execute(text("ALTER SEQUENCE sources_id_seq RESTART"))
    one = Recorder(engine, CONFIG, "main", "import", live=False)
    for batch in cut(DAY, 40):
        one.record(batch)
    assert held(engine, tables.journal) == stored


def test_what_was_not_checkpointed_is_stored_at_the_end(engine: Engine) -> None:
    with bulk_recorder(engine, CONFIG, "main", "import") as bulk:
        bulk.record(DAY)
    assert len(held(engine, tables.journal)["journal"]) == len(DAY)


def test_a_failing_writer_is_told_and_the_next_start_goes_on(engine: Engine) -> None:
    other = Recorder(engine, CONFIG, "main", "import", live=False)
    other.record(DAY[:10])
    with (
        pytest.raises(WriterGone, match="WriterConflict"),
        bulk_recorder(engine, CONFIG, "main", "import") as bulk,
    ):
        assert bulk.floor.events == 10
        other.record(DAY[:50])
        for batch in cut(DAY, 40):
            bulk.record(batch)
    with bulk_recorder(engine, CONFIG, "main", "import") as bulk:
        bulk.record(DAY)
    assert len(held(engine, tables.journal)["journal"]) == len(DAY)
    with engine.connect() as connection:
        assert connection.scalar(select(tables.feeds.c.events)) == len(DAY)


def test_bulk_meets_the_live_calls_too(engine: Engine) -> None:
    live = Recorder(engine, CONFIG, "main", "live", live=True)
    live.record(items(day(60)))
    told = [event for event in day(60) if type(event).__name__.startswith("Call")]
    with bulk_recorder(engine, CONFIG, "main", "import") as bulk:
        for batch in cut(items(iter(told), "queue_log:1", log=True), 50):
            bulk.record(batch)
    assert len(held(engine)["calls"]) == 60
