"""The monitoring report's own part: every agent's KPIs as control charts read them, beside the team."""

from collections.abc import Collection, Mapping, Sequence
from statistics import median
from typing import NamedTuple

from sqlalchemy import Engine, select

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.compute import compute, reads
from ccfloor.kpi.fields import Figures
from ccfloor.kpi.model import Kpi
from ccfloor.kpi.period import Period, back, day_number, day_numbers, days
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.kpi.scope import scope as read_scope
from ccfloor.kpi.spc import findings, limits
from ccfloor.service.agent_trend import natural
from ccfloor.service.reports.data import Remark, Two, Watched
from ccfloor.service.reports.material import Ground, measure, named
from ccfloor.store import tables
from ccfloor.store.member_series import member_series
from ccfloor.store.team_scope import in_scope
from ccfloor.store.team_terms import terms_of
from ccfloor.store.viewer import Viewer

WATCHED = ("aht", "talk", "hold", "acw", "transfer_rate")
_LOOK_BACK = 28  # days of a chart whose period is shorter
_LEAST_CALLS = 5  # an agent's day with fewer tells nothing of him
_LEAST_MATES = 3
# Of hundreds of charts some always hug a limit for a few days by chance: the report tells of points beyond
# a limit and of long runs; the trends page shows all rules.
_TOLD = ("wheeler_1", "wheeler_2")
_CALLS = "agent.answered"


class Watch(NamedTuple):
    """Who is watched over which days; ``seen_until``: a day that had not ended by then is left out."""

    engine: Engine
    viewer: Viewer
    config: FloorConfig
    ground: Ground
    of: Period
    seen_until: float


def span_of(config: FloorConfig, of: Period) -> list[Period]:
    """The days of the charts: those of a month, else as many before the period's end as a chart needs."""
    if of.part == "month":
        return days(config, of)
    found = [days(config, of)[-1]]
    while len(found) < _LOOK_BACK:
        found.append(back(config, found[-1]))
    return found[::-1]


def watched(watch: Watch, agents: Mapping[Scope, Figures], span: Sequence[Period]) -> tuple[Watched, ...]:
    """A chart of each KPI and agent with any value, agent by agent."""
    kpis = [kpi for name in WATCHED if (kpi := watch.ground.kpi(name, watch.of)) is not None]
    fields = {_CALLS}.union(
        *(reads(kpi, "agent", _variant(watch, kpi, who)) for kpi in kpis for who in agents)
    )
    names = [who.name for who in agents]
    daily = member_series(watch.engine, watch.viewer, watch.config, names, fields, span)
    charts = [chart for kpi in kpis for chart in _charts(watch, kpi, agents, daily, span)]
    return tuple(sorted(charts, key=lambda one: (one.team, one.name.zh)))


def _variant(watch: Watch, kpi: Kpi, who: Scope) -> str:
    return watch.ground.book.variant(kpi.id, who, watch.ground.day(watch.of))


def _charts(
    watch: Watch,
    kpi: Kpi,
    agents: Mapping[Scope, Figures],
    daily: Mapping[str, Sequence[Figures]],
    span: Sequence[Period],
) -> list[Watched]:
    values = {who: watch.ground.cell(kpi.id, who, watch.of, told).value for who, told in agents.items()}
    team = terms_of(watch.engine, watch.config).during(*day_numbers(watch.config, watch.of))
    mates: dict[str, list[float]] = {}
    for who, value in values.items():
        if value is not None:
            mates.setdefault(team.get(who.name, ""), []).append(value)
    found = []
    for who, value in values.items():
        if value is not None:
            theirs = mates[team.get(who.name, "")]
            chart = _chart(watch, kpi, _variant(watch, kpi, who), daily.get(who.name, ()), span)
            chart = chart._replace(name=watch.ground.name(who), team=team.get(who.name, ""), value=value)
            found.append(chart.made(median(theirs) if len(theirs) >= _LEAST_MATES else None))
    return found


class _Chart(NamedTuple):
    kpi: Kpi
    values: tuple[float | None, ...]
    edges: tuple[float | None, float | None, float | None]
    findings: tuple[tuple[str, int, int, int], ...]
    name: Two = Two("", "")
    team: str = ""
    value: float | None = None

    def made(self, middle: float | None) -> Watched:
        centre, lower, upper = self.edges
        told = (self.name, self.team, measure(self.kpi), self.value, middle, self.values)
        return Watched(*told, centre, lower, upper, self.findings)


def _chart(watch: Watch, kpi: Kpi, variant: str, daily: Sequence[Figures], span: Sequence[Period]) -> _Chart:
    """Limits over all the days; findings that reach into the period."""
    values = [
        compute(kpi, told, "agent", variant).value
        if told.get(_CALLS, 0) >= _LEAST_CALLS and day.end <= watch.seen_until
        else None
        for day, told in zip(span, daily, strict=bool(daily))
    ]
    of = limits(values, most=natural(kpi, None, values))
    first = len(span) - len(days(watch.config, watch.of))
    every = findings(values, of) if of else []
    broken = [hit for hit in every if hit.rule in _TOLD and hit.last >= first]
    edges = (of.centre, of.lower, of.upper) if of else (None, None, None)
    told = tuple((hit.rule, hit.first, hit.last, hit.side) for hit in broken)
    return _Chart(kpi, tuple(values), edges, told)


def remarks(
    watch: Watch, span: Sequence[Period], about: Scope, agents: Collection[Scope]
) -> tuple[Remark, ...]:
    """What was noted on these days about the site, the scope, its agents, of an agent the team."""
    first, last = day_number(span[0].day), day_number(span[-1].day)
    table = tables.annotations.c
    query = select(table.scope, table.kind, table.day, table.until, table.text).where(
        table.site == watch.viewer.site, table.removed_at.is_(None), table.day <= last, table.until >= first
    )
    with watch.engine.connect() as connection:
        rows = connection.execute(query.order_by(table.day, table.id)).all()
    terms = terms_of(watch.engine, watch.config)
    teams = terms.teams_of(about.name, first, last) if about.kind == "agent" else []
    wanted = {SITE, about, *agents, *(Scope("team", team) for team in teams)}
    told = ((read_scope(row[0]), row) for row in rows)
    return tuple(
        Remark(row[0], named(watch.config, one), *row[1:])
        for one, row in told
        if (about == SITE or one in wanted) and in_scope(watch.viewer, watch.config, terms, one)
    )
