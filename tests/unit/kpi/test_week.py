"""Weekday × half hour: days of 23 and 25 hours, days that begin in the night, names in URLs."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.week import (
    Cell,
    Stretch,
    cell,
    cells,
    dates,
    day_counts,
    halves_of,
    slots_in_order,
    stretches,
)

BERLIN = FloorConfig(zone="Europe/Berlin")
SHANGHAI = FloorConfig()
NIGHT = FloorConfig(zone="Europe/Berlin", day_start_s=6 * 3600)
EVER = 4e9
SUNDAY = 6


def at(text: str, zone: str = "Europe/Berlin") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def test_names_go_to_and_fro() -> None:
    assert [str(cell(name)) for name in ("1-0000", "7-2330", "3-0930")] == ["1-0000", "7-2330", "3-0930"]
    assert cell("1-0930") == Cell(0, 19)


@pytest.mark.parametrize(
    "text", ["", "1", "0-0930", "8-0930", "1-0945", "1-2400", "1-930", "１-0930", "a-0930"]
)
def test_other_names_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="half hour"):
        cell(text)


def test_four_weeks_have_four_days_in_every_cell() -> None:
    of = dates(SHANGHAI, date(2026, 11, 2), date(2026, 11, 29))
    counted = day_counts(SHANGHAI, of, 0.0, EVER)
    assert len(counted) == 336 and set(counted.values()) == {4}


def test_days_before_the_first_and_after_now_do_not_count() -> None:
    of = dates(SHANGHAI, date(2026, 11, 2), date(2026, 11, 15))
    first, now = at("2026-11-03T09:30", "Asia/Shanghai"), at("2026-11-10T09:30", "Asia/Shanghai")
    counted = day_counts(SHANGHAI, of, first, now)
    assert counted[Cell(1, 19)] == 1, "the first of two Tuesdays; the second begins just now"
    assert counted[Cell(1, 18)] == 1, "the second of two Tuesdays"
    assert counted[Cell(0, 0)] == 1 and counted[Cell(2, 0)] == 1


def test_the_hour_that_is_left_out_has_a_day_less() -> None:
    of = dates(BERLIN, date(2026, 3, 23), date(2026, 4, 5))
    counted = day_counts(BERLIN, of, 0.0, EVER)
    assert [counted[Cell(SUNDAY, slot)] for slot in (3, 4, 5, 6)] == [2, 1, 1, 2]


def test_the_hour_that_comes_twice_is_two_half_hours_of_one_day() -> None:
    of = dates(BERLIN, date(2026, 10, 19), date(2026, 10, 25))
    assert day_counts(BERLIN, of, 0.0, EVER)[Cell(SUNDAY, 4)] == 1
    names = [half.name for half in halves_of(BERLIN, of, Cell(SUNDAY, 4))]
    assert names == ["2026-10-25T02:00+01:00", "2026-10-25T02:00+02:00"]


def test_the_night_belongs_to_the_day_on_which_it_began() -> None:
    of = dates(NIGHT, date(2026, 11, 2), date(2026, 11, 2))
    found = {cell: half.name for cell, half, _ in cells(NIGHT, of)}
    assert {cell.weekday for cell in found} == {0}
    assert found[Cell(0, 11)] == "2026-11-03T05:30+01:00" and found[Cell(0, 12)] == "2026-11-02T06:00+01:00"
    assert slots_in_order(NIGHT)[0] == 12 and slots_in_order(NIGHT)[-1] == 11


def test_stretches_meet_where_the_clock_changes() -> None:
    of = dates(BERLIN, date(2026, 10, 20), date(2026, 10, 30))
    change = int(datetime.fromisoformat("2026-10-25T01:00+00:00").timestamp())
    assert stretches(BERLIN, of) == [Stretch(int(of.start), change, 7200), Stretch(change, int(of.end), 3600)]
    whole = dates(SHANGHAI, date(2026, 1, 1), date(2026, 12, 31))
    assert stretches(SHANGHAI, whole) == [Stretch(int(whole.start), int(whole.end), 28800)]
