"""Leave (请假) and planned peaks: while one runs nobody is on leave, save for force majeure (不可抗拒).

A planned peak of some queues blocks leave on the whole floor: people can be moved to those queues.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from ccfloor.rules.calendar import Campaign


class Verdict(StrEnum):
    """Why a request is granted or refused."""

    FREE = "free"  # granted: no planned peak in that time
    FORCE_MAJEURE = "force_majeure"  # granted in spite of a planned peak
    PLANNED_PEAK = "planned_peak"  # refused


class Decision(NamedTuple):
    """What a request gets. ``touched``: the planned peaks in its time, in order."""

    verdict: Verdict
    touched: tuple[Campaign, ...] = ()

    @property
    def granted(self) -> bool:
        """Whether the leave may be taken."""
        return self.verdict is not Verdict.PLANNED_PEAK


def touched(start: float, end: float, campaigns: Iterable[Campaign]) -> tuple[Campaign, ...]:
    """The campaigns that share an instant with [start, end) (UTC epoch seconds), in order of their start."""
    return tuple(sorted(item for item in campaigns if item.start < end and item.end > start))


def decide(start: float, end: float, force_majeure: bool, campaigns: Iterable[Campaign]) -> Decision:
    """Grant or refuse leave in [start, end)."""
    met = touched(start, end, campaigns)
    if not met:
        return Decision(Verdict.FREE)
    return Decision(Verdict.FORCE_MAJEURE if force_majeure else Verdict.PLANNED_PEAK, met)
