"""What a site decides of its seats and of advice, from its staffing file."""

from typing import NamedTuple

from ccfloor.floor.config import FloorConfig
from ccfloor.rules.book import RuleBook
from ccfloor.rules.calendar import Calendar
from ccfloor.service.campaigns import CALLBACKS, callback_order
from ccfloor.service.places import SettingsError
from ccfloor.service.settings import Settings, SiteSettings
from ccfloor.service.staffing.outlook_view import STALE_S
from ccfloor.service.staffing.seats_now import Options, Pin, Said, Skills
from ccfloor.service.staffing_today.site import AdviceSite, Skill, StaffingSite, load_staffing
from ccfloor.staffing.limits import Policy

LOOKS = 3.0  # so many missed ones make what was found last stale
_ADVICE_S = 180.0  # it is never called stale before
_OTHERWISE = {"most_moves": "most"}  # names of the file that the policy has otherwise


def site_options(settings: SiteSettings, config: FloorConfig) -> Options:
    """What the site decides of seats; the usual where its file cannot be used, which the doctor tells."""
    site = _site(settings, config)
    if site is None:
        return Options()
    return Options(
        skills=Skills(*map(_said, (site.skills.agents, site.skills.seats, site.skills.teams))),
        pins=dict.fromkeys(site.pinned.seats, str(Pin.SITE)),
        pinned_agents=frozenset(site.pinned.agents),
        care=frozenset(site.care),
        min_seats={queue: site.rule(queue).min_seats for queue in config.queues},
    )


def _said(skills: dict[str, Skill]) -> dict[str, Said]:
    return {name: Said(skill.can, frozenset(skill.cannot)) for name, skill in skills.items()}


class PlanNow(NamedTuple):
    """The plan's level that is on (0: none), whether a planned peak runs, and the callbacks it leaves."""

    level: int = 0
    peak: bool = False
    callbacks: int = CALLBACKS.limit


def site_policy(settings: SiteSettings, config: FloorConfig, now: PlanNow) -> Policy:
    """What the site allows of advice as its plan stands, the usual where its file says nothing or cannot be
    used.
    """
    site = _site(settings, config)
    advice = site.advice if site is not None else AdviceSite()
    told = advice.model_dump(exclude_none=True, exclude={"callback_always"})
    named = {_OTHERWISE.get(name, name): value for name, value in told.items()}
    peak = now.peak or advice.callback_always
    return Policy(level=now.level, peak=peak, callback_limit=now.callbacks, **named)


def plan_now(level: int, calendar: Calendar, rules: RuleBook, at: float) -> PlanNow:
    """What the site's calendar and its rules in force say at ``at``; a planned peak may be of some queues."""
    peak = any(one.start <= at < one.end for one in calendar.campaigns)
    return PlanNow(level, peak, callback_order(rules, at).limit)


def advice_stale_s(settings: Settings) -> float:
    """Seconds after which advice is stale, by how often it is given; it waits for a look at the outlook."""
    return max(_ADVICE_S, LOOKS * max(settings.advice.every_s, settings.outlook.every_s))


def outlook_stale_s(every_s: float) -> float:
    """The same of what the plan is likely to come to, which is looked at every so many seconds."""
    return max(STALE_S, LOOKS * every_s)


def _site(settings: SiteSettings, config: FloorConfig) -> StaffingSite | None:
    try:
        return load_staffing(settings, config)
    except SettingsError:
        return None
