"""Stories of the simulated floor: rush, quiet, breakdown, commands, an ordinary day's numbers."""

from collections import Counter

import pytest

from ccfloor.acd.base import CommandKind, SeatCommand
from ccfloor.acd.sim_parts import Mode
from ccfloor.acd.simulator import SimFloor, load_scenario
from ccfloor.floor.events import (
    CallAnswered,
    CallJoined,
    CallLeft,
    CallRang,
    Device,
    FloorEvent,
    FloorSnapshot,
    Outcome,
    RingEnded,
    RingResult,
    SeatDevice,
    SeatJoined,
    SeatLeft,
    SeatPaused,
    SeatPenalty,
    SourceLost,
)
from tests.unit.acd.sim_day import SPEC, floor_at, highest_waiting, local, run, waiting_now

# -- scenarios -------------------------------------------------------------------------------------


@pytest.mark.parametrize("hour", [3.0, 10.0, 14.5, 20.5])
def test_in_a_rush_the_waiting_climb_to_sixteen_at_any_hour(hour: float) -> None:
    assert highest_waiting(floor_at(hour, "surge"), hour, 1.2) >= 16


@pytest.mark.parametrize("hour", [2.0, 9.0, 14.0])
def test_on_a_quiet_day_five_wait_at_most(hour: float) -> None:
    assert highest_waiting(floor_at(hour, "calm"), hour, 4) <= 5


def test_a_breakdown_takes_half_of_the_telephones_and_gives_them_back() -> None:
    floor = floor_at(10, "outage")
    floor.run_until(local(10) + 4.9 * 60)
    before = _reachable(floor)
    events = floor.run_until(local(10) + 6 * 60)
    gone = [event.seat for event in events if isinstance(event, SeatDevice) and _unreachable(event)]
    assert len(gone) == round(before / 2)
    assert _reachable(floor) == before - len(gone)
    back = floor.run_until(local(10) + 16 * 60)
    assert set(gone) <= {event.seat for event in back if isinstance(event, SeatDevice)}
    assert _reachable(floor) >= before


def _reachable(floor: SimFloor) -> int:
    return sum(seat.signed and not seat.broken for seat in floor.seats)


def _unreachable(event: SeatDevice) -> bool:
    return event.device is Device.UNAVAILABLE


def test_a_lost_link_is_silent_until_a_report_replaces_everything() -> None:
    floor = floor_at(10, "outage")
    floor.run_until(local(10) + 24.9 * 60)
    events = floor.run_until(local(10) + 28 * 60)
    lost = next(index for index, event in enumerate(events) if isinstance(event, SourceLost))
    report = events[lost + 1]
    assert isinstance(report, FloorSnapshot)
    assert report.blind_since == events[lost].at == local(10) + 25 * 60
    assert report.at - report.blind_since == 90
    assert len({member.seat for member in report.members}) == 48
    assert report.talking


def test_while_the_link_is_lost_a_command_is_refused() -> None:
    floor = floor_at(10, "outage")
    result = floor.command(SeatCommand(CommandKind.PAUSE, "SIM/1003"), local(10) + 25.5 * 60)
    assert not result.ok and result.message == "No link to the switch"


# -- commands --------------------------------------------------------------------------------------


def _served(events: list[FloorEvent], seat: str) -> Counter[str]:
    return Counter(event.queue for event in events if isinstance(event, CallRang) and event.seat == seat)


def test_a_moved_seat_takes_the_other_queues_calls_and_no_more_of_its_own() -> None:
    floor, seat = floor_at(9), "SIM/1012"
    before = _served(floor.run_until(local(11)), seat)
    assert before["complaint-line"] == 0 and before["hotline"] > 5
    added = floor.command(SeatCommand(CommandKind.ADD, seat, "complaint-line", penalty=0), local(11))
    skills = list(floor.by_name[seat].skills)
    for queue in skills:
        if queue != "complaint-line":
            assert floor.command(SeatCommand(CommandKind.REMOVE, seat, queue), local(11)).ok
    events = floor.run_until(local(16))
    assert added.ok
    assert [event.queue for event in events if isinstance(event, SeatLeft)] == skills[:-1]
    joined = next(
        event for event in events if isinstance(event, SeatJoined) and event.queue == "complaint-line"
    )
    assert (joined.seat, joined.at) == (seat, local(11))
    served = _served(events, seat)
    assert set(served) == {"complaint-line"} and served["complaint-line"] >= 3


def test_a_paused_seat_is_rung_for_nobody_until_it_is_back() -> None:
    floor, seat = floor_at(10), "SIM/1003"
    result = floor.command(SeatCommand(CommandKind.PAUSE, seat, reason="支援"), local(10.5))
    assert result.ok
    events = [event for event in floor.run_until(local(11.5)) if event.at >= local(10.5)]
    told = next(event for event in events if isinstance(event, SeatPaused) and event.seat == seat)
    assert (told.paused, told.reason, told.queue) == (True, "支援", "")
    assert not _served(events, seat)
    assert floor.command(SeatCommand(CommandKind.UNPAUSE, seat), local(11.5)).ok
    assert _served(floor.run_until(local(12.5)), seat)


def test_a_seat_paused_in_one_queue_serves_its_others() -> None:
    floor, seat = floor_at(9), "SIM/1026"  # repairs first, complaints and hotline besides
    assert floor.command(SeatCommand(CommandKind.PAUSE, seat, "repair-line", "支援"), local(9)).ok
    members = [member for member in floor.snapshot(local(9)).members if member.seat == seat]
    assert {member.queue for member in members if member.paused} >= {"repair-line"}
    served = _served(floor.run_until(local(15)), seat)
    assert served["repair-line"] == 0 and sum(served.values()) > 5
    assert floor.command(SeatCommand(CommandKind.UNPAUSE, seat, "repair-line"), local(15)).ok


def test_a_penalty_makes_a_seat_the_last_choice() -> None:
    usual, later = floor_at(10), floor_at(10)
    assert later.command(SeatCommand(CommandKind.PENALTY, "SIM/1003", "hotline", penalty=9), local(10)).ok
    events = later.run_until(local(12))
    assert any(isinstance(event, SeatPenalty) and event.penalty == 9 for event in events)
    assert _served(events, "SIM/1003")["hotline"] < _served(usual.run_until(local(12)), "SIM/1003")["hotline"]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (SeatCommand(CommandKind.PAUSE, "SIM/9"), "Interface not found"),
        (SeatCommand(CommandKind.ADD, "SIM/1003", "vip"), "No such queue"),
        (SeatCommand(CommandKind.ADD, "SIM/1003", "hotline"), "Unable to add interface: Already there"),
        (
            SeatCommand(CommandKind.REMOVE, "SIM/1003", "english-line"),
            "Unable to remove interface: Not there",
        ),
        (SeatCommand(CommandKind.PAUSE, "SIM/1003", "english-line"), "Interface not found"),
        (SeatCommand(CommandKind.UNPAUSE, "SIM/1003", "english-line"), "Interface not found"),
        (SeatCommand(CommandKind.PENALTY, "SIM/1003", "english-line", penalty=1), "Interface not found"),
    ],
)
def test_the_switch_refuses_in_its_own_words(command: SeatCommand, words: str) -> None:
    floor = floor_at(10)
    floor.run_until(local(10))
    result = floor.command(command, local(10))
    assert (result.ok, result.message) == (False, words)
    assert floor.take() == []


# -- sameness --------------------------------------------------------------------------------------


def test_the_same_seed_start_scenario_and_commands_give_the_same_events() -> None:
    def once(pieces: int) -> list[FloorEvent]:
        floor, events = floor_at(10), []
        for piece in range(pieces):
            events += floor.run_until(local(10) + 3600 * piece / pieces)
        floor.command(SeatCommand(CommandKind.ADD, "SIM/1003", "complaint-line"), local(11))
        return events + floor.run_until(local(12))

    assert once(1) == once(97)


def test_another_seed_gives_another_day() -> None:
    assert run("normal", 10, 0.5, seed=1) != run("normal", 10, 0.5, seed=2)


# -- an ordinary day -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def day() -> list[FloorEvent]:
    floor = SimFloor(SPEC, load_scenario("normal"), 7, local(0))
    return floor.run_until(local(24))


def test_a_days_numbers_are_those_of_a_healthy_floor(day: list[FloorEvent]) -> None:
    answered = [event for event in day if isinstance(event, CallAnswered)]
    left = Counter(event.outcome for event in day if isinstance(event, CallLeft))
    abandoned = left[Outcome.ABANDONED]
    assert 3500 < len(answered) < 6000
    assert 0.01 < abandoned / (abandoned + len(answered)) < 0.06
    in_20_s = sum(event.wait_s <= 20 for event in answered)
    assert 0.75 < in_20_s / len(answered) < 0.97
    assert left[Outcome.KEY_EXIT] > 0
    missed = Counter(event.result for event in day if isinstance(event, RingEnded))
    assert 5 < missed[RingResult.NO_ANSWER] < 100 and missed[RingResult.CANCELED] > 0


def test_callers_come_back_with_the_same_number(day: list[FloorEvent]) -> None:
    numbers = Counter(event.number for event in day if isinstance(event, CallJoined) and event.number)
    returning = sum(count - 1 for count in numbers.values())
    assert 0.1 < returning / sum(numbers.values()) < 0.4
    assert all(number.isdigit() and 10 <= len(number) <= 12 for number in numbers)


def test_every_kind_of_pause_happens_and_mostly_keeps_its_limit(day: list[FloorEvent]) -> None:
    since: dict[str, tuple[str, float]] = {}
    lasted: dict[str, list[float]] = {}
    for event in day:
        if isinstance(event, SeatPaused):
            if event.paused:
                since[event.seat] = (event.reason, event.at)
            elif event.seat in since:
                reason, start = since.pop(event.seat)
                lasted.setdefault(reason, []).append(event.at - start)
    expected = {"工间休息", "用餐", "会议", "培训", "辅导", "回拨", "示忙", "Auto-Pause", "现场支持"}
    assert expected <= set(lasted)
    over = [seconds for seconds in lasted["示忙"] if seconds > 900]
    assert len(lasted["示忙"]) > 0 and len(over) / len(lasted["示忙"]) < 0.06


def somebody_free(floor: SimFloor, at: float) -> bool:
    floor.run_until(at)
    return any(seat.mode is Mode.READY and seat.pause is None and seat.signed for seat in floor.seats)


@pytest.mark.parametrize(("hour", "least", "most"), [(3, 13, 16), (11, 40, 48), (15, 40, 48), (22, 13, 16)])
def test_the_floor_is_staffed_as_its_hour_asks(hour: int, least: int, most: int) -> None:
    floor = floor_at(hour)
    floor.run_until(local(hour))
    staffed = [seat for seat in floor.seats if seat.signed]
    assert least <= len(staffed) <= most
    assert any(somebody_free(floor, local(hour) + 60 * minute) for minute in range(30))


@pytest.mark.parametrize("day_of_month", range(17, 24))
def test_every_queue_has_people_on_every_day_of_the_week(day_of_month: int) -> None:
    floor = SimFloor(SPEC, load_scenario("normal"), 7, local(11, day_of_month))
    for queue in floor.queues.values():
        assert sum(seat.signed for seat in queue.members) >= 3


def test_the_first_report_of_a_floor_that_has_been_at_work_shows_its_calls() -> None:
    floor = floor_at(10.5)
    report = floor.run_until(local(10.5))[0]
    assert isinstance(report, FloorSnapshot)
    assert len(report.talking) > 10
    assert len(report.waiting) == waiting_now(floor)
    assert len({state.seat for state in report.talking}) == len(report.talking)
