"""The charts of QA with Plotly: direct labels, no legend, one axis; shape and words beside every colour.

What was drawn by chance is solid, what was looked for or chosen hatched. Below the pass mark is coral.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from ccfloor.qa.agreement import Drift
from ccfloor.service.qa.overview import Lost, Overview
from ccfloor.store.qa_sums import BIN_WIDE, BINS
from ccfloor.ui.qa_words import points, share, signed
from ccfloor.ui.texts import Lang, text
from ccfloor.ui.tokens import COLOURS, Theme, plotly_template

_HEIGHT = 300
_LETTERS = 16  # of an item's name on an axis
_LINE_PX = 16
_MOST_MARKS = 3  # pass marks that are told one by one
_ROW_PX = 30
_PARETO_PX, _NAMES_PX = 36, 145  # an item's height; the room for its name


def distribution(made: Overview, pass_marks: Mapping[float, str], theme: Theme, lang: Lang) -> go.Figure:
    """How many forms have how many points, in steps of five; a dashed line where each pass mark is.

    ``pass_marks``: mark → whose it is, where there are several.
    """
    colour, chart = COLOURS[theme], go.Figure()
    chance = made.random.bins
    rest = [every - drawn for every, drawn in zip(made.all.bins, chance, strict=True)]
    lows = [place * BIN_WIDE for place in range(BINS)]
    paints = [colour["over" if low < min(pass_marks, default=0) else "contact"] for low in lows]
    for name, counts, pattern in (("random", chance, ""), ("looked", rest, "/")):
        chart.add_trace(
            go.Bar(
                x=[low + BIN_WIDE / 2 for low in lows],
                y=counts,
                width=BIN_WIDE * 0.9,
                marker={
                    "color": paints,
                    "pattern": {"shape": pattern, "fgcolor": colour["ground"], "size": 5},
                },
                customdata=[
                    _bin_words(made, name, low, at, lang) for low, at in zip(lows, counts, strict=True)
                ],
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    marks = _mark_words(pass_marks, lang)
    _dress(chart, theme, _HEIGHT, {"l": 44, "r": 24, "t": 18 + _LINE_PX * max(len(marks), 1), "b": 28})
    chart.update_layout(barmode="stack")
    low = next((low for low, every in zip(lows, made.all.bins, strict=True) if low and every), 0)
    first = 0 if made.all.bins[0] else max(0, min(low, 60) - BIN_WIDE)
    chart.update_xaxes(range=[first, 100], dtick=10, fixedrange=True, tickformat="d")
    chart.update_yaxes(rangemode="tozero", tickformat=",d", fixedrange=True)
    for line, (mark, words) in enumerate(marks):
        _upright(chart, mark, words, colour, line if len(marks) > 1 else None)
    return chart


def _mark_words(pass_marks: Mapping[float, str], lang: Lang) -> list[tuple[float, str]]:
    """The pass marks with their words, the highest first; of many the lowest and the highest alone."""
    several = [(mark, _plain(_short(words))) for mark, words in sorted(pass_marks.items(), reverse=True)]
    shown = several if len(several) <= _MOST_MARKS else [several[0], several[-1]]
    said = [(mark, text("qa.chart.pass_mark", lang, value=f"{mark:g}"), words) for mark, words in shown]
    return [(mark, f"{told} ({words})" if words else told) for mark, told, words in said]


def _bin_words(made: Overview, name: str, low: int, count: int, lang: Lang) -> str:
    words = text(f"qa.chart.bin.{name}", lang, first=low, last=min(100, low + BIN_WIDE), n=f"{count:,}")
    fatal = made.random.fatal if name == "random" else made.all.fatal - made.random.fatal
    return f"{words}<br>{text('qa.chart.bin.fatal', lang, n=fatal)}" if low == 0 and fatal else words


def pareto_chart(lost: Sequence[Lost], names: Sequence[str], theme: Theme, lang: Lang) -> go.Figure:
    """Each item's share of all points lost as a bar, the share of it and all before it as a line. Bars lie,
    so that names can be read on a narrow screen, too.
    """
    colour, chart = COLOURS[theme], go.Figure()
    ticks = list(range(len(lost)))
    hover = [
        text("qa.chart.lost", lang, item=_plain(name), points=f"{one.item.lost_milli / 1000:,.1f}",
             share=share(one.share), upto=share(one.upto))
        for one, name in zip(lost, names, strict=True)
    ]  # fmt: skip
    shown = {"customdata": hover, "hovertemplate": "%{customdata}<extra></extra>", "cliponaxis": False}
    bars = go.Bar(x=[one.share for one in lost], y=ticks, orientation="h", marker_color=colour["contact"])
    chart.add_trace(bars.update(shown))
    chart.add_trace(
        go.Scatter(
            x=[one.upto for one in lost],
            y=ticks,
            mode="lines+markers+text",
            line={"color": colour["ink"], "width": 1.5},
            marker={"size": 6, "color": colour["ink"]},
            text=[f"{one.upto * 100:.0f}%" for one in lost],
            textposition="top right",
            textfont={"color": colour["ink2"], "size": 12},
            **shown,
        )
    )
    _dress(chart, theme, 50 + _PARETO_PX * len(lost), {"l": _NAMES_PX, "r": 36, "t": 16, "b": 28})
    letters = [_wrapped(_plain(_short(name)), 9 if lang == "zh" else 20) for name in names]
    chart.update_xaxes(
        range=[0, 1.02], tickvals=[0, 0.2, 0.4, 0.6, 0.8, 1], tickformat=".0%", fixedrange=True
    )
    low = [len(lost) - 0.5, -0.5]
    chart.update_yaxes(tickvals=ticks, ticktext=letters, range=low, fixedrange=True, showgrid=False)
    chart.update_yaxes(zeroline=False)
    return chart


def drift_chart(
    drifts: Sequence[tuple[str, Drift, bool]], most: float, theme: Theme, lang: Lang
) -> go.Figure:
    """Each reviewer's leniency (a mark right of 0) within the reach of his mean distance; the target as
    dashed lines. Who is to calibrate again (the third of each) has a triangle.
    """
    colour, chart = COLOURS[theme], go.Figure()
    places = list(range(len(drifts)))
    beyond = [must for *_, must in drifts]
    for at, (_, one, _must) in zip(places, drifts, strict=True):
        line = {"color": colour["rule"], "width": 6}
        reach = {"x0": -one.absolute, "x1": one.absolute, "y0": at, "y1": at}
        chart.add_shape(type="line", layer="below", line=line, **reach)
    paint = [colour["over" if far else "ink"] for far in beyond]
    chart.add_trace(
        go.Scatter(
            x=[one.leniency for _, one, _ in drifts],
            y=places,
            mode="markers",
            marker={
                "symbol": ["triangle-up" if far else "circle" for far in beyond],
                "size": [13 if far else 9 for far in beyond],
                "color": paint,
                "opacity": 1,
            },
            customdata=[
                text("qa.chart.drift", lang, who=_plain(name), n=one.n, absolute=points(one.absolute),
                     leniency=signed(one.leniency))
                for name, one, _ in drifts
            ],
            hovertemplate="%{customdata}<extra></extra>",
            cliponaxis=False,
        )
    )  # fmt: skip
    wide = max([most, *(max(one.absolute, abs(one.leniency)) for _, one, _ in drifts)]) * 1.15
    _dress(chart, theme, 70 + _ROW_PX * len(drifts), {"l": 120, "r": 24, "t": 26, "b": 28})
    for edge in (-most, most):
        dash = {"color": colour["away"], "width": 1, "dash": "dash"}
        chart.add_shape(type="line", x0=edge, x1=edge, y0=0, y1=1, yref="paper", line=dash)
    for x, key, anchor in ((-wide, "strict", "left"), (wide, "lenient", "right")):
        _note(chart, x, text(f"qa.chart.{key}", lang), colour["ink2"], anchor)
    chart.update_xaxes(range=[-wide, wide], fixedrange=True, zeroline=True, zerolinecolor=colour["ink3"])
    chart.update_xaxes(tickvals=[-most, 0, most], ticktext=[signed(-most), "0", signed(most)])
    chart.update_yaxes(
        range=[len(drifts) - 0.5, -0.5],
        tickvals=places,
        ticktext=[_plain(_short(name)) for name, *_ in drifts],
        fixedrange=True,
        showgrid=False,
        zeroline=False,
    )
    return chart


# -- parts -----------------------------------------------------------------------------------------------


def _dress(chart: go.Figure, theme: Theme, height: int, margin: dict[str, int]) -> None:
    template = go.layout.Template(plotly_template(theme))
    chart.update_layout(template=template, height=height, hovermode="closest", margin=margin)


def _upright(
    chart: go.Figure, x: float, words: str, colour: dict[str, str], place: int | None = None
) -> None:
    """A dashed line with its words above it. ``place``: on which line they stand, one of several."""
    line = {"color": colour["away"], "width": 1, "dash": "dash"}
    chart.add_shape(type="line", x0=x, x1=x, y0=0, y1=1, yref="paper", line=line)
    _note(chart, x, words, colour["away"], "center" if place is None else "right", (place or 0) * _LINE_PX)


def _note(chart: go.Figure, x: float, words: str, paint: str, anchor: str, higher: int = 0) -> None:
    font: dict[str, Any] = {"size": 12, "color": paint}
    chart.add_annotation(
        x=x, y=1, yref="paper", yshift=9 + higher, text=words, showarrow=False, xanchor=anchor, font=font
    )


def _short(name: str) -> str:
    return name if len(name) <= _LETTERS * 2 else name[: _LETTERS * 2 - 1] + "…"


def _wrapped(words: str, letters: int) -> str:
    """On several lines, broken between words where there are any."""
    lines, line = [], ""
    for part in words.replace(" ", " \n").split("\n") if " " in words else list(words):
        if line and len(line) + len(part.rstrip()) > letters:
            lines.append(line.strip())
            line = ""
        line += part
    return "<br>".join([*lines, line.strip()][:4])


def _plain(words: str) -> str:
    """People's texts hold no markup for Plotly."""
    return words.replace("&", "&amp;").replace("<", "&lt;")
