"""The seats of a floor as staffing sees them: what each does, can, and when it is free, back or gone. Pure.

What a seat could serve is what it serves now, and what the site says of its agent, of the seat or of its team
(``Options.skills``). Where it says nothing of them, it is what the agent answered before, a few times at
least; once is enough of what three quarters of the team's agents serve, the team's trade. What others can is
no skill of somebody who never did it; but leads and supervisors, who take calls when the plan asks for them,
know their team's trade.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from statistics import median_low
from typing import NamedTuple

import msgspec

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.seats import SeatStatus, canonical
from ccfloor.floor.view import FloorView, SeatView
from ccfloor.service.staffing.coming import (
    Around,
    Comer,
    back_in_s,
    comers,
    is_over,
    leaves_in_s,
    stints_of,
)
from ccfloor.service.staffing.present_learned import LEAST_CALLS, Learned
from ccfloor.service.staffing.stints import Stint
from ccfloor.staffing.limits import FLOOR_ROLES
from ccfloor.staffing.live import Moments
from ccfloor.staffing.live_residual import Length, Work, back_in, free_in, length
from ccfloor.staffing.present import Doing, SeatNow

RING_OUT_S = 5.0  # a seat that rings along for a caller whom another one gets is free so soon
_SHARED = 0.75  # of a team's agents serve a queue: all of them can
_LEAST_TEAM = 2
_TALKS = (SeatStatus.ON_CALL, SeatStatus.ON_HOLD)
_GONE = (SeatStatus.OFFLINE, SeatStatus.UNKNOWN)


class Pin(StrEnum):
    """Why a seat is left where it is, beside what a caller has pinned it for."""

    UNSEEN = "unseen"  # nobody tells what it does, or of a queue that it serves
    COMING = "coming"  # is not there yet
    ENDING = "ending"  # the shift is over
    CARE = "care"  # on a call of a queue whose calls are not to be cut short
    SITE = "site"  # the site has it so


class Said(NamedTuple):
    """What a site says of a seat, an agent or a team. ``can``: queue → penalty (None: that of others who
    serve it); None: nothing. ``never``: queues to which it is not moved.
    """

    can: Mapping[str, int | None] | None = None
    never: frozenset[str] = frozenset()


class Skills(NamedTuple):
    """What a site says of all of them, by name; of what they can the agent's goes before the seat's, that
    before the team's. ``never`` adds up.
    """

    agents: Mapping[str, Said] = {}
    seats: Mapping[str, Said] = {}
    teams: Mapping[str, Said] = {}

    def of(self, agent: str, seat: str, team: str) -> Said:
        """What it says of one seat at which somebody sits."""
        nothing = Said()
        told = (self.agents.get(agent, nothing), self.seats.get(seat, nothing), self.teams.get(team, nothing))
        can = next((one.can for one in told if one.can is not None), None)
        return Said(can, frozenset().union(*(one.never for one in told)))


class Options(msgspec.Struct, frozen=True):
    """What the site decides. ``pins``: seat → why it is left alone, in a word; ``pinned_agents``: who is left
    alone wherever they sit. ``care``: queues whose calls pin the seat. ``min_seats``: queue → working seats
    it keeps. ``lost_queues``, ``lost_seats``: those of a source that is lost while others go on.
    """

    skills: Skills = Skills()
    pins: Mapping[str, str] = {}
    pinned_agents: frozenset[str] = frozenset()
    care: frozenset[str] = frozenset()
    min_seats: Mapping[str, int] = {}
    lost_queues: frozenset[str] = frozenset()
    lost_seats: frozenset[str] = frozenset()


class Seats:
    """All seats of one view. ``work``: what a call of each queue asks; others are left out of the floor."""

    def __init__(
        self,
        view: FloorView,
        config: FloorConfig,
        past: Learned,
        now: float,
        work: Mapping[str, Work],
        around: Around,
        options: Options,
    ) -> None:
        self._view, self._config, self._past, self._now = view, config, past, now
        self._work, self._around, self._options = work, around, options
        self._rung = {caller.ringing for caller in view.callers if caller.ringing}
        self._reasons = dict(config.reasons)
        self._awaited = comers(view, config, around.plan, now)
        self._relieved = {one.home: one.in_s for one in reversed(self._awaited) if not one.seat}
        self._trade = trades(view)
        self._penalty = _penalties(view.seats)

    def all(self) -> tuple[SeatNow, ...]:
        """Every seat in sight, those of who is about to come in the place of their empty ones."""
        at_seat = {comer.seat: comer for comer in self._awaited if comer.seat}
        found: list[SeatNow] = []
        for seat in self._view.seats:
            if seat.seat not in self._options.lost_seats:
                comer = at_seat.pop(seat.seat, None)
                found.append(self._coming(comer, seat) if comer else self._there(seat))
        found += (self._coming(comer, None) for comer in at_seat.values())
        there = {seat.seat: seat for seat in self._view.seats}
        found += (self._coming(one, there.get(one.home)) for one in self._awaited if not one.seat)
        return tuple(found)

    def _there(self, seat: SeatView) -> SeatNow:
        stints = stints_of(self._around.plan, self._config, seat)
        doing = _doing(seat)
        away = doing is Doing.AWAY
        return SeatNow(
            seat=seat.seat,
            agent=seat.agent,
            role=role(seat.role),
            queues=self._known({one.queue: one.penalty for one in seat.queues if away or not one.paused}),
            skills=self._skills(seat.seat, seat.agent, seat.team, seat.role, seat),
            doing=doing,
            free_in_s=self._free_in(seat) if doing is Doing.BUSY else 0.0,
            back_in_s=self._back_in(seat, stints) if away else None,
            leaves_in_s=self._leaves_in(seat.seat, stints),
            reason=self._reason(seat) if away else "",
            pinned=self._pinned(seat, stints),
        )

    def _coming(self, comer: Comer, seat: SeatView | None) -> SeatNow:
        info = self._config.seats.get(comer.home)
        team, post = (info.team, info.role) if info else ("", "")
        skills = self._skills(comer.home, comer.agent, team, post, seat)
        served = {one.queue: one.penalty for one in seat.queues} if seat else {}
        return SeatNow(
            seat=comer.seat or f"{comer.home}+{comer.agent}",
            agent=comer.agent,
            role=role(post),
            queues=self._known(served) or self._usual(comer.agent, team, skills),
            skills=skills,
            doing=Doing.AWAY,
            back_in_s=comer.in_s,
            leaves_in_s=comer.leaves_in_s,
            pinned=Pin.COMING,
        )

    def _usual(self, agent: str, team: str, skills: Mapping[str, int]) -> dict[str, int]:
        """What somebody will serve who serves nothing yet: what was answered before, else all skills; of who
        is new the team's trade, to which nobody is moved for all that.
        """
        before = self._past.answered.get(agent, {})
        told = {queue: penalty for queue, penalty in skills.items() if queue in before} or dict(skills)
        return told or self._known(dict(self._trade.get(team, {})))

    def _skills(self, seat: str, agent: str, team: str, post: str, shown: SeatView | None) -> dict[str, int]:
        said, usual = self._options.skills.of(agent, seat, team), self._penalty
        if said.can is None:
            trade = self._trade.get(team, {})
            found = (dict(trade) if post in FLOOR_ROLES else {}) | self._shown(agent, trade)
        else:
            found = {queue: usual.get(queue, 0) if at is None else at for queue, at in said.can.items()}
        if shown is not None:  # the penalty that the switch has goes before a guessed one
            served = {one.queue: one.penalty for one in shown.queues}
            found = served | found if said.can is not None else found | served
        return self._known({queue: at for queue, at in found.items() if queue not in said.never})

    def _shown(self, agent: str, trade: Mapping[str, int]) -> dict[str, int]:
        """What somebody has shown to be able to."""
        return {
            queue: trade.get(queue, self._penalty.get(queue, 0))
            for queue, calls in self._past.answered.get(agent, {}).items()
            if calls >= LEAST_CALLS or (queue in trade and calls)
        }

    def _known(self, queues: dict[str, int]) -> dict[str, int]:
        return {queue: penalty for queue, penalty in queues.items() if queue in self._work}

    def _leaves_in(self, seat: str, stints: Iterable[Stint]) -> float | None:
        """By the plan; else who sits at a seat goes when its next agent comes."""
        told = leaves_in_s(stints, self._now)
        return self._relieved.get(seat) if told is None else told

    # -- when it is free or back ------------------------------------------------------------------------

    def _free_in(self, seat: SeatView) -> float:
        """What is left of a busy seat's work."""
        elapsed = max(0.0, self._now - seat.since)
        if seat.status == SeatStatus.RINGING and seat.seat not in self._rung:
            return RING_OUT_S
        work = self._work.get(seat.queue)
        if work is None:
            return self._length(SeatStatus.OTHER_CALL).residual(elapsed).value
        found = free_in(seat.status, elapsed, work)
        return found.value if found is not None else 0.0

    def _back_in(self, seat: SeatView, stints: Iterable[Stint]) -> float | None:
        if seat.status in _GONE:
            return None  # who is about to come is told of by the plan: see ``comers``
        told = back_in_s(self._around.plan, stints, seat.agent, self._now)
        elapsed = max(0.0, self._now - (seat.paused_since or seat.since))
        found = back_in(elapsed, self._length(self._reason(seat)), told)
        if found is None or seat.status == SeatStatus.PAUSED:
            return None if found is None else found.value
        return max(found.value, self._free_in(seat))

    def _length(self, reason: str) -> Length:
        usual = self._past.pause(reason)
        return length(Moments(usual.n, usual.mean_s, usual.sd_s))

    def _reason(self, seat: SeatView) -> str:
        """Canonical; of who is on a call still and paused for after it, by the switch's text."""
        if seat.status in _GONE:
            return ""
        return seat.reason or canonical(seat.reason_text, self._reasons)

    def _pinned(self, seat: SeatView, stints: tuple[Stint, ...]) -> str:
        if seat.seat in self._options.pins:
            return self._options.pins[seat.seat]
        if seat.agent in self._options.pinned_agents:
            return Pin.SITE
        if seat.status == SeatStatus.UNKNOWN or any(one.queue not in self._work for one in seat.queues):
            return Pin.UNSEEN
        if seat.status != SeatStatus.OFFLINE and is_over(stints, self._now):
            return Pin.ENDING
        return Pin.CARE if seat.status in _TALKS and seat.queue in self._options.care else ""


def role(named: str) -> str:
    """A role of seats.yaml as the plan of an emergency knows it."""
    return named if named in FLOOR_ROLES else "agent"


def trades(view: FloorView) -> dict[str, dict[str, int]]:
    """Team → the queues that most of its agents serve, with their highest penalty."""
    teams: dict[str, list[SeatView]] = {}
    for seat in view.seats:
        if seat.team and seat.queues and seat.role not in FLOOR_ROLES:
            teams.setdefault(seat.team, []).append(seat)
    return {team: dict(_trade(seats)) for team, seats in teams.items() if len(seats) >= _LEAST_TEAM}


def _trade(seats: list[SeatView]) -> Iterator[tuple[str, int]]:
    for queue, penalties in _served(seats).items():
        if len(penalties) >= max(_LEAST_TEAM, _SHARED * len(seats)):
            yield queue, max(penalties)


def _penalties(seats: Iterable[SeatView]) -> dict[str, int]:
    """Queue → the penalty with which seats usually serve it."""
    return {queue: median_low(several) for queue, several in _served(seats).items()}


def _served(seats: Iterable[SeatView]) -> dict[str, list[int]]:
    """Queue → the penalties of all seats that serve it."""
    found: dict[str, list[int]] = {}
    for seat in seats:
        for one in seat.queues:
            found.setdefault(one.queue, []).append(one.penalty)
    return found


def _doing(seat: SeatView) -> Doing:
    if seat.status == SeatStatus.READY:
        return Doing.IDLE
    away = seat.status in (*_GONE, SeatStatus.PAUSED) or seat.paused
    return Doing.AWAY if away else Doing.BUSY
