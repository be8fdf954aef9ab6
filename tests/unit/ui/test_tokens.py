"""The design tokens: legible in both themes, and the same everywhere they are used."""

import re
import tomllib
from itertools import product
from pathlib import Path

import plotly.graph_objects as go
import pytest

from ccfloor.ui.tokens import (
    COLOURS,
    THEMES,
    Theme,
    config_toml,
    css_variables,
    plotly_template,
    streamlit_theme,
)

ROOT = Path(__file__).resolve().parents[3]
INKS = ("ink", "ink2", "ink3", "ready", "contact", "after", "away", "busy", "off", "warn-ink", "over")
PAIRS = [
    *product(INKS, ("ground", "surface")),
    ("ready", "ready-bg"),
    ("ink", "ready-bg"),
    ("ink", "raise"),
    ("over-on", "over"),
    ("box-over", "box"),
    ("box-ink", "box"),
    ("warn-on", "warn"),
    ("inv-on", "inv"),
    ("frozen", "ground"),
    ("frozen2", "ground"),
    ("frozen-on", "frozen-fill"),
]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_every_text_is_legible_on_its_ground(theme: Theme, ink: str, ground: str) -> None:
    light, dark = sorted((luminance(COLOURS[theme][ink]), luminance(COLOURS[theme][ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_both_themes_have_the_same_tokens() -> None:
    assert COLOURS["dark"].keys() == COLOURS["light"].keys()


def test_streamlit_config_is_the_tokens() -> None:
    written = (ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    assert written == config_toml()
    options = tomllib.loads(written)
    assert options["theme"]["light"]["backgroundColor"] == COLOURS["light"]["ground"]
    assert options["server"]["address"] == "127.0.0.1"


def test_every_streamlit_option_exists() -> None:
    from streamlit.config import get_config_options

    known = get_config_options().keys()
    sections = {key: value for key, value in tomllib.loads(config_toml()).items()}
    written = {f"{section}.{name}" for section, values in sections.items() for name in values}
    written -= {"theme.dark", "theme.light"}
    written |= {f"theme.{theme}.{name}" for theme in THEMES for name in streamlit_theme(theme)}
    assert written <= known, written - known


@pytest.mark.parametrize("theme", THEMES)
def test_plotly_takes_the_template(theme: Theme) -> None:
    figure = go.Figure(go.Bar(x=[1], y=[2]), layout={"template": plotly_template(theme)})
    assert figure.layout.template.layout.paper_bgcolor == COLOURS[theme]["ground"]


@pytest.mark.parametrize(
    "sheet", sorted((ROOT / "ccfloor/ui/live").glob("*.css")), ids=lambda path: path.name
)
def test_style_sheets_use_only_tokens(sheet: Path) -> None:
    css = sheet.read_text(encoding="utf-8")
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(", css)
    own = set(re.findall(r"(--[\w-]+)\s*:", css + (sheet.parent / "base.css").read_text(encoding="utf-8")))
    given = set(re.findall(r"(--[\w-]+):", css_variables("dark")))
    used = set(re.findall(r"var\((--[\w-]+)\)", css))
    assert used <= own | given, used - own - given
