"""What can be done now, as the seats that are then placed otherwise; each is compared with doing nothing."""

from collections.abc import Collection, Iterator, Mapping

import msgspec

from ccfloor.floor.seats import PauseReason
from ccfloor.staffing.crew import Place
from ccfloor.staffing.present import Doing, FloorNow, SeatNow

RECALL_S = 120.0  # mean seconds until who is called back takes calls
ON_LINE_S = 300.0  # and until leads and supervisors do
ON_LINE_ROLES = ("lead", "supervisor")


class Change(msgspec.Struct, frozen=True):
    """One seat from now on. ``queues``: served then, with penalties (None: as now), after the call that it
    has; ``until_s``: seconds from now after which it serves again what it does now (None: stays); ``back_s``:
    mean seconds until it is back from its pause (None: as it is).
    """

    seat: str
    queues: dict[str, int] | None = None
    back_s: float | None = None
    until_s: float | None = None


class Action(msgspec.Struct, frozen=True):
    """``name``: for whoever asked. ``stops``: pause reasons for which nobody goes away any more."""

    name: str
    changes: tuple[Change, ...] = ()
    stops: tuple[str, ...] = ()


def end_breaks(floor: FloorNow, within_s: float = RECALL_S) -> Action:
    """Everybody comes back from breaks, and nobody goes on one."""
    return recall(floor, "end_breaks", PauseReason.BREAK, within_s)


def stop_callbacks(floor: FloorNow, within_s: float = RECALL_S) -> Action:
    """Who calls customers back takes calls instead."""
    return recall(floor, "stop_callbacks", PauseReason.CALLBACK, within_s)


def recall(floor: FloorNow, name: str, reason: str, within_s: float) -> Action:
    """Whoever is away for this reason is back within these seconds (mean), and nobody else goes."""
    away = (seat for seat in floor.seats if seat.doing is Doing.AWAY and seat.reason == reason)
    return Action(name, tuple(Change(seat.seat, None, within_s) for seat in away), (reason,))


def on_line(floor: FloorNow, roles: Collection[str] = ON_LINE_ROLES, within_s: float = ON_LINE_S) -> Action:
    """Leads and supervisors who are there take calls; who serves no queue serves all he can."""
    there = (seat for seat in floor.seats if seat.role in roles and _comes(seat))
    changes = (Change(seat.seat, None if seat.queues else seat.skills, within_s) for seat in there)
    return Action("on_line", tuple(changes))


def called_back_s(seat: SeatNow) -> float:
    """Mean seconds until a seat takes calls that is called back from its pause."""
    return ON_LINE_S if seat.role in ON_LINE_ROLES else RECALL_S


def _comes(seat: SeatNow) -> bool:
    """There, but not at work on calls; or at work without a queue."""
    return (seat.doing is Doing.AWAY and bool(seat.reason)) or not seat.queues


def move(
    floor: FloorNow, source: str, target: str, most: int, until_s: float | None = None, name: str = ""
) -> Action:
    """At most so many working seats go from one queue to another, those first who are best at it and free
    first.

    The queue they leave keeps the working seats it must have, at least one. Leads and supervisors stay.
    """
    chosen = sorted(_movable(floor, source, target), key=lambda seat: _readiness(seat, target))
    changes = tuple(
        Change(seat.seat, _instead(seat, source, target), None, until_s)
        for seat in chosen[: max(0, min(most, _spare(floor, source)))]
    )
    return Action(name or f"move {source} {target} {most}", changes)


def place(name: str, seats: Mapping[str, dict[str, int]], until_s: float | None = None) -> Action:
    """These seats serve these queues (with penalties) from now on."""
    return Action(name, tuple(Change(seat, queues, None, until_s) for seat, queues in seats.items()))


def together(name: str, *actions: Action) -> Action:
    """Several actions at once; of two changes of one seat the later action's counts."""
    changes = {change.seat: change for action in actions for change in action.changes}
    stops = dict.fromkeys(reason for action in actions for reason in action.stops)
    return Action(name, tuple(changes.values()), tuple(stops))


def _movable(floor: FloorNow, source: str, target: str) -> Iterator[SeatNow]:
    for seat in floor.seats:
        able = source in seat.queues and target in seat.skills and target not in seat.queues
        if able and seat.doing is not Doing.AWAY and not seat.pinned and seat.role not in ON_LINE_ROLES:
            yield seat


def _readiness(seat: SeatNow, target: str) -> tuple[int, float, str]:
    return seat.skills[target], seat.free_in_s if seat.doing is Doing.BUSY else 0.0, seat.seat


def _instead(seat: SeatNow, source: str, target: str) -> dict[str, int]:
    kept = {queue: penalty for queue, penalty in seat.queues.items() if queue != source}
    return {**kept, target: seat.skills[target]}


def _spare(floor: FloorNow, queue: str) -> int:
    working = sum(queue in seat.queues and seat.doing is not Doing.AWAY for seat in floor.seats)
    keeps = max((each.min_seats for each in floor.queues if each.queue == queue), default=1)
    return working - max(1, keeps)


def placed(floor: FloorNow, action: Action) -> list[Place]:
    """All seats of the floor under the action; a change of a seat that is not there is none."""
    changes = {change.seat: change for change in action.changes}
    return [_placed(number, seat, changes.get(seat.seat)) for number, seat in enumerate(floor.seats)]


def _placed(number: int, seat: SeatNow, change: Change | None) -> Place:
    if change is None:
        return Place(number, seat, seat.queues)
    if change.queues is None or change.queues == seat.queues:
        return Place(number, seat, seat.queues, change.back_s)
    return Place(number, seat, change.queues, change.back_s, change.until_s, seat.queues)
