"""The page of agent trends: choices, then one of its views."""

from functools import partial
from html import escape

import streamlit as st

from ccfloor.kpi.period import day_number
from ccfloor.kpi.spc import FIRM, LEAST, RULES
from ccfloor.kpi.week import dates
from ccfloor.service import runtime
from ccfloor.service.agent_trend import BASES, Trend, trend
from ccfloor.ui import (
    charts,
    filling,
    people_kit,
    qa_links,
    team_moves,
    trend_chart,
    trend_compare,
    trend_day,
    trend_handle,
    trend_marks,
    trend_rows,
    trend_team,
)
from ccfloor.ui.downloads import download
from ccfloor.ui.export import csv_bytes, excel_bytes
from ccfloor.ui.kpi_words import name_text, value_text
from ccfloor.ui.links import address, page_address
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.scope_words import scope_name
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, text
from ccfloor.ui.trend_state import State, controls, segments
from ccfloor.ui.trend_words import (
    band_words,
    finding_words,
    missing_text,
    period_name,
    rule_words,
)

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_FINDINGS = 8


def show(seen: Look) -> None:
    """Draw the page."""
    people_kit.dress(seen)
    st.header(text("page.agents", seen.lang), anchor=False)
    with database_or_notice(seen.lang):
        state = controls(seen.lang)
        if state is None:
            return
        of = dates(runtime.service().config, state.first, state.last)
        filling.show(of.start, of.end, seen.lang)
        draw = {
            "trend": _trend,
            "compare": trend_compare.show,
            "team": trend_team.show,
            "day": trend_day.show,
            "handle": trend_handle.show,
        }[state.view]
        draw(seen, state)


def _trend(seen: Look, state: State) -> None:
    service, lang = runtime.service(), seen.lang
    made = trend(service, service.viewer(lang), state.scope, state.asked)
    _title(made, lang)
    if all(point.result.value is None for point in made.points):
        _nothing(made, lang)
    else:
        chart, words = st.columns([7, 3])
        with chart:
            charts.show(trend_chart.control_chart(made, seen.theme, lang), "trend-chart")
        with words:
            people_kit.piece(_says(made, lang))
        _settings(lang)
        _table(made, lang)
        if made.scope.kind in ("agent", "team"):
            days = day_number(made.points[0].period.day), day_number(state.last)
            team_moves.show(made.scope, days, lang)
    trend_marks.show(seen, state, made.marks)


def _title(made: Trend, lang: Lang) -> None:
    config = runtime.service().config
    first, last = made.points[0].period, made.points[-1].period
    name = text("trend.title", lang, who=scope_name(config, made.scope, lang), what=name_text(made.kpi, lang))
    chart = text(f"trend.chart.{made.base}", lang, n=FIRM)
    formula = made.kpi.formula.zh if lang == "zh" else made.kpi.formula.en
    chosen = made.kpi.variant(made.variant)
    if chosen is not None and made.scope.kind not in ("agent", "team"):
        formula = chosen.formula.zh if lang == "zh" else chosen.formula.en
    days = f"{period_name(first, lang)} – {period_name(last, lang)}"
    people_kit.piece(
        f'<div style="padding-top:.4rem"><b style="font-size:.9375rem">{escape(name)}</b> '
        f"<small>{escape(chart)} · {escape(days)}</small><br><small>{escape(formula)} "
        f"{qa_links.to_agent(made.kpi.id, made.scope, lang)}</small></div>"
    )


def _nothing(made: Trend, lang: Lang) -> None:
    if runtime.service().viewer().queues is not None:
        st.caption(text("scope.time", lang))
        return
    missing = next((p.result.missing for p in made.points if p.result.missing), ())
    st.caption(missing_text(missing, lang) if missing else text("trend.none", lang))


# -- what the chart says -----------------------------------------------------------------------------


def _says(made: Trend, lang: Lang) -> str:
    """The finding in words."""
    parts = [f"<p><b>{escape(text('trend.says', lang))}</b></p>", *_verdict(made, lang)]
    parts += [f"<p>{escape(line)}</p>" for line in _beside(made, lang)]
    parts.append(f"<p><small>{escape(text('trend.advice', lang))}</small></p>")
    return "".join(parts)


def _verdict(made: Trend, lang: Lang) -> list[str]:
    if not made.limits:
        return [f"<p>{escape(text('trend.few', lang, n=LEAST))}</p>"]
    found = []
    if made.findings:
        found.append(f"<p><b>{escape(text('trend.changed', lang))}</b></p>")
        for one in sorted(made.findings, key=lambda one: -one.last)[:_MOST_FINDINGS]:
            rule = f"<br><small>{escape(rule_words(one, lang))}</small>"
            found.append(f"<p>{escape(finding_words(made, one, lang))}{rule}</p>")
        more = len(made.findings) - _MOST_FINDINGS
        if more > 0:
            found.append(f"<p><small>{escape(text('trend.more', lang, n=more))}</small></p>")
    else:
        n = sum(value is not None for value in made.values)
        found.append(f"<p><b>{escape(text('trend.calm', lang, n=n))}</b></p>")
    if not made.limits[-1].firm:
        words = text("trend.soft", lang, n=made.limits[-1].n, firm=FIRM)
        found.append(f"<p><small>{escape(words)}</small></p>")
    return found


def _beside(made: Trend, lang: Lang) -> list[str]:
    """The latest whole period beside the team and the target."""
    last = next((p for p in reversed(made.points) if p.result.value is not None and not p.provisional), None)
    lines = []
    if last is not None:
        when, value = period_name(last.period, lang), value_text(made.kpi, last.result.value)
        lines.append(text("trend.latest", lang, when=when, value=value))
        if last.band:
            lines[-1] += text("trend.beside", lang, band=band_words(made.kpi, last.band, lang))
    if made.bound:
        lines.append(
            text(
                "trend.target",
                lang,
                bound=_bound(made, lang),
                origin=text(f"trend.origin.{made.origin}", lang),
            )
        )
    if made.crowded:
        lines.append(text("trend.crowded", lang))
    elif runtime.service().viewer().only is not None:
        lines.append(text("trend.alone.own", lang))
    elif not any(p.band for p in made.points):
        lines.append(text("trend.alone", lang))
    return lines


def _bound(made: Trend, lang: Lang) -> str:
    """The target as the axis has it: ≥ 80.0%, 4:30 – 6:00."""
    edges = (made.bound.at_least, made.bound.at_most) if made.bound else (None, None)
    low, high = (value_text(made.kpi, edge) for edge in edges)
    if edges[0] is None:
        return f"≤ {high}"
    return f"≥ {low}" if edges[1] is None else f"{low} – {high}"


def _settings(lang: Lang) -> None:
    with st.expander(text("trend.settings", lang), key="tr-settings"):
        left, right = st.columns(2)
        with left:
            rules = segments("rules", tuple(RULES), lang)
            people_kit.piece(
                "".join(f"<div>{escape(text(f'trend.rule.{rule}', lang))}</div>" for rule in _names(rules))
            )
        with right:
            segments("base", BASES, lang)
            people_kit.piece(escape(text("trend.method", lang)))


def _names(rules: str) -> list[str]:
    return next(list(found) for name, found in RULES.items() if name == rules)


# -- the same as a table -----------------------------------------------------------------------------


def _table(made: Trend, lang: Lang) -> None:
    """Every period with its figures and where they come from; the same as files."""
    header, rows = trend_rows.header(lang), trend_rows.rows(made, lang)
    with st.expander(text("trend.table", lang, n=len(rows)), key="tr-table"):
        links = [_links(made, at, lang) for at in range(len(made.points))]
        shown = [[*map(escape, trend_rows.shown(row)), link] for row, link in zip(rows, links, strict=True)]
        people_kit.piece(people_kit.table([*header, text("trend.col.open", lang)], shown[::-1]))
    name = f"ccfloor-{runtime.service().config.site}-{made.kpi.id}-{made.scope.name or made.scope.kind}"
    title = text(
        "trend.title",
        lang,
        who=scope_name(runtime.service().config, made.scope, lang),
        what=name_text(made.kpi, lang),
    )
    with st.container(horizontal=True):
        cells = trend_rows.cells(made, lang)
        excel = partial(excel_bytes, title, trend_rows.file_header(made, lang), cells)
        download(text("trend.excel", lang), excel, f"{name}.xlsx", EXCEL, key="tr-excel")
        plain = partial(csv_bytes, trend_rows.file_header(made, lang), cells)
        download(text("trend.csv", lang), plain, f"{name}.csv", "text/csv", key="tr-csv")


def _links(made: Trend, at: int, lang: Lang) -> str:
    """To the figures of the period, and to the agent's day."""
    of = made.points[at].period
    figures = page_address("kpi", {"scope": str(made.scope), "period": of.name})
    found = [f'<a href="{figures}" target="_self">{escape(text("trend.open.figures", lang))}</a>']
    if made.scope.kind == "agent" and of.part == "day":
        day = address({"view": "day", "day": of.name, "hour": ""})
        found.append(f'<a href="{day}" target="_self">{escape(text("trend.open.day", lang))}</a>')
    if qa := qa_links.down(made.kpi.id, made.scope, of, lang):
        found.append(qa)
    return " · ".join(found)
