"""Charts on great screens are the same, larger."""

import plotly.graph_objects as go
import pytest
from streamlit.testing.v1 import AppTest

from ccfloor.ui.chart_scale import scaled
from ccfloor.ui.tokens import plotly_template


def figure() -> go.Figure:
    marker = {"size": [6, 13], "line": {"width": 2}}
    made = go.Figure([go.Scatter(y=[1, 2], marker=marker, line={"width": 1.5}), go.Bar(y=[1])])
    made.update_layout(template=go.layout.Template(plotly_template("dark")), height=260, margin={"r": 128})
    made.add_annotation(text="a", font={"size": 12}, xshift=6)
    made.add_annotation(text="b")
    made.add_hline(y=1, line={"width": 1})
    return made


def test_everything_that_is_counted_in_pixels_grows() -> None:
    made = scaled(figure(), 2.0)
    layout, line = made.layout, made.data[0]
    assert (layout.height, layout.font.size) == (520, 26)
    assert [layout.margin[side] for side in "lrtb"] == [88, 256, 56, 56]
    assert (tuple(line.marker.size), line.marker.line.width, line.line.width) == ((12, 26), 4, 3)
    assert (layout.annotations[0].font.size, layout.annotations[0].xshift) == (24, 12)
    assert layout.annotations[1].font.size is None, "it takes the size of the layout"
    assert layout.shapes[0].line.width == 2


def test_an_ordinary_screen_gets_the_figure_as_it_is() -> None:
    assert scaled(figure(), 1.0) == figure()


def script() -> None:
    import streamlit as st

    from ccfloor.ui.chart_scale import asked

    st.text(asked())


@pytest.mark.parametrize(
    ("said", "scale"), [(None, "1.0"), ("1.5", "1.5"), ("99", "2.0"), ("0.2", "1.0"), ("x", "1.0")]
)
def test_the_browser_says_how_large(monkeypatch: pytest.MonkeyPatch, said: str | None, scale: str) -> None:
    given = {} if said is None else {"ccfloor_scale": said}
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.cookies", property(lambda self: given))
    assert AppTest.from_function(script, default_timeout=30).run().text[0].value == scale
