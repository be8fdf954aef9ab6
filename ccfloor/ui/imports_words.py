"""Words and numbers of the imports page: days, what a dataset is used by, cells as they are shown."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from ccfloor.kpi.compute import needs
from ccfloor.kpi.dataset import AGENT, QUEUE, Column, Dataset
from ccfloor.kpi.model import Kpi
from ccfloor.kpi.period import date_of
from ccfloor.service import runtime
from ccfloor.store.viewer import Viewer
from ccfloor.ui.scope_words import agent_label, queue_label
from ccfloor.ui.texts import Lang, listed

DASH = "–"
_ROSTERED = ("seats.scheduled_ms", "seats.rostered", "seats.late")


def day_text(day: int) -> str:
    """A stored day as people write it; of the sums of a month the month."""
    if not day:
        return DASH
    return date_of(day).isoformat() if day % 100 else f"{day // 10_000}-{day // 100 % 100:02}"


def stamp(at: float) -> str:
    """When something was done, by the site's clock, with its year: imports are looked at long after."""
    zone = ZoneInfo(runtime.service().config.zone)
    return f"{datetime.fromtimestamp(at, zone):%Y-%m-%d %H:%M}"


def days_text(first: int, last: int) -> str:
    """From when to when; one day once."""
    return day_text(first) if first == last else f"{day_text(first)} – {day_text(last)}"


def users(kpis: Iterable[Kpi], lang: Lang) -> dict[str, frozenset[str]]:
    """Name of a KPI → every field that it may be computed from."""
    return {kpi.zh if lang == "zh" else kpi.en: _needed(kpi) for kpi in kpis}


def used_by(dataset: Dataset, using: Mapping[str, frozenset[str]], lang: Lang) -> str:
    """The names of the KPIs that a dataset's fields go into, in one line; empty where there are none."""
    fields = _ROSTERED if dataset.grain == "roster" else dataset.fields
    names = [name for name, needed in using.items() if not needed.isdisjoint(fields)]
    return listed(names, lang)


def _needed(kpi: Kpi) -> frozenset[str]:
    ways = ["", *(variant.id for variant in kpi.variants)]
    return frozenset(field for kind in kpi.scopes for way in ways for field in needs(kpi, kind, way))


def cell_text(column: Column, value: str | float | None, viewer: Viewer, lang: Lang) -> str:
    """A stored value in words; numbers that are telephone numbers as the viewer may read them."""
    if value is None:
        return DASH
    if column.name in (QUEUE, AGENT):
        config = runtime.service().config
        return (queue_label if column.name == QUEUE else agent_label)(config, str(value), lang)
    for item in column.choices:
        if item.code == value:
            return item.zh if lang == "zh" else item.en
    if column.type == "clock":
        minutes = round(float(value)) // 60
        return f"{minutes // 60:02}:{minutes % 60:02}"
    if isinstance(value, str):
        return viewer.number(value) if _is_number(value) else value
    return f"{value:,.10g}"


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) == 11 and text.startswith("1")
