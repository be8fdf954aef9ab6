"""The seats as groups that serve the same queues, and from when to when each seat may take calls.

A seat is a slot of its group: the instant at which it is free next (now, when its call or its pause ends,
when its shift begins), by path, and the instant from which it takes no more. Who goes back to other queues
after a while has a second slot in the group of those, which begins where the first one ends.
"""

from collections.abc import Mapping, Sequence
from math import inf
from typing import NamedTuple

import numpy as np

from ccfloor.staffing.course import Course, Floats, Ints
from ccfloor.staffing.present import Doing, FloorNow, SeatNow

_NEVER_S = 1e12


class Place(NamedTuple):
    """A seat on the floor. ``number``: of its random factors; ``until_s``: then it goes back to ``home``
    (None: stays); ``back_s``: comes back from its pause by then at the latest (mean; None: as it would
    anyway).
    """

    number: int
    seat: SeatNow
    queues: Mapping[str, int]
    back_s: float | None = None
    until_s: float | None = None
    home: Mapping[str, int] = {}


class Crew(NamedTuple):
    """``free``: by (path, group, slot), seconds from now; infinity: no more. ``leave``: by (group, slot),
    from then on it takes no calls. ``twin``: by (group, slot), the slot (flat) that goes on afterwards; -1:
    none. ``order``: by (queue, group), the penalty; infinity where it does not serve.
    """

    free: Floats
    leave: Floats
    twin: Ints
    order: Floats


class _Slot(NamedTuple):
    queues: tuple[tuple[str, int], ...]
    free: Floats
    leave: float
    twin: int  # place in the list of slots


def places(floor: FloorNow) -> list[Place]:
    """The seats as they are."""
    return [Place(number, seat, seat.queues) for number, seat in enumerate(floor.seats)]


def crew_of(floor: FloorNow, course: Course, seats: Sequence[Place]) -> Crew:
    """Groups and slots of these seats; who is away nobody knows how long is not among them."""
    known = {queue.queue for queue in floor.queues}
    slots: list[_Slot] = []
    for place in seats:
        slots.extend(_slots(place, course, known, len(slots)))
    return _packed(floor, slots, course)


def _slots(place: Place, course: Course, known: set[str], first: int) -> list[_Slot]:
    free = _free(place, course)
    leaves = place.seat.leaves_in_s
    ends = inf if leaves is None else max(leaves, 0.0)
    if place.until_s is None or place.until_s >= ends:
        return [_Slot(_serves(place.queues, known), free, ends, -1)]
    until = max(place.until_s, 0.0)
    return [
        _Slot(_serves(place.queues, known), free, until, first + 1),
        _Slot(_serves(place.home, known), np.maximum(free, until), ends, -1),
    ]


def _serves(queues: Mapping[str, int], known: set[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((queue, penalty) for queue, penalty in queues.items() if queue in known))


def _free(place: Place, course: Course) -> Floats:
    """When the seat is free next, by path."""
    seat = place.seat
    if seat.doing is Doing.IDLE:
        return np.zeros(course.paths)
    if seat.doing is Doing.BUSY:
        busy: Floats = max(seat.free_in_s, 0.0) * course.busy[place.number]
        return busy
    known = [seconds for seconds in (seat.back_in_s, place.back_s) if seconds is not None]
    away: Floats = max(min(known, default=inf), 0.0) * course.back[place.number]
    return away


def _packed(floor: FloorNow, slots: list[_Slot], course: Course) -> Crew:
    """The slots in groups of those that serve the same. The last group serves every queue, but never: whoever
    nobody serves waits for it.
    """
    groups: dict[tuple[tuple[str, int], ...], list[int]] = {}
    for number, slot in enumerate(slots):
        groups.setdefault(slot.queues, []).append(number)
    wide = max((len(numbers) for numbers in groups.values()), default=1)
    shape = len(groups) + 1, wide
    crew = Crew(
        np.full((course.paths, *shape), inf),
        np.full(shape, inf),
        np.full(shape, -1),
        np.full((len(floor.queues), shape[0]), inf),
    )
    crew.free[:, -1, 0], crew.order[:, -1] = _NEVER_S, 0.0
    flat = {
        number: group * wide + place
        for group, numbers in enumerate(groups.values())
        for place, number in enumerate(numbers)
    }
    for group, (queues, numbers) in enumerate(groups.items()):
        for index, queue in enumerate(floor.queues):
            crew.order[index, group] = dict(queues).get(queue.queue, inf)
        for place, number in enumerate(numbers):
            slot = slots[number]
            crew.free[:, group, place] = np.where(slot.free >= slot.leave, inf, slot.free)
            crew.leave[group, place] = slot.leave
            crew.twin[group, place] = flat.get(slot.twin, -1)
    return crew
