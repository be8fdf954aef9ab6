"""The Floor, told by the simulator, knows of every caller and every seat what the simulator knows."""

import pytest

from ccfloor.acd.sim_parts import Mode
from ccfloor.acd.simulator import SimFloor, load_scenario
from ccfloor.floor.config import FloorConfig, QueueInfo, QueueTarget, SeatInfo
from ccfloor.floor.state import Floor
from ccfloor.floor.view import SeatView
from tests.unit.acd.sim_day import SPEC, local

SHOWN = {
    Mode.OFF: {"offline"},
    Mode.READY: {"ready"},
    Mode.RING: {"ringing"},
    Mode.TALK: {"on_call", "on_hold"},
    Mode.WRAP: {"wrap_up"},
    Mode.OWN: {"other_call"},
}


def _site() -> FloorConfig:
    queues = {
        name: QueueInfo(name, queue.zh, queue.en, (QueueTarget(wrap_up_s=queue.wrap_up_s),))
        for name, queue in SPEC.queues.items()
    }
    seats = {
        seat.seat: SeatInfo(
            seat.seat,
            seat.agent,
            seat.agent_en,
            others={other.agent: other.agent_en for other in seat.crew},
        )
        for seat in SPEC.seats
    }
    return FloorConfig(queues=queues, seats=seats, reasons={"auto-pause": "auto_pause"})


def _differs(sim: SimFloor, view: SeatView) -> bool:
    seat = sim.by_name[view.seat]
    if seat.signed and view.agent != seat.agent:
        return True
    if seat.mode is not Mode.OFF and seat.pause:
        return not view.paused
    return view.status not in SHOWN[seat.mode]


@pytest.mark.parametrize(
    ("scenario", "start", "hours"), [("normal", 6.5, 3.5), ("normal", 16.2, 1.5), ("surge", 10, 1)]
)
def test_the_floor_shows_what_the_simulator_does(scenario: str, start: float, hours: float) -> None:
    sim = SimFloor(SPEC, load_scenario(scenario, SPEC), 11, local(start))
    floor, position = Floor(_site()), 0
    for minute in range(5, int(hours * 60), 5):
        at = local(start) + minute * 60
        for event in sim.run_until(at):
            position += 1
            floor.apply(event, 1, position)
        view = floor.view(at)
        told = {queue.queue: queue.waiting for queue in view.queues}
        assert told == {name: len(queue.waiting) for name, queue in sim.queues.items()}
        assert [seat.seat for seat in view.seats if _differs(sim, seat)] == []
    assert view.repairs == {}
    assert view.floor.today.answered > 250
