"""Seats that serve several queues are counted once, and stand where they are needed most."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccfloor.service.staffing_today.sharing import share

A, B, C = "a", "b", "c"
ONLY_A, ONLY_B, BOTH, ALL = frozenset((A,)), frozenset((B,)), frozenset((A, B)), frozenset((A, B, C))


def near(**seats: float) -> dict[str, float]:
    """To a hundredth of a seat: a fair division is found step by step."""
    return pytest.approx(seats, abs=0.01)  # type: ignore[no-any-return]


def test_who_serves_one_queue_is_there() -> None:
    assert share({ONLY_A: 3.0, ONLY_B: 1.5}, {A: 10.0, B: 1.0}) == near(a=3.0, b=1.5)


def test_a_shared_seat_goes_where_the_own_ones_do_not_suffice() -> None:
    """Ten of ten needed are there for a; the one seat that serves both is b's."""
    assert share({ONLY_A: 10.0, BOTH: 1.0}, {A: 10.0, B: 1.0}) == near(a=10.0, b=1.0)


def test_shared_seats_supply_their_queues_alike() -> None:
    assert share({BOTH: 6.0}, {A: 8.0, B: 4.0}) == near(a=4.0, b=2.0)


def test_a_queue_without_need_gets_only_what_nobody_else_can_use() -> None:
    assert share({BOTH: 2.0}, {A: 3.0}) == near(a=2.0, b=0.0)
    assert share({BOTH: 2.0}, {}) == near(a=1.0, b=1.0)


def test_nobody_and_seats_of_no_queue() -> None:
    assert share({}, {A: 1.0}) == {}
    assert share({frozenset(): 4.0, ONLY_A: 0.0}, {A: 1.0}) == {A: 0.0}


seats = st.floats(0, 50)
groups = st.dictionaries(st.sampled_from([ONLY_A, ONLY_B, BOTH, ALL, frozenset((B, C))]), seats)
needs = st.dictionaries(st.sampled_from([A, B, C]), st.floats(0.1, 40), min_size=3, max_size=3)


@given(groups, needs)
def test_no_seat_is_lost_or_counted_twice(
    groups: dict[frozenset[str], float], need: dict[str, float]
) -> None:
    found = share(groups, need)
    assert sum(found.values()) == pytest.approx(sum(groups.values()), abs=1e-6)
    for queue, given_ in found.items():
        own = sum(seats for queues, seats in groups.items() if queues == {queue})
        most = sum(seats for queues, seats in groups.items() if queue in queues)
        assert own - 1e-6 <= given_ <= most + 1e-6
