"""How long calls take seats and how long callers wait, by queue and half hour, from the last four weeks.

A half hour's own calls count, and beside them some calls of the whole queue at their mean: where few came,
the queue's mean decides. Patience is the waiting of all callers over the callers who gave up (Palm's
identity, which holds whatever the seats were); what is usual weighs in, so that a queue nobody left has one.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.week import dates
from ccfloor.service.staffing.present_now import DEFAULT_HANDLE_S, PATIENCE_S
from ccfloor.staffing.live import Past, patience
from ccfloor.store.half_hour_counts import Handling, handling_by_slot
from ccfloor.store.viewer import Viewer

WEEKS_DAYS = 28
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


def measured(engine: Engine, viewer: Viewer, config: FloorConfig, day: date) -> dict[str, BySlot]:
    """Queue → half hour of the local clock (0: midnight … 47) → what the four weeks before a day tell."""
    of = dates(config, day - timedelta(days=WEEKS_DAYS), day - timedelta(days=1))
    found = handling_by_slot(engine, viewer, config, of)
    return {queue: of_queue(slots) for queue, slots in found.items()}


def of_queue(slots: Mapping[int, Handling]) -> BySlot:
    """Of one queue; every half hour of the day is there."""
    total = Handling()
    for part in slots.values():
        total = total.plus(part)
    whole = _leaning(total, USUAL, 0.0 if total.wait_s else _LEFT)
    return {slot: _leaning(slots.get(slot, Handling()), whole, _LEFT) for slot in range(48)}


def _leaning(of: Handling, on: Measured, left: float) -> Measured:
    """Means of these calls and of so many others; ``left``: callers who gave up that count of the others."""
    aht = (of.seat_s + _CALLS * on.aht_s) / (of.handled + _CALLS)
    past = Past(left, left * on.patience_s) if left else None
    told = patience(of.abandoned, of.wait_s, past)
    waits = on.patience_s if told is None else min(told.value, MOST_PATIENCE_S)
    return Measured(max(LEAST_S, aht), waits, of.handled, of.abandoned)
