"""Who comes, who goes: the roster, else the shift plan, and what else is known of this day only.

A roster that was brought in goes before the shift plan. Of the shift plan only who did work in that part of
the week so far is counted on, and a break between two parts is one only where people did leave.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection, Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.seats import SeatStatus
from ccfloor.floor.view import FloorView, SeatView
from ccfloor.kpi.adherence import LEAVE, WORK
from ccfloor.kpi.adherence import Shift as Piece
from ccfloor.kpi.period import HALF_HOUR_S, day_number, day_of
from ccfloor.kpi.week import Cell
from ccfloor.rules.calendar import Calendar, Shift
from ccfloor.rules.shifts import Duty, duties
from ccfloor.service.staffing.present_learned import Learned
from ccfloor.store.seen import Span, seen
from ccfloor.store.staffing_facts import Today, granted_leave, rostered, sums_since

AHEAD_S = 3 * 3600.0  # so far ahead somebody is about to come
LATE_S = 900.0  # so long after the beginning of a shift who is missing is still awaited
COMES_S = 300.0  # and expected in so long
LATELY_S = 1800.0
_BEHIND_S = 60.0  # so far behind what is stored may be of a floor that is in sight
_JOIN_S = 900.0  # a shorter gap in a shift is none
_OVER_S = 7200.0  # so long after the end of a shift it is still that shift which somebody finishes
_OFTEN = 0.4  # share of the time at work from which on somebody is counted on
_STAYS = 0.5  # work in a gap of the shift plan, beside that around it, from which on it is no gap
_DAY_S = 86_400.0
_GONE = (SeatStatus.OFFLINE, SeatStatus.UNKNOWN)


class Stint(NamedTuple):
    """Time without going home. ``begins``: when the work for the queues does. ``sure``: to be counted on."""

    start: float
    end: float
    begins: float
    sure: bool = True


class Plan(msgspec.Struct, frozen=True):
    """Who is to be there around now. ``agents``: by the roster; ``seats``: by the shift plan. ``breaks``:
    agent → rostered time away from the queues. ``rostered``: the day has a roster, the whole truth of it.
    """

    agents: Mapping[str, tuple[Stint, ...]] = {}
    seats: Mapping[str, tuple[Stint, ...]] = {}
    breaks: Mapping[str, tuple[Span, ...]] = {}
    rostered: bool = False


class Around(msgspec.Struct, frozen=True):
    """What is known of this day beside the view, read at ``at``. ``gaps``: when of late nobody saw it."""

    at: float = 0.0
    plan: Plan = Plan()
    today: Mapping[str, Today] = {}
    gaps: tuple[Span, ...] = ()

    def seen_s(self, start: float, end: float) -> float:
        """Seconds of a span of late in which the floor was in sight."""
        hidden = (max(0.0, min(end, last) - max(start, first)) for first, last in self.gaps)
        return max(0.0, end - start - sum(hidden))


class Comer(NamedTuple):
    """Somebody about to come. ``seat``: where, if that is known and free; ``home``: where at home."""

    seat: str
    home: str
    agent: str
    in_s: float
    leaves_in_s: float


def around(engine: Engine, config: FloorConfig, calendar: Calendar, past: Learned, now: float) -> Around:
    """What a job reads of this day every minute or so. Raises SQLAlchemyError."""
    today = day_of(config, now)
    with engine.connect() as connection:
        sight = seen(connection, config.site)
        until = sight.until if 0 <= now - sight.until < _BEHIND_S else now
        return Around(
            at=now,
            plan=_planned(connection, config, calendar, past, now),
            today=sums_since(connection, config.site, today.start),
            gaps=tuple(sight.gaps(now - LATELY_S, until)),
        )


def cell_of(config: FloorConfig, at: float) -> Cell:
    """The half hour of the week that contains an instant, on the site's clock."""
    local = datetime.fromtimestamp(at, ZoneInfo(config.zone))
    return Cell(config.business_date(at).weekday(), local.hour * 2 + local.minute // 30)


# -- the plan -----------------------------------------------------------------------------------------------


def _planned(
    connection: Connection, config: FloorConfig, calendar: Calendar, past: Learned, now: float
) -> Plan:
    first, today, last = (day_number(config.business_date(now + days * _DAY_S)) for days in (-1, 0, 1))
    pieces = rostered(connection, config.site, first, last)
    leave: dict[str, list[Span]] = {}
    for seat, agent, start, end in granted_leave(connection, config.site, now - _OVER_S, now + _DAY_S):
        for name in filter(None, (seat, agent)):
            leave.setdefault(name, []).append((start, end))
    return plan(
        config, calendar, past, now, pieces, leave, bool(rostered(connection, config.site, today, today))
    )


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
    return Plan(agents, dict(_by_shift(config, calendar, past, now, leave)), breaks, is_rostered)


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
        if duty.start < now + _DAY_S / 2 and duty.end > now - _OVER_S
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


# -- at an instant ------------------------------------------------------------------------------------------


def stints_of(plan: Plan, config: FloorConfig, seat: SeatView) -> tuple[Stint, ...]:
    """The stints of who sits at a seat. The shift of a seat is its own agent's, not that of the next one."""
    rostered = plan.agents.get(seat.agent) if seat.agent else None
    if rostered is not None or plan.rostered:
        return rostered or ()
    info = config.seats.get(seat.seat)
    if info is not None and info.agent and seat.agent not in ("", info.agent):
        return ()
    return plan.seats.get(seat.seat, ())


def leaves_in_s(stints: Iterable[Stint], now: float) -> float | None:
    """Seconds until the end of the stint that runs; None where none does."""
    return next((stint.end - now for stint in stints if stint.start - LATE_S <= now < stint.end), None)


def is_over(stints: Sequence[Stint], now: float) -> bool:
    """Whether a stint has just ended and none runs: who is still there is about to go."""
    ended = any(stint.end <= now < stint.end + _OVER_S for stint in stints)
    return ended and leaves_in_s(stints, now) is None


def back_in_s(plan: Plan, stints: Iterable[Stint], agent: str, now: float) -> float | None:
    """Seconds until the roster or the next part of the shift has an agent back; None: neither tells."""
    for start, end in plan.breaks.get(agent, ()):
        if start <= now < end:
            return end - now
    told = list(stints)
    if any(stint.start <= now < stint.end for stint in told):
        return None
    return min((one.begins - now for one in told if now < one.begins <= now + AHEAD_S), default=None)


def comers(view: FloorView, config: FloorConfig, plan: Plan, now: float) -> list[Comer]:
    """Who is about to come and is not there, the next first; each once, no two at one seat."""
    there = {seat.agent for seat in view.seats if seat.status not in _GONE and seat.agent}
    taken = {seat.seat for seat in view.seats if seat.status not in _GONE}
    found: list[Comer] = []
    for in_s, agent, home, leaves in sorted(_awaited(config, plan, now)):
        if agent and agent in there:
            continue
        free = bool(home) and home not in taken
        if not free and not agent:
            continue
        found.append(Comer(home if free else "", home, agent, in_s, leaves))
        taken.add(home)
        there.add(agent)
    return found


def _awaited(config: FloorConfig, plan: Plan, now: float) -> Iterator[tuple[float, str, str, float]]:
    """(seconds until it begins, agent, seat at home, seconds until it ends)."""
    if plan.rostered:
        homes = _homes(config)
        named = ((agent, homes.get(agent, ""), stints) for agent, stints in plan.agents.items())
    else:
        infos = config.seats
        named = (
            (infos[seat].agent if seat in infos else "", seat, stints) for seat, stints in plan.seats.items()
        )
    for agent, home, stints in named:
        coming = [one for one in stints if one.sure and now - LATE_S <= one.begins <= now + AHEAD_S]
        if coming and coming[0].end > now:
            late = coming[0].begins <= now
            yield COMES_S if late else coming[0].begins - now, agent, home, coming[0].end - now


def _homes(config: FloorConfig) -> dict[str, str]:
    """Agent → the seat where it sits, its own before those where it signs on in other shifts."""
    found = {name: seat for seat, info in config.seats.items() for name in info.others}
    return found | {info.agent: seat for seat, info in config.seats.items() if info.agent}
