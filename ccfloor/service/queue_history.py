"""The heat map of a queue's week: each weekday × half hour as a ratio of sums, with what it rests on."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from ccfloor.access.rights import Right
from ccfloor.kpi.compute import compute
from ccfloor.kpi.fields import Figures, add
from ccfloor.kpi.light import light
from ccfloor.kpi.model import Bound, Kpi
from ccfloor.kpi.period import Period, day_number
from ccfloor.kpi.result import Light, Result
from ccfloor.kpi.scope import Scope
from ccfloor.kpi.week import SLOTS, Cell, day_counts, slots_in_order
from ccfloor.service.kpi_site import HasBook, KpiBook, kpi_book
from ccfloor.store.queue_history import week_cells
from ccfloor.store.viewer import Viewer

VOLUME = "volume"


class Measure(NamedTuple):
    """What is asked of every cell. ``kpi`` None: the mean number of calls of a day (``volume``)."""

    name: str
    kpi: Kpi | None = None
    bound: Bound | None = None
    variant: str = ""


class Spot(NamedTuple):
    """One place of the map. ``days``: how many days had this half hour; ``offered``: calls in all of them."""

    result: Result
    light: Light
    days: int
    offered: int


class Week(NamedTuple):
    """The map: cells, and the sums of its rows, columns and of everything.

    ``slots``: the half hours shown, from the first to the last in which anybody called.
    """

    measure: Measure
    slots: list[int]
    cells: dict[Cell, Spot]
    by_weekday: dict[int, Spot]
    by_slot: dict[int, Spot]
    all: Spot


def measure(service: HasBook, scope: Scope, name: str, last: date, variant: str = "") -> Measure:
    """A KPI with the target and the variant that count on the last day of the range."""
    if name == VOLUME:
        return Measure(name)
    book: KpiBook = kpi_book(service)
    day = day_number(last)
    kpi = book.definition(name, day)
    bound, _ = book.bound(name, scope, day)
    chosen = variant if name == "service_level" and variant else book.variant(name, scope, day)
    return Measure(name, kpi, bound, chosen)


def week(service: HasBook, viewer: Viewer, scope: Scope, of: Period, asked: Measure, first_at: float) -> Week:
    """Every weekday × half hour of a period of whole days. ``first_at``: when anything was stored first."""
    viewer.needs(Right.RESULTS)
    config = service.config
    told = week_cells(service.engine, viewer, config, scope.name, of)
    days = day_counts(config, of, first_at, service.floor_now())
    order = slots_in_order(config)
    called = [slot for slot in order if any(_offered(told.get(Cell(d, slot), {})) for d in range(7))]
    shown = order[order.index(called[0]) : order.index(called[-1]) + 1] if called else []
    begun = _days_begun(days)
    return Week(
        asked,
        shown,
        {at: _spot(asked, scope, told.get(at, {}), days[at]) for at in _grid(shown)},
        {d: _spot(asked, scope, _sum(told, {d}, order), begun[d]) for d in range(7)},
        {s: _spot(asked, scope, _sum(told, set(range(7)), [s]), _of_slot(days, s)) for s in shown},
        _spot(asked, scope, _sum(told, set(range(7)), order), sum(begun.values())),
    )


def _grid(slots: Iterable[int]) -> list[Cell]:
    return [Cell(weekday, slot) for slot in slots for weekday in range(7)]


def _days_begun(days: Mapping[Cell, int]) -> Counter[int]:
    """Days of each weekday of which any half hour began."""
    return Counter({d: max((days.get(Cell(d, s), 0) for s in range(SLOTS)), default=0) for d in range(7)})


def _of_slot(days: Mapping[Cell, int], slot: int) -> int:
    return sum(days.get(Cell(d, slot), 0) for d in range(7))


def _sum(told: Mapping[Cell, Figures], weekdays: set[int], slots: Iterable[int]) -> Figures:
    wanted = set(slots)
    return add([figures for at, figures in told.items() if at.weekday in weekdays and at.slot in wanted])


def _offered(figures: Figures) -> int:
    return int(figures.get("queue.offered", 0))


def _spot(asked: Measure, scope: Scope, figures: Figures, days: int) -> Spot:
    offered = _offered(figures)
    if asked.kpi is None:
        mean = offered / days if days and offered else None
        return Spot(Result(mean, offered, days, n=days), "none", days, offered)
    if not figures:
        return Spot(Result(), "none", days, 0)
    found = compute(asked.kpi, figures, scope.kind, asked.variant)
    return Spot(found, light(asked.bound, found.value), days, offered)
