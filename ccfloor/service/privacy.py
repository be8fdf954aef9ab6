"""How long callers' numbers are kept: clearing the old ones, once a day beside the collector or when asked.

Uploaded recordings that are older than they may be are deleted by the same job, and so is old advice.

The key of the hashes comes from CCFLOOR_ACCESS_KEY, else from the database. Instants are UTC epoch seconds.
"""

import hashlib
import hmac
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from ccfloor.access.acts import Act
from ccfloor.floor.numbers import CLEARED, Clearing, names_caller
from ccfloor.service.audit import Actor, record
from ccfloor.service.qa.listening import clear_recordings
from ccfloor.service.settings import Settings
from ccfloor.store import clearing
from ccfloor.store.advice import clear_advice
from ccfloor.store.clearing import Cleared, Pause
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.number_links import Edge, edge
from ccfloor.store.sessions import key_of
from ccfloor.store.tables import calls

log = logging.getLogger(__name__)
_DAY_S = 86_400.0
_FIRST_S = 120.0  # a start has better things to do
_LOOK_S = 3600.0
_STOP_S = 5.0
_REST_S = 1.0  # at most
PROGRAM = Actor("ccfloor")


class Kept(NamedTuple):
    """What is known of a site's numbers. ``left``: calls whose number is older than it should be.

    ``days`` 0: numbers are kept for good.
    """

    days: int
    edge: Edge
    left: int


def clearing_of(settings: Settings, engine: Engine, now: float) -> Clearing:
    """What replaces numbers here. Raises SQLAlchemyError."""
    given = settings.access.key.get_secret_value()
    if given:
        return Clearing(hmac.digest(given.encode(), b"ccfloor.numbers", hashlib.sha256))
    return Clearing(key_of(engine, "numbers", now))


def status(settings: Settings, engine: Engine, now: float) -> Kept:
    """How far the numbers are cleared, and what is left of the older ones."""
    days, table = settings.privacy.numbers_days, calls.c
    older = (table.site == settings.site.id, table.entered_at < now - days * _DAY_S)
    raw = (table.number != "", ~table.number.startswith(CLEARED))
    query = select(table.number, func.count()).where(*older, *raw).group_by(table.number)
    with engine.connect() as connection:
        found = edge(connection, settings.site.id)
        told = connection.execute(query).all() if days else []
    return Kept(days, found, sum(count for number, count in told if names_caller(number)))


def run(
    settings: Settings,
    engine: Engine,
    now: float,
    by: Actor = PROGRAM,
    why: str = "",
    pause: Pause = lambda: None,
) -> Cleared:
    """Clear what is older than ``privacy.numbers_days``, with an entry in the audit log.

    Nothing where that is 0. May be cut short and run again: ``pause`` is called between its transactions, and
    what it raises ends the run. Raises SQLAlchemyError.
    """
    days, site = settings.privacy.numbers_days, settings.site.id
    if not days:
        return Cleared()
    until = now - days * _DAY_S

    def done(connection: Connection, found: Cleared) -> None:
        told = datetime.fromtimestamp(until, UTC).strftime("%Y-%m-%d %H:%M UTC")
        after = {"days": days, "before": told, **found._asdict()}
        record(connection, by, Act.NUMBERS_CLEARED, "numbers/callers", None, after, why, now, site=site)

    return clearing.clear(engine, site, clearing_of(settings, engine, now), until, now, done, pause)


class Stopped(Exception):
    """A run was ended by who began it; the next one goes on."""


class Leisure:
    """Between two transactions the program rests for as long as it was at work: others are in a hurry.

    Raises Stopped once ``ended`` is set.
    """

    def __init__(self, ended: threading.Event) -> None:
        self._ended, self._since = ended, time.monotonic()

    def __call__(self) -> None:
        """Rest."""
        spent = time.monotonic() - self._since
        if self._ended.wait(min(spent, _REST_S)):
            raise Stopped
        self._since = time.monotonic()


class NumberKeeper:
    """Clears the numbers of one site as they grow old, from ``start`` until ``stop``."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        clock: Callable[[], float] = time.time,
        *,
        first_s: float = _FIRST_S,
        look_s: float = _LOOK_S,
    ) -> None:
        self._settings, self._engine, self._clock = settings, engine, clock
        self._first_s, self._look_s = first_s, look_s
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ccfloor-privacy", daemon=True)

    def start(self) -> None:
        """Begin, unless everything is kept for good."""
        days = self._settings.privacy.numbers_days, self._settings.qa.recordings_days
        if any(days) or self._settings.advice.days:
            self._thread.start()

    def stop(self) -> None:
        """End; a run that is cut short goes on with the next one."""
        self._ended.set()
        if self._thread.ident is not None:
            self._thread.join(_STOP_S)

    def _run(self) -> None:
        pause_s = self._first_s
        while not self._ended.wait(pause_s):
            pause_s = self._look_s
            self.look_recordings()
            self.look_advice()
            self.look()

    def look_recordings(self) -> int:
        """Delete the recordings that are old; returns how many."""
        try:
            now, pause = self._clock(), Leisure(self._ended)
            found = clear_recordings(self._settings, self._engine, now, pause=pause)
        except Stopped:
            log.info("deleting old recordings goes on at the next start")
            return 0
        except SQLAlchemyError as error:
            log.warning("old recordings cannot be deleted now: %s", type(error).__name__)
            return 0
        except Exception as error:  # it must not end the thread: the next run may be another matter
            log.error("old recordings could not be deleted", exc_info=error)
            return 0
        if found:
            log.info("old recordings deleted: %d", found)
        return found

    def look_advice(self) -> int:
        """Delete the advice that is old, and what came of it; returns how many rows."""
        days, found = self._settings.advice.days, 0
        try:
            pause, until = Leisure(self._ended), self._clock() - days * _DAY_S
            while days and (gone := _clear_advice(self._engine, self._settings.site.id, until)):
                found += gone
                pause()
        except Stopped:
            log.info("deleting old advice goes on at the next start")
        except SQLAlchemyError as error:
            log.warning("old advice cannot be deleted now: %s", type(error).__name__)
        return found

    def look(self) -> Cleared | None:
        """Clear what is due; None where a run of the last day did it, it was stopped, or the database is
        away.
        """
        now = self._clock()
        if not self._settings.privacy.numbers_days:
            return None
        try:
            with self._engine.connect() as connection:
                last = edge(connection, self._settings.site.id)
            days = self._settings.privacy.numbers_days
            if now - last.at < _DAY_S and last.until >= now - (days + 1) * _DAY_S:
                return None
            found = run(self._settings, self._engine, now, pause=Leisure(self._ended))
        except Stopped:
            log.info("clearing old numbers goes on at the next start")
            return None
        except SQLAlchemyError as error:
            log.warning("old numbers cannot be cleared now: %s", type(error).__name__)
            return None
        except Exception as error:  # it must not end the thread: the next run may be another matter
            log.error("old numbers could not be cleared", exc_info=error)
            return None
        log.info("old numbers cleared: %d rows", found.rows)
        return found


def _clear_advice(engine: Engine, site: str, until: float) -> int:
    with writing(engine) as connection:
        return clear_advice(connection, site, until)


@contextmanager
def keeping_numbers(settings: Settings) -> Iterator[None]:
    """Old numbers are cleared as long as the block runs."""
    engine = open_engine(settings.db, there=True)
    keeper = NumberKeeper(settings, engine)
    keeper.start()
    try:
        yield
    finally:
        keeper.stop()
        engine.dispose()
