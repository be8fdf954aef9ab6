"""When a plan is due, and which periods it owes. Pure; instants are UTC epoch seconds.

A plan that is due tells of the last whole period of the business calendar that has ended by then.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import Period, back, day_of, month_of, week_of
from ccfloor.service.reports.plans import Body, Plan

MOST_OWED = 7  # of a long outage the last ones are made, not all
_OF = {"day": day_of, "week": week_of, "month": month_of}
_LONGEST_S = {"day": 9 * 86_400, "week": 60 * 86_400, "month": 250 * 86_400}


class Owed(NamedTuple):
    """A period to be told of, and when that was due."""

    period: Period
    due_at: float


def trigger(body: Body, zone: str) -> CronTrigger:
    """The calendar of a plan by the site's clock, whatever the clock changes do."""
    hour, minute = body.at.split(":")
    on = {"day": {}, "week": {"day_of_week": body.weekday - 1}, "month": {"day": body.monthday}}[body.part]
    return CronTrigger(hour=hour, minute=minute, timezone=ZoneInfo(zone), **on)


def told_of(body: Body, config: FloorConfig, due_at: float) -> Period:
    """The last whole period that has ended by this instant."""
    return back(config, _OF[body.part](config, due_at))


def owed(plan: Plan, config: FloorConfig, now: float, settled: Collection[str]) -> list[Owed]:
    """What is due and not settled, oldest first: each period once, at most the last MOST_OWED."""
    since = max(plan.at, now - _LONGEST_S[plan.body.part])
    found: dict[str, Owed] = {}
    for due_at in _instants(trigger(plan.body, config.zone), since, now):
        of = told_of(plan.body, config, due_at)
        found.setdefault(of.name, Owed(of, due_at))
    return [one for one in list(found.values())[-MOST_OWED:] if one.period.name not in settled]


def next_due(plan: Plan, config: FloorConfig, now: float) -> float | None:
    """When it is due next."""
    return next(_instants(trigger(plan.body, config.zone), now, float("inf")), None)


def _instants(calendar: CronTrigger, since: float, until: float) -> Iterator[float]:
    """The instants in (since, until] at which it fires."""
    before = datetime.fromtimestamp(since, UTC)
    fires = calendar.get_next_fire_time(before, before)
    while fires is not None and fires.timestamp() <= until:
        if fires.timestamp() > since:
            yield fires.timestamp()
        fires = calendar.get_next_fire_time(fires, fires)
