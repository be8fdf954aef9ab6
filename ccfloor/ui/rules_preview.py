"""What a draft would have done: chosen days played again, told in words, as a table and as small curves."""

from typing import NamedTuple

import plotly.graph_objects as go
import streamlit as st

from ccfloor.rules.model import Rule
from ccfloor.service import runtime
from ccfloor.service.backtest import Day, Trial, stored_days, try_days
from ccfloor.service.places import SettingsError
from ccfloor.service.rule_site import site_calendar
from ccfloor.ui import charts
from ccfloor.ui.rules_edit import Draft
from ccfloor.ui.rules_words import about, firings, metric_name
from ccfloor.ui.system_rows import clock
from ccfloor.ui.texts import Lang, text
from ccfloor.ui.tokens import COLOURS, Theme, plotly_template

_MOST_CHARTS = 4


class Tried(NamedTuple):
    """A preview that was made, and of what."""

    draft: Rule
    present: Rule | None
    trials: list[Trial]


def preview(draft: Draft, present: Rule | None, key: str, lang: Lang, theme: Theme) -> None:
    """The section: days to choose, the button, and what came of it."""
    service = runtime.service()
    st.subheader(text("rules.preview", lang), anchor=False)
    st.caption(text("rules.preview.lead", lang))
    days = stored_days(service.engine, service.config, service.floor_now())
    if not days:
        st.caption(text("rules.preview.no_days", lang))
        return
    chosen = _days(days, key, lang)
    if draft.rule is None:
        st.caption(text("rules.preview.no_draft", lang))
    pressed = st.button(
        text("rules.preview.go", lang), key=f"{key}:try", disabled=draft.rule is None or not chosen
    )
    if pressed and draft.rule is not None:
        try:
            with st.spinner(text("rules.preview.running", lang)):
                st.session_state[f"{key}:tried"] = _try(draft.rule, present, chosen)
        except SettingsError as error:  # the calendar's file, changed since the start
            st.error("\n\n".join(problem.said(lang) for problem in error.problems))
    tried: Tried | None = st.session_state.get(f"{key}:tried")
    if tried is not None:
        if draft.rule != tried.draft:
            st.caption(text("rules.preview.old", lang))
        _show(tried, key, lang, theme)


def _days(days: list[Day], key: str, lang: Lang) -> list[Day]:
    config = runtime.service().config
    now = runtime.service().floor_now()

    def words(index: int) -> str:
        return day_name(days[index], now, config.zone, lang)

    label = text("rules.preview.days", lang)
    picked = st.pills(
        label,
        list(range(len(days))),
        selection_mode="multi",
        default=[0],
        format_func=words,
        key=f"{key}:days",
    )
    return [days[index] for index in sorted(picked)]


def day_name(day: Day, now: float, zone: str, lang: Lang) -> str:
    """A day as people call it; the running one says how far it goes."""
    name = clock(day.start, zone, "%m-%d")
    if day.end >= now - 1:
        return text("rules.preview.today", lang, day=name, at=clock(now, zone, "%H:%M"))
    return name


def _try(draft: Rule, present: Rule | None, days: list[Day]) -> Tried:
    service = runtime.service()
    calendar = site_calendar(service.engine, service.config, service.settings.site)
    trials = try_days(service.engine, service.config, calendar, present, draft, days)
    return Tried(draft, present, trials)


def _show(tried: Tried, key: str, lang: Lang, theme: Theme) -> None:
    config = runtime.service().config
    st.markdown(f"**{verdict(tried, lang)}**")
    header = [text(f"rules.preview.{name}", lang) for name in ("day", "present", "draft")]
    rows = []
    for trial in tried.trials:
        day = clock(trial.day.start, config.zone, "%Y-%m-%d")
        present = firings(trial.present, trial.day.end, config.zone, lang)
        if tried.present is None:
            present = text("rules.preview.no_present", lang)
        drafted = firings(trial.draft, trial.day.end, config.zone, lang)
        rows.append(dict(zip(header, (day, present, drafted), strict=True)))
    st.table(rows, hide_index=True)
    for index, trial in enumerate(tried.trials[:_MOST_CHARTS]):
        if any(value is not None for _, value in trial.curve):
            st.caption(_caption(trial, tried.draft, lang))
            charts.show(curve(trial, tried, theme, lang), f"{key}:curve:{index}")


def verdict(tried: Tried, lang: Lang) -> str:
    """One sentence: how often it fires, and how often the version in force does."""
    draft = [alarm.fired_at for trial in tried.trials for alarm in trial.draft]
    present = [alarm.fired_at for trial in tried.trials for alarm in trial.present]
    if not draft and not present:
        return text("rules.preview.none", lang)
    key = "same" if tried.present is not None and draft == present else "sum"
    return text(f"rules.preview.{key}", lang, draft=len(draft), present=len(present))


def _caption(trial: Trial, rule: Rule, lang: Lang) -> str:
    config = runtime.service().config
    return text(
        "rules.preview.chart",
        lang,
        about=about(trial.subject, rule, config, lang),
        metric=metric_name(rule, lang),
        day=clock(trial.day.start, config.zone, "%Y-%m-%d"),
    )


def curve(trial: Trial, tried: Tried, theme: Theme, lang: Lang) -> go.Figure:
    """The metric over the day as steps, the levels dashed, a mark where each version fires."""
    config, colour = runtime.service().config, COLOURS[theme]
    x = charts.local([at for at, _ in trial.curve], config.zone)
    figure = go.Figure(
        go.Scatter(
            x=x,
            y=[value for _, value in trial.curve],
            mode="lines",
            line_shape="hv",
            line_color=colour["ink"],
            hovertemplate="%{y:.4g}<extra></extra>",
        )
    )
    _level(figure, tried.draft.when.level, text("rules.preview.draft", lang), colour["over"])
    if tried.present is not None and tried.present.when.level != tried.draft.when.level:
        _level(figure, tried.present.when.level, text("rules.preview.present", lang), colour["ink2"])
    for alarms, rule, name, symbol in (
        (trial.present, tried.present, "present", "triangle-up-open"),
        (trial.draft, tried.draft, "draft", "triangle-up"),
    ):
        mine = [alarm for alarm in alarms if alarm.subject == trial.subject]
        if rule is not None and mine:
            _marks(figure, [alarm.fired_at for alarm in mine], rule, name, symbol, theme, lang)
    figure.update_layout(
        template=go.layout.Template(plotly_template(theme)), height=200, hovermode="closest",
        margin={"l": 44, "r": 110, "t": 12, "b": 28},
    )  # fmt: skip
    figure.update_yaxes(rangemode="tozero")
    return figure


def _level(figure: go.Figure, level: float, words: str, colour: str) -> None:
    figure.add_hline(
        level, line={"dash": "dash", "width": 1, "color": colour},
        annotation={"text": f"{words} {level:g}", "font": {"color": colour}, "xanchor": "left", "x": 1},
        annotation_position="right",
    )  # fmt: skip


def _marks(
    figure: go.Figure, instants: list[float], rule: Rule, name: str, symbol: str, theme: Theme, lang: Lang
) -> None:
    colour, zone = COLOURS[theme], runtime.service().config.zone
    words = text(f"rules.preview.{name}", lang)
    shade = colour["over"] if name == "draft" else colour["ink2"]
    figure.add_trace(
        go.Scatter(
            x=charts.local(instants, zone),
            y=[rule.when.level] * len(instants),
            mode="markers",
            marker={"symbol": symbol, "size": 12, "color": shade, "line": {"width": 2, "color": shade}},
            hovertemplate=f"{words} %{{x|%H:%M:%S}}<extra></extra>",
        )
    )
