"""Who scores on the simulated floor, and the nights of its past in which the calls of a day were drawn."""

from datetime import date, timedelta

from sqlalchemy import Engine, update

from ccfloor.acd.sim_quality import Quality
from ccfloor.floor.config import FloorConfig
from ccfloor.qa.assign import Reviewer
from ccfloor.qa.workdays import WorkCalendar
from ccfloor.service.qa.drawing import keep, ready
from ccfloor.service.qa.shifts import NONE, Shifts
from ccfloor.service.qa.versions import Version
from ccfloor.store.engine import lock_site, writing
from ccfloor.store.qa_tables import qa_samples

_NIGHT_S = 7200.0  # after the day's end
_t = qa_samples.c


def night(config: FloorConfig, day: date) -> float:
    """When the calls of a day are drawn."""
    return config.day_begins(day + timedelta(days=1)) + _NIGHT_S


def draw_night(
    engine: Engine,
    config: FloorConfig,
    version: Version,
    day: date,
    key: bytes,
    calendar: WorkCalendar,
    quality: Quality,
    shifts: Shifts = NONE,
) -> None:
    """Draw the calls of a day, as it is done every night, unless that was done; by the site's own key.

    What nobody may score, the calls that leads take themselves, is for the head of quality assurance.
    """
    staff, at = reviewers(config, quality), night(config, day)
    with engine.connect() as connection:
        found = ready(connection, config, version, day, key, calendar, staff, at, shifts)
    if found is None:
        return
    with writing(engine) as connection:
        lock_site(connection, config.site)
        made = keep(connection, config, found)
        if made is not None:
            free = (_t.site == config.site, _t.draw == made.id, _t.reviewer == "")
            connection.execute(update(qa_samples).where(*free).values(reviewer=quality.head.name))


def reviewers(config: FloorConfig, quality: Quality) -> list[Reviewer]:
    """Who scores on the simulated floor: the reviewers everybody's calls, leads those of their teams."""
    found = [Reviewer(one.name, "qa") for one in quality.reviewers]
    leads = leads_of(config)
    for team in sorted({seat.team for seat in config.seats.values() if seat.team}):
        found.append(Reviewer(lead_of(team, quality), "lead", frozenset({team}), leads.get(team, "")))
    return found


def leads_of(config: FloorConfig) -> dict[str, str]:
    """Team → the name under which its lead takes calls."""
    return {seat.team: seat.agent for seat in config.seats.values() if seat.team and seat.role == "lead"}


def lead_of(team: str, quality: Quality) -> str:
    """The account of a team's lead."""
    return f"{quality.lead.name}.{team.lower()}"
