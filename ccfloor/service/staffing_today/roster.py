"""Whom the imported roster has take calls, and when: breaks, leave and whatever else it says cut out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.adherence import WORK, Shift
from ccfloor.kpi.period import business_date, day_number
from ccfloor.store.seen import Span
from ccfloor.store.staffing_facts import granted_leave, rostered


class Planned(NamedTuple):
    """A stretch in which the roster has an agent take calls. Instants are UTC epoch seconds."""

    agent: str
    start: float
    end: float


class Roster(NamedTuple):
    """A day's ``pieces``. ``net``: the roster names time off the calls (breaks, meals, training …), so the
    pieces are time at work; where it names none people rest within them.
    """

    pieces: list[Planned]
    net: bool


def planned(connection: Connection, config: FloorConfig, start: float, end: float) -> Roster | None:
    """Who is planned in a business day [start, end); None where no roster was brought in for it.

    A shift of the day before may reach into it. Who was granted leave is not planned, whatever the roster
    says.
    """
    before, day = (day_number(business_date(config, at)) for at in (start - 1, start))
    if not rostered(connection, config.site, day, day):
        return None
    shifts = rostered(connection, config.site, before, day)
    free = _leave(connection, config, start, end)
    pieces = [
        Planned(agent, max(first, start), min(last, end))
        for agent, theirs in shifts.items()
        for first, last in at_work(theirs, free.get(agent, ()))
        if first < end and last > start
    ]
    inside = ([one for one in theirs if one.start < end and one.end > start] for theirs in shifts.values())
    return Roster(pieces, any(map(names_time_off, inside)))


def names_time_off(shifts: Sequence[Shift]) -> bool:
    """Whether an agent's day names anything beside taking calls; a day off as a whole is none of a shift."""
    works = [shift.activity == WORK for shift in shifts]
    return any(works) and not all(works)


def _leave(
    connection: Connection, config: FloorConfig, start: float, end: float
) -> Mapping[str, Sequence[Span]]:
    found: dict[str, list[Span]] = {}
    for seat, agent, first, last in granted_leave(connection, config.site, start, end):
        info = config.seats.get(seat)
        for name in {agent, "" if agent or info is None else info.agent} - {""}:
            found.setdefault(name, []).append((first, last))
    return found


def at_work(shifts: Iterable[Shift], free: Iterable[Span]) -> Iterator[Span]:
    """The times at which one agent takes calls; a time that the roster names twice counts once."""
    known = sorted(shifts)
    away = [*free, *((shift.start, shift.end) for shift in known if shift.activity != WORK)]
    upto = float("-inf")
    for shift in known:
        if shift.activity == WORK:
            start, upto = max(shift.start, upto), max(shift.end, upto)
            yield from _without(start, shift.end, sorted(away))


def _without(start: float, end: float, cut: Iterable[Span]) -> Iterator[Span]:
    for first, last in cut:
        if first < end and last > start:
            if first > start:
                yield start, first
            start = last
    if start < end:
        yield start, end
