"""What stands on the simulated floor: queues, visits of callers, seats and their pauses.

Each of them carries a ``token``; a step that was planned for an older token never happens.
"""

from enum import Enum
from random import Random

from ccfloor.acd.sim_scenario import Callers, PauseSpec, QueueSpec, SeatSpec
from ccfloor.floor.events import Device, MemberState

MOBILE = (
    *("130", "131", "133", "135", "136", "137", "138", "139", "150", "151", "152", "153", "156"),
    *("157", "158", "159", "176", "177", "180", "181", "185", "186", "187", "188", "189", "199"),
)
LANDLINE = ("010", "021", "020", "0755", "0571", "025", "028")


class Mode(Enum):
    """What a seat is doing. ``OWN``: a call of its own, outside the queues."""

    OFF = 0
    READY = 1
    RING = 2
    TALK = 3
    WRAP = 4
    OWN = 5


class Visit:
    """A caller in a queue, and then at a seat. ``seat``: who is rung for him or talks to him."""

    __slots__ = ("answered_at", "call", "entered", "number", "queue", "rang_at", "seat", "token")

    def __init__(self, call: str, number: str, queue: str, entered: float) -> None:
        self.call, self.number, self.queue, self.entered = call, number, queue, entered
        self.seat: Seat | None = None
        self.rang_at = self.answered_at = 0.0
        self.token = 0


class Pause:
    """A seat's pause in all of its queues. ``spec``: the plan it comes from (None: asked for, automatic)."""

    __slots__ = ("reason", "seat", "since", "spec", "token")

    def __init__(self, seat: "Seat", reason: str, since: float, spec: PauseSpec | None) -> None:
        self.seat, self.reason, self.since, self.spec = seat, reason, since, spec
        self.token = 0


class Seat:
    """A seat as the switch sees it. ``skills``: queue → penalty; ``shut``: queue it is paused in → reason."""

    __slots__ = (
        "agent", "broken", "idle_since", "last_call", "leaving", "mode", "name", "pause", "shut",
        "signed", "skills", "spec", "todo", "token", "visit",
    )  # fmt: skip

    def __init__(self, spec: SeatSpec) -> None:
        self.spec, self.name, self.agent = spec, spec.seat, spec.agent
        self.skills = dict(spec.skills)
        self.shut: dict[str, str] = {}
        self.mode = Mode.OFF
        self.signed = self.broken = self.leaving = False
        self.idle_since = self.last_call = 0.0
        self.visit: Visit | None = None
        self.pause: Pause | None = None
        self.todo: list[tuple[PauseSpec, float]] = []
        self.token = 0

    @property
    def device(self) -> Device:
        """State of the telephone."""
        return DEVICES[self.mode]

    def members(self) -> list[MemberState]:
        """The seat's memberships as a full status report gives them."""
        pause = self.pause
        return [
            MemberState(
                seat=self.name,
                queue=queue,
                agent=self.agent,
                penalty=penalty,
                paused=pause is not None or queue in self.shut,
                reason=pause.reason if pause else self.shut.get(queue, ""),
                device=self.device,
                last_call=self.last_call,
                paused_since=pause.since if pause else 0.0,
            )
            for queue, penalty in self.skills.items()
        ]


DEVICES = {
    Mode.OFF: Device.UNAVAILABLE,
    Mode.READY: Device.IDLE,
    Mode.RING: Device.RINGING,
    Mode.TALK: Device.IN_USE,
    Mode.WRAP: Device.IDLE,
    Mode.OWN: Device.IN_USE,
}


class Queue:
    """A queue: who waits in it (in order), how many of them nobody is rung for, and its seats."""

    __slots__ = ("members", "name", "spec", "token", "unserved", "waiting")

    def __init__(self, name: str, spec: QueueSpec) -> None:
        self.name, self.spec = name, spec
        self.waiting: dict[Visit, None] = {}
        self.unserved = 0
        self.members: list[Seat] = []
        self.token = 0

    def first(self) -> Visit:
        """The caller who waits longest and for whom no seat is rung. Only while ``unserved``."""
        return next(visit for visit in self.waiting if visit.seat is None)

    def best(self) -> Seat | None:
        """Lowest penalty, then longest idle, of the seats that can take a caller now."""
        name = self.name
        best: Seat | None = None
        rank = (0, 0.0)
        for seat in self.members:
            if seat.mode is Mode.READY and seat.pause is None and name not in seat.shut:
                own = (seat.skills[name], seat.idle_since)
                if best is None or own < rank:
                    best, rank = seat, own
        return best


class Numbers:
    """The callers' numbers; some of them call again. Keeps the last few thousand."""

    def __init__(self, rng: Random, habits: Callers) -> None:
        self._rng, self._habits = rng, habits
        self._known: list[str] = []

    def next(self) -> str:
        """The number of a new call (empty: hidden)."""
        rng, habits = self._rng, self._habits
        if self._known and rng.random() < habits.repeat:
            return rng.choice(self._known)
        if rng.random() < habits.hidden:
            return ""
        number = self._new()
        self._remember(number)
        return number

    def _new(self) -> str:
        if self._rng.random() < self._habits.landline:
            area = self._rng.choice(LANDLINE)
            return f"{area}{self._rng.randrange(20_000_000, 90_000_000)}"
        return f"{self._rng.choice(MOBILE)}{self._rng.randrange(100_000_000):08d}"

    def _remember(self, number: str) -> None:
        if len(self._known) < 4000:
            self._known.append(number)
        else:
            self._known[self._rng.randrange(4000)] = number
