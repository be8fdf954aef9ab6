"""Signals of single seats: a cell a seat, made when there is first something to tell of it."""

from __future__ import annotations

from collections.abc import Callable

from ccfloor.rules.cells import Cell, Seconds
from ccfloor.rules.duty import Duties
from ccfloor.rules.model import Rule
from ccfloor.rules.seat_cells import Doing, Filter, in_state

OF_DUTY = frozenset(("late_login_s", "early_logout_s", "missing_s", "off_duty"))

Told = tuple[float, float]  # the value, until when it holds (0.0: until told otherwise)
Ask = Callable[[str, Doing, float], Told]


class SeatCell(Cell):
    """A value of one seat, told from outside."""

    moves = True

    def __init__(self) -> None:
        super().__init__()
        self.now: Told = (0.0, 0.0)

    def read(self, at: float) -> float:
        value, until = self.now
        return value if not until or at < until else 0.0

    def next_at(self, at: float) -> float:
        until = self.now[1]
        return until if until > at else float("inf")


class SeatSeconds(Seconds):
    """Seconds of one seat since an instant."""

    def __init__(self) -> None:
        super().__init__()
        self.now: Told = (0.0, 0.0)

    def read(self, at: float) -> float:
        return self.now[0]


class Family:
    """One rule's signal for every seat."""

    def __init__(self, rule: Rule, version: int, who: Filter, ask: Ask) -> None:
        self.rule, self.version, self.who, self.ask = rule, version, who, ask
        metric = rule.when.metric
        self.of_status = metric == "in_status" and not who.queues
        self.of_duty, self.of_streak = metric in OF_DUTY, metric == "rona_streak"
        self.kind: type[SeatCell | SeatSeconds] = SeatSeconds if rule.when.metric == "missing_s" else SeatCell
        self.cells: dict[str, SeatCell | SeatSeconds] = {}

    def told(self, seat: str, now: Doing, at: float) -> Told:
        """The seat's value at an instant."""
        return self.ask(seat, now, at) if self.who.here(now) else (0.0, 0.0)


def asker(rule: Rule, streaks: dict[str, int], duties: Duties) -> Ask:
    """How the rule's metric is found for a seat."""
    if rule.when.metric == "in_status":
        state = in_state(rule)
        return lambda seat, now, at: (float(state(now)), 0.0)
    if rule.when.metric == "rona_streak":
        return lambda seat, now, at: (float(streaks.get(seat, 0)), 0.0)
    asks: dict[str, Ask] = {
        "late_login_s": lambda seat, now, at: duties.late(seat),
        "early_logout_s": lambda seat, now, at: duties.early(seat),
        "missing_s": lambda seat, now, at: (duties.missing(seat, at), 0.0),
        "off_duty": lambda seat, now, at: (float(duties.off(seat)), 0.0),
    }
    return asks[rule.when.metric]
