"""The plan of a day from roster and shifts: stints, leave, lunch that is one and lunch that is none."""

from ccfloor.kpi.adherence import Shift as Piece
from ccfloor.kpi.week import Cell
from ccfloor.rules.calendar import Calendar, Shift
from ccfloor.service.staffing.coming import Around, comers, is_over, leaves_in_s, stints_of
from ccfloor.service.staffing.present_learned import Learned
from ccfloor.service.staffing.stints import Plan, Stint, cell_of, plan
from tests.unit.service.present_floor import MONDAY, NINE, ZONE, config, past, seat, view

HOUR = 3600.0
CONFIG, PAST = config(), past()
DAY = Shift("day", ((9 * 3600, 12 * 3600), (13 * 3600, 17 * 3600)))
CALENDAR = Calendar(zone=ZONE, shifts=(DAY,), seat_shift={"P/1": "day", "P/2": "day"})


def at(hour: float) -> float:
    return MONDAY + hour * HOUR


def piece(start: float, end: float, activity: str = "queue") -> Piece:
    return Piece(at(start), at(end), activity)


def rostered(*pieces: Piece, leave: tuple[tuple[float, float], ...] = ()) -> tuple[Stint, ...]:
    return plan(CONFIG, Calendar(ZONE), PAST, NINE, {"Mei": pieces}, {"Mei": leave}, True).agents["Mei"]


def by_shift(known: Learned, **leave: list[tuple[float, float]]) -> list[tuple[float, float, bool]]:
    named = {"P/1": leave.get("leave", [])}
    stints = plan(CONFIG, CALENDAR, known, NINE, {}, named, False).seats["P/1"]
    return [((one.start - MONDAY) / HOUR, (one.end - MONDAY) / HOUR, one.sure) for one in stints]


def test_pieces_that_follow_each_other_are_one_stint_and_work_begins_after_the_training():
    found = rostered(piece(8, 9, "training"), piece(9, 12), piece(12, 12.5, "meal"), piece(12.5, 17))
    assert found == (Stint(at(8), at(17), at(9)),)


def test_a_split_shift_goes_home_in_between():
    assert [(one.start, one.end) for one in rostered(piece(8, 11), piece(17, 20))] == [
        (at(8), at(11)),
        (at(17), at(20)),
    ]


def test_leave_of_the_roster_and_leave_that_was_granted_are_no_work():
    assert rostered(piece(8, 10), piece(10, 17, "leave")) == (Stint(at(8), at(10), at(8)),)
    asked_off = rostered(piece(8, 17), leave=((at(8), at(12)),))
    assert asked_off == (Stint(at(12), at(17), at(12)),)


def test_a_lunch_break_of_the_shift_plan_is_believed_while_nothing_says_otherwise():
    assert by_shift(past()) == [(9, 12, True), (13, 17, True)]


def work(hours: range, share: float) -> dict[Cell, float]:
    return {Cell(day, hour * 2 + half): share for day in range(7) for hour in hours for half in (0, 1)}


def test_a_lunch_break_in_which_people_work_is_none():
    stayed = {"Mei": work(range(9, 17), 0.8), "Lan": work(range(9, 17), 0.8)}
    assert by_shift(past(work=stayed)) == [(9, 17, True)]
    left = {"Mei": work(range(9, 12), 0.8) | work(range(13, 17), 0.8), "Lan": work(range(9, 12), 0.8)}
    assert [span[:2] for span in by_shift(past(work=left))] == [(9, 12), (13, 17)]


def test_who_was_seldom_there_at_that_time_of_the_week_is_not_counted_on():
    assert [sure for *_, sure in by_shift(past(work={"Mei": work(range(9, 17), 0.1)}))] == [False]


def test_whom_no_plan_names_comes_as_usual_and_goes_as_usual():
    evening = {"Eve": work(range(17, 22), 0.6) | {Cell(0, 33): 0.45, Cell(0, 44): 0.1}}
    known = plan(CONFIG, CALENDAR, past(work=evening), at(16), {}, {}, False)
    (stint,) = known.usual["Eve"]
    assert stint.start == at(16.5) + 450 and stint.end == at(22)
    assert stints_of(known, CONFIG, seat("P/1", agent="Eve")) == (stint,)
    coming = [one for one in comers(view(seat("P/1")), CONFIG, known, at(16)) if one.agent == "Eve"]
    assert [(one.seat, one.in_s) for one in coming] == [("", 2250)]


def test_a_meal_is_no_end_of_a_usual_day_and_who_comes_now_and_then_is_not_awaited():
    habits = {"Eve": work(range(9, 12), 0.7) | work(range(13, 18), 0.7), "Odd": work(range(9, 18), 0.2)}
    known = plan(CONFIG, CALENDAR, past(work=habits), NINE, {}, {}, False).usual
    assert [(one.start, one.end) for one in known["Eve"]] == [(at(9), at(18))] and "Odd" not in known


def test_leave_takes_a_seat_out_of_the_shift_plan():
    assert by_shift(past(), leave=[(at(9), at(12))]) == [(13, 17, True)]


def test_the_end_of_a_stint_is_told_while_it_runs_and_for_a_while_it_is_over():
    stints = (Stint(at(9), at(12), at(9)),)
    assert leaves_in_s(stints, at(8.8)) == 3.2 * HOUR  # early, and going at the same hour
    assert [leaves_in_s(stints, at(hour)) for hour in (8, 11, 12)] == [None, HOUR, None]
    assert [is_over(stints, at(hour)) for hour in (11, 12.5, 15)] == [False, True, False]


def test_on_the_shift_plan_nobody_comes_twice_to_one_seat():
    floor = view(seat("P/1"), seat("P/2", "offline"))
    known = plan(CONFIG, CALENDAR, PAST, at(8.5), {}, {}, False)
    assert [(one.seat, one.agent, one.in_s) for one in comers(floor, CONFIG, known, at(8.5))] == [
        ("P/2", "Lan", 1800)
    ]


def test_two_who_share_a_seat_both_come_and_one_looks_for_another():
    shared = config()
    sharing = {"Mei": (Stint(at(9), at(17), at(9)),), "Bo": (Stint(at(10), at(17), at(10)),)}
    seats = {"P/1": shared.seats["P/1"].__class__("P/1", "Mei", others={"Bo": "B."})}
    found = comers(view(), config().__class__(zone=ZONE, seats=seats), Plan(sharing, rostered=True), NINE)
    assert [(one.seat, one.home, one.agent) for one in found] == [("P/1", "P/1", "Mei"), ("", "P/1", "Bo")]


def test_a_half_hour_of_the_week_is_that_of_the_sites_clock():
    assert cell_of(CONFIG, NINE + 1799) == Cell(0, 18)
    assert cell_of(config(day_start_s=4 * 3600), at(2)) == Cell(6, 4)  # the night still is Sunday's


def test_gaps_of_late_take_away_what_was_not_seen_and_no_more():
    seen = Around(gaps=((NINE - 3000, NINE - 1500), (NINE - 100, NINE)))
    assert seen.seen_s(NINE - 1800, NINE) == 1800 - 300 - 100
    assert Around().seen_s(NINE - 1800, NINE) == 1800
