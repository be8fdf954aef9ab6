"""AmiTranslator: messages of one Asterisk manager link in, FloorEvents out. Pure: no I/O, no clock."""

from collections.abc import Callable

from ccfloor.acd import ami_fields as f
from ccfloor.acd.ami_calls import CallBook
from ccfloor.acd.ami_dump import Report, same_members, talks_of
from ccfloor.acd.ami_seats import SeatBook
from ccfloor.acd.ami_talks import TalkBook
from ccfloor.acd.ami_wire import Message, event_name
from ccfloor.floor.events import (
    CallAnswered,
    CallEnded,
    Device,
    FloorEvent,
    FloorSnapshot,
    Noted,
    SourceLost,
    TalkState,
)

CHANNELS_S = 2.0  # a report waits this long for the list of channels that says who talks to whom
BACKWARD_S = 0.5  # arrival and switch clock may disagree by so much without time running backwards


class AmiTranslator:
    """Feed it every message in order; it returns what happened on the floor.

    A session begins with ``opened`` and ends with ``closed``. In it the first complete status report
    (QueueStatus, with CoreShowChannels before or soon after it) becomes one FloorSnapshot; a later report
    becomes one only if it differs from what the events said. ``wants_report`` is set when the switch
    changed in a way that no event tells (a reload, the end of its start): then ask for a report.
    """

    def __init__(self) -> None:
        self.last_seen = 0.0
        self.started = ""  # the switch's own start, as it says it
        self.wants_report = False
        self.agent_events = 0  # in this session, as are the next two
        self.conversations = 0
        self.corrections = 0
        self.skew_s: float | None = None  # arrival minus the switch's clock, where it stamps its events
        self._out: list[FloorEvent] = []
        self._seats = SeatBook(self._out)
        self._talks = TalkBook(self._seats, self._out)
        self._calls = CallBook(self._seats, self._talks, self._out)
        self._queues: dict[str, None] = {}
        self._blind_since = 0.0
        self._restarted = False
        self._begin()
        self._handlers = self._table()

    # -- the session ---------------------------------------------------------------------------------

    def opened(self, last_seen: float = 0.0, started: str = "") -> None:
        """A link was made. ``last_seen`` and ``started``: what an earlier run of ours kept of the switch."""
        self.last_seen = max(self.last_seen, last_seen)
        self.started = self.started or started
        self._blind_since = self._blind_since or self.last_seen
        self._begin()

    def closed(self, why: str) -> list[FloorEvent]:
        """The link is gone since the last message."""
        self._release()
        if not self._fresh:
            self._out.append(SourceLost(at=self.last_seen, why=why))
        self._begin()
        return self._take()

    def feed(self, message: Message, arrival: float) -> list[FloorEvent]:
        """What a message means. ``arrival``: UTC epoch seconds when it came, used where it has no stamp."""
        at = self._instant(message, arrival)
        self._settle(at)
        handler = self._handlers.get(message.get("Event", "") or _response(message))
        if handler:
            handler(message, at)
        return self._take()

    def tick(self, arrival: float) -> list[FloorEvent]:
        """Time passes without a message that matters; decides what has been pending."""
        self._settle(max(self.last_seen, arrival - (self.skew_s or 0.0)))
        return self._take()

    def seen(self, arrival: float) -> None:
        """Something came that does not matter here, but the switch was in sight."""
        self._clock(arrival)

    @property
    def synchronized(self) -> bool:
        """Whether this session's first full report has been told."""
        return not self._fresh and self._held is None

    @property
    def sees_hangups(self) -> bool:
        """Whether this session has shown channels hanging up (class call)."""
        return self._calls.sees_hangups

    @property
    def key_exits(self) -> int:
        """Callers who left a queue without a word on why, in this session."""
        return self._calls.key_exits

    def seats(self) -> dict[str, str]:
        """Every seat known and the device its state is taken from."""
        return dict(self._seats.wires)

    def agent(self, seat: str) -> str:
        """The name a seat has in its queues."""
        return next((member.agent for (name, _), member in self._seats.members.items() if name == seat), "")

    def _begin(self) -> None:
        self._fresh = True
        self._report = Report()
        self._channels: list[Message] = []
        self._channels_known = False
        self._held: tuple[FloorSnapshot, int] | None = None
        self.wants_report = False
        self.agent_events = self.conversations = self.corrections = 0
        self._calls.sees_hangups, self._calls.key_exits = False, 0
        self.skew_s = None

    def _take(self) -> list[FloorEvent]:
        if self._held is not None or not self._out:
            return []
        events = list(self._out)
        self._out.clear()
        return events

    # -- time ----------------------------------------------------------------------------------------

    def _instant(self, message: Message, arrival: float) -> float:
        stamp = f.number(message, "Timestamp") if "Event" in message else None
        if stamp is None:
            return self._clock(arrival)
        late = arrival - stamp
        self.skew_s = late if self.skew_s is None else min(self.skew_s, late)
        return self._forward(stamp)

    def _clock(self, arrival: float) -> float:
        return self._forward(arrival - (self.skew_s or 0.0))

    def _forward(self, at: float) -> float:
        if self.last_seen - BACKWARD_S < at < self.last_seen:
            return self.last_seen
        self.last_seen = at
        return at

    def _settle(self, at: float) -> None:
        if self._held is not None and at - self._held[0].at > CHANNELS_S:
            self._release()
        self._calls.settle(at)
        self._talks.settle(at)

    # -- status reports ------------------------------------------------------------------------------

    def _reported(self, _message: Message, at: float) -> None:
        report, self._report = self._report, Report()
        self.wants_report = False
        report.keep_reasons(self._seats.members)
        if self._fresh:
            self._fresh = False
            self._begin_snapshot(report, at)
        elif not self._agrees(report):
            self.corrections += 1
            self._out.append(self._snapshot(report, tuple(self._talks.states()), at))
            self._adopt(report, at)

    def _begin_snapshot(self, report: Report, at: float) -> None:
        """Hold back what follows until the channels are known too: one snapshot, then the events after it."""
        before = len(self._out)
        snapshot = self._snapshot(report, (), at, self._blind_since, self._restarted)
        self._adopt(report, at)
        self._held = (snapshot, before)
        self._blind_since, self._restarted = 0.0, False
        if self._channels_known:
            self._release()

    def _release(self) -> None:
        if self._held is None:
            return
        snapshot, place = self._held
        self._held = None
        now = self._talks.states()
        after = self._out[place:]
        talks = self._talks_at(snapshot, after)
        ended = {(event.call, event.queue) for event in after if isinstance(event, CallEnded)}
        begun = {(event.call, event.queue) for event in after if isinstance(event, CallAnswered)}
        open_now = {(t.call, t.queue, t.seat): t for t in talks if (t.call, t.queue) not in ended}
        open_now |= {(t.call, t.queue, t.seat): t for t in now if (t.call, t.queue) in begun}
        self._talks.replace(open_now.values())
        full = FloorSnapshot(
            at=snapshot.at,
            queues=snapshot.queues,
            waiting=snapshot.waiting,
            talking=tuple(talks),
            members=snapshot.members,
            blind_since=snapshot.blind_since,
            restarted=snapshot.restarted,
        )
        self._out.insert(place, full)

    def _talks_at(self, snapshot: FloorSnapshot, after: list[FloorEvent]) -> list[TalkState]:
        """The conversations at the snapshot's instant: by the channels, put right by the events since."""
        waiting = {state.call for state in snapshot.waiting}
        talks = {
            (talk.call, talk.queue): self._present(talk)
            for talk in talks_of(self._channels, self._seats.seat_of_channel)
            if talk.call not in waiting
        }
        begun: set[tuple[str, str]] = set()
        for event in after:
            if isinstance(event, CallAnswered):
                begun.add((event.call, event.queue))
                talks.pop((event.call, event.queue), None)
            elif isinstance(event, CallEnded) and event.call and (event.call, event.queue) not in begun:
                talks.setdefault(
                    (event.call, event.queue),
                    TalkState(call=event.call, queue=event.queue, seat=event.seat),
                )
        self._channels = []
        return list(talks.values())

    def _present(self, talk: TalkState) -> TalkState:
        """A Local member's channel stays in a call that its agent handed on: then who talks is not known."""
        free = self._seats.devices.get(talk.seat) is Device.IDLE
        return (
            TalkState(call=talk.call, queue=talk.queue) if free and talk.seat.startswith("Local/") else talk
        )

    def _agrees(self, report: Report) -> bool:
        ours = {call: visit.queue for call, visit in self._calls.waiting().items()}
        theirs = {call: state.queue for call, state in report.waiting.items()}
        return (
            set(report.queues) == set(self._queues)
            and ours == theirs
            and same_members(self._seats.members, report.members)
        )

    def _adopt(self, report: Report, at: float) -> None:
        self._queues = dict(report.queues)
        self._seats.replace(report)
        self._calls.replace(report.waiting, at)

    def _snapshot(
        self,
        report: Report,
        talking: tuple[TalkState, ...],
        at: float,
        blind_since: float = 0.0,
        restarted: bool = False,
    ) -> FloorSnapshot:
        return FloorSnapshot(
            at=at,
            queues=report.queue_states(),
            waiting=tuple(report.waiting.values()),
            talking=talking,
            members=tuple(report.members.values()),
            blind_since=blind_since,
            restarted=restarted,
        )

    def _all_channels(self, _message: Message, _at: float) -> None:
        self._channels_known = True
        self._release()

    # -- the switch itself ---------------------------------------------------------------------------

    def _core_status(self, message: Message, _at: float) -> None:
        started = f"{message.get('CoreStartupDate', '')} {message.get('CoreStartupTime', '')}".strip()
        if self.started and started != self.started:
            self._restarted = True
        self.started = started or self.started

    def _booted(self, message: Message, at: float) -> None:
        uptime = f.number(message, "Uptime")
        if uptime is not None and 0 < self._blind_since < at - uptime - 1:
            self._restarted = True
        self.wants_report = not self._fresh

    def _shutdown(self, message: Message, at: float) -> None:
        self._restarted = True
        self._out.append(Noted(at=at, verb="Shutdown", data=message.get("Shutdown", "")))

    def _reload(self, message: Message, at: float) -> None:
        self.wants_report = True
        self._out.append(Noted(at=at, verb="Reload", data=message.get("Module", "")))

    def _refused(self, message: Message, _at: float) -> None:
        """A list of channels that is not allowed will not come."""
        if "CoreShowChannels" in message.get("ActionID", ""):
            self._channels_known = True
            self._release()

    # -- the table -----------------------------------------------------------------------------------

    def _member(self, message: Message, at: float) -> None:
        self.agent_events += 1
        device = self._seats.member(message, at)
        if device is not None:
            self._talks.device(f.seat_of(message), device, at)

    def _complete(self, message: Message, at: float) -> None:
        self.conversations += 1
        self._talks.complete(message, at)

    def _joined(self, message: Message, at: float) -> None:
        self.agent_events += 1
        self._calls.join(message, at)

    def _hangup(self, message: Message, at: float) -> None:
        self._calls.hangup(message, at)
        self._seats.release(message.get("Channel", ""), at)

    def _table(self) -> dict[str, Callable[[Message, float], None]]:
        calls, seats, talks = self._calls, self._seats, self._talks
        both = {
            "QueueCallerJoin": self._joined,
            "QueueCallerLeave": calls.leave,
            "QueueCallerAbandon": calls.abandon,
            "AgentCalled": talks.called,
            "AgentRingNoAnswer": talks.ring_no_answer,
            "AgentConnect": calls.connect,
            "AgentComplete": self._complete,
            "QueueMemberStatus": self._member,
            "QueueMemberAdded": self._member,
            "QueueMemberPause": self._member,
            "QueueMemberPenalty": self._member,
            "QueueMemberRinginuse": self._member,
            "QueueMemberRemoved": seats.left,
            "VarSet": calls.variable,
            "Newexten": calls.entering,
            "DTMFEnd": calls.key,
            "HangupRequest": calls.hangup_request,
            "SoftHangupRequest": calls.hangup_request,
            "Hangup": self._hangup,
            "Hold": seats.hold,
            "Unhold": seats.hold,
            "BlindTransfer": talks.transfer,
            "AttendedTransfer": talks.transfer,
            "AgentLogin": seats.signed,
            "AgentLogoff": seats.signed,
            "QueueParams": lambda message, _at: self._report.queue(message),
            "QueueMember": lambda message, _at: self._report.member(message),
            "QueueEntry": lambda message, _at: self._report.entry(message),
            "QueueStatusComplete": self._reported,
            "CoreShowChannel": lambda message, _at: self._channels.append(message),
            "CoreShowChannelsComplete": self._all_channels,
            "FullyBooted": self._booted,
            "Shutdown": self._shutdown,
            "Reload": self._reload,
            "=CoreStatus": self._core_status,
            "=Error": self._refused,
        }
        eleven = {
            "Join": self._joined,
            "Leave": calls.leave,
            "QueueMemberPaused": self._member,
            "DTMF": calls.key,
            "Transfer": talks.transfer,
            "Agentlogin": seats.signed,
            "Agentlogoff": seats.signed,
        }
        return {**both, **eleven}


def _response(message: Message) -> str:
    if message.get("Response") == "Error":
        return "=Error"
    return "=CoreStatus" if "CoreStartupTime" in message else ""


_NAMES = frozenset(name.encode() for name in AmiTranslator()._handlers)


def wanted(block: bytes) -> bool:
    """Whether a message can matter to the translator. Most of an unfiltered stream does not."""
    name = event_name(block)
    if name == b"VarSet":
        return b"QUEUESTATUS" in block
    if name == b"Newexten":
        return b"\r\nApplication: Queue\r\n" in block
    return not name or name in _NAMES
