"""Working days of China 2024 to 2026 by the decrees of the State Council, out of the library of holidays."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccfloor.qa.workdays import Official, WorkCalendar
from ccfloor.service.qa.calendar import official

# 国办发明电〔2023〕7号, 〔2024〕12号, 〔2025〕7号: weekends on which one works.
SHIFTED = [
    *("2024-02-04", "2024-02-18", "2024-04-07", "2024-04-28", "2024-05-11", "2024-09-14", "2024-09-29"),
    *("2024-10-12", "2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11"),
    *("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"),
]
FREE = [  # first and last day of each holiday
    *(("2024-01-01", "2024-01-01"), ("2024-02-10", "2024-02-17"), ("2024-04-04", "2024-04-06")),
    *(("2024-05-01", "2024-05-05"), ("2024-06-08", "2024-06-10"), ("2024-09-15", "2024-09-17")),
    *(("2024-10-01", "2024-10-07"), ("2025-01-01", "2025-01-01"), ("2025-01-28", "2025-02-04")),
    *(("2025-04-04", "2025-04-06"), ("2025-05-01", "2025-05-05"), ("2025-05-31", "2025-06-02")),
    *(("2025-10-01", "2025-10-08"), ("2026-01-01", "2026-01-03"), ("2026-02-15", "2026-02-23")),
    *(("2026-04-04", "2026-04-06"), ("2026-05-01", "2026-05-05"), ("2026-06-19", "2026-06-21")),
    *(("2026-09-25", "2026-09-27"), ("2026-10-01", "2026-10-07")),
]


CALENDAR = WorkCalendar(official("CN"))


def _at(day: str) -> date:
    return date.fromisoformat(day)


def _days(first: str, last: str) -> Iterator[date]:
    begin = _at(first)
    return (begin + timedelta(days=place) for place in range((_at(last) - begin).days + 1))


def test_every_day_of_three_years_is_as_decreed() -> None:
    free = {day for span in FREE for day in _days(*span)}
    shifted = set(map(_at, SHIFTED))
    for day in _days("2024-01-01", "2026-12-31"):
        due = day in shifted or (day.weekday() < 5 and day not in free)
        assert CALENDAR.works(day) == due, day


@pytest.mark.parametrize(("year", "days"), [(2024, 251), (2025, 248), (2026, 248)])
def test_working_days_of_a_year(year: int, days: int) -> None:
    """366 - 104 weekend days - 11 holidays, and 365 - 104 - 13, by the law of 2024 with two more."""
    assert CALENDAR.between(date(year - 1, 12, 31), date(year, 12, 31)) == days


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        # Spring Festival 2024: Sun 4 Feb is worked; 10 to 17 Feb are free; Sun 18 Feb is worked.
        ("2024-02-02", 3, "2024-02-06"),
        ("2024-02-08", 3, "2024-02-19"),
        ("2024-02-09", 5, "2024-02-22"),
        ("2024-02-12", 1, "2024-02-18"),
        # National Day 2024: Sun 29 Sep and Sat 12 Oct are worked, 1 to 7 Oct free.
        ("2024-09-27", 3, "2024-10-08"),
        ("2024-09-30", 5, "2024-10-12"),
        # Spring Festival 2025: Sun 26 Jan and Sat 8 Feb are worked, 28 Jan to 4 Feb free.
        ("2025-01-24", 3, "2025-02-05"),
        ("2025-01-27", 5, "2025-02-10"),
        ("2025-01-27", 10, "2025-02-17"),
        # National Day and Mid-Autumn 2025: Sun 28 Sep and Sat 11 Oct are worked, 1 to 8 Oct free.
        ("2025-09-30", 3, "2025-10-11"),
        ("2025-09-26", 5, "2025-10-10"),
        # Spring Festival 2026: Sat 14 and Sat 28 Feb are worked, 15 to 23 Feb free.
        ("2026-02-13", 3, "2026-02-25"),
        ("2026-02-14", 5, "2026-02-28"),
        ("2026-02-12", 10, "2026-03-04"),
        # National Day 2026: Sun 20 Sep and Sat 10 Oct are worked, 25 to 27 Sep and 1 to 7 Oct free.
        ("2026-09-18", 5, "2026-09-24"),
        ("2026-09-30", 3, "2026-10-10"),
        ("2026-09-29", 10, "2026-10-19"),
        # An ordinary week.
        ("2026-11-20", 3, "2026-11-25"),
        ("2026-11-21", 1, "2026-11-23"),
        ("2026-11-21", 0, "2026-11-21"),
    ],
)
def test_clocks_by_the_wall_calendar(start: str, days: int, end: str) -> None:
    assert CALENDAR.after(_at(start), days) == _at(end)


def test_names_of_days() -> None:
    assert CALENDAR.named(_at("2026-02-17")) == "春节"
    assert "2026-02-14" in CALENDAR.named(_at("2026-02-20")), "a day off tells which one is worked for it"
    assert CALENDAR.named(_at("2026-02-14")) == "" and CALENDAR.works(_at("2026-02-14"))
    assert CALENDAR.named(_at("2026-11-20")) == ""


def test_the_sites_own_days_go_before_the_countrys() -> None:
    one = _at("2026-10-01")
    other = _at("2026-11-20")
    site = WorkCalendar(official("CN"), off={other: "搬迁", one: "停电"}, work={one: "国庆值班"})
    assert site.works(one) and site.named(one) == "国庆值班"
    assert not site.works(other) and site.named(other) == "搬迁"
    assert site.after(_at("2026-11-19"), 1) == _at("2026-11-23")
    assert site.after(_at("2026-09-30"), 1) == one
    assert CALENDAR.after(_at("2026-11-19"), 1) == other


def test_a_site_that_never_works_has_no_clock() -> None:
    never = WorkCalendar(Official(lambda _: "closed", lambda _: False, lambda _: True))
    with pytest.raises(ValueError, match="no working day within 400 days of 2026-01-01"):
        never.after(date(2026, 1, 1), 1)


def test_a_year_is_announced_by_its_shifted_days() -> None:
    assert CALENDAR.announced(date(2026, 12, 31))
    assert not CALENDAR.announced(date(2050, 1, 1))


@given(st.dates(date(2024, 1, 1), date(2026, 11, 1)), st.integers(1, 40))
@settings(max_examples=200, deadline=None)
def test_a_clock_ends_on_a_working_day_and_has_so_many(day: date, days: int) -> None:
    end = CALENDAR.after(day, days)
    assert end > day and CALENDAR.works(end)
    assert CALENDAR.between(day, end) == days
    assert CALENDAR.between(end, day) == -days
    assert CALENDAR.after(CALENDAR.after(day, 1), days - 1) == end
    assert CALENDAR.between(day, day) == 0
