"""What the present alone does not tell of a floor: how people come and go, and what is unsure together."""

from collections.abc import Collection

import msgspec


class Leave(msgspec.Struct, frozen=True):
    """Why working seats go away again: ``rate`` times a second of work, after a call, for ``mean_s`` seconds.

    ``reason``: canonical pause reason, or what a caller calls the rest.
    """

    reason: str
    rate: float
    mean_s: float


class Habits(msgspec.Struct, frozen=True):
    """``together``: correlation of the queues' levels (1: all are wrong together). ``aht_cv``,
    ``patience_cv``: how unsure the two means are, for the whole floor at once, as shares of them.
    ``back_cv``: spread of the seconds after which who is away comes back. ``rush_rate``: times a second that
    a rush begins somewhere on the floor.
    """

    leaves: tuple[Leave, ...] = ()
    together: float = 0.5
    aht_cv: float = 0.0
    patience_cv: float = 0.0
    back_cv: float = 0.4
    rush_rate: float = 0.0

    def without(self, reasons: Collection[str]) -> "Habits":
        """The same, while nobody goes away for one of these reasons."""
        kept = tuple(leave for leave in self.leaves if leave.reason not in reasons)
        return self if len(kept) == len(self.leaves) else msgspec.structs.replace(self, leaves=kept)

    @property
    def leave_rate(self) -> float:
        """Times a second of work that a seat goes away, for whatever reason."""
        return sum(leave.rate for leave in self.leaves)

    @property
    def leave_s(self) -> float:
        """Mean seconds of such an absence."""
        rate = self.leave_rate
        return sum(leave.rate * leave.mean_s for leave in self.leaves) / rate if rate > 0 else 0.0
