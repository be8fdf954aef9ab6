"""Which queues a proposal would spoil: any of the floor, for a queue that gets seats may give more.

Two ways: a queue misses its target on courses on which it would have met it; or one that is under its target
anyway goes clearly further down.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ccfloor.staffing.effect import SPANS, Tally, givers
from ccfloor.staffing.limits import Policy
from ccfloor.staffing.moves import Kind, Move
from ccfloor.staffing.present import FloorNow

Row = NDArray[np.float64]


def spoilt(
    floor: FloorNow, moves: Sequence[Move], before: Tally, after: Tally, policy: Policy
) -> frozenset[str]:
    """The queues that are likelier than ``policy.missed`` to miss what they would have met, and those under
    their target whose service level falls by more than ``policy.drained``.

    Who is called home goes to those who lent him: of a queue that only gives back the latter is not asked.
    """
    targets = np.array([queue.target for queue in floor.queues])
    missed, lower = _missed(before, after, targets), _lower(before, after, targets)
    back = givers(floor, [move for move in moves if move.kind is Kind.HOME])
    back -= givers(floor, [move for move in moves if move.kind is not Kind.HOME])
    return frozenset(
        queue.queue
        for place, queue in enumerate(floor.queues)
        if missed[place] > policy.missed or (lower[place] > policy.drained and queue.queue not in back)
    )


def _missed(before: Tally, after: Tally, targets: Row) -> Row:
    """By queue, the likelier of the half hour and the hour: that it misses what it would have met."""
    found = np.zeros(len(targets))
    for spans in range(1, SPANS + 1):
        one, two = before.up_to(spans), after.up_to(spans)
        met = one.timely >= targets[:, None] * one.judged
        misses = two.timely < targets[:, None] * two.judged
        found = np.maximum(found, (met & misses).mean(axis=1))
    return found


def _lower(before: Tally, after: Tally, targets: Row) -> Row:
    """By queue, how far the hour's service level falls, all courses taken together; 0 where the target is met
    or nobody calls.
    """
    one, two = _level(before), _level(after)
    return np.where(one < targets, np.nan_to_num(one - two), 0.0)


def _level(tally: Tally) -> Row:
    """Not a number where nobody calls."""
    hour = tally.up_to(SPANS)
    judged, timely = hour.judged.sum(axis=1), hour.timely.sum(axis=1)
    level: Row = np.divide(timely, judged, out=np.full(len(judged), np.nan), where=judged > 0)
    return level
