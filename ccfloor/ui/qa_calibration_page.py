"""The page of calibrations: sessions, who stands where over some time, and forms that are looked at again.

In the URL: ``session``, or ``view`` (sessions, standings, rechecks), ``from`` and ``to`` (days).
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from html import escape

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.kpi.period import business_date, day_number
from ccfloor.service import runtime
from ccfloor.service.qa import calibration
from ccfloor.service.qa.agreeing import most_points
from ccfloor.service.qa.calibration import OPEN, Session
from ccfloor.ui import people_kit as kit
from ccfloor.ui import qa_calibration_new, qa_calibration_one, qa_rechecks_section, qa_state
from ccfloor.ui import qa_calibration_words as words
from ccfloor.ui.links import page_address
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, text
from ccfloor.ui.tokens import Theme

VIEWS = ("sessions", "standings", "rechecks")
_BACK_D = 90


def show(seen: Look) -> None:
    """Draw the page."""
    lang = seen.lang
    kit.dress(seen)
    st.header(text("page.qa_calibration", lang), anchor=False)
    with database_or_notice(lang):
        viewer = runtime.service().viewer(lang)
        who = "" if viewer.account else kit.who_acts(lang)
        asked = st.query_params.get("session", "")
        if asked:
            number = int(asked) if asked.isdecimal() and len(asked) < 19 else -1
            qa_calibration_one.show(number, who, lang)
            return
        view = _view(lang)
        if view == "sessions":
            _sessions(who, lang)
        elif view == "standings":
            _standings(who, lang, seen.theme)
        else:
            first, last = days(lang)
            qa_rechecks_section.show(first, last, who, lang)


def _view(lang: Lang) -> str:
    return qa_state.view(VIEWS, "qa_calibration.view", text("page.qa_calibration", lang), lang)


def days(lang: Lang) -> tuple[date, date]:
    """The first and last day asked for, kept in the URL."""
    service = runtime.service()
    today = business_date(service.config, service.floor_now())
    first, last = _day("from", today - timedelta(days=_BACK_D)), _day("to", today)
    with st.container(horizontal=True):
        for name, value in (("from", first), ("to", last)):
            qa_state.day(name, text(f"qa_calibration.{name}", lang), value)
    return first, max(first, last)


def _day(name: str, default: date) -> date:
    try:
        return date.fromisoformat(st.query_params.get(name, ""))
    except ValueError:
        return default


# -- sessions ------------------------------------------------------------------------------------------


def _sessions(who: str, lang: Lang) -> None:
    service = runtime.service()
    viewer = service.viewer(lang)
    found = calibration.list_sessions(service.engine, viewer, service.config, who)
    mine = [one for one in found if one.row.state == OPEN and one.mine and not one.done]
    standing = [one for one in found if one.row.state == OPEN and one not in mine]
    past = [one for one in found if one.row.state != OPEN]
    st.caption(text("qa_calibration.lead", lang))
    if mine:
        st.subheader(text("qa_calibration.mine", lang), anchor=False)
        _table(mine, ("name", "form", "about", "due", "score"), lang)
    st.subheader(text("qa_calibration.open", lang), anchor=False)
    if standing:
        _table(standing, ("name", "form", "about", "handed_in", "due"), lang)
    else:
        st.caption(text("qa_calibration.open.none", lang))
    if viewer.may(Right.QA_PLAN):
        qa_calibration_new.show(who, lang)
    if past:
        st.subheader(text("qa_calibration.past", lang), anchor=False)
        _table(past, ("name", "form", "about", "state", "handed_in", "outcome"), lang)


def _table(found: Sequence[Session], columns: Sequence[str], lang: Lang) -> None:
    header = [text(f"qa_calibration.col.{name}", lang) for name in columns]
    late = [place for place, one in enumerate(found) if words.late(one)]
    due = columns.index("due") if "due" in columns else -1
    cells = [[_CELLS[name](one, lang) for name in columns] for one in found]
    kit.piece(kit.table(header, cells, {(place, due) for place in late}))


def _name(one: Session, lang: Lang) -> str:
    where = page_address("qa_calibration", {"session": str(one.row.id)})
    return f'<a href="{where}" target="_self"><b>{escape(one.row.name)}</b></a>'


def _score(one: Session, lang: Lang) -> str:
    where = page_address("qa_score", {"session": str(one.row.id)})
    return f'<a href="{where}" target="_self">{escape(text("qa_calibration.score", lang))}</a>'


def _outcome(one: Session, lang: Lang) -> str:
    by = text("qa_calibration.closed_by", lang, who=one.row.closed_by)
    return f"{escape(one.row.outcome)} <small>{escape(by)}</small>"


_CELLS: dict[str, Callable[[Session, Lang], str]] = {
    "name": _name,
    "form": lambda one, lang: escape(words.form_name(one.row.form, one.row.version, lang)),
    "about": lambda one, lang: escape(words.about(one.row, lang)),
    "due": lambda one, lang: escape(words.due(one, lang)),
    "state": lambda one, lang: escape(words.state(one.row, lang)),
    "handed_in": lambda one, lang: escape(words.handed_in(one, lang)),
    "outcome": _outcome,
    "score": _score,
}


# -- who stands where ------------------------------------------------------------------------------------


def _standings(who: str, lang: Lang, theme: Theme) -> None:
    service = runtime.service()
    first, last = days(lang)
    viewer = service.viewer(lang)
    most = most_points(service, day_number(last))
    told = calibration.standings(service.engine, viewer, service.config, first, last, who, most)
    if told.compared.reviewers:
        st.caption(text("qa_calibration.standings.lead", lang, n=told.sessions))
        words.standings(told.compared, lang, most, theme, key="qa-calibration-chart")
        words.agreements(told.compared, told.forms, lang)
    else:
        st.caption(text("qa_calibration.standings.none", lang))
    if told.absent:
        names = ("、" if lang == "zh" else ", ").join(told.absent)
        kit.piece(escape(text("qa_calibration.absent", lang, names=names)), "cp-warn")
