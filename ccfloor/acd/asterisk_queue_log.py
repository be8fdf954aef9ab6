"""The queue_log door: follows the file that Asterisk writes, across rotation, truncation and restarts.

Nothing is lost and nothing comes twice: a position is believed only with the proof of what stands
before it, an old file is read to its end before the new one is begun, and after a pause of ours the
files that were rotated meanwhile are found again among their siblings, compressed or not.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from io import FileIO
from pathlib import Path

from ccfloor.acd.base import CommandResult, Health, LinkState, SeatCommand, Sink
from ccfloor.acd.queue_log_files import (
    Block,
    Cursor,
    Located,
    LogReader,
    identity,
    locate,
    order_files,
    read_blocks,
)
from ccfloor.acd.sentences import say

POLL_S = 0.25
GONE_S = 5.0  # a rotation takes an instant; a file away for longer is missing
AHEAD_BYTES = 4_000_000  # how far to read ahead of what is stored before slowing down


def hand_over(sink: Sink, source: str, path: Path, block: Block) -> None:
    """Gives a block to the sink: events, unreadable lines, and how far it has been read."""
    for position, event in block.events:
        sink.put(source, position, event)
    for line, bad in block.bad:
        sink.bad(source, f"{path}:{line}", bad.say())
    sink.progress(source, block.end, block.mark)


def import_file(sink: Sink, path: Path, *, final: bool = True) -> Iterator[int]:
    """Reads a whole file into the sink from where it is stored; yields the lines of each block.

    Raises OSError where the file cannot be read.
    """
    found = locate(path, sink.cursor, final=final)
    if found is None:
        return
    for block in read_blocks(path, found.start, final=final):
        hand_over(sink, found.source, path, block)
        yield block.lines


class _Open:
    """The file being followed. It stays open, so that a rename or removal does not cut it off."""

    def __init__(self, path: Path, located: Located) -> None:
        self.source = located.source
        self.file = FileIO(path)
        self.reader = LogReader(self.file)
        self.reader.skip(located.start)

    @property
    def rewritten(self) -> bool:
        """Whether the bytes we read are no longer there: truncated, and perhaps grown again."""
        size, tail = os.fstat(self.file.fileno()).st_size, self.reader.tail
        start = self.reader.position - len(tail)
        return size < self.file.tell() or os.pread(self.file.fileno(), len(tail), start) != tail

    def is_at(self, path: Path) -> bool:
        """Whether the path still names this file."""
        return os.path.samestat(os.fstat(self.file.fileno()), path.stat())


class QueueLogFollower:
    """Connector that reads one queue_log for ever. ``clock``: UTC epoch seconds."""

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        poll_s: float = POLL_S,
    ) -> None:
        self._path, self._clock, self._sleep, self._poll_s = path, clock, sleep, poll_s
        self._open: _Open | None = None
        self._older: Iterator[tuple[str, Path, Block]] | None = None
        self._handed: dict[str, tuple[int, str]] = {}
        self._gone_since: float | None = None
        self._said: tuple[str, dict[str, str]] | None = None
        self._retries = 0

    async def run(self, sink: Sink) -> None:
        """Reads until cancelled; trouble with the file is reported and tried again."""
        self._handed.clear()
        try:
            while True:
                await self._sleep(self._pause(sink, self._step(sink)))
        finally:
            self._close()

    async def send(self, command: SeatCommand) -> CommandResult:
        """Refuses: a log can only be read."""
        return CommandResult(ok=False, message=say("queue_log_read_only", {}, "en"))

    # -- one step ------------------------------------------------------------------------------------

    def _step(self, sink: Sink) -> bool:
        """Reads a block if there is one. False: nothing to do now."""
        try:
            return self._read(sink)
        except FileNotFoundError:
            self._report(sink, "queue_log_missing")
        except PermissionError:
            self._report(sink, "queue_log_denied")
        except OSError as error:
            self._report(sink, "queue_log_unreadable", reason=error.strerror or str(error))
        return False

    def _read(self, sink: Sink) -> bool:
        if self._open is None:
            return self._read_older(sink) or self._enter(sink)
        if self._open.rewritten:
            self._close()
            return True
        block = self._open.reader.block()
        if block:
            self._hand_over(sink, self._open.source, self._path, block)
        return block is not None or self._has_moved(sink)

    def _hand_over(self, sink: Sink, source: str, path: Path, block: Block) -> None:
        hand_over(sink, source, path, block)
        self._handed[source] = (block.end, block.mark)

    def _cursor(self, sink: Sink) -> Cursor:
        """How far a source has been read: what we handed over ourselves may not be stored yet."""
        return lambda source: self._handed.get(source) or sink.cursor(source)

    def _pause(self, sink: Sink, busy: bool) -> float:
        """Seconds to rest: none while there is more to read, unless the store falls behind."""
        if not busy or self._open is None:
            return 0.0 if busy else self._poll_s
        stored = sink.cursor(self._open.source)
        ahead = self._open.reader.position - (stored[0] if stored else 0)
        return self._poll_s if ahead > AHEAD_BYTES else 0.0

    # -- the file we are in --------------------------------------------------------------------------

    def _enter(self, sink: Sink) -> bool:
        """Opens the file at its path, where we stopped in it before."""
        before = self._path.stat()
        located = locate(self._path, self._cursor(sink), final=False)
        self._report(sink, "queue_log_following")
        if located is None:
            return False
        opened = _Open(self._path, located)
        if os.path.samestat(before, os.fstat(opened.file.fileno())):
            self._open, self._older = opened, None
        else:  # rotated between two looks at it: look again
            opened.file.close()
        return True

    def _has_moved(self, sink: Sink) -> bool:
        """At the end of the open file: whether a new one has begun and this one is therefore done."""
        opened = self._open
        try:
            new = None if opened is None or opened.is_at(self._path) else identity(self._path, final=False)
        except FileNotFoundError:
            self._wait_for_return()
            return False
        self._gone_since = None
        self._report(sink, "queue_log_following")
        if opened and new:
            self._finish(sink, opened, new)
        return new is not None

    def _finish(self, sink: Sink, opened: _Open, new: str) -> None:
        # Asterisk closes the old file before it writes the first line of the new one. A file that was
        # replaced by a longer copy of itself goes on there, a half line included.
        final = not opened.source.startswith(new)
        while block := opened.reader.block() or (opened.reader.rest(final=True) if final else None):
            self._hand_over(sink, opened.source, self._path, block)
        self._close()

    def _wait_for_return(self) -> None:
        now = self._clock()
        self._gone_since = now if self._gone_since is None else self._gone_since
        if now - self._gone_since >= GONE_S:
            raise FileNotFoundError(self._path)

    def _close(self) -> None:
        if self._open:
            self._open.file.close()
        self._open, self._older, self._gone_since = None, None, None

    # -- files that were rotated away ----------------------------------------------------------------

    def _read_older(self, sink: Sink) -> bool:
        """One block of what older files still hold for us; False when they are done."""
        if self._older is None:
            self._older = self._unfinished(sink)
        try:
            found = next(self._older, None)
        except OSError:  # compressed or removed under our hands: search again
            self._older = None
            raise
        if found:
            self._hand_over(sink, *found)
        return found is not None

    def _unfinished(self, sink: Sink) -> Iterator[tuple[str, Path, Block]]:
        for path, located in _to_catch_up(self._path, self._cursor(sink)):
            for block in read_blocks(path, located.start):
                yield located.source, path, block

    # -- health --------------------------------------------------------------------------------------

    def _report(self, sink: Sink, code: str, **details: str) -> None:
        """Tells a change of the link's state, once."""
        up = code == "queue_log_following"
        self._retries = 0 if up else self._retries + 1
        details["path"] = str(self._path)
        if self._said == (code, details):
            return
        self._said = (code, details)
        now = self._clock()
        state = LinkState.UP if up else LinkState.DOWN
        retry_at = 0.0 if up else now + self._poll_s
        sink.health(
            Health(f"queue_log:{self._path.name}", state, code, details, now, retry_at, self._retries)
        )


def _to_catch_up(path: Path, cursor: Cursor) -> list[tuple[Path, Located]]:
    """Rotated siblings from the newest one we have read in, oldest first; none if we know none of them.

    Older ones are history, which an import may load; they are no part of following.
    """
    seen = {_identity_or_none(path)}
    found: list[tuple[Path, Located]] = []
    for sibling in reversed(_siblings(path)):
        name = _identity_or_none(sibling)
        if name is None or name in seen:
            continue
        seen.add(name)
        located = locate(sibling, cursor)
        if located:
            found.insert(0, (sibling, located))
        if located and located.start:
            return found
    return []


def _siblings(path: Path) -> list[Path]:
    """Other files named after the log, oldest first; of two forms of one file the plain one is last."""
    if not path.parent.is_dir():
        return []
    others = (other for other in path.parent.glob(f"{path.name}?*") if other.is_file())
    by_kind = sorted(others, key=lambda other: (other.suffix != ".gz", other.name))
    return order_files(by_kind)


def _identity_or_none(path: Path) -> str | None:
    try:
        return identity(path, final=False)
    except OSError:
        return None
