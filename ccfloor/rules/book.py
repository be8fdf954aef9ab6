"""The book of rules: every version of every rule with the instant from which it counts."""

from collections.abc import Iterable
from typing import NamedTuple

from ccfloor.rules.model import Rule


class RuleVersion(NamedTuple):
    """A version of a rule. ``valid_from`` UTC epoch seconds; ``rule`` None: retired from then on."""

    id: str
    version: int
    valid_from: float
    rule: Rule | None


class RuleBook:
    """All versions, in order. The same book at the same instant gives the same rules."""

    def __init__(self, versions: Iterable[RuleVersion] = ()) -> None:
        self.versions = tuple(sorted(versions, key=lambda item: (item.valid_from, item.version)))

    def at(self, at: float) -> dict[str, RuleVersion]:
        """The version in force of every rule, by rule id; retired and disabled ones are left out."""
        found: dict[str, RuleVersion] = {}
        for item in self.versions:
            if item.valid_from > at:
                break
            found[item.id] = item
        return {name: item for name, item in found.items() if item.rule is not None and item.rule.enabled}

    def next_change(self, at: float) -> float:
        """The first instant after ``at`` at which another version comes into force; infinity if none."""
        return next((item.valid_from for item in self.versions if item.valid_from > at), float("inf"))

    def history(self, rule: str) -> list[RuleVersion]:
        """All versions of one rule, oldest first."""
        return [item for item in self.versions if item.id == rule]
