"""What became of appeals: outcomes, questions, reviewers, and how long they took."""

from collections.abc import Sequence
from datetime import date
from html import escape

import streamlit as st

from ccfloor.qa.model import Form
from ccfloor.service import runtime
from ccfloor.service.qa import versions
from ccfloor.service.qa.appeal_rules import Rules
from ccfloor.service.qa.appeal_stats import OUTCOMES, Stats, Tally, Took, statistics
from ccfloor.service.qa.versions import VersionError
from ccfloor.ui import people_kit as kit
from ccfloor.ui import qa_appeal_words as words
from ccfloor.ui.downloads import download
from ccfloor.ui.export import Cell, book_bytes
from ccfloor.ui.texts import Lang, text
from ccfloor.ui.trend_page import EXCEL

_DASH = "–"
Table = tuple[str, list[str], list[list[Cell]]]


def show(rules: Rules, first: date, last: date, who: str, lang: Lang) -> None:
    """Draw them."""
    service = runtime.service()
    viewer = service.viewer(lang)
    told = statistics(service.engine, viewer, service.config, rules, first, last, who)
    if not told.total.filed:
        st.caption(text("qa_appeal.none", lang))
        return
    tables = tables_of(told, last, lang)
    for title, header, rows in tables:
        st.subheader(title, anchor=False)
        kit.piece(kit.table(header, [[escape(_shown(cell)) for cell in row] for row in rows]))
    name = f"qa-appeals-{first.isoformat()}-{last.isoformat()}.xlsx"
    download(text("qa_appeal.excel", lang), lambda: book_bytes(tables), name, EXCEL, key="qa-appeals-xlsx")


def tables_of(told: Stats, day: date, lang: Lang) -> list[Table]:
    """The same tables as they stand on the page and in a file."""
    whole = _tally(text("qa_appeal.stats.all", lang), told.total)
    by_item = [_tally(_item(form, one.name, day, lang), one) for form, one in told.items]
    by_reviewer = [
        [*_tally(one.name or _DASH, one), told.scores.get(one.name, 0), _rate(one, told)]
        for one in told.reviewers
    ]
    counts = [text(f"qa_appeal.stats.{name}", lang) for name in ("filed", *OUTCOMES, "right")]
    more = [text(f"qa_appeal.stats.{name}", lang) for name in ("scores", "rate")]

    def titled(name: str, rows: Sequence[list[Cell]], *further: str) -> Table:
        return text(f"qa_appeal.stats.by_{name}", lang), [text(f"qa_appeal.stats.{name}", lang), *counts,
                                                          *further], list(rows)  # fmt: skip

    names = [text(f"qa_appeal.stats.{name}", lang) for name in ("step", "n", "median", "longest", "late")]
    took: Table = (text("qa_appeal.stats.took", lang), names, [_took(one, lang) for one in told.took])
    return [
        titled("outcome", [whole]),
        titled("item", by_item),
        titled("reviewer", by_reviewer, *more),
        took,
    ]


def _tally(name: str, one: Tally) -> list[Cell]:
    return [name, one.filed, *(one.of[outcome] for outcome in OUTCOMES), _share(one.right)]


def _rate(one: Tally, told: Stats) -> str:
    """Appeals of a hundred scores."""
    scores = told.scores.get(one.name, 0)
    return f"{100 * one.filed / scores:.1f}" if scores else _DASH


def _share(value: float | None) -> str:
    return _DASH if value is None else f"{value:.0%}"


def _took(one: Took, lang: Lang) -> list[Cell]:
    median = _DASH if one.median is None else f"{one.median:g}"
    name = text(f"qa_appeal.do.{one.step}", lang)
    return [name, one.n, median, _DASH if one.longest is None else one.longest, one.late]


def _item(form: str, item: str, day: date, lang: Lang) -> str:
    return words.item_name(_form(form, day), item, lang)


def _form(name: str, day: date) -> Form | None:
    """The form as it counts at the end of the time."""
    service = runtime.service()
    try:
        return versions.current(service.engine, service.viewer(), "form", name, day).form
    except VersionError:
        return None


def _shown(cell: Cell) -> str:
    return _DASH if cell is None else str(cell)
