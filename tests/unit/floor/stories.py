"""Small words to tell floor stories with."""

from ccfloor.floor.config import FloorConfig, QueueInfo, QueueTarget
from ccfloor.floor.events import (
    AnyEvent,
    CallAnswered,
    CallDequeued,
    CallEnded,
    CallJoined,
    CallLeft,
    CallRang,
    Device,
    EndedBy,
    Outcome,
    SeatDevice,
    SeatJoined,
)
from ccfloor.floor.records import Ledger
from ccfloor.floor.state import Floor
from ccfloor.floor.view import QueueView, SeatView

T0 = 1_780_000_000.0 - 1_780_000_000.0 % 86_400 + 2 * 3600  # 10:00 in Shanghai

CONFIG = FloorConfig(
    queues={
        "hot": QueueInfo("hot", targets=(QueueTarget(wrap_up_s=10.0),)),
        "vip": QueueInfo("vip", targets=(QueueTarget(threshold_s=10.0),)),
    }
)


def join(at: float, call: str, queue: str = "hot", **more: object) -> CallJoined:
    return CallJoined(at=T0 + at, call=call, queue=queue, **more)  # type: ignore[arg-type]


def ring(at: float, call: str, seat: str, queue: str = "hot") -> CallRang:
    return CallRang(at=T0 + at, call=call, queue=queue, seat=seat)


def dequeue(at: float, call: str, queue: str = "hot", count: int = -1) -> CallDequeued:
    return CallDequeued(at=T0 + at, call=call, queue=queue, count=count)


def answer(at: float, call: str, seat: str, queue: str = "hot", wait: float | None = None) -> CallAnswered:
    return CallAnswered(at=T0 + at, call=call, queue=queue, seat=seat, wait_s=wait)


def leave(
    at: float, call: str, queue: str = "hot", outcome: Outcome = Outcome.ABANDONED, wait: float | None = None
) -> CallLeft:
    return CallLeft(at=T0 + at, call=call, queue=queue, outcome=outcome, wait_s=wait)


def end(
    at: float,
    call: str,
    seat: str,
    queue: str = "hot",
    talk: float | None = None,
    by: EndedBy = EndedBy.CALLER,
) -> CallEnded:
    return CallEnded(at=T0 + at, call=call, queue=queue, seat=seat, talk_s=talk, by=by)


def member(at: float, seat: str, queue: str = "hot", agent: str = "") -> SeatJoined:
    return SeatJoined(at=T0 + at, seat=seat, queue=queue, agent=agent, device=Device.IDLE)


def phone(at: float, seat: str, device: Device) -> SeatDevice:
    return SeatDevice(at=T0 + at, seat=seat, device=device)


def play(floor: Floor, *events: AnyEvent, log: bool = False, start: int = 1, source: int = 1) -> Floor:
    for position, event in enumerate(events, start):
        floor.apply(event, source, position, log=log)
    return floor


def queue(floor: Floor, at: float, name: str = "hot") -> QueueView:
    return next(view for view in floor.view(T0 + at).queues if view.queue == name)


def seat(floor: Floor, at: float, name: str) -> SeatView:
    return next(view for view in floor.view(T0 + at).seats if view.seat == name)


def totals(ledger: Ledger, into: dict[str, int] | None = None) -> dict[str, int]:
    """Sum of all queue deltas by field name."""
    from ccfloor.floor.metrics import FIELDS

    found = into if into is not None else dict.fromkeys(FIELDS, 0)
    for vector in ledger.queue_deltas.values():
        for name, value in zip(FIELDS, vector, strict=True):
            found[name] += value
    return found
