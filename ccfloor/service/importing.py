"""Loading queue_logs: any number of files, plain or compressed, in the order of their lines.

A log that tells of calls which a live feed has in hand is left unread from there on while a collector is
at work, and becomes part of the live feed where none is: no call is ever counted in both.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import NamedTuple

import msgspec
from sqlalchemy import Engine, select

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.acd.queue_log_files import Block, locate, order_files, read_blocks
from ccfloor.floor.config import FloorConfig
from ccfloor.service.access.asking import asker_needs, asker_needs_whole
from ccfloor.service.audit import acting, record_alone
from ccfloor.service.bulk import BulkSink, Complain
from ccfloor.service.keeper import RecorderKeeper, stored_cursor
from ccfloor.service.lease import LeaseTaken, is_collecting, take_lease
from ccfloor.service.overlap import InHand, in_hand
from ccfloor.service.settings import SiteSettings
from ccfloor.service.site_rules import SiteRules
from ccfloor.store.bulk import WriterGone, bulk_recorder
from ccfloor.store.journal import feed_head
from ccfloor.store.page import WriterConflict
from ccfloor.store.play import LONGEST_CALL_S
from ccfloor.store.recorder import Recorder
from ccfloor.store.tables import sources

_BIG_BYTES = 4_000_000
_PACKED = 8  # how much smaller a compressed log is


class FileResult(msgspec.Struct):
    """What became of one file. ``known``: events stored before; ``problem``: why it was not read.

    ``left``: lines that the running collector tells of for now; they are read in by a later import.
    """

    file: str
    lines: int = 0
    events: int = 0
    known: int = 0
    bad: int = 0
    first_at: float = 0.0
    last_at: float = 0.0
    problem: str = ""
    left: int = 0


class _Way(NamedTuple):
    """How files are read in. ``held``: where to stop; ``live``: they become part of the live feed."""

    feed: str
    held: InHand | None = None
    live: bool = False


def import_files(
    engine: Engine,
    config: FloorConfig,
    files: Sequence[Path],
    complain: Complain = lambda bad: None,
    told: Callable[[Path, int], None] = lambda path, lines: None,
    clock: Callable[[], float] = time.time,
    site: SiteSettings | None = None,
) -> list[FileResult]:
    """Load files into the database. ``complain`` gets every unreadable line, ``told`` lines read so far.

    ``site``: where the rules are that watch the live feed, should the files become part of it.

    Files that belong together are one feed, so that a call over a rotation is one call; a file that was
    loaded before goes on in its feed from where it stood.
    """
    asker_needs(Right.IMPORTS)
    asker_needs_whole()
    missing = [FileResult(str(path), problem=why_not(path)) for path in files if why_not(path)]
    present = order_files([path for path in files if not why_not(path)])
    feed = _feed(engine, config.site, present)
    if feed is None:
        return missing
    names = {"files": [path.name for path in present]}
    by, about = acting(), f"recording/{present[0].name}"
    record_alone(engine, by, Act.IMPORT_RECORDING, about, names, "", clock(), site=config.site)
    way = _way(engine, config.site, feed, present, clock())
    try:
        with _recorder(engine, config, way, present, clock, site) as recorder:
            results = _import_all(recorder, present, way, complain, told)
            recorder.checkpoint()
    except LeaseTaken:  # a collector came up in this moment: everything is left to a later import
        results = _import_none(present)
    return [*missing, *results]


def _way(engine: Engine, site: str, feed: str, files: Sequence[Path], now: float) -> _Way:
    """Past what a live feed has in hand, up to it, or into that feed."""
    held = in_hand(engine, site)
    if held is None or not (feed == held.feed or any(map(held.reached_by, files))):
        return _Way(feed)
    if feed == held.feed:
        return _Way(feed, live=True)
    if is_collecting(engine, site):
        return _Way(feed, held)
    if _begun(engine, site, feed) or max(map(_last_at, files)) < now - LONGEST_CALL_S:
        return _Way(feed)
    return _Way(held.feed, live=True)


def _begun(engine: Engine, site: str, feed: str) -> bool:
    with engine.connect() as connection:
        return feed_head(connection, site, feed) > 0


def _recorder(
    engine: Engine,
    config: FloorConfig,
    way: _Way,
    files: Sequence[Path],
    clock: Callable[[], float],
    site: SiteSettings | None,
) -> AbstractContextManager[Recorder]:
    """A recorder with a writing process of its own where that is worth its start."""
    if way.live:
        return _in_place_of_a_collector(engine, config, way.feed, clock, site)
    size = sum(path.stat().st_size * (_PACKED if path.suffix == ".gz" else 1) for path in files)
    if size >= _BIG_BYTES:
        return bulk_recorder(engine, config, config.site, way.feed)
    return nullcontext(Recorder(engine, config, config.site, way.feed, live=False))


@contextmanager
def _in_place_of_a_collector(
    engine: Engine, config: FloorConfig, feed: str, clock: Callable[[], float], site: SiteSettings | None
) -> Iterator[Recorder]:
    """A recorder of the live feed, while no collector may come up. Raises LeaseTaken where one is."""
    lease = take_lease(engine, config.site)
    try:
        rules = SiteRules(engine, config, site) if site else None
        if rules:
            rules.sync(clock())
        make = rules.make if rules else None
        recorder = Recorder(engine, config, config.site, feed, live=True, rules=make)
        RecorderKeeper(recorder, lease, clock).resume()
        yield recorder
    finally:
        lease.release()


def why_not(path: Path) -> str:
    """Why a file cannot be read, in a few words; empty where it can."""
    if not path.exists():
        return "the file does not exist"
    if path.is_dir():
        return "is a directory; name the files in it"
    if not path.is_file():
        return "is not a file"
    try:
        with path.open("rb"):
            return ""
    except OSError as error:
        return error.strerror or "cannot be read"


def _import_all(
    recorder: Recorder,
    files: Sequence[Path],
    way: _Way,
    complain: Complain,
    told: Callable[[Path, int], None],
) -> list[FileResult]:
    """One file after the other; what follows a line that had to be left is left too."""
    results: list[FileResult] = []
    for path in files:
        if results and results[-1].left:
            results += _import_none([path])
        else:
            results.append(_import(recorder, path, way.held, complain, told))
    return results


def _import_none(files: Sequence[Path]) -> list[FileResult]:
    return [FileResult(str(path), left=sum(block.lines for block in read_blocks(path))) for path in files]


def _import(
    recorder: Recorder,
    path: Path,
    held: InHand | None,
    complain: Complain,
    told: Callable[[Path, int], None],
) -> FileResult:
    sink = BulkSink(recorder, log=True, complain=complain)
    result = FileResult(str(path))
    try:
        for block in _blocks(path, sink, held, result):
            told(path, result.lines)
            sink.extend(*block)
        sink.flush()
    except (WriterConflict, WriterGone, OSError) as error:
        result.problem = str(error)
    result.events, result.known, result.bad = sink.stored, sink.known, sink.bad_count
    result.first_at, result.last_at = sink.first_at, sink.last_at
    return result


def _blocks(
    path: Path, sink: BulkSink, held: InHand | None, result: FileResult
) -> Iterator[tuple[str, Path, Block]]:
    located = locate(path, sink.cursor)
    if located is None:  # without a first line it is empty, or an archive damaged from its beginning
        result.problem = " ".join(fault.say() for block in read_blocks(path) for _, fault in block.bad)
        return
    begin = located.start
    blocks = read_blocks(path, begin)
    for block in blocks:
        stop = held.first_touch(block) if held else None
        if stop is not None:
            break
        result.lines += block.lines
        begin = block.end
        yield located.source, path, block
    else:
        return
    result.left = block.lines + sum(block.lines for block in blocks)
    for block in read_blocks(path, begin, stop=stop) if stop > begin else ():
        result.lines, result.left = result.lines + block.lines, result.left - block.lines
        yield located.source, path, block


def _last_at(path: Path) -> float:
    """The latest instant the log tells of (UTC epoch s); 0 for none."""
    return max((block.events[-1][1].at for block in read_blocks(path) if block.events), default=0.0)


def _feed(engine: Engine, site: str, files: Sequence[Path]) -> str | None:
    """The feed that read any of the files before, else a new one named after the first."""
    names = list(_sources(engine, site, files))
    if not names:
        return "import" if files else None
    query = select(sources.c.feed).where(sources.c.site == site, sources.c.name.in_(names)).limit(1)
    with engine.connect() as connection:
        known = connection.scalar(query)
    return known or f"import:{names[0]}"


def _sources(engine: Engine, site: str, files: Sequence[Path]) -> Iterator[str]:
    for path in files:
        located = locate(path, lambda name: stored_cursor(engine, site, name))
        if located is not None:
            yield located.source
