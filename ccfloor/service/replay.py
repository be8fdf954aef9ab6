"""A replay: one viewer's stored day in the messages of the live stream, at the speed and place he chooses.

The Floor runs in a worker thread; the socket's own task keeps the clock and sends. Beside the hub's
messages there is one more: ``{"t": "replay", …}`` says where the replay is and how fast it runs.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.service.hub import Channel, LiveRow
from ccfloor.service.places import SettingsError
from ccfloor.service.plan_then import PlanThen
from ccfloor.service.replay_clock import SPEEDS, ReplayClock
from ccfloor.service.replay_marks import Jump, StoredDay
from ccfloor.service.scope import Scope
from ccfloor.service.settings import SiteSettings
from ccfloor.service.site_rules import SiteRules
from ccfloor.store.tape import Shelf, Stopped, Tape

log = logging.getLogger(__name__)
BEAT_S = 0.25
_FAR_S = 180.0  # a longer way ahead is a jump: there may be a kept state nearer to it
_SAY_S = 1.0  # during a long way the reader hears so often that we are still there

IDLE_S = 300.0  # one that stands so long, asked for nothing, makes place for another reader

Send = Callable[[str], Coroutine[Any, Any, None]]


class Forgotten(Exception):
    """Nobody asked for anything for long while the replay stood, and another reader waits."""


class Wanted(msgspec.Struct, frozen=True):
    """What a reader asks for on the way; what is not said stays."""

    t: str = ""
    at: float | None = None
    speed: int | None = None
    paused: bool | None = None


class Player:
    """A day on tape with its plan. One thread at a time; ``stop`` ends a long way."""

    def __init__(
        self, engine: Engine, config: FloorConfig, scope: Scope, site: SiteSettings, shelf: Shelf
    ) -> None:
        self.stop = threading.Event()
        rules, self._then = None, None
        try:
            rules = SiteRules(engine, config, site)
        except SettingsError as error:
            log.warning("a replay goes without rules: %s", error)
        if rules is not None:
            self._then = PlanThen(engine, config, scope.viewer(), rules)
        make = rules.make if rules is not None else None
        self._tape = Tape(engine, config, config.site, make, shelf, self.stop.is_set)

    @property
    def reached(self) -> float:
        """How far the way to a jump has come."""
        return self._tape.floor.at

    def period(self, day: StoredDay) -> None:
        """The day that will be asked for."""
        if self._then is not None:
            self._then.period(day.start, day.end)

    def show(self, at: float) -> LiveRow | None:
        """The floor at an instant; None where nothing had been told yet. Raises Stopped."""
        tape = self._tape
        if tape.at <= at <= tape.at + _FAR_S:
            tape.run(at)
        else:
            tape.seek(at)
        view = tape.view()
        if view is None:
            return None
        plan = self._then.plan(view, tape.rules) if self._then is not None else None
        return LiveRow(0, at, view, (), plan)


class Spot(NamedTuple):
    """What a replay is told of the site: what a reader hears once, and our clock."""

    about: Callable[[Scope, float], dict[str, Any]]
    real: Callable[[], float]


class Replay:
    """One replay, as long as its socket is open."""

    def __init__(self, player: Player, day: StoredDay, scope: Scope, at: float, spot: Spot) -> None:
        self._player, self._day, self._scope, self._spot = player, day, scope, spot
        self.clock = ReplayClock(day.start, day.end, at, spot.real())
        self._channel = Channel(scope)
        self._number = -1
        self._shown, self._jump = day.start, True
        self._said_at, self._asked_at = 0.0, spot.real()
        self._put_out = False
        self._news = asyncio.Event()

    def take(self, wanted: Wanted) -> None:
        """What the reader asked for; a speed that is not offered counts as not said."""
        real = self._asked_at = self._spot.real()
        if wanted.at is not None:
            self.clock.set(wanted.at, real)
            self._jump = True
            self._player.stop.set()
        if wanted.speed in SPEEDS:
            self.clock.pace(wanted.speed, real)
        if wanted.paused is not None:
            self.clock.pause(wanted.paused, real)
        self._news.set()

    @property
    def idle_s(self) -> float:
        """How long it has been standing without being asked for anything; 0.0 while it runs."""
        return self._spot.real() - self._asked_at if self.clock.paused else 0.0

    def put_out(self) -> None:
        """Make place for another reader: ``run`` raises Forgotten."""
        self._put_out = True
        self._news.set()

    def end(self) -> None:
        """Nobody looks any more."""
        self._player.stop.set()

    async def run(self, send: Send, found: list[Jump], pool: ThreadPoolExecutor) -> None:
        """Show the day until cancelled. Raises Forgotten, and what the database raises."""
        zone = self._spot.about(self._scope, self._day.start)["zone"]
        about = {"day": self._day, "jumps": found, "speeds": SPEEDS, "zone": zone}
        await self._say(send, seeking=True, **about)
        while True:
            if self._put_out:
                raise Forgotten
            await self._beat(send, pool)
            await self._rest()

    async def _beat(self, send: Send, pool: ThreadPoolExecutor) -> None:
        asked, stood = self._news.is_set(), self.clock.paused
        self._news.clear()
        jumped, self._jump = self._jump, False
        at = self.clock.step(self._spot.real())
        if jumped or at < self._shown:  # what was shown is of another time; past the end it begins anew
            jumped, self._channel, self._number = True, Channel(self._scope), -1
        if jumped or at != self._shown:
            if not await self._show(at, send, pool):
                return
            self._shown = at
            if jumped:
                self.clock.set(at, self._spot.real())
        if jumped or asked or stood != self.clock.paused:
            await self._say(send, jumped=jumped)
        await self._pass_on(at, send)

    async def _show(self, at: float, send: Send, pool: ThreadPoolExecutor) -> bool:
        """Let the thread go there, and say so while that is long; False where it was called back."""
        self._player.stop.clear()
        going = asyncio.get_running_loop().run_in_executor(pool, self._player.show, at)
        going.add_done_callback(_heard)
        while not (await asyncio.wait({going}, timeout=_SAY_S))[0]:
            await self._say(send, at=at, seeking=True, reached=self._player.reached)
        try:
            row = going.result()
        except Stopped:
            self._jump = True
            return False
        if row is not None:
            self._channel.publish(row, [], at)
        return True

    async def _pass_on(self, at: float, send: Send) -> None:
        """The messages that the reader has not got; where there are none for long, where we are."""
        self._channel.beat(at)
        messages = self._channel.since(self._number)
        if messages is None:
            full = self._channel.full(at, self._spot.about(self._scope, at))
            messages = [full] if full else list(self._channel.messages)[-1:]
        for message in messages:
            self._number = message.number
            await send(message.text)
        if not messages and self._spot.real() - self._said_at >= _SAY_S:
            await self._say(send)

    async def _say(self, send: Send, **more: Any) -> None:
        """Where the replay is, as a message."""
        clock = self.clock
        self._said_at = self._spot.real()
        place = {"t": "replay", "at": clock.now(self._said_at), "speed": clock.speed}
        body = {**place, "paused": clock.paused, "seeking": False, **more}
        await send(msgspec.json.encode(body).decode())

    async def _rest(self) -> None:
        """Until the next beat, or until the reader asks for something."""
        try:
            await asyncio.wait_for(self._news.wait(), BEAT_S)
        except TimeoutError:
            return


def _heard(going: asyncio.Future[LiveRow | None]) -> None:
    """Take note of how a way ended, also where its reader has left: that is no fault."""
    if not going.cancelled():
        going.exception()
