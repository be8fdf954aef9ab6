"""A move of a seat, and every move that a floor's limits leave open, seats that are alike taken together."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

import msgspec

from ccfloor.staffing.limits import FLOOR_ROLES, Limits, Policy, works
from ccfloor.staffing.present import Doing, SeatNow

Queues = tuple[tuple[str, int], ...]  # with their penalties, in the order of their names


class Kind(StrEnum):
    """How a seat comes to another queue."""

    INSTEAD = "instead"  # it leaves those it serves
    BESIDE = "beside"  # it goes on with those it serves
    HOME = "home"  # it goes back before its time to those it came from


class Move(msgspec.Struct, frozen=True):
    """One seat from now on. ``leaves``: queues it serves no more; ``queue``: the one it is meant for, with
    ``penalty``; ``after``: all it then serves, with penalties; ``wait_s``: expected seconds until it is free.
    """

    seat: str
    agent: str
    leaves: tuple[str, ...]
    queue: str
    penalty: int
    after: dict[str, int]
    kind: Kind = Kind.INSTEAD
    wait_s: float = 0.0


class Option(NamedTuple):
    """What may be done with any seat of a group; ``cost`` in calls."""

    kind: Kind
    queue: str
    after: Queues
    cost: float


class Group(NamedTuple):
    """Seats that are alike, the readiest first. ``share``: of the span they are there, mean; ``lasting``,
    ``coming``: whether they count among the working ones that a queue keeps at least, and among those who
    work or are about to (``Limits.lasts``, ``Limits.comes``).
    """

    seats: tuple[SeatNow, ...]
    queues: Queues
    share: float
    lasting: bool
    coming: bool
    options: tuple[Option, ...]


def there_share(seat: SeatNow, horizon_s: float) -> float:
    """The share of the next ``horizon_s`` in which a seat can take new calls."""
    begins = seat.free_in_s if works(seat) else seat.back_in_s
    if begins is None or (not seat.queues and seat.doing is not Doing.IDLE):
        return 0.0  # who serves nothing is at hand only if it stands ready
    ends = horizon_s if seat.leaves_in_s is None else min(horizon_s, seat.leaves_in_s)
    return max(0.0, ends - begins) / horizon_s


def grouped(limits: Limits, horizon_s: float) -> list[Group]:
    """The seats of a floor in groups, each with the moves that are open to it."""
    alike: dict[object, list[SeatNow]] = defaultdict(list)
    for seat in limits.floor.seats:
        alike[_likeness(seat, limits, horizon_s)].append(seat)
    return [_group(sorted(seats, key=_readiness), limits, horizon_s) for seats in alike.values()]


def _readiness(seat: SeatNow) -> tuple[float, str]:
    return seat.free_in_s if works(seat) else seat.back_in_s or 0.0, seat.seat


def _likeness(seat: SeatNow, limits: Limits, horizon_s: float) -> object:
    move, why = limits.moved.get(seat.seat), limits.why_not(seat)
    return (
        *(ordered(seat.queues), works(seat), limits.lasts(seat), limits.comes(seat)),
        round(there_share(seat, horizon_s), 1),
        None if why else (ordered(seat.skills), seat.role, seat.free_in_s > limits.policy.grace_s),
        ordered(move.home) if move else None,
    )


def _group(seats: list[SeatNow], limits: Limits, horizon_s: float) -> Group:
    first = seats[0]
    share = sum(there_share(seat, horizon_s) for seat in seats) / len(seats)
    options = () if limits.why_not(first) else tuple(_options(first, limits))
    counts = limits.lasts(first), limits.comes(first)
    return Group(tuple(seats), ordered(first.queues), share, *counts, options)


def _options(seat: SeatNow, limits: Limits) -> Iterator[Option]:
    for kind, queue, after in _open(seat, limits):
        if limits.why_not_there(seat, after) is None:
            yield Option(kind, queue, ordered(after), _cost(seat, kind, after[queue], limits.policy))


def _open(seat: SeatNow, limits: Limits) -> Iterator[tuple[Kind, str, dict[str, int]]]:
    move = limits.moved.get(seat.seat)
    if move:
        if not move.home:  # it came from no queue, and goes back to none by itself
            return
        queue = min(move.home.keys() - seat.queues.keys() or move.home.keys(), key=move.home.__getitem__)
        yield Kind.HOME, queue, move.home
        return
    known = {queue.queue for queue in limits.floor.queues}
    for queue in sorted(known & (seat.skills.keys() | seat.queues.keys())):
        penalty = seat.skills.get(queue, seat.queues.get(queue, 0))
        yield Kind.INSTEAD, queue, {queue: penalty}
        if seat.queues and queue not in seat.queues:
            yield Kind.BESIDE, queue, {**seat.queues, queue: penalty}


def _cost(seat: SeatNow, kind: Kind, penalty: int, policy: Policy) -> float:
    cost = policy.move_cost + policy.penalty_cost * penalty
    cost += policy.busy_cost * (seat.free_in_s > policy.grace_s) + policy.beside_cost * (kind is Kind.BESIDE)
    return cost + policy.floor_cost * (seat.role in FLOOR_ROLES)


def ordered(queues: Mapping[str, int]) -> Queues:
    """Queues with their penalties in the order of their names."""
    return tuple(sorted(queues.items()))


def move_of(seat: SeatNow, option: Option) -> Move:
    """The move of one seat of a group."""
    after = dict(option.after)
    leaves = tuple(sorted(seat.queues.keys() - after.keys()))
    wait_s = _readiness(seat)[0]
    return Move(seat.seat, seat.agent, leaves, option.queue, after[option.queue], after, option.kind, wait_s)
