"""What moves do to every queue over the next half hour and hour, against leaving all as it is.

Both are simulated on the same random courses (``course``, ``crew``, ``flow``), so that what differs is the
moves alone; what is not known of level, handle time and patience differs from course to course, so that the
spread of the differences is how unsure the effect is. Callers count where they came in, those who wait now
in the first half hour.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from ccfloor.staffing.actions import Action, placed
from ccfloor.staffing.course import Course, draw
from ccfloor.staffing.crew import Place, crew_of
from ccfloor.staffing.flow import Flow, flow
from ccfloor.staffing.habits import Habits
from ccfloor.staffing.levers import Lever
from ccfloor.staffing.limits import Moved
from ccfloor.staffing.moves import Kind, Move
from ccfloor.staffing.present import Estimate, FloorNow

Row = NDArray[np.float64]
HALF_HOUR_S = 1800.0
SPANS = 2  # half hours that are told of
HORIZON_S = SPANS * HALF_HOUR_S


class Proposal(NamedTuple):
    """Seats that serve other queues from now on, and ``levers`` that call seats back (``action`` does).

    ``until_s``: by the queue seats are moved to, seconds after which they go back.
    """

    moves: tuple[Move, ...] = ()
    until_s: Mapping[str, float] = {}
    levers: tuple[Lever, ...] = ()
    action: Action = Action("")

    @property
    def recalled(self) -> tuple[str, ...]:
        """The seats that are called back."""
        return tuple(sorted(change.seat for change in self.action.changes))


class Tally(NamedTuple):
    """Callers by (half hour, queue, path): all of them; those who count for the service level; those answered
    in time; those who gave up, by when they did; seconds they waited in all. ``unknown``: see ``Course``.
    """

    offered: Row
    judged: Row
    timely: Row
    gone: Row
    waited_s: Row
    unknown: Row = np.empty((0, 0))

    def up_to(self, spans: int) -> "Tally":
        """Of the first half hours together, by (queue, path)."""
        return Tally(*(part[:spans].sum(axis=0) for part in self[:-1]))


# A tally for each proposal, on common random numbers; the empty one is the floor as it is.
Simulate = Callable[[Sequence[Proposal]], list[Tally]]


class Figures(msgspec.Struct, frozen=True):
    """Of one queue's callers over a span. ``offered``: expected callers. Shares are 0..1; None: no callers.

    ``meets``: probability that the service level reaches its target.
    """

    offered: float
    service_level: Estimate | None
    abandoned: Estimate | None
    wait_s: Estimate | None
    meets: float


class QueueEffect(msgspec.Struct, frozen=True):
    """One queue over the next ``horizon_s`` seconds without the proposal and with it.

    ``gets``: it is meant to gain seats; ``gives``: it loses some, or has to share them; it may do both.
    ``saved``: calls that do not give up. ``missed``: probability that it misses its target, which it would
    have met without.
    """

    queue: str
    horizon_s: float
    gets: bool
    gives: bool
    before: Figures
    after: Figures
    saved: Estimate
    missed: float


def simulator(
    floor: FloorNow, habits: Habits, moved: Sequence[Moved] = (), paths: int = 200, seed: int = 1
) -> Simulate:
    """Simulates proposals. ``moved``: moves in force, whose seats go back when their time comes."""
    course = draw(floor, habits, paths, HORIZON_S, seed)
    homes = {move.seat: move for move in moved}

    counter = _Counter(floor, course)

    def run(proposals: Sequence[Proposal]) -> list[Tally]:
        found = []
        for each in proposals:
            crew = crew_of(floor, course, _places(floor, homes, each))
            found.append(counter.tally(flow(course, crew, habits.without(each.action.stops))))
        return found

    return run


def _places(floor: FloorNow, homes: Mapping[str, Moved], proposal: Proposal) -> list[Place]:
    moves = {move.seat: move for move in proposal.moves}
    found = []
    for place in placed(floor, proposal.action):
        seat = place.seat
        home, move = homes.get(seat.seat), moves.get(seat.seat)
        if move is not None and move.kind is Kind.HOME:
            place = place._replace(queues=move.after)
        elif move is not None:
            until = proposal.until_s.get(move.queue)
            place = place._replace(queues=move.after, until_s=until, home=seat.queues)
        elif home is not None:
            place = place._replace(until_s=max(0.0, home.until - floor.at), home=home.home)
        found.append(place)
    return found


class _Counter:
    """Counts the callers of every path by half hour and queue; what is the same for all runs is kept.

    Summed up to a half hour the figures are those of ``outlook.sums``.
    """

    def __init__(self, floor: FloorNow, course: Course) -> None:
        self._there = np.isfinite(course.at) & (course.at < HORIZON_S)
        self._at, queue = course.at[self._there], course.queue[self._there]
        self._shape = SPANS, len(floor.queues), course.paths
        path = np.broadcast_to(np.arange(course.paths), course.at.shape)[self._there]
        self._line = queue * course.paths + path
        span = (np.maximum(self._at, 0.0) // HALF_HOUR_S).astype(np.int64)
        self._came = self._line + span * len(floor.queues) * course.paths
        self._unknown = course.unknown
        self._soon = np.array([each.threshold_s for each in floor.queues])[queue]

    def tally(self, found: Flow) -> Tally:
        """What became of the callers of a run."""
        left, answered = found.left[self._there], found.answered[self._there]
        waited, size = left - self._at, int(np.prod(self._shape))
        kind = 2 * answered.astype(np.int64) + (waited <= self._soon)
        each = np.bincount(4 * self._came + kind, minlength=4 * size).reshape(*self._shape, 4).astype(float)
        late_gone, _, late, timely = np.moveaxis(each, -1, 0)
        gone = ~answered & (left <= HORIZON_S)
        span = np.maximum(np.ceil(left[gone] / HALF_HOUR_S) - 1, 0).astype(np.int64)
        ended = self._line[gone] + span * self._shape[1] * self._shape[2]
        return Tally(
            offered=each.sum(axis=-1),
            judged=late_gone + late + timely,
            timely=timely,
            gone=np.bincount(ended, minlength=size).reshape(self._shape).astype(float),
            waited_s=np.bincount(self._came, waited, size).reshape(self._shape).astype(float),
            unknown=self._unknown,
        )


def queue_effects(
    floor: FloorNow,
    proposal: Proposal,
    before: Tally,
    after: Tally,
    asked: frozenset[str] = frozenset(),
) -> tuple[QueueEffect, ...]:
    """Both horizons of every queue that the proposal concerns, those that get seats first. ``asked``: queues
    that are told of in any case.
    """
    gets = {move.queue for move in proposal.moves}
    gives = givers(floor, proposal.moves)
    found = []
    for place, queue in enumerate(floor.queues):
        if queue.queue not in gets | gives | asked and not _differs(before, after, place):
            continue
        for spans in range(1, SPANS + 1):
            one, two = _of_queue(before, spans, place), _of_queue(after, spans, place)
            saved = spread(one.gone - two.gone)
            figures = _figures(one, queue.target), _figures(two, queue.target)
            missed = float(np.mean(_meets(one, queue.target) & ~_meets(two, queue.target)))
            flags = queue.queue in gets, queue.queue in gives
            found.append(QueueEffect(queue.queue, spans * HALF_HOUR_S, *flags, *figures, saved, missed))
    return tuple(sorted(found, key=lambda effect: (not effect.gets, not effect.gives)))


def every_queue(floor: FloorNow, plain: Tally) -> tuple[QueueEffect, ...]:
    """Both horizons of every queue where nobody is moved."""
    found = []
    for place, queue in enumerate(floor.queues):
        for spans in range(1, SPANS + 1):
            figures = _figures(_of_queue(plain, spans, place), queue.target)
            none = Estimate(0.0, 0.0, 0.0, plain.offered.shape[2])
            found.append(
                QueueEffect(queue.queue, spans * HALF_HOUR_S, False, False, figures, figures, none, 0.0)
            )
    return tuple(found)


def givers(floor: FloorNow, moves: Sequence[Move]) -> set[str]:
    """The queues that a moved seat leaves, or shares with one more; others may come to them all the same."""
    serves = {seat.seat: seat.queues for seat in floor.seats}
    return {queue for move in moves for queue in serves.get(move.seat, ()) if queue != move.queue}


def _differs(before: Tally, after: Tally, place: int) -> bool:
    one, two = _of_queue(before, SPANS, place), _of_queue(after, SPANS, place)
    return bool(abs(float(np.mean(one.gone - two.gone))) >= _NOTICED)


_NOTICED = 0.1  # calls an hour: less is not told of a queue that no move names


def _of_queue(tally_: Tally, spans: int, place: int) -> Tally:
    return Tally(*(part[place] for part in tally_.up_to(spans)[:-1]))


def _meets(paths: Tally, target: float) -> NDArray[np.bool_]:
    """By path: whether the target is met; without callers it is."""
    return paths.timely >= target * paths.judged


def _figures(paths: Tally, target: float) -> Figures:
    return Figures(
        offered=float(np.mean(paths.offered)),
        service_level=_ratio(paths.timely, paths.judged),
        abandoned=_ratio(paths.gone, paths.offered),
        wait_s=_ratio(paths.waited_s, paths.offered),
        meets=float(np.mean(_meets(paths, target))),
    )


def _ratio(over: Row, under: Row) -> Estimate | None:
    """The ratio of the sums; its spread is that of the paths' own ratios."""
    some = under > 0
    if not some.any():
        return None
    low, high = np.quantile(over[some] / under[some], (0.1, 0.9))
    return Estimate(float(over.sum() / under.sum()), float(low), float(high), int(some.sum()))


def spread(values: Row) -> Estimate:
    """Mean of the paths, and what holds four of five of them."""
    low, high = np.quantile(values, (0.1, 0.9))
    return Estimate(float(values.mean()), float(low), float(high), len(values))
