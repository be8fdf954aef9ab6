"""The charts of trends with Plotly: direct labels, no legend; shape and words beside every colour.

Periods stand evenly along the axis, whether or not anybody worked in them. A value beyond a limit is a solid
triangle, one of a run a hollow ring, one that is still provisional a hollow square.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import plotly.graph_objects as go

from ccfloor.kpi.model import Bound, Kpi
from ccfloor.kpi.result import Result
from ccfloor.kpi.scope import Scope
from ccfloor.kpi.spc import OUTSIDE
from ccfloor.kpi.spread import Bar, Spread
from ccfloor.service.agent_trend import Point, Trend
from ccfloor.ui.kpi_words import value_text
from ccfloor.ui.report_words import span
from ccfloor.ui.texts import Lang, text
from ccfloor.ui.tokens import COLOURS, Theme, plotly_template
from ccfloor.ui.trend_words import band_words, period_name, tick

_TICKS = 10
_SECONDS = (1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 300, 600, 900, 1800, 3600, 7200, 14_400)
_PLAIN = (1.0, 2.0, 2.5, 5.0)
_HEIGHT = 380
_LINE_PX = 16
_WORDS = 30
_DAY_S = 86_400
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
_SIGNS = ("circle", "square", "diamond", "triangle-up", "cross", "x")


class _Label(NamedTuple):
    y: float
    words: str
    colour: str
    bold: bool = False


class Dot(NamedTuple):
    """One of the things that a period's value is the mean of. ``words``: what is said of it, as HTML."""

    at: float  # UTC epoch seconds
    value: float
    words: str


def control_chart(
    made: Trend, theme: Theme, lang: Lang, height: int = _HEIGHT, dots: Sequence[Dot] = ()
) -> go.Figure:
    """The trend of one scope: its line, the team's band, limits, target, events; behind it its dots."""
    colour, chart = COLOURS[theme], go.Figure()
    _band(chart, made, colour)
    low, high = reach([made], [dot.value for dot in dots])
    _dots(chart, made, dots, colour)
    labels = [*_limits(chart, made, colour, lang), *_target(chart, made, colour, lang, low, high)]
    labels += _median(chart, made, colour, lang)
    _line(chart, made, colour, lang)
    _events(chart, made, colour, lang)
    _dress(chart, [point.period for point in made.points], theme, height)
    _value_axis(chart, made.kpi, low, high, lang)
    _labels(chart, labels, low, high, height)
    return chart


def reach(trends: Sequence[Trend], more: Sequence[float] = ()) -> tuple[float, float]:
    """From where to where the values, limits, bands and near targets of trends go, with a little air."""
    found: list[float] = list(more)
    for made in trends:
        found += [p.result.value for p in made.points if p.result.value is not None]
        found += [edge for p in made.points if p.band for edge in (p.band.low, p.band.high)]
        found += [edge for one in made.limits for edge in (one.lower, one.upper)]
    wide = (max(found) - min(found)) if found else 0.0
    for edge in {edge for made in trends for edge in _edges(made.bound)}:
        if not found or min(found) - wide <= edge <= max(found) + wide:  # a far one would flatten the rest
            found.append(edge)
    return padded(found, trends[0].kpi if trends else None)


def padded(values: Sequence[float], kpi: Kpi | None) -> tuple[float, float]:
    """A range around values; counts begin at 0, shares end at 1."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    air = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
    bottom = 0.0 if kpi is not None and kpi.unit in ("n", "n/h") else max(0.0, low - air)
    top = min(1.0, high + air) if kpi is not None and kpi.unit == "%" and high <= 1 else high + air
    return bottom, max(top, bottom + air) if high <= bottom else top + (air / 3 if top == high else 0)


def _edges(bound: Bound | None) -> list[float]:
    return [e for e in (bound.at_least, bound.at_most) if e is not None] if bound else []


# -- parts -------------------------------------------------------------------------------------------


def _band(chart: go.Figure, made: Trend, colour: dict[str, str]) -> None:
    """The middle half of the team; broken where there is none."""
    for some in _runs([point.band is not None for point in made.points]):
        bands = [(at, made.points[at].band) for at in some]
        low = [band.low for _, band in bands if band]
        high = [band.high for _, band in bands if band]
        x = [float(at) for at, _ in bands]
        if len(x) == 1:
            x, low, high = [x[0] - 0.4, x[0] + 0.4], low * 2, high * 2
        chart.add_trace(
            go.Scatter(
                x=[*x, *reversed(x)],
                y=[*low, *reversed(high)],
                fill="toself",
                fillcolor=colour["raise"],
                line={"width": 0},
                mode="lines",
                hoverinfo="skip",
            )
        )


def _dots(chart: go.Figure, made: Trend, dots: Sequence[Dot], colour: dict[str, str]) -> None:
    """Small hollow rings, each where it lies in its period."""
    known = [(at, dot) for dot in dots if (at := _within(made, dot.at)) is not None]
    if known:
        chart.add_trace(
            go.Scatter(
                x=[at for at, _ in known],
                y=[dot.value for _, dot in known],
                mode="markers",
                marker={"symbol": "circle-open", "size": 6, "color": colour["contact"], "opacity": 1},
                customdata=[dot.words for _, dot in known],
                hovertemplate="%{customdata}<extra></extra>",
                cliponaxis=False,
            )
        )


def _within(made: Trend, at: float) -> float | None:
    """Where on the axis an instant lies; None outside all periods."""
    for place, point in enumerate(made.points):
        if point.period.start <= at < point.period.end:
            return place - 0.4 + 0.8 * (at - point.period.start) / (point.period.end - point.period.start)
    return None


def _runs(there: Sequence[bool]) -> list[list[int]]:
    found: list[list[int]] = []
    for at, known in enumerate(there):
        if known and (at == 0 or not there[at - 1]):
            found.append([])
        if known:
            found[-1].append(at)
    return found


def _median(chart: go.Figure, made: Trend, colour: dict[str, str], lang: Lang) -> list[_Label]:
    known = [p.band.median for p in made.points if p.band and not p.provisional]
    if not known:
        return []
    line = {"color": colour["ink3"], "width": 1.5, "dash": "dot"}
    middle = [p.band.median if p.band else None for p in made.points]
    chart.add_trace(
        go.Scatter(x=list(range(len(middle))), y=middle, line=line, mode="lines", hoverinfo="skip")
    )
    last = known[-1]
    words = text("trend.label.median", lang, value=value_text(made.kpi, last))
    return [_Label(last, words, colour["ink2"])]


def _limits(chart: go.Figure, made: Trend, colour: dict[str, str], lang: Lang) -> list[_Label]:
    labels: list[_Label] = []
    for one in made.limits:
        ends = {"x0": one.first - 0.5, "x1": one.last + 0.5, "type": "line"}
        chart.add_shape(y0=one.centre, y1=one.centre, line={"color": colour["ink3"], "width": 1}, **ends)
        for edge in (one.lower, one.upper):
            dash = {"color": colour["ink2"], "width": 1, "dash": "dash"}
            chart.add_shape(y0=edge, y1=edge, line=dash, **ends)
        if one is made.limits[-1]:
            for name, at in (("upper", one.upper), ("centre", one.centre), ("lower", one.lower)):
                words = text(f"trend.label.{name}", lang, value=value_text(made.kpi, at))
                labels.append(_Label(at, words, colour["ink2"]))
    return labels


def _target(
    chart: go.Figure, made: Trend, colour: dict[str, str], lang: Lang, low: float, high: float
) -> list[_Label]:
    """Lines of the target; of one that lies outside what is drawn an arrow says where."""
    labels = []
    for edge in _edges(made.bound):
        sign = "≥" if made.bound and edge == made.bound.at_least else "≤"
        words = text("trend.label.target", lang, value=f"{sign} {value_text(made.kpi, edge)}")
        if low <= edge <= high:
            line = {"color": colour["away"], "width": 1, "dash": "longdashdot"}
            ends = {"x0": -0.5, "x1": len(made.points) - 0.5, "y0": edge, "y1": edge}
            chart.add_shape(type="line", line=line, **ends)
            labels.append(_Label(edge, words, colour["away"]))
        else:
            at, arrow = (high, "↑") if edge > high else (low, "↓")
            labels.append(_Label(at, f"{words} {arrow}", colour["away"]))
    return labels


def _line(chart: go.Figure, made: Trend, colour: dict[str, str], lang: Lang) -> None:
    beyond = {at for one in made.findings if one.rule in OUTSIDE for at in one.points}
    runs = {at for one in made.findings for at in one.points} - beyond
    signs, paints, sizes = [], [], []
    for at, point in enumerate(made.points):
        sign = "triangle-up" if at in beyond else "circle-open" if at in runs else "circle"
        signs.append("square-open" if point.provisional else sign)
        paints.append(colour["over"] if at in beyond or at in runs else colour["ink"])
        sizes.append(13 if at in beyond else 9 if at in runs or point.provisional else 6)
    chart.add_trace(
        go.Scatter(
            x=list(range(len(made.points))),
            y=[point.result.value for point in made.points],
            mode="lines+markers",
            line={"color": colour["ink"], "width": 1.5},
            marker={
                "symbol": signs,
                "color": paints,
                "size": sizes,
                "opacity": 1,
                "line": {"width": 2, "color": paints},
            },
            connectgaps=True,
            customdata=[_hover(made, point, lang) for point in made.points],
            hovertemplate="%{customdata}<extra></extra>",
            cliponaxis=False,
        )
    )


def _hover(made: Trend, point: Point, lang: Lang) -> str:
    value = value_text(made.kpi, point.result.value)
    count = text("trend.hover.n", lang, n=f"{point.result.n:,}") if point.result.n else ""
    state = text("trend.provisional", lang) if point.provisional else ""
    first = " · ".join(part for part in (f"<b>{value}</b>", count, state) if part)
    lines = [period_name(point.period, lang), first, band_words(made.kpi, point.band, lang)]
    return "<br>".join(line for line in lines if line)


def _events(chart: go.Figure, made: Trend, colour: dict[str, str], lang: Lang) -> None:
    """A line where each event begins, its words above; one that lasts has a bar up to its end."""
    for row, mark in enumerate(made.marks):
        x, end = _place(made, mark.day), _place(made, mark.until + timedelta(days=1))
        line = {"color": colour["contact"], "width": 1}
        chart.add_shape(type="line", x0=x, x1=x, y0=0, y1=1, yref="paper", line=line)
        if mark.until > mark.day:
            bar = {"y0": 0.985, "y1": 1, "yref": "paper", "fillcolor": colour["contact"], "line_width": 0}
            chart.add_shape(type="rect", x0=x, x1=end, **bar)
        chart.add_annotation(
            x=x,
            y=1,
            yref="paper",
            yshift=9 + _LINE_PX * (row % 3),
            text=_plain(f"{text(f'trend.kind.{mark.kind}', lang)} {mark.text}"[:_WORDS]),
            showarrow=False,
            font={"size": 12, "color": colour["contact"]},
            xanchor="left" if x < len(made.points) * 0.7 else "right",
        )


def _place(made: Trend, day: date) -> float:
    """Where on the axis a day begins: within its week or month as far along as it is."""
    firsts = [point.period.day for point in made.points]
    at = bisect_right(firsts, day) - 1
    if at < 0:
        return -0.5
    of = made.points[at].period
    days = max(1, round((of.end - of.start) / _DAY_S))
    return at - 0.5 + min(1.0, (day - of.day).days / days)


def _plain(words: str) -> str:
    """People's texts hold no markup for Plotly."""
    return words.replace("&", "&amp;").replace("<", "&lt;")


# -- axes and labels ---------------------------------------------------------------------------------


def _dress(chart: go.Figure, periods: Sequence[Any], theme: Theme, height: int) -> None:
    step = max(1, -(-len(periods) // _TICKS))
    shown = list(range(0, len(periods), step))
    chart.update_layout(
        template=go.layout.Template(plotly_template(theme)),
        height=height,
        hovermode="closest",
        margin={"l": 56, "r": 128, "t": 18 + 3 * _LINE_PX, "b": 28},
    )
    chart.update_xaxes(
        range=[-0.5, len(periods) - 0.5],
        tickvals=shown,
        ticktext=[tick(periods[at]) for at in shown],
        fixedrange=True,
        zeroline=False,
        automargin=True,
    )


def _value_axis(chart: go.Figure, kpi: Kpi, low: float, high: float, lang: Lang, ticks: int = 5) -> None:
    at = ticks_of(kpi, low, high, ticks)
    chart.update_yaxes(
        range=[low, high], tickvals=at, ticktext=[value_text(kpi, one) for one in at], fixedrange=True
    )


def ticks_of(kpi: Kpi, low: float, high: float, most: int = 5) -> list[float]:
    """Round values of an axis: whole seconds and minutes for durations."""
    wide = (high - low) / most
    if kpi.unit == "s":
        step = float(next((one for one in _SECONDS if one >= wide), _SECONDS[-1]))
    else:
        size = 10.0 ** (len(f"{wide:.0f}") - 1) if wide >= 1 else 10.0 ** -_zeros(wide)
        step = next((size * one for one in (*_PLAIN, 10.0) if size * one >= wide), size * 10)
    first = int(low / step) + (low / step > int(low / step))
    return [round(at * step, 9) for at in range(first, int(high / step + 1e-9) + 1)]


def _zeros(wide: float) -> int:
    count = 0
    while wide < 1 and count < 9:
        wide, count = wide * 10, count + 1
    return count


def _labels(chart: go.Figure, labels: Sequence[_Label], low: float, high: float, height: int) -> None:
    """Labels at the right end, moved apart where they would touch."""
    room = height - 46 - 3 * _LINE_PX
    unit = (high - low) / room if room > 0 and high > low else 1.0
    upto = float("-inf")
    for label in sorted(labels, key=lambda one: one.y):
        y = max(label.y, upto + _LINE_PX * unit)
        upto = y
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


# -- comparison, small multiples, handle times -------------------------------------------------------


def comparison(
    kpi: Kpi,
    periods: Sequence[Any],
    found: dict[Scope, list[Result]],
    names: dict[Scope, str],
    theme: Theme,
    lang: Lang,
) -> go.Figure:
    """Several scopes over the same periods; each line has its own dash and sign, its name at the right."""
    colour, chart = COLOURS[theme], go.Figure()
    paints = [colour[name] for name in ("ink", "contact", "after", "ready", "away", "busy")]
    labels = []
    for index, (scope, results) in enumerate(found.items()):
        paint, sign = paints[index % len(paints)], _SIGNS[index % len(_SIGNS)]
        values = [result.value for result in results]
        words = [f"{names[scope]} {value_text(kpi, value)}" for value in values]
        chart.add_trace(
            go.Scatter(
                x=list(range(len(values))),
                y=values,
                mode="lines+markers",
                line={"color": paint, "width": 1.5, "dash": _DASHES[index % len(_DASHES)]},
                marker={"symbol": sign, "size": 6},
                customdata=[
                    f"{period_name(of, lang)}<br>{said}" for of, said in zip(periods, words, strict=True)
                ],
                hovertemplate="%{customdata}<extra></extra>",
                connectgaps=True,
            )
        )
        known = [value for value in values if value is not None]
        if known:
            labels.append(_Label(known[-1], names[scope], paint, True))
    every = [r.value for results in found.values() for r in results if r.value is not None]
    low, high = padded(every, kpi)
    _dress(chart, periods, theme, _HEIGHT)
    _value_axis(chart, kpi, low, high, lang)
    _labels(chart, labels, low, high, _HEIGHT)
    return chart


def histogram(
    bars: Sequence[Bar], spread: Spread, far: Sequence[float], theme: Theme, lang: Lang
) -> go.Figure:
    """How handle times spread: bars, median, 90th percentile, the fence; each call far out a triangle."""
    colour, chart = COLOURS[theme], go.Figure()
    hover = [
        text("trend.handle.bar", lang, first=span(bar.start), last=span(bar.end), n=f"{bar.calls:,}")
        for bar in bars
    ]
    chart.add_trace(
        go.Bar(
            x=[(bar.start + bar.end) / 2 for bar in bars],
            y=[bar.calls for bar in bars],
            width=[(bar.end - bar.start) * 0.92 for bar in bars],
            marker_color=colour["contact"],
            customdata=hover,
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    end = bars[-1].end if bars else 1.0
    chart.add_trace(
        go.Scatter(
            x=[min(one, end) for one in far],
            y=[0.0 for _ in far],
            mode="markers",
            marker={"symbol": "triangle-up", "size": 10, "color": colour["over"], "opacity": 1},
            customdata=[span(one) for one in far],
            hovertemplate="%{customdata}<extra></extra>",
            cliponaxis=False,
        )
    )
    for row, (key, at) in enumerate((("median", spread.median), ("p90", spread.p90), ("fence", spread.high))):
        if at <= end:
            line = {"color": colour["ink2"], "width": 1, "dash": ("solid", "dash", "dot")[row]}
            chart.add_shape(type="line", x0=at, x1=at, y0=0, y1=1, yref="paper", line=line)
            chart.add_annotation(
                x=at,
                y=1,
                yref="paper",
                yshift=9 + _LINE_PX * row,
                text=text(f"trend.handle.line.{key}", lang, value=span(at)),
                showarrow=False,
                xanchor="left",
                font={"size": 12, "color": colour["ink2"]},
            )
    wide = next((one for one in _SECONDS if end / one <= _TICKS), _SECONDS[-1])
    ticks = [float(wide * index) for index in range(1, int(end / wide) + 1)]
    chart.update_layout(
        template=go.layout.Template(plotly_template(theme)),
        height=300,
        hovermode="closest",
        margin={"t": 18 + 3 * _LINE_PX, "r": 24},
    )
    chart.update_xaxes(range=[0, end], tickvals=ticks, ticktext=[span(one) for one in ticks], fixedrange=True)
    chart.update_yaxes(rangemode="tozero", tickformat=",d", fixedrange=True)
    return chart
