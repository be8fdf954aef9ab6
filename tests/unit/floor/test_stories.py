"""Stories of a floor, told event by event: after each step the floor shows what a lead would see."""

import pytest

from ccfloor.floor.events import (
    CallEnded,
    CallRefused,
    Device,
    EndedBy,
    FloorSnapshot,
    MemberState,
    Outcome,
    QueueState,
    RingEnded,
    RingResult,
    SeatHeld,
    SeatLeft,
    SeatPaused,
    SourceLost,
    TalkState,
    WaitingState,
    WrapUpEnded,
)
from ccfloor.floor.state import Floor
from tests.unit.floor.stories import (
    CONFIG,
    T0,
    answer,
    dequeue,
    end,
    join,
    leave,
    member,
    phone,
    play,
    queue,
    ring,
    seat,
    totals,
)


def test_a_served_call_from_join_to_ready_again() -> None:
    floor = play(Floor(CONFIG), member(0, "P/1", agent="王芳"), phone(0, "P/1", Device.IDLE))
    assert seat(floor, 1, "P/1").status == "ready"

    play(floor, join(10, "c1", number="13812342071"), start=10)
    assert queue(floor, 12).waiting == 1
    assert queue(floor, 12).longest_wait_s == 2.0

    play(floor, ring(13, "c1", "P/1"), phone(13, "P/1", Device.RINGING), start=20)
    assert (seat(floor, 14, "P/1").status, seat(floor, 14, "P/1").caller) == ("ringing", "138****2071")
    assert queue(floor, 14).waiting == 1, "a caller being rung is still waiting"

    play(floor, dequeue(15, "c1"), answer(15, "c1", "P/1"), phone(15, "P/1", Device.IN_USE), start=30)
    assert queue(floor, 16).waiting == 0
    view = seat(floor, 16, "P/1")
    assert (view.status, view.queue, view.since) == ("on_call", "hot", T0 + 15)

    play(floor, SeatHeld(at=T0 + 30, seat="P/1", held=True), start=40)
    assert seat(floor, 31, "P/1").status == "on_hold"
    play(floor, SeatHeld(at=T0 + 40, seat="P/1", held=False), start=41)
    assert seat(floor, 41, "P/1").status == "on_call"

    play(floor, end(75, "c1", "P/1", talk=60), phone(75, "P/1", Device.IDLE), start=50)
    assert seat(floor, 80, "P/1").status == "wrap_up"
    assert seat(floor, 86, "P/1").status == "ready", "the queue's wrap-up time is over without any event"
    assert seat(floor, 86, "P/1").since == T0 + 85

    play(floor, join(90, "c2"), start=60)
    row = floor.take().calls[(1, 10)]
    assert (row.wait_ms, row.ring_ms, row.talk_ms, row.hold_ms, row.acw_ms) == (
        5000,
        2000,
        50_000,
        10_000,
        10_000,
    )
    assert row.final and row.agent == "王芳"
    day = seat(floor, 90, "P/1").day
    assert (day.handled, day.talk_s, day.hold_s, day.acw_s) == (1, 50.0, 10.0, 10.0)


def test_one_second_before_at_and_after_the_threshold() -> None:
    floor = play(Floor(CONFIG), join(0, "c1"))
    for at, over in ((19, 0), (20, 0), (20.5, 1), (300, 1)):
        window = queue(floor, at).last_15
        assert window.over_t == over, at
        assert window.service_level == (0.0 if over else None), at


def test_each_way_out_is_counted_apart() -> None:
    floor = Floor(CONFIG)
    exits = (
        Outcome.ABANDONED,
        Outcome.TIMED_OUT,
        Outcome.KEY_EXIT,
        Outcome.WITHDRAWN,
        Outcome.LEFT_EMPTY,
    )
    for number, outcome in enumerate(exits):
        play(
            floor,
            join(number, f"c{number}"),
            leave(number + 8, f"c{number}", outcome=outcome),
            start=10 * number + 1,
        )
    play(floor, CallRefused(at=T0 + 60, call="r1", queue="hot", outcome=Outcome.REFUSED_FULL), start=100)
    play(floor, CallRefused(at=T0 + 60, call="r2", queue="hot", outcome=Outcome.REFUSED_EMPTY), start=101)
    today = queue(floor, 61).today
    assert (today.offered, today.answered, today.abandoned) == (5, 0, 1)
    assert (today.timed_out, today.key_exit, today.withdrawn, today.left_empty) == (1, 1, 1, 1)
    assert (today.refused_full, today.refused_empty) == (1, 1)
    assert today.abandon_rate == 1.0
    assert today.connect_rate == 0.0


def test_short_abandons_end_just_below_five_seconds() -> None:
    floor = Floor(CONFIG)
    for number, wait in enumerate((4.0, 4.999, 5.0, 6.0)):
        play(floor, join(0, f"c{number}"), leave(wait, f"c{number}"), start=10 * number + 1)
    assert (queue(floor, 10).today.abandoned, queue(floor, 10).today.short_abandoned) == (4, 2)


def test_a_missed_ringing_goes_to_the_seat_and_the_next_one_answers() -> None:
    floor = play(Floor(CONFIG), member(0, "P/1", agent="A"), member(0, "P/2", agent="B"))
    missed = RingEnded(at=T0 + 20, call="c", queue="hot", seat="P/1", result=RingResult.NO_ANSWER, ring_s=15)
    play(floor, join(1, "c"), ring(5, "c", "P/1"), phone(5, "P/1", Device.RINGING), missed, start=10)
    play(floor, phone(20, "P/1", Device.IDLE), ring(22, "c", "P/2"), answer(25, "c", "P/2"), start=20)
    assert seat(floor, 26, "P/1").day.rona == 1
    assert seat(floor, 26, "P/2").status == "on_call"
    ledger = floor.take()
    assert [leg.result for leg in ledger.legs.values()] == ["no_answer", "answered"]
    assert totals(ledger)["rona"] == 1


def test_an_auto_pause_shows_as_such_and_free_text_maps_to_a_reason() -> None:
    floor = play(Floor(CONFIG), member(0, "P/1"))
    for text, reason in (("Auto-Pause", "auto_pause"), ("meal", "meal"), ("whatever", "other")):
        play(floor, SeatPaused(at=T0 + 5, seat="P/1", queue="hot", paused=True, reason=text), start=5)
        view = seat(floor, 6, "P/1")
        assert (view.status, view.reason, view.reason_text) == ("paused", reason, text)


def test_a_pause_in_one_of_two_queues_leaves_the_seat_ready() -> None:
    floor = play(Floor(CONFIG), member(0, "P/1"), member(0, "P/1", "vip"))
    play(floor, SeatPaused(at=T0 + 5, seat="P/1", queue="hot", paused=True, reason="break"), start=5)
    assert seat(floor, 6, "P/1").status == "ready"
    play(floor, SeatPaused(at=T0 + 7, seat="P/1", queue="vip", paused=True, reason="break"), start=6)
    assert seat(floor, 8, "P/1").status == "paused"
    assert floor.view(T0 + 8).floor.seats.paused == 1, "a seat of two queues counts once on the floor"


def test_a_pause_during_a_call_shows_after_the_call() -> None:
    floor = play(Floor(CONFIG), member(0, "P/1"), join(1, "c"), answer(2, "c", "P/1"))
    play(floor, SeatPaused(at=T0 + 5, seat="P/1", queue="", paused=True, reason="break"), start=5)
    view = seat(floor, 6, "P/1")
    assert (view.status, view.paused, view.paused_since) == ("on_call", True, T0 + 5)
    play(floor, end(20, "c", "P/1", talk=18), start=6)
    view = seat(floor, 21, "P/1")
    assert (view.status, view.reason, view.since) == ("paused", "break", T0 + 20)


def test_outbound_work_and_a_telephone_that_is_gone() -> None:
    floor = play(Floor(CONFIG), member(0, "P/1"), phone(1, "P/1", Device.IN_USE))
    assert seat(floor, 2, "P/1").status == "other_call"
    play(floor, SeatPaused(at=T0 + 3, seat="P/1", queue="", paused=True, reason="callback"), start=9)
    assert (seat(floor, 4, "P/1").status, seat(floor, 4, "P/1").reason) == ("paused", "callback")
    play(floor, phone(5, "P/1", Device.UNAVAILABLE), start=10)
    assert seat(floor, 6, "P/1").status == "offline"
    play(floor, SeatLeft(at=T0 + 7, seat="P/1", queue="hot"), phone(8, "P/1", Device.IDLE), start=11)
    assert seat(floor, 9, "P/1").status == "offline", "a member of no queue is not on the floor"


def test_wrap_up_ends_early_by_the_agent_or_the_next_call() -> None:
    floor = play(Floor(CONFIG), member(0, "P/1"), join(0, "a"), answer(1, "a", "P/1"), end(11, "a", "P/1"))
    play(floor, WrapUpEnded(at=T0 + 14, seat="P/1"), start=9)
    assert seat(floor, 15, "P/1").status == "ready"
    play(floor, join(20, "b"), answer(21, "b", "P/1"), end(31, "b", "P/1"), start=20)
    play(floor, join(32, "c"), answer(33, "c", "P/1"), start=30)
    rows = floor.take().calls
    assert [rows[key].acw_ms for key in ((1, 2), (1, 20))] == [3000, 2000]


def test_a_transfer_is_an_answer_and_a_new_visit_elsewhere() -> None:
    floor = play(Floor(CONFIG), member(0, "P/1"), join(0, "c"), answer(3, "c", "P/1"))
    play(floor, end(30, "c", "P/1", by=EndedBy.BLIND_TRANSFER), join(30, "c", "vip"), start=10)
    view = floor.view(T0 + 31)
    assert view.floor.today.transferred_out == 1
    assert {q.queue: q.waiting for q in view.queues} == {"hot": 0, "vip": 1}


def test_the_same_caller_twice_in_the_same_queue_is_two_visits() -> None:
    floor = play(Floor(CONFIG), join(0, "c"), leave(5, "c", outcome=Outcome.KEY_EXIT), join(60, "c"))
    assert queue(floor, 61).waiting == 1
    play(floor, leave(70, "c"), start=9)
    today = queue(floor, 71).today
    assert (today.offered, today.key_exit, today.abandoned) == (2, 1, 1)


def test_an_exit_corrected_later_is_counted_once_in_every_window() -> None:
    floor = play(Floor(CONFIG), join(0, "c"), leave(30, "c"))
    assert queue(floor, 31).last_15.abandoned == 1
    first = totals(floor.take())
    play(floor, leave(30.1, "c", outcome=Outcome.TIMED_OUT), start=9)
    view = queue(floor, 32)
    for window in (view.last_15, view.last_30, view.today, view.interval):
        assert (window.abandoned, window.timed_out, window.offered) == (0, 1, 1)
    both = totals(floor.take(), first)
    assert (both["abandoned"], both["timed_out"], both["offered"], both["wait_abandoned_ms"]) == (0, 1, 1, 0)


def test_the_local_member_whose_call_runs_on_is_free_when_its_telephone_is() -> None:
    floor = play(Floor(CONFIG), member(0, "L/1"), join(0, "c"), answer(2, "c", "L/1"))
    play(floor, phone(2, "L/1", Device.IN_USE), phone(8, "L/1", Device.IDLE), start=10)
    assert seat(floor, 9, "L/1").status == "wrap_up"
    assert seat(floor, 30, "L/1").status == "ready"
    play(floor, end(43, "c", "L/1", talk=41), start=20)
    row = floor.take().calls[(1, 2)]
    assert (row.talk_ms, row.acw_ms, row.final) == (6000, 10_000, True)


def test_a_lost_link_and_what_the_switch_says_afterwards() -> None:
    floor = play(Floor(CONFIG), member(0, "P/1", agent="A"), member(0, "P/2", agent="B"))
    play(floor, join(1, "gone"), join(2, "stays"), join(3, "talks"), answer(4, "talks", "P/1"), start=10)
    play(floor, join(5, "ends"), answer(6, "ends", "P/2"), SourceLost(at=T0 + 20, why="reset"), start=20)
    assert floor.view(T0 + 25).blind_since == T0 + 20
    report = FloorSnapshot(
        at=T0 + 60,
        queues=(QueueState("hot"), QueueState("vip")),
        waiting=(WaitingState("stays", "hot", 1, 58.0), WaitingState("new", "vip", 1, 10.0)),
        talking=(TalkState("talks", "hot", "P/1"),),
        members=(
            MemberState("P/1", "hot", "A", device=Device.IN_USE),
            MemberState("P/2", "hot", "B", paused=True, reason="break", device=Device.IDLE),
        ),
        blind_since=T0 + 20,
    )
    play(floor, report, start=30)
    view = floor.view(T0 + 61)
    assert view.blind_since is None
    assert {caller.call for caller in view.callers} == {"stays", "new"}
    assert [(v.seat, v.status) for v in view.seats] == [("P/1", "on_call"), ("P/2", "paused")]
    rows = {row.call: row for row in floor.take().calls.values()}
    assert (rows["gone"].outcome, rows["gone"].repaired, rows["gone"].left_at) == (
        Outcome.LOST,
        True,
        T0 + 20,
    )
    assert (rows["ends"].repaired, rows["ends"].ended_at) == (True, T0 + 20)
    assert rows["new"].entered_at == T0 + 50


def test_an_answer_out_of_sight_is_put_right_by_the_words_at_its_end() -> None:
    floor = play(Floor(CONFIG), member(0, "P/1", agent="A"), join(1, "c"), SourceLost(at=T0 + 5, why="reset"))
    report = FloorSnapshot(at=T0 + 60, talking=(TalkState("c", "hot", "P/1"),), blind_since=T0 + 5)
    play(floor, report, start=10)
    last = CallEnded(at=T0 + 90, call="c", queue="hot", seat="P/1", talk_s=70.0, wait_s=19.0)
    play(floor, last, start=20)
    (row,) = floor.take().calls.values()
    assert (row.entered_at, row.answered_at, row.left_at) == (T0 + 1, T0 + 20, T0 + 20)
    assert (row.wait_ms, row.talk_ms, row.repaired) == (19_000, 70_000, True)


def test_a_restarted_switch_ends_every_conversation() -> None:
    floor = play(Floor(CONFIG), member(0, "P/1"), join(1, "c"), answer(4, "c", "P/1"), SourceLost(at=T0 + 9))
    report = FloorSnapshot(
        at=T0 + 20,
        talking=(TalkState("c", "hot", "P/1"),),
        members=(MemberState("P/1", "hot", device=Device.IDLE),),
        blind_since=T0 + 9,
        restarted=True,
    )
    play(floor, report, start=30)
    assert floor.take().calls[(1, 2)].ended_at == T0 + 9


def test_events_that_cannot_be_are_repaired_and_counted() -> None:
    floor = play(
        Floor(CONFIG), answer(5, "x", "P/1", wait=5), end(3, "y", "P/9", talk=2), leave(9, "x"), join(9, "z")
    )
    play(floor, join(10, "z"), answer(11, "z", "P/1"), start=20)
    assert floor.repairs["call_without_join"] == 2
    assert floor.repairs["left_after_answer"] == 1
    assert floor.repairs["repeated_join"] == 1
    assert floor.repairs["seat_in_two_calls"] == 1
    assert queue(floor, 12).waiting == 0


def test_the_day_turns_and_today_begins_anew() -> None:
    floor = play(Floor(CONFIG), join(0, "a"), leave(30, "a"))
    midnight = 14 * 3600  # ten in the morning is fourteen hours before it
    play(floor, join(midnight - 5, "b"), start=10)
    assert queue(floor, midnight - 1).today.offered == 2
    after = queue(floor, midnight + 60)
    assert (after.today.offered, after.waiting) == (0, 1)
    play(floor, leave(midnight + 70, "b"), start=20)
    assert queue(floor, midnight + 71).today.abandoned == 1


def test_occupancy_is_exact_over_the_window() -> None:
    floor = play(Floor(CONFIG), member(0, "P/1", "vip"))
    play(floor, join(0, "c", "vip"), answer(100, "c", "P/1", "vip"), end(400, "c", "P/1", "vip"), start=5)
    view = queue(floor, 1000, "vip")
    assert view.last_15.occupancy == pytest.approx(300 / 900)
    assert view.last_30.occupancy == pytest.approx(300 / 1000)


def test_a_floor_kept_without_windows_shows_occupancy_when_it_goes_on_live() -> None:
    past = play(Floor(CONFIG, live=False), member(0, "P/1", "vip"), join(0, "c", "vip"))
    play(past, answer(100, "c", "P/1", "vip"), start=5)
    past.take()
    floor = Floor.load(CONFIG, past.dump())
    play(floor, end(400, "c", "P/1", "vip"), start=9)
    assert queue(floor, 700, "vip").last_15.occupancy == pytest.approx(300 / 600)
    assert floor.view(T0 + 700).floor.last_15.occupancy == pytest.approx(300 / 600)


def test_the_ledger_tells_the_repairs_since_it_was_taken() -> None:
    floor = play(Floor(CONFIG), answer(10, "a", "P/1"))
    assert floor.take().repairs == {"call_without_join": 1}
    play(floor, join(20, "b"), join(21, "b"), start=5)
    assert floor.take().repairs == {"repeated_join": 1}
    assert floor.take().repairs == {}
    assert floor.repairs == {"call_without_join": 1, "repeated_join": 1}


def test_who_waited_before_the_report_is_over_t_in_time() -> None:
    waiting = (WaitingState("b", "hot", 1, 5.0),)
    floor = play(Floor(CONFIG), join(0, "a"), FloorSnapshot(at=T0 + 1, waiting=waiting))
    threshold = CONFIG.target("hot", T0).threshold_s
    assert queue(floor, threshold - 4).today.over_t == 0
    assert queue(floor, threshold - 3.5).today.over_t == 1


def test_a_guessed_arrival_gives_way_and_t_is_counted_from_the_true_one() -> None:
    waiting = (WaitingState("a", "hot", 1, 10.0),)
    floor = play(Floor(CONFIG), FloorSnapshot(at=T0, waiting=waiting))
    play(floor, join(0, "a"), log=True, source=2)
    threshold = CONFIG.target("hot", T0).threshold_s
    assert queue(floor, threshold - 0.5).today.over_t == 0
    view = queue(floor, threshold + 0.5)
    assert (view.today.over_t, view.oldest_at) == (1, T0)


def test_the_quiet_queue_stays_on_the_list_with_dashes() -> None:
    view = queue(Floor(CONFIG), 0, "vip")
    assert (view.waiting, view.today.service_level, view.today.asa_s, view.expected_wait_s) == (
        0,
        None,
        None,
        None,
    )


def test_a_seat_taken_over_begins_the_next_persons_day() -> None:
    floor = play(Floor(CONFIG), member(0, "P/1", "vip", agent="早班"))
    play(floor, join(0, "a", "vip"), answer(0, "a", "P/1", "vip"), end(300, "a", "P/1", "vip"), start=5)
    play(floor, member(400, "P/1", "vip", agent="晚班"), start=20)
    play(floor, join(450, "b", "vip"), answer(500, "b", "P/1", "vip"), end(600, "b", "P/1", "vip"), start=30)
    view = seat(floor, 601, "P/1")
    assert (view.agent, view.day.handled, view.day.talk_s) == ("晚班", 1, 100.0)
    today = floor.view(T0 + 601).floor.today
    assert (today.handled, today.occupancy) == (2, pytest.approx(400 / 600))
    assert [span.agent for span in floor.take().spans] == ["早班", "早班", "晚班", "晚班"]


def test_the_curve_of_waiting_stays_short_and_loses_no_peak() -> None:
    floor = Floor(CONFIG)
    for second in range(600):
        play(floor, join(second, f"a{second}"), join(second + 0.1, f"b{second}"), start=10 * second + 1)
        play(floor, leave(second + 0.2, f"a{second}"), start=10 * second + 5)
        if second == 300:
            play(floor, *(leave(300.5, f"b{number}") for number in range(301)), start=100_000)
    curve = floor.view(T0 + 600).waiting_curve
    assert len(curve) <= 3 * 21
    assert list(curve) == sorted(curve, key=lambda point: point[0])
    assert (T0 + 300.5, 0) in curve and (T0 + 300.1, 302) in curve
    assert curve[-1] == (T0 + 599.2, 299)
