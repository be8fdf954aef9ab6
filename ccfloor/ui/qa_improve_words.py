"""Improvement plans, needs and items in words: measures with their units, states, whose they are."""

from collections.abc import Mapping
from typing import NamedTuple

from ccfloor.kpi.model import Kpi
from ccfloor.kpi.period import business_date, day_number
from ccfloor.qa.model import Form, Item
from ccfloor.service import runtime
from ccfloor.service.kpi_site import kpi_book
from ccfloor.service.qa import versions
from ccfloor.service.qa.improving import ITEM, OPEN, item_of
from ccfloor.store.qa_more import Improvement
from ccfloor.ui.kpi_words import name_text
from ccfloor.ui.qa_work_words import day_words
from ccfloor.ui.report_words import value_text
from ccfloor.ui.rules_words import said
from ccfloor.ui.texts import Lang, text

DASH = "–"
ITEM_UNIT = "%"


class Measure(NamedTuple):
    """What a plan is measured by. ``unit``: as of KPIs; ``direction``: up, down, band, context."""

    name: str
    unit: str
    direction: str


def measure_of(measure: str, lang: Lang) -> Measure:
    """A measure; by its id where it is no more."""
    item = item_of(measure)
    if item is not None:
        return Measure(item_name(*item, lang), ITEM_UNIT, "up")
    found = kpi_book(runtime.service()).kpis.get(measure)
    return of_kpi(found, lang) if found is not None else Measure(measure, "pt", "context")


def of_kpi(kpi: Kpi, lang: Lang) -> Measure:
    """A KPI as a measure."""
    return Measure(name_text(kpi, lang), kpi.unit, kpi.direction)


def item_name(form: str, item: str, lang: Lang) -> str:
    """What a question is called, with its form; by its id where it is in none of today's forms."""
    found = forms().get(form)
    known = {one.id: one for one in found.items} if found is not None else {}
    if found is None or item not in known:
        return item
    return f"{said(known[item].name, lang)}（{said(found.name, lang)}）" if lang == "zh" else (
        f"{said(known[item].name, lang)} ({said(found.name, lang)})"
    )  # fmt: skip


def forms() -> Mapping[str, Form]:
    """The forms that count today, by id."""
    service = runtime.service()
    today = business_date(service.config, service.floor_now())
    return {one.name: one.form for one in versions.in_force(service.engine, service.viewer(), "form", today)}


def topic_words(topic: str, lang: Lang) -> str:
    """What a training is about: a question's name, or words."""
    item = item_of(topic)
    if item is not None:
        return item_name(*item, lang)
    named: list[Item] = [one for form in forms().values() for one in form.items if one.id == topic]
    return said(named[0].name, lang) if named else topic


def topic_id(form: str, item: str) -> str:
    """The topic of a question."""
    return f"{ITEM}{form}:{item}"


def value(unit: str, number: float | None) -> str:
    """A value in its unit."""
    return value_text(unit, number)


def target_words(plan: Improvement, lang: Lang) -> str:
    """A plan's target with its direction: ≥ 90.0."""
    if plan.target is None:
        return DASH
    found = measure_of(plan.measure, lang)
    sign = {"up": "≥ ", "down": "≤ "}.get(found.direction, "")
    return f"{sign}{value(found.unit, plan.target)}"


def entered(unit: str, target: float | None) -> float | None:
    """A target as people enter it: shares in percent."""
    return target if target is None or unit != "%" else round(target * 100, 4)


def stored(unit: str, target: float | None) -> float | None:
    """A target as it is stored."""
    return target if target is None or unit != "%" else target / 100


def state_words(plan: Improvement, lang: Lang) -> str:
    """How a plan stands; an open one whose last day is over waits for its decision."""
    service = runtime.service()
    today = day_number(business_date(service.config, service.floor_now()))
    over = plan.state == OPEN and plan.last_day < today
    return text("qa_improve.state.due" if over else f"qa_improve.state.{plan.state}", lang)


def days_words(plan: Improvement) -> str:
    """From when until when."""
    return f"{day_words(plan.first_day)} – {day_words(plan.last_day)}"
