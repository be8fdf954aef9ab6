"""Exact windows over the floor as a step function: rolling sums by event time, and time integrals.

Nothing here depends on how often anybody looks: an entry leaves a window at its own instant plus the
window's length, and an integral is exact between events.
"""

import heapq
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable
from math import inf, nextafter

import msgspec

from ccfloor.floor.calls import Contribution, Visit, contributions
from ccfloor.floor.config import interval_start
from ccfloor.floor.events import Outcome
from ccfloor.floor.metrics import COUNT_FIELDS, SUM_FIELDS, Counts

SCALARS = len(COUNT_FIELDS) + len(SUM_FIELDS)
# Service level is credited at its own instant (answer, leave, or T passing), so it has its own counts.
SL_FIELDS = (
    "sl_in",
    "sl_late",
    "sl_gone_in",
    "sl_gone_late",
    "sl_short",
    "sl_short_in",
    "sl_flow",
    "sl_over",
)
SL_IN, SL_LATE, SL_GONE_IN, SL_GONE_LATE, SL_SHORT, SL_SHORT_IN, SL_FLOW, SL_OVER = range(
    SCALARS, SCALARS + len(SL_FIELDS)
)
SIZE = SCALARS + len(SL_FIELDS)

LENGTHS_S = {"last_15": 900.0, "last_30": 1800.0}


class Entry(msgspec.Struct, gc=False):
    """One amount in the windows, at its instant. ``live``: the bits of the windows that still hold it.

    There are very many, and they hold nothing but numbers: the garbage collector need not look at them.
    """

    at: float
    index: int
    amount: int
    live: int = 0


class Rolling:
    """Sums over the trailing ``length_s`` seconds: an entry counts while now - length < at <= now."""

    def __init__(self, name: str, length_s: float, bit: int = 1) -> None:
        self.name, self.bit = name, bit
        self.length_s = length_s
        self.sums = [0] * SIZE
        self._entries: list[tuple[float, int, Entry]] = []  # a heap; the number keeps entries uncompared
        self._added = 0

    def add(self, entry: Entry, now: float) -> None:
        """Take an entry in unless it is too old already."""
        if entry.at <= now - self.length_s:
            return
        self._added += 1
        heapq.heappush(self._entries, (entry.at, self._added, entry))
        self.sums[entry.index] += entry.amount
        entry.live |= self.bit

    def remove(self, entry: Entry) -> None:
        """Take an entry's amount back out (a corrected event); its shell expires in its time."""
        if entry.live & self.bit:
            entry.live ^= self.bit
            self.sums[entry.index] -= entry.amount

    def next_expiry(self) -> float:
        """When the oldest entry leaves; infinity: there is none."""
        return self._entries[0][0] + self.length_s if self._entries else inf

    def expire(self, now: float) -> None:
        """Let go of everything older than the window."""
        entries, edge = self._entries, now - self.length_s
        while entries and entries[0][0] <= edge:
            self.remove(heapq.heappop(entries)[2])


class Period:
    """Sums since a boundary: the business day, or the current interval."""

    def __init__(self, name: str, start: float = 0.0) -> None:
        self.name = name
        self.start = start
        self.sums = [0] * SIZE

    def restart(self, start: float) -> None:
        """A new period begins; entries of before no longer belong to it."""
        self.start = start
        self.sums = [0] * SIZE

    def add(self, entry: Entry) -> None:
        """Count an entry that lies in the period."""
        if entry.at >= self.start:
            self.sums[entry.index] += entry.amount

    def remove(self, entry: Entry) -> None:
        """Take back an entry that lies in the period."""
        if entry.at >= self.start:
            self.sums[entry.index] -= entry.amount


def service_parts(visit: Visit, now: float, waiting: bool) -> list[Contribution]:
    """The visit's one service-level event, if it has happened by ``now``."""
    row = visit.row
    deadline = row.entered_at + row.threshold_ms / 1000
    late = row.wait_ms > row.threshold_ms
    outcome = row.outcome
    if outcome is Outcome.ANSWERED:
        return [(SL_LATE, deadline, 1)] if late else [(SL_IN, row.answered_at, 1)]
    if outcome is Outcome.ABANDONED:
        at = deadline if late else row.left_at
        parts: list[Contribution] = [(SL_GONE_LATE if late else SL_GONE_IN, at, 1)]
        if row.wait_ms < row.short_ms:
            parts.append((SL_SHORT, at, 1))
            if not late:
                parts.append((SL_SHORT_IN, at, 1))
        return parts
    if outcome in (Outcome.WAITING, Outcome.DEQUEUED):
        return [(SL_OVER, deadline, 1)] if waiting and now > deadline else []
    if outcome in (Outcome.REFUSED_FULL, Outcome.REFUSED_EMPTY, Outcome.LOST):
        return []
    return [(SL_FLOW, deadline if late else row.left_at, 1)]


def visit_parts(visit: Visit, now: float, waiting: bool) -> list[Contribution]:
    """Everything that the visit adds to windows, by ``now``."""
    parts = [part for part in contributions(visit.row) if part[0] < SCALARS]
    return parts + service_parts(visit, now, waiting)


class Integral:
    """Time integrals of two step counts (busy seats, available seats) over trailing windows."""

    def __init__(self, keep_s: float = max(LENGTHS_S.values())) -> None:
        self.keep_s = keep_s
        self.busy = 0
        self.available = 0
        self.steps: deque[tuple[float, int, int]] = deque()

    def change(self, at: float, busy: int, available: int) -> None:
        """Add to the two counts from ``at`` on; instants never go back (a late one counts from the last)."""
        if not busy and not available:
            return
        self.busy += busy
        self.available += available
        if self.steps and self.steps[-1][0] >= at:
            at = self.steps[-1][0]
            self.steps.pop()
        self.steps.append((at, self.busy, self.available))

    def expire(self, now: float) -> None:
        """Keep one step before the window's edge: its value holds until the next one."""
        edge = now - self.keep_s
        while len(self.steps) > 1 and self.steps[1][0] <= edge:
            self.steps.popleft()

    def over(self, start: float, now: float) -> tuple[float, float]:
        """Busy and available seat-seconds between two instants."""
        busy_s = available_s = 0.0
        end = now
        for at, busy, available in reversed(self.steps):
            begin = max(at, start)
            if end > begin:
                busy_s += busy * (end - begin)
                available_s += available * (end - begin)
            if at <= start:
                break
            end = min(end, at)
        return busy_s, available_s


class VisitWindows(ABC):
    """The rolling windows over a set of visits, moved by ``expire_to`` alone."""

    def __init__(self) -> None:
        self.rolling = [
            Rolling(name, length, 1 << place) for place, (name, length) in enumerate(LENGTHS_S.items())
        ]
        self._deadlines: list[tuple[float, int, Visit]] = []  # a heap; the number keeps visits uncompared
        self._expected = 0
        self._entries: dict[tuple[int, int], list[Entry]] = {}

    @abstractmethod
    def waits(self, visit: Visit) -> bool:
        """Whether the caller waits at this moment."""

    def expire_to(self, now: float) -> None:
        """Callers whose T has passed become missed, old entries leave."""
        deadlines = self._deadlines
        while deadlines and deadlines[0][0] < now:
            visit = heapq.heappop(deadlines)[2]
            if visit.row.outcome in (Outcome.WAITING, Outcome.DEQUEUED):
                self.measure(visit, now)
        for window in self.rolling:
            window.expire(now)

    def next_change(self) -> float:
        """The next instant at which the windows change though nothing happens; infinity: never."""
        deadlines = self._deadlines
        while deadlines and deadlines[0][2].row.outcome not in (Outcome.WAITING, Outcome.DEQUEUED):
            heapq.heappop(deadlines)
        first = nextafter(deadlines[0][0], inf) if deadlines else inf  # T itself is still in time
        return min(first, *(window.next_expiry() for window in self.rolling))

    def expect(self, visit: Visit) -> None:
        """Remember when this caller's T will pass."""
        self._expected += 1
        deadline = visit.row.entered_at + visit.row.threshold_ms / 1000
        heapq.heappush(self._deadlines, (deadline, self._expected, visit))

    def measure(self, visit: Visit, now: float) -> None:
        """Bring the windows into line with the visit as it stands; corrections take back what was."""
        self.match(visit, visit_parts(visit, now, self.waits(visit)), now)

    def match(self, visit: Visit, wanted: list[Contribution], now: float) -> None:
        """Hold these parts of the visit and no others; ``wanted`` is used up."""
        held = self._entries.get(visit.key, [])
        kept: list[Entry] = []
        for entry in held:
            part = (entry.index, entry.at, entry.amount)
            if part in wanted:
                wanted.remove(part)
                kept.append(entry)
            else:
                self._remove(entry)
        for index, at, amount in wanted:
            entry = Entry(at, index, amount)
            self._add(entry, now)
            kept.append(entry)
        self._entries[visit.key] = kept

    def forget(self, key: tuple[int, int]) -> None:
        """The visit is no longer at hand."""
        self._entries.pop(key, None)

    def _add(self, entry: Entry, now: float) -> None:
        for window in self.rolling:
            window.add(entry, now)

    def _remove(self, entry: Entry) -> None:
        for window in self.rolling:
            window.remove(entry)


class QueueGauge(VisitWindows):
    """One queue's live numbers: who waits, the windows, seats serving it over time."""

    def __init__(self, queue: str, day_start: float, interval_at: float) -> None:
        super().__init__()
        self.queue = queue
        self.waiting: dict[tuple[int, int], float] = {}  # visit → entered at, in order of joining
        self.max_wait_s = 0.0
        self.today = Period("today", day_start)
        self.interval = Period("interval", interval_at)
        self.seats = Integral()

    def waits(self, visit: Visit) -> bool:
        return visit.key in self.waiting

    def roll(self, now: float, day_start: float) -> None:
        """Move the windows to ``now``; a new day and a new interval begin."""
        if day_start != self.today.start:
            self.today.restart(day_start)
            self.max_wait_s = 0.0
        current = interval_start(now)
        if current != self.interval.start:
            self.interval.restart(current)
        self.expire_to(now)
        self.seats.expire(now)

    def _add(self, entry: Entry, now: float) -> None:
        self.today.add(entry)
        self.interval.add(entry)
        super()._add(entry, now)

    def _remove(self, entry: Entry) -> None:
        self.today.remove(entry)
        self.interval.remove(entry)
        super()._remove(entry)


def event_counts(sums: list[int]) -> Counts:
    """Counts by event instants: offered, answered, abandoned, times."""
    return Counts(*sums[:SCALARS])


def service_counts(sums: list[int]) -> Counts:
    """Counts by service-level instants: for the service level alone."""
    return Counts(
        answered=sums[SL_IN] + sums[SL_LATE],
        abandoned=sums[SL_GONE_IN] + sums[SL_GONE_LATE],
        short_abandoned=sums[SL_SHORT],
        short_in_t=sums[SL_SHORT_IN],
        answered_in_t=sums[SL_IN],
        abandoned_in_t=sums[SL_GONE_IN],
        timed_out=sums[SL_FLOW],
        over_t=sums[SL_OVER],
    )


def add_sums(many: Iterable[list[int]]) -> list[int]:
    """Element-wise sum of window sums: the whole floor."""
    total = [0] * SIZE
    for sums in many:
        for index, value in enumerate(sums):
            if value:
                total[index] += value
    return total


CURVE_STEP_S = 30.0


def add_point(curve: deque[tuple[float, int]], at: float, count: int) -> None:
    """One more step of a curve, which stays short however much happens: of CURVE_STEP_S at most three steps.

    Those are the lowest, the highest and the last, each at its own instant: no peak and no dip is lost.
    """
    step = at // CURVE_STEP_S
    recent = [(round(at, 1), count)]
    while curve and curve[-1][0] // CURVE_STEP_S == step:
        recent.append(curve.pop())
    if len(recent) > 3:
        low, high = min(recent, key=_count), max(recent, key=_count)
        recent = [point for point in recent if point is low or point is high or point is recent[0]]
    curve.extend(reversed(recent))


def _count(point: tuple[float, int]) -> int:
    return point[1]
