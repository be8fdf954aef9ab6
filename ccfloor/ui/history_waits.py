"""How long callers waited: stored buckets as bars, exact quantiles from the calls, those who gave up too."""

from functools import partial
from html import escape

import plotly.graph_objects as go
import streamlit as st

from ccfloor.floor.events import Outcome
from ccfloor.floor.metrics import HISTOGRAM_EDGES_S, HISTOGRAM_FIELDS, ratio
from ccfloor.kpi.fields import Figures
from ccfloor.service import runtime
from ccfloor.store.queue_history import Waits, range_counts, waits, whole
from ccfloor.ui import charts, people_kit
from ccfloor.ui.export import Cell, book_bytes
from ccfloor.ui.history_heat import EXCEL
from ccfloor.ui.history_state import Asked
from ccfloor.ui.history_words import DASH, lasting, share
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, text
from ccfloor.ui.tokens import COLOURS, plotly_template

SHARES = (0.5, 0.8, 0.9, 0.95)
MOST = 1_000_000  # so many calls are looked at one by one; beyond, the buckets say between what it lies
_OUTCOMES = (Outcome.ANSWERED, Outcome.ABANDONED)


def show(seen: Look, asked: Asked) -> None:
    """Draw the bars, then the quantiles."""
    lang, service = seen.lang, runtime.service()
    told = whole(range_counts(service.engine, service.viewer(lang), service.config, asked.queue, asked.of))
    counted = buckets(told)
    if not sum(counted):
        st.caption(text("qh.none", lang))
        return
    people_kit.piece(escape(text("qh.waits.said", lang, n=f"{sum(counted):,}")))
    charts.show(_bars(seen, asked, counted), "qh-waits")
    rows = _quantiles(asked, told)
    people_kit.piece(people_kit.table(_header(lang), [[escape(cell) for cell in row] for row in rows]))
    st.caption(text("qh.waits.rank", lang))
    file = f"ccfloor-{service.config.site}-waits-{asked.of.name}.xlsx"
    make = partial(_excel, counted, rows, lang)
    st.download_button(text("qh.excel", lang), make, file, EXCEL, key="qh-waits-excel")


def buckets(told: Figures) -> list[int]:
    """How many of the answered waited as long as each bucket says."""
    return [round(told.get(f"queue.{name}", 0)) for name in HISTOGRAM_FIELDS]


def bucket_words(index: int, lang: Lang) -> str:
    """A bucket in seconds: 0, 0–5, …, > 300."""
    edges = HISTOGRAM_EDGES_S
    if index == 0:
        return "0"
    if index == len(edges) - 1:
        return f"> {edges[index - 1]}"
    return f"{edges[index - 1]}–{edges[index]}"


def _bars(seen: Look, asked: Asked, counted: list[int]) -> go.Figure:
    """A bar a bucket, its share above it; below the edge the share of all who waited no longer."""
    lang, colour = seen.lang, COLOURS[seen.theme]
    total, within = sum(counted), 0
    labels, hover = [], []
    names = [bucket_words(index, lang) for index in range(len(counted))]
    for index, n in enumerate(counted):
        within += n
        part = n / total
        labels.append("" if not n else f"{part:.1%}" if part >= 0.0005 else "<0.1%")
        so_far = share(within / total)
        hover.append(text("qh.waits.bar", lang, s=names[index], n=f"{n:,}", share=share(part), upto=so_far))
    figure = go.Figure(
        go.Bar(
            x=names,
            y=[n / total for n in counted],
            text=labels,
            textposition="outside",
            cliponaxis=False,
            marker_color=colour["contact"],
            hovertext=hover,
            hovertemplate="%{hovertext}<extra></extra>",
            textfont={"color": colour["ink"], "size": 13},
        )
    )
    template = go.layout.Template(plotly_template(seen.theme))
    figure.update_layout(template=template, height=340, hovermode="closest", margin={"b": 56})
    figure.update_yaxes(rangemode="tozero", tickformat=".0%")
    figure.update_xaxes(type="category", title={"text": text("qh.waits.axis", lang), "standoff": 8})
    _threshold(figure, asked, seen)
    return figure


def _threshold(figure: go.Figure, asked: Asked, seen: Look) -> None:
    """Where the queue's threshold lies, if it is the edge of a bucket."""
    if not asked.queue:
        return
    config = runtime.service().config
    limit = config.target(asked.queue, asked.of.end - 1).threshold_s
    if limit not in HISTOGRAM_EDGES_S:
        return
    colour = COLOURS[seen.theme]
    place = HISTOGRAM_EDGES_S.index(int(limit)) + 0.5
    words = text("qh.waits.threshold", seen.lang, s=f"{limit:g}")
    figure.add_vline(x=place, line={"dash": "dash", "width": 1, "color": colour["ink2"]})
    figure.add_annotation(
        x=place,
        y=1.06,
        yref="paper",
        text=words,
        showarrow=False,
        xanchor="left",
        font={"color": colour["ink2"]},
    )


# -- quantiles ---------------------------------------------------------------------------------------


def _header(lang: Lang) -> list[str]:
    mean = text("qh.waits.mean", lang)
    named = [text("qh.waits.share", lang, share=f"{one * 100:g}") for one in SHARES]
    return [text("qh.waits.of", lang), text("qh.waits.n", lang), mean, *named, text("qh.waits.longest", lang)]


def _quantiles(asked: Asked, told: Figures) -> list[list[str]]:
    service, lang = runtime.service(), asked.lang
    viewer = service.viewer(lang)
    rows = []
    for outcome in _OUTCOMES:
        n = round(told.get(f"queue.{outcome.value}", 0))
        mean = ratio(told.get(f"queue.wait_{outcome.value}_ms", 0), n)
        line = [text(f"qh.waits.{outcome.value}", lang), f"{n:,}", lasting(mean)]
        if told.get("queue.offered", 0) <= MOST:
            found = waits(service.engine, viewer, asked.queue, asked.of, outcome, SHARES)
            rows.append([*line, *_exact(found)])
        else:
            rows.append([*line, *_between(told, outcome, lang), DASH])
    return rows


def _exact(found: Waits) -> list[str]:
    if not found.n:
        return [DASH] * (len(SHARES) + 1)
    return [*(lasting(found.at_share[one]) for one in SHARES), lasting(found.longest_ms)]


def _between(told: Figures, outcome: Outcome, lang: Lang) -> list[str]:
    """The buckets in which the quantiles lie; nothing is known so of those who gave up."""
    counted = buckets(told)
    total = sum(counted)
    if outcome is not Outcome.ANSWERED or not total:
        return [DASH] * len(SHARES)
    found = []
    for one in SHARES:
        within = 0
        for index, n in enumerate(counted):
            within += n
            if within >= one * total:
                found.append(text("qh.waits.between", lang, s=bucket_words(index, lang)))
                break
    return found


def _excel(counted: list[int], rows: list[list[str]], lang: Lang) -> bytes:
    total, within = sum(counted), 0
    drawn: list[list[Cell]] = []
    for index, n in enumerate(counted):
        within += n
        drawn.append([bucket_words(index, lang), n, n / total, within / total])
    header = [text(f"qh.waits.col.{name}", lang) for name in ("bucket", "n", "share", "upto")]
    return book_bytes(
        [
            (text("qh.view.waits", lang), header, drawn),
            (text("qh.waits.quantiles", lang), _header(lang), rows),
        ]
    )
