"""What can be known of a bench floor while it runs, as staffing is told it: estimates, never the truth.

Rates: as planned, put right by the half hours that are over (``intraday``) and by whether the last half hour
was a rush (``rush``), as the product does it. Handle time and patience: of past days, wrong by a few per
cent. Seats: as seen; a pause is expected to end when its kind usually does, a call to last as long as calls
mostly still do.
"""

import random
from dataclasses import dataclass
from itertools import pairwise
from math import exp

import numpy as np
from _days import LENGTH, STEP, TARGET, THRESHOLD, Day
from _floor import Floor, Seat
from _lived import Coming, coming

from ccfloor.staffing.habits import Habits, Leave
from ccfloor.staffing.intraday import Outlook, learned
from ccfloor.staffing.limits import Moved
from ccfloor.staffing.present import Doing, FloorNow, QueueNow, SeatNow
from ccfloor.staffing.rush import Quarters, find

BEGIN = 1_763_341_200.0  # 2025-11-17 09:00 in Shanghai
_AHEAD = 8  # steps of the course that are told
_HALF_S = 1800.0
_LEVEL_CV, _WANDER = 0.10, 0.03  # how days, and half hours about their day, are off the plan
HABITS = Habits(
    leaves=(Leave("break", 2.5 / 30_000, 1100.0),),
    together=0.2,
    aht_cv=0.04,
    patience_cv=0.15,
    rush_rate=1 / LENGTH,
)


@dataclass
class Eyes:
    """Sees one floor. ``aht``, ``patience``: what past days say of each queue."""

    day: Day
    aht: list[float]
    patience: list[float]

    @classmethod
    def of(cls, day: Day, seed: int) -> "Eyes":
        """With errors of their own."""
        luck = random.Random(seed + 7_000)
        aht = [kind.aht * exp(luck.gauss(0, 0.04)) for kind in day.kinds]
        return cls(day, aht, [kind.patience * exp(luck.gauss(0, 0.15)) for kind in day.kinds])

    def look(self, floor: Floor) -> FloorNow:
        """The floor at this instant."""
        told = self._coming(floor)
        queues = tuple(self._queue(floor, number, one) for number, one in enumerate(told))
        there = [seat for seat in floor.seats if seat.here or seat.chair.comes > floor.at]
        seats = tuple(self._seat(floor, seat) for seat in there)
        return FloorNow(BEGIN + floor.at, STEP, queues, seats)

    def moved(self, floor: Floor) -> list[Moved]:
        """The moves in force."""
        return [
            Moved(name(seat.number), _told(seat.home), BEGIN + seat.moved_at, BEGIN + seat.home_at)
            for seat in floor.seats
            if seat.home is not None
        ]

    def held(self, floor: Floor) -> dict[str, float]:
        """When each seat was last moved."""
        return {name(seat.number): BEGIN + seat.moved_at for seat in floor.seats if seat.moved_at > -1e8}

    def _queue(self, floor: Floor, number: int, told: Coming) -> QueueNow:
        waiting = tuple(BEGIN + self.day.callers[call].at for call in floor.waiting[number])
        kind = self.day.kinds[number]
        return QueueNow(
            f"q{number}", told.rate, told.level_cv, self.aht[number], self.aht[number] * kind.sigma,
            self.patience[number], waiting, THRESHOLD, TARGET, rush=told.rush,
        )  # fmt: skip

    def _coming(self, floor: Floor) -> list[Coming]:
        """Calls of every queue from now on."""
        callers = self.day.callers[: floor.begun]
        came = [np.array([one.at for one in callers if one.queue == of]) for of in range(len(self.day.kinds))]
        days = [self._steady(number, at, floor.at) for number, at in enumerate(came)]
        quarters = [
            Quarters(_between(at, floor.at), self._expected(number, floor.at, level), cv)
            for number, (at, (level, cv)) in enumerate(zip(came, days, strict=True))
        ]
        found = zip(days, find(quarters), strict=True)
        return [
            coming([level * rate for rate in self._ahead(number, floor.at)], one)
            for number, ((level, _), one) in enumerate(found)
        ]

    def _steady(self, number: int, came: np.ndarray, at: float) -> tuple[float, float]:
        """Level of the queue's day without its rushes, and how unsure, by the half hours that are over."""
        columns = np.arange(int(LENGTH / _HALF_S))
        over = columns < int(at / _HALF_S)
        planned = np.array([self._planned(number, c * _HALF_S, (c + 1) * _HALF_S) for c in columns])
        counts = np.bincount((came // _HALF_S).astype(int), minlength=len(columns))[: len(columns)]
        wander = _WANDER**2 * np.exp(-np.abs(columns[:, None] - columns) / 4)
        ahead = Outlook(planned, _LEVEL_CV**2 + wander, 1.0)
        later = ~over | (columns == len(columns) - 1)
        found = learned(ahead, counts * over.astype(float), over.astype(float), later)
        told = found.steady or found
        place = min(int(at / _HALF_S), len(columns) - 1)
        return float(told.mean[place] / planned[place]), told.level_cv(later)

    def _expected(self, number: int, at: float, level: float) -> tuple[float, float]:
        """Calls of the last two quarters of an hour on an ordinary course."""
        edges = [max(0.0, at - back) for back in (_HALF_S, _HALF_S / 2, 0.0)]
        first, last = (level * self._planned(number, *pair) for pair in pairwise(edges))
        return first, last

    def _ahead(self, number: int, at: float) -> list[float]:
        """Calls a second in each step, as planned."""
        starts = [at + step * STEP for step in range(_AHEAD)]
        return [self._planned(number, begin, begin + STEP) / STEP for begin in starts]

    def _planned(self, number: int, begin: float, end: float) -> float:
        """Calls expected by the plan in a stretch of the day."""
        edges = np.append(0.0, np.cumsum(self.day.planned[number] * STEP))
        at = np.arange(len(edges)) * STEP
        first, last = np.interp([min(begin, LENGTH), min(end, LENGTH)], at, edges)
        return float(last - first)

    def _seat(self, floor: Floor, seat: Seat) -> SeatNow:
        leaves = seat.chair.goes - floor.at
        told = _told(seat.queues), _told(seat.chair.skills)
        free = back = 0.0
        if seat.doing is Doing.BUSY:
            free = (
                self.aht[seat.queue] * 0.85
            )  # a call under way mostly lasts so much longer, whatever its age
        elif seat.doing is Doing.AWAY:
            back = max(60.0, seat.due - floor.at) if seat.here else seat.chair.comes - floor.at
        return SeatNow(
            name(seat.number), f"agent {seat.number}", "agent", *told, seat.doing, free,
            back if seat.doing is Doing.AWAY else None, leaves, seat.reason,
        )  # fmt: skip


def _between(came: np.ndarray, at: float) -> tuple[float, float]:
    """Calls of the last two quarters of an hour."""
    half = float(((came > at - _HALF_S) & (came <= at)).sum())
    last = float(((came > at - _HALF_S / 2) & (came <= at)).sum())
    return half - last, last


def name(number: int) -> str:
    """A seat's name."""
    return f"S/{number}"


def _told(queues: dict[int, int]) -> dict[str, int]:
    return {f"q{queue}": penalty for queue, penalty in queues.items()}
