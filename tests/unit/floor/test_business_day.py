"""Business days follow each other without hole or overlap, whatever the clocks of a zone do."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import business_date, day_of, days, half_hours, period

HOUR = 3600


def at(text: str, zone: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


@pytest.mark.parametrize(
    ("zone", "start_s", "day", "begins"),
    [
        # 02:30 does not exist: the day begins when the clock goes on, at 03:00.
        ("America/New_York", 9000, "2026-03-08", "2026-03-08T03:00-04:00"),
        ("America/New_York", 9000, "2026-03-09", "2026-03-09T02:30-04:00"),
        # 01:30 comes twice: the day begins at the first.
        ("America/New_York", 5400, "2026-11-01", "2026-11-01T01:30-04:00"),
        # Midnight does not exist.
        ("America/Sao_Paulo", 0, "2018-11-04", "2018-11-04T01:00-02:00"),
        ("Asia/Beirut", 0, "2025-03-30", "2025-03-30T01:00+03:00"),
        ("Africa/Cairo", 0, "2025-04-25", "2025-04-25T01:00+03:00"),
        ("Africa/Cairo", 1800, "2025-04-25", "2025-04-25T01:00+03:00"),
        ("Australia/Lord_Howe", 2 * HOUR + 900, "2026-10-04", "2026-10-04T02:30+11:00"),
    ],
)
def test_a_day_begins_at_its_first_instant(zone: str, start_s: int, day: str, begins: str) -> None:
    config = FloorConfig(zone=zone, day_start_s=start_s)
    start = datetime.fromisoformat(begins).timestamp()
    found = period(config, day)
    assert found.start == start
    assert config.business_day(start) == (found.start, found.end)
    assert config.business_day(start - 1)[1] == start
    assert half_hours(config, found)[0].start == start and day_of(config, start) == found


def test_an_hour_that_comes_twice_belongs_to_the_day_that_has_begun() -> None:
    config = FloorConfig(zone="America/New_York", day_start_s=5400)
    second = at("2026-11-01T01:15", config.zone) + HOUR
    assert business_date(config, second) == date(2026, 11, 1)


def test_a_date_that_a_zone_left_out_is_an_empty_day() -> None:
    config = FloorConfig(zone="Pacific/Apia")
    gone = period(config, "2011-12-30")
    assert gone.start == gone.end == period(config, "2011-12-31").start
    assert [day.name[8:] for day in days(config, period(config, "2011-W52"))] == [
        "26", "27", "28", "29", "31", "01",
    ]  # fmt: skip
    assert half_hours(config, gone) == []


@settings(max_examples=300, deadline=None)
@given(
    zone=st.sampled_from(sorted(available_timezones())),
    minutes=st.integers(0, 24 * 60 - 1),
    day=st.dates(date(1972, 1, 1), date(2037, 12, 1)),
)
@example(zone="America/New_York", minutes=150, day=date(2026, 3, 7))
@example(zone="America/Godthab", minutes=1350, day=date(2019, 3, 30))
def test_days_lie_end_to_end(zone: str, minutes: int, day: date) -> None:
    """Thirty days on from any date: each instant belongs to one day, and the day knows its date."""
    config = FloorConfig(zone=zone, day_start_s=minutes * 60)
    for step in range(30):
        today = day + timedelta(days=step)
        found, after = period(config, today.isoformat()), period(config, f"{today + timedelta(days=1)}")
        assert found.start <= found.end == after.start
        for instant in (
            {found.start, (found.start + found.end) // 2, found.end - 1} if found.end > found.start else ()
        ):
            assert config.business_day(instant) == (found.start, found.end), datetime.fromtimestamp(instant)
            assert business_date(config, instant) == today


@pytest.mark.parametrize(
    ("zone", "start_s"),
    [
        ("America/New_York", 9000),
        ("America/Sao_Paulo", 0),
        ("Asia/Beirut", 1800),
        ("Africa/Casablanca", 2 * HOUR + 900),
        ("Australia/Lord_Howe", 2 * HOUR),
        ("Europe/Berlin", 18 * HOUR),
    ],
)
def test_the_days_of_years_add_up_to_them(zone: str, start_s: int) -> None:
    config = FloorConfig(zone=zone, day_start_s=start_s)
    for year in ("2016", "2017", "2018", "2025", "2026"):
        whole = period(config, year)
        found = days(config, whole)
        assert found[0].start == whole.start and found[-1].end == whole.end
        assert sum(day.end - day.start for day in found) == whole.end - whole.start
        assert len({day.name for day in found}) == len(found) == (366 if year == "2016" else 365)
        odd = [day for day in found if day.end - day.start != 24 * HOUR]
        assert len(odd) <= 6
        for day in odd:
            halves = half_hours(config, day)
            assert (halves[0].start, halves[-1].end) == (day.start, day.end)
            assert all(one.end == other.start for one, other in pairwise(halves))
