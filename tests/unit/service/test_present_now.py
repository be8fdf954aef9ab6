"""A live view becomes what staffing is told: blind floors, rates, handling, callers, what is shown of it."""

import pytest
from msgspec.structs import replace

from ccfloor.acd.base import Health, LinkState
from ccfloor.service.staffing import basis
from ccfloor.service.staffing.coming import Around
from ccfloor.service.staffing.present_learned import Learned, QueuePast
from ccfloor.service.staffing.present_now import From, Left, Present, Why, lost, present_now
from ccfloor.service.staffing.seats_now import Options
from ccfloor.staffing.present import FloorNow, QueueNow
from ccfloor.store.staffing_facts import Sums
from ccfloor.store.viewer import Forbidden, Viewer
from tests.unit.service.present_floor import NINE, caller, config, past, paused, seat, view

HOUR = 3600.0
CONFIG, PAST = config(), past()


def told(found: Present) -> FloorNow:
    assert found.floor is not None, found.why
    return found.floor


def hot(found: Present) -> QueueNow:
    return next(queue for queue in told(found).queues if queue.queue == "hot")


# -- nobody sees the floor ------------------------------------------------------------------------------


def test_a_floor_out_of_sight_is_none_and_says_why():
    floor = view(seat())
    assert present_now(None, CONFIG, PAST, NINE) == (None, Why.NO_VIEW, {}, {})
    assert present_now(replace(floor, blind_since=NINE - 5), CONFIG, PAST, NINE).why is Why.BLIND
    assert present_now(floor, CONFIG, PAST, NINE + 120).why is Why.STALE
    assert present_now(floor, CONFIG, None, NINE).why is Why.NO_PAST
    assert present_now(view(seat(), queues=()), CONFIG, PAST, NINE).why is Why.NO_QUEUES


def test_what_a_lost_source_alone_told_of_is_left_out_and_the_rest_stays():
    reports = [Health("b", LinkState.DOWN, queues=("vip",), seats=("P/2",)), Health("a", LinkState.UP)]
    found = present_now(view(seat("P/1"), seat("P/2")), CONFIG, PAST, NINE, options=lost(Options(), reports))
    assert [queue.queue for queue in told(found).queues] == ["hot"]
    assert [one.seat for one in told(found).seats] == ["P/1"]
    assert found.left_out == {"vip": Left.LOST}


# -- how many call --------------------------------------------------------------------------------------


def test_a_usual_half_hour_is_the_weeks_rate():
    found = present_now(view(seat(), last_30=30), CONFIG, PAST, NINE)
    assert hot(found).rate[0] == pytest.approx(60 / HOUR, rel=0.01)
    assert found.measures["hot"].rate.source is From.WEEK


def test_a_busy_half_hour_raises_the_whole_course_but_not_by_all_of_it():
    rates = hot(present_now(view(seat(), last_30=60), CONFIG, PAST, NINE)).rate
    assert 1.3 * 60 < rates[0] * HOUR < 1.9 * 60
    assert rates[0] == pytest.approx(rates[-1])


def test_a_quiet_half_hour_never_promises_that_nobody_calls():
    found = present_now(view(seat(), last_30=0), CONFIG, PAST, NINE)
    assert min(hot(found).rate) > 0 and hot(found).level_cv > 0.1


def test_time_that_nobody_saw_is_no_time_without_calls():
    half_blind = Around(gaps=((NINE - 1800, NINE - 300),))
    blind = present_now(view(seat(), last_30=5), CONFIG, PAST, NINE, around=half_blind)
    seen = present_now(view(seat(), last_30=5), CONFIG, PAST, NINE)
    assert hot(blind).rate[0] * HOUR == pytest.approx(60, rel=0.05)
    assert hot(seen).rate[0] < 0.7 * hot(blind).rate[0]
    assert hot(blind).level_cv > 0.15


def test_the_course_follows_the_sites_clock_into_the_evening():
    rates = hot(present_now(view(seat(), last_30=30, at=NINE + 8 * HOUR), CONFIG, PAST, NINE + 8 * HOUR)).rate
    assert rates[3] * HOUR == pytest.approx(60, rel=0.1) and rates[4] * HOUR < 1


def test_without_a_past_the_last_half_hour_tells_and_without_both_the_queue_is_left_out():
    new = Learned(at=NINE)
    lately = present_now(view(seat(), last_30=20), CONFIG, new, NINE)
    assert hot(lately).rate[0] == pytest.approx(20.5 / 1800)
    assert lately.measures["hot"].rate.source is From.LATELY
    assert lately.measures["hot"].aht_s.source is From.GUESS
    nothing = present_now(view(seat()), CONFIG, new, NINE, around=Around(gaps=((NINE - 1800, NINE),)))
    assert nothing.floor is None and nothing.left_out == {"hot": Left.NO_RATE, "vip": Left.NO_RATE}


def test_a_forecast_goes_before_the_week_and_where_it_has_nothing_the_week_stays():
    asked = []

    def forecast(queue: str, at: float, step_s: float, n: int) -> tuple[tuple[float, ...], float]:
        asked.append((queue, at, step_s, n))
        return ((0.1,) * n, 0.07) if queue == "hot" else ((), 0.0)

    found = present_now(view(seat(), last_30=180), CONFIG, PAST, NINE, forecast)
    assert hot(found).rate == pytest.approx((0.1,) * 12, rel=0.02) and 0.02 < hot(found).level_cv < 0.1
    assert ("hot", NINE, 900.0, 12) in asked and ("vip", NINE, 900.0, 12) in asked
    assert [found.measures[name].rate.source for name in ("hot", "vip")] == [From.FORECAST, From.WEEK]


# -- handling and waiting -------------------------------------------------------------------------------


def test_todays_calls_shift_the_handle_time_and_patience_as_far_as_they_are_many():
    busy = Around(today={"hot": Sums(240, 140, 140 * 300.0, 60, 60 * 100.0)})
    found = present_now(view(seat(), last_30=30), CONFIG, PAST, NINE, around=busy)
    assert hot(found).aht_s == pytest.approx((140 * 300 + 60 * 200) / 200)
    assert 120 < hot(found).patience_s < 200
    measures = found.measures["hot"]
    assert (measures.aht_s.estimate.sample, measures.patience_s.estimate.sample) == (140, 60)


def test_a_queue_that_never_had_a_call_is_taken_as_the_others_are():
    found = present_now(view(seat()), CONFIG, past(queues={"hot": PAST.queues["hot"]}), NINE)
    vip = next(queue for queue in told(found).queues if queue.queue == "vip")
    assert vip.aht_s == pytest.approx(200.0) and vip.aht_sd_s == pytest.approx(150.0)
    assert found.measures["vip"].aht_s.source is From.OTHERS


def test_callers_wait_in_their_order_and_those_who_ring_are_told_apart():
    callers = (caller("b", NINE - 5), caller("a", NINE - 40, ringing="P/1"), caller("c", NINE - 9, "vip"))
    found = hot(present_now(view(seat("P/1", "ringing"), callers=callers), CONFIG, PAST, NINE))
    assert found.waiting == (NINE - 40, NINE - 5) and found.ringing == 1 and found.ring_s == 5.0


def test_who_waits_long_and_stays_is_patient():
    callers = tuple(caller(f"c{number}", NINE - 600) for number in range(20))
    calm = hot(present_now(view(seat()), CONFIG, PAST, NINE)).patience_s
    assert hot(present_now(view(seat(), callers=callers), CONFIG, PAST, NINE)).patience_s > 1.5 * calm


def test_a_queue_promises_what_the_site_says():
    found = present_now(view(seat()), CONFIG, PAST, NINE, options=Options(min_seats={"hot": 3}))
    assert (hot(found).threshold_s, hot(found).target, hot(found).min_seats) == (15.0, 0.9, 3)


# -- what is shown of it --------------------------------------------------------------------------------


def test_seats_are_those_really_there_a_break_for_what_is_left_of_the_half_hour():
    floor = view(seat("P/1"), paused("P/2", "break", NINE), last_30=30)
    rows = basis.rows(present_now(floor, CONFIG, PAST, NINE), PAST, Viewer())
    (seats,) = (row for row in rows if (row.what, row.about) == ("seats", "hot"))
    assert seats.value == pytest.approx(1 + (1800 - 600) / 1800, abs=0.03) and seats.sample == 1
    assert seats.low is not None and seats.high is not None and seats.low < seats.value < seats.high


def test_rows_show_each_number_with_its_sample_and_only_the_viewers_queues():
    found = present_now(view(seat(), last_30=30), CONFIG, PAST, NINE)
    rows = {(row.what, row.about): row for row in basis.rows(found, PAST, Viewer())}
    assert rows["rate", "hot"].value == pytest.approx(60, rel=0.01)
    aht = rows["aht", "hot"]
    assert aht.low is not None and aht.high is not None and aht.low < aht.value == 200.0 < aht.high
    assert (aht.sample, aht.past, aht.source) == (0, 60.0, "today")
    assert rows["pause", "break"].value == 600.0 and rows["pause", "break"].past == 400
    assert rows["level", "hot"].past == 36
    mine = basis.rows(found, PAST, Viewer(role="lead", queues=frozenset({"vip"})))
    assert {row.about for row in mine} == {"vip"}
    with pytest.raises(Forbidden):
        basis.rows(found, PAST, Viewer(role="agent"))


def test_a_past_without_calls_gives_no_row_of_nothing():
    empty = QueuePast()
    assert (empty.handled, empty.aht, empty.calls) == (0, None, {})
    found = present_now(view(seat(), last_30=3), CONFIG, past(queues={}), NINE)
    assert all(row.value > 0 for row in basis.rows(found, past(queues={}), Viewer()) if row.what != "seats")
