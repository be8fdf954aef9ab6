"""Whatever happens on the simulated floor, its events tell a story that a switch could tell."""

from collections import defaultdict

import pytest

from ccfloor.acd.simulator import SimFloor, load_scenario
from ccfloor.floor.events import (
    CallAnswered,
    CallDequeued,
    CallEnded,
    CallJoined,
    CallLeft,
    CallRang,
    Device,
    FloorEvent,
    FloorSnapshot,
    Outcome,
    RingEnded,
    SeatDevice,
    SeatHeld,
    SourceLost,
    WrapUpEnded,
    decode,
    encode,
)
from tests.unit.acd.sim_day import SPEC, local, waiting_now

CASES = [
    ("normal", 0, 24, 7),
    ("normal", 0, 24, 8),
    ("surge", 9, 6, 7),
    ("surge", 21, 6, 3),
    ("calm", 0, 24, 1),
]


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0]} from {case[1]} seed {case[3]}")
def told(request: pytest.FixtureRequest) -> tuple[SimFloor, list[FloorEvent]]:
    name, start, hours, seed = request.param
    floor = SimFloor(SPEC, load_scenario(name, SPEC), seed, local(start))
    return floor, floor.run_until(local(start + hours))


Told = tuple[SimFloor, list[FloorEvent]]


def test_time_never_goes_back_and_the_first_event_is_a_report(told: Told) -> None:
    events = told[1]
    assert isinstance(events[0], FloorSnapshot)
    times = [event.at for event in events]
    assert times == sorted(times)


def test_whoever_joined_is_out_again_or_waits(told: Told) -> None:
    floor, events = told
    joined = sum(isinstance(event, CallJoined) for event in events)
    answered = sum(isinstance(event, CallAnswered) for event in events)
    left = sum(isinstance(event, CallLeft) for event in events)
    out = sum(isinstance(event, CallDequeued) for event in events)
    assert joined > 50
    assert joined == answered + left + waiting_now(floor)
    assert out == answered + left


def test_the_switchs_count_of_the_waiting_is_ours(told: Told) -> None:
    inside: dict[str, set[str]] = defaultdict(set)
    for event in told[1]:
        if isinstance(event, CallJoined):
            assert event.call not in inside[event.queue]
            inside[event.queue].add(event.call)
            assert event.count == event.position == len(inside[event.queue])
        elif isinstance(event, CallDequeued):
            inside[event.queue].remove(event.call)
            assert event.count == len(inside[event.queue])


STEPS = {
    (None, "joined"): "waiting",
    ("waiting", "rang"): "ringing",
    ("ringing", "ring_ended"): "waiting",
    ("ringing", "dequeued"): "out",
    ("waiting", "dequeued"): "out",
    ("out", "answered"): "talking",
    ("out", "left"): None,
    ("talking", "ended"): None,
    ("waiting", "left"): "gone",
    ("gone", "dequeued"): None,
}
NAMES = {
    CallJoined: "joined",
    CallRang: "rang",
    RingEnded: "ring_ended",
    CallDequeued: "dequeued",
    CallAnswered: "answered",
    CallLeft: "left",
    CallEnded: "ended",
}


def test_every_visit_goes_a_way_that_a_switch_knows(told: Told) -> None:
    where: dict[tuple[str, str], str | None] = {}
    for event in told[1]:
        name = NAMES.get(type(event))
        if name:
            visit = (event.call, event.queue)
            step = (where.get(visit), name)
            assert step in STEPS, (visit, event.at, step)
            where[visit] = STEPS[step]


def test_no_seat_has_two_calls_and_the_telephone_says_what_the_call_does(told: Told) -> None:
    call: dict[str, str] = {}
    device: dict[str, Device] = {}
    for event in told[1]:
        if isinstance(event, CallAnswered):
            assert event.seat not in call and device[event.seat] is Device.RINGING
            call[event.seat] = event.call
        elif isinstance(event, CallEnded):
            assert call.pop(event.seat) == event.call
        elif isinstance(event, CallRang):
            assert event.seat not in call and device.get(event.seat, Device.IDLE) is Device.IDLE
        elif isinstance(event, SeatDevice):
            assert (event.device is Device.IN_USE) or event.seat not in call
            device[event.seat] = event.device
        elif isinstance(event, SeatHeld | WrapUpEnded):
            assert (event.seat in call) is isinstance(event, SeatHeld)


def test_durations_are_the_differences_of_instants(told: Told) -> None:
    joined: dict[tuple[str, str], float] = {}
    answered: dict[str, tuple[float, float]] = {}
    for event in told[1]:
        if isinstance(event, CallJoined):
            joined[event.call, event.queue] = event.at
        elif isinstance(event, CallAnswered | CallLeft):
            assert event.wait_s == pytest.approx(event.at - joined[event.call, event.queue], abs=0.002)
            if isinstance(event, CallAnswered):
                answered[event.seat] = (event.at, event.wait_s)
        elif isinstance(event, CallEnded):
            start, wait_s = answered[event.seat]
            assert event.talk_s == pytest.approx(event.at - start, abs=0.002)
            assert event.wait_s == wait_s


def test_a_caller_passed_on_is_the_same_call_in_the_other_queue(told: Told) -> None:
    events = told[1]
    passed = [place for place, event in enumerate(events) if isinstance(event, CallEnded) and event.target]
    for place in passed:
        ended = events[place]
        following = [event for event in events[place : place + 6] if event.at == ended.at]
        assert any(getattr(event, "call", "") == ended.call and event.queue == ended.target
                   for event in following[1:] if hasattr(event, "queue"))  # fmt: skip


def test_events_survive_the_journal(told: Told) -> None:
    for event in told[1][:2000]:
        assert decode(encode(event)) == event


def test_in_a_rush_a_full_queue_refuses_and_long_waits_end() -> None:
    floor = SimFloor(SPEC, load_scenario("surge"), 5, local(2))
    events = floor.run_until(local(4))
    outcomes = {event.outcome for event in events if hasattr(event, "outcome")}
    assert {Outcome.REFUSED_FULL, Outcome.TIMED_OUT, Outcome.ABANDONED, Outcome.KEY_EXIT} <= outcomes


def test_after_the_close_nobody_is_left_on_the_floor() -> None:
    floor = SimFloor(SPEC, load_scenario("normal"), 5, local(10.5), warm_s=900)
    report = floor.run_until(local(10.5))[0]
    events = floor.close()
    assert waiting_now(floor) == 0 and not any(seat.signed or seat.visit for seat in floor.seats)
    ended = [event.call for event in events if isinstance(event, CallEnded)]
    assert sorted(ended) == sorted(state.call for state in report.talking)


def test_a_breakdown_keeps_the_balance_although_the_link_was_lost() -> None:
    floor = SimFloor(SPEC, load_scenario("outage"), 5, local(10))
    inside: set[tuple[str, str]] = set()
    blind = False
    for event in floor.run_until(local(13)):
        if isinstance(event, SourceLost):
            blind = True
        elif isinstance(event, FloorSnapshot):
            blind = False
            inside = {(state.call, state.queue) for state in event.waiting}
        else:
            assert not blind
        if isinstance(event, CallJoined):
            inside.add((event.call, event.queue))
        elif isinstance(event, CallDequeued):
            inside.remove((event.call, event.queue))
    assert len(inside) == waiting_now(floor)
