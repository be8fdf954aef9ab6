"""What can be done beside moves: bringing back seats that are away from their queues.

What a plan's level opens is the emergency plan's own text: from level 1 on callbacks stop and breaks are
suspended, from level 2 on leads and supervisors take calls. Below that normal seats on callback beyond the
limit are called back in a planned peak alone: at other times a callback is a promise to be kept.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum

import msgspec

from ccfloor.floor.seats import PauseReason
from ccfloor.staffing.actions import Action, Change, end_breaks, on_line, placed, stop_callbacks
from ccfloor.staffing.limits import FLOOR_LEVEL, FLOOR_ROLES, Policy
from ccfloor.staffing.present import FloorNow, SeatNow

RECALL_LEVEL = 1


class Lever(StrEnum):
    """Each brings seats back to the queues they serve anyway."""

    LIMIT_CALLBACK = "limit_callback"
    STOP_CALLBACK = "stop_callback"
    END_BREAKS = "end_breaks"
    FLOOR_ON = "floor_on"


def levers(floor: FloorNow, policy: Policy) -> dict[Lever, Action]:
    """The levers that the plan's level allows and that would bring anybody back now."""
    seats = {seat.seat: seat for seat in floor.seats}
    found = {}
    for lever, action in _open(floor, policy, seats):
        kept = tuple(change for change in action.changes if not seats[change.seat].pinned)
        if kept:
            found[lever] = msgspec.structs.replace(action, changes=kept)
    return found


def _open(floor: FloorNow, policy: Policy, seats: dict[str, SeatNow]) -> Iterator[tuple[Lever, Action]]:
    callbacks = stop_callbacks(floor)
    if policy.level < RECALL_LEVEL:
        if not policy.peak:
            return
        beyond = _beyond([seats[change.seat] for change in callbacks.changes], policy)
        changes = tuple(change for change in callbacks.changes if change.seat in beyond)
        yield Lever.LIMIT_CALLBACK, Action(Lever.LIMIT_CALLBACK, changes)
        return
    yield Lever.STOP_CALLBACK, callbacks
    yield Lever.END_BREAKS, end_breaks(floor)
    if policy.level >= FLOOR_LEVEL:
        here = on_line(floor)
        changes = tuple(change for change in here.changes if seats[change.seat].reason != PauseReason.MEAL)
        yield Lever.FLOOR_ON, msgspec.structs.replace(here, changes=changes)


def _beyond(there: Iterable[SeatNow], policy: Policy) -> set[str]:
    """Normal seats on callback over the limit: first those that serve most queues, for they help most."""
    normal = [seat for seat in there if seat.role not in FLOOR_ROLES]
    normal.sort(key=lambda seat: (-len(seat.queues), seat.seat))
    return {seat.seat for seat in normal[: max(0, len(normal) - policy.callback_limit)]}


def together(actions: Iterable[Action]) -> Action:
    """Several levers as one action; of a seat that two bring back, the sooner counts."""
    changes: dict[str, Change] = {}
    stops: list[str] = []
    for action in actions:
        stops += action.stops
        for change in action.changes:
            other = changes.get(change.seat)
            sooner = other is None or (change.back_s or 0.0) < (other.back_s or 0.0)
            changes[change.seat] = change if sooner or other is None else other
    return Action("together", tuple(changes.values()), tuple(dict.fromkeys(stops)))


def pulled(floor: FloorNow, action: Action) -> FloorNow:
    """The floor with the seats of a lever on their way back."""
    seats = []
    for place in placed(floor, action):
        soon = [s for s in (place.seat.back_in_s, place.back_s) if s is not None]
        back = min(soon, default=None)
        seats.append(msgspec.structs.replace(place.seat, back_in_s=back, queues=dict(place.queues)))
    return msgspec.structs.replace(floor, seats=tuple(seats))
