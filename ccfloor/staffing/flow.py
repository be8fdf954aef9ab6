"""Every caller's fate on every path: answered or gone, and when.

Callers are taken in the order in which they came. Whoever came before has been given his seat already, so a
caller's seat is the one of his queues' that is free first, and he takes it unless his patience ends before
(the recursion of Kiefer and Wolfowitz 1955, with seats of several skills and callers who give up). That is
exactly a floor on which a free seat takes the longest waiting caller of its queues; nothing is lost to steps
of time. Of several free seats the one of the least penalty is taken. A caller may give up while a seat rings
for him, too. All paths go on together, a caller a step.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccfloor.staffing.course import Course, Floats, Ints
from ccfloor.staffing.crew import Crew
from ccfloor.staffing.habits import Habits

Flags = NDArray[np.bool_]
_MS = 1000.0
_NEVER = 1 << 34  # milliseconds: half a year, and room in an integer for what lies beside it
_NOT_SERVED = 1 << 61  # a key beyond all others


class Flow(NamedTuple):
    """By (caller, path): ``left``: seconds from now at which he waits no more (infinity: no such caller);
    ``answered``: a seat took his call then.
    """

    left: Floats
    answered: Flags


def flow(course: Course, crew: Crew, habits: Habits) -> Flow:
    """Runs every path through the crew. ``habits``: who goes away, by the lulls of the course."""
    left = np.full(course.at.shape, np.inf)
    answered = np.zeros(course.at.shape, dtype=bool)
    seats = _Seats(course, crew, habits)
    for row, paths in enumerate(course.active.tolist()):
        if course.ringing[row]:
            left[row], answered[row] = 0.0, True
        elif paths:
            left[row, :paths], answered[row, :paths] = seats.take(row, paths)
    left /= _MS
    if course.ring.any():  # who rings already still does for half of the time, on average
        left += course.ring[course.queue] * np.where(course.ringing, 0.5, 1.0)[:, None]
    return Flow(left, answered)


class _Seats:
    """The slots of all paths while callers come.

    Instants are whole milliseconds, in one integer with the number of the slot in its lowest bits (in a key:
    with the rank of the penalty and the number of the group), so that a minimum tells which one it is.
    ``_free``: by (slot, group and path), when it is free; ``_firsts``: the least of them by group and path,
    in one row; ``_least``: the same by (group, path).
    """

    def __init__(self, course: Course, crew: Crew, habits: Habits) -> None:
        paths, self._groups, self._wide = crew.free.shape
        self._bits = self._groups.bit_length()  # of the number of a group
        points, rank = np.unique(crew.order[np.isfinite(crew.order)], return_inverse=True)
        low = self._bits + self._wide.bit_length()
        self._shift = low + len(points).bit_length()
        self._places = (np.arange(self._wide) << self._bits)[:, None]
        self._paths, self._path = paths, np.arange(paths)
        free = (_ms(crew.free).transpose(2, 1, 0) << self._shift) + self._places[:, :, None]
        self._free = np.ascontiguousarray(free.reshape(self._wide, self._groups * paths))
        self._firsts = self._free.min(axis=0)
        self._least = self._firsts.reshape(self._groups, paths)
        order = np.full(crew.order.shape, _NOT_SERVED)
        order[np.isfinite(crew.order)] = rank << low
        self._order = np.ascontiguousarray(order.T) + np.arange(self._groups)[:, None]
        self._leave, self._twin = _ms(crew.leave), crew.twin
        self._instants = np.append(np.unique(self._leave[np.isfinite(crew.leave)]), _NEVER)
        self._ends = len(self._instants) > 1
        self._passed = np.zeros(paths, dtype=np.int64)  # how many of the instants lie behind each path
        self._next = np.full(paths, self._instants[0])
        self._now, self._queue = np.maximum(_ms(course.at), 0), course.queue
        # who gives up while a seat rings for him is not answered; that seat is taken to be free all the while
        self._patience = _ms(course.patience - course.ring[course.queue])
        self._service = _ms(course.service)
        self._leaves = habits.leave_rate > 0
        if self._leaves:
            self._lull = _ms(course.lull / habits.leave_rate)
            self._away = _ms(course.away * habits.leave_s)

    def take(self, row: int, paths: int) -> tuple[Ints, Flags]:
        """Until when the caller of this row waits, on the first ``paths`` paths; whether a seat takes him."""
        now = self._now[row, :paths]
        group = self._group(now, self._queue[row, :paths], paths)
        line = group * self._paths + self._path[:paths]
        first = self._firsts.take(line)
        free, place = first >> self._shift, (first & ((1 << self._shift) - 1)) >> self._bits
        start, gone = np.maximum(free, now), now + self._patience[row, :paths]
        served = start <= gone
        after = self._after(row, start, now - free)
        if self._ends:
            self._end(after, served, group, place)
        after = np.where(served, (after << self._shift) + (place << self._bits), first)
        slots = self._free.take(line, axis=1)
        slots[place, self._path[:paths]] = after
        self._free[place, line] = after
        self._firsts[line] = np.minimum.reduce(slots, axis=0)
        return np.where(served, start, gone), served

    def _group(self, now: Ints, queue: Ints, paths: int) -> Ints:
        """The group whose seat takes the caller."""
        if self._ends and (now >= self._next[:paths]).any():
            self._retire(now)
        key = np.maximum(self._least[:, :paths], now << self._shift)
        key += self._order.take(queue, axis=1)
        group: Ints = np.minimum.reduce(key, axis=0)
        group &= (1 << self._bits) - 1
        return group

    def _retire(self, now: Ints) -> None:
        """Takes out the free slots that have ended by now; the others end when their call does."""
        late = np.flatnonzero(now >= self._next[: len(now)])
        slots = self._free.reshape(self._wide, self._groups, self._paths)
        never = (_NEVER << self._shift) + self._places[:, :, None]
        while len(late):
            over = self._leave.T[:, :, None] <= self._next[late]
            slots[:, :, late] = np.where(over, never, slots[:, :, late])
            self._least[:, late] = slots[:, :, late].min(axis=0)
            self._passed[late] += 1
            self._next[late] = self._instants[self._passed[late]]
            late = late[now[late] >= self._next[late]]

    def _after(self, row: int, start: Ints, idle: Ints) -> Ints:
        """When the seat that takes the call is free again; it may go away in between.

        The longer it has worked since it was free last, ``idle`` without a call included, the likelier.
        """
        service = self._service[row, : len(start)]
        end: Ints = start + service
        if self._leaves:
            goes = self._lull[row, : len(start)] < service + np.maximum(idle, 0)
            end += self._away[row, : len(start)] * goes
        return end

    def _end(self, after: Ints, served: Flags, group: Ints, place: Ints) -> None:
        """Whose slot ends before the seat is free again: its next one begins so much later."""
        ends = self._leave[group, place]
        past = served & (after >= ends)
        path = np.flatnonzero(past & (self._twin[group, place] >= 0))
        if len(path):
            group, place = np.divmod(self._twin[group[path], place[path]], self._wide)
            line = group * self._paths + path
            self._free[place, line] += (after[path] - ends[path]) << self._shift
            self._firsts[line] = self._free.take(line, axis=1).min(axis=0)
        after[past] = _NEVER


def _ms(seconds: Floats) -> Ints:
    return np.rint(np.minimum(seconds * _MS, _NEVER)).astype(np.int64)
