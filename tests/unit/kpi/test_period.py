"""Months, weeks, days, half hours: named, cut, and added up, across clock changes."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import (
    ahead,
    back,
    business_date,
    date_of,
    day_number,
    day_numbers,
    days,
    half_hours,
    month_of,
    period,
    week_of,
    year_back,
)

SHANGHAI = FloorConfig(day_start_s=6 * 3600)
BERLIN = FloorConfig(zone="Europe/Berlin")


def at(text: str, zone: str = "Asia/Shanghai") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def test_a_month_is_its_business_days() -> None:
    november = period(SHANGHAI, "2026-11")
    assert (november.start, november.end) == (at("2026-11-01T06:00"), at("2026-12-01T06:00"))
    assert [day.name for day in days(SHANGHAI, november)][::29] == ["2026-11-01", "2026-11-30"]
    assert day_numbers(SHANGHAI, november) == (20261101, 20261130)
    assert month_of(SHANGHAI, at("2026-12-01T05:59")).name == "2026-11"


def test_the_night_belongs_to_the_day_before() -> None:
    assert business_date(SHANGHAI, at("2026-11-22T05:59")) == date(2026, 11, 21)
    assert business_date(SHANGHAI, at("2026-11-22T06:00")) == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("name", "hours", "halves"),
    [("2026-03-29", 23, 46), ("2026-10-25", 25, 50), ("2026-10-26", 24, 48)],
)
def test_a_day_of_a_clock_change_adds_up(name: str, hours: int, halves: int) -> None:
    day = period(BERLIN, name)
    parts = half_hours(BERLIN, day)
    assert day.end - day.start == hours * 3600
    assert len(parts) == halves and len({part.name for part in parts}) == halves
    assert parts[0].start == day.start and parts[-1].end == day.end
    assert all(period(BERLIN, part.name) == part for part in parts)


def test_the_period_before_and_the_year_before() -> None:
    assert back(SHANGHAI, period(SHANGHAI, "2026-01")).name == "2025-12"
    assert back(SHANGHAI, period(SHANGHAI, "2026-W01")).name == "2025-W52"
    assert back(SHANGHAI, period(SHANGHAI, "2026-03-01")).name == "2026-02-28"
    assert back(SHANGHAI, period(SHANGHAI, "2026")).name == "2025"
    half = period(SHANGHAI, "2026-11-22T06:00+08:00")
    assert back(SHANGHAI, half).name == "2026-11-22T05:30+08:00"
    assert year_back(SHANGHAI, period(SHANGHAI, "2026-11")) == period(SHANGHAI, "2025-11")
    assert year_back(SHANGHAI, period(SHANGHAI, "2024-02-29")) is None
    assert year_back(SHANGHAI, half) is None


def test_a_week_is_an_iso_week() -> None:
    week = week_of(SHANGHAI, at("2027-01-01T12:00"))
    assert week.name == "2026-W53" and week.day == date(2026, 12, 28)
    assert len(days(SHANGHAI, week)) == 7 and len(days(SHANGHAI, period(SHANGHAI, "2024"))) == 366


def test_a_stored_day_is_its_date() -> None:
    assert day_number(date(2026, 11, 2)) == 20261102 and date_of(20261102) == date(2026, 11, 2)


@pytest.mark.parametrize("name", ["", "2026-13", "2026-11-31", "2026-W54", "yesterday", "2026-11-22T25:00"])
def test_a_name_of_nothing_is_said(name: str) -> None:
    with pytest.raises(ValueError, match="names no year, month, week, day or half hour"):
        period(SHANGHAI, name)


@pytest.mark.parametrize("name", ["2025", "2026-12", "2026-W53", "2026-03-29", "2026-10-25T02:30+02:00"])
def test_the_period_after_begins_where_this_one_ends(name: str) -> None:
    here = period(BERLIN, name)
    after = ahead(BERLIN, here)
    assert after.start == here.end and after.part == here.part and back(BERLIN, after) == here
