"""The two charts of the page Today: calls, and seats; half hours stand evenly, values are steps.

What was expected is dotted, what came is solid. A filled block is a whole seat that is missing now or later:
it asks for a hand. What is tried by the sliders has its own line beside.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from ccfloor.service.staffing_today.sheet import Line, Sheet
from ccfloor.ui import today_words
from ccfloor.ui.texts import Lang, text
from ccfloor.ui.tokens import COLOURS, Theme, plotly_template

_HEIGHT = 300
_LINE_PX = 16
_TICKS = 14


class _Label(NamedTuple):
    y: float
    words: str
    colour: str
    bold: bool = False


class _Course(NamedTuple):
    """A line of steps. ``of``: its value in a half hour, None where it has none."""

    of: Callable[[Line], float | None]
    words: str
    colour: str
    dash: str = "solid"
    width: float = 1.5
    bold: bool = False


def calls_chart(made: Sheet, lines: Sequence[Line], theme: Theme, zone: str, lang: Lang) -> go.Figure:
    """Calls expected with their band, and calls that came. ``lines``: the half hours to show."""
    colour, chart = COLOURS[theme], go.Figure()
    _band(chart, lines, colour["raise"])
    courses = [
        _Course(lambda line: line.half.mean, text("today.line.forecast", lang), colour["ink2"], "dot"),
        _Course(_came, text("today.line.came", lang), colour["ink"], width=2.5, bold=True),
    ]
    if made.what.volume != 1:
        factor = made.what.volume
        courses.append(
            _Course(
                lambda line: _if_more(line, factor),
                text("today.line.if", lang),
                colour["after"],
                "dash",
            )
        )
    _courses(chart, lines, courses)
    _so_far(chart, lines, colour["ink"])
    most = max((max(line.half.high or 0.0, line.half.actual or 0) for line in lines), default=1.0)
    _finish(chart, made, lines, courses, most, theme, zone, lang)
    return chart


def seats_chart(made: Sheet, lines: Sequence[Line], theme: Theme, zone: str, lang: Lang) -> go.Figure:
    """Seats needed, at work and planned; where a whole one is missing now or later a filled block."""
    colour, chart = COLOURS[theme], go.Figure()
    courses = [
        _Course(lambda line: line.half.needed, text("today.line.needed", lang), colour["ink"], bold=True),
        _Course(
            lambda line: line.half.present, text("today.line.present", lang), colour["contact"], width=2.5
        ),
    ]
    if any(line.half.due is not None for line in lines):
        due = text("today.line.planned", lang)
        courses.append(_Course(lambda line: line.half.due, due, colour["away"], "dash"))
    if made.what.changes:
        if_so = text("today.line.if", lang)
        courses.append(_Course(_changed, if_so, colour["after"], "dash"))
    _missing(chart, lines, colour["over"])
    _courses(chart, lines, courses)
    values = [value for line in lines for one in courses if (value := one.of(line)) is not None]
    _finish(chart, made, lines, courses, max(values, default=1.0), theme, zone, lang)
    return chart


def _came(line: Line) -> float | None:
    return float(line.half.actual) if line.state == "over" and line.half.actual is not None else None


def _if_more(line: Line, factor: float) -> float | None:
    return None if line.state == "over" or line.half.mean is None else line.half.mean * factor


def _changed(line: Line) -> float | None:
    return None if line.changed is None else float(line.changed)


# -- parts -------------------------------------------------------------------------------------------


def _corners(values: Sequence[float | None]) -> tuple[list[float], list[float | None]]:
    """Steps as corner points: each value from its half hour's left edge to its right one."""
    x = [edge for place in range(len(values)) for edge in (float(place), place + 1.0)]
    return x, [value for value in values for _ in range(2)]


def _band(chart: go.Figure, lines: Sequence[Line], colour: str) -> None:
    lines = [line for line in lines if line.half.low is not None]
    x, low = _corners([line.half.low for line in lines])
    _, high = _corners([line.half.high for line in lines])
    chart.add_trace(
        go.Scatter(
            x=[*x, *reversed(x)],
            y=[*low, *reversed(high)],
            fill="toself",
            fillcolor=colour,
            line={"width": 0},
            mode="lines",
            hoverinfo="skip",
        )
    )


def _courses(chart: go.Figure, lines: Sequence[Line], courses: Sequence[_Course]) -> None:
    for one in courses:
        x, y = _corners([one.of(line) for line in lines])
        line = {"color": one.colour, "width": one.width, "dash": one.dash}
        chart.add_trace(go.Scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", connectgaps=False))


def _so_far(chart: go.Figure, lines: Sequence[Line], colour: str) -> None:
    """The half hour that runs has come so far only: a hollow sign, no step."""
    for place, line in enumerate(lines):
        if line.state == "running" and line.half.actual is not None:
            marker = {"symbol": "square-open", "size": 9, "color": colour, "line": {"width": 2}}
            at, came = [place + 0.5], [line.half.actual]
            chart.add_trace(go.Scatter(x=at, y=came, mode="markers", marker=marker, hoverinfo="skip"))


def _missing(chart: go.Figure, lines: Sequence[Line], colour: str) -> None:
    for place, line in enumerate(lines):
        if line.act:
            half = line.half
            there = half.due if line.state == "ahead" else half.present
            edges = {"x0": place, "x1": place + 1, "y0": there or 0.0, "y1": half.needed}
            chart.add_shape(type="rect", fillcolor=colour, line_width=0, layer="below", **edges)


def _finish(
    chart: go.Figure,
    made: Sheet,
    lines: Sequence[Line],
    courses: Sequence[_Course],
    most: float,
    theme: Theme,
    zone: str,
    lang: Lang,
) -> None:
    """Axes, the mark of now, labels at the right end, and what a half hour says."""
    colour = COLOURS[theme]
    top = max(1.0, most) * 1.08
    chart.add_trace(
        go.Scatter(
            x=[place + 0.5 for place in range(len(lines))],
            y=[top / 2] * len(lines),
            mode="markers",
            marker={"size": 1, "color": colour["ground"]},
            customdata=[today_words.hover(line, zone, lang) for line in lines],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    shown = _hours(lines, zone)
    chart.update_layout(
        template=go.layout.Template(plotly_template(theme)),
        height=_HEIGHT,
        hovermode="closest",
        hoverdistance=-1,
        margin={"l": 44, "r": 96, "t": 26, "b": 28},
    )
    hours = [today_words.clock(lines[place].half.start, zone)[:2] for place in shown]
    chart.update_xaxes(range=[0, len(lines)], tickvals=shown, ticktext=hours, tickangle=0, fixedrange=True)
    chart.update_yaxes(range=[0, top], tickformat=",d", fixedrange=True)
    _now(chart, made, lines, zone, colour["ink2"], lang)
    _labels(chart, lines, courses, top)


def _hours(lines: Sequence[Line], zone: str) -> list[int]:
    """Where hours begin, so few that their names do not touch on a narrow screen."""
    whole = [at for at, line in enumerate(lines) if today_words.clock(line.half.start, zone).endswith(":00")]
    return [at for at in whole[:: max(1, -(-len(whole) // _TICKS))] if at > 0]


def _now(chart: go.Figure, made: Sheet, lines: Sequence[Line], zone: str, colour: str, lang: Lang) -> None:
    for place, line in enumerate(lines):
        if line.state == "running":
            at = place + (made.at - line.half.start) / (line.half.end - line.half.start)
            chart.add_shape(
                type="line", x0=at, x1=at, y0=0, y1=1, yref="paper", line={"color": colour, "width": 1}
            )
            chart.add_annotation(
                x=at,
                y=1,
                yref="paper",
                yshift=9,
                text=text("today.now", lang, at=today_words.clock(made.at, zone)),
                showarrow=False,
                font={"size": 12, "color": colour},
            )


def _labels(chart: go.Figure, lines: Sequence[Line], courses: Sequence[_Course], top: float) -> None:
    """Each line's name at the right, at its last value, moved apart where names would touch."""
    room = _HEIGHT - 54
    unit, upto = top / room, float("-inf")
    found = []
    for one in courses:
        values = [value for line in lines if (value := one.of(line)) is not None]
        if values:
            found.append(_Label(values[-1], one.words, one.colour, one.bold))
    for label in sorted(found, key=lambda one: one.y):
        y = upto = max(label.y, upto + _LINE_PX * unit)
        chart.add_annotation(
            x=1,
            xref="paper",
            y=y,
            text=f"<b>{label.words}</b>" if label.bold else label.words,
            showarrow=False,
            xanchor="left",
            xshift=6,
            font={"size": 12, "color": label.colour},
        )
