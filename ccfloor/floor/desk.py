"""All seats of the floor: who is who, what each does since when, and the spans that this leaves behind."""

import heapq
from collections.abc import Callable, Iterable

from ccfloor.floor.calls import CallBook, Visit
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import (
    Device,
    MemberState,
    SeatDevice,
    SeatHeld,
    SeatJoined,
    SeatLeft,
    SeatPaused,
    SeatPenalty,
    SeatSigned,
)
from ccfloor.floor.records import Ledger
from ccfloor.floor.seats import (
    BUSY_STATUSES,
    Member,
    PauseReason,
    Seat,
    SeatStatus,
    add_today,
    derive,
    record_span,
)
from ccfloor.floor.watch import FloorWatch

Weigh = Callable[[str, float, int, int], None]  # queue ("" the floor), at, busy, available

_IDLE_AFTER = frozenset((Device.IN_USE, Device.BUSY, Device.RINGING_IN_USE, Device.ON_HOLD))
_RING_DEVICES = frozenset((Device.RINGING, Device.RINGING_IN_USE))


def display_name(text: str) -> str:
    """An agent's name without the technology that agent pools put before it."""
    return text.removeprefix("Agent/")


def weight(status: SeatStatus, reason: str) -> tuple[int, int]:
    """(busy, available) of a seat for the occupancy; callbacks are work, other pauses are neither."""
    if status in BUSY_STATUSES or reason == PauseReason.CALLBACK:
        return (1, 0)
    return (0, 1) if status is SeatStatus.READY else (0, 0)


class SeatDesk:
    """The seats, addressed by the switch's id or by any name a source uses for them."""

    def __init__(
        self, config: FloorConfig, book: CallBook, weigh: Weigh | None, measure: Callable[[Visit], None]
    ) -> None:
        self.config = config
        self.book = book
        self.weigh = weigh
        self.measure = measure
        self.reasons = {key.strip().lower(): value for key, value in config.reasons.items()}
        self.ledger = Ledger()
        self.seats: dict[str, Seat] = {}
        self.names: dict[str, str] = {}
        self.changed: set[str] = set()
        self.day_start = 0.0
        self.pending: list[tuple[float, str]] = []  # ends of wrap-ups, a heap
        self.watch: FloorWatch | None = None
        for info in config.seats.values():
            for alias in (*info.aliases, info.agent):
                if alias:
                    self.names.setdefault(alias, info.seat)

    # -- who is who ----------------------------------------------------------------------------

    def get(self, name: str, agent: str = "", at: float = 0.0) -> Seat:
        """The seat of that id or name; a new one if nobody knows it. ``agent`` sits there from ``at`` on."""
        seat_id = self.names.get(name, name)
        seat = self.seats.get(seat_id)
        if seat is None:
            seat = self.seats[seat_id] = Seat(seat=seat_id, agent=self._agent_name(seat_id, agent))
            self.changed.add(seat_id)
        elif agent and agent != seat.agent:
            self._rename(seat, agent, at)
        if agent and agent != seat_id:
            self.names[agent] = seat_id  # agents change seats: the last one counts
        return seat

    def find(self, name: str) -> Seat | None:
        """The seat of that id or name, or None."""
        return self.seats.get(self.names.get(name, name))

    def call_name(self, name: str) -> tuple[str, str]:
        """(seat id, agent) for a call's row."""
        seat_id = self.names.get(name, name)
        seat = self.seats.get(seat_id)
        return seat_id, seat.agent if seat else self._agent_name(seat_id, name)

    def _agent_name(self, seat_id: str, agent: str) -> str:
        info = self.config.seats.get(seat_id)
        if info and agent in info.others:
            return agent
        return (info.agent if info and info.agent else "") or display_name(agent or seat_id)

    def _rename(self, seat: Seat, agent: str, at: float) -> None:
        name = self._agent_name(seat.seat, agent)
        if name != seat.agent:
            self.close(seat, max(seat.since, at))
            seat.agent = name
            seat.today = seat.today.of_next_agent()
            self.changed.add(seat.seat)

    def learn(self, seat_id: str, agent: str) -> None:
        """A stored call tells which seat an agent's name belongs to."""
        if agent and agent != seat_id:
            self.names.setdefault(agent, seat_id)

    # -- transitions ---------------------------------------------------------------------------

    def timers(self, at: float) -> None:
        """End every wrap-up whose time is over by ``at``, each at its own instant."""
        timers = self.pending
        while timers and timers[0][0] <= at:
            until, seat_id = heapq.heappop(timers)
            seat = self.seats.get(seat_id)
            if seat is not None and seat.wrap_until == until:
                if self.watch is not None:
                    self.watch.move(until)
                self.end_wrap(seat, until)

    def update(self, seat: Seat, at: float) -> None:
        """Derive the status anew; a change closes the span before it."""
        self.changed.add(seat.seat)
        if at > seat.seen_at:
            seat.seen_at = at
        status, reason, queue, call = derive(seat, at, self.reasons)
        if status is seat.status and call == seat.call and reason == seat.reason and queue == seat.queue:
            if self.watch is not None:
                self.watch.seat(seat, at)
            return
        if at < seat.since:
            at = seat.since
        self.close(seat, at)
        if self.weigh is not None:
            self._weigh(seat, at, -1)
        seat.status, seat.reason, seat.queue, seat.call, seat.since = status, reason, queue, call, at
        seat.resumed_from = 0.0
        if self.weigh is not None:
            self._weigh(seat, at, +1)
        if self.watch is not None:
            self.watch.seat(seat, at)

    def close(self, seat: Seat, at: float, repaired: bool = False) -> None:
        """Write the present status up to ``at`` and let it begin anew there."""
        record_span(seat, at, self.ledger, repaired)
        if self.weigh is not None:
            add_today(seat, at, self.day_start)
        if at > seat.since:
            seat.since = at

    def _declare(self, seat: Seat, at: float) -> None:
        """The seat's presence is known from now on, not only its calls: its time counts for occupancy."""
        if not seat.declared:
            seat.declared = True
            self._weigh(seat, at, +1)

    def _weigh(self, seat: Seat, at: float, sign: int) -> None:
        if self.weigh is None or not seat.declared:
            return
        busy, available = weight(seat.status, seat.reason)
        if busy or available:
            self.weigh("", at, sign * busy, sign * available)
            for queue in seat.queues:
                self.weigh(queue, at, sign * busy, sign * available)

    def weigh_all(self, at: float) -> None:
        """What every seat does counts for the occupancy from ``at`` on."""
        for seat in self.seats.values():
            self._weigh(seat, at, +1)

    def _member(self, seat: Seat, queue: str, at: float) -> Member:
        member = seat.queues.get(queue)
        if member is None:
            self._weigh(seat, at, -1)
            member = seat.queues[queue] = Member()
            self._weigh(seat, at, +1)
        return member

    # -- calls at seats --------------------------------------------------------------------------

    def ring(self, name: str, call: str, queue: str, at: float) -> None:
        """A call rings at the seat."""
        seat = self.get(name)
        seat.ringing[call] = queue
        self.update(seat, at)

    def stop_ring(self, name: str, call: str, at: float) -> None:
        """That call no longer rings at the seat."""
        seat = self.find(name)
        if seat is not None and seat.ringing.pop(call, None) is not None:
            self.update(seat, at)

    def attach(self, seat: Seat, visit: Visit, at: float) -> bool:
        """The seat talks to this caller now. False if it held another one, which is let go."""
        alone = seat.visit is None or seat.visit == visit.key
        if seat.wrap_until and seat.wrap_visit != visit.key:
            self.end_wrap(seat, at)
        seat.ringing.clear()
        seat.held = False
        seat.visit, seat.visit_queue, seat.visit_call = visit.key, visit.row.queue, visit.row.call
        self.update(seat, at)
        return alone

    def release(self, seat: Seat, visit: Visit, at: float) -> None:
        """The conversation is over for the seat: wrap-up begins, if its queue grants any."""
        seat.visit, seat.visit_queue, seat.visit_call, seat.held = None, "", "", False
        granted = self.config.target(visit.row.queue, visit.row.entered_at).wrap_up_s
        if granted > 0:
            seat.wrap_from, seat.wrap_until = at, at + granted
            seat.wrap_visit, seat.wrap_queue = visit.key, visit.row.queue
            heapq.heappush(self.pending, (seat.wrap_until, seat.seat))
            if seat.paused:
                self.end_wrap(seat, at)
        self.update(seat, at)

    def wrapping(self, visit: Visit) -> bool:
        """Whether some seat still wraps up after this visit."""
        seat = self.find(visit.row.seat)
        return seat is not None and seat.wrap_visit == visit.key

    def end_wrap(self, seat: Seat, at: float) -> None:
        """After-call work is over: its time goes to the call it belongs to."""
        if not seat.wrap_until:
            return
        end = max(seat.wrap_from, min(at, seat.wrap_until))
        spent = end - seat.wrap_from
        visit = self.book.visits.get(seat.wrap_visit) if seat.wrap_visit is not None else None
        if visit is not None:
            visit.row.acw_ms = round(spent * 1000)
            _set_leg_acw(visit, seat.seat)
            if visit.row.ended_at:
                self.book.finish(visit)
            self.measure(visit)
        if self.weigh is not None:
            seat.today.acw_s += spent
        seat.wrap_visit, seat.wrap_until, seat.wrap_queue = None, 0.0, ""
        self.update(seat, end)

    # -- events of seats -------------------------------------------------------------------------

    def joined(self, event: SeatJoined) -> None:
        """Membership of a queue."""
        seat = self.get(event.seat, event.agent, event.at)
        self._declare(seat, event.at)
        member = self._member(seat, event.queue, event.at)
        member.penalty = event.penalty
        _set_pause(member, event.paused, event.reason, event.at)
        if event.device is not None:
            self._set_device(seat, event.device, event.at)
        self.update(seat, event.at)

    def left(self, event: SeatLeft) -> None:
        """No longer a member."""
        seat = self.find(event.seat)
        if seat is None:
            return
        if event.queue in seat.queues:
            self._weigh(seat, event.at, -1)
            del seat.queues[event.queue]
            self._weigh(seat, event.at, +1)
        if not seat.queues:
            seat.pause_all = None
        self.update(seat, event.at)

    def penalty(self, event: SeatPenalty) -> None:
        """Another penalty in one queue, or in all."""
        seat = self.find(event.seat)
        if seat is None:
            return
        for queue in [event.queue] if event.queue else list(seat.queues):
            if queue in seat.queues:
                seat.queues[queue].penalty = event.penalty
        self.changed.add(seat.seat)

    def paused(self, event: SeatPaused) -> None:
        """The pause's state in one queue, or in all."""
        seat = self.get(event.seat, event.agent, event.at)
        self._declare(seat, event.at)
        if event.queue:
            _set_pause(self._member(seat, event.queue, event.at), event.paused, event.reason, event.at)
            if not event.paused:
                seat.pause_all = None
        else:
            seat.pause_all, seat.pause_all_reason = event.paused, event.reason if event.paused else ""
            seat.pause_all_at = event.at
            for member in seat.queues.values():
                _set_pause(member, event.paused, event.reason, event.at)
        if seat.paused:
            self.end_wrap(seat, event.at)
        self.update(seat, event.at)

    def device(self, event: SeatDevice) -> None:
        """The telephone's state."""
        seat = self.get(event.seat, event.agent, event.at)
        self._set_device(seat, event.device, event.at)
        self.update(seat, event.at)

    def _set_device(self, seat: Seat, device: Device, at: float) -> None:
        before, seat.device = seat.device, device
        if device not in _RING_DEVICES:
            seat.ringing.clear()
        if device is Device.IDLE and before in _IDLE_AFTER and seat.visit is not None:
            self._hung_up(seat, at)

    def _hung_up(self, seat: Seat, at: float) -> None:
        """The seat's telephone is free while the switch still counts its call: the seat is done with it."""
        visit = self.book.visits.get(seat.visit) if seat.visit is not None else None
        if visit is None or at < visit.row.answered_at:
            return
        visit.seat_done_at = at
        self.stop_hold(seat, visit, at)
        self.release(seat, visit, at)

    def held(self, event: SeatHeld) -> None:
        """The caller of the seat is put on hold, or taken back."""
        seat = self.find(event.seat)
        if seat is None or seat.visit is None:
            return
        visit = self.book.visits.get(seat.visit)
        if visit is not None and event.held and not visit.held_at:
            visit.held_at = event.at
        elif visit is not None and not event.held:
            self.stop_hold(seat, visit, event.at)
        seat.held = event.held
        self.update(seat, event.at)

    def stop_hold(self, seat: Seat, visit: Visit, at: float) -> None:
        """Add a running hold to the call."""
        if visit.held_at:
            visit.row.hold_ms += round(max(0.0, at - visit.held_at) * 1000)
            visit.held_at = 0.0
            self.book.touch(visit)

    def signed(self, event: SeatSigned) -> None:
        """An agent signed on or off."""
        seat = self.get(event.seat, event.agent, event.at)
        self._declare(seat, event.at)
        seat.signed = event.on
        if not event.on:
            self.end_wrap(seat, event.at)
        self.update(seat, event.at)

    def wrap_ended(self, name: str, at: float) -> None:
        """The agent finished after-call work."""
        seat = self.find(name)
        if seat is not None:
            self.end_wrap(seat, at)

    # -- a full report -----------------------------------------------------------------------------

    def replace(
        self,
        members: Iterable[MemberState],
        at: float,
        blind_since: float,
        only: frozenset[str] | None = None,
    ) -> None:
        """Memberships, telephones and pauses as the switch reports them now; what was, is over.

        ``only``: the queues that the report is about; seats of none of them stay as they are.
        """
        stated: dict[str, list[MemberState]] = {}
        for state in members:
            stated.setdefault(self.get(state.seat, state.agent, at).seat, []).append(state)
        for seat_id, seat in list(self.seats.items()):
            if only is not None and seat_id not in stated and only.isdisjoint(seat.queues):
                continue
            if blind_since:
                self.close(seat, min(at, max(blind_since, seat.since)), repaired=True)
                self._restart_span(seat, at)
            self._restate(seat, stated.get(seat_id, []), at, only)

    def _restart_span(self, seat: Seat, at: float) -> None:
        """Blind time is nobody's: the status, if it goes on, is known again only from now."""
        if seat.status is not SeatStatus.OFFLINE:
            seat.since = max(seat.since, at)

    def _restate(self, seat: Seat, states: list[MemberState], at: float, only: frozenset[str] | None) -> None:
        self._weigh(seat, at, -1)
        kept = {} if only is None else {name: seat.queues[name] for name in seat.queues.keys() - only}
        seat.queues = kept | {state.queue: _member_of(state, at) for state in states}
        self._weigh(seat, at, +1)
        seat.pause_all, seat.ringing, seat.held = None, {}, False
        if states:
            self._declare(seat, at)
            seat.device = states[0].device
            self._resume_wrap(seat, states, at)
        self.update(seat, at)
        stated_since = seat.pause()[1]
        if seat.status is SeatStatus.PAUSED and 0 < stated_since < seat.since:
            seat.resumed_from = stated_since

    def _resume_wrap(self, seat: Seat, states: list[MemberState], at: float) -> None:
        """A call that ended a moment ago still has its wrap-up running."""
        for state in states:
            granted = self.config.target(state.queue, at).wrap_up_s
            if state.last_call and state.last_call + granted > at and seat.visit is None:
                seat.wrap_until, seat.wrap_queue = state.last_call + granted, state.queue
                seat.wrap_from = state.last_call
                heapq.heappush(self.pending, (seat.wrap_until, seat.seat))

    def restore(self, seats: Iterable[Seat], names: dict[str, str]) -> None:
        """Put dumped seats back, timers included."""
        self.names.update(names)
        for seat in seats:
            self.seats[seat.seat] = seat
            self.changed.add(seat.seat)
            if seat.wrap_until:
                heapq.heappush(self.pending, (seat.wrap_until, seat.seat))


def _member_of(state: MemberState, at: float) -> Member:
    since = state.paused_since if 0 < state.paused_since <= at else at
    return Member(
        state.penalty, state.paused, state.reason if state.paused else "", since if state.paused else 0.0
    )


def _set_pause(member: Member, paused: bool, reason: str, at: float) -> None:
    if paused and not member.paused:
        member.paused_at = at
    if not paused:
        member.paused_at = 0.0
    member.paused, member.reason = paused, reason if paused else ""


def _set_leg_acw(visit: Visit, seat: str) -> None:
    for leg in reversed(visit.legs):
        if leg.seat == seat and leg.answered_at:
            leg.acw_ms = visit.row.acw_ms
            return
