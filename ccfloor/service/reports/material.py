"""From the catalogue's figures to the tables of a report: lines, series, members, definitions."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.book import KpiBook
from ccfloor.kpi.compute import compute
from ccfloor.kpi.fields import Figures
from ccfloor.kpi.light import light
from ccfloor.kpi.model import Bound, Kpi
from ccfloor.kpi.period import Period, business_date, day_number
from ccfloor.kpi.scope import Kind, Scope
from ccfloor.service import kpi_month as month
from ccfloor.service.reports.data import (
    Cell,
    Line,
    Meaning,
    Measure,
    Member,
    Members,
    Point,
    Series,
    Target,
    Two,
)
from ccfloor.store.viewer import Viewer

_COUNTS = {"site": ("answered", "abandoned"), "queue": ("answered", "abandoned")}
_MAIN = {"site": "service_level", "queue": "service_level"}


class Ground(NamedTuple):
    """What everything is computed by: the site's book and, for names, its files."""

    book: KpiBook
    config: FloorConfig

    def kpi(self, name: str, of: Period) -> Kpi | None:
        """The definition that counts in a period: that of its last day."""
        return self.book.definition(name, self.day(of))

    def day(self, of: Period) -> int:
        """The day by which a period is judged."""
        return day_number(business_date(self.config, of.end - 1))

    def cell(self, name: str, scope: Scope, of: Period, figures: Figures) -> Cell:
        """A KPI's value for a scope, and its light where a target is the site's own: a suggestion for all
        businesses says nothing of one team or agent.
        """
        kpi = self.kpi(name, of)
        if kpi is None:
            return Cell(None)
        day = self.day(of)
        value = compute(kpi, figures, scope.kind, self.book.variant(name, scope, day)).value
        bound, origin = self.book.bound(name, scope, day)
        return Cell(value, light(bound, value) if origin == "own" or scope.kind == "site" else "none")

    def summed(self, kind: Kind, name: str, scope: Scope, of: Period, figures: Figures) -> Cell:
        """A scope's KPI by the formula of its members' kind; the scope's target is of another formula."""
        kpi = self.kpi(name, of)
        variant = self.book.variant(name, scope, self.day(of))
        return Cell(compute(kpi, figures, kind, variant).value if kpi else None)

    def measure(self, name: str, of: Period) -> Measure | None:
        """What it is called."""
        kpi = self.kpi(name, of)
        return measure(kpi) if kpi else None

    def name(self, scope: Scope) -> Two:
        """What a scope is called."""
        return named(self.config, scope)


def target(bound: Bound | None, origin: str) -> Target:
    """A bound as a report has it."""
    if bound is None:
        return Target()
    return Target(bound.at_least, bound.at_most, origin)  # type: ignore[arg-type]


def measure(kpi: Kpi) -> Measure:
    """A KPI as a report calls it."""
    return Measure(kpi.id, Two(kpi.zh, kpi.en), kpi.unit, kpi.direction, kpi.group)


_PART = Two("权限范围内合计", "All within the rights")


def about(config: FloorConfig, viewer: Viewer, scope: Scope) -> Two:
    """Whose figures a table shows. To who sees a part of the site, the site's are those of that part."""
    return _PART if scope.kind == "site" and not viewer.whole else named(config, scope)


def named(config: FloorConfig, scope: Scope) -> Two:
    """What people call a queue, team or agent; empty for the site."""
    if scope.kind == "queue":
        info = config.queues.get(scope.name)
        return Two((info.zh if info else "") or scope.name, (info.en if info else "") or scope.name)
    if scope.kind == "agent":
        return Two(scope.name, _english(config).get(scope.name, "") or scope.name)
    return Two(scope.name, scope.name)


def _english(config: FloorConfig) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for seat in config.seats.values():
        found |= {seat.agent: seat.agent_en} | dict(seat.others)
    return found


def line_of(line: month.Line, daily: bool) -> Line:
    """A KPI's line; ``daily``: its parts are days, to be drawn as a trend."""
    chosen = line.kpi.variant(line.variant) if line.variant else None
    values = tuple(part.value for part in line.parts) if daily else ()
    return Line(
        of=measure(line.kpi),
        value=line.result.value,
        target=target(line.bound, line.origin),
        light=line.light,
        before=line.before.value,
        year_ago=line.year_ago.value if line.year_ago else None,
        missing=line.result.missing,
        variant=Two(chosen.zh, chosen.en) if chosen else Two("", ""),
        by_day=values if any(value is not None for value in values) else (),
        causes=tuple((cause.id, cause.weight, tuple(sorted(cause.numbers.items()))) for cause in line.causes),
    )


def series(ground: Ground, table: month.KpiTable) -> Series | None:
    """Counts and the main KPI of a scope, part by part, judged by the targets of the parts' own days."""
    counts = [table.line(name) for name in _COUNTS.get(table.scope.kind, ("answered",))]
    main = table.line(_MAIN.get(table.scope.kind, "aht"))
    known = [line for line in counts if line is not None]
    if main is None or len(known) != len(counts) or not table.parts:
        return None
    points = []
    for index, part in enumerate(table.parts):
        value = main.parts[index].value
        bound, origin = ground.book.bound(main.kpi.id, table.scope, ground.day(part))
        told = tuple(line.parts[index].value for line in known)
        points.append(Point(part.start, part.end, told, value, target(bound, origin), light(bound, value)))
    return Series(tuple(measure(line.kpi) for line in known), measure(main.kpi), tuple(points))


def members(
    ground: Ground,
    kind: Kind,
    of: Period,
    found: Mapping[Scope, Figures],
    teams: Mapping[str, str],
    columns: Sequence[str] = (),
) -> Members | None:
    """A table of members that did anything; None where there are none. ``teams``: agent → team."""
    names = columns or month.COLUMNS[kind]
    pairs = [(name, one) for name in names if (one := ground.measure(name, of)) is not None]
    rows = [
        _member(ground, of, scope, told, teams, [name for name, _ in pairs]) for scope, told in found.items()
    ]
    rows = [row for row in rows if any(cell.value for cell in row.cells)]
    if not rows or not pairs:
        return None
    kept = [index for index in range(len(pairs)) if any(row.cells[index].value is not None for row in rows)]
    slim = tuple(
        Member(row.scope, row.name, row.team, tuple(row.cells[index] for index in kept)) for row in rows
    )
    order = sorted(slim, key=lambda row: (row.team, row.name.zh))
    return Members(kind, tuple(pairs[index][1] for index in kept), tuple(order))  # type: ignore[arg-type]


def _member(
    ground: Ground, of: Period, scope: Scope, told: Figures, teams: Mapping[str, str], names: Iterable[str]
) -> Member:
    cells = tuple(ground.cell(name, scope, of, told) for name in names)
    team = teams.get(scope.name, "") if scope.kind == "agent" else ""
    return Member(str(scope), ground.name(scope), team, cells)


def meanings(ground: Ground, scope: Scope, of: Period, names: Iterable[str]) -> tuple[Meaning, ...]:
    """The definitions of these KPIs as they count in the period, each once."""
    found = []
    for name in dict.fromkeys(names):
        kpi = ground.kpi(name, of)
        if kpi is None:
            continue
        chosen = kpi.variant(ground.book.variant(name, scope, ground.day(of)))
        formula = chosen.formula if chosen else kpi.formula
        found.append(
            Meaning(
                Two(kpi.zh, kpi.en),
                Two(formula.zh, formula.en),
                Two(kpi.source.zh, kpi.source.en),
                kpi.version,
                Two(chosen.zh, chosen.en) if chosen else Two("", ""),
            )
        )
    return tuple(found)
