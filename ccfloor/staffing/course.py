"""Random courses of the next hours: who calls when, how long he would wait, how long his call would take.

Drawn once and used for every action alike (common random numbers), so that what differs between two actions
is the actions alone. A course is a path; all arrays are by (caller, path), the callers of a path in the order
in which they came. Service times are gamma distributed (exponential where deviation and mean agree), patience
is exponential. Calls come as a Poisson process whose level differs from path to path; where a rush may be on,
it is on some paths and not on others, and ends on each at its own time, in all queues at once. On others one
begins, as often as on this floor.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtr, ndtri

from ccfloor.staffing.habits import Habits
from ccfloor.staffing.present import FloorNow

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
_TABLE = 4096  # quantiles a distribution is kept in
_MS = 1000.0  # instants are whole milliseconds, as those of the switch
_LEAST_CV = 0.02  # spreads below are none
_NEW, _NEW_CV = 1.7, 0.4  # how many times as many call in one that begins, and how far that differs
_EVERYWHERE = 0.5  # of those that begin are in all queues at once
_PHASES = 2.0  # a rush is over when so many phases of chance length are (Erlang): hardly at once


class Course(NamedTuple):
    """``at``: seconds from now (negative: waits already; infinity: no such caller), whole milliseconds.

    ``queue``: place in ``FloorNow.queues``. ``patience``/``service``: seconds. ``active``: paths that have
    this caller; they are the first ones. ``ringing``: callers at the head who ring at a seat already, by row.
    ``busy``/``back``: by (seat, path), factors of mean 1 on the seconds a seat is busy or away.
    ``lull``/``away``: the work after which a seat goes away, as a share of its mean, and how long, likewise;
    empty: nobody does. ``unknown``: by (what, path), what nobody knows of the floor, as factors: the level of
    each queue's calls, the handle time, the patience, and how long a rush lasts where one may be on.
    """

    at: Floats
    queue: Ints
    patience: Floats
    service: Floats
    active: Ints
    ringing: NDArray[np.bool_]
    ring: Floats
    busy: Floats
    back: Floats
    lull: Floats
    away: Floats
    horizon_s: float
    unknown: Floats

    @property
    def paths(self) -> int:
        """How many courses."""
        return int(self.at.shape[1])


def draw(floor: FloorNow, habits: Habits, paths: int, horizon_s: float, seed: int) -> Course:
    """Courses from ``floor.at`` on for ``horizon_s`` seconds; the same seed gives the same ones."""
    rng = np.random.default_rng(seed)
    seats = len(floor.seats)
    cv = _service_cv(floor)
    busy = _spread(rng, float(np.mean(cv)) if len(cv) else 0.0, (seats, paths))
    back = _spread(rng, habits.back_cv, (seats, paths))
    waiting = sorted((at, index) for index, queue in enumerate(floor.queues) for at in queue.waiting)
    at, queue, active, level = _arrivals(floor, habits, paths, horizon_s, rng, len(waiting), seed)
    for row, (entered, index) in enumerate(waiting):
        at[row], queue[row] = min(0.0, round(entered - floor.at, 3)), index
    aht = _spread(rng, habits.aht_cv, (1, paths))
    patient = _spread(rng, habits.patience_cv, (1, paths))
    lulls = at.shape if habits.leaves else (0, 0)
    return Course(
        at=at,
        queue=queue,
        patience=_of(floor, "patience_s")[queue] * rng.standard_exponential(at.shape) * patient,
        service=_of(floor, "aht_s")[queue] * _services(rng, cv, queue) * aht,
        active=active,
        ringing=_ringing(floor, waiting, len(at)),
        ring=_of(floor, "ring_s"),
        busy=busy,
        back=back,
        lull=rng.standard_exponential(lulls),
        away=_spread(rng, habits.back_cv, lulls) if habits.leaves else np.empty(lulls),
        horizon_s=horizon_s,
        unknown=np.concatenate(
            [level[:, : len(floor.queues)].T, aht, patient, level[:, len(floor.queues) :].T]
        ),
    )


# -- who calls ---------------------------------------------------------------------------------------


def _arrivals(
    floor: FloorNow, habits: Habits, paths: int, horizon_s: float, rng: Generator, ahead: int, seed: int
) -> tuple[Floats, Ints, Ints, Floats]:
    """Instants and queues of all callers, ``ahead`` rows left free for those who wait; and what is unknown of
    them by path: the levels of the queues, and how long a rush lasts if one may be on.
    """
    starts, lengths = _steps(floor, horizon_s)
    level = levels(floor, habits, paths, rng)
    rates = np.broadcast_to(_rates(floor, len(starts)), (*level.shape, len(starts)))
    if habits.rush_rate > 0 or any(one.rush for one in floor.queues):
        rates, lasts = _rushes(floor, habits, paths, (starts, lengths), np.random.default_rng((seed, 1)))
        level = np.column_stack([level, np.minimum(lasts, horizon_s)])
    counts = rng.poisson(level[:, : len(floor.queues), None] * rates * lengths)
    total = counts.sum(axis=(1, 2))
    order = np.argsort(-total, kind="stable")
    counts, total = counts[order].reshape(paths, -1), total[order]
    bits = max(1, len(floor.queues).bit_length())
    most = int(total[0]) if paths else 0
    keys = np.full((paths, most), np.iinfo(np.int64).max)
    cell = np.repeat(np.tile(np.arange(counts.shape[1]), paths), counts.ravel())
    which, step = np.divmod(cell, len(starts)) if len(starts) else (cell, cell)
    instant = (starts[step] + rng.random(len(cell)) * lengths[step]) * _MS
    keys[np.arange(most) < total[:, None]] = (instant.astype(np.int64) << bits) | which
    keys = np.ascontiguousarray(np.sort(keys, axis=1).T)
    there = keys < np.iinfo(np.int64).max
    at = np.full((ahead + most, paths), np.inf)
    queue = np.zeros((ahead + most, paths), dtype=np.int64)
    at[ahead:][there] = (keys[there] >> bits) / _MS
    queue[ahead:][there] = keys[there] & ((1 << bits) - 1)
    active = np.concatenate([np.full(ahead, paths), there.sum(axis=1)])
    return at, queue, active, level[order]


def levels(floor: FloorNow, habits: Habits, paths: int, rng: Generator) -> Floats:
    """By (path, queue): the factor on a queue's rates, gamma distributed with mean 1 and its ``level_cv``.

    What the queues have in common is stratified: a path a stratum.
    """
    common = ndtri((rng.permutation(paths) + rng.random(paths)) / paths)
    own = rng.standard_normal((paths, len(floor.queues)))
    share = min(max(habits.together, 0.0), 1.0)
    mixed = np.sqrt(share) * common[:, None] + np.sqrt(1 - share) * own
    found = np.ones((paths, len(floor.queues)))
    for index, queue in enumerate(floor.queues):
        if queue.level_cv >= _LEAST_CV:
            shape = queue.level_cv**-2
            found[:, index] = gammaincinv(shape, ndtr(mixed[:, index])) / shape
    return found


def _rushes(
    floor: FloorNow, habits: Habits, paths: int, steps: tuple[Floats, Floats], rng: Generator
) -> tuple[Floats, Floats]:
    """Rates by (path, queue, step); and by path how long the rush lasts that is on now, 0 where none is.

    The likelier a rush is in a queue, the more paths have it: those of the others among them. Where none is
    on, one may begin.
    """
    starts, lengths = steps
    spread, ends, size = (rng.permutation(paths) + rng.random(paths) for _ in range(3))
    lasts = _at_share(_PHASES, ends / paths) * floor.rush_s
    covered = np.clip((lasts[:, None] - starts) / lengths, 0.0, 1.0)
    found = np.repeat(_rates(floor, len(starts))[None], paths, axis=0)
    anywhere = np.zeros(paths, dtype=bool)
    for index, queue in enumerate(floor.queues):
        if queue.rush:
            on = spread / paths < queue.rush.share
            anywhere |= on
            calm, busy = (_course(rates, len(starts)) for rates in (queue.rush.steady, queue.rush.rates))
            found[:, index] = calm + on[:, None] * covered * (
                _sized(queue.rush.cv, size / paths) * busy - calm
            )
    if habits.rush_rate > 0:
        found *= _begun(found, habits.rush_rate, floor.rush_s, steps, ~anywhere, rng)
    return np.maximum(found, 0.0), np.where(anywhere, lasts, 0.0)


def _begun(
    rates: Floats, rush_rate: float, rush_s: float, steps: tuple[Floats, Floats], free: Flags, rng: Generator
) -> Floats:
    """How many times as many call, by (path, queue, step), where one begins: on every queue or on one, the
    likelier the more call there.
    """
    paths, queues, _ = rates.shape
    starts, lengths = steps
    begins = rng.standard_exponential((paths,)) / rush_rate
    ends = begins + _at_share(_PHASES, rng.random((paths,))) * rush_s
    since, until = (np.clip((at[:, None] - starts) / lengths, 0.0, 1.0) for at in (begins, ends))
    more = _at_share(_NEW_CV**-2, rng.random((paths,))) * (_NEW - 1)
    weights = rates.sum(axis=2).cumsum(axis=1)
    chosen = (rng.random((paths,))[:, None] * weights[:, -1:] > weights).sum(axis=1)
    struck = (np.arange(queues) == chosen[:, None]) | (rng.random((paths,)) < _EVERYWHERE)[:, None]
    part = (until - since) * (more * free)[:, None]
    found: Floats = 1 + struck[:, :, None] * part[:, None, :]
    return found


def _sized(cv: float, share: Floats) -> Floats:
    """Gamma factors of mean 1 at these shares of the distribution."""
    if cv < _LEAST_CV:
        return np.ones((len(share), 1))
    return _at_share(cv**-2, share)[:, None]


def _at_share(shape: float, share: Floats) -> Floats:
    """Gamma quantiles of mean 1."""
    return np.asarray(gammaincinv(shape, share), dtype=np.float64) / shape


def _course(rates: tuple[float, ...], steps: int) -> Floats:
    places = np.minimum(np.arange(steps), len(rates) - 1)
    found: Floats = np.maximum(np.array(rates, dtype=np.float64)[places], 0.0)
    return found


def _steps(floor: FloorNow, horizon_s: float) -> tuple[Floats, Floats]:
    """Start and length of every step of the rates within the horizon; the last goes on to its end."""
    known = max((len(queue.rate) for queue in floor.queues), default=0)
    starts: Floats = np.arange(known, dtype=np.float64) * floor.step_s
    starts = starts[starts < horizon_s]
    lengths: Floats = np.diff(np.append(starts, horizon_s))
    return starts, lengths


def _rates(floor: FloorNow, steps: int) -> Floats:
    """Calls a second by (queue, step)."""
    found = np.zeros((len(floor.queues), steps))
    for index, queue in enumerate(floor.queues):
        if queue.rate:
            found[index] = _course(queue.rate, steps)
    return found


# -- how long ----------------------------------------------------------------------------------------


def _of(floor: FloorNow, name: str) -> Floats:
    return np.array([getattr(queue, name) for queue in floor.queues], dtype=np.float64)


def _service_cv(floor: FloorNow) -> Floats:
    return _of(floor, "aht_sd_s") / np.maximum(_of(floor, "aht_s"), 1e-9)


def _services(rng: Generator, cv: Floats, queue: Ints) -> Floats:
    """Service times as shares of their queue's mean."""
    if not queue.size:
        return np.ones(queue.shape)
    tables = np.array([quantiles(round(float(each), 3)) for each in cv])
    place = rng.integers(0, _TABLE, queue.shape, dtype=np.uint16)
    found: Floats = tables.ravel()[queue * _TABLE + place]
    return found


def _spread(rng: Generator, cv: float, shape: tuple[int, ...]) -> Floats:
    """Gamma factors of mean 1."""
    return quantiles(round(cv, 3))[rng.integers(0, _TABLE, shape, dtype=np.uint16)]


@lru_cache(maxsize=512)
def quantiles(cv: float) -> Floats:
    """Evenly spaced quantiles of the gamma distribution of mean 1 with this deviation; not to be changed."""
    if cv < _LEAST_CV:
        return np.ones(_TABLE)
    shape = cv**-2
    found: Floats = np.asarray(gammaincinv(shape, (np.arange(_TABLE) + 0.5) / _TABLE), dtype=np.float64)
    found = found / found.mean()
    found.flags.writeable = False
    return found


def _ringing(floor: FloorNow, waiting: list[tuple[float, int]], rows: int) -> NDArray[np.bool_]:
    """Whose call a seat has already: in every queue so many of the oldest."""
    left = [queue.ringing for queue in floor.queues]
    found = np.zeros(rows, dtype=bool)
    for row, (_, index) in enumerate(waiting):
        found[row] = left[index] > 0
        left[index] -= 1
    return found
