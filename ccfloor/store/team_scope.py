"""Whose days a scope is made of for a viewer: by the teams of those days, not by today's.

A viewer of some teams sees of a past month whoever was in them then. An agent who is in one of them today he
sees with all of his days; one who was, with the days on which he was.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import Period, business_date, date_of, day_number, day_numbers, period
from ccfloor.kpi.scope import Scope
from ccfloor.kpi.teams import Terms
from ccfloor.store.members import teams
from ccfloor.store.viewer import Viewer


class Whom(NamedTuple):
    """The agents whose days from ``first`` to ``last`` count, both inclusive; None: everybody's."""

    first: int
    last: int
    agents: frozenset[str] | None

    def has(self, agent: str) -> bool:
        """Whether an agent is among them."""
        return self.agents is None or agent in self.agents


def whom(
    viewer: Viewer, config: FloorConfig, terms: Terms, scope: Scope, days: tuple[int, int]
) -> list[Whom]:
    """The agents that a scope adds up from the first to the last of these days, as the viewer may see them.

    One stretch where nobody came or went; those without anybody are left out.
    """
    if viewer.only is not None and not (scope.kind == "agent" and scope.name in viewer.only):
        return []
    if scope.kind == "agent" and _all_of(viewer, config, scope.name):
        return [Whom(*days, frozenset((scope.name,)))]
    if scope.kind != "team" and viewer.teams is None:
        return [Whom(*days, None)]
    wanted = [scope.name] if scope.kind == "team" else sorted(viewer.teams or ())
    if viewer.teams is not None:
        wanted = [team for team in wanted if team in viewer.teams]
    only = frozenset((scope.name,)) if scope.kind == "agent" else None
    found = (
        Whom(stay.first, stay.last, stay.agents if only is None else stay.agents & only)
        for stay in terms.stays(wanted, *days)
    )
    return [one for one in found if one.agents]


def in_scope(viewer: Viewer, config: FloorConfig, terms: Terms, scope: Scope) -> bool:
    """Whether a viewer may see figures of a scope at all; of an agent, who is or was in a team of his."""
    if viewer.only is not None:
        return scope.kind == "agent" and scope.name in viewer.only
    if scope.kind == "queue":
        return viewer.sees_queue(scope.name)
    if scope.kind == "team":
        return viewer.teams is None or scope.name in viewer.teams
    if scope.kind == "site" or _all_of(viewer, config, scope.name):
        return True
    return any(team in (viewer.teams or ()) for _, team in terms.steps(scope.name))


def sees_day(viewer: Viewer, config: FloorConfig, terms: Terms, agent: str, day: int) -> bool:
    """Whether a viewer may see an agent's figures of a stored day (20261122; 20261100: those of a month)."""
    if viewer.only is not None:
        return agent in viewer.only
    return _all_of(viewer, config, agent) or terms.team_on(agent, day) in (viewer.teams or ())


def spans(
    config: FloorConfig, start: float, end: float, parts: Iterable[Whom]
) -> Iterator[tuple[float, float, Whom]]:
    """Start and end within [start, end) of each of these stretches, in UTC epoch seconds."""
    for part in parts:
        first, last = _day(config, part.first).start, _day(config, part.last).end
        yield max(first, start), min(last, end), part


def whom_between(
    viewer: Viewer, config: FloorConfig, terms: Terms, scope: Scope, start: float, end: float
) -> list[tuple[float, float, Whom]]:
    """The agents that a scope adds up in [start, end), in UTC epoch seconds: start, end and agents of each
    stretch.
    """
    days = (day_number(business_date(config, start)), day_number(business_date(config, max(start, end - 1))))
    return list(spans(config, start, end, whom(viewer, config, terms, scope, days)))


def numbers(config: FloorConfig, of: Period) -> tuple[int, int]:
    """First and last business day of any period; of a half hour the one that it belongs to."""
    if of.part != "halfhour":
        return day_numbers(config, of)
    day = day_number(business_date(config, of.start))
    return day, day


def open_viewer(viewer: Viewer) -> Viewer:
    """The viewer, for reads whose agents are narrowed by ``whom``: today's teams do not limit them."""
    return replace(viewer, teams=None)


def visible_teams(viewer: Viewer, config: FloorConfig, terms: Terms, first: int, last: int) -> list[str]:
    """The teams that a viewer may see: today's in the order of the seats, then those only of these days."""
    if viewer.only is not None:
        return []
    now = teams(config, viewer)
    then = (team for team in terms.teams(first, last) if viewer.teams is None or team in viewer.teams)
    return list(dict.fromkeys([*now, *then]))


def _all_of(viewer: Viewer, config: FloorConfig, agent: str) -> bool:
    if viewer.only is not None:
        return agent in viewer.only
    mine = viewer.seats(config)
    return mine is None or agent in mine


def _day(config: FloorConfig, number: int) -> Period:
    return period(config, date_of(number).isoformat())
