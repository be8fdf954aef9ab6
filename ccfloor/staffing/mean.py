"""When the mean over a window meets a rule's level: path by path, for here every value counts."""

from math import inf

import numpy as np

from ccfloor.rules.holds import BEYOND_S, GRAIN
from ccfloor.rules.model import Rule
from ccfloor.rules.watching import quiet_value
from ccfloor.staffing.begun import Begun
from ccfloor.staffing.course import Floats
from ccfloor.staffing.waiting import Spans, Waiting


def mean(rule: Rule, steps: Waiting, begun: Begun, counts: Spans | None, since: Floats | None) -> Floats:
    """The first instant by path, infinity: none. ``since``: nothing before it counts, by path; None: all that
    ``begun`` tells does. ``counts``: outside of these spans the value is a quiet one; None: never.
    """
    window = _Window(rule, begun if since is None else Begun())
    found = np.full(len(steps.ms), inf)
    for path in range(len(found)):
        start = 0.0 if since is None else float(since[path])
        if start < inf:
            at, rate = _told(rule, steps, path, counts)
            found[path] = window.first(at, window.sign * rate, start, steps.horizon_s)
    return found


def _told(rule: Rule, steps: Waiting, path: int, counts: Spans | None) -> tuple[Floats, Floats]:
    """Instants and the values from then on, as the rule's machine is told them."""
    at, value = steps.ms[path, :-1] / 1000.0, steps.number[path].astype(np.float64)
    if counts is None:
        return at, value
    edges = np.array([edge for span in counts for edge in span if 0 < edge < steps.horizon_s])
    every = np.union1d(at, edges)
    value = value[np.searchsorted(at, every, side="right") - 1]
    inside = np.zeros(len(every), dtype=bool)
    for start, end in counts:
        inside |= (every >= start) & (every < end)
    return every, np.where(inside, value, quiet_value(rule))


class _Window:
    """The integral over the window. Where low is bad all is negated: the bar is reached from below."""

    def __init__(self, rule: Rule, begun: Begun) -> None:
        when, self._for_s = rule.when, rule.hold.for_s
        self.sign = 1.0 if when.upward else -1.0
        self._bar = self.sign * when.level * self._for_s
        self._slack = GRAIN * max(self._for_s, abs(self._bar)) * (-1.0 if when.strictly else 1.0)
        self._later = BEYOND_S if when.strictly else 0.0
        self._whole = not (when.upward and self._bar > 0)  # full windows only
        self._known = begun.known_from
        self._past = _seamless(begun)

    def first(self, at: Floats, rate: Floats, start: float, end: float) -> float:
        """When the bar is reached at or after ``start``, from which on what is told counts."""
        kept = at > start
        now = np.searchsorted(at, start, side="right") - 1
        edges = np.array([since for since, _ in self._past] + [start, *at[kept], end])
        rates = np.array([each for _, each in self._past] + [rate[now], *rate[kept]])
        area = np.append(0.0, np.cumsum(rates * np.diff(edges)))
        begin = max(start, (self._known if start == 0 else start) + self._for_s if self._whole else start)
        points = np.unique(np.clip(np.concatenate([edges, edges + self._for_s]), begin, end))
        if begin > end:
            return inf
        sums = np.interp(points, edges, area) - np.interp(points - self._for_s, edges, area)
        return self._crossing(points, sums)

    def _crossing(self, points: Floats, sums: Floats) -> float:
        missing = self._bar - sums
        reached = np.flatnonzero(missing <= self._slack)
        if not len(reached):
            return inf
        place = int(reached[0])
        if place == 0:
            return float(points[0])
        share = float(missing[place - 1] / (missing[place - 1] - missing[place]))
        before, at = float(points[place - 1]), float(points[place])
        return min(before + max(share, 0.0) * (at - before) + self._later, at)


def _seamless(begun: Begun) -> list[tuple[float, float]]:
    """The window's curve as (instant, rate from then on), nothing where nothing is known."""
    found: list[tuple[float, float]] = []
    end = -inf
    for span in begun.past:
        if span.start > end > -inf:
            found.append((end, 0.0))
        found.append((span.start, span.rate))
        end = span.end
    return [*found, (end, 0.0)] if -inf < end < 0 else found
