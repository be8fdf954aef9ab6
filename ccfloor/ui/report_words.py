"""Words and numbers of reports, the same in every file: values by unit, targets, changes, dates."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccfloor.kpi.datasets import dataset_of
from ccfloor.kpi.fields import origin
from ccfloor.kpi.period import Period
from ccfloor.kpi.result import Light
from ccfloor.kpi.scope import Scope
from ccfloor.service.reports.data import Line, Measure, ReportData, Target, Two
from ccfloor.ui.texts import Lang, text, texts

DASH = "–"
MINUS = "−"
SHAPES: dict[Light, str] = {"met": "●", "near": "△", "missed": "▲", "none": ""}
FORMS = {
    "%": "0.0%",
    "n": "#,##0",
    "s": "[<0.0416666666]m:ss;[h]:mm:ss",
    "h": "0.0",
    "min": "0.0",
    "n/h": "0.0",
    "yuan": "#,##0.00",
    "pt": "0.0",
    "wpm": "0",
    "rings": "0.0",
}
_DAY_S = 86_400


class Cell(NamedTuple):
    """A cell of a table. ``value`` and ``form``: as a spreadsheet has it; ``trend``: drawn in place."""

    text: str
    value: float | str | datetime | None = None
    form: str = ""
    light: Light = "none"
    trend: tuple[float | None, ...] = ()
    target: Target = Target()


class Table(NamedTuple):
    """A table with its title. ``left``: columns of texts; ``totals``: last rows that are sums."""

    key: str
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    left: frozenset[int] = frozenset({0})
    totals: int = 0
    note: str = ""


def plain(words: str) -> Cell:
    """A cell of text."""
    return Cell(words, words)


def count(value: int | float | None, light: Light = "none") -> Cell:
    """A cell with a number of things."""
    return Cell(DASH if value is None else f"{value:,.0f}", value, FORMS["n"], light)


def value_cell(of: Measure, value: float | None, light: Light = "none") -> Cell:
    """A cell with a KPI's value; a spreadsheet gets the number itself, spans of time as parts of a day and
    in whole seconds, since it would cut what is shown elsewhere as rounded.
    """
    stored = round(value) / _DAY_S if of.unit == "s" and value is not None else value
    return Cell(value_text(of.unit, value), stored, FORMS.get(of.unit, "0.00"), light)


def share_cell(value: float | None, light: Light = "none") -> Cell:
    """A cell with a share (0..1)."""
    return Cell(value_text("%", value), value, FORMS["%"], light)


def value_text(unit: str, value: float | None) -> str:
    """A value in its unit: 81.3%, 1,204, 4:12, 3.4."""
    if value is None:
        return DASH
    if unit == "%":
        shown = f"{value * 100:.1f}%"
    elif unit == "s":
        shown = span(value)
    elif unit in ("n", "wpm"):
        shown = f"{value:,.0f}"
    else:
        shown = f"{value:,.2f}" if unit == "yuan" else f"{value:,.1f}"
    return shown.replace("-", MINUS)


def span(seconds: float) -> str:
    """A span of time: 4:12, or 1:02:05 from an hour on."""
    whole = round(abs(seconds))
    sign = MINUS if seconds < 0 and whole else ""
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    return sign + (f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}")


def change_cell(of: Measure, value: float | None, before: float | None) -> Cell:
    """What changed; a spreadsheet gets points, seconds or a share as a signed number."""
    if value is None or before is None:
        return plain(DASH)
    shown = change_text(of, value, before)
    if of.unit == "%":
        return Cell(shown, round((value - before) * 100, 1) or 0.0, f'+0.0"pp";{MINUS}0.0"pp";0.0"pp"')
    if of.unit == "s":
        return Cell(shown, round(value) - round(before), f'+0" s";{MINUS}0" s";0" s"')
    return (
        Cell(shown, round(value / before - 1, 3) or 0.0, f"+0.0%;{MINUS}0.0%;0.0%") if before else plain(DASH)
    )


def change_text(of: Measure, value: float | None, before: float | None) -> str:
    """What changed: shares in points, spans in time, everything else in percent of what it was."""
    if value is None or before is None:
        return DASH
    if of.unit == "%":
        return _signed(round((value - before) * 100, 1), "{:.1f}pp")
    if of.unit == "s":
        whole = round(value) - round(before)
        return f"{'+' if whole > 0 else ''}{span(whole)}"
    return DASH if not before else _signed(round((value / before - 1) * 100, 1), "{:.1f}%")


def _signed(value: float, form: str) -> str:
    shown = form.format(abs(value))
    return f"+{shown}" if value > 0 else f"{MINUS}{shown}" if value < 0 else shown


class Words:
    """A report in one language. Texts are plain: whoever shows them escapes them."""

    def __init__(self, data: ReportData, lang: Lang) -> None:
        self.data, self.lang = data, lang
        self.zone = ZoneInfo(data.zone)

    def say(self, key: str, **details: object) -> str:
        """A text of reports."""
        return text(f"report.{key}", self.lang, **details)

    def two(self, words: Two) -> str:
        """A text that both languages have."""
        return words.said(self.lang)

    def known(self, key: str, other: str) -> str:
        """A text of any part of the product, or what stands for it."""
        return texts(self.lang).get(key, other)

    # -- what it is of -----------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """What kind of report it is."""
        return self.say(f"title.{self.data.kind}.{self.data.period.part}")

    @property
    def about(self) -> str:
        """Whose figures."""
        return self.scope(self.data.scope, self.data.about)

    def scope(self, of: Scope, called: Two) -> str:
        """A scope in words."""
        if of.kind == "site":
            return self.two(called) or self.say("scope.site")
        return self.say(f"scope.{of.kind}", name=self.two(called))

    @property
    def period(self) -> str:
        """The period as people call it."""
        return self.called(self.data.period)

    def called(self, of: Period) -> str:
        """A day, week or month in words."""
        day = of.day
        if of.part == "month":
            return self.say("month", year=day.year, month=self.say(f"month.{day.month}"))
        if of.part == "week":
            week = day.isocalendar()
            span_ = f"{self.date(of.start)} – {self.date(of.end - 1)}"
            return self.say("week", year=week.year, week=week.week, span=span_)
        return f"{day:%Y-%m-%d} {self.weekday(day)}"

    def weekday(self, day: date) -> str:
        """A day of the week, short."""
        return self.say(f"weekday.{day.isoweekday()}")

    @property
    def state(self) -> str:
        """Final, or provisional and why."""
        quality = self.data.quality
        if self.data.final:
            return self.say("final")
        if quality.seen_until < self.data.period.end:
            return self.say("provisional.until", at=self.moment(quality.seen_until))
        return self.say("provisional.open", n=quality.open_calls)

    @property
    def made(self) -> str:
        """When it was made, by whom or by which plan."""
        data, at = self.data, self.moment(self.data.made_at)
        if data.plan:
            return self.say("made.plan", at=at, plan=data.plan, who=data.made_by)
        return self.say("made.by", at=at, who=data.made_by) if data.made_by else self.say("made", at=at)

    @property
    def stamp(self) -> str:
        """How final it is, when and by whom it was made, and the mark of its figures."""
        return " · ".join((self.state, self.made, self.say("digest", digest=self.data.digest)))

    @property
    def foot(self) -> str:
        """What stands below every page: what it is, and first that it is provisional where it is."""
        parts = (self.two(self.data.site), self.title, self.period, self.about)
        return " · ".join(parts if self.data.final else (self.say("provisional"), *parts))

    # -- time --------------------------------------------------------------------------------------

    def local(self, at: float) -> datetime:
        """An instant by the site's clock, without a zone."""
        return datetime.fromtimestamp(at, self.zone).replace(tzinfo=None)

    def moment(self, at: float) -> str:
        """An instant with its day."""
        return self.local(at).strftime("%Y-%m-%d %H:%M") if at > 0 else DASH

    def date(self, at: float) -> str:
        """The day of an instant."""
        return self.local(at).strftime("%Y-%m-%d")

    def clock(self, at: float) -> str:
        """An instant; in a report of a day without the day."""
        if at <= 0:
            return DASH
        return self.local(at).strftime("%H:%M" if self.data.period.part == "day" else "%m-%d %H:%M")

    def part(self, start: float) -> str:
        """A day of the series, or a half hour of a day."""
        if self.data.period.part == "day":
            return self.local(start).strftime("%H:%M")
        local = self.local(start)
        return f"{local:%m-%d} {self.weekday(local.date())}"

    # -- numbers -----------------------------------------------------------------------------------

    def target(self, of: Measure, target: Target, whose: bool = True) -> str:
        """A target: ≥ 80%, 20–60 秒; with whose it is where it is not the site's own."""
        low, high = (self.edge(of, edge) for edge in (target.at_least, target.at_most))
        if low and high:
            shown = (
                low
                if low == high
                else f"{low.removesuffix('%')}–{high}"
                if of.unit == "%"
                else f"{low}–{high}"
            )
        elif low or high:
            shown = f"≥ {low}" if low else f"≤ {high}"
        else:
            return DASH
        own = not whose or target.origin in ("own", "")
        return shown if own else self.say(f"target.{target.origin}", target=shown)

    def edge(self, of: Measure, edge: float | None) -> str:
        """One end of a target."""
        if edge is None:
            return ""
        return f"{edge * 100:.4g}%" if of.unit == "%" else span(edge) if of.unit == "s" else f"{edge:,.6g}"

    def light(self, light: Light) -> str:
        """Shape and word."""
        return f"{SHAPES[light]} {self.say(f'light.{light}')}" if light != "none" else DASH

    def name(self, line: Line) -> str:
        """A KPI with the variant it was counted by."""
        variant = self.two(line.variant)
        return f"{self.two(line.of.name)} · {variant}" if variant else self.two(line.of.name)

    def missing(self, fields: Iterable[str]) -> str:
        """Which data are not there: the files that would bring them, or what the switch does not tell."""
        found = []
        for field in fields:
            one = dataset_of(field)
            found.append(one.named(self.lang) if one else self.say(f"missing.{origin(field)}"))
        return self.say("and").join(dict.fromkeys(found))
