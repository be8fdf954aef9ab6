"""What one group of readers may see of a floor: some queues or all, numbers masked or not."""

from typing import NamedTuple

from msgspec.structs import replace

from ccfloor.floor.view import FloorView, QueueView, SeatView


class Scope(NamedTuple):
    """Readers with an equal scope get the same bytes. ``queues`` None: the whole floor."""

    site: str
    queues: frozenset[str] | None = None
    masked: bool = True


def mask(number: str) -> str:
    """A telephone number with its middle hidden (138****2071); short internal numbers stay."""
    if len(number) < 7 or "*" in number:
        return number
    return f"{number[:-8]}****{number[-4:]}" if len(number) >= 11 else f"{number[:2]}****{number[-2:]}"


def scoped(view: FloorView, scope: Scope) -> FloorView:
    """The part of a view that a scope allows, numbers masked where it asks for it."""
    if scope.queues is not None:
        view = _allowed(view, scope.queues)
    return _masked(view) if scope.masked else view


def _allowed(view: FloorView, queues: frozenset[str]) -> FloorView:
    kept = tuple(queue for queue in view.queues if queue.queue in queues)
    return replace(
        view,
        floor=_floor_of(view.floor, kept),
        queues=kept,
        seats=tuple(seat for seat in view.seats if any(m.queue in queues for m in seat.queues)),
        callers=tuple(caller for caller in view.callers if caller.queue in queues),
        abandons=tuple(lost for lost in view.abandons if lost.queue in queues),
        waiting_curve=(),
    )


def _floor_of(floor: QueueView, kept: tuple[QueueView, ...]) -> QueueView:
    """The allowed queue itself where it is one; of several only what adds up is told."""
    if len(kept) == 1:
        return replace(kept[0], queue="")
    oldest = [queue.oldest_at for queue in kept if queue.oldest_at is not None]
    return QueueView(
        queue="",
        waiting=sum(queue.waiting for queue in kept),
        longest_wait_s=max((queue.longest_wait_s for queue in kept), default=0.0),
        oldest_at=min(oldest, default=None),
        max_wait_today_s=max((queue.max_wait_today_s for queue in kept), default=0.0),
        threshold_s=floor.threshold_s,
        target=floor.target,
        seats=type(floor.seats)(),
        today=type(floor.today)(),
        last_15=type(floor.last_15)(),
        last_30=type(floor.last_30)(),
        interval=type(floor.interval)(),
    )


def _masked(view: FloorView) -> FloorView:
    return replace(
        view,
        seats=tuple(_masked_seat(seat) for seat in view.seats),
        callers=tuple(replace(caller, number=mask(caller.number)) for caller in view.callers),
        abandons=tuple(replace(lost, number=mask(lost.number)) for lost in view.abandons),
    )


def _masked_seat(seat: SeatView) -> SeatView:
    hidden = mask(seat.caller)
    return seat if hidden == seat.caller else replace(seat, caller=hidden)
