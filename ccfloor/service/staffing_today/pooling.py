"""Queues that share seats: which belong together, and how much of their seats' time is shared.

Two queues, or groups of queues, come together by the seats that serve both, as a share of the seats of the
one and of the other, on average: 0 where each has its own, 1 where all serve both. Those that share most come
together first, so one seat between two crews hardly joins them.

Little sharing goes a long way: two fifths of the seats save most of what one crew for all would (as runs of
calls one by one show). So the queues are taken as one to the part 1 - (1 - shared)^2.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Groups = Mapping[frozenset[str], float]  # queues served together → seats
_LEAST = 1e-3  # less is no sharing
Flags = NDArray[np.bool_]


class Merge(NamedTuple):
    """Two groups of queues that become one; ``shared``: share of their seats' time that serves both, 0..1."""

    left: frozenset[str]
    right: frozenset[str]
    shared: float

    @property
    def joint(self) -> float:
        """To what part both are as one, 0..1."""
        return 1 - (1 - self.shared) ** 2

    @property
    def queues(self) -> frozenset[str]:
        """Both."""
        return self.left | self.right


def merges(groups: Groups) -> tuple[Merge, ...]:
    """How queues come together, what shares most first; a group stands after those it is made of."""
    served = [queues for queues, seats in groups.items() if queues and seats > 0]
    sides = [frozenset((name,)) for name in sorted({name for queues in served for name in queues})]
    seats = np.array([groups[queues] for queues in served], dtype=np.float64)
    serves: Flags = np.array([[bool(queues & side) for side in sides] for queues in served], dtype=np.bool_)
    found = []
    while len(sides) > 1:
        first, second, shared = _closest(serves, seats)
        if shared < _LEAST:
            break
        found.append(Merge(sides[first], sides[second], shared))
        serves[:, first] |= serves[:, second]
        serves = np.delete(serves, second, axis=1)
        sides[first] |= sides.pop(second)
    return tuple(found)


def _closest(serves: Flags, seats: NDArray[np.float64]) -> tuple[int, int, float]:
    """The two that share most, and how much."""
    both = serves.T.astype(np.float64) @ (seats[:, None] * serves)
    each = both.diagonal()
    shared = np.triu((both / each[:, None] + both / each[None, :]) / 2, k=1)
    first, second = divmod(int(shared.argmax()), len(each))
    return first, second, min(1.0, float(shared[first, second]))
