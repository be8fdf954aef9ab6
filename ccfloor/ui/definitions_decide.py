"""Deciding on a target: for whom, what, from which month on; what it would have made of the last months."""

from datetime import date
from functools import partial
from html import escape
from typing import NamedTuple

import streamlit as st
from pydantic import ValidationError

from ccfloor.access.rights import Right
from ccfloor.kpi.book import Choice, KpiBook
from ccfloor.kpi.model import Bound, Kpi
from ccfloor.kpi.period import date_of, day_number
from ccfloor.kpi.scope import Scope
from ccfloor.service import runtime
from ccfloor.service.kpi_site import first_of_month
from ccfloor.service.kpi_targets import Act, Month, decide, earliest, present_level, preview
from ccfloor.ui import definitions_words as words
from ccfloor.ui import people_kit
from ccfloor.ui.access_kit import gate
from ccfloor.ui.definitions_names import scopes_of
from ccfloor.ui.kpi_words import value_text
from ccfloor.ui.report_words import SHAPES
from ccfloor.ui.scope_words import scope_titled
from ccfloor.ui.texts import Lang, text

_AHEAD, _BEHIND = 12, 36  # months that can be chosen; those behind for a first decision alone


class Wanted(NamedTuple):
    """What the form holds. ``choice`` None: it is no target, and the form says why."""

    scope: Scope
    since: int
    choice: Choice | None


def show(kpi: Kpi, book: KpiBook, lang: Lang) -> None:
    """The form, what it would have meant, and who decides why."""
    st.subheader(text("definitions.decide", lang), anchor=False)
    with st.container(border=True, key="definitions-form"):
        wanted = _form(kpi, book, lang)
        if wanted.choice is None:
            st.warning(text("definitions.order", lang))
            return
        if not kpi.now:
            _preview(kpi, book, wanted.scope, wanted.choice, lang)
        _save(kpi, wanted.scope, wanted.since, wanted.choice, lang)


# -- the form ----------------------------------------------------------------------------------------


def _form(kpi: Kpi, book: KpiBook, lang: Lang) -> Wanted:
    service = runtime.service()
    scopes = scopes_of(kpi, service.config, service.viewer(lang))
    asked = [str(scope) for scope in scopes].index(_asked(scopes))
    columns = st.columns([2, 1.2, 1.2, 2, 1.4], vertical_alignment="bottom")
    with columns[0]:
        scope = st.selectbox(
            text("definitions.for", lang),
            scopes,
            asked,
            format_func=lambda one: scope_titled(service.config, one, lang),
            key=f"def-scope-{kpi.id}",
        )
    day = first_of_month(service.config, service.floor_now())
    bound, _ = book.bound(kpi.id, scope, day)
    key = f"{kpi.id}-{scope}"
    with columns[1]:
        low = _edge("at_least", kpi, bound.at_least if bound else None, key, lang)
    with columns[2]:
        high = _edge("at_most", kpi, bound.at_most if bound else None, key, lang)
    with columns[3]:
        variant = _variant(kpi, book.variant(kpi.id, scope, day), key, lang)
    with columns[4]:
        since = _since(kpi, book, scope, day, key, lang)
    return Wanted(scope, since, _choice(low, high, variant))


def _asked(scopes: list[Scope]) -> str:
    asked = str(st.query_params.get("scope", ""))
    return asked if asked in map(str, scopes) else str(scopes[0])


def _edge(which: str, kpi: Kpi, now: float | None, key: str, lang: Lang) -> float | None:
    """One end of a target, in the unit people write it in; empty: open."""
    scale = 100 if kpi.unit == "%" else 1
    unit = "" if kpi.unit == "n" else text(f"unit.{kpi.unit}", lang)
    label = text(f"definitions.{which}", lang) + (f" ({unit})" if unit else "")
    shown = None if now is None else round(now * scale, 6)
    value = st.number_input(label, 0.0, None, shown, 1.0, "%g", key=f"def-{which}-{key}")
    return None if value is None else round(value / scale, 9)


def _variant(kpi: Kpi, now: str, key: str, lang: Lang) -> str:
    if not kpi.variants or kpi.either:
        return ""
    ids = [one.id for one in kpi.variants]
    return str(
        st.selectbox(
            text("definitions.variant", lang),
            ids,
            ids.index(now),
            format_func=lambda one: words.variant_name(kpi, one, lang),
            key=f"def-variant-{key}",
        )
    )


def _since(kpi: Kpi, book: KpiBook, scope: Scope, first: int, key: str, lang: Lang) -> int:
    """The month from which it counts: this one or a later one, an earlier one for a first decision."""
    service = runtime.service()
    least = earliest(service.config, book, kpi.id, scope, service.floor_now(), _months_on(first, -_BEHIND))
    months = [_months_on(first, step) for step in range(-_BEHIND, _AHEAD + 1)]
    months = [month for month in months if month >= least]
    return int(
        st.selectbox(
            text("definitions.since", lang),
            months,
            months.index(first),
            format_func=lambda day: f"{date_of(day):%Y-%m}",
            key=f"def-since-{key}-{len(months)}",
        )
    )


def _months_on(day: int, step: int) -> int:
    start = date_of(day)
    month = start.year * 12 + start.month - 1 + step
    return day_number(date(month // 12, month % 12 + 1, 1))


def _choice(low: float | None, high: float | None, variant: str) -> Choice | None:
    try:
        bound = None if low is None and high is None else Bound(at_least=low, at_most=high)
    except ValidationError:
        return None
    return Choice(bound=bound, variant=variant)


# -- what it would have meant, and keeping it --------------------------------------------------------


def _preview(kpi: Kpi, book: KpiBook, scope: Scope, choice: Choice, lang: Lang) -> None:
    service = runtime.service()
    asked = (service.engine, service.viewer(lang), service.config, book, kpi, scope, choice)
    months = [month for month in preview(*asked, service.floor_now()) if month.now.value is not None]
    if not months:
        st.caption(text("definitions.preview.none", lang))
        return
    header = [text(f"definitions.preview.{name}", lang) for name in ("month", "now", "then")]
    rows = [
        [
            month.period.name,
            f"{SHAPES[month.light_now]} {escape(value_text(kpi, month.now.value))}",
            f"{SHAPES[month.light_then]} {escape(value_text(kpi, month.then.value))}",
        ]
        for month in months
    ]
    st.caption(_summary(kpi, months, lang))
    people_kit.piece(people_kit.table(header, rows))


def _summary(kpi: Kpi, months: list[Month], lang: Lang) -> str:
    """How many months would have met it, and what the present level is."""
    met = sum(month.light_then == "met" for month in months)
    said = text("definitions.preview.met", lang, n=met, all=len(months))
    level = present_level(months)
    if level is None:
        return said
    return said + text("definitions.preview.level", lang, level=value_text(kpi, level))


def _save(kpi: Kpi, scope: Scope, since: int, choice: Choice, lang: Lang) -> None:
    who = people_kit.who_acts(lang)
    why = st.text_input(text("definitions.why", lang), key=f"def-why-{kpi.id}", max_chars=1000)
    said = partial(_kept, kpi, scope, since, choice, lang, who, why)
    covered = runtime.service().viewer(lang).covers(scope.kind, scope.name)
    stands = gate(Right.TARGETS, lang, beyond=not covered)
    pressed = st.button(text("definitions.save", lang), type="primary", key=f"def-save-{kpi.id}", **stands)
    if pressed and people_kit.acting(lang, said):
        st.rerun()


def _kept(kpi: Kpi, scope: Scope, since: int, choice: Choice, lang: Lang, who: str, why: str) -> str:
    service = runtime.service()
    act = Act(who, why, service.floor_now())
    decide(service.engine, service.viewer(lang), service.config, kpi, scope, since, choice, act)
    return text("definitions.saved", lang, name=words.name(kpi, lang), month=f"{date_of(since):%Y-%m}")
