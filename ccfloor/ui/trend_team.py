"""Small multiples: every agent of a team over the same periods, on one scale, worst news first."""

from html import escape
from urllib.parse import quote

import streamlit as st

from ccfloor.kpi.period import day_number
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.kpi.spc import OUTSIDE
from ccfloor.service import runtime
from ccfloor.service.agent_trend import Trend, middle, of_team
from ccfloor.store.team_terms import terms_of
from ccfloor.ui import people_kit, team_moves
from ccfloor.ui.kpi_words import name_text, value_text
from ccfloor.ui.links import address
from ccfloor.ui.scope_words import agent_label, scope_name
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import text
from ccfloor.ui.tokens import COLOURS, Theme
from ccfloor.ui.trend_chart import reach
from ccfloor.ui.trend_state import State
from ccfloor.ui.trend_words import finding_words

MOST = 60
_WIDE, _HIGH = 300.0, 84.0

_CSS = """
.tm{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:1.1rem 1.6rem;
padding-top:.5rem}
.tm a{color:inherit;text-decoration:none;display:block;border-top:1px solid var(--rule);padding-top:.35rem}
.tm a:hover,.tm a:focus-visible{border-color:var(--ink);outline:0;box-shadow:0 -1px 0 var(--ink)}
.tm .h{display:flex;justify-content:space-between;gap:.5rem}.tm .v{font-size:1.125rem}
.tm img{width:100%;height:5.25rem;display:block}
.tm .n{color:var(--ink2);font-size:.8125rem;min-height:1.2em}.tm .n.bad{color:var(--over);font-weight:700}
"""


def _paint(theme: Theme) -> str:
    """The drawing's own style: it stands by itself."""
    colour = COLOURS[theme]
    thin = "vector-effect:non-scaling-stroke;stroke-width"
    return (
        f".l{{fill:none;stroke:{colour['ink']};{thin}:1.5}}.c{{stroke:{colour['ink3']};{thin}:1}}"
        f".d{{stroke:{colour['ink2']};{thin}:1;stroke-dasharray:4 3}}"
        f".m{{stroke:{colour['away']};{thin}:1;stroke-dasharray:1 3}}"
        f".o{{fill:{colour['over']}}}.r{{fill:{colour['ground']};stroke:{colour['over']};stroke-width:2}}"
    )


def show(seen: Look, state: State) -> None:
    """The view."""
    lang, service = seen.lang, runtime.service()
    team = state.scope.name if state.scope.kind == "team" else _team(state)
    if "agent" not in state.kpi.scopes:
        st.caption(text("trend.team.no", lang))
        return
    found = of_team(service, service.viewer(lang), team, state.asked)
    name = scope_name(service.config, Scope("team", team) if team else SITE, lang)
    title = text("trend.title", lang, who=name, what=name_text(state.kpi, lang))
    people_kit.piece(f"<b>{escape(title)}</b> <small>{escape(text('trend.team.lead', lang))}</small>")
    if not found:
        st.caption(text("trend.none" if service.viewer(lang).queues is None else "scope.time", lang))
        return
    ordered = sorted(found, key=_weight)
    low, high = reach(ordered)
    usual = middle(middle(made.values) for made in ordered)
    cells = "".join(_small(made, low, high, usual, seen) for made in ordered[:MOST])
    st.html(f'<style>{_CSS}</style><div class="cp tm">{cells}</div>')
    if len(ordered) > MOST:
        st.caption(text("trend.team.more", lang, n=len(ordered) - MOST))
    if team:
        team_moves.show(Scope("team", team), (day_number(state.first), day_number(state.last)), lang)


def _team(state: State) -> str:
    """The team that an agent was in last in the days shown."""
    if state.scope.kind != "agent":
        return ""
    terms = terms_of(runtime.service().engine, runtime.service().config)
    return terms.team(state.scope.name, day_number(state.first), day_number(state.last))


def _weight(made: Trend) -> tuple[int, int, str]:
    """Points beyond limits before runs, runs before calm; the latest first."""
    beyond = max((one.last for one in made.findings if one.rule in OUTSIDE), default=-1)
    any_last = max((one.last for one in made.findings), default=-1)
    return -beyond, -any_last, made.scope.name


def _small(made: Trend, low: float, high: float, usual: float | None, seen: Look) -> str:
    """One agent: the last value, the line between its limits, the latest finding; a link to the whole."""
    config, lang = runtime.service().config, seen.lang
    name = escape(agent_label(config, made.scope.name, lang))
    known = [point for point in made.points if point.result.value is not None]
    last = value_text(made.kpi, known[-1].result.value if known else None)
    found = max(made.findings, key=lambda one: one.last, default=None)
    words = finding_words(made, found, lang) if found else ""
    kind = "n bad" if found else "n"
    link = address({"view": "trend", "scope": str(made.scope)})
    picture = _picture(_drawing(made, low, high, usual, seen.theme), name)
    return (
        f'<a href="{link}" target="_self"><div class="h"><b>{name}</b>'
        f'<span class="v">{escape(last)}</span></div>'
        f'{picture}<div class="{kind}">{escape(words)}</div></a>'
    )


def _picture(svg: str, name: str) -> str:
    """A drawing as a picture: a page's own markup may hold none."""
    return f'<img alt="{name}" src="data:image/svg+xml,{quote(svg)}">'


def _drawing(made: Trend, low: float, high: float, usual: float | None, theme: Theme) -> str:
    n = max(1, len(made.points) - 1)

    def x(at: float) -> float:
        return round(at / n * _WIDE, 1)

    def y(value: float) -> float:
        return round(_HIGH - (value - low) / (high - low or 1) * _HIGH, 1)

    parts = [] if usual is None else [_level("m", 0, _WIDE, y(usual))]
    for one in made.limits:
        ends = x(one.first), x(one.last)
        parts += [
            _level("c", *ends, y(one.centre)),
            _level("d", *ends, y(one.lower)),
            _level("d", *ends, y(one.upper)),
        ]
    line = " ".join(f"{x(at)},{y(value)}" for at, value in _known(made))
    parts.append(f'<polyline class="l" points="{line}"/>')
    beyond = {at for one in made.findings if one.rule in OUTSIDE for at in one.points}
    for at in sorted({at for one in made.findings for at in one.points}):
        value = made.points[at].result.value
        if value is None:
            continue
        cx, cy = x(at), y(value)
        triangle = f"M{cx} {cy - 6}l6 11h-12z"
        parts.append(
            f'<path class="o" d="{triangle}"/>'
            if at in beyond
            else f'<circle class="r" cx="{cx}" cy="{cy}" r="3.5"/>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-6 -8 {_WIDE + 12:g} {_HIGH + 16:g}" '
        f'preserveAspectRatio="none"><style>{_paint(theme)}</style>{"".join(parts)}</svg>'
    )


def _level(kind: str, x0: float, x1: float, y: float) -> str:
    return f'<line class="{kind}" x1="{x0}" x2="{x1}" y1="{y}" y2="{y}"/>'


def _known(made: Trend) -> list[tuple[int, float]]:
    """The line: periods without a value are passed over, as the limits do."""
    return [(at, p.result.value) for at, p in enumerate(made.points) if p.result.value is not None]
