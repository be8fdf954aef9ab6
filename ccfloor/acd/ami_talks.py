"""Ringing seats and conversations, as AMI tells of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from ccfloor.acd import ami_fields as f
from ccfloor.acd.ami_seats import SeatBook
from ccfloor.acd.ami_wire import Message
from ccfloor.floor.events import (
    CallAnswered,
    CallEnded,
    CallRang,
    Device,
    EndedBy,
    FloorEvent,
    RingEnded,
    RingResult,
    TalkState,
)

IDLE_S = 1.0  # a telephone silent this long does not ring for its caller any more
REMEMBERED = 4096
TALKING = frozenset((Device.IN_USE, Device.BUSY, Device.ON_HOLD, Device.RINGING_IN_USE))
RINGING = frozenset((Device.RINGING, Device.RINGING_IN_USE))
ENDED_BY = {"caller": EndedBy.CALLER, "agent": EndedBy.AGENT}
TRANSFERERS = ("TransfererChannel", "OrigTransfererChannel", "SecondTransfererChannel", "Channel")

Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(slots=True)
class Ring:
    """A seat's telephone ringing for a caller. ``seen``: its device was seen ringing."""

    queue: str
    at: float
    seen: bool = False
    idle_at: float = 0.0


@dataclass(slots=True)
class Talk:
    """A conversation. ``transfer``: how its caller was handed on, and where to; ``gone``: hung up."""

    call: str
    queue: str
    seat: str
    gone: bool = False
    transfer: tuple[EndedBy, str] | None = None


class TalkBook:
    """Every ringing and every conversation known. Methods append to ``out``, the translator's list."""

    def __init__(self, seats: SeatBook, out: list[FloorEvent]) -> None:
        self._seats = seats
        self._out = out
        self._talks: dict[str, dict[tuple[str, str], Talk]] = {}  # by seat, then (call, queue)
        self._rings: dict[tuple[str, str], Ring] = {}  # (call, seat)
        self._silent: set[tuple[str, str]] = set()  # rings whose telephone has fallen silent

    def states(self) -> list[TalkState]:
        """The conversations."""
        return [
            TalkState(call=talk.call, queue=talk.queue, seat=talk.seat)
            for talks in self._talks.values()
            for talk in talks.values()
            if not talk.gone
        ]

    def replace(self, states: Iterable[TalkState]) -> None:
        """The conversations of a full report take the place of all known."""
        old = self._talks
        self._talks = {}
        for state in states:
            seat, key = state.seat, (state.call, state.queue)
            known = old.get(seat, {}).get(key)
            self._talks.setdefault(seat, {})[key] = known or Talk(state.call, state.queue, seat)

    def ringing_only(self, calls: Iterable[str]) -> None:
        """Forget the ringing for everyone but these callers."""
        kept = frozenset(calls)
        self._rings = {key: ring for key, ring in self._rings.items() if key[0] in kept}
        self._silent &= self._rings.keys()

    def called(self, message: Message, at: float) -> None:
        """AgentCalled: a seat begins to ring for the caller."""
        call, queue, seat = key_of(message)
        if not (call and queue and seat):
            return
        self._cancel(call, seat, at)
        self._rings[call, seat] = Ring(queue, at, self._seats.devices.get(seat) in RINGING)
        self._out.append(CallRang(at=at, call=call, queue=queue, seat=seat))

    def ring_no_answer(self, message: Message, at: float) -> None:
        """AgentRingNoAnswer; RingTime is in milliseconds here. 0 means busy or declined at once."""
        call, queue, seat = key_of(message)
        if not (queue and seat):
            return
        self._close(call, seat)
        ring_ms = f.number(message, "RingTime", "Ringtime")
        self._out.append(
            RingEnded(
                at=at,
                call=call,
                queue=queue,
                seat=seat,
                result=RingResult.REJECTED if ring_ms == 0 else RingResult.NO_ANSWER,
                ring_s=None if ring_ms is None else ring_ms / 1000,
            )
        )

    def connect(self, message: Message, at: float) -> None:
        """AgentConnect; HoldTime and RingTime are whole seconds here."""
        call, queue, seat = key_of(message)
        self._close(call, seat)
        self.cancel_rings(call, at)
        mine = {key: talk for key, talk in self._talks.get(seat, {}).items() if not talk.gone}
        self._talks[seat] = mine | {(call, queue): Talk(call, queue, seat)}
        wait_s, ring_s = f.number(message, "HoldTime", "Holdtime"), f.number(message, "RingTime", "Ringtime")
        self._out.append(CallAnswered(at=at, call=call, queue=queue, seat=seat, wait_s=wait_s, ring_s=ring_s))

    def complete(self, message: Message, at: float) -> None:
        """AgentComplete. It may lack the caller: then queue and seat tell which conversation it was."""
        call, queue, seat = key_of(message)
        if not (queue and seat):
            return
        mine = self._talks.get(seat, {})
        call = call or next((talk.call for talk in mine.values() if talk.queue == queue), "")
        talk = mine.pop((call, queue), None) or self._talks.get("", {}).pop((call, queue), None)
        handed_on, target = (talk and talk.transfer) or (EndedBy.BLIND_TRANSFER, "")
        reason = message.get("Reason", "")
        by = handed_on if reason == "transfer" else ENDED_BY.get(reason, EndedBy.UNKNOWN)
        self._out.append(
            CallEnded(
                at=at,
                call=call,
                queue=queue,
                seat=seat,
                by=by,
                talk_s=f.number(message, "TalkTime", "Talktime"),
                wait_s=f.number(message, "HoldTime", "Holdtime"),
                target=target,
            )
        )

    def transfer(self, message: Message, _at: float) -> None:
        """BlindTransfer, AttendedTransfer and (up to 11) Transfer: remembered for the talk's end."""
        attended = message["Event"] == "AttendedTransfer" or message.get("TransferType") == "Attended"
        by = EndedBy.ATTENDED_TRANSFER if attended else EndedBy.BLIND_TRANSFER
        target = f.text(message, "Extension", "TransferExten", "TransferTargetCallerIDNum", "DestApp")
        call = f.text(message, "TransfereeUniqueid", "TargetUniqueid")
        for name in TRANSFERERS:
            for seat in self._seats.seats_of_channel(message.get(name, "")):
                mine = self._talks.get(seat, {})
                exact = [talk for talk in mine.values() if talk.call == call]
                for talk in exact or mine.values():
                    talk.transfer = (by, target)

    def hangup(self, call: str) -> None:
        """The caller's channel is gone; the end of the conversation may be told yet."""
        for talks in self._talks.values():
            for talk in talks.values():
                talk.gone = talk.gone or talk.call == call

    def device(self, seat: str, device: Device, at: float) -> None:
        """A seat's telephone changed state: what rang there may be over."""
        silent = device not in TALKING and device not in RINGING
        for key, ring in self._rings.items():
            if key[1] != seat:
                continue
            ring.seen = ring.seen or device in RINGING
            if ring.seen and silent:
                ring.idle_at = at
                self._silent.add(key)
            else:
                self._silent.discard(key)

    def settle(self, at: float) -> None:
        """Cancel what has not rung for a while by the stream's clock, without the switch saying why."""
        for key in [key for key in self._silent if at - self._rings[key].idle_at > IDLE_S]:
            self._cancel(*key, at)

    def being_answered(self, call: str) -> bool:
        """Whether a seat that was called for this caller has picked up, though not yet connected."""
        return any(key[0] == call and self._seats.devices.get(key[1]) in TALKING for key in self._rings)

    def cancel_rings(self, call: str, at: float) -> None:
        """Nobody rings for this caller any more."""
        for _, seat in [key for key in self._rings if key[0] == call]:
            self._cancel(call, seat, at)

    def _close(self, call: str, seat: str) -> Ring | None:
        self._silent.discard((call, seat))
        return self._rings.pop((call, seat), None)

    def _cancel(self, call: str, seat: str, at: float) -> None:
        if ring := self._close(call, seat):
            ring_s = round(max(0.0, (ring.idle_at or at) - ring.at), 3)
            self._out.append(
                RingEnded(
                    at=at, call=call, queue=ring.queue, seat=seat, result=RingResult.CANCELED, ring_s=ring_s
                )
            )


def key_of(message: Message) -> tuple[str, str, str]:
    """Call, queue and seat of an Agent… event, empty where missing."""
    return f.call_of(message), message.get("Queue", ""), f.seat_of(message)


def remember(memory: dict[Key, Value], key: Key, value: Value) -> None:
    """Keep the newest few thousand."""
    memory.pop(key, None)
    memory[key] = value
    if len(memory) > REMEMBERED:
        del memory[next(iter(memory))]
