"""Seats at work and seats planned, by half hour and by the queues they serve together.

An agent who is at work part of a half hour counts for that part. Which queues somebody serves is what the
floor showed while this process looked on; before that, and for who is still to come, the queues whose calls
he answered of late. Who answered none may serve any queue.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.view import FloorView, SeatView
from ccfloor.kpi.period import Period
from ccfloor.service.staffing.present_now import STALE_S
from ccfloor.service.staffing_today.kept import Kept
from ccfloor.service.staffing_today.pooling import Groups
from ccfloor.service.staffing_today.roster import Planned, Roster, planned
from ccfloor.store.half_hour_seats import served, told_quarters
from ccfloor.store.seen import Seen, overlaps
from ccfloor.store.staffing_facts import work_quarters
from ccfloor.store.viewer import Viewer

LATELY_S = 7 * 86_400.0
WORKING = ("ready", "ringing", "on_call", "on_hold", "wrap_up")  # statuses of a seat that is there for queues
_KEPT_S = 3 * 86_400.0
_SERVED_S, _TOLD_S, _ROSTER_S = 900.0, 300.0, 120.0  # so long it is not asked anew
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

    ``now``: the seats at work this instant; None where nobody sees the floor. ``net``: the roster names time
    off the calls, so what is planned is time at work. ``serves``: which queues seats of the whole day serve
    together; where nobody tells of any, those of late.
    """

    present: Sequence[Groups | None]
    planned: Sequence[Groups | None]
    now: Groups | None
    serves: Groups
    net: bool = False


def lost_since(view: FloorView | None, now: float) -> float | None:
    """Since when nobody sees the floor that a picture shows; None: it is seen, or there never was one."""
    if view is None:
        return None
    if view.blind_since is not None:
        return view.blind_since
    return view.at if now - view.at > STALE_S else None


def seats_of(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    halves: Sequence[Period],
    view: FloorView | None,
    memory: Memory,
    now: float,
    sight: Seen,
    kept: Kept,
) -> Seats:
    """The seats of a business day's half hours, as far as the day has come. For the program itself.

    Of a half hour that runs, and of those since nobody sees the floor, nobody knows who is there.
    """
    day = (halves[0].start, halves[-1].end)
    begun = [half for half in halves if half.start < now]
    lost = lost_since(view, now)
    with engine.connect() as connection:
        known = _told(connection, viewer, begun, sight, kept, now)
        stored = work_quarters(connection, viewer.site, day[0], min(now, day[1])) if any(known) else {}
        roster = _roster(connection, config, day, kept, now)
        lately = kept.get("served", None, now, _SERVED_S, lambda: _served(connection, viewer, now))
    live = view if lost is None else None
    until = now if live is None and lost is None else lost
    who = _Who(memory, lately, frozenset(config.queues))
    there = _present(stored, view, begun, who, now, now if lost is None else lost)
    told: list[Groups | None] = [
        groups if tells and (until is None or half.end <= until) else None
        for half, groups, tells in zip(begun, there, known, strict=True)
    ]
    plans = _planned(roster.pieces, halves, who) if roster is not None else [None] * len(halves)
    this = _now(live) if live else None
    habits = _added(dict.fromkeys((queues,), 1.0) for queues in lately.values())
    return Seats(
        present=[*told, *[None] * (len(halves) - len(begun))],
        planned=plans,
        now=this,
        net=roster is not None and roster.net,
        serves=_added([*told, *plans]) or this or habits,
    )


def _added(groups: Iterable[Groups | None]) -> dict[Served, float]:
    found: dict[Served, float] = {}
    for one in groups:
        for queues, seats in (one or {}).items():
            found[queues] = found.get(queues, 0.0) + seats
    return {queues: seats for queues, seats in found.items() if seats > 0}


def _served(connection: Connection, viewer: Viewer, now: float) -> Mapping[str, Served]:
    return served(connection, viewer, now - LATELY_S, now)


def _told(
    connection: Connection, viewer: Viewer, begun: Sequence[Period], sight: Seen, kept: Kept, now: float
) -> list[bool]:
    """Of which half hours anybody told who was there: a live link does, of a log only one that names it.

    Where nobody did, an agent without a call is not absent: it is not known.
    """
    if not begun:
        return []
    of = (begun[0].start, begun[-1].end)

    def read() -> frozenset[float]:
        return told_quarters(connection, viewer.site, *of)

    quarters = kept.get("told", of, now, _TOLD_S, read)
    return [
        overlaps(sight.live, half.start, half.end) or any(half.start <= at < half.end for at in quarters)
        for half in begun
    ]


def _roster(
    connection: Connection, config: FloorConfig, day: tuple[float, float], kept: Kept, now: float
) -> Roster | None:
    return kept.get("roster", day, now, _ROSTER_S, lambda: planned(connection, config, *day))


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
    seen_upto: float,
) -> list[dict[Served, float]]:
    """Seats at work of each half hour; of one that runs the mean so far. The picture is of ``seen_upto``."""
    seconds: list[dict[str, float]] = [{} for _ in halves]
    pieces = [(agent, float(at), s) for agent, quarters in stored.items() for at, s in quarters.items()]
    pieces += [piece for seat in (view.seats if view else ()) for piece in _going_on(seat, halves, seen_upto)]
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


def _going_on(seat: SeatView, halves: Sequence[Period], upto: float) -> Iterable[tuple[str, float, float]]:
    """The status that a seat is in is stored once it ends: until then it counts from the picture."""
    if seat.agent and seat.status in WORKING:
        for half in halves:
            spent = min(half.end, upto) - max(half.start, seat.since)
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
