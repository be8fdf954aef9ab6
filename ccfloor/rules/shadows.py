"""What the other readings of a plan's rule would have said today, on the same signal."""

from collections.abc import Iterator
from math import inf
from typing import Any, Literal, NamedTuple

from ccfloor.rules.holds import HoldTracker, make_hold
from ccfloor.rules.model import Hold, Rule, Words
from ccfloor.rules.reading import read_hold

DIP_S = 60.0
SHARE = 0.8
REACHED_S = 60.0


class OtherReading(NamedTuple):
    """One way to read a rule's hold: when it first fired today (0.0: not yet), when it would if nothing
    changes (0.0: it would not). ``in_force``: the reading that the rule itself has.
    """

    rule: str
    kind: str
    words: Words
    fired_at: float
    would_at: float
    in_force: bool


def readings_of(rule: Rule) -> Iterator[Hold]:
    """The rule's own hold and the usual other readings of the same time."""
    for_s = rule.hold.for_s
    kinds: tuple[Literal["strict", "forgive", "share", "mean", "within"], ...]
    kinds = ("strict", "forgive", "share", "mean", "within")
    for kind in kinds:
        if kind == rule.hold.kind:
            yield rule.hold
        elif kind == "forgive" and for_s > DIP_S:
            yield Hold(kind=kind, for_s=for_s, dip_s=DIP_S)
        elif kind == "within" and for_s > REACHED_S:
            yield Hold(kind=kind, for_s=for_s, reached_s=REACHED_S)
        elif kind in ("strict", "share", "mean"):
            yield Hold(kind=kind, for_s=for_s, share=SHARE if kind == "share" else 1.0)


class Shadows:
    """A tracker a reading. Each tells its first firing of the business day, then rests until the next."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._holds = list(readings_of(rule))
        self._words = [read_hold(rule.model_copy(update={"hold": hold})) for hold in self._holds]
        self._trackers: list[HoldTracker] = [make_hold(rule.when, hold) for hold in self._holds]

    def change(self, at: float, value: float | None) -> None:
        """The value from ``at`` on."""
        for tracker in self._trackers:
            tracker.change(at, value)

    def new_day(self, at: float) -> None:
        """What fired is forgotten; every reading starts from nothing."""
        for tracker in self._trackers:
            tracker.advance(at)
            tracker.reset(at)

    def readings(self, now: float) -> Iterator[OtherReading]:
        """What each reading has said up to ``now``."""
        for hold, words, tracker in zip(self._holds, self._words, self._trackers, strict=True):
            due = tracker.done_at or tracker.due_at()
            yield OtherReading(
                rule=self.rule.id,
                kind=hold.kind,
                words=words,
                fired_at=due if due <= now else 0.0,
                would_at=due if now < due < inf else 0.0,
                in_force=hold == self.rule.hold,
            )

    def dump(self) -> list[Any]:
        """The state of all trackers."""
        return [tracker.dump() for tracker in self._trackers]

    def restore(self, states: list[Any]) -> None:
        """Takes what ``dump`` gave."""
        for tracker, state in zip(self._trackers, states, strict=True):
            tracker.restore(state)
