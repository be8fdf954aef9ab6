"""The days a forecast is learned from and made for, as the caller's calendar knows them.

A column is a half hour of the local clock, in the order of the business day. Where clocks go forward a day
lacks a column; where they go back a column lasts two half hours.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

Row = NDArray[np.float64]
Grid = NDArray[np.float64]
HALF_HOUR_S = 1800.0
SUNDAY = 6


class Kind(StrEnum):
    """What a site's calendar says of a day."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    SHIFTED = "shifted"  # of a weekend, but worked (调休)


class Peak(NamedTuple):
    """A planned peak: from ``start`` to ``end`` (epoch seconds) so many times the usual calls come."""

    start: float
    end: float
    multiplier: float


class Day(msgspec.Struct, frozen=True):
    """One business day.

    ``begins``: its first instant (epoch seconds). ``columns``: the column of each half hour that passes from
    then on; empty: one after the other, as on all days without a change of clocks. ``after_off``: the first
    day that is worked after days off which are no plain weekend.
    """

    date: date
    kind: Kind
    begins: float = 0.0
    columns: tuple[int, ...] = ()
    peaks: tuple[Peak, ...] = ()
    after_off: bool = False

    @property
    def worked(self) -> bool:
        """Whether people elsewhere work on it too."""
        return self.kind in (Kind.WORKDAY, Kind.SHIFTED)

    @property
    def group(self) -> str:
        """Days of one group have one shape: all that are worked, all holidays, each day of the weekend."""
        if self.worked:
            return "worked"
        return "holiday" if self.kind is Kind.HOLIDAY else f"weekend{self.date.weekday()}"

    def places(self, width: int) -> NDArray[np.int64]:
        """The column of each half hour that passes, of ``width`` columns."""
        return np.array(self.columns or range(width), dtype=np.int64)

    def lengths(self, width: int) -> Row:
        """Half hours that each column lasts: 1, where clocks change 0 or 2."""
        return np.bincount(self.places(width), minlength=width)[:width].astype(np.float64)

    def factors(self, width: int) -> Row:
        """How many times the usual calls each column is planned to have. Peaks at one time multiply."""
        found = np.ones(width)
        if not self.peaks:
            return found
        places = self.places(width)
        for peak in self.peaks:
            found *= 1 + (peak.multiplier - 1) * self._shares(peak, places, width)
        return found

    def _shares(self, peak: Peak, places: NDArray[np.int64], width: int) -> Row:
        starts = self.begins + HALF_HOUR_S * np.arange(len(places))
        inside = np.minimum(starts + HALF_HOUR_S, peak.end) - np.maximum(starts, peak.start)
        total = np.bincount(places, np.clip(inside, 0.0, None), minlength=width)
        return total / np.maximum(self.lengths(width) * HALF_HOUR_S, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """What one queue was offered: answered, given up and tried again alike.

    ``counts``: days × columns. ``seen``: how much of each column somebody counted, in half hours: 0 in an
    outage, 1 usually, 2 where clocks went back. Days in order, none twice.
    Raises ValueError on shapes that do not fit, and on counts or shares below 0 or not finite.
    """

    queue: str
    days: tuple[Day, ...]
    counts: Grid
    seen: Grid

    def __post_init__(self) -> None:
        shape = np.shape(self.counts)
        if len(shape) != 2 or shape != np.shape(self.seen) or shape[0] != len(self.days):
            raise ValueError(f"{self.queue}: counts, shares and days of a history do not fit each other")
        for told in (self.counts, self.seen):
            if not (np.isfinite(told).all() and (np.asarray(told) >= 0).all()):
                raise ValueError(f"{self.queue}: a history has numbers below 0 or none at all")
        if any(later.date <= day.date for day, later in zip(self.days, self.days[1:], strict=False)):
            raise ValueError(f"{self.queue}: the days of a history are not in order")

    @property
    def width(self) -> int:
        """Columns."""
        return int(np.shape(self.counts)[1])


class Past(NamedTuple):
    """A history made ready: days × columns.

    ``weight``: half hours seen, times the planned factor; counts where nothing was seen are 0.
    """

    days: tuple[Day, ...]
    counts: Grid
    weight: Grid

    @property
    def ordinals(self) -> Row:
        """Dates as numbers."""
        return np.array([day.date.toordinal() for day in self.days], dtype=np.float64)

    def of(self, group: str) -> NDArray[np.bool_]:
        """Which days are of a group."""
        return np.array([day.group == group for day in self.days], dtype=np.bool_)


def made_ready(history: History, day: Day, most: int) -> Past:
    """The last ``most`` days before a day that were seen at all, from the queue's first call on."""
    counts = np.where(np.asarray(history.seen) > 0, history.counts, 0.0).astype(np.float64)
    before = np.array([one.date < day.date for one in history.days], dtype=np.bool_)
    seen = np.asarray(history.seen, dtype=np.float64)
    called = np.logical_or.accumulate(counts.sum(axis=1) > 0) if len(counts) else before
    kept = np.flatnonzero(before & called & (seen.sum(axis=1) > 0))[-most:]
    days = tuple(history.days[place] for place in kept)
    factors = np.array([one.factors(history.width) for one in days]).reshape(len(days), history.width)
    return Past(days, counts[kept], seen[kept] * factors)


def stands_in(day: Day, past: Past) -> str:
    """The group whose days a day is forecast from, "" where there is none.

    Its own; for a holiday without holidays before it Sundays, then any weekend's day; for a weekend's day the
    other; then whatever days there are, the most frequent first.
    """
    known = Counter(one.group for one in past.days)
    sundays = [one.group for one in past.days if not one.worked and one.date.weekday() == SUNDAY]
    weekends = [group for group in sorted(known) if group.startswith("weekend")]
    wanted: Sequence[str] = (day.group,)
    if not day.worked:
        wanted = (day.group, *sundays[-1:], *weekends)
    found = [group for group in wanted if known[group]]
    return found[0] if found else next((group for group, _ in known.most_common(1)), "")
