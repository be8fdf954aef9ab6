"""Signals of seats: how many are in a state, how busy they were, and what a single one does."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from ccfloor.floor.config import SeatInfo
from ccfloor.floor.desk import weight
from ccfloor.floor.metrics import occupancy
from ccfloor.floor.seats import Seat, SeatStatus
from ccfloor.rules.cells import Cell
from ccfloor.rules.model import Rule
from ccfloor.rules.signals import GRID_S

AWAY = (SeatStatus.OFFLINE, SeatStatus.UNKNOWN)


class Doing(NamedTuple):
    """What matters of a seat at an instant. ``shut``: queues of it in which it is paused."""

    status: str = SeatStatus.UNKNOWN
    reason: str = ""
    declared: bool = False
    queues: tuple[str, ...] = ()
    shut: tuple[str, ...] = ()

    @property
    def away(self) -> bool:
        """Not signed on."""
        return self.status in AWAY


def doing(seat: Seat) -> Doing:
    """What the seat does now."""
    shut = [queue for queue, member in seat.queues.items() if member.paused]
    return Doing(seat.status, seat.reason, seat.declared, tuple(seat.queues), tuple(shut))


class Filter(NamedTuple):
    """Which seats are meant; empty: all."""

    queues: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()

    def fixed(self, info: SeatInfo | None) -> bool:
        """Whether a seat is meant as far as the site's own files say."""
        team, role = (info.team, info.role) if info else ("", "agent")
        return (not self.teams or team in self.teams) and (not self.roles or role in self.roles)

    def here(self, now: Doing) -> bool:
        """Whether it serves one of the queues."""
        return not self.queues or any(queue in self.queues for queue in now.queues)

    def paused(self, now: Doing) -> bool:
        """Whether it is paused in all of those queues that it serves."""
        if not now.shut:
            return False
        mine = [queue for queue in now.queues if not self.queues or queue in self.queues]
        return bool(mine) and all(queue in now.shut for queue in mine)


Weigh = Callable[[Doing, Filter], tuple[int, int]]


def _ready(now: Doing, who: Filter) -> tuple[int, int]:
    return int(now.status == SeatStatus.READY and not who.paused(now)), 0


def _staffed(now: Doing, who: Filter) -> tuple[int, int]:
    return int(not now.away), 0


def _serving(now: Doing, who: Filter) -> tuple[int, int]:
    return int(not now.away and now.status != SeatStatus.PAUSED and not who.paused(now)), 0


def _callback(now: Doing, who: Filter) -> tuple[int, int]:
    return int(now.status == SeatStatus.PAUSED and now.reason == "callback"), 0


def _busy(now: Doing, who: Filter) -> tuple[int, int]:
    return weight(SeatStatus(now.status), now.reason) if now.declared else (0, 0)


def in_state(rule: Rule) -> Callable[[Doing], bool]:
    """Whether a seat is in the condition's state: one of its statuses, or paused for one of its reasons.

    With reasons, a pause for another reason does not count; with neither, everything does.
    """
    statuses, reasons = frozenset(rule.when.status), frozenset(rule.when.reasons)
    if not statuses and not reasons:
        return lambda now: True
    if not reasons:
        return lambda now: now.status in statuses
    return lambda now: now.reason in reasons if now.status == SeatStatus.PAUSED else now.status in statuses


def weigher(rule: Rule) -> Weigh:
    """What a seat adds to the rule's metric."""
    if rule.when.metric == "seats":
        state = in_state(rule)
        return lambda now, who: (int(state(now)), 0)
    return {"ready": _ready, "staffed": _staffed, "serving": _serving, "callback": _callback}[
        rule.when.metric
    ]


class Count(Cell):
    """How many seats of a set are in a state."""

    def __init__(self, who: Filter, weigh: Weigh) -> None:
        super().__init__()
        self.who, self.weigh = who, weigh
        self.first = self.second = 0

    def read(self, at: float) -> float | None:
        return float(self.first)

    def move(self, at: float, before: tuple[int, int], after: tuple[int, int]) -> None:
        """A seat counts otherwise from ``at`` on."""
        self.first += after[0] - before[0]
        self.second += after[1] - before[1]


class Occupancy(Count):
    """Busy over busy and free seat-seconds of a window, exact; read on the grid, after a full window."""

    def __init__(self, name: str, who: Filter, length_s: float, at: float) -> None:
        super().__init__(who, _busy)
        self.name = name
        self._length_s = length_s
        self._at = at
        self._dark = False
        self._busy_s = self._free_s = 0.0
        self._marks: deque[tuple[float, float, float]] = deque()  # on the grid: busy and free seconds so far

    def move(self, at: float, before: tuple[int, int], after: tuple[int, int]) -> None:
        self._add(at)
        super().move(at, before, after)

    def pause(self, at: float, dark: bool) -> None:
        self._add(at)
        self._dark = dark

    def read(self, at: float) -> float | None:
        self._add(at)
        marks = self._marks
        if at % GRID_S == 0 and (not marks or marks[-1][0] < at):
            marks.append((at, self._busy_s, self._free_s))
        while len(marks) > 1 and marks[1][0] <= at - self._length_s:
            marks.popleft()
        if not marks or marks[0][0] > at - self._length_s or at % GRID_S:
            return self.value
        return occupancy(marks[-1][1] - marks[0][1], marks[-1][2] - marks[0][2])

    def _add(self, at: float) -> None:
        spent = at - self._at
        if spent > 0 and not self._dark:
            self._busy_s += self.first * spent
            self._free_s += self.second * spent
        self._at = max(self._at, at)

    def dump(self, at: float) -> list[Any]:
        """Seconds so far and on the grid; who counts now follows from the seats."""
        self._add(at)
        return [self._at, self._dark, self._busy_s, self._free_s, list(self._marks), self.value]

    def restore(self, state: list[Any]) -> None:
        self._at, self._dark, self._busy_s, self._free_s, marks, self.value = state
        self._marks = deque((mark[0], mark[1], mark[2]) for mark in marks)
