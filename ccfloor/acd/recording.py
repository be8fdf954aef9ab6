"""Raw AMI bytes played again on their recorded clock, through the same translator as a live link.

A recording is one file of bytes per session and one table of arrivals (tab-separated: epoch seconds,
session, byte offset, length, name; one line a message, plain or .gz as the raw files may be). Where one
session ends and the next begins the link was lost.
"""

import asyncio
import gzip
import zlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from ccfloor.acd.ami_calls import PATIENCE_S
from ccfloor.acd.ami_translate import AmiTranslator, wanted
from ccfloor.acd.ami_wire import LONGEST_MESSAGE, parse_block
from ccfloor.acd.base import CommandResult, Health, LinkState, SeatCommand, Sink
from ccfloor.acd.sentences import say
from ccfloor.floor.events import FloorEvent

LOST = "ami_lost"
_BREATH = 500  # messages played between two chances for everybody else
_END, _GREETING = b"\r\n\r\n", b"Asterisk Call Manager"
_GZIP = b"\x1f\x8b"

Complain = Callable[[str, str, dict[str, str]], None]  # place, code of the sentence, its details


class Arrival(NamedTuple):
    """One message of a recording. ``at``: UTC epoch seconds of its last byte; ``line``: in the table."""

    at: float
    session: str
    offset: int
    length: int
    line: int


class Played(NamedTuple):
    """An event of a recording. ``source`` names the session by its beginning, ``position`` counts in it."""

    source: str
    at: float
    position: int
    event: FloorEvent


def read_arrivals(path: Path, complain: Complain) -> Iterator[Arrival]:
    """The table, line by line; what is not a line of it is told and left out."""
    with _opened(path) as file:
        for number, raw in enumerate(_lines(file, path, complain), start=1):
            line = raw.decode("utf-8", "replace").rstrip("\r\n")
            fields = line.split("\t")
            try:
                at, offset, length = float(fields[0]), int(fields[2]), int(fields[3])
            except (ValueError, IndexError):
                at, offset, length = -1.0, 0, 0
            if 0 < at < 1e11 and offset >= 0 and 0 < length <= LONGEST_MESSAGE:
                yield Arrival(at, fields[1], offset, length, number)
            elif line:
                complain(f"{path.name}:{number}", "arrival_unreadable", {"text": line[:80]})


def _lines(file: BinaryIO, path: Path, complain: Complain) -> Iterator[bytes]:
    try:
        yield from file
    except (OSError, EOFError, zlib.error) as error:
        complain(path.name, "archive_broken", {"reason": str(error)})


def play(raws: Sequence[Path], arrivals: Path, complain: Complain, name: str = "ami") -> Iterator[Played]:
    """The events of a recording in order. ``raws``: the files of the sessions, in the sessions' order."""
    yield from (played for step in _steps(raws, arrivals, complain, name) for played in step)


def _steps(raws: Sequence[Path], arrivals: Path, complain: Complain, name: str) -> Iterator[list[Played]]:
    """The events of one message after the other; most messages have none."""
    translator = AmiTranslator()
    session, source, position, at = None, "", 0, 0.0
    files: dict[str, BinaryIO | None] = {}

    def number(events: list[FloorEvent], at: float) -> list[Played]:
        nonlocal position
        start, position = position, position + len(events)
        return [Played(source, at, start + count, event) for count, event in enumerate(events, start=1)]

    with ExitStack() as stack:
        for arrival in read_arrivals(arrivals, complain):
            if arrival.session != session:
                if session is not None:
                    yield number(translator.closed(LOST), at)
                session, source, position = arrival.session, f"{name}:{arrival.at:.3f}", 0
                translator.opened()
                if session not in files:
                    files[session] = _file_of(len(files), raws, stack)
            block, whole = _block(files[session], arrival)
            if not whole:
                place = f"{arrivals.name}:{arrival.line}"
                code = "arrival_misplaced" if block else "arrival_outside"
                complain(place, code, {"session": arrival.session})
                continue
            at = arrival.at
            if wanted(block):
                yield number(translator.feed(parse_block(block), at), at)
            else:
                translator.seen(at)
                yield []
    # what was undecided at the very end is decided as it would have been a moment later
    yield number(translator.tick(at + 2 * PATIENCE_S), at)


def _file_of(index: int, raws: Sequence[Path], stack: ExitStack) -> BinaryIO | None:
    return stack.enter_context(_opened(raws[index])) if index < len(raws) else None


def is_empty(arrivals: Path) -> bool:
    """Whether a table of arrivals has no line at all. Raises OSError where it cannot be read."""
    with _opened(arrivals) as file:
        return not any(line.strip() for line in _lines(file, arrivals, lambda *_: None))


def _block(file: BinaryIO | None, arrival: Arrival) -> tuple[bytes, bool]:
    """The bytes of a message, empty where they are not all there; and whether they are one whole message."""
    if file is None:
        return b"", False
    try:
        file.seek(arrival.offset)
        data = file.read(arrival.length + len(_END))
    except (OSError, EOFError, zlib.error):  # a compressed file that is cut short
        return b"", False
    block = data[: arrival.length]
    return (block, _is_whole(block, data)) if len(block) == arrival.length else (b"", False)


def _is_whole(block: bytes, data: bytes) -> bool:
    """Whether the bytes end where a message does (``data``: a little more), or are the switch's greeting."""
    words = block.rstrip(b"\r\n")
    return data[len(words) :].startswith(_END) or block.startswith(_GREETING)


def _opened(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        packed = file.read(2) == _GZIP
    return cast(BinaryIO, gzip.open(path, "rb")) if packed else path.open("rb")


class AmiRecording:
    """Connector (see ``base.Connector``) that plays a recording once.

    ``speed`` 0 plays as fast as it can; 2 twice as fast as it was recorded. ``clock``: UTC epoch seconds.
    """

    def __init__(
        self,
        raws: Sequence[Path],
        arrivals: Path,
        *,
        clock: Callable[[], float],
        speed: float = 0.0,
        name: str = "ami",
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._raws = list(raws)
        self._arrivals = arrivals
        self._clock = clock
        self._speed = speed
        self._name = name
        self._sleep = sleep

    async def run(self, sink: Sink) -> None:
        """Play to the end. Raises OSError where a file cannot be opened."""
        self._health(sink, LinkState.UP, "recording_playing", {"path": str(self._arrivals)})

        def complain(place: str, code: str, details: dict[str, str]) -> None:
            sink.bad(self._name, place, say(code, details, "en"))

        messages = events = 0
        begun: tuple[float, float] | None = None
        for step in _steps(self._raws, self._arrivals, complain, self._name):
            messages += 1
            if step and self._speed:
                begun = begun or (self._clock(), step[0].at)
                await self._await_turn(begun, step[0].at)
            for played in step:
                events += 1
                sink.put(played.source, played.position, played.event)
            if messages % _BREATH == 0:
                await self._sleep(0)
        details = {"messages": str(messages - 1), "events": str(events)}
        self._health(sink, LinkState.DONE, "recording_done", details)

    async def send(self, command: SeatCommand) -> CommandResult:
        """A recording obeys nobody."""
        return CommandResult(False, say("recording_read_only", {}, "en"))

    async def _await_turn(self, begun: tuple[float, float], at: float) -> None:
        due = begun[0] + (at - begun[1]) / self._speed
        if due > self._clock():
            await self._sleep(due - self._clock())

    def _health(self, sink: Sink, state: LinkState, code: str, details: dict[str, str]) -> None:
        sink.health(Health(self._name, state, code, details, since=self._clock()))
