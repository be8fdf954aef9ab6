"""An agent's quality over time: scores on a control chart beside handle time and satisfaction, every item
month by month, and the forms themselves. ``agent``, ``by`` (day, week, month), ``to``: the last day.
"""

from datetime import date, timedelta
from html import escape
from typing import cast

import streamlit as st

from ccfloor.kpi.period import Part, business_date, date_of
from ccfloor.kpi.scope import Scope
from ccfloor.service import runtime
from ccfloor.service.agent_trend import BACK_DAYS, PARTS, Asked
from ccfloor.service.qa.agent_trend import AgentTrend, Grid, grid, heat_first, of_agent
from ccfloor.service.qa.improving import ITEM
from ccfloor.service.qa.versions import Names, form_names
from ccfloor.service.subjects import subjects
from ccfloor.store.qa_item_sums import ItemSum
from ccfloor.store.qa_scores import ScoreRow
from ccfloor.ui import (
    beyond,
    charts,
    filling,
    history_scale,
    people_kit,
    qa_links,
    qa_lists,
    qa_state,
    trend_chart,
)
from ccfloor.ui.history_scale import Scale
from ccfloor.ui.kpi_page import CSS as KPI_CSS
from ccfloor.ui.kpi_words import name_text
from ccfloor.ui.links import page_address
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.qa_words import item_name, points
from ccfloor.ui.scope_words import agent_label
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, text
from ccfloor.ui.trend_chart import Dot
from ccfloor.ui.trend_words import finding_words

_CSS = """
.qa-heat{border-collapse:separate;border-spacing:1px;font-size:.8125rem}
.qa-heat th{font-weight:400;color:var(--ink2);text-align:left;padding:.15rem .6rem .15rem 0}
.qa-heat th{white-space:nowrap}
.qa-heat th.i{white-space:normal;min-width:9rem;max-width:18rem}
.qa-heat td{min-width:3.2rem;text-align:center;padding:0}
.qa-heat td a{display:block;padding:.3rem .4rem;text-decoration:none;color:inherit}
.qa-heat td a:is(:hover,:focus-visible){outline:.125rem solid var(--ink)}
.qa-heat td.none{color:var(--ink3)}
.qa-heat td.fatal{border:.125rem solid var(--over);color:var(--over);font-weight:700}
"""
_HEIGHT = {"qa_score": 300, "aht": 200, "csat": 200}
_GRAIN = 0.02
_MOST_FINDINGS = 2


def show(seen: Look) -> None:
    """Draw the page."""
    lang = seen.lang
    people_kit.dress(seen)
    st.html(f"<style>{KPI_CSS}{qa_lists.CSS}{_CSS}{history_scale.css(seen.theme, '.cp .qa-tint')}</style>")
    st.header(text("page.qa_agent", lang), anchor=False)
    with database_or_notice(lang):
        service = runtime.service()
        agents = [one.name for one in subjects(service, service.viewer(lang)) if one.kind == "agent"]
        if not agents:
            st.caption(text("qa.agent.nobody", lang))
            return
        wanted = qa_state.asked("agent")
        if wanted and wanted not in agents:
            beyond.tell(service.viewer(lang), Scope("agent", wanted), lang, {"agent": ""})
            return
        agent, asked = _asked(agents, lang)
        filling.show_quality(lang)
        found = of_agent(service, service.viewer(lang), agent, asked, qa_lists.typed_name())
        names = form_names(service.engine, service.config.site)
        made = grid(found.items, heat_first(asked.last), asked.last)
        _said(found, made, agent, lang)
        _charts(seen, found)
        _heat(found, made, names, lang)
        _forms(found, names, lang)


def _asked(agents: list[str], lang: Lang) -> tuple[str, Asked]:
    """Whose quality, in which steps, up to which day; kept in the URL."""
    config, now = runtime.service().config, runtime.service().floor_now()
    agent = qa_state.asked("agent") or agents[0]
    with st.container(horizontal=True, vertical_alignment="bottom", key="kpi-top"):
        label = text("qa.agent.who", lang)
        qa_state.pick("agent", label, agents, agent, lambda one: agent_label(config, one, lang), str)
        part = cast(Part, qa_state.segments("by", ("week", *(one for one in PARTS if one != "week")), lang))
    last = _last(business_date(config, now))
    return agent, Asked("qa_score", part, last - timedelta(days=BACK_DAYS[part]), last)


def _last(today: date) -> date:
    try:
        return min(today, date.fromisoformat(qa_state.asked("to")))
    except ValueError:
        return today


def _said(found: AgentTrend, made: Grid, agent: str, lang: Lang) -> None:
    """All forms in one sentence, where else to look, and a plan about what loses most."""
    told = found.random
    words = text("qa.agent.none", lang)
    if found.every:
        counts = {"n": told.forms, "passed": told.passed, "fatal": told.fatal}
        others = found.every - told.forms
        words = text("qa.agent.says", lang, **counts, mean=points(told.mean), others=others)
    hidden = text("qa.agent.hidden", lang, n=found.hidden) if found.hidden else ""
    there = page_address("agents", {"scope": f"agent:{agent}"})
    link = f'<a href="{there}" target="_self">{escape(text("qa.agent.trends", lang))}</a>'
    plan = qa_links.to_plan(agent, _loses_most(made), lang)
    people_kit.piece(f"<p>{escape(words)} {escape(hidden)} {link} {plan}</p>")


def _loses_most(made: Grid) -> str:
    """What a plan about the question that lost most in a year is measured by; "" where none lost any."""
    lost = {
        f"{ITEM}{form}:{item}": sum(one.lost_milli for one in cells if one) for form, item, cells in made.rows
    }
    worst = max(lost, key=lost.__getitem__, default="")
    return worst if lost.get(worst) else ""


# -- charts ----------------------------------------------------------------------------------------------


def _charts(seen: Look, found: AgentTrend) -> None:
    """Scores with each form, then what stands beside them, on the same periods."""
    lang, first = seen.lang, True
    for made in found.trends:
        if any(point.result.value is not None for point in made.points):
            st.subheader(name_text(made.kpi, lang), anchor=False)
            dots = [_dot(row, lang) for row in found.forms if row.score is not None] if first else []
            chart = trend_chart.control_chart(made, seen.theme, lang, _HEIGHT[made.kpi.id], dots)
            charts.show(chart, f"qa-agent-{made.kpi.id}")
            lines = [
                finding_words(made, one, lang) for one in sorted(made.findings, key=lambda x: -x.last)[:2]
            ]
            lines += [text("qa.agent.key", lang)] if dots else []
            people_kit.piece("".join(f"<p><small>{escape(line)}</small></p>" for line in lines))
        else:
            st.caption(text("qa.agent.unknown", lang, name=name_text(made.kpi, lang)))
        first = False


def _dot(row: ScoreRow, lang: Lang) -> Dot:
    at = people_kit.at_clock(row.call_at, runtime.service().config.zone)
    said = text("qa.agent.dot", lang, at=at, points=points(row.score), who=row.reviewer)
    return Dot(row.call_at, row.score or 0.0, said.replace("&", "&amp;").replace("<", "&lt;"))


# -- items -----------------------------------------------------------------------------------------------


def _heat(found: AgentTrend, made: Grid, names: Names, lang: Lang) -> None:
    if not made.rows:
        return
    st.subheader(text("qa.agent.heat", lang), anchor=False)
    told = [one.share for _, _, cells in made.rows for one in cells if one and one.share is not None]
    scale = history_scale.scale(told, _GRAIN)
    people_kit.piece(_table(made, scale, found.scope.name, names, lang))
    people_kit.piece(f"<p><small>{escape(text('qa.agent.heat.note', lang))}</small></p>")


def _table(made: Grid, scale: Scale, agent: str, names: Names, lang: Lang) -> str:
    known = [at for at in range(len(made.months)) if any(cells[at] for *_, cells in made.rows)]
    shown = made.months[min(known, default=0) :]  # before the first form there is nothing to see
    months = "".join(f"<th>{date_of(month + 1):%y-%m}</th>" for month in shown)
    rows = []
    for form, item, cells in made.rows:
        name, latest = item_name(names, form, item, lang), cells[-len(shown) :]
        told = "".join(
            _cell(one, month, scale, agent, name, lang) for one, month in zip(latest, shown, strict=True)
        )
        rows.append(f'<tr><th class="i">{escape(name)}</th>{told}</tr>')
    head = f"<tr><th></th>{months}</tr>"
    return f'<div class="cp-wide"><table class="qa-heat">{head}{"".join(rows)}</table></div>'


def _cell(one: ItemSum | None, month: int, scale: Scale, agent: str, name: str, lang: Lang) -> str:
    """The share of points given in a month; of what has none, how often it was fatal."""
    if one is None or not one.applies:
        return '<td class="none">–</td>'
    named = f"{date_of(month + 1):%Y-%m}"
    told = f"{one.share * 100:.0f}%" if one.share is not None else str(one.fatal)
    words = text("qa.agent.cell", lang, item=name, month=named, share=told, n=one.applies)
    asked = {"period": named, "view": "forms", "agent": agent}
    lost = one.lost_milli or one.fatal
    there = page_address("qa", asked | ({"item": f"{one.form}/{one.item}"} if lost else {}))
    tint = f"qa-tint{scale.step(one.share)}" if one.share is not None else ""
    shape = "▲ " if one.fatal else ""
    kind = "fatal" if one.fatal else tint
    title = escape(words, quote=True)
    return f'<td class="{kind}"><a href="{there}" target="_self" title="{title}">{shape}{told}</a></td>'


def _forms(found: AgentTrend, names: Names, lang: Lang) -> None:
    if found.forms:
        shown = found.forms[:100]
        st.subheader(text("qa.agent.forms", lang, n=len(shown)), anchor=False)
        people_kit.piece(qa_lists.short(shown, names, lang, named=False))
