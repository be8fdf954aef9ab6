"""One rule for one subject: the hold fills, the alarm fires, and clears again."""

from math import inf
from typing import Any

import msgspec

from ccfloor.rules.alarms import Alarm, RuleState, Standing
from ccfloor.rules.holds import make_hold
from ccfloor.rules.model import Rule

SHOWN_S = 300.0  # so long a cleared alarm is still shown
KEPT = ("at", "value", "fired_at", "cleared_at", "good", "good_at", "bad_at", "back_at", "dark_s", "dark_at")


class Machine:
    """Told the metric's value from an instant on, it gives alarms. Instants are UTC epoch seconds and never
    go back (an earlier one counts as the last). Alarms depend on the values alone, not on who looks when.

    It clears when the value was on the good side for ``clear.for_s`` seconds in sight, not before it was on
    for ``clear.min_on_s``, and only in sight. After that the hold starts from nothing.
    """

    def __init__(self, rule: Rule, version: int, subject: str) -> None:
        self.rule, self.version, self.subject = rule, version, subject
        self.hold = make_hold(rule.when, rule.hold)
        self.at = 0.0
        self.value: float | None = None
        self.alarm: Alarm | None = None
        self.fired_at = self.cleared_at = 0.0  # of the last alarm that is over
        self.good = False  # the clear clock runs, or stands while out of sight
        self.good_at = self.bad_at = self.back_at = 0.0  # its start; its last stop; last start or sight
        self.dark_s = self.dark_at = 0.0  # out of sight since its start; start of the present stretch
        self._told: list[Alarm] = []

    def change(self, at: float, value: float | None) -> None:
        """The value from ``at`` on; None: out of sight."""
        at = max(at, self.at)
        self._run(at)
        before, self.value = self.value, value
        if self.alarm is None:
            self.hold.change(at, value)
        else:
            self._watch_clear(at, before is None)
        self._run(at)

    def advance(self, at: float) -> list[Alarm]:
        """Time has come to ``at``. What fired or cleared since the last call, oldest first, as copies."""
        self._run(max(at, self.at))
        told, self._told = self._told, []
        return told

    def next_at(self) -> float:
        """When it fires, becomes near or clears if nothing changes; infinity: never."""
        if self.alarm is not None:
            return self.clears_at()
        near_at = self.hold.near_at(self.rule.near_s) if self.rule.near_s else inf
        return min(self.hold.due_at(), near_at if near_at > self.at else inf)

    def wake_at(self) -> float:
        """By then ``advance`` must be called for alarms to come in time, if nothing changes: ``next_at`` or
        an earlier instant, but after the last ``advance``; always found in O(1).
        """
        return self.hold.wake_at() if self.alarm is None else self.clears_at()

    def clears_at(self) -> float:
        """When the firing alarm clears if nothing changes; infinity: never."""
        if self.alarm is None or self.value is None or not self.good:
            return inf
        clear = self.rule.clear
        full_at = self.good_at + clear.for_s + self.dark_s
        return max(full_at, self.alarm.fired_at + clear.min_on_s, self.back_at)

    def standing(self, now: float) -> Standing:
        """Where it stands at ``now``, at or after the last change; nothing fires by looking."""
        if self.alarm is not None:
            return self._standing_on(self.alarm)
        began = self.hold.began(now)
        due_at = self.hold.due_at() if began else inf
        shown = self.cleared_at and now - self.cleared_at < SHOWN_S
        pending = RuleState.PENDING if began else RuleState.INACTIVE
        return Standing(
            rule=self.rule.id,
            subject=self.subject,
            version=self.version,
            state=RuleState.CLEARED if shown else pending,
            value=self.value,
            active_at=began,
            held_s=self.hold.held_s(now),
            needed_s=self.hold.needed_s,
            holding=bool(began) and self.hold.holding,
            due_at=due_at if due_at < inf else 0.0,
            near=bool(began) and self._near(now),
            blind_s=self.hold.blind_at(now),
            fired_at=self.fired_at if shown else 0.0,
            cleared_at=self.cleared_at if shown else 0.0,
        )

    def shown(self, now: float) -> Standing | None:
        """``standing``, if it is one to be shown: firing, over for less than ``SHOWN_S``, or near. Cheap
        where it is not. What is over tells of itself, of the hold that may have begun anew where near counts.
        """
        if self.alarm is not None:
            return self._standing_on(self.alarm)
        over, amber = bool(self.cleared_at) and now - self.cleared_at < SHOWN_S, bool(self.rule.near_s)
        if over and not amber:
            return Standing(
                rule=self.rule.id,
                subject=self.subject,
                version=self.version,
                state=RuleState.CLEARED,
                value=self.value,
                fired_at=self.fired_at,
                cleared_at=self.cleared_at,
            )
        near = amber and bool(self.hold.began(now)) and self._near(now)
        return self.standing(now) if over or near else None

    def dump(self) -> bytes:
        """The state, exactly."""
        state = [getattr(self, name) for name in KEPT]
        return msgspec.msgpack.encode([state, self.hold.dump(), self.alarm, self._told])

    def restore(self, blob: bytes) -> None:
        """Takes the state of a machine of the same rule, version and subject."""
        state, hold, alarm, told = msgspec.msgpack.decode(
            blob, type=tuple[list[Any], list[Any], Alarm | None, list[Alarm]]
        )
        for name, value in zip(KEPT, state, strict=True):
            setattr(self, name, value)
        self.hold.restore(hold)
        self.alarm, self._told = alarm, told

    def _run(self, at: float) -> None:
        self.at = at
        while True:
            if self.alarm is None:
                fired_at = self.hold.advance(at)
                if not fired_at:
                    return
                self._fire(fired_at)
            elif (cleared_at := self.clears_at()) <= at:
                self._clear(cleared_at)
            else:
                return

    def _fire(self, at: float) -> None:
        rule, value = self.rule, self.value or 0.0
        self.alarm = Alarm(
            rule=rule.id,
            subject=self.subject,
            fired_at=at,
            version=self.version,
            active_at=self.hold.began(at),
            blind_s=self.hold.blind_at(at),
            value=value,
            worst=value,
            severity=rule.severity,
            plan=rule.plan.plan if rule.plan else "",
            level=rule.plan.level if rule.plan else -1,
        )
        self._tell(self.alarm)
        self.good, self.bad_at = False, 0.0
        if self._on_good_side():
            self._start_clear(at)

    def _clear(self, at: float) -> None:
        if self.alarm is not None:
            self.alarm.cleared_at = self.cleared_at = at
            self.fired_at = self.alarm.fired_at
            self._tell(self.alarm)
        self.alarm = None
        self.hold.restart(at, self.value)

    def _tell(self, alarm: Alarm) -> None:
        self._told.append(msgspec.structs.replace(alarm))

    def _watch_clear(self, at: float, was_dark: bool) -> None:
        """The clear clock and the worst value at a change while it fires."""
        no_length = at == self.bad_at  # the bad value that stopped the clock did not stay
        if self.value is None:
            self.good = self.good or no_length
            self.dark_at = self.dark_at if was_dark else at
            return
        if was_dark:
            self.dark_s += at - self.dark_at
            self.back_at = at
        if self.alarm is not None:
            worse = max if self.rule.when.upward else min
            self.alarm.worst = worse(self.alarm.worst, self.value)
        if not self._on_good_side():
            if self.good:
                self.good, self.bad_at = False, at
        elif not self.good and no_length:
            self.good = True
        elif not self.good:
            self._start_clear(at)

    def _start_clear(self, at: float) -> None:
        self.good, self.good_at, self.back_at, self.dark_s = True, at, at, 0.0

    def _on_good_side(self) -> bool:
        if self.value is None:
            return False
        level, when = self.rule.clear.level, self.rule.when
        if level is None:
            return not when.meets(self.value)
        return self.value <= level if when.upward else self.value >= level

    def _near(self, now: float) -> bool:
        """Amber: ``near_s`` in the condition (a mean: so much before it is due)."""
        near_s = self.rule.near_s
        if not near_s:
            return False
        if self.rule.hold.kind == "mean":
            return self.hold.near_at(near_s) <= now
        return self.hold.held_s(now) >= near_s

    def _standing_on(self, alarm: Alarm) -> Standing:
        clears_at = self.clears_at()
        return Standing(
            rule=self.rule.id,
            subject=self.subject,
            version=self.version,
            state=RuleState.FIRING,
            value=self.value,
            active_at=alarm.active_at,
            held_s=self.hold.needed_s,
            needed_s=self.hold.needed_s,
            holding=self.value is not None and self.rule.when.meets(self.value),
            blind_s=alarm.blind_s,
            fired_at=alarm.fired_at,
            clears_at=clears_at if clears_at < inf else 0.0,
        )
