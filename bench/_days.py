"""Days of a small call floor, made by chance: who calls and how long, who sits where and pauses when.

A day is drawn once, with the patience and the length of every call, so that two ways of running it differ by
what was done alone.
"""

import random
from dataclasses import dataclass
from math import exp, log
from typing import NamedTuple

import numpy as np

from ccfloor.staffing.erlang_table import loss_table

HOURS = 9
LENGTH = HOURS * 3600.0
STEP = 900.0
THRESHOLD, TARGET = 20.0, 0.8
_ERLANGS = (15.0, 10.0, 7.0, 5.0, 4.0, 3.0)  # of the queues in their busiest quarter of an hour
_PROFILE = (0.72, 0.93, 1.0, 0.92, 0.78, 0.85, 0.97, 0.95, 0.75)  # by hours


class Caller(NamedTuple):
    """``lasts``: seconds that the call takes a seat; ``leaves``: when the caller gives up."""

    at: float
    queue: int
    lasts: float
    leaves: float


class Kind(NamedTuple):
    """What a queue truly is: erlangs at the busiest, seconds of a call, of patience."""

    erlangs: float
    aht: float
    patience: float
    sigma: float = 0.6


class Chair(NamedTuple):
    """A seat's day: queues with penalties, skills, hours, pauses (begin, length, expected length, reason)."""

    queues: dict[int, int]
    skills: dict[int, int]
    comes: float
    goes: float
    pauses: tuple[tuple[float, float, float, str], ...]


@dataclass
class Day:
    """A day as it is and as it was expected: ``planned``: calls a second by queue and quarter of an hour."""

    kinds: list[Kind]
    planned: np.ndarray
    callers: list[Caller]
    chairs: list[Chair]
    surge: tuple[int, float, float]  # queue, from, until


def a_day(seed: int) -> Day:
    """A floor of six queues: levels off by chance, some seats absent, one queue with a surge."""
    luck = random.Random(seed)
    kinds = [Kind(size, luck.uniform(170, 290), luck.uniform(100, 240)) for size in _ERLANGS]
    planned = np.array([[_planned(kind, step) for step in range(int(LENGTH / STEP))] for kind in kinds])
    begin = luck.uniform(1.0, HOURS - 2.5) * 3600
    surge = (luck.randrange(len(kinds)), begin, begin + luck.uniform(60, 90) * 60)
    callers: list[Caller] = []
    for queue, kind in enumerate(kinds):
        level, high = exp(luck.gauss(-0.005, 0.10)), luck.uniform(1.5, 2.1)
        mine = surge if surge[0] == queue else None
        callers += _callers(luck, queue, kind, planned[queue] * level, mine, high)
    return Day(kinds, planned, sorted(callers), _chairs(luck, kinds, planned), surge)


def _planned(kind: Kind, step: int) -> float:
    at = min((step + 0.5) * STEP / 3600 - 0.5, HOURS - 1.0)
    low = max(0, int(at))
    high, part = min(low + 1, HOURS - 1), max(0.0, at - low)
    return kind.erlangs / kind.aht * (_PROFILE[low] * (1 - part) + _PROFILE[high] * part)


def _callers(
    luck: random.Random,
    queue: int,
    kind: Kind,
    rates: np.ndarray,
    surge: tuple[int, float, float] | None,
    high: float,
) -> list[Caller]:
    found, at, top = [], 0.0, float(rates.max()) * high
    mu = log(kind.aht) - kind.sigma**2 / 2
    while (at := at + luck.expovariate(top)) < LENGTH:
        rate = rates[int(at / STEP)] * (high if surge and surge[1] <= at < surge[2] else 1.0)
        keep, lasts = luck.random(), luck.lognormvariate(mu, kind.sigma)
        patience = luck.expovariate(1 / kind.patience)
        if keep < rate / top:
            found.append(Caller(at, queue, lasts, at + patience))
    return found


def _chairs(luck: random.Random, kinds: list[Kind], planned: np.ndarray) -> list[Chair]:
    found = []
    for queue, kind in enumerate(kinds):
        need = _needed(kind, float(planned[queue].max()))
        for place in range(round(need / 0.88)):  # pauses and the like take the rest of their time
            if luck.random() < 0.04 and place:
                continue
            found.append(_chair(luck, queue, len(kinds), place))
    return found


def _needed(kind: Kind, rate: float) -> int:
    levels = loss_table(rate, kind.aht, kind.patience, THRESHOLD, 60).level[0]
    return int(np.argmax(levels >= TARGET))


def _chair(luck: random.Random, queue: int, queues: int, place: int) -> Chair:
    others = luck.sample([other for other in range(queues) if other != queue], luck.choice((0, 1, 1, 2, 3)))
    skills = {queue: 0} | {other: luck.randint(1, 3) for other in others}
    queues_of = dict(list(skills.items())[:2]) if luck.random() < 0.2 else {queue: 0}
    comes, goes = luck.choice(((0.0, 8.0), (0.0, 9.0), (0.0, 9.0), (0.5, 9.0)))
    pauses = []
    for begin, mean, reason in ((luck.uniform(1, 2.4), 720, "break"), (luck.uniform(2.5, 4.7), 2100, "meal"),
                                (luck.uniform(5, 7.5), 720, "break")):  # fmt: skip
        pauses.append((begin * 3600, mean * exp(luck.gauss(0, 0.25)), float(mean), reason))
    if luck.random() < 0.25:
        pauses.append((luck.uniform(1, 8) * 3600, 450 * exp(luck.gauss(0, 0.3)), 450.0, "callback"))
    return Chair(queues_of, skills, comes * 3600, goes * 3600, tuple(sorted(pauses)))
