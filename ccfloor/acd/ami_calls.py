"""The callers in Asterisk's queues, from entering to leaving.

Asterisk tells the end of a visit in pieces. A caller who is served leaves the queue first
(``QueueCallerLeave``) and is connected a moment later; one who pressed a key only leaves. And
``QueueCallerAbandon`` is sent as well for a time-out, a withdrawal and an emptied queue: only a hang-up
request of the caller's channel before it, or the dialplan variable QUEUESTATUS after it, tells which.
A visit whose end is not yet clear stays pending until the caller's next sign of life, at most
``PATIENCE_S`` by the clock of the stream.
"""

from dataclasses import dataclass
from math import floor

from ccfloor.acd import ami_fields as f
from ccfloor.acd.ami_seats import SeatBook
from ccfloor.acd.ami_talks import TalkBook, key_of, remember
from ccfloor.acd.ami_wire import Message
from ccfloor.floor.events import (
    CallDequeued,
    CallJoined,
    CallLeft,
    CallRefused,
    FloorEvent,
    Outcome,
    WaitingState,
)

PATIENCE_S = 1.5  # a Leave is followed by its reason within milliseconds
ANSWERING_S = 120.0  # ... unless the seat's dialplan speaks to it before the two are connected
REQUEST_S = 2.0  # a hang-up request at most this long before an abandon is its cause


@dataclass(slots=True)
class Visit:
    """One stay of a caller in a queue. ``pending``: out of it or about to be, the reason unknown."""

    call: str
    queue: str
    joined_at: float
    channel: str = ""
    position: int = 0
    pending: bool = False
    dequeued: bool = False
    abandoned: bool = False
    left_at: float = 0.0
    wait_s: float | None = None
    outcome: Outcome = Outcome.WAITING


class CallBook:
    """Every caller known now. Methods append what happened to ``out``, the translator's list."""

    def __init__(self, seats: SeatBook, talks: TalkBook, out: list[FloorEvent]) -> None:
        self._seats = seats
        self._talks = talks
        self._out = out
        self._visits: dict[str, Visit] = {}
        self._pending: dict[str, Visit] = {}
        self._requests: dict[str, float] = {}  # call → when its channel was asked to hang up
        self._requesters: set[str] = set()  # channel drivers known to ask before they hang up
        self.sees_hangups = False
        self.key_exits = 0
        self._entering: dict[str, str] = {}  # call → the queue its dialplan is about to enter
        self._keys: dict[str, str] = {}

    def waiting(self) -> dict[str, Visit]:
        """The callers still in a queue, by call."""
        return {
            call: visit
            for call, visit in self._visits.items()
            if visit.outcome is Outcome.WAITING and not visit.pending
        }

    def replace(self, waiting: dict[str, WaitingState], at: float) -> None:
        """A full report's callers take the place of all known; who was known keeps the exact entry time."""
        old = self.waiting()
        self._visits = {}
        self._pending.clear()
        self._talks.ringing_only(waiting)
        for call, state in waiting.items():
            known = old.get(call)
            same = known if known and known.queue == state.queue else None
            self._visits[call] = same or Visit(call, state.queue, at - state.wait_s, position=state.position)

    def join(self, message: Message, at: float) -> None:
        """QueueCallerJoin. One already contained in a full report, or told twice, changes nothing."""
        call, queue = f.call_of(message), message.get("Queue", "")
        if not call or not queue or not self._close_last(call, queue, at):
            return
        position = f.whole(message, "Position")
        self._visits[call] = Visit(call, queue, at, message.get("Channel", ""), position)
        self._out.append(
            CallJoined(
                at=at,
                call=call,
                queue=queue,
                number=f.caller_text(message, "CallerIDNum", "CallerID"),
                name=f.caller_text(message, "CallerIDName"),
                linked=message.get("Linkedid", ""),
                position=position,
                count=f.whole(message, "Count", default=-1),
            )
        )

    def leave(self, message: Message, at: float) -> None:
        """QueueCallerLeave: out of the queue; why is told before or after, or never (a key)."""
        visit = self._waiting_visit(message)
        if visit is None or visit.dequeued:
            return
        visit.dequeued = True
        visit.position = f.whole(message, "Position", default=visit.position)
        self._await_reason(visit, at)
        count = f.whole(message, "Count", default=-1)
        self._out.append(CallDequeued(at=at, call=visit.call, queue=visit.queue, count=count))

    def abandon(self, message: Message, at: float) -> None:
        """QueueCallerAbandon: an abandon if the caller's channel was asked to hang up, else to be seen."""
        wait_s = f.number(message, "HoldTime")
        visit = self._waiting_visit(message)
        if visit is None:
            call, queue = f.call_of(message), message.get("Queue", "")
            if not call or not queue or call in self._visits:
                return
            visit = self._visits[call] = Visit(call, queue, at - (wait_s or 0.0))
        visit.abandoned, visit.wait_s = True, wait_s
        visit.channel = message.get("Channel", "") or visit.channel
        visit.position = f.whole(message, "Position", default=visit.position)
        if at - self._requests.get(visit.call, -REQUEST_S) < REQUEST_S:
            self._finish(visit, Outcome.ABANDONED, at)
        else:
            self._await_reason(visit, at)

    def variable(self, message: Message, at: float) -> None:
        """VarSet QUEUESTATUS: the dialplan's word on why the Queue application ended."""
        call, value = f.call_of(message), message.get("Value", "")
        if message.get("Variable") != "QUEUESTATUS" or not call:
            return
        visit = self._visits.get(call)
        if value in f.REFUSALS:
            self._refuse(message, f.REFUSALS[value], at)
        elif visit and value in f.EXITS and visit.outcome not in (Outcome.ANSWERED, f.EXITS[value]):
            self._finish(visit, f.EXITS[value], at)

    def entering(self, message: Message, _at: float) -> None:
        """Newexten of the Queue application: which queue a caller tries; a refusal does not say it."""
        if message.get("Application") == "Queue" and (call := f.call_of(message)):
            remember(self._entering, call, f.queue_of_application(message.get("AppData", "")))

    def key(self, message: Message, _at: float) -> None:
        """DTMFEnd (up to 11: DTMF): the caller's last key."""
        if (call := f.call_of(message)) and message.get("Digit"):
            remember(self._keys, call, message["Digit"])

    def connect(self, message: Message, at: float) -> None:
        """AgentConnect: the reason of the Leave before it was an agent."""
        call, queue, seat = key_of(message)
        if not (call and queue and seat):
            return
        visit = self._visits.get(call)
        if visit and visit.queue == queue:
            visit.outcome, visit.pending = Outcome.ANSWERED, False
            self._pending.pop(call, None)
        self._talks.connect(message, at)

    def hangup_request(self, message: Message, at: float) -> None:
        """HangupRequest, SoftHangupRequest: the channel is asked to end, by its far side or by force."""
        self.sees_hangups = True
        if call := f.call_of(message):
            remember(self._requests, call, at)
            self._requesters.add(f.technology(message.get("Channel", "")))

    def hangup(self, message: Message, at: float) -> None:
        """Hangup: the channel is gone, and with it whatever we still kept for it."""
        self.sees_hangups = True
        call = f.call_of(message)
        self._talks.hangup(call)
        visit = self._visits.get(call)
        if visit and visit.pending:
            self._decide(visit, at, hung=True)
        if visit and visit.outcome is not Outcome.WAITING:
            del self._visits[call]
        if call:
            remember(self._requests, call, at)
            self._entering.pop(call, None)
            self._keys.pop(call, None)

    def settle(self, at: float) -> None:
        """Decide what has been pending for long enough by the stream's clock."""
        for visit in [visit for visit in self._pending.values() if at - visit.left_at > PATIENCE_S]:
            answering = not visit.abandoned and self._talks.being_answered(visit.call)
            if not answering or at - visit.left_at > ANSWERING_S:
                self._decide(visit, at)

    def _close_last(self, call: str, queue: str, at: float) -> bool:
        """Bring the caller's visit before this one to its end; False if this one is already known."""
        visit = self._visits.get(call)
        if visit is None or visit.outcome is not Outcome.WAITING:
            return True
        if visit.pending:
            self._decide(visit, at)
        elif visit.queue == queue:
            return False
        else:
            self._finish(visit, Outcome.LOST, at)
        return True

    def _refuse(self, message: Message, outcome: Outcome, at: float) -> None:
        call = f.call_of(message)
        visit = self._visits.get(call)
        if visit and visit.pending:
            self._decide(visit, at)
        queue = self._entering.get(call) or f.text(message, "Exten", "Extension")
        if queue:
            number = f.caller_text(message, "CallerIDNum")
            self._out.append(CallRefused(at=at, call=call, queue=queue, outcome=outcome, number=number))

    def _waiting_visit(self, message: Message) -> Visit | None:
        visit = self._visits.get(f.call_of(message))
        if visit and visit.queue == message.get("Queue") and visit.outcome is Outcome.WAITING:
            return visit
        return None

    def _await_reason(self, visit: Visit, at: float) -> None:
        if not visit.pending:
            visit.pending, visit.left_at = True, at
        self._pending[visit.call] = visit

    def _decide(self, visit: Visit, at: float, hung: bool = False) -> None:
        self._finish(visit, self._why_left(visit, hung) if visit.abandoned else Outcome.KEY_EXIT, at)

    def _why_left(self, visit: Visit, hung: bool) -> Outcome:
        """Without a hang-up request and without QUEUESTATUS: what an abandon without a cause was."""
        asks = f.technology(visit.channel) in self._requesters
        if not self.sees_hangups or (hung and not asks):
            return Outcome.ABANDONED
        return Outcome.LEFT_EMPTY if self._seats.nobody_serves(visit.queue) else Outcome.TIMED_OUT

    def _finish(self, visit: Visit, outcome: Outcome, at: float) -> None:
        """The visit's end. Decided late, it is still dated to the instant the caller left."""
        self._talks.cancel_rings(visit.call, at)
        visit.outcome, visit.pending = outcome, False
        self.key_exits += outcome is Outcome.KEY_EXIT
        self._pending.pop(visit.call, None)
        if visit.wait_s is None:
            visit.wait_s = float(max(0, floor(visit.left_at or at) - floor(visit.joined_at)))
        key = self._keys.get(visit.call, "") if outcome is Outcome.KEY_EXIT else ""
        self._out.append(
            CallLeft(
                at=visit.left_at or at,
                call=visit.call,
                queue=visit.queue,
                outcome=outcome,
                wait_s=visit.wait_s,
                key=key,
                position=visit.position,
            )
        )
