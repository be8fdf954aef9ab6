"""Seats that queues need in each half hour, and the service level to expect with those there.

Alone a queue needs the fewest seats for which Erlang A gives its service level. Queues that share seats need
fewer together than each alone: of what one pool of all their calls would save they save the more, the more of
their seats' time is shared. Seats of a pool are divided among its queues by their load.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccfloor.floor.config import QueueTarget
from ccfloor.service.staffing_today.measured import Measured
from ccfloor.service.staffing_today.pooling import Merge
from ccfloor.service.staffing_today.site import Rule
from ccfloor.staffing.erlang_b import odds_table
from ccfloor.staffing.erlang_cells import Cells
from ccfloor.staffing.erlang_table import waits
from ccfloor.staffing.required import Aim, required_many

HARDLY = 0.1  # calls in a half hour; where fewer are expected nobody needs to sit
_FUZZ = 1e-6  # of a seat
Row = NDArray[np.float64]
Pool = frozenset[str]


class Load(NamedTuple):
    """What comes by half hour: calls a second, handle time and patience in seconds; and what is to be
    reached: share of calls within a threshold (seconds), seats busy for at most this share. ``least``: seats
    at least.
    """

    rate: Row
    aht_s: Row
    patience_s: Row
    level: float
    threshold_s: float
    occupancy: float
    least: int = 0

    @property
    def erlangs(self) -> Row:
        """Seats' worth of work."""
        return self.rate * self.aht_s


def load_of(
    calls: Sequence[float],
    lengths_s: Sequence[float],
    of: Sequence[Measured],
    target: QueueTarget,
    rule: Rule,
    level: float | None = None,
) -> Load:
    """Of a queue. ``calls``: that come in each half hour; ``level``: to reach instead of the queue's own."""
    came = np.array(calls, dtype=np.float64)
    return Load(
        np.where(came >= HARDLY, came, 0.0) / np.array(lengths_s, dtype=np.float64),
        np.array([one.aht_s for one in of]),
        np.array([one.patience_s for one in of]),
        target.target if level is None else level,
        target.threshold_s,
        rule.max_occupancy,
        rule.min_seats,
    )


def pooled(loads: Sequence[Load]) -> Load:
    """As one queue: calls are added up, their means and aims weigh by calls, occupancy by work."""
    rates, work = np.array([one.rate for one in loads]), np.array([one.erlangs for one in loads])
    calls = [float(one.rate.sum()) for one in loads]
    if not sum(calls):
        return loads[0]
    weights = np.where(rates.sum(axis=0) > 0, rates, 1.0)
    return Load(
        rates.sum(axis=0),
        np.average([one.aht_s for one in loads], axis=0, weights=weights),
        np.average([one.patience_s for one in loads], axis=0, weights=weights),
        float(np.average([one.level for one in loads], weights=calls)),
        float(np.average([one.threshold_s for one in loads], weights=calls)),
        float(np.average([one.occupancy for one in loads], weights=work.sum(axis=1))),
    )


class Needs(NamedTuple):
    """``seats``: queue → seats it needs by half hour, of shared ones its part; the parts of queues that share
    add up to whole seats; ``exact``: before that. ``alone``: what one pool of these queues would need; of one
    queue it by itself.
    """

    seats: Mapping[str, Row]
    exact: Mapping[str, Row]
    alone: Mapping[Pool, Row]
    loads: Mapping[Pool, Load]
    merges: tuple[Merge, ...]


def needs(of: Mapping[str, Load], merges: Sequence[Merge]) -> Needs:
    """Seats for all queues at once."""
    known = frozenset(of)
    both = (Merge(one.left & known, one.right & known, one.shared) for one in merges)
    joined = [one for one in both if one.left and one.right]
    loads = {frozenset((queue,)): load for queue, load in of.items()}
    loads |= {one.queues: pooled([of[queue] for queue in sorted(one.queues)]) for one in joined}
    alone = _fewest(loads)
    parts = {queue: alone[frozenset((queue,))] for queue in of}
    for one in joined:
        parts |= _joined(one, of, alone, parts)
    return Needs(_whole(parts, joined), parts, alone, loads, tuple(joined))


def _fewest(loads: Mapping[Pool, Load]) -> dict[Pool, Row]:
    """Each by itself; those with like aims in one pass."""
    alike: dict[Aim, list[Pool]] = defaultdict(list)
    for pool, load in loads.items():
        alike[Aim(load.level, load.threshold_s, occupancy=load.occupancy)].append(pool)
    found: dict[Pool, Row] = {}
    for aim, pools in alike.items():
        rows = [loads[pool] for pool in pools]
        rate, aht, patience = (np.concatenate([row[place] for row in rows]) for place in range(3))
        seats = required_many(rate, aht, patience, aim).reshape(len(pools), -1).astype(np.float64)
        for pool, row, load in zip(pools, seats, rows, strict=True):
            found[pool] = np.where(load.rate > 0, np.maximum(row, load.least), 0.0)
    return found


def _joined(
    one: Merge, of: Mapping[str, Load], alone: dict[Pool, Row], parts: Mapping[str, Row]
) -> dict[str, Row]:
    """The parts of queues that come together: as much as they share by load, else what they had."""
    names = sorted(one.queues)
    most = np.max([alone[frozenset((name,))] for name in names], axis=0)
    apart = np.sum([parts[name] for name in names], axis=0)
    pool = alone[one.queues] = np.clip(alone[one.queues], most, np.maximum(most, apart))
    work = np.array([of[name].erlangs for name in names])
    by_load = np.divide(work, work.sum(axis=0), out=np.zeros_like(work), where=work.sum(axis=0) > 0) * pool
    return {
        name: one.joint * mine + (1 - one.joint) * parts[name]
        for name, mine in zip(names, by_load, strict=True)
    }


def _whole(parts: Mapping[str, Row], joined: Sequence[Merge]) -> dict[str, Row]:
    """Queues that share any seat need whole seats together."""
    found = dict(parts)
    for pool in tops(joined):
        total = np.sum([parts[name] for name in pool], axis=0)
        up = np.divide(np.ceil(total - _FUZZ), total, out=np.ones_like(total), where=total > 0)
        found |= {name: parts[name] * up for name in pool}
    return found


def tops(joined: Sequence[Merge]) -> list[Pool]:
    """The groups that are part of no other."""
    pools = [one.queues for one in joined]
    return [pool for pool in pools if not any(pool < other for other in pools)]


def to_roster(seats: float, rule: Rule) -> int:
    """People to roster so that so many are at work: divided by the share of time that is worked, upwards."""
    return ceil(seats / (1 - rule.shrinkage) - _FUZZ)


# -- the level with the seats there ------------------------------------------------------------------


class _Asked(NamedTuple):
    queue: str
    place: int
    weight: float
    pool: Pool
    seats: float


def levels(of: Needs, there: Mapping[str, Sequence[float | None]]) -> dict[str, list[float | None]]:
    """Queue → service level to expect by half hour with its part of the seats there; None where nobody tells
    of seats, or no call comes.

    Erlang A with those seats: of the pool as far as seats are shared, with as much of what it needs as the
    queue has of its part; else of the queue alone.
    """
    asked = [one for queue, seats in there.items() for one in _asked(of, queue, seats)]
    found: dict[str, list[float | None]] = {queue: [None] * len(seats) for queue, seats in there.items()}
    for one, level in zip(asked, map(float, _levels(of, asked)), strict=True):
        found[one.queue][one.place] = (found[one.queue][one.place] or 0.0) + one.weight * level
    return found


def _asked(of: Needs, queue: str, there: Sequence[float | None]) -> list[_Asked]:
    need, weights = of.exact[queue], _weights(of, queue)
    return [
        _Asked(queue, place, weight, pool, float(of.alone[pool][place] * seats / need[place]))
        for place, seats in enumerate(there)
        if seats is not None and need[place] > 0
        for pool, weight in weights.items()
    ]


def _weights(of: Needs, queue: str) -> dict[Pool, float]:
    """How much the level of each pool of a queue counts, the greatest first; they add up to 1."""
    found, left = {}, 1.0
    for one in reversed(of.merges):
        if queue in one.queues:
            found[one.queues] = left * one.joint
            left *= 1 - one.joint
    return {pool: weight for pool, weight in {**found, frozenset((queue,)): left}.items() if weight > 0}


def _levels(of: Needs, asked: Sequence[_Asked]) -> Row:
    """Between two whole numbers of seats what lies between their levels."""
    if not asked:
        return np.zeros(0)
    loads = [(of.loads[one.pool], one.place) for one in asked]
    rate = np.array([load.rate[place] for load, place in loads])
    aht = np.array([load.aht_s[place] for load, place in loads])
    patience = np.array([load.patience_s[place] for load, place in loads])
    limit = np.array([load.threshold_s for load, _ in loads])
    most = 2 * max(float(of.alone[one.pool][one.place]) for one in asked) + 2
    seats = np.minimum([one.seats for one in asked], most)
    low = np.floor(seats)
    odds = odds_table(rate * aht, int(low.max()) + 1)
    rows = np.arange(len(asked))
    below, above = (
        np.nan_to_num(
            waits(Cells(rate, aht, patience, limit, count, odds[rows, count.astype(np.int64)])).level(),
            nan=0.0,
        )
        for count in (low, low + 1)
    )
    return np.asarray(below + (seats - low) * (above - below))
