"""Charts on great screens: everything else on a page grows with its letters, Plotly counts in pixels.

The browser tells how much larger its letters are than usual by a cookie (see theme.js).
"""

from typing import Any

import plotly.graph_objects as go
import streamlit as st

COOKIE = "ccfloor_scale"
_MOST = 2.0
_SIDES = ("l", "r", "t", "b")


def asked() -> float:
    """How much larger than usual the viewer's letters are (1 to 2); 1 where the browser did not say."""
    try:
        return min(_MOST, max(1.0, float(st.context.cookies.get(COOKIE, "1"))))
    except ValueError:
        return 1.0


def scaled(figure: go.Figure, by: float) -> go.Figure:
    """The figure with its height, margins, letters, signs and lines ``by`` times as large."""
    if by == 1:
        return figure
    layout, usual = figure.layout, figure.layout.template.layout
    layout.height = (layout.height or usual.height or 450) * by
    margin = {side: layout.margin[side] or usual.margin[side] for side in _SIDES}
    layout.margin = {side: width * by for side, width in margin.items() if width is not None}
    layout.font.size = (layout.font.size or usual.font.size or 12) * by
    for note in layout.annotations:
        _grow(note.font, "size", by)
        _grow(note, "xshift", by)
        _grow(note, "yshift", by)
    for part in (*layout.shapes, *figure.data):
        for lines in (getattr(part, "line", None), getattr(getattr(part, "marker", None), "line", None)):
            _grow(lines, "width", by)
        _grow(getattr(part, "marker", None), "size", by)
        _grow(getattr(part, "textfont", None), "size", by)
    return figure


def _grow(part: Any, name: str, by: float) -> None:
    """Make a number, or each of several, larger; what is not set stays so."""
    value = part[name] if part is not None and name in part else None
    if value is not None:
        part[name] = [one * by for one in value] if isinstance(value, (list, tuple)) else value * by
