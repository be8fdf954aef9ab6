"""What changed between two views of a floor, entity by entity, as a reader must be told.

Values that flow with the clock alone (an occupancy creeping up, the age of the oldest caller) are not
changes until they differ visibly from what the reader was told last: clocks run in the reader.
"""

from typing import Any

from msgspec.structs import replace

from ccfloor.floor.view import FloorView, QueueView, SeatCounts, SeatDay, SeatView, Window
from ccfloor.service.plan import AlarmView, PlanView, Rung

_NO_DAY = SeatDay()
_NO_SEATS = SeatCounts()
_NO_WINDOW = Window()
_WINDOWS = ("today", "last_15", "last_30", "interval")
_DRIFT_S = 5.0


def apart(told: float | None, now: float | None, by: float) -> bool:
    """Whether two values differ by ``by`` or more; None differs from every number."""
    if told is None or now is None:
        return told is not now
    return abs(told - now) >= by


def window_changed(told: Window, now: Window) -> bool:
    """Counts that differ, or a rate that moved visibly."""
    if told == now:
        return False
    if apart(told.occupancy, now.occupancy, 0.005) or apart(told.aht_s, now.aht_s, 0.5):
        return True
    return replace(told, occupancy=None, aht_s=None) != replace(now, occupancy=None, aht_s=None)


def queue_changed(told: QueueView, now: QueueView) -> bool:
    """Whether a queue's tile would look different."""
    if told == now:
        return False
    if apart(told.max_wait_today_s, now.max_wait_today_s, _DRIFT_S):
        return True
    if apart(told.expected_wait_s, now.expected_wait_s, 2.0):
        return True
    if any(window_changed(getattr(told, name), getattr(now, name)) for name in _WINDOWS):
        return True
    return _still(told) != _still(now)


def _still(queue: QueueView) -> QueueView:
    return replace(
        queue,
        longest_wait_s=0.0,
        max_wait_today_s=0.0,
        expected_wait_s=None,
        expected_wait_range_s=None,
        today=_NO_WINDOW,
        last_15=_NO_WINDOW,
        last_30=_NO_WINDOW,
        interval=_NO_WINDOW,
    )


def seat_changed(told: SeatView, now: SeatView) -> bool:
    """Whether a seat's tile or its day would look different."""
    if told == now:
        return False
    return _day_changed(told.day, now.day) or replace(told, day=_NO_DAY) != replace(now, day=_NO_DAY)


def _day_changed(told: SeatDay, now: SeatDay) -> bool:
    if told == now:
        return False
    if (told.handled, told.rona, told.login_at) != (now.handled, now.rona, now.login_at):
        return True
    if apart(told.occupancy, now.occupancy, 0.01):
        return True
    return any(apart(a, b, _DRIFT_S) for a, b in zip(_seconds(told), _seconds(now), strict=True)) or any(
        apart(told.pause_s.get(reason, 0.0), spent, _DRIFT_S) for reason, spent in now.pause_s.items()
    )


def _seconds(day: SeatDay) -> tuple[float, ...]:
    return day.talk_s, day.hold_s, day.acw_s, day.ready_s, day.busy_s, day.login_s


def plan_changed(told: PlanView | None, now: PlanView | None) -> bool:
    """Whether the plan would look different: bars and clocks that run in the reader are not told anew."""
    if told is None or now is None:
        return told is not now
    if replace(told, at=now.at) == now:
        return False
    later = now.at - told.at
    rungs, alarms = zip(told.ladder, now.ladder, strict=False), zip(told.alarms, now.alarms, strict=False)
    if len(told.ladder) != len(now.ladder) or len(told.alarms) != len(now.alarms):
        return True
    if any(_rung_changed(*pair, later) for pair in rungs) or any(_alarm_changed(*pair) for pair in alarms):
        return True
    return replace(told, at=now.at, ladder=(), alarms=()) != replace(now, ladder=(), alarms=())


def _rung_changed(told: Rung, now: Rung, later: float) -> bool:
    if told == now:
        return False
    shown = told.held_s + (later if told.holding else 0.0)
    if abs(shown - now.held_s) >= 1.0 or _value_moved(told.value, now.value):
        return True
    moved = any(abs(a - b) >= 1.0 for a, b in zip(_due(told), _due(now), strict=True))
    return moved or replace(told, held_s=0.0, value=None, due_at=0.0, clears_at=0.0) != replace(
        now, held_s=0.0, value=None, due_at=0.0, clears_at=0.0
    )


def _due(rung: Rung) -> tuple[float, float]:
    return rung.due_at, rung.clears_at


def _alarm_changed(told: AlarmView, now: AlarmView) -> bool:
    if told == now:
        return False
    if abs(told.due_at - now.due_at) >= 1.0 or _value_moved(told.value, now.value):
        return True
    return replace(told, value=None, due_at=0.0) != replace(now, value=None, due_at=0.0)


def _value_moved(told: float | None, now: float | None) -> bool:
    """Shares by half a percent, counts by one, clocks by some seconds."""
    size = max(abs(told or 0.0), abs(now or 0.0))
    return apart(told, now, 0.005 if size <= 1.0 else 1.0 if size < 60 else _DRIFT_S)


class Differ:
    """Keeps what the readers of one scope were told, and tells the difference."""

    def __init__(self, view: FloorView, plan: PlanView | None = None) -> None:
        self.reset(view, plan)

    def reset(self, view: FloorView, plan: PlanView | None = None) -> None:
        """The readers get this whole view and plan now."""
        self.told, self.plan = view, plan
        self._queues = {queue.queue: queue for queue in view.queues}
        self._seats = {seat.seat: seat for seat in view.seats}

    def needs_full(self, view: FloorView) -> bool:
        """A difference cannot say it: the first event, another day, or a queue that is no longer there."""
        if (view.site, view.day_start) != (self.told.site, self.told.day_start):
            return True
        if view.events and not self.told.events:
            return True
        return not self._queues.keys() <= {queue.queue for queue in view.queues}

    def diff(self, view: FloorView) -> dict[str, Any]:
        """The changed parts of ``view`` by their names in the message; empty if nothing changed."""
        changed = self._entities(view)
        told = self.told
        floor = view.floor if queue_changed(told.floor, view.floor) else told.floor
        if floor is not told.floor:
            changed["floor"] = floor
        for name, field in (("callers", "callers"), ("abandons", "abandons"), ("curve", "waiting_curve")):
            if getattr(told, field) != getattr(view, field):
                changed[name] = getattr(view, field)
        if told.blind_since != view.blind_since:
            changed["blind_since"] = view.blind_since
        self.told = replace(
            view, floor=floor, queues=tuple(self._queues.values()), seats=tuple(self._seats.values())
        )
        return changed

    def diff_plan(self, plan: PlanView | None) -> dict[str, Any]:
        """The plan as a whole if it changed."""
        if not plan_changed(self.plan, plan):
            return {}
        self.plan = plan
        return {"plan": plan}

    def _entities(self, view: FloorView) -> dict[str, Any]:
        changed: dict[str, Any] = {}
        queues = [queue for queue in view.queues if self._is_new_queue(queue)]
        seats = [seat for seat in view.seats if self._is_new_seat(seat)]
        gone = sorted(self._seats.keys() - {seat.seat for seat in view.seats})
        self._queues.update((queue.queue, queue) for queue in queues)
        self._seats.update((seat.seat, seat) for seat in seats)
        for seat_id in gone:
            del self._seats[seat_id]
        for name, items in (("queues", queues), ("seats", seats), ("gone", gone)):
            if items:
                changed[name] = items
        return changed

    def _is_new_queue(self, queue: QueueView) -> bool:
        told = self._queues.get(queue.queue)
        return told is None or queue_changed(told, queue)

    def _is_new_seat(self, seat: SeatView) -> bool:
        told = self._seats.get(seat.seat)
        return told is None or seat_changed(told, seat)
