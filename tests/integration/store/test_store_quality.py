"""Every check of data quality finds exactly what was put there, of this viewer's site and queues."""

from collections.abc import Iterable

import pytest
from sqlalchemy import Engine, insert, update

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import AnyEvent, CallAnswered, CallJoined, Clock, FloorSnapshot, SourceLost
from ccfloor.floor.metrics import FIELDS
from ccfloor.kpi.period import Period
from ccfloor.store import quality_checks as checks
from ccfloor.store.day_check import compare_days
from ccfloor.store.days import prepare_days
from ccfloor.store.engine import writing
from ccfloor.store.recorder import BadLine, Recorder
from ccfloor.store.tables import bad_lines, calls, queue_days, queue_intervals
from ccfloor.store.viewer import Viewer
from tests.fakes.stored import CONFIG, T0, cut, day, items

DAY = Period("day", "", T0, T0 + 86_400)
LATER = T0 + 86_400.0
ALL = Viewer(site="main")
HOT = Viewer(site="main", queues=frozenset({"hot"}))


def record(engine: Engine, events: Iterable[AnyEvent], *, source: str = "ami", log: bool = False) -> None:
    recorder = Recorder(engine, CONFIG, "main", "live", live=True)
    for batch in cut(items(iter(events), source=source, log=log), 60):
        recorder.record(batch)


@pytest.fixture
def floor(engine: Engine) -> Engine:
    """A little day whose sums of days are kept."""
    prepare_days(engine, CONFIG, "main")
    record(engine, [*day(60), Clock(at=T0 + 1300.0)])  # the last wrap-up ends
    return engine


def test_a_sound_day_gives_no_doubt(floor: Engine) -> None:
    assert checks.repaired_calls(floor, ALL, CONFIG, T0, LATER).total == 0
    assert checks.gaps(floor, ALL, T0, LATER).total == 0
    assert checks.late_intervals(floor, ALL, T0, LATER, LATER).total == 0
    assert checks.one_sided(floor, ALL, CONFIG, T0, LATER, LATER) is None
    found = compare_days(floor, ALL, CONFIG, DAY)
    assert (found.kept, found.differences) == (True, [])
    assert found.figures == 2 * len(FIELDS)


def test_calls_out_of_sight_are_named_with_what_was_put_in(floor: Engine) -> None:
    at = T0 + 5000.0
    stray = CallAnswered(at=at, call="stray", queue="vip", seat="P/1", wait_s=4.0)
    waiting = CallJoined(at=at + 10, call="gone", queue="hot", number="13812345678")
    lost = SourceLost(at=at + 20, why="cut")
    back = FloorSnapshot(at=at + 80, blind_since=at + 20)
    recorder = Recorder(floor, CONFIG, "main", "live", live=True)
    recorder.record(items(iter([stray, waiting, lost, back]), first=10_000))
    found = checks.repaired_calls(floor, ALL, CONFIG, T0, LATER)
    assert [(row.why, row.queue, row.number) for row in found.rows] == [
        ("repaired", "hot", "138****5678"),
        ("estimated", "vip", ""),
    ]
    assert found.total == 2 and checks.repaired_calls(floor, HOT, CONFIG, T0, LATER).total == 1
    assert checks.repaired_calls(floor, ALL, CONFIG, T0, at - 100).total == 0
    gaps = checks.gaps(floor, ALL, T0, LATER)
    assert [(gap.source, gap.start, gap.end, gap.blind) for gap in gaps.rows] == [
        ("ami", at + 20, at + 80, True)
    ]


def test_a_call_that_does_not_end_keeps_its_quarter_hour_open(floor: Engine) -> None:
    at = T0 + 6000.0
    recorder = Recorder(floor, CONFIG, "main", "live", live=True)
    recorder.record(items(iter([CallJoined(at=at, call="open", queue="hot", number="1")]), first=10_000))
    late = checks.late_intervals(floor, ALL, T0, LATER, at + 7200)
    assert [(row.queue, row.start, row.open) for row in late.rows] == [("hot", int(at // 900 * 900), 1)]
    assert checks.late_intervals(floor, ALL, T0, LATER, at + 900).total == 0
    (call,) = checks.open_calls(floor, ALL, CONFIG, T0, LATER, at + 7200).rows
    assert (call.position, call.why) == (10_000, "open")
    assert checks.open_calls(floor, ALL, CONFIG, T0, LATER, at + 600).total == 0


def test_calls_that_only_one_source_told_of(engine: Engine) -> None:
    events = list(day(60))
    recorder = Recorder(engine, CONFIG, "main", "live", live=True)
    recorder.record(items(iter(events)))
    logged = [event for event in events if not (isinstance(event, CallJoined) and event.call.endswith(".20"))]
    logged = [event for event in logged if getattr(event, "call", "") != f"c{T0:.0f}.20"]
    recorder.record(items(iter(logged), source="queue_log", log=True))
    found = checks.one_sided(engine, ALL, CONFIG, T0, LATER, LATER)
    assert found is not None
    assert [(row.why, row.entered_at) for row in found.rows] == [("live_only", T0 + 400)]
    with writing(engine) as connection:
        other = calls.c.entered_at == T0 + 600
        connection.execute(update(calls).where(other).values(seen_live=False, seen_log=True))
    again = checks.one_sided(engine, ALL, CONFIG, T0, LATER, LATER)
    assert again is not None and again.total == 2
    assert [row.why for row in again.rows] == ["log_only", "live_only"]


def test_bad_lines_of_the_period(floor: Engine) -> None:
    recorder = Recorder(floor, CONFIG, "main", "live", live=True)
    recorder.record([], bad=[BadLine("queue_log", f"queue_log:{n}", "why", T0 + n) for n in range(5)])
    found = checks.unreadable(floor, ALL, T0 + 1, T0 + 4, limit=2)
    assert found.total == 3 and [row.place for row in found.rows] == ["queue_log:3", "queue_log:2"]
    with writing(floor) as connection:
        row = {"site": "other", "source": "x", "place": "x:1", "why": "", "at": T0 + 2}
        connection.execute(insert(bad_lines), [row])
    assert checks.unreadable(floor, ALL, T0 + 1, T0 + 4).total == 3


@pytest.mark.parametrize("wrong", ["day", "interval", "call"])
def test_a_figure_that_does_not_agree_is_named(floor: Engine, wrong: str) -> None:
    with writing(floor) as connection:
        if wrong == "day":
            hot = queue_days.c.queue == "hot"
            connection.execute(update(queue_days).where(hot).values(talk_ms=queue_days.c.talk_ms + 7))
        elif wrong == "interval":
            first = (queue_intervals.c.queue == "hot", queue_intervals.c.start == int(T0))
            connection.execute(update(queue_intervals).where(*first).values(rona=99))
        else:
            one = calls.c.entered_at == T0 + 20.0
            connection.execute(update(calls).where(one).values(outcome="abandoned"))
    found = compare_days(floor, ALL, CONFIG, DAY).differences
    named = {line.field for line in found}
    assert (
        named
        == {"day": {"talk_ms"}, "interval": {"rona"}, "call": {"answered", "abandoned", "talk_ms"}}[wrong]
    )
    assert all(line.queue == "hot" and line.day == 20260528 for line in found)
    if wrong == "day":
        (line,) = found
        assert line.of_day == line.of_intervals + 7 and line.of_calls == line.of_intervals


def test_where_days_are_cut_otherwise_they_are_not_compared(floor: Engine) -> None:
    other = FloorConfig(zone="UTC", day_start_s=4 * 3600, queues=CONFIG.queues)
    found = compare_days(floor, ALL, other, DAY._replace(start=T0 + 4 * 3600, end=LATER + 4 * 3600))
    assert not found.kept and all(line.of_day is None for line in found.differences)
