"""Deltas of days out of deltas of intervals."""

from datetime import datetime
from zoneinfo import ZoneInfo

from ccfloor.floor.config import FloorConfig
from ccfloor.store.days import Calendar

QUARTER = 900


def at(text: str, zone: str = "Asia/Shanghai") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())


def test_intervals_of_a_day_are_one_delta_and_the_longest_wait_is_no_sum() -> None:
    calendar = Calendar(FloorConfig(day_start_s=6 * 3600))
    late, early = at("2026-11-22T05:45"), at("2026-11-22T06:00")
    told = {
        "queue_intervals": [
            ("hot", late, 1, 2, 30),
            ("hot", early, 4, 0, 9),
            ("hot", early + QUARTER, 1, 1, 7),
        ],
        "agent_intervals": [("Ann", late, 3, -3), ("Ann", late - QUARTER, 1, 3), ("Bob", early, 0, 0)],
    }
    assert calendar.rows(told) == {
        "queue_days": [("hot", 20261121, 1, 2, 30), ("hot", 20261122, 5, 1, 9)],
        "agent_days": [("Ann", 20261121, 4, 0)],
    }
    assert calendar.touched(told) == [20261121, 20261122]


def test_a_day_that_begins_within_a_quarter_hour_is_not_kept() -> None:
    calendar = Calendar(FloorConfig(day_start_s=6 * 3600 + 60))
    told = {"queue_intervals": [("hot", at("2026-11-22T06:00"), 1, 0)]}
    assert calendar.mark is None
    assert calendar.rows(told) == {}
    assert calendar.touched(told) == [20261121, 20261122], "either day may be meant"


def test_a_night_shift_belongs_to_the_day_before_where_clocks_change() -> None:
    calendar = Calendar(FloorConfig(zone="Europe/Berlin", day_start_s=3 * 3600))
    assert calendar.day(at("2026-10-25T02:45", "Europe/Berlin")) == 20261024
    assert calendar.day(at("2026-10-25T03:00", "Europe/Berlin")) == 20261025
    assert calendar.day(at("2026-03-29T03:00", "Europe/Berlin")) == 20260329
