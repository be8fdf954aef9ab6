"""A day of two queues with seats of their own and seats that serve both, call by call; and its quarter hours.

Calls come and go at random (exponential gaps, handle times and patience). Who is free takes the longest
waiting caller he may; a caller goes to a seat of the own queue first. Each half hour stands for itself: its
floor has run for a while before it begins.
"""

from collections.abc import Sequence
from heapq import heappop, heappush
from random import Random
from typing import NamedTuple

from sqlalchemy import Engine, insert

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.metrics import FIELDS
from ccfloor.store.engine import writing
from ccfloor.store.tables import queue_intervals

QUEUES = ("loans", "cards")
HALF_S, WARM_S, IN_TIME_S = 1800.0, 2700.0, 20.0


class HalfHour(NamedTuple):
    """``calls``: by queue, on average; ``own``: seats of each queue alone, ``both``: of both."""

    calls: tuple[float, float]
    own: tuple[int, int]
    both: int


class Came(NamedTuple):
    """Calls by queue, by quarter hour; and the share answered in time by queue, of those that did not give up
    before (the service level).
    """

    quarters: tuple[tuple[int, int], tuple[int, int]]
    level: tuple[float, float]
    whole: float


class _Floor:
    def __init__(self, of: HalfHour, handle_s: float, patience_s: float, rng: Random) -> None:
        self.handle_s, self.patience_s, self.rng = handle_s, patience_s, rng
        self.free = {(0,): of.own[0], (1,): of.own[1], (0, 1): of.both}
        self.waiting: list[tuple[float, int, float]] = []  # came, queue, gives up
        self.busy: list[tuple[float, tuple[int, ...]]] = []
        self.told: list[tuple[float, int, float, bool]] = []  # came, queue, waited, answered

    def come(self, at: float, queue: int) -> None:
        self.until(at)
        seat = next((kind for kind in ((queue,), (0, 1)) if self.free[kind]), None)
        if seat is None:
            self.waiting.append((at, queue, at + self.rng.expovariate(1 / self.patience_s)))
        else:
            self.free[seat] -= 1
            self._take(at, at, queue, seat)

    def until(self, at: float) -> None:
        while self.busy and self.busy[0][0] <= at:
            now, seat = heappop(self.busy)
            self._leave(now)
            mine = next((one for one in self.waiting if one[1] in seat), None)
            if mine is None:
                self.free[seat] += 1
            else:
                self.waiting.remove(mine)
                self._take(now, mine[0], mine[1], seat)
        self._leave(at)

    def _take(self, at: float, came: float, queue: int, seat: tuple[int, ...]) -> None:
        self.told.append((came, queue, at - came, True))
        heappush(self.busy, (at + self.rng.expovariate(1 / self.handle_s), seat))

    def _leave(self, at: float) -> None:
        self.told += [(came, queue, gone - came, False) for came, queue, gone in self.waiting if gone <= at]
        self.waiting = [one for one in self.waiting if one[2] > at]


def run(of: HalfHour, handle_s: float, patience_s: float, seed: str) -> Came:
    """One half hour."""
    rng = Random(seed)
    floor, at = _Floor(of, handle_s, patience_s, rng), 0.0
    rate = sum(of.calls) / HALF_S
    while (at := at + rng.expovariate(rate)) < WARM_S + HALF_S:
        floor.come(at, int(rng.random() * sum(of.calls) >= of.calls[0]))
    floor.until(at + 7200)
    mine = [one for one in floor.told if one[0] >= WARM_S]
    quarters = tuple(
        tuple(sum(q == queue and (came - WARM_S) // 900 == part for came, q, *_ in mine) for part in range(2))
        for queue in range(2)
    )
    each = tuple(_level([one for one in mine if one[1] == queue]) for queue in range(2))
    return Came(quarters, each, _level(mine))  # type: ignore[arg-type]


def _level(told: Sequence[tuple[float, int, float, bool]]) -> float:
    soon = sum(answered and waited <= IN_TIME_S for _, _, waited, answered in told)
    return soon / max(1, sum(answered or waited > IN_TIME_S for _, _, waited, answered in told))


def put_quarters(engine: Engine, config: FloorConfig, start: float, came: Came) -> None:
    """The calls of a half hour that begins at ``start``, as they are stored."""
    rows = [
        {"site": config.site, "queue": queue, "start": int(start + 900 * part), "max_wait_ms": 0}
        | dict.fromkeys(FIELDS, 0)
        | {"offered": count}
        for queue, counts in zip(QUEUES, came.quarters, strict=True)
        for part, count in enumerate(counts)
    ]
    with writing(engine) as connection:
        connection.execute(insert(queue_intervals), rows)
