"""The effect of a move as a queue in balance has it (Erlang A), from what the last half hour showed.

Rough on purpose and quick: it knows nothing of callers who wait already, nor of what is still to come.
"""

from collections.abc import Mapping
from math import floor

from ccfloor.floor.metrics import DEFAULT_SL
from ccfloor.floor.view import FloorView, QueueView
from ccfloor.service.moves.preview import Effect, Moved, Outcome
from ccfloor.staffing.erlang import Demand, Steady, erlang_a

_SPAN_S = 1800.0  # of QueueView.last_30
_NO_CALLS = 0.5  # a half hour without a call is no proof that none comes
_USUAL_PATIENCE_S, _USUAL_WEIGHS = 180.0, 20.0  # as many callers who gave up as what is usual counts for


def balance(view: FloorView, moved: Moved, minutes: int) -> Mapping[str, Effect]:
    """See ``preview.Effects``. A queue whose calls have no known length is left out."""
    found = {}
    for queue in view.queues:
        demand = _demand(view, queue) if queue.queue in moved.served else None
        if demand is None:
            continue
        shares = _shares(view, moved)
        before, after = (
            sum(shares[at].get(seat, 1.0) for seat in seats)
            for at, seats in enumerate(moved.served[queue.queue])
        )
        t = queue.threshold_s
        found[queue.queue] = Effect(_outcome(demand, before, t), _outcome(demand, after, t), rough=True)
    return found


def _shares(view: FloorView, moved: Moved) -> tuple[dict[str, float], dict[str, float]]:
    """What of a seat's time a queue has that it serves, before and after: each of its queues has as much."""
    before = {seat.seat: 1 / max(1, len(seat.queues)) for seat in view.seats}
    after = dict(before)
    for seat in view.seats:
        if seat.seat in moved.seats:
            served = [one.queue for one in seat.queues]
            left = set(served) - set(moved.wish.leaves(served))
            after[seat.seat] = 1 / max(1, len(left | moved.wish.queues.keys()))
    return before, after


def _demand(view: FloorView, queue: QueueView) -> Demand | None:
    aht = queue.last_30.aht_s or queue.today.aht_s
    if not aht:
        return None
    rate = (queue.last_30.offered + _NO_CALLS) / _SPAN_S
    return Demand(rate, aht, _patience_s(view, queue))


def _patience_s(view: FloorView, queue: QueueView) -> float:
    """All waiting of today over those who gave up, what is usual weighing in."""
    waits = [one.wait_s for one in view.abandons if one.queue == queue.queue]
    gave_up = queue.today.abandoned
    each = sum(waits) / len(waits) if waits else queue.today.asa_s or 0.0
    total = (queue.today.asa_s or 0.0) * queue.today.answered + each * gave_up
    return max(1.0, (total + _USUAL_WEIGHS * _USUAL_PATIENCE_S) / (gave_up + _USUAL_WEIGHS))


def _outcome(demand: Demand, seats: float, threshold_s: float) -> Outcome:
    """Between whole numbers of seats, in proportion."""
    low = floor(seats + 1e-9)
    part = max(0.0, seats - low)
    few, more = (_figures(erlang_a(demand, number, threshold_s)) for number in (low, low + 1))
    if part < 1e-9:
        return Outcome(*few)
    return Outcome(*(_between(one, other, part) for one, other in zip(few, more, strict=True)))


def _figures(found: Steady) -> tuple[float | None, float, float]:
    return found.levels[DEFAULT_SL], found.abandoned, found.wait_s


def _between(few: float | None, more: float | None, part: float) -> float | None:
    if few is None or more is None:
        return more if few is None else few
    return few + (more - few) * part
