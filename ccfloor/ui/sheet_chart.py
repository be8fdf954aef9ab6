"""The waiting curve of an after-action sheet with Plotly: thresholds, held stretches, dips, event lines."""

import plotly.graph_objects as go

from ccfloor.ui import charts, sheet_curve
from ccfloor.ui.sheet_rows import Words
from ccfloor.ui.tokens import COLOURS, Theme, plotly_template

_DASHES = ("dash", "dot", "dashdot")


def figure(words: Words, theme: Theme) -> go.Figure:
    """The figure, in the page's theme; nothing in it moves."""
    sheet, zone, colour = words.sheet, words.config.zone, COLOURS[theme]
    chart = go.Figure()
    high = sheet_curve.top(sheet)
    for parts, fill in ((sheet.blind, colour["raise"]), (sheet.dips, colour["forgiven"])):
        for start, end in parts:
            x0, x1 = charts.local([start, end], zone)
            chart.add_shape(
                type="rect", x0=x0, x1=x1, y0=0, y1=high, fillcolor=fill, line_width=0, layer="below"
            )
    for outline in sheet_curve.areas(sheet):
        chart.add_trace(
            go.Scatter(
                x=charts.local([at for at, _ in outline], zone),
                y=[value for _, value in outline],
                fill="toself",
                fillcolor=colour["held"],
                line={"width": 0},
                mode="lines",
                hoverinfo="skip",
            )
        )
    corners = list(sheet.curve) + ([(sheet.end, sheet.curve[-1][1])] if sheet.curve else [])
    chart.add_trace(
        go.Scatter(
            x=charts.local([at for at, _ in corners], zone),
            y=[value for _, value in corners],
            line={"shape": "hv", "color": colour["ink"], "width": 1.5},
            mode="lines",
            hovertemplate="%{x|%H:%M:%S} · %{y}<extra></extra>",
        )
    )
    _levels(chart, words, colour)
    _lines(chart, words, colour)
    chart.update_layout(template=go.layout.Template(plotly_template(theme)), height=320, hovermode="closest")
    chart.update_layout(margin={"t": 16 + 16 * sheet_curve.ROWS, "r": 24})
    chart.update_yaxes(range=[0, high], tickformat=",d")
    chart.update_xaxes(range=charts.local([sheet.start, sheet.end], zone))
    return chart


def _levels(chart: go.Figure, words: Words, colour: dict[str, str]) -> None:
    """Each level dashed in its own way, its name at the right end."""
    for index, (level, name) in enumerate(words.sheet.levels):
        dash = _DASHES[min(index, len(_DASHES) - 1)]
        chart.add_hline(
            y=level,
            line={"color": colour["ink2"], "width": 1, "dash": dash},
            annotation={
                "text": f"{name.said(words.lang)} {level:g}",
                "font": {"size": 12, "color": colour["ink2"]},
                "xanchor": "right",
                "yanchor": "bottom",
                "x": 1,
            },
        )


def _lines(chart: go.Figure, words: Words, colour: dict[str, str]) -> None:
    """Event lines with their words."""
    sheet = words.sheet
    said = {kind: words.say(f"line.{kind}") for kind in ("active", "fired", "cleared")}
    found = sheet_curve.lines(sheet, said)
    for line in found:
        (at,) = charts.local([line.at], words.config.zone)
        paint = colour["over"] if line.kind == "fired" else colour["ink"]
        chart.add_shape(
            type="line", x0=at, x1=at, y0=0, y1=1, yref="paper", line={"color": paint, "width": 1}
        )
        chart.add_annotation(
            x=at,
            y=1,
            yref="paper",
            yshift=10 + 16 * line.row,
            text=f"{line.words} {words.clock(line.at)}",
            showarrow=False,
            font={"size": 12, "color": paint},
            xanchor="left" if line.at < (sheet.start + sheet.end) / 2 else "right",
        )
