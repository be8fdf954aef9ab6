"""The definitions as files: Excel with catalogue, targets and metrics, or the catalogue as CSV."""

from collections.abc import Iterator

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.definitions import DEFINITIONS
from ccfloor.kpi.book import KpiBook
from ccfloor.kpi.model import Kpi
from ccfloor.kpi.scope import SITE
from ccfloor.ui import definitions_words as words
from ccfloor.ui.export import Cell, book_bytes, csv_bytes
from ccfloor.ui.scope_words import scope_titled
from ccfloor.ui.texts import Lang, text

_CATALOGUE = ("id", "name", "group", "formula", "variant_now", "variants", "unit", "direction", "scopes",
              "own", "suggested", "industry", "data", "source", "version")  # fmt: skip
_TARGETS = ("name", "scope", "valid_from", "decision", "who", "why", "at")
_METRICS = ("name", "formula", "unit", "source")


def catalogue_csv(book: KpiBook, day: int, lang: Lang) -> bytes:
    """The catalogue as it counts on a day, as CSV."""
    return csv_bytes(_header(_CATALOGUE, lang), [_kpi(kpi, book, day, lang) for kpi in book.kpis.values()])


def definitions_excel(book: KpiBook, config: FloorConfig, day: int, lang: Lang) -> bytes:
    """Catalogue, every decision about targets, and the metrics of the live pages, a sheet each."""
    kpis = [_kpi(kpi, book, day, lang) for kpi in book.kpis.values()]
    targets = list(_decisions(book, config, lang))
    metrics = [_metric(name, lang) for name in DEFINITIONS]
    return book_bytes(
        [
            (text("definitions.part.kpi", lang), _header(_CATALOGUE, lang), kpis),
            (text("definitions.part.targets", lang), _header(_TARGETS, lang), targets),
            (text("definitions.part.metrics", lang), _header(_METRICS, lang), metrics),
        ]
    )


def _header(names: tuple[str, ...], lang: Lang) -> list[str]:
    return [text(f"definitions.{name}", lang) for name in names]


def _kpi(kpi: Kpi, book: KpiBook, day: int, lang: Lang) -> list[Cell]:
    bound, of = book.bound(kpi.id, SITE, day)
    in_force = book.variant(kpi.id, SITE, day)
    return [
        kpi.id,
        words.name(kpi, lang),
        text(f"definitions.group.{kpi.group}", lang),
        words.formula(kpi, lang),
        words.variant_name(kpi, in_force, lang) if kpi.variants else "",
        words.variants_text(kpi, lang),
        text(f"unit.{kpi.unit}", lang),
        text(f"definitions.direction.{kpi.direction}", lang),
        words.scopes_text(kpi, lang),
        words.bound_text(kpi, bound, lang) if of == "own" else words.DASH,
        _with_note(kpi, "suggested", lang),
        _with_note(kpi, "industry", lang),
        words.data_text(kpi, lang),
        words.source(kpi, lang),
        kpi.version,
    ]


def _with_note(kpi: Kpi, which: str, lang: Lang) -> str:
    bound = kpi.suggested if which == "suggested" else kpi.industry
    said = words.note(bound, lang)
    shown = words.bound_text(kpi, bound, lang)
    return f"{shown}（{said}）" if said and lang == "zh" else f"{shown} ({said})" if said else shown


def _decisions(book: KpiBook, config: FloorConfig, lang: Lang) -> Iterator[list[Cell]]:
    for kpi in book.kpis.values():
        for one in book.history(kpi.id):
            yield [
                words.name(kpi, lang),
                scope_titled(config, one.scope, lang),
                words.day_text(one.valid_from, lang),
                words.decided(kpi, one, lang),
                one.who,
                one.why,
                words.clock(one.at, config.zone),
            ]


def _metric(name: str, lang: Lang) -> list[Cell]:
    item, zh = DEFINITIONS[name], lang == "zh"
    return [
        item.zh if zh else item.en,
        item.formula_zh if zh else item.formula_en,
        text(f"unit.{item.unit}", lang),
        item.told_by(zh),
    ]
