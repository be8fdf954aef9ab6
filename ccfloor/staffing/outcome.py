"""When a rule fires on each path, under its configured reading, from where it stands now; and when it clears.

The same as ``ccfloor.rules.holds`` says of one curve at a time, for all paths at once: exact instants on step
functions. Instants are seconds from now; infinity: not within the horizon.
"""

from math import inf
from typing import NamedTuple

import numpy as np

from ccfloor.rules.holds import GRAIN
from ccfloor.rules.model import Rule
from ccfloor.staffing.begun import NOTHING, Begun, Span
from ccfloor.staffing.course import Floats, Ints
from ccfloor.staffing.flow import Flags
from ccfloor.staffing.mean import mean
from ccfloor.staffing.waiting import Spans, Stretches, Waiting, after, firsts, good, met


class Outcome(NamedTuple):
    """By path: when it fires (of an alarm that is on: anew, after it cleared); when an alarm that is on
    clears.
    """

    fires: Floats
    clears: Floats


def read(rule: Rule, steps: Waiting, begun: Begun = NOTHING, counts: Spans | None = None) -> Outcome:
    """The rule on every path. ``counts``: when its condition counts, seconds from now; None: always."""
    none = np.full(len(steps.ms), inf)
    if not begun.on:
        return Outcome(_fires(rule, steps, begun, counts, None), none)
    clear = rule.clear
    fine = good(steps, rule.when, clear.level, counts)
    clears = steady(fine, clear.for_s, 0.0, begun.good_from, None, begun.fired + clear.min_on_s)
    return Outcome(_fires(rule, steps, NOTHING, counts, clears), clears)


def _fires(rule: Rule, steps: Waiting, begun: Begun, counts: Spans | None, since: Floats | None) -> Floats:
    """``since``: the hold starts from nothing there, by path; None: it goes on as it has begun."""
    hold = rule.hold
    if hold.kind == "mean":
        return mean(rule, steps, begun, counts, since)
    found = met(steps, rule.when, counts)
    if since is not None:
        found = after(found, since)
    if hold.kind in ("strict", "forgive"):
        dip_s = hold.dip_s if hold.kind == "forgive" else 0.0
        return steady(found, hold.for_s, dip_s, begun.held_from, begun.dip_from)
    needed = hold.reached_s if hold.kind == "within" else hold.share * hold.for_s
    return sliding(found, hold.for_s, needed, begun.past)


def _first(found: Stretches, at: Floats, fires: Flags) -> Floats:
    """The earliest by path."""
    least = np.full(found.paths, inf)
    np.minimum.at(least, found.path, np.where(fires, at, inf))
    return least


# -- strict and forgiving ------------------------------------------------------------------------------


def steady(
    found: Stretches,
    for_s: float,
    dip_s: float,
    held_from: float | None = None,
    dip_from: float | None = None,
    not_before: float = -inf,
) -> Floats:
    """When the stretches, dips of at most ``dip_s`` between them forgiven, have lasted ``for_s``.

    ``held_from``: they began before now; ``dip_from``: and have dipped since then. Complete during a dip it
    is only at the return.
    """
    if not len(found.path):
        return np.full(found.paths, inf)
    first = firsts(found)
    gap = found.start - np.append(0.0, found.end[:-1])
    dipped = min(dip_from if dip_from is not None else 0.0, 0.0)
    gap[first] = inf if held_from is None else found.start[first] - dipped
    new = gap > dip_s
    began = np.maximum.accumulate(np.where(new | first, np.arange(len(gap)), 0))
    from_at = np.where(first & ~new, 0.0 if held_from is None else held_from, found.start)[began]
    at = np.maximum(np.maximum(from_at + for_s, found.start), not_before)
    return _first(found, at, at <= found.end)


# -- so much of a window -------------------------------------------------------------------------------


def sliding(found: Stretches, for_s: float, needed_s: float, past: tuple[Span, ...] = ()) -> Floats:
    """When ``needed_s`` seconds of the last ``for_s`` lie in stretches; ``past``: what of the window was met.

    The time met in the window rises only within a stretch, and there never falls: so the stretch is the first
    at whose end it suffices, and the instant follows from the time not met that must have left the window.
    """
    all_ = _with_past(found, past)
    if not len(all_.path):
        return np.full(found.paths, inf)
    book = _Book(all_, for_s)
    slack = GRAIN * max(for_s, needed_s)
    enough = book.until(all_.path, all_.end) - book.until(all_.path, all_.end - for_s) >= needed_s - slack
    enough &= all_.end > 0
    which = np.flatnonzero(enough)
    which = which[np.append(True, np.diff(all_.path[which]) > 0)[: len(which)]]
    path, start = all_.path[which], all_.start[which]
    idle = start - book.before[which] + needed_s - for_s - slack
    at = np.full(found.paths, inf)
    at[path] = np.clip(book.idle_at(path, idle) + for_s, np.maximum(start, 0.0), all_.end[which])
    return at


def _with_past(found: Stretches, past: tuple[Span, ...]) -> Stretches:
    behind = [span for span in past if span.met and span.start < 0]
    if not behind:
        return found
    path = np.concatenate([np.repeat(np.arange(found.paths), len(behind)), found.path])
    start = np.concatenate([np.tile([span.start for span in behind], found.paths), found.start])
    end = np.concatenate([np.tile([min(span.end, 0.0) for span in behind], found.paths), found.end])
    order = np.lexsort((start, path))
    return found._replace(path=path[order], start=start[order], end=end[order])


class _Book:
    """Time spent in stretches. ``before``: by stretch, how much of its path's lies before its start."""

    def __init__(self, found: Stretches, for_s: float) -> None:
        self._found = found
        length = found.end - found.start
        total = np.append(0.0, np.cumsum(length))
        self._first = np.searchsorted(found.path, np.arange(found.paths + 1))
        self.before = total[:-1] - total[self._first[found.path]]
        self._length = length
        self._idle = found.start - self.before  # time of the path outside of them, up to each
        self._apart = 4 * (found.horizon_s + for_s)  # no path's instants reach into those of the next
        self._starts = found.path * self._apart + found.start
        self._idles = found.path * self._apart + self._idle

    def until(self, path: Ints, at: Floats) -> Floats:
        """How much of the path's stretches lies before an instant."""
        place = np.searchsorted(self._starts, path * self._apart + at, side="right") - 1
        inside = place >= self._first[path]
        place = np.maximum(place, 0)
        spent = self.before[place] + np.minimum(at - self._found.start[place], self._length[place])
        return np.where(inside, spent, 0.0)

    def idle_at(self, path: Ints, idle: Floats) -> Floats:
        """When so much time was spent outside of the stretches: the first such instant."""
        place = np.searchsorted(self._idles, path * self._apart + idle, side="left")
        place = np.minimum(place, self._first[path + 1] - 1)
        at: Floats = self._found.start[place] - np.maximum(self._idle[place] - idle, 0.0)
        return at
