"""When a rule counts at all: its ``only`` and the calendar as sets of times, one guard for all alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ccfloor.floor.config import FloorConfig
from ccfloor.rules.calendar import Calendar, Shift
from ccfloor.rules.model import Only, Rule
from ccfloor.rules.shifts import (
    Spans,
    any_spans,
    change_spans,
    is_in,
    next_edge,
    open_spans,
    part_spans,
    peak_spans,
    shift_of,
)

if TYPE_CHECKING:
    from ccfloor.rules.watching import Watch


class Guard:
    """When some conditions count: every set of times must hold. Shared by all whom it concerns."""

    def __init__(self, several: tuple[Spans, ...], at: float) -> None:
        self._several = several
        self.watches: list[Watch] = []
        self.on = False
        self.turn(at)

    def turn(self, at: float) -> bool:
        """Sets ``on`` to what holds from ``at`` on; whether it changed."""
        before, self.on = self.on, all(is_in(spans, at) for spans in self._several)
        return before is not self.on

    def next_at(self, at: float) -> float:
        """When it must be looked at again."""
        return min(next_edge(spans, at) for spans in self._several)

    def within(self, start: float, end: float) -> list[tuple[float, float]]:
        """The times of [start, end) at which the conditions count, in their order."""
        found: list[tuple[float, float]] = []
        while start < end:
            edge = min(self.next_at(start), end)
            if all(is_in(spans, start) for spans in self._several):
                begun = found.pop()[0] if found and found[-1][1] == start else start
                found.append((begun, edge))
            start = edge
        return found


class Guards:
    """The guards of all rules."""

    def __init__(self, config: FloorConfig, calendar: Calendar) -> None:
        self._config, self._calendar = config, calendar
        self._known: dict[object, Guard] = {}
        self.met: Callable[[Guard], None] = lambda guard: None  # called with every new one

    def of(self, rule: Rule, subject: str, queues: frozenset[str] | None, at: float) -> Guard | None:
        """The guard of a rule for a subject; None: it always counts."""
        only = rule.only
        if only == Only():
            return None
        shifts = self._shifts(subject)
        key = (only, queues, shifts)
        guard = self._known.get(key)
        if guard is None:
            guard = self._known[key] = Guard(tuple(self._spans(only, queues, shifts)), at)
            self.met(guard)
        return guard

    def _shifts(self, subject: str) -> tuple[Shift, ...]:
        """The shifts of a seat, of a team's seats, or of everybody."""
        kind, _, name = subject.partition(":")
        seats = list(self._calendar.seat_shift)
        if kind == "seat":
            seats = [name]
        elif kind == "team":
            infos = self._config.seats
            seats = [seat for seat in seats if seat in infos and infos[seat].team == name]
        found = (shift_of(self._calendar, seat) for seat in seats)
        return tuple(dict.fromkeys(shift for shift in found if shift is not None))

    def _spans(self, only: Only, queues: frozenset[str] | None, shifts: tuple[Shift, ...]) -> list[Spans]:
        zone, found = self._calendar.zone, list[Spans]()
        if only.open_hours:
            found.append(open_spans(self._calendar, queues or self._config.queues))
        if only.on_shift:
            found.append(any_spans(part_spans(shift, zone) for shift in shifts))
        if only.around_shift_change_s:
            found.append(change_spans(shifts, zone, only.around_shift_change_s))
        if only.planned_peak:
            found.append(peak_spans(self._calendar, queues))
        return found
