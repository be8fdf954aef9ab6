"""The floor's view as moves need it: how each seat is seen, and who works for which queue."""

from collections.abc import Iterable

from ccfloor.floor.seats import SeatStatus
from ccfloor.floor.view import FloorView, SeatView
from ccfloor.staffing.membership import Member, Sight
from ccfloor.staffing.moving import Leg, State
from ccfloor.store.moves import SeatRow

_BUSY = frozenset((SeatStatus.RINGING, SeatStatus.ON_CALL, SeatStatus.ON_HOLD, SeatStatus.WRAP_UP))
_WORKS = _BUSY | {SeatStatus.READY, SeatStatus.OTHER_CALL}
_ON_ITS_WAY = (State.ASKED, State.WAITING, State.SENT, State.UNCONFIRMED)
_GOES_BACK = (State.DUE, State.BACK_SENT, State.BACK_UNCONFIRMED)
NOBODY = Sight(there=False)


def sight_of(seat: SeatView | None) -> Sight:
    """A seat as it is seen; one that the floor does not know is not there."""
    if seat is None:
        return NOBODY
    return Sight(
        queues={one.queue: Member(one.penalty, one.paused, one.reason) for one in seat.queues},
        busy=seat.status in _BUSY,
        call=seat.call,
        paused=seat.paused,
        reason=(seat.reason_text or seat.reason) if seat.paused else "",
        there=seat.status != SeatStatus.OFFLINE,
        agent="" if seat.agent in (seat.seat, seat.seat.partition("/")[2]) else seat.agent,
    )


def working(view: FloorView) -> dict[str, set[str]]:
    """Queue → seats that take its calls now: signed on, and not paused there."""
    found: dict[str, set[str]] = {queue.queue: set() for queue in view.queues}
    for seat in view.seats:
        for one in seat.queues if seat.status in _WORKS else ():
            if not one.paused:
                found.setdefault(one.queue, set()).add(seat.seat)
    return found


def staying(view: FloorView, held: Iterable[SeatRow]) -> dict[str, set[str]]:
    """The same without the seats that are about to leave, as moves under way have it."""
    found = working(view)
    seats = {seat.seat: seat for seat in view.seats}
    for row in held:
        for queue in _about_to_leave(row.leg, sight_of(seats.get(row.seat))):
            found.get(queue, set()).discard(row.seat)
    return found


def _about_to_leave(leg: Leg, sight: Sight) -> Iterable[str]:
    if leg.state in _ON_ITS_WAY:
        return leg.wish.leaves(sight.queues)
    if leg.state in _GOES_BACK and leg.before is not None:
        return leg.wish.queues.keys() - leg.before.queues.keys()
    return ()
