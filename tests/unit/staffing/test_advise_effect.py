"""What is simulated of a proposal agrees with the outlook, and with seats that are placed by hand."""

import msgspec
import numpy as np
import pytest

from ccfloor.staffing import outlook
from ccfloor.staffing.course import draw
from ccfloor.staffing.crew import crew_of, places
from ccfloor.staffing.effect import HORIZON_S, Proposal, givers, queue_effects, simulator
from ccfloor.staffing.flow import flow
from ccfloor.staffing.habits import Habits
from ccfloor.staffing.levers import Lever, levers, pulled, together
from ccfloor.staffing.limits import Moved, Policy
from ccfloor.staffing.moves import Kind, Move
from ccfloor.staffing.present import Doing, FloorNow
from ccfloor.staffing.returns import LONGEST_S, SHORTEST_S, return_s
from tests.unit.staffing.two_queues import AT, burning, floor, queue, seat, seats

PATHS, SEED = 60, 5
LENT = Move("K/1", "agent K/1", ("cold",), "hot", 1, {"hot": 1})


def waiting_floor() -> FloorNow:
    """Some wait, one of them rings at a seat already."""
    now = burning(seat("H/9", "hot", doing=Doing.BUSY, free_in_s=200.0))
    waits = tuple(AT - second for second in (40.0, 25.0, 10.0))
    hot = msgspec.structs.replace(now.queues[0], waiting=waits, ringing=1, ring_s=4.0, level_cv=0.2)
    return msgspec.structs.replace(now, queues=(hot, now.queues[1]))


def test_the_floor_left_alone_is_the_outlook() -> None:
    now, habits = waiting_floor(), Habits(aht_cv=0.05)
    told = simulator(now, habits, paths=PATHS, seed=SEED)([Proposal()])[0]
    course = draw(now, habits, PATHS, HORIZON_S, SEED)
    ran = flow(course, crew_of(now, course, places(now)), habits)
    for spans, span_s in ((1, 1800.0), (2, 3600.0)):
        sums, mine = outlook.sums(now, course, ran, span_s), told.up_to(spans)
        pairs = (
            (sums.came, mine.offered),
            (sums.judged, mine.judged),
            (sums.in_time, mine.timely),
            (sums.abandoned, mine.gone),
            (sums.wait, mine.waited_s),
        )
        for theirs, ours in pairs:
            assert np.allclose(theirs.T, ours)


def test_a_move_is_a_floor_on_which_the_seat_serves_the_other_queue() -> None:
    now = waiting_floor()
    there = tuple(
        msgspec.structs.replace(each, queues={"hot": 1}) if each.seat == "K/1" else each for each in now.seats
    )
    by_hand = simulator(msgspec.structs.replace(now, seats=there), Habits(), paths=PATHS)([Proposal()])[0]
    moved = simulator(now, Habits(), paths=PATHS)([Proposal((LENT,))])[0]
    assert all(np.array_equal(one, two) for one, two in zip(by_hand, moved, strict=True))


def test_a_seat_that_goes_back_at_once_was_never_away() -> None:
    now = waiting_floor()
    still, back = simulator(now, Habits(), paths=PATHS)([Proposal(), Proposal((LENT,), {"hot": 0.0})])
    assert np.abs(still.gone.sum() - back.gone.sum()) / PATHS < 0.5
    later = simulator(now, Habits(), paths=PATHS)([Proposal((LENT,), {"hot": 1800.0})])[0]
    never = simulator(now, Habits(), paths=PATHS)([Proposal((LENT,))])[0]
    assert np.array_equal(later.timely[0], never.timely[0])  # the first half hour is the same
    assert never.gone[1, 0].sum() < later.gone[1, 0].sum() - PATHS


def test_a_move_in_force_ends_by_itself() -> None:
    """A seat lent until half an hour from now helps in the first half hour alone."""
    now = burning()
    lent = tuple(
        msgspec.structs.replace(each, queues={"hot": 1}) if each.seat == "K/1" else each for each in now.seats
    )
    in_force = [Moved("K/1", {"cold": 0}, AT - 600.0, AT + 1800.0)]
    one = simulator(msgspec.structs.replace(now, seats=lent), Habits(), in_force, PATHS)([Proposal()])[0]
    two = simulator(now, Habits(), paths=PATHS)([Proposal((LENT,), {"hot": 1800.0})])[0]
    assert all(np.array_equal(ours, theirs) for ours, theirs in zip(one, two, strict=True))


def test_effects_are_differences_on_the_same_courses() -> None:
    now = waiting_floor()
    proposal = Proposal((LENT,))
    before, after = simulator(now, Habits(), paths=PATHS)([Proposal(), proposal])
    hot = queue_effects(now, proposal, before, after)[1]
    assert (hot.queue, hot.horizon_s) == ("hot", 3600.0)
    saved = before.up_to(2).gone[0] - after.up_to(2).gone[0]
    assert hot.saved.value == pytest.approx(saved.mean())
    assert hot.saved.sample == PATHS and hot.saved.low <= np.median(saved) <= hot.saved.high
    assert hot.before.service_level is not None
    assert hot.before.service_level.value == pytest.approx(
        before.up_to(2).timely[0].sum() / before.up_to(2).judged[0].sum()
    )


def test_a_queue_without_callers_has_no_shares() -> None:
    now = floor([queue("hot", 8.0), queue("cold", 0.0)], list(burning().seats))
    before, after = simulator(now, Habits(), paths=PATHS)([Proposal(), Proposal((LENT,))])
    cold = [each for each in queue_effects(now, Proposal((LENT,)), before, after) if each.queue == "cold"]
    assert cold and all(each.before.service_level is None and each.before.wait_s is None for each in cold)
    assert all(each.before.meets == 1.0 and each.missed == 0.0 for each in cold)


def test_who_gives() -> None:
    """A seat that serves a second queue as well gives of its own; a queue that gets may give, too."""
    now = burning()
    beside = msgspec.structs.replace(LENT, leaves=(), after={"cold": 0, "hot": 1}, kind=Kind.BESIDE)
    assert givers(now, [LENT]) == givers(now, [beside]) == {"cold"}
    back = Move("H/1", "agent H/1", ("hot",), "cold", 0, {"cold": 0})
    assert givers(now, [LENT, back]) == {"cold", "hot"}


def test_a_lever_brings_back_and_keeps_back() -> None:
    """Three on a break for 25 more minutes: called back they are there in two."""
    away = seats("W", 3, "hot", doing=Doing.AWAY, back_in_s=1500.0, reason="break")
    now, policy = burning(*away), Policy(level=1)
    every = levers(now, policy)
    assert set(every) == {Lever.END_BREAKS}
    action = together(every.values())
    assert action.stops == ("break",)
    assert [each.back_in_s for each in pulled(now, action).seats if each.seat[0] == "W"] == [120.0] * 3
    still, called = simulator(now, Habits(back_cv=0.0), paths=PATHS)([Proposal(), Proposal(action=action)])
    by_hand = simulator(pulled(now, action), Habits(back_cv=0.0), paths=PATHS)([Proposal()])[0]
    assert called.gone.sum() < still.gone.sum() - 3 * PATHS
    assert np.array_equal(called.gone, by_hand.gone)


def test_a_pinned_seat_is_not_called_back() -> None:
    away = seats("W", 2, "hot", doing=Doing.AWAY, back_in_s=1500.0, reason="break")
    pinned = msgspec.structs.replace(away[0], pinned="doctor")
    action = levers(burning(pinned, away[1]), Policy(level=1))[Lever.END_BREAKS]
    assert [change.seat for change in action.changes] == ["W/2"]


def test_leads_take_calls_from_level_two_on_but_may_eat() -> None:
    leads = [
        seat(f"L/{place}", "hot", role="lead", doing=Doing.AWAY, reason=reason)
        for place, reason in enumerate(("coaching", "meal", "meeting"))
    ]
    now = burning(*leads)
    assert Lever.FLOOR_ON not in levers(now, Policy(level=1))
    action = levers(now, Policy(level=2))[Lever.FLOOR_ON]
    assert [change.seat for change in action.changes] == ["L/0", "L/2"]


def test_when_a_queue_needs_lent_seats_no_more() -> None:
    """Ten seats meet the target with six erlangs and not with eleven."""
    calm, rush = 6 / 240.0, 11 / 240.0
    for course, seconds in (
        ((calm,), SHORTEST_S),
        ((rush,), LONGEST_S),
        ((rush, rush, calm), 1800.0),
        ((rush, calm, rush, calm), 2700.0),  # the second rush counts too
        ((rush, calm, calm, calm, rush), SHORTEST_S),  # and what comes after an hour does not
    ):
        of = msgspec.structs.replace(queue("a", 6.0), rate=course)
        assert return_s(of, 10.0, 900.0) == seconds
