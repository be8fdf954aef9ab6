"""One KPI of several agents and teams over the same periods. Who is compared stands in the URL: ``with``."""

from functools import partial
from html import escape

import streamlit as st

from ccfloor.kpi.result import Result
from ccfloor.kpi.scope import Scope
from ccfloor.kpi.scope import scope as read_scope
from ccfloor.service import runtime
from ccfloor.service.agent_trend import compare, middle, periods_of
from ccfloor.service.kpi_site import kpi_book
from ccfloor.ui import charts, people_kit, trend_chart
from ccfloor.ui.downloads import download
from ccfloor.ui.export import Cell, excel_bytes
from ccfloor.ui.kpi_words import name_text, value_text
from ccfloor.ui.links import address
from ccfloor.ui.scope_words import scope_name
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, as_written, text
from ccfloor.ui.trend_state import State, asked
from ccfloor.ui.trend_words import period_name, scope_label

MOST = 6
_KEY = "tr-with"
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_APART = "|"


def show(seen: Look, state: State) -> None:
    """The view."""
    lang, service = seen.lang, runtime.service()
    others = _others(state, lang)
    scopes = [state.scope, *others]
    found = compare(service, service.viewer(lang), scopes, state.asked)
    names = {scope: scope_name(service.config, scope, lang) for scope in scopes}
    periods = periods_of(service.config, state.part, state.first, state.last)
    began = _begun(found)
    periods, found = periods[began:], {scope: results[began:] for scope, results in found.items()}
    kpi = kpi_book(service).kpis[state.kpi.id]
    people_kit.piece(
        f"<b>{escape(name_text(kpi, lang))}</b> "
        f"<small>{period_name(periods[0], lang)} – {period_name(periods[-1], lang)}</small>"
    )
    if not any(one.value is not None for results in found.values() for one in results):
        st.caption(text("trend.none", lang))
        return
    charts.show(trend_chart.comparison(kpi, periods, found, names, seen.theme, lang), "trend-compare")
    rows, header = (
        [],
        [text(f"trend.compare.{name}", lang) for name in ("who", "last", "median", "low", "high")],
    )
    for scope, results in found.items():
        values = [one.value for one in results if one.value is not None]
        link = f'<a href="{address({"view": "trend", "scope": str(scope)})}" target="_self">'
        shown = [
            values[-1] if values else None,
            middle(values),
            min(values, default=None),
            max(values, default=None),
        ]
        cells = (escape(value_text(kpi, value)) for value in shown)
        rows.append([f"{link}{escape(names[scope])}</a>", *cells])
    people_kit.piece(people_kit.table(header, rows))
    head = [text("trend.col.period", lang), *names.values()]
    table: list[list[Cell]] = [
        [of.name, *(results[at].value for results in found.values())] for at, of in enumerate(periods)
    ]
    make = partial(excel_bytes, name_text(kpi, lang), head, table)
    file = f"ccfloor-{service.config.site}-{kpi.id}-compare.xlsx"
    download(text("trend.excel", lang), make, file, _EXCEL, key="tr-compare-excel")


def _begun(found: dict[Scope, list[Result]]) -> int:
    """The first period of which anything is known."""
    columns = zip(*found.values(), strict=True)
    return next((at for at, some in enumerate(columns) if any(one.value is not None for one in some)), 0)


def _others(state: State, lang: Lang) -> list[Scope]:
    """Who stands beside the one chosen; without a choice the team, or the first other one."""
    config = runtime.service().config
    choices = [scope for scope in state.scopes if scope != state.scope and scope.kind in state.kpi.scopes]
    wanted = _read(asked("with"))
    known = [scope for scope in wanted if scope in choices] or _default(state, choices)
    for scope in wanted if not runtime.service().viewer(lang).whole else ():
        if scope not in state.scopes:
            st.caption(as_written(text("scope.beyond", lang, what=str(scope))))
    st.session_state[_KEY] = known[: MOST - 1]
    st.multiselect(
        text("trend.with", lang),
        choices,
        format_func=lambda scope: scope_label(config, scope, lang),
        max_selections=MOST - 1,
        placeholder=text("trend.with.hint", lang),
        key=_KEY,
        on_change=_keep,
    )
    return known[: MOST - 1]


def _keep() -> None:
    st.query_params["with"] = _APART.join(str(scope) for scope in st.session_state[_KEY])


def _read(words: str) -> list[Scope]:
    found = []
    for word in words.split(_APART) if words else ():
        try:
            found.append(read_scope(word))
        except ValueError:
            continue
    return found


def _default(state: State, choices: list[Scope]) -> list[Scope]:
    """The list is in the order of teams: of an agent the own team stands last before it."""
    place = state.scopes.index(state.scope)
    before = [scope for scope in state.scopes[:place] if scope.kind == "team" and scope in choices]
    return before[-1:] if state.scope.kind == "agent" and before else choices[:1]
