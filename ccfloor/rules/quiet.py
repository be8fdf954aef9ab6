"""Quiet hours of a channel: in them only what is urgent goes out."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
_LONGEST_S = 7 * 86_400.0  # where it is always quiet, it is looked at again after a week


class Quiet(NamedTuple):
    """Seconds after local midnight; an end at or before the start lies on the next day.

    ``weekdays``: 0 Monday … 6 Sunday, those on which it begins.
    """

    start_s: int
    end_s: int
    weekdays: tuple[int, ...] = EVERY_DAY


def quiet_until(at: float, windows: Iterable[Quiet], zone: str) -> float:
    """The instant at which it is no longer quiet, 0.0 where it is not quiet at ``at``.

    Windows that touch or overlap count as one. Instants are UTC epoch seconds.
    """
    until, fixed, local = at, tuple(windows), ZoneInfo(zone)
    while until - at < _LONGEST_S:
        later = max((_end(until, window, local) for window in fixed), default=0.0)
        if later <= until:
            break
        until = later
    return until if until > at else 0.0


def _end(at: float, window: Quiet, zone: ZoneInfo) -> float:
    today = datetime.fromtimestamp(at, zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    for day in (today - timedelta(days=1), today):
        length = (window.end_s - window.start_s) % 86_400 or 86_400
        start, end = (day + timedelta(seconds=window.start_s + more) for more in (0, length))
        begun, over = start.replace(tzinfo=zone).timestamp(), end.replace(tzinfo=zone).timestamp()
        if day.weekday() in window.weekdays and begun <= at < over:
            return over
    return 0.0
