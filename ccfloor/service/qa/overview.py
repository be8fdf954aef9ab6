"""The QA of a period at one look: how good, how sure, how fair, what is lost, who is left out.

What was drawn by chance alone says how good the floor is, and has the same values as the KPIs; what was
looked for (complaints, repeated calls) or chosen, and dial tests, stand beside it and are never mixed in.
Days: 20261122 as stored.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from sqlalchemy import ColumnElement, Connection, Engine, func, select

from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.book import Origin
from ccfloor.kpi.model import Bound
from ccfloor.kpi.period import Period, back, day_numbers
from ccfloor.kpi.result import Result
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.kpi.teams import Terms
from ccfloor.qa.agreement import Drift
from ccfloor.qa.calibrate import Standing
from ccfloor.service.agent_trend import BASES, Point, Trend, judged
from ccfloor.service.kpi_site import kpi_book
from ccfloor.service.qa.agreeing import Agreed, agreed, most_points
from ccfloor.service.settings import Settings
from ccfloor.store import qa_item_sums, qa_reviews, qa_sums
from ccfloor.store.qa_facts import WEEKS
from ccfloor.store.qa_item_sums import ItemSum
from ccfloor.store.qa_sums import KINDS, PICKED, Days, Key, Kind, Picked, Sums, Tally, total
from ccfloor.store.tables import kpi_facts
from ccfloor.store.team_scope import in_scope
from ccfloor.store.team_terms import terms
from ccfloor.store.viewer import Forbidden, Viewer

BACK: Mapping[str, int] = {"day": 30, "week": 26, "month": 13, "year": 3}  # periods of the course
KPIS = ("qa_score", "qa_pass", "qa_fatal", "qa_cover", "qa_drift")
FEW = 5  # forms of a period, fewer of which say little of its mean


class Floor(Protocol):
    """What is asked of a service."""

    engine: Engine
    config: FloorConfig
    settings: Settings

    def floor_now(self) -> float: ...


class Asked(NamedTuple):
    """Which overview. ``form`` "": of all forms."""

    period: Period
    scope: Scope = SITE
    form: str = ""


class Named(NamedTuple):
    """A queue, team or agent. ``random``: of the forms drawn by chance alone."""

    name: str
    all: Tally
    random: Tally


class Reviewer(NamedTuple):
    """A reviewer's forms, where he stands by calibrations, and how far he is from who scored again."""

    name: str
    all: Tally
    random: Tally
    standing: Standing | None
    rechecked: Drift | None

    @property
    def calibrated(self) -> Drift | None:
        """How far he is from the references of calibrations."""
        return self.standing.drift if self.standing else None

    @property
    def must(self) -> bool:
        """Whether he is to calibrate again."""
        return self.standing is not None and self.standing.again


class Stage(NamedTuple):
    """One period of the course; ``provisional``: it has not ended."""

    period: Period
    all: Tally
    random: Tally
    provisional: bool

    @property
    def mean(self) -> float | None:
        """The mean of what was drawn by chance; None where nothing was."""
        return self.random.mean


class Coverage(NamedTuple):
    """Who answered calls, and who of them has a form; ``due`` and ``sampled``: agents' weeks that ended in
    the period, and those in which the quota was met.
    """

    worked: int
    scored: int
    without: tuple[str, ...]
    due: int
    sampled: int

    @property
    def share(self) -> float | None:
        """Agents with a form of those who worked."""
        return self.scored / self.worked if self.worked else None

    @property
    def met(self) -> float | None:
        """Weeks with enough forms of those that were due."""
        return self.sampled / self.due if self.due else None


class Goal(NamedTuple):
    """What counts as good on the period's last day, and who says so."""

    bound: Bound | None
    origin: Origin


class Overview(NamedTuple):
    """All of it. ``before``: the period before; ``items``: most points lost first; ``most``: points from
    which on a reviewer is too far from the reference.
    """

    asked: Asked
    all: Tally
    picked: Mapping[Picked, Tally]
    forms: Mapping[str, Tally]
    before: Tally
    before_random: Tally
    course: Sequence[Stage]
    trend: Trend | None
    items: Sequence[ItemSum]
    by: Mapping[Kind, Sequence[Named]]
    reviewers: Sequence[Reviewer]
    coverage: Coverage | None
    goals: Mapping[str, Goal]
    most: float

    @property
    def random(self) -> Tally:
        """What was drawn by chance."""
        return self.picked["random"]


class _Read(NamedTuple):
    """What the database tells of it."""

    by_day: Sums
    by: Mapping[Kind, Sums]
    items: Sequence[ItemSum]
    told: Agreed
    coverage: Coverage | None


def overview(service: Floor, viewer: Viewer, asked: Asked) -> Overview:
    """What the page shows. Raises Forbidden for a scope beyond the viewer's."""
    viewer.needs(Right.QA)
    course = _course(service.config, asked.period)
    last = day_numbers(service.config, asked.period)[1]
    most = most_points(service, last)
    read = _read(service, viewer, asked, course, most)
    stages = _stages(service.config, course, read.by_day, service.floor_now())
    now, then = (_within(service.config, read.by_day, of) for of in (asked.period, course[-2]))
    goals = _goals(service, asked.scope, last)
    return Overview(
        asked,
        total(now.values()),
        {one: _picked(now, one) for one in PICKED},
        _grouped(now, lambda key: key.form),
        total(then.values()),
        _picked(then, "random"),
        stages,
        _trend(service, asked, stages, goals["qa_score"]),
        read.items,
        {kind: _named(read.by[kind]) for kind in KINDS},
        _reviewers(_named(read.by["reviewer"]), read.told),
        read.coverage,
        goals,
        most,
    )


def _read(service: Floor, viewer: Viewer, asked: Asked, course: Sequence[Period], most: float) -> _Read:
    config, days = service.config, day_numbers(service.config, asked.period)
    reach = (day_numbers(config, course[0])[0], days[1])
    with service.engine.connect() as connection:
        told = terms(connection, config, viewer.site)
        if not in_scope(viewer, config, told, asked.scope):
            raise Forbidden
        by_day, by = _sums(connection, viewer, config, asked, reach, days)
        return _Read(
            of_form(by_day, asked.form),
            {kind: of_form(sums, asked.form) for kind, sums in by.items()},
            lost_items(connection, viewer, config, asked, days),
            agreed(connection, viewer, config, days, most) if asked.scope == SITE else Agreed({}, {}),
            _coverage(connection, viewer, config, told, asked.scope, days, by["agent"]),
        )


# -- sums ----------------------------------------------------------------------------------------------


def _course(config: FloorConfig, of: Period) -> list[Period]:
    """The period and those before it, oldest first."""
    found = [of]
    while len(found) < BACK[of.part]:
        found.append(back(config, found[-1]))
    return found[::-1]


def _sums(
    connection: Connection, viewer: Viewer, config: FloorConfig, asked: Asked, reach: Days, days: Days
) -> tuple[Sums, Mapping[Kind, Sums]]:
    """By day, or where that is enough by month, as far back as the course goes, and of the parts by name over
    the days alone.
    """
    scope = asked.scope
    scopes = _stored_scopes(viewer, scope)
    if scopes is None:
        return crossed(connection, viewer, config, scope, reach, days)
    monthly = asked.period.part in ("month", "year")
    read = qa_sums.sums_by_month if monthly else qa_sums.sums_by_day
    by_day = read(connection, viewer.site, scopes, reach)
    if scopes == [SITE]:
        return by_day, qa_sums.sums_by_part(connection, viewer.site, days)
    parts = crossed(connection, viewer, config, scope, days, days)[1]
    queues = [one.name for one in scopes if one.kind == "queue"]
    of_queues = qa_sums.sums_of_queues(connection, viewer.site, queues, days) if queues else parts["queue"]
    return by_day, {**parts, "queue": of_queues}


def crossed(
    connection: Connection, viewer: Viewer, config: FloorConfig, scope: Scope, reach: Days, days: Days
) -> tuple[Sums, dict[Kind, Sums]]:
    """By day, and of the parts by name: of what no stored sums tell, added up form by form."""
    return qa_sums.crossed(connection, qa_sums.within(viewer, config, scope, reach), days)


def _trend(service: Floor, asked: Asked, stages: Sequence[Stage], goal: Goal) -> Trend | None:
    """The course as a control chart: of what was drawn by chance. Periods with few forms are not judged."""
    day = day_numbers(service.config, asked.period)[1]
    kpi = kpi_book(service).definition("qa_score", day)
    if kpi is None:
        return None
    points = [
        Point(one.period, Result(one.mean, n=one.random.forms), one.provisional or one.random.forms < FEW)
        for one in stages
    ]
    return judged(Trend(kpi, asked.scope, "", points, "wheeler", BASES[0], *goal))


def _within(config: FloorConfig, sums: Sums, of: Period) -> Sums:
    first, last = day_numbers(config, of)
    return {key: tally for key, tally in sums.items() if first <= key.day <= last}


def of_form(sums: Sums, form: str) -> Sums:
    """The sums of one form; "": of all."""
    return {key: tally for key, tally in sums.items() if key.form == form} if form else sums


def _picked(sums: Sums, picked: Picked) -> Tally:
    return total(tally for key, tally in sums.items() if key.picked == picked)


def _grouped(sums: Sums, name: Callable[[Key], str]) -> dict[str, Tally]:
    groups: dict[str, list[Tally]] = defaultdict(list)
    for key, tally in sums.items():
        groups[name(key)].append(tally)
    return {group: total(groups[group]) for group in sorted(groups)}


def _named(sums: Sums) -> list[Named]:
    """Each name with its sums, the most forms first."""
    every = _grouped(sums, lambda key: key.name)
    chance = _grouped({key: tally for key, tally in sums.items() if key.picked == "random"}, lambda k: k.name)
    found = [Named(name, tally, chance.get(name, Tally())) for name, tally in every.items()]
    return sorted(found, key=lambda one: (-one.all.forms, one.name))


def _stages(config: FloorConfig, course: Sequence[Period], by_day: Sums, now: float) -> list[Stage]:
    """The course, from the first period with any form on."""
    found = []
    for of in course:
        mine = _within(config, by_day, of)
        found.append(Stage(of, total(mine.values()), _picked(mine, "random"), of.end > now))
    begun = next((at for at, one in enumerate(found) if one.all.forms), len(found) - 1)
    return found[begun:]


# -- items ---------------------------------------------------------------------------------------------


def lost_items(
    connection: Connection, viewer: Viewer, config: FloorConfig, asked: Asked, days: Days
) -> list[ItemSum]:
    """Items by the points that were lost, most first; those without any behind them."""
    scopes = _stored_scopes(viewer, asked.scope)
    if scopes is None:
        within = qa_sums.within(viewer, config, asked.scope, days, asked.form)
        found = qa_item_sums.items_of(connection, within)
    else:
        found = qa_item_sums.item_sums(connection, viewer.site, scopes, days, asked.form)
    return sorted(found, key=lambda one: (-one.lost_milli, -one.fatal, one.form, one.item))


def _stored_scopes(viewer: Viewer, scope: Scope) -> list[Scope] | None:
    """The stored scopes that make up what a viewer sees of a scope; None: there are none."""
    if viewer.only is not None or scope.kind == "agent":
        return None
    if scope.kind != "site":
        return [scope] if viewer.covers(scope.kind, scope.name) else None
    if viewer.whole:
        return [SITE]
    return None if viewer.teams is not None else [Scope("queue", name) for name in viewer.queues or ()]


class Lost(NamedTuple):
    """An item with its share of all points lost, and that of it and all before it."""

    item: ItemSum
    share: float
    upto: float


def pareto(items: Iterable[ItemSum]) -> list[Lost]:
    """Where the points go: items that lost any, most first."""
    losing = sorted((one for one in items if one.lost_milli), key=lambda one: -one.lost_milli)
    every = sum(one.lost_milli for one in losing)
    found, upto = [], 0
    for one in losing:
        upto += one.lost_milli
        found.append(Lost(one, one.lost_milli / every, upto / every))
    return found


# -- reviewers -----------------------------------------------------------------------------------------


def _reviewers(named: Sequence[Named], told: Agreed) -> list[Reviewer]:
    known = {one.name: one for one in named}
    names = [one.name for one in named] + sorted({*told.calibrated, *told.rechecked} - known.keys())
    found = []
    for name in names:
        one = known.get(name, Named(name, Tally(), Tally()))
        standing, again = told.calibrated.get(name), told.rechecked.get(name)
        found.append(Reviewer(name, one.all, one.random, standing, again))
    return found


# -- coverage ------------------------------------------------------------------------------------------


def _coverage(
    connection: Connection,
    viewer: Viewer,
    config: FloorConfig,
    told: Terms,
    scope: Scope,
    days: Days,
    agents: Sums,
) -> Coverage | None:
    """Who was left out. None where calls of some queues alone are seen: work is not known by queue."""
    if viewer.queues is not None or scope.kind == "queue":
        return None
    there = qa_reviews.worked(connection, viewer.site, days)
    teams = [scope.name] if scope.kind == "team" else viewer.teams
    if teams is not None:
        there &= told.members(teams, *days)
    if scope.kind == "agent":
        there &= {scope.name}
    if viewer.only is not None:
        there &= viewer.only
    scored = {key.name for key in agents}
    due, sampled = _weeks(connection, viewer, scope, days)
    return Coverage(len(there), len(there & scored), tuple(sorted(there - scored)), due, sampled)


def _weeks(connection: Connection, viewer: Viewer, scope: Scope, days: Days) -> tuple[int, int]:
    """Agents' weeks that were due and in which the quota was met, as the KPI has them."""
    table = kpi_facts.c
    scopes = [scope]
    if scope == SITE and not viewer.whole:
        scopes = [Scope("team", name) for name in sorted(viewer.teams or ())]
    within: list[ColumnElement[bool]] = [table.site == viewer.site, table.field.in_(WEEKS)]
    within += [table.scope.in_([str(one) for one in scopes]), table.day.between(*days)]
    query = select(table.field, func.sum(table.value)).where(*within).group_by(table.field)
    found = {field: int(value) for field, value in connection.execute(query)}
    return found.get(WEEKS[0], 0), found.get(WEEKS[1], 0)


def _goals(service: Floor, scope: Scope, day: int) -> dict[str, Goal]:
    book = kpi_book(service)
    return {name: Goal(*book.bound(name, scope, day)) for name in KPIS}
