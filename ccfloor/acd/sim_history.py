"""Past days of a simulated floor, told as fast as the engine runs."""

from collections.abc import Iterator
from random import Random

from ccfloor.acd.sim_model import SimFloor
from ccfloor.acd.sim_scenario import Outage, Scenario, SimSpec, load_scenario
from ccfloor.floor.events import (
    CallAnswered,
    CallDequeued,
    CallEnded,
    CallRang,
    FloorEvent,
    RingEnded,
    SeatDevice,
)

WARM_S = 1800.0  # a floor that opens in mid-day has been at work for so long, unheard


def history(
    spec: SimSpec,
    seed: int,
    start: float,
    end: float,
    *,
    zone: str = "Asia/Shanghai",
    lean: bool = False,
    block_s: float = 3600.0,
) -> Iterator[list[tuple[int, FloorEvent]]]:
    """The events between two instants (UTC epoch seconds) in blocks of ``block_s``, with positions from 1.

    Days differ: by weekday, by their own busyness, a rush on some, one breakdown of telephones. At
    ``end`` everything open is closed. ``lean`` leaves out what a queue_log does not tell either (who is
    rung, the telephones in a queue's call, the leaving before its reason): fewer events, the same calls.
    """
    floor = SimFloor(spec, _past(seed, start, end), seed, start, zone=zone)
    thin = _Lean() if lean else None
    at, position = start, 0
    while at < end:
        at = min(at + block_s, end)
        events = floor.run_until(at)
        if at >= end:
            events += floor.close()
        kept = [event for event in events if thin.keeps(event)] if thin else events
        yield list(enumerate(kept, position + 1))
        position += len(kept)


def _past(seed: int, start: float, end: float) -> Scenario:
    """Ordinary days with some rushes and, if there is more than a week, one breakdown of telephones."""
    rng = Random(f"{seed}/past")
    days = int((end - start) // 86_400)
    outages = []
    if days >= 7:
        day, hour = rng.randrange(days // 2, days - 2), rng.uniform(9.6, 16.3)
        after_min = day * 1440 + hour * 60
        outages = [Outage(kind="seats", after_min=after_min, minutes=11, seats=0.6)]
    changes = {"busyness": 0.07, "surge_days": 0.07, "outages": outages}
    return load_scenario().model_copy(update=changes)


class _Lean:
    """Keeps what matters for calls, pauses and presence."""

    def __init__(self) -> None:
        self._quiet: set[str] = set()  # seats whose next device change belongs to a queue's call

    def keeps(self, event: FloorEvent) -> bool:
        if isinstance(event, CallDequeued):
            return False
        if isinstance(event, CallRang | CallAnswered | CallEnded | RingEnded):
            self._quiet.add(event.seat)
            return not isinstance(event, CallRang)
        if isinstance(event, SeatDevice) and event.seat in self._quiet:
            self._quiet.discard(event.seat)
            return False
        return True
