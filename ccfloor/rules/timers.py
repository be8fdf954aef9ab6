"""What is to be done at which instant: a heap of timers, worked off in order."""

import heapq
from collections.abc import Callable
from math import inf


class Timer:
    """Something to be done at an instant. Set again, what was set before counts no more.

    ``order``: of those of one instant 0 comes first (only lets time pass), then 1 (changes values), then 2
    (puts everything in a new place).
    """

    __slots__ = ("act", "due", "order")

    def __init__(self, act: Callable[[float], None], order: int = 0) -> None:
        self.act = act
        self.due = inf
        self.order = order


class Timers:
    """All timers that are set."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, int, Timer]] = []
        self._count = 0

    def set(self, timer: Timer, due: float) -> None:
        """Let the timer act at ``due``; infinity: not at all."""
        if due != timer.due:
            timer.due = due
            if due < inf:
                self._count += 1
                heapq.heappush(self._heap, (due, timer.order, self._count, timer))

    def clear(self) -> None:
        """Forget all."""
        self._heap.clear()

    def first(self) -> float:
        """The next instant at which something is to be done; infinity: none."""
        heap = self._heap
        while heap:
            due, _, _, timer = heap[0]
            if timer.due == due:
                return due
            heapq.heappop(heap)
        return inf

    def run(self, at: float) -> None:
        """Do what is due at that instant."""
        heap = self._heap
        while heap and heap[0][0] == at:
            timer = heapq.heappop(heap)[3]
            if timer.due == at:
                timer.due = inf
                timer.act(at)
