"""Recording millions of events: a second process writes a page while the next one is worked out.

Two cores are then busy instead of one. The price: a page that cannot be written is told one page later,
so whoever reads files in must begin again from the stored cursors after a failure. Nothing is lost or
doubled by that.
"""

import gc
import multiprocessing
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection as Pipe

import msgspec
from sqlalchemy import Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import AnyEvent
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.page import Page, write_page
from ccfloor.store.recall import Recall
from ccfloor.store.recorder import Recorder

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Page)
_GC = (1_000_000, 20, 100)  # rows make no cycles: looking for them often costs a quarter of the time


class WriterGone(Exception):
    """The writing process failed; the message is its own. Read again from the stored cursors."""


class BulkRecorder(Recorder):
    """A Recorder whose pages are written by another process, one page behind. Use ``bulk_recorder``."""

    def __init__(self, engine: Engine, config: FloorConfig, site: str, feed: str, pipe: Pipe) -> None:
        super().__init__(engine, config, site, feed, live=False)
        self._pipe = pipe
        self._pending = False

    def settle(self) -> None:
        """Wait until everything handed over is stored. Raises WriterGone where it could not be."""
        if not self._pending:
            return
        self._pending = False
        try:
            failure = self._pipe.recv_bytes().decode()
        except EOFError:
            failure = "it ended without a word"
        if failure:
            self._floor = None
            raise WriterGone(f"the process that writes to the database failed: {failure}")

    def checkpoint(self) -> None:
        """Keep the Floor, and wait until everything is stored."""
        super().checkpoint()
        self.settle()

    def _commit(self, page: Page) -> None:
        data = _encoder.encode(page)
        self.settle()
        self._pipe.send_bytes(data)
        self._pending = True

    def _ask(self, recall: Recall, logged: Sequence[AnyEvent]) -> None:
        self.settle()
        super()._ask(recall, logged)


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
    while True:
        try:
            data = pipe.recv_bytes()
        except EOFError:
            return
        try:
            with writing(engine) as connection:
                write_page(connection, _decoder.decode(data))
        except Exception as error:
            pipe.send_bytes(f"{type(error).__name__}: {error}".encode("utf-8", "replace"))
            return
        pipe.send_bytes(b"")
