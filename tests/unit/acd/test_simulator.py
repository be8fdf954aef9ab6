"""The simulator as a door: the day so far in one burst, then live, and what a restart does."""

import asyncio
from collections.abc import Callable

import pytest

from ccfloor.acd.base import CommandKind, CommandResult, Health, LinkState, SeatCommand
from ccfloor.acd.sim_history import history
from ccfloor.acd.simulator import MEMORY, Simulator, load_scenario
from ccfloor.floor.events import CallAnswered, CallEnded, CallJoined, FloorEvent, FloorSnapshot, SeatPaused
from tests.unit.acd.sim_day import SPEC, local


class Store:
    """A sink that keeps everything, as the database would over several starts."""

    def __init__(self) -> None:
        self.events: dict[str, dict[int, FloorEvent]] = {}
        self.cursors: dict[str, tuple[int, str]] = {}
        self.reports: list[Health] = []

    def put(self, source: str, position: int, event: FloorEvent) -> None:
        self.events.setdefault(source, {}).setdefault(position, event)

    def cursor(self, source: str) -> tuple[int, str] | None:
        return self.cursors.get(source)

    def progress(self, source: str, position: int, mark: str = "") -> None:
        self.cursors[source] = (position, mark)

    def bad(self, source: str, place: str, why: str) -> None:
        raise AssertionError("a simulator reads no lines")

    def health(self, report: Health) -> None:
        self.reports.append(report)

    def all(self) -> list[FloorEvent]:
        return [event for events in self.events.values() for event in events.values()]


class Time:
    """A clock that only sleeping moves; at ``end`` the sleeper is cancelled, as the collector would."""

    def __init__(self, now: float, end: float) -> None:
        self.now, self.end = now, end
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.slept.append(seconds)
        self.now += seconds + 0.0005
        if self.now >= self.end:
            raise asyncio.CancelledError
        await asyncio.sleep(0)


def _door(time: Time, **changes: object) -> Simulator:
    values = {"seed": 7, "catch_up_from": local(0), "clock": time.clock, "sleep": time.sleep}
    return Simulator(SPEC, load_scenario(), **{**values, **changes})  # type: ignore[arg-type]


def _run(door: Simulator, store: Store) -> None:
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(door.run(store))


def test_a_first_start_tells_the_day_so_far_and_goes_on_live() -> None:
    store, time = Store(), Time(local(10), local(10) + 60)
    _run(_door(time), store)
    [source] = store.events
    events = list(store.events[source].values())
    assert source == f"sim:{int(local(0))}"
    assert list(store.events[source]) == list(range(1, len(events) + 1))
    assert isinstance(events[0], FloorSnapshot) and events[0].at == local(0) and not events[0].restarted
    assert sum(event.at < local(10) for event in events) > 5000
    assert 10 < sum(event.at > local(10) for event in events) < 500
    assert [report.code for report in store.reports] == ["sim_catching_up", "sim_running"]
    assert store.reports[-1].state is LinkState.UP


def test_live_events_are_told_when_they_happen() -> None:
    time = Time(local(10), local(10) + 120)
    late: list[float] = []

    class Punctual(Store):
        def put(self, source: str, position: int, event: FloorEvent) -> None:
            if event.at > local(10):
                late.append(time.now - event.at)

    _run(_door(time), Punctual())
    assert len(late) > 50
    assert min(late) >= 0 and max(late) < 0.01


def test_a_later_start_goes_on_where_the_last_stored_event_was() -> None:
    store = Store()
    _run(_door(Time(local(9), local(9) + 30)), store)
    last = max(event.at for event in store.all())
    _run(_door(Time(local(9.5), local(9.5) + 30)), store)
    _, second = store.events
    events = list(store.events[second].values())
    report = events[0]
    assert isinstance(report, FloorSnapshot)
    assert report.restarted and report.blind_since == last and report.at == pytest.approx(last, abs=0.001)
    assert report.talking and all(event.at >= last for event in events)
    told = [event for event in events if isinstance(event, CallJoined) and event.at < local(9.5)]
    assert len(told) > 50


def test_a_start_on_another_day_tells_that_day_only() -> None:
    store = Store()
    _run(_door(Time(local(9), local(9) + 5)), store)
    _run(_door(Time(local(10, 21), local(10, 21) + 5), catch_up_from=local(0, 21)), store)
    _, second = store.events
    assert min(event.at for event in store.events[second].values()) == local(0, 21)


def test_starts_within_a_second_have_names_of_their_own() -> None:
    store = Store()
    for _ in range(3):
        _run(_door(Time(local(9), local(9) + 0.2), catch_up_from=None), store)
    assert len(store.events) == 3


def test_a_first_start_cut_short_is_told_again_from_the_same_events() -> None:
    store = Store()
    _run(_door(Time(local(9), local(9) + 5)), store)
    before = store.all()
    del store.cursors[MEMORY]  # as if the end of the burst had never been stored
    _run(_door(Time(local(9.2), local(9.2) + 5)), store)
    assert len(store.events) == 1
    assert store.all()[: len(before)] == before and len(store.all()) > len(before)


def test_simulated_time_runs_faster_than_the_clock() -> None:
    store, time = Store(), Time(local(9), local(9) + 60)
    door = _door(time, speed=30.0, catch_up_from=None)
    assert door.time() == local(9)
    _run(door, store)
    assert door.time() == pytest.approx(local(9.5), abs=20)
    assert max(event.at for event in store.all()) == pytest.approx(local(9.5), abs=30)
    assert sum(isinstance(event, CallAnswered) for event in store.all()) > 100


def _asked(command: SeatCommand, then: Callable[[Store], None]) -> CommandResult:
    """Gives a command to a running door, as the collector does, and lets it run on."""

    async def play() -> CommandResult:
        store, time = Store(), Time(local(10), local(10) + 3600)
        door = _door(time, catch_up_from=None)
        running = asyncio.create_task(door.run(store))
        for _ in range(50):
            await asyncio.sleep(0)
        result = await door.send(command)
        then(store)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert not (await door.send(command)).ok
        return result

    return asyncio.run(play())


def test_a_command_is_answered_and_its_effect_told_at_once() -> None:
    def told(store: Store) -> None:
        last = [event for event in store.all() if isinstance(event, SeatPaused)][-1]
        assert (last.seat, last.paused, last.reason) == ("SIM/1003", True, "会议")

    assert _asked(SeatCommand(CommandKind.PAUSE, "SIM/1003", reason="会议"), told).ok


def test_a_refusal_comes_back_in_words() -> None:
    result = _asked(SeatCommand(CommandKind.PAUSE, "SIM/7"), lambda store: None)
    assert result == CommandResult(False, "Interface not found")


def test_a_door_that_does_not_run_refuses() -> None:
    door = _door(Time(local(9), local(9)))
    result = asyncio.run(door.send(SeatCommand(CommandKind.PAUSE, "SIM/1003")))
    assert result == CommandResult(False, "The simulation is not running")


def test_a_lost_link_of_the_scenario_is_reported() -> None:
    store, time = Store(), Time(local(10), local(10) + 28 * 60)
    _run(Simulator(SPEC, load_scenario("outage"), clock=time.clock, sleep=time.sleep, seed=7), store)
    assert [report.code for report in store.reports] == [
        "sim_catching_up",
        "sim_running",
        "sim_link_lost",
        "sim_running",
    ]


# -- the days before -------------------------------------------------------------------------------


def test_past_days_differ_and_end_with_everything_closed() -> None:
    blocks = list(history(SPEC, 5, local(0, 10), local(0, 12)))
    positions = [position for block in blocks for position, _ in block]
    events = [event for block in blocks for _, event in block]
    assert len(blocks) == 48 and positions == list(range(1, len(events) + 1))
    assert all(local(0, 10) <= event.at <= local(0, 12) for event in events)
    per_day = [
        sum(isinstance(event, CallJoined) and local(0, day) <= event.at < local(24, day) for event in events)
        for day in (10, 11)
    ]
    assert len(set(per_day)) == 2 and min(per_day) > 3000
    answered = sum(isinstance(event, CallAnswered) for event in events)
    assert answered == sum(isinstance(event, CallEnded) for event in events)


def test_lean_past_days_have_the_same_calls_in_fewer_events() -> None:
    def told(lean: bool) -> list[FloorEvent]:
        blocks = history(SPEC, 5, local(8), local(11), lean=lean)
        return [event for block in blocks for _, event in block]

    full, lean = told(False), told(True)
    assert len(lean) < 0.6 * len(full)
    for kind in (CallJoined, CallAnswered, CallEnded, SeatPaused):
        assert [event for event in lean if isinstance(event, kind)] == [
            event for event in full if isinstance(event, kind)
        ]


def test_nine_days_have_a_weekend_and_a_breakdown() -> None:
    calls: dict[int, int] = {}
    broken = 0
    for block in history(SPEC, 5, local(0, 3), local(0, 12), lean=True):
        for _, event in block:
            day = int((event.at - local(0, 3)) // 86_400)
            calls[day] = calls.get(day, 0) + isinstance(event, CallAnswered)
            broken += isinstance(event, CallEnded) and event.by == "unknown" and day < 8
    assert max(calls[day] for day in (5, 6)) < 0.75 * min(calls[day] for day in (0, 1, 2, 3, 4, 7, 8))
    assert broken > 3
