"""Loading queue_logs: any number of files, plain or compressed, in the order of their lines."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import msgspec
from sqlalchemy import Engine, select

from ccfloor.acd.queue_log_files import Block, locate, order_files, read_blocks
from ccfloor.floor.config import FloorConfig
from ccfloor.service.bulk import BulkSink, Complain
from ccfloor.service.keeper import stored_cursor
from ccfloor.store.bulk import WriterGone, bulk_recorder
from ccfloor.store.page import WriterConflict
from ccfloor.store.recorder import Recorder
from ccfloor.store.tables import sources

_BIG_BYTES = 4_000_000
_PACKED = 8  # how much smaller a compressed log is


class FileResult(msgspec.Struct):
    """What became of one file. ``known``: events stored before; ``problem``: why it was not read."""

    file: str
    lines: int = 0
    events: int = 0
    known: int = 0
    bad: int = 0
    first_at: float = 0.0
    last_at: float = 0.0
    problem: str = ""


def import_files(
    engine: Engine,
    config: FloorConfig,
    files: Sequence[Path],
    complain: Complain = lambda bad: None,
    told: Callable[[Path, int], None] = lambda path, lines: None,
) -> list[FileResult]:
    """Load files into the database. ``complain`` gets every unreadable line, ``told`` lines read so far.

    Files that belong together are one feed, so that a call over a rotation is one call; a file that was
    loaded before goes on in its feed from where it stood.
    """
    missing = [FileResult(str(path), problem=_why_not(path)) for path in files if _why_not(path)]
    present = order_files([path for path in files if not _why_not(path)])
    feed = _feed(engine, config.site, present)
    if feed is None:
        return missing
    with _recorder(engine, config, feed, present) as recorder:
        results = [_import(recorder, path, complain, told) for path in present]
        recorder.checkpoint()
    return [*missing, *results]


def _recorder(
    engine: Engine, config: FloorConfig, feed: str, files: Sequence[Path]
) -> AbstractContextManager[Recorder]:
    """A recorder with a writing process of its own where that is worth its start."""
    size = sum(path.stat().st_size * (_PACKED if path.suffix == ".gz" else 1) for path in files)
    if size >= _BIG_BYTES:
        return bulk_recorder(engine, config, config.site, feed)
    return nullcontext(Recorder(engine, config, config.site, feed, live=False))


def _why_not(path: Path) -> str:
    if not path.exists():
        return "the file does not exist"
    if not path.is_file():
        return "is not a file"
    try:
        with path.open("rb"):
            return ""
    except OSError as error:
        return error.strerror or "cannot be read"


def _import(
    recorder: Recorder, path: Path, complain: Complain, told: Callable[[Path, int], None]
) -> FileResult:
    sink = BulkSink(recorder, log=True, complain=complain)
    result = FileResult(str(path))
    try:
        for block in _blocks(path, sink, result):
            told(path, result.lines)
            sink.extend(*block)
        sink.flush()
    except (WriterConflict, WriterGone, OSError) as error:
        result.problem = str(error)
    result.events, result.known, result.bad = sink.stored, sink.known, sink.bad_count
    result.first_at, result.last_at = sink.first_at, sink.last_at
    return result


def _blocks(path: Path, sink: BulkSink, result: FileResult) -> Iterator[tuple[str, Path, Block]]:
    located = locate(path, sink.cursor)
    if located is None:  # without a first line it is empty, or an archive damaged from its beginning
        result.problem = " ".join(fault.say() for block in read_blocks(path) for _, fault in block.bad)
        return
    for block in read_blocks(path, located.start):
        result.lines += block.lines
        yield located.source, path, block


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
