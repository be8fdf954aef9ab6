"""QA in words: points, rates, lights, and what forms, items and samples are called."""

from html import escape

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.light import light
from ccfloor.kpi.period import Period
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.service.qa.overview import Goal
from ccfloor.service.qa.versions import Names
from ccfloor.store.qa_scores import ScoreRow
from ccfloor.store.qa_sums import Tally
from ccfloor.ui.links import page_address
from ccfloor.ui.report_words import DASH, MINUS, SHAPES, value_text
from ccfloor.ui.rules_words import said
from ccfloor.ui.scope_words import scope_name
from ccfloor.ui.texts import Lang, text
from ccfloor.ui.trend_words import period_name

UNITS = {"qa_score": "pt", "qa_pass": "%", "qa_fatal": "%", "qa_cover": "%", "qa_drift": "pt"}


def measured(tally: Tally, kpi: str) -> float | None:
    """A KPI of forms."""
    return {"qa_score": tally.mean, "qa_pass": tally.pass_rate, "qa_fatal": tally.fatal_rate}[kpi]


def number(kpi: str, value: float | None) -> str:
    """A KPI's value: 87.4, 93.1%."""
    return value_text(UNITS[kpi], value)


def points(value: float | None) -> str:
    """Points to one decimal."""
    return value_text("pt", value)


def share(value: float | None) -> str:
    """A share as a percentage."""
    return value_text("%", value)


def signed(value: float | None) -> str:
    """A difference in points: +2.1, −0.4."""
    if value is None:
        return DASH
    shown = f"{abs(value):.1f}"
    return shown if float(shown) == 0 else f"+{shown}" if value > 0 else f"{MINUS}{shown}"


def goal_words(kpi: str, goal: Goal, lang: Lang) -> str:
    """A target with whose it is: ≥ 85.0 (suggested)."""
    if goal.bound is None:
        return DASH
    low, high = goal.bound.at_least, goal.bound.at_most
    edges = [f"≥ {number(kpi, low)}"] if low is not None else []
    edges += [f"≤ {number(kpi, high)}"] if high is not None else []
    whose = text(f"trend.origin.{goal.origin}", lang) if goal.origin else ""
    return " ".join(edges) + (f" · {whose}" if whose else "")


def lit(kpi: str, value: float | None, goal: Goal) -> str:
    """A value as HTML, marked where it misses its target."""
    told = light(goal.bound, value)
    shape = SHAPES[told] if told in ("near", "missed") else ""
    mark = f'<i aria-hidden="true">{shape}</i> ' if shape else ""
    return f'<span class="kp-{told}">{mark}{escape(number(kpi, value))}</span>'


def form_name(names: Names, form: str, lang: Lang) -> str:
    """What a form is called; its id where nobody knows it any more."""
    return said(names.forms[form], lang) if form in names.forms else form


def item_name(names: Names, form: str, item: str, lang: Lang) -> str:
    """What an item is called."""
    found = names.items.get((form, item))
    return said(found, lang) if found else item


def named_period(of: Period, lang: Lang) -> str:
    """A period as a heading has it; a week says its year."""
    return f"{of.name[:4]} {period_name(of, lang)}" if of.part in ("week", "day") else of.name


def whose(config: FloorConfig, scope: Scope, lang: Lang) -> str:
    """A scope's name; for who does not see all of the site that is what he sees."""
    return text("qa.scope.site", lang) if scope == SITE else scope_name(config, scope, lang)


def verdict(row: ScoreRow, lang: Lang) -> str:
    """Passed, not passed, fatal."""
    return text(f"qa_score.{'is_fatal' if row.fatal else 'passed' if row.passed else 'not_passed'}", lang)


def form_link(row: ScoreRow, words: str) -> str:
    """A link to a form."""
    return f'<a href="{page_address("qa_score", {"id": str(row.id)})}" target="_self">{escape(words)}</a>'
