"""How far the quotas are: of each agent and of each reviewer, in the weeks and months of a plan."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import NamedTuple

from ccfloor.qa.draw import Want, chance
from ccfloor.qa.plan import Plan, Quota


class Span(NamedTuple):
    """An ISO week or a month, both days inclusive. ``name``: 2026-W47, 2026-11."""

    name: str
    first: date
    last: date


class Meter(NamedTuple):
    """One agent's or reviewer's standing. ``done``: handed in; ``drawn``: waiting to be scored;
    ``late``: of those, overdue; ``due``: of all that is wanted, what should be drawn by now; ``most``: no
    more than so many; ``all``: there were no more calls to draw from.
    """

    who: str
    quota: str
    span: str
    wanted: int
    done: int
    drawn: int = 0
    late: int = 0
    due: int = 0
    most: int | None = None
    all: bool = False

    @property
    def behind(self) -> bool:
        """Whether something is overdue, or less is done or in hand than should be by now, and could be.

        What was drawn and still has time is as good as done: a reviewer who works in time is never behind.
        """
        return self.late > 0 or (not self.all and self.done + self.drawn < self.due)

    @property
    def over(self) -> bool:
        """Whether more is done or drawn than the quota allows."""
        return self.most is not None and self.done + self.drawn > self.most

    @property
    def short(self) -> int:
        """What is still to be done."""
        return max(self.wanted - self.done, 0)

    @property
    def met(self) -> bool:
        """Whether the quota is reached."""
        return self.done >= self.wanted


def span(quota: Quota, day: date) -> Span:
    """The week or month of a quota that a day lies in."""
    if quota.every == "week":
        first = day - timedelta(days=day.weekday())
        year, week, _ = day.isocalendar()
        return Span(f"{year}-W{week:02d}", first, first + timedelta(days=6))
    first = day.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return Span(f"{day:%Y-%m}", first, following - timedelta(days=1))


def want(quota: Quota, agent: str, day: date, *, there: int, taken: frozenset[str], seed: str) -> Want:
    """How many calls of an agent are to be drawn on a day, from which days; ``there``: drawn or done already
    for this quota's span, ``taken``: calls drawn already for any, ``seed``: the same on all days of a span.

    Every day draws its even share of ``at_least`` from its own calls, as whole ones from a start that the
    seed gives: no weekday is safe from being drawn, and nobody can tell which one comes. What days off left
    open is made up for on each Sunday and on the span's last day, from all calls of its part of that week.
    """
    whole, before = span(quota, day), day - timedelta(days=1)
    luck = chance(seed, "luck", agent, quota.id, whole.name)
    due = _due(quota, day, luck)
    own = due - (_due(quota, before, luck) if before >= whole.first else 0)
    closes = day.weekday() == 6 or day == whole.last
    number = max(due - there if closes else min(own, due - there), 0)
    since = max(day - timedelta(days=day.weekday()), whole.first) if closes else day
    return Want(agent, quota.id, number, taken, min(own, number), as_number(day), as_number(since))


def _due(quota: Quota, day: date, luck: float) -> int:
    """What is to be there by the end of a day: the even share, all of it on the span's last day."""
    within = span(quota, day)
    days, gone = (within.last - within.first).days + 1, (day - within.first).days + 1
    return quota.at_least if gone == days else floor(Fraction(quota.at_least * gone, days) + Fraction(luck))


def expected(quota: Quota, day: date) -> int:
    """What should be done of a quota by the end of a day: its even share, in whole calls."""
    return _due(quota, day, 0.0)


def as_number(day: date) -> int:
    """20261122, as days are kept."""
    return day.year * 10000 + day.month * 100 + day.day


def meters(plan: Plan, agents: Iterable[str], done: Mapping[tuple[str, str], int], day: date) -> list[Meter]:
    """Each agent's standing in each quota's span of ``day``; ``done``: (agent, quota) → forms."""
    return [
        Meter(agent, quota.id, span(quota, day).name, quota.at_least, done.get((agent, quota.id), 0))
        for agent in agents
        for quota in plan.quotas
    ]
