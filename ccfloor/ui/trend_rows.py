"""A trend as rows: for the table on the page, and for files."""

from collections.abc import Sequence

from ccfloor.kpi.spc import Limits
from ccfloor.service.agent_trend import Point, Trend
from ccfloor.ui.export import Cell
from ccfloor.ui.kpi_words import value_text
from ccfloor.ui.texts import Lang, text
from ccfloor.ui.trend_words import period_name, rule_words

_COLUMNS = ("period", "value", "n", "median", "band", "peers", "finding")
_FILE = (
    "period", "value", "over", "under", "n", "state", "median", "q1", "q3", "peers",
    "centre", "lower", "upper", "finding",
)  # fmt: skip
_DASH = "–"


def header(lang: Lang) -> list[str]:
    """The columns on the page."""
    return [text(f"trend.col.{name}", lang) for name in _COLUMNS]


def rows(made: Trend, lang: Lang) -> list[list[str]]:
    """One row a period, oldest first."""
    return [_row(made, at, point, lang) for at, point in enumerate(made.points)]


def shown(row: Sequence[str]) -> list[str]:
    """The row with a dash where there is nothing."""
    return [cell or _DASH for cell in row]


def _row(made: Trend, at: int, point: Point, lang: Lang) -> list[str]:
    value, band = value_text(made.kpi, point.result.value), point.band
    return [
        period_name(point.period, lang),
        f"{value} {text('trend.provisional.mark', lang)}" if point.provisional else value,
        f"{point.result.n:,}" if point.result.n is not None else "",
        value_text(made.kpi, band.median) if band else "",
        " – ".join(value_text(made.kpi, edge) for edge in (band.low, band.high)) if band else "",
        str(band.peers) if band else "",
        _finding(made, at, lang),
    ]


def _finding(made: Trend, at: int, lang: Lang) -> str:
    found = (rule_words(one, lang) for one in made.findings if at in one.points)
    return "; ".join(dict.fromkeys(found))


def file_header(made: Trend, lang: Lang) -> list[str]:
    """The columns of files; shares are 0 to 1, durations seconds."""
    unit = text(f"unit.{made.kpi.unit}", lang) if made.kpi.unit not in ("n", "%") else made.kpi.unit
    names = [text(f"trend.col.{name}", lang) for name in _FILE]
    names[1] = f"{made.kpi.zh if lang == 'zh' else made.kpi.en} ({unit})"
    return names


def cells(made: Trend, lang: Lang) -> list[list[Cell]]:
    """One row a period for files: bare numbers."""
    return [_cells(made, at, point, lang) for at, point in enumerate(made.points)]


def _cells(made: Trend, at: int, point: Point, lang: Lang) -> list[Cell]:
    result, band = point.result, point.band
    one = next((one for one in made.limits if one.first <= at <= one.last), None)
    state = text("trend.provisional" if point.provisional else "trend.final", lang)
    beside: list[Cell] = [band.median, band.low, band.high, band.peers] if band else [None] * 4
    return [
        point.period.name, result.value, result.over, result.under, result.n, state, *beside, *_edges(one),
        _finding(made, at, lang),
    ]  # fmt: skip


def _edges(one: Limits | None) -> list[Cell]:
    return [one.centre, one.lower, one.upper] if one else [None, None, None]
