"""What the Floor hands to whoever stores it: changed calls, legs, seat spans, interval deltas.

A call is one visit to one queue. Its key is the identity (source, position) of the event that opened
it, so the same journal always gives the same keys. Durations are integer milliseconds: sums of them
are exact in any order. Rows of calls and legs are upserts (the last one of a batch wins), spans are
final when they appear, interval vectors are deltas to add. A row encodes to its bare values in the order
of its fields, which is that of its table's columns: a field more is a column more.
"""

import msgspec

from ccfloor.floor.events import EndedBy, Outcome


def millis(seconds: float) -> int:
    """Seconds as whole milliseconds; never negative."""
    return int(seconds * 1000 + 0.5) if seconds > 0 else 0


class CallRow(msgspec.Struct, array_like=True):
    """One visit to a queue, as far as it has come. Times are UTC epoch seconds, 0.0 where not yet."""

    source: int
    position: int
    call: str
    queue: str
    entered_at: float
    linked: str = ""
    number: str = ""
    name: str = ""
    outcome: Outcome = Outcome.WAITING
    ended_by: EndedBy | None = None
    seat: str = ""
    agent: str = ""
    answered_at: float = 0.0
    left_at: float = 0.0
    ended_at: float = 0.0
    wait_ms: int = 0
    ring_ms: int = 0
    talk_ms: int = 0
    hold_ms: int = 0
    acw_ms: int = 0
    threshold_ms: int = 20_000
    short_ms: int = 5_000
    key: str = ""
    target: str = ""
    ronas: int = 0
    estimated: bool = False  # entered_at is not the switch's own word
    seen_live: bool = False
    seen_log: bool = False
    repaired: bool = False
    final: bool = False


class LegRow(msgspec.Struct, array_like=True):
    """One ringing (and, if it won, conversation) of a call at one seat. Key: the call's key and ``leg``."""

    source: int
    position: int
    leg: int
    seat: str
    agent: str
    rang_at: float
    answered_at: float = 0.0
    ended_at: float = 0.0
    ring_ms: int = 0
    talk_ms: int = 0
    hold_ms: int = 0
    acw_ms: int = 0
    result: str = "ringing"  # ringing | answered | no_answer | rejected | canceled


class SpanRow(msgspec.Struct, array_like=True):
    """A seat's uninterrupted time in one status. ``start`` and ``end``: UTC epoch seconds."""

    seat: str
    agent: str
    start: float
    end: float
    status: str
    reason: str = ""
    queue: str = ""
    call: str = ""
    repaired: bool = False


AGENT_FIELDS = (
    "answered",
    "rona",
    "transferred_out",
    "talk_ms",
    "hold_ms",
    "acw_ms",
    "ring_ms",
    "ready_ms",
    "ringing_ms",
    "on_call_ms",
    "on_hold_ms",
    "wrap_up_ms",
    "other_call_ms",
    "unknown_ms",
    "break_ms",
    "meal_ms",
    "meeting_ms",
    "training_ms",
    "coaching_ms",
    "callback_ms",
    "busy_ms",
    "auto_pause_ms",
    "other_pause_ms",
)
AGENT_INDEX = {name: position for position, name in enumerate(AGENT_FIELDS)}


class Ledger(msgspec.Struct):
    """Everything that changed since the last time it was taken.

    ``queue_deltas``: (queue, interval start) → vector of metrics.FIELDS to add;
    ``max_wait_ms``: the same key → longest wait seen, to keep the greater of;
    ``agent_deltas``: (agent, interval start) → vector of AGENT_FIELDS to add;
    ``repairs``: kind → how many there were.
    """

    calls: dict[tuple[int, int], CallRow] = {}
    legs: dict[tuple[int, int, int], LegRow] = {}
    spans: list[SpanRow] = []
    queue_deltas: dict[tuple[str, int], list[int]] = {}
    max_wait_ms: dict[tuple[str, int], int] = {}
    agent_deltas: dict[tuple[str, int], list[int]] = {}
    repairs: dict[str, int] = {}
