"""Who is to be there when: by the roster, the shift plan, or the habit of the past weeks. Pure.

A roster that was brought in goes before the shift plan, and the shift plan before habit. Of the shift plan
only who did work in that part of the week so far is counted on, and a break between two parts is one only
where people did leave. Instants are UTC epoch seconds.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.adherence import LEAVE, WORK
from ccfloor.kpi.adherence import Shift as Piece
from ccfloor.kpi.period import HALF_HOUR_S
from ccfloor.kpi.week import Cell
from ccfloor.rules.calendar import Calendar, Shift
from ccfloor.rules.shifts import Duty, duties
from ccfloor.service.staffing.present_learned import Learned
from ccfloor.store.seen import Span

OVER_S = 7200.0  # so long after the end of a shift it is still that shift which somebody finishes
_JOIN_S = 900.0  # a shorter gap in a shift is none
_OFTEN = 0.4  # share of the time at work from which on somebody is counted on
_STAYS = 0.5  # work in a gap of the shift plan, beside that around it, from which on it is no gap
_PAUSE = 3  # half hours with less work in a usual stint: a meal
_DAY_S = 86_400.0


class Stint(NamedTuple):
    """Time without going home. ``begins``: when the work for the queues does. ``sure``: to be counted on."""

    start: float
    end: float
    begins: float
    sure: bool = True


class Plan(msgspec.Struct, frozen=True):
    """Who is to be there around now. ``agents``: by the roster; ``seats``: by the shift plan; ``usual``:
    agents whom neither names, by what they did so far. ``breaks``: agent → rostered time away from the
    queues. ``rostered``: the day has a roster, the whole truth of it.
    """

    agents: Mapping[str, tuple[Stint, ...]] = {}
    seats: Mapping[str, tuple[Stint, ...]] = {}
    usual: Mapping[str, tuple[Stint, ...]] = {}
    breaks: Mapping[str, tuple[Span, ...]] = {}
    rostered: bool = False


def cell_of(config: FloorConfig, at: float) -> Cell:
    """The half hour of the week that contains an instant, on the site's clock."""
    local = datetime.fromtimestamp(at, ZoneInfo(config.zone))
    return Cell(config.business_date(at).weekday(), local.hour * 2 + local.minute // 30)


def plan(
    config: FloorConfig,
    calendar: Calendar,
    past: Learned,
    now: float,
    pieces: Mapping[str, Sequence[Piece]],
    leave: Mapping[str, Sequence[Span]],
    is_rostered: bool,
) -> Plan:
    """The plan around ``now``. ``leave``: granted to an agent or a seat; ``pieces``: of the roster."""
    agents = {
        agent: tuple(_without(_stints(theirs), [*_leaves(theirs), *leave.get(agent, ())]))
        for agent, theirs in pieces.items()
    }
    breaks = {
        agent: tuple((one.start, one.end) for one in theirs if one.activity not in (WORK, LEAVE))
        for agent, theirs in pieces.items()
    }
    seats = dict(_by_shift(config, calendar, past, now, leave))
    usual = dict(_by_habit(config, past, now, {*_planned(config, calendar), *agents}))
    free = {agent: tuple(_without(stints, leave.get(agent, ()))) for agent, stints in usual.items()}
    return Plan(agents, seats, free, breaks, is_rostered)


def _planned(config: FloorConfig, calendar: Calendar) -> set[str]:
    """The agents whose seat has a shift."""
    return {config.seats[seat].agent for seat in calendar.seat_shift if seat in config.seats}


def _leaves(pieces: Iterable[Piece]) -> list[Span]:
    return [(one.start, one.end) for one in pieces if one.activity == LEAVE]


def _stints(pieces: Sequence[Piece]) -> list[Stint]:
    """The pieces of a roster in one, from when somebody comes to when he goes; time of leave is none."""
    found: list[Stint] = []
    begun: list[bool] = []
    for one in sorted(piece for piece in pieces if piece.activity != LEAVE):
        works = one.activity == WORK
        if found and one.start - found[-1].end <= _JOIN_S:
            last = found[-1]
            begins = one.start if works and not begun[-1] else last.begins
            found[-1], begun[-1] = Stint(last.start, max(last.end, one.end), begins), begun[-1] or works
        else:
            found.append(Stint(one.start, one.end, one.start))
            begun.append(works)
    return found


def _without(stints: Iterable[Stint], free: Iterable[Span]) -> Iterator[Stint]:
    """What free time leaves of stints."""
    left = list(stints)
    for first, last in free:
        left = [part for stint in left for part in _cut(stint, first, last)]
    yield from left


def _cut(stint: Stint, first: float, last: float) -> Iterator[Stint]:
    if last <= stint.start or first >= stint.end:
        yield stint
        return
    if first > stint.start:
        yield stint._replace(end=first)
    if last < stint.end:
        yield stint._replace(start=last, begins=max(stint.begins, last))


def _by_shift(
    config: FloorConfig, calendar: Calendar, past: Learned, now: float, leave: Mapping[str, Sequence[Span]]
) -> Iterator[tuple[str, tuple[Stint, ...]]]:
    shifts = {shift.name: shift for shift in calendar.shifts}
    parts = {name: _parts(config, calendar, past, shift, now) for name, shift in shifts.items()}
    for seat, name in calendar.seat_shift.items():
        info = config.seats.get(seat)
        agent = info.agent if info else ""
        free = [*leave.get(seat, ()), *(leave.get(agent, ()) if agent else ())]
        stints = (Stint(a, b, a, _counted_on(config, past, agent, (a, b))) for a, b in parts.get(name, ()))
        yield seat, tuple(_without(stints, free))


def _parts(
    config: FloorConfig, calendar: Calendar, past: Learned, shift: Shift, now: float
) -> tuple[Span, ...]:
    """The times around now in which a shift is there."""
    named = {seat for seat, name in calendar.seat_shift.items() if name == shift.name}
    agents = [config.seats[seat].agent for seat in sorted(named & config.seats.keys())]
    around_now = [
        duty
        for duty in duties(shift, calendar.zone, now)
        if duty.start < now + _DAY_S / 2 and duty.end > now - OVER_S
    ]
    return tuple(part for duty in around_now for part in _joined(config, past, agents, duty))


def _joined(config: FloorConfig, past: Learned, agents: Sequence[str], duty: Duty) -> Iterator[Span]:
    start, end = duty.parts[0]
    for first, last in duty.parts[1:]:
        if first - end > _JOIN_S and not _stay(config, past, agents, duty, (end, first)):
            yield start, end
            start = first
        end = last
    yield start, end


def _stay(config: FloorConfig, past: Learned, agents: Sequence[str], duty: Duty, gap: Span) -> bool:
    """Whether people did work in a gap of the plan."""
    inside = _share(config, past, agents, [gap])
    beside = _share(config, past, agents, duty.parts)
    return inside is not None and beside is not None and inside > _STAYS * beside


def _counted_on(config: FloorConfig, past: Learned, agent: str, part: Span) -> bool:
    usual = _share(config, past, [agent], [part])
    return usual is None or usual >= _OFTEN


def _share(config: FloorConfig, past: Learned, agents: Iterable[str], spans: Iterable[Span]) -> float | None:
    """Share of these half hours of the week that agents were at work; None where nothing is known."""
    whole = {cell_of(config, at) for start, end in spans for at in _halves(start, end)}
    told = [past.at_work(agent, cell) for agent in agents for cell in whole]
    known = [share for share in told if share is not None]
    return sum(known) / len(known) if known else None


def _halves(start: float, end: float) -> Iterator[float]:
    """The half hours that lie whole in a span."""
    at = -(-start // HALF_HOUR_S) * HALF_HOUR_S
    while at + HALF_HOUR_S <= end:
        yield at
        at += HALF_HOUR_S


# -- habit ----------------------------------------------------------------------------------------------


def _by_habit(
    config: FloorConfig, past: Learned, now: float, known: set[str]
) -> Iterator[tuple[str, tuple[Stint, ...]]]:
    """The stints of those of whom no plan tells, where they usually work."""
    first = (now - _DAY_S / 2) // HALF_HOUR_S * HALF_HOUR_S
    halves = [(at, cell_of(config, at)) for at in _halves(first, now + _DAY_S / 2)]
    for agent in sorted(past.work.keys() - known):
        shares = [past.at_work(agent, cell) or 0.0 for _, cell in halves]
        if max(shares) >= _OFTEN:
            yield agent, tuple(_usual(halves[0][0], shares))


def _usual(first: float, shares: Sequence[float]) -> Iterator[Stint]:
    """Runs of half hours of usual work; the outer ones count by their work beside that of the inner ones."""
    often = [place for place, share in enumerate(shares) if share >= _OFTEN]
    runs: list[list[int]] = []
    for place in often:
        if runs and place - runs[-1][-1] <= _PAUSE:
            runs[-1].append(place)
        else:
            runs.append([place])
    for run in runs:
        begin, end = run[0], run[-1]
        inner = max(shares[begin + 1 : end] or shares[begin : end + 1])
        start = first + (begin + 1 - min(1.0, shares[begin] / inner)) * HALF_HOUR_S
        yield Stint(start, first + (end + min(1.0, shares[end] / inner)) * HALF_HOUR_S, start)
