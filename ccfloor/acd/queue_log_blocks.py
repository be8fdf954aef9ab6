"""Many lines of a queue_log at once: a short way for the common verbs, the careful one for the rest.

A log of a million lines must not cost more than a microsecond or so a line, so the verbs that make up
a log are read by position here. Whatever is not exactly as expected goes to ``parse_line``, whose
answer is the definition; for every line both ways agree.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import NamedTuple

from ccfloor.acd.queue_log_lines import NOBODY, BadLine, instant, number, parse_line
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
    SeatPaused,
)


class Fault(NamedTuple):
    """A line that could not be read as it stands. ``line`` counts from 1."""

    line: int
    bad: BadLine


class Parsed(NamedTuple):
    """Events with the byte offset behind their line, unreadable lines, and how many lines there were."""

    events: list[tuple[int, FloorEvent]]
    bad: list[Fault]
    lines: int


class _Surprise(ValueError):
    """Not the plain line that a quick reader expects."""


class _Numbers(dict[str, float]):
    """Text → number, the usual ones ready made. Raises _Surprise on a negative or no number."""

    def __init__(self, usual: range, scale: float) -> None:
        super().__init__((str(value), value / scale) for value in usual)
        self._scale = scale

    def __missing__(self, text: str) -> float:
        value = number(text)
        if value is None or value < 0 or text[0] == "-":
            raise _Surprise
        return value / self._scale


_SECONDS = _Numbers(range(3600), 1)
_RINGING = _Numbers(range(0, 120_000, 1000), 1000)
_Quick = Callable[[float, list[str]], FloorEvent]


def _enter(at: float, f: list[str]) -> FloorEvent:
    call, queue, size = f[1], f[2], len(f)
    if size > 9 or call in NOBODY or queue in NOBODY:
        raise _Surprise
    name = f[8] if size == 9 else ""
    return CallJoined(at=at, call=call, queue=queue, number=f[6], name=name, position=int(_SECONDS[f[7]]))


def _connect(at: float, f: list[str]) -> FloorEvent:
    _, call, queue, seat, _, hold, _, ring = f
    if call in NOBODY or queue in NOBODY or seat in NOBODY:
        raise _Surprise
    return CallAnswered(
        at=at, call=call, queue=queue, seat=seat, wait_s=_SECONDS[hold], ring_s=_SECONDS[ring]
    )


def _complete(by: EndedBy) -> _Quick:
    def read(at: float, f: list[str]) -> FloorEvent:
        _, call, queue, seat, _, hold, talk, position = f
        if call in NOBODY or queue in NOBODY or seat in NOBODY or _SECONDS[position] < 0:
            raise _Surprise
        talk_s, wait_s = _SECONDS[talk], _SECONDS[hold]
        return CallEnded(at=at, call=call, queue=queue, seat=seat, by=by, talk_s=talk_s, wait_s=wait_s)

    return read


def _leave(outcome: Outcome) -> _Quick:
    def read(at: float, f: list[str]) -> FloorEvent:
        _, call, queue, _, _, position, first, wait = f
        if call in NOBODY or queue in NOBODY or _SECONDS[first] < 0:
            raise _Surprise
        wait_s, place = _SECONDS[wait], int(_SECONDS[position])
        return CallLeft(at=at, call=call, queue=queue, outcome=outcome, wait_s=wait_s, position=place)

    return read


def _ring(at: float, f: list[str]) -> FloorEvent:
    _, call, queue, seat, verb, text = f
    if call in NOBODY or queue in NOBODY or seat in NOBODY:
        raise _Surprise
    ring_s = _RINGING[text]
    result = RingResult.CANCELED
    if verb == "RINGNOANSWER":
        result = RingResult.NO_ANSWER if ring_s else RingResult.REJECTED
    return RingEnded(at=at, call=call, queue=queue, seat=seat, result=result, ring_s=ring_s)


def _pause(at: float, f: list[str]) -> FloorEvent:
    _, _, queue, seat, verb, reason = f
    if seat in NOBODY:
        raise _Surprise
    queue = "" if queue == "NONE" else queue
    if verb[0] == "U":
        return SeatPaused(at=at, seat=seat, queue=queue, paused=False)
    return SeatPaused(at=at, seat=seat, queue=queue, paused=True, reason=reason)


_QUICK: dict[str, _Quick] = {
    "ENTERQUEUE": _enter,
    "CONNECT": _connect,
    "COMPLETEAGENT": _complete(EndedBy.AGENT),
    "COMPLETECALLER": _complete(EndedBy.CALLER),
    "ABANDON": _leave(Outcome.ABANDONED),
    "EXITWITHTIMEOUT": _leave(Outcome.TIMED_OUT),
    "EXITEMPTY": _leave(Outcome.LEFT_EMPTY),
    "RINGNOANSWER": _ring,
    "RINGCANCELED": _ring,
    "PAUSE": _pause,
    "PAUSEALL": _pause,
    "UNPAUSE": _pause,
    "UNPAUSEALL": _pause,
}


def parse_body(body: bytes, position: int, first_line: int) -> Parsed:
    """All lines of ``body``, which begins at byte offset ``position`` and with line ``first_line``.

    Only the last line may lack its end. Text that is not UTF-8 is read with replacement marks.
    """
    lines, raw = _split(body)
    quick: Mapping[str, _Quick] = {} if b"\0" in body else _QUICK
    events: list[tuple[int, FloorEvent]] = []
    bad: list[Fault] = []
    end, at = position, 0.0
    last: str | None = None
    for place, line, octets in zip(count(first_line), lines, raw, strict=False):
        end += len(octets) + 1
        fields = line.split("|")
        try:
            if fields[0] != last:
                at = _at(fields[0])
                last = fields[0]
            events.append((end, quick[fields[4]](at, fields)))
        except (LookupError, ValueError):
            _careful(line, place, end, events, bad)
    if events and events[-1][0] > position + len(body):
        events[-1] = (position + len(body), events[-1][1])
    return Parsed(events, bad, len(lines))


def _split(body: bytes) -> tuple[Sequence[str], Sequence[bytes | str]]:
    """Lines as text without their ends, and something as long as each line has bytes."""
    whole = body[:-1] if body.endswith(b"\n") else body
    plain = whole.isascii()
    lines = whole.decode("ascii" if plain else "utf-8", "replace").split("\n")
    if b"\r" in whole:
        lines, plain = [line.removesuffix("\r") for line in lines], False
    return lines, lines if plain else whole.split(b"\n")


def _at(text: str) -> float:
    at = instant(text)
    if at is None:
        raise _Surprise
    return at


def _careful(line: str, place: int, end: int, events: list[tuple[int, FloorEvent]], bad: list[Fault]) -> None:
    if not line.strip():
        return
    found = parse_line(line)
    if isinstance(found, BadLine):
        bad.append(Fault(place, found))
    event = found.event if isinstance(found, BadLine) else found
    if event is not None:
        events.append((end, event))
