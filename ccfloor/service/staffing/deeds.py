"""What could be done on a floor now, to be compared with doing nothing: what brings somebody."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from ccfloor.floor.seats import PauseReason
from ccfloor.staffing.actions import Action, end_breaks, move, on_line, stop_callbacks
from ccfloor.staffing.live_seats import effective
from ccfloor.staffing.present import FloorNow, QueueNow

MOVED = 2  # seats that a move is told of
_AHEAD_S = 1800.0


class Deed(NamedTuple):
    """An action under the name by which it is told; ``source`` and ``target``: the queues of a move."""

    name: str
    action: Action
    source: str = ""
    target: str = ""

    @property
    def seats(self) -> int:
        """How many seats it concerns."""
        return len(self.action.changes)


def possible(floor: FloorNow, most: int = MOVED) -> list[Deed]:
    """Everything that can be done now."""
    return [deed for deed in _all(floor, most) if deed.seats]


def _all(floor: FloorNow, most: int) -> Iterator[Deed]:
    yield Deed("end_breaks", end_breaks(floor))
    yield Deed("stop_callbacks", stop_callbacks(floor))
    yield Deed("on_line", _on_line(floor))
    yield from _move(floor, most)


def _on_line(floor: FloorNow) -> Action:
    """Who eats is left to it."""
    eats = {seat.seat for seat in floor.seats if seat.reason == PauseReason.MEAL}
    action = on_line(floor)
    return replace(action, changes=tuple(one for one in action.changes if one.seat not in eats))


def _move(floor: FloorNow, most: int) -> Iterator[Deed]:
    """From the queue with the lightest load that can give, to the one with the heaviest."""
    loads = load(floor)
    if len(loads) < 2:
        return
    target = max(loads, key=lambda queue: loads[queue])
    for source in sorted(loads, key=lambda queue: loads[queue]):
        action = move(floor, source, target, most, name="move")
        if loads[source] < loads[target] and action.changes:
            yield Deed("move", action, source, target)
            return


def load(floor: FloorNow) -> Mapping[str, float]:
    """Queue → work of the next half hour for each seat that it really has; who waits belongs to it."""
    seats = effective(floor, _AHEAD_S)
    work = {queue.queue: _work(queue, floor.step_s) for queue in floor.queues}
    return {queue: erlangs / max(0.1, seats[queue].effective.value) for queue, erlangs in work.items()}


def _work(queue: QueueNow, step_s: float) -> float:
    steps = queue.rate[: max(1, round(_AHEAD_S / step_s))]
    return (sum(steps) / len(steps) + len(queue.waiting) / _AHEAD_S) * queue.aht_s
