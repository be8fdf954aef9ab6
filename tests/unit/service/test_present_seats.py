"""Seats as staffing is told of them: busy, away, back, gone, what they can and why they are left alone."""

from typing import Any

import pytest
from msgspec.structs import replace

from ccfloor.floor.view import Membership
from ccfloor.service.staffing.coming import Around
from ccfloor.service.staffing.present_now import present_now
from ccfloor.service.staffing.seats_now import RING_OUT_S, Options, Pin, Said, Skills
from ccfloor.service.staffing.stints import Plan, Stint
from ccfloor.staffing.advise import advise
from ccfloor.staffing.present import Doing, SeatNow
from tests.unit.service.present_floor import NINE, caller, config, past, paused, seat, view

CONFIG, PAST = config(), past()


def seats(
    *there: Any, around: Around | None = None, options: Options | None = None, **parts: Any
) -> dict[str, SeatNow]:
    floor = present_now(view(*there, **parts), CONFIG, PAST, NINE, around=around, options=options).floor
    assert floor is not None
    return {one.seat: one for one in floor.seats}


def only(*there: Any, **more: Any) -> SeatNow:
    return seats(*there, **more)[there[0].seat]


# -- busy -----------------------------------------------------------------------------------------------


def test_a_free_seat_is_idle_and_at_once_there():
    found = only(seat())
    assert (found.doing, found.free_in_s, found.queues, found.role) == (Doing.IDLE, 0.0, {"hot": 0}, "agent")


def test_what_is_left_of_a_call_ends_with_its_wrap_up_and_is_never_negative():
    just, long, endless = (
        only(seat(status="on_call", since=NINE - age)).free_in_s for age in (0, 100, 50_000)
    )
    assert just == pytest.approx(165 + 30)
    assert long > 30 and endless > 30


def test_a_call_on_hold_is_met_at_any_instant_of_it():
    held = only(seat(status="on_hold", since=NINE - 5)).free_in_s
    assert held == pytest.approx((165**2 + 140**2) / (2 * 165) + 30, rel=0.01)


def test_ringing_is_busy_for_a_whole_call_but_only_where_the_caller_rings():
    callers = (caller("a", NINE - 9, ringing="P/1"),)
    found = seats(seat("P/1", "ringing", since=NINE), seat("P/2", "ringing"), callers=callers)
    assert found["P/1"].doing is Doing.BUSY and found["P/1"].free_in_s == pytest.approx(5 + 165 + 30)
    assert found["P/2"].free_in_s == RING_OUT_S


def test_wrap_up_ends_when_the_switch_ends_it():
    assert only(seat(status="wrap_up", since=NINE - 55)).free_in_s == pytest.approx(5.0, abs=0.1)
    assert only(seat(status="wrap_up", since=NINE)).free_in_s == pytest.approx(30.0)


def test_a_call_outside_the_queues_is_as_long_as_such_calls_are():
    assert only(seat(status="other_call", queue="", since=NINE)).free_in_s == pytest.approx(120.0)


# -- away -----------------------------------------------------------------------------------------------


def test_a_break_is_back_by_what_breaks_last_less_what_it_lasted():
    fresh, old = (only(paused("P/1", "break", NINE - age)) for age in (0, 500))
    assert (fresh.doing, fresh.reason, fresh.back_in_s) == (Doing.AWAY, "break", pytest.approx(600.0))
    assert old.back_in_s is not None and 60 < old.back_in_s < 250


def test_of_who_should_long_be_back_nobody_knows_when():
    assert only(paused("P/1", "break", NINE - 7200)).back_in_s is None


def test_a_reason_never_seen_is_guessed():
    assert only(paused("P/1", "training", NINE)).back_in_s == pytest.approx(3600.0)


def test_who_is_paused_for_after_the_call_is_away_and_not_back_before_its_end():
    found = only(seat(status="on_call", paused=True, paused_since=NINE - 580, reason_text="休息", since=NINE))
    assert (found.doing, found.reason) == (Doing.AWAY, "break")
    assert found.back_in_s == pytest.approx(195.0)


def test_a_queue_in_which_a_working_seat_is_paused_is_not_served():
    members = (Membership("hot", 1), Membership("vip", 0, paused=True))
    found = only(seat(queues=members))
    assert found.queues == {"hot": 1} and found.skills == {"hot": 1, "vip": 0}


def test_the_roster_knows_better_when_a_break_ends():
    plan = Plan(agents={"Mei": stint(-3600, 7200)}, breaks={"Mei": ((NINE - 60, NINE + 900),)})
    assert only(paused("P/1", "break", NINE - 60), around=Around(plan=plan)).back_in_s == 900


def test_a_seat_nobody_tells_of_is_away_and_pinned():
    found = only(seat(status="unknown"))
    assert (found.doing, found.back_in_s, found.pinned) == (Doing.AWAY, None, Pin.UNSEEN)


# -- coming and going -----------------------------------------------------------------------------------


def stint(start: float, end: float, sure: bool = True) -> tuple[Stint, ...]:
    return (Stint(NINE + start, NINE + end, NINE + start, sure),)


def test_a_shift_that_ends_takes_the_seat_along_and_one_that_ended_pins_it():
    plan = Around(plan=Plan(seats={"P/1": stint(-3600, 1200), "P/2": stint(-7200, -60)}))
    found = seats(seat("P/1"), seat("P/2"), seat("P/3"), around=plan)
    assert [found[name].leaves_in_s for name in ("P/1", "P/2", "P/3")] == [1200, None, None]
    assert [found[name].pinned for name in ("P/1", "P/2", "P/3")] == ["", Pin.ENDING, ""]


def test_the_shift_of_a_seat_is_not_that_of_who_sits_there_in_the_evening():
    plan = Around(plan=Plan(seats={"P/1": stint(-3600, 1200)}))
    assert only(seat("P/1", agent="Night"), around=plan).leaves_in_s is None


def test_a_seat_about_to_begin_comes_with_its_shift_and_serves_what_its_agent_did():
    plan = Around(plan=Plan(seats={"P/1": stint(600, 7200)}))
    past_answered = past(answered={"Mei": {"vip": 80}})
    shown = view(seat("P/1", "offline", queues=(), agent=""), seat("P/2"))
    floor = present_now(shown, CONFIG, past_answered, NINE, around=plan).floor
    assert floor is not None
    mei = floor.seats[0]
    assert (mei.agent, mei.doing, mei.back_in_s, mei.leaves_in_s) == ("Mei", Doing.AWAY, 600, 7200)
    assert mei.queues == {"vip": 0} and mei.pinned == Pin.COMING


def test_who_is_late_is_awaited_for_a_quarter_of_an_hour():
    late, gone = (Around(plan=Plan(seats={"P/1": stint(-since, 7200)})) for since in (600, 1800))
    assert only(seat("P/1", "offline"), around=late).back_in_s == 300
    assert only(seat("P/1", "offline"), around=gone).back_in_s is None


def test_a_roster_goes_before_the_shift_plan_and_who_is_there_comes_no_second_time():
    plan = Plan(
        agents={"Mei": stint(-3600, 7200), "Lan": stint(900, 9000)},
        seats={"P/3": stint(600, 7200)},
        rostered=True,
    )
    found = seats(seat("P/1"), seat("P/2", "offline"), seat("P/3", "offline"), around=Around(plan=plan))
    assert found["P/2"].back_in_s == 900 and found["P/3"].back_in_s is None
    assert sorted(found) == ["P/1", "P/2", "P/3"]


def test_whose_own_seat_is_taken_comes_all_the_same():
    plan = Plan(agents={"Lan": stint(900, 9000)}, rostered=True)
    found = seats(seat("P/2", agent="Bo"), around=Around(plan=plan))
    assert found["P/2"].agent == "Bo"
    assert (found["P/2+Lan"].back_in_s, found["P/2+Lan"].pinned) == (900, Pin.COMING)
    assert found["P/2"].leaves_in_s == 900  # who sits there goes when she comes


def test_who_does_not_usually_work_then_is_not_counted_on():
    plan = Around(plan=Plan(seats={"P/1": stint(600, 7200, sure=False)}))
    assert only(seat("P/1", "offline"), around=plan).pinned == ""


# -- what it can, and why it stays ----------------------------------------------------------------------


def members(*queues: str) -> tuple[Membership, ...]:
    return tuple(Membership(queue) for queue in queues)


def test_what_most_of_the_team_serve_is_a_skill_of_who_did_it_once_and_of_nobody_new():
    others = [seat(f"P/{number}", queues=(Membership("vip", number),)) for number in (2, 3, 5)]
    assert seats(seat("P/1"), *others)["P/1"].skills == {"hot": 0}
    once = past(answered={"Mei": {"vip": 1}})
    found = [present_now(view(seat("P/1"), *some), CONFIG, once, NINE).floor for some in (others, others[:1])]
    assert [floor.seats[0].skills for floor in found if floor] == [{"hot": 0, "vip": 5}, {"hot": 0}]


def test_leads_know_the_trade_of_their_team():
    others = [seat(f"P/{number}", queues=(Membership("vip", number),)) for number in (2, 3)]
    assert set(seats(seat("P/4", queues=()), *others)["P/4"].skills) == {"vip"}


def test_who_begins_today_is_counted_on_for_the_teams_trade_and_moved_nowhere():
    plan = Around(plan=Plan(seats={"P/1": stint(600, 7200)}))
    found = seats(seat("P/1", "offline", queues=(), agent=""), seat("P/2"), seat("P/3"), around=plan)
    assert (found["P/1"].queues, found["P/1"].skills) == ({"hot": 0}, {})


def test_a_new_colleague_of_those_who_serve_another_queue_is_not_advised_to_it():
    both = [seat(f"P/{number}", queues=members("hot", "vip")) for number in (1, 2, 3)]
    more = [seat(f"H/{number}", team="B") for number in (1, 2)]
    floor = present_now(view(*both, seat("N/1"), *more, last_30=5), CONFIG, PAST, NINE).floor
    assert floor is not None
    burns = {"hot": 2 / 3600, "vip": 60 / 3600}
    queues = tuple(replace(one, rate=(burns[one.queue],) * 12, aht_s=240.0) for one in floor.queues)
    told = advise(replace(floor, queues=queues))
    assert "N/1" not in {move.seat for one in told.advice for move in one.moves}


def test_leads_make_no_trade_of_a_team_and_keep_their_role():
    found = seats(seat("P/1"), seat("P/4", queues=members("hot", "vip")))
    assert found["P/4"].role == "lead" and set(found["P/1"].skills) == {"hot"}


def test_a_team_of_one_has_no_trade():
    assert seats(seat("P/1"), seat("P/2", team="B", queues=members("vip")))["P/1"].skills == {"hot": 0}


def test_what_an_agent_answered_before_it_still_can():
    floor = present_now(view(seat("P/1")), CONFIG, past(answered={"Mei": {"vip": 9}}), NINE).floor
    assert floor is not None and set(floor.seats[0].skills) == {"hot", "vip"}


def test_what_the_site_says_of_skills_is_all():
    options = Options(skills=Skills(seats={"P/1": Said({"vip": 3, "closed": 0})}))
    taught = past(answered={"Mei": {"vip": 90}, "Lan": {"vip": 90}})
    floor = present_now(view(seat("P/1"), seat("P/2")), CONFIG, taught, NINE, options=options).floor
    assert floor is not None
    assert [one.skills for one in floor.seats] == [{"hot": 0, "vip": 3}, {"hot": 0, "vip": 0}]


def test_what_the_site_says_of_an_agent_goes_before_the_seat_and_that_before_the_team():
    told = Skills(
        agents={"Mei": Said({"vip": 7})},
        seats={"P/1": Said({"vip": 2}), "P/2": Said({"vip": 2})},
        teams={"A": Said({"vip": None}, frozenset())},
    )
    found = seats(seat("P/1"), seat("P/2"), seat("P/3"), options=Options(skills=told))
    assert [found[f"P/{n}"].skills["vip"] for n in (1, 2, 3)] == [7, 2, 0]


def test_who_is_not_to_serve_a_queue_is_not_moved_there_though_it_was_answered_before():
    told = Skills(agents={"Mei": Said(never=frozenset({"vip"}))}, teams={"A": Said({"hot": 0, "vip": 0})})
    found = seats(seat("P/1"), seat("P/2"), options=Options(skills=told))
    assert (found["P/1"].skills, set(found["P/2"].skills)) == ({"hot": 0}, {"hot", "vip"})


def test_an_agent_is_pinned_wherever_he_sits():
    options = Options(pinned_agents=frozenset({"Mei"}))
    found = seats(seat("P/1"), seat("P/3", agent="Mei"), seat("P/2"), options=options)
    assert [found[name].pinned for name in ("P/1", "P/3", "P/2")] == [Pin.SITE, Pin.SITE, ""]


def test_who_also_serves_a_queue_of_which_nobody_tells_stays_there():
    """The queue's source is lost: how badly it needs the seat nobody knows."""
    lost = seat("P/2", queues=(Membership("hot"), Membership("lost", 3)))
    alone = seat("P/3", queues=(Membership("lost"),))
    found = seats(seat("P/1"), lost, alone)
    assert [found[f"P/{n}"].pinned for n in (1, 2, 3)] == ["", Pin.UNSEEN, Pin.UNSEEN]
    assert (found["P/2"].queues, found["P/3"].queues) == ({"hot": 0}, {})


def test_a_seat_is_pinned_by_whoever_says_so_and_on_calls_to_be_cared_for():
    options = Options(pins={"P/2": "moved"}, care=frozenset({"hot"}))
    found = seats(seat("P/1", "on_call"), seat("P/2"), seat("P/3"), options=options)
    assert [found[name].pinned for name in ("P/1", "P/2", "P/3")] == [Pin.CARE, "moved", ""]
