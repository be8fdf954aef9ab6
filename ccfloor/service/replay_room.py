"""The replays of this process: a few at a time, each with a Floor of its own, all sharing kept states."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from ccfloor.floor.config import FloorConfig
from ccfloor.service.about import about_site
from ccfloor.service.replay import IDLE_S, Forgotten, Player, Replay, Send, Spot
from ccfloor.service.replay_marks import Jump, jumps, stored_day
from ccfloor.service.scope import Scope
from ccfloor.service.settings import Settings
from ccfloor.store.tape import Shelf

MOST = 3


class ReplayError(Exception):
    """Why there is no replay. ``code``: full, no_day, database, or forgotten: it made place for another."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Visit:
    """One reader's stay in the room: from when it was let in until it leaves."""

    def __init__(self, room: "ReplayRoom", player: Player, replay: Replay, found: list[Jump]) -> None:
        self._room, self._player, self.replay, self._found = room, player, replay, found

    async def run(self, send: Send) -> None:
        """Show the day until cancelled. Raises ReplayError: database, forgotten."""
        try:
            await self.replay.run(send, self._found, self._room.pool)
        except Forgotten:
            raise ReplayError("forgotten") from None
        except SQLAlchemyError:
            raise ReplayError("database") from None

    def leave(self) -> None:
        """Make place for somebody else."""
        self._player.stop.set()
        self._room.left(self)


class ReplayRoom:
    """Lets readers in, as many as there is room for. ``real``: our clock; ``floor_now``: the floor's."""

    def __init__(
        self,
        settings: Settings,
        config: FloorConfig,
        engine: Engine,
        real: Callable[[], float],
        floor_now: Callable[[], float],
        most: int = MOST,
    ) -> None:
        self._settings, self._config, self._engine = settings, config, engine
        self._real, self._floor_now, self.most = real, floor_now, most
        self._shelf = Shelf()
        self._pool: ThreadPoolExecutor | None = None
        self.inside = 0
        self._visits: list[Visit] = []

    @property
    def pool(self) -> ThreadPoolExecutor:
        """The threads in which the floors run."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.most, thread_name_prefix="ccfloor-replay")
        return self._pool

    async def enter(self, scope: Scope, day: str, at: float | None) -> Visit:
        """Let a reader in who wants to see a day from an instant (None: its beginning).

        Raises ReplayError.
        """
        if self.inside >= self.most and not self._made_place():
            raise ReplayError("full")
        self.inside += 1
        try:
            loop = asyncio.get_running_loop()
            visit = await loop.run_in_executor(self.pool, self._prepared, scope, day, at)
        except BaseException as error:
            self.inside -= 1
            if isinstance(error, SQLAlchemyError):
                raise ReplayError("database") from None
            raise
        self._visits.append(visit)
        return visit

    def _made_place(self) -> bool:
        """Ask the replay that nobody has used for longest to go; whether there was one."""
        idle = [visit for visit in self._visits if visit.replay.idle_s >= IDLE_S]
        if not idle:
            return False
        visit = max(idle, key=lambda one: one.replay.idle_s)
        visit.replay.put_out()
        self.left(visit)
        return True

    def left(self, visit: Visit) -> None:
        """Somebody has gone, or will be gone in a moment."""
        if visit in self._visits:
            self._visits.remove(visit)
            self.inside -= 1

    def _prepared(self, scope: Scope, day: str, at: float | None) -> Visit:
        try:
            found = stored_day(self._engine, self._config, day, self._floor_now())
        except (ValueError, OverflowError):
            found = None
        if found is None:
            raise ReplayError("no_day")
        player = Player(self._engine, self._config, scope, self._settings.site, self._shelf)
        player.period(found)
        spot = Spot(self._about, self._real)
        replay = Replay(player, found, scope, found.start if at is None else at, spot)
        worth = jumps(self._engine, self._config, scope.viewer(), found.start, found.end)
        return Visit(self, player, replay, worth)

    def _about(self, scope: Scope, at: float) -> dict[str, Any]:
        """The site as a replay may show it: nothing can be ordered, and nothing sounds."""
        about = about_site(self._settings, self._config, scope, at)
        return about | {"commands": False, "kiosk": about["kiosk"] | {"sound": False}}

    def close(self) -> None:
        """Let the threads go."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
