"""A KPI over time: one agent or team beside the team, with natural limits and what breaks a run rule.

The band is the middle half of the team's agents (first to third quartile) around their median, each agent
weighing the same; the line of a team itself is the ratio of its sums. What is still provisional is shown
and not judged: it is neither in the limits nor in the findings.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from statistics import median, quantiles
from typing import NamedTuple, Protocol

from sqlalchemy import Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.compute import compute, reads
from ccfloor.kpi.fields import AGENT, Figures, add
from ccfloor.kpi.model import Bound, Kpi
from ccfloor.kpi.period import Part, Period, day_numbers, month_of, period, week_of
from ccfloor.kpi.result import Result
from ccfloor.kpi.scope import Scope
from ccfloor.kpi.spc import FIRM, Finding, Limits, RuleSet, findings, stretches
from ccfloor.kpi.teams import Terms
from ccfloor.service.annotations import Annotation, list_annotations
from ccfloor.service.kpi_site import kpi_book
from ccfloor.service.settings import Settings
from ccfloor.store.kpi_figures import figures
from ccfloor.store.member_series import Series, member_series
from ccfloor.store.team_terms import terms_of
from ccfloor.store.viewer import Viewer

PARTS: tuple[Part, ...] = ("day", "week", "month")
BACK_DAYS: Mapping[Part, int] = {"day": 59, "week": 25 * 7, "month": 365}
MOST_POINTS = 400
_STORED = frozenset(AGENT)
BASES = ("all", "first", "events")
MOST_VALUES = 20_000  # agents times periods that a band is made of
LEAST_PEERS = 3  # fewer agents have no middle half
Days = tuple[int, int]  # first and last, both inclusive


class Floor(Protocol):
    """What is asked of a service."""

    engine: Engine
    config: FloorConfig
    settings: Settings

    def floor_now(self) -> float: ...


class Band(NamedTuple):
    """The team in one period: quartiles over ``peers`` agents."""

    low: float
    median: float
    high: float
    peers: int


class Point(NamedTuple):
    """One period of a trend."""

    period: Period
    result: Result
    provisional: bool
    band: Band | None = None


class Trend(NamedTuple):
    """A KPI of a scope over successive periods. ``cuts``: points at which new limits begin."""

    kpi: Kpi
    scope: Scope
    variant: str
    points: list[Point]
    rules: RuleSet
    base: str
    bound: Bound | None
    origin: str
    cuts: tuple[int, ...] = ()
    marks: Sequence[Annotation] = ()
    peers: frozenset[str] = frozenset()  # agents of whom a band is asked
    crowded: bool = False  # too many of them for so many periods: no band
    limits: Sequence[Limits] = ()
    findings: Sequence[Finding] = ()

    @property
    def values(self) -> list[float | None]:
        """Value of each period that can be judged."""
        return [None if point.provisional else point.result.value for point in self.points]


class Asked(NamedTuple):
    """Which trend: dates are the first and the last, both inclusive.

    ``base``: on what the limits rest, one of BASES: all values, the first of them, or each stretch between
    events by itself.
    """

    kpi: str
    part: Part
    first: date
    last: date
    rules: RuleSet = "wheeler"
    base: str = BASES[0]


def periods_of(config: FloorConfig, part: Part, first: date, last: date) -> list[Period]:
    """The days, weeks or months that hold these dates; of too many the last."""
    found: list[Period] = []
    at = _holding(config, part, last)
    while len(found) < MOST_POINTS and at.end > period(config, first.isoformat()).start:
        found.append(at)
        at = _holding(config, part, at.day - timedelta(days=1))
    return found[::-1]


def _holding(config: FloorConfig, part: Part, day: date) -> Period:
    of = period(config, day.isoformat())
    return of if part == "day" else (week_of if part == "week" else month_of)(config, of.start)


def kpis_of(service: Floor, kind: str) -> list[Kpi]:
    """The KPIs that a scope of this kind can have over time, in the catalogue's order."""
    return [kpi for kpi in kpi_book(service).kpis.values() if kind in kpi.scopes and not kpi.now]


def trend(service: Floor, viewer: Viewer, scope: Scope, asked: Asked) -> Trend:
    """The trend of an agent, a team or the site. Raises KeyError on an unknown KPI."""
    config = service.config
    periods = periods_of(config, asked.part, asked.first, asked.last)
    terms = terms_of(service.engine, config)
    beside = peers_of(config, viewer, terms, scope, periods)
    peers = frozenset[str]().union(*beside)
    crowded = len(peers) * len(periods) > MOST_VALUES
    names = peers | {scope.name} if scope.kind == "agent" else peers
    ways = _ways(service, asked, [scope, *_of_agents(names)])
    kpi, variant, bound, origin = ways[scope]
    series = {} if crowded else _series(service, viewer, names, ways, periods)
    known = series if _stays(config, terms, scope, periods) else {}
    told = _told(service, viewer, scope, kpi, variant, periods, known)
    results = [compute(kpi, found, scope.kind, variant) for found in told]
    bands = _bands(ways, series, beside)
    now = service.floor_now()
    points = _begun([Point(of, results[at], of.end > now, bands[at]) for at, of in enumerate(periods)])
    shown = [point.period for point in points]
    marks = list_annotations(service.engine, viewer, config, scope, shown[0].day, asked.last)
    cuts = _cuts(shown, marks) if asked.base == "events" else ()
    made = Trend(kpi, scope, variant, points, asked.rules, asked.base, bound, origin, cuts, marks)
    return judged(made._replace(peers=peers, crowded=crowded))


def compare(
    service: Floor, viewer: Viewer, scopes: Sequence[Scope], asked: Asked
) -> dict[Scope, list[Result]]:
    """One KPI of several scopes over the same periods."""
    config = service.config
    periods = periods_of(config, asked.part, asked.first, asked.last)
    terms = terms_of(service.engine, config)
    theirs = {scope: _agents_of(config, terms, scope, periods) for scope in scopes}
    everybody = frozenset[str]().union(*(one for some in theirs.values() for one in some))
    ways = _ways(service, asked, scopes)
    series = _series(service, viewer, everybody, ways, periods)  # read once for all
    found = {}
    for scope, (kpi, variant, _, _) in ways.items():
        mine = theirs[scope][0] if _stays(config, terms, scope, periods) else frozenset[str]()
        known = {name: told for name, told in series.items() if name in mine}
        told = _told(service, viewer, scope, kpi, variant, periods, known)
        found[scope] = [compute(kpi, one, scope.kind, variant) for one in told]
    return found


def _agents_of(
    config: FloorConfig, terms: Terms, scope: Scope, periods: Sequence[Period]
) -> list[frozenset[str]]:
    """Who makes up an agent or a team in each of the periods."""
    if scope.kind == "team":
        return _members(config, terms, lambda days: [scope.name], periods)
    return [frozenset((scope.name,)) if scope.kind == "agent" else frozenset() for _ in periods]


def _members(
    config: FloorConfig,
    terms: Terms,
    teams: Callable[[Days], Sequence[str]],
    periods: Sequence[Period],
) -> list[frozenset[str]]:
    """Who was in these teams on any day of each of the periods; read once where nobody moved."""
    days = [day_numbers(config, of) for of in periods]
    whole = days[0][0], days[-1][1]
    if not terms.moves(*whole):
        return [terms.members(teams(whole), *whole)] * len(periods)
    return [terms.members(teams(one), *one) for one in days]


def _stays(config: FloorConfig, terms: Terms, scope: Scope, periods: Sequence[Period]) -> bool:
    """Whether a team had the same agents all along: else its figures are no sums of whole ones of theirs."""
    days = day_numbers(config, periods[0])[0], day_numbers(config, periods[-1])[1]
    return scope.kind != "team" or len(terms.stays([scope.name], *days)) == 1


def of_team(service: Floor, viewer: Viewer, team: str, asked: Asked) -> list[Trend]:
    """The trend of every agent of a team that has any value: small multiples. No bands, no annotations."""
    config = service.config
    terms = terms_of(service.engine, config)
    periods = periods_of(config, asked.part, asked.first, asked.last)
    there = peers_of(config, viewer, terms, Scope("team", team), periods)
    agents = frozenset[str]().union(*there)
    ways = _ways(service, asked, _of_agents(agents))
    series = _series(service, viewer, agents, ways, periods)
    now = service.floor_now()
    results = {
        who: [
            compute(ways[who].kpi, one if who.name in theirs else {}, "agent", ways[who].variant)
            for one, theirs in zip(series[who.name], there, strict=True)
        ]
        for who in _of_agents(sorted(series))
    }
    known = [[at for at, one in enumerate(some) if one.value is not None] for some in results.values()]
    began = min((some[0] for some in known if some), default=0)  # the same for all: one time axis
    found = []
    for (who, some), any_of in zip(results.items(), known, strict=True):
        if any_of:
            points = [Point(of, one, of.end > now) for of, one in zip(periods, some, strict=True)][began:]
            kpi, variant, bound, origin = ways[who]
            found.append(judged(Trend(kpi, who, variant, points, asked.rules, asked.base, bound, origin)))
    return found


def peers_of(
    config: FloorConfig, viewer: Viewer, terms: Terms, scope: Scope, periods: Sequence[Period]
) -> list[frozenset[str]]:
    """Whom an agent or a team is set beside in each period: the agents of the team, of an agent of the one
    that he was in last in it; of a site without teams, and of who was in none, all of the site. Nobody for
    who may see some people's results alone.
    """
    if scope.kind == "queue" or viewer.only is not None:
        return [frozenset() for _ in periods]

    def teams(days: Days) -> list[str]:
        team = scope.name if scope.kind == "team" else terms.team(scope.name, *days)
        return [team] if team and (viewer.teams is None or team in viewer.teams) else []

    days = day_numbers(config, periods[0])[0], day_numbers(config, periods[-1])[1]
    if (scope.kind == "team" and scope.name) or terms.teams_of(scope.name, *days):
        return _members(config, terms, teams, periods)
    mine = viewer.seats(config)
    names = {name for seat in config.seats.values() for name in (seat.agent, *seat.others) if name}
    return [frozenset(names if mine is None else names & mine)] * len(periods)


def natural(kpi: Kpi, bound: Bound | None, values: Iterable[float | None]) -> float:
    """What a value cannot pass: 1 for a share, 100 for points, unless this one can."""
    most = {"%": 1.0, "pt": 100.0}.get(kpi.unit, float("inf"))
    passes = bound is not None and max(bound.at_most or 0.0, bound.at_least or 0.0) > most
    within = not passes and all(value is None or value <= most for value in values)
    return most if within else float("inf")


def band(values: Sequence[float]) -> Band | None:
    """Median and quartiles (inclusive method: between the least and the greatest); None for too few."""
    if len(values) < LEAST_PEERS:
        return None
    low, middle, high = quantiles(values, n=4, method="inclusive")
    return Band(low, middle, high, len(values))


def middle(values: Iterable[float | None]) -> float | None:
    """The median of what is known."""
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _begun(points: list[Point]) -> list[Point]:
    """Without the periods before anything was stored of anybody; all of them where nothing ever was."""
    first = next((at for at, p in enumerate(points) if p.result.value is not None or p.band), 0)
    return points[first:]


def judged(made: Trend) -> Trend:
    """A trend with its limits and what breaks a rule; what is provisional counts for neither."""
    most = natural(made.kpi, made.bound, made.values)
    base = FIRM if made.base == "first" else 0
    limits = stretches(made.values, made.cuts, base=base, most=most)
    broken = [found for one in limits for found in findings(made.values, one, made.rules)]
    return made._replace(limits=limits, findings=broken)


class _Way(NamedTuple):
    """How a KPI counts for one scope."""

    kpi: Kpi
    variant: str
    bound: Bound | None
    origin: str


def _ways(service: Floor, asked: Asked, scopes: Iterable[Scope]) -> dict[Scope, _Way]:
    """The KPI as it counts in the last period, and of each scope the variant and the target: a team or an
    agent may have its own. Raises KeyError on an unknown KPI.
    """
    book, day = kpi_book(service), _judged_by(service.config, asked)
    kpi = book.definition(asked.kpi, day)
    if kpi is None:
        raise KeyError(asked.kpi)
    return {one: _Way(kpi, book.variant(kpi.id, one, day), *book.bound(kpi.id, one, day)) for one in scopes}


def _of_agents(agents: Iterable[str]) -> list[Scope]:
    return [Scope("agent", agent) for agent in agents]


def _judged_by(config: FloorConfig, asked: Asked) -> int:
    """The last day of the last period, as everywhere."""
    return day_numbers(config, _holding(config, asked.part, asked.last))[1]


def _series(
    service: Floor,
    viewer: Viewer,
    agents: Collection[str],
    ways: Mapping[Scope, _Way],
    periods: Sequence[Period],
) -> Series:
    """What the KPI is computed from in any of these ways, of all these agents, read together."""
    asked = {(way.kpi.id, way.variant): way for way in ways.values() if "agent" in way.kpi.scopes}
    fields = frozenset[str]().union(*(reads(way.kpi, "agent", way.variant) for way in asked.values()))
    if not fields:
        return {}
    return member_series(service.engine, viewer, service.config, agents, fields, periods)


def _told(
    service: Floor,
    viewer: Viewer,
    scope: Scope,
    kpi: Kpi,
    variant: str,
    periods: Sequence[Period],
    series: Series,
) -> Sequence[Figures]:
    """The scope's own figures: of what was read already, where that is all a KPI is computed from.

    What imports and counted calls tell of a scope is not always the sum of its agents.
    """
    theirs = scope.kind in ("agent", "team") and reads(kpi, scope.kind, variant) <= _STORED
    if not series or not theirs:
        return figures(service.engine, viewer, service.config, scope, periods)
    nobody: list[dict[str, float]] = [{} for _ in periods]
    if scope.kind == "agent":
        return series.get(scope.name, nobody)
    return [add([told[at] for told in series.values()]) for at in range(len(periods))]


def _bands(ways: Mapping[Scope, _Way], series: Series, beside: Sequence[frozenset[str]]) -> list[Band | None]:
    theirs = {name: ways[Scope("agent", name)] for name in series}
    found = []
    for at, there in enumerate(beside):
        told = ((theirs[name], one[at]) for name, one in series.items() if one[at] and name in there)
        values = (compute(way.kpi, sums, "agent", way.variant).value for way, sums in told)
        found.append(band([value for value in values if value is not None]))
    return found


def _cuts(periods: Sequence[Period], marks: Sequence[Annotation]) -> tuple[int, ...]:
    """The first period that begins on the day of each event or after it."""
    firsts = {
        next((at for at, of in enumerate(periods) if of.day >= mark.day), len(periods)) for mark in marks
    }
    return tuple(sorted(at for at in firsts if 0 < at < len(periods)))
