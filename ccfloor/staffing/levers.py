"""What can be done beside moves: bringing back seats that are away from their queues.

What a plan's level opens is the emergency plan's own text: from level 1 on callbacks stop and breaks are
suspended, from level 2 on leads and supervisors take calls.
"""

from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum

import msgspec

from ccfloor.floor.seats import PauseReason
from ccfloor.staffing.limits import FLOOR_LEVEL, FLOOR_ROLES, Policy
from ccfloor.staffing.present import Doing, FloorNow, SeatNow

RECALL_LEVEL = 1
RECALL_S = 120.0  # until who is called back takes calls; the plan grants as much


class Lever(StrEnum):
    """Each brings seats back to the queues they serve anyway."""

    LIMIT_CALLBACK = "limit_callback"  # normal seats on callback beyond the limit: at any level
    STOP_CALLBACK = "stop_callback"
    END_BREAKS = "end_breaks"
    FLOOR_ON = "floor_on"  # leads and supervisors take calls


def recalled(floor: FloorNow, lever: Lever, policy: Policy) -> tuple[str, ...]:
    """The seats that a lever brings back; empty where the plan's level does not allow it."""
    return tuple(seat.seat for seat in _reached(floor, lever, policy) if not seat.pinned)


def levers(floor: FloorNow, policy: Policy) -> dict[Lever, tuple[str, ...]]:
    """The levers that would bring anybody back now, each with its seats."""
    found = {lever: recalled(floor, lever, policy) for lever in Lever}
    return {lever: seats for lever, seats in found.items() if seats}


def pulled(floor: FloorNow, seats: Collection[str]) -> FloorNow:
    """The floor with these seats on their way back; who served no queue serves all it can."""
    return msgspec.structs.replace(
        floor, seats=tuple(_back(seat) if seat.seat in seats else seat for seat in floor.seats)
    )


def _back(seat: SeatNow) -> SeatNow:
    soon = RECALL_S if seat.back_in_s is None else min(RECALL_S, seat.back_in_s)
    return msgspec.structs.replace(seat, back_in_s=soon, queues=seat.queues or seat.skills)


def _reached(floor: FloorNow, lever: Lever, policy: Policy) -> Iterator[SeatNow]:
    if lever is Lever.LIMIT_CALLBACK:
        if policy.level < RECALL_LEVEL:
            yield from _beyond(floor, policy)
    elif lever is Lever.FLOOR_ON:
        if policy.level >= FLOOR_LEVEL:
            yield from (seat for seat in floor.seats if seat.role in FLOOR_ROLES and _on_site(seat))
    elif policy.level >= RECALL_LEVEL:
        reason = PauseReason.CALLBACK if lever is Lever.STOP_CALLBACK else PauseReason.BREAK
        yield from (seat for seat in floor.seats if _paused(seat, reason))


def _paused(seat: SeatNow, reason: str) -> bool:
    return seat.doing is Doing.AWAY and seat.reason == reason


def _beyond(floor: FloorNow, policy: Policy) -> Sequence[SeatNow]:
    """Normal seats on callback over the limit: first those that serve most queues, for they help most."""
    there = [
        seat for seat in floor.seats if _paused(seat, PauseReason.CALLBACK) and seat.role not in FLOOR_ROLES
    ]
    ordered = sorted(there, key=lambda seat: (-len(seat.queues), seat.seat))
    return ordered[: max(0, len(there) - policy.callback_limit)]


def _on_site(seat: SeatNow) -> bool:
    """Away from the queues for a reason of the work; who is at a meal is let eat."""
    return seat.doing is Doing.AWAY and seat.reason not in ("", PauseReason.MEAL)
