"""Improvement plans: those under way, those decided, and a new one."""

from collections.abc import Sequence
from datetime import date, timedelta
from html import escape

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.kpi.period import business_date, date_of
from ccfloor.kpi.scope import Scope
from ccfloor.service import runtime
from ccfloor.service.qa import improving
from ccfloor.service.qa.improving import OPEN, Draft
from ccfloor.service.subjects import subjects
from ccfloor.store.qa_more import Improvement
from ccfloor.ui import people_kit as kit
from ccfloor.ui import qa_improve_words as words
from ccfloor.ui.access_kit import gate
from ccfloor.ui.kpi_words import name_text
from ccfloor.ui.links import page_address
from ccfloor.ui.scope_words import scope_name
from ccfloor.ui.texts import Lang, text

_LASTS_D = 28
_COLUMNS = ("scope", "goal", "measure", "target", "owner", "days", "state")


def show(who: str, lang: Lang) -> None:
    """Draw the section."""
    service = runtime.service()
    viewer = service.viewer(lang)
    st.caption(text("qa_improve.lead", lang))
    found = improving.list_improvements(service.engine, viewer, service.config)
    standing = [one for one in found if one.state == OPEN]
    if standing:
        _table(standing, lang)
    else:
        st.caption(text("qa_improve.none", lang))
    if viewer.may(Right.QA_SCORE):
        asked = bool(st.query_params.get("scope"))
        with st.expander(text("qa_improve.new", lang), expanded=asked, key="qa-improve-new"):
            _new(who, lang)
    past = [one for one in found if one.state != OPEN]
    if past:
        st.subheader(text("qa_improve.past", lang), anchor=False)
        _table(past, lang)


def _table(found: Sequence[Improvement], lang: Lang) -> None:
    config = runtime.service().config
    header = [text(f"qa_improve.col.{name}", lang) for name in _COLUMNS]
    cells = []
    for one in found:
        where = page_address("qa_improve", {"plan": str(one.id)})
        name = escape(scope_name(config, one.scope, lang))
        cells.append([
            f'<a href="{where}" target="_self"><b>{name}</b></a>',
            escape(one.goal),
            escape(words.measure_of(one.measure, lang).name),
            words.target_words(one, lang),
            escape(one.owner),
            words.days_words(one),
            escape(words.state_words(one, lang)),
        ])  # fmt: skip
    kit.piece(kit.table(header, cells))


def _new(who: str, lang: Lang) -> None:
    service = runtime.service()
    viewer, config = service.viewer(lang), service.config
    known = {str(one): one for one in subjects(service, viewer) if one.kind in ("agent", "team")}
    asked = st.query_params.get("scope", "")
    chosen = st.selectbox(
        text("qa_improve.of", lang),
        list(known),
        list(known).index(asked) if asked in known else None,
        format_func=lambda name: scope_name(config, known[name], lang),
        placeholder=text("qa_improve.of.hint", lang),
        key="qa-improve-scope",
        width=kit.wide(420),
    )
    if not chosen:
        return
    measure = measure_field(known[chosen].kind, st.query_params.get("measure", ""), "new", lang)
    today = business_date(config, service.floor_now())
    with st.form("qa-improve-form", border=False):
        draft = fields(known[chosen], measure, None, today, viewer.who or who, lang)
        pressed = st.form_submit_button(
            text("qa_improve.make", lang), type="primary", **gate(Right.QA_SCORE, lang)
        )

    def act() -> str:
        improving.add_improvement(service, viewer, draft, who, service.floor_now())
        return text("qa_improve.made", lang)

    if pressed and kit.acting(lang, act):
        st.query_params.pop("scope", None)
        st.rerun()


def measure_field(kind: str, asked: str, key: str, lang: Lang) -> str:
    """Choose what a plan is measured by: a KPI or a question of a form."""
    service = runtime.service()
    kpis, items = improving.measures(service, service.viewer(lang), kind)
    names = {kpi.id: name_text(kpi, lang) for kpi in kpis}
    first = [one for one in ("qa_score", "qa_pass", "qa_fatal") if one in names]
    offered = list(dict.fromkeys([*first, *items, *names]))
    names |= {name: words.measure_of(name, lang).name for name in items}
    start = offered.index(asked) if asked in offered else 0
    found = st.selectbox(
        text("qa_improve.measure", lang),
        offered,
        start,
        format_func=names.__getitem__,
        key=f"qa-improve-measure-{key}-{kind}",
        width=kit.wide(420),
    )
    return str(found or offered[0])


def fields(scope: Scope, measure: str, was: Improvement | None, today: date, owner: str, lang: Lang) -> Draft:
    """The fields of a plan, within a form of the caller's."""
    found = words.measure_of(measure, lang)
    goal = st.text_input(text("qa_improve.goal", lang), was.goal if was else "", max_chars=500)
    start = words.entered(found.unit, was.target) if was and was.measure == measure else None
    label = text("qa_improve.target", lang, unit=text(f"unit.{found.unit}", lang))
    key = f"qa-improve-target-{measure}-{was.id if was else 0}"
    target = st.number_input(label, value=start, placeholder="", format="%g", key=key, width=kit.wide(220))
    done = was.actions if was else ""
    actions = st.text_area(text("qa_improve.actions", lang), done, max_chars=1000, height=100)
    one, two, three = st.columns(3, gap="medium")
    cared = one.text_input(text("qa_improve.owner", lang), was.owner if was else owner, max_chars=80)
    begin = date_of(was.first_day) if was else today
    end = date_of(was.last_day) if was else today + timedelta(days=_LASTS_D - 1)
    first = two.date_input(text("qa_improve.first", lang), begin, format="YYYY-MM-DD")
    last = three.date_input(text("qa_improve.last", lang), end, format="YYYY-MM-DD")
    return Draft(
        scope, goal, measure, words.stored(found.unit, target), actions, cared,
        first if isinstance(first, date) else begin, last if isinstance(last, date) else end,
    )  # fmt: skip
