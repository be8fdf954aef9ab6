"""How long calls take seats and how long callers wait, by queue and half hour, from the last four weeks.

Those are the last of which anything is stored, whatever lies between them and the day: a day to come, or the
first after a pause, is not of calls nobody knows. A queue that had few in them is told by the weeks before,
too, one that had none by the site's others. A half hour's own calls count, and beside them some calls of the
whole queue at their mean: where few came, the queue's mean decides. Patience is the waiting of all callers
over the callers who gave up (Palm's identity, which holds whatever the seats were); what is usual weighs in,
so that a queue nobody left has one.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import date_of, day_number
from ccfloor.kpi.week import dates
from ccfloor.service.staffing.present_now import DEFAULT_HANDLE_S
from ccfloor.service.staffing_today.history import DAYS
from ccfloor.staffing.live import PATIENCE_S, Past, patience
from ccfloor.store.half_hour_counts import Handling, handling_by_slot, last_stored_day
from ccfloor.store.viewer import Viewer

WEEKS_DAYS = 28
_FEW = 100  # calls of a queue in four weeks: of fewer the time before counts, too
_CALLS, _LEFT = 30.0, 20.0  # calls, and callers who gave up, that the queue's mean weighs
LEAST_S, MOST_PATIENCE_S = 1.0, 3600.0


class Measured(NamedTuple):
    """Means in seconds, and the observations of this half hour behind them: calls, callers who gave up."""

    aht_s: float
    patience_s: float
    calls: int = 0
    left: int = 0


USUAL = Measured(DEFAULT_HANDLE_S, PATIENCE_S)  # of a queue of which nothing is known
BySlot = Mapping[int, Measured]


class Known(NamedTuple):
    """Queue → half hour of the local clock (0: midnight … 47) → what is known of it; ``others``: what stands
    in for a queue that had no call.
    """

    queues: Mapping[str, BySlot]
    others: Measured = USUAL

    def of(self, queue: str, slot: int) -> Measured:
        """What a half hour of a queue is reckoned with."""
        return self.queues.get(queue, {}).get(slot, self.others)


def measured(engine: Engine, viewer: Viewer, config: FloorConfig, day: date) -> Known:
    """What the last four weeks before a day tell, see above."""
    last = last_stored_day(engine, viewer, day_number(day))
    if last is None:
        return Known({})
    end = date_of(last)
    lately = _slots(engine, viewer, config, end, WEEKS_DAYS)
    before = _slots(engine, viewer, config, end - timedelta(days=WEEKS_DAYS), DAYS)
    few = [queue for queue in {*lately, *before} if _total(lately.get(queue, {})).handled < _FEW]
    slots = lately | {queue: _both(lately.get(queue, {}), before.get(queue, {})) for queue in few}
    everybody = Handling()
    for one in slots.values():
        everybody = everybody.plus(_total(one))
    others = _leaning(everybody, USUAL, _LEFT)._replace(calls=0, left=0)
    return Known({queue: of_queue(one, others) for queue, one in slots.items()}, others)


def _slots(
    engine: Engine, viewer: Viewer, config: FloorConfig, last: date, days: int
) -> dict[str, dict[int, Handling]]:
    return handling_by_slot(engine, viewer, config, dates(config, last - timedelta(days=days - 1), last))


def _total(slots: Mapping[int, Handling]) -> Handling:
    total = Handling()
    for part in slots.values():
        total = total.plus(part)
    return total


def _both(one: Mapping[int, Handling], other: Mapping[int, Handling]) -> dict[int, Handling]:
    nothing = Handling()
    return {slot: one.get(slot, nothing).plus(other.get(slot, nothing)) for slot in {*one, *other}}


def of_queue(slots: Mapping[int, Handling], on: Measured = USUAL) -> BySlot:
    """Of one queue; every half hour of the day is there. ``on``: what weighs in where few came."""
    total = _total(slots)
    whole = _leaning(total, on, 0.0 if total.wait_s else _LEFT)
    return {slot: _leaning(slots.get(slot, Handling()), whole, _LEFT) for slot in range(48)}


def _leaning(of: Handling, on: Measured, left: float) -> Measured:
    """Means of these calls and of so many others; ``left``: callers who gave up that count of the others."""
    aht = (of.seat_s + _CALLS * on.aht_s) / (of.handled + _CALLS)
    past = Past(left, left * on.patience_s) if left else None
    told = patience(of.abandoned, of.wait_s, past)
    waits = on.patience_s if told is None else min(told.value, MOST_PATIENCE_S)
    return Measured(max(LEAST_S, aht), waits, of.handled, of.abandoned)
