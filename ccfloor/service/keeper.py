"""The store as the collector and the hub use it."""

import logging
import time
from collections.abc import Callable, Sequence
from math import inf
from typing import cast

import msgspec
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from ccfloor.acd.base import CommandResult, Health, LinkState
from ccfloor.floor.events import AnyEvent, SourceLost
from ccfloor.floor.view import FloorView
from ccfloor.service.commands import Asked, answer_command, asked_commands
from ccfloor.service.hub import LiveRow
from ccfloor.service.lease import Lease, take_lease
from ccfloor.service.plan import PlanView
from ccfloor.service.plan_desk import PlanDesk
from ccfloor.service.sink import OWN_SOURCE, Batch, own_position
from ccfloor.service.skew_log import SkewLog
from ccfloor.service.teams import keep_teams
from ccfloor.store.file_guard import DatabaseExchanged, file_of, identity
from ccfloor.store.migrate import upgrade
from ccfloor.store.recorder import BadLine, Item, Recorder, successor
from ccfloor.store.tables import live_view, sources

log = logging.getLogger(__name__)
_view_decoder = msgspec.json.Decoder(FloorView)
_reports_decoder = msgspec.json.Decoder(tuple[Health, ...])
_plan_decoder = msgspec.json.Decoder(PlanView)
_LEASE_CHECK_S = 5.0
_CHECKPOINT_S = 300.0


class RecorderKeeper:
    """A collector's Keeper: the recorder of one feed, and the lease that makes it the only one.

    ``desk``: shows where the rules stand that watch the feed; ``next_due``: when they may tell something
    though nothing happens, in the floor's time.
    """

    def __init__(
        self,
        recorder: Recorder,
        lease: Lease,
        clock: Callable[[], float] = time.time,
        desk: PlanDesk | None = None,
    ) -> None:
        self._recorder, self._lease, self._clock, self._desk = recorder, lease, clock, desk
        self.next_due, self._plan_failed = inf, ""
        self._checked_at = self._kept_at = clock()
        self._cursors: dict[str, tuple[int, str] | None] = {}
        self._skew = SkewLog(recorder.engine, recorder.site)
        self._file = identity(file_of(recorder.engine))

    def resume(self) -> None:
        """What is stored is old until a door speaks: blind since the last sighting before the stop."""
        floor = self._recorder.floor
        if floor.link_up:
            before = self._recorder.cursor(OWN_SOURCE)
            position = max(own_position(self._clock()), before[0] + 1 if before else 0)
            lost = SourceLost(at=floor.at, why="collector stopped")
            self._recorder.record([Item(OWN_SOURCE, position, lost)])

    def cursor(self, source: str) -> tuple[int, str] | None:
        """Up to where a source is stored. Asked by doors in their own thread, so it is kept here."""
        if source not in self._cursors:
            self._cursors[source] = stored_cursor(self._recorder.engine, self._recorder.site, source)
        return self._cursors[source]

    def record(self, batch: Batch) -> None:
        """Store a batch. Raises LeaseTaken when another collector took over in the meantime.

        Raises DatabaseExchanged once for every exchange; nothing of the batch is stored then.
        """
        self._hold()
        self._see_exchange()
        items = [
            Item(entry.source, entry.position, cast(AnyEvent, entry.event), entry.log)
            for entry in batch.entries
        ]
        self._recorder.record(items, progress=batch.progress, bad=[BadLine(*bad) for bad in batch.bad])
        for name in {*batch.progress, *(entry.source for entry in batch.entries)} & self._cursors.keys():
            self._cursors[name] = self._recorder.cursor(name)

    def show(self, now: float, reports: Sequence[Health]) -> None:
        """Write the live view; every few minutes also a checkpoint, so that a restart is immediate."""
        self._skew.note(reports, self._clock())
        failed = self._recorder.rules_failed or self._plan_failed
        if failed:
            reports = [*reports, Health("rules", LinkState.DOWN, "rules_failed", {"why": failed})]
        if self._desk is not None:
            self._desk.reports, reports = reports, [*reports, *self._desk.health]
        self._recorder.show(now, self._clock(), msgspec.json.encode(reports), self._plan)
        if self._clock() - self._kept_at >= _CHECKPOINT_S:
            self._recorder.checkpoint()
            self._kept_at = self._clock()

    def _plan(self, view: FloorView) -> str:
        """The plan at a view; no fault of ours in it keeps the floor from being shown."""
        if self._desk is None:
            return ""
        try:
            self._desk.look()
            rules = self._recorder.rules
            self.next_due = rules.next_due(view.at) if rules is not None else inf
            return self._desk.plan(view)
        except SQLAlchemyError:
            raise
        except Exception as error:
            if not self._plan_failed:
                log.error("the plan cannot be shown", exc_info=error)
            self._plan_failed, self.next_due = type(error).__name__, inf
            return ""

    def _hold(self) -> None:
        """A lease can die with its connection: take it anew, or give way to who has it now."""
        if self._clock() - self._checked_at < _LEASE_CHECK_S:
            return
        self._checked_at = self._clock()
        if not self._lease.held():
            self._lease.release()
            self._lease = take_lease(self._recorder.engine, self._recorder.site)

    def _see_exchange(self) -> None:
        """Another file in the place of the database: go on from what is in it."""
        path = file_of(self._recorder.engine)
        now = identity(path) if path else None
        if now is None or now == self._file:
            return
        upgrade(self._recorder.engine)
        self._recorder.reload()
        keep_teams(self._recorder.engine, self._recorder.config, max(self._clock(), self._recorder.floor.at))
        self._cursors.clear()
        self.resume()
        self._file = now
        raise DatabaseExchanged

    def asked(self) -> list[Asked]:
        """Seat commands that wait for an answer."""
        return asked_commands(self._recorder.engine, self._recorder.site)

    def answer(self, command: int, result: CommandResult, now: float) -> None:
        """Write the switch's answer."""
        answer_command(self._recorder.engine, command, result, now)

    def close(self) -> None:
        """Keep the Floor as it is and give the lease back."""
        try:
            self._recorder.checkpoint()
        except SQLAlchemyError as error:  # the journal has everything: the next start takes longer
            log.warning("the floor could not be kept at the end: %s", getattr(error, "orig", None) or error)
        finally:
            if self._desk is not None:
                self._desk.close()
            self._lease.release()


def stored_cursor(engine: Engine, site: str, source: str) -> tuple[int, str] | None:
    """(position, mark) up to which a source is stored; None for a new one."""
    table = sources.c
    mine = (table.site == site, table.name.in_((source, successor(source))))
    query = select(table.cursor, table.mark).where(*mine).order_by(table.cursor.desc())
    with engine.connect() as connection:
        row = connection.execute(query).first()
    return None if row is None or row.cursor < 0 else (row.cursor, row.mark)


def live_source(engine: Engine, site: str) -> Callable[[int], LiveRow | None]:
    """A reader of the site's live view; it fetches the payload only when there is a new one."""
    table = live_view.c
    columns = (table.seq, table.written_at, table.payload, table.sources, table.plan)
    query = select(*columns).where(table.site == site)
    seen: tuple[str, PlanView | None] = ("", None)

    def read(after: int) -> LiveRow | None:
        nonlocal seen
        with engine.connect() as connection:
            row = connection.execute(query.where(table.seq != after)).first()
        if row is None:
            return None
        if row.plan != seen[0]:
            seen = (row.plan, _plan_decoder.decode(row.plan) if row.plan else None)
        view, reports = _view_decoder.decode(row.payload), _reports_decoder.decode(row.sources)
        return LiveRow(row.seq, row.written_at, view, reports, seen[1])

    return read
