"""Queues that share seats need fewer together, the more they share; the level to expect follows."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccfloor.service.staffing_today.needs import Load, Needs, levels, needs, pooled, to_roster
from ccfloor.service.staffing_today.pooling import Merge, merges
from ccfloor.service.staffing_today.sharing import share
from ccfloor.service.staffing_today.site import Rule

A, B, C, D = "a", "b", "c", "d"
Groups = Mapping[frozenset[str], float]


def group(**seats: float) -> dict[frozenset[str], float]:
    """Seats by the letters of the queues they serve."""
    return {frozenset(names): count for names, count in seats.items()}


def load(calls: float, level: float = 0.8, occupancy: float = 1.0) -> Load:
    """Of one half hour: handle time three minutes, patience two."""
    one = np.array([calls / 1800])
    return Load(one, np.array([180.0]), np.array([120.0]), level, 20.0, occupancy, 1)


def of(groups: Groups, **calls: float) -> Needs:
    return needs({queue: load(count) for queue, count in calls.items()}, merges(groups))


def total(found: Needs) -> float:
    return float(sum(row[0] for row in found.seats.values()))


# -- who belongs together ------------------------------------------------------------------------------


def test_queues_with_seats_of_their_own_stay_apart() -> None:
    assert merges(group(a=5, b=3)) == () and merges({}) == () and merges({frozenset(): 3.0}) == ()


def test_as_much_as_is_shared_of_either() -> None:
    """Of ten seats of a two serve b, too; of four of b half."""
    assert merges(group(a=8, b=2, ab=2)) == (
        Merge(frozenset(A), frozenset(B), pytest.approx((0.2 + 0.5) / 2)),
    )
    assert merges(group(ab=6))[0].joint == 1


def test_one_seat_between_two_crews_hardly_joins_them() -> None:
    found = merges(group(ab=20, cd=20, bc=1))
    assert [sorted(one.queues) for one in found] == [[A, B], [C, D], [A, B, C, D]]
    assert found[0].shared > 0.9 and found[2].joint < 0.1


# -- seats ---------------------------------------------------------------------------------------------


def test_between_one_pool_and_each_alone() -> None:
    apart = total(of(group(a=9, b=9), a=80, b=80))
    whole = total(of(group(ab=18), a=80, b=80))
    some = [total(of(group(a=9 - n, b=9 - n, ab=2 * n), a=80, b=80)) for n in range(10)]
    assert some[0] == apart and some[-1] == whole < apart
    assert some == sorted(some, reverse=True)
    assert whole == needs({"x": pooled([load(80), load(80)])}, ()).seats["x"][0]


def test_never_less_than_the_queue_that_needs_most() -> None:
    found = of(group(ab=20), a=100, b=0.5)
    assert total(found) >= of(group(a=20), a=100).seats[A][0]


def test_the_part_of_a_queue_is_by_its_work() -> None:
    found = of(group(ab=18), a=90, b=30).seats
    assert found[A][0] == pytest.approx(3 * found[B][0])


def test_without_calls_nobody_is_needed() -> None:
    assert total(of(group(ab=18), a=0, b=0)) == 0
    assert of(group(ab=18), a=50, b=0).seats[B][0] == 0


def test_seats_are_not_busy_beyond_their_cap() -> None:
    many = {A: load(400, 0.1, 0.8), B: load(400, 0.1, 0.8)}
    assert total(needs(many, merges(group(ab=99)))) >= 80 / 0.8


def test_a_viewers_queues_alone_may_share_less() -> None:
    """Queues that are not asked for are left out of what belongs together."""
    found = needs({A: load(50), C: load(50)}, merges(group(ab=9, bc=9)))
    assert total(found) > 0 and set(found.seats) == {A, C}


def test_people_for_seats_are_rounded_up_once() -> None:
    assert to_roster(8.5, Rule(shrinkage=0.15)) == 10 and to_roster(17, Rule(shrinkage=0.15)) == 20


# -- the level to expect -------------------------------------------------------------------------------


def level(groups: Groups, **calls: float) -> dict[str, float]:
    found = of(groups, **calls)
    mine = share(groups, {queue: float(row[0]) for queue, row in found.seats.items()})
    told = levels(found, {queue: [mine[queue]] for queue in calls})
    return {queue: level or 0.0 for queue, (level,) in told.items()}


def test_a_pool_that_has_enough_is_short_of_nothing_in_any_queue() -> None:
    """Eighteen together suffice, though ten and ten would be needed alone."""
    alone, whole = of(group(a=1), a=80).seats[A][0], total(of(group(ab=18), a=80, b=80))
    assert 2 * alone >= whole + 2
    assert min(level(group(ab=whole), a=80, b=80).values()) >= 0.8
    assert max(level(group(ab=whole - 3), a=80, b=80).values()) < 0.8


def test_a_queue_whose_few_seats_do_not_suffice_is_short_whatever_others_have() -> None:
    found = level(group(a=30, b=4, ab=1), a=80, b=80)
    assert found[A] > 0.95 and found[B] < 0.5


def test_of_seats_that_nobody_tells_of_no_level_is_told() -> None:
    found = of(group(a=9), a=80)
    assert levels(found, {A: [None]}) == {A: [None]} == levels(of({}, a=0), {A: [5.0]})
    assert levels(found, {A: [0.0]}) == {A: [0.0]}


counts = st.floats(0, 40)
sharing = st.dictionaries(
    st.sets(st.sampled_from([A, B, C, D]), min_size=1).map(frozenset), counts, max_size=8
)
called = st.lists(st.one_of(st.just(0.0), st.floats(0.2, 150)), min_size=4, max_size=4)


@settings(deadline=None)
@given(sharing, called)
def test_parts_add_up_to_what_lies_between(groups: Groups, calls: list[float]) -> None:
    loads = {queue: load(count) for queue, count in zip((A, B, C, D), calls, strict=True)}
    found, apart = needs(loads, merges(groups)), needs(loads, ())
    most = max(float(row[0]) for row in apart.seats.values())
    assert most - 1e-6 <= total(found) <= total(apart) + 1e-6
    assert total(found) == pytest.approx(round(total(found)), abs=1e-5)
    told = levels(found, {queue: [float(row[0])] for queue, row in found.seats.items()})
    for queue, (level,) in told.items():
        assert (level is None) == (loads[queue].rate[0] == 0) and (level is None or 0 <= level <= 1)
