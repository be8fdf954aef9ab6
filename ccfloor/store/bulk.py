"""Recording millions of events: a second process writes a page while the next one is worked out.

Two cores are then busy instead of one, and some pages share a transaction: an index whose keys come in no
order is then written once for all of them. The price: a page that cannot be written is told some pages
later, so whoever reads files in must begin again from the stored cursors after a failure. Nothing is
lost or doubled by that.
"""

import gc
import multiprocessing
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection as Pipe
from queue import Queue
from threading import Thread
from typing import Any, NoReturn

import msgspec
from sqlalchemy import Connection, Engine, event

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import AnyEvent
from ccfloor.floor.state import Floor
from ccfloor.store.cold import mend_indexes, put_off_indexes
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.page import Page, write_page
from ccfloor.store.recall import Recall
from ccfloor.store.recorder import Recorder, Source

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Page)
_STORE = b""  # the message that asks to store what was handed over
_AHEAD = 2  # pages under way at most: a long commit holds nobody up
_TOGETHER = 4  # pages in one transaction, at most
_WAL_PAGES = 16_000  # 128 MiB: the same page of an index comes again and again, and is moved once
_GC = (1_000_000, 20, 100)


class WriterGone(Exception):
    """The writing process failed; the message is its own. Read again from the stored cursors."""


class BulkRecorder(Recorder):
    """A Recorder whose pages are written by another process, some pages behind. Use ``bulk_recorder``."""

    def __init__(self, engine: Engine, config: FloorConfig, site: str, feed: str, pipe: Pipe) -> None:
        super().__init__(engine, config, site, feed, live=False)
        self._pipe = pipe
        self._unanswered, self._unstored = 0, False

    def settle(self) -> None:
        """Wait until everything handed over is stored. Raises WriterGone where it could not be."""
        if self._unstored:
            self._send(_STORE)
            self._hear(upto=0)
            self._unstored = False

    def _send(self, message: bytes) -> None:
        try:
            self._pipe.send_bytes(message)
        except OSError:
            self._gone("it ended without a word")
        self._unanswered += 1

    def _hear(self, upto: int) -> None:
        """Take answers until so many are open."""
        while self._unanswered > upto:
            self._unanswered -= 1
            try:
                failure = self._pipe.recv_bytes().decode()
            except (EOFError, OSError):
                failure = "it ended without a word"
            if failure:
                self._gone(failure)

    def _gone(self, why: str) -> NoReturn:
        self._floor, self._unanswered, self._unstored = None, 0, False
        raise WriterGone(f"the process that writes to the database failed: {why}")

    def checkpoint(self) -> None:
        """Keep the Floor, and wait until everything is stored."""
        super().checkpoint()
        self.settle()

    def _commit(self, page: Page) -> None:
        data = _encoder.encode(page)
        self._hear(upto=_AHEAD)
        self._send(data)
        self._unstored = True

    def _ask(self, recall: Recall, logged: Sequence[AnyEvent]) -> None:
        self.settle()
        super()._ask(recall, logged)

    def _new_source(self, name: str) -> Source:
        self.settle()  # the other process would not let us write before it has stored
        return super()._new_source(name)

    def _restored(self, connection: Connection) -> Floor:
        self.settle()
        return super()._restored(connection)


@contextmanager
def bulk_recorder(engine: Engine, config: FloorConfig, site: str, feed: str) -> Iterator[BulkRecorder]:
    """A BulkRecorder with its writing process, which ends with the block; what it was given is stored."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    url = engine.url.render_as_string(hide_password=False)
    process = context.Process(target=_write_pages, args=(url, theirs), name="ccfloor-writer", daemon=True)
    process.start()
    theirs.close()
    before = gc.get_threshold()
    gc.set_threshold(*_GC)
    try:
        recorder = BulkRecorder(engine, config, site, feed, ours)
        yield recorder
        recorder.settle()
    finally:
        gc.set_threshold(*before)
        ours.close()
        process.join()


def _write_pages(url: str, pipe: Pipe) -> None:
    """The other process: write page after page until the pipe is closed; answer each with "" or why not."""
    gc.set_threshold(*_GC)
    engine = open_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _checkpoint_seldom)
    given: Queue[bytes | None] = Queue()
    Thread(target=_receive, args=(pipe, given), daemon=True).start()
    put_off = False
    try:
        put_off = put_off_indexes(engine)
        while (data := given.get()) is not None:
            with writing(engine) as connection:
                _write_together(connection, pipe, given, data)
            _answer(pipe, "")
    except Exception as error:
        _answer(pipe, f"{type(error).__name__}: {error}")
    finally:
        if put_off:
            mend_indexes(engine)


def _write_together(
    connection: Connection, pipe: Pipe, given: Queue[bytes | None], data: bytes | None
) -> None:
    """Some pages in one transaction. The answer to the last one is due when it is committed."""
    for left in reversed(range(_TOGETHER)):
        if not data:
            return  # asked to store, or nothing follows
        write_page(connection, _decoder.decode(data))
        if left:
            _answer(pipe, "")
            data = given.get()


def _checkpoint_seldom(connection: Any, _record: object) -> None:
    connection.execute(f"PRAGMA wal_autocheckpoint={_WAL_PAGES}")
    connection.execute("PRAGMA temp_store=FILE")  # sorting for an index stays out of memory
    connection.execute("PRAGMA cache_size=-16000")


def _answer(pipe: Pipe, failure: str) -> None:
    with suppress(OSError):  # nobody listens any more
        pipe.send_bytes(failure.encode("utf-8", "replace"))


def _receive(pipe: Pipe, given: Queue[bytes | None]) -> None:
    """Take pages from the pipe while others are written; None: nothing follows."""
    with suppress(EOFError, OSError):
        while True:
            given.put(pipe.recv_bytes())
    given.put(None)
