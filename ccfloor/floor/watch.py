"""Who watches a Floor is told of every change at its own instant: the floor as a step function."""

from typing import Protocol

from ccfloor.floor.calls import Visit
from ccfloor.floor.seats import Seat


class FloorWatch(Protocol):
    """Told in the order of events; a late event counts from now, so whoever listens keeps the latest ``at``.

    It may read the Floor, never change it. All instants are those of events, never of who looks.
    """

    def move(self, at: float) -> None:
        """Time has come to ``at``; up to here only the clock went on."""

    def visit(self, visit: Visit, at: float) -> None:
        """A visit changed: who waits in its queue, or what counts in its windows."""

    def seat(self, seat: Seat, at: float) -> None:
        """A seat's status, reason, agent or memberships may have changed."""

    def missed(self, seat: Seat, at: float) -> None:
        """A ringing at the seat ended unanswered."""

    def answered(self, seat: Seat, at: float) -> None:
        """The seat took a queue call."""

    def blind(self, at: float) -> None:
        """The floor is out of sight from ``at`` on."""

    def sighted(self, since: float, at: float) -> None:
        """In sight again at ``at``; what lies after ``since`` (0.0: nothing) was not seen."""
