"""The recorder: once and only once, and never ahead of the database."""

import subprocess
import sys

import msgspec
import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import OperationalError

from ccfloor.floor.events import CallJoined, Noted, SourceLost
from ccfloor.floor.view import FloorView
from ccfloor.store import page, tables
from ccfloor.store.page import WriterConflict
from ccfloor.store.recorder import BAD_LINES_KEPT, BadLine, Item, Recorded, Recorder
from tests.fakes.stored import CONFIG, T0, cut, day, held, held_by, items

DAY = items(day(60))


def recorder(engine: Engine, feed: str = "live", live: bool = True) -> Recorder:
    return Recorder(engine, CONFIG, "main", feed, live=live)


def journalled(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(tables.journal)) or 0


def test_the_same_batch_twice_changes_nothing(engine: Engine) -> None:
    live = recorder(engine)
    assert live.record(DAY) == Recorded(len(DAY), 0)
    once = held(engine, tables.journal)
    assert live.record(DAY) == Recorded(0, len(DAY))
    assert recorder(engine).record(DAY) == Recorded(0, len(DAY))
    assert held(engine, tables.journal) == once
    assert len(once["calls"]) == 60


def test_batches_that_overlap_store_each_event_once(engine: Engine) -> None:
    live = recorder(engine)
    live.record(DAY[:50])
    assert live.record(DAY[30:90]) == Recorded(40, 20)
    assert live.record([*DAY[90:], *DAY[90:]]) == Recorded(len(DAY) - 90, len(DAY) - 90)
    assert journalled(engine) == len(DAY)


def test_how_the_day_is_cut_and_restarted_makes_no_difference(engine: Engine) -> None:
    for batch in cut(DAY, 17):
        recorder(engine).record(batch)
    in_pieces = held(engine)
    with engine.begin() as connection:
        for table in reversed(tables.metadata.sorted_tables):
            connection.execute(table.delete())
    recorder(engine).record(DAY)
    at_once = held(engine)
    keys = {name: [row[2:] for row in rows] for name, rows in at_once.items()}
    assert keys == {name: [row[2:] for row in rows] for name, rows in in_pieces.items()}


def test_a_restart_shows_the_same_floor(engine: Engine) -> None:
    live = recorder(engine)
    for batch in cut(DAY[:-3], 20):
        live.record(batch)
    later = live.floor.at + 5
    shown = msgspec.to_builtins(live.floor.view(later))
    assert msgspec.to_builtins(recorder(engine).floor.view(later)) == shown
    live.checkpoint()
    assert msgspec.to_builtins(recorder(engine).floor.view(later)) == shown


def test_a_failed_transaction_leaves_the_floor_where_the_database_is(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = recorder(engine)
    live.record(DAY[:40])
    before = held(engine, tables.journal, tables.sources)
    write = page.write_rows

    def failing(connection: object, table: object, *more: object) -> None:
        if table is tables.queue_intervals:
            raise OperationalError("INSERT", {}, Exception("the disk is full"))
        write(connection, table, *more)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(page, "write_rows", failing)
        with pytest.raises(OperationalError):
            live.record(DAY[40:])
    assert held(engine, tables.journal, tables.sources) == before
    assert live.floor.events == 40
    assert live.record(DAY[40:]) == Recorded(len(DAY) - 40, 0)
    assert journalled(engine) == len(DAY)


def test_two_feeds_and_two_sources_keep_apart(engine: Engine) -> None:
    live, past = recorder(engine), recorder(engine, "history", live=False)
    yesterday = items(day(40, T0 - 86_400), "history", first=1)
    for one, other in zip(cut(DAY, 25), cut(yesterday, 25), strict=False):
        live.record(one)
        past.record(other)
    live.record(DAY)
    past.record(yesterday)
    assert live.floor.events == len(DAY)
    assert past.floor.events == len(yesterday)
    assert recorder(engine).floor.events == len(DAY)
    with engine.connect() as connection:
        offered = connection.scalar(select(func.sum(tables.queue_intervals.c.offered)))
    assert offered == 100
    with pytest.raises(WriterConflict, match="feed 'live'"):
        past.record([Item("ami", 10**9, Noted(at=T0, verb="X"))])


def test_a_second_writer_of_the_feed_is_told_and_goes_on_from_the_first(engine: Engine) -> None:
    first, second = recorder(engine), recorder(engine)
    assert second.floor.events == 0
    first.record(DAY[:30])
    with pytest.raises(WriterConflict):
        second.record(DAY[:60])
    assert second.record(DAY[:60]) == Recorded(30, 30)
    assert journalled(engine) == 60


def test_progress_and_bad_lines_are_stored_with_their_batch(engine: Engine) -> None:
    log = recorder(engine, "import", live=False)
    assert log.cursor("queue_log:1") is None
    line = CallJoined(at=T0, call="a", queue="hot")
    places = (f"queue_log:{number}" for number in range(BAD_LINES_KEPT + 5))
    bad = [BadLine("queue_log:1", place, "no verb", T0) for place in places]
    log.record([Item("queue_log:1", 40, line, True)], progress={"queue_log:1": (90, "mark")}, bad=bad)
    again = recorder(engine, "import", live=False)
    assert log.cursor("queue_log:1") == again.cursor("queue_log:1") == (90, "mark")
    assert again.record([Item("queue_log:1", 80, line, True)]) == Recorded(0, 1)
    with engine.connect() as connection:
        source = connection.execute(select(tables.sources)).one()
        kept = connection.scalar(select(func.count()).select_from(tables.bad_lines))
    assert (source.kind, source.bad, source.events, kept) == ("log", BAD_LINES_KEPT + 5, 1, BAD_LINES_KEPT)


def test_text_that_no_database_can_keep_does_not_stop_the_feed(engine: Engine) -> None:
    live = recorder(engine)
    broken = [
        Item("ami", 1, CallJoined(at=T0, call="a\0b", queue="hot", name="zero\0")),
        Item("ami", 2, CallJoined(at=T0 + 1, call="\ud800", queue="hot")),
        Item("ami", 3, CallJoined(at=T0 + 2, call="c", queue="hot")),
    ]
    assert live.record(broken) == Recorded(2, 1)
    assert live.record([Item("ami", 4, CallJoined(at=T0, call="\udfff", queue="hot"))]) == Recorded(0, 1)
    assert journalled(engine) == 2
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(tables.calls)) == 2
        assert list(connection.scalars(select(tables.bad_lines.c.place))) == ["ami:2", "ami:4"]


def test_the_live_view_is_one_row_that_counts_up(engine: Engine) -> None:
    live = recorder(engine)
    live.record(DAY)
    for number in (1, 2):
        view = live.show(T0 + 2000 + number, T0 + 2001, b'[{"source":"ami"}]')
        with engine.connect() as connection:
            row = connection.execute(select(tables.live_view)).one()
        assert (row.seq, row.at, row.written_at) == (number, view.at, T0 + 2001)
        assert msgspec.json.decode(row.payload, type=FloorView) == view
        assert row.sources == '[{"source":"ami"}]'


def test_a_log_that_covers_live_time_meets_the_live_calls(engine: Engine) -> None:
    live = recorder(engine)
    live.record(DAY)
    live.record([Item("ami", len(DAY) + 1, SourceLost(at=T0 + 1300))])
    spans = held(engine)["seat_spans"]
    told = [event for event in day(60) if type(event).__name__.startswith("Call")]
    past = recorder(engine, "import", live=False)
    for batch in cut(items(iter(told), "queue_log:1", log=True), 31):
        past.record(batch)
    now = held(engine)
    assert len(now["calls"]) == 60
    assert now["seat_spans"] == spans, "the log gives no seat time that the live link saw"
    with engine.connect() as connection:
        sums = tables.queue_intervals.c
        query = select(func.sum(sums.offered), func.sum(sums.answered), func.sum(sums.abandoned))
        assert tuple(connection.execute(query).one()) == (60, 48, 12)
        seen = select(tables.calls.c.seen_live, tables.calls.c.seen_log).distinct()
        assert [tuple(row) for row in connection.execute(seen)] == [(True, True)]


def test_kill_9_in_mid_batch_loses_and_doubles_nothing(engine: Engine) -> None:
    url = engine.url.render_as_string(hide_password=False)

    def run(last: int) -> int:
        command = [sys.executable, "-m", "tests.fakes.doomed_writer", url, "60", "40", str(last)]
        return subprocess.run(command, timeout=60).returncode

    assert [run(last) for last in (1, 6, 14, 23)] == [-9] * 4
    killed = held(engine, tables.journal)
    assert run(0) == 0
    crashed = held(engine, tables.journal)
    assert 0 < len(killed["journal"]) < len(crashed["journal"]) == len(DAY)
    whole = Recorder(engine, CONFIG, "other", "live", live=True)
    for batch in cut(DAY, 40):
        whole.record(batch)
    one, other = held_by(engine, "main"), held_by(engine, "other")
    assert one == other
    assert len(one["calls"]) == 60
