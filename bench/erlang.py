"""How long Erlang figures take: one queue, a table for the advisor, the required seats of a day.

    python bench/erlang.py [--times 20]

Processor time, the median of so many. Baselines in the same run: the states of a queue summed one by one in
plain Python; tables and days figure by figure. Beside the ratio, how far the two ways differ at most.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from math import fsum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccfloor.staffing.erlang import Demand, erlang_a, loss_table
from ccfloor.staffing.required import Aim, required, required_many

AHT_S, PATIENCE_S, T = 240.0, 90.0, 20.0
QUEUES, HALF_HOURS, LOADS, MOST = 50, 48, 60, 100
AIM = Aim(0.8, T, abandoned=0.04, occupancy=0.88)
Numbers = NDArray[Any]


class Asked(NamedTuple):
    """One question: our way and the baseline; both return the same numbers."""

    name: str
    ours: Callable[[], Numbers]
    baseline: Callable[[], Numbers]
    slow: bool = False  # the baseline is asked once


def summed(demand: Demand, seats: int) -> Numbers:
    """P(ab) from the weights of all states, the one of n busy seats being 1."""
    below, above = [1.0], [1.0]
    for number in range(seats, 0, -1):
        below.append(below[-1] * number / demand.erlangs)
    while above[-1] > 1e-18:
        down = seats / demand.aht_s + len(above) / demand.patience_s
        above.append(above[-1] * demand.rate / down)
    waiting = fsum(number * state for number, state in enumerate(above))
    total = fsum(below) + fsum(above) - 1
    return np.array([waiting / total / demand.rate / demand.patience_s])


def one_queue(demand: Demand, seats: int) -> Asked:
    """All figures by integrals, against P(ab) alone by its states."""
    name = f"all figures of a queue, {demand.erlangs:,.0f} erlangs"
    return Asked(
        name, lambda: np.array([erlang_a(demand, seats, T).abandoned]), lambda: summed(demand, seats)
    )


def table() -> Asked:
    """What the advisor asks for."""
    rates = np.linspace(0.002, 0.3, LOADS)

    def cells() -> Numbers:
        loads = [Demand(float(rate), AHT_S, PATIENCE_S) for rate in rates]
        return np.array([[erlang_a(load, n, T).abandoned for n in range(MOST + 1)] for load in loads])

    name = f"table of {LOADS} loads and 0..{MOST} seats"
    return Asked(name, lambda: loss_table(rates, AHT_S, PATIENCE_S, T, MOST).abandoned, cells, slow=True)


def day() -> Asked:
    """What the page of the day asks for."""
    peaks = np.sin(np.linspace(0, np.pi, HALF_HOURS))
    rates = np.maximum(0.0, np.outer(np.linspace(0.01, 0.35, QUEUES), peaks)).ravel()

    def alone() -> Numbers:
        return np.array([required(Demand(float(rate), AHT_S, PATIENCE_S), AIM).seats for rate in rates])

    name = f"required seats, {QUEUES} queues and {HALF_HOURS} half hours"
    return Asked(name, lambda: required_many(rates, AHT_S, PATIENCE_S, AIM), alone, slow=True)


def timed(work: Callable[[], Numbers], times: int) -> tuple[float, Numbers]:
    """Milliseconds, and what came of it."""
    taken, found = [], np.empty(0)
    for _ in range(times):
        begun = time.process_time()
        found = work()
        taken.append((time.process_time() - begun) * 1000)
    return statistics.median(taken), found


def main() -> None:
    """Print a line for each question."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--times", type=int, default=20)
    times = parser.parse_args().times
    questions = [
        one_queue(Demand(0.12, AHT_S, PATIENCE_S), 32),
        one_queue(Demand(10_000 / AHT_S, AHT_S, PATIENCE_S), 10_050),
        table(),
        day(),
    ]
    print(f"{'':50}{'ours':>10}{'baseline':>11}{'ratio':>8}{'differ by':>12}")
    for asked in questions:
        spent, found = timed(asked.ours, times)
        other, expected = timed(asked.baseline, 1 if asked.slow else times)
        apart = float(np.max(np.abs(found - expected) / np.maximum(np.abs(expected), 1e-300)))
        print(f"{asked.name:50}{spent:7.2f} ms{other:8.2f} ms{other / spent:8.1f}{apart:12.0e}")


if __name__ == "__main__":
    main()
