"""The rows of the data quality page in words: each check's findings as a table of texts."""

from collections.abc import Iterable
from html import escape
from typing import NamedTuple

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.definitions import DEFINITIONS
from ccfloor.floor.metrics import HISTOGRAM_FIELDS
from ccfloor.kpi.period import date_of
from ccfloor.store.day_check import Difference
from ccfloor.store.quality_checks import DoubtfulCall, Gap, LateInterval, Skew
from ccfloor.ui.links import call_address
from ccfloor.ui.report_words import DASH, span
from ccfloor.ui.scope_words import agent_label
from ccfloor.ui.system_rows import clock, source_label
from ccfloor.ui.texts import Lang, text, texts

_OUTCOME = "quality.outcome"


class Sheet(NamedTuple):
    """A table in words. ``links``: what the first cell of a row leads to ("": nothing), as an ``href``."""

    header: list[str]
    rows: list[list[str]]
    links: list[str] = []

    def markup(self) -> list[list[str]]:
        """The rows as HTML."""
        found = [[escape(cell) for cell in row] for row in self.rows]
        for row, link in zip(found, self.links, strict=False):
            if link:
                row[0] = f'<a href="{link}" target="_self">{row[0]}</a>'
        return found


class Words:
    """One language at one site."""

    def __init__(self, config: FloorConfig, lang: Lang) -> None:
        self.config, self.lang, self.zone = config, lang, config.zone

    def at(self, instant: float) -> str:
        """An instant by the site's clock."""
        return clock(instant, self.zone)

    def queue(self, name: str) -> str:
        """A queue as people call it."""
        info = self.config.queues.get(name)
        return ((info.zh if self.lang == "zh" else info.en) if info else "") or name or DASH

    def head(self, table: str, *names: str) -> list[str]:
        """The names of columns."""
        return [text(f"quality.{table}.{name}", self.lang) for name in names]

    def calls(self, rows: Iterable[DoubtfulCall]) -> Sheet:
        """Calls, each leading to its life."""
        known = list(rows)
        header = self.head("call", "at", "queue", "number", "agent", "outcome", "why")
        cells = [
            [
                self.at(row.entered_at),
                self.queue(row.queue),
                row.number or DASH,
                agent_label(self.config, row.agent, self.lang) if row.agent else DASH,
                text(f"{_OUTCOME}.{row.outcome}", self.lang),
                text(f"quality.why.{row.why}", self.lang),
            ]
            for row in known
        ]
        return Sheet(header, cells, [call_address(row.source, row.position) for row in known])

    def gaps(self, rows: Iterable[Gap]) -> Sheet:
        """Times out of sight."""
        header = self.head("gap", "source", "start", "end", "lasted", "blind")
        words = {True: text("quality.gap.nobody", self.lang), False: text("quality.gap.others", self.lang)}
        cells = [
            [
                source_label(row.source, self.zone, self.lang),
                self.at(row.start),
                self.at(row.end),
                span(row.end - row.start),
                words[row.blind],
            ]
            for row in rows
        ]
        return Sheet(header, cells)

    def skews(self, rows: Iterable[Skew]) -> Sheet:
        """How far the clocks were apart."""
        ahead, behind = (text(f"quality.skew.{name}", self.lang) for name in ("ahead", "behind"))
        agree = text("quality.skew.agree", self.lang)
        cells = [
            [
                self.at(row.at),
                signed(row.seconds) if row.seconds else DASH,
                ahead if row.seconds > 0 else behind if row.seconds else agree,
            ]
            for row in rows
        ]
        return Sheet(self.head("skew", "at", "seconds", "says"), cells)

    def intervals(self, rows: Iterable[LateInterval]) -> Sheet:
        """Quarter hours that are not final yet."""
        cells = [[self.at(row.start), self.queue(row.queue), f"{row.open:,}"] for row in rows]
        return Sheet(self.head("late", "start", "queue", "open"), cells)

    def differences(self, rows: Iterable[Difference]) -> Sheet:
        """Figures whose ways do not agree."""
        header = self.head("total", "day", "queue", "figure", "of_day", "of_intervals", "of_calls")
        cells = [
            [
                date_of(row.day).isoformat(),
                self.queue(row.queue),
                self.field(row.field),
                *(DASH if way is None else f"{way:,}" for way in row[3:]),
            ]
            for row in rows
        ]
        return Sheet(header, cells)

    def field(self, name: str) -> str:
        """A stored figure as people call it."""
        if name in HISTOGRAM_FIELDS:
            return text("quality.field.histogram", self.lang, n=HISTOGRAM_FIELDS.index(name) + 1)
        known = texts(self.lang).get(f"quality.field.{name}")
        definition = DEFINITIONS.get(name)
        if known is None and definition is not None:
            return definition.zh if self.lang == "zh" else definition.en
        return known or name


def signed(seconds: float) -> str:
    """Seconds with their sign: +1.2, −0.8."""
    return f"{seconds:+.1f}".replace("-", "\u2212")


def shown_of(shown: int, total: int, lang: Lang) -> str:
    """How much of all is shown."""
    key = "quality.shown.some" if shown < total else "quality.shown.all"
    return text(key, lang, n=f"{shown:,}", total=f"{total:,}")
