"""The rule engine: the Floor's changes in, alarms out. O(1) per event; pure, and moved by events alone.

All changes of one instant count together, as they are after the last of them: what lasted no time neither
begins nor breaks anything. Timers (holds that are full, windows that let go of a call, shifts that begin)
are worked off at their own instants before the event that comes after them. So the same stream gives the
same alarms live, replayed, and however often anybody looks.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import msgspec

from ccfloor.floor.calls import Visit
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.seats import Seat
from ccfloor.floor.state import Floor
from ccfloor.rules.alarms import Alarm, RuleState, Standing
from ccfloor.rules.board import Board, Memory
from ccfloor.rules.book import RuleBook
from ccfloor.rules.calendar import Calendar
from ccfloor.rules.cells import Cell, rule_parts
from ccfloor.rules.duty import SeatDuty
from ccfloor.rules.guards import Guard
from ccfloor.rules.peek import Peek
from ccfloor.rules.shadows import OtherReading
from ccfloor.rules.signals import GRID_S
from ccfloor.rules.timers import Timer, Timers
from ccfloor.rules.watching import Watch

VERSION = 1


class WatchState(msgspec.Struct, array_like=True):
    """A watch whose machine has something to remember."""

    rule: str
    version: int
    subject: str
    told: float | None
    machine: bytes
    shadows: list[Any] | None


class EngineState(msgspec.Struct):
    """Everything the engine remembers; the rest follows from the Floor, the book and the calendar."""

    version: int
    at: float
    dark: bool
    day_end: float
    watches: list[WatchState]
    named: dict[str, list[Any]]
    streaks: dict[str, int]
    duties: dict[str, SeatDuty]
    told: list[Alarm]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(EngineState)


class RuleEngine:
    """Implements FloorWatch. ``at``: the instant of the last event, UTC epoch seconds."""

    def __init__(self, book: RuleBook, config: FloorConfig, calendar: Calendar) -> None:
        self.book, self.config, self.calendar = book, config, calendar
        self.at = 0.0
        self.dark = False
        self._memory = Memory({}, {}, {})
        self._floor: Floor | None = None
        self._board = Board(config, calendar, self._memory)
        self._watches: dict[tuple[str, str], Watch] = {}
        self._before: dict[tuple[str, str], Watch] = {}  # while rules change: those not taken over yet
        self._active: dict[Watch, None] = {}
        self._heeded: dict[Watch, None] = {}  # of the active: those that may have to be shown
        self._dirty: dict[Cell, None] = {}
        self._retell: dict[Watch, None] = {}
        self._timers = Timers()
        self._told: list[Alarm] = []
        self._day_end = 0.0
        self._peek: Peek | None = None
        self.heard: Callable[[Watch, float], None] | None = None  # who explains hears of every new value

    # -- the Floor tells ---------------------------------------------------------------------------

    def bind(self, floor: Floor) -> None:
        """Watch this Floor from now on, beginning with its present state."""
        self._floor = floor
        floor.observe(self)
        if floor.at:
            self._start(max(floor.at, self.at))

    def move(self, at: float) -> None:
        """FloorWatch: time has come to ``at``."""
        if at <= self.at:
            return
        self._peek = None
        if not self.at:
            self._start(at)
            return
        self._flush()
        while (due := self._timers.first()) <= at:
            self.at = due
            self._timers.run(due)
            if due < at:  # else more may happen at this very instant
                self._flush()
        self.at = at

    def visit(self, visit: Visit, at: float) -> None:
        """FloorWatch: a visit changed."""
        self.move(at)
        found = self._board.of_queue(visit.row.queue, self.at)
        if found.windows:
            parts = rule_parts(visit, self.at, found.windows[0].waits(visit))
            for windows in found.windows:
                windows.note(visit, self.at, parts.copy())
        self._dirty.update(found.cells)
        self._peek = None

    def seat(self, seat: Seat, at: float) -> None:
        """FloorWatch: a seat may have changed."""
        self.move(at)
        self._touch(self._board.seat(seat, self.at))

    def missed(self, seat: Seat, at: float) -> None:
        """FloorWatch: a ringing at the seat ended unanswered."""
        self._streak(seat.seat, self._memory.streaks.get(seat.seat, 0) + 1, at)

    def answered(self, seat: Seat, at: float) -> None:
        """FloorWatch: the seat took a call."""
        if self._memory.streaks.get(seat.seat):
            self._streak(seat.seat, 0, at)

    def blind(self, at: float) -> None:
        """FloorWatch: out of sight from ``at`` on."""
        self.move(at)
        if not self.dark:
            self._sight(True)

    def sighted(self, since: float, at: float) -> None:
        """FloorWatch: in sight again."""
        self.move(at)
        if self.dark:
            self._sight(False)

    def _streak(self, seat: str, count: int, at: float) -> None:
        self.move(at)
        self._memory.streaks[seat] = count
        self._touch(self._board.touch_streak(seat, self.at))

    def _sight(self, dark: bool) -> None:
        self.dark = dark
        self._touch(self._board.sight(self.at, dark))
        self._retell.update(self._board.watches)

    def _touch(self, cells: Iterable[Cell]) -> None:
        """These may have another value when the instant is over."""
        self._dirty.update(dict.fromkeys(cells))
        self._peek = None

    # -- the machines are told -----------------------------------------------------------------------

    def _flush(self) -> None:
        """Tell the machines what the instant has come to."""
        dirty, self._dirty = self._dirty, {}
        retell, self._retell = self._retell, {}
        for cell in dirty:
            self._read(cell, self.at)
        for watch in retell:
            self._tell(watch, self.at)

    def _read(self, cell: Cell, at: float) -> None:
        before, value = cell.value, cell.read(at)
        cell.value = value
        if cell.ramp and value == before and at < cell.edge:
            return
        if cell.timer is not None:
            cell.edge = cell.next_at(at)
            self._timers.set(cell.timer, cell.edge)
        if value == before and not cell.ramp:
            return
        for watch in cell.watches:
            watch.note(at, before)
            self._tell(watch, at)

    def _tell(self, watch: Watch, at: float) -> None:
        if self.heard is not None:
            self.heard(watch, at)
        if watch.tell(at, self.dark):
            self._pass_time(watch, at)

    def _pass_time(self, watch: Watch, at: float) -> None:
        """Let the watch's machine come to ``at``, take its alarms, and wake it again in time."""
        machine = watch.machine
        if machine is None:
            return
        self._active[watch] = None
        alarms = machine.advance(at)
        if alarms:
            self._told += watch.settle(alarms)
        if watch.heeded(at):
            self._heeded[watch] = None
        if watch.timer is None:
            watch.timer = Timer(partial(self._pass_time, watch))
        self._timers.set(watch.timer, machine.wake_at())

    # -- rules come and go ---------------------------------------------------------------------------

    def adopt(self, book: RuleBook, calendar: Calendar) -> None:
        """Another book or calendar from now on. Versions come into force at their own instants."""
        self.book, self.calendar = book, calendar
        if self.at:
            self._compile()

    def _start(self, at: float) -> None:
        self.at = at
        self._compile()

    def _compile(self) -> None:
        """Make cells and watches for the rules in force; what goes on unchanged keeps its state."""
        at = self.at
        self._remember()
        self._before, self._watches = self._watches, {}
        self._timers.clear()
        self._dirty, self._retell, self._active, self._heeded = {}, {}, {}, {}
        board = self._board = Board(self.config, self.calendar, self._memory)
        board.dark, board.made, board.met = self.dark, self._made, self._met
        board.guards.met = self._guarded
        board.wanted = {key for key, watch in self._before.items() if watch.machine is not None}
        if self._floor is not None:
            board.build(self.book.at(at).values(), self._floor, at)
        self._end_gone(at)
        self._set_timers(at)
        self._retell = dict.fromkeys(board.watches)
        self._peek = None

    def _remember(self) -> None:
        for name, cell in self._board.named.items():
            self._memory.named[name] = cell.dump(self.at)

    def _made(self, watch: Watch) -> None:
        """A watch is new; it goes on where an earlier one with the same question stood."""
        self._watches[watch.key] = watch
        old = self._before.get(watch.key)
        if old is not None and old.machine is not None and watch.asks_as(old):
            watch.take_over(old)
            del self._before[watch.key]
            self._pass_time(watch, self.at)

    def _met(self, cell: Cell) -> None:
        if cell.moves:
            cell.timer = Timer(lambda _: self._touch((cell,)), order=1)
        self._touch((cell,))

    def _end_gone(self, at: float) -> None:
        """An alarm whose rule is no more, or asks another question now, is over."""
        for watch in self._before.values():
            alarm = watch.machine.alarm if watch.machine is not None else None
            if alarm is not None:
                self._told.append(msgspec.structs.replace(alarm, cleared_at=at))
        self._before = {}

    # -- timers --------------------------------------------------------------------------------------

    def _set_timers(self, at: float) -> None:
        self._timers.set(Timer(lambda _: self._compile(), order=2), self.book.next_change(at))
        if at >= self._day_end:
            self._new_day(at)
        else:
            self._timers.set(Timer(self._new_day, order=1), self._day_end)
        self._timers.set(Timer(self._on_grid, order=1), (at // GRID_S + 1) * GRID_S)
        for shift in self._board.duty_shifts():
            self._arm(partial(self._edge, shift), partial(self._board.next_edge, shift), at)

    def _arm(self, act: Callable[[float], None], next_at: Callable[[float], float], at: float) -> None:
        """Let something act at every instant that ``next_at`` tells."""

        def again(now: float) -> None:
            act(now)
            self._timers.set(timer, next_at(now))

        timer = Timer(again, order=1)
        self._timers.set(timer, next_at(at))

    def _on_grid(self, at: float) -> None:
        if self._board.named:
            self._touch(self._board.named.values())
            self._timers.set(Timer(self._on_grid, order=1), at + GRID_S)

    def _guarded(self, guard: Guard) -> None:
        self._arm(partial(self._turn_guard, guard), guard.next_at, self.at)

    def _turn_guard(self, guard: Guard, at: float) -> None:
        if guard.turn(at):
            self._retell.update(dict.fromkeys(guard.watches))
            self._peek = None

    def _edge(self, shift: str, at: float) -> None:
        self._touch(self._board.edge(shift, at))

    def _new_day(self, at: float) -> None:
        self._day_end = self.config.business_day(at)[1]
        for watch in self._watches.values():
            if watch.shadows is not None:
                watch.shadows.new_day(at)
        self._timers.set(Timer(self._new_day, order=1), self._day_end)

    # -- who looks -----------------------------------------------------------------------------------

    def take(self) -> list[Alarm]:
        """Alarms that fired or cleared since the last call, in order of what happened."""
        told, self._told = self._told, []
        return sorted(told, key=_when)

    def next_due(self, now: float) -> float:
        """The earliest instant at which something may fire or clear if no event comes; infinity: never."""
        return min(self._timers.first(), self._look().due)

    def standings(self, now: float) -> list[Standing]:
        """Where every rule stands that is not inactive, and every rule of a plan."""
        now, peek = max(now, self.at), self._look()
        found: list[Standing] = []
        for watch in [*self._active, *(watch for watch in peek.machines if watch not in self._active)]:
            machine = peek.machines.get(watch) or watch.machine
            if machine is None:
                continue
            standing = machine.standing(now)
            if standing.state is RuleState.INACTIVE and watch.rule.plan is None:
                if watch not in peek.machines:
                    del self._active[watch]
                continue
            value = None if self.dark else watch.as_read(now, peek.values.get(watch.cell, watch.cell.value))
            found.append(msgspec.structs.replace(standing, value=value))
        return found

    def shown(self, now: float) -> list[Standing]:
        """The standings that people are shown: what fires, what is near, what was over a moment ago, and
        every rule of a plan. Costs nothing for the others, however many they are.
        """
        now, peek = max(now, self.at), self._look()
        found: list[Standing] = []
        for watch in [*self._heeded, *(watch for watch in peek.machines if watch not in self._heeded)]:
            machine = peek.machines.get(watch) or watch.machine
            if machine is None:
                continue
            standing = machine.standing(now) if watch.rule.plan is not None else machine.shown(now)
            if standing is None:
                if watch not in peek.machines and not watch.heeded(now):
                    del self._heeded[watch]
                continue
            value = None if self.dark else watch.as_read(now, peek.values.get(watch.cell, watch.cell.value))
            found.append(msgspec.structs.replace(standing, value=value))
        return found

    def readings(self, now: float) -> list[OtherReading]:
        """What every reading of the plan's holds has said since the business day began."""
        now, shadows = max(now, self.at), [watch.shadows for watch in self._watches.values()]
        return [reading for shadow in shadows if shadow is not None for reading in shadow.readings(now)]

    def watches(self, rule: str = "") -> list[Watch]:
        """The watches in force (those of one rule), for who explains; nobody else may tell them anything."""
        return [watch for watch in self._watches.values() if rule in ("", watch.rule.id)]

    def _look(self) -> Peek:
        if self._peek is None:
            self._peek = Peek(self.at, self.dark, self._dirty, self._retell)
        return self._peek

    # -- for the restart -----------------------------------------------------------------------------

    def dump(self) -> bytes:
        """The exact state, with the alarms that were not taken. The Floor's dump belongs to it."""
        self._remember()
        for cell in self._dirty:
            for watch in cell.watches if cell.ramp and cell.value else ():
                watch.note(self.at, cell.value)  # since when it ran until now is not known afterwards
        kept = (watch for watch in self._watches.values() if not watch.idle(self.at))
        return _encoder.encode(
            EngineState(
                version=VERSION,
                at=self.at,
                dark=self.dark,
                day_end=self._day_end,
                watches=[WatchState(*watch.dump()) for watch in kept],
                named=self._memory.named,
                streaks=self._memory.streaks,
                duties=self._memory.duties,
                told=self._told,
            )
        )

    @classmethod
    def load(cls, book: RuleBook, config: FloorConfig, calendar: Calendar, blob: bytes) -> "RuleEngine":
        """An engine as it was dumped; ``bind`` it to the Floor of the same instant.

        Raises msgspec.ValidationError on a blob of another version.
        """
        state = _decoder.decode(blob)
        if state.version != VERSION:
            raise msgspec.ValidationError(f"rule state of version {state.version}, expected {VERSION}")
        engine = cls(book, config, calendar)
        engine.at, engine.dark, engine._day_end = state.at, state.dark, state.day_end
        engine._memory = Memory(state.streaks, state.duties, state.named)
        engine._told = state.told
        rules = {(item.id, item.version): item.rule for item in book.versions}
        for kept in state.watches:
            rule = rules.get((kept.rule, kept.version))
            if rule is not None:
                watch = Watch(rule, kept.version, kept.subject, Cell(), None)
                watch.restore(kept.told, kept.machine, kept.shadows)
                engine._watches[watch.key] = watch
        return engine


def _when(alarm: Alarm) -> tuple[float, bool, str, str]:
    return alarm.cleared_at or alarm.fired_at, bool(alarm.cleared_at), alarm.rule, alarm.subject
