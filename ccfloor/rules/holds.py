"""How long a condition held: exact instants on a step function that may be out of sight for a while.

A tracker is told the value from an instant on (``change``) or that time went on (``advance``). The instant
at which a hold is complete depends on the values alone, never on how often somebody looks: time is kept as
instants of change, and nothing is summed up between them.

*Steady* (strict, forgive) counts time in sight: while the floor is out of sight the clock stands, and goes
on behind it; out of sight for longer than ``for_s`` the hold starts anew. Strict is forgive with dips of no
length: of several values at one instant the last one counts, the others neither break nor make a hold
(save one that needs no more time: it is complete at once).

*Sliding* (share, within, mean) looks at the wall clock's last ``for_s`` seconds: the integral over that
window is linear between the instants at which a value enters or leaves it, so the crossing is solved
exactly. What was out of sight contributes nothing.
"""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator
from itertools import pairwise
from math import inf
from typing import Any

import msgspec

from ccfloor.rules.model import Hold, When

GRAIN = 1e-8  # of a window's integral: differences below are rounding, not time
BEYOND_S = 0.001  # where the level itself does not count: so long after it was reached it is passed


class HoldTracker(ABC):
    """One hold of one condition. Instants are UTC epoch seconds, spans seconds; instants never go back.

    ``needed_s``: seconds that must count (mean: value-seconds).
    """

    needed_s: float
    kept: tuple[str, ...] = ("at", "value", "done_at")  # the state, all of it

    def __init__(self, when: When) -> None:
        self.when = when
        self.at = 0.0
        self.value: float | None = None
        self.done_at = 0.0

    @abstractmethod
    def change(self, at: float, value: float | None) -> None:
        """The value from ``at`` on; None: out of sight."""

    @abstractmethod
    def advance(self, at: float) -> float:
        """The instant, at most ``at``, at which the hold was complete; 0.0: not yet. Stays till restart."""

    @abstractmethod
    def restart(self, at: float, value: float | None) -> None:
        """Starts from nothing with the value that holds from ``at`` on."""

    @abstractmethod
    def due_at(self) -> float:
        """When it is complete if nothing changes; infinity: never."""

    @abstractmethod
    def wake_at(self) -> float:
        """An instant, never after ``due_at``, by which ``advance`` need not be called: found in O(1)."""

    @abstractmethod
    def near_at(self, near_s: float) -> float:
        """When it is ``near_s`` seconds in the condition (near) if nothing changes; infinity: never."""

    @abstractmethod
    def began(self, now: float) -> float:
        """The start of the hold as it stands at ``now``, at or after the last change; 0.0: none."""

    @abstractmethod
    def held_s(self, now: float) -> float:
        """How much counts at ``now``, at most ``needed_s``."""

    @abstractmethod
    def blind_at(self, now: float) -> float:
        """Seconds out of sight between the start of the hold (of the window) and ``now``."""

    def reset(self, at: float) -> None:
        """Starts from nothing with the present value."""
        self.restart(at, self.value)

    @property
    def met(self) -> bool:
        """Whether the present value meets the condition, in sight."""
        return self.value is not None and self.when.meets(self.value)

    @property
    def holding(self) -> bool:
        """Whether more counts with every second."""
        return self.met

    @property
    def active_at(self) -> float:
        """``began`` as of the last change or advance."""
        return self.began(self.at)

    @property
    def blind_s(self) -> float:
        """``blind_at`` as of the last change or advance."""
        return self.blind_at(self.at)

    def dump(self) -> list[Any]:
        """The state as plain lists and numbers."""
        return [getattr(self, name) for name in self.kept]

    def restore(self, state: list[Any]) -> None:
        """Takes the state of a tracker of the same condition and hold."""
        for name, value in zip(self.kept, state, strict=True):
            setattr(self, name, value)


def make_hold(when: When, hold: Hold) -> HoldTracker:
    """The tracker for a rule's hold."""
    if hold.kind in ("strict", "forgive"):
        return Steady(when, hold.for_s, hold.dip_s if hold.kind == "forgive" else 0.0)
    if hold.kind == "mean":
        return Mean(when, hold.for_s)
    return Sliding(when, hold.for_s, hold.reached_s if hold.kind == "within" else hold.share * hold.for_s)


DIP = ("dipping", "dip_at", "dip_dark", "dip_end")


class Steady(HoldTracker):
    """Met all the time but for dips of at most ``dip_s``. Complete during a dip it is only at the return."""

    kept = (*HoldTracker.kept, "on", "from_at", "back_at", "dark_s", "dark_at", *DIP)

    def __init__(self, when: When, for_s: float, dip_s: float) -> None:
        super().__init__(when)
        self.needed_s, self.dip_s = for_s, dip_s
        self.on = False
        self.from_at = self.back_at = 0.0  # start; last return into the condition, in sight
        self.dark_s = self.dark_at = 0.0  # out of sight since the start, up to the present stretch; its start
        self.dipping = False
        self.dip_at = self.dip_dark = self.dip_end = 0.0  # of the last dip: start, dark_s then, end

    def change(self, at: float, value: float | None) -> None:
        self.advance(at)
        before = self._side()
        self.value = value
        side = self._side()
        if self.done_at or side == before:
            return
        if before is None:
            self.dark_s += at - self.dark_at
        if side:
            self._enter(at)
            return
        if self.on and at - self.from_at - self.dark_s == 0.0:  # met, but for no length of time
            self.on = False
        if side is None:
            self.dark_at = at
        elif self.on and not self.dipping:
            self._dip(at)

    def advance(self, at: float) -> float:
        self.at = at
        if not self.done_at and self.on:
            if self._lapsed(at):
                self.on = False
            elif self.due_at() <= at:
                self.done_at = self.due_at()
        return self.done_at

    def restart(self, at: float, value: float | None) -> None:
        self.at, self.value, self.done_at, self.on, self.dark_at = at, value, 0.0, False, at
        if self.met:
            self._enter(at)

    def due_at(self) -> float:
        return self.done_at or self._reach_at(self.needed_s)

    def wake_at(self) -> float:
        return self.due_at()

    def near_at(self, near_s: float) -> float:
        return self._reach_at(near_s)

    def began(self, now: float) -> float:
        return self.from_at if self.done_at or (self.on and not self._lapsed(now)) else 0.0

    def held_s(self, now: float) -> float:
        if self.done_at:
            return self.needed_s
        if not self.began(now):
            return 0.0
        if self.dipping:
            return self.dip_at - self.from_at - self.dip_dark
        end = self.dark_at if self.value is None else now
        return min(end - self.from_at - self.dark_s, self.needed_s)

    def blind_at(self, now: float) -> float:
        return self._dark(now) if self.began(now) else 0.0

    def _side(self) -> bool | None:
        return None if self.value is None else self.when.meets(self.value)

    def _dark(self, now: float) -> float:
        return self.dark_s + (now - self.dark_at if self.value is None and not self.done_at else 0.0)

    def _reach_at(self, span: float) -> float:
        if not self.on or self.dipping or self.value is None:
            return inf
        return max(self.from_at + span + self.dark_s, self.back_at)

    def _lapsed(self, now: float) -> bool:
        """Whether the hold has ended by ``now``: out of sight for too long, or dipped for too long."""
        if self.value is None and now - self.dark_at > self.needed_s:
            return True
        return self.dipping and now - self.dip_at - (self._dark(now) - self.dip_dark) > self.dip_s

    def _enter(self, at: float) -> None:
        if not self.on:
            self.on, self.from_at, self.dark_s, self.dip_end = True, at, 0.0, 0.0
        elif self.dipping:
            self.dip_end = at
        self.dipping, self.back_at = False, at
        self.advance(at)

    def _dip(self, at: float) -> None:
        self.dipping = True
        if at != self.dip_end:  # else the return had no length: it is the dip before
            self.dip_at, self.dip_dark = at, self.dark_s


class Piece(msgspec.Struct, frozen=True, gc=False):
    """The step function from ``start`` on: what it adds a second, and the integrals up to its start.

    Numbers alone, and many of them: nothing for the garbage collector.
    """

    start: float
    rate: float = 0.0
    met: bool = False
    dark: float = 0.0  # 1.0 out of sight
    area: float = 0.0
    dark_area: float = 0.0

    def area_at(self, at: float) -> float:
        return self.area + self.rate * (at - self.start) if self.rate else self.area

    def same(self, other: "Piece") -> bool:
        """Whether it goes on as the other one."""
        return (self.rate, self.met, self.dark) == (other.rate, other.met, other.dark)

    def dark_at(self, at: float) -> float:
        return self.dark_area + at - self.start if self.dark else self.dark_area


class Sliding(HoldTracker):
    """Met for at least ``needed_s`` seconds in all of the last ``for_s``."""

    kept = (*HoldTracker.kept, "known_at", "lost_at", "pieces")

    def __init__(self, when: When, for_s: float, needed_s: float) -> None:
        super().__init__(when)
        self.for_s, self.needed_s = for_s, needed_s
        self.bar = needed_s  # what the integral of the pieces must reach
        self.strictly = False  # or pass
        self.slack = GRAIN * max(for_s, abs(needed_s))
        self.known_at = 0.0  # in sight without a break since then
        self.lost_at = -inf
        self.pieces = deque([Piece(-inf)])  # the first holds the window's far end, the last is the present
        self._due: float | None = None

    def change(self, at: float, value: float | None) -> None:
        self.advance(at)
        if value is None and self.value is not None:
            self.lost_at = at
        elif value is not None and self.value is None and at > self.lost_at:
            self.known_at = at
        self.value = value
        if not self.done_at:
            self._append(at)

    def advance(self, at: float) -> float:
        self.at = at
        while not self.done_at:
            end = self.pieces[1].start + self.for_s if len(self.pieces) > 1 else inf
            found = self._crossing(self.pieces[0], min(end, at), self.bar)
            if found <= at:
                self.done_at = found
            elif end <= at:
                self.pieces.popleft()
            else:
                break
        return self.done_at

    def restart(self, at: float, value: float | None) -> None:
        self.at, self.value, self.done_at, self.known_at, self.lost_at = at, value, 0.0, at, at
        self.pieces = deque([Piece(-inf)])
        self._append(at)

    def due_at(self) -> float:
        if self.done_at:
            return self.done_at
        if self._due is None:
            self._due = self._reach_at(self.bar)
        return self._due

    def wake_at(self) -> float:
        if self.done_at or not self._rising():
            return self.done_at or inf
        end = self.pieces[1].start + self.for_s if len(self.pieces) > 1 else inf
        return min(self._crossing(self.pieces[0], end, self.bar), end)

    def near_at(self, near_s: float) -> float:
        return self._reach_at(near_s)

    def began(self, now: float) -> float:
        edge = (self.done_at or now) - self.for_s
        for piece, end in self._spans():
            if piece.met and end > edge:
                return max(piece.start, edge)
        return 0.0

    def held_s(self, now: float) -> float:
        return self.needed_s if self.done_at else min(max(self._integral(now), 0.0), self.needed_s)

    def blind_at(self, now: float) -> float:
        now = self.done_at or now
        return self.pieces[-1].dark_at(now) - self._tail(now).dark_at(now - self.for_s)

    def dump(self) -> list[Any]:
        return [*super().dump()[:-1], [list(msgspec.structs.astuple(piece)) for piece in self.pieces]]

    def restore(self, state: list[Any]) -> None:
        super().restore(state)
        self.pieces = deque(Piece(*piece) for piece in state[-1])
        self._due = None

    def _rate(self) -> float:
        return 1.0 if self.met else 0.0

    def _rising(self) -> bool:
        """Whether the integral can reach more than it has, as the value is."""
        return self.met

    def _ready(self, at: float) -> bool:
        """Whether the window that ends at ``at`` allows a verdict."""
        return True

    def _append(self, at: float) -> None:
        last = self.pieces[-1]
        new = Piece(at, self._rate(), self.met, float(self.value is None), last.area_at(at), last.dark_at(at))
        if new.same(last) and last.start > -inf:
            return
        if last.start == at:
            self.pieces.pop()
        self.pieces.append(new)
        self._due = None

    def _spans(self) -> Iterator[tuple[Piece, float]]:
        """The pieces with their ends."""
        for piece, after in pairwise(self.pieces):
            yield piece, after.start
        yield self.pieces[-1], inf

    def _tail(self, now: float) -> Piece:
        """The piece that holds the far end of the window that ends at ``now``."""
        return next(piece for piece, end in self._spans() if end > now - self.for_s)

    def _integral(self, now: float) -> float:
        return self.pieces[-1].area_at(now) - self._tail(now).area_at(now - self.for_s)

    def _reach_at(self, bar: float) -> float:
        """When the integral reaches ``bar`` if nothing changes: over all that will leave the window."""
        if not self._rising():
            return inf
        found = (self._crossing(piece, end + self.for_s, bar) for piece, end in self._spans())
        return next((at for at in found if at < inf), inf)

    def _crossing(self, tail: Piece, end: float, bar: float) -> float:
        """When the integral reaches ``bar`` while ``tail`` leaves the window, up to ``end``; or infinity."""
        head = self.pieces[-1]
        start = max(head.start, tail.start + self.for_s)
        if self.value is None or not self._ready(start):
            return inf
        missing = bar - head.area_at(start) + tail.area_at(start - self.for_s)
        if missing <= (-self.slack if self.strictly else self.slack):
            return start
        slope = head.rate - tail.rate
        if slope <= 0:
            return inf
        found = start + max(missing, 0.0) / slope + (BEYOND_S if self.strictly else 0.0)
        return found if found <= end else inf


class Mean(Sliding):
    """The mean over the last ``for_s`` meets the condition. Unknown time counts as not there: it lowers the
    mean where high is bad; where low is bad the whole window must have been in sight.

    Where low is bad everything is negated, so that the bar is always reached from below.
    """

    def __init__(self, when: When, for_s: float) -> None:
        super().__init__(when, for_s, when.level * for_s)
        self.sign = 1.0 if when.upward else -1.0
        self.bar, self.strictly = self.sign * self.needed_s, when.strictly

    def near_at(self, near_s: float) -> float:
        return self.due_at() - (self.for_s - near_s)

    def held_s(self, now: float) -> float:
        if self.done_at or self.sign > 0:
            return super().held_s(now)
        known = 0.0 if self.value is None else self.when.level * min(now - self.known_at, self.for_s)
        return max(0.0, min(known, 2 * known + self._integral(now)))

    def _rate(self) -> float:
        return 0.0 if self.value is None else self.sign * self.value

    def _rising(self) -> bool:
        return self.value is not None

    def _ready(self, at: float) -> bool:
        """Full windows only where low is bad (and where even nothing would meet the level)."""
        return (self.sign > 0 and self.needed_s > 0) or at >= self.known_at + self.for_s
