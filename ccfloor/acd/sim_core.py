"""The simulated switch's clockwork: planned steps in a heap, and the events that they let be heard."""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from math import floor
from random import Random
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from ccfloor.acd.sim_parts import Numbers, Queue, Seat
from ccfloor.acd.sim_plan import Load, local_day
from ccfloor.acd.sim_scenario import Scenario, SimSpec
from ccfloor.floor.events import FloorEvent

Step = Callable[..., None]


class Owner(Protocol):
    """Whoever a planned step belongs to: once its token has changed, the step never happens."""

    token: int


class Core:
    """Time, the heap of planned steps, and what is heard of them. ``now``: UTC epoch seconds."""

    token = 0  # the floor as an owner: its steps always happen

    def __init__(
        self, spec: SimSpec, scenario: Scenario, seed: int, start: float, zone: str, origin: float
    ) -> None:
        self.spec, self.scenario, self.seed = spec, scenario, seed
        self.zone, self.origin, self.now = ZoneInfo(zone), origin, round(start, 3)
        self.rng = Random(f"{seed}/{start}")
        self.seats = [Seat(seat) for seat in spec.seats]
        self.by_name = {seat.name: seat for seat in self.seats}
        self.queues = {name: Queue(name, queue) for name, queue in spec.queues.items()}
        for seat in self.seats:
            for name in seat.skills:
                self.queues[name].members.append(seat)
        self.numbers = Numbers(self.rng, spec.callers)
        self.load = self.day_load(start)
        self.emit: Callable[[FloorEvent], None]
        self._heap: list[tuple[float, int, Step, Owner, int, tuple[Any, ...]]] = []
        self._order = count()
        self._calls = count(1)
        self._heard: list[FloorEvent] = []
        self.listen()

    def day_load(self, at: float) -> Load:
        """How busy the local day of an instant is."""
        day = local_day(at, self.zone)
        return Load(self.spec, self.scenario, self.seed, day, self.zone, self.origin)

    def listen(self) -> None:
        """From here on the events are heard."""
        self.emit = self._heard.append

    def deafen(self) -> None:
        """From here on nothing is heard, while everything goes on."""
        self.emit = _unheard

    @property
    def heard(self) -> bool:
        """Whether the events are heard now."""
        return self.emit is not _unheard

    def after(self, seconds: float, step: Step, owner: Owner, *args: Any) -> None:
        """Plans ``step(owner, *args)`` for that many seconds from now."""
        self.at(self.now + seconds, step, owner, *args)

    def at(self, when: float, step: Step, owner: Owner, *args: Any) -> None:
        """Plans ``step(owner, *args)`` for an instant, in whole milliseconds."""
        heappush(self._heap, (round(when, 3), next(self._order), step, owner, owner.token, args))

    def advance(self, until: float) -> None:
        """Lets everything happen up to an instant (inclusive), which is cut to the millisecond."""
        until = floor(until * 1000) / 1000
        heap = self._heap
        while heap and heap[0][0] <= until:
            when, _, step, owner, token, args = heappop(heap)
            if owner.token == token:
                self.now = when
                step(owner, *args)
        self.now = max(self.now, until)

    def take(self) -> list[FloorEvent]:
        """What was heard since the last time."""
        taken, self._heard = self._heard, []
        if self.heard:
            self.listen()
        return taken

    def run_until(self, until: float) -> list[FloorEvent]:
        """Everything that happens up to an instant (inclusive) and was not returned before."""
        self.advance(until)
        return self.take()

    def next_at(self) -> float:
        """The instant of the next planned step; it may turn out to be void, and there always is one."""
        return self._heap[0][0]

    def call_id(self) -> str:
        """A new call's id."""
        return f"{int(self.now)}.{next(self._calls)}"


def _unheard(event: FloorEvent) -> None:
    """An event that nobody hears."""
