"""Who comes and who goes, and what else is known of this day only. Instants are UTC epoch seconds."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.seats import SeatStatus
from ccfloor.floor.view import FloorView, SeatView
from ccfloor.kpi.period import day_number, day_of
from ccfloor.rules.calendar import Calendar
from ccfloor.service.staffing.present_learned import Learned
from ccfloor.service.staffing.stints import OVER_S, Plan, Stint, plan
from ccfloor.staffing.live import seen_s
from ccfloor.store.seen import Span, seen
from ccfloor.store.staffing_facts import Sums, granted_leave, rostered, sums_between

AHEAD_S = 3 * 3600.0  # so far ahead somebody is about to come
LATE_S = 900.0  # so long after the beginning of a shift who is missing is still awaited
COMES_S = 300.0  # and expected in so long
LATELY_S = 1800.0
_BEHIND_S = 60.0  # so far behind what is stored may be of a floor that is in sight
_DAY_S = 86_400.0
_GONE = (SeatStatus.OFFLINE, SeatStatus.UNKNOWN)


class Around(msgspec.Struct, frozen=True):
    """What is known of this day beside the view, read at ``at``. ``gaps``: when of late nobody saw it."""

    at: float = 0.0
    plan: Plan = Plan()
    today: Mapping[str, Sums] = {}
    gaps: tuple[Span, ...] = ()

    def seen_s(self, start: float, end: float) -> float:
        """Seconds of a span of late in which the floor was in sight."""
        return seen_s(start, end, self.gaps)


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
            today=sums_between(connection, config.site, today.start, now),
            gaps=tuple(sight.gaps(now - LATELY_S, until)),
        )


def _planned(
    connection: Connection, config: FloorConfig, calendar: Calendar, past: Learned, now: float
) -> Plan:
    first, today, last = (day_number(config.business_date(now + days * _DAY_S)) for days in (-1, 0, 1))
    pieces = rostered(connection, config.site, first, last)
    leave: dict[str, list[Span]] = {}
    for seat, agent, start, end in granted_leave(connection, config.site, now - OVER_S, now + _DAY_S):
        for name in filter(None, (seat, agent)):
            leave.setdefault(name, []).append((start, end))
    return plan(
        config, calendar, past, now, pieces, leave, bool(rostered(connection, config.site, today, today))
    )


# -- at an instant ------------------------------------------------------------------------------------------


def stints_of(plan: Plan, config: FloorConfig, seat: SeatView) -> tuple[Stint, ...]:
    """The stints of who sits at a seat. The shift of a seat is its own agent's, not that of the next one."""
    rostered = plan.agents.get(seat.agent) if seat.agent else None
    if rostered is not None or plan.rostered:
        return rostered or ()
    info = config.seats.get(seat.seat)
    if info is not None and info.agent and seat.agent not in ("", info.agent):
        return plan.usual.get(seat.agent, ())
    return plan.seats.get(seat.seat) or plan.usual.get(seat.agent, ())


def leaves_in_s(stints: Iterable[Stint], now: float) -> float | None:
    """Seconds until the end of the stint that runs; None where none does."""
    return next((stint.end - now for stint in stints if stint.start - LATE_S <= now < stint.end), None)


def is_over(stints: Sequence[Stint], now: float) -> bool:
    """Whether a stint has just ended and none runs: who is still there is about to go."""
    ended = any(stint.end <= now < stint.end + OVER_S for stint in stints)
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
    for agent, home, stints in _named(config, plan):
        coming = [one for one in stints if one.sure and now - LATE_S <= one.begins <= now + AHEAD_S]
        if coming and coming[0].end > now:
            late = coming[0].begins <= now
            yield COMES_S if late else coming[0].begins - now, agent, home, coming[0].end - now


def _named(config: FloorConfig, plan: Plan) -> Iterator[tuple[str, str, tuple[Stint, ...]]]:
    """(agent, seat at home, stints) of everybody of whom the plan that counts tells."""
    homes, infos = _homes(config), config.seats
    if not plan.rostered:
        for seat, stints in plan.seats.items():
            yield infos[seat].agent if seat in infos else "", seat, stints
    for agent, stints in (plan.agents if plan.rostered else plan.usual).items():
        yield agent, homes.get(agent, ""), stints


def _homes(config: FloorConfig) -> dict[str, str]:
    """Agent → the seat where it sits, its own before those where it signs on in other shifts."""
    found = {name: seat for seat, info in config.seats.items() for name in info.others}
    return found | {info.agent: seat for seat, info in config.seats.items() if info.agent}
