"""The discipline rules as they are shipped: just before, at and just after."""

from math import nextafter

import pytest

from ccfloor.floor.events import Device, FloorSnapshot, MemberState, QueueState, SeatHeld, SourceLost
from tests.scenario.stage import SHIPPED, Script, Stage, book, local, play, spans

SEATS = ("S/1", "S/2", "S/3", "S/4", "S/5")


def at_work(start: str = "10:00") -> Script:
    script = Script(start)
    script.on(0, *SEATS, queues=("hot", "vip"))
    return script


# -- how long a seat may stay in a state -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "reason", "limit"),
    [("seat-busy", "busy", 900.0), ("seat-break", "break", 1200.0), ("seat-meal", "meal", 3600.0)],
)
def test_pauses_have_limits(rule: str, reason: str, limit: float) -> None:
    script = at_work()
    script.pause(100, reason, "S/1", "S/2", "S/3")
    script.pause(100 + limit - 1, "", "S/1")
    script.pause(100 + limit, "", "S/2")
    script.pause(100 + limit + 50, "", "S/3")
    assert spans(script, 5000, rule, "seat:S/1") == []
    assert spans(script, 5000, rule, "seat:S/2") == [(100 + limit, 100 + limit)]
    assert spans(script, 5000, rule, "seat:S/3") == [(100 + limit, 150 + limit)]


def test_busy_is_amber_three_minutes_before() -> None:
    script = at_work()
    script.pause(100, "busy", "S/1")
    stage = Stage(script, book(SHIPPED["seat-busy"]))
    stage.run(100 + 719)
    assert [item.near for item in stage.rules.standings(script.start + 819)] == [False]
    assert [item.near for item in stage.rules.standings(script.start + 820)] == [True]
    (standing,) = stage.rules.standings(script.start + 900)
    assert (standing.held_s, standing.due_at - script.start) == (800.0, 1000.0)


def test_another_reason_begins_anew() -> None:
    script = at_work()
    script.pause(0, "busy", "S/1")
    script.pause(800, "break", "S/1")
    script.pause(850, "busy", "S/1")
    assert spans(script, 1800, "seat-busy") == [(1750.0, 0.0)]


@pytest.mark.parametrize(("rung", "found"), [(29.9, []), (30.0, [30.0]), (31.0, [30.0])])
def test_ringing_has_a_limit(rung: float, found: list[float]) -> None:
    script = at_work()
    script.device(100, "S/1", Device.RINGING)
    script.device(100 + rung, "S/1", Device.IDLE)
    assert [at - 100 for at, _ in spans(script, 500, "seat-ringing")] == found


@pytest.mark.parametrize(("held", "found"), [(299.0, []), (300.0, [400.0]), (301.0, [400.0])])
def test_hold_has_a_limit(held: float, found: list[float]) -> None:
    script = at_work()
    call = script.join(50)
    script.answer(60, call, "S/1")
    script.tell(SeatHeld(at=script.start + 100, seat="S/1", held=True))
    script.tell(SeatHeld(at=script.start + 100 + held, seat="S/1", held=False))
    assert [at for at, _ in spans(script, 900, "seat-hold")] == found


def test_two_ringings_missed_in_a_row() -> None:
    script = at_work()
    first, second, third = script.join(0), script.join(1), script.join(2)
    script.miss(20, first, "S/1")
    script.answer(30, first, "S/1")
    script.end(60, first, "S/1")
    script.miss(80, second, "S/1")
    assert spans(script, 500, "seat-rona") == []
    script.miss(100, third, "S/1")
    script.answer(130, third, "S/1")
    assert spans(script, 500, "seat-rona", "seat:S/1") == [(100.0, 130.0)]


def test_signing_off_forgets_the_missed_ringings() -> None:
    script = at_work()
    first = script.join(0)
    script.miss(20, first, "S/1")
    script.off(30, "S/1", queues=("hot", "vip"))
    script.on(40, "S/1")
    script.miss(60, first, "S/1")
    assert spans(script, 500, "seat-rona") == []


# -- coming and going --------------------------------------------------------------------------------------


def test_a_login_after_a_quarter_to_nine_is_late() -> None:
    script = Script("08:40")
    script.on(299, "S/1")
    script.on(300, "S/2")
    script.on(301, "S/3")
    assert spans(script, 3000, "late-login") == [(301.0, 1201.0)]
    (fired, _) = play(script, 3000, SHIPPED["late-login"])
    assert (fired.subject, fired.value) == ("seat:S/3", 1.0)


def test_a_second_login_is_not_late_and_nobody_comes_is_not_late() -> None:
    script = Script("08:40")
    script.on(0, "S/1")
    script.off(1000, "S/1")
    script.on(2000, "S/1")
    assert spans(script, 40_000, "late-login") == []


@pytest.mark.parametrize(("out", "found"), [(-1.0, [0.0]), (0.0, []), (1.0, [])])
def test_a_logout_before_half_past_five_is_early(out: float, found: list[float]) -> None:
    script = Script("17:00")
    script.on(-10 * 3600, "S/1")
    script.off(1800 + out, "S/1")
    assert [at - 1800 for at, _ in spans(script, 4000, "early-logout")] == found


def test_who_comes_back_before_the_end_did_not_leave_early() -> None:
    script = Script("16:00")
    script.on(-9 * 3600, "S/1")
    script.off(600, "S/1")
    script.on(1200, "S/1")
    assert spans(script, 9000, "early-logout") == []


def test_offline_on_duty_counts_neither_lunch_nor_who_never_came() -> None:
    script = Script("08:00")
    script.on(0, "S/1")
    script.off(3 * 3600, "S/1")
    script.on(3 * 3600 + 179, "S/1")
    script.off(4 * 3600 - 100, "S/1")
    assert spans(script, 7 * 3600, "off-duty") == [(5.5 * 3600 + 180, 0.0)]


def test_who_is_not_there_a_quarter_of_an_hour_after_the_shift_began() -> None:
    script = Script("08:40")
    script.on(300 + 899, "S/1")
    script.on(300 + 900, "S/2")
    script.on(300 + 950, "S/3")
    script.on(100, "S/4", "S/5", "S/6", "S/7", "S/8")
    assert spans(script, 4000, "not-logged-in", "seat:S/1") == []
    assert spans(script, 4000, "not-logged-in", "seat:S/2") == []  # there at the very instant
    assert spans(script, 4000, "not-logged-in", "seat:S/3") == [(1200.0, 1250.0)]


# -- together ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("long", "found"), [(29.0, []), (30.0, [130.0]), (31.0, [130.0])])
def test_more_than_three_of_a_team_on_a_break(long: float, found: list[float]) -> None:
    script = at_work()
    script.pause(50, "break", "S/1", "S/2", "S/3")
    script.pause(100, "break", "S/4")
    script.pause(100 + long, "", "S/1")
    assert [at for at, _ in spans(script, 500, "team-breaks", "team:A")] == found


def test_a_break_around_the_shift_change() -> None:
    script = Script("08:00")
    script.on(0, "S/1", "S/2")
    script.pause(1500, "break", "S/1")
    script.pause(3600, "break", "S/2")
    found = spans(script, 5000, "break-at-shift-change")
    assert found == [(1860.0, 3600.0)]  # 8:30 to 9:00 counts, a minute of it is forgiven


# -- queues --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("free", "found"), [(999.0, []), (1000.0, [1000.0]), (1001.0, [1000.0])])
def test_nobody_free_for_a_quarter_of_an_hour(free: float, found: list[float]) -> None:
    script = Script()
    script.on(0, "S/1")
    script.pause(100, "meeting", "S/1")
    script.pause(free, "", "S/1")
    assert [at for at, _ in spans(script, 3000, "queue-nobody-free", "queue:hot")] == found


def test_a_closed_queue_needs_nobody() -> None:
    script = Script("08:30")
    script.on(0, "S/1")
    assert spans(script, 3000, "queue-unserved", "queue:vip") == [(1860.0, 0.0)]  # it opens at nine
    assert spans(script, 3000, "queue-unserved", "queue:hot") == []


def test_two_queues_wait_beyond_their_limit_each_for_itself() -> None:
    script = at_work()
    call, other = script.join(0), script.join(30, "vip")
    script.answer(120, call, "S/1")
    script.answer(151, other, "S/2", queue="vip")
    assert spans(script, 900, "queue-longest-wait", "queue:hot") == []
    assert spans(script, 900, "queue-longest-wait", "queue:vip") == [(150.0, 331.0)]


def test_the_worst_wait_is_told_with_the_alarm() -> None:
    script = at_work()
    call = script.join(0)
    script.answer(200, call, "S/1")
    fired, cleared = play(script, 900, SHIPPED["queue-longest-wait"])
    assert (round(fired.value, 3), cleared.worst) == (0.0, 80.0)
    assert fired.fired_at == nextafter(script.start + 120, float("inf"))


def served(script: Script, quick: int, slow: int) -> None:
    """So many callers are answered at once, then so many after 40 seconds, one every ten seconds."""
    for number in range(quick + slow):
        at = 10.0 * number
        call = script.join(at)
        took = at + (5.0 if number < quick else 40.0)
        script.answer(took, call, SEATS[number % 5])
        script.end(took + 1, call, SEATS[number % 5])


def test_service_level_falls_when_the_ninth_caller_is_late() -> None:
    script = at_work()
    served(script, 12, 9)  # 12 of 21 is the first share below 60 %
    late = 10.0 * 20 + 20
    assert spans(script, late + 119, "queue-service-15", "queue:hot") == []
    found = spans(script, 3000, "queue-service-15", "queue:hot")
    assert found[0][0] == late + 120
    assert found[0][1] > 900  # it clears as the window lets go of the late ones


def test_eight_late_callers_of_twenty_are_no_alarm() -> None:
    script = at_work()
    served(script, 12, 8)
    assert spans(script, 500, "queue-service-15") == []


def test_fewer_calls_than_asked_for_give_no_verdict() -> None:
    script = at_work()
    served(script, 0, 14)
    assert spans(script, 3000, "queue-service-15") == []
    more = at_work()
    served(more, 0, 15)
    assert spans(more, 700, "queue-service-15", "queue:hot") == [(280.0, 0.0)]


def test_service_level_of_half_an_hour_needs_thirty_calls() -> None:
    script = at_work()
    served(script, 22, 7)
    assert spans(script, 1700, "queue-service-30", "queue:hot") == []
    more = at_work()
    served(more, 22, 8)
    assert spans(more, 1700, "queue-service-30", "queue:hot") == [(10.0 * 29 + 20 + 300, 0.0)]


def test_an_hour_of_hardly_any_free_seat() -> None:
    script = Script()
    script.on(0, "S/1")
    call = script.join(300)
    script.answer(305, call, "S/1")
    found = spans(script, 8000, "floor-occupancy")
    assert found == [(3600.0, 0.0)]  # 305 of 3600 s free: 91.5 %, known when the hour is full
    script.end(3700, call, "S/1")
    ((fired, cleared),) = spans(script, 8000, "floor-occupancy")
    assert (fired, cleared % 10) == (3600.0, 0.0)


# -- out of sight --------------------------------------------------------------------------------------------


def test_time_out_of_sight_is_not_counted_as_held() -> None:
    script = at_work()
    script.pause(100, "busy", "S/1")
    script.tell(SourceLost(at=script.start + 400))
    members = tuple(
        MemberState(
            seat=seat,
            queue="hot",
            paused=seat == "S/1",
            reason="busy" if seat == "S/1" else "",
            device=Device.IDLE,
        )
        for seat in SEATS
    )
    back = FloorSnapshot(
        at=script.start + 600, queues=(QueueState("hot"),), members=members, blind_since=script.start + 400
    )
    script.tell(back)
    (alarm,) = play(script, 3000, SHIPPED["seat-busy"])
    assert (alarm.fired_at - script.start, alarm.blind_s) == (1200.0, 200.0)


def test_nothing_fires_in_a_gap_that_only_the_next_report_tells_of() -> None:
    script = at_work()
    script.waiting(0, 8)
    gap = FloorSnapshot(at=script.start + 5000, queues=(QueueState("hot"),), blind_since=script.start + 200)
    script.tell(gap)
    assert spans(script, 9000, "peak-watch") == []


def test_nobody_is_late_who_may_have_come_unseen() -> None:
    script = Script("08:30")
    script.on(0, "S/1")
    script.tell(SourceLost(at=script.start + 600))
    members = (MemberState(seat="S/2", queue="hot", device=Device.IDLE),)
    back = FloorSnapshot(at=local("08:50"), members=members, blind_since=script.start + 600)
    script.tell(back)
    assert spans(script, 3000, "late-login") == []


def test_a_cut_does_not_bring_who_is_missing() -> None:
    script = Script("08:40")
    script.on(0, "S/1")
    script.tell(SourceLost(at=local("09:10")))
    here = tuple(
        MemberState(queue="hot", seat=seat, device=Device.IDLE, paused=False) for seat in ("S/1", "S/2")
    )
    script.tell(
        FloorSnapshot(
            at=local("09:12"), queues=(QueueState("hot"),), members=here, blind_since=local("09:10")
        )
    )
    script.on(2400, "S/3")
    missing = {seat: spans(script, 4000, "not-logged-in", f"seat:{seat}") for seat in ("S/1", "S/2", "S/3")}
    assert missing == {"S/1": [], "S/2": [(1200.0, 1920.0)], "S/3": [(1200.0, 2400.0)]}
    late = {alarm.subject: alarm.value for alarm in play(script, 4000, SHIPPED["late-login"])}
    assert late == {"seat:S/2": 1500.0, "seat:S/3": 2100.0}  # S/2 came unseen: as late as was seen
