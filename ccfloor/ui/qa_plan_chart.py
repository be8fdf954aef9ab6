"""The chart of an improvement plan: its measure week by week, the means before, during and after, the target.

Weeks stand evenly along the axis. The plan's own days lie between two lines.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from math import ceil, floor, log10

import plotly.graph_objects as go

from ccfloor.service.qa.improving import Effect
from ccfloor.ui.report_words import value_text
from ccfloor.ui.texts import Lang, text
from ccfloor.ui.tokens import COLOURS, Theme, plotly_template

_HEIGHT, _TICKS, _STEPS = 320, 10, 4


def effect_chart(
    told: Effect, unit: str, target: float | None, days: tuple[date, date], theme: Theme, lang: Lang
) -> go.Figure:
    """``days``: the plan's first and last one; ``target`` and values in the unit, shares as 0..1."""
    colour, chart = COLOURS[theme], go.Figure()
    firsts = [start for start, _ in told.weeks]
    values = [result.value for _, result in told.weeks]
    hover = [_hover(start, result.value, result.n, unit, lang) for start, result in told.weeks]
    chart.add_trace(
        go.Scatter(
            x=list(range(len(firsts))), y=values, mode="lines+markers", customdata=hover,
            line={"color": colour["contact"], "width": 1.5}, marker={"size": 7, "color": colour["contact"]},
            hovertemplate="%{customdata}<extra></extra>",
        )
    )  # fmt: skip
    known = [value for value in values if value is not None]
    for stage in told.stages:
        if (value := stage.result.value) is not None:
            known.append(value)
            words = f"{text(f'qa_improve.stage.{stage.name}', lang)} {value_text(unit, value)}"
            _mean(chart, firsts, (stage.first, stage.last), value, words, colour)
    if target is not None:
        known.append(target)
        _target(chart, target, text("qa_improve.chart.target", lang, value=value_text(unit, target)), colour)
    for name, day in (("first", days[0]), ("last", days[1] + timedelta(days=1))):
        _edge(chart, firsts, day, text(f"qa_improve.chart.{name}", lang), colour)
    _dress(chart, firsts, known, unit, theme)
    return chart


def _hover(start: date, value: float | None, n: int | None, unit: str, lang: Lang) -> str:
    week = text("qa_improve.chart.week", lang, day=f"{start:%m-%d}")
    count = "" if n is None else " · " + text("qa_improve.rests_on", lang, n=n)
    return f"{week} {value_text(unit, value)}{count}"


def _at(firsts: Sequence[date], day: date) -> float:
    """Where on the axis a day begins."""
    place = max(bisect_right(firsts, day) - 1, 0)
    long = 7 if place + 1 >= len(firsts) else (firsts[place + 1] - firsts[place]).days
    return place - 0.5 + min((day - firsts[place]).days / long, 1.0)


def _mean(
    chart: go.Figure,
    firsts: Sequence[date],
    days: tuple[date, date],
    value: float,
    words: str,
    colour: dict[str, str],
) -> None:
    x0, x1 = _at(firsts, days[0]), _at(firsts, days[1] + timedelta(days=1))
    chart.add_shape(type="line", x0=x0, x1=x1, y0=value, y1=value,
                    line={"color": colour["ink"], "width": 2})  # fmt: skip
    chart.add_annotation(
        x=x0, y=value, text=words, showarrow=False, xanchor="left", yanchor="bottom",
        font={"size": 13, "color": colour["ink"]}, bgcolor=colour["ground"],
    )  # fmt: skip


def _target(chart: go.Figure, target: float, words: str, colour: dict[str, str]) -> None:
    chart.add_hline(target, line={"color": colour["ink2"], "width": 1, "dash": "dash"})
    chart.add_annotation(
        x=1, xref="paper", y=target, text=words, showarrow=False, xanchor="left",
        font={"size": 12, "color": colour["ink2"]},
    )  # fmt: skip


def _edge(chart: go.Figure, firsts: Sequence[date], day: date, words: str, colour: dict[str, str]) -> None:
    if not firsts or day > firsts[-1] + timedelta(days=7):
        return
    x = _at(firsts, day)
    chart.add_shape(type="line", x0=x, x1=x, y0=0, y1=1, yref="paper",
                    line={"color": colour["contact"], "width": 1, "dash": "dot"})  # fmt: skip
    chart.add_annotation(
        x=x, y=1, yref="paper", yshift=10, text=words, showarrow=False,
        font={"size": 12, "color": colour["contact"]},
    )  # fmt: skip


def _dress(chart: go.Figure, firsts: Sequence[date], known: Sequence[float], unit: str, theme: Theme) -> None:
    low, high = _reach(known, unit)
    step = _step(high - low)
    ticks = [step * at for at in range(ceil(low / step), floor(high / step) + 1)]
    chart.update_layout(
        template=go.layout.Template(plotly_template(theme)), height=_HEIGHT, hovermode="closest",
        margin={"l": 60, "r": 92, "t": 34, "b": 30},
    )  # fmt: skip
    each = max(1, -(-len(firsts) // _TICKS))
    shown = list(range(0, len(firsts), each))
    chart.update_xaxes(
        tickmode="array", tickvals=shown, ticktext=[f"{firsts[at]:%m-%d}" for at in shown],
        range=[-0.5, max(len(firsts), 1) - 0.5], fixedrange=True, zeroline=False,
    )  # fmt: skip
    chart.update_yaxes(
        tickmode="array", tickvals=ticks, ticktext=[value_text(unit, value) for value in ticks],
        range=[low, high], fixedrange=True,
    )  # fmt: skip


def _step(wide: float) -> float:
    """A round step of which a few fit into a range."""
    rough = wide / _STEPS
    power = 10.0 ** floor(log10(rough))
    return float(next((one * power for one in (1, 2, 5) if rough <= one * power), 10 * power))


def _reach(known: Sequence[float], unit: str) -> tuple[float, float]:
    """A little more than the values take; never below 0, of shares and points not above what there is."""
    if not known:
        return 0.0, 1.0
    low, high = min(known), max(known)
    air = (high - low) * 0.2 or abs(high) * 0.1 or 1.0
    most = {"%": 1.0, "pt": 100.0}.get(unit, float("inf"))
    return max(0.0, low - air), max(min(most, high + air), high)
