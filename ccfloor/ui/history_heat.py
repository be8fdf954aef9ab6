"""The heat map weekday × half hour: every cell a link to its calls, its number readable on its ground.

More is darker, in one hue. What misses its target has no ground: a coral frame, a triangle, bold. Where
nobody called there is a dash on the bare page. On a narrow screen the half hours run downwards.
"""

from functools import partial
from html import escape

import streamlit as st

from ccfloor.kpi.week import Cell
from ccfloor.service import runtime
from ccfloor.service.queue_history import VOLUME, Measure, Spot, Week, measure, week
from ccfloor.ui import history_scale, people_kit
from ccfloor.ui.downloads import download
from ccfloor.ui.export import Cell as Value
from ccfloor.ui.export import book_bytes
from ccfloor.ui.history_scale import Scale
from ccfloor.ui.history_state import METRICS, Asked, segments
from ccfloor.ui.history_words import (
    DASH,
    MARKS,
    bound_words,
    cell_words,
    clock,
    mean_count,
    share,
    short_share,
    slot_words,
)
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, text

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_GRAIN = {VOLUME: 1.0, "service_level": 0.01, "abandon_rate": 0.002}

_CSS = """
.qh-wide{overflow-x:auto;padding:.2rem}
.qh-heat{display:grid;gap:1px;
grid-template-columns:3rem repeat(var(--n),minmax(1.85rem,4.5rem)) minmax(3.2rem,4.5rem);
font-size:.8125rem;line-height:1.2}
.qh-heat>*{grid-row:var(--d);grid-column:var(--s);min-width:0}
.qh-heat .h{color:var(--ink2);align-self:end;text-align:center;font-size:.75rem;white-space:nowrap}
.qh-heat .w{color:var(--ink2);align-self:center}
.qh-heat .c{display:flex;flex-direction:column;align-items:center;justify-content:center;min-height:2.9rem;
text-decoration:none;white-space:nowrap;color:var(--ink)}
.qh-heat .c i{font-style:normal;font-size:.75rem}
.qh-heat a.c:is(:hover,:focus-visible){outline:.125rem solid var(--ink);z-index:1}
.qh-heat .c[aria-current]{outline:.1875rem solid var(--ink);z-index:1}
.qh-heat .c.none{color:var(--ink3)}
.qh-heat .sum{border-left:1px solid var(--rule)}.qh-heat .foot{border-top:1px solid var(--rule)}
.qh-heat .c.missed{border:.125rem solid var(--over);color:var(--over);font-weight:700}
.qh-heat .c.near{border:.125rem solid var(--warn);font-weight:700}
.qh-heat :is(.missed,.near) i{color:var(--ink2);font-weight:400}
.qh-heat :is(.missed,.near)::before{font-size:.5625rem;line-height:1}
.qh-heat .missed::before{content:'▲'}.qh-heat .near::before{content:'△'}
.qh-key{display:flex;flex-wrap:wrap;gap:.3rem 1rem;align-items:center;color:var(--ink2);font-size:.8125rem}
.qh-key span{display:inline-flex;align-items:center;gap:.4rem}
.qh-key b{width:1.6rem;height:1rem;display:inline-block;font-size:.625rem;line-height:.8rem;text-align:center}
.qh-key .missed{border:.125rem solid var(--over);color:var(--over)}
.qh-key .near{border:.125rem solid var(--warn);color:var(--ink)}
@media(max-width:700px){.qh-heat{grid-template-columns:2.8rem repeat(8,minmax(0,1fr))}
.qh-heat>*{grid-row:var(--s);grid-column:var(--d)}
.qh-heat .sum{border-left:0;border-top:1px solid var(--rule)}
.qh-heat .foot{border-top:0;border-left:1px solid var(--rule)}
.qh-heat .h{align-self:center;text-align:left}.qh-heat .w{text-align:center}}
"""


def show(seen: Look, asked: Asked) -> None:
    """Draw the map with its key and its file."""
    lang = seen.lang
    service = runtime.service()
    name = segments("metric", METRICS, text("qh.metric", lang), lang)
    what = measure(service, asked.scope, name, asked.last, asked.variant)
    found = week(service, service.viewer(lang), asked.scope, asked.of, what, asked.first_at)
    if not found.slots:
        st.caption(text("qh.none", lang))
        return
    scale = _scale(found)
    st.html(f"<style>{_CSS}{history_scale.css(seen.theme, '.cp .qh-tint')}</style>")
    people_kit.piece(_said(what, asked, lang))
    people_kit.piece(_grid(found, scale, asked))
    people_kit.piece(_key(found, scale, lang))
    make = partial(_excel, found, lang)
    file = f"ccfloor-{service.config.site}-{name}-{asked.of.name}.xlsx"
    download(text("qh.excel", lang), make, file, EXCEL, key="qh-heat-excel")


def _said(what: Measure, asked: Asked, lang: Lang) -> str:
    """What a cell is: the formula, the variant, the target and the day whose target it is."""
    if what.kpi is None:
        return escape(text("qh.volume.formula", lang))
    variant = what.kpi.variant(what.variant)
    formula = (variant or what.kpi).formula
    words = [f"<b>{escape(variant.zh if lang == 'zh' else variant.en)}</b>"] if variant else []
    words.append(escape(formula.zh if lang == "zh" else formula.en))
    if what.bound:
        words.append(escape(text("qh.target.of", lang, target=bound_words(what.bound, lang), day=asked.last)))
    return " · ".join(words)


# -- the grid ----------------------------------------------------------------------------------------


def _grid(found: Week, scale: Scale, asked: Asked) -> str:
    lang = asked.lang
    columns = {slot: number for number, slot in enumerate(found.slots, 2)}
    end, foot = len(columns) + 2, 9
    parts = [_head(slot, 1, column) for slot, column in columns.items()]
    parts.append(_place("span", "h", 1, end, escape(text("qh.sum.day", lang))))
    for weekday in range(7):
        parts.append(_place("span", "w", weekday + 2, 1, escape(text(f"qh.day.{weekday}", lang))))
        for slot, column in columns.items():
            at = Cell(weekday, slot)
            parts.append(_cell(found, found.cells[at], scale, at, weekday + 2, column, asked))
        parts.append(_sum(found, found.by_weekday[weekday], weekday + 2, end, "sum", lang))
    parts.append(_place("span", "w", foot, 1, escape(text("qh.sum.week", lang))))
    parts += (
        _sum(found, found.by_slot[slot], foot, column, "foot", lang) for slot, column in columns.items()
    )
    parts.append(_sum(found, found.all, foot, end, "sum foot", lang))
    grid = f'<div class="qh-heat" style="--n:{len(columns)}">{"".join(parts)}</div>'
    return f'<div class="qh-wide">{grid}</div>'


def _head(slot: int, row: int, column: int) -> str:
    return _place("span", "h", row, column, clock(slot) if slot % 2 == 0 else clock(slot)[2:])


def _place(tag: str, kind: str, row: int, column: int, inner: str, more: str = "") -> str:
    return f'<{tag} class="{kind}" style="--d:{row};--s:{column}" {more}>{inner}</{tag}>'


def _cell(found: Week, spot: Spot, scale: Scale, at: Cell, row: int, column: int, asked: Asked) -> str:
    lang = asked.lang
    words = escape(f"{cell_words(at, lang)} · {_told(found.measure, spot, lang)}")
    if spot.result.value is None and not spot.offered:
        return _place("span", "c none", row, column, DASH, f'title="{words}"')
    kind = spot.light if spot.light in ("missed", "near") else _tint(spot, scale)
    opened = 'aria-current="true"' if st.query_params.get("cell") == str(at) else ""
    link = f'href="{asked.address({"cell": str(at)})}" target="_self"'
    link += f' title="{words}" aria-label="{words}" {opened}'
    return _place("a", f"c {kind}", row, column, _inner(found.measure, spot), link)


def _tint(spot: Spot, scale: Scale) -> str:
    value = spot.result.value
    return "none" if value is None else f"qh-tint{scale.step(value)}"


def _inner(what: Measure, spot: Spot) -> str:
    """The value, and below it what it rests on."""
    if what.kpi is None:
        return f"<span>{mean_count(spot.result.value)}</span><i>×{spot.days}</i>"
    value = short_share(spot.result.value, what.bound)
    return f"<span>{value}</span><i>{spot.result.n or 0}</i>"


def _sum(found: Week, spot: Spot, row: int, column: int, kind: str, lang: Lang) -> str:
    words = escape(_told(found.measure, spot, lang))
    bad = f" {spot.light}" if spot.light in ("missed", "near") else ""
    if spot.result.value is None:
        return _place("span", f"c none {kind}", row, column, DASH, f'title="{words}"')
    return _place("span", f"c {kind}{bad}", row, column, _inner(found.measure, spot), f'title="{words}"')


def _told(what: Measure, spot: Spot, lang: Lang) -> str:
    """A cell in a sentence: days, calls, value, and what was divided by what."""
    words = [text("qh.tip.days", lang, n=spot.days), text("qh.tip.offered", lang, n=spot.offered)]
    if what.kpi is None:
        words.append(text("qh.tip.mean", lang, n=mean_count(spot.result.value)))
        return " · ".join(words)
    name = what.kpi.zh if lang == "zh" else what.kpi.en
    told = f"{name} {share(spot.result.value)}"
    if spot.result.value is not None:
        told += text("qh.tip.parts", lang, over=f"{spot.result.over:.0f}", under=f"{spot.result.under:.0f}")
    words.append(told)
    if spot.light != "none":
        words.append(f"{bound_words(what.bound, lang)} {text(f'qh.light.{spot.light}', lang)}")
    return " · ".join(words)


# -- the key -----------------------------------------------------------------------------------------


def _scale(found: Week) -> Scale:
    """Steps over what is drawn with a ground: what misses its target has none."""
    drawn = [spot for spot in found.cells.values() if spot.light not in ("missed", "near")]
    values = [spot.result.value for spot in drawn if spot.result.value is not None]
    name = found.measure.name
    return history_scale.scale(values, _GRAIN[name], from_zero=name != "service_level")


def _key(found: Week, scale: Scale, lang: Lang) -> str:
    edges = scale.edges()
    of_share = found.measure.kpi is not None
    parts = []
    for step in range(history_scale.STEPS):
        low, high = (f"{edge * 100:g}" if of_share else f"{edge:g}" for edge in edges[step : step + 2])
        unit = "%" if of_share else ""
        parts.append(f'<span><b class="qh-tint{step}"></b>{low}–{high}{unit}</span>')
    lights = {spot.light for spot in found.cells.values()}
    for bad in ("near", "missed"):
        if bad in lights:
            mark = MARKS[bad]
            parts.append(f'<span><b class="{bad}">{mark}</b>{escape(text(f"qh.light.{bad}", lang))}</span>')
    parts.append(f"<span><b>{DASH}</b>{escape(text('qh.key.none', lang))}</span>")
    below = text("qh.key.below.days" if not of_share else "qh.key.below.calls", lang)
    parts.append(f"<span>{escape(below)}</span>")
    return f'<div class="qh-key">{"".join(parts)}</div>'


# -- the file ----------------------------------------------------------------------------------------


def _excel(found: Week, lang: Lang) -> bytes:
    """One sheet as it is drawn, one with a row a cell."""
    name = found.measure.name
    days = [text(f"qh.day.{weekday}", lang) for weekday in range(7)]
    drawn: list[list[Value]] = [
        [
            slot_words(slot),
            *(found.cells[Cell(d, slot)].result.value for d in range(7)),
            found.by_slot[slot].result.value,
        ]
        for slot in found.slots
    ]
    whole = text("qh.sum.week", lang)
    total = [found.by_weekday[d].result.value for d in range(7)]
    drawn.append([text("qh.sum.day", lang), *total, found.all.result.value])
    names = ("weekday", "slot", "days", "offered", "over", "under", "value")
    rows = [_line(at, spot, lang) for at, spot in sorted(found.cells.items())]
    header = [text(f"qh.col.{column}", lang) for column in names]
    title = text(f"qh.metric.{name}", lang)
    return book_bytes(
        [
            (title, [text("qh.col.slot", lang), *days, whole], drawn),
            (text("qh.sheet.cells", lang), header, rows),
        ]
    )


def _line(at: Cell, spot: Spot, lang: Lang) -> list[Value]:
    found = spot.result
    return [
        text(f"qh.day.{at.weekday}", lang),
        slot_words(at.slot),
        spot.days,
        spot.offered,
        found.over,
        found.under,
        found.value,
    ]
