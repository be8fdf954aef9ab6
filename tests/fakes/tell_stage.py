"""Telling on a stage: time steps by the second, channels take what they are given or are dead."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ccfloor.rules.alarms import Alarm
from ccfloor.rules.model import Plan, Rule, Tell, When, Words
from ccfloor.rules.telling import (
    DROPPED,
    SENT,
    WAITING,
    Case,
    Channel,
    Told,
    due,
    pressing,
    ready,
)

NOON = 1_780_056_000.0  # 2026-05-29 20:00 in Shanghai, 12:00 UTC


def rule(name: str = "long-wait", severity: str = "warn", level: int = -1, **tell: object) -> Rule:
    """A rule that tells ``lead`` unless said otherwise; with a level it is a step of the plan ``peak``."""
    words = Words(zh=f"规则{name}", en=f"Rule {name}")
    return Rule(
        id=name,
        name=words,
        when=When(metric="waiting", at_least=8),
        severity=severity,  # type: ignore[arg-type]
        plan=Plan(plan="peak", level=level) if level >= 0 else None,
        say=Words(zh="立即调度人员上线", en="Move people on line now"),
        tell=Tell.model_validate({"channels": ("lead",), **tell}),
    )


def alarm(of: Rule, fired_at: float, subject: str = "") -> Alarm:
    """A firing of a rule."""
    plan, level = (of.plan.plan, of.plan.level) if of.plan else ("", -1)
    return Alarm(
        of.id, subject, fired_at, 1, fired_at - 300, value=11, worst=11, severity=of.severity,
        plan=plan, level=level,
    )  # fmt: skip


@dataclass
class Stage:
    """What happens, second by second. ``messages``: (at, channel, {(kind, rule)})."""

    channels: dict[str, Channel] = field(default_factory=lambda: {"lead": Channel("lead", zone="UTC")})
    now: float = NOON
    cases: dict[str, Case] = field(default_factory=dict)
    rows: list[Told] = field(default_factory=list)
    messages: list[tuple[float, str, set[tuple[str, str]]]] = field(default_factory=list)
    dead: set[str] = field(default_factory=set)
    dropped: list[tuple[str, str]] = field(default_factory=list)
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def fire(self, of: Rule, subject: str = "") -> str:
        """An alarm fires now; returns its key."""
        made = alarm(of, self.now, subject)
        self.cases[made.key] = Case(made, of)
        return made.key

    def clear(self, *keys: str) -> None:
        """Alarms are over now."""
        for key in keys:
            self.cases[key].alarm.cleared_at = self.now

    def ack(self, key: str) -> None:
        """Somebody takes an alarm on."""
        self.cases[key] = self.cases[key]._replace(acked_at=self.now, acked_by="王芳")

    def run(self, seconds: float, step: float = 1.0) -> None:
        """Let time go by."""
        for _ in range(round(seconds / step)):
            self.now += step
            self.look()

    def look(self) -> None:
        """One look, and every channel takes what leaves."""
        found = due(self.now, self.cases, self.rows, self.channels, self.lists)
        for change in found.changes:
            place = next(index for index, row in enumerate(self.rows) if row.id == change.id)
            self.rows[place] = self.rows[place]._replace(state=change.state, due_at=change.due_at)
            if change.state == DROPPED:
                self.dropped.append((self.rows[place].kind, change.why))
        for notice in found.notices:
            number = len(self.rows) + 1
            told = (number, notice.about, notice.channel, notice.kind, self.now, notice.due_at, notice.state)
            self.rows.append(Told(*told))
        for channel in self.channels.values():
            self._leave(channel)

    def _leave(self, channel: Channel) -> None:
        waiting = [row for row in self.rows if row.channel == channel.name and row.state == WAITING]
        sent = [at for at, name, _ in self.messages if name == channel.name]
        leaving = ready(self.now, channel, waiting, sent, pressing(waiting, self.cases))
        if not leaving:
            return
        alive = channel.name not in self.dead
        for row in leaving:
            state = (SENT, self.now) if alive else (WAITING, 0.0)
            self.rows[row.id - 1] = row._replace(attempts=row.attempts + 1, state=state[0], sent_at=state[1])
        if alive:
            what = {(row.kind, row.about.partition("/")[0]) for row in leaving}
            self.messages.append((self.now, channel.name, what))

    def kinds(self, channel: str = "lead") -> list[tuple[float, list[str]]]:
        """Seconds since the beginning and kinds of every message on a channel."""
        found = [(at - NOON, what) for at, name, what in self.messages if name == channel]
        return [(at, sorted(kind for kind, _ in what)) for at, what in found]

    def about(self, channel: str = "lead") -> Iterable[set[tuple[str, str]]]:
        """What every message on a channel is about."""
        return [what for _, name, what in self.messages if name == channel]
