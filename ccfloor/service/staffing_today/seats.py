"""Seats at work and seats planned, by half hour and by the queues they serve together.

An agent who is at work part of a half hour counts for that part. Which queues somebody serves is what the
floor showed while this process looked on; before that, and for who is still to come, the queues whose calls
he answered of late. Who answered none may serve any queue.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.view import FloorView, SeatView
from ccfloor.kpi.period import Period
from ccfloor.service.staffing_today.roster import Planned, planned
from ccfloor.service.staffing_today.sharing import Groups
from ccfloor.store.half_hour_seats import served
from ccfloor.store.seen import seen
from ccfloor.store.span_sums import presence_told
from ccfloor.store.staffing_facts import work_quarters
from ccfloor.store.viewer import Viewer

LATELY_S = 7 * 86_400.0
WORKING = ("ready", "ringing", "on_call", "on_hold", "wrap_up")  # statuses of a seat that is there for queues
_KEPT_S = 3 * 86_400.0
Served = frozenset[str]


class Memory:
    """Which queues each agent served, as far as this process saw it. For one thread."""

    def __init__(self) -> None:
        self._seen: dict[str, list[tuple[float, Served]]] = {}

    def note(self, view: FloorView) -> None:
        """Remember what a picture of the floor shows."""
        for seat in view.seats:
            queues = frozenset(member.queue for member in seat.queues)
            known = self._seen.setdefault(seat.agent, []) if seat.agent and queues else None
            if known is not None and (not known or known[-1][1] != queues):
                known.append((view.at, queues))
                self._seen[seat.agent] = [one for one in known if one[0] > view.at - _KEPT_S]

    def at(self, agent: str, instant: float) -> Served | None:
        """What an agent served at an instant; None where it had not been seen by then."""
        known = [queues for at, queues in self._seen.get(agent, ()) if at <= instant]
        return known[-1] if known else None


class Seats(NamedTuple):
    """By half hour, in the order asked for: seats of each group of queues; None where nobody tells of them.

    ``now``: the seats at work this instant; None where there is no picture of the floor.
    """

    present: Sequence[Groups | None]
    planned: Sequence[Groups | None]
    now: Groups | None


def seats_of(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    halves: Sequence[Period],
    view: FloorView | None,
    memory: Memory,
    now: float,
) -> Seats:
    """The seats of a business day's half hours, as far as the day has come. For the program itself."""
    day = (halves[0].start, halves[-1].end)
    begun = [half for half in halves if half.start < now]
    with engine.connect() as connection:
        sight = seen(connection, viewer.site)
        known = [presence_told(connection, viewer.site, sight, (half.start, half.end)) for half in begun]
        stored = work_quarters(connection, viewer.site, day[0], min(now, day[1])) if any(known) else {}
        roster = planned(connection, config, *day)
        lately = served(connection, viewer, now - LATELY_S, now)
    who = _Who(memory, lately, frozenset(config.queues))
    there = _present(stored, view, begun, who, now)
    due = _planned(roster, halves, who) if roster is not None else [None] * len(halves)
    told: list[Groups | None] = [
        groups if tells else None for groups, tells in zip(there, known, strict=True)
    ]
    return Seats(
        present=[*told, *[None] * (len(halves) - len(begun))],
        planned=due,
        now=_now(view) if view else None,
    )


class _Who(NamedTuple):
    memory: Memory
    lately: Mapping[str, Served]
    every: Served

    def serves(self, agent: str, at: float) -> Served:
        return self.memory.at(agent, at) or self.lately.get(agent) or self.every


def _present(
    stored: Mapping[str, Mapping[int, float]],
    view: FloorView | None,
    halves: Sequence[Period],
    who: _Who,
    now: float,
) -> list[dict[Served, float]]:
    """Seats at work of each half hour; of one that runs the mean so far."""
    seconds: list[dict[str, float]] = [{} for _ in halves]
    pieces = [(agent, float(at), s) for agent, quarters in stored.items() for at, s in quarters.items()]
    pieces += [piece for seat in (view.seats if view else ()) for piece in _going_on(seat, halves, now)]
    place = {half.start: index for index, half in enumerate(halves)}
    for agent, at, spent in pieces:
        index = place.get(at, place.get(at - 900.0))
        if index is not None:
            seconds[index][agent] = seconds[index].get(agent, 0.0) + spent
    found = []
    for half, told in zip(halves, seconds, strict=True):
        length = min(half.end, now) - half.start
        found.append(_grouped(((agent, s / length) for agent, s in told.items()), who, half.end))
    return found


def _going_on(seat: SeatView, halves: Sequence[Period], now: float) -> Iterable[tuple[str, float, float]]:
    """The status that a seat is in is stored once it ends: until then it counts from the picture."""
    if seat.agent and seat.status in WORKING:
        for half in halves:
            spent = min(half.end, now) - max(half.start, seat.since)
            if spent > 0:
                yield seat.agent, half.start, spent


def _planned(roster: Sequence[Planned], halves: Sequence[Period], who: _Who) -> list[Groups | None]:
    return [_grouped(_in_half(roster, half), who, half.end) for half in halves]


def _in_half(shifts: Iterable[Planned], half: Period) -> Iterable[tuple[str, float]]:
    for shift in shifts:
        inside = min(half.end, shift.end) - max(half.start, shift.start)
        if inside > 0:
            yield shift.agent, inside / (half.end - half.start)


def _grouped(parts: Iterable[tuple[str, float]], who: _Who, at: float) -> dict[Served, float]:
    """Seats by the queues they serve; nobody is more than one seat."""
    whole: dict[str, float] = {}
    for agent, part in parts:
        whole[agent] = min(1.0, whole.get(agent, 0.0) + part)
    found: dict[Served, float] = {}
    for agent, part in whole.items():
        queues = who.serves(agent, at)
        found[queues] = found.get(queues, 0.0) + part
    return found


def _now(view: FloorView) -> dict[Served, float]:
    found: dict[Served, float] = {}
    for seat in view.seats:
        queues = frozenset(member.queue for member in seat.queues if not member.paused)
        if seat.status in WORKING and queues:
            found[queues] = found.get(queues, 0.0) + 1.0
    return found
