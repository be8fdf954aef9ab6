"""Signals as cells: the present value of one metric for one subject, read from the Floor.

A cell is read after all events of an instant, so that what lasted no time is not seen. It tells when it
changes by itself (a window lets go of a call, a caller's wait reaches a level) as an exact instant.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import inf, nextafter
from typing import TYPE_CHECKING, Any

from ccfloor.floor import metrics
from ccfloor.floor.calls import KEEP_S, PENDING, Contribution, Visit, contributions
from ccfloor.floor.metrics import Counts
from ccfloor.floor.windows import (
    LENGTHS_S,
    QueueGauge,
    VisitWindows,
    event_counts,
    service_counts,
    service_parts,
)
from ccfloor.rules.signals import GRID_S

if TYPE_CHECKING:
    from ccfloor.rules.timers import Timer
    from ccfloor.rules.watching import Watch

MIN_PATIENCE_SAMPLE = 5
DEFAULT_HANDLE_S = 180.0
_WINDOW = {length: position for position, length in enumerate(LENGTHS_S.values())}

Gauges = Mapping[str, QueueGauge]


class Cell:
    """One metric for one subject. ``value``: as last read, None: no verdict. This one never has a verdict."""

    ramp = False  # the value is an instant since which seconds run; 0.0: they do not
    moves = False  # the value changes by itself: ``next_at`` tells when
    name = ""  # of a cell that is read on every full ten seconds only, and kept over a restart

    def __init__(self) -> None:
        self.value: float | None = None
        self.edge = 0.0  # when it next changes by itself, as of the last reading
        self.watches: list[Watch] = []
        self.timer: Timer | None = None

    def read(self, at: float) -> float | None:
        """The value at an instant, when everything of that instant is known."""
        return None

    def next_at(self, at: float) -> float:
        """When the value changes though nothing happens; infinity: never. After ``at``."""
        return inf

    def pause(self, at: float, dark: bool) -> None:
        """Out of sight, or in sight again."""

    def dump(self, at: float) -> list[Any]:
        """What a cell with a name must remember."""
        return [self.value]

    def restore(self, state: list[Any]) -> None:
        """Takes what ``dump`` gave."""
        self.value = state[0]


class Seconds(Cell):
    """Seconds since an instant, a ramp: it is looked at again when it comes to a level of a rule."""

    ramp = moves = True

    def next_at(self, at: float) -> float:
        since = self.value
        if not since:
            return inf
        return min((watch.next_crossing(since, at) for watch in self.watches), default=inf)


class AllWaiting(Cell):
    """Callers waiting on the whole floor."""

    def __init__(self, count: Callable[[], int]) -> None:
        super().__init__()
        self._count = count

    def read(self, at: float) -> float:
        return float(self._count())


class Waiting(Cell):
    """Callers waiting in some queues."""

    def __init__(self, gauges: Gauges, queues: Callable[[], Iterable[str]]) -> None:
        super().__init__()
        self._gauges, self._queues = gauges, queues

    def read(self, at: float) -> float:
        gauges = self._gauges
        return float(sum(len(gauges[queue].waiting) for queue in self._queues() if queue in gauges))


class LongestWait(Seconds):
    """Since when the longest waiting caller of some queues waits."""

    def __init__(self, gauges: Gauges, queues: Callable[[], Iterable[str]]) -> None:
        super().__init__()
        self._gauges, self._queues = gauges, queues

    def read(self, at: float) -> float:
        gauges, oldest = self._gauges, inf
        for queue in self._queues():
            gauge = gauges.get(queue)
            if gauge is not None and gauge.waiting:
                oldest = min(oldest, self.since(queue, next(iter(gauge.waiting.values()))))
        return oldest if oldest < inf else 0.0

    def since(self, queue: str, entered_at: float) -> float:
        """When the seconds of a caller begin."""
        return entered_at


class WaitOverLimit(LongestWait):
    """Since when a caller of some queues waits longer than his queue allows; ahead of now: not yet."""

    def __init__(
        self, gauges: Gauges, queues: Callable[[], Iterable[str]], limit: Callable[[str, float], float]
    ) -> None:
        super().__init__(gauges, queues)
        self._limit = limit

    def since(self, queue: str, entered_at: float) -> float:
        return entered_at + self._limit(queue, entered_at)


_ASKED = frozenset(
    metrics.INDEX[name]
    for name in (
        "offered",
        "answered",
        "abandoned",
        "handled",
        "wait_answered_ms",
        "wait_abandoned_ms",
        "talk_ms",
        "hold_ms",
        "acw_ms",
    )
)


def rule_parts(visit: Visit, now: float, waiting: bool) -> list[Contribution]:
    """What the visit adds to the windows as far as any metric asks for it."""
    parts = [part for part in contributions(visit.row) if part[0] in _ASKED]
    return parts + service_parts(visit, now, waiting)


class RuleWindows(VisitWindows):
    """Rolling windows over some queues that move with the events alone (those of the Floor also move with
    whoever looks, which no alarm may depend on)."""

    def __init__(self, gauges: Gauges, queues: Callable[[], Iterable[str]]) -> None:
        super().__init__()
        self._gauges, self._queues = gauges, queues
        self._deadline_of: dict[tuple[int, int], float] = {}
        self._ended: deque[tuple[float, tuple[int, int]]] = deque()

    def waits(self, visit: Visit) -> bool:
        gauge = self._gauges.get(visit.row.queue)
        return gauge is not None and visit.key in gauge.waiting

    def measure(self, visit: Visit, now: float) -> None:
        """Only what rules ask for."""
        self.match(visit, rule_parts(visit, now, self.waits(visit)), now)

    def note(self, visit: Visit, at: float, parts: list[Contribution]) -> None:
        """The visit changed; ``parts`` as ``rule_parts`` gives them, used up."""
        row, key = visit.row, visit.key
        if row.outcome not in PENDING:
            self._deadline_of.pop(key, None)
        elif self.waits(visit) and self._deadline_of.get(key) != row.entered_at:
            self._deadline_of[key] = row.entered_at
            self.expect(visit)
        self.match(visit, parts, at)
        if row.final:
            self._ended.append((at, key))
        while self._ended and self._ended[0][0] < at - KEEP_S:
            self.forget(self._ended.popleft()[1])

    def refill(self, visits: Iterable[Visit], at: float) -> None:
        """All visits at hand, after a start."""
        known = set(self._queues())
        for visit in visits:
            if visit.row.queue in known:
                self.note(visit, at, rule_parts(visit, at, self.waits(visit)))


class Windowed(Cell):
    """A share, a mean or a count over a rolling window."""

    moves = True

    def __init__(
        self, windows: RuleWindows, length_s: int, formula: Callable[[Sequence[int], float], float | None]
    ) -> None:
        super().__init__()
        self._windows, self._formula = windows, formula
        self._rolling = windows.rolling[_WINDOW[float(length_s)]]

    def read(self, at: float) -> float | None:
        self._windows.expire_to(at)
        return self._formula(self._rolling.sums, at)

    def next_at(self, at: float) -> float:
        return max(self._windows.next_change(), nextafter(at, inf))


def _service_level(sums: Sequence[int], min_calls: int) -> float | None:
    seen = service_counts(list(sums))
    events = seen.answered + seen.abandoned + seen.over_t
    return metrics.service_level(seen) if events >= min_calls else None


def _of_calls(
    formula: Callable[[Counts], float | None],
) -> Callable[[Sequence[int], int], float | None]:
    def judged(sums: Sequence[int], min_calls: int) -> float | None:
        seen = event_counts(list(sums))
        return formula(seen) if seen.answered + seen.abandoned >= min_calls else None

    return judged


FORMULAS: dict[str, Callable[[Sequence[int], int], float | None]] = {
    "service_level": _service_level,
    "abandon_rate": _of_calls(metrics.abandon_rate),
    "asa_s": _of_calls(metrics.asa_s),
    "offered": _of_calls(lambda seen: float(seen.offered)),
    "answered": _of_calls(lambda seen: float(seen.answered)),
    "abandoned": _of_calls(lambda seen: float(seen.abandoned)),
}


class ExpectedWait(Cell):
    """Seconds a caller who came now would wait, from the half hour behind; on the grid."""

    def __init__(self, name: str, windows: RuleWindows, waiting: Cell, ready: Cell, serving: Cell) -> None:
        super().__init__()
        self.name = name
        self._windows, self._waiting, self._ready, self._serving = windows, waiting, ready, serving

    def read(self, at: float) -> float | None:
        if at % GRID_S:
            return self.value
        ready, serving = self._ready.read(at) or 0.0, self._serving.read(at) or 0.0
        if serving <= 0:
            return None
        ahead = int((self._waiting.read(at) or 0.0) - ready)
        if ahead < 0:
            return 0.0
        self._windows.expire_to(at)
        seen = event_counts(self._windows.rolling[_WINDOW[1800.0]].sums)
        patience = None
        if seen.abandoned >= MIN_PATIENCE_SAMPLE:
            patience = (seen.wait_answered_ms + seen.wait_abandoned_ms) / 1000 / seen.abandoned
        handle = metrics.aht_s(seen) or DEFAULT_HANDLE_S
        return metrics.expected_wait_s(ahead + 1, int(serving), handle, patience)
