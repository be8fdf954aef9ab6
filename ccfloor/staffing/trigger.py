"""Time to trigger: how likely each level of the plan is to fire within the next hours, and with each action.

The floor as it stands is run on many random courses; on each the rule is read as configured, from where it
stands now. Actions run on the same courses, so that differences are those of the actions.
"""

from collections.abc import Collection, Sequence
from math import isfinite, sqrt
from typing import NamedTuple

import msgspec
import numpy as np

from ccfloor.rules.model import Rule
from ccfloor.staffing import outlook
from ccfloor.staffing.actions import Action, placed
from ccfloor.staffing.begun import NOTHING, Begun
from ccfloor.staffing.course import Course, Floats, draw
from ccfloor.staffing.crew import Place, crew_of, places
from ccfloor.staffing.flow import Flags, flow
from ccfloor.staffing.habits import Habits
from ccfloor.staffing.lent import going_home
from ccfloor.staffing.limits import Moved
from ccfloor.staffing.outcome import Outcome, read
from ccfloor.staffing.outlook import QueueAhead, Sums
from ccfloor.staffing.present import FloorNow
from ccfloor.staffing.waiting import Spans, waiting

HORIZON_S = 7200.0
MARKS_S = (900.0, 1800.0, 3600.0)  # besides the horizon
PATHS = 400


class Watched(msgspec.Struct, frozen=True):
    """A rule for one subject: ``queues`` whose callers it counts (None: all), where it stands now, and when
    its condition counts at all (seconds from now; None: always).
    """

    rule: Rule
    subject: str = ""
    queues: frozenset[str] | None = None
    begun: Begun = NOTHING
    counts: tuple[tuple[float, float], ...] | None = None


class Odds(msgspec.Struct, frozen=True):
    """A probability (or a difference of two) and its standard error."""

    within_s: float
    share: float
    error: float


class LevelAhead(msgspec.Struct, frozen=True):
    """A rule in the time to come. ``on``: its alarm is on; then ``clears`` tells when it is over, and
    ``fires`` when it fires anew. Medians in seconds from now; None: less than half of the paths, or a
    difference.
    """

    rule: str
    subject: str
    on: bool
    fires: tuple[Odds, ...]
    median_s: float | None
    clears: tuple[Odds, ...] = ()
    clear_median_s: float | None = None


class Ahead(msgspec.Struct, frozen=True):
    """What is to be expected, or what difference an action makes (with it, less without)."""

    levels: tuple[LevelAhead, ...]
    queues: tuple[QueueAhead, ...]


class Beside(msgspec.Struct, frozen=True):
    """One action: what is then to be expected, and its difference to doing nothing."""

    action: str
    ahead: Ahead
    gain: Ahead


class Foresight(msgspec.Struct, frozen=True):
    """Everything said at ``at`` (epoch seconds), on so many paths."""

    at: float
    horizon_s: float
    paths: int
    plain: Ahead
    actions: tuple[Beside, ...]


class _Run(NamedTuple):
    outcomes: list[Outcome]
    sums: list[Sums]


def foreseeable(rule: Rule) -> bool:
    """Whether this rule can be foreseen: those on the number of waiting callers."""
    return rule.when.metric == "waiting" and rule.scope.of in ("floor", "queue", "group")


def watched(rule: Rule, subject: str = "", begun: Begun = NOTHING, counts: Spans | None = None) -> Watched:
    """A rule for a subject as the engine names it. Raises ValueError where it cannot be foreseen."""
    if not foreseeable(rule):
        raise ValueError(f"rule {rule.id} on {rule.when.metric} cannot be foreseen")
    kind, _, name = subject.partition(":")
    queues = {"queue": frozenset((name,)), "group": frozenset(rule.scope.queues)}.get(kind)
    return Watched(rule, subject, queues, begun, None if counts is None else tuple(counts))


def waiting_now(floor: FloorNow, queues: Collection[str] | None = None) -> int:
    """Callers waiting in these queues (None: all)."""
    return sum(len(queue.waiting) for queue in floor.queues if queues is None or queue.queue in queues)


def foresee(
    floor: FloorNow,
    levels: Sequence[Watched],
    actions: Sequence[Action] = (),
    habits: Habits | None = None,
    moved: Sequence[Moved] = (),
    *,
    paths: int = PATHS,
    horizon_s: float = HORIZON_S,
    spans_s: Sequence[float] = (1800.0, 3600.0),
    seed: int = 1,
) -> Foresight:
    """The levels of the plan and the queues from ``floor.at`` on, plainly and with each action.

    ``moved``: moves in force, whose seats go home when their time comes, unless an action moves them on.
    ``spans_s``: over which the queues are told of; empty: not at all. The same seed gives the same numbers.
    """
    simulation = _Simulation(floor, levels, habits or Habits(), paths, horizon_s, spans_s, seed, moved)
    plain = simulation.plain()
    besides = []
    for action in actions:
        run = simulation.act(action, plain)
        besides.append(Beside(action.name, simulation.ahead(run), simulation.ahead(run, plain)))
    return Foresight(floor.at, horizon_s, paths, simulation.ahead(plain), tuple(besides))


class _Simulation:
    """One floor on its courses."""

    def __init__(
        self,
        floor: FloorNow,
        levels: Sequence[Watched],
        habits: Habits,
        paths: int,
        horizon_s: float,
        spans_s: Sequence[float],
        seed: int,
        moved: Sequence[Moved],
    ) -> None:
        self.floor, self.levels, self.habits, self._spans = floor, levels, habits, spans_s
        self._lent = {each.seat: each for each in moved}
        self.course: Course = draw(floor, habits, paths, horizon_s, seed)
        self._marks = (*(mark for mark in MARKS_S if mark < horizon_s), horizon_s)

    def plain(self) -> _Run:
        """The run in which nobody does anything."""
        return self.run(self._going_home(places(self.floor)), self.habits)

    def _going_home(self, seats: list[Place]) -> list[Place]:
        return [going_home(place, self._lent.get(place.seat.seat), self.floor.at) for place in seats]

    def act(self, action: Action, plain: _Run) -> _Run:
        """The run under an action; one that changes nothing is not run again."""
        seats, habits = placed(self.floor, action), self.habits.without(action.stops)
        if seats == places(self.floor) and habits == self.habits:
            return plain
        return self.run(self._going_home(seats), habits)

    def run(self, seats: Sequence[Place], habits: Habits) -> _Run:
        """All courses with these seats."""
        course = self.course
        found = flow(course, crew_of(self.floor, course, seats), habits)
        steps = {
            queues: waiting(course, found, self._places(queues))
            for queues in {level.queues for level in self.levels}
        }
        outcomes = [read(level.rule, steps[level.queues], level.begun, level.counts) for level in self.levels]
        return _Run(outcomes, [outlook.sums(self.floor, course, found, span) for span in self._spans])

    def _places(self, queues: frozenset[str] | None) -> list[int] | None:
        if queues is None:
            return None
        return [place for place, queue in enumerate(self.floor.queues) if queue.queue in queues]

    def ahead(self, run: _Run, less: _Run | None = None) -> Ahead:
        """The run in numbers, or its difference to another one."""
        pairs = zip(run.outcomes, less.outcomes if less else [None] * len(run.outcomes), strict=True)
        told = tuple(self._level(level, *pair) for level, pair in zip(self.levels, pairs, strict=True))
        return Ahead(told, outlook.ahead(self.floor, run.sums, less.sums if less else ()))

    def _level(self, level: Watched, run: Outcome, less: Outcome | None) -> LevelAhead:
        on = level.begun.on
        return LevelAhead(
            level.rule.id,
            level.subject,
            on,
            self._odds(run.fires, less.fires if less else None),
            None if less else _median(run.fires),
            self._odds(run.clears, less.clears if less else None) if on else (),
            _median(run.clears) if on and not less else None,
        )

    def _odds(self, at: Floats, less: Floats | None) -> tuple[Odds, ...]:
        if less is None:
            return tuple(_share(mark, at <= mark) for mark in self._marks)
        if less is at:  # the same run
            return tuple(Odds(mark, 0.0, 0.0) for mark in self._marks)
        return tuple(_difference(mark, at <= mark, less <= mark) for mark in self._marks)


def _share(within_s: float, hits: Flags) -> Odds:
    """A share and its error: none of a few hundred paths is not never (Jeffreys' prior)."""
    number, many = len(hits), int(hits.sum())
    a, b = many + 0.5, number - many + 0.5
    return Odds(within_s, many / number, sqrt(a * b / ((a + b) ** 2 * (a + b + 1))))


def _difference(within_s: float, hits: Flags, others: Flags) -> Odds:
    """Of two shares on the same paths: only those that differ count; none of a few hundred is not never."""
    number = len(hits)
    gained, lost = int((hits & ~others).sum()), int((others & ~hits).sum())
    share = (gained - lost) / number
    return Odds(within_s, share, sqrt((gained + lost + 0.5) / number - share**2) / sqrt(number))


def _median(at: Floats) -> float | None:
    middle = float(np.sort(at)[len(at) // 2])
    return middle if isfinite(middle) else None
