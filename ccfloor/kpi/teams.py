"""Who was in which team on which business day. Days are numbers (20261122); team "" is none.

A figure of a team over a period is the sum of its spells: stretches of days in which nobody came or went. So
a move changes nothing before its day, and no day of an agent counts in two teams.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple

from ccfloor.kpi.period import date_of, day_number

ALWAYS = 0  # a day before all days,
LAST = 99991231  # and one after them
_LAST_OF_MONTH = 99


class Term(NamedTuple):
    """From a day on an agent is in a team, until the next term of his."""

    agent: str
    day: int
    team: str


class Spell(NamedTuple):
    """A stretch of days, both inclusive, in which everybody stayed where he was. ``teams``: agent → team."""

    first: int
    last: int
    teams: Mapping[str, str]

    def agents(self, team: str) -> frozenset[str]:
        """Who is in a team."""
        return frozenset(name for name, theirs in self.teams.items() if theirs == team)


class Stay(NamedTuple):
    """A stretch of days, both inclusive, in which the same agents were there."""

    first: int
    last: int
    agents: frozenset[str]


class Move(NamedTuple):
    """On a day an agent changed from a team to another; "" is none."""

    agent: str
    day: int
    before: str
    after: str


class Terms:
    """The membership of a site's teams at all times.

    ``terms`` in order of their making: of two for one agent and day the later made one counts.
    """

    def __init__(self, terms: Iterable[Term]) -> None:
        told: dict[str, dict[int, str]] = {}
        for term in terms:
            told.setdefault(term.agent, {})[term.day] = term.team
        self._of = {agent: _steps(days) for agent, days in told.items()}
        self._days = sorted({day for steps in self._of.values() for day, _ in steps} - {ALWAYS})
        self._known: dict[int, Mapping[str, str]] = {}

    @classmethod
    def always(cls, teams: Mapping[str, str]) -> "Terms":
        """The membership that never changed: agent → team."""
        return cls(Term(agent, ALWAYS, team) for agent, team in teams.items())

    def on(self, day: int) -> Mapping[str, str]:
        """Agent → team on a day; who is in none is absent."""
        place = bisect_right(self._days, day)
        if place not in self._known:
            told = ((agent, _at(steps, day)) for agent, steps in self._of.items())
            self._known[place] = {agent: team for agent, team in told if team}
        return self._known[place]

    def steps(self, agent: str) -> list[tuple[int, str]]:
        """The days from which an agent was in another team than before, with that team, in order."""
        return list(self._of.get(agent, ()))

    def spells(self, first: int, last: int) -> list[Spell]:
        """The days from ``first`` to ``last`` as stretches without a change; one where nobody moved."""
        inner = self._days[bisect_right(self._days, first) : bisect_right(self._days, last)]
        starts = [first, *inner]
        ends = [*(_day_before(day) for day in inner), last]
        return [Spell(start, end, self.on(start)) for start, end in zip(starts, ends, strict=True)]

    def stays(self, teams: Iterable[str], first: int, last: int) -> list[Stay]:
        """Who was in any of these teams, as stretches of days with the same agents."""
        wanted = frozenset(teams)
        found: list[Stay] = []
        for spell in self.spells(first, last):
            agents = frozenset(name for name, team in spell.teams.items() if team in wanted)
            if found and found[-1].agents == agents:
                found[-1] = found[-1]._replace(last=spell.last)
            else:
                found.append(Stay(spell.first, spell.last, agents))
        return found

    def members(self, teams: Iterable[str], first: int, last: int) -> frozenset[str]:
        """Everybody who was in any of these teams on one of the days."""
        return frozenset[str]().union(*(stay.agents for stay in self.stays(teams, first, last)))

    def team(self, agent: str, first: int, last: int) -> str:
        """The team that an agent was in last within these days; "" where he was in none."""
        steps = self._of.get(agent, [])
        found = _at(steps, first)
        for day, team in steps:
            if first < day <= last and team:
                found = team
        return found

    def during(self, first: int, last: int) -> dict[str, str]:
        """Agent → the team that he was in last within these days; who was in none is absent."""
        found = dict(self.on(first))
        for spell in self.spells(first, last)[1:]:
            found |= spell.teams
        return found

    def teams_of(self, agent: str, first: int, last: int) -> list[str]:
        """The teams that an agent was in within these days, in order."""
        told = [_at(self._of.get(agent, []), first)]
        told += [team for day, team in self.steps(agent) if first < day <= last]
        return list(dict.fromkeys(team for team in told if team))

    def team_on(self, agent: str, day: int) -> str:
        """The team of an agent on a day; under day 0 of a month (20261100) that of its end.

        A sum that was told of a whole month cannot be divided: it belongs to the team he was in last.
        """
        if day and day % 100 == 0:
            return self.team(agent, day + 1, day + _LAST_OF_MONTH)
        return self.on(day).get(agent, "")

    def teams(self, first: int, last: int) -> list[str]:
        """Every team that had an agent on one of the days, by name."""
        return sorted({team for spell in self.spells(first, last) for team in spell.teams.values()})

    def moves(self, first: int, last: int) -> list[Move]:
        """Who changed within these days, in order. What changed on the first of them is no change within."""
        found = []
        for agent, steps in self._of.items():
            for place, (day, team) in enumerate(steps):
                if first < day <= last:
                    found.append(Move(agent, day, steps[place - 1][1] if place else "", team))
        return sorted(found, key=lambda move: (move.day, move.agent))


def differ(one: Terms, other: Terms, agent: str) -> tuple[int, int | None] | None:
    """The first day on which an agent is in another team, and the day from which on he never is again.

    None for no such day: for ever, or, of both, that they are the same.
    """
    days = sorted({day for terms in (one, other) for day, _ in terms.steps(agent)})
    unlike = [day for day in days if one.on(day).get(agent) != other.on(day).get(agent)]
    if not unlike:
        return None
    return unlike[0], next((day for day in days if day > unlike[-1]), None)


def _steps(days: Mapping[int, str]) -> list[tuple[int, str]]:
    """Days with the team from then on, without those on which nothing changed."""
    found: list[tuple[int, str]] = []
    for day in sorted(days):
        if days[day] != (found[-1][1] if found else ""):
            found.append((day, days[day]))
    return found


def _at(steps: Iterable[tuple[int, str]], day: int) -> str:
    team = ""
    for since, after in steps:
        if since > day:
            break
        team = after
    return team


def _day_before(day: int) -> int:
    return day_number(date_of(day) - timedelta(days=1))
