"""The catalogue of KPIs and the list of the site's own targets, as tables."""

from collections.abc import Iterator
from html import escape

import streamlit as st

from ccfloor.kpi.book import ChoiceVersion, KpiBook
from ccfloor.kpi.model import Kpi
from ccfloor.kpi.scope import SITE
from ccfloor.service import runtime
from ccfloor.ui import definitions_words as words
from ccfloor.ui import people_kit
from ccfloor.ui.links import address
from ccfloor.ui.scope_words import queue_label, scope_titled
from ccfloor.ui.texts import Lang, text

GROUPS = ("calls", "waiting", "handling", "presence", "quality", "voice", "people", "money")
_COLUMNS = ("name", "formula", "unit", "direction", "target", "data", "source", "version")
CSS = """
.cd-parts{margin-bottom:.5rem}.cd-parts a{white-space:nowrap}
.cd .cp-tab{table-layout:fixed;min-width:60rem}
.cd .cp-tab :is(td,th){padding-right:.9rem}
.cd-kpi .cp-tab :is(th,td):nth-child(1){width:13%}
.cd-kpi .cp-tab :is(th,td):nth-child(2){width:32%}
.cd-kpi .cp-tab :is(th,td):nth-child(3){width:5%}
.cd-kpi .cp-tab :is(th,td):nth-child(4){width:6.5%}
.cd-kpi .cp-tab :is(th,td):nth-child(5){width:10.5%}
.cd-kpi .cp-tab :is(th,td):nth-child(6){width:13%}
.cd-kpi .cp-tab :is(th,td):nth-child(8){width:4%;text-align:right;padding-right:0}
.cd-metrics .cp-tab :is(th,td):nth-child(1){width:14%}
.cd-metrics .cp-tab :is(th,td):nth-child(3){width:7%}
.cd-metrics .cp-tab :is(th,td):nth-child(4){width:27%}
.cd a{font-weight:700;text-decoration-thickness:1px;text-underline-offset:.2em}
.cd small{display:block;color:var(--ink2);overflow-wrap:anywhere}
.cd small.v{margin-top:.2rem}
.cd-jump{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;padding:.2rem 0 .4rem}
.cd-jump a{color:var(--ink2)}
.cd h3{font-size:.9375rem;font-weight:700;margin:1.2rem 0 .3rem;padding:0;scroll-margin-top:3rem}
.cd-facts{margin:0!important;padding:0!important;display:grid;
grid-template-columns:max-content 1fr;gap:.25rem 1.5rem;max-width:64rem}
.cd-facts dt{color:var(--ink2);margin:0;padding:0;font-weight:400}.cd-facts dd{margin:0}
.cd-facts dd div{padding:.1rem 0}.cd-facts dd .f{color:var(--ink2);font-size:.8125rem}
.cd h2{font-size:1.25rem;font-weight:700;margin:.2rem 0 .6rem;padding:0}
@media(max-width:700px){.cd .cp-tab{min-width:0;table-layout:auto}
.cd .cp-tab :is(th,td):nth-child(n){width:auto;text-align:left}
.cd-kpi .cp-tab td:is(:nth-child(3),:nth-child(4),:nth-child(n+6)){display:none}
.cd-facts{grid-template-columns:1fr}.cd-facts dd{margin-bottom:.4rem}
.cd-jump a{min-height:2.75rem;display:inline-flex;align-items:center}}
"""


def show(book: KpiBook, day: int, lang: Lang) -> None:
    """Every KPI by its group: formula, unit, direction, target in force, data, source, version."""
    st.caption(text("definitions.kpi.lead", lang, n=len(book.kpis)))
    jumps = "".join(
        f'<a href="#{name}">{escape(text(f"definitions.group.{name}", lang))}</a>' for name in GROUPS
    )
    parts = [f'<div class="cd-jump">{jumps}</div>']
    header = [text(f"definitions.{name}", lang) for name in _COLUMNS]
    for group in GROUPS:
        rows = [_row(kpi, book, day, lang) for kpi in book.kpis.values() if kpi.group == group]
        title = escape(text(f"definitions.group.{group}", lang))
        parts.append(f'<h3 id="{group}">{title}</h3>{people_kit.table(header, rows)}')
    people_kit.piece("".join(parts), "cd cd-kpi")


def _row(kpi: Kpi, book: KpiBook, day: int, lang: Lang) -> list[str]:
    link = address({"kpi": kpi.id, "part": ""})
    return [
        f'<a href="{link}" target="_self">{escape(words.name(kpi, lang))}</a><small>{kpi.id}</small>',
        escape(words.formula(kpi, lang)) + _variant(kpi, book, day, lang),
        escape(text(f"unit.{kpi.unit}", lang)),
        escape(text(f"definitions.direction.{kpi.direction}", lang)),
        _target(kpi, book, day, lang),
        escape(words.data_text(kpi, lang)),
        escape(words.source(kpi, lang)),
        f"v{kpi.version}",
    ]


def _variant(kpi: Kpi, book: KpiBook, day: int, lang: Lang) -> str:
    if not kpi.variants:
        return ""
    chosen = words.variant_name(kpi, book.variant(kpi.id, SITE, day), lang)
    said = text("definitions.variant.in_force", lang, name=chosen, n=len(kpi.variants))
    return f'<small class="v">{escape(said)}</small>'


def _target(kpi: Kpi, book: KpiBook, day: int, lang: Lang) -> str:
    bound, of = book.bound(kpi.id, SITE, day)
    if bound is None:
        return words.DASH
    origin = escape(words.origin_text(of, lang))
    return f"{escape(words.bound_text(kpi, bound, lang))}<small>{origin}</small>"


# -- the site's own targets --------------------------------------------------------------------------

_DECISIONS = ("name", "scope", "decision", "valid_from", "who", "why", "at")


def decisions(book: KpiBook, lang: Lang) -> None:
    """Every decision of the site about targets and variants, the last one made first."""
    st.caption(text("definitions.targets.lead", lang))
    made = [(kpi, one) for kpi in book.kpis.values() for one in book.history(kpi.id)]
    made.sort(key=lambda item: -item[1].at)
    header = [text(f"definitions.{name}", lang) for name in _DECISIONS]
    if made:
        people_kit.piece(people_kit.table(header, _decided(made, lang)), "cd")
    else:
        st.caption(text("definitions.targets.none", lang))
    _promises(lang)


def _decided(made: list[tuple[Kpi, ChoiceVersion]], lang: Lang) -> Iterator[list[str]]:
    config = runtime.service().config
    for kpi, one in made:
        link = address({"kpi": kpi.id, "part": "", "scope": str(one.scope) if one.scope.name else ""})
        yield [
            f'<a href="{link}" target="_self">{escape(words.name(kpi, lang))}</a>',
            escape(scope_titled(config, one.scope, lang)),
            escape(words.decided(kpi, one, lang)),
            escape(words.day_text(one.valid_from, lang)),
            escape(one.who),
            escape(one.why),
            words.clock(one.at, config.zone),
        ]


def _promises(lang: Lang) -> None:
    """What queues promise by queues.yaml, from when on."""
    config, viewer = runtime.service().config, runtime.service().viewer(lang)
    header = [
        text(f"definitions.promise.{name}", lang) for name in ("queue", "from", "level", "abandon", "wait")
    ]
    rows = []
    for queue, info in config.queues.items():
        if not viewer.sees_queue(queue):
            continue
        name = queue_label(config, queue, lang)
        for target in info.targets:
            since = words.clock(target.valid_from, config.zone)[:10]
            level = text(
                "definitions.promise.within", lang, share=f"{target.target:.0%}", s=f"{target.threshold_s:g}"
            )
            limits = (
                f"≤ {target.abandon_target * 100:g}%",
                f"≤ {target.wait_limit_s:g} {text('unit.s', lang)}",
            )
            rows.append([escape(cell) for cell in (name, since, level, *limits)])
    title = escape(text("definitions.promise.title", lang))
    if rows:
        people_kit.piece(f"<h3>{title}</h3>{people_kit.table(header, rows)}", "cd")
