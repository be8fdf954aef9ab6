"""Who came late, left early or is not there: each seat's signing on and off against its own shift.

Only what was seen counts: a duty whose beginning was out of sight gives no late login, one whose end was
gives no early logout. Who comes late while nobody looks is late by what was seen of it.
"""

from collections.abc import Iterable

import msgspec

from ccfloor.rules.calendar import Calendar, Shift
from ccfloor.rules.shifts import Spans, duty_at, is_in, next_edge, part_spans

TOLD_S = 900.0  # a late login and an early logout are told for so long


class SeatDuty(msgspec.Struct, array_like=True):
    """A seat's present or last duty. Instants in UTC epoch seconds, 0.0 where it has not happened."""

    start: float = 0.0
    end: float = 0.0
    came_at: float = 0.0
    left_at: float = 0.0
    unsure: bool = False  # begun before anybody looked
    late_s: float = 0.0
    early_s: float = 0.0
    early_at: float = 0.0
    away: bool = True
    inside: bool = False  # within a part of the shift now
    unseen_at: float = 0.0  # out of sight since then while it was awaited


class Duties:
    """All seats that have a shift. ``states`` is the whole memory."""

    def __init__(self, calendar: Calendar, states: dict[str, SeatDuty]) -> None:
        self.states = states
        self._lit_at = 0.0
        self._zone = calendar.zone
        shifts = {shift.name: shift for shift in calendar.shifts}
        self.shift: dict[str, Shift] = {
            seat: shifts[name] for seat, name in calendar.seat_shift.items() if name in shifts
        }
        self.seats: dict[str, list[str]] = {}
        for seat, shift in self.shift.items():
            self.seats.setdefault(shift.name, []).append(seat)
        self.parts: dict[str, Spans] = {name: part_spans(shifts[name], calendar.zone) for name in self.seats}

    def next_edge(self, shift: str, at: float) -> float:
        """When the next part of a shift begins or ends."""
        return next_edge(self.parts[shift], at)

    def look(self, seats: Iterable[str], at: float) -> None:
        """A first look at seats whose duty may have begun long ago."""
        for seat in seats:
            shift = self.shift.get(seat)
            duty = duty_at(shift, self._zone, at) if shift is not None else None
            state = self.states.get(seat)
            if duty is not None and (state is None or state.start != duty.start):
                away = state.away if state is not None else True
                self.states[seat] = SeatDuty(duty.start, duty.end, unsure=True, away=away)
            if shift is not None and (state := self.states.get(seat)) is not None:
                state.inside = is_in(self.parts[shift.name], at)

    def edge(self, shift: str, at: float, dark: bool) -> list[str]:
        """A part of the shift begins or ends; the seats that this concerns."""
        seats = self.seats[shift]
        inside = is_in(self.parts[shift], at)
        for seat in seats:
            state = self.states.setdefault(seat, SeatDuty())
            duty = duty_at(self.shift[seat], self._zone, at)
            if duty is not None and duty.start == at:
                state = self.states[seat] = SeatDuty(at, duty.end, unsure=dark, away=state.away)
                state.came_at = 0.0 if state.away or dark else at
            elif at == state.end and not dark:
                self._end(state, at)
            state.inside = inside
        return seats

    def _end(self, state: SeatDuty, at: float) -> None:
        if state.away and state.came_at and state.left_at:
            state.early_s, state.early_at = at - state.left_at, at

    def seat(self, seat: str, away: bool, at: float) -> bool:
        """The seat signed on or off, or is seen again; whether anything changed."""
        if seat not in self.shift:
            return False
        state = self.states.setdefault(seat, SeatDuty())
        if state.away == away and (away or state.came_at or not state.start <= at < state.end):
            return False
        state.away = away
        if not state.start <= at < state.end:
            return True
        if away:
            state.left_at = at
        else:
            self._come(state, at)
        return True

    def _come(self, state: SeatDuty, at: float) -> None:
        state.left_at = 0.0
        if not state.came_at:
            state.came_at = at
            seen_at = state.unseen_at if state.unseen_at and at == self._lit_at else at
            state.late_s = 0.0 if state.unsure else seen_at - state.start

    def dim(self, at: float) -> None:
        """Out of sight from now on: who is not here yet may come unseen."""
        for state in self.states.values():
            if state.start <= at < state.end and not state.came_at:
                state.unseen_at = at

    def light(self, at: float) -> None:
        """In sight again: who is here at this very instant came while nobody looked."""
        self._lit_at = at

    # -- the metrics: (value, until when it holds; 0.0 as value: nothing) ------------------------------

    def late(self, seat: str) -> tuple[float, float]:
        """Seconds by which the first login was late."""
        state = self.states.get(seat)
        return (state.late_s, state.came_at + TOLD_S) if state is not None else (0.0, 0.0)

    def early(self, seat: str) -> tuple[float, float]:
        """Seconds by which the last logout was early."""
        state = self.states.get(seat)
        return (state.early_s, state.early_at + TOLD_S) if state is not None else (0.0, 0.0)

    def missing(self, seat: str, at: float) -> float:
        """Since when the seat is awaited; 0.0: it is not."""
        state = self.states.get(seat)
        if state is None or state.came_at or state.unsure or not state.start <= at < state.end:
            return 0.0
        return state.start

    def off(self, seat: str) -> bool:
        """Whether it has been here and is away now, within its shift."""
        state = self.states.get(seat)
        return state is not None and state.inside and state.away and bool(state.came_at)
