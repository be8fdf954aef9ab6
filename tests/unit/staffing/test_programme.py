"""The integer programme on floors that can be solved by hand or by trying everything."""

import random
from itertools import combinations

import msgspec
import numpy as np
import pytest

from ccfloor.staffing.limits import Limits, Policy
from ccfloor.staffing.moves import Kind, Option
from ccfloor.staffing.present import Doing, FloorNow, SeatNow
from ccfloor.staffing.programme import GAP, Programme
from tests.unit.staffing.two_queues import burning, floor, queue, seat, seats

HOUR = 3600.0
LENT = (Kind.INSTEAD,)


def programme(now: FloorNow, policy: Policy | None = None) -> Programme:
    return Programme(Limits(now, policy or Policy()), HOUR)


def test_the_obvious_seat_moves() -> None:
    solved = programme(burning()).solve(1, LENT)
    (move,) = solved.moves
    assert (move.seat, move.leaves, move.queue, move.penalty) == ("K/1", ("cold",), "hot", 1)
    assert solved.after < solved.before - 5
    assert solved.complete and solved.gap <= GAP


def test_no_more_move_than_are_allowed_or_able() -> None:
    for most, able, moves in ((1, 3, 1), (2, 3, 2), (3, 1, 1), (3, 0, 0)):
        assert len(programme(burning(able=able)).solve(most, LENT).moves) == moves


def test_equal_queues_stay_as_they_are() -> None:
    own = [*seats("A", 6, "a", "b"), *seats("B", 6, "b", "a")]
    for erlangs in (2.0, 5.0, 9.0):
        now = floor([queue("a", erlangs), queue("b", erlangs)], own)
        assert programme(now).solve(6, LENT).moves == ()


def test_a_queue_keeps_its_last_seat_and_its_minimum() -> None:
    hot, cold = queue("hot", 12.0), queue("cold", 0.1)
    own = [*seats("H", 4, "hot"), *seats("K", 3, "cold", "hot")]
    for least, moves in ((1, 2), (2, 1), (3, 0), (9, 0)):
        now = floor([hot, msgspec.structs.replace(cold, min_seats=least)], own)
        assert len(programme(now).solve(6, LENT).moves) == moves


def test_those_who_are_about_to_work_are_counted_together() -> None:
    """Two work and two are back in a minute: of four, whoever goes, a minimum stays; of the two, one."""
    hot, cold = queue("hot", 12.0), queue("cold", 0.1)
    away = seats("R", 2, "cold", "hot", doing=Doing.AWAY, back_in_s=60.0, reason="break")
    own = [*seats("H", 4, "hot"), *seats("W", 2, "cold", "hot"), *away]
    for least, moves in ((1, 3), (2, 2), (3, 1), (4, 0)):
        now = floor([hot, msgspec.structs.replace(cold, min_seats=least)], own)
        found = programme(now).solve(6, LENT).moves
        assert len(found) == moves
        assert sum(move.seat[0] == "W" for move in found) <= max(0, 2 - least)


def test_who_stands_ready_for_no_queue_is_put_to_use() -> None:
    """It takes from nobody. On a pause it is not at hand, and without the skill of no use."""
    able = seat("N/1", "hot")
    for one, seats_moved in (
        (able, ["N/1"]),
        (msgspec.structs.replace(able, doing=Doing.AWAY, back_in_s=60.0), []),
        (msgspec.structs.replace(able, skills={}), []),
    ):
        now = burning(msgspec.structs.replace(one, queues={}), able=0)
        moves = programme(now).solve(2).moves
        assert [(move.seat, move.leaves, move.after) for move in moves] == [
            (name, (), {"hot": 0}) for name in seats_moved
        ]


def test_seats_that_are_alike_are_one_group() -> None:
    now = floor([queue("a", 30.0), queue("b", 30.0)], [*seats("A", 40, "a", "b"), *seats("B", 40, "b")])
    assert [len(group.seats) for group in programme(now).groups] == [40, 40]


def test_a_move_costs_more_than_nothing() -> None:
    """What saves less than a move costs is left alone."""
    now = floor(
        [queue("hot", 3.0), queue("cold", 0.5)], [*seats("H", 7, "hot"), *seats("K", 6, "cold", "hot")]
    )
    assert programme(now).solve(3).moves == ()
    assert programme(now, Policy(move_cost=0.0, penalty_cost=0.0)).solve(3).moves


def test_who_is_free_goes_before_who_is_in_a_long_call() -> None:
    slow = [
        msgspec.structs.replace(each, doing="busy", free_in_s=600.0) for each in seats("A", 2, "cold", "hot")
    ]
    solved = programme(burning(*slow, able=1)).solve(1, LENT)
    assert [move.seat for move in solved.moves] == ["K/1"]


def test_an_answer_that_does_not_come_in_time_moves_nobody() -> None:
    solved = programme(burning()).solve(2, time_limit_s=0.0)
    assert solved.moves == () and not solved.complete
    assert solved.gap > 0.1  # and it is said how much better it might be


def _by_hand(now: FloorNow, policy: Policy, some: tuple[tuple[SeatNow, Option], ...]) -> float:
    """What the programme says of a floor on which these moves are done, with their costs."""
    after = {seat_.seat: dict(option.after) for seat_, option in some}
    moved = tuple(
        msgspec.structs.replace(each, queues=after.get(each.seat, each.queues)) for each in now.seats
    )
    still = programme(msgspec.structs.replace(now, seats=moved), policy).still
    return still.cost + sum(option.cost for _, option in some)


def _a_floor(seed: int) -> FloorNow:
    luck = random.Random(seed)
    names = ["a", "b", "c"]
    own = []
    for number in range(9):
        home, other = luck.sample(names, 2)
        made = seat(f"S/{number}", home, other) if luck.random() < 0.6 else seat(f"S/{number}", home)
        own.append(msgspec.structs.replace(made, queues=made.skills) if luck.random() < 0.2 else made)
    return floor([queue(name, luck.uniform(0.5, 5.0)) for name in names], own)


@pytest.mark.parametrize("seed", range(6))
def test_no_pair_of_moves_is_better(seed: int) -> None:
    """Every set of at most two moves that the limits leave open, tried one after another."""
    now, policy = _a_floor(seed), Policy(most=2)
    one = programme(now, policy)
    spare = Limits(now, policy).spare
    choices = [(each, option) for group in one.groups for each in group.seats for option in group.options]
    best = one.still.cost
    for size in (1, 2):
        for some in combinations(choices, size):
            left = [name for each, option in some for name in each.queues.keys() - dict(option.after).keys()]
            if len({each.seat for each, _ in some}) == size and all(
                left.count(name) <= spare[name] for name in left
            ):
                best = min(best, _by_hand(now, policy, some))
    found = one.solve(2)
    assert found.cost >= best - 1e-6  # nothing that cannot be done
    assert found.cost <= best * (1 + GAP) + 1e-6
    assert found.cost * (1 - found.gap) <= best + 1e-6


def test_supply_is_what_the_seats_can_work() -> None:
    now = floor([queue("a", 3.0), queue("b", 3.0)], [*seats("A", 4, "a"), *seats("B", 4, "b")])
    assert programme(now).still.supply == pytest.approx({"a": 4.0, "b": 4.0})


def test_shared_seats_go_where_they_are_needed() -> None:
    shared = [msgspec.structs.replace(each, queues={"a": 0, "b": 0}) for each in seats("S", 4, "a", "b")]
    now = floor([queue("a", 6.0), queue("b", 1.0)], [*seats("A", 3, "a"), *seats("B", 3, "b"), *shared])
    supply = programme(now).still.supply
    assert supply["a"] == pytest.approx(7.0, abs=0.6) and np.isclose(sum(supply.values()), 10.0, atol=1e-6)
