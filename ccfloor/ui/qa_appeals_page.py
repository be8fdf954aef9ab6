"""Appeals against QA scores: what waits for the viewer, all there are, and what became of them.

In the URL: ``appeal``, or ``view`` (todo, all, stats), ``from`` and ``to`` (days of filing), ``state``.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from html import escape

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.kpi.period import business_date, period
from ccfloor.qa.appeals import AppealState
from ccfloor.qa.model import Form
from ccfloor.service import runtime
from ccfloor.service.qa import appeal_views, versions
from ccfloor.service.qa.appeal_rules import Rules, rules_of
from ccfloor.service.qa.appeal_views import Shown
from ccfloor.service.qa.versions import VersionError
from ccfloor.store.qa_appeals import AppealRow, Which
from ccfloor.ui import people_kit as kit
from ccfloor.ui import qa_appeal_one, qa_appeal_stats, qa_state
from ccfloor.ui import qa_appeal_words as words
from ccfloor.ui.links import page_address
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.scope_words import agent_label
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, text

VIEWS = ("todo", "all", "stats")
_BACK_DAYS = 90
_LATEST = 200


def show(seen: Look) -> None:
    """Draw the page."""
    lang = seen.lang
    kit.dress(seen)
    st.header(text("page.qa_appeals", lang), anchor=False)
    with database_or_notice(lang):
        service = runtime.service()
        rules = rules_of(service.settings.site, lang)
        viewer = service.viewer(lang)
        who = "" if viewer.account else kit.who_acts(lang)
        asked = st.query_params.get("appeal", "")
        if asked:
            number = int(asked) if asked.isdecimal() and len(asked) < 19 else -1
            qa_appeal_one.show(number, rules, who, lang)
            return
        decides = viewer.may(Right.QA_DECIDE) or viewer.may(Right.QA_LEADERSHIP)
        view = _view([one for one in VIEWS if one != "todo" or decides], lang)
        if view == "todo":
            _todo(rules, who, lang)
        elif view == "all":
            _all(rules, who, lang)
        else:
            first, last = _days(lang)
            qa_appeal_stats.show(rules, first, last, who, lang)


def _view(offered: Sequence[str], lang: Lang) -> str:
    return qa_state.view(offered, "qa_appeal.view", text("qa_appeal.view", lang), lang)


def _todo(rules: Rules, who: str, lang: Lang) -> None:
    """What waits for the viewer, late ones first."""
    service = runtime.service()
    clocks = rules.clocks
    st.caption(
        text("qa_appeal.lead", lang, file=clocks.file, answer=clocks.answer, again=clocks.again,
             review=clocks.review, reasons=clocks.reasons)
    )  # fmt: skip
    asked = (service.engine, service.viewer(lang), service.config, rules, service.floor_now(), who)
    found = appeal_views.to_decide(*asked)
    late = sum(one.late for one in found)
    if late:
        kit.piece(escape(text("qa_appeal.late", lang, n=late)), "cp-bad")
    if not found:
        st.caption(text("qa_appeal.todo.none", lang))
        return
    _table(found, lang)


def _all(rules: Rules, who: str, lang: Lang) -> None:
    """All that were filed in some days."""
    service = runtime.service()
    first, last = _days(lang)
    start = period(service.config, first.isoformat()).start
    which = Which(start, period(service.config, last.isoformat()).end)
    asked = (service.engine, service.viewer(lang), service.config, rules, which, service.floor_now(), who)
    found = appeal_views.list_appeals(*asked, limit=_LATEST)
    state = _state(lang)
    chosen = [one for one in found if not state or str(one.now.state) == state]
    if not chosen:
        st.caption(text("qa_appeal.none", lang))
        return
    _table(chosen, lang)
    if len(found) >= _LATEST:
        st.caption(text("qa_appeal.latest", lang, n=_LATEST))


def _state(lang: Lang) -> str:
    names = ["", *map(str, AppealState)]
    found = qa_state.one_of(qa_state.asked("state"), names)

    def said(one: str) -> str:
        return text(f"qa_appeal.state.{one}" if one else "qa_appeal.state.any", lang)

    qa_state.pick("state", text("qa_appeal.col.state", lang), names, found, said, str, 280)
    return found


def _days(lang: Lang) -> tuple[date, date]:
    """From when to when appeals were filed."""
    service = runtime.service()
    today = business_date(service.config, service.floor_now())
    first = _day("from", today - timedelta(days=_BACK_DAYS))
    last = max(first, _day("to", today))
    with st.container(horizontal=True):
        for name, value in (("from", first), ("to", last)):
            qa_state.day(name, text(f"qa_appeal.{name}", lang), value)
    return first, last


def _day(name: str, default: date) -> date:
    try:
        return date.fromisoformat(st.query_params.get(name, ""))
    except ValueError:
        return default


# -- a table ---------------------------------------------------------------------------------------------


def form_of(row: AppealRow) -> Form | None:
    """The form of the score that an appeal is about; None where it cannot be read."""
    service = runtime.service()
    try:
        return versions.version(service.engine, service.config.site, "form", row.form, row.version).form
    except VersionError:
        return None


def _table(found: Sequence[Shown], lang: Lang) -> None:
    names = ("due", "state", "agent", "reviewer", "items", "score", "decision", "open")
    header = [text(f"qa_appeal.col.{name}", lang) for name in names]
    bad = [(place, 0) for place, one in enumerate(found) if one.late]
    kit.piece(kit.table(header, [_row(one, lang) for one in found], bad))


def _row(one: Shown, lang: Lang) -> list[str]:
    row = one.row
    address = page_address("qa_appeals", {"appeal": str(row.id)})
    opened = text("qa_appeal.handle" if one.open and one.steps else "qa_appeal.open", lang)
    return [
        escape(words.due_words(one, lang)) or words.DASH,
        escape(words.state_words(one, lang)),
        escape(agent_label(runtime.service().config, row.agent, lang)),
        escape(row.reviewer),
        escape(words.items_words(form_of(row), row.items, lang)),
        words.score_words(row.before, row.after),
        escape(words.decision_words(row.decision, lang)),
        f'<a href="{address}" target="_self">{escape(opened)}</a>',
    ]
