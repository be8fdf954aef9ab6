"""Business days and half hours of a zone, as instants. Days are 23 or 25 hours long where clocks change."""

from bisect import bisect_right
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from ccfloor.floor.config import FloorConfig

HALF_HOUR_S = 1800
_FEW = 400


class Periods:
    """The parts of [start, end) that a report has rows for: days, half hours, or the whole."""

    def __init__(self, config: FloorConfig, zone: str, start: float, end: float, by: frozenset[str]) -> None:
        try:
            self.zone = ZoneInfo(zone)
        except (KeyError, OSError) as error:
            raise ValueError(f"unknown time zone {zone}") from error
        self.start, self.end = start, end
        if "halfhour" in by:
            edges = self._half_hours()
        elif "day" in by:
            edges = _days(replace(config, zone=zone), start, end)
        else:
            edges = []
        self.edges = [start, *(edge for edge in edges if start < edge < end), end]

    def _half_hours(self) -> list[float]:
        """Full and half hours of the local clock, whatever its offset is on that day."""
        edges = []
        at = self.start
        while at < self.end:
            local = datetime.fromtimestamp(at, self.zone)
            passed = (local.minute * 60 + local.second + local.microsecond / 1e6) % HALF_HOUR_S
            at += HALF_HOUR_S - passed
            edges.append(at)
        return edges

    @property
    def few(self) -> bool:
        """Whether one question a period is cheaper than reading everything: days are few, half hours not."""
        return len(self.edges) <= _FEW

    def stretches(self) -> list[tuple[float, float]]:
        """The periods to ask for one by one where they are few, otherwise the whole."""
        return list(pairwise(self.edges)) if self.few else [(self.start, self.end)]

    def index(self, at: float) -> int:
        """Number of the period that contains an instant of [start, end)."""
        return bisect_right(self.edges, at) - 1

    def bounds(self, index: int) -> tuple[str, str]:
        """Start and end of a period in ISO 8601 with the zone's offset."""
        first, last = self.edges[index], self.edges[index + 1]
        return self._iso(first), self._iso(last)

    def _iso(self, at: float) -> str:
        return datetime.fromtimestamp(at, self.zone).isoformat()


def _days(config: FloorConfig, start: float, end: float) -> list[float]:
    edges = []
    at = start
    while at < end:
        at = config.business_day(at)[1]
        edges.append(at)
    return edges
