"""What holds of every queue in balance: shares are shares, no seat harms, the limits are Erlang B and C."""

from itertools import pairwise
from math import exp, inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccfloor.staffing.erlang import (
    LEVELS,
    Demand,
    Steady,
    erlang_a,
    erlang_b,
    erlang_c,
    loss_table,
    queue_tail,
)

TINY = 1e-12  # what rounding may add

handle = st.floats(5, 3600)
patience = st.floats(1, 1e6) | st.just(inf)
seats = st.integers(1, 400)
load = st.floats(0, 3) | st.sampled_from([0.0, 1.0, 1e-9])
limit = st.just(0.0) | st.floats(0, 600)


def _demand(share: float, aht_s: float, patience_s: float, number: int) -> Demand:
    return Demand(share * number / aht_s, aht_s, patience_s)


def _shares(found: Steady) -> list[float]:
    levels = [level for level in found.levels.values() if level is not None]
    told = [found.waiting, found.abandoned, found.beyond, *levels]
    return told if found.occupancy is None else [*told, found.occupancy]


@settings(max_examples=300, deadline=None)
@given(load, handle, patience, seats, limit)
def test_shares_are_shares_and_waits_are_not_negative(
    share: float, aht_s: float, patience_s: float, number: int, limit_s: float
) -> None:
    demand = _demand(share, aht_s, patience_s, number)
    found = erlang_a(demand, number, limit_s)
    assert all(0 <= part <= 1 for part in _shares(found))
    assert found.asa_s is not None and found.asa_s >= 0 and found.wait_s >= 0 and found.queue >= 0
    assert found.wait_s <= patience_s * (1 + TINY)
    assert found.abandoned >= 1 - 1 / max(share, 1) - TINY or patience_s == inf
    tails = [queue_tail(demand, number, at_least) for at_least in (0, 1, 2, 8, 30)]
    assert tails[0] == 1 and tails[1] <= found.waiting and min(tails) >= 0
    assert all(longer <= shorter * (1 + 1e-9) for shorter, longer in pairwise(tails))


@settings(max_examples=200, deadline=None)
@given(load, handle, patience, seats, limit)
def test_one_seat_more_never_harms(
    share: float, aht_s: float, patience_s: float, number: int, limit_s: float
) -> None:
    demand = _demand(share, aht_s, patience_s, number)
    one, more = erlang_a(demand, number, limit_s), erlang_a(demand, number + 1, limit_s)
    for field in ("waiting", "abandoned", "beyond", "wait_s", "asa_s", "queue", "occupancy"):
        assert getattr(more, field) <= getattr(one, field) * (1 + TINY) + 1e-300, field
    for variant in LEVELS:
        before, after = one.levels[variant], more.levels[variant]
        assert before is not None and after is not None and after >= before - TINY


@settings(max_examples=150, deadline=None)
@given(st.floats(0.01, 2), handle, st.floats(1, 1e5), seats, limit)
def test_more_calls_never_help(
    share: float, aht_s: float, patience_s: float, number: int, limit_s: float
) -> None:
    one = erlang_a(_demand(share, aht_s, patience_s, number), number, limit_s)
    more = erlang_a(_demand(share * 1.05, aht_s, patience_s, number), number, limit_s)
    assert more.abandoned >= one.abandoned * (1 - TINY) and more.wait_s >= one.wait_s * (1 - TINY)
    for variant in LEVELS:
        before, after = one.levels[variant], more.levels[variant]
        assert before is not None and after is not None and after <= before + TINY


@settings(max_examples=150, deadline=None)
@given(st.floats(0.01, 0.95), handle, seats, limit)
def test_who_never_gives_up_meets_erlang_c(share: float, aht_s: float, number: int, limit_s: float) -> None:
    """At 10^12 s of patience next to nobody leaves, and Erlang A has become Erlang C."""
    demand = _demand(share, aht_s, 1e12, number)
    near, ideal = erlang_a(demand, number, limit_s), erlang_c(demand, number, limit_s)
    assert near.waiting == pytest.approx(ideal.waiting, rel=1e-4, abs=1e-12)
    assert near.wait_s == pytest.approx(ideal.wait_s, rel=1e-4, abs=1e-12)
    assert near.levels["sl_ignore_T"] == pytest.approx(ideal.levels["sl_ignore_T"], abs=1e-4)


@settings(max_examples=150, deadline=None)
@given(st.floats(0.01, 3), handle, seats)
def test_who_gives_up_at_once_meets_erlang_b(share: float, aht_s: float, number: int) -> None:
    """At a millionth of a second of patience nobody waits: who finds no seat is lost."""
    demand = _demand(share, aht_s, 1e-6, number)
    found, lost = erlang_a(demand, number), erlang_b(demand.erlangs, number)
    assert found.abandoned == pytest.approx(lost, rel=1e-3, abs=1e-300)
    assert found.waiting == pytest.approx(lost, rel=1e-3, abs=1e-300)


@settings(max_examples=100, deadline=None)
@given(load, handle, patience, st.integers(0, 60), limit)
def test_the_table_is_the_scalar(
    share: float, aht_s: float, patience_s: float, number: int, limit_s: float
) -> None:
    demand = _demand(share, aht_s, patience_s, max(number, 1))
    table = loss_table([demand.rate], aht_s, patience_s, limit_s, 60)
    one = erlang_a(demand, number, limit_s)
    assert table.abandoned[0, number] == pytest.approx(one.abandoned, rel=1e-9, abs=1e-300)
    assert table.level[0, number] == pytest.approx(one.levels["sl_ignore_T"], rel=1e-9)
    assert table.wait_s[0, number] == pytest.approx(one.wait_s, rel=1e-9, abs=1e-300)


@settings(max_examples=100, deadline=None)
@given(st.floats(0.1, 0.99), handle, seats, limit)
def test_erlang_c_keeps_its_own_law(share: float, aht_s: float, number: int, limit_s: float) -> None:
    """C = nB / (n - A(1 - B)), an exponential wait, Little's law: each here from the loss formula."""
    demand = _demand(share, aht_s, inf, number)
    spare, lost = number - demand.erlangs, erlang_b(demand.erlangs, number)
    delayed = number * lost / (spare + demand.erlangs * lost)
    found = erlang_c(demand, number, limit_s)
    assert found.waiting == pytest.approx(delayed, rel=1e-9)
    assert found.beyond == pytest.approx(delayed * exp(-spare * limit_s / aht_s), rel=1e-9, abs=1e-300)
    assert found.queue == pytest.approx(delayed * share / (1 - share), rel=1e-6)
