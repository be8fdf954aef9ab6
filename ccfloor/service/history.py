"""Sixty days of the simulated floor's past, filled at the first start by a process of its own.

The process is nice, writes small transactions and tells how far it came in the mark of its source, so
that every web server can show it, and a next start goes on where this one was stopped.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import cast

import msgspec
from sqlalchemy import Engine, select

from ccfloor.acd.base import Health, LinkState
from ccfloor.acd.simulator import history as simulated_history
from ccfloor.acd.simulator import load_floor
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import AnyEvent, FloorEvent
from ccfloor.service.settings import Settings, variable
from ccfloor.service.settings_table import environment
from ccfloor.store.recorder import Item, Recorder
from ccfloor.store.tables import sources

Part = list[tuple[int, FloorEvent]]
FEED = SOURCE = "history"
_AT_ONCE = 400  # events in one transaction: the collector writes in between
_BREATH_S = 0.02


class Progress(msgspec.Struct, frozen=True):
    """How far the filling came. ``start``, ``end``, ``at``: UTC epoch seconds of the simulated past.

    ``quality``: until when its calls have been drawn and scored, which begins once all calls are there;
    ``qa_made``: what follows from the scores is there, too.
    """

    start: float
    end: float
    at: float
    seed: int
    quality: float = 0.0
    qa_made: bool = False

    @property
    def share(self) -> float:
        """Done so far (0..1)."""
        return min(1.0, (self.at - self.start) / (self.end - self.start)) if self.end > self.start else 1.0


def read_progress(engine: Engine, site: str) -> Progress | None:
    """The mark of the history's source; None where no history was ever begun."""
    table = sources.c
    with engine.connect() as connection:
        mark = connection.scalar(select(table.mark).where(table.site == site, table.name == SOURCE))
    return msgspec.json.decode(mark, type=Progress) if mark else None


def report(progress: Progress | None) -> Health | None:
    """What is shown while the history is being filled; None once it is done."""
    if progress is None or progress.share >= 1:
        return None
    days = f"{(progress.end - progress.start) / 86400:.0f}"
    percent = f"{progress.share * 100:.0f}"
    return Health(SOURCE, LinkState.UP, "history_filling", {"percent": percent, "days": days})


def wanted(settings: Settings, config: FloorConfig, engine: Engine, now: float) -> Progress | None:
    """What is still to be filled: the rest of a begun history, or all of it in a new database."""
    if settings.source != "simulator" or not settings.simulator.history_days:
        return None
    begun = read_progress(engine, config.site)
    if begun is not None:
        return begun if begun.share < 1 else None
    end = config.business_day(now)[0]
    start = config.business_day(end - (settings.simulator.history_days - 0.5) * 86400)[0]
    return Progress(start, end, start, settings.simulator.seed)


def qa_wanted(settings: Settings, engine: Engine) -> Progress | None:
    """The past whose calls are all there, and that QA has not been through yet."""
    if settings.source != "simulator" or not settings.simulator.history_days:
        return None
    found = read_progress(engine, settings.site.id)
    return found if found is not None and found.share >= 1 and not found.qa_made else None


def fill(
    engine: Engine,
    config: FloorConfig,
    plan: Progress,
    breathe: Callable[[], None],
    told: Callable[[Progress], None] = lambda progress: None,
) -> None:
    """Write the planned past. Blocks that are stored already are simulated again and passed over."""
    recorder = Recorder(engine, config, config.site, FEED, live=False)
    known = (recorder.cursor(SOURCE) or (-1, ""))[0]
    for block in simulated_history(
        load_floor(), plan.seed, plan.start, plan.end, zone=config.zone, lean=True
    ):
        for part in _unknown_parts(block, known):
            position, event = part[-1]
            mark = msgspec.structs.replace(plan, at=event.at)
            _record(recorder, part, position, mark)
            breathe()
            told(mark)
    _record(recorder, [], (recorder.cursor(SOURCE) or (0, ""))[0], msgspec.structs.replace(plan, at=plan.end))
    recorder.checkpoint()


def _record(recorder: Recorder, part: Part, position: int, mark: Progress) -> None:
    items = [Item(SOURCE, place, cast(AnyEvent, event)) for place, event in part]
    recorder.record(items, progress={SOURCE: (position, msgspec.json.encode(mark).decode())})


def _unknown_parts(block: Part, known: int) -> Iterator[Part]:
    for start in range(0, len(block), _AT_ONCE):
        part = block[start : start + _AT_ONCE]
        if part[-1][0] > known:
            yield part


def rest() -> None:
    """Leave the database and the processor to the live numbers for a moment."""
    time.sleep(_BREATH_S)


class HistoryProcess:
    """The filling process, as its parent sees it."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    @classmethod
    def begin(
        cls, settings: Settings, config: FloorConfig, engine: Engine, now: float
    ) -> "HistoryProcess | None":
        """Start it if there is anything to fill."""
        due = wanted(settings, config, engine, now) or qa_wanted(settings, engine)
        if due is None or engine.url.database in (None, ":memory:"):
            return None
        command = [sys.executable, "-m", "ccfloor", "simulate", "--history"]
        process = subprocess.Popen(
            command,
            env=os.environ | environment(settings) | {variable("ami.secret"): ""},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        return cls(process)

    @property
    def ended(self) -> bool:
        """Whether it is done; asking also lets the system forget it."""
        return self._process.poll() is not None

    def stop(self) -> None:
        """End it; the next start goes on."""
        if self._process.poll() is None:
            self._process.terminate()
        self._process.wait(10)
