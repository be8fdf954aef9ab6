"""Seats that a queue's half hours need, by Erlang A for its service level, and people to roster for them."""

from collections.abc import Sequence

import numpy as np

from ccfloor.floor.config import QueueTarget
from ccfloor.service.staffing_today.measured import Measured
from ccfloor.service.staffing_today.site import Rule
from ccfloor.staffing.required import Aim, required_many, rostered

HARDLY = 0.1  # calls in a half hour; where fewer are expected nobody needs to sit


def needed(
    calls: Sequence[float],
    lengths_s: Sequence[float],
    of: Sequence[Measured],
    target: QueueTarget,
    rule: Rule,
    level: float | None = None,
) -> list[int]:
    """Seats at work in each half hour. ``calls``: that come in it; ``level``: service level to reach (0..1)
    instead of the queue's own.

    The fewest for which Erlang A (Poisson calls, the mean handle time, the mean patience) gives the service
    level within the queue's threshold, and seats busy no more than ``rule.max_occupancy`` of their time.
    """
    aim = Aim(
        level=target.target if level is None else level,
        threshold_s=target.threshold_s,
        occupancy=rule.max_occupancy,
    )
    came = np.array(calls, dtype=np.float64)
    called = came >= HARDLY
    rates = np.where(called, came, 0.0) / np.array(lengths_s, dtype=np.float64)
    ahts, patiences = [one.aht_s for one in of], [one.patience_s for one in of]
    found = required_many(rates, ahts, patiences, aim)
    return [int(seats) for seats in np.where(called, np.maximum(found, rule.min_seats), 0)]


def to_roster(seats: int, rule: Rule) -> int:
    """People to roster so that so many are at work: divided by the share of time that is worked, upwards."""
    return rostered(seats, rule.shrinkage)
