"""Seats that are lent to other queues and go home when their time comes."""

from ccfloor.staffing.crew import Place
from ccfloor.staffing.limits import Moved


def going_home(place: Place, move: Moved | None, at: float) -> Place:
    """The seat with its return. ``move``: the one in force that brought it here; ``at``: epoch seconds from
    which the place counts. A seat that goes on elsewhere meanwhile stays as it is placed.
    """
    if move is None or place.queues != place.seat.queues:
        return place
    return place._replace(until_s=max(0.0, move.until - at), home=move.home)
