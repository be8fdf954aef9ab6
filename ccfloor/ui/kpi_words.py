"""KPIs in words: values, targets, changes, lights, what is missing. HTML where a shape belongs to it."""

from collections.abc import Iterable
from html import escape

from ccfloor.kpi.model import Bound, Kpi
from ccfloor.kpi.period import Period
from ccfloor.kpi.result import Light, Result
from ccfloor.service.kpi_month import KpiTable
from ccfloor.service.reports.data import Quality, ReportData, Two
from ccfloor.service.reports.material import measure, target
from ccfloor.ui.report_words import DASH, SHAPES, Words, change_text
from ccfloor.ui.report_words import value_text as in_unit
from ccfloor.ui.texts import Lang, text


def value_text(kpi: Kpi, value: float | None) -> str:
    """A value in its unit: 81.3%, 1,204, 4:12; a dash where there is none."""
    return in_unit(kpi.unit, value)


def name_text(kpi: Kpi, lang: Lang) -> str:
    """A KPI's name."""
    return kpi.zh if lang == "zh" else kpi.en


def variant_text(kpi: Kpi, variant: str, lang: Lang) -> str:
    """The way of counting in force; empty where there is only one."""
    found = kpi.variant(variant) if variant else None
    return (found.zh if lang == "zh" else found.en) if found else ""


def formula_text(kpi: Kpi, variant: str, lang: Lang) -> str:
    """How it is counted, by the variant in force."""
    found = kpi.variant(variant) if variant else None
    words = found.formula if found else kpi.formula
    return words.zh if lang == "zh" else words.en


def words_of(table: KpiTable, site: Two, zone: str, about: Two, now: float, lang: Lang) -> Words:
    """The words that reports use, for what is on the page: one way to say a number."""
    known = table.state
    quality = Quality(open_calls=known.open_calls, seen_until=known.seen_until, gap_s=known.gap_s)
    data = ReportData(
        "figures",
        site,
        zone,
        table.scope,
        about,
        table.period,
        table.before,
        table.year_ago,
        now,
        known.final,
        quality=quality,
    )
    return Words(data, lang)


def bound_text(words: Words, kpi: Kpi, bound: Bound | None, origin: str) -> str:
    """A target with whose it is: ≥ 80%, 20–60 s (suggested)."""
    return words.target(measure(kpi), target(bound, origin))


def difference(kpi: Kpi, now: Result, then: Result | None, fair: bool) -> str:
    """What changed; of a count only where both periods are whole."""
    if then is None or (kpi.unit == "n" and not fair):
        return DASH
    return change_text(measure(kpi), now.value, then.value)


def light_mark(light: Light, lang: Lang) -> str:
    """Shape and word as HTML: ● met, △ near, ▲ missed; a dash without a verdict."""
    if light == "none":
        return f'<span class="kp-none">{DASH}</span>'
    word = text(f"report.light.{light}", lang)
    return f'<span class="kp-{light}"><i aria-hidden="true">{SHAPES[light]}</i> {escape(word)}</span>'


def valued(kpi: Kpi, result: Result, light: Light) -> str:
    """A value as HTML, marked where it misses its target."""
    shown = escape(value_text(kpi, result.value))
    shape = SHAPES[light] if light in ("near", "missed") else ""
    return f'<span class="kp-{light}">{shape and f"<i>{shape}</i> "}{shown}</span>'


def missing_text(words: Words, fields: Iterable[str]) -> str:
    """Which data are not there."""
    return words.missing(fields)


def period_text(words: Words, of: Period) -> str:
    """A period as people call it; of a half hour its day and both ends."""
    if of.part != "halfhour":
        return words.called(of)
    return f"{words.local(of.start):%Y-%m-%d %H:%M}–{words.local(of.end):%H:%M}"
