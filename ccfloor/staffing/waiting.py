"""How many wait on every path, as a step function; and the stretches in which a rule's condition holds.

Instants are seconds from now, whole milliseconds. Of several changes at one instant the last one counts: what
has no length is no stretch.
"""

from collections.abc import Collection, Sequence
from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccfloor.rules.model import When
from ccfloor.staffing.course import Course, Floats, Ints
from ccfloor.staffing.flow import Flags, Flow

_MS = 1000.0
_LEFT, _NOTHING, _CAME = 0, 1, 2  # a change by one, as the last two bits of its key

Spans = Sequence[tuple[float, float]]


class Waiting(NamedTuple):
    """``ms``: by (path, step), the millisecond at which the step begins, 0 for the first, and behind the last
    one the horizon. ``number``: by (path, step), how many wait from then on. Some steps have no length.
    """

    ms: NDArray[np.integer]
    number: NDArray[np.integer]

    @property
    def horizon_s(self) -> float:
        """Where all paths end."""
        return float(self.ms[0, -1]) / _MS if len(self.ms) else 0.0


class Stretches(NamedTuple):
    """Stretches of time on the paths, by path and then by time; never of no length, never overlapping."""

    path: Ints
    start: Floats
    end: Floats
    paths: int
    horizon_s: float


def waiting(course: Course, flow: Flow, queues: Collection[int] | None = None) -> Waiting:
    """The callers who wait in the queues of these places (None: in any)."""
    end = round(course.horizon_s * _MS)
    kind = np.int32 if end * 4 + _CAME < np.iinfo(np.int32).max else np.int64
    came, left = _ms(course.at, end, kind), _ms(flow.left, end, kind)
    here = (left > np.maximum(came, 0)) & (came < end)
    if queues is not None:
        here &= np.isin(course.queue, list(queues))
    keys = np.empty((2 * len(came), course.paths), dtype=kind)
    keys[: len(came)] = np.where(here & (came > 0), came * 4 + _CAME, end * 4 + _NOTHING)
    keys[len(came) :] = np.where(here & (left < end), left * 4 + _LEFT, end * 4 + _NOTHING)
    keys = np.ascontiguousarray(keys.T)
    keys.sort(axis=1)
    keys = keys[:, : int((keys < end * 4).sum(axis=1).max(initial=0))]
    ms = np.empty((course.paths, keys.shape[1] + 2), dtype=kind)
    number = np.empty((course.paths, keys.shape[1] + 1), dtype=np.int32)
    ms[:, 0], ms[:, -1] = 0, end
    np.right_shift(keys, 2, out=ms[:, 1:-1])
    number[:, 0] = (here & (came <= 0)).sum(axis=0)
    np.subtract(keys & 3, 1, out=number[:, 1:], casting="unsafe")
    return Waiting(ms, np.cumsum(number, axis=1, dtype=np.int32))


def _ms(seconds: Floats, most: int, kind: type[np.integer]) -> NDArray[np.integer]:
    return np.rint(np.minimum(seconds * _MS, most)).astype(kind)


def met(steps: Waiting, when: When, counts: Spans | None = None) -> Stretches:
    """Where the condition is met; only within the stretches in which it counts at all, if any are given."""
    return within(_stretches(steps, _meets(steps.number, when)), counts)


def good(steps: Waiting, when: When, level: float | None, counts: Spans | None = None) -> Stretches:
    """Where the value is good enough for an alarm to clear: at ``level`` or on its good side, or, without
    one, where the condition is not met. Where the condition does not count all is good.
    """
    bad = _meets(steps.number, when)
    if level is not None:
        bad = steps.number > level if when.upward else steps.number < level
    return others(within(_stretches(steps, bad), counts))


def _meets(count: NDArray[np.integer], when: When) -> Flags:
    level = when.level
    if when.upward:
        return count > level if when.strictly else count >= level
    return count < level if when.strictly else count <= level


def _stretches(steps: Waiting, side: Flags) -> Stretches:
    turns = np.zeros(steps.ms.shape, dtype=bool)  # into the stretch and out of it, by turns
    turns[:, 0], turns[:, -1] = side[:, 0], side[:, -1]
    np.not_equal(side[:, 1:], side[:, :-1], out=turns[:, 1:-1])
    path, place = np.nonzero(turns)
    at = steps.ms[path, place] / _MS
    return _kept(Stretches(path[::2], at[::2], at[1::2], len(side), steps.horizon_s))


def _kept(found: Stretches) -> Stretches:
    """Those that have a length; what touches is one."""
    long = found.end > found.start
    path, start, end = found.path[long], found.start[long], found.end[long]
    if not len(path):
        return found._replace(path=path, start=start, end=end)
    apart = np.ones(len(path) + 1, dtype=bool)
    apart[1:-1] = (path[1:] != path[:-1]) | (start[1:] > end[:-1])
    return found._replace(path=path[apart[:-1]], start=start[apart[:-1]], end=end[apart[1:]])


def within(found: Stretches, spans: Spans | None) -> Stretches:
    """The parts that lie in these spans of time (None: all of them)."""
    if spans is None:
        return found
    parts = [(found.path, np.maximum(found.start, start), np.minimum(found.end, end)) for start, end in spans]
    none = np.empty(0)
    path = np.concatenate([part[0] for part in parts] or [none.astype(np.int64)])
    start = np.concatenate([part[1] for part in parts] or [none])
    end = np.concatenate([part[2] for part in parts] or [none])
    order = np.lexsort((start, path))
    return _kept(found._replace(path=path[order], start=start[order], end=end[order]))


def others(found: Stretches) -> Stretches:
    """All the time up to the horizon that is not in these stretches."""
    every = np.arange(found.paths)
    path = np.concatenate([every, found.path])
    start = np.concatenate([np.zeros(found.paths), found.end])
    order = np.lexsort((start, path))
    path, start = path[order], start[order]
    ahead = np.concatenate([found.path, every])
    end = np.concatenate([found.start, np.full(found.paths, found.horizon_s)])
    return _kept(found._replace(path=path, start=start, end=end[np.lexsort((end, ahead))]))


def after(found: Stretches, since: Floats) -> Stretches:
    """What of the stretches lies behind an instant of each path; infinity: nothing."""
    start = np.maximum(found.start, since[found.path])
    return _kept(found._replace(start=start, end=np.where(start < inf, found.end, -inf)))


def firsts(found: Stretches) -> Flags:
    """Which of the stretches is the first of its path."""
    return np.append(True, found.path[1:] != found.path[:-1])[: len(found.path)]
