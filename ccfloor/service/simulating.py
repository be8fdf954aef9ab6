"""The simulated floor written into a database or a queue_log."""

import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from sqlalchemy import Engine

from ccfloor.acd.simulator import history, load_floor
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import AnyEvent, FloorEvent
from ccfloor.service import history as past
from ccfloor.service.qa import simulated_life
from ccfloor.service.queue_log_writer import line
from ccfloor.service.settings import Settings
from ccfloor.store.recorder import Item, Recorder

log = logging.getLogger(__name__)


def fill_history(settings: Settings, config: FloorConfig, engine: Engine) -> None:
    """Fill what is missing of the simulated past: its calls, then what QA made of them."""
    plan = past.wanted(settings, config, engine, time.time())
    if plan is not None:
        past.fill(engine, config, plan, past.rest)
        log.info("the simulated history is complete")
    made = simulated_life.make(settings, config, engine, time.time(), past.rest)
    if made:
        log.info("the QA life of the simulated history is complete: %s forms", made)


def _blocks(settings: Settings, config: FloorConfig, days: float) -> Iterator[list[tuple[int, FloorEvent]]]:
    end = time.time()
    return history(load_floor(), settings.simulator.seed, end - days * 86400, end, zone=config.zone)


def write_database(settings: Settings, config: FloorConfig, engine: Engine, days: float) -> int:
    """Write the last ``days`` of a simulated floor as a feed of its own; returns the events."""
    name = f"simulated:{int(time.time())}"
    recorder = Recorder(engine, config, config.site, name, live=False)
    count = 0
    for block in _blocks(settings, config, days):
        recorder.record([Item(name, position, cast(AnyEvent, event)) for position, event in block])
        count += len(block)
    recorder.checkpoint()
    return count


def write_queue_log(settings: Settings, config: FloorConfig, days: float, out: Path) -> int:
    """Write the last ``days`` of a simulated floor as Asterisk would log them; returns the lines."""
    count = 0
    with out.open("w", encoding="utf-8") as file:
        for block in _blocks(settings, config, days):
            for _, event in block:
                text = line(event)
                if text:
                    file.write(text + "\n")
                    count += 1
    return count
