"""Targets, units and directions in words, the same on the page, in files and on the command line."""

from ccfloor.kpi.model import Bound, Kpi
from ccfloor.ui.texts import Lang, text

_DASH = "–"


def bound_text(kpi: Kpi, bound: Bound | None, lang: Lang) -> str:
    """A target as people write it: ≥ 80%, ≤ 37 秒, 20–60 秒; a dash where there is none."""
    if bound is None:
        return _DASH
    low, high = (None if edge is None else number(kpi, edge) for edge in (bound.at_least, bound.at_most))
    unit = unit_after(kpi, lang)
    if low is not None and high is not None:
        return f"{low}–{high}{unit}" if low != high else f"{low}{unit}"
    return f"≥ {low}{unit}" if low is not None else f"≤ {high}{unit}"


def number(kpi: Kpi, value: float) -> str:
    """A value in the KPI's unit without its sign: shares as percent, no needless decimals."""
    return f"{value * 100:.6g}" if kpi.unit == "%" else f"{value:.6g}"


def unit_after(kpi: Kpi, lang: Lang) -> str:
    """The unit as it follows a number: "%", " 秒", nothing for plain counts."""
    if kpi.unit == "%":
        return "%"
    return "" if kpi.unit == "n" else f" {text(f'unit.{kpi.unit}', lang)}"
