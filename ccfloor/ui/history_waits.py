"""How long callers waited: stored buckets as bars, exact quantiles from the calls, those who gave up too."""

from functools import partial
from html import escape

import streamlit as st

from ccfloor.floor.events import Outcome
from ccfloor.floor.metrics import HISTOGRAM_EDGES_S, HISTOGRAM_FIELDS, ratio
from ccfloor.kpi.fields import Figures
from ccfloor.service import runtime
from ccfloor.store.queue_history import Waits, range_counts, waits, whole
from ccfloor.ui import people_kit
from ccfloor.ui.downloads import download
from ccfloor.ui.export import Cell, book_bytes
from ccfloor.ui.history_heat import EXCEL
from ccfloor.ui.history_state import Asked
from ccfloor.ui.history_words import DASH, lasting, share
from ccfloor.ui.texts import Lang, text

SHARES = (0.5, 0.8, 0.9, 0.95)
MOST = 300_000  # so many calls are looked at one by one; beyond, the buckets say between what it lies
_OUTCOMES = (Outcome.ANSWERED, Outcome.ABANDONED)
_COLUMNS = ("bucket", "n", "share", "upto")

_CSS = """
.qh-bar{display:grid;grid-template-columns:5.5rem 1fr 5rem 5rem 8rem;gap:0 .8rem;padding:.12rem 0;
max-width:76rem}
.qh-bar.h{color:var(--ink2);font-size:.8125rem}.qh-bar>span:nth-child(n+3){text-align:right}
.qh-bar>span:nth-child(2){display:flex;align-items:center;gap:.6rem;position:relative}
.qh-bar i{background:var(--contact);height:1.1rem;display:block}
.qh-bar em{font-style:normal;color:var(--ink2);font-size:.8125rem;white-space:nowrap}
.qh-bar.t{border-bottom:1px dashed var(--ink2)}
@media(max-width:700px){.qh-bar{grid-template-columns:4.2rem 1fr 3.6rem 3.8rem;gap:0 .4rem}
.qh-bar>span:nth-child(3){display:none}}
"""


def show(asked: Asked) -> None:
    """Draw the bars, then the quantiles."""
    lang, service = asked.lang, runtime.service()
    told = whole(range_counts(service.engine, service.viewer(lang), service.config, asked.queue, asked.of))
    counted = buckets(told)
    if not sum(counted):
        st.caption(text("qh.none", lang))
        return
    people_kit.piece(escape(text("qh.waits.said", lang, n=f"{sum(counted):,}")))
    st.html(f"<style>{_CSS}</style>")
    people_kit.piece(_bars(asked, counted, lang))
    rows = _quantiles(asked, told)
    people_kit.piece(people_kit.table(_header(lang), [_shown(row) for row in rows]))
    exact = _read(told, Outcome.ANSWERED) <= MOST
    st.caption(text("qh.waits.rank" if exact else "qh.waits.buckets", lang, n=f"{MOST:,}"))
    file = f"ccfloor-{service.config.site}-waits-{asked.of.name}.xlsx"
    make = partial(_excel, counted, rows, lang)
    download(text("qh.excel", lang), make, file, EXCEL, key="qh-waits-excel")


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


def _bars(asked: Asked, counted: list[int], lang: Lang) -> str:
    """A row a bucket: its bar, its share, and the share of all who waited no longer."""
    total, most, within, limit = sum(counted), max(counted), 0, _threshold(asked)
    names = [escape(text(f"qh.waits.col.{name}", lang)) for name in _COLUMNS]
    head = "".join(f"<span>{name}</span>" for name in (names[0], "", *names[1:]))
    parts = [f'<div class="qh-bar h">{head}</div>']
    for index, n in enumerate(counted):
        within += n
        last = index == limit
        words = text("qh.waits.threshold", lang, s=HISTOGRAM_EDGES_S[index]) if last else ""
        bar = f'<i style="width:{n / most * 100:.2f}%"></i><em>{escape(words)}</em>'
        cells = (bucket_words(index, lang), bar, f"{n:,}", _part(n / total), share(within / total))
        inner = "".join(f"<span>{cell}</span>" for cell in cells)
        parts.append(f'<div class="qh-bar{" t" if last else ""}">{inner}</div>')
    return "".join(parts)


def _part(part: float) -> str:
    """A share; one too small to be seen in its decimals is not nothing."""
    return "&lt;0.1%" if 0 < part < 0.0005 else share(part)


def _threshold(asked: Asked) -> int:
    """The bucket at whose upper edge the queue's threshold lies; -1 where it is no edge."""
    if not asked.queue:
        return -1
    limit = runtime.service().config.target(asked.queue, asked.of.end - 1).threshold_s
    return HISTOGRAM_EDGES_S.index(int(limit)) if limit in HISTOGRAM_EDGES_S[:-1] else -1


# -- quantiles ---------------------------------------------------------------------------------------


def _header(lang: Lang) -> list[str]:
    mean = text("qh.waits.mean", lang)
    named = [text("qh.waits.share", lang, share=f"{one * 100:g}") for one in SHARES]
    return [text("qh.waits.of", lang), text("qh.waits.n", lang), mean, *named, text("qh.waits.longest", lang)]


def _shown(row: list[Cell]) -> list[str]:
    """A row of quantiles as HTML."""
    name, n, *times = row
    said = (escape(one) if isinstance(one, str) else _seconds(one) for one in times)
    return [escape(str(name)), f"{n:,}", *said]


def _seconds(value: Cell) -> str:
    return lasting(value * 1000) if isinstance(value, (int, float)) else DASH


def _quantiles(asked: Asked, told: Figures) -> list[list[Cell]]:
    """Who, how many, then seconds: the mean, each quantile, the longest; words where they are rough."""
    service, lang = runtime.service(), asked.lang
    viewer = service.viewer(lang)
    rows: list[list[Cell]] = []
    for outcome in _OUTCOMES:
        n = round(told.get(f"queue.{outcome.value}", 0))
        mean = ratio(told.get(f"queue.wait_{outcome.value}_ms", 0), n)
        line: list[Cell] = [text(f"qh.waits.{outcome.value}", lang), n, _rounded(mean)]
        if _read(told, outcome) <= MOST:
            found = waits(service.engine, viewer, asked.queue, asked.of, outcome, SHARES)
            rows.append([*line, *_exact(found)])
        else:
            rows.append([*line, *_between(told, outcome, lang), None])
    return rows


def _rounded(ms: float | None) -> float | None:
    return None if ms is None else round(ms / 1000, 1)


def _read(told: Figures, outcome: Outcome) -> float:
    """How many calls must be read for the waits of an outcome: the abandoned have an index of their own."""
    return told.get("queue.abandoned" if outcome is Outcome.ABANDONED else "queue.offered", 0)


def _exact(found: Waits) -> list[Cell]:
    if not found.n:
        return [None] * (len(SHARES) + 1)
    return [*(_rounded(found.at_share[one]) for one in SHARES), _rounded(found.longest_ms)]


def _between(told: Figures, outcome: Outcome, lang: Lang) -> list[Cell]:
    """The buckets in which the quantiles lie; nothing is known so of those who gave up."""
    counted = buckets(told)
    total = sum(counted)
    if outcome is not Outcome.ANSWERED or not total:
        return [None] * len(SHARES)
    found: list[Cell] = []
    for one in SHARES:
        within = 0
        for index, n in enumerate(counted):
            within += n
            if within >= one * total:
                found.append(text("qh.waits.between", lang, s=bucket_words(index, lang)))
                break
    return found


def _excel(counted: list[int], rows: list[list[Cell]], lang: Lang) -> bytes:
    """Both tables; times are numbers of seconds."""
    total, within = sum(counted), 0
    drawn: list[list[Cell]] = []
    for index, n in enumerate(counted):
        within += n
        drawn.append([bucket_words(index, lang), n, n / total, within / total])
    header = [text(f"qh.waits.col.{name}", lang) for name in _COLUMNS]
    unit = text("unit.s", lang)
    quantiles = [f"{name} ({unit})" if at > 1 else name for at, name in enumerate(_header(lang))]
    return book_bytes(
        [
            (text("qh.view.waits", lang), header, drawn),
            (text("qh.waits.quantiles", lang), quantiles, rows),
        ]
    )
