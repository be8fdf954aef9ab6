"""Seats that are lent go home in time: what is foreseen counts on it."""

from ccfloor.rules.model import Hold
from ccfloor.staffing.actions import end_breaks, place
from ccfloor.staffing.crew import Place
from ccfloor.staffing.effect import Proposal, simulator
from ccfloor.staffing.habits import Habits
from ccfloor.staffing.lent import going_home
from ccfloor.staffing.limits import Moved
from ccfloor.staffing.present import Doing, FloorNow, SeatNow
from ccfloor.staffing.trigger import Foresight, foresee, watched
from tests.unit.staffing import small
from tests.unit.staffing.two_queues import AT, floor, queue, seats

LENT = [SeatNow(f"L/{n}", f"l{n}", "agent", {"hot": 1}, {"hot": 1, "cold": 0}, Doing.IDLE) for n in range(6)]
DUE = [Moved(f"L/{n}", {"cold": 0}, AT - 1200, AT + 600) for n in range(6)]
LEVEL_1 = watched(small.rule(8, Hold(kind="forgive", for_s=1800, dip_s=60)))


def peak() -> FloorNow:
    """A burning queue that six lent seats keep in balance."""
    own = [*seats("H", 6, "hot"), *seats("C", 4, "cold"), *LENT]
    return floor([queue("hot", 13.0, patience_s=420.0), queue("cold", 1.0)], own)


def within(found: Foresight, seconds: float) -> float:
    return next(odds.share for odds in found.plain.levels[0].fires if odds.within_s == seconds)


def test_a_level_that_only_the_return_of_lent_seats_brings_is_foreseen() -> None:
    blind = foresee(peak(), [LEVEL_1])
    known = foresee(peak(), [LEVEL_1], moved=DUE)
    assert within(blind, 3600) < 0.05 and within(blind, 7200) < 0.1, "as long as they stay all is well"
    assert within(known, 900) < 0.05, "it lasts half an hour from when they are gone"
    assert within(known, 3600) > 0.3 and within(known, 7200) > 0.7


def test_who_went_home_stays_foreseen_beside_an_action_and_who_is_kept_stays() -> None:
    resting = SeatNow(
        "R/1", "r", "agent", {"hot": 0}, {"hot": 0}, Doing.AWAY, back_in_s=900.0, reason="break"
    )
    whole = FloorNow(AT, 900.0, peak().queues, (*peak().seats, resting))
    kept = place("kept", {one.seat: {"hot": 0} for one in LENT})
    found = foresee(whole, [LEVEL_1], [end_breaks(whole), kept], moved=DUE)
    ended, stays = ([odds.share for odds in one.ahead.levels[0].fires] for one in found.actions)
    plain = [odds.share for odds in found.plain.levels[0].fires]
    assert stays[-1] < 0.1 < ended[-1] <= plain[-1]


def test_both_simulations_place_a_lent_seat_alike() -> None:
    (known,) = simulator(peak(), Habits(), DUE)([Proposal()])
    (blind,) = simulator(peak(), Habits())([Proposal()])
    assert known.gone[:, 0].sum() > 2 * blind.gone[:, 0].sum()


def test_a_return_that_is_overdue_is_due_now_and_who_is_placed_elsewhere_has_none() -> None:
    plain = Place(0, LENT[0], LENT[0].queues)
    late = going_home(plain, Moved("L/0", {"cold": 0}, AT - 1200, AT - 60), AT)
    assert (late.until_s, late.home) == (0.0, {"cold": 0})
    assert going_home(plain, None, AT) is plain
    elsewhere = plain._replace(queues={"cold": 0})
    assert going_home(elsewhere, DUE[0], AT) is elsewhere
