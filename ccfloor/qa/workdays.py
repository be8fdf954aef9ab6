"""Working days (工作日): holidays and shifted workdays of a country, and what a site does otherwise.

A clock of n working days that starts on a day runs out at the end of the n-th working day after it.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

_FARTHEST = 400  # days that are looked at for one clock


class Official(NamedTuple):
    """What a country says. ``announced``: whether it has said it for a year: China shifts workdays by a
    decree late in the year before, until which a year is known by its holidays alone.
    """

    holiday: Callable[[date], str]  # its name, "" on other days
    shifted: Callable[[date], bool]  # a weekend's day on which one works
    announced: Callable[[int], bool]


class WorkCalendar:
    """``off`` and ``work``: the site's own days, with the reason; they go before the country's. A day in
    both is worked.
    """

    def __init__(
        self,
        official: Official,
        off: Mapping[date, str] | None = None,
        work: Mapping[date, str] | None = None,
    ) -> None:
        self._official, self._off, self._work = official, dict(off or {}), dict(work or {})

    def works(self, day: date) -> bool:
        """Whether a day is a working day."""
        if day in self._off or day in self._work:
            return day in self._work
        if self._official.shifted(day):
            return True
        return day.weekday() < 5 and not self._official.holiday(day)

    def named(self, day: date) -> str:
        """The site's reason for a day, else the country's name of a holiday; "" where there is neither, also
        on a shifted workday: it ``works``, though of a weekend.
        """
        own = self._work.get(day) or self._off.get(day)
        return own or self._official.holiday(day)

    def after(self, day: date, days: int) -> date:
        """The ``days``-th working day after a day; 0: the day itself. Raises ValueError if none is near."""
        at = day
        for _ in range(_FARTHEST + 2 * days):
            if days <= 0:
                return at
            at += timedelta(days=1)
            days -= self.works(at)
        raise ValueError(f"no working day within {_FARTHEST} days of {day}")

    def between(self, first: date, last: date) -> int:
        """Working days after ``first`` up to ``last``; negative the other way round."""
        if last < first:
            return -self.between(last, first)
        days = (first + timedelta(days=place) for place in range(1, (last - first).days + 1))
        return sum(map(self.works, days))

    def announced(self, day: date) -> bool:
        """Whether shifted workdays of this day's year are known yet."""
        return self._official.announced(day.year)
