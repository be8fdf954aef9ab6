"""The notifier: a thread beside the collector that tells people, with database connections of its own.

It looks at alarms and notes every second. Whatever happens to a channel, the floor does not wait for it.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from queue import Empty, SimpleQueue

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from ccfloor.floor.config import FloorConfig
from ccfloor.service.notify.channels import make_sender
from ccfloor.service.notify.desk import Desk, Job, Wording
from ccfloor.service.notify.file import NotifyFile, notify_path
from ccfloor.service.notify.lineup import Lineup
from ccfloor.service.notify.outbox import Outbox
from ccfloor.service.notify.outcome import Delivery, Outcome, never
from ccfloor.service.notify.secret import SecretError
from ccfloor.service.notify.workers import Settled, Workers
from ccfloor.service.settings import Settings
from ccfloor.store.engine import open_engine
from ccfloor.store.tables import live_view

log = logging.getLogger(__name__)
Clock = Callable[[], float]
LOOK_S = 1.0
_PARTING_S = 2.0  # for what is on its way when the program ends
_STOP_S = 5.0
_AGAIN_S = 5.0


class FloorClock:
    """The floor's own time, which a simulated floor makes run faster than ours."""

    def __init__(self, engine: Engine, site: str, clock: Clock) -> None:
        self._engine, self._clock = engine, clock
        self._query = select(live_view.c.at, live_view.c.written_at).where(live_view.c.site == site)

    def __call__(self) -> float:
        """The instant now; ours where no floor has been shown yet."""
        with self._engine.connect() as connection:
            row = connection.execute(self._query).first()
        now = self._clock()
        return row.at + max(0.0, now - row.written_at) if row else now


class Notifier:
    """Tells the people of one site, from ``start`` until ``stop``."""

    def __init__(
        self,
        settings: Settings,
        config: FloorConfig,
        *,
        clock: Clock = time.time,
        look_s: float = LOOK_S,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._settings, self._clock, self._look_s, self._environ = settings, clock, look_s, environ
        self._engine = open_engine(settings.db)
        self._floor = FloorClock(self._engine, config.site, clock)
        self._lineup = Lineup(notify_path(settings.site.data))
        self._desk = Desk(Outbox(self._engine, config.site), wording(settings, config))
        self._settled: SimpleQueue[Settled] = SimpleQueue()
        self._workers = Workers(self._settled)
        self._unsaved: list[tuple[Job, Outcome]] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ccfloor-notifier", daemon=True)
        self._away = ""

    def start(self) -> None:
        """Begin to tell."""
        self._thread.start()

    def stop(self) -> None:
        """End; what is on its way is given a moment to be noted as sent."""
        self._stopping.set()
        self._settled.put(None)
        if self._thread.is_alive():
            self._thread.join(_STOP_S)

    @property
    def alive(self) -> bool:
        """Whether it still tells."""
        return self._thread.is_alive()

    @property
    def away(self) -> str:
        """Why the database cannot be used at this moment; empty: it can."""
        return self._away

    def _run(self) -> None:
        while not self._stopping.is_set():
            pause = self._turn()
            self._collect(pause)
        self._part()
        self._workers.close()
        self._engine.dispose()

    def _turn(self) -> float:
        """One look; returns how long to wait for the next."""
        try:
            self._look()
        except SQLAlchemyError as error:
            self._tell_away(type(error).__name__)
            return _AGAIN_S
        except Exception as error:
            log.error("telling people failed: %s", type(error).__name__, exc_info=error)
            return _AGAIN_S
        self._tell_away("")
        return self._look_s

    def _look(self) -> None:
        self._note()
        file = self._lineup.now()
        if file is None:
            return
        channels = file.telling(self._settings.site.zone)
        langs = {name: file.channels[name].lang for name in channels}
        for job in self._desk.step(self._floor(), time.monotonic(), channels, langs, file.lists):
            self._desk.begin(job)
            self._workers.hand(job, self._sending(file))

    def _sending(self, file: NotifyFile) -> Callable[[Job], Outcome]:
        def send(job: Job) -> Outcome:
            site = self._settings.site
            entry = file.channels[job.channel]
            name = site.name_zh if entry.lang == "zh" else site.name_en
            try:
                sender = make_sender(job.channel, entry, site.id, name, self._environ)
            except SecretError as error:
                return never(str(error))
            return sender.send(job.message, Delivery(job.delivery, job.thread, self._clock()))

        return send

    def _collect(self, pause: float) -> None:
        """Wait for the next look; what channels report meanwhile is noted at once."""
        until = time.monotonic() + pause
        while not self._stopping.is_set():
            try:
                settled = self._settled.get(timeout=max(0.0, until - time.monotonic()))
            except Empty:
                return
            if settled:
                self._unsaved.append(settled)
                self._try_note()

    def _try_note(self) -> None:
        try:
            self._note()
        except SQLAlchemyError as error:
            self._tell_away(type(error).__name__)

    def _note(self) -> None:
        """Write what became of messages; while the database is away it is kept here."""
        while self._unsaved:
            job, outcome = self._unsaved[0]
            self._desk.done(job, outcome, self._floor(), time.monotonic())
            self._unsaved.pop(0)
            if not outcome.sent:
                log.warning("channel %s: %s", job.channel, outcome.error)

    def _part(self) -> None:
        until = time.monotonic() + _PARTING_S
        while self._desk.on_the_way and time.monotonic() < until:
            try:
                settled = self._settled.get(timeout=max(0.0, until - time.monotonic()))
            except Empty:
                return
            if settled:
                self._unsaved.append(settled)
                self._try_note()

    def _tell_away(self, why: str) -> None:
        if why and not self._away:
            log.error("people cannot be told while the database is away: %s", why)
        self._away = why


@contextmanager
def telling(settings: Settings, config: FloorConfig) -> Iterator[None]:
    """People are told as long as the block runs."""
    notifier = Notifier(settings, config)
    notifier.start()
    try:
        yield
    finally:
        notifier.stop()


def wording(settings: Settings, config: FloorConfig) -> Wording:
    """What messages are written from, by the settings."""
    base = settings.web.public_url.rstrip("/")
    return Wording(config, f"{base}/plan" if base else "", settings.source == "simulator")
