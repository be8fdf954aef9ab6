"""Which seats do not follow an order: since when, and until when they had time. Pure, on a FloorView."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from ccfloor.floor.seats import SeatStatus
from ccfloor.floor.view import SeatView
from ccfloor.rules.model import Order

NOT_ON_QUEUE = "not_on_queue"
_AWAY = frozenset((SeatStatus.OFFLINE, SeatStatus.UNKNOWN))
_NORMAL = frozenset(("agent", "senior"))

OnDuty = Callable[[str], bool]


def nobody(_seat: str) -> bool:
    """Of no seat it is known that it should be here."""
    return False


def must_sign_in(order: Order, role: str) -> bool:
    """Whether an order to take calls binds those of a role who are signed out: named, and no normal seat."""
    return order.on_queue and role in order.roles and role not in _NORMAL


class Breach(NamedTuple):
    """A seat that does not follow an order. ``kind``: its pause reason, or NOT_ON_QUEUE; ``since``: in
    that state since; ``due_at``: it had time until then. UTC epoch seconds.
    """

    seat: str
    kind: str
    since: float
    due_at: float


def breaches(
    order: Order, seats: Iterable[SeatView], given_at: float, on_duty: OnDuty = nobody
) -> list[Breach]:
    """The seats that do not follow an order given at ``given_at``, longest in that state first.

    Of those in a forbidden state the first ``limit`` may stay. A seat that was in order and falls back
    is late at once when the grace is over. ``on_duty`` tells whether a seat's shift runs: a seat that
    is signed out breaks an order to take calls only then, and only where its role is named. A normal
    seat that is signed out is absent, which other rules tell; a supervisor signs in when it is ordered.
    """
    over = given_at + order.grace_s
    found = [breach for seat in seats if (breach := _breach(order, seat, given_at, over, on_duty))]
    return sorted(found, key=lambda breach: (breach.since, breach.seat))[order.limit :]


def _breach(order: Order, seat: SeatView, given_at: float, over: float, on_duty: OnDuty) -> Breach | None:
    if order.roles and seat.role not in order.roles:
        return None
    if not order.on_queue:
        if seat.status != SeatStatus.PAUSED or seat.reason not in order.forbid_reasons:
            return None
        return Breach(seat.seat, seat.reason, seat.since, max(over, seat.since))
    if seat.status in _AWAY:
        if not (must_sign_in(order, seat.role) and on_duty(seat.seat)):
            return None
        return Breach(seat.seat, NOT_ON_QUEUE, seat.since or given_at, over)
    if seat.queues and not seat.paused:
        return None
    kind = seat.reason if seat.paused and seat.reason else NOT_ON_QUEUE
    since = (seat.paused_since if seat.paused else None) or seat.since
    return Breach(seat.seat, kind, since, max(over, since))


def in_reasons(seats: Iterable[SeatView], reasons: Iterable[str], roles: Iterable[str] = ()) -> int:
    """How many seats (of these roles; none: any) are paused for one of these reasons."""
    wanted, named = frozenset(reasons), frozenset(roles)
    return sum(
        seat.status == SeatStatus.PAUSED and seat.reason in wanted and (not named or seat.role in named)
        for seat in seats
    )
