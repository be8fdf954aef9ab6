"""Who may be moved, and why not, in words that pages put into sentences."""

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec

from ccfloor.staffing.present import Doing, FloorNow, SeatNow

FLOOR_ROLES = ("lead", "supervisor")
FLOOR_LEVEL = 2  # of the emergency plan: from there on leads and supervisors take calls


class Why(StrEnum):
    """Why a seat is not proposed for a queue."""

    PINNED = "pinned"  # the seat itself says why: SeatNow.pinned
    ROLE = "role"  # leads and supervisors: the plan's level does not ask for them
    HELD = "held"  # was moved a short while ago
    AWAY = "away"  # is not there, or nobody knows when the pause ends
    LEAVING = "leaving"  # the shift ends too soon
    LONG_CALL = "long_call"  # its call goes on too long
    NO_SKILL = "no_skill"
    SERVES = "serves"  # serves this queue and no other already
    LAST = "last"  # nobody would work for a queue it leaves
    MINIMUM = "minimum"  # a queue it leaves would have less than its minimum


class Policy(msgspec.Struct, frozen=True):
    """What a site allows, and what a move costs. Times in seconds, costs in calls lost.

    ``level``: of the emergency plan that is on, 0: none. ``most``: moves at once. ``callback_limit``: normal
    seats that may be on callback at level 0 while it counts (``peak``): in a planned peak, or wherever the
    site has it so.

    A seat is left alone for ``hold_s`` after its last move, if it is back from a pause later than ``back_s``,
    if its shift ends within ``stay_s``, if its call goes on longer than ``call_s``. Longer than ``grace_s``
    costs ``busy_cost``; each point of the penalty ``penalty_cost``; one queue more than before
    ``beside_cost``; a lead or supervisor ``floor_cost``. A move in force is not ended before ``least_s``.

    A proposal is made if it gains at least ``least_gain`` calls an hour, and ``deviations`` standard
    deviations of what is not known of that (``sureness``); if it helps with a probability of at least
    ``sure``; if no queue is likelier than ``missed`` to miss a target that it would have met; and if none
    that is under its target falls by more than ``drained`` of service level (share) further.
    """

    level: int = 0
    most: int = 6
    callback_limit: int = 2
    peak: bool = False
    hold_s: float = 1200.0
    least_s: float = 600.0
    back_s: float = 300.0
    stay_s: float = 1800.0
    call_s: float = 900.0
    grace_s: float = 180.0
    move_cost: float = 0.25
    busy_cost: float = 0.15
    penalty_cost: float = 0.02
    beside_cost: float = 0.02
    floor_cost: float = 0.5
    least_gain: float = 0.75
    sure: float = 0.7
    missed: float = 0.05
    deviations: float = 1.2816
    drained: float = 0.05


class Moved(msgspec.Struct, frozen=True):
    """A move in force: ``home``: what the seat served before, with penalties; ``since``: when it was moved,
    ``until``: when it goes back (epoch seconds).
    """

    seat: str
    home: dict[str, int]
    since: float
    until: float


class Limits:
    """Who may be moved now. ``moved``: moves in force; ``held``: seat → when it was last moved."""

    def __init__(
        self,
        floor: FloorNow,
        policy: Policy,
        moved: Iterable[Moved] = (),
        held: Mapping[str, float] | None = None,
    ) -> None:
        self.floor, self.policy = floor, policy
        self.moved = {move.seat: move for move in moved}
        self._held = held or {}
        self.working = Counter(queue for seat in floor.seats if works(seat) for queue in seat.queues)
        self.spare = self._beyond(seat for seat in floor.seats if self.lasts(seat))
        self.spare_soon = self._beyond(seat for seat in floor.seats if self.comes(seat))

    def on(self, floor: FloorNow) -> "Limits":
        """The same on another floor."""
        return Limits(floor, self.policy, self.moved.values(), self._held)

    def _beyond(self, seats: Iterable[SeatNow]) -> dict[str, int]:
        """Of each queue, how many of these seats it has beyond its minimum, and beyond the last one."""
        there = Counter(queue for seat in seats for queue in seat.queues)
        return {
            queue.queue: max(0, there[queue.queue] - max(1, queue.min_seats)) for queue in self.floor.queues
        }

    def lasts(self, seat: SeatNow) -> bool:
        """Whether it takes calls now and for a while: only such seats let one that works go."""
        return works(seat) and self._stays(seat)

    def comes(self, seat: SeatNow) -> bool:
        """Whether it takes calls for a while, now or when its pause ends shortly: whoever goes, working or
        not, leaves a queue's minimum of these.
        """
        soon = seat.back_in_s is not None and seat.back_in_s <= self.policy.back_s
        return (works(seat) or soon) and self._stays(seat)

    def _stays(self, seat: SeatNow) -> bool:
        """Whether neither its shift nor a move in force that brought it here ends soon."""
        move = self.moved.get(seat.seat)
        back = None if move is None else move.until - self.floor.at
        return all(ends is None or ends >= self.policy.stay_s for ends in (seat.leaves_in_s, back))

    def why_not(self, seat: SeatNow) -> Why | None:
        """Why this seat is not moved at all."""
        policy = self.policy
        if seat.pinned:
            return Why.PINNED
        if seat.role in FLOOR_ROLES and policy.level < FLOOR_LEVEL:
            return Why.ROLE
        if self._since(seat) < (policy.least_s if seat.seat in self.moved else policy.hold_s):
            return Why.HELD
        if seat.leaves_in_s is not None and seat.leaves_in_s < policy.stay_s:
            return Why.LEAVING
        if seat.doing is Doing.AWAY and (seat.back_in_s is None or seat.back_in_s > policy.back_s):
            return Why.AWAY
        return Why.LONG_CALL if seat.doing is Doing.BUSY and seat.free_in_s > policy.call_s else None

    def _since(self, seat: SeatNow) -> float:
        move = self.moved.get(seat.seat)
        last = move.since if move else self._held.get(seat.seat)
        return float("inf") if last is None else self.floor.at - last

    def why_not_there(self, seat: SeatNow, after: Mapping[str, int]) -> Why | None:
        """Why a seat that may be moved is not to serve just ``after`` (queue → penalty) from now on."""
        if after.keys() - seat.skills.keys() - seat.queues.keys():
            return Why.NO_SKILL
        if dict(after) == seat.queues:
            return Why.SERVES
        for queue in sorted(seat.queues.keys() - after.keys()):
            if self.spare_soon.get(queue, 0) < 1 or (works(seat) and self.spare.get(queue, 0) < 1):
                return Why.LAST if self.working[queue] <= works(seat) else Why.MINIMUM
        return None


def works(seat: SeatNow) -> bool:
    """Whether it takes calls now; who is on a break does not."""
    return seat.doing is not Doing.AWAY
