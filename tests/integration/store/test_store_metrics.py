"""The figures of any period, against those computed by others and those counted by hand."""

from datetime import datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from ccfloor.acd.queue_log_files import read_blocks
from ccfloor.floor.config import FloorConfig, SeatInfo
from ccfloor.floor.events import CallAnswered, CallEnded, CallJoined, CallLeft, Outcome
from ccfloor.store.engine import open_engine
from ccfloor.store.metrics_query import COUNTS, metric_rows
from ccfloor.store.recorder import Recorder
from ccfloor.store.viewer import Viewer
from tests.fakes.current import upgrade
from tests.fakes.stored import CONFIG, T0, cut, day, items

BANK = Path(__file__).parents[2] / "fixtures" / "queue_log_bank_morning"
UTC = FloorConfig(zone="UTC")
FEBRUARY = (917827200.0, 920246400.0)
VIEWER = Viewer()
KEYS = [
    *("start", "end", "offered", "answered", "abandoned", "short_abandoned", "timed_out", "key_exit"),
    *("withdrawn", "left_empty", "refused_full", "refused_empty", "transferred_out", "answered_in_t"),
    *("abandoned_in_t", "wait_answered_s", "wait_abandoned_s", "talk_s", "hold_s", "acw_s", "ring_s"),
    *("max_wait_s", "service_level", "asa_s", "aht_s", "abandon_rate", "occupancy"),
]


@pytest.fixture
def bank(engine: Engine) -> Engine:
    events = [event for block in read_blocks(BANK) for _, event in block.events]
    for batch in cut(items(iter(events), "log", log=True), 20):  # type: ignore[arg-type]
        Recorder(engine, UTC, "main", "import", live=False).record(batch)
    return engine


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    opened = open_engine(str(tmp_path_factory.mktemp("metrics") / "floor.db"))
    upgrade(opened)
    Recorder(opened, CONFIG, "main", "live", live=True).record(items(day(200)))
    return opened


def at(text: str, zone: str = "UTC") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def test_a_banks_morning_by_the_half_hour(bank: Engine) -> None:
    rows = metric_rows(bank, VIEWER, UTC, *FEBRUARY, by=("halfhour",), variant="sl_negative")
    got = [
        [row[name] for name in ("start", "offered", "answered", "abandoned", "talk_s", "max_wait_s")]
        for row in rows
    ]
    assert got == [
        ["1999-02-01T06:30:00+00:00", 1, 1, 0, 113.0, 0.0],
        ["1999-02-01T07:00:00+00:00", 20, 19, 1, 1913.0, 9.0],
        ["1999-02-01T07:30:00+00:00", 30, 27, 3, 3155.0, 134.0],
    ]
    assert [row["service_level"] for row in rows] == pytest.approx([1.0, 0.95, 0.8])
    assert [row["asa_s"] for row in rows] == pytest.approx([0.0, 0.0, 10.777778])
    assert [row["abandon_rate"] for row in rows] == pytest.approx([0.0, 0.05, 0.1])
    assert {row["occupancy"] for row in rows} == {None}, "the log does not say who was present"


def test_every_row_has_the_same_keys(bank: Engine) -> None:
    for by, named in (
        (("floor",), []),
        (("day",), []),
        (("queue",), ["queue"]),
        (("day", "queue"), ["queue"]),
        (("agent",), ["agent"]),
        (("agent", "queue", "halfhour"), ["queue", "agent"]),
    ):
        rows = metric_rows(bank, VIEWER, UTC, *FEBRUARY, by=by)
        assert rows
        assert all(list(row) == [*KEYS[:2], *named, *KEYS[2:]] for row in rows), by


def test_agents_by_the_instant_of_the_answer(bank: Engine) -> None:
    rows = metric_rows(bank, VIEWER, UTC, *FEBRUARY, by=("agent",))
    assert "MICHAL" in {row["agent"] for row in rows}
    assert sum(row["answered"] for row in rows) == 47
    assert sum(row["talk_s"] for row in rows) == 5181.0
    assert {row["offered"] for row in rows} == {None}
    mixed = metric_rows(bank, VIEWER, UTC, *FEBRUARY, by=("agent", "queue"))
    assert sum(row["answered"] for row in mixed) == 47
    assert {row["occupancy"] for row in mixed} == {None}


def test_another_threshold_is_counted_from_the_calls(bank: Engine) -> None:
    def in_t(threshold_s: float | None) -> tuple[int, int]:
        (row,) = metric_rows(bank, VIEWER, UTC, *FEBRUARY, threshold_s=threshold_s)
        return row["answered_in_t"], row["abandoned_in_t"]

    assert in_t(None) == in_t(20) == (44, 3)
    assert in_t(0) == (39, 0)
    assert in_t(18) == (43, 3)
    assert in_t(17.9) == (42, 2)
    assert in_t(134) == (47, 4)
    agents = metric_rows(bank, VIEWER, UTC, *FEBRUARY, by=("agent",), threshold_s=134)
    assert sum(row["answered_in_t"] for row in agents) == 47


def test_a_period_without_calls_is_zeros_and_unknowns(engine: Engine) -> None:
    (row,) = metric_rows(engine, VIEWER, UTC, *FEBRUARY)
    assert [row[name] for name in COUNTS] == [0] * len(COUNTS)
    assert {row[name] for name in ("service_level", "asa_s", "aht_s", "abandon_rate", "occupancy")} == {None}
    assert row["max_wait_s"] is None
    for by in ("queue", "day", "halfhour", "agent"):
        assert metric_rows(engine, VIEWER, UTC, *FEBRUARY, by=(by,)) == []


def test_the_floors_occupancy_is_busy_time_over_busy_and_ready(busy: Engine) -> None:
    whole = (T0, T0 + 3600.0)
    (row,) = metric_rows(busy, VIEWER, CONFIG, *whole)
    agents = metric_rows(busy, VIEWER, CONFIG, *whole, by=("agent",))
    assert 0.1 < row["occupancy"] < 0.5
    assert (
        min(agent["occupancy"] for agent in agents)
        < row["occupancy"]
        < max(agent["occupancy"] for agent in agents)
    )
    some = Viewer(queues=frozenset({"hot"}))
    assert metric_rows(busy, some, CONFIG, *whole)[0]["occupancy"] is None


def test_a_viewer_gets_its_own_queues_and_teams(busy: Engine) -> None:
    whole = (T0, T0 + 7200.0)
    everything = {row["queue"]: row for row in metric_rows(busy, VIEWER, CONFIG, *whole, by=("queue",))}
    some = Viewer(queues=frozenset({"vip"}))
    (row,) = metric_rows(busy, some, CONFIG, *whole, by=("queue",))
    assert row == everything["vip"]
    (floor,) = metric_rows(busy, some, CONFIG, *whole, threshold_s=1)
    assert floor["offered"] == everything["vip"]["offered"]
    assert floor["answered_in_t"] == 0
    team = FloorConfig(zone="UTC", seats={"P/1": SeatInfo("P/1", agent="Agent 1", team="red")})
    red = Viewer(teams=frozenset({"red"}))
    assert {row["agent"] for row in metric_rows(busy, red, team, *whole, by=("agent",))} == {"Agent 1"}
    assert metric_rows(busy, Viewer(site="other"), CONFIG, *whole, by=("queue", "day")) == []


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 4100), st.floats(1, 4100), st.sampled_from([None, 3.0]))
def test_any_cut_of_a_period_sums_up(
    busy: Engine, first: float, length: float, threshold: float | None
) -> None:
    """Whole intervals and parts of them are counted alike."""
    edges = [T0, T0 + first, T0 + first + length, T0 + 9000]
    parts = [
        metric_rows(busy, VIEWER, CONFIG, start, end, threshold_s=threshold)[0]
        for start, end in pairwise(edges)
    ]
    (whole,) = metric_rows(busy, VIEWER, CONFIG, edges[0], edges[-1], threshold_s=threshold)
    for name in (*COUNTS, "talk_s", "acw_s", "wait_answered_s"):
        assert sum(part[name] for part in parts) == pytest.approx(whole[name]), name
    assert max(part["max_wait_s"] or 0 for part in parts) == whole["max_wait_s"]


@pytest.mark.parametrize(("date", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_days_are_as_long_as_the_clock_makes_them(engine: Engine, date: str, hours: int) -> None:
    zone = "Europe/Berlin"
    config = FloorConfig(zone="UTC", day_start_s=0)
    start = at(date, zone)
    told = []
    for hour in range(hours):
        entered = start + 3600 * hour + 60
        told.append(CallJoined(at=entered, call=f"c{hour}", queue="q"))
        told.append(CallLeft(at=entered + 9, call=f"c{hour}", queue="q", outcome=Outcome.ABANDONED))
    Recorder(engine, config, "main", "live", live=True).record(items(iter(told)))
    around = (start - 86_400, start + 2 * 86_400)
    (row,) = metric_rows(engine, VIEWER, config, *around, by=("day",), zone=zone)
    assert row["offered"] == row["abandoned"] == hours
    assert (row["start"][:10], row["start"][11:19], row["end"][11:19]) == (date, "00:00:00", "00:00:00")
    assert datetime.fromisoformat(row["end"]).timestamp() - start == 3600 * hours
    assert len(metric_rows(engine, VIEWER, config, *around, by=("halfhour",), zone=zone)) == hours


def test_a_business_day_may_begin_at_six(engine: Engine) -> None:
    config = FloorConfig(zone="Asia/Shanghai", day_start_s=6 * 3600)
    told = [
        CallJoined(at=at("2026-05-02T05:59:59", "Asia/Shanghai"), call="night", queue="q"),
        CallJoined(at=at("2026-05-02T06:00:00", "Asia/Shanghai"), call="morning", queue="q"),
    ]
    Recorder(engine, config, "main", "live", live=True).record(items(iter(told)))
    span = (at("2026-05-01", "Asia/Shanghai"), at("2026-05-04", "Asia/Shanghai"))
    rows = metric_rows(engine, VIEWER, config, *span, by=("day",))
    assert [(row["start"], row["offered"]) for row in rows] == [
        ("2026-05-01T06:00:00+08:00", 1),
        ("2026-05-02T06:00:00+08:00", 1),
    ]


def test_a_call_belongs_to_the_half_hour_of_its_entry_and_to_its_agents_of_the_answer(engine: Engine) -> None:
    config = FloorConfig(zone="Asia/Kathmandu")  # 5:45 before UTC: half hours begin at odd quarters there
    entered = at("2026-05-02T09:59:50", "Asia/Kathmandu")
    told = [
        CallJoined(at=entered, call="a", queue="q"),
        CallAnswered(at=entered + 30, call="a", queue="q", seat="s", wait_s=30),
        CallEnded(at=entered + 90, call="a", queue="q", seat="s", talk_s=60),
    ]
    Recorder(engine, config, "main", "live", live=True).record(items(iter(told)))
    span = (entered - 86_400, entered + 86_400)
    (row,) = metric_rows(engine, VIEWER, config, *span, by=("halfhour",))
    assert (row["start"], row["talk_s"]) == ("2026-05-02T09:30:00+05:45", 60.0)
    (row,) = metric_rows(engine, VIEWER, config, *span, by=("halfhour", "agent"))
    assert (row["start"], row["agent"], row["talk_s"]) == ("2026-05-02T10:00:00+05:45", "s", 60.0)


def test_unknown_words_are_refused(busy: Engine) -> None:
    for wrong in ({"by": ("week",)}, {"by": ()}, {"variant": "sl_best"}):
        with pytest.raises(ValueError, match=r"unknown (group|service level)"):
            metric_rows(busy, VIEWER, CONFIG, T0, T0 + 1, **wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="unknown time zone"):
        metric_rows(busy, VIEWER, CONFIG, T0, T0 + 1, zone="Mars/Base")
