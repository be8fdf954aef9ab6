"""Floors made by chance: whatever is advised keeps the limits."""

import random

import pytest

from ccfloor.staffing.advise import BEST, Advice, advise
from ccfloor.staffing.limits import Moved, Policy
from ccfloor.staffing.moves import Kind
from ccfloor.staffing.present import Doing, FloorNow, SeatNow
from tests.unit.staffing.two_queues import AT, floor, queue

NAMES = ("a", "b", "c")


def a_seat(luck: random.Random, number: int) -> SeatNow:
    home, other = luck.sample(NAMES, 2)
    skills = {home: 0, other: luck.randint(1, 3)} if luck.random() < 0.7 else {home: 0}
    doing = luck.choices((Doing.IDLE, Doing.BUSY, Doing.AWAY), (5, 3, 2))[0]
    return SeatNow(
        seat=f"S/{number}",
        agent=f"agent {number}",
        role=luck.choices(("agent", "lead"), (9, 1))[0],
        queues=skills if luck.random() < 0.2 else {home: 0},
        skills=skills,
        doing=doing,
        free_in_s=luck.uniform(5, 1200) if doing is Doing.BUSY else 0.0,
        back_in_s=luck.choice((None, 60.0, 900.0)) if doing is Doing.AWAY else None,
        leaves_in_s=luck.choice((None, None, 600.0, 7200.0)),
        reason=luck.choice(("break", "callback")) if doing is Doing.AWAY else "",
        pinned="trainee" if luck.random() < 0.1 else "",
    )


def a_floor(luck: random.Random) -> FloorNow:
    queues = [
        queue(name, luck.uniform(0.5, 7.0), min_seats=luck.randint(0, 3), level_cv=0.1) for name in NAMES
    ]
    return floor(queues, [a_seat(luck, number) for number in range(18)])


def takes_calls(seat: SeatNow) -> bool:
    return seat.doing is not Doing.AWAY and (seat.leaves_in_s is None or seat.leaves_in_s > 1799)


def about_to(seat: SeatNow) -> bool:
    soon = seat.doing is not Doing.AWAY or (seat.back_in_s is not None and seat.back_in_s <= 300.0)
    return soon and (seat.leaves_in_s is None or seat.leaves_in_s > 1799)


def keeps_its_seats(now: FloorNow, advice: Advice) -> None:
    """Of those who work if one of these goes; of those who are about to work, whoever goes."""
    after = {move.seat: move.after for move in advice.moves}
    for each in now.queues:
        for there in (takes_calls, about_to):
            before = [one for one in now.seats if each.queue in one.queues and there(one)]
            left = [one for one in before if each.queue in after.get(one.seat, one.queues)]
            assert len(left) == len(before) or len(left) >= max(1, each.min_seats)


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_advised_keeps_the_limits(seed: int) -> None:
    luck = random.Random(seed)
    now = a_floor(luck)
    known = {one.seat: one for one in now.seats}
    lent = next((one for one in now.seats if len(one.skills) == 2 and not one.pinned), now.seats[0])
    moved = [Moved(lent.seat, {min(lent.skills): 0}, AT - 900.0, AT + 900.0)]
    policy = Policy(level=luck.randint(0, 2), most=luck.randint(1, 5), least_gain=0.1, sure=0.5)
    told = advise(now, policy, moved=moved, held={"S/3": AT - 100.0})
    assert len(told.advice) <= BEST and (told.idle is None) == bool(told.advice)
    for advice in told.advice:
        keeps_its_seats(now, advice)
        assert len({move.seat for move in advice.moves}) == len(advice.moves) <= policy.most
        assert advice.moves or advice.levers
        assert all(one.missed <= policy.missed for one in advice.effects)
        for move in advice.moves:
            one = known[move.seat]
            assert not one.pinned and one.seat != "S/3"
            assert one.role == "agent" or policy.level == 2
            assert move.after.keys() <= one.skills.keys() and move.after != one.queues
            assert (move.kind is Kind.HOME) == (one.seat == lent.seat)
            assert set(move.leaves) == one.queues.keys() - move.after.keys()
        for name in advice.recalled:
            assert known[name].doing is Doing.AWAY or known[name].role == "lead"
            assert policy.level > 0 or known[name].reason == "callback"


def test_the_floors_are_such_that_something_is_advised() -> None:
    """Else the test above would hold of a dumb advisor too."""
    policy = Policy(level=1, least_gain=0.1, sure=0.5)
    told = [advise(a_floor(random.Random(seed)), policy) for seed in range(6)]
    assert sum(bool(each.advice) for each in told) >= 3
    assert any(advice.moves for each in told for advice in each.advice)
