"""Weekday × half hour: the cells of a heat map, the days behind each, and its half hours. Pure.

The weekday is that of the business day, the half hour that of the local clock. Where clocks go back a day
has a half hour twice: both belong to its cell and the day counts once. Where they go forward the day has
no such half hour and does not count in it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccfloor.floor.config import INTERVAL_S, FloorConfig
from ccfloor.kpi.period import Period, days, half_hours, period

SLOTS = 48
HALF_HOUR_S = 1800


class Cell(NamedTuple):
    """``weekday``: 0 is Monday; ``slot``: half hour of the local clock, 0 is 00:00 to 00:30."""

    weekday: int
    slot: int

    def __str__(self) -> str:
        """As it stands in a URL: ``1-0930`` is Monday half past nine."""
        return f"{self.weekday + 1}-{self.slot // 2:02}{self.slot % 2 * 30:02}"


class Stretch(NamedTuple):
    """Part of a range in which the zone's offset does not change. Whole UTC epoch seconds."""

    start: int
    end: int
    offset_s: int


def cell(text: str) -> Cell:
    """The cell of a text as ``str(cell)`` gives it. Raises ValueError."""
    weekday, _, clock = text.partition("-")
    if len(weekday) != 1 or weekday not in "1234567" or len(clock) != 4 or not clock.isdecimal():
        raise ValueError(f"{text!r} names no half hour of a week, like 1-0930")
    hour, minute = int(clock[:2]), int(clock[2:])
    if hour > 23 or minute not in (0, 30):
        raise ValueError(f"{text!r} names no half hour of a week, like 1-0930")
    return Cell(int(weekday) - 1, hour * 2 + minute // 30)


def slots_in_order(config: FloorConfig) -> list[int]:
    """All half hours from the beginning of the business day on."""
    first = config.day_start_s // HALF_HOUR_S
    return [(first + number) % SLOTS for number in range(SLOTS)]


def dates(config: FloorConfig, first: date, last: date) -> Period:
    """The business days from one date to another, both inclusive, as one period named after the first."""
    begin = period(config, first.isoformat())
    return begin._replace(end=period(config, last.isoformat()).end)


def cells(config: FloorConfig, of: Period) -> Iterator[tuple[Cell, Period, Period]]:
    """Every half hour of a period of whole days: its cell, itself, its day; oldest first."""
    zone = ZoneInfo(config.zone)
    for day in days(config, of):
        weekday = day.day.weekday()
        for half in half_hours(config, day):
            local = datetime.fromtimestamp(half.start, zone)
            yield Cell(weekday, local.hour * 2 + local.minute // 30), half, day


def day_counts(config: FloorConfig, of: Period, first: float, now: float) -> Counter[Cell]:
    """How many days each cell has: those in which its half hour began, from ``first`` up to ``now``."""
    seen = {(at, day.start) for at, half, day in cells(config, of) if first <= half.start < now}
    return Counter(at for at, _ in seen)


def halves_of(config: FloorConfig, of: Period, at: Cell) -> list[Period]:
    """The half hours of one cell, latest first."""
    zone = ZoneInfo(config.zone)
    found: list[Period] = []
    for day in days(config, of):
        if day.day.weekday() == at.weekday:
            found += (half for half in half_hours(config, day) if _slot(half.start, zone) == at.slot)
    return found[::-1]


def stretches(config: FloorConfig, of: Period) -> list[Stretch]:
    """The period cut where the zone's clock changes, so that a cell is plain arithmetic within a part."""
    zone = ZoneInfo(config.zone)
    edges = [of.start, *_changes(zone, (day.start for day in days(config, of)), of.end), of.end]
    return [
        Stretch(int(start), int(end), _offset(zone, start)) for start, end in pairwise(edges) if start < end
    ]


def _changes(zone: ZoneInfo, starts: Iterable[float], end: float) -> list[float]:
    """The quarter hours at which the offset is another one than before."""
    marks = [*starts, end]
    found: list[float] = []
    for start, after in pairwise(marks):
        if _offset(zone, start) != _offset(zone, after):
            found += (
                at
                for at in range(int(start) + INTERVAL_S, int(after) + 1, INTERVAL_S)
                if _offset(zone, at) != _offset(zone, at - INTERVAL_S)
            )
    return found


def _offset(zone: ZoneInfo, at: float) -> int:
    shift = datetime.fromtimestamp(at, zone).utcoffset()
    return int(shift.total_seconds()) if shift else 0


def _slot(at: float, zone: ZoneInfo) -> int:
    local = datetime.fromtimestamp(at, zone)
    return local.hour * 2 + local.minute // 30
