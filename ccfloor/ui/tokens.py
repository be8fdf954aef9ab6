"""Design tokens, once: they feed the live boards' CSS, Streamlit's theme and the Plotly template.

Colour is spent only on what needs a hand. Every text/ground pair keeps a contrast of at least 4.5:1, and
hues that share a screen also differ in lightness, so that no state is told by its hue alone.
"""

from typing import Any, Literal

Theme = Literal["dark", "light"]
THEMES: tuple[Theme, ...] = ("dark", "light")

FONT = (
    '"PingFang SC","Microsoft YaHei UI","Microsoft YaHei","Noto Sans SC","Noto Sans CJK SC",'
    '"Source Han Sans SC",system-ui,sans-serif'
)

COLOURS: dict[Theme, dict[str, str]] = {
    "dark": {
        "ground": "#0B0E11",
        "surface": "#171C21",
        "raise": "#222930",
        "line": "#323B44",
        "rule": "#4A5560",
        "ink": "#F1F4F6",
        "ink2": "#A9B4BD",
        "ink3": "#7F8B95",
        "ready": "#5CE3B8",
        "ready-bg": "#0E3328",
        "contact": "#58A6E8",
        "after": "#DCCBFF",
        "away": "#A3967D",
        "busy": "#F3E28C",
        "off": "#7F8B95",
        "warn": "#FFB81C",
        "warn-on": "#14100A",
        "warn-ink": "#FFB81C",
        "over": "#FF7A59",
        "over-on": "#150803",
        "box": "#150803",
        "box-over": "#FF7A59",
        "box-ink": "#F1F4F6",
        "inv": "#FFFFFF",
        "inv-on": "#0B0E11",
        "held": "rgba(255,122,89,.30)",
        "forgiven": "rgba(255,184,28,.28)",
        "frozen": "#98A2AB",
        "frozen2": "#7F8A93",
        "frozen-fill": "#3A444D",
        "frozen-on": "#D0D6DB",
    },
    "light": {
        "ground": "#FFFFFF",
        "surface": "#EEF1F3",
        "raise": "#E1E6EA",
        "line": "#CBD3D9",
        "rule": "#98A4AE",
        "ink": "#10151A",
        "ink2": "#47525C",
        "ink3": "#5F6B75",
        "ready": "#005B40",
        "ready-bg": "#CDEDE1",
        "contact": "#0B4F8C",
        "after": "#7C52CF",
        "away": "#7A6A48",
        "busy": "#453E00",
        "off": "#5F6B75",
        "warn": "#FFB81C",
        "warn-on": "#14100A",
        "warn-ink": "#8A5200",
        "over": "#B93210",
        "over-on": "#FFFFFF",
        "box": "#10151A",
        "box-over": "#FF9A7D",
        "box-ink": "#FFFFFF",
        "inv": "#10151A",
        "inv-on": "#FFFFFF",
        "held": "rgba(185,50,16,.16)",
        "forgiven": "rgba(255,184,28,.40)",
        "frozen": "#5F6B75",
        "frozen2": "#66727C",
        "frozen-fill": "#47525C",
        "frozen-on": "#FFFFFF",
    },
}


def css_variables(theme: Theme) -> str:
    """The theme's tokens as CSS declarations (``--ink:#F1F4F6;…``), font and colour scheme included."""
    colours = ";".join(f"--{name}:{value}" for name, value in COLOURS[theme].items())
    return f"{colours};--font:{FONT};color-scheme:{theme}"


def streamlit_theme(theme: Theme) -> dict[str, Any]:
    """Streamlit's theme options for one theme, as they stand in ``.streamlit/config.toml``."""
    colour = COLOURS[theme]
    return {
        "primaryColor": colour["ink"],
        "backgroundColor": colour["ground"],
        "secondaryBackgroundColor": colour["surface"],
        "textColor": colour["ink"],
        "linkColor": colour["contact"],
        "borderColor": colour["rule"],
        "dataframeBorderColor": colour["line"],
        "dataframeHeaderBackgroundColor": colour["surface"],
        "font": FONT.replace('"', "'"),
        "baseRadius": "none",
        "buttonRadius": "none",
        "showWidgetBorder": True,
        "chartCategoricalColors": [
            colour[name] for name in ("ink", "contact", "after", "ready", "away", "busy")
        ],
    }


def sidebar_theme(theme: Theme) -> dict[str, str]:
    """The sidebar's own colours: the raised surface the navigation stands on."""
    colour = COLOURS[theme]
    return {"backgroundColor": colour["surface"], "secondaryBackgroundColor": colour["raise"]}


def plotly_template(theme: Theme) -> dict[str, Any]:
    """A Plotly template: no grid but the value axis, no legend, no animation."""
    colour = COLOURS[theme]
    hover = {"bgcolor": colour["surface"], "bordercolor": colour["rule"], "font": {"color": colour["ink"]}}
    return {
        "layout": {
            "font": {"family": FONT, "size": 13, "color": colour["ink2"]},
            "paper_bgcolor": colour["ground"],
            "plot_bgcolor": colour["ground"],
            "margin": {"l": 44, "r": 72, "t": 28, "b": 28},
            "showlegend": False,
            "hovermode": "x unified",
            "hoverlabel": hover,
            "colorway": streamlit_theme(theme)["chartCategoricalColors"],
            "bargap": 0.25,
            "transition": {"duration": 0},
            "modebar": {"remove": ["zoom", "pan", "select", "lasso", "autoscale"]},
            "xaxis": {"showgrid": False, "linecolor": colour["rule"], "ticks": "", "tickformat": "%H:%M"},
            "yaxis": {
                "gridcolor": colour["line"],
                "gridwidth": 1,
                "zeroline": True,
                "zerolinecolor": colour["rule"],
                "nticks": 5,
            },
        },
        "data": {"scatter": [{"line": {"width": 1.5}}], "bar": [{"marker": {"line": {"width": 0}}}]},
    }


def config_toml() -> str:
    """The whole ``.streamlit/config.toml`` of the product: server settings and both themes."""
    lines = [
        _SERVER_SETTINGS,
        '[theme]\nbase = "dark"\nshowSidebarBorder = false\npaddingTop = "1.5rem"\npaddingBottom = "1rem"',
    ]
    for theme in THEMES:
        lines.append(_table(f"theme.{theme}", streamlit_theme(theme)))
        lines.append(_table(f"theme.{theme}.sidebar", sidebar_theme(theme)))
    return "\n\n".join(lines) + "\n"


_SERVER_SETTINGS = """\
# Written by `python -m ccfloor.ui.tokens`; a test holds it equal to ccfloor/ui/tokens.py.
[server]
address = "127.0.0.1"
headless = true
# A rerun that re-imports a module would start a second collector.
fileWatcherType = "none"
# In MB; what is larger does not get as far as this (ccfloor/service/access/uploads.py).
maxUploadSize = 21

[browser]
gatherUsageStats = false

[client]
toolbarMode = "minimal"
showErrorDetails = "none"

[runner]
magicEnabled = false
# A full garbage collection after every run holds all viewers up for 80 ms.
postScriptGC = false"""


def _table(name: str, values: dict[str, Any]) -> str:
    return "\n".join([f"[{name}]", *(f"{key} = {_toml(value)}" for key, value in values.items())])


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return f'"{value}"'


if __name__ == "__main__":
    import sys

    sys.stdout.write(config_toml())
