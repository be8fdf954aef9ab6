"""What a site decides about staffing: ``staffing.yaml`` in its folder; without it the usual values count."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ccfloor.floor.config import FloorConfig
from ccfloor.service.places import Problem, SettingsError, yaml_line
from ccfloor.service.settings import SiteSettings
from ccfloor.service.site import site_file, site_folder

FILE = "staffing.yaml"
Share = Annotated[float, Field(ge=0, lt=1)]
Shrinkage = Annotated[float, Field(ge=0, le=0.9)]
Cap = Annotated[float, Field(ge=0.1, le=1)]
Seats = Annotated[int, Field(ge=0, le=1000)]
Penalty = Annotated[int, Field(ge=0, le=1000)]
Seconds = Annotated[float, Field(ge=0, le=86_400)]
Cost = Annotated[float, Field(ge=0, le=100)]
Loc = tuple[str, ...]


class _Checked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Rule(_Checked):
    """How seats of a queue are counted. ``shrinkage``: share of rostered time that is no time at work for the
    queues (breaks, meetings, training); ``max_occupancy``: share of their time at which seats may be busy;
    ``min_seats``: fewer are never said to suffice while calls are expected.
    """

    shrinkage: Shrinkage = 0.15
    max_occupancy: Cap = 0.88
    min_seats: Seats = 1


class _Own(_Checked):
    """Where one queue differs."""

    shrinkage: Shrinkage | None = None
    max_occupancy: Cap | None = None
    min_seats: Seats | None = None


def _without_penalties(told: Any) -> Any:
    """A list of queues is one without penalties."""
    names = isinstance(told, list) and all(isinstance(one, str) for one in told)
    return dict.fromkeys(told) if names else told


class Skill(_Checked):
    """Of a seat, an agent or a team. ``can``: queues with the penalty at which they are served (None: that of
    others who serve it), besides those served now; None: nothing is said. ``cannot`` (``not`` in the file):
    queues to which nobody is to be moved.
    """

    can: Annotated[dict[str, Penalty | None], BeforeValidator(_without_penalties)] | None = None
    cannot: Annotated[list[str], Field(alias="not")] = []

    @model_validator(mode="after")
    def _clear(self) -> "Skill":
        both = sorted(set(self.can or ()) & set(self.cannot))
        if both:
            raise ValueError(f"{both[0]!r} is in both can and not")
        return self


class Skills(_Checked):
    """What the site says of who can serve what; an agent's goes before the seat's, that before the team's."""

    agents: dict[str, Skill] = {}
    seats: dict[str, Skill] = {}
    teams: dict[str, Skill] = {}


class Pinned(_Checked):
    """Who is never moved."""

    seats: list[str] = []
    agents: list[str] = []


class AdviceSite(_Checked):
    """Where the site's advice differs from the usual, see ``ccfloor.staffing.limits.Policy``.

    ``most_moves``: seats at once. ``callback_always``: the plan's limit of callbacks in a planned peak counts
    at other times, too.
    """

    callback_always: bool = False
    most_moves: Annotated[int, Field(ge=1, le=50)] | None = None
    move_cost: Cost | None = None
    busy_cost: Cost | None = None
    penalty_cost: Cost | None = None
    beside_cost: Cost | None = None
    floor_cost: Cost | None = None
    least_gain: Cost | None = None
    sure: Annotated[float, Field(ge=0.5, lt=1)] | None = None
    missed: Annotated[float, Field(ge=0, le=0.05)] | None = None
    drained: Share | None = None
    hold_s: Seconds | None = None
    least_s: Seconds | None = None
    back_s: Seconds | None = None
    stay_s: Seconds | None = None
    call_s: Seconds | None = None
    grace_s: Seconds | None = None


class StaffingSite(Rule):
    """The whole file. ``planned_peak``: how many times the usual calls a planned peak brings, before any was
    seen. ``care``: queues whose calls are not to be cut short: who is on one is not moved.
    """

    planned_peak: Annotated[float, Field(gt=0.1, le=20)] = 1.3
    queues: dict[str, _Own] = {}
    skills: Skills = Skills()
    pinned: Pinned = Pinned()
    care: list[str] = []
    advice: AdviceSite = AdviceSite()

    def rule(self, queue: str) -> Rule:
        """What counts for a queue."""
        own = self.queues.get(queue, _Own()).model_dump(exclude_none=True)
        whole = self.model_dump(include=set(Rule.model_fields))
        return Rule(**whole | own)


def load_staffing(settings: SiteSettings, config: FloorConfig) -> StaffingSite:
    """The file of a site. Raises SettingsError with file, line and field of what cannot be used."""
    found = site_file(StaffingSite, settings, FILE)
    unknown = [loc for loc in _queues(found) if config.queues and loc[-1] not in config.queues]
    if unknown:
        raise SettingsError([_problem(settings, loc, "queues.yaml", "queue", "队列") for loc in unknown])
    return found


def _queues(found: StaffingSite) -> Iterator[Loc]:
    """Where the file names a queue."""
    yield from (("queues", queue) for queue in found.queues)
    yield from (("care", queue) for queue in found.care)
    for kind in Skills.model_fields:
        for name, skill in getattr(found.skills, kind).items():
            yield from (("skills", kind, name, "can", queue) for queue in skill.can or ())
            yield from (("skills", kind, name, "not", queue) for queue in skill.cannot)


def strangers(found: StaffingSite, settings: SiteSettings, config: FloorConfig) -> list[Problem]:
    """Seats, agents and teams of the file that seats.yaml does not name. They may come all the same: the
    switch can know more of them.
    """
    infos = config.seats.values()
    known = {
        "seats": set(config.seats),
        "agents": {name for info in infos for name in (info.agent, *info.others)},
        "teams": {info.team for info in infos},
    }
    words = {"seats": ("seat", "坐席"), "agents": ("agent", "员工"), "teams": ("team", "班组")}
    if not config.seats:
        return []
    named = [
        *(("skills", kind, name) for kind in Skills.model_fields for name in getattr(found.skills, kind)),
        *(("pinned", kind, name) for kind in Pinned.model_fields for name in getattr(found.pinned, kind)),
    ]
    return [
        _problem(settings, loc, "seats.yaml", *words[loc[1]]) for loc in named if loc[2] not in known[loc[1]]
    ]


def _problem(settings: SiteSettings, loc: Loc, file: str, what: str, zh: str) -> Problem:
    """A name that another file of the site does not have."""
    path = site_folder(settings.data) / FILE
    line = yaml_line(path.read_text(encoding="utf-8"), loc)
    an = "an" if what[0] in "aeiou" else "a"
    why = f"{loc[-1]!r} is not {an} {what} of {file}"
    return Problem(str(path), line, ".".join(loc), why, f"{file} 里没有{zh} {loc[-1]!r}")
