"""All variants of the service level side by side: the same calls, counted as each of them counts."""

from collections.abc import Iterable, Mapping
from functools import partial
from html import escape

import streamlit as st

from ccfloor.floor.metrics import SL_VARIANTS
from ccfloor.kpi.compute import compute
from ccfloor.kpi.fields import Figures
from ccfloor.kpi.light import light
from ccfloor.kpi.model import Kpi
from ccfloor.kpi.period import day_number
from ccfloor.kpi.result import Result
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.service import runtime
from ccfloor.service.kpi_site import KpiBook, kpi_book
from ccfloor.store.queue_history import range_counts, whole
from ccfloor.ui import people_kit
from ccfloor.ui.downloads import download
from ccfloor.ui.export import Cell, book_bytes
from ccfloor.ui.history_heat import EXCEL
from ccfloor.ui.history_state import Asked
from ccfloor.ui.history_words import MARKS, bound_words, share
from ccfloor.ui.scope_words import queue_label
from ccfloor.ui.texts import Lang, text

_COUNTS = ("answered_in_t", "answered", "abandoned", "abandoned_in_t", "short_abandoned")
_FLOWS = ("timed_out", "key_exit", "withdrawn", "left_empty")
_KPI = "service_level"


def show(asked: Asked) -> None:
    """Draw a row a queue and a column a variant; below it each formula with its numbers."""
    lang, service = asked.lang, runtime.service()
    book, day = kpi_book(service), day_number(asked.last)
    kpi = book.definition(_KPI, day)
    told = _told(asked)
    if kpi is None or not any(told.values()):
        st.caption(text("qh.none", lang))
        return
    people_kit.piece(escape(text("qh.variants.said", lang)))
    people_kit.piece(_table(told, kpi, book, day, lang))
    st.subheader(text("qh.variants.formulas", lang), anchor=False)
    total = told[asked.scope]
    people_kit.piece(_formulas(total, kpi, asked, book.variant(_KPI, asked.scope, day), lang))
    people_kit.piece(escape(_spread(total, kpi, asked.scope, lang)))
    file = f"ccfloor-{service.config.site}-sl-{asked.of.name}.xlsx"
    make = partial(_excel, told, kpi, lang)
    download(text("qh.excel", lang), make, file, EXCEL, key="qh-sl-excel")


def _told(asked: Asked) -> dict[Scope, dict[str, float]]:
    """The sums of what is asked for, the whole first."""
    service = runtime.service()
    told = range_counts(service.engine, service.viewer(asked.lang), service.config, asked.queue, asked.of)
    if asked.scope != SITE:
        return {asked.scope: told.get(asked.queue, {})}
    return {SITE: whole(told)} | {Scope("queue", queue): one for queue, one in sorted(told.items())}


def _result(kpi: Kpi, told: Figures, scope: Scope, variant: str) -> Result:
    return compute(kpi, told, scope.kind, variant)


def _name(scope: Scope, lang: Lang) -> str:
    return queue_label(runtime.service().config, scope.name, lang) if scope.name else text("qh.all", lang)


def _table(told: Mapping[Scope, Figures], kpi: Kpi, book: KpiBook, day: int, lang: Lang) -> str:
    rows, bad = [], set()
    for number, (scope, one) in enumerate(told.items()):
        bound, _ = book.bound(_KPI, scope, day)
        in_force = book.variant(_KPI, scope, day)
        line = [escape(_name(scope, lang)), f"{one.get('queue.offered', 0):,.0f}"]
        for variant in SL_VARIANTS:
            found = _result(kpi, one, scope, variant)
            words = share(found.value)
            if variant == in_force:
                verdict = light(bound, found.value)
                words = f"<b>{MARKS[verdict] if verdict == 'near' else ''}{words}</b>"
                if verdict == "missed":
                    bad.add((number, len(line)))
            line.append(words)
        rows.append([*line, escape(bound_words(bound, lang))])
    names = [text(f"qh.sl.{variant}", lang) for variant in SL_VARIANTS]
    header = [
        text("qh.call.queue", lang),
        text("qh.cell.offered", lang),
        *names,
        text("qh.target.head", lang),
    ]
    return people_kit.table(header, rows, bad)


def _formulas(told: Figures, kpi: Kpi, asked: Asked, in_force: str, lang: Lang) -> str:
    rows = []
    for variant in kpi.variants:
        found = _result(kpi, told, asked.scope, variant.id)
        formula = variant.formula.zh if lang == "zh" else variant.formula.en
        name = variant.zh if lang == "zh" else variant.en
        divided = f"{found.over:,.0f} ÷ {found.under:,.0f}" if found.under else ""
        words = text("qh.variants.now", lang) if variant.id == in_force else ""
        where = asked.address({"view": "heat", "metric": _KPI, "sl": variant.id})
        heat = f'<a href="{where}" target="_self">'
        heat += f"{escape(text('qh.variants.heat', lang))}</a>"
        rows.append(
            [f"<b>{escape(name)}</b> {escape(words)}", escape(formula), divided, share(found.value), heat]
        )
    header = [text(f"qh.variants.{name}", lang) for name in ("name", "formula", "numbers", "value", "see")]
    return people_kit.table(header, rows)


def _spread(told: Figures, kpi: Kpi, scope: Scope, lang: Lang) -> str:
    """How far the variants lie apart, in points."""
    found = [_result(kpi, told, scope, variant.id).value for variant in kpi.variants]
    known = [value for value in found if value is not None]
    if not known:
        return ""
    return text("qh.variants.spread", lang, points=f"{(max(known) - min(known)) * 100:.1f}")


def _excel(told: Mapping[Scope, Figures], kpi: Kpi, lang: Lang) -> bytes:
    names = [text(f"qh.sl.{variant}", lang) for variant in SL_VARIANTS]
    counts = [text(f"qh.count.{name}", lang) for name in (*_COUNTS, "flow")]
    rows = [_line(scope, one, kpi, lang) for scope, one in told.items()]
    header = [text("qh.call.queue", lang), text("qh.cell.offered", lang), *counts, *names]
    return book_bytes([(text("qh.view.variants", lang), header, rows)])


def _line(scope: Scope, one: Figures, kpi: Kpi, lang: Lang) -> list[Cell]:
    values = [_result(kpi, one, scope, variant).value for variant in SL_VARIANTS]
    return [_name(scope, lang), one.get("queue.offered"), *_counted(one), *values]


def _counted(one: Figures) -> Iterable[float | None]:
    yield from (one.get(f"queue.{name}") for name in _COUNTS)
    yield sum(one.get(f"queue.{name}", 0) for name in _FLOWS)
