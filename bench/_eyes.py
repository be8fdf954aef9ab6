"""What can be known of a bench floor while it runs, as staffing is told it: estimates, never the truth.

Rates: as planned, times the level that the calls until now tell of (gamma prior), times how the last half
hour went beside that, which fades. Handle time and patience: of past days, wrong by a few per cent. Seats: as
seen; a pause is expected to end when its kind usually does, a call to last as long as calls mostly still do.
"""

import random
from dataclasses import dataclass
from math import exp

import numpy as np
from _days import LENGTH, STEP, TARGET, THRESHOLD, Day
from _floor import Floor, Seat

from ccfloor.staffing.habits import Habits, Leave
from ccfloor.staffing.limits import Moved
from ccfloor.staffing.present import Doing, FloorNow, QueueNow, SeatNow

BEGIN = 1_763_341_200.0  # 2025-11-17 09:00 in Shanghai
_AHEAD = 8  # steps of the course that are told
_LEVEL_CALLS, _RECENT_CALLS = 40.0, 12.0  # calls that the plan weighs beside the day's, the last half hour's
_FADES_S = 2400.0
_RECENT_S = 1800.0
_CV = 0.15
HABITS = Habits(leaves=(Leave("break", 2.5 / 30_000, 1100.0),), together=0.2, aht_cv=0.04, patience_cv=0.15)


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
        queues = tuple(self._queue(floor, number) for number in range(len(self.day.kinds)))
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

    def _queue(self, floor: Floor, number: int) -> QueueNow:
        waiting = tuple(BEGIN + self.day.callers[call].at for call in floor.waiting[number])
        rates, kind = tuple(self._rates(floor, number)), self.day.kinds[number]
        return QueueNow(
            f"q{number}", rates, _CV, self.aht[number], self.aht[number] * kind.sigma, self.patience[number],
            waiting, THRESHOLD, TARGET,
        )  # fmt: skip

    def _rates(self, floor: Floor, number: int) -> list[float]:
        """Calls a second in each step from now on."""
        callers = self.day.callers[: floor.begun]
        came = np.array([caller.at for caller in callers if caller.queue == number])
        recent = max(0.0, floor.at - _RECENT_S)
        level = (_LEVEL_CALLS + len(came)) / (_LEVEL_CALLS + self._planned(number, 0.0, floor.at))
        late = self._planned(number, recent, floor.at) * level
        now = (_RECENT_CALLS + float((came >= recent).sum())) / (_RECENT_CALLS + late)
        found = []
        for step in range(_AHEAD):
            begin = floor.at + step * STEP
            expected = self._planned(number, begin, begin + STEP) / STEP * level
            found.append(expected * (1 + (now - 1) * exp(-(step + 0.5) * STEP / _FADES_S)))
        return found

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


def name(number: int) -> str:
    """A seat's name."""
    return f"S/{number}"


def _told(queues: dict[int, int]) -> dict[str, int]:
    return {f"q{queue}": penalty for queue, penalty in queues.items()}
