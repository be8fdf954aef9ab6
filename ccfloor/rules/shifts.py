"""Arithmetic of the calendar: when a shift is worked, a queue open, a shift changing, a peak planned.

Everything is a set of times given as half-open spans (start, end) in UTC epoch seconds; times of day are
wall-clock times of the site's zone, whichever way the clock was changed that day.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from math import inf
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccfloor.rules.calendar import Calendar, Shift

Span = tuple[float, float]
Spans = Callable[[float], Iterable[Span]]  # the spans that lie around an instant
_DAYS = range(-1, 9)  # a shift over midnight began yesterday; every weekday comes within a week


class Duty(NamedTuple):
    """A shift on one day: from the start of its first part to the end of its last."""

    start: float
    end: float
    parts: tuple[Span, ...]


@lru_cache(maxsize=4096)
def _on_day(shift: Shift, zone: str, ordinal: int) -> Duty | None:
    day = date.fromordinal(ordinal)
    if day.weekday() not in shift.weekdays or not shift.parts:
        return None
    midnight = datetime(day.year, day.month, day.day)
    place = ZoneInfo(zone)

    def instant(seconds: int) -> float:
        return (midnight + timedelta(seconds=seconds)).replace(tzinfo=place).timestamp()

    parts = tuple((instant(start), instant(end)) for start, end in shift.parts)
    return Duty(parts[0][0], parts[-1][1], parts)


def duties(shift: Shift, zone: str, at: float) -> list[Duty]:
    """The shift's days around an instant, from the day before to a week after, in order."""
    today = datetime.fromtimestamp(at, ZoneInfo(zone)).toordinal()
    found = (_on_day(shift, zone, today + day) for day in _DAYS)
    return [duty for duty in found if duty is not None]


def duty_at(shift: Shift, zone: str, at: float) -> Duty | None:
    """The day's duty that runs at an instant, breaks between its parts included."""
    return next((duty for duty in duties(shift, zone, at) if duty.start <= at < duty.end), None)


def on_duty(calendar: Calendar, seat: str, at: float) -> bool:
    """Whether a seat's shift runs at an instant; a seat without a shift has none that runs."""
    shift = shift_of(calendar, seat)
    return shift is not None and is_in(part_spans(shift, calendar.zone), at)


def shift_of(calendar: Calendar, seat: str) -> Shift | None:
    """The shift that a seat works."""
    name = calendar.seat_shift.get(seat)
    return next((shift for shift in calendar.shifts if shift.name == name), None) if name else None


# -- sets of times -----------------------------------------------------------------------------------


def part_spans(shift: Shift, zone: str) -> Spans:
    """The times at which the shift is on duty."""
    return lambda at: (part for duty in duties(shift, zone, at) for part in duty.parts)


def change_spans(shifts: Iterable[Shift], zone: str, around_s: float) -> Spans:
    """From so long before to so long after each beginning and end of one of the shifts."""
    several = tuple(shifts)

    def spans(at: float) -> Iterable[Span]:
        for shift in several:
            for duty in duties(shift, zone, at):
                yield duty.start - around_s, duty.start + around_s
                yield duty.end - around_s, duty.end + around_s

    return spans


def any_spans(several: Iterable[Spans]) -> Spans:
    """The times that lie in one of several sets."""
    known = tuple(several)
    return lambda at: (span for spans in known for span in spans(at))


def open_spans(calendar: Calendar, queues: Iterable[str]) -> Spans:
    """The times at which one of the queues is open; a queue that the calendar does not name always is."""
    hours = [calendar.open.get(queue) for queue in queues]
    known = [shift for shift in hours if shift is not None]
    if len(known) < len(hours) or not hours:
        return always
    return any_spans(part_spans(shift, calendar.zone) for shift in known)


def peak_spans(calendar: Calendar, queues: frozenset[str] | None) -> Spans:
    """The times of the campaigns that concern one of the queues (None: whichever they concern)."""
    found = tuple(
        (campaign.start, campaign.end)
        for campaign in calendar.campaigns
        if queues is None or not campaign.queues or not queues.isdisjoint(campaign.queues)
    )
    return lambda _at: found


def always(_at: float) -> Iterable[Span]:
    """All times."""
    return ((-inf, inf),)


def never(_at: float) -> Iterable[Span]:
    """No time."""
    return ()


def is_in(spans: Spans, at: float) -> bool:
    """Whether an instant lies in one of the spans."""
    return any(start <= at < end for start, end in spans(at))


def next_edge(spans: Spans, at: float) -> float:
    """The first beginning or end of a span after an instant; infinity: none."""
    return min((edge for span in spans(at) for edge in span if edge > at), default=inf)
