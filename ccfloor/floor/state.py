"""Floor: events in, the present and the ledger out. O(1) per event; never raises on a wrong order.

``apply`` takes every event in the order of the journal. What it stores depends on the events alone, not
on how often somebody looks: ``advance`` and ``view`` only move windows. An event that cannot be right is
repaired (the state is made consistent again) and the repair is counted by kind.
"""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from ccfloor.floor.calls import PENDING, CallBook, Visit, recalled
from ccfloor.floor.config import INTERVAL_S, FloorConfig, interval_start
from ccfloor.floor.desk import SeatDesk
from ccfloor.floor.dump import dump_floor, load_floor
from ccfloor.floor.events import (
    AnyEvent,
    CallAnswered,
    CallDequeued,
    CallEnded,
    CallJoined,
    CallLeft,
    CallRang,
    CallRefused,
    Clock,
    EndedBy,
    FloorEvent,
    FloorSnapshot,
    Noted,
    Outcome,
    RingEnded,
    RingResult,
    SeatDevice,
    SeatHeld,
    SeatJoined,
    SeatLeft,
    SeatPaused,
    SeatPenalty,
    SeatSigned,
    SourceLost,
    SwitchStarted,
    WrapUpEnded,
)
from ccfloor.floor.present import Presenter
from ccfloor.floor.records import CallRow, Ledger, LegRow, millis
from ccfloor.floor.resync import Resync
from ccfloor.floor.seats import Seat
from ccfloor.floor.view import FloorView
from ccfloor.floor.watch import FloorWatch
from ccfloor.floor.windows import Integral, QueueGauge, add_point

EXITS = (
    Outcome.ABANDONED,
    Outcome.TIMED_OUT,
    Outcome.KEY_EXIT,
    Outcome.WITHDRAWN,
    Outcome.LEFT_EMPTY,
    Outcome.LOST,
)
TALK_CAP_S = 2.0  # a seat's telephone free this much before the switch's own end: the telephone is right
CURVE_S = 3600.0


class Floor:
    """One site's floor, fed by one stream of events. ``live=False``: the ledger only, no windows."""

    def __init__(self, config: FloorConfig, *, live: bool = True) -> None:
        self.config = config
        self.live = live
        self.at = 0.0
        self.events = 0
        self.repairs: dict[str, int] = {}
        self.book = CallBook()
        self.gauges: dict[str, QueueGauge] = {}
        self.seats_over_time = Integral()
        self.desk = SeatDesk(config, self.book, self._weigh if live else None, self.measure)
        self.day = (0.0, 0.0)
        self.next_roll = 0.0
        self.link_up = False
        self.blind_since: float | None = None
        self.covered: list[tuple[float, float]] = []
        self.waiting_now = 0
        self.curve: deque[tuple[float, int]] = deque()
        self.abandons: deque[Visit] = deque(maxlen=50)
        self.watch: FloorWatch | None = None
        self._presenter = Presenter()
        self._key = (0, 0)
        self.from_log = False
        self.drives = True
        self._resync = Resync(self)
        self._handlers: dict[type, Callable[[Any], None]] = self._table()
        for queue in config.queues:
            self.gauge(queue)

    def _table(self) -> dict[type, Callable[[Any], None]]:
        desk = self.desk
        seat_events: dict[type, Callable[[Any], None]] = {
            SeatJoined: desk.joined,
            SeatLeft: desk.left,
            SeatPenalty: desk.penalty,
            SeatPaused: desk.paused,
            SeatDevice: desk.device,
            SeatHeld: desk.held,
            SeatSigned: desk.signed,
            WrapUpEnded: lambda event: desk.wrap_ended(event.seat, event.at),
        }
        table: dict[type, Callable[[Any], None]] = {
            kind: self._if_driving(handler) for kind, handler in seat_events.items()
        }
        table |= {
            CallJoined: self._joined,
            CallRang: self._rang,
            RingEnded: self._ring_ended,
            CallDequeued: self._dequeued,
            CallAnswered: self._answered,
            CallLeft: self._left,
            CallRefused: self._refused,
            CallEnded: self._ended,
            FloorSnapshot: self._resync.snapshot,
            SwitchStarted: self._resync.started,
            SourceLost: self._resync.source_lost,
            Clock: self._nothing,
            Noted: self._nothing,
        }
        return table

    def _if_driving(self, handler: Callable[[Any], None]) -> Callable[[Any], None]:
        def guarded(event: FloorEvent) -> None:
            if self.drives:
                handler(event)

        return guarded

    # -- the four verbs ------------------------------------------------------------------------

    def apply(self, event: AnyEvent, source: int = 0, position: int = 0, *, log: bool = False) -> None:
        """Take one event in. ``log``: it comes from the ledger of calls (queue_log), not the live link."""
        self.events += 1
        self._key = (source, position)
        self.from_log = log
        at, kind = event.at, type(event)
        if log:
            self.drives = not (self.link_up or (self.covered and self._is_covered(at)))
        else:
            self.drives = True
            if kind is not SourceLost and kind is not Clock:
                if self.watch is not None and (not self.link_up or kind is FloorSnapshot):
                    self._look_again(self.watch, event)
                self.link_up = True
                self.blind_since = None
        if at > self.at:
            self._move(at)
        self._handlers[kind](event)

    def _look_again(self, watch: FloorWatch, event: AnyEvent) -> None:
        """A live event tells that the floor is in sight; a report may tell since when it was not."""
        unseen = event.blind_since if isinstance(event, FloorSnapshot) else 0.0
        if unseen:
            watch.blind(max(min(unseen, event.at), self.at))
        if event.at > self.at:
            self._move(event.at)
        if unseen or not self.link_up:
            watch.sighted(unseen or self.blind_since or 0.0, self.at)

    def apply_logged(self, events: Iterable[AnyEvent], source: int, positions: Iterable[int]) -> None:
        """``apply`` for many events of a queue_log in a row: the same, without asking each for the same."""
        if self.covered or self.live:
            for position, event in zip(positions, events, strict=True):
                self.apply(event, source, position, log=True)
            return
        self.from_log, self.drives = True, not self.link_up
        handlers = self._handlers
        for position, event in zip(positions, events, strict=True):
            self.events += 1
            self._key = (source, position)
            if event.at > self.at:
                self._move(event.at)
            handlers[type(event)](event)

    def _is_covered(self, at: float) -> bool:
        return any(start <= at <= end for start, end in self.covered)

    def _move(self, at: float) -> None:
        if self.desk.pending:
            self.desk.timers(at)
        if self.watch is not None:
            self.watch.move(at)
        self.at = at
        if self.live and at >= self.next_roll:
            self.next_roll = interval_start(at) + INTERVAL_S
            if not self.day[0] <= at < self.day[1]:
                self.day = self.config.business_day(at)
                self.desk.day_start = self.day[0]
            self.advance(at)

    def advance(self, now: float) -> None:
        """Move the windows to ``now``. Stores nothing, changes nothing that is stored."""
        if not self.live:
            return
        day = self.day if self.day[0] <= now < self.day[1] else self.config.business_day(now)
        for gauge in self.gauges.values():
            gauge.roll(now, day[0])
        self.seats_over_time.expire(now)
        while len(self.curve) > 1 and self.curve[1][0] < now - CURVE_S:
            self.curve.popleft()

    def observe(self, watch: FloorWatch | None) -> None:
        """Tell this watch of every change from now on (None: nobody)."""
        self.watch = self.desk.watch = watch

    def take(self) -> Ledger:
        """Everything that changed since it was last taken."""
        ledger = self.desk.ledger
        self.desk.ledger = Ledger()
        self.book.settle(ledger)
        gone = self.book.forget(self.at)
        if self.live:
            for visit in gone:
                self.gauge(visit.row.queue).forget(visit.key)
        return ledger

    def recall(self, rows: Iterable[CallRow], legs: Iterable[LegRow] = ()) -> None:
        """Give stored calls and their legs back, so that another source can be matched with them."""
        by_call: dict[tuple[int, int], list[LegRow]] = {}
        for leg in legs:
            by_call.setdefault((leg.source, leg.position), []).append(leg)
            self.desk.learn(leg.seat, leg.agent)
        for row in rows:
            key = (row.source, row.position)
            if key not in self.book.visits:
                self.book.add(recalled(row, by_call.get(key, ())))
                self.desk.learn(row.seat, row.agent)

    # -- small tools -----------------------------------------------------------------------------

    def gauge(self, queue: str) -> QueueGauge:
        """A queue's gauge; a queue nobody named before appears with its first event."""
        gauge = self.gauges.get(queue)
        if gauge is None:
            gauge = self.gauges[queue] = QueueGauge(queue, self.day[0], self.next_roll - INTERVAL_S)
        return gauge

    def repair(self, kind: str) -> None:
        """Count one repair, in all and since the ledger was last taken."""
        for counts in (self.repairs, self.desk.ledger.repairs):
            counts[kind] = counts.get(kind, 0) + 1

    def _weigh(self, queue: str, at: float, busy: int, available: int) -> None:
        integral = self.gauge(queue).seats if queue else self.seats_over_time
        integral.change(at, busy, available)

    def measure(self, visit: Visit) -> None:
        """The visit's row changed: the counts of its queue follow."""
        self.book.dirty[visit.key] = visit
        if self.live:
            self.gauge(visit.row.queue).measure(visit, max(self.at, visit.row.entered_at))
            if self.watch is not None:
                self.watch.visit(visit, self.at)

    def _note_waiting(self, at: float, change: int) -> None:
        self.waiting_now += change
        if self.live:
            add_point(self.curve, at, self.waiting_now)

    def start_waiting(self, visit: Visit, at: float) -> None:
        """The caller waits, as far as the present goes."""
        row = visit.row
        gauge = self.gauges.get(row.queue) or self.gauge(row.queue)
        if visit.key not in gauge.waiting:
            gauge.waiting[visit.key] = row.entered_at
            self._note_waiting(at, +1)
            if self.live:
                gauge.expect(visit)

    def stop_waiting(self, visit: Visit, at: float) -> None:
        """The caller waits no more."""
        row = visit.row
        gauge = self.gauges.get(row.queue) or self.gauge(row.queue)
        if gauge.waiting.pop(visit.key, None) is not None:
            self._note_waiting(at, -1)
            waited = at - row.entered_at
            if waited > gauge.max_wait_s:
                gauge.max_wait_s = waited

    def _check_count(self, queue: str, count: int) -> None:
        if count < 0 or not self.drives or self.from_log:
            return
        waiting = self.gauge(queue).waiting
        if count == len(waiting):
            return
        self.repair("waiting_count")
        if count == 0:
            for key in list(waiting):
                self.lose(self.book.visits[key], self.at)

    def lose(self, visit: Visit, at: float) -> None:
        """The visit ended out of sight: closed at the last sighting, flagged."""
        row = visit.row
        self.stop_waiting(visit, at)
        row.outcome, row.left_at, row.repaired = Outcome.LOST, max(at, row.entered_at), True
        row.wait_ms = millis(row.left_at - row.entered_at)
        self._cancel_rings(visit, at, "")
        self.repair("call_out_of_sight")
        self.book.finish(visit)
        self.measure(visit)

    # -- callers ---------------------------------------------------------------------------------

    def new_visit(self, event: Any, entered_at: float) -> Visit:
        """A visit that this opens (anything with ``call`` and ``queue``), with the targets of its day."""
        target = self.config.target(event.queue, entered_at)
        key = self._key
        more = 0
        while key in self.book.visits:  # a full report opens several with one event
            more += 1
            key = (self._key[0], -(self._key[1] * 4096 + more))
        row = CallRow(key[0], key[1], event.call, event.queue, entered_at)
        row.threshold_ms, row.short_ms = (
            int(target.threshold_s * 1000 + 0.5),
            int(target.short_s * 1000 + 0.5),
        )
        visit = Visit(row, key)
        visit.mark(self.from_log)
        self.book.add(visit)
        return visit

    def _joined(self, event: CallJoined) -> None:
        visit, repeated = self.book.joining(event.call, event.queue, event.at, self.from_log)
        if repeated:
            self.repair("repeated_join")
            return
        if visit is None:
            visit = self.new_visit(event, event.at)
        else:
            visit.mark(self.from_log)
            if visit.wide and not visit.row.final:
                self._entered(visit, event.at)
            visit.wide = False
        row = visit.row
        row.number, row.name = row.number or event.number, row.name or event.name
        row.linked = row.linked or event.linked
        if self.drives and row.outcome is Outcome.WAITING:
            self.start_waiting(visit, event.at)
        if event.count >= 0:
            self._check_count(event.queue, event.count)
        self.measure(visit)

    def _entered(self, visit: Visit, at: float) -> None:
        """A caller met while waiting: now it is told when he came."""
        visit.row.entered_at, visit.row.estimated = at, False
        gauge = self.gauge(visit.row.queue)
        if visit.key in gauge.waiting:
            gauge.waiting[visit.key] = at
            if self.live:
                gauge.expect(visit)

    def _found(self, event: Any, waited_s: float) -> Visit:
        """The visit an event speaks of; one that began out of sight is opened now, flagged."""
        visit = self.book.current(event.call, event.queue, self.from_log)
        if visit is None:
            visit = self.new_visit(event, event.at - waited_s)
            visit.row.estimated = visit.row.repaired = visit.wide = True
            self.repair("call_without_join")
        if self.from_log:
            visit.row.seen_log = True
        else:
            visit.row.seen_live = True
        self.book.dirty[visit.key] = visit
        return visit

    def _rang(self, event: CallRang) -> None:
        visit = self.book.current(event.call, event.queue, self.from_log)
        if visit is None or visit.row.outcome not in PENDING:
            return
        seat, agent = self.desk.call_name(event.seat)
        if seat not in visit.open_rings:
            visit.open_rings[seat] = len(visit.legs)
            visit.legs.append(self._leg(visit, seat, agent, event.at))
            self.book.touch(visit)
        if self.drives:
            self.desk.ring(event.seat, event.call, event.queue, event.at)

    def _leg(self, visit: Visit, seat: str, agent: str, rang_at: float) -> LegRow:
        row = visit.row
        return LegRow(row.source, row.position, len(visit.legs), seat, agent, rang_at)

    def _ring_ended(self, event: RingEnded) -> None:
        visit = self.book.current(event.call, event.queue, self.from_log)
        if self.drives:
            self.desk.stop_ring(event.seat, event.call, event.at)
        if visit is None:
            return
        seat, agent = self.desk.call_name(event.seat)
        told = visit.rings.setdefault(seat, [0, 0])
        told[self.from_log] += 1
        if told[self.from_log] <= told[not self.from_log]:
            return  # the other source has told of this ringing already
        ring_s = event.ring_s or 0.0
        index = visit.open_rings.pop(seat, None)
        if index is None:
            index = len(visit.legs)
            visit.legs.append(self._leg(visit, seat, agent, event.at - ring_s))
        leg = visit.legs[index]
        leg.ended_at, leg.result = event.at, event.result.value
        leg.ring_ms = millis(ring_s if event.ring_s is not None else event.at - leg.rang_at)
        if event.result is RingResult.NO_ANSWER:
            self._missed(visit, seat, agent, event.at)
        self.measure(visit)

    def _missed(self, visit: Visit, seat: str, agent: str, at: float) -> None:
        visit.row.ronas += 1
        visit.ronas.append((agent, interval_start(at)))
        found = self.desk.find(seat)
        if found is not None and self.drives and self.live:
            found.today.rona += 1
            if self.watch is not None:
                self.watch.missed(found, self.at)

    def _cancel_rings(self, visit: Visit, at: float, winner: str) -> None:
        for seat, index in visit.open_rings.items():
            if seat == winner:
                continue
            leg = visit.legs[index]
            leg.result, leg.ended_at, leg.ring_ms = "canceled", at, millis(at - leg.rang_at)
            visit.rings.setdefault(seat, [0, 0])[self.from_log] += 1
            if self.drives:
                self.desk.stop_ring(seat, visit.row.call, at)
        visit.open_rings = {}

    def _dequeued(self, event: CallDequeued) -> None:
        visit = self.book.current(event.call, event.queue, self.from_log)
        if visit is not None and visit.row.outcome is Outcome.WAITING:
            visit.row.outcome, visit.row.left_at = Outcome.DEQUEUED, event.at
            self.stop_waiting(visit, event.at)
            self.measure(visit)
        self._check_count(event.queue, event.count)

    def _left(self, event: CallLeft) -> None:
        visit = self._found(event, event.wait_s or 0.0)
        row = visit.row
        if row.outcome in PENDING:
            self._close_unanswered(visit, event)
        elif (
            row.outcome in EXITS and row.outcome is not event.outcome and (self.from_log or not row.seen_log)
        ):
            first = row.outcome
            row.outcome = event.outcome
            if first is Outcome.LOST:
                row.repaired = False
                self._set_exit(row, event)
            self.measure(visit)
        elif row.outcome is Outcome.ANSWERED:
            self.repair("left_after_answer")
        if event.outcome is Outcome.ABANDONED and row.outcome is Outcome.ABANDONED:
            self._remember_abandon(visit)

    def _remember_abandon(self, visit: Visit) -> None:
        if self.live and (not self.abandons or visit not in self.abandons):
            self.abandons.append(visit)

    def _set_exit(self, row: CallRow, event: CallLeft) -> None:
        row.left_at, row.key = event.at, event.key
        waited = event.wait_s if event.wait_s is not None else event.at - row.entered_at
        row.wait_ms = millis(waited)

    def _close_unanswered(self, visit: Visit, event: CallLeft) -> None:
        visit.row.outcome = event.outcome
        self._set_exit(visit.row, event)
        self.stop_waiting(visit, event.at)
        self._cancel_rings(visit, event.at, "")
        self.book.finish(visit)
        self.measure(visit)

    def _refused(self, event: CallRefused) -> None:
        visit = self.new_visit(event, event.at)
        visit.row.outcome, visit.row.number = event.outcome, event.number
        visit.row.left_at = event.at
        self.book.finish(visit)
        self.measure(visit)

    def _answered(self, event: CallAnswered) -> None:
        visit = self._found(event, event.wait_s or 0.0)
        row = visit.row
        seat, agent = self.desk.call_name(event.seat)
        if row.outcome is Outcome.ANSWERED:
            self._answered_again(visit, event, seat, agent)
        elif row.outcome not in PENDING and not (row.repaired or self.from_log):
            self.repair("answer_after_end")
        else:
            self.connect(visit, event, seat, agent)
        if self.drives and row.outcome is Outcome.ANSWERED and not row.ended_at:
            self.seat_takes(visit, event.seat, event.at)

    def _answered_again(self, visit: Visit, event: CallAnswered, seat: str, agent: str) -> None:
        """The other source's word on the same answer, or a second answer that cannot be."""
        row = visit.row
        if row.agent == agent or row.seat == seat:
            if event.ring_s is not None and not row.ring_ms:
                row.ring_ms = millis(event.ring_s)
            if visit.unseen or row.estimated:
                self._see_answer(visit, event)
            self.measure(visit)
            return
        self.repair("second_answer")

    def _see_answer(self, visit: Visit, event: CallAnswered) -> None:
        """The ledger knows the answer that happened out of sight."""
        row = visit.row
        if event.wait_s is not None:
            row.wait_ms = millis(event.wait_s)
        if visit.unseen:
            row.answered_at = row.left_at = max(row.entered_at, event.at)
            visit.unseen = False
            if event.ring_s is not None:
                row.ring_ms = millis(event.ring_s)

    def connect(self, visit: Visit, event: CallAnswered, seat: str, agent: str) -> None:
        """Caller and seat talk from the event's instant on."""
        row = visit.row
        self.stop_waiting(visit, event.at)
        row.outcome, row.seat, row.agent = Outcome.ANSWERED, seat, agent
        row.answered_at = row.left_at = event.at
        waited = event.wait_s if event.wait_s is not None else event.at - row.entered_at
        row.wait_ms, row.ring_ms = millis(waited), millis(event.ring_s or 0.0)
        row.final = False
        index = visit.open_rings.get(seat)
        if index is None:
            index = len(visit.legs)
            visit.legs.append(self._leg(visit, seat, agent, event.at - (event.ring_s or 0.0)))
        leg = visit.legs[index]
        leg.answered_at, leg.result, leg.ring_ms = event.at, "answered", row.ring_ms
        if not row.ring_ms and event.ring_s is None:
            leg.ring_ms = row.ring_ms = millis(event.at - leg.rang_at)
        if visit.open_rings:
            self._cancel_rings(visit, event.at, seat)
        self.measure(visit)

    def seat_takes(self, visit: Visit, name: str, at: float) -> None:
        """The seat is on this call now, unless another one has it."""
        seat, row = self.desk.get(name), visit.row
        if not row.seat:
            row.seat, row.agent = seat.seat, seat.agent
        if row.seat != seat.seat:
            self.repair("second_answer")
            return
        if seat.visit is not None and seat.visit != visit.key:
            held = self.book.visits.get(seat.visit)
            if held is not None:
                self.desk.stop_hold(seat, held, at)
        if not self.desk.attach(seat, visit, at):
            self.repair("seat_in_two_calls")
        if self.watch is not None:
            self.watch.answered(seat, self.at)

    def _ended(self, event: CallEnded) -> None:
        visit = self._ending(event)
        row = visit.row
        if row.outcome is not Outcome.ANSWERED:
            self._answer_unseen(visit, event)
        if row.ended_at:
            self._ended_again(visit, event)
        else:
            self._close_answered(visit, event)

    def _ending(self, event: CallEnded) -> Visit:
        if not event.call:
            seat = self.desk.find(event.seat)
            visit = self.book.visits.get(seat.visit) if seat and seat.visit is not None else None
            if visit is not None and visit.row.queue == event.queue:
                visit.mark(self.from_log)
                self.book.touch(visit)
                return visit
        return self._found(event, (event.talk_s or 0.0) + (event.wait_s or 0.0))

    def _answer_unseen(self, visit: Visit, event: CallEnded) -> None:
        """The end of a conversation whose beginning nobody told us: it began its talk time ago."""
        seat, agent = self.desk.call_name(event.seat)
        answered_at = max(visit.row.entered_at, event.at - (event.talk_s or 0.0))
        begun = CallAnswered(
            at=answered_at, call=event.call, queue=event.queue, seat=event.seat, wait_s=event.wait_s
        )
        if visit.row.outcome not in PENDING or not visit.row.repaired:
            self.repair("answer_unseen")
        self.connect(visit, begun, seat, agent)

    def _close_answered(self, visit: Visit, event: CallEnded) -> None:
        row = visit.row
        seat = self.desk.find(row.seat)
        holder = seat if seat is not None and seat.visit == visit.key else None
        if holder is not None:
            self.desk.stop_hold(holder, visit, event.at)
        row.ended_at, row.ended_by, row.target = max(event.at, row.answered_at), event.by, event.target
        self._set_talk(visit, event)
        self.end_leg(visit)
        if self.drives and holder is not None:
            self.desk.release(holder, visit, event.at)
        if seat is None or seat.wrap_visit != visit.key:
            self.book.finish(visit)
        if seat is not None and self.drives and self.live:
            seat.today.handled += 1
            seat.today.talk_s += row.talk_ms / 1000
            seat.today.hold_s += row.hold_ms / 1000
        self.measure(visit)

    def _set_talk(self, visit: Visit, event: CallEnded) -> None:
        row = visit.row
        if (row.estimated or visit.unseen) and event.wait_s is not None and event.talk_s is not None:
            row.wait_ms = millis(event.wait_s)
            row.answered_at = min(row.answered_at, event.at - event.talk_s)
            if row.estimated:
                row.entered_at = row.answered_at - event.wait_s
            row.answered_at = row.left_at = max(row.entered_at, row.answered_at)
        total = event.talk_s if event.talk_s is not None else row.ended_at - row.answered_at
        if visit.seat_done_at and total > visit.seat_done_at - row.answered_at + TALK_CAP_S:
            total = visit.seat_done_at - row.answered_at
        row.hold_ms = min(row.hold_ms, millis(total))
        row.talk_ms = millis(total) - row.hold_ms

    def end_leg(self, visit: Visit) -> None:
        """The winning leg ends as its call does."""
        for leg in reversed(visit.legs):
            if leg.answered_at:
                leg.ended_at, leg.talk_ms = visit.row.ended_at, visit.row.talk_ms
                leg.hold_ms = visit.row.hold_ms
                return

    def _ended_again(self, visit: Visit, event: CallEnded) -> None:
        """The other source's word on the same end. The log's way of ending wins; a guess gives way."""
        row = visit.row
        if row.repaired and row.ended_by is EndedBy.UNKNOWN:
            row.ended_at, row.repaired = max(event.at, row.answered_at), False
            self._set_talk(visit, event)
            self.end_leg(visit)
        if event.by is not EndedBy.UNKNOWN and (self.from_log or row.ended_by is EndedBy.UNKNOWN):
            row.ended_by, row.target = event.by, event.target or row.target
        self.measure(visit)

    # -- the source itself -----------------------------------------------------------------------

    def _nothing(self, event: FloorEvent) -> None:
        """An event that moves time alone."""

    # -- for the restart -------------------------------------------------------------------------

    def dump(self) -> bytes:
        """The exact state, to be loaded later. Take the ledger first: what is not taken is not dumped."""
        self.advance(self.at)
        return dump_floor(self)

    @classmethod
    def load(cls, config: FloorConfig, blob: bytes, *, live: bool = True) -> "Floor":
        """A Floor as it was dumped. Raises msgspec.ValidationError on a blob of another version."""
        floor = cls(config, live=live)
        load_floor(floor, blob)
        return floor

    def view(self, now: float) -> FloorView:
        """FloorView at ``now`` (UTC epoch seconds)."""
        self.advance(now)
        return self._presenter.view(self, now)

    def seats(self) -> list[Seat]:
        """All seats that any source has told of."""
        return list(self.desk.seats.values())
