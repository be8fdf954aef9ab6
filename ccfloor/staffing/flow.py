"""Every caller's fate on every path: answered or gone, and when.

Callers are taken in the order in which they came. Whoever came before has been given his seat already, so a
caller's seat is the one of his queues' that is free first, and he takes it unless his patience ends before
(the recursion of Kiefer and Wolfowitz 1955, with seats of several skills and callers who give up). That is
exactly a floor on which a free seat takes the longest waiting caller of its queues; nothing is lost to steps
of time. Of several free seats the one of the least penalty is taken. All paths go on together, a caller a
step.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccfloor.staffing.course import Course, Floats, Ints
from ccfloor.staffing.crew import Crew
from ccfloor.staffing.habits import Habits

Flags = NDArray[np.bool_]


class Flow(NamedTuple):
    """By (caller, path): ``left``: seconds from now at which he waits no more (infinity: no such caller);
    ``answered``: a seat took his call then.
    """

    left: Floats
    answered: Flags


def flow(course: Course, crew: Crew, habits: Habits) -> Flow:
    """Runs every path through the crew. ``habits``: who goes away, by the lulls of the course."""
    found = Flow(np.full(course.at.shape, np.inf), np.zeros(course.at.shape, dtype=bool))
    seats = _Seats(course, crew, habits)
    for row, paths in enumerate(course.active):
        if course.ringing[row]:
            found.left[row] = course.ring[course.queue[row, 0]] / 2  # what is left of it, on average
            found.answered[row] = True
        elif paths:
            seats.take(row, int(paths), found)
    return found


class _Seats:
    """The slots of all paths while callers come.

    ``_free``: by (path and group, slot), ``_flat`` the same in one row; ``_least``: by (path, group), when
    the first of the slots is free, ``_firsts`` the same in one row.
    """

    def __init__(self, course: Course, crew: Crew, habits: Habits) -> None:
        paths, self._groups, self._wide = crew.free.shape
        self._course, self._order = course, crew.order
        self._free = crew.free.reshape(paths * self._groups, self._wide).copy()
        self._flat = self._free.reshape(-1)
        self._least = crew.free.min(axis=2)
        self._firsts = self._least.reshape(-1)
        self._base = np.arange(paths) * self._groups
        self._row = np.arange(paths) * self._wide
        self._leave, self._twin = crew.leave, crew.twin.reshape(-1)
        self._instants = np.append(np.unique(crew.leave[np.isfinite(crew.leave)]), np.inf)
        self._ends = len(self._instants) > 1
        self._passed = np.zeros(paths, dtype=np.int64)  # how many of the instants lie behind each path
        self._next = np.full(paths, self._instants[0])
        self._rate, self._away_s = habits.leave_rate, habits.leave_s
        self._ring = course.ring if course.ring.any() else None

    def take(self, row: int, paths: int, found: Flow) -> None:
        """The fate of the caller of this row on the first ``paths`` paths."""
        course, base = self._course, self._base[:paths]
        queue = course.queue[row, :paths]
        now = np.maximum(course.at[row, :paths], 0.0)
        group = self._group(now, queue, paths)
        line = base + group
        slots = self._free.take(line, axis=0)
        place = slots.argmin(axis=1)
        free = self._firsts.take(line)
        start = np.maximum(free, now)
        gone = now + course.patience[row, :paths]
        served = start <= gone
        after = np.where(served, self._after(row, start, now - free), free)
        if self._ends:
            self._end(after, served, group * self._wide + place, base)
        self._flat[line * self._wide + place] = after
        slots.reshape(-1)[self._row[:paths] + place] = after
        self._firsts[line] = np.minimum.reduce(slots, axis=1)
        answer = start if self._ring is None else start + self._ring.take(queue)
        found.left[row, :paths] = np.where(served, answer, gone)
        found.answered[row, :paths] = served

    def _group(self, now: Floats, queue: Ints, paths: int) -> Ints:
        """The group whose seat takes the caller."""
        if self._ends and (now >= self._next[:paths]).any():
            self._retire(now)
        key = np.maximum(self._least[:paths], now[:, None])
        key += self._order.take(queue, axis=0)
        group: Ints = key.argmin(axis=1)
        return group

    def _retire(self, now: Floats) -> None:
        """Takes out the free slots that have ended by now; the others end when their call does."""
        late = np.flatnonzero(now >= self._next[: len(now)])
        while len(late):
            over = self._leave <= self._next[late, None, None]
            slots = self._free.reshape(len(self._next), *self._leave.shape)
            slots[late] = np.where(over, np.inf, slots[late])
            self._least[late] = slots[late].min(axis=2)
            self._passed[late] += 1
            self._next[late] = self._instants[self._passed[late]]
            late = late[now[late] >= self._next[late]]

    def _after(self, row: int, start: Floats, idle: Floats) -> Floats:
        """When the seat that takes the call is free again; it may go away in between.

        The longer it has worked since it was free last, ``idle`` seconds without a call included, the
        likelier.
        """
        paths = len(start)
        service = self._course.service[row, :paths]
        end: Floats = start + service
        if self._rate > 0:
            worked = service + np.maximum(idle, 0.0)
            goes = self._course.lull[row, :paths] < self._rate * worked
            end += goes * self._away_s * self._course.away[row, :paths]
        return end

    def _end(self, after: Floats, served: Flags, slot: Ints, base: Ints) -> None:
        """Whose slot ends before the seat is free again: its next one begins so much later."""
        ends = self._leave.reshape(-1)[slot]
        past = served & (after >= ends)
        path = np.flatnonzero(past & (self._twin[slot] >= 0))
        if len(path):
            twin = self._twin[slot[path]]
            self._flat[base[path] * self._wide + twin] += after[path] - ends[path]
            line = base[path] + twin // self._wide
            self._firsts[line] = self._free.take(line, axis=0).min(axis=1)
        after[past] = np.inf
