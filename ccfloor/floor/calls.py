"""One caller's life in queues and at seats: the visits, found again whichever source speaks of them.

A visit is one stay of one caller in one queue. Two sources may tell of the same visit (the live link and
the queue_log); each tells it in order, so a visit is found by (call, queue) and by which source has seen
it. What a visit adds to the stored counts is computed from its row alone, and put right when the row
changes: a corrected outcome takes back what the first one had added.
"""

from collections import deque
from collections.abc import Iterable, Sequence

import msgspec

from ccfloor.floor.config import interval_start
from ccfloor.floor.events import EndedBy, Outcome
from ccfloor.floor.metrics import FIELDS, INDEX, wait_bucket
from ccfloor.floor.records import AGENT_FIELDS, AGENT_INDEX, CallRow, Ledger, LegRow

Key = tuple[int, int]

MATCH_S = 3.0  # the log writes whole seconds, the link arrives a little late
MATCH_ALONE_S = 30.0  # clocks that differ: still the same visit, if there is only one it can be
KEEP_S = 2000.0  # an ended visit stays at hand this long: the half-hour window is refilled from visits

_OFFERED, _OPEN, _REPAIRED = INDEX["offered"], INDEX["open"], INDEX["repaired"]
_ANSWERED, _IN_T = INDEX["answered"], INDEX["answered_in_t"]
_WAIT_A, _RING, _HIST = INDEX["wait_answered_ms"], INDEX["ring_ms"], INDEX["wait_h0"]
_ABANDONED, _SHORT, _AB_T = INDEX["abandoned"], INDEX["short_abandoned"], INDEX["abandoned_in_t"]
_SHORT_T, _WAIT_B = INDEX["short_in_t"], INDEX["wait_abandoned_ms"]
_HANDLED, _TALK, _HOLD, _ACW = INDEX["handled"], INDEX["talk_ms"], INDEX["hold_ms"], INDEX["acw_ms"]
_RONA, _TRANSFERRED = INDEX["rona"], INDEX["transferred_out"]
_EXITS = {
    Outcome.TIMED_OUT: INDEX["timed_out"],
    Outcome.KEY_EXIT: INDEX["key_exit"],
    Outcome.WITHDRAWN: INDEX["withdrawn"],
    Outcome.LEFT_EMPTY: INDEX["left_empty"],
    Outcome.LOST: INDEX["lost"],
}
_REFUSALS = {
    Outcome.REFUSED_FULL: INDEX["refused_full"],
    Outcome.REFUSED_EMPTY: INDEX["refused_empty"],
}
ENDED_RINGS = frozenset(("no_answer", "rejected", "canceled"))
TRANSFERS = (EndedBy.BLIND_TRANSFER, EndedBy.ATTENDED_TRANSFER)
PENDING = (Outcome.WAITING, Outcome.DEQUEUED)

# Which instant of a call an amount belongs to: 0 entered, 1 answered, 2 left, 3 ended.
_WHEN = dict.fromkeys(range(len(FIELDS)), 0)
_WHEN |= dict.fromkeys((_ANSWERED, _IN_T, _WAIT_A, _RING, *range(_HIST, len(FIELDS))), 1)
_WHEN |= dict.fromkeys((_ABANDONED, _SHORT, _AB_T, _SHORT_T, _WAIT_B, *_EXITS.values()), 2)
_WHEN |= dict.fromkeys((_HANDLED, _TALK, _HOLD, _ACW, _TRANSFERRED), 3)

Contribution = tuple[int, float, int]  # field index, instant of the event, amount


class Visit(msgspec.Struct):
    """A visit's row, its legs, and what it has added to the stored counts so far."""

    row: CallRow
    key: Key  # identity of the event that opened it
    legs: list[LegRow] = []
    rings: dict[str, list[int]] = {}  # seat → ended ringings told by the live link, by the log
    open_rings: dict[str, int] = {}  # seat → index of its leg that rings now
    held_at: float = 0.0
    seat_done_at: float = 0.0  # the seat's telephone was free again, though the call went on
    counted_at: int = -1  # interval its counts went to; -1: none yet
    counted: Sequence[int] = ()  # as ``amounts`` gives them
    agent_counted: tuple[str, int] | None = None
    agent_amounts: Sequence[int] = ()
    ronas: list[tuple[str, int]] = []  # (agent, interval) of missed ringings not yet handed over
    wide: bool = False  # guessed from one event: matches joins at any time
    unseen: bool = False  # answered out of sight: wait and instant are a guess until its end tells them

    def seen(self, log: bool) -> bool:
        """Whether this kind of source has spoken of the visit."""
        return self.row.seen_log if log else self.row.seen_live

    def mark(self, log: bool) -> None:
        """Note that this kind of source has spoken of the visit."""
        if log:
            self.row.seen_log = True
        else:
            self.row.seen_live = True


def contributions(row: CallRow) -> list[Contribution]:
    """What this row adds to the counts of metrics.FIELDS, each with the instant it happened."""
    pairs = iter(amounts(row))
    times = (row.entered_at, row.answered_at, row.left_at, row.ended_at)
    return [(index, times[_WHEN[index]], amount) for index, amount in zip(pairs, pairs, strict=True)]


def amounts(row: CallRow) -> list[int]:
    """What this row adds to the counts: index into metrics.FIELDS, amount, index, amount …"""
    outcome = row.outcome
    if outcome is Outcome.REFUSED_FULL or outcome is Outcome.REFUSED_EMPTY:
        return [_REFUSALS[outcome], 1]
    found = [_OFFERED, 1]
    if not row.final:
        found += (_OPEN, 1)
    if row.repaired:
        found += (_REPAIRED, 1)
    if row.ronas:
        found += (_RONA, row.ronas)
    if outcome is Outcome.ANSWERED:
        _answered(row, found)
    elif outcome is Outcome.ABANDONED:
        _abandoned(row, found)
    elif outcome not in PENDING:
        found += (_EXITS[outcome], 1)
    return found


def _answered(row: CallRow, found: list[int]) -> None:
    wait = row.wait_ms
    found += (_ANSWERED, 1, _WAIT_A, wait, _HIST + wait_bucket(wait / 1000), 1)
    if row.ring_ms:
        found += (_RING, row.ring_ms)
    if wait <= row.threshold_ms:
        found += (_IN_T, 1)
    if row.ended_at:
        found += (_HANDLED, 1, _TALK, row.talk_ms)
        if row.hold_ms:
            found += (_HOLD, row.hold_ms)
        if row.acw_ms:
            found += (_ACW, row.acw_ms)
        if row.ended_by in TRANSFERS:
            found += (_TRANSFERRED, 1)


def _abandoned(row: CallRow, found: list[int]) -> None:
    wait = row.wait_ms
    found += (_ABANDONED, 1, _WAIT_B, wait)
    within, short = wait <= row.threshold_ms, wait < row.short_ms
    if within:
        found += (_AB_T, 1)
    if short:
        found += (_SHORT, 1)
        if within:
            found += (_SHORT_T, 1)


class CallBook:
    """All visits at hand: the open ones, and those ended less than KEEP_S ago."""

    def __init__(self) -> None:
        self.visits: dict[Key, Visit] = {}
        self.by_call: dict[tuple[str, str], list[Visit]] = {}
        self.dirty: dict[Key, Visit] = {}
        self._ended: deque[Visit] = deque()

    def add(self, visit: Visit) -> None:
        """A new visit, or one brought back from the store."""
        self.visits[visit.key] = visit
        self.by_call.setdefault((visit.row.call, visit.row.queue), []).append(visit)
        if visit.row.final:
            self._ended.append(visit)

    def touch(self, visit: Visit) -> None:
        """The visit's row changed since the ledger was last taken."""
        self.dirty[visit.key] = visit

    def finish(self, visit: Visit) -> None:
        """Nothing more is expected of the visit; corrections are still possible while it is at hand."""
        if not visit.row.final:
            visit.row.final = True
            self._ended.append(visit)
        self.dirty[visit.key] = visit

    def joining(self, call: str, queue: str, at: float, log: bool) -> tuple[Visit | None, bool]:
        """The visit a join speaks of, and whether that source told of it before; None: a new visit."""
        known = self.by_call.get((call, queue))
        if not known:
            return None, False
        for visit in known:
            if not visit.seen(log) and (visit.wide or abs(visit.row.entered_at - at) <= MATCH_S):
                return visit, False
        alone = known[0]
        if len(known) == 1 and not alone.seen(log) and abs(alone.row.entered_at - at) <= MATCH_ALONE_S:
            return alone, False
        last = known[-1]
        if last.seen(log) and (last.row.outcome is Outcome.WAITING or last.row.entered_at == at):
            return last, True
        return None, False

    def current(self, call: str, queue: str, log: bool) -> Visit | None:
        """The visit an event after the join speaks of: the latest that this kind of source has seen."""
        known = self.by_call.get((call, queue))
        if not known:
            return None
        last = known[-1]
        if len(known) == 1 or last.seen(log):
            return last
        return next((visit for visit in reversed(known) if visit.seen(log)), last)

    def open_visits(self) -> list[Visit]:
        """Visits that wait or talk."""
        return [visit for visit in self.visits.values() if not visit.row.final]

    def settle(self, ledger: Ledger) -> None:
        """Hand over every changed row and put the counts right by what changed in it."""
        calls, legs = ledger.calls, ledger.legs
        for key, visit in self.dirty.items():
            _settle_queue(visit, ledger)
            _settle_agent(visit, ledger)
            calls[key] = visit.row
            for leg in visit.legs:
                legs[(*key, leg.leg)] = leg
        self.dirty = {}

    def forget(self, now: float) -> list[Visit]:
        """Let go of visits that ended long ago; those are returned. The store can bring them back."""
        ended, edge = self._ended, now - KEEP_S
        gone: list[Visit] = []
        while ended:
            visit = ended[0]
            row = visit.row
            if row.ended_at >= edge or row.left_at >= edge:
                break
            ended.popleft()
            if row.final and visit.key not in self.dirty:
                self._drop(visit)
                gone.append(visit)
        return gone

    def _drop(self, visit: Visit) -> None:
        if self.visits.pop(visit.key, None) is None:
            return
        name = (visit.row.call, visit.row.queue)
        known = self.by_call.pop(name, ())
        if len(known) > 1:
            self.by_call[name] = [other for other in known if other is not visit]


def _settle_queue(visit: Visit, ledger: Ledger) -> None:
    row, deltas = visit.row, ledger.queue_deltas
    key = (row.queue, interval_start(row.entered_at))
    delta = deltas.get(key) or _vector(deltas, key, len(FIELDS))
    if visit.counted_at >= 0:
        before = (row.queue, visit.counted_at)
        _take_back(_vector(deltas, before, len(FIELDS)), visit.counted)
    visit.counted_at, visit.counted = key[1], amounts(row)
    _add(delta, visit.counted)
    if row.outcome is not Outcome.WAITING and row.wait_ms > ledger.max_wait_ms.get(key, -1):
        ledger.max_wait_ms[key] = row.wait_ms


_A_ANSWERED, _A_TRANSFERRED = AGENT_INDEX["answered"], AGENT_INDEX["transferred_out"]
_A_TALK, _A_HOLD = AGENT_INDEX["talk_ms"], AGENT_INDEX["hold_ms"]
_A_ACW, _A_RING, _A_RONA = AGENT_INDEX["acw_ms"], AGENT_INDEX["ring_ms"], AGENT_INDEX["rona"]


def _settle_agent(visit: Visit, ledger: Ledger) -> None:
    row = visit.row
    if visit.ronas:
        for missed in visit.ronas:
            _vector(ledger.agent_deltas, missed, len(AGENT_FIELDS))[_A_RONA] += 1
        visit.ronas = []
    if visit.agent_counted is not None:
        before = _vector(ledger.agent_deltas, visit.agent_counted, len(AGENT_FIELDS))
        _take_back(before, visit.agent_amounts)
        visit.agent_counted = None
    if row.outcome is not Outcome.ANSWERED or not row.agent:
        return
    key, deltas = (row.agent, interval_start(row.answered_at)), ledger.agent_deltas
    visit.agent_counted, visit.agent_amounts = key, _agent_amounts(row)
    _add(deltas.get(key) or _vector(deltas, key, len(AGENT_FIELDS)), visit.agent_amounts)


def _agent_amounts(row: CallRow) -> list[int]:
    """What an answered row adds to its agent's counts: index into AGENT_FIELDS, amount, index …"""
    found = [_A_ANSWERED, 1, _A_TALK, row.talk_ms, _A_RING, row.ring_ms]
    if row.hold_ms:
        found += (_A_HOLD, row.hold_ms)
    if row.acw_ms:
        found += (_A_ACW, row.acw_ms)
    if row.ended_by in TRANSFERS:
        found += (_A_TRANSFERRED, 1)
    return found


def _add(vector: list[int], pairs: Sequence[int]) -> None:
    rest = iter(pairs)
    for index in rest:
        vector[index] += next(rest)


def _take_back(vector: list[int], pairs: Sequence[int]) -> None:
    rest = iter(pairs)
    for index, amount in zip(rest, rest, strict=True):
        vector[index] -= amount


def _vector(deltas: dict[tuple[str, int], list[int]], key: tuple[str, int], size: int) -> list[int]:
    found = deltas.get(key)
    if found is None:
        found = deltas[key] = [0] * size
    return found


def recalled(row: CallRow, legs: Iterable[LegRow] = ()) -> Visit:
    """A stored call as a visit again, with its legs: its counts are already in the store."""
    visit = Visit(row=row, key=(row.source, row.position), legs=sorted(legs, key=lambda leg: leg.leg))
    for leg in visit.legs:
        if leg.result in ENDED_RINGS:
            told = visit.rings.setdefault(leg.seat, [0, 0])
            told[0] += row.seen_live
            told[1] += row.seen_log
    visit.counted_at = interval_start(row.entered_at)
    visit.counted = amounts(row)
    if row.outcome is Outcome.ANSWERED and row.agent:
        scratch = Ledger()
        _settle_agent(visit, scratch)
    visit.wide = row.estimated
    visit.unseen = row.repaired and row.outcome is Outcome.ANSWERED
    return visit
