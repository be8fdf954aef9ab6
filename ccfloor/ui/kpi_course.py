"""Below the table of KPIs: the course of one of them, the parts to go down into, the members of the scope."""

from html import escape

import plotly.graph_objects as go
import streamlit as st

from ccfloor.kpi.model import Bound, Kpi
from ccfloor.kpi.period import Period, day_numbers
from ccfloor.kpi.scope import SITE, Kind, Scope
from ccfloor.service import runtime
from ccfloor.service.kpi_month import Cell, KpiTable, Line, Row, members, part_rows
from ccfloor.ui import charts, team_moves
from ccfloor.ui.kpi_lines import chosen
from ccfloor.ui.kpi_words import formula_text, name_text, value_text, valued, variant_text
from ccfloor.ui.links import address, page_address
from ccfloor.ui.report_words import DASH, Words
from ccfloor.ui.scope_words import scope_name
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import as_written, text
from ccfloor.ui.tokens import COLOURS, Theme, plotly_template

_HEIGHT = 260
_TICKS = 8  # as many dates as stand side by side on a phone
BELOW: dict[str, tuple[Kind, ...]] = {"site": ("queue", "team", "agent"), "team": ("agent",)}


def show(seen: Look, words: Words, table: KpiTable) -> None:
    """Draw what the URL asks for."""
    if table.scope.kind in ("team", "agent"):
        team_moves.show(table.scope, _days_of(table), words.lang)
    line = chosen(table)
    if line is None:
        return
    _one(seen.theme, words, table, line)
    _parts(words, table)
    _members(words, table)


# -- one KPI -----------------------------------------------------------------------------------------


def _one(theme: Theme, words: Words, table: KpiTable, line: Line) -> None:
    kpi, lang = line.kpi, words.lang
    st.subheader(as_written(name_text(kpi, lang)), anchor="course")
    way = variant_text(kpi, line.variant, lang)
    said = [*([way] if way else []), formula_text(kpi, line.variant, lang)]
    version = text(
        "kpi.version", lang, n=kpi.version, source=kpi.source.zh if lang == "zh" else kpi.source.en
    )
    st.caption(as_written(" · ".join([*said, version])))
    if any(part.value is not None for part in line.parts):
        charts.show(_figure(theme, words, table, line), "kpi-course")
    if table.scope.kind in ("agent", "team"):
        where = {"scope": str(table.scope), "kpi": kpi.id, "period": table.period.name}
        label = escape(text("kpi.to_trend", lang))
        st.html(
            f'<div class="cp kp"><a href="{page_address("agents", where)}" target="_self">{label}</a></div>'
        )


def _figure(theme: Theme, words: Words, table: KpiTable, line: Line) -> go.Figure:
    """Counts as bars, everything else as a line; misses marked by a triangle."""
    kpi, colour = line.kpi, COLOURS[theme]
    values = [part.value for part in line.parts]
    names = [_part_name(words, part) for part in table.parts]
    hover = [f"{name}  {value_text(kpi, value)}" for name, value in zip(names, values, strict=True)]
    place = list(range(len(values)))
    if kpi.unit == "n":
        drawn = go.Bar(x=place, y=values, marker_color=colour["contact"], hovertext=hover, hoverinfo="text")
        figure = go.Figure(drawn)
    else:
        missed = [value is not None and _misses(line.bound, value) for value in values]
        marks = {
            "symbol": ["triangle-up" if one else "circle" for one in missed],
            "color": [colour["over"] if one else colour["ink"] for one in missed],
            "size": [11 if one else 6 for one in missed],
            "opacity": 1,
        }
        style = {"color": colour["ink2"], "width": 1.5}
        figure = go.Figure(
            go.Scatter(
                x=place,
                y=values,
                mode="lines+markers",
                line=style,
                marker=marks,
                hovertext=hover,
                hoverinfo="text",
            )
        )
    figure.update_layout(
        template=go.layout.Template(plotly_template(theme)), height=_HEIGHT, hovermode="closest"
    )
    step = -(-len(names) // _TICKS)
    figure.update_xaxes(
        tickvals=place[::step],
        ticktext=names[::step],
        tickangle=0,
        range=[-0.6, len(names) - 0.4],
        zeroline=False,
    )
    _axis(figure, kpi, values)
    _target(figure, kpi, line.bound, colour)
    return figure


def _misses(bound: Bound | None, value: float) -> bool:
    if bound is None:
        return False
    low = bound.at_least is not None and value < bound.at_least
    return low or (bound.at_most is not None and value > bound.at_most)


def _axis(figure: go.Figure, kpi: Kpi, values: list[float | None]) -> None:
    """The axis in the KPI's unit; counts begin at 0."""
    if kpi.unit == "%":
        figure.update_yaxes(tickformat=".0%")
    elif kpi.unit == "s":
        known = [value for value in values if value is not None]
        top = max(known, default=1.0)
        step = next((s for s in (5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600) if top / s <= 6), 7200)
        ticks = [step * index for index in range(int(top // step) + 2)]
        figure.update_yaxes(tickvals=ticks, ticktext=[value_text(kpi, tick) for tick in ticks])
    if kpi.unit in ("n", "s"):
        figure.update_yaxes(rangemode="tozero")


def _target(figure: go.Figure, kpi: Kpi, bound: Bound | None, colour: dict[str, str]) -> None:
    for edge in (bound.at_least, bound.at_most) if bound else ():
        if edge is not None:
            figure.add_hline(y=edge, line={"color": colour["ink2"], "width": 1, "dash": "dash"})
            label = {"text": value_text(kpi, edge), "xref": "paper", "x": 1, "xanchor": "left", "y": edge}
            figure.add_annotation(**label, showarrow=False, font={"color": colour["ink2"], "size": 12})


def _part_name(words: Words, part: Period) -> str:
    local = words.local(part.start)
    return local.strftime("%H:%M") if part.part == "halfhour" else local.strftime("%m-%d")


# -- down --------------------------------------------------------------------------------------------


def _parts(words: Words, table: KpiTable) -> None:
    """The days of a month, the half hours of a day: each a link to itself."""
    rows = [(part, cells) for part, cells in part_rows(runtime.service(), table) if _any(cells)]
    if not rows:
        return
    day = table.period.part == "day"
    st.subheader(text("kpi.halfhours" if day else "kpi.days", words.lang), anchor="parts")
    head = [text("kpi.col.halfhour" if day else "kpi.col.day", words.lang)]
    shown = [
        index for index in range(len(rows[0][1])) if any(not cells[index].result.missing for _, cells in rows)
    ]
    head += [name_text(rows[0][1][index].kpi, words.lang) for index in shown]
    body = [[_part_link(words, part), *(_cell(cells[index]) for index in shown)] for part, cells in rows]
    _table(head, body, text("kpi.parts_note", words.lang))


def _any(cells: tuple[Cell, ...]) -> bool:
    return any(cell.result.value for cell in cells)


def _part_link(words: Words, part: Period) -> str:
    name = _part_name(words, part)
    if part.part == "day":
        name = f"{name} {words.weekday(part.day)}"
    where = address({"period": part.name, "month": "", "which": "", "after": ""})
    return f'<a href="{where}" target="_self" data-period="{escape(part.name)}">{escape(name)}</a>'


def _cell(cell: Cell) -> str:
    if cell.result.value is None:
        return DASH
    return valued(cell.kpi, cell.result, cell.light)


def _members(words: Words, table: KpiTable) -> None:
    """Queues, teams, agents of the scope: each a link to its own figures."""
    kinds = BELOW.get(table.scope.kind, ())
    if not kinds:
        return
    lang = words.lang
    asked = str(st.query_params.get("below", ""))
    kind: Kind = next((one for one in kinds if one == asked), kinds[0])
    st.subheader(text("kpi.members", lang), anchor="members")
    links = [_kind_link(one, one == kind, words) for one in kinds]
    st.html(f'<div class="cp kp-bar">{"".join(links)}</div>')
    service = runtime.service()
    found = members(service, service.viewer(lang), table.period, kind, table.scope)
    if not found:
        st.caption(text("kpi.nobody", lang))
        return
    shown = [
        index
        for index in range(len(found[0].cells))
        if any(not row.cells[index].result.missing for row in found)
    ]
    head = [text(f"kpi.col.{kind}", lang), *(name_text(found[0].cells[index].kpi, lang) for index in shown)]
    body = [[_member_link(words, row), *(_cell(row.cells[index]) for index in shown)] for row in found]
    _table(head, body, "")
    if table.scope == SITE and kind != "queue":
        team_moves.show(SITE, _days_of(table), lang)


def _days_of(table: KpiTable) -> tuple[int, int]:
    return day_numbers(runtime.service().config, table.period)


def _kind_link(kind: Kind, on: bool, words: Words) -> str:
    name = escape(text(f"kpi.below.{kind}", words.lang))
    return (
        f"<b>{name}</b>" if on else f'<a href="{address({"below": kind})}#members" target="_self">{name}</a>'
    )


def _member_link(words: Words, row: Row) -> str:
    name = escape(_name(words, row.scope))
    where = address({"scope": str(row.scope), "below": ""})
    return f'<a href="{where}" target="_self" data-scope="{escape(str(row.scope))}">{name}</a>'


def _name(words: Words, scope: Scope) -> str:
    return scope_name(runtime.service().config, scope, words.lang)


def _table(head: list[str], body: list[list[str]], note: str) -> None:
    """A table whose first column is text; cells are HTML."""
    first, *others = head
    cells = "".join(f"<th>{escape(name)}</th>" for name in others)
    rows = "".join(
        f'<tr><td class="l">{row[0]}</td>{"".join(f"<td>{cell}</td>" for cell in row[1:])}</tr>'
        for row in body
    )
    head_row = f'<tr><th class="l">{escape(first)}</th>{cells}</tr>'
    st.html(
        f'<div class="cp kp"><div class="kp-wide"><table class="even">{head_row}{rows}</table></div></div>'
    )
    if note:
        st.caption(note)
