"""The KPIs of a month, a week, a day or a half hour for one scope: what the page, the command line, the
API and the files all show.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.book import KpiBook, Origin
from ccfloor.kpi.causes import Cause, causes
from ccfloor.kpi.compute import compute
from ccfloor.kpi.fields import Figures
from ccfloor.kpi.light import light
from ccfloor.kpi.model import Bound, Kpi
from ccfloor.kpi.period import Period, back, business_date, day_number, days, half_hours, year_back
from ccfloor.kpi.result import Light, Result
from ccfloor.kpi.scope import SITE, Kind, Scope
from ccfloor.service.known_scope import check_scope
from ccfloor.service.kpi_site import HasBook, kpi_book
from ccfloor.store.kpi_figures import PeriodState, by_member, figures, in_sight, state
from ccfloor.store.viewer import Viewer

# What a table of parts or members shows, by the kind of scope of its rows: on the page, in its file and in
# reports, where the columns of a whole page of paper fit side by side.
_OF_CALLS = ("offered", "answered", "abandoned", "service_level", "abandon_rate", "asa", "aht")
_OF_PEOPLE = ("answered", "service_level", "aht", "talk", "hold", "acw", "occupancy", "calls_per_hour")
COLUMNS: dict[Kind, tuple[str, ...]] = {
    "site": (*_OF_CALLS, "occupancy"),
    "queue": (*_OF_CALLS, "transfer_rate"),
    "team": (*_OF_PEOPLE, "transfer_rate", "rona"),
    "agent": (*_OF_PEOPLE, "transfer_rate", "rona"),
}
_WHOLE = 0.98  # of a period in sight of a source, from when on it counts as seen as a whole


class Line(NamedTuple):
    """One KPI of the period. ``bound`` and ``origin``: the target that counts on its last day.

    ``before`` and ``year_ago``: of the period before and of the same one last year; ``parts``: of each
    part of the period; ``causes``: what is suspicious where the target is missed.
    """

    kpi: Kpi
    variant: str
    result: Result
    bound: Bound | None
    origin: Origin
    light: Light
    before: Result
    year_ago: Result | None
    parts: tuple[Result, ...]
    causes: tuple[Cause, ...]


class KpiTable(NamedTuple):
    """All KPIs of a scope in a period. ``parts``: the days of it, of a day its half hours.

    ``fair``, ``fair_year``: this period and the one before, or that of last year, are whole and were seen:
    what was counted in one can be set beside the other.
    """

    scope: Scope
    period: Period
    before: Period
    year_ago: Period | None
    state: PeriodState
    parts: tuple[Period, ...]
    lines: tuple[Line, ...]
    fair: bool = True
    fair_year: bool = True

    def line(self, kpi: str) -> Line | None:
        """The line of a KPI."""
        return next((line for line in self.lines if line.kpi.id == kpi), None)


class Cell(NamedTuple):
    """A KPI of one row of a table; the light only where the target is the site's own or this very scope's."""

    kpi: Kpi
    result: Result
    light: Light


class Row(NamedTuple):
    """One member of a scope: a queue, a team, an agent."""

    scope: Scope
    cells: tuple[Cell, ...]


def kpi_table(service: HasBook, viewer: Viewer, period: Period, scope: Scope = SITE) -> KpiTable:
    """The KPIs of a scope in a period; what the viewer may not see is without a value.

    Raises UnknownScopeError where the site has no such queue, team or agent.
    """
    config, engine = service.config, service.engine
    check_scope(service, viewer, scope)
    before, year = back(config, period), year_back(config, period)
    parts = parts_of(config, period)
    asked = [period, before, *([year] if year else []), *parts]
    told = figures(engine, viewer, config, scope, asked)
    rest = told[2 + bool(year) :]
    earlier: tuple[Figures, Figures | None] = (told[1], told[2] if year else None)
    making = _Making(kpi_book(service), config, scope)
    known = state(engine, viewer, config, period)
    mine, *others = in_sight(engine, viewer, [period, before, *([year] if year else [])])
    fair = [known.final and min(mine, share) >= _WHOLE for share in others]
    grown = told[1] if fair[0] else {}  # a whole period has not grown beside a part of one
    lines = tuple(
        making.line(kpi, period, told[0], earlier, rest, grown)
        for kpi in making.kpis(period)
        if not kpi.now and scope.kind in kpi.scopes
    )
    return KpiTable(scope, period, before, year, known, tuple(parts), lines, fair[0], fair[-1])


def members(service: HasBook, viewer: Viewer, period: Period, kind: Kind, within: Scope = SITE) -> list[Row]:
    """Every queue, team or agent that did anything in the period, with the KPIs of COLUMNS, by name."""
    found = by_member(service.engine, viewer, service.config, kind, period, within)
    making = _Making(kpi_book(service), service.config, SITE)
    rows = [Row(scope, making.cells(scope, period, told)) for scope, told in found.items()]
    did = [row for row in rows if any(cell.result.value for cell in row.cells)]
    return sorted(did, key=lambda row: row.scope.name)


def parts_of(config: FloorConfig, period: Period) -> list[Period]:
    """What a period is drawn and drilled by: days, half hours of a day, nothing of a half hour."""
    if period.part == "halfhour":
        return []
    return half_hours(config, period) if period.part == "day" else days(config, period)


class _Making:
    """Computes by the definitions, variants and targets that count on a period's last day."""

    def __init__(self, book: KpiBook, config: FloorConfig, scope: Scope) -> None:
        self.book, self.config, self.scope = book, config, scope
        self._on: dict[int, Mapping[str, Kpi]] = {}

    def kpis(self, period: Period) -> list[Kpi]:
        """The catalogue as it counts in the period."""
        return list(self._catalogue(self.day(period)).values())

    def day(self, period: Period) -> int:
        """The day by which a period is judged: its last."""
        return day_number(business_date(self.config, period.end - 1))

    def line(
        self,
        kpi: Kpi,
        period: Period,
        told: Figures,
        earlier: tuple[Figures, Figures | None],
        parts: Sequence[Figures],
        grown: Figures,
    ) -> Line:
        """One KPI with everything it is compared with. ``grown``: figures against which growth is told."""
        scope, day = self.scope, self.day(period)
        variant = self.book.variant(kpi.id, scope, day)
        bound, origin = self.book.bound(kpi.id, scope, day)

        def of(figures: Figures) -> Result:
            return compute(kpi, figures, scope.kind, variant)

        result = of(told)
        verdict = light(bound, result.value) if _judged(kpi, period) else "none"
        why = causes(kpi, told, grown) if verdict in ("near", "missed") else []
        year = of(earlier[1]) if earlier[1] is not None else None
        by_part = tuple(of(part) for part in parts)
        return Line(kpi, variant, result, bound, origin, verdict, of(earlier[0]), year, by_part, tuple(why))

    def cells(self, scope: Scope, period: Period, told: Figures) -> tuple[Cell, ...]:
        """The columns of a row; a KPI that is not for this kind of scope is left out."""
        day = self.day(period)
        catalogue = self._catalogue(day)
        kpis = [catalogue[name] for name in COLUMNS[scope.kind] if name in catalogue]
        return tuple(self._cell(kpi, scope, day, told) for kpi in kpis if scope.kind in kpi.scopes)

    def _cell(self, kpi: Kpi, scope: Scope, day: int, told: Figures) -> Cell:
        result = compute(kpi, told, scope.kind, self.book.variant(kpi.id, scope, day))
        bound, origin = self.book.bound(kpi.id, scope, day)
        # What is suggested to all businesses says nothing of one team or agent.
        judged = origin == "own" or scope.kind == "site"
        return Cell(kpi, result, light(bound, result.value) if judged else "none")

    def part_cell(self, line: Line, part: Period, result: Result) -> Cell:
        """A part's value, judged by the target of its own day."""
        bound, _ = self.book.bound(line.kpi.id, self.scope, self.day(part))
        return Cell(line.kpi, result, light(bound, result.value) if _judged(line.kpi, part) else "none")

    def _catalogue(self, day: int) -> Mapping[str, Kpi]:
        if day not in self._on:
            self._on[day] = self.book.on(day)
        return self._on[day]


def _judged(kpi: Kpi, period: Period) -> bool:
    """Whether a period is long enough for a verdict: a quiet Sunday is no fault in a band."""
    return kpi.direction != "band" or period.part not in ("day", "halfhour")


def part_rows(service: HasBook, table: KpiTable) -> list[tuple[Period, tuple[Cell, ...]]]:
    """The parts of a period as rows of the columns of its scope; those without any call are rows too."""
    making = _Making(kpi_book(service), service.config, table.scope)
    names = COLUMNS[table.scope.kind]
    lines = [line for name in names if (line := table.line(name)) is not None]
    return [
        (part, tuple(making.part_cell(line, part, line.parts[index]) for line in lines))
        for index, part in enumerate(table.parts)
    ]
