"""What a queue loses with so many seats, and that curve as straight lines for an integer programme.

The loss of a queue over a span is the calls that give up, and a part of those that are late beyond what its
target allows. The curve is made convex from below before it is cut into lines: the service level is no convex
function of the seats where a queue is drowned.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import ceil, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ccfloor.staffing.erlang_table import LossTable, loss_table
from ccfloor.staffing.present import QueueNow

Row = NDArray[np.float64]
# of calls a second, seconds a call takes, of patience and of the threshold, and the most seats
Table = Callable[[ArrayLike, float, float, float, int], LossTable]
LATE_WEIGHT = 0.35  # a call late beyond the target counts as so much of a call that gave up
_STRETCHES = 4
# three levels that have the mean and the spread of the true one (Gauss-Hermite), and their weights
_LEVELS = ((-sqrt(3.0), 1 / 6), (0.0, 2 / 3), (sqrt(3.0), 1 / 6))


class Line(NamedTuple):
    """A lower bound of the loss: ``at_zero`` + ``slope`` × seats, in calls."""

    at_zero: float
    slope: float


def losses(queue: QueueNow, step_s: float, horizon_s: float, most: int, table: Table = loss_table) -> Row:
    """Calls a queue loses from now until ``horizon_s`` by seats 0..``most``, the same number all the time.

    The rates of its course, each with what is not known of the level; callers who wait now come on top,
    spread over the span. Late calls beyond the target count LATE_WEIGHT each. ``table``: of balanced queues.
    """
    extra = max(0, len(queue.waiting) - queue.ringing) / horizon_s  # who rings has a seat already
    loads = [
        (max(0.0, rate * (1 + off * queue.level_cv)) + extra, seconds * weight)
        for rate, seconds in stretches(queue.rate, step_s, horizon_s)
        for off, weight in _LEVELS
    ]
    rates, weights = np.array(loads).T
    shares = table(rates, queue.aht_s, queue.patience_s, queue.threshold_s, most)
    late = np.maximum(queue.target - shares.level, 0.0)
    lost: Row = (rates * weights) @ (shares.abandoned + LATE_WEIGHT * late)
    return lost


def stretches(rates: Sequence[float], step_s: float, horizon_s: float) -> list[tuple[float, float]]:
    """At most four stretches of the span, as (mean rate, seconds)."""
    course = course_of(rates, step_s, horizon_s)
    steps = len(course)
    spans = np.full(steps, step_s)
    spans[-1] = horizon_s - (steps - 1) * step_s
    parts = np.array_split(np.arange(steps), min(_STRETCHES, steps))
    return [
        (float(course[part] @ spans[part] / spans[part].sum()), float(spans[part].sum())) for part in parts
    ]


def course_of(rates: Sequence[float], step_s: float, horizon_s: float) -> Row:
    """The rate in each step of the span; the last one known goes on, and without any nobody calls."""
    steps = max(1, ceil(horizon_s / step_s))
    return np.array([rates[min(step, len(rates) - 1)] if rates else 0.0 for step in range(steps)])


def lines(curve: Row) -> list[Line]:
    """The lower convex hull of a curve over 0, 1, 2 …, as the lines through its edges, steepest first.

    The greatest of them at n is the hull at n. A curve of one point gives a level line.
    """
    corners: list[int] = []
    for place in range(len(curve)):
        while len(corners) > 1 and not _turns(curve, corners[-2], corners[-1], place):
            corners.pop()
        corners.append(place)
    if len(corners) == 1:
        return [Line(float(curve[0]), 0.0)]
    found = []
    for left, right in pairwise(corners):
        slope = float(curve[right] - curve[left]) / (right - left)
        found.append(Line(float(curve[left]) - slope * left, slope))
    return found


def _turns(curve: Row, first: int, middle: int, last: int) -> bool:
    """Whether the middle lies under the straight line from first to last."""
    rise, whole = float(curve[middle] - curve[first]), float(curve[last] - curve[first])
    return rise * (last - first) < whole * (middle - first)
