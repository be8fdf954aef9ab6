"""After the switch was out of sight: the present is what it reports now, and what is gone has ended.

Nothing is guessed. A call that ended out of sight is closed at the last sighting and flagged; one that goes
on is the same call; one that is met for the first time is opened with what the report says of it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ccfloor.floor.calls import MATCH_S, PENDING, Visit
from ccfloor.floor.events import (
    CallAnswered,
    EndedBy,
    FloorSnapshot,
    Outcome,
    SourceLost,
    SwitchStarted,
    TalkState,
    WaitingState,
)
from ccfloor.floor.records import millis

if TYPE_CHECKING:
    from ccfloor.floor.state import Floor


class Resync:
    """What a Floor does when a link is lost, the switch starts anew, or reports its whole present."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def source_lost(self, event: SourceLost) -> None:
        """A live link is gone: unless others go on, the floor is blind from here."""
        floor = self._floor
        if event.others:
            return
        if floor.link_up or floor.blind_since is None:
            floor.blind_since = event.at
            if floor.watch is not None:
                floor.watch.blind(floor.at)
        floor.link_up = False

    def started(self, event: SwitchStarted) -> None:
        """The switch came up: what was open before is over. A log may tell of it long afterwards."""
        if self._floor.drives:
            self._close_all(event.at, keep=set(), before=event.at)

    def snapshot(self, event: FloorSnapshot) -> None:
        """The present as the switch reports it replaces what was believed."""
        floor, sighted = self._floor, event.blind_since or event.at
        for queue in event.queues:
            floor.gauge(queue.queue)
        only = frozenset(queue.queue for queue in event.queues) if event.partial else None
        here = {(state.call, state.queue) for state in event.waiting}
        here |= {(state.call, state.queue) for state in event.talking}
        self._close_all(min(sighted, event.at), keep=set() if event.restarted else here, only=only)
        floor.desk.replace(event.members, event.at, event.blind_since, only)
        for waiting in sorted(event.waiting, key=lambda state: -state.wait_s):
            self._resume_waiting(waiting, event)
        for talking in event.talking:
            self._resume_talk(talking, event)

    # -- what is over ----------------------------------------------------------------------------

    def _close_all(
        self,
        at: float,
        keep: set[tuple[str, str]],
        before: float = math.inf,
        only: frozenset[str] | None = None,
    ) -> None:
        """End open visits at the last sighting, but not the kept ones and those of after ``before``.

        ``only``: the queues it is about; None: all.
        """
        floor = self._floor
        for visit in floor.book.open_visits():
            row = visit.row
            if (row.call, row.queue) in keep or (row.ended_at and floor.desk.wrapping(visit)):
                continue
            if max(row.entered_at, row.answered_at) > before or (only is not None and row.queue not in only):
                continue
            if row.outcome in PENDING:
                floor.lose(visit, at)
            elif row.outcome is Outcome.ANSWERED:
                self._cut(visit, at)

    def _cut(self, visit: Visit, at: float) -> None:
        """A conversation that ended out of sight."""
        floor, row = self._floor, visit.row
        if not row.ended_at:
            seat = floor.desk.find(row.seat)
            if seat is not None and seat.visit == visit.key:
                floor.desk.stop_hold(seat, visit, at)
                seat.visit, seat.visit_queue, seat.visit_call = None, "", ""
                floor.desk.update(seat, at)
            row.ended_at, row.ended_by = max(at, row.answered_at), EndedBy.UNKNOWN
            total = millis(row.ended_at - row.answered_at)
            row.hold_ms = min(row.hold_ms, total)
            row.talk_ms, row.repaired = total - row.hold_ms, True
            floor.end_leg(visit)
            floor.repair("call_out_of_sight")
        floor.book.finish(visit)
        floor.measure(visit)

    # -- what goes on ----------------------------------------------------------------------------

    def _open(self, call: str, queue: str) -> Visit | None:
        visit = self._floor.book.current(call, queue, self._floor.from_log)
        return visit if visit is not None and not visit.row.final else None

    def _ahead(self, call: str, queue: str, event: FloorSnapshot, over: bool) -> bool:
        """The log was quicker than the report: what it still shows was answered (or is over) by now."""
        floor = self._floor
        visit = floor.book.current(call, queue, floor.from_log)
        if visit is None or not visit.row.seen_log or visit.row.repaired or visit.row.outcome in PENDING:
            return False
        row = visit.row
        if (over and not row.ended_at) or max(row.left_at, row.ended_at) < event.at - MATCH_S:
            return False
        visit.mark(floor.from_log)
        floor.book.touch(visit)
        return True

    def _resume_waiting(self, state: WaitingState, event: FloorSnapshot) -> None:
        if self._ahead(state.call, state.queue, event, over=False):
            return
        floor, visit = self._floor, self._open(state.call, state.queue)
        if visit is None or visit.row.outcome is Outcome.ANSWERED:
            visit = floor.new_visit(state, event.at - state.wait_s)
            visit.row.number, visit.row.name = state.number, state.name
            visit.wide = True
        visit.row.outcome = Outcome.WAITING
        visit.mark(floor.from_log)
        floor.start_waiting(visit, event.at)
        floor.measure(visit)

    def _resume_talk(self, state: TalkState, event: FloorSnapshot) -> None:
        if self._ahead(state.call, state.queue, event, over=True):
            return
        floor, visit = self._floor, self._open(state.call, state.queue)
        if visit is None:
            visit = floor.new_visit(state, event.at)
            visit.row.estimated = visit.wide = True
        visit.mark(floor.from_log)
        if visit.row.outcome is not Outcome.ANSWERED:
            seat, agent = floor.desk.call_name(state.seat)
            begun = CallAnswered(at=event.at, call=state.call, queue=state.queue, seat=state.seat)
            visit.row.repaired = visit.unseen = True
            floor.connect(visit, begun, seat, agent)
        if state.seat and not visit.row.ended_at:
            floor.seat_takes(visit, state.seat, event.at)
        floor.measure(visit)
