"""The whole simulated floor: days, breakdowns, commands and the report of its present state.

Pure: no clock, no I/O. The same (seed, start, scenario, commands) give the same events.
"""

from collections.abc import Iterator

from ccfloor.acd.base import CommandKind, CommandResult, SeatCommand
from ccfloor.acd.sim_calls import Calls
from ccfloor.acd.sim_core import Core, Step
from ccfloor.acd.sim_parts import Mode, Queue, Seat
from ccfloor.acd.sim_plan import Duty, duties, local_day, midnight, starts
from ccfloor.acd.sim_scenario import Scenario, SimSpec
from ccfloor.floor.events import (
    Device,
    EndedBy,
    FloorEvent,
    FloorSnapshot,
    QueueState,
    RingResult,
    SeatDevice,
    SeatLeft,
    SeatPaused,
    SeatPenalty,
    SourceLost,
    TalkState,
    WaitingState,
)

LINK_LOST = "link"


class SimFloor(Calls):
    """A call floor that runs by itself. Its first event is the report of its state at ``start``.

    ``start`` and ``origin`` (what ``after_min`` of a scenario counts from) are UTC epoch seconds.
    ``warm_s``: so many seconds before the start the floor opened, unheard, so that calls are going on.
    ``restarted``, ``blind_since``: passed on in the first report, see FloorSnapshot.
    """

    def __init__(
        self,
        spec: SimSpec,
        scenario: Scenario,
        seed: int,
        start: float,
        *,
        zone: str = "Asia/Shanghai",
        origin: float | None = None,
        warm_s: float = 0.0,
        restarted: bool = False,
        blind_since: float = 0.0,
    ) -> None:
        begins = start - warm_s
        super().__init__(spec, scenario, seed, begins, zone, start if origin is None else origin)
        self._lost_at = 0.0
        self.deafen()
        self._plan_duties(midnight(local_day(begins, self.zone), self.zone) - 3600)
        self._open_day(self)
        self.advance(start)
        self.listen()
        self.emit(self.snapshot(self.now, blind_since=blind_since, restarted=restarted))

    # -- days ----------------------------------------------------------------------------------------

    def _open_day(self, _: Core) -> None:
        """Plans the rest of this day: duties, callers, breakdowns, and the day after."""
        self.load = self.day_load(self.now)
        self._plan_duties(self.load.start)
        for queue in self.queues.values():
            self.plan_arrival(queue)
        for outage in self.scenario.outages:
            for when in starts(outage, self.load.start, self.load.end, self.origin):
                if when >= self.now:
                    lose: Step = self._lose_link if outage.kind == LINK_LOST else self._lose_seats
                    self.at(when, lose, self, outage.minutes * 60, outage.seats)
        self.at(self.load.end, self._open_day, self)

    def _plan_duties(self, day_at: float) -> None:
        """Plans what is left of the duties that begin on the local day of ``day_at``."""
        for duty in duties(self.spec, self.seed, local_day(day_at, self.zone), self.zone):
            if duty.end > self.now:
                self._plan_duty(duty)

    def _plan_duty(self, duty: Duty) -> None:
        seat, agent = self.seats[duty.seat], duty.agent
        if duty.start <= self.now:
            self.seat_present(seat, agent)
        else:
            self.at(duty.start, self.sign_on, self, seat, agent)
        for when, kind, seconds in duty.pauses:
            if when > self.now:
                self.at(when, self.pause_due, self, seat, agent, kind, seconds)
        for when, seconds in duty.calls:
            if when > self.now:
                self.at(when, self.own_call_due, self, seat, agent, seconds)
        self.at(duty.end, self.duty_over, self, seat, agent)

    def close(self) -> list[FloorEvent]:
        """Ends everything at once: callers leave, conversations end, everybody signs off."""
        for seat in self.seats:
            if seat.signed and not seat.broken:
                self._break(seat)
            if seat.signed:
                self.duty_over(self, seat, seat.agent)
        return self.take()

    # -- breakdowns ----------------------------------------------------------------------------------

    def _lose_link(self, _: Core, seconds: float, share: float) -> None:
        if self.heard:
            self.emit(SourceLost(at=self.now, why=LINK_LOST))
            self._lost_at = self.now
            self.deafen()
            self.after(seconds, self._find_link, self)

    def _find_link(self, _: Core) -> None:
        self.listen()
        self.emit(self.snapshot(self.now, blind_since=self._lost_at))

    def _lose_seats(self, _: Core, seconds: float, share: float) -> None:
        there = [seat for seat in self.seats if seat.signed and not seat.broken]
        for seat in self.rng.sample(there, round(len(there) * share)):
            self._break(seat)
            self.after(seconds + self.rng.uniform(0, 40), self._mend, seat)
        for queue in self.queues.values():
            self.check_staffed(queue)

    def _break(self, seat: Seat) -> None:
        """The seat's telephone is gone, and with it the call on it."""
        visit, ringing = seat.visit, seat.mode is Mode.RING
        if visit and ringing:
            self.stop_ringing(seat, RingResult.CANCELED, round(self.now - visit.rang_at, 3))
        elif visit:
            self.end_call(seat, EndedBy.UNKNOWN)
            self.perhaps_again(self.queues[visit.queue], visit.number)
        seat.mode, seat.broken = Mode.OFF, True
        seat.token += 1
        self.emit(SeatDevice(at=self.now, seat=seat.name, device=Device.UNAVAILABLE))
        if visit and ringing:
            self.offer(self.queues[visit.queue], visit)

    def _mend(self, seat: Seat) -> None:
        seat.broken = False
        if seat.signed:
            self.emit(SeatDevice(at=self.now, seat=seat.name, device=Device.IDLE, last_call=seat.last_call))
            self.ready(seat)

    # -- the present ---------------------------------------------------------------------------------

    def snapshot(self, at: float, *, blind_since: float = 0.0, restarted: bool = False) -> FloorSnapshot:
        """The present as a full status report, dated ``at`` (the instant the floor was run to)."""
        return FloorSnapshot(
            at=at,
            queues=tuple(QueueState(queue=name) for name in self.queues),
            waiting=tuple(state for queue in self.queues.values() for state in _waiting(queue, at)),
            talking=tuple(
                TalkState(call=seat.visit.call, queue=seat.visit.queue, seat=seat.name)
                for seat in self.seats
                if seat.visit and seat.mode is Mode.TALK
            ),
            members=tuple(state for seat in self.seats for state in seat.members()),
            blind_since=blind_since,
            restarted=restarted,
        )

    # -- commands ------------------------------------------------------------------------------------

    def command(self, command: SeatCommand, at: float) -> CommandResult:
        """Runs to ``at`` and does what is asked; what happens is heard with the next ``run_until``."""
        self.advance(at)
        seat = self.by_name.get(command.seat)
        if not self.heard:
            return CommandResult(ok=False, message="No link to the switch")
        if seat is None:
            return CommandResult(ok=False, message="Interface not found")
        if command.queue and command.queue not in self.queues:
            return CommandResult(ok=False, message="No such queue")
        return COMMANDS[command.kind](self, seat, command)

    def pause(self, seat: Seat, command: SeatCommand) -> CommandResult:
        """Pauses a seat in one queue or in all of them; a call it has goes on."""
        if not command.queue:
            self.set_pause(seat, command.reason)
        elif command.queue in seat.skills:
            seat.shut[command.queue] = command.reason
            self._tell_shut(seat, command.queue, command.reason)
        else:
            return CommandResult(ok=False, message="Interface not found")
        return CommandResult(ok=True, message="Interface paused successfully")

    def unpause(self, seat: Seat, command: SeatCommand) -> CommandResult:
        """Ends a seat's pause in one queue or in all of them."""
        if not command.queue:
            seat.shut.clear()
            seat.todo.clear()  # whoever is called back does not go on the next break at once
            self.end_pause(seat)
        elif command.queue in seat.skills:
            seat.shut.pop(command.queue, None)
            self._tell_shut(seat, command.queue)
        else:
            return CommandResult(ok=False, message="Interface not found")
        self._look(seat)
        return CommandResult(ok=True, message="Interface unpaused successfully")

    def add(self, seat: Seat, command: SeatCommand) -> CommandResult:
        """Makes a seat a member of a queue, whose callers it takes from now on."""
        if command.queue in seat.skills or not command.queue:
            return CommandResult(ok=False, message="Unable to add interface: Already there")
        seat.skills[command.queue] = command.penalty
        if command.paused and seat.pause is None:
            seat.shut[command.queue] = command.reason
        self.queues[command.queue].members.append(seat)
        self.state_member(seat, command.queue)
        self._look(seat)
        return CommandResult(ok=True, message="Added interface to queue")

    def remove(self, seat: Seat, command: SeatCommand) -> CommandResult:
        """Takes a seat out of a queue; a call it has goes on."""
        if command.queue not in seat.skills:
            return CommandResult(ok=False, message="Unable to remove interface: Not there")
        del seat.skills[command.queue]
        seat.shut.pop(command.queue, None)
        queue = self.queues[command.queue]
        queue.members.remove(seat)
        self.emit(SeatLeft(at=self.now, seat=seat.name, queue=command.queue))
        self.check_staffed(queue)
        return CommandResult(ok=True, message="Removed interface from queue")

    def penalty(self, seat: Seat, command: SeatCommand) -> CommandResult:
        """Sets a seat's penalty in one queue or in all of them."""
        if command.queue and command.queue not in seat.skills:
            return CommandResult(ok=False, message="Interface not found")
        for queue in [command.queue] if command.queue else seat.skills:
            seat.skills[queue] = command.penalty
        self.emit(SeatPenalty(at=self.now, seat=seat.name, queue=command.queue, penalty=command.penalty))
        return CommandResult(ok=True, message="Interface penalty set successfully")

    def _tell_shut(self, seat: Seat, queue: str, reason: str = "") -> None:
        paused = queue in seat.shut
        self.emit(
            SeatPaused(
                at=self.now, seat=seat.name, queue=queue, paused=paused, reason=reason, agent=seat.agent
            )
        )

    def _look(self, seat: Seat) -> None:
        """A seat that is free looks for something to do."""
        if seat.mode is Mode.READY and seat.pause is None:
            self.ready(seat)


COMMANDS = {
    CommandKind.PAUSE: SimFloor.pause,
    CommandKind.UNPAUSE: SimFloor.unpause,
    CommandKind.ADD: SimFloor.add,
    CommandKind.REMOVE: SimFloor.remove,
    CommandKind.PENALTY: SimFloor.penalty,
}


def _waiting(queue: Queue, at: float) -> Iterator[WaitingState]:
    for place, visit in enumerate(queue.waiting, 1):
        yield WaitingState(
            call=visit.call,
            queue=queue.name,
            position=place,
            wait_s=round(at - visit.entered, 3),
            number=visit.number,
        )
