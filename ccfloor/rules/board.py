"""All cells and watches of the rules in force, and which of them a change of the Floor concerns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ccfloor.floor.config import FloorConfig, SeatInfo
from ccfloor.floor.seats import Seat
from ccfloor.floor.state import Floor
from ccfloor.rules.book import RuleVersion
from ccfloor.rules.calendar import Calendar
from ccfloor.rules.cells import (
    FORMULAS,
    AllWaiting,
    Cell,
    ExpectedWait,
    LongestWait,
    RuleWindows,
    Waiting,
    WaitOverLimit,
    Windowed,
)
from ccfloor.rules.duty import Duties, SeatDuty
from ccfloor.rules.families import Family, SeatCell, SeatSeconds, asker
from ccfloor.rules.guards import Guards
from ccfloor.rules.model import Rule
from ccfloor.rules.seat_cells import Count, Doing, Filter, Occupancy, doing, weigher
from ccfloor.rules.signals import misfits
from ccfloor.rules.watching import Watch

Queues = frozenset[str] | None  # None: all that there are
Key = tuple[object, ...]


class Memory(NamedTuple):
    """What outlives a change of the rules: missed ringings and duties by seat, cells by their names."""

    streaks: dict[str, int]
    duties: dict[str, SeatDuty]
    named: dict[str, list[Any]]


class OfQueue(NamedTuple):
    """What a change in one queue concerns."""

    windows: list[RuleWindows]
    cells: dict[Cell, None]


class SeatRecord:
    """A seat as it was last seen, and what it adds to which counts."""

    __slots__ = ("adds", "counts", "duty", "families", "info", "now", "other", "queues", "streak")

    def __init__(self, info: SeatInfo | None, families: list[Family]) -> None:
        self.info, self.families = info, families
        self.counts: tuple[Count, ...] | None = None  # that it may add to, serving ``queues``
        self.queues: tuple[str, ...] = ()
        self.duty = [family for family in families if family.of_duty]
        self.streak = [family for family in families if family.of_streak]
        self.other = [family for family in families if family.who.queues]
        self.now = Doing()
        self.adds: dict[Count, tuple[int, int]] = {}


class Board:
    """Belongs to one set of rules. ``made`` and ``met`` are called with every new watch and cell."""

    def __init__(self, config: FloorConfig, calendar: Calendar, memory: Memory) -> None:
        self.config, self.streaks = config, memory.streaks
        self.duties = Duties(calendar, memory.duties)
        self.guards = Guards(config, calendar)
        self.dark = False
        self.made: Callable[[Watch], None] = lambda watch: None
        self.met: Callable[[Cell], None] = lambda cell: None
        self.wanted: set[tuple[str, str]] = set()  # (rule, subject) that must be watched, whatever they tell
        self.cells: list[Cell] = []
        self.named: dict[str, Cell] = {}
        self.watches: dict[Watch, None] = {}
        self._stored = memory.named
        self._floor: Floor | None = None
        self._at = 0.0
        self._by_key: dict[Key, Cell] = {}
        self._windows: dict[Queues, RuleWindows] = {}
        self._of_queues: list[tuple[Queues, Cell]] = []
        self._of_queue: dict[str, OfQueue] = {}
        self._each_queue: list[RuleVersion] = []
        self._known_queues: set[str] = set()
        self._families: list[Family] = []
        self._by_status: dict[tuple[str, str], frozenset[Family]] = {}
        self._counts_of: dict[str, list[Count]] = {}  # by queue; "" those of no queue
        self._records: dict[str, SeatRecord] = {}
        self._uses_duty = False

    # -- building ----------------------------------------------------------------------------------

    def build(self, versions: Iterable[RuleVersion], floor: Floor, at: float) -> None:
        """Everything for these rules, with the Floor's present state."""
        self._floor, self._at = floor, at
        for version in versions:
            if version.rule is not None and not misfits(version.rule):
                self._add(version, version.rule)
        for queue in [*self.config.queues, *floor.gauges]:
            self.of_queue(queue, at)
        self._uses_duty = any(family.of_duty for family in self._families)
        if self._uses_duty:
            self.duties.look(self.duties.shift, at)
        for seat in floor.seats():
            self.seat(seat, at)
        for name in self.duties.shift if self._uses_duty else ():
            if name not in self._records:
                self._first_sight(name, Doing(), at)  # nobody has heard of it: it can still be missing
        for rule, subject in sorted(self.wanted):
            self._want(rule, subject)

    def _add(self, version: RuleVersion, rule: Rule) -> None:
        scope = rule.scope
        if scope.of == "seat":
            self._add_family(version, rule)
        elif scope.of == "queue" and not scope.queues:
            self._each_queue.append(version)
        elif scope.of == "queue":
            for queue in scope.queues:
                self._add_queue(version, rule, queue)
        elif scope.of == "team":
            for team in scope.teams or self._teams():
                self._watch(version, rule, f"team:{team}", None, frozenset((team,)))
        else:
            subject = f"group:{rule.id}" if scope.of == "group" else ""
            queues = frozenset(scope.queues) or None
            self._watch(version, rule, subject, queues, frozenset(scope.teams))

    def _teams(self) -> list[str]:
        return list(dict.fromkeys(seat.team for seat in self.config.seats.values() if seat.team))

    def _add_queue(self, version: RuleVersion, rule: Rule, queue: str) -> None:
        self._watch(version, rule, f"queue:{queue}", frozenset((queue,)), frozenset(rule.scope.teams))

    def _watch(
        self, version: RuleVersion, rule: Rule, subject: str, queues: Queues, teams: frozenset[str]
    ) -> None:
        cell = self._cell(rule, queues, teams)
        guard = self.guards.of(rule, subject, queues, self._at)
        self._put(Watch(rule, version.version, subject, cell, guard))

    def _put(self, watch: Watch) -> None:
        watch.cell.watches.append(watch)
        if watch.guard is not None:
            watch.guard.watches.append(watch)
        self.watches[watch] = None
        self.made(watch)

    def _keep(self, cell: Cell) -> Cell:
        self.cells.append(cell)
        if cell.name:
            self.named[cell.name] = cell
            if cell.name in self._stored:
                cell.restore(self._stored[cell.name])
        if self.dark:
            cell.pause(self._at, True)
        self.met(cell)
        return cell

    # -- cells, each made once -----------------------------------------------------------------------

    def _cell(self, rule: Rule, queues: Queues, teams: frozenset[str]) -> Cell:
        when = rule.when
        key: Key = (when.metric, queues, teams, rule.scope.roles, when.status, when.reasons, when.window_s,
                    when.min_calls)  # fmt: skip
        cell = self._by_key.get(key)
        if cell is None:
            cell = self._by_key[key] = self._keep(self._new(rule, queues, teams))
        return cell

    def _new(self, rule: Rule, queues: Queues, teams: frozenset[str]) -> Cell:
        when = rule.when
        who = Filter(queues or frozenset(), teams, frozenset(rule.scope.roles))
        if when.metric in FORMULAS:
            return self._windowed(rule, queues)
        if when.metric == "waiting":
            floor = self._floor
            if queues is None and floor is not None:
                return self._bound(queues, AllWaiting(lambda: floor.waiting_now))
            return self._bound(queues, Waiting(self._gauges(), self._names(queues)))
        if when.metric == "longest_wait_s":
            return self._bound(queues, LongestWait(self._gauges(), self._names(queues)))
        if when.metric == "wait_over_limit_s":
            return self._bound(queues, WaitOverLimit(self._gauges(), self._names(queues), self._limit))
        if when.metric == "service_gap":
            return self._gap(rule, queues)
        if when.metric == "expected_wait_s":
            return self._expected(rule, queues, teams)
        if when.metric == "occupancy":
            return self._occupied(who, float(when.window_s or 0))
        return self._count(Count(who, weigher(rule)))

    def _gauges(self) -> Mapping[str, Any]:
        assert self._floor is not None
        return self._floor.gauges

    def _names(self, queues: Queues) -> Callable[[], Iterable[str]]:
        if queues is None:
            return self._gauges().keys
        names = tuple(sorted(queues))
        return lambda: names

    def _bound(self, queues: Queues, cell: Cell) -> Cell:
        self._of_queues.append((queues, cell))
        self._of_queue = {}
        return cell

    def _windowed(self, rule: Rule, queues: Queues) -> Cell:
        formula, least = FORMULAS[rule.when.metric], rule.when.min_calls
        windows = self._rolling(queues)
        cell = Windowed(windows, rule.when.window_s or 0, lambda sums, at: formula(sums, least))
        return self._bound(queues, cell)

    def _gap(self, rule: Rule, queues: Queues) -> Cell:
        level, least = FORMULAS["service_level"], rule.when.min_calls
        queue = next(iter(queues)) if queues is not None and len(queues) == 1 else ""

        def gap(sums: Sequence[int], at: float) -> float | None:
            reached = level(sums, least)
            # Rounded: 0.8 less 0.6 is to be 0.2, which is not above 0.2.
            return None if reached is None else round(self.config.target(queue, at).target - reached, 9)

        return self._bound(queues, Windowed(self._rolling(queues), rule.when.window_s or 0, gap))

    def _limit(self, queue: str, entered_at: float) -> float:
        return self.config.target(queue, entered_at).wait_limit_s

    def _rolling(self, queues: Queues) -> RuleWindows:
        windows = self._windows.get(queues)
        if windows is None:
            windows = self._windows[queues] = RuleWindows(self._gauges(), self._names(queues))
            if self._floor is not None:
                windows.refill(self._floor.book.visits.values(), self._at)
            self._of_queue = {}
        return windows

    def _expected(self, rule: Rule, queues: Queues, teams: frozenset[str]) -> Cell:
        parts = []
        for metric in ("waiting", "ready", "serving"):
            when = rule.when.model_copy(update={"metric": metric})
            parts.append(self._cell(rule.model_copy(update={"when": when}), queues, teams))
        name = _name("expected", queues or (), teams, rule.scope.roles)
        return ExpectedWait(name, self._rolling(queues), *parts)

    def _occupied(self, who: Filter, length_s: float) -> Cell:
        return self._count(Occupancy(_name(f"occupancy {length_s:g}", *who), who, length_s, self._at))

    def _count(self, cell: Count) -> Cell:
        for record in self._records.values():
            record.counts = None
        for queue in cell.who.queues or ("",):
            self._counts_of.setdefault(queue, []).append(cell)
        return cell

    # -- queues --------------------------------------------------------------------------------------

    def of_queue(self, queue: str, at: float) -> OfQueue:
        """What a change in a queue concerns; a queue nobody named before is watched from now on."""
        found = self._of_queue.get(queue)
        if found is None:
            self._at = at
            if queue not in self._known_queues:
                self._known_queues.add(queue)
                self._meet(queue)
            windows = [item for queues, item in self._windows.items() if queues is None or queue in queues]
            cells = [cell for queues, cell in self._of_queues if queues is None or queue in queues]
            found = self._of_queue[queue] = OfQueue(windows, dict.fromkeys(cells))
        return found

    def _meet(self, queue: str) -> None:
        info = self.config.queues.get(queue)
        if info is not None and info.hidden:
            return
        for version in self._each_queue:
            if version.rule is not None:
                self._add_queue(version, version.rule, queue)

    # -- seats ---------------------------------------------------------------------------------------

    def seat(self, seat: Seat, at: float) -> list[Cell]:
        """What a seat does now; the cells that this concerns."""
        now = doing(seat)
        record = self._records.get(seat.seat)
        if record is None:
            return self._first_sight(seat.seat, now, at)
        if record.now == now:
            return []
        before, record.now = record.now, now
        changed = self._weigh(record, at)
        if now.status != before.status or now.reason != before.reason:
            changed += self._restate(record, before, seat.seat, at)
        changed += self._ask(record.other, record, seat.seat, at)
        return changed

    def _first_sight(self, seat: str, now: Doing, at: float) -> list[Cell]:
        info = self.config.seats.get(seat)
        families = [family for family in self._families if family.who.fixed(info)]
        record = self._records[seat] = SeatRecord(info, families)
        record.now = now
        changed = self._weigh(record, at) + self._restate(record, Doing(), seat, at)
        return changed + self._ask(families, record, seat, at)

    def _restate(self, record: SeatRecord, before: Doing, seat: str, at: float) -> list[Cell]:
        """Another status: only the rules that ask for the one before or for this one."""
        then, now = self._asking(before), self._asking(record.now)
        mine = [family for family in [*(then - now), *(now - then)] if family.who.fixed(record.info)]
        changed = self._ask(sorted(mine, key=_by_rule), record, seat, at)
        if record.now.away and self.streaks.get(seat):
            self.streaks[seat] = 0
            changed += self.touch_streak(seat, at)
        if self._uses_duty and not self.dark and self.duties.seat(seat, record.now.away, at):
            changed += self._ask(record.duty, record, seat, at)
        return changed

    def _asking(self, now: Doing) -> frozenset[Family]:
        """The rules that ask for such a status of single seats."""
        key = (now.status, now.reason)
        found = self._by_status.get(key)
        if found is None:
            asks = (family for family in self._families if family.of_status)
            found = frozenset(family for family in asks if family.ask("", now, 0.0)[0])
            self._by_status[key] = found
        return found

    def _weigh(self, record: SeatRecord, at: float) -> list[Cell]:
        now, before = record.now, record.adds
        adds = record.adds = {}
        for count in self._counts_for(record):
            amount = count.weigh(now, count.who)
            if amount != (0, 0):
                adds[count] = amount
        changed: list[Cell] = []
        for count in {**before, **adds} if before != adds else ():
            old, new = before.get(count, (0, 0)), adds.get(count, (0, 0))
            if old != new:
                count.move(at, old, new)
                changed.append(count)
        return changed

    def _counts_for(self, record: SeatRecord) -> Iterable[Count]:
        queues = record.now.queues
        if record.queues != queues or record.counts is None:
            known = (count for queue in ("", *queues) for count in self._counts_of.get(queue, ()))
            mine = (count for count in known if count.who.fixed(record.info))
            record.queues, record.counts = queues, tuple(dict.fromkeys(mine))
        return record.counts

    def touch(self, seat: str, at: float) -> list[Cell]:
        """All that its own rules ask of a seat may have changed."""
        record = self._records.get(seat)
        return self._ask(record.families, record, seat, at) if record is not None else []

    def touch_streak(self, seat: str, at: float) -> list[Cell]:
        """The ringings that a seat missed in a row changed."""
        record = self._records.get(seat)
        return self._ask(record.streak, record, seat, at) if record is not None else []

    def _ask(self, families: Iterable[Family], record: SeatRecord, seat: str, at: float) -> list[Cell]:
        self._at = at
        changed: list[Cell] = []
        for family in families:
            told = family.told(seat, record.now, at)
            cell = family.cells.get(seat)
            if cell is None and told[0]:
                cell = self._seat_cell(family, seat)
            if cell is not None and cell.now != told:
                cell.now = told
                changed.append(cell)
        return changed

    def _seat_cell(self, family: Family, seat: str) -> SeatCell | SeatSeconds:
        cell = family.cells[seat] = family.kind()
        self._keep(cell)
        guard = self.guards.of(family.rule, f"seat:{seat}", None, self._at)
        self._put(Watch(family.rule, family.version, f"seat:{seat}", cell, guard))
        return cell

    def _add_family(self, version: RuleVersion, rule: Rule) -> None:
        scope = rule.scope
        who = Filter(frozenset(scope.queues), frozenset(scope.teams), frozenset(scope.roles))
        ask = asker(rule, self.streaks, self.duties)
        self._families.append(Family(rule, version.version, who, ask))

    def _want(self, rule: str, subject: str) -> None:
        """A seat that is quiet now, but whose alarm is still on."""
        seat = subject.removeprefix("seat:")
        for family in self._families:
            if family.rule.id == rule and subject.startswith("seat:") and seat not in family.cells:
                self._seat_cell(family, seat)

    def sight(self, at: float, dark: bool) -> list[Cell]:
        """Out of sight, or in sight again; the cells of seats that this concerns."""
        self.dark = dark
        for cell in self.named.values():
            cell.pause(at, dark)
        if dark:
            self.duties.dim(at)
            return []
        if self._uses_duty:
            self.duties.light(at)
            for seat, record in self._records.items():
                self.duties.seat(seat, record.now.away, at)
        return [cell for seat in self._records for cell in self.touch(seat, at)]

    # -- shifts --------------------------------------------------------------------------------------

    def duty_shifts(self) -> list[str]:
        """The shifts whose edges matter."""
        return list(self.duties.seats) if self._uses_duty else []

    def next_edge(self, shift: str, at: float) -> float:
        """When a shift's next part begins or ends."""
        return self.duties.next_edge(shift, at)

    def edge(self, shift: str, at: float) -> dict[Cell, None]:
        """A part of a shift begins or ends."""
        seats = self.duties.edge(shift, at, self.dark)
        records = ((seat, self._records.get(seat)) for seat in seats)
        known = ((seat, record) for seat, record in records if record is not None)
        return dict.fromkeys(
            cell for seat, record in known for cell in self._ask(record.duty, record, seat, at)
        )


def _name(kind: str, *parts: Iterable[str]) -> str:
    return "|".join((kind, *(",".join(sorted(part)) for part in parts)))


def _by_rule(family: Family) -> str:
    return family.rule.id
