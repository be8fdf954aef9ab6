"""Seat, its statuses and how they follow from what is known: calls, telephone, pauses, timers.

A seat is in exactly one status at any instant. The status is derived, never set: from the queue call it
holds, its telephone, its pauses in each of its queues and the wrap-up timer. Closing a status yields a
span; spans of one seat never overlap.
"""

from enum import StrEnum

import msgspec

from ccfloor.floor.config import INTERVAL_S, interval_start
from ccfloor.floor.events import Device
from ccfloor.floor.records import AGENT_FIELDS, AGENT_INDEX, Ledger, SpanRow

Key = tuple[int, int]


class SeatStatus(StrEnum):
    """What a seat does, as a supervisor names it."""

    READY = "ready"
    RINGING = "ringing"
    ON_CALL = "on_call"  # on a queue call
    ON_HOLD = "on_hold"
    WRAP_UP = "wrap_up"
    OTHER_CALL = "other_call"  # outbound or internal
    PAUSED = "paused"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


class PauseReason(StrEnum):
    """Why a seat is paused. ``CALLBACK`` is work on the telephone, the others are not."""

    BREAK = "break"
    MEAL = "meal"
    MEETING = "meeting"
    TRAINING = "training"
    COACHING = "coaching"
    CALLBACK = "callback"
    BUSY = "busy"
    AUTO_PAUSE = "auto_pause"
    OTHER = "other"


REASONS = frozenset(reason.value for reason in PauseReason)
BUSY_STATUSES = frozenset((SeatStatus.ON_CALL, SeatStatus.ON_HOLD, SeatStatus.WRAP_UP, SeatStatus.RINGING))
_TALKING_DEVICES = frozenset((Device.IN_USE, Device.BUSY, Device.RINGING_IN_USE, Device.ON_HOLD))
_RINGING_DEVICES = frozenset((Device.RINGING, Device.RINGING_IN_USE))
_DEAD_DEVICES = frozenset((Device.UNAVAILABLE, Device.INVALID))


BUSY_NAMES = ("on_call", "on_hold", "wrap_up", "ringing", "callback")


class Member(msgspec.Struct):
    """A seat's membership of one queue. ``paused_at``: UTC epoch seconds, 0.0 when not paused."""

    penalty: int = 0
    paused: bool = False
    reason: str = ""
    paused_at: float = 0.0


class Today(msgspec.Struct):
    """A seat's sums of one business day, in seconds; ``by`` by status or pause reason."""

    start: float = 0.0
    handled: int = 0
    rona: int = 0
    talk_s: float = 0.0
    hold_s: float = 0.0
    acw_s: float = 0.0
    login_at: float = 0.0
    by: dict[str, float] = {}
    before: tuple[float, float] = (0.0, 0.0)  # busy and ready seconds of who sat here earlier today

    @property
    def busy_s(self) -> float:
        """Seconds of work that count for the occupancy."""
        return sum(self.by.get(name, 0.0) for name in BUSY_NAMES)

    @property
    def ready_s(self) -> float:
        """Seconds free."""
        return self.by.get("ready", 0.0)

    def of_next_agent(self) -> "Today":
        """The sums of the person who takes the seat over: from nothing."""
        busy, ready = self.before
        return Today(start=self.start, before=(busy + self.busy_s, ready + self.ready_s))


class Seat(msgspec.Struct):
    """Everything known of a seat. ``since``: start of its present status, UTC epoch seconds."""

    seat: str
    agent: str = ""
    queues: dict[str, Member] = {}
    device: Device | None = None
    pause_all: bool | None = None  # said of all its queues, some of which may be unknown to us
    pause_all_reason: str = ""
    pause_all_at: float = 0.0
    signed: bool | None = None
    declared: bool = False  # some source told of its presence, not only of a call
    held: bool = False
    visit: Key | None = None
    visit_queue: str = ""
    visit_call: str = ""
    ringing: dict[str, str] = {}  # call → queue that rings here, oldest first
    wrap_until: float = 0.0
    wrap_from: float = 0.0
    wrap_visit: Key | None = None
    wrap_queue: str = ""
    status: SeatStatus = SeatStatus.UNKNOWN
    reason: str = ""
    queue: str = ""
    call: str = ""
    since: float = 0.0
    resumed_from: float = 0.0  # the switch says the pause is older than our sight of it; shown, never counted
    seen_at: float = 0.0
    today: Today = msgspec.field(default_factory=Today)

    @property
    def paused(self) -> bool:
        """Paused in every queue it serves."""
        for member in self.queues.values():
            if not member.paused:
                return False
        return bool(self.queues or self.pause_all)

    def pause(self) -> tuple[str, float]:
        """Reason text and start of the pause that came last; empty when none."""
        paused = [member for member in self.queues.values() if member.paused]
        if paused:
            last = max(paused, key=lambda member: member.paused_at)
            return last.reason, last.paused_at
        return (self.pause_all_reason, self.pause_all_at) if self.pause_all else ("", 0.0)


_STATUS_FIELDS: dict[str, int] = {
    status: AGENT_INDEX[f"{status.value}_ms"]
    for status in SeatStatus
    if status not in (SeatStatus.PAUSED, SeatStatus.OFFLINE)
}
_OTHER_PAUSE = AGENT_INDEX["other_pause_ms"]
_PAUSE_FIELDS: dict[str, int] = {
    reason: AGENT_INDEX[f"{reason.value}_ms"] for reason in PauseReason if reason is not PauseReason.OTHER
}

Derived = tuple[SeatStatus, str, str, str]  # status, canonical reason, queue, call


def derive(seat: Seat, now: float, reasons: dict[str, str]) -> Derived:
    """The seat's status at ``now`` from what is known of it, with reason, queue and call."""
    if seat.visit is not None:
        held = seat.held or seat.device is Device.ON_HOLD
        return (SeatStatus.ON_HOLD if held else SeatStatus.ON_CALL, "", seat.visit_queue, seat.visit_call)
    if _is_offline(seat):
        return (SeatStatus.OFFLINE, "", "", "")
    if _rings(seat):
        call = next(iter(seat.ringing), "")
        return (SeatStatus.RINGING, "", seat.ringing.get(call, ""), call)
    talking = seat.device in _TALKING_DEVICES
    paused = seat.paused
    if seat.wrap_until > now and not paused and not talking:
        return (SeatStatus.WRAP_UP, "", seat.wrap_queue, "")
    if paused:
        reason = canonical(seat.pause()[0], reasons)
        if not talking or reason == PauseReason.CALLBACK:
            return (SeatStatus.PAUSED, reason, "", "")
    if talking:
        return (SeatStatus.OTHER_CALL, "", "", "")
    if seat.device is Device.UNKNOWN or not seat.declared:
        return (SeatStatus.UNKNOWN, "", "", "")
    return (SeatStatus.READY, "", "", "")


def _is_offline(seat: Seat) -> bool:
    if seat.signed is False or seat.device in _DEAD_DEVICES:
        return True
    return seat.declared and not seat.queues and not seat.pause_all and not seat.signed


def _rings(seat: Seat) -> bool:
    if seat.device is None:
        return bool(seat.ringing)
    return seat.device in _RINGING_DEVICES


def canonical(text: str, reasons: dict[str, str]) -> str:
    """The pause reason a switch's free text stands for; text nobody mapped is 'other'."""
    key = text.strip().lower()
    found = reasons.get(key)
    if found is not None:
        return found
    if key in REASONS:
        return key
    if key in ("auto-pause", "autopause"):
        return PauseReason.AUTO_PAUSE
    return PauseReason.OTHER


def span_field(status: str, reason: str) -> int | None:
    """Which seconds of the agent interval a status belongs to; None for offline."""
    if status == SeatStatus.OFFLINE:
        return None
    if status == SeatStatus.PAUSED:
        return _PAUSE_FIELDS.get(reason, _OTHER_PAUSE)
    return _STATUS_FIELDS[status]


def record_span(seat: Seat, end: float, ledger: Ledger, repaired: bool = False) -> None:
    """Write the seat's present status up to ``end`` as a span and into its agent's intervals."""
    if end <= seat.since or seat.since <= 0.0:
        return
    if seat.status is SeatStatus.OFFLINE or seat.status is SeatStatus.UNKNOWN:
        return
    status, reason, agent, start = seat.status, seat.reason, seat.agent, seat.since
    ledger.spans.append(
        SpanRow(seat.seat, agent, start, end, status, reason, seat.queue, seat.call, repaired)
    )
    field = span_field(status, reason)
    if field is not None and agent:
        _spread(agent, field, start, end, ledger)


def _spread(agent: str, field: int, start: float, end: float, ledger: Ledger) -> None:
    """Split a span over the quarter hours it touches; milliseconds add up exactly to the whole."""
    first, last = round(start * 1000), round(end * 1000)
    at, deltas = interval_start(start), ledger.agent_deltas
    while first < last:
        upto = (at + INTERVAL_S) * 1000
        if upto > last:
            upto = last
        delta = deltas.get((agent, at))
        if delta is None:
            delta = deltas[(agent, at)] = [0] * len(AGENT_FIELDS)
        delta[field] += upto - first
        first, at = upto, at + INTERVAL_S


def add_today(seat: Seat, end: float, day_start: float) -> None:
    """Add the present status up to ``end`` to the seat's sums of the business day."""
    today = seat.today
    if today.start != day_start:
        today = seat.today = Today(start=day_start)
    spent = end - max(seat.since, day_start)
    if spent <= 0 or seat.status is SeatStatus.OFFLINE or seat.status is SeatStatus.UNKNOWN:
        return
    name = seat.reason if seat.status is SeatStatus.PAUSED else seat.status.value
    today.by[name] = today.by.get(name, 0.0) + spent
    if not today.login_at:
        today.login_at = max(seat.since, day_start)
