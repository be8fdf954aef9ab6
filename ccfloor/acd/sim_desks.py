"""Life at the simulated seats: signing on and off, pauses, calls of their own, after-call work."""

from abc import abstractmethod

from ccfloor.acd.sim_core import Core
from ccfloor.acd.sim_parts import Mode, Pause, Queue, Seat
from ccfloor.acd.sim_plan import draw
from ccfloor.acd.sim_scenario import PauseSpec
from ccfloor.floor.events import (
    Device,
    SeatDevice,
    SeatJoined,
    SeatPaused,
    SeatSigned,
    WrapUpEnded,
)


class Desks(Core):
    """The seats between their calls."""

    @abstractmethod
    def pull(self, seat: Seat) -> None:
        """Gives a seat that has become free the next caller, if there is one for it."""

    @abstractmethod
    def check_staffed(self, queue: Queue) -> None:
        """Sends the callers of a queue away once nobody is left to serve it."""

    def ready(self, seat: Seat) -> None:
        """The seat has nothing to do any more: off duty, off to a pause, or the next call."""
        seat.mode = Mode.READY
        seat.idle_since = self.now
        if seat.leaving:
            self._sign_off(seat)
        elif seat.pause is None:
            if seat.todo:
                kind, seconds = seat.todo.pop(0)
                self._begin(seat, kind, seconds)
            else:
                self.pull(seat)

    # -- shifts --------------------------------------------------------------------------------------

    def seat_present(self, seat: Seat, agent: str) -> None:
        """The agent has been there all along."""
        seat.agent, seat.signed, seat.mode = agent, True, Mode.READY
        seat.idle_since = self.now

    def sign_on(self, _: Core, seat: Seat, agent: str) -> None:
        """A duty begins; waits for the seat if it is still taken or out of order."""
        if seat.signed or seat.broken:
            self.after(60, self.sign_on, self, seat, agent)
            return
        self.seat_present(seat, agent)
        self.emit(SeatSigned(at=self.now, seat=seat.name, on=True, agent=agent))
        for queue in seat.skills:
            self.state_member(seat, queue)
        self.emit(SeatDevice(at=self.now, seat=seat.name, device=Device.IDLE, agent=agent))
        self.ready(seat)

    def state_member(self, seat: Seat, queue: str) -> None:
        """States one membership of a seat."""
        pause = seat.pause
        self.emit(
            SeatJoined(
                at=self.now,
                seat=seat.name,
                queue=queue,
                agent=seat.agent,
                penalty=seat.skills[queue],
                paused=pause is not None or queue in seat.shut,
                reason=pause.reason if pause else seat.shut.get(queue, ""),
                device=seat.device,
            )
        )

    def duty_over(self, _: Core, seat: Seat, agent: str) -> None:
        """A duty ends; a call that is going on is finished first."""
        if seat.agent != agent or not seat.signed:
            return
        seat.leaving = True
        if seat.mode is Mode.READY or seat.broken:
            self._sign_off(seat)

    def _sign_off(self, seat: Seat) -> None:
        if seat.pause:
            self.end_pause(seat)
        seat.todo.clear()
        seat.signed = seat.leaving = False
        seat.mode = Mode.OFF
        seat.token += 1
        self.emit(SeatSigned(at=self.now, seat=seat.name, on=False, agent=seat.agent))
        if not seat.broken:
            self.emit(SeatDevice(at=self.now, seat=seat.name, device=Device.UNAVAILABLE))
        for queue in seat.skills:
            self.check_staffed(self.queues[queue])

    # -- pauses --------------------------------------------------------------------------------------

    def pause_due(self, _: Core, seat: Seat, agent: str, kind: PauseSpec, seconds: float) -> None:
        """The time of a planned pause: begins at once, or when the call is done."""
        if not seat.signed or seat.broken or seat.agent != agent:
            return
        if seat.mode is Mode.READY and seat.pause is None:
            self._begin(seat, kind, seconds)
        else:
            seat.todo.append((kind, seconds))

    def _begin(self, seat: Seat, kind: PauseSpec, seconds: float) -> None:
        pause = self.set_pause(seat, kind.reason, kind)
        self.after(seconds, self._pause_over, pause)
        if kind.dials:
            self.after(self.rng.uniform(8, 30), self._dial, pause)

    def set_pause(self, seat: Seat, reason: str, kind: PauseSpec | None = None) -> Pause:
        """Pauses a seat in all of its queues; a pause that was on gives way."""
        if seat.pause:
            seat.pause.token += 1
        seat.pause = Pause(seat, reason, self.now, kind)
        self._tell_pause(seat, True, reason)
        return seat.pause

    def end_pause(self, seat: Seat) -> None:
        """Ends the pause of a seat in all of its queues."""
        if seat.pause:
            seat.pause.token += 1
            seat.pause = None
        self._tell_pause(seat, False, "")

    def _tell_pause(self, seat: Seat, paused: bool, reason: str) -> None:
        event = SeatPaused(
            at=self.now, seat=seat.name, queue="", paused=paused, reason=reason, agent=seat.agent
        )
        self.emit(event)

    def _pause_over(self, pause: Pause) -> None:
        seat = pause.seat
        self.end_pause(seat)
        if seat.mode is Mode.READY:
            self.ready(seat)

    def auto_pause(self, seat: Seat) -> None:
        """The switch pauses a seat that let a call ring out; its agent comes back after a while."""
        rules = self.spec.ringing
        pause = self.set_pause(seat, rules.auto_reason)
        self.after(20 + self.rng.expovariate(1 / rules.back_s), self._pause_over, pause)

    # -- calls of their own --------------------------------------------------------------------------

    def _dial(self, pause: Pause) -> None:
        """A call back to a customer within a pause for it."""
        if pause.seat.mode is Mode.READY:
            self._own_call(pause.seat, draw(self.rng, self.spec.own_calls))

    def own_call_due(self, _: Core, seat: Seat, agent: str, seconds: float) -> None:
        """The agent wants to call out; does not if he is at something else."""
        if seat.mode is Mode.READY and seat.pause is None and seat.agent == agent:
            self._own_call(seat, seconds)

    def _own_call(self, seat: Seat, seconds: float) -> None:
        seat.mode = Mode.OWN
        seat.token += 1
        self.emit(SeatDevice(at=self.now, seat=seat.name, device=Device.IN_USE))
        self.after(seconds, self._own_call_over, seat)

    def _own_call_over(self, seat: Seat) -> None:
        self.emit(SeatDevice(at=self.now, seat=seat.name, device=Device.IDLE, last_call=seat.last_call))
        self.ready(seat)
        pause = seat.pause
        if pause and pause.spec and pause.spec.dials:
            self.after(self.rng.uniform(12, 45), self._dial, pause)

    # -- after-call work -----------------------------------------------------------------------------

    def wrap_up(self, seat: Seat, queue: Queue) -> None:
        """After-call work: as long as the agent needs, at most what the queue grants."""
        seat.mode = Mode.WRAP
        seat.token += 1
        needed = self.rng.lognormvariate(queue.spec.wrap.mu, queue.spec.wrap.sigma)
        granted = queue.spec.wrap_up_s
        self.after(min(needed, granted), self._wrapped_up, seat, needed < granted)

    def _wrapped_up(self, seat: Seat, early: bool) -> None:
        if early:
            self.emit(WrapUpEnded(at=self.now, seat=seat.name))
        self.ready(seat)
