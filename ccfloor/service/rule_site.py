"""The site's calendar for its rules: shifts and opening hours from shifts.yaml, planned peaks as entered."""

import re
from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.rules.calendar import Calendar, Shift
from ccfloor.rules.places import Loc, Problem, dotted, yaml_line
from ccfloor.service.campaigns import calendar_campaigns
from ccfloor.service.places import SettingsError
from ccfloor.service.settings import SiteSettings
from ccfloor.service.site import site_file, site_folder

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PART = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")
_DAY_S = 86_400
FILE = "shifts.yaml"

Span = tuple[int, int]


class _Checked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Hours(_Checked):
    """Parts of a day, "8:45-12:00" each in their order, on some weekdays. What comes after midnight belongs
    to the day on which the first part begins; 24:00 is a day's end.
    """

    parts: Annotated[list[str], Field(min_length=1)]
    weekdays: Annotated[list[str], Field(min_length=1)] = list(DAYS)

    @field_validator("parts")
    @classmethod
    def _readable(cls, value: list[str]) -> list[str]:
        spans = parse_parts(value)
        if spans[-1][1] - spans[0][0] > _DAY_S:
            raise ValueError("the parts overlap or last longer than a day")
        return value

    @field_validator("weekdays")
    @classmethod
    def _days(cls, value: list[str]) -> list[str]:
        unknown = [day for day in value if day not in DAYS]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is no weekday; there are {', '.join(DAYS)}")
        return value

    def shift(self, name: str) -> Shift:
        """The hours as the rules know them."""
        days = tuple(sorted(DAYS.index(day) for day in set(self.weekdays)))
        return Shift(name, parse_parts(self.parts), days)


class ShiftEntry(Hours):
    """A shift and the seats that work it."""

    seats: list[str] = []


class _Shifts(_Checked):
    shifts: dict[str, ShiftEntry] = {}
    open: dict[str, Hours] = {}


def parse_parts(texts: Iterable[str]) -> tuple[Span, ...]:
    """Seconds after midnight of all parts, each after the one before. Raises ValueError."""
    found: list[Span] = []
    for text in texts:
        start, end = _span(text)
        days = _DAY_S if found and start < found[-1][1] else 0
        found.append((start + days, end + days))
    return tuple(found)


def _span(text: str) -> Span:
    match = _PART.fullmatch(text.strip())
    if match is None:
        raise ValueError(f'{text!r} is not a time like "8:45-12:00"')
    hour, minute, last_hour, last_minute = map(int, match.groups())
    start, end = hour * 3600 + minute * 60, last_hour * 3600 + last_minute * 60
    if start >= _DAY_S or end > _DAY_S or minute > 59 or last_minute > 59:
        raise ValueError(f"{text!r} lies beyond 24:00")
    if start == end:
        raise ValueError(f"{text!r} lasts no time")
    return start, end if end > start else end + _DAY_S


def load_hours(settings: SiteSettings, config: FloorConfig) -> Calendar:
    """Shifts and opening hours of a site's folder; a missing file means none.

    Raises SettingsError: one sentence a problem, with file, line and field.
    """
    found = site_file(_Shifts, settings, FILE)
    doubts = list(_doubts(found, config))
    if doubts:
        path = site_folder(settings.data) / FILE
        text = path.read_text(encoding="utf-8")
        raise SettingsError(
            [Problem(str(path), yaml_line(text, loc), dotted(loc), why) for loc, why in doubts]
        )
    return Calendar(
        zone=config.zone,
        shifts=tuple(entry.shift(name) for name, entry in found.shifts.items()),
        seat_shift={seat: name for name, entry in found.shifts.items() for seat in entry.seats},
        open={queue: hours.shift(queue) for queue, hours in found.open.items()},
    )


def _doubts(found: _Shifts, config: FloorConfig) -> Iterator[tuple[Loc, str]]:
    """What names somebody twice, or somebody nobody knows."""
    worked: dict[str, str] = {}
    for name, entry in found.shifts.items():
        for index, seat in enumerate(entry.seats):
            loc = ("shifts", name, "seats", index)
            if config.seats and seat not in config.seats:
                yield loc, f"{seat!r} is not a seat of seats.yaml"
            if worked.setdefault(seat, name) != name:
                yield loc, f"{seat!r} works the shift {worked[seat]!r} already"
    for queue in found.open:
        if config.queues and queue not in config.queues:
            yield ("open", queue), f"{queue!r} is not a queue of queues.yaml"


def site_calendar(engine: Engine, config: FloorConfig, settings: SiteSettings) -> Calendar:
    """Everything that the rules of a site may ask: its hours, and the planned peaks as stored now.

    Raises SettingsError where shifts.yaml cannot be used.
    """
    return load_hours(settings, config)._replace(campaigns=calendar_campaigns(engine, config.site))
