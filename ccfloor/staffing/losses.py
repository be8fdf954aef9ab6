"""What a queue loses with so many seats, and that curve as straight lines for an integer programme.

The loss of a queue over a span is the calls that give up, and a part of those that are late beyond what its
target allows. Shares come from a table (stationary M/M/n+M for each number of seats), so that whoever has a
better one may give it. The curve is made convex from below before it is cut into lines: a service level is
no convex function of the seats where a queue is drowned.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import ceil, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccfloor.staffing.present import QueueNow

Row = NDArray[np.float64]
LATE_WEIGHT = 0.35  # a call late beyond the target counts as so much of a call that gave up
_DEPTH = 1e-12  # states of a queue rarer than this share of the rest are left out
_POINTS = 12  # of the quadrature over the threshold: the density is smooth there
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(_POINTS)
# three levels that have the mean and the spread of the true one (Gauss-Hermite), and their weights
_LEVELS = ((-sqrt(3.0), 1 / 6), (0.0, 2 / 3), (sqrt(3.0), 1 / 6))


class Load(NamedTuple):
    """A stationary stretch of one queue: calls a second, seconds a call takes a seat, seconds of patience."""

    rate: float
    aht_s: float
    patience_s: float
    threshold_s: float


class Shares(NamedTuple):
    """By seats 0, 1, 2 …: share of callers who give up, and of service level (answered in time, over all but
    those who left before the threshold).
    """

    abandoned: Row
    level: Row


Table = Callable[[Load, int], Shares]


class Line(NamedTuple):
    """A lower bound of the loss: ``at_zero`` + ``slope`` × seats, in calls."""

    at_zero: float
    slope: float


def steady(load: Load, most: int) -> Shares:
    """Shares of M/M/n+M for n = 0..``most``.

    Delay by Palm's formula from the loss formula (Garnett, Mandelbaum and Reiman 2002), the service level
    from the density of the offered wait (Mandelbaum and Zeltyn 2005). With nobody there everybody leaves;
    without calls nobody waits.
    """
    if load.rate <= 0:
        return Shares(np.zeros(most + 1), np.ones(most + 1))
    given = np.ones(most + 1), np.zeros(most + 1)
    if most:
        given[0][1:], given[1][1:] = _staffed(load, np.arange(1.0, most + 1))
    return Shares(*given)


def _staffed(load: Load, seats: Row) -> tuple[Row, Row]:
    mu, theta = 1 / load.aht_s, 1 / load.patience_s
    depth = _depths(load, seats, mu, theta)
    blocked = _blocked(load.rate / mu, seats)
    delayed = depth * blocked / (1 + (depth - 1) * blocked)
    full = delayed / depth  # exactly all seats busy, nobody waiting
    rho = load.rate / (mu * seats)
    gone = np.clip(delayed * (1 / (rho * depth) + 1 - 1 / rho), 0.0, 1.0)
    return gone, _levels(load, seats * mu, theta, delayed, full)


def _depths(load: Load, seats: Row, mu: float, theta: float) -> Row:
    """Weight of all states with every seat busy, over that of the first of them."""
    term, total, place = np.ones_like(seats), np.ones_like(seats), 0
    while np.any(term > _DEPTH * total):
        place += 1
        term = term * load.rate / (seats * mu + place * theta)
        total = total + term
    return total


def _blocked(erlangs: float, seats: Row) -> Row:
    found, value = np.empty_like(seats), 1.0
    for place, number in enumerate(seats):
        value = erlangs * value / (number + erlangs * value)
        found[place] = value
    return found


def _levels(load: Load, work: Row, theta: float, delayed: Row, full: Row) -> Row:
    limit = load.threshold_s
    at = (_NODES + 1) * limit / 2
    stay = np.exp(-theta * at)
    power = (load.rate / theta) * -np.expm1(-theta * at) - np.multiply.outer(work, at)
    density = (work * full)[:, None] * np.exp(power) * (_WEIGHTS * limit / 2)
    soon = density.sum(axis=1)
    served = 1 - delayed + density @ stay
    late = np.maximum(delayed - soon, 0.0)
    left = density @ (1 - stay) + late * -np.expm1(-theta * limit)
    return np.clip(served / np.maximum(1 - left, 1e-12), 0.0, 1.0)


def losses(queue: QueueNow, step_s: float, horizon_s: float, most: int, table: Table = steady) -> Row:
    """Calls a queue loses from now until ``horizon_s`` by seats 0..``most``, the same number all the time.

    The rates of its course, each with what is not known of the level; callers who wait now come on top,
    spread over the span. Late calls beyond the target count LATE_WEIGHT each.
    """
    total = np.zeros(most + 1)
    extra = len(queue.waiting) / horizon_s
    for rate, seconds in _stretches(queue.rate, step_s, horizon_s):
        for off, weight in _LEVELS:
            now = max(0.0, rate * (1 + off * queue.level_cv)) + extra
            shares = table(Load(now, queue.aht_s, queue.patience_s, queue.threshold_s), most)
            short = np.maximum(queue.target - shares.level, 0.0)
            total += now * seconds * weight * (shares.abandoned + LATE_WEIGHT * short)
    return total


def _stretches(rates: Sequence[float], step_s: float, horizon_s: float) -> list[tuple[float, float]]:
    """At most four stretches of the span, as (mean rate, seconds)."""
    steps = max(1, ceil(horizon_s / step_s))
    course = np.array([rates[min(step, len(rates) - 1)] for step in range(steps)])
    spans = np.full(steps, step_s)
    spans[-1] = horizon_s - (steps - 1) * step_s
    parts = np.array_split(np.arange(steps), min(4, steps))
    return [
        (float(course[part] @ spans[part] / spans[part].sum()), float(spans[part].sum())) for part in parts
    ]


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
    return bool(
        (curve[middle] - curve[first]) * (last - first) < (curve[last] - curve[first]) * (middle - first)
    )
