"""How far the quotas are: of each agent in a plan's weeks and months, of each reviewer in what is his.

What counts for an agent's quota is whatever the same kind of reviewer has of its span: a call of the week is
one of the month, too. Days are those of the calls.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import business_date, day_number
from ccfloor.kpi.teams import Terms
from ccfloor.qa.plan import Plan, Quota
from ccfloor.qa.quota import Meter, Span, expected, span
from ccfloor.service.qa import versions
from ccfloor.service.qa.candidates import Known, candidates
from ccfloor.service.qa.drawing import begins, made_up
from ccfloor.store import qa_samples as rows
from ccfloor.store.qa_samples import Sum
from ccfloor.store.tables import calls
from ccfloor.store.team_scope import sees_day
from ccfloor.store.team_terms import terms
from ccfloor.store.viewer import Viewer


class AgentMeters(NamedTuple):
    """An agent's standing in every quota of a plan, in the order of its quotas."""

    agent: str
    team: str
    meters: tuple[Meter, ...]


class Board(NamedTuple):
    """The standing of a plan on a day. ``reviewers``: over the longest of its spans, quota "" in each."""

    plan: Plan
    version: int
    day: date
    spans: tuple[Span, ...]  # one for each quota
    agents: tuple[AgentMeters, ...]
    reviewers: tuple[Meter, ...]
    free: int  # samples of nobody

    @property
    def short(self) -> int:
        """Agents who are behind what should be done by the day in any quota."""
        return sum(any(meter.behind for meter in one.meters) for one in self.agents)


def boards(engine: Engine, viewer: Viewer, config: FloorConfig, day: date, now: float) -> list[Board]:
    """A board for each plan that counts on a day."""
    viewer.needs(Right.QA)
    found = versions.in_force(engine, viewer, "plan", day)
    return [_board(engine, viewer, config, one.plan, one.version, day, now) for one in found]


def board(engine: Engine, viewer: Viewer, config: FloorConfig, plan: str, day: date, now: float) -> Board:
    """The standing of one plan. Raises VersionError ``not_in_force``."""
    viewer.needs(Right.QA)
    one = versions.current(engine, viewer, "plan", plan, day)
    return _board(engine, viewer, config, one.plan, one.version, day, now)


def _board(
    engine: Engine, viewer: Viewer, config: FloorConfig, plan: Plan, version: int, day: date, now: float
) -> Board:
    spans = tuple(span(quota, day) for quota in plan.quotas)
    first, last = min(one.first for one in spans), max(one.last for one in spans)
    today = business_date(config, now)
    with engine.connect() as connection:
        within, days = rows.seen_by(viewer, config), (day_number(first), day_number(last))
        sums = rows.sums(connection, plan.id, *days, day_number(today), within)
        teams = terms(connection, config)
        worked = {
            one: _worked(connection, viewer, config, teams, plan, one, today) for one in dict.fromkeys(spans)
        }
        begun = begins(connection, config, plan.id) or date.min
        agents = _agents(plan, spans, min(day, today), sums, worked, teams, begun)
        agents = _told_all(connection, config, plan, spans, agents, today, now)
    longest = max(spans, key=lambda one: (one.last - one.first).days)
    return Board(plan, version, day, spans, agents, _reviewers(sums, longest), _free(sums))


def _told_all(
    connection: Connection,
    config: FloorConfig,
    plan: Plan,
    spans: Sequence[Span],
    agents: Sequence[AgentMeters],
    today: date,
    now: float,
) -> tuple[AgentMeters, ...]:
    """The same, with those marked of whom a span that is over had no more calls than were drawn."""
    over = {of for of in spans if of.last < today}
    short = {
        one.agent
        for one in agents
        for of, meter in zip(spans, one.meters, strict=True)
        if of in over and meter.done + meter.drawn < meter.wanted
    }
    left = {of: _left(connection, config, plan, of, short, now) for of in over} if short else {}

    def had_all(agent: str, of: Span, meter: Meter) -> bool:
        return of in left and meter.done + meter.drawn < meter.wanted and agent not in left[of]

    def told(one: AgentMeters) -> AgentMeters:
        pairs = zip(spans, one.meters, strict=True)
        return one._replace(
            meters=tuple(meter._replace(all=had_all(one.agent, of, meter)) for of, meter in pairs)
        )

    return tuple(map(told, agents))


def _left(
    connection: Connection, config: FloorConfig, plan: Plan, of: Span, agents: set[str], now: float
) -> set[str]:
    """Agents of whom there are calls in a span that nobody has drawn or scored."""
    among = [calls.c.agent.in_(sorted(agents))]
    days, teams = (of.first, of.last), terms(connection, config)
    there = candidates(connection, config, teams, plan, days, Known(now, now), among)
    first, last = day_number(of.first), day_number(of.last)
    had = {one.key for one in rows.had(connection, config.site, first, last, now, None)}
    heard = (told.call for key, told in there.items() if key not in had)
    return {call.agent for call in heard if call.talk_s >= plan.least_s}


def _worked(
    connection: Connection,
    viewer: Viewer,
    config: FloorConfig,
    teams: Terms,
    plan: Plan,
    within: Span,
    today: date,
) -> set[str]:
    """Agents in scope who have answered calls of the plan within a span."""
    days = (day_number(within.first), day_number(min(within.last, today)))
    queues = [frozenset(plan.queues)] if plan.queues else []
    queues += [viewer.queues] if viewer.queues is not None else []
    if queues:
        ends = config.day_begins(within.first), config.day_begins(min(within.last, today) + timedelta(days=1))
        told = rows.answered_in(connection, viewer.site, frozenset.intersection(*queues), *ends)
        found = {(agent, day_number(business_date(config, at))) for agent, at in told}
    else:
        found = rows.answered_on(connection, viewer.site, *days)
    return {
        agent
        for agent, day in found
        if sees_day(viewer, config, teams, agent, day)
        and (not plan.teams or teams.team_on(agent, day) in plan.teams)
    }


def _agents(
    plan: Plan,
    spans: Sequence[Span],
    day: date,
    sums: Iterable[Sum],
    worked: Mapping[Span, set[str]],
    teams: Terms,
    begun: date,
) -> tuple[AgentMeters, ...]:
    of: dict[str, list[Sum]] = defaultdict(list)
    for one in sums:
        of[one.agent].append(one)
    there = set(of).union(*worked.values())
    found = []
    for agent in there:
        meters = [
            _meter(
                agent,
                quota,
                one,
                of[agent],
                day,
                begun if agent in worked[one] and begun <= one.last else None,
            )
            for quota, one in zip(plan.quotas, spans, strict=True)
        ]
        found.append(AgentMeters(agent, teams.team_on(agent, day_number(day)), tuple(meters)))
    return tuple(sorted(found, key=lambda one: (one.team, one.agent)))


def _meter(agent: str, quota: Quota, of: Span, sums: Iterable[Sum], day: date, begun: date | None) -> Meter:
    """``begun``: when the plan began; None: nothing is owed, as the agent has not worked in the span, or
    there was no plan yet.
    """
    first, last = day_number(of.first), day_number(of.last)
    mine = [one for one in sums if one.by == quota.by and first <= one.day <= last]
    days = [one.day for one in mine for _ in range(one.number)]
    spared = made_up(quota, of.last, begun, days) - len(days) if begun else 0
    wanted = max(quota.at_least - spared, 0) if begun is not None else 0
    due = expected(quota, day - timedelta(days=1)) - spared if of.first < day <= of.last else 0
    due = wanted if day > of.last else min(max(due, 0), wanted)
    return Meter(agent, quota.id, of.name, wanted, *_counted(mine), due=due, most=quota.at_most)


def _counted(sums: Sequence[Sum]) -> tuple[int, int, int]:
    """Done, still open, of those late."""
    done = sum(one.number for one in sums if one.state == rows.DONE)
    late = sum(one.number for one in sums if one.state == rows.OPEN and one.late)
    return done, sum(one.number for one in sums) - done, late


def _reviewers(sums: Iterable[Sum], of: Span) -> tuple[Meter, ...]:
    """What each has been given of the calls of a span."""
    found: dict[str, list[Sum]] = defaultdict(list)
    first, last = day_number(of.first), day_number(of.last)
    for one in sums:
        if one.reviewer and first <= one.day <= last:
            found[one.reviewer].append(one)
    return tuple(
        Meter(name, "", of.name, sum(one.number for one in mine), *_counted(mine))
        for name, mine in sorted(found.items())
    )


def _free(sums: Iterable[Sum]) -> int:
    return sum(one.number for one in sums if one.state == rows.OPEN and not one.reviewer)
