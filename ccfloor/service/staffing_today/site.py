"""What a site decides about staffing: ``staffing.yaml`` in its folder; without it the usual values count."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from ccfloor.floor.config import FloorConfig
from ccfloor.service.places import Problem, SettingsError, yaml_line
from ccfloor.service.settings import SiteSettings
from ccfloor.service.site import site_file, site_folder

FILE = "staffing.yaml"
Share = Annotated[float, Field(ge=0, lt=1)]
Cap = Annotated[float, Field(gt=0, le=1)]
Seats = Annotated[int, Field(ge=0, le=1000)]


class Rule(BaseModel):
    """How seats of a queue are counted. ``shrinkage``: share of rostered time that is no time at work for the
    queues (breaks, meetings, training); ``max_occupancy``: share of their time at which seats may be busy;
    ``min_seats``: fewer are never said to suffice while calls are expected.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    shrinkage: Share = 0.15
    max_occupancy: Cap = 0.88
    min_seats: Seats = 1


class _Own(BaseModel):
    """Where one queue differs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    shrinkage: Share | None = None
    max_occupancy: Cap | None = None
    min_seats: Seats | None = None


class StaffingSite(Rule):
    """The whole file. ``planned_peak``: how many times the usual calls a planned peak brings, before any was
    seen.
    """

    planned_peak: Annotated[float, Field(gt=0.1, le=20)] = 1.3
    queues: dict[str, _Own] = {}

    def rule(self, queue: str) -> Rule:
        """What counts for a queue."""
        own = self.queues.get(queue, _Own()).model_dump(exclude_none=True)
        whole = self.model_dump(include=set(Rule.model_fields))
        return Rule(**whole | own)


def load_staffing(settings: SiteSettings, config: FloorConfig) -> StaffingSite:
    """The file of a site. Raises SettingsError with file, line and field of what cannot be used."""
    found = site_file(StaffingSite, settings, FILE)
    unknown = [queue for queue in found.queues if config.queues and queue not in config.queues]
    if unknown:
        path = site_folder(settings.data) / FILE
        line = yaml_line(path.read_text(encoding="utf-8"), ("queues", unknown[0]))
        why, zh = f"{unknown[0]!r} is not a queue of queues.yaml", f"queues.yaml 里没有队列 {unknown[0]!r}"
        raise SettingsError([Problem(str(path), line, f"queues.{unknown[0]}", why, zh)])
    return found
