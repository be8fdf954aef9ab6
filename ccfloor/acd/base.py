"""What every connector offers and what it is given: the sink, health reports, seat commands."""

from enum import StrEnum
from typing import Protocol

import msgspec

from ccfloor.floor.events import FloorEvent


class LinkState(StrEnum):
    """How a source's link stands."""

    CONNECTING = "connecting"
    UP = "up"
    DOWN = "down"
    DONE = "done"  # a recording or file that came to its end


class Health(msgspec.Struct, frozen=True):
    """One sentence about a source. ``code`` picks the sentence in texts (zh/en), ``details`` fill it.

    ``retry_at`` and ``since`` are UTC epoch seconds. ``queues`` and ``seats``: what nobody else tells of now
    that this source is lost while others go on; ``seen_at``: when it told something last.
    """

    source: str
    state: LinkState
    code: str = ""
    details: dict[str, str] = {}
    since: float = 0.0
    retry_at: float = 0.0
    retries: int = 0
    queues: tuple[str, ...] = ()
    seats: tuple[str, ...] = ()
    seen_at: float = 0.0


class Sink(Protocol):
    """Where a connector puts what it reads. Called in the connector's own task; never blocks long."""

    def put(self, source: str, position: int, event: FloorEvent) -> None:
        """One event. ``source`` names a stream whose positions grow; a known position is ignored."""

    def cursor(self, source: str) -> tuple[int, str] | None:
        """(position, mark) up to which a source is stored, or None. ``mark``: see ``progress``."""

    def progress(self, source: str, position: int, mark: str = "") -> None:
        """Read up to here (also past lines that gave no event). ``mark`` proves identity on resume."""

    def bad(self, source: str, place: str, why: str) -> None:
        """One unreadable line: ``place`` is file:line, ``why`` one sentence naming the field."""

    def health(self, report: Health) -> None:
        """The link's state changed."""


class CommandKind(StrEnum):
    """What can be asked of a seat."""

    PAUSE = "pause"
    UNPAUSE = "unpause"
    ADD = "add_to_queue"
    REMOVE = "remove_from_queue"
    PENALTY = "set_penalty"


class SeatCommand(msgspec.Struct, frozen=True):
    """One request to the switch about one seat. ``queue`` empty: all of its queues (pauses only).

    ``paused``: who joins a queue joins it paused, for this reason.
    """

    kind: CommandKind
    seat: str
    queue: str = ""
    reason: str = ""
    penalty: int = 0
    agent: str = ""
    paused: bool = False


class CommandResult(msgspec.Struct, frozen=True):
    """The switch's answer: ``ok``, or its refusal in its own words. Not ``answered``: nobody knows."""

    ok: bool
    message: str = ""
    answered: bool = True


class Connector(Protocol):
    """One door to one switch."""

    async def run(self, sink: Sink) -> None:
        """Read until cancelled (or, for a recording, to its end). Reconnects by itself."""

    async def send(self, command: SeatCommand) -> CommandResult:
        """Ask the switch; returns its answer. Never raises for a refusal or a lost link."""
