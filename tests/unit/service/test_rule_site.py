"""The site's hours: read as they are meant, refused with file, line and field."""

from pathlib import Path

import pytest

from ccfloor.floor.config import FloorConfig, QueueInfo, SeatInfo
from ccfloor.rules.calendar import Calendar
from ccfloor.service.places import SettingsError
from ccfloor.service.rule_site import load_hours, parse_parts
from ccfloor.service.settings import SiteSettings
from ccfloor.service.site import load_site

DATA = Path(__file__).parents[3] / "data"
CONFIG = FloorConfig(queues={"hot": QueueInfo("hot")}, seats={name: SeatInfo(name) for name in ("a", "b")})


def hours(folder: Path, text: str) -> Calendar:
    (folder / "shifts.yaml").write_text(text, encoding="utf-8")
    return load_hours(SiteSettings(data=str(folder)), CONFIG)


def wrong(folder: Path, text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        hours(folder, text)
    return str(caught.value).removeprefix(str(folder / "shifts.yaml"))


def test_the_file_that_comes_with_it_is_right() -> None:
    settings = SiteSettings(data=str(DATA))
    calendar = load_hours(settings, load_site(settings))
    assert len(calendar.seat_shift) == 48
    day = next(shift for shift in calendar.shifts if shift.name == "day")
    assert day.parts == ((31_500, 43_200), (48_600, 63_000))


def test_no_file_means_no_hours(tmp_path: Path) -> None:
    calendar = load_hours(SiteSettings(data=str(tmp_path)), CONFIG)
    assert (calendar.shifts, calendar.open, calendar.zone) == ((), {}, CONFIG.zone)


def test_shifts_weekdays_and_opening_hours(tmp_path: Path) -> None:
    text = 'shifts:\n  n: {parts: ["22:00-2:00", "2:30-6:00"], weekdays: [sun, mon], seats: [a]}\n'
    calendar = hours(tmp_path, text + 'open:\n  hot: {parts: ["0:00-24:00"]}\n')
    (shift,) = calendar.shifts
    assert (shift.parts, shift.weekdays) == (((79_200, 93_600), (95_400, 108_000)), (0, 6))
    assert calendar.seat_shift == {"a": "n"} and calendar.open["hot"].parts == ((0, 86_400),)


@pytest.mark.parametrize(
    "part", ["8:45", "25:00-26:00", "8:00-8:00", "8.45-12.00", "8:60-9:00", "23:00-24:30"]
)
def test_what_is_no_time_is_refused(part: str) -> None:
    with pytest.raises(ValueError):
        parse_parts([part])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'shifts:\n  d:\n    parts: ["8:45"]\n',
            ":3: shifts.d.parts: '8:45' is not a time like \"8:45-12:00\"",
        ),
        (
            'shifts:\n  d:\n    parts: ["8:00-9:00"]\n    seats: [x]\n',
            ":4: shifts.d.seats[0]: 'x' is not a seat of seats.yaml",
        ),
        (
            'shifts:\n  d: {parts: ["8:00-9:00"], seats: [a]}\n  e: {parts: ["9:00-10:00"], seats: [b, a]}\n',
            ":3: shifts.e.seats[1]: 'a' works the shift 'd' already",
        ),
        ('open:\n  cold: {parts: ["8:00-9:00"]}\n', ":2: open.cold: 'cold' is not a queue of queues.yaml"),
        (
            'shifts:\n  d:\n    parts: ["8:00-9:00"]\n    weekdays: [monday]\n',
            ":4: shifts.d.weekdays: 'monday' is no weekday; there are mon, tue, wed, thu, fri, sat, sun",
        ),
        (
            'shifts:\n  d:\n    parts: ["8:00-20:00", "10:00-12:00"]\n',
            ":3: shifts.d.parts: the parts overlap or last longer than a day",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    assert wrong(tmp_path, text) == said
