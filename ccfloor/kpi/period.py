"""Months, weeks, days and half hours of a site's business calendar, as instants.

A business day begins at the site's own hour; a month is its business days, a week is an ISO week of
them. A day is 23 or 25 hours long where clocks change; its half hours are those of the local clock.
"""

import re
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from ccfloor.floor.config import FloorConfig

Part = Literal["year", "month", "week", "day", "halfhour"]
HALF_HOUR_S = 1800
_FIRST_YEAR = 1000  # the name of an earlier one could not be read again: strftime gives it fewer digits
_LAST_YEAR = 9998  # a later day may lie in a month or week that has no end

_YEAR = re.compile(r"\d{4}")
_MONTH = re.compile(r"\d{4}-\d\d")
_WEEK = re.compile(r"(\d{4})-W(\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Period(NamedTuple):
    """[start, end) in UTC epoch seconds, with the name it has in a URL.

    ``2026``, ``2026-11``, ``2026-W47``, ``2026-11-22`` or a half hour with its offset,
    ``2026-11-22T14:30+08:00``: in the hour that comes twice the offset tells which.
    """

    part: Part
    name: str
    start: float
    end: float

    @property
    def day(self) -> date:
        """The date by which it begins; of a half hour the date of its local clock."""
        return _first(self)


def period(config: FloorConfig, name: str) -> Period:
    """The period of a name. Raises ValueError with a sentence."""
    try:
        if "T" in name:
            return _half_hour(config, datetime.fromisoformat(name))
        part, first, after = _days_of(name)
        if not _FIRST_YEAR <= first.year <= _LAST_YEAR:
            raise ValueError(name)
        return _of_days(config, part, first, after)
    except (ValueError, OverflowError) as error:
        raise ValueError(
            f"{name!r} names no year, month, week, day or half hour (2026-11, 2026-W47, 2026-11-22)"
        ) from error


def month_of(config: FloorConfig, at: float) -> Period:
    """The month of the business day that contains an instant (UTC epoch seconds)."""
    return period(config, f"{business_date(config, at):%Y-%m}")


def day_of(config: FloorConfig, at: float) -> Period:
    """The business day that contains an instant (UTC epoch seconds)."""
    return period(config, business_date(config, at).isoformat())


def week_of(config: FloorConfig, at: float) -> Period:
    """The ISO week of the business day that contains an instant (UTC epoch seconds)."""
    return period(config, f"{business_date(config, at):%G-W%V}")


def business_date(config: FloorConfig, at: float) -> date:
    """The date by which the business day that contains an instant is called."""
    return config.business_date(at)


def day_number(day: date) -> int:
    """A date as it is stored: 20261122."""
    return day.year * 10_000 + day.month * 100 + day.day


def day_numbers(config: FloorConfig, of: Period) -> tuple[int, int]:
    """First and last stored day of a period of whole days, both inclusive."""
    return day_number(of.day), day_number(business_date(config, of.end - 1))


def date_of(number: int) -> date:
    """The date of a stored day."""
    return date(number // 10_000, number // 100 % 100, number % 100)


def days(config: FloorConfig, of: Period) -> list[Period]:
    """The business days of a year, month, week or day."""
    found, at = [], of.start
    while at < of.end:
        one = day_of(config, at)
        found.append(one)
        at = one.end
    return found


def half_hours(config: FloorConfig, of: Period) -> list[Period]:
    """The half hours of the local clock within a day, whatever the zone's offset is: 46, 48 or 50 of them."""
    zone = ZoneInfo(config.zone)
    edges, at = [of.start], of.start
    while at < of.end:
        local = datetime.fromtimestamp(at, zone)
        at += HALF_HOUR_S - (local.minute * 60 + local.second + local.microsecond / 1e6) % HALF_HOUR_S
        edges.append(min(at, of.end))
    return [_named_half_hour(zone, start, end) for start, end in pairwise(edges)]


def back(config: FloorConfig, of: Period) -> Period:
    """The period before: last month, the week or the day before, the half hour before."""
    at = of.start - 1
    kinds = {"month": month_of, "week": week_of, "day": day_of}
    if of.part in kinds:
        return kinds[of.part](config, at)
    if of.part == "year":
        return period(config, str(of.day.year - 1))
    return next(half for half in half_hours(config, day_of(config, at)) if half.start <= at < half.end)


def ahead(config: FloorConfig, of: Period) -> Period:
    """The period that begins where this one ends."""
    kinds = {"month": month_of, "week": week_of, "day": day_of}
    if of.part in kinds:
        return kinds[of.part](config, of.end)
    if of.part == "year":
        return period(config, f"{of.day.year + 1:04}")
    return next(
        half for half in half_hours(config, day_of(config, of.end)) if half.start <= of.end < half.end
    )


def year_back(config: FloorConfig, of: Period) -> Period | None:
    """The same month or day of the year before; None where there is none (29 February, weeks, half hours)."""
    year, _, rest = of.name.partition("-")
    if of.part not in ("month", "day"):
        return None
    try:
        return period(config, f"{int(year) - 1:04}-{rest}")
    except ValueError:
        return None


# -- how a name is read ------------------------------------------------------------------------------


def _days_of(name: str) -> tuple[Part, date, date]:
    """(kind, first date, the date after the last)."""
    if _DAY.fullmatch(name):
        day = date.fromisoformat(name)
        return "day", day, day + timedelta(days=1)
    if _MONTH.fullmatch(name):
        first = date.fromisoformat(f"{name}-01")
        return "month", first, (first + timedelta(days=31)).replace(day=1)
    if found := _WEEK.fullmatch(name):
        first = date.fromisocalendar(int(found[1]), int(found[2]), 1)
        return "week", first, first + timedelta(days=7)
    if _YEAR.fullmatch(name):
        first = date(int(name), 1, 1)
        return "year", first, date(int(name) + 1, 1, 1)
    raise ValueError(name)


def _of_days(config: FloorConfig, part: Part, first: date, after: date) -> Period:
    name = {"year": "%Y", "month": "%Y-%m", "week": "%G-W%V", "day": "%Y-%m-%d"}[part]
    return Period(part, first.strftime(name), config.day_begins(first), config.day_begins(after))


def _half_hour(config: FloorConfig, at: datetime) -> Period:
    instant = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(config.zone))
    day = day_of(config, instant.timestamp())
    return next(half for half in half_hours(config, day) if half.start <= instant.timestamp() < half.end)


def _named_half_hour(zone: ZoneInfo, start: float, end: float) -> Period:
    return Period("halfhour", datetime.fromtimestamp(start, zone).isoformat(timespec="minutes"), start, end)


def _first(of: Period) -> date:
    if of.part == "year":
        return date(int(of.name), 1, 1)
    if of.part == "week":
        return date.fromisocalendar(int(of.name[:4]), int(of.name[6:]), 1)
    return date.fromisoformat(f"{of.name}-01" if of.part == "month" else of.name[:10])
