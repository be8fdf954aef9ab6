"""Plotly figures in the product's own dress: the template of tokens.py, direct labels, no legend."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import plotly.graph_objects as go
import streamlit as st

from ccfloor.ui import chart_scale
from ccfloor.ui.tokens import COLOURS, Theme, plotly_template

CONFIG = {"displaylogo": False, "displayModeBar": False}


def local(instants: Sequence[float], zone: str) -> list[datetime]:
    """Instants (UTC epoch seconds) as clock time of the site, without a zone: Plotly shows what it gets."""
    return [datetime.fromtimestamp(at, ZoneInfo(zone)).replace(tzinfo=None) for at in instants]


def bars(theme: Theme, x: Sequence[datetime], y: Sequence[float], words: str, height: int = 220) -> go.Figure:
    """Counts over time as bars from zero. ``words``: what one bar says, ``{x}`` and ``{y}`` filled in."""
    colour = COLOURS[theme]
    hover = words.replace("{x}", "%{x|%m-%d %H:%M}").replace("{y}", "%{y}") + "<extra></extra>"
    figure = go.Figure(go.Bar(x=list(x), y=list(y), marker_color=colour["contact"], hovertemplate=hover))
    figure.update_layout(
        template=go.layout.Template(plotly_template(theme)), height=height, hovermode="closest"
    )
    figure.update_yaxes(rangemode="tozero", tickformat=",d")
    if not any(y):
        figure.update_yaxes(range=[0, 1], nticks=2)
    return figure


def show(figure: go.Figure, key: str) -> None:
    """Put a figure on the page as it is: Streamlit's own theme would repaint it."""
    figure = chart_scale.scaled(figure, chart_scale.asked())
    st.plotly_chart(figure, theme=None, key=key, width="stretch", config=CONFIG)
