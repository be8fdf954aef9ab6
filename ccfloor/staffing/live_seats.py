"""The seats that a queue really has: who is there for how long, and what a shared seat is worth to each.

A seat counts by the share of a horizon in which it works, busy or free (so does the n of Erlang); who is away
counts from when they may be back. A seat that serves several queues is divided among them, not counted
in each: as in a market in which every queue spends its erlangs on seats, so that all queues that share are
supplied alike (Eisenberg and Gale 1959; proportional response, Zhang 2011).
"""

from collections.abc import Mapping, Sequence
from math import log1p, sqrt
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from ccfloor.staffing.present import Doing, Estimate, FloorNow, SeatNow

Row = NDArray[np.float64]
_SIDE = 1.2816  # standard deviations to either side that hold four in five
_RESERVE = (
    0.1  # a seat one point of penalty behind others of a queue comes up when the queue is so much shorter
)
_ROUNDS = 500
_SAME = 1e-7  # of a seat: nothing moves any more
_TRACE = 1e-9  # need of a queue without calls, beside the greatest: what else is idle goes to it
_DRAWS = ndtri((np.arange(20) + 0.5) / 20)


class There(NamedTuple):
    """Share of a horizon in which a seat works, and its variance."""

    share: float
    variance: float


class QueueSeats(msgspec.Struct, frozen=True):
    """Seats of one queue over a horizon. ``effective``: in seats' worth of work, a shared seat by its part;
    its ``sample`` is the seats that work now. ``idle``, ``busy``: seats now, shared ones whole; ``coming``:
    seats' worth of who is away and expected back, shared ones by their part; ``shared``: part of
    ``effective`` that is shared with other queues.
    """

    queue: str
    effective: Estimate
    idle: int
    busy: int
    coming: float
    shared: float


def there(seat: SeatNow, horizon_s: float, back_cv: float = 0.5) -> There:
    """The share of the next ``horizon_s`` in which a seat works.

    Who is away is back after a lognormal time of mean ``back_in_s`` and deviation ``back_cv`` of it; of whom
    nobody knows is not counted on. Nobody is there after the end of the shift. Raises ValueError on a horizon
    that is none.
    """
    if not horizon_s > 0:
        raise ValueError("a horizon is above 0")
    ends = horizon_s if seat.leaves_in_s is None else min(max(seat.leaves_in_s, 0.0), horizon_s)
    if seat.doing is not Doing.AWAY:
        return There(ends / horizon_s, 0.0)
    if seat.back_in_s is None:
        return There(0.0, 0.0)
    sigma = sqrt(log1p(back_cv**2))
    back = max(seat.back_in_s, 0.0) * np.exp(sigma * _DRAWS - sigma**2 / 2)
    shares = np.maximum(ends - back, 0.0) / horizon_s
    return There(float(shares.mean()), float(shares.var()))


def effective(floor: FloorNow, horizon_s: float, back_cv: float = 0.5) -> dict[str, QueueSeats]:
    """Queue → the seats it really has over the next ``horizon_s``.

    How a shared seat is divided is chance, too: at any instant it is with one queue; over many calls of the
    horizon that averages out.
    """
    known = {queue.queue: place for place, queue in enumerate(floor.queues)}
    need = np.array([_need(floor, place, horizon_s) for place in range(len(floor.queues))])
    seats = [seat for seat in floor.seats if known.keys() & seat.queues.keys()]
    shares = [there(seat, horizon_s, back_cv) for seat in seats]
    parts = divide(
        [{known[name]: p for name, p in seat.queues.items() if name in known} for seat in seats],
        [share.share for share in shares],
        need,
    )
    return {
        queue.queue: _told(queue.queue, _Part(seats, shares, parts[:, place]), queue.aht_s / horizon_s)
        for place, queue in enumerate(floor.queues)
    }


def _need(floor: FloorNow, place: int, horizon_s: float) -> float:
    """Erlangs that a queue brings in the horizon, who waits already included."""
    queue = floor.queues[place]
    steps = max(1, round(horizon_s / floor.step_s))
    rates = [queue.rate[min(step, len(queue.rate) - 1)] for step in range(steps)] if queue.rate else [0.0]
    return (sum(rates) / len(rates) + len(queue.waiting) / horizon_s) * queue.aht_s


class _Part(NamedTuple):
    seats: Sequence[SeatNow]
    there: Sequence[There]
    parts: Row  # of each seat, seats' worth for this queue


def _told(queue: str, of: _Part, call: float) -> QueueSeats:
    """``call``: length of a call as a share of the horizon."""
    value = coming = shared = variance = 0.0
    works = [0, 0]
    for seat, share, part in zip(of.seats, of.there, of.parts, strict=True):
        if queue not in seat.queues:
            continue
        mine = part / share.share if share.share > 0 else 0.0
        variance += mine**2 * share.variance + share.share**2 * mine * (1 - mine) * min(1.0, call)
        value += part
        coming += part if seat.doing is Doing.AWAY else 0.0
        shared += part if mine < 1 - _SAME else 0.0
        if seat.doing is not Doing.AWAY:
            works[seat.doing is Doing.BUSY] += 1
    side, most = _SIDE * sqrt(variance), float(sum(queue in seat.queues for seat in of.seats))
    number = Estimate(value, max(0.0, value - side), min(most, value + side), sum(works))
    return QueueSeats(queue, number, works[0], works[1], coming, shared)


def divide(serves: Sequence[Mapping[int, int]], amounts: Sequence[float], need: Row) -> Row:
    """Seats' worth of each seat (rows) for each queue (columns).

    ``serves``: of each seat, queue → penalty; ``amounts``: how much of each seat there is; ``need``: erlangs
    of each queue. A seat's parts add up to its amount. Queues that share get the same seats an erlang as far
    as skills allow; a seat behind others (penalty) serves a queue from when that is as much shorter.
    """
    kinds: dict[tuple[tuple[int, int], ...], list[int]] = {}
    for place, queues in enumerate(serves):
        kinds.setdefault(tuple(sorted(queues.items())), []).append(place)
    worth = np.zeros((len(kinds), len(need)))
    for row, kind in enumerate(kinds):
        for queue, penalty in kind:
            worth[row, queue] = 1 / (1 + _RESERVE * max(penalty, 0))
    given = np.array([sum(amounts[place] for place in places) for places in kinds.values()])
    portions = _portions(worth, given, np.maximum(need, _TRACE * max(1e-9, float(need.max(initial=0.0)))))
    found = np.zeros((len(serves), len(need)))
    for row, places in enumerate(kinds.values()):
        found[places] = np.outer([amounts[place] for place in places], portions[row])
    return found


def _portions(worth: Row, given: Row, need: Row) -> Row:
    """Of each kind of seat, the share for each queue: every queue bids for what serves it best."""
    able = (worth > 0).astype(np.float64)
    portions: Row = able / np.maximum(able.sum(1, keepdims=True), 1.0)
    for _ in range(_ROUNDS):
        useful = worth * portions * given[:, None]
        supply = useful.sum(0)
        bids = np.divide(need * useful, supply, out=np.zeros_like(useful), where=supply > 0)
        price = bids.sum(1, keepdims=True)
        fresh = np.divide(bids, price, out=portions.copy(), where=price > 0)
        moved = float(np.abs(fresh - portions).max(initial=0.0))
        portions = fresh
        if moved < _SAME:
            break
    return portions
