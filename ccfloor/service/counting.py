"""Counting of days that are over, in a thread beside the collector with database connections of its own.

One day at a time with a pause behind each: the floor does not wait for it. Days that are not counted yet are
counted from their calls by whoever asks; where these are many, pages say that they are being counted. What
cannot be looked at again later (a report, the command line) counts them first.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import Period, back, day_numbers, year_back
from ccfloor.service.qa.facts import settle_weeks
from ccfloor.service.settings import Settings
from ccfloor.store.engine import open_engine
from ccfloor.store.facts import count_facts

log = logging.getLogger(__name__)
_LOOK_S = 60.0  # a day is over once a day
_BEHIND_S = 1.0  # between two days where many wait
_STOP_S = 5.0


def count_first(engine: Engine, config: FloorConfig, of: Period) -> None:
    """Count what is due of a period and of those that it is compared with. Where the database cannot be
    written, what is not counted is missing from the figures.
    """
    for one in (of, back(config, of), year_back(config, of)):
        if one is None or one.part == "halfhour":
            continue
        try:
            count_facts(engine, config, config.site, within=day_numbers(config, one))
        except SQLAlchemyError as error:
            log.warning("the days of %s cannot be counted now: %s", one.name, type(error).__name__)


class DayCounter:
    """Counts the days of one site as they end, from ``start`` until ``stop``."""

    def __init__(
        self, engine: Engine, config: FloorConfig, *, look_s: float = _LOOK_S, behind_s: float = _BEHIND_S
    ) -> None:
        self._engine, self._config = engine, config
        self._look_s, self._behind_s = look_s, behind_s
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ccfloor-counting", daemon=True)

    def start(self) -> None:
        """Begin to count, after a first pause: a start has better things to do."""
        self._thread.start()

    def stop(self) -> None:
        """End after the day at hand."""
        self._ended.set()
        self._thread.join(_STOP_S)

    def _run(self) -> None:
        pause_s = self._look_s
        while not self._ended.wait(pause_s):
            pause_s = self._behind_s if self._count() else self._look_s

    def _count(self) -> int:
        try:
            counted = count_facts(self._engine, self._config, self._config.site, most=1)
            return counted or settle_weeks(self._engine, self._config)
        except SQLAlchemyError as error:
            log.debug("days cannot be counted now: %s", type(error).__name__)
        except Exception as error:  # it must not end the thread: tomorrow's day may be another matter
            log.error("a day could not be counted", exc_info=error)
        return 0


@contextmanager
def counting(settings: Settings, config: FloorConfig) -> Iterator[None]:
    """Days that are over are counted as long as the block runs."""
    engine = open_engine(settings.db, there=True)
    counter = DayCounter(engine, config)
    counter.start()
    try:
        yield
    finally:
        counter.stop()
        engine.dispose()
