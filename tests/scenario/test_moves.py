"""A simulated floor of two queues, one of which burns: moved seats take its calls, and it matters."""

from functools import cache
from typing import NamedTuple

from sqlalchemy import Engine

from ccfloor.acd.sim_scenario import Scenario, SimSpec
from ccfloor.acd.simulator import SimFloor, load_floor
from ccfloor.floor.config import FloorConfig, QueueInfo, SeatInfo
from ccfloor.floor.events import CallAnswered
from ccfloor.floor.state import Floor
from ccfloor.service.commands import answer_command, asked_commands
from ccfloor.service.hub import LiveRow
from ccfloor.service.moves.ask import Wanted, ask_move
from ccfloor.service.moves.follow import Follower
from ccfloor.service.moves.listing import list_moves
from ccfloor.store.engine import open_engine
from ccfloor.store.viewer import Viewer
from tests.fakes.current import upgrade
from tests.unit.acd.sim_day import local

BURNS, CALM = "hotline", "repair-line"
START = local(10)
MOVED, AT_S, MINUTES, STEP_S, HOURS = 8, 600.0, 45, 10.0, 2
BOSS = Viewer(role="manager")


@cache
def spec() -> SimSpec:
    """Two queues, every seat of one of them alone; nobody is passed on from one to the other."""
    told = load_floor()
    queues = {
        name: told.queues[name].model_copy(update={"transfer": {}, "timeout_to": ""})
        for name in (BURNS, CALM)
    }
    seats = [
        seat.model_copy(update={"skills": {(BURNS, CALM)[number % 2]: 0}, "shift": "day", "crew": []})
        for number, seat in enumerate(told.seats[:26])
    ]
    return told.model_copy(update={"queues": queues, "seats": seats, "pauses": [], "lead_pauses": []})


SURGE = Scenario.model_validate(
    {
        "name": {"zh": "x", "en": "x"},
        "windows": [{"after_min": 5, "minutes": 60, "extra": 160, "queues": [BURNS]}],
    }
)


class Told(NamedTuple):
    """Callers who gave up in either queue; calls of the burning one by moved seat; how the moves ended."""

    gave_up: int
    calm_gave_up: int
    burning_by: dict[str, int]
    at_home: bool
    states: set[str]


def play(seed: int, moved: bool, engine: Engine) -> Told:
    """Some hours of the floor; after ten minutes seats of the calm queue are moved, if they are."""
    config = FloorConfig(
        zone="Asia/Shanghai",
        queues={name: QueueInfo(name) for name in (BURNS, CALM)},
        seats={seat.seat: SeatInfo(seat.seat, seat.agent) for seat in spec().seats},
    )
    sim, floor, position = SimFloor(spec(), SURGE, seed, START), Floor(config), 0
    now, row, burning_by = START, LiveRow(0, 0.0, floor.view(START), ()), dict[str, int]()
    follower = Follower(engine, "main", lambda: now, live=lambda _: row)
    asked: tuple[str, ...] = ()
    while now < START + HOURS * 3600:
        now += STEP_S
        for item in asked_commands(engine, "main"):
            answer_command(engine, item.id, sim.command(item.command, now), now)
        for event in sim.run_until(now):
            position += 1
            floor.apply(event, 1, position)
            if isinstance(event, CallAnswered) and event.queue == BURNS:
                burning_by[event.seat] = burning_by.get(event.seat, 0) + 1
        if now >= START + AT_S and moved and not asked:
            view = floor.view(now)
            asked = tuple(
                seat.seat
                for seat in view.seats
                if [one.queue for one in seat.queues] == [CALM] and seat.status != "offline"
            )[:MOVED]
            ask_move(engine, BOSS, view, Wanted(asked, {BURNS: 0}, minutes=MINUTES), "surge", now)
        if asked:
            row = LiveRow(position, now, floor.view(now), ())
            follower.look()
    view = floor.view(now)
    today = {queue.queue: queue.today.abandoned for queue in view.queues}
    stands = [seat for move in list_moves(engine, BOSS, config, now) for seat in move.seats]
    served = {seat.seat: [one.queue for one in seat.queues] for seat in view.seats}
    return Told(
        today[BURNS],
        today[CALM],
        {seat: calls for seat, calls in burning_by.items() if seat in asked},
        all(served[seat] == [CALM] for seat in asked),
        {seat.state for seat in stands},
    )


def _fresh() -> Engine:
    engine = open_engine("sqlite:///:memory:")
    upgrade(engine)
    return engine


def test_moved_seats_take_the_burning_queue_s_calls_and_fewer_give_up() -> None:
    for seed in (3, 11):
        left, helped = play(seed, False, _fresh()), play(seed, True, _fresh())
        assert left.gave_up >= 40, "nothing burns"
        assert len(helped.burning_by) == MOVED and sum(helped.burning_by.values()) >= 40
        assert helped.gave_up <= 0.7 * left.gave_up
        assert helped.at_home and helped.states == {"returned"}
