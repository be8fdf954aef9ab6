"""A rule and one subject: what its machine is told of a cell, and when."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import inf, nextafter
from typing import Any

from ccfloor.rules.alarms import Alarm, RuleState
from ccfloor.rules.cells import Cell
from ccfloor.rules.guards import Guard
from ccfloor.rules.machine import SHOWN_S, Machine
from ccfloor.rules.model import Rule, When
from ccfloor.rules.shadows import Shadows
from ccfloor.rules.timers import Timer


def quiet_value(rule: Rule) -> float:
    """A value that does not meet the condition and lies on the good side of the clear level: what the
    machine is told where there is no verdict, or where the condition does not count.
    """
    when, clear = rule.when, rule.clear.level
    level = when.level if clear is None else clear
    if when.upward:
        return level - 1.0 if level <= 0 else 0.0
    return level + 1.0 if level >= 1 else 1.0


class Watch:
    """One version of a rule for one subject. The machine is made when there is first something to hold."""

    __slots__ = ("_clear", "_exact", "_levels", "_meets", "_told_side", "_upward", "cell", "eager", "guard",
                 "machine", "quiet", "rule", "shadows", "subject", "timer", "told", "version")  # fmt: skip

    def __init__(self, rule: Rule, version: int, subject: str, cell: Cell, guard: Guard | None) -> None:
        self.rule, self.version, self.subject = rule, version, subject
        self.cell, self.guard = cell, guard
        self.machine: Machine | None = None
        self.told: float | None = None
        self.timer: Timer | None = None
        self.quiet = quiet_value(rule)
        self.eager = rule.plan is not None or rule.hold.kind == "mean"
        self.shadows = Shadows(rule) if rule.plan is not None and rule.hold.for_s else None
        self._levels = levels(rule) if cell.ramp else ()
        self._meets, self._upward = comparison(rule.when), rule.when.upward
        self._clear, self._exact = rule.clear.level, rule.hold.kind == "mean"
        self._told_side: float | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Which watch it is among those of one book."""
        return self.rule.id, self.subject

    def next_crossing(self, since: float, at: float) -> float:
        """When a ramp that runs since that instant comes next to a level of the rule, or just beyond it."""
        for level in self._levels:
            edge = since + level
            if edge > at:
                return edge
            if edge == at:
                return nextafter(edge, inf)
        return inf

    def tell(self, at: float, dark: bool) -> bool:
        """Tell the machine what the cell says from ``at`` on; whether it is told anything new."""
        value = None if dark else self.seen(at)
        if self.shadows is not None:
            self.shadows.change(at, value)
        side = self._side(value)
        if not self._news(value, side):
            return False
        if self.machine is None:
            self.machine = self._new()
        self.told, self._told_side = value, side
        self.machine.change(at, value)
        return True

    def peek(self, at: float, dark: bool) -> Machine | None:
        """A machine that was told what the cell says now; None: it would be told nothing new."""
        value = None if dark else self.seen(at)
        if not self._news(value, self._side(value)):
            return None
        machine = self._new()
        if self.machine is not None:
            machine.restore(self.machine.dump())
        machine.change(at, value)
        return machine

    def _new(self) -> Machine:
        return Machine(self.rule, self.version, self.subject)

    def _side(self, value: float | None) -> float | None:
        """What of a value matters to the machine: whether it meets the condition, and whether it is good
        enough to clear. To a mean the value itself matters.
        """
        if value is None or self._exact:
            return value
        meets, clear = self._meets(value), self._clear
        if clear is None:
            return 1.0 if meets else 2.0
        good = value <= clear if self._upward else value >= clear
        return meets + 2.0 * good

    def _news(self, value: float | None, side: float | None) -> bool:
        if self.machine is not None:
            return side != self._told_side
        return value is not None and (self.eager or self._meets(value))

    def seen(self, at: float) -> float:
        """What the machine may be told in sight: quiet where there is no verdict, or where it counts not."""
        value = self.cell.value
        if value is None or (self.guard is not None and not self.guard.on):
            return self.quiet
        return self._step(value, at) if self.cell.ramp else value

    def _step(self, since: float, at: float) -> float:
        """A ramp as the last level it came to, or went just beyond: equal between two of them."""
        found = self.quiet
        for level in self._levels if since else ():
            if at >= since + level:
                found = level if at == since + level else nextafter(level, inf)
        return found

    def actual(self, at: float) -> float | None:
        """The metric's value as people read it; None: no verdict."""
        return self.as_read(at, self.cell.value)

    def as_read(self, at: float, value: float | None) -> float | None:
        """A value of the cell as people read it."""
        if value is None or not self.cell.ramp:
            return value
        return max(0.0, at - value) if value else 0.0

    def heeded(self, now: float) -> bool:
        """Whether it is shown, or may come to be shown without anything new being told of it."""
        machine = self.machine
        if machine is None or machine.alarm is not None or self.rule.plan is not None:
            return machine is not None
        recent = bool(machine.cleared_at) and now - machine.cleared_at < SHOWN_S
        return recent or bool(self.rule.near_s and machine.hold.began(now))

    def settle(self, alarms: list[Alarm]) -> list[Alarm]:
        """Alarms that fired tell the metric's own value: the machine knows only the side of it."""
        for alarm in alarms:
            value = self.actual(alarm.fired_at)
            if not alarm.cleared_at and value is not None:
                alarm.value = alarm.worst = value
                on = self.machine.alarm if self.machine is not None else None
                if on is not None and on.fired_at == alarm.fired_at:
                    on.value = on.worst = value
        return alarms

    def note(self, at: float, before: float | None) -> None:
        """The cell changed at ``at``: how far it has come counts for the alarm's worst value."""
        alarm = self.machine.alarm if self.machine is not None else None
        if alarm is not None:
            value = self.as_read(at, before if self.cell.ramp else self.cell.value)
            if value is not None:
                alarm.worst = max(alarm.worst, value) if self._upward else min(alarm.worst, value)

    def asks_as(self, other: Watch) -> bool:
        """Whether two versions of a rule ask the same, whatever else they say."""
        a, b = self.rule, other.rule
        return (a.scope, a.when, a.only, a.hold, a.clear) == (b.scope, b.when, b.only, b.hold, b.clear)

    def take_over(self, other: Watch) -> None:
        """Goes on where the other one stands."""
        told, machine, shadows = other.dump()[3:]
        self.restore(told, machine, shadows)

    def idle(self, now: float) -> bool:
        """Whether its machine is as a new one would be: it need not be kept over a restart."""
        machine = self.machine
        if machine is None:
            return True
        steady = self.rule.hold.kind in ("strict", "forgive") and not self.eager
        return steady and machine.standing(now).state is RuleState.INACTIVE and not machine.hold.met

    def dump(self) -> list[Any]:
        """The state, without the rule itself."""
        assert self.machine is not None
        shadows = self.shadows.dump() if self.shadows is not None else None
        return [self.rule.id, self.version, self.subject, self.told, self.machine.dump(), shadows]

    def restore(self, told: float | None, machine: bytes, shadows: list[Any] | None) -> None:
        """Takes the state of a watch of the same rule and subject."""
        self.told, self._told_side = told, self._side(told)
        self.machine = self._new()
        self.machine.restore(machine)
        if self.shadows is not None and shadows is not None:
            self.shadows.restore(shadows)


def levels(rule: Rule) -> tuple[float, ...]:
    """The levels that matter to a rule, ascending."""
    clear = rule.clear.level
    return tuple(sorted({rule.when.level} if clear is None else {rule.when.level, clear}))


@lru_cache(maxsize=4096)
def comparison(when: When) -> Callable[[float], bool]:
    """``when.meets`` without looking up what the condition is."""
    level, strictly = when.level, when.strictly
    if when.upward:
        return (lambda value: value > level) if strictly else (lambda value: value >= level)
    return (lambda value: value < level) if strictly else (lambda value: value <= level)
