"""Targets, units, data and days in words, the same on the page, in files and on the command line."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from ccfloor.kpi.book import ChoiceVersion, KpiBook, Origin
from ccfloor.kpi.compute import needs
from ccfloor.kpi.datasets import dataset_of
from ccfloor.kpi.fields import origin
from ccfloor.kpi.model import Bound, Kpi
from ccfloor.kpi.period import date_of
from ccfloor.kpi.scope import Kind, Scope
from ccfloor.ui.report_words import span
from ccfloor.ui.texts import Lang, listed, text

DASH = "–"
ROSTER = (
    *("seats.scheduled_ms", "seats.adherent_ms", "seats.worked_scheduled_ms", "seats.productive_ms"),
    *("seats.rostered", "seats.present", "seats.late", "seats.late_ms"),
)


def name(kpi: Kpi, lang: Lang) -> str:
    """The KPI's name."""
    return kpi.zh if lang == "zh" else kpi.en


def formula(kpi: Kpi, lang: Lang) -> str:
    """How it is computed, in words."""
    return kpi.formula.zh if lang == "zh" else kpi.formula.en


def sums_text(kpi: Kpi) -> str:
    """Which sums are divided, by the names of their fields; the name of the floor's metric that it is."""
    if kpi.ratio is None:
        return kpi.metric
    over, under = (" + ".join(names).replace("+ -", "− ") for names in (kpi.ratio.over, kpi.ratio.under))
    times = f" × {kpi.ratio.times:.6g}" if kpi.ratio.times != 1 else ""
    return (f"({over}) ÷ ({under})" if under else over) + times


def source(kpi: Kpi, lang: Lang) -> str:
    """Where the formula is from."""
    return kpi.source.zh if lang == "zh" else kpi.source.en


def variant_name(kpi: Kpi, variant: str, lang: Lang) -> str:
    """The name of a variant; a dash for a KPI without any."""
    found = kpi.variant(variant)
    return (found.zh if lang == "zh" else found.en) if found else DASH


# -- targets -----------------------------------------------------------------------------------------


def bound_text(kpi: Kpi, bound: Bound | None, lang: Lang) -> str:
    """A target as people write it: ≥ 80%, ≤ 0:37, 60–80 分; a dash where there is none."""
    if bound is None:
        return DASH
    low, high = (None if edge is None else number(kpi, edge) for edge in (bound.at_least, bound.at_most))
    unit = unit_after(kpi, lang)
    if low is not None and high is not None:
        return f"{low}–{high}{unit}" if low != high else f"{low}{unit}"
    return f"≥ {low}{unit}" if low is not None else f"≤ {high}{unit}"


def note(bound: Bound | None, lang: Lang) -> str:
    """What is said beside a target; may be empty."""
    if bound is None or bound.note is None:
        return ""
    return bound.note.zh if lang == "zh" else bound.note.en


def number(kpi: Kpi, value: float) -> str:
    """A target's number: shares as percent, seconds as a span of time, no needless decimals."""
    if kpi.unit == "s":
        return span(value)
    return f"{value * 100:.6g}" if kpi.unit == "%" else f"{value:.6g}"


def unit_after(kpi: Kpi, lang: Lang) -> str:
    """The unit as it follows a number: "%", " 分", nothing for plain counts and spans of time."""
    if kpi.unit == "%":
        return "%"
    return "" if kpi.unit in ("n", "s") else f" {text(f'unit.{kpi.unit}', lang)}"


def origin_text(of: Origin, lang: Lang) -> str:
    """Whose target it is; empty where there is none."""
    return text(f"definitions.origin.{of}", lang) if of else ""


def decided(kpi: Kpi, version: ChoiceVersion, lang: Lang) -> str:
    """A decision in words: its target, its variant, or that there is none any more."""
    choice = version.choice
    if choice is None:
        return text("definitions.taken_back", lang)
    parts = [bound_text(kpi, choice.bound, lang)] if choice.bound else []
    parts += [variant_name(kpi, choice.variant, lang)] if choice.variant else []
    return " · ".join(parts) or text("definitions.none_own", lang)


# -- data, scopes, days ------------------------------------------------------------------------------


def data_text(kpi: Kpi, lang: Lang) -> str:
    """Which data a KPI needs: of the floor itself, or the imports of that name."""
    if kpi.now:
        return text("definitions.data.live", lang)
    asked = (field for kind in kpi.scopes for one in _ways(kpi) for field in needs(kpi, kind, one))
    return listed(sources(asked, lang), lang)


def _ways(kpi: Kpi) -> list[str]:
    return [variant.id for variant in kpi.variants] or [""]


def sources(fields: Iterable[str], lang: Lang) -> list[str]:
    """Where fields come from, each source once."""
    return list(dict.fromkeys(_source_of(field, lang) for field in fields))


def _source_of(field: str, lang: Lang) -> str:
    dataset = dataset_of(field)
    if dataset is not None:
        return text("definitions.data.import", lang, name=dataset.named(lang))
    return text(f"definitions.data.{'roster' if field in ROSTER else origin(field)}", lang)


def scopes_text(kpi: Kpi, lang: Lang) -> str:
    """For whom it is computed."""
    return listed((kind_text(kind, lang) for kind in kpi.scopes), lang)


def kind_text(kind: Kind, lang: Lang) -> str:
    """Site, queue, team or agent."""
    return text(f"definitions.scope.{kind}", lang)


def day_text(day: int, lang: Lang) -> str:
    """A stored day; 0 is "from the beginning"."""
    return date_of(day).isoformat() if day else text("definitions.always", lang)


def targets_text(kpi: Kpi, book: KpiBook, scope: Scope, day: int, lang: Lang) -> str:
    """The target in force and whose it is: "≥ 80% 建议"."""
    bound, of = book.bound(kpi.id, scope, day)
    return f"{bound_text(kpi, bound, lang)} {origin_text(of, lang)}".strip()


def variants_text(kpi: Kpi, lang: Lang) -> str:
    """Every way of counting with its formula, one a line."""
    zh = lang == "zh"
    colon = "：" if zh else ": "
    return "\n".join(
        f"{one.zh if zh else one.en}{colon}{one.formula.zh if zh else one.formula.en}" for one in kpi.variants
    )


def clock(at: float, zone: str) -> str:
    """An instant by the site's clock, to the minute; a dash where it is not known."""
    return datetime.fromtimestamp(at, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M") if at else DASH
