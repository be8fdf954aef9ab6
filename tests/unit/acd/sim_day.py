"""What the simulator's tests share: a day, and a run of the floor over part of it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from ccfloor.acd.simulator import SimFloor, load_floor, load_scenario
from ccfloor.floor.events import FloorEvent

ZONE = ZoneInfo("Asia/Shanghai")
SPEC = load_floor()


def local(hour: float, day: int = 19) -> float:
    """An instant of November 2025 (the 19th is a Wednesday) in UTC epoch seconds."""
    return datetime(2025, 11, day, tzinfo=ZONE).timestamp() + hour * 3600


def floor_at(hour: float, scenario: str = "normal", seed: int = 7, *, warm_s: float = 1800.0) -> SimFloor:
    """A floor that opened at a local time."""
    return SimFloor(SPEC, load_scenario(scenario, SPEC), seed, local(hour), warm_s=warm_s)


def run(scenario: str, start: float, hours: float, seed: int = 7) -> list[FloorEvent]:
    """The events of some hours from a local time on, the first report included."""
    return floor_at(start, scenario, seed).run_until(local(start + hours))


def waiting_now(floor: SimFloor) -> int:
    """Callers in all queues."""
    return sum(len(queue.waiting) for queue in floor.queues.values())


def highest_waiting(floor: SimFloor, start: float, hours: float) -> int:
    """The most callers that waited at any full ten seconds."""
    highest = 0
    for step in range(int(hours * 360)):
        floor.run_until(local(start) + step * 10)
        highest = max(highest, waiting_now(floor))
    return highest
