"""Calibrations in words, tables and one chart: who is how far from the reference, and on which questions."""

from collections.abc import Mapping
from html import escape

import plotly.graph_objects as go
import streamlit as st

from ccfloor.kpi.period import business_date, day_number
from ccfloor.qa.calibrate import LEAST_KAPPA, LEAST_PAIRS, Agreement, Compared, Standing
from ccfloor.qa.model import Form
from ccfloor.service import runtime
from ccfloor.service.qa import versions
from ccfloor.service.qa.calibration import OPEN, Session, SessionRow
from ccfloor.service.qa.versions import VersionError
from ccfloor.ui import charts
from ccfloor.ui import people_kit as kit
from ccfloor.ui.qa_work_words import day_words
from ccfloor.ui.rules_words import said
from ccfloor.ui.scope_words import agent_label, queue_label
from ccfloor.ui.texts import Lang, text
from ccfloor.ui.tokens import COLOURS, Theme, plotly_template

DASH = "–"
_LINE_PX, _FRAME_PX, _TICK = 30, 70, 5


def form_name(name: str, version: int, lang: Lang) -> str:
    """A form's name in the page's language, with its version."""
    service = runtime.service()
    try:
        found = versions.version(service.engine, service.config.site, "form", name, version)
    except VersionError:
        return f"{name} v{version}"
    body = found.body
    return f"{said(body.name, lang) if body is not None else name} v{version}"


def about(row: SessionRow, lang: Lang) -> str:
    """What is scored: whose call, or what it is instead."""
    config = runtime.service().config
    parts = [row.about, agent_label(config, row.agent, lang) if row.agent else ""]
    parts.append(queue_label(config, row.queue, lang) if row.queue else "")
    return " · ".join(part for part in parts if part)


def late(one: Session) -> bool:
    """Whether a session is open after its last day."""
    service = runtime.service()
    today = day_number(business_date(service.config, service.floor_now()))
    return one.row.state == OPEN and one.row.due_day < today


def due(one: Session, lang: Lang) -> str:
    """Until when it is to be scored."""
    day = day_words(one.row.due_day)
    return text("qa_calibration.late", lang, day=day) if late(one) else day


def state(row: SessionRow, lang: Lang) -> str:
    """How it stands."""
    day = day_words(row.day) if row.day else ""
    return text(f"qa_calibration.state.{row.state}", lang, day=day)


def handed_in(one: Session, lang: Lang) -> str:
    """How many have handed in."""
    return text("qa_calibration.handed_in", lang, n=len(one.handed_in), all=len(one.row.everybody))


def signed(value: float | None, lang: Lang) -> str:
    """Points above or below the reference: +2.5, −3.0; a dash for none."""
    if value is None:
        return DASH
    told = f"{abs(value):.1f}"
    return told if told == "0.0" else f"{'+' if value > 0 else '−'}{told}"


def share(value: float | None) -> str:
    """A share: 87%; a dash for none."""
    return DASH if value is None else f"{value:.0%}"


def kappa(value: float | None) -> str:
    """A kappa, to two decimals."""
    return DASH if value is None else f"{value:.2f}".replace("-", "−")


# -- reviewers -----------------------------------------------------------------------------------------


def standings(
    told: Compared, lang: Lang, most: float | None = None, theme: Theme | None = None, key: str = ""
) -> None:
    """Reviewers beside the reference as a table, and where a theme is given as a chart.

    ``most``: points from which on who is further must calibrate again; None where it is not for these forms
    to say so.
    """
    columns = ["reviewer", "forms", "absolute", "leniency", "same", "kappa", "fatal"]
    columns += ["verdict"] if most is not None else []
    header = [text(f"qa_calibration.reviewer.{name}", lang) for name in columns]
    cells = [_reviewer(one, lang)[: len(columns)] for one in told.reviewers]
    judged = enumerate(told.reviewers) if most is not None else ()
    kit.piece(kit.table(header, cells, {(place, len(columns) - 1) for place, one in judged if one.again}))
    if most is not None:
        limits = {"most": f"{most:g}", "kappa": LEAST_KAPPA, "n": LEAST_PAIRS}
        st.caption(text("qa_calibration.limits", lang, **limits))
    st.caption(text("qa_calibration.kappa.note", lang))
    if theme is not None and most is not None:
        charts.show(leniency_chart(told, most, lang, theme), key)


def _reviewer(one: Standing, lang: Lang) -> list[str]:
    tells = abs(one.drift.leniency) >= 0.05
    lean = "lenient" if one.drift.leniency > 0 else "strict"
    leniency = escape(signed(one.drift.leniency, lang))
    words = f" <small>{escape(text(f'qa_calibration.{lean}', lang))}</small>" if tells else ""
    fatal = text("qa_calibration.fatal", lang, missed=one.missed, alone=one.alone)
    return [
        f"<b>{escape(one.drift.reviewer)}</b>",
        str(one.drift.n),
        f"{one.drift.absolute:.1f}",
        leniency + words,
        share(one.same),
        f"{kappa(one.kappa)} <small>{escape(text('qa_calibration.pairs', lang, n=one.pairs))}</small>",
        escape(fatal) if one.missed or one.alone else DASH,
        escape(text("qa_calibration.again" if one.again else "qa_calibration.fine", lang)),
    ]


def leniency_chart(told: Compared, most: float, lang: Lang, theme: Theme) -> go.Figure:
    """Mean points above or below the reference, a line a reviewer, with the limit on both sides."""
    colour = COLOURS[theme]
    people = [one.drift for one in told.reviewers][::-1]
    figure = go.Figure(
        go.Bar(
            x=[one.leniency for one in people],
            y=[one.reviewer for one in people],
            orientation="h",
            marker_color=colour["contact"],
            text=[signed(one.leniency, lang) for one in people],
            textposition="outside",
            hoverinfo="skip",
            cliponaxis=False,
        )
    )
    height = _FRAME_PX + _LINE_PX * len(people)
    figure.update_layout(
        template=go.layout.Template(plotly_template(theme)), height=height, hovermode="closest"
    )
    for edge, word in ((-most, "strict"), (most, "lenient")):
        figure.add_vline(edge, line={"color": colour["ink2"], "width": 1, "dash": "dash"})
        words = f"{text(f'qa_calibration.{word}', lang)} {signed(edge, lang)}"
        figure.add_annotation(
            x=edge, y=1, yref="paper", text=words, showarrow=False, yanchor="bottom",
            font={"size": 12, "color": colour["ink2"]},
        )  # fmt: skip
    figure.add_vline(0, line={"color": colour["rule"], "width": 1})
    reach = max([most, *(abs(one.leniency) for one in people)]) * 1.25
    ticks = range(-int(reach // _TICK) * _TICK, int(reach) + 1, _TICK)
    words_of = [f"{'+' if at > 0 else '−' if at < 0 else ''}{abs(at)}" for at in ticks]
    figure.update_xaxes(range=[-reach, reach], tickvals=list(ticks), ticktext=words_of, showgrid=False)
    figure.update_yaxes(automargin=True, showgrid=False, zeroline=False, nticks=len(people) + 1)
    return figure


# -- questions -----------------------------------------------------------------------------------------


def agreements(told: Compared, forms: Mapping[tuple[str, int], Form], lang: Lang) -> None:
    """Questions beside the reference, those agreed on least first."""
    st.subheader(text("qa_calibration.items", lang), anchor=False)
    several = len({one.form for one in told.items}) > 1
    columns = (*(("form",) if several else ()), "item", "n", "same", "kappa", "leniency", "na", "between")
    header = [text(f"qa_calibration.item.{name}", lang) for name in columns]
    kit.piece(kit.table(header, [_item(one, forms, several, lang) for one in told.items]))


def _item(one: Agreement, forms: Mapping[tuple[str, int], Form], several: bool, lang: Lang) -> list[str]:
    version = max(number for name, number in forms if name == one.form)
    form = forms[one.form, version]
    return [
        *([escape(said(form.name, lang))] if several else []),
        f"<b>{escape(said(form.item(one.item).name, lang))}</b>",
        str(one.n),
        share(one.same),
        kappa(one.kappa),
        signed(one.leniency, lang),
        str(one.na_apart) if one.na_apart else DASH,
        share(one.between),
    ]
