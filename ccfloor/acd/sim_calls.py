"""A caller's way through the simulated floor: waiting, ringing, conversation, transfer, giving up."""

from math import gamma

from ccfloor.acd.sim_core import Core
from ccfloor.acd.sim_desks import Desks
from ccfloor.acd.sim_parts import Mode, Queue, Seat, Visit
from ccfloor.acd.sim_plan import draw
from ccfloor.floor.events import (
    CallAnswered,
    CallDequeued,
    CallEnded,
    CallJoined,
    CallLeft,
    CallRang,
    CallRefused,
    Device,
    EndedBy,
    Outcome,
    RingEnded,
    RingResult,
    SeatDevice,
    SeatHeld,
)


class Calls(Desks):
    """The queues, and the seats while a caller is with them."""

    # -- arriving ------------------------------------------------------------------------------------

    def plan_arrival(self, queue: Queue) -> None:
        """Plans the queue's next call of today."""
        when = self.load.next_arrival(queue.name, self.now, self.rng)
        if when is not None:
            self.at(when, self._arrive, queue)

    def _arrive(self, queue: Queue) -> None:
        self.plan_arrival(queue)
        self.join(queue, self.call_id(), self.numbers.next())

    def perhaps_again(self, queue: Queue, number: str) -> None:
        """A caller who was not helped may dial again a little later."""
        if self.rng.random() < self.spec.callers.redial:
            self.after(self.rng.uniform(20, 900), self._dial_again, self, queue, number)

    def _dial_again(self, _: Core, queue: Queue, number: str) -> None:
        if self.is_open(queue):
            self.join(queue, self.call_id(), number)

    def is_open(self, queue: Queue) -> bool:
        """Whether callers are expected in the queue at this hour."""
        return self.load.rate(queue.name, self.now) > 0

    def join(self, queue: Queue, call: str, number: str) -> None:
        """A caller comes to a queue: refused, or waiting until a seat is rung for him."""
        refusal = self._refusal(queue)
        if refusal:
            self.emit(CallRefused(at=self.now, call=call, queue=queue.name, outcome=refusal, number=number))
            return
        visit = Visit(call, number, queue.name, self.now)
        queue.waiting[visit] = None
        queue.unserved += 1
        place = len(queue.waiting)
        self.emit(
            CallJoined(
                at=self.now,
                call=call,
                queue=queue.name,
                number=number,
                linked=call,
                position=place,
                count=place,
            )
        )
        self._plan_leaving(queue, visit)
        self.offer(queue, visit)

    def _refusal(self, queue: Queue) -> Outcome | None:
        if len(queue.waiting) >= queue.spec.limit:
            return Outcome.REFUSED_FULL
        return None if _staffed(queue) else Outcome.REFUSED_EMPTY

    def _plan_leaving(self, queue: Queue, visit: Visit) -> None:
        """When and why this caller will be gone if nobody answers."""
        rng, spec = self.rng, queue.spec
        scale = spec.patience.mean_s / gamma(1 + 1 / spec.patience.shape) * self.load.patience(self.now)
        wait, outcome = rng.weibullvariate(scale, spec.patience.shape), Outcome.ABANDONED
        if wait > spec.timeout_s:
            wait, outcome = spec.timeout_s, Outcome.TIMED_OUT
        if rng.random() < spec.key_exit:  # the offer to leave by key comes after some waiting
            pressed = rng.uniform(25, 90)
            if pressed < wait:
                wait, outcome = pressed, Outcome.KEY_EXIT
        self.after(max(wait, 0.5), self._leave, visit, outcome)

    # -- ringing -------------------------------------------------------------------------------------

    def offer(self, queue: Queue, visit: Visit) -> None:
        """Rings the best free seat for a caller, if there is one."""
        seat = queue.best()
        if seat:
            self._ring(seat, visit)

    def pull(self, seat: Seat) -> None:
        """The longest waiting caller of the seat's most important queue that has one."""
        best: Visit | None = None
        rank = (0, 0.0)
        for name in seat.skills:
            queue = self.queues[name]
            if queue.unserved and name not in seat.shut:
                visit = queue.first()
                own = (-queue.spec.weight, visit.entered)
                if best is None or own < rank:
                    best, rank = visit, own
        if best:
            self._ring(seat, best)

    def _ring(self, seat: Seat, visit: Visit) -> None:
        rng, rules = self.rng, self.spec.ringing
        seat.mode, seat.visit, visit.seat, visit.rang_at = Mode.RING, visit, seat, self.now
        seat.token += 1
        self.queues[visit.queue].unserved -= 1
        self.emit(CallRang(at=self.now, call=visit.call, queue=visit.queue, seat=seat.name))
        self.emit(SeatDevice(at=self.now, seat=seat.name, device=Device.RINGING, last_call=seat.last_call))
        luck = rng.random()
        if luck < rules.rejected:
            self.after(0.3, self._ring_over, seat, RingResult.REJECTED, 0.0)
        elif luck < rules.rejected + rules.rona:
            self.after(rules.rona_s, self._ring_over, seat, RingResult.NO_ANSWER, rules.rona_s)
        else:
            rings = round(rng.triangular(rules.low_s, rules.high_s, rules.mode_s), 3)
            self.after(rings, self._answer, seat, rings)

    def _ring_over(self, seat: Seat, result: RingResult, ring_s: float) -> None:
        """The seat did not answer: the caller stays first in line, the seat may be paused for it."""
        visit = self.stop_ringing(seat, result, ring_s)
        if result is RingResult.NO_ANSWER and self.rng.random() < self.spec.ringing.auto_pause:
            self.auto_pause(seat)
        self.offer(self.queues[visit.queue], visit)
        if visit.seat is not seat:
            self.ready(seat)

    def stop_ringing(self, seat: Seat, result: RingResult, ring_s: float) -> Visit:
        """A seat's ringing ends unanswered after ``ring_s``; returns the caller, who still waits."""
        visit = seat.visit
        assert visit is not None
        seat.visit = visit.seat = None
        seat.mode, seat.idle_since = Mode.READY, self.now
        seat.token += 1
        self.queues[visit.queue].unserved += 1
        self.emit(
            RingEnded(
                at=self.now, call=visit.call, queue=visit.queue, seat=seat.name, result=result, ring_s=ring_s
            )
        )
        self.emit(SeatDevice(at=self.now, seat=seat.name, device=Device.IDLE, last_call=seat.last_call))
        return visit

    # -- leaving unanswered --------------------------------------------------------------------------

    def _leave(self, visit: Visit, outcome: Outcome) -> None:
        """The caller is gone without having been answered; a seat that rang for him is free again."""
        queue, seat = self.queues[visit.queue], visit.seat
        visit.token += 1
        if seat:
            self.stop_ringing(seat, RingResult.CANCELED, round(self.now - visit.rang_at, 3))
        queue.unserved -= 1
        self._tell_left(queue, visit, outcome)
        if outcome is Outcome.ABANDONED:
            self.perhaps_again(queue, visit.number)
        if outcome is Outcome.TIMED_OUT and queue.spec.timeout_to:
            self.join(self.queues[queue.spec.timeout_to], visit.call, visit.number)
        if seat and seat.mode is Mode.READY:
            self.ready(seat)

    def _tell_left(self, queue: Queue, visit: Visit, outcome: Outcome) -> None:
        """Takes the caller out of the queue and says so; an exit by key is known only after the leaving."""
        position = list(queue.waiting).index(visit) + 1
        del queue.waiting[visit]
        left = CallLeft(
            at=self.now,
            call=visit.call,
            queue=queue.name,
            outcome=outcome,
            wait_s=round(self.now - visit.entered, 3),
            key="2" if outcome is Outcome.KEY_EXIT else "",
            position=position,
        )
        gone = CallDequeued(at=self.now, call=visit.call, queue=queue.name, count=len(queue.waiting))
        for event in (gone, left) if outcome is Outcome.KEY_EXIT else (left, gone):
            self.emit(event)

    def check_staffed(self, queue: Queue) -> None:
        """Callers of a queue that has lost its last seat leave it."""
        if queue.waiting and not _staffed(queue):
            for visit in list(queue.waiting):
                self._leave(visit, Outcome.LEFT_EMPTY)

    # -- the conversation ----------------------------------------------------------------------------

    def _answer(self, seat: Seat, ring_s: float) -> None:
        visit = seat.visit
        assert visit is not None
        queue, call, now = self.queues[visit.queue], visit.call, self.now
        visit.token += 1
        seat.token += 1
        seat.mode, visit.answered_at = Mode.TALK, now
        del queue.waiting[visit]
        self.emit(CallDequeued(at=now, call=call, queue=queue.name, count=len(queue.waiting)))
        wait_s = round(now - visit.entered, 3)
        self.emit(
            CallAnswered(at=now, call=call, queue=queue.name, seat=seat.name, wait_s=wait_s, ring_s=ring_s)
        )
        self.emit(SeatDevice(at=now, seat=seat.name, device=Device.IN_USE, last_call=seat.last_call))
        self._plan_talk(seat, queue)

    def _plan_talk(self, seat: Seat, queue: Queue) -> None:
        rng, hold = self.rng, queue.spec.hold
        talk = draw(rng, queue.spec.talk, self.load.talk(self.now))
        if rng.random() < hold.share:
            held, begins = draw(rng, hold), talk * rng.uniform(0.2, 0.7)
            self.after(begins, self._hold, seat, True)
            self.after(begins + held, self._hold, seat, False)
            talk += held
        self.after(talk, self._hang_up, seat)

    def _hold(self, seat: Seat, held: bool) -> None:
        self.emit(SeatHeld(at=self.now, seat=seat.name, held=held))

    def _hang_up(self, seat: Seat) -> None:
        """The conversation ends at this seat: by one of the two, or the caller is passed on."""
        visit = seat.visit
        assert visit is not None
        queue = self.queues[visit.queue]
        target = self._transfer_target(queue)
        by = EndedBy.CALLER if self.rng.random() < 0.62 else EndedBy.AGENT
        self.end_call(seat, EndedBy.BLIND_TRANSFER if target else by, target)
        self.emit(SeatDevice(at=self.now, seat=seat.name, device=Device.IDLE, last_call=self.now))
        self.wrap_up(seat, queue)
        if target:
            self.join(self.queues[target], visit.call, visit.number)

    def end_call(self, seat: Seat, by: EndedBy, target: str = "") -> None:
        """The call at a seat is over."""
        visit = seat.visit
        assert visit is not None
        seat.visit = None
        seat.token += 1
        seat.last_call = self.now
        self.emit(
            CallEnded(
                at=self.now,
                call=visit.call,
                queue=visit.queue,
                seat=seat.name,
                by=by,
                talk_s=round(self.now - visit.answered_at, 3),
                wait_s=round(visit.answered_at - visit.entered, 3),
                target=target,
            )
        )

    def _transfer_target(self, queue: Queue) -> str:
        luck = self.rng.random()
        for target, share in queue.spec.transfer.items():
            luck -= share
            if luck < 0:
                return target if self.is_open(self.queues[target]) else ""
        return ""


def _staffed(queue: Queue) -> bool:
    """Whether any seat of the queue is there, free or not."""
    return any(seat.signed and not seat.broken for seat in queue.members)
