"""One queue with few seats exactly: forward recursions over the number of callers and how long a hold has
run.

Callers come at rate ``lam``, a seat takes them at rate ``mu``, who waits gives up at rate ``theta``. Time
goes on in small steps; within a step it is known exactly who stayed where all the time, and what crossed the
level in between is counted once as too long and once as too short: the truth lies between the two results.
"""

from typing import NamedTuple

import numpy as np
from scipy.linalg import expm

MOST = 60  # callers there at once, more are turned away: of no weight here


class Chain(NamedTuple):
    lam: float
    mu: float
    theta: float
    seats: int

    def generator(self) -> np.ndarray:
        states = np.arange(MOST + 1)
        down = self.mu * np.minimum(states, self.seats) + self.theta * np.maximum(states - self.seats, 0)
        found = np.diag(np.full(MOST, self.lam), 1) + np.diag(down[1:], -1)
        return found - np.diag(found.sum(axis=1))


def strict(
    chain: Chain, level: int, for_s: float, horizon_s: float, start: int, held_s: float = 0.0, cut: int = 120
) -> tuple[float, float]:
    """Bounds on the probability that ``level`` callers or more have waited for ``for_s`` without a break by
    the horizon; ``start``: callers there now; ``held_s``: so long the condition has been met already.
    """
    step = for_s / cut
    inside = np.arange(MOST + 1) >= chain.seats + level
    moves, stays = _steps(chain, inside, step)
    bounds = []
    for new in (0, 1):
        ages = np.zeros((cut + 1, MOST + 1))  # by how long met; unmet states at age 0
        begun = round(held_s / step) if inside[start] else 0
        ages[begun, start] = 1.0
        fired = 0.0
        for _ in range(round(horizon_s / step)):
            after = np.zeros_like(ages)
            after[1:] = (ages @ stays)[:-1]  # met all the step
            rest = ages.sum(axis=0) @ moves - ages.sum(axis=0) @ stays
            after[0, ~inside] += rest[~inside]
            after[new, inside] += rest[inside]
            fired += after[cut].sum()
            after[cut] = 0.0
            ages = after
        bounds.append(fired)
    return bounds[0], bounds[1]


def share(
    chain: Chain,
    level: int,
    needed_s: float,
    window_s: float,
    start: int,
    past_s: float = 0.0,
    cut: int = 200,
) -> tuple[float, float]:
    """Bounds on the probability that ``level`` or more have waited for ``needed_s`` of a window's seconds
    before the first of them has passed; ``past_s``: so long, just before now, they did already.
    """
    step = needed_s / cut
    inside = np.arange(MOST + 1) >= chain.seats + level
    moves, stays = _steps(chain, inside, step)
    _, stays_out = _steps(chain, ~inside, step)
    bounds = []
    for idle, late in (
        (moves - stays, 0),
        (stays_out, 1),
    ):  # what counts nothing of a step; all else counts all
        spent = np.zeros((cut + 2, MOST + 1))
        spent[0, start] = 1.0
        fired = 0.0
        for number in range(1, round(window_s / step) + 1):
            counted = spent @ (moves - idle)
            spent = spent @ idle
            spent[1:] += counted[:-1]
            kept = min(past_s, window_s - (number - late) * step)  # of the past, still in the window
            full = np.arange(cut + 2) * step + kept >= needed_s - 1e-9
            fired += spent[full].sum()
            spent[full] = 0.0
        bounds.append(fired)
    return bounds[0], bounds[1]


def _steps(chain: Chain, inside: np.ndarray, step: float) -> tuple[np.ndarray, np.ndarray]:
    """Where a step leads, and where it leads those who stay inside all the time."""
    generator = chain.generator()
    stays = np.zeros_like(generator)
    stays[np.ix_(inside, inside)] = expm(generator[np.ix_(inside, inside)] * step)
    return expm(generator * step), stays
