"""Seats that are really there: pauses due back, shifts that end, and seats that two queues count on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccfloor.staffing.erlang import loss_table
from ccfloor.staffing.live_seats import divide, effective, there
from ccfloor.staffing.present import Doing, FloorNow, QueueNow, SeatNow

H = 1800.0
CALLS, HANDLE = 0.02, 200.0  # four erlangs


def _queue(name: str, rate: float = CALLS, waiting: int = 0) -> QueueNow:
    return QueueNow(name, (rate,), 0.1, HANDLE, HANDLE, 90.0, tuple(float(n) for n in range(waiting)))


def _seat(number: int, queues: dict[str, int], doing: Doing = Doing.IDLE, **more: float) -> SeatNow:
    return SeatNow(f"S/{number}", f"a{number}", "agent", queues, queues, doing, **more)


def _floor(queues: list[QueueNow], seats: list[SeatNow]) -> FloorNow:
    return FloorNow(1_763_341_200.0, 900.0, tuple(queues), tuple(seats))


# -- one seat ----------------------------------------------------------------------------------------


def test_a_busy_seat_is_a_seat() -> None:
    """Erlang's n counts who is on a call: only an absence takes away from it."""
    for doing in (Doing.IDLE, Doing.BUSY):
        assert there(_seat(1, {"a": 0}, doing, free_in_s=900.0), H) == (1, 0)
        assert there(_seat(1, {"a": 0}, doing, leaves_in_s=600.0), H).share == pytest.approx(1 / 3)
        assert there(_seat(1, {"a": 0}, doing, leaves_in_s=-60.0), H).share == 0


def test_who_is_away_counts_from_when_they_may_be_back() -> None:
    rng = np.random.default_rng(9)
    for back_s in (120.0, 900.0, 2400.0):
        sigma = np.sqrt(np.log1p(0.25))
        drawn = np.maximum(H - rng.lognormal(np.log(back_s) - sigma**2 / 2, sigma, 200_000), 0) / H
        told = there(_seat(1, {"a": 0}, Doing.AWAY, back_in_s=back_s), H)
        assert told.share == pytest.approx(drawn.mean(), abs=0.01)
        assert told.variance == pytest.approx(drawn.var(), abs=0.006)
    assert there(_seat(1, {"a": 0}, Doing.AWAY, back_in_s=0.0), H) == (1, 0)


def test_of_whom_nobody_knows_is_not_counted_on() -> None:
    assert there(_seat(1, {"a": 0}, Doing.AWAY), H) == (0, 0)
    assert there(_seat(1, {"a": 0}, Doing.AWAY, back_in_s=300.0, leaves_in_s=200.0), H).share < 0.03
    with pytest.raises(ValueError, match="horizon"):
        there(_seat(1, {"a": 0}), 0.0)


# -- a floor -----------------------------------------------------------------------------------------


def test_three_there_one_back_in_a_while_one_gone() -> None:
    seats = [_seat(1, {"a": 0}), _seat(2, {"a": 0}, Doing.BUSY), _seat(3, {"a": 0}, Doing.BUSY)]
    seats += [_seat(4, {"a": 0}, Doing.AWAY, back_in_s=600.0), _seat(5, {"a": 0}, Doing.AWAY)]
    told = effective(_floor([_queue("a")], seats), H)["a"]
    assert (told.idle, told.busy, told.effective.sample, told.shared) == (1, 2, 3, 0)
    assert 0.6 < told.coming < 0.7 and told.effective.value == pytest.approx(3 + told.coming)
    assert told.effective.low < told.effective.value < told.effective.high < 4


def test_shared_seats_are_counted_once_and_go_where_calls_are() -> None:
    """Six seats can do both; b brings twice the calls, and callers who wait already count."""
    seats = [_seat(n, {"a": 0, "b": 0}) for n in range(6)]
    told = effective(_floor([_queue("a"), _queue("b", 2 * CALLS)], seats), H)
    assert told["a"].effective.value == pytest.approx(2, abs=1e-3)
    assert told["b"].effective.value == pytest.approx(4, abs=1e-3)
    assert told["a"].shared == pytest.approx(2, abs=1e-3) and told["a"].idle == 6
    crowd = effective(_floor([_queue("a", waiting=36), _queue("b", 2 * CALLS)], seats), H)
    assert crowd["a"].effective.value == pytest.approx(3, abs=1e-3)


def test_own_seats_first_then_the_shared_make_up_the_difference() -> None:
    seats = [_seat(n, {"a": 0}) for n in range(4)] + [_seat(n, {"a": 0, "b": 0}) for n in range(4, 8)]
    told = effective(_floor([_queue("a"), _queue("b")], seats), H)
    assert told["a"].effective.value == pytest.approx(4, abs=0.01)
    assert told["b"].effective.value == pytest.approx(4, abs=0.01)
    alone = effective(_floor([_queue("a"), _queue("b", 0.0)], seats), H)
    assert alone["a"].effective.value == pytest.approx(8, abs=0.01)


def test_a_seat_in_reserve_comes_up_when_the_others_are_far_from_enough() -> None:
    """Penalty 5 in b: it stays with a until b has a third less for each erlang."""
    own = [_seat(1, {"b": 0}), _seat(2, {"b": 0}), _seat(3, {"b": 0})]
    reserve = [_seat(n, {"a": 0, "b": 5}) for n in range(4, 8)]
    calm = effective(_floor([_queue("a"), _queue("b")], own + reserve), H)
    assert calm["b"].effective.value == pytest.approx(3, abs=0.05)
    rush = effective(_floor([_queue("a"), _queue("b", 4 * CALLS)], own + reserve), H)
    assert rush["b"].effective.value > 4.2


def test_queues_nobody_serves_and_seats_that_serve_none() -> None:
    floor = _floor([_queue("a"), _queue("b")], [_seat(1, {"a": 0, "elsewhere": 0}), _seat(2, {})])
    told = effective(floor, H)
    assert told["a"].effective.value == pytest.approx(1)
    assert told["b"].effective.value == 0 and told["b"].effective.high == 0
    assert effective(_floor([], []), H) == {}


def test_a_walled_off_part_is_never_better_than_the_pool_it_stands_for() -> None:
    """What is told of a shared queue by its part is on the safe side."""
    seats = [_seat(n, {"a": 0, "b": 0}) for n in range(10)]
    told = effective(_floor([_queue("a"), _queue("b", 0.5 * CALLS)], seats), H)
    lost = 0.0
    for name, rate in (("a", CALLS), ("b", 0.5 * CALLS)):
        gone = loss_table(rate, HANDLE, 90, 20, 12).abandoned[0]
        lost += rate * float(np.interp(told[name].effective.value, range(13), gone))
    assert lost > 1.5 * CALLS * loss_table(1.5 * CALLS, HANDLE, 90, 20, 10).abandoned[0, 10]


@given(
    st.lists(
        st.tuples(st.dictionaries(st.integers(0, 4), st.integers(0, 6), max_size=4), st.floats(0, 1)),
        max_size=25,
    ),
    st.lists(st.floats(0, 50), min_size=5, max_size=5),
)
def test_no_part_of_a_seat_is_lost_or_counted_twice(
    seats: list[tuple[dict[int, int], float]], need: list[float]
) -> None:
    parts = divide([queues for queues, _ in seats], [amount for _, amount in seats], np.array(need))
    assert parts.shape == (len(seats), 5) and (parts >= 0).all()
    for row, (queues, amount) in zip(parts, seats, strict=True):
        assert row.sum() == pytest.approx(amount if queues else 0, abs=1e-9)
        assert all(row[queue] == 0 for queue in range(5) if queue not in queues)


@given(st.lists(st.floats(0.5, 20), min_size=3, max_size=3), st.integers(1, 30))
def test_queues_that_share_everything_are_supplied_alike(need: list[float], seats: int) -> None:
    parts = divide([{0: 0, 1: 0, 2: 0}] * seats, [1.0] * seats, np.array(need)).sum(0)
    assert parts / np.array(need) == pytest.approx(seats / sum(need), rel=1e-3)
