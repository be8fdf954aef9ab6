"""Half hours and days of a zone."""

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from ccfloor.floor.config import FloorConfig
from ccfloor.store.periods import Periods


def at(text: str, zone: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


@pytest.mark.parametrize(
    ("zone", "date", "half_hours"),
    [
        ("Europe/Berlin", "2026-03-29", 46),
        ("Europe/Berlin", "2026-10-25", 50),
        ("Australia/Lord_Howe", "2026-04-05", 49),  # its clock changes by half an hour
        ("Asia/Kathmandu", "2026-05-02", 48),
    ],
)
def test_a_day_has_as_many_half_hours_as_its_clock_shows(zone: str, date: str, half_hours: int) -> None:
    start = at(date, zone)
    after = (datetime.fromisoformat(date) + timedelta(days=1)).date().isoformat()
    periods = Periods(FloorConfig(), zone, start, at(after, zone), frozenset({"halfhour"}))
    assert len(periods.edges) == half_hours + 1
    assert {second - first for first, second in pairwise(periods.edges)} == {1800.0}
    clocks = [periods.bounds(index)[0][14:19] for index in range(half_hours)]
    assert set(clocks) == {"00:00", "30:00"}


def test_a_period_that_begins_in_mid_day_is_told_as_it_is() -> None:
    start, end = at("2026-05-02T10:10:05", "UTC"), at("2026-05-04T01:00:00", "UTC")
    periods = Periods(FloorConfig(), "UTC", start, end, frozenset({"day", "queue"}))
    assert [periods.bounds(index) for index in range(3)] == [
        ("2026-05-02T10:10:05+00:00", "2026-05-03T00:00:00+00:00"),
        ("2026-05-03T00:00:00+00:00", "2026-05-04T00:00:00+00:00"),
        ("2026-05-04T00:00:00+00:00", "2026-05-04T01:00:00+00:00"),
    ]
    assert [periods.index(moment) for moment in (start, at("2026-05-03", "UTC"), end - 1)] == [0, 1, 2]


def test_the_whole_is_one_period() -> None:
    assert Periods(FloorConfig(), "UTC", 5.0, 9.0, frozenset({"queue"})).edges == [5.0, 9.0]
