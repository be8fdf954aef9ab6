"""The grids a forecast is learned from: columns of the local clock, outages, days off, planned peaks."""

from datetime import date, timedelta

import numpy as np
import pytest

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import period
from ccfloor.qa.workdays import WorkCalendar
from ccfloor.rules.calendar import Campaign
from ccfloor.service.qa.calendar import official
from ccfloor.service.staffing_today import history
from ccfloor.service.staffing_today.history import columns_of, count_grid, kind_of, seen_grid
from ccfloor.staffing.days import Day, Kind
from ccfloor.store.seen import Seen

SHANGHAI = FloorConfig()
BERLIN = FloorConfig(zone="Europe/Berlin")
LATE = FloorConfig(day_start_s=6 * 3600)
MONDAY = date(2026, 11, 2)


def sight(*spans: tuple[float, float]) -> Seen:
    return Seen(list(spans), list(spans), spans[-1][1] if spans else 0.0, list(spans), list(spans))


def test_a_plain_day_has_48_columns_in_order() -> None:
    row = columns_of(SHANGHAI, MONDAY)
    assert row.plain and len(row.halves) == 48
    assert row.halves[18].name == "2026-11-02T09:00+08:00" and row.columns[18] == 18


def test_columns_begin_with_the_business_day() -> None:
    row = columns_of(LATE, MONDAY)
    assert row.plain and row.halves[0].name.startswith("2026-11-02T06:00")
    assert row.halves[47].name.startswith("2026-11-03T05:30") and row.columns[47] == 47


def test_where_clocks_change_a_column_is_missing_or_lasts_twice_as_long() -> None:
    spring, autumn = columns_of(BERLIN, date(2026, 3, 29)), columns_of(BERLIN, date(2026, 10, 25))
    assert len(spring.columns) == 46 and not {4, 5} & set(spring.columns)
    assert len(autumn.columns) == 50 and autumn.columns.count(4) == 2
    both = {half.start: 3 for half, column in zip(autumn.halves, autumn.columns, strict=True) if column == 4}
    assert count_grid([autumn], both)[0, 4] == 6
    whole = sight((autumn.day.start, autumn.day.end))
    assert seen_grid([autumn], whole)[0, 3:6].tolist() == [1.0, 2.0, 2.0]
    assert seen_grid([spring], sight((spring.day.start, spring.day.end)))[0, 3:7].tolist() == [1, 0, 0, 1]


def test_time_that_nobody_saw_is_not_seen() -> None:
    row = columns_of(SHANGHAI, MONDAY)
    nine = row.halves[18].start
    told = sight((row.day.start, nine), (nine + 1200, nine + 3600))
    found = seen_grid([row], told)[0]
    assert found[17:20] == pytest.approx([1.0, 1 / 3, 1.0]) and found[20:].tolist() == [0.0] * 28
    assert seen_grid([row], sight()).sum() == 0, "nobody ever told of anything"


# -- the calendar --------------------------------------------------------------------------------------

CHINA = WorkCalendar(official("CN"), off={date(2026, 11, 25): "搬家"})


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 11, 23), Kind.WORKDAY),
        (date(2026, 11, 22), Kind.WEEKEND),
        (date(2026, 10, 1), Kind.HOLIDAY),
        (date(2026, 10, 10), Kind.SHIFTED),
        (date(2026, 11, 25), Kind.HOLIDAY),
    ],
)
def test_kinds_of_days(day: date, kind: Kind) -> None:
    assert kind_of(CHINA, day) is kind


def test_the_first_day_after_a_holiday_is_told_but_not_a_monday() -> None:
    def after(day: date) -> bool:
        return history._day(CHINA, columns_of(SHANGHAI, day)).after_off

    assert after(date(2026, 10, 8)) and after(date(2026, 11, 26))
    assert not after(date(2026, 11, 23)) and not after(date(2026, 10, 9))
    assert not after(date(2026, 10, 2)), "a holiday itself"


# -- planned peaks -------------------------------------------------------------------------------------


def weeks(peak_day: int, calls: float = 40.0, times: float = 2.0) -> tuple[list[history.Columns], np.ndarray]:
    """Four weeks of the same calls in every half hour; on one day twice as many from 10 to 12."""
    rows = [columns_of(SHANGHAI, MONDAY + timedelta(days=back)) for back in range(28)]
    grid = np.full((28, 48), calls)
    grid[peak_day, 20:24] *= times
    return rows, grid


def peaks(
    campaigns: list[Campaign], rows: list[history.Columns], grid: np.ndarray, usual: float = 1.3
) -> tuple[list[float], list[float]]:
    days = [Day(row.day.day, kind_of(CHINA, row.day.day), row.day.start) for row in rows]
    today = period(SHANGHAI, "2026-11-30")
    past, ahead = history._peaks(campaigns, rows, grid, np.ones_like(grid), days, today, usual)
    return [peak.multiplier for peak in past], [peak.multiplier for peak in ahead]


def at(day: date, hour: float) -> float:
    return period(SHANGHAI, day.isoformat()).start + hour * 3600


def test_a_coming_peak_is_as_great_as_past_ones_were_and_the_site_expects() -> None:
    rows, grid = weeks(peak_day=9)
    then = MONDAY + timedelta(days=9)
    known = Campaign(at(then, 10), at(then, 12))
    coming = Campaign(at(date(2026, 11, 30), 14), at(date(2026, 11, 30), 16))
    past, ahead = peaks([known, coming], rows, grid)
    assert past == [pytest.approx(2.0, rel=0.01)]
    assert ahead == [pytest.approx((2.0 * 1.3) ** 0.5, rel=0.01)]


def test_of_a_peak_with_hardly_a_call_nothing_is_learned() -> None:
    rows, grid = weeks(peak_day=9, calls=0.5)
    then = MONDAY + timedelta(days=9)
    past, ahead = peaks([Campaign(at(then, 10), at(then, 12))], rows, grid)
    assert past == [1.3] and ahead == []


def test_without_peaks_there_is_none() -> None:
    rows, grid = weeks(peak_day=9)
    assert peaks([], rows, grid) == ([], [])
