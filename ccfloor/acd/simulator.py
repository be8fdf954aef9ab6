"""The simulator as a door: the embedded default, so that a newcomer sees a living floor at once.

A first start tells the business day so far in one burst and goes on live. A later start tells what
happened since the last stored event, as a switch that was restarted (the source of every start has a
name of its own, ``sim:<its start>``). The source ``sim`` only remembers how far we came.
"""

import asyncio
from collections.abc import Awaitable, Callable

from ccfloor.acd.base import CommandResult, Health, LinkState, SeatCommand, Sink
from ccfloor.acd.sim_history import WARM_S, history
from ccfloor.acd.sim_model import SimFloor
from ccfloor.acd.sim_scenario import Scenario, SimSpec, load_floor, load_scenario, scenario_names
from ccfloor.floor.events import FloorEvent, FloorSnapshot, SourceLost

__all__ = ["MEMORY", "SimFloor", "Simulator", "history", "load_floor", "load_scenario", "scenario_names"]

MEMORY = "sim"
_CHUNK_S = 1800.0  # simulated seconds told in one go while catching up
_LOOK_S = 0.5  # longest sleep, so that what a command has started is not told late


class Simulator:
    """A Connector to a simulated floor.

    ``clock``: our clock (UTC epoch seconds); ``speed``: simulated seconds a second; ``catch_up_from``:
    the start of the business day, which is told first (None: begin now); ``sleep``: as asyncio.sleep.
    """

    def __init__(
        self,
        spec: SimSpec,
        scenario: Scenario,
        *,
        clock: Callable[[], float],
        seed: int = 1,
        speed: float = 1.0,
        zone: str = "Asia/Shanghai",
        catch_up_from: float | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._spec, self._scenario, self._seed, self._zone = spec, scenario, seed, zone
        self._clock, self._speed, self._sleep = clock, speed, sleep
        self._catch_up_from = catch_up_from
        self._live_at = self._live_clock = clock()
        self._source = MEMORY
        self._position = 0
        self._floor: SimFloor | None = None
        self._sink: Sink | None = None

    def time(self) -> float:
        """The simulated instant now; runs faster than the clock if speed is more than 1."""
        return self._live_at + (self._clock() - self._live_clock) * self._speed

    async def run(self, sink: Sink) -> None:
        """Tell what has happened up to now, then live, until cancelled."""
        floor = self._open(sink)
        try:
            await self._catch_up(floor)
            while True:
                self._tell(floor.run_until(self.time()))
                await self._sleep(min(max((floor.next_at() - self.time()) / self._speed, 0.0), _LOOK_S))
        finally:
            self._floor = self._sink = None

    async def send(self, command: SeatCommand) -> CommandResult:
        """Ask the simulated switch; refused while it does not run."""
        floor = self._floor
        if floor is None:
            return CommandResult(ok=False, message="The simulation is not running")
        result = floor.command(command, max(self.time(), floor.now))
        self._tell(floor.take())
        return result

    # -- starting ------------------------------------------------------------------------------------

    def _open(self, sink: Sink) -> SimFloor:
        now, last = self._clock(), _last(sink)
        start = now if self._catch_up_from is None else min(self._catch_up_from, now)
        whole_day = last is None and self._catch_up_from is not None
        if last is not None:
            start = max(start, last)
            while sink.cursor(_name(start)) is not None:
                start += 1
        self._live_at, self._live_clock = max(start, now), now
        self._source, self._position, self._sink = _name(start), 0, sink
        self._floor = SimFloor(
            self._spec,
            self._scenario,
            self._seed,
            start,
            zone=self._zone,
            origin=self._live_at,
            warm_s=0.0 if whole_day else WARM_S,
            restarted=last is not None,
            blind_since=last or 0.0,
        )
        return self._floor

    async def _catch_up(self, floor: SimFloor) -> None:
        self._report(LinkState.CONNECTING, "sim_catching_up")
        while floor.now + _CHUNK_S < self.time():
            self._tell(floor.run_until(floor.now + _CHUNK_S))
            await self._sleep(0)
        self._tell(floor.run_until(self.time()))
        self._report(LinkState.UP, "sim_running")

    # -- telling -------------------------------------------------------------------------------------

    def _tell(self, events: list[FloorEvent]) -> None:
        sink = self._sink
        if not events or sink is None:
            return
        for event in events:
            self._position += 1
            sink.put(self._source, self._position, event)
            if isinstance(event, SourceLost):
                self._report(LinkState.DOWN, "sim_link_lost")
            elif isinstance(event, FloorSnapshot) and event.blind_since:
                self._report(LinkState.UP, "sim_running")
        last = events[-1].at
        sink.progress(self._source, self._position)
        sink.progress(MEMORY, int(last), repr(last))

    def _report(self, state: LinkState, code: str) -> None:
        if self._sink:
            self._sink.health(Health(MEMORY, state, code, since=self._clock()))


def _name(start: float) -> str:
    return f"{MEMORY}:{int(start)}"


def _last(sink: Sink) -> float | None:
    """The instant of the last event that an earlier start has told."""
    known = sink.cursor(MEMORY)
    if known is None:
        return None
    try:
        return float(known[1])
    except ValueError:
        return float(known[0])
