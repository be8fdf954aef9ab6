"""What a queue is to expect over the next half hour or hour: abandoned calls, service level, waits."""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

import msgspec
import numpy as np

from ccfloor.staffing.course import Course, Floats
from ccfloor.staffing.flow import Flow
from ccfloor.staffing.present import FloorNow


class Figure(msgspec.Struct, frozen=True):
    """An expected number and the standard error that comes of the number of paths. None: of nothing."""

    value: float | None
    error: float


class QueueAhead(msgspec.Struct, frozen=True):
    """One queue over the next ``span_s`` seconds; who waits now belongs to it.

    ``abandoned``: callers who give up in it. ``level``: share answered within the threshold, of those who
    come in it but for who gave up before. ``wait_s``: mean wait of those who come in it, answered or not.
    ``waiting``: mean number of callers waiting.
    """

    queue: str
    span_s: float
    abandoned: Figure
    level: Figure
    wait_s: Figure
    waiting: Figure


class Sums(NamedTuple):
    """Counts and seconds by (path, queue) over one span."""

    span_s: float
    came: Floats
    abandoned: Floats
    in_time: Floats
    judged: Floats  # answered or waited longer than the threshold
    wait: Floats
    waiting: Floats


def sums(floor: FloorNow, course: Course, flow: Flow, span_s: float) -> Sums:
    """What happens in every queue on every path within the span."""
    rows = int((course.at.min(axis=1, initial=np.inf) < span_s).sum())
    at, left, answered = course.at[:rows], flow.left[:rows], flow.answered[:rows]
    came = at < span_s
    wait = np.subtract(left, at, out=np.zeros(at.shape), where=came)
    soon = came & (wait <= np.array([queue.threshold_s for queue in floor.queues])[course.queue[:rows]])
    lasts = np.clip(np.minimum(left, span_s) - np.maximum(at, 0.0), 0.0, None)
    cells = (np.arange(course.paths) * len(floor.queues) + course.queue[:rows]).ravel()

    def by_queue(weights: Floats) -> Floats:
        size = course.paths * len(floor.queues)
        found: Floats = np.bincount(cells, weights.ravel(), minlength=size).astype(np.float64)
        return found.reshape(course.paths, len(floor.queues))

    return Sums(
        span_s,
        by_queue(came.astype(np.float64)),
        by_queue((~answered & (left <= span_s)).astype(np.float64)),
        by_queue((soon & answered).astype(np.float64)),
        by_queue((came & (answered | ~soon)).astype(np.float64)),
        by_queue(wait),
        by_queue(np.where(came, lasts, 0.0)),
    )


class Score(NamedTuple):
    """A ratio of means over the paths, and what each path adds to its deviation: of one queue each, by
    columns.

    Two of them on common random numbers are subtracted path by path.
    """

    value: Floats  # NaN: of nothing
    shares: Floats

    def less(self, other: "Score") -> "Score":
        """This one minus the other."""
        return Score(self.value - other.value, self.shares - other.shares)

    def figure(self, queue: int) -> Figure:
        """Of one queue."""
        value = float(self.value[queue])
        if value != value:
            return Figure(None, 0.0)
        return Figure(value, float(self.shares[:, queue].std()) / sqrt(max(1, len(self.shares) - 1)))


def _ratio(over: Floats, under: Floats) -> Score:
    """The error of a ratio by its linear part (delta method)."""
    mean = under.mean(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = over.mean(axis=0) / mean
        shares = (over - value * under) / mean
    return Score(value, shares)


def scores(of: Sums) -> tuple[Score, Score, Score, Score]:
    """Abandoned, service level, wait and number waiting, in the order of ``QueueAhead``."""
    ones = np.ones_like(of.came)
    return (
        _ratio(of.abandoned, ones),
        _ratio(of.in_time, of.judged),
        _ratio(of.wait, of.came),
        _ratio(of.waiting / of.span_s, ones),
    )


def ahead(floor: FloorNow, spans: Sequence[Sums], less: Sequence[Sums] = ()) -> tuple[QueueAhead, ...]:
    """Every queue over every span; with ``less`` the difference to those sums of the same paths."""
    found = []
    for place, each in enumerate(spans):
        of: Sequence[Score] = scores(each)
        if less:
            of = _less(of, scores(less[place]))
        for number, queue in enumerate(floor.queues):
            figures = [score.figure(number) for score in of]
            found.append(QueueAhead(queue.queue, each.span_s, *figures))
    return tuple(found)


def _less(of: Sequence[Score], others: Sequence[Score]) -> list[Score]:
    return [score.less(other) for score, other in zip(of, others, strict=True)]
