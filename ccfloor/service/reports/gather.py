"""A report's data, from the database: for any scope and any day, week or month, past or under way.

Nothing here depends on when it is asked, beyond what is stored by then: a past period asked twice gives
the same report.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Protocol

from msgspec.structs import replace
from sqlalchemy import Engine, func, select

from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.fields import Figures
from ccfloor.kpi.formulas import people
from ccfloor.kpi.period import Period, day_numbers, days
from ccfloor.kpi.period import period as period_of
from ccfloor.kpi.scope import SITE, Kind, Scope
from ccfloor.service.after_sheet import HistoryRow, Place, by_shift, history
from ccfloor.service.after_timeline import both
from ccfloor.service.counting import count_first
from ccfloor.service.kpi_month import KpiTable, kpi_table
from ccfloor.service.kpi_site import kpi_book
from ccfloor.service.reports.data import (
    Flow,
    Happening,
    Line,
    Members,
    QaPart,
    Quality,
    ReportData,
    Two,
)
from ccfloor.service.reports.material import Ground, about, line_of, meanings, members, series
from ccfloor.service.reports.monitoring import WATCHED, Watch, remarks, span_of, watched
from ccfloor.service.reports.plans import PARTS, ReportKind
from ccfloor.service.reports.qa import COLUMNS, KPIS, qa_part
from ccfloor.service.settings import Settings
from ccfloor.store import tables
from ccfloor.store.kpi_figures import by_member, figures
from ccfloor.store.plan_rows import unseen
from ccfloor.store.queries import repair_counts
from ccfloor.store.team_terms import terms_of
from ccfloor.store.viewer import Viewer

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
    viewer.needs(Right.REPORTS)
    count_first(service.engine, service.config, of)
    table = kpi_table(service, viewer, of, scope)
    site = service.settings.site
    base = ReportData(
        kind=kind,
        site=Two(site.name_zh, site.name_en),
        zone=service.config.zone,
        scope=scope,
        about=about(service.config, viewer, scope),
        period=of,
        before=table.before,
        year=table.year_ago,
        made_at=made_at,
        final=table.state.final,
        fair=table.fair,
        fair_year=table.fair_year,
    )
    made = _Made(service, viewer, base, table)
    if kind == "qa":
        return made.qa(qa_part(service, viewer, scope, of))
    return made.monitoring() if kind == "monitoring" else made.figures()


class _Made:
    """One report in the making."""

    def __init__(self, service: HasSite, viewer: Viewer, base: ReportData, table: KpiTable) -> None:
        self.engine, self.viewer, self.base, self.table = service.engine, viewer, base, table
        self.config, self.settings = service.config, service.settings
        self.ground = Ground(kpi_book(service), service.config)
        self.scope, self.of = base.scope, base.period

    def figures(self) -> ReportData:
        """The report of figures: everything of the scope."""
        lines = self._lines()
        whole = figures(self.engine, self.viewer, self.config, self.scope, [self.of])[0]
        tables_ = self._members(whole)
        used = [line.of.id for line in lines if line.value is not None]
        used += [one.id for table in tables_ for one in table.measures]
        return _with(
            self.base,
            lines=lines,
            days=tuple(day.start for day in days(self.config, self.of)),
            series=series(self.ground, self.table),
            members=tables_,
            flows=self._flows(whole),
            happenings=self._happenings(),
            quality=self._quality(),
            meanings=meanings(self.ground, self.scope, self.of, used),
        )

    def monitoring(self) -> ReportData:
        """The report for quality assurance: each agent's KPIs as control charts read them."""
        watch = Watch(
            self.engine, self.viewer, self.config, self.ground, self.of, self.table.state.seen_until
        )
        span = span_of(self.config, self.of)
        agents = self._by_member("agent")
        shown = ("answered", *WATCHED)
        table = self._table("agent", agents, shown)
        return _with(
            self.base,
            lines=tuple(line for line in self._lines() if line.of.id in shown),
            members=(table,) if table else (),
            watched=watched(watch, agents, span),
            watched_days=tuple(day.start for day in span),
            remarks=remarks(watch, span, self.scope, agents),
            quality=self._quality(),
            meanings=meanings(self.ground, self.scope, self.of, shown),
        )

    def qa(self, part: QaPart) -> ReportData:
        """The report of scores: QA figures, where points are lost, what is done about it."""
        kinds: dict[str, tuple[Kind, ...]] = {"site": ("team", "queue", "agent"), "team": ("agent",)}
        found = [self._table(kind, self._by_member(kind), COLUMNS) for kind in kinds.get(self.scope.kind, ())]
        shown = [table for table in map(_scored, found) if table is not None]
        return _with(
            self.base,
            lines=tuple(line for line in self._lines() if line.of.id in KPIS),
            days=tuple(day.start for day in days(self.config, self.of)),
            members=tuple(shown),
            quality=self._quality(),
            meanings=meanings(self.ground, self.scope, self.of, KPIS),
            qa=part,
        )

    # -- figures -----------------------------------------------------------------------------------

    def _by_member(self, kind: Kind) -> Mapping[Scope, Figures]:
        if self.scope.kind == "agent":
            return {self.scope: figures(self.engine, self.viewer, self.config, self.scope, [self.of])[0]}
        within = self.scope if self.scope.kind == "team" else SITE
        return by_member(self.engine, self.viewer, self.config, kind, self.of, within)

    def _lines(self) -> tuple[Line, ...]:
        daily = self.of.part != "day"
        return tuple(line_of(line, daily) for line in self.table.lines)

    # -- tables ------------------------------------------------------------------------------------

    def _members(self, whole: Figures) -> tuple[Members, ...]:
        """The tables below the scope: of a site its queues, teams and agents; of a team its agents."""
        kinds: dict[str, tuple[Kind, ...]] = {"site": ("queue", "team", "agent"), "team": ("agent",)}
        found = [self._table(kind, self._by_member(kind)) for kind in kinds.get(self.scope.kind, ())]
        return tuple(self._with_total(table, whole) for table in found if table)

    def _table(
        self, kind: Kind, found: Mapping[Scope, Figures], columns: Sequence[str] = ()
    ) -> Members | None:
        return members(self.ground, kind, self.of, found, self._teams(found), columns)

    def _teams(self, found: Mapping[Scope, Figures]) -> Mapping[str, str]:
        """Agent → the team of the report, else the one that he was in last in the period."""
        if self.scope.kind == "team":
            return {who.name: self.scope.name for who in found}
        return terms_of(self.engine, self.config).during(*day_numbers(self.config, self.of))

    def _with_total(self, table: Members, whole: Figures) -> Members:
        """By the formulas of the rows: nobody gives up at an agent, so no abandons count below agents."""
        alike = people(table.kind) == people(self.scope.kind)
        as_rows = self.ground.cell if alike else partial(self.ground.summed, table.kind)
        cells = [as_rows(one.id, self.scope, self.of, whole) for one in table.measures]
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
        known = self.table.state
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


def _scored(table: Members | None) -> Members | None:
    """A table without those of whom there is no form; those with the lowest score first."""
    if table is None:
        return None
    rows = [row for row in table.rows if row.cells[0].value is not None]
    rows.sort(key=lambda row: (row.cells[0].value or 0.0, row.scope))
    return Members(table.kind, table.measures, tuple(rows)) if rows else None
