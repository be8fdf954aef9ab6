"""Everything derived follows from the journal: made again it is the same, and what was spoilt is mended."""

import itertools
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, inspect, select, update

from ccfloor.floor.state import Floor
from ccfloor.store import checkpoint, tables
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.past import show_at
from ccfloor.store.rebuild import Difference, rebuild
from ccfloor.store.recorder import Item, Recorder
from tests.fakes.current import upgrade
from tests.fakes.stored import CONFIG, T0, cut, day, held, items
from tests.unit.floor.test_properties import Step, steps, stream

DAY = items(day(60))
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """One SQLite database for all the examples: each has a site of its own."""
    opened = open_engine(str(tmp_path_factory.mktemp("rebuild") / "floor.db"))
    upgrade(opened)
    return opened


def fill(engine: Engine) -> None:
    for batch in cut(DAY, 37):
        Recorder(engine, CONFIG, "main", "live", live=True).record(batch)
    past = Recorder(engine, CONFIG, "main", "history", live=False)
    for batch in cut(items(day(30, T0 - 86_400), "log", log=True), 11):
        past.record(batch)
    past.checkpoint()


@settings(max_examples=80, deadline=None)
@given(steps, st.sets(st.integers(1, 120)), st.booleans())
def test_any_stream_rebuilt_is_what_was_stored(
    shared: Engine, told: list[Step], cuts: set[int], restarts: bool
) -> None:
    site = f"s{next(_numbers)}"
    recorder = Recorder(shared, CONFIG, site, "live", live=True)
    batch: list[Item] = []
    for event, position, log in stream(told):
        batch.append(Item(f"{site}.log" if log else f"{site}.ami", position, event, log))
        if position in cuts:
            recorder.record(batch)
            batch = []
            if restarts:
                recorder = Recorder(shared, CONFIG, site, "live", live=True)
    recorder.record(batch)
    assert rebuild(shared, CONFIG, site, replace=False).differences == []


def test_a_rebuild_changes_nothing_and_leaves_nothing_behind(engine: Engine) -> None:
    fill(engine)
    before, names = held(engine), inspect(engine).get_table_names()
    told: list[tuple[int, int]] = []
    found = rebuild(engine, CONFIG, "main", progress=lambda *at: told.append(at))
    assert found.differences == []
    assert found.rows == {name: len(rows) for name, rows in before.items()}
    assert held(engine) == before
    assert inspect(engine).get_table_names() == names


def test_spoilt_rows_are_reported_and_mended(engine: Engine) -> None:
    fill(engine)
    before = held(engine)
    with writing(engine) as connection:
        connection.execute(update(tables.calls).where(tables.calls.c.call.endswith(".7")).values(talk_ms=1))
        connection.execute(delete(tables.call_legs).where(tables.call_legs.c.seat == "P/1"))
        span = dict(connection.execute(select(tables.seat_spans)).mappings().first() or {})
        connection.execute(tables.seat_spans.insert().values(_copy(span)))
        more = tables.queue_intervals.c.offered + 1
        connection.execute(update(tables.queue_intervals).values(offered=more))
    spoilt = held(engine)
    only = rebuild(engine, CONFIG, "main", replace=False)
    assert held(engine) == spoilt, "looking changes nothing"
    legs = len(before["call_legs"]) - len(spoilt["call_legs"])
    intervals = len(before["queue_intervals"])
    assert only.differences == [
        Difference("calls", 2, 2),
        Difference("call_legs", 0, legs),
        Difference("seat_spans", 1, 0),
        Difference("queue_intervals", intervals, intervals),
    ]
    assert rebuild(engine, CONFIG, "main").differences == only.differences
    assert held(engine) == before
    assert rebuild(engine, CONFIG, "main").differences == []


def _copy(span: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in span.items() if name != "id"}


def test_recording_goes_on_after_a_mending(engine: Engine) -> None:
    fill(engine)
    with writing(engine) as connection:
        connection.execute(delete(tables.calls))
    rebuild(engine, CONFIG, "main")
    more = items(day(20, T0 + 3600), first=len(DAY) + 1)
    Recorder(engine, CONFIG, "main", "live", live=True).record(more)
    assert rebuild(engine, CONFIG, "main", replace=False).differences == []


def test_the_floor_of_any_moment_comes_back(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "EVERY_EVENTS", 50)
    live, shown = Recorder(engine, CONFIG, "main", "live", live=True), {}
    for batch in cut(DAY, 30):
        live.record(batch)
        shown[live.floor.at] = msgspec.to_builtins(live.floor.view(live.floor.at))
    for at, view in shown.items():
        again = show_at(engine, CONFIG, "main", at)
        assert msgspec.to_builtins(again) == view
    assert show_at(engine, CONFIG, "main", T0 - 1) is None


def test_a_moment_of_imported_days_has_its_windows(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "EVERY_LOGGED", 50)
    past = Recorder(engine, CONFIG, "main", "import", live=False)
    told = [item for start in (0, 1, 2) for item in day(40, T0 + 86_400 * start)]
    at, never_stopped = T0 + 2 * 86_400 + 205, Floor(CONFIG)
    for batch in cut(items(iter(told), "log", log=True), 25):
        past.record(batch)
        for item in batch:
            if item.event.at <= at:
                never_stopped.apply(item.event, 1, item.position, log=True)
        never_stopped.take()
    view = show_at(engine, CONFIG, "main", at)
    assert view is not None
    assert (view.floor.today.offered, view.floor.today.abandoned, view.floor.waiting) == (11, 2, 0)
    assert view.floor.last_15.occupancy is not None
    assert msgspec.to_builtins(view) == msgspec.to_builtins(never_stopped.view(at))


def test_old_checkpoints_are_thinned_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "EVERY_EVENTS", 20)
    monkeypatch.setattr(checkpoint, "THIN_EVENTS", 100)
    engine = open_engine(str(tmp_path / "floor.db"))
    upgrade(engine)
    live = Recorder(engine, CONFIG, "main", "live", live=True)
    told = [event for number in range(5) for event in day(30, T0 + 86_400 * number)]
    for batch in cut(items(iter(told)), 10):
        live.record(batch)
    with engine.connect() as connection:
        kept = connection.execute(select(tables.checkpoints.c.journal_id, tables.checkpoints.c.at)).all()
    edge = max(row.at for row in kept) - checkpoint.KEEP_ALL_S
    old = [row.journal_id for row in kept if row.at < edge]
    recent = [row.journal_id for row in kept if row.at >= edge]
    assert len({row // 100 for row in old}) == len(old) > 1
    assert len(recent) > len(old)
