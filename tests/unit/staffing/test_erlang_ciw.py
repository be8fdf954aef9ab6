"""Erlang A against a simulation that knows nothing of it; two skills against the states summed one by one."""

from itertools import product
from statistics import fmean
from typing import NamedTuple

import numpy as np
import pytest
from scipy.sparse import lil_array
from scipy.sparse.linalg import spsolve

from ccfloor.staffing.course import draw
from ccfloor.staffing.crew import crew_of, places
from ccfloor.staffing.erlang import Demand, erlang_a
from ccfloor.staffing.flow import flow
from ccfloor.staffing.habits import Habits
from ccfloor.staffing.present import Doing, FloorNow, QueueNow, SeatNow
from tests.unit.staffing.ciw_runs import Call, interval, one_skill, two_skills

T = 20.0
CALM = (Demand(0.05, 180, 60), 11)
CRITICAL = (Demand(0.1, 240, 90), 24)
DROWNED = (Demand(0.05, 240, 45), 8)
PATIENT = (Demand(0.04, 150, 600), 6)


def _share(calls: list[Call], told: list[bool]) -> float:
    return sum(told) / len(calls)


@pytest.mark.parametrize(
    ("demand", "seats"), [CALM, CRITICAL, DROWNED, PATIENT], ids=["calm", "critical", "drowned", "patient"]
)
def test_a_simulated_queue_lies_where_the_formula_says(demand: Demand, seats: int) -> None:
    runs = [one_skill(*demand, seats, seed, 12_000) for seed in range(10)]
    found = erlang_a(demand, seats, T)
    figures = {
        "gone": (
            interval(runs, lambda calls: _share(calls, [not call.served for call in calls])),
            found.abandoned,
        ),
        "waits": (
            interval(runs, lambda calls: _share(calls, [call.wait_s > 0 for call in calls])),
            found.waiting,
        ),
        "beyond": (
            interval(runs, lambda calls: _share(calls, [call.wait_s > T for call in calls])),
            found.beyond,
        ),
        "wait": (interval(runs, lambda calls: fmean(call.wait_s for call in calls)), found.wait_s),
        "asa": (
            interval(runs, lambda calls: fmean(call.wait_s for call in calls if call.served)),
            found.asa_s,
        ),
        "level": (interval(runs, _ignoring_t), found.levels["sl_ignore_T"]),
    }
    for name, (told, value) in figures.items():
        assert value is not None and told.holds(value), (name, told, value)
        assert told.half < 0.15 * value, f"{name}: an interval so wide says nothing"


def _ignoring_t(calls: list[Call]) -> float:
    soon = sum(call.served and call.wait_s <= T for call in calls)
    return soon / sum(call.served or call.wait_s > T for call in calls)


# -- two skills --------------------------------------------------------------------------------------


class Site(NamedTuple):
    """Queues A and B; ``seats`` for A alone and for both."""

    rates: tuple[float, float] = (0.02, 0.012)
    aht_s: float = 180.0
    patience_s: float = 60.0
    seats: tuple[int, int] = (2, 3)


LONGEST = 12  # callers in line that are looked at; more are rarer than the figures are exact


def _gone(site: Site) -> tuple[float, float]:
    """Share of A and of B that give up, from the balance of all states (busy seats, callers in line)."""
    only, both = site.seats
    states = [
        (x, y, a, b)
        for x, y, a, b in product(range(only + 1), range(both + 1), range(LONGEST), range(LONGEST))
        if (not a or (x == only and y == both)) and (not b or y == both)
    ]
    place = {state: number for number, state in enumerate(states)}
    flow = lil_array((len(states), len(states)))
    for state in states:
        for into, rate in _steps(site, *state):
            if into in place and rate:
                flow[place[into], place[state]] += rate
                flow[place[state], place[state]] -= rate
    flow[0, :] = np.ones(len(states))
    share = spsolve(flow.tocsc(), np.eye(len(states))[0])
    lines = np.array([state[2:] for state in states]).T @ share / site.patience_s
    return lines[0] / site.rates[0], lines[1] / site.rates[1]


def _steps(site: Site, x: int, y: int, a: int, b: int) -> list[tuple[tuple[int, int, int, int], float]]:
    """Next states with their rates: a seat that can do both takes B first, A takes its own seats first."""
    only, both = site.seats
    shared = (x, y + 1, a, b) if y < both else None
    to_a = (x + 1, y, a, b) if x < only else shared or (x, y, a + 1, b)
    after = (x, y, a, b - 1) if b else (x, y, a - 1, b) if a else (x, y - 1, a, b)
    return [
        (to_a, site.rates[0]),
        (shared or (x, y, a, b + 1), site.rates[1]),
        ((x, y, a - 1, b) if a else (x - 1, y, a, b), x / site.aht_s),
        (after, y / site.aht_s),
        ((x, y, a - 1, b), a / site.patience_s),
        ((x, y, a, b - 1), b / site.patience_s),
    ]


def _of(calls: list[Call], queue: str) -> float:
    mine = [call for call in calls if call.queue == queue]
    return sum(not call.served for call in mine) / len(mine)


def test_two_skills_simulated_and_summed_agree() -> None:
    site = Site()
    runs = [two_skills(*site, seed, 12_000) for seed in range(10)]
    for queue, exact in zip("AB", _gone(site), strict=True):
        told = interval(runs, lambda calls, queue=queue: _of(calls, queue))
        assert told.holds(exact), (queue, told, exact)
        assert told.half < 0.15 * exact


def _simulated(site: Site) -> dict[str, tuple[float, float]]:
    """By queue what our own courses tell: share that gives up, mean wait of all; after an hour's warming."""
    queues = tuple(
        QueueNow(name, (rate,), 0.0, site.aht_s, site.aht_s, site.patience_s)
        for name, rate in zip("AB", site.rates, strict=True)
    )
    serves = [{"A": 0}] * site.seats[0] + [{"A": 1, "B": 0}] * site.seats[1]
    seats = tuple(SeatNow(f"S/{n}", "", "agent", mine, mine, Doing.IDLE) for n, mine in enumerate(serves))
    now, habits = FloorNow(0.0, 900.0, queues, seats), Habits(aht_cv=0.0, patience_cv=0.0)
    course = draw(now, habits, 160, 6 * 3600.0, 5)
    found = flow(course, crew_of(now, course, places(now)), habits)
    there = np.isfinite(course.at) & (course.at >= 3600.0) & (course.at < 5.5 * 3600.0)
    told = {}
    for place, name in enumerate("AB"):
        mine = there & (course.queue == place)
        waits = found.left[mine] - course.at[mine]
        told[name] = float((~found.answered[mine]).mean()), float(waits.mean())
    return told


def test_our_own_courses_lie_where_a_simulation_of_two_skills_does() -> None:
    """The floor's rule: a free seat takes whoever waits longest of its queues, A has its own seats first."""
    site = Site()
    runs = [two_skills(*site, seed, 12_000, b_first=False) for seed in range(10)]
    for queue, (gone, wait_s) in _simulated(site).items():
        left = interval(runs, lambda calls, queue=queue: _of(calls, queue))
        waited = interval(
            runs, lambda calls, queue=queue: fmean(call.wait_s for call in calls if call.queue == queue)
        )
        assert left.holds(gone), (queue, left, gone)
        assert waited.holds(wait_s), (queue, waited, wait_s)
        assert left.half < 0.15 * gone and waited.half < 0.15 * wait_s


@pytest.mark.parametrize("seats", [(0, 5), (1, 4), (2, 3), (3, 2), (4, 1)])
def test_shared_seats_lie_between_one_pool_and_a_wall(seats: tuple[int, int]) -> None:
    """All seats for all calls is the best there can be; shared seats walled off for B the worst."""
    site = Site(seats=seats)
    lost = sum(rate * share for rate, share in zip(site.rates, _gone(site), strict=True))
    pool = erlang_a(Demand(sum(site.rates), site.aht_s, site.patience_s), sum(seats)).abandoned
    walls = [
        erlang_a(Demand(rate, site.aht_s, site.patience_s), number).abandoned
        for rate, number in zip(site.rates, seats, strict=True)
    ]
    assert pool * sum(site.rates) - 1e-9 <= lost
    assert lost <= sum(rate * share for rate, share in zip(site.rates, walls, strict=True)) + 1e-9


def test_with_all_seats_shared_it_is_one_queue() -> None:
    site = Site(seats=(0, 5))
    lost = sum(rate * share for rate, share in zip(site.rates, _gone(site), strict=True)) / sum(site.rates)
    pool = erlang_a(Demand(sum(site.rates), site.aht_s, site.patience_s), 5).abandoned
    assert lost == pytest.approx(pool, rel=1e-5)
