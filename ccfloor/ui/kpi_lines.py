"""The table of KPIs: one line each, in groups; then those whose data are missing, and which data."""

from collections.abc import Iterable
from html import escape
from itertools import groupby

import streamlit as st

from ccfloor.kpi.model import Kpi
from ccfloor.service import runtime
from ccfloor.service.kpi_month import KpiTable, Line
from ccfloor.service.reports.material import target
from ccfloor.ui import qa_links
from ccfloor.ui.access_kit import may_open
from ccfloor.ui.kpi_causes import cause_text
from ccfloor.ui.kpi_words import (
    bound_text,
    difference,
    formula_text,
    light_mark,
    missing_text,
    name_text,
    value_text,
    valued,
    variant_text,
)
from ccfloor.ui.links import address, page_address
from ccfloor.ui.report_chart import trend
from ccfloor.ui.report_html import picture
from ccfloor.ui.report_words import Words
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import text
from ccfloor.ui.tokens import Theme

_TREND = (160.0, 22.0)
_HEAD = ("offered", "answered", "abandoned", "service_level", "abandon_rate", "asa", "aht")


def show(seen: Look, words: Words, table: KpiTable) -> None:
    """Draw the table."""
    known = [line for line in table.lines if line.result.value is not None or not line.result.missing]
    lost = [line for line in table.lines if line.result.value is None and line.result.missing]
    if any(line.result.value for line in known):
        head = _header(words, table)
        rows = "".join(
            _group(words, table, group, some, seen.theme, len(head)) for group, some in _groups(known)
        )
        cells = "".join(f'<th class="{kind}">{escape(name)}</th>' for name, kind in head)
        st.html(f'<div class="cp kp"><div class="kp-wide"><table><tr>{cells}</tr>{rows}</table></div></div>')
    else:
        st.caption(text("kpi.nothing", words.lang))
    _missing(words, lost)


def short(words: Words, table: KpiTable) -> None:
    """The great numbers of a half hour in one line."""
    lines = [line for name in _HEAD if (line := table.line(name)) is not None]
    cells = [
        f"<td class=v>{valued(line.kpi, line.result, line.light)}</td>"
        for line in lines
        if not line.result.missing
    ]
    names = [
        f"<th>{escape(name_text(line.kpi, words.lang))}</th>" for line in lines if not line.result.missing
    ]
    st.html(
        f'<div class="cp kp kp-wide"><table><tr>{"".join(names)}</tr><tr>{"".join(cells)}</tr></table></div>'
    )


def chosen(table: KpiTable) -> Line | None:
    """The KPI whose course is drawn: the URL's, else the service level, else the first with a value."""
    asked = str(st.query_params.get("kpi", ""))
    known = [line for line in table.lines if line.result.value is not None]
    for name in (asked, "service_level", "aht"):
        if found := next((line for line in known if line.kpi.id == name), None):
            return found
    return known[0] if known else None


def _groups(lines: Iterable[Line]) -> Iterable[tuple[str, list[Line]]]:
    """Group → its lines; groups in the order in which the catalogue first names them."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.kpi.group, []).append(line)
    return found.items()


def _header(words: Words, table: KpiTable) -> list[tuple[str, str]]:
    part = table.period.part
    before = text(f"kpi.before.{part}", words.lang)
    drawn = text("kpi.by.day" if part == "day" else "kpi.by.month", words.lang)
    names = [("kpi", "l"), ("target", "m0"), ("value", ""), ("light", "l")]
    found = [(text(f"kpi.col.{name}", words.lang), kind) for name, kind in names]
    found.append((before, ""))
    if _last_year(table):
        found.append((text("kpi.col.year", words.lang), "m0"))
    return [*found, (drawn, "m0")]


def _last_year(table: KpiTable) -> bool:
    """Whether anything is known of the same period last year."""
    return any(line.year_ago is not None and line.year_ago.value is not None for line in table.lines)


def _group(words: Words, table: KpiTable, group: str, lines: list[Line], theme: Theme, columns: int) -> str:
    name = escape(text(f"definitions.group.{group}", words.lang))
    on = chosen(table)
    rows = "".join(_row(words, table, line, theme, columns, line is on) for line in lines)
    return f'<tr class="g"><td colspan="{columns}">{name}</td></tr>{rows}'


def _row(words: Words, table: KpiTable, line: Line, theme: Theme, columns: int, on: bool) -> str:
    kpi, lang = line.kpi, words.lang
    way = variant_text(kpi, line.variant, lang)
    small = f"<small>{escape(way)}</small>" if way else ""
    if way := qa_links.down(kpi.id, table.scope, table.period, lang):
        small += f"<small>{way}</small>"
    formula = escape(formula_text(kpi, line.variant, lang), quote=True)
    called = f"<b>{escape(name_text(kpi, lang))}</b>"
    name = f'<a href="{address({"kpi": kpi.id})}#course" target="_self" title="{formula}">{called}</a>'
    bound = escape(bound_text(words, kpi, line.bound, line.origin))
    aimed = f'<small class="ph">{bound}</small>' if line.bound else ""  # where its column has no room
    cells = [
        f'<td class="l">{name}{small}</td>',
        f'<td class="m0">{bound}</td>',
        f'<td class="v">{_value(kpi, line)}</td>',
        f'<td class="l">{light_mark(line.light, lang)}{aimed}</td>',
        f"<td>{escape(difference(kpi, line.result, line.before, table.fair))}</td>",
    ]
    if _last_year(table):
        cells.append(
            f'<td class="m0">{escape(difference(kpi, line.result, line.year_ago, table.fair_year))}</td>'
        )
    cells.append(f'<td class="m0">{_trend(words, line, theme)}</td>')
    return f'<tr class="{"on" if on else ""}">{"".join(cells)}</tr>{_why(words, line, columns)}'


def _value(kpi: Kpi, line: Line) -> str:
    light = line.light if line.light in ("near", "missed") else "none"
    zero = " class=zero" if line.result.value == 0 else ""
    return f'<span class="kp-{light}"><span{zero}>{escape(value_text(kpi, line.result.value))}</span></span>'


def _trend(words: Words, line: Line, theme: Theme) -> str:
    values = [part.value for part in line.parts]
    shapes = trend(values, target(line.bound, line.origin), *_TREND)
    return picture(shapes, *_TREND, theme) if shapes else ""


def _why(words: Words, line: Line, columns: int) -> str:
    """What to look into, under a number that misses its target."""
    if not line.causes:
        return ""
    said = "；" if words.lang == "zh" else "; "
    told = said.join(cause_text(cause, words.lang) for cause in line.causes)
    sentence = text("kpi.why", words.lang, causes=told)
    return f'<tr><td class="l kp-why" colspan="{columns}">{escape(sentence)}</td></tr>'


def _missing(words: Words, lines: list[Line]) -> None:
    """KPIs that wait for data, by what they wait for; never a 0."""
    if not lines:
        return
    if not runtime.service().viewer(words.lang).whole:
        st.caption(text("kpi.missing.mine", words.lang))
    told = sorted(
        (missing_text(words, line.result.missing), name_text(line.kpi, words.lang)) for line in lines
    )
    comma = words.say("comma")
    pairs = (
        (why, comma.join(name for _, name in some)) for why, some in groupby(told, key=lambda pair: pair[0])
    )
    rows = "".join(
        f'<tr><td class="l">{escape(why)}</td><td class="l">{escape(n)}</td></tr>' for why, n in pairs
    )
    heads = "".join(f'<th class="l">{escape(words.say(f"col.{name}"))}</th>' for name in ("missing", "kpis"))
    there = escape(text("kpi.to_imports", words.lang))
    to_imports = f'<p><a href="{page_address("imports", {})}" target="_self">{there}</a></p>'
    link = to_imports if may_open("imports") else ""
    title = escape(text("kpi.missing", words.lang, n=len(lines)))
    st.html(
        f'<div class="cp kp"><details><summary>{title}</summary>'
        f'<div class="kp-wide"><table><tr>{heads}</tr>{rows}</table></div>{link}</details></div>'
    )
