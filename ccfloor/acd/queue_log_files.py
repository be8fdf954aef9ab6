"""A queue_log file, plain or gzip, read from any byte on; and which file it is, whatever its name.

A file is known by its first line, so that ``queue_log`` → ``queue_log.0`` → ``queue_log.1.gz`` stays
the same source with the same positions: offsets in the uncompressed bytes, an event's one being just
behind its line. The mark kept with a position proves on resume that it is the same content: hashes of
the last bytes before the position and of some beginnings of the file.
"""

import gzip
import io
import zlib
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple, Protocol

from ccfloor.acd.queue_log_blocks import Fault, parse_body
from ccfloor.acd.queue_log_lines import BadLine, shown
from ccfloor.floor.events import FloorEvent

BLOCK_BYTES = 64 * 1024  # small enough to stay in a processor's cache: twice as fast as a megabyte
LONGEST_LINE = 64 * 1024  # Asterisk writes at most 8 KiB
_TAIL = 64
_BEGINNINGS = (128, 256, 512, 1024, 2048, 4096)
_HEAD = _BEGINNINGS[-1]
Cursor = Callable[[str], tuple[int, str] | None]


class Block(NamedTuple):
    """Some lines of a file. ``end``: byte offset behind them; ``mark``: proof of it for the resume."""

    events: list[tuple[int, FloorEvent]]
    bad: list[Fault]
    lines: int
    end: int
    mark: str


class Located(NamedTuple):
    """A file's source name and the byte offset up to which it is stored already."""

    source: str
    start: int


class Readable(Protocol):
    """What a LogReader reads from."""

    def read(self, size: int, /) -> bytes | None:
        """At most ``size`` bytes; none at the (present) end."""


class GzipStream:
    """Uncompressed bytes of an archive. A damaged one ends early, with ``broken`` saying why."""

    def __init__(self, path: Path) -> None:
        self._file = gzip.GzipFile(path)
        self.broken = ""

    def read(self, size: int, /) -> bytes:
        """At most ``size`` bytes; none at the end or where the archive is damaged."""
        try:
            return b"" if self.broken else self._file.read1(size)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            self.broken = str(error) or type(error).__name__
            return b""

    def close(self) -> None:
        self._file.close()


class _Beginning:
    """The first ``size`` bytes of a stream."""

    def __init__(self, stream: Readable, size: int) -> None:
        self._stream, self._left = stream, size

    def read(self, size: int, /) -> bytes | None:
        """At most ``size`` bytes of them; none at their end."""
        chunk = self._stream.read(min(size, self._left)) if self._left else b""
        self._left -= len(chunk or b"")
        return chunk


class LogReader:
    """Reads complete lines from wherever the stream stands; can be asked again when it has grown."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._carry = b""
        self._skipping = False
        self._head = self.tail = b""
        self.position = 0
        self.line = 1

    def skip(self, position: int) -> bool:
        """Goes to a byte offset, counting lines; False where the stream is shorter than that."""
        while self.position < position:
            chunk = self._stream.read(min(BLOCK_BYTES, position - self.position))
            if not chunk:
                return False
            self._consume(chunk)
            self.line += chunk.count(b"\n")
        return True

    def block(self) -> Block | None:
        """The next complete lines, or None when there are none yet. Raises OSError."""
        while chunk := self._stream.read(BLOCK_BYTES):
            data = self._carry + chunk
            if self._skipping:
                data = self._skip_line(data)
            cut = data.rfind(b"\n") + 1
            self._carry = data[cut:]
            if cut:
                return self._parsed(data[:cut])
            if len(data) >= LONGEST_LINE:
                return self._endless()
        return None

    def rest(self, final: bool) -> Block | None:
        """What stands behind the last end of line: kept if the file is final and it is a whole line."""
        text, line = self._carry, self.line
        if not text.strip():
            return None
        half = BadLine("line_unfinished", {"text": shown(text.decode("utf-8", "replace"))})
        if not final:
            return Block([], [Fault(line, half)], 0, self.position, self.mark)
        self._carry = b""
        block = self._parsed(text)
        return block if block.events else block._replace(bad=[Fault(line, half)])

    @property
    def mark(self) -> str:
        """Proof of the content before ``position``, which it names: the store may have come further."""
        return f"{self.position}.{beginnings(self._head)}.{_hash(self.tail, 8)}"

    @property
    def head(self) -> bytes:
        """The first bytes of the file, as far as they have been read."""
        return self._head

    def _consume(self, data: bytes) -> None:
        if len(self._head) < _HEAD:
            self._head = (self._head + data[:_HEAD])[:_HEAD]
        self.tail = (self.tail + data[-_TAIL:])[-_TAIL:]
        self.position += len(data)

    def _parsed(self, body: bytes) -> Block:
        parsed = parse_body(body, self.position, self.line)
        self.line += parsed.lines
        self._consume(body)
        return Block(parsed.events, parsed.bad, parsed.lines, self.position, self.mark)

    def _endless(self) -> Block:
        fault = Fault(self.line, BadLine("line_endless", {"size": str(len(self._carry))}))
        self._consume(self._carry)
        self._carry, self._skipping = b"", True
        return Block([], [fault], 1, self.position, self.mark)

    def _skip_line(self, data: bytes) -> bytes:
        cut = data.find(b"\n") + 1 or len(data)
        self._consume(data[:cut])
        self._skipping = not data[:cut].endswith(b"\n")
        self.line += not self._skipping
        return data[cut:]


def _hash(data: bytes, size: int) -> str:
    return blake2b(data, digest_size=size).hexdigest()


def beginnings(head: bytes) -> str:
    """Four hex digits for each of the beginnings of 128, 256 … 4096 bytes that the file has."""
    return "".join(_hash(head[:size], 2) for size in _BEGINNINGS if size <= len(head))


# -- which file it is --------------------------------------------------------------------------------


def open_log(path: Path) -> io.FileIO | GzipStream:
    """The bytes of a log, uncompressed where its content is gzip. Raises OSError."""
    plain = io.FileIO(path)
    if plain.read(2) == b"\x1f\x8b":
        plain.close()
        return GzipStream(path)
    plain.seek(0)
    return plain


def identity(path: Path, *, final: bool = True) -> str | None:
    """The name of the source by the file's first line; None while there is none. Raises OSError.

    With ``final`` false a first line without its end is not believed yet.
    """
    stream = open_log(path)
    try:
        head = b""
        while len(head) < _HEAD and (chunk := stream.read(_HEAD - len(head))):
            head += chunk
    finally:
        stream.close()
    first, ended, _ = head.partition(b"\n")
    if not (ended or final or len(head) == _HEAD) or not head.strip():
        return None
    return "queue_log:" + _hash(first.removesuffix(b"\r"), 8)


def locate(path: Path, cursor: Cursor, *, final: bool = True) -> Located | None:
    """The file's source and where to go on in it; None while the file is empty. Raises OSError.

    A different file that happens to begin with the same line gets a name of its own. A shorter copy of
    a known file is that file: nothing in it is new.
    """
    base = identity(path, final=final)
    number = 1
    while base is not None:
        source = base if number == 1 else f"{base}-{number}"
        known = cursor(source)
        if known is None:
            return Located(source, 0)
        if _is_same(path, known[1]):
            return Located(source, known[0])
        number += 1
    return None


def _is_same(path: Path, mark: str) -> bool:
    if not mark:
        return True
    position, known, _ = mark.split(".")
    stream = open_log(path)
    try:
        reader = LogReader(stream)
        if reader.skip(int(position)):
            return reader.mark == mark
        return known.startswith(beginnings(reader.head))
    finally:
        stream.close()


# -- bulk --------------------------------------------------------------------------------------------


def read_blocks(
    path: Path, start: int = 0, *, final: bool = True, stop: int | None = None
) -> Iterator[Block]:
    """The file from byte offset ``start`` on (up to ``stop``), in blocks of parsed lines; memory stays flat.

    ``final``: nobody writes to the file any more, so a last line without its end counts if it is whole.
    Raises OSError where the file cannot be read; a damaged archive gives what it has and one Fault.
    """
    stream = open_log(path)
    try:
        reader = LogReader(stream if stop is None else _Beginning(stream, stop))
        if not reader.skip(start):
            return
        while block := reader.block():
            yield block
        broken = isinstance(stream, GzipStream) and stream.broken
        if broken:
            fault = Fault(reader.line, BadLine("archive_broken", {"reason": broken}))
            yield Block([], [fault], 0, reader.position, reader.mark)
        elif rest := reader.rest(final):
            yield rest
    finally:
        stream.close()


def order_files(paths: Iterable[Path]) -> list[Path]:
    """Files by the time of their first event; those without one, or unreadable, come last."""
    return sorted(paths, key=_first_time)


def _first_time(path: Path) -> float:
    try:
        blocks = read_blocks(path)
        return next((block.events[0][1].at for block in blocks if block.events), float("inf"))
    except OSError:
        return float("inf")
