"""The page of definitions: which part, the catalogue or one KPI, the metrics, files to take away."""

from functools import partial
from html import escape

import streamlit as st

from ccfloor.floor.definitions import DEFINITIONS
from ccfloor.kpi.period import business_date, day_number
from ccfloor.service import runtime
from ccfloor.service.kpi_site import KpiBook, kpi_book
from ccfloor.ui import definitions_catalogue, definitions_one, people_kit
from ccfloor.ui.definitions_files import catalogue_csv, definitions_excel
from ccfloor.ui.downloads import download
from ccfloor.ui.links import address
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, text

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PARTS = ("kpi", "targets", "metrics")


def show(seen: Look) -> None:
    """Draw the part that the URL asks for; with ``kpi=`` that one KPI."""
    lang = seen.lang
    people_kit.dress(seen)
    st.html(f"<style>{definitions_catalogue.CSS}</style>")
    st.header(text("page.definitions", lang), anchor=False)
    st.caption(text("definitions.lead", lang))
    part = _part(lang)
    if part == "metrics" and not st.query_params.get("kpi"):
        _metrics(lang)  # said here and nowhere else: whatever becomes of the database
    with database_or_notice(lang):
        book = kpi_book(runtime.service())
        if book.problems:
            told = "\n".join(f"- {problem.said(lang)}" for problem in book.problems)
            st.warning(f"{text('definitions.file', lang)}\n\n{told}")
        kpi = book.definition(str(st.query_params.get("kpi", "")))
        if kpi is not None:
            definitions_one.show(kpi, book, lang)
            return
        if part == "targets":
            definitions_catalogue.decisions(book, lang)
        elif part != "metrics":
            definitions_catalogue.show(book, today(), lang)
        _files(book, lang)


def today() -> int:
    """The floor's business day as it is stored."""
    service = runtime.service()
    return day_number(business_date(service.config, service.floor_now()))


def _part(lang: Lang) -> str:
    """The part asked for, and links to each; a KPI that is open belongs to the first."""
    asked = str(st.query_params.get("part", ""))
    part = asked if asked in PARTS else PARTS[0]
    links = []
    for name in PARTS:
        href = address({"part": name if name != PARTS[0] else "", "kpi": "", "scope": ""})
        now = ' aria-current="true"' if name == part else ""
        label = escape(text(f"definitions.part.{name}", lang))
        links.append(f'<a href="{href}" target="_self"{now}>{label}</a>')
    st.html(f'<div class="ccfloor-switch cd-parts">{"".join(links)}</div>')
    return part


def _metrics(lang: Lang) -> None:
    """What the numbers of the live pages mean."""
    zh = lang == "zh"
    st.caption(text("definitions.metrics.lead", lang))
    header = [text(f"definitions.{name}", lang) for name in ("name", "formula", "unit", "source")]
    rows = [
        [
            escape(item.zh if zh else item.en),
            escape(item.formula_zh if zh else item.formula_en),
            escape(text(f"unit.{item.unit}", lang)),
            escape(item.told_by(zh)),
        ]
        for item in DEFINITIONS.values()
    ]
    people_kit.piece(people_kit.table(header, rows), "cd cd-metrics")


def _files(book: KpiBook, lang: Lang) -> None:
    config, day = runtime.service().config, today()
    name = f"ccfloor-{config.site}-definitions"
    with st.container(horizontal=True):
        made = partial(definitions_excel, book, config, day, lang)
        download(text("definitions.excel", lang), made, f"{name}.xlsx", EXCEL, key="def-xlsx")
        plain = partial(catalogue_csv, book, day, lang)
        download(text("definitions.csv", lang), plain, f"{name}.csv", "text/csv", key="def-csv")
