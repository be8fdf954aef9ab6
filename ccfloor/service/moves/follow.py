"""Following moves: requests when a call is over, the switch's word, ten seconds of silence, the way back.

In a thread beside the collector, with a database connection of its own: who collects for a site follows its
moves, so there is one. Everything stands in the database: what was due while nobody looked is done as soon as
somebody does, and said to be late.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from msgspec.structs import replace
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from ccfloor.access.acts import Act
from ccfloor.acd.base import CommandKind, SeatCommand
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.view import FloorView
from ccfloor.service.audit import PROGRAM, record
from ccfloor.service.commands import Before, give_command
from ccfloor.service.hub import LiveRow, LiveSource
from ccfloor.service.keeper import live_source
from ccfloor.service.moves.sights import NOBODY, sight_of, staying
from ccfloor.service.settings import Settings
from ccfloor.staffing.membership import Change, Sight, lonely
from ccfloor.staffing.moving import Answer, Back, Leg, State, advance
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.moves import (
    MoveRow,
    SeatRow,
    answers_of,
    held_seats,
    link_command,
    moves_by_id,
    step_seat,
)

log = logging.getLogger(__name__)
_LOOK_S = 0.5
_STOP_S = 5.0
_STALE_S = 5.0  # a view older than this shows nothing of now


class Present(NamedTuple):
    """The floor at a look: its clock, and each seat; a seat that cannot be seen now is None."""

    at: float
    seats: Mapping[str, Sight | None]
    seen: bool
    view: FloorView | None = None

    def sight(self, seat: str) -> Sight | None:
        """How a seat is seen; None: it cannot be seen now."""
        return self.seats.get(seat, NOBODY) if self.seen else None

    def last(self, row: SeatRow, others: Iterable[SeatRow]) -> bool:
        """Whether a queue would lose the last seat that works for it, if this one went now."""
        sight = self.sight(row.seat)
        if sight is None or self.view is None or row.leg.state not in (State.ASKED, State.WAITING):
            return False
        leaving = {queue: (row.seat,) for queue in row.leg.wish.leaves(sight.queues)}
        return bool(lonely(leaving, staying(self.view, others)))


def present(row: LiveRow | None, clock: float) -> Present:
    """What a live view tells at our ``clock``. Old ones, and seats whose source is lost, tell of nothing."""
    if row is None:
        return Present(clock, {}, False)
    age = max(0.0, clock - row.written_at)
    seen = age < _STALE_S and row.view.blind_since is None and row.view.events > 0
    lost = {seat for report in row.sources for seat in report.seats}
    seats = {seat.seat: None if seat.seat in lost else sight_of(seat) for seat in row.view.seats}
    return Present(row.view.at + age, seats, seen, row.view)


class Follower:
    """Follows the moves of one site, from ``start`` until ``stop``. ``clock``: ours, that of the answers."""

    def __init__(
        self,
        engine: Engine,
        site: str,
        clock: Callable[[], float] = time.time,
        *,
        look_s: float = _LOOK_S,
        live: LiveSource | None = None,
    ) -> None:
        self._engine, self._site, self._clock, self._look_s = engine, site, clock, look_s
        self._live = live or live_source(engine, site)
        self._row: LiveRow | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ccfloor-moves", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the step at hand."""
        self._ended.set()
        self._thread.join(_STOP_S)

    def _run(self) -> None:
        while not self._ended.wait(self._look_s):
            self.look()

    def look(self) -> int:
        """Take every move as far as it goes now; returns how many are not over."""
        try:
            with self._engine.connect() as connection:
                rows = held_seats(connection, self._site)
                if not rows:
                    return 0
                answers = answers_of(connection, rows)
                asked = moves_by_id(connection, self._site, {row.move for row in rows})
            self._row = self._live(self._row.seq if self._row else -1) or self._row
            now = present(self._row, self._clock())
        except SQLAlchemyError as error:
            log.debug("moves cannot be read: %s", type(error).__name__)
            return 0
        held = {row.id: row for row in rows}
        for row in rows:
            others = [other for other in held.values() if other.id != row.id and other.leg.holds]
            leg = self._follow(row, asked[row.move], answers[row.id], now, others)
            held[row.id] = replace(row, leg=leg)
        return len(rows)

    def _follow(
        self,
        row: SeatRow,
        move: MoveRow,
        answers: Sequence[Answer],
        now: Present,
        others: Sequence[SeatRow] = (),
    ) -> Leg:
        """One seat's next step; what is wrong with it keeps no other from its own. Returns how it stands."""
        try:
            last = not move.insisted and now.last(row, others)
            leg = advance(row.leg, now.sight(row.seat), answers, now.at, self._clock(), last=last)
            if leg != row.leg:
                self._store(row, move, leg, now.at)
            return leg
        except SQLAlchemyError as error:
            log.debug("a move's step cannot be stored: %s", type(error).__name__)
        except Exception as error:
            log.error("the move of %s cannot be followed", row.seat, exc_info=error)
        return row.leg

    def _store(self, row: SeatRow, move: MoveRow, leg: Leg, at: float) -> None:
        with writing(self._engine) as connection:
            if not step_seat(connection, row, leg, at):
                return  # somebody took it back this moment
            for place in range(row.leg.asked, leg.asked):
                command = self._give(connection, row, move, leg, leg.plan[place], at)
                link_command(connection, self._site, row.id, place, command)
            if leg.state != row.leg.state or leg.asked != row.leg.asked:
                was, is_ = {"state": row.leg.state}, _told(row, leg)
                about = f"seat/{row.seat}"
                record(connection, PROGRAM, Act.MOVE_STEP, about, was, is_, move.why, at, site=self._site)

    def _give(
        self, connection: Connection, row: SeatRow, move: MoveRow, leg: Leg, change: Change, at: float
    ) -> int:
        command = SeatCommand(
            CommandKind(change.kind.value),
            row.seat,
            change.queue,
            change.reason,
            change.penalty,
            row.agent,
            change.paused,
        )
        undone = leg.back is Back.UNDO
        who, why = (row.undone_by, row.undone_why) if undone else (move.who, move.why)
        before = _before(leg.before, change.queue)
        return give_command(connection, self._site, who, why, command, before, at)


def _before(sight: Sight | None, queue: str) -> Before:
    sight = sight or Sight()
    member = sight.queues.get(queue)
    return Before("", sight.paused, sight.reason, member.penalty if member else None)


def _told(row: SeatRow, leg: Leg) -> dict[str, object]:
    fresh = leg.plan[row.leg.asked : leg.asked]
    asked = [{"kind": change.kind.value, "queue": change.queue} for change in fresh]
    told = {"state": leg.state, "move": row.move, "message": leg.said, "asked": asked, "late_s": leg.late_s}
    return {name: value for name, value in told.items() if value}


@contextmanager
def following(
    settings: Settings, config: FloorConfig, clock: Callable[[], float] = time.time
) -> Iterator[None]:
    """Moves are followed as long as the block runs."""
    engine = open_engine(settings.db, there=True)
    follower = Follower(engine, config.site, clock)
    follower.start()
    try:
        yield
    finally:
        follower.stop()
        engine.dispose()
