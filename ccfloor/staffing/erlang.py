"""The queue in balance: what so many seats mean for so many calls (Erlang B, C and A).

Stationary figures of a first-come-first-served queue with one kind of seat. Times in seconds, shares 0..1,
rates in calls a second. ``erlang_a`` with endless patience is ``erlang_c``. Checked against reference figures
of 40 digits to one part in 10^9, and against an independent event simulation.
"""

from math import exp, inf, isfinite, isinf, isnan
from typing import NamedTuple

import msgspec
import numpy as np
from scipy.special import betaincinv, gammainc, gammaincinv, logsumexp

from ccfloor.floor.metrics import expected_wait_s
from ccfloor.staffing.erlang_a import log_depth
from ccfloor.staffing.erlang_b import blocking, carried, odds
from ccfloor.staffing.erlang_cells import LEVELS, Cells, Waits
from ccfloor.staffing.erlang_table import LossTable, check, loss_table, waits

__all__ = [
    "LEVELS",
    "Demand",
    "LossTable",
    "Steady",
    "carried",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "loss_table",
    "queue_tail",
    "wait_at_position_s",
    "wait_quantile_s",
]


def erlang_b(erlangs: float, seats: int) -> float:
    """Share of calls turned away where nobody waits, 0..1; without seats all of them. Raises ValueError on
    a load or a number of seats that cannot be.
    """
    if not (isfinite(erlangs) and erlangs >= 0):
        raise ValueError("a load is finite and not negative")
    if seats < 0:
        raise ValueError("seats are not negative")
    return blocking(erlangs, seats)


class Demand(NamedTuple):
    """Calls a second, seconds a call takes a seat, mean seconds until a caller gives up (infinite: never)."""

    rate: float
    aht_s: float
    patience_s: float = inf

    @property
    def erlangs(self) -> float:
        """Seats that the calls would keep busy if nobody gave up."""
        return self.rate * self.aht_s


class Steady(msgspec.Struct, frozen=True):
    """A queue in balance with ``seats`` working.

    ``waiting``: share that finds every seat busy; ``abandoned``: share that gives up; ``beyond``: share that
    waits longer than T, however it ends; ``levels``: service level by variant, None where nobody is answered.
    ``asa_s``: mean wait of the answered, None where nobody is; ``wait_s``: mean wait of all; ``queue``: mean
    number waiting; ``occupancy``: busy share of the seats, None without seats. ``wait_s``, ``asa_s`` and
    ``queue`` are infinite where callers of endless patience find too few seats.
    """

    seats: int
    erlangs: float
    waiting: float
    abandoned: float
    beyond: float
    levels: dict[str, float | None]
    asa_s: float | None
    wait_s: float
    queue: float
    occupancy: float | None


def erlang_a(demand: Demand, seats: int, threshold_s: float = 20.0) -> Steady:
    """M/M/n+M. Raises ValueError on a load or a number of seats that cannot be."""
    found = waits(_cell(demand, seats, threshold_s))
    wait = float(found.wait_s[0])
    return Steady(
        seats=seats,
        erlangs=demand.erlangs,
        waiting=float(found.waiting[0]),
        abandoned=float(found.gone[0]),
        beyond=float(found.beyond[0]),
        levels={variant: _known(found.level(variant)[0]) for variant in LEVELS},
        asa_s=_known(found.served_wait_s[0]),
        wait_s=wait,
        queue=demand.rate * wait if demand.rate else 0.0,
        occupancy=_occupancy(demand, seats, found),
    )


def erlang_c(demand: Demand, seats: int, threshold_s: float = 20.0) -> Steady:
    """M/M/n: nobody gives up, whatever the demand says of patience. Raises as ``erlang_a``."""
    return erlang_a(demand._replace(patience_s=inf), seats, threshold_s)


def _known(value: float) -> float | None:
    return None if isnan(value) else float(value)


def _occupancy(demand: Demand, seats: int, found: Waits) -> float | None:
    if not seats:
        return None
    return min(1.0, demand.erlangs * float(found.served[0]) / seats)


def _cell(demand: Demand, seats: int, threshold_s: float) -> Cells:
    if seats < 0:
        raise ValueError("a number of seats is not negative")
    rate, aht, patience, limit = (np.array([float(part)]) for part in (*demand, threshold_s))
    check(rate, aht, patience, limit)
    count, full = np.array([float(seats)]), np.array([odds(demand.erlangs, seats)])
    return Cells(rate, aht, patience, limit, count, full)


def queue_tail(demand: Demand, seats: int, at_least: int) -> float:
    """Share of time in which ``at_least`` callers wait, 0..1. Raises as ``erlang_a``.

    Erlang C: P(W > 0) (A/n)^k, and 1 with too few seats. Erlang A: the states from k on weigh as those of a
    queue whose seats work faster by k abandonments.
    """
    cell = _cell(demand, seats, 0.0)
    if at_least <= 0:
        return 1.0
    if isinf(demand.patience_s):
        waiting = float(waits(cell).waiting[0])
        return waiting * min(1.0, demand.erlangs / seats if seats else 1.0) ** at_least
    if not demand.rate:
        return 0.0
    calls, work = demand.rate * demand.patience_s, seats * demand.patience_s / demand.aht_s
    return float(gammainc(at_least, calls)) if not seats else _impatient_tail(cell, calls, work, at_least)


def _impatient_tail(cell: Cells, calls: float, work: float, at_least: int) -> float:
    """Whichever of the share and its complement is the smaller is computed: it keeps its digits."""
    waiting = float(waits(cell).waiting[0])
    above, below = log_depth(np.full(2, calls), np.array([work + at_least, work]))
    steps = np.cumsum(np.log(calls / (work + np.arange(1.0, at_least + 1))))
    fewer = exp(min(0.0, float(logsumexp(np.append(steps[:-1], 0.0)) - below)))
    return waiting * (1 - fewer if fewer < 0.5 else exp(min(0.0, float(above - below + steps[-1]))))


def wait_at_position_s(position: int, seats: int, demand: Demand) -> float | None:
    """Mean wait in seconds of the caller at ``position`` (1: next) who stays; None without seats.

    Every seat is busy.
    """
    patience = demand.patience_s if isfinite(demand.patience_s) else None
    return expected_wait_s(position, seats, demand.aht_s, patience)


def wait_quantile_s(position: int, seats: int, demand: Demand, share: float) -> float | None:
    """The wait in seconds that this share (0..1) of callers at ``position`` who stay does not exceed.

    The wait is a sum of exponentials of rates n mu + j theta, j = 0 .. position-1, so that e^(-theta wait) is
    a beta variable with parameters n mu / theta and position. Without a patience above 0 nobody gives up.
    None without seats. Raises ValueError on a share that no wait has.
    """
    if not 0 <= share < 1:
        raise ValueError("a share lies between 0 and 1; no wait is longer than all")
    if seats <= 0 or demand.aht_s <= 0 or position <= 0:
        return None
    if isinf(demand.patience_s) or demand.patience_s <= 0:
        return float(gammaincinv(position, share)) * demand.aht_s / seats
    work = seats * demand.patience_s / demand.aht_s
    return -float(np.log1p(-betaincinv(position, work, share))) * demand.patience_s
