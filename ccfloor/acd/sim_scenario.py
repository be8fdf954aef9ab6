"""The simulated floor and its scenarios as a site's files describe them, checked on reading."""

from collections.abc import Iterator
from functools import cached_property
from math import log
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ccfloor.acd.sim_yaml import Loc, load

FOLDER = Path(__file__).resolve().parents[2] / "data" / "simulator"
_NO_SCENARIOS = ("floor", "quality")

Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]
Factor = Annotated[float, Field(ge=0, le=20)]
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


def clock_s(text: str) -> int:
    """Seconds after midnight of a time of day written HH:MM."""
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60


class Part(BaseModel):
    """A part of the files: no unknown field, no change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Names(Part):
    """A name in both languages."""

    zh: str
    en: str


class Spread(Part):
    """A log-normal duration by its mean in seconds and the sigma of its logarithm."""

    mean_s: Seconds
    sigma: Annotated[float, Field(ge=0, le=2)] = 0.5

    @cached_property
    def mu(self) -> float:
        """Mean of the logarithm: log(mean) - sigma^2 / 2."""
        return log(self.mean_s) - self.sigma**2 / 2


class Patience(Part):
    """Weibull patience: ``shape`` 1 is exponential, below 1 many leave early."""

    mean_s: Seconds
    shape: Annotated[float, Field(ge=0.4, le=4)] = 1.0


class Hold(Spread):
    """Calls put on hold: their share, and how long."""

    share: Share = 0.0


class QueueSpec(Names):
    """One queue: its callers, its conversations and its rules."""

    weight: int = 1
    per_hour: Annotated[float, Field(ge=0, le=20_000)]
    profile: Annotated[list[Factor], Field(min_length=24, max_length=24)]
    weekday: Annotated[list[Factor], Field(min_length=7, max_length=7)] = [1.0] * 7
    talk: Spread
    wrap: Spread
    wrap_up_s: Seconds
    patience: Patience
    limit: Annotated[int, Field(ge=1)] = 50
    timeout_s: Seconds = 600
    timeout_to: str = ""
    key_exit: Share = 0.0
    hold: Hold = Hold(mean_s=30)
    transfer: dict[str, Share] = {}


class ShiftSpec(Part):
    """A shift's hours, and the days its people do not work."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    start: Clock = Field(alias="from")
    end: Clock = Field(alias="to")
    rest: Literal["none", "weekend", "rotate"] = "none"
    leave: Share = 0.0

    @cached_property
    def hours_s(self) -> tuple[int, int]:
        """Start and end in seconds after the local midnight of its first day."""
        start, end = clock_s(self.start), clock_s(self.end)
        return start, end if end > start else end + 86_400


class PauseSpec(Spread):
    """A kind of pause: how often in a shift, in which part of it, and whether the seat dials meanwhile."""

    reason: str
    per_shift: Annotated[float, Field(ge=0, le=50)]
    between: tuple[Share, Share] = (0.0, 1.0)
    dials: bool = False


class Ringing(Part):
    """How seats answer: triangular between ``low_s`` and ``high_s``, and how they do not."""

    low_s: Seconds = 2
    mode_s: Seconds = 3
    high_s: Seconds = 8
    rona: Share = 0.0
    rona_s: Seconds = 20
    rejected: Share = 0.0
    auto_pause: Share = 0.0
    auto_reason: str = "Auto-Pause"
    back_s: Seconds = 120

    @model_validator(mode="after")
    def _ordered(self) -> "Ringing":
        if not self.low_s <= self.mode_s <= self.high_s:
            raise ValueError("low_s, mode_s and high_s must be in this order")
        return self


class OwnCalls(Spread):
    """Calls of a seat outside the queues, ``per_shift`` on average."""

    per_shift: Annotated[float, Field(ge=0, le=100)] = 0.0


class Callers(Part):
    """Who calls: shares of returning callers, of abandons who dial again, of landlines, without a number."""

    repeat: Share = 0.2
    redial: Share = 0.3
    landline: Share = 0.1
    hidden: Share = 0.0


class CrewSpec(Part):
    """Another agent who uses the seat in another shift."""

    agent: str
    agent_en: str = ""
    shift: str


class SeatSpec(CrewSpec):
    """A seat, its agent, the queues it serves (queue: penalty), and who else sits there."""

    seat: str
    number: str = ""
    team: str = ""
    role: Literal["agent", "senior", "lead"] = "agent"
    skills: dict[str, Annotated[int, Field(ge=0)]]
    crew: list[CrewSpec] = []


class SimSpec(Part):
    """The whole simulated floor."""

    name: Names = Names(zh="模拟现场", en="Simulated floor")
    queues: Annotated[dict[str, QueueSpec], Field(min_length=1)]
    shifts: Annotated[dict[str, ShiftSpec], Field(min_length=1)]
    pauses: list[PauseSpec] = []
    lead_pauses: list[PauseSpec] = []
    ringing: Ringing = Ringing()
    own_calls: OwnCalls = OwnCalls(mean_s=60)
    callers: Callers = Callers()
    seats: Annotated[list[SeatSpec], Field(min_length=1)]


class When(Part):
    """A stretch of time: from a local time of day, or so long after the simulation went live."""

    at: Clock | None = None
    after_min: Annotated[float, Field(ge=0)] | None = None
    minutes: Annotated[float, Field(gt=0)]
    every_min: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _one_start(self) -> "When":
        if (self.at is None) == (self.after_min is None):
            raise ValueError("give either at or after_min")
        if self.every_min is not None and self.every_min < self.minutes:
            raise ValueError("every_min must not be shorter than minutes")
        return self


class Window(When):
    """A stretch with other callers. ``extra``: calls an hour on top; ``queues`` empty: all of them."""

    volume: Factor = 1.0
    extra: Annotated[float, Field(ge=0, le=20_000)] = 0.0
    patience: Factor = 1.0
    talk: Factor = 1.0
    queues: list[str] = []


class Outage(When):
    """A stretch in which a share of the telephones, or the link to the switch, is gone."""

    kind: Literal["seats", "link"]
    seats: Share = 0.5


class Scenario(Part):
    """What happens on the floor: factors on the whole, windows, outages, and how days differ.

    ``busyness``: sigma of a day's own factor; ``noise``: of a quarter hour's; ``surge_days``: share of
    days with a rush of ``surge_volume`` for two hours.
    """

    name: Names
    volume: Factor = 1.0
    patience: Factor = 1.0
    talk: Factor = 1.0
    busyness: Share = 0.05
    noise: Share = 0.10
    surge_days: Share = 0.0
    surge_volume: Factor = 1.7
    windows: list[Window] = []
    outages: list[Outage] = []


def load_floor(path: Path = FOLDER / "floor.yaml") -> SimSpec:
    """The floor of a file. Raises FileProblem."""
    return load(path, SimSpec, _floor_problems)


def load_scenario(name: str | Path = "normal", spec: SimSpec | None = None) -> Scenario:
    """A scenario by name (see scenario_names) or path, for the queues of ``spec``. Raises FileProblem."""
    path = Path(name or "normal")
    if path.suffix not in {".yaml", ".yml"}:
        path = FOLDER / f"{path}.yaml"
    return load(path, Scenario, lambda scenario: _scenario_problems(scenario, spec))


def scenario_names() -> list[str]:
    """The scenarios that come with the simulator."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml") if path.stem not in _NO_SCENARIOS)


def _floor_problems(spec: SimSpec) -> Iterator[tuple[Loc, str]]:
    for queue, info in spec.queues.items():
        if info.timeout_to and info.timeout_to not in spec.queues:
            yield ("queues", queue, "timeout_to"), f"there is no queue {info.timeout_to}"
        for target in info.transfer:
            if target not in spec.queues or target == queue:
                yield ("queues", queue, "transfer", target), "is not another queue of this floor"
    for index, seat in enumerate(spec.seats):
        yield from _seat_problems(spec, index, seat)


def _seat_problems(spec: SimSpec, index: int, seat: SeatSpec) -> Iterator[tuple[Loc, str]]:
    if any(other.seat == seat.seat for other in spec.seats[:index]):
        yield ("seats", index, "seat"), f"{seat.seat} is there twice"
    for queue in seat.skills:
        if queue not in spec.queues:
            yield ("seats", index, "skills", queue), "there is no such queue"
    if seat.shift not in spec.shifts:
        yield ("seats", index, "shift"), f"there is no shift {seat.shift}"
    for place, other in enumerate(seat.crew):
        if other.shift not in spec.shifts:
            yield ("seats", index, "crew", place, "shift"), f"there is no shift {other.shift}"


def _scenario_problems(scenario: Scenario, spec: SimSpec | None) -> Iterator[tuple[Loc, str]]:
    for index, window in enumerate(scenario.windows):
        for place, queue in enumerate(window.queues):
            if spec is not None and queue not in spec.queues:
                yield ("windows", index, "queues", place), f"there is no queue {queue}"
