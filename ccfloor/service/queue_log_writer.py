"""FloorEvents as lines of a queue_log, as Asterisk writes them."""

from collections.abc import Callable
from typing import Any

from ccfloor.floor.events import (
    CallAnswered,
    CallEnded,
    CallJoined,
    CallLeft,
    EndedBy,
    FloorEvent,
    Outcome,
    RingEnded,
    RingResult,
    SeatJoined,
    SeatLeft,
    SeatPaused,
)

_LEFT = {
    Outcome.ABANDONED: "ABANDON|{position}|1|{wait}",
    Outcome.TIMED_OUT: "EXITWITHTIMEOUT|{position}|1|{wait}",
    Outcome.KEY_EXIT: "EXITWITHKEY|{key}|{position}|1|{wait}",
    Outcome.LEFT_EMPTY: "EXITEMPTY|{position}|1|{wait}",
    Outcome.WITHDRAWN: "WITHDRAW|{position}|1|{wait}|",
}
_ENDED = {EndedBy.AGENT: "COMPLETEAGENT", EndedBy.BLIND_TRANSFER: "BLINDTRANSFER"}
_RANG = {
    RingResult.NO_ANSWER: "RINGNOANSWER",
    RingResult.CANCELED: "RINGCANCELED",
    RingResult.REJECTED: "RINGNOANSWER",
}


def line(event: FloorEvent) -> str:
    """The line of an event without its end; empty where Asterisk logs nothing."""
    write = _WRITERS.get(type(event))
    return write(event) if write else ""


def _head(event: FloorEvent, call: str, queue: str, seat: str) -> str:
    return f"{int(event.at)}|{call or 'NONE'}|{queue or 'NONE'}|{seat or 'NONE'}|"


def _seconds(value: float | None) -> int:
    return int(value or 0)


def _joined(event: CallJoined) -> str:
    return _head(event, event.call, event.queue, "") + f"ENTERQUEUE||{event.number}|{event.position or 1}"


def _answered(event: CallAnswered) -> str:
    ring = _seconds(event.ring_s)
    return (
        _head(event, event.call, event.queue, event.seat)
        + f"CONNECT|{_seconds(event.wait_s)}|{event.call}|{ring}"
    )


def _left(event: CallLeft) -> str:
    form = _LEFT.get(event.outcome)
    if form is None:
        return ""
    said = form.format(position=event.position or 1, wait=_seconds(event.wait_s), key=event.key)
    return _head(event, event.call, event.queue, "") + said


def _ended(event: CallEnded) -> str:
    wait, talk = _seconds(event.wait_s), _seconds(event.talk_s)
    verb = _ENDED.get(event.by, "COMPLETECALLER")
    body = f"{wait}|{talk}|1" if verb != "BLINDTRANSFER" else f"{event.target}|default|{wait}|{talk}|1"
    return _head(event, event.call, event.queue, event.seat) + f"{verb}|{body}"


def _rang(event: RingEnded) -> str:
    milliseconds = round((event.ring_s or 0.0) * 1000)
    return _head(event, event.call, event.queue, event.seat) + f"{_RANG[event.result]}|{milliseconds}"


def _paused(event: SeatPaused) -> str:
    verb = ("PAUSE" if event.paused else "UNPAUSE") + ("" if event.queue else "ALL")
    return _head(event, "", event.queue, event.seat) + f"{verb}|{event.reason}"


def _member(event: SeatJoined) -> str:
    return (
        _head(event, "MANAGER", event.queue, event.agent or event.seat)
        + f"ADDMEMBER|{'PAUSED' if event.paused else ''}"
    )


def _gone(event: SeatLeft) -> str:
    return _head(event, "MANAGER", event.queue, event.seat) + "REMOVEMEMBER|"


_WRITERS: dict[type, Callable[[Any], str]] = {
    CallJoined: _joined,
    CallAnswered: _answered,
    CallLeft: _left,
    CallEnded: _ended,
    RingEnded: _rang,
    SeatPaused: _paused,
    SeatJoined: _member,
    SeatLeft: _gone,
}
