"""What a rule engine tells: alarms with their instants, and where each rule stands for each subject.

A subject is written "" (the floor), "queue:hotline", "group:<rule id>", "team:A" or "seat:SIM/1001".
Instants are UTC epoch seconds.
"""

from enum import StrEnum

import msgspec


class RuleState(StrEnum):
    """Where a rule stands for one subject. ACKNOWLEDGED is FIRING that somebody took on."""

    INACTIVE = "inactive"
    PENDING = "pending"
    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    CLEARED = "cleared"


class Alarm(msgspec.Struct):
    """One firing of a rule for a subject; a row of table ``alarms``. (rule, subject, fired_at) is its key.

    ``active_at``: the hold began; ``cleared_at`` 0.0 while it fires; ``blind_s``: seconds out of sight that
    were not counted as held; ``value`` at firing, ``worst`` while it fired.
    """

    rule: str
    subject: str
    fired_at: float
    version: int
    active_at: float
    cleared_at: float = 0.0
    blind_s: float = 0.0
    value: float = 0.0
    worst: float = 0.0
    severity: str = "warn"
    plan: str = ""
    level: int = -1

    @property
    def key(self) -> str:
        """The name under which notes and notices speak of it."""
        return alarm_key(self.rule, self.subject, self.fired_at)


def alarm_key(rule: str, subject: str, fired_at: float) -> str:
    """The name of an alarm in notes, notices and addresses."""
    return f"{rule}/{subject}/{fired_at:.3f}"


class Standing(msgspec.Struct, frozen=True):
    """Where a rule stands for a subject at an instant: enough to draw a bar that fills by itself.

    ``held_s`` of ``needed_s`` seconds count so far (mean: the integral in value-seconds); ``holding``: more
    is counted with every second now; ``due_at``: it fires then if nothing changes (0.0: it will not).
    ``near``: amber.
    """

    rule: str
    subject: str
    version: int
    state: RuleState
    value: float | None
    active_at: float = 0.0
    held_s: float = 0.0
    needed_s: float = 0.0
    holding: bool = False
    due_at: float = 0.0
    near: bool = False
    blind_s: float = 0.0
    fired_at: float = 0.0
    cleared_at: float = 0.0
    clears_at: float = 0.0  # it clears then if nothing changes; 0.0: it will not
