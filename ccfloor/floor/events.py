"""FloorEvent: the canonical, switch-neutral facts that every connector yields.

All instants are UTC epoch seconds (float) by the switch's clock; durations are seconds. A field is
``None`` where the switch did not measure it and the Floor must take the difference of instants.
Events are frozen and encode to one short JSON object, which is what the journal keeps.

``call`` is the switch's own id of the caller's channel: opaque text, unique for one switch, and the
same one may visit several queues (or one queue twice). ``seat`` is the switch's id of the device or
member (``PJSIP/101``) or, where the source knows nothing better, the agent's name; the Floor resolves
names it has seen. Empty text means unknown.
"""

from enum import StrEnum

import msgspec


class Device(StrEnum):
    """What the seat's telephone does, as the switch sees it."""

    UNKNOWN = "unknown"
    IDLE = "idle"
    IN_USE = "in_use"
    BUSY = "busy"
    INVALID = "invalid"
    UNAVAILABLE = "unavailable"
    RINGING = "ringing"
    RINGING_IN_USE = "ringing_in_use"
    ON_HOLD = "on_hold"


class Outcome(StrEnum):
    """How a visit to a queue stands or ended. Only ``ABANDONED`` is an abandon; see the flow-outs."""

    WAITING = "waiting"
    DEQUEUED = "dequeued"  # has left the queue, the switch has not said why yet
    ANSWERED = "answered"
    ABANDONED = "abandoned"
    TIMED_OUT = "timed_out"
    KEY_EXIT = "key_exit"
    WITHDRAWN = "withdrawn"
    LEFT_EMPTY = "left_empty"
    REFUSED_FULL = "refused_full"
    REFUSED_EMPTY = "refused_empty"
    LOST = "lost"  # ended out of our sight; always flagged as repaired


class EndedBy(StrEnum):
    """Who or what ended the conversation."""

    AGENT = "agent"
    CALLER = "caller"
    BLIND_TRANSFER = "blind_transfer"
    ATTENDED_TRANSFER = "attended_transfer"
    UNKNOWN = "unknown"


class RingResult(StrEnum):
    """How one seat's ringing ended without that seat answering."""

    NO_ANSWER = "no_answer"  # counts as RONA
    REJECTED = "rejected"  # busy or declined at once: rang for 0 s
    CANCELED = "canceled"  # another seat won, or the caller left


class FloorEvent(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", kw_only=True):
    """Any fact about the floor. ``at``: UTC epoch seconds by the switch's clock."""

    at: float


# -- callers -------------------------------------------------------------------------------------


class CallJoined(FloorEvent, frozen=True, tag="call_joined"):
    """A caller entered a queue. ``count``: callers in it now by the switch's own count (-1: not said)."""

    call: str
    queue: str
    number: str = ""
    name: str = ""
    linked: str = ""
    position: int = 0
    count: int = -1


class CallRang(FloorEvent, frozen=True, tag="call_rang"):
    """The switch offers the caller to a seat, which starts to ring."""

    call: str
    queue: str
    seat: str


class RingEnded(FloorEvent, frozen=True, tag="ring_ended"):
    """A seat's ringing ended and that seat did not answer."""

    call: str
    queue: str
    seat: str
    result: RingResult
    ring_s: float | None = None


class CallDequeued(FloorEvent, frozen=True, tag="call_dequeued"):
    """The caller is out of the queue; the reason follows (or never comes: then it was a key exit)."""

    call: str
    queue: str
    count: int = -1


class CallAnswered(FloorEvent, frozen=True, tag="call_answered"):
    """Caller and seat are bridged. ``wait_s`` includes the ringing, ``ring_s`` is the winner's ringing."""

    call: str
    queue: str
    seat: str
    wait_s: float | None = None
    ring_s: float | None = None


class CallLeft(FloorEvent, frozen=True, tag="call_left"):
    """The caller left the queue unanswered. Sent again with another outcome, it corrects the first."""

    call: str
    queue: str
    outcome: Outcome
    wait_s: float | None = None
    key: str = ""
    position: int = 0


class CallRefused(FloorEvent, frozen=True, tag="call_refused"):
    """The queue refused the caller (full, or nobody there): never entered, never offered."""

    call: str
    queue: str
    outcome: Outcome
    number: str = ""


class CallEnded(FloorEvent, frozen=True, tag="call_ended"):
    """The conversation ended at this seat. ``talk_s`` is talk and hold together, as the switch measured.

    ``call`` may be empty where the switch no longer knew it: then (queue, seat) tell which one.
    """

    call: str
    queue: str
    seat: str
    by: EndedBy = EndedBy.UNKNOWN
    talk_s: float | None = None
    wait_s: float | None = None
    target: str = ""


# -- seats ---------------------------------------------------------------------------------------


class SeatJoined(FloorEvent, frozen=True, tag="seat_joined"):
    """A seat became a member of a queue (or is stated to be one)."""

    seat: str
    queue: str
    agent: str = ""
    penalty: int = 0
    paused: bool = False
    reason: str = ""
    device: Device | None = None


class SeatLeft(FloorEvent, frozen=True, tag="seat_left"):
    """A seat is no longer a member of the queue."""

    seat: str
    queue: str


class SeatPenalty(FloorEvent, frozen=True, tag="seat_penalty"):
    """The seat's penalty in a queue changed (``queue`` empty: in all of its queues)."""

    seat: str
    queue: str
    penalty: int


class SeatPaused(FloorEvent, frozen=True, tag="seat_paused"):
    """State of the pause (not a toggle). ``queue`` empty: in all of its queues."""

    seat: str
    queue: str
    paused: bool
    reason: str = ""
    agent: str = ""


class SeatDevice(FloorEvent, frozen=True, tag="seat_device"):
    """The seat's telephone changed state. ``last_call``: end of its last queue call if the switch says so."""

    seat: str
    device: Device
    agent: str = ""
    last_call: float = 0.0


class SeatHeld(FloorEvent, frozen=True, tag="seat_held"):
    """The seat put its caller on hold, or took the caller back."""

    seat: str
    held: bool


class WrapUpEnded(FloorEvent, frozen=True, tag="wrap_up_ended"):
    """The seat finished its after-call work before the queue's timer did."""

    seat: str


class SeatSigned(FloorEvent, frozen=True, tag="seat_signed"):
    """An agent signed on to or off a seat (agent pools, softphones with a login)."""

    seat: str
    on: bool
    agent: str = ""


# -- the source itself ---------------------------------------------------------------------------


class QueueState(msgspec.Struct, frozen=True, omit_defaults=True):
    """A queue as a full status report gives it."""

    queue: str


class WaitingState(msgspec.Struct, frozen=True, omit_defaults=True):
    """A caller waiting at the moment of a full status report. ``wait_s``: seconds waited so far."""

    call: str
    queue: str
    position: int
    wait_s: float
    number: str = ""
    name: str = ""


class TalkState(msgspec.Struct, frozen=True, omit_defaults=True):
    """A queue caller bridged with a seat at the moment of a full status report.

    ``seat`` is empty where the switch does not tell whom the caller talks to.
    """

    call: str
    queue: str
    seat: str = ""


class MemberState(msgspec.Struct, frozen=True, omit_defaults=True):
    """One seat's membership of one queue in a full status report."""

    seat: str
    queue: str
    agent: str = ""
    penalty: int = 0
    paused: bool = False
    reason: str = ""
    device: Device = Device.UNKNOWN
    last_call: float = 0.0
    paused_since: float = 0.0


class FloorSnapshot(FloorEvent, frozen=True, tag="floor_snapshot"):
    """The whole present as the switch reports it: replaces what we believed, never merges.

    ``blind_since``: the last moment we saw the switch before this report (0: no gap). ``restarted``:
    the switch itself started anew in between, so every conversation of before is over. ``partial``: other
    live links tell of other queues, about which this report says nothing.
    """

    queues: tuple[QueueState, ...] = ()
    waiting: tuple[WaitingState, ...] = ()
    talking: tuple[TalkState, ...] = ()
    members: tuple[MemberState, ...] = ()
    blind_since: float = 0.0
    restarted: bool = False
    partial: bool = False


class SwitchStarted(FloorEvent, frozen=True, tag="switch_started"):
    """The switch came up: everything that was open before is over."""


class SourceLost(FloorEvent, frozen=True, tag="source_lost"):
    """The live link to the switch is gone. What follows until a snapshot is blind time.

    ``others``: further live links go on, so the floor as a whole is not blind.
    """

    why: str = ""
    others: bool = False


class Clock(FloorEvent, frozen=True, tag="clock"):
    """Time went on and the source was in sight: moves timers and the last sighting, nothing else."""


class Noted(FloorEvent, frozen=True, tag="noted"):
    """A line of the switch that changes no state (reload, rotation, a site's own verb)."""

    verb: str
    queue: str = ""
    seat: str = ""
    data: str = ""


AnyEvent = (
    CallJoined
    | CallRang
    | RingEnded
    | CallDequeued
    | CallAnswered
    | CallLeft
    | CallRefused
    | CallEnded
    | SeatJoined
    | SeatLeft
    | SeatPenalty
    | SeatPaused
    | SeatDevice
    | SeatHeld
    | WrapUpEnded
    | SeatSigned
    | FloorSnapshot
    | SwitchStarted
    | SourceLost
    | Clock
    | Noted
)

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(AnyEvent)


def encode(event: FloorEvent) -> bytes:
    """The event as one JSON object, as the journal keeps it."""
    return _encoder.encode(event)


def decode(payload: bytes | str) -> AnyEvent:
    """The event of a journal payload. Raises ``msgspec.ValidationError`` on anything else."""
    event: AnyEvent = _decoder.decode(payload)
    return event
