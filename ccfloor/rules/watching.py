"""A rule and one subject: what its machine is told of a cell, and when."""

from __future__ import annotations

from math import inf, nextafter
from typing import Any

from ccfloor.rules.alarms import Alarm, RuleState
from ccfloor.rules.cells import Cell
from ccfloor.rules.guards import Guard
from ccfloor.rules.machine import Machine
from ccfloor.rules.model import Rule
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

    __slots__ = ("_rule_levels", "cell", "eager", "guard", "machine", "quiet", "rule", "shadows", "subject",
                 "timer", "told", "version")  # fmt: skip

    def __init__(self, rule: Rule, version: int, subject: str, cell: Cell, guard: Guard | None) -> None:
        self.rule, self.version, self.subject = rule, version, subject
        self.cell, self.guard = cell, guard
        self.machine: Machine | None = None
        self.told: float | None = None
        self.timer: Timer | None = None
        self.quiet = quiet_value(rule)
        self.eager = rule.plan is not None or rule.hold.kind == "mean"
        self.shadows = Shadows(rule) if rule.plan is not None and rule.hold.for_s else None
        self._rule_levels = levels(rule) if cell.ramp else ()

    @property
    def key(self) -> tuple[str, str]:
        """Which watch it is among those of one book."""
        return self.rule.id, self.subject

    def crossings(self, since: float) -> list[float]:
        """When a ramp that runs since that instant comes to a level of the rule, and just beyond it."""
        return [
            edge for level in self._rule_levels for edge in (since + level, nextafter(since + level, inf))
        ]

    def tell(self, at: float, dark: bool) -> bool:
        """Tell the machine what the cell says from ``at`` on; whether it is told anything new."""
        value = None if dark else self._seen(at)
        if not self._news(value):
            return False
        if self.machine is None:
            self.machine = self._new()
        self.told = value
        self.machine.change(at, value)
        if self.shadows is not None:
            self.shadows.change(at, value)
        return True

    def peek(self, at: float, dark: bool) -> Machine | None:
        """A machine that was told what the cell says now; None: it would be told nothing new."""
        value = None if dark else self._seen(at)
        if not self._news(value):
            return None
        machine = self._new()
        if self.machine is not None:
            machine.restore(self.machine.dump())
        machine.change(at, value)
        return machine

    def _new(self) -> Machine:
        return Machine(self.rule, self.version, self.subject)

    def _news(self, value: float | None) -> bool:
        if self.machine is not None:
            return value != self.told
        return value is not None and (self.eager or self.rule.when.meets(value))

    def _seen(self, at: float) -> float:
        value = self.cell.value
        if value is None or (self.guard is not None and not self.guard.on):
            return self.quiet
        return self._step(value, at) if self.cell.ramp else value

    def _step(self, since: float, at: float) -> float:
        """A ramp as the last level it came to, or went just beyond: equal between two of them."""
        found = self.quiet
        for level in self._rule_levels if since else ():
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

    def settle(self, alarms: list[Alarm]) -> list[Alarm]:
        """Alarms of a ramp tell its seconds, not the levels it came to."""
        since = self.cell.value if self.cell.ramp else None
        if self.machine is None or not since:
            return alarms
        for alarm in alarms:
            if not alarm.cleared_at:
                alarm.value = alarm.worst = max(0.0, alarm.fired_at - since)
                if self.machine.alarm is not None and self.machine.alarm.fired_at == alarm.fired_at:
                    self.machine.alarm.value = self.machine.alarm.worst = alarm.value
        return alarms

    def note_peak(self, at: float, since: float) -> None:
        """A ramp ends at ``at``: how far it came counts for the alarm's worst value."""
        alarm = self.machine.alarm if self.machine is not None else None
        if alarm is not None and since < at and self.rule.when.upward:
            alarm.worst = max(alarm.worst, at - since)

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
        self.told = told
        self.machine = self._new()
        self.machine.restore(machine)
        if self.shadows is not None and shadows is not None:
            self.shadows.restore(shadows)


def levels(rule: Rule) -> tuple[float, ...]:
    """The levels that matter to a rule, ascending."""
    clear = rule.clear.level
    return tuple(sorted({rule.when.level} if clear is None else {rule.when.level, clear}))
