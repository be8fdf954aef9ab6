"""A small call floor that runs a day event by event, can be copied at any instant, and moves seats.

A free seat takes the caller who waits longest in any of its queues; a caller takes the free seat of the
lowest penalty, of those the one idle longest. A pause waits for the end of the call.
"""

import heapq
from collections import deque
from copy import copy

import numpy as np
from _days import LENGTH, TARGET, THRESHOLD, Chair, Day

from ccfloor.staffing.present import Doing

_FREE, _LEAVES, _PAUSE, _BACK, _COMES, _GOES, _HOME = range(7)
_NEW, _WAITING, _SERVED, _GONE = range(4)


class Seat:
    """One seat: what it serves, what it does and since when."""

    def __init__(self, number: int, chair: Chair) -> None:
        self.number, self.chair = number, chair
        self.queues = dict(chair.queues)
        self.home: dict[int, int] | None = None  # while it is moved
        self.home_at = self.moved_at = -1e9
        self.doing, self.here, self.going = Doing.AWAY, False, False
        self.since = 0.0
        self.due = 0.0  # when a pause ought to end
        self.reason = ""
        self.queue = -1  # of the call it is in
        self.pauses: list[tuple[float, float, float, str]] = []


class Floor:
    """A day under way."""

    def __init__(self, day: Day) -> None:
        self.day, self.at = day, 0.0
        self.seats = [Seat(number, chair) for number, chair in enumerate(day.chairs)]
        self.waiting: list[deque[int]] = [deque() for _ in day.kinds]
        self.status = bytearray(len(day.callers))
        self.answered = np.full(len(day.callers), np.nan)
        self.begun, self._number = 0, 0  # callers who came; events
        self._events: list[tuple[float, int, int, int]] = []
        for seat in self.seats:
            self._later(seat.chair.comes, _COMES, seat.number)
            self._later(seat.chair.goes, _GOES, seat.number)
            for place, pause in enumerate(seat.chair.pauses):
                self._later(pause[0], _PAUSE, seat.number * 16 + place)

    def copied(self) -> "Floor":
        """A floor that goes on from here by itself."""
        other = copy(self)
        other.seats = [copy(seat) for seat in self.seats]
        for seat in other.seats:
            seat.pauses = list(seat.pauses)
        other.waiting = [deque(line) for line in self.waiting]
        other.status, other.answered = bytearray(self.status), self.answered.copy()
        other._events = list(self._events)
        return other

    def run(self, until: float) -> None:
        """Everything that happens up to an instant."""
        callers = self.day.callers
        while True:
            call = callers[self.begun].at if self.begun < len(callers) else np.inf
            event = self._events[0][0] if self._events else np.inf
            if min(call, event) > until:
                break
            if call <= event:
                self.at = call
                self.begun += 1
                self._call(self.begun - 1)
            else:
                self.at, _, what, whom = heapq.heappop(self._events)
                self._happen(what, whom)
        self.at = until

    def _later(self, at: float, what: int, whom: int) -> None:
        self._number += 1
        heapq.heappush(self._events, (at, self._number, what, whom))

    def _happen(self, what: int, whom: int) -> None:
        if what == _LEAVES:
            if self.status[whom] == _WAITING:
                self.status[whom] = _GONE
                self.waiting[self.day.callers[whom].queue].remove(whom)
        elif what == _PAUSE:
            seat = self.seats[whom // 16]
            if seat.here:
                seat.pauses.append(seat.chair.pauses[whom % 16])
                if seat.doing is Doing.IDLE:
                    self._free(seat)
        elif what == _HOME:
            self._home(self.seats[whom])
        elif what == _COMES:
            self.seats[whom].here = True
            self._free(self.seats[whom])
        elif what == _GOES:
            self.seats[whom].going = True
            if self.seats[whom].doing is not Doing.BUSY:
                self._free(self.seats[whom])
        else:
            self._free(self.seats[whom])

    def _call(self, call: int) -> None:
        caller = self.day.callers[call]
        self.status[call] = _WAITING
        idle = [seat for seat in self.seats if seat.doing is Doing.IDLE and caller.queue in seat.queues]
        self.waiting[caller.queue].append(call)
        if idle:
            self._serve(min(idle, key=lambda seat: (seat.queues[caller.queue], seat.since)), call)
        else:
            self._later(caller.leaves, _LEAVES, call)

    def _serve(self, seat: Seat, call: int) -> None:
        caller = self.day.callers[call]
        self.waiting[caller.queue].remove(call)
        self.status[call], self.answered[call] = _SERVED, self.at
        seat.doing, seat.since, seat.queue = Doing.BUSY, self.at, caller.queue
        self._later(self.at + caller.lasts, _FREE, seat.number)

    def _free(self, seat: Seat) -> None:
        """The seat has nothing to do: home, to a pause, or to the next caller."""
        seat.since, seat.queue = self.at, -1
        if seat.going:
            seat.here, seat.doing, seat.reason = False, Doing.AWAY, ""
        elif seat.pauses:
            _, length, told, seat.reason = seat.pauses.pop(0)
            seat.doing, seat.due = Doing.AWAY, self.at + told
            self._later(self.at + length, _BACK, seat.number)
        else:
            seat.doing, seat.reason = Doing.IDLE, ""
            self._look(seat)

    def _look(self, seat: Seat) -> None:
        heads = [self.waiting[queue][0] for queue in seat.queues if self.waiting[queue]]
        if heads:
            self._serve(seat, min(heads))  # callers are numbered as they came

    def move(self, number: int, after: dict[int, int], back_at: float) -> None:
        """A seat serves other queues from now on, until ``back_at``; a call it has goes on."""
        seat = self.seats[number]
        seat.home = seat.home or dict(seat.queues)
        seat.queues, seat.moved_at, seat.home_at = dict(after), self.at, back_at
        if after == seat.home:
            seat.home = None
        else:
            self._later(back_at, _HOME, number)
        if seat.doing is Doing.IDLE:
            self._look(seat)

    def _home(self, seat: Seat) -> None:
        if seat.home is not None and seat.home_at <= self.at:
            seat.queues, seat.home = seat.home, None
            if seat.doing is Doing.IDLE:
                self._look(seat)

    # -- what came of it -----------------------------------------------------------------------------

    def abandoned(self) -> int:
        """Callers who gave up."""
        return sum(status == _GONE for status in self.status)

    def level(self, queue: int, begin: float, end: float) -> float | None:
        """Service level of the callers who came in [begin, end); None without any."""
        timely, came, counts = self.judged(queue)
        counted = (came >= begin) & (came < end) & counts
        return float((timely & counted).sum() / counted.sum()) if counted.any() else None

    def judged(self, queue: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of a queue's callers: whether answered in time; when they came; whether they count at all."""
        callers = self.day.callers
        mine = [n for n in range(self.begun) if callers[n].queue == queue]
        came = np.array([callers[n].at for n in mine])
        stayed = np.array([callers[n].leaves for n in mine]) - came
        gone = (np.array([self.status[n] for n in mine]) == _GONE) & (stayed <= THRESHOLD)
        with np.errstate(invalid="ignore"):
            timely = np.array([self.answered[n] for n in mine]) - came <= THRESHOLD
        return timely, came, ~gone

    def minutes_under(self) -> int:
        """Queue-minutes at whose end the service level of the last half hour was under the target."""
        found = 0
        for queue in range(len(self.day.kinds)):
            timely, came, counts = self.judged(queue)
            ends = np.arange(1800.0, LENGTH + 1, 60.0)
            last, first = np.searchsorted(came, ends), np.searchsorted(came, ends - 1800.0)
            calls = np.concatenate([[0.0], np.cumsum(counts)])
            good = np.concatenate([[0.0], np.cumsum(timely * counts)])
            with np.errstate(invalid="ignore", divide="ignore"):
                levels = (good[last] - good[first]) / (calls[last] - calls[first])
            found += int((levels < TARGET).sum())
        return found
