"""A report's data, from the database: for any scope and any day, week or month, past or under way.

Nothing here depends on when it is asked, beyond what is stored by then: a past period asked twice gives
the same report.
"""

from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Protocol

from msgspec.structs import replace
from sqlalchemy import Engine, func, select

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.compute import compute
from ccfloor.kpi.fields import Figures
from ccfloor.kpi.light import light
from ccfloor.kpi.model import Kpi
from ccfloor.kpi.period import Period, back, day_number, days, half_hours, year_back
from ccfloor.kpi.period import period as period_of
from ccfloor.kpi.scope import SITE, Kind, Scope
from ccfloor.kpi.scope import scope as read_scope
from ccfloor.kpi.spc import findings, limits
from ccfloor.service.after_sheet import HistoryRow, Place, by_shift, history
from ccfloor.service.after_timeline import both
from ccfloor.service.kpi_site import kpi_book
from ccfloor.service.reports.data import (
    Flow,
    Happening,
    Line,
    Measure,
    Members,
    Quality,
    Remark,
    ReportData,
    Two,
    Watched,
)
from ccfloor.service.reports.material import (
    Ground,
    meanings,
    measure,
    members,
    named,
    series,
    target,
)
from ccfloor.service.reports.plans import PARTS, ReportKind
from ccfloor.service.settings import Settings
from ccfloor.store import tables
from ccfloor.store.kpi_figures import by_member, figures, state
from ccfloor.store.members import team_of
from ccfloor.store.plan_rows import unseen
from ccfloor.store.queries import repair_counts
from ccfloor.store.viewer import Viewer

WATCHED = ("aht", "talk", "hold", "acw", "transfer_rate")
_SHARES = {"transfer_rate"}
_LOOK_BACK = 28  # days of a control chart whose period is shorter
_LEAST_CALLS = 5  # an agent's day with fewer tells nothing of him
_FLOWS = (
    "answered",
    "abandoned",
    "short_abandoned",
    "timed_out",
    "key_exit",
    "withdrawn",
    "left_empty",
    "lost",
    "open",
    "refused_full",
    "refused_empty",
)
_REPAIRS_MOST = 8


class HasSite(Protocol):
    """What is asked of a service."""

    engine: Engine
    config: FloorConfig
    settings: Settings

    def floor_now(self) -> float: ...


def report_period(config: FloorConfig, name: str) -> Period:
    """The day, week or month of a name. Raises ValueError with a sentence."""
    found = period_of(config, name)
    if found.part not in PARTS:
        raise ValueError(f"{name!r} is no day, week or month (2026-11-22, 2026-W47, 2026-11)")
    return found


def gather(
    service: HasSite, viewer: Viewer, kind: ReportKind, scope: Scope, of: Period, made_at: float
) -> ReportData:
    """Everything that stands in the report. Raises ValueError where the scope is none of the site's."""
    config, engine = service.config, service.engine
    _check(config, scope)
    ground = Ground(kpi_book(service), config)
    site = service.settings.site
    base = ReportData(
        kind=kind,
        site=Two(site.name_zh, site.name_en),
        zone=config.zone,
        scope=scope,
        about=named(config, scope),
        period=of,
        before=back(config, of),
        year=year_back(config, of),
        made_at=made_at,
        final=state(engine, viewer, config, of).final,
    )
    made = _Made(service, viewer, ground, base)
    return made.monitoring() if kind == "monitoring" else made.figures()


def _check(config: FloorConfig, scope: Scope) -> None:
    teams = {seat.team for seat in config.seats.values()}
    if scope.kind == "queue" and scope.name not in config.queues:
        raise ValueError(f"there is no queue {scope.name!r}")
    if scope.kind == "team" and scope.name not in teams:
        raise ValueError(f"there is no team {scope.name!r}")


class _Made:
    """One report in the making."""

    def __init__(self, service: HasSite, viewer: Viewer, ground: Ground, base: ReportData) -> None:
        self.engine, self.viewer, self.ground, self.base = service.engine, viewer, ground, base
        self.config, self.settings = service.config, service.settings
        self.scope, self.of = base.scope, base.period
        self._told: dict[Scope, Sequence[Figures]] = {}

    def figures(self) -> ReportData:
        """The report of figures: everything of the scope."""
        own = days(self.config, self.of)
        told = self._figures([self.of, self.base.before, *([self.base.year] if self.base.year else [])])
        by_day = self._figures(own) if len(own) > 1 else []
        lines = self._lines(told, by_day)
        parts = own if by_day else half_hours(self.config, self.of)
        drawn = series(self.ground, self.scope, parts, by_day or self._figures(parts))
        tables_ = self._members(told[0])
        used = [line.of.id for line in lines if line.value is not None]
        used += [one.id for table in tables_ for one in table.measures]
        return _with(
            self.base,
            lines=tuple(lines),
            days=tuple(day.start for day in own),
            series=drawn,
            members=tables_,
            flows=self._flows(told[0]),
            happenings=self._happenings(),
            quality=self._quality(),
            meanings=meanings(self.ground, self.scope, self.of, used),
        )

    def monitoring(self) -> ReportData:
        """The report for quality assurance: each agent's KPIs as control charts read them."""
        first = self.of if self.of.part == "month" else None
        span = days(self.config, first) if first else self._back_from_end(_LOOK_BACK)
        agents = self._by_member("agent")
        watched = [one for name in WATCHED for one in self._watched(name, agents, span)]
        table = self._table("agent", agents, ("answered", *WATCHED))
        return _with(
            self.base,
            lines=tuple(
                line for line in self._lines(self._compared(), []) if line.of.id in (*WATCHED, "answered")
            ),
            members=(table,) if table else (),
            watched=tuple(watched),
            watched_days=tuple(day.start for day in span),
            remarks=self._remarks(span),
            quality=self._quality(),
            meanings=meanings(self.ground, self.scope, self.of, ("answered", *WATCHED)),
        )

    # -- figures -----------------------------------------------------------------------------------

    def _figures(self, periods: Sequence[Period]) -> list[dict[str, float]]:
        return figures(self.engine, self.viewer, self.config, self.scope, periods)

    def _compared(self) -> list[dict[str, float]]:
        return self._figures([self.of, self.base.before, *([self.base.year] if self.base.year else [])])

    def _by_member(self, kind: Kind) -> Mapping[Scope, Figures]:
        if self.scope.kind == "agent":
            return {self.scope: self._figures([self.of])[0]}
        within = self.scope if self.scope.kind == "team" else SITE
        return by_member(self.engine, self.viewer, self.config, kind, self.of, within)

    def _lines(self, told: Sequence[Figures], by_day: Sequence[Figures]) -> list[Line]:
        day = self.ground.day(self.of)
        kpis = [kpi for kpi in self.ground.book.on(day).values() if not kpi.now]
        return [self._line(kpi, told, by_day) for kpi in kpis if self.scope.kind in kpi.scopes]

    def _line(self, kpi: Kpi, told: Sequence[Figures], by_day: Sequence[Figures]) -> Line:
        book, scope, day = self.ground.book, self.scope, self.ground.day(self.of)
        variant = book.variant(kpi.id, scope, day)
        chosen = kpi.variant(variant) if variant else None
        now, *earlier = [compute(kpi, one, scope.kind, variant) for one in told]
        bound, origin = book.bound(kpi.id, scope, day)
        values = [compute(kpi, one, scope.kind, variant).value for one in by_day]
        return Line(
            of=measure(kpi),
            value=now.value,
            target=target(bound, origin),
            light=light(bound, now.value),
            before=earlier[0].value if earlier else None,
            year_ago=earlier[1].value if len(earlier) > 1 else None,
            missing=now.missing,
            variant=Two(chosen.zh, chosen.en) if chosen else Two("", ""),
            by_day=tuple(values) if any(value is not None for value in values) else (),
        )

    # -- tables ------------------------------------------------------------------------------------

    def _members(self, whole: Figures) -> tuple[Members, ...]:
        """The tables below the scope: of a site its queues, teams and agents; of a team its agents."""
        kinds: dict[str, tuple[Kind, ...]] = {"site": ("queue", "team", "agent"), "team": ("agent",)}
        found = [self._table(kind, self._by_member(kind)) for kind in kinds.get(self.scope.kind, ())]
        return tuple(self._with_total(table, whole) for table in found if table)

    def _table(
        self, kind: Kind, found: Mapping[Scope, Figures], columns: Sequence[str] = ()
    ) -> Members | None:
        return members(self.ground, kind, self.of, found, team_of(self.config), columns)

    def _with_total(self, table: Members, whole: Figures) -> Members:
        cells = [self.ground.cell(one.id, self.scope, self.of, whole) for one in table.measures]
        return Members(table.kind, table.measures, table.rows, tuple(cells))

    def _flows(self, whole: Figures) -> tuple[Flow, ...]:
        """How the offered calls ended, then those that were not let in. Short abandons are told apart."""
        if "queue.offered" not in whole:
            return ()
        counts = {name: int(whole.get(f"queue.{name}", 0)) for name in _FLOWS}
        counts["abandoned"] -= counts["short_abandoned"]
        always = ("answered", "abandoned")
        return tuple(Flow(name, counts[name]) for name in _FLOWS if counts[name] or name in always)

    def _happenings(self) -> tuple[Happening, ...]:
        """Steps of plans and incidents that began in the period; of a queue those of it or the floor."""
        if self.scope.kind not in ("site", "queue"):
            return ()
        on_duty = by_shift(self.engine, self.config, self.settings.site)
        now = min(self.of.end, self.base.made_at)
        place = Place(self.engine, self.viewer, self.config, None, now, on_duty)
        rows = history(place, self.of.start, self.of.end)
        mine = ("", "floor", f"queue:{self.scope.name}")
        if self.scope.kind == "queue":
            rows = [row for row in rows if row.fired is None or row.fired.alarm.subject in mine]
        return tuple(_happening(row) for row in sorted(rows, key=lambda row: row.at))

    def _quality(self) -> Quality:
        of = self.of
        known = state(self.engine, self.viewer, self.config, of)
        repairs = repair_counts(self.engine, self.viewer, of.start, of.end)
        table = tables.bad_lines.c
        within = (table.site == self.viewer.site, table.at >= of.start, table.at < of.end)
        with self.engine.connect() as connection:
            gaps = unseen(connection, self.viewer, of.start, min(of.end, max(of.start, known.seen_until)))
            bad = connection.scalar(select(func.count()).select_from(tables.bad_lines).where(*within))
        most = sorted(repairs.items(), key=lambda item: (-item[1], item[0]))[:_REPAIRS_MOST]
        return Quality(
            open_calls=known.open_calls,
            seen_until=known.seen_until,
            gap_s=known.gap_s or sum(end - start for start, end in gaps),
            gaps=tuple(gaps),
            repairs=tuple(most),
            bad_lines=int(bad or 0),
        )

    # -- monitoring --------------------------------------------------------------------------------

    def _back_from_end(self, count: int) -> list[Period]:
        found = [days(self.config, self.of)[-1]]
        while len(found) < count:
            found.append(back(self.config, found[-1]))
        return found[::-1]

    def _watched(
        self, name: str, agents: Mapping[Scope, Figures], span: Sequence[Period]
    ) -> Iterable[Watched]:
        one = self.ground.measure(name, self.of)
        kpi = self.ground.kpi(name, self.of)
        if one is None or kpi is None:
            return []
        cells = {who: self.ground.cell(name, who, self.of, told).value for who, told in agents.items()}
        teams = team_of(self.config)
        found = []
        for who, value in cells.items():
            team = teams.get(who.name, "")
            mates = [cells[other] for other in cells if teams.get(other.name, "") == team]
            known = [other for other in mates if other is not None]
            if value is not None:
                middle = median(known) if len(known) > 2 else None
                found.append(self._chart(kpi, one, who, team, value, middle, self._daily(who, span)))
        return sorted(found, key=lambda item: (-len(item.findings), item.team, item.name.zh))

    def _daily(self, who: Scope, span: Sequence[Period]) -> Sequence[Figures]:
        if who not in self._told:
            self._told[who] = figures(self.engine, self.viewer, self.config, who, span)
        return self._told[who]

    def _chart(
        self,
        kpi: Kpi,
        one: Measure,
        who: Scope,
        team: str,
        value: float,
        middle: float | None,
        daily: Sequence[Figures],
    ) -> Watched:
        values = [_steady(kpi, who, told) for told in daily]
        most = 1.0 if kpi.id in _SHARES else float("inf")
        of = limits(values, most=most)
        broken = findings(values, of) if of else []
        first = len(daily) - len(days(self.config, self.of))
        return Watched(
            name=self.ground.name(who),
            team=team,
            measure=one,
            value=value,
            team_median=middle,
            values=tuple(values),
            centre=of.centre if of else None,
            lower=of.lower if of else None,
            upper=of.upper if of else None,
            findings=tuple((hit.rule, hit.first, hit.last, hit.side) for hit in broken if hit.last >= first),
        )

    def _remarks(self, span: Sequence[Period]) -> tuple[Remark, ...]:
        first, last = day_number(span[0].day), day_number(span[-1].day)
        table = tables.annotations.c
        query = select(table.scope, table.kind, table.day, table.until, table.text).where(
            table.site == self.viewer.site,
            table.removed_at.is_(None),
            table.day <= last,
            table.until >= first,
        )
        with self.engine.connect() as connection:
            rows = connection.execute(query.order_by(table.day, table.id)).all()
        return tuple(Remark(row[0], self._called(row[0]), *row[1:]) for row in rows)

    def _called(self, scope: str) -> Two:
        try:
            return named(self.config, read_scope(scope))
        except ValueError:  # of a site that has changed since
            return Two(scope, scope)


def _steady(kpi: Kpi, who: Scope, told: Figures) -> float | None:
    """The KPI of a day with enough calls."""
    if told.get("agent.answered", 0) < _LEAST_CALLS:
        return None
    return compute(kpi, told, who.kind).value


def _happening(row: HistoryRow) -> Happening:
    t = row.tally
    if row.incident is not None:
        name = Two(row.incident.text, row.incident.text)
        kind = row.incident.cause
        return Happening("incident", name, row.at, row.over, kind)
    rule = row.fired.rule if row.fired else None
    title = both(rule.name) if rule else None
    called = row.fired.alarm.rule if row.fired else ""
    return Happening(
        kind="fired",
        name=Two(title.zh, title.en) if title else Two(called, called),
        at=row.at,
        over=row.over,
        acked_by=row.acked_by,
        in_time=t.in_time,
        bound=t.in_time + t.late + t.never,
        level=row.figures.service_level,
        target=row.figures.target,
        lost=row.figures.lost,
    )


def _with(base: ReportData, **more: object) -> ReportData:
    return replace(base, **more)
