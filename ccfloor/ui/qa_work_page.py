"""A reviewer's work: what is to be scored, what is free to take, what is overdue; quotas and draws.

In the URL: ``view`` (mine, free, overdue, quota, draws) and, of quotas, ``day``.
"""

from collections.abc import Callable, Sequence
from datetime import date
from html import escape

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.kpi.period import business_date, date_of
from ccfloor.qa.plan import Plan
from ccfloor.service import runtime
from ccfloor.service.qa import calibration, samples, versions
from ccfloor.service.qa.calendar import work_calendar
from ccfloor.service.qa.calibration import Session
from ccfloor.service.qa.samples import Work
from ccfloor.store.viewer import Viewer
from ccfloor.ui import people_kit as kit
from ccfloor.ui import qa_calibration_words as calibration_words
from ccfloor.ui import qa_state, qa_work_acts, qa_work_board, qa_work_draws
from ccfloor.ui import qa_work_words as words
from ccfloor.ui.links import page_address
from ccfloor.ui.notice import database_or_notice
from ccfloor.ui.scope_words import agent_label, queue_label
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, text

_COLUMNS = ("call", "agent", "queue", "reason", "quota")


def show(seen: Look) -> None:
    """Draw the page."""
    lang = seen.lang
    kit.dress(seen)
    st.header(text("page.qa_work", lang), anchor=False)
    with database_or_notice(lang):
        viewer = runtime.service().viewer(lang)
        who = kit.who_acts(lang) if not viewer.account else ""
        view = _view(_offered(viewer), lang)
        if view == "quota":
            qa_work_board.show(lang)
        elif view == "draws":
            qa_work_draws.show(who, lang)
        else:
            _LISTS[view](who, lang)


def _offered(viewer: Viewer) -> list[str]:
    keeps = viewer.whole and (viewer.may(Right.QA_FORMS) or viewer.may(Right.QA_PLAN))
    return ["mine", "free", "overdue", "quota", *(["draws"] if keeps else [])]


def _view(offered: Sequence[str], lang: Lang) -> str:
    return qa_state.view(offered, "qa_work.tab", text("page.qa_work", lang), lang)


# -- lists ---------------------------------------------------------------------------------------------


def _mine(who: str, lang: Lang) -> None:
    """What the viewer has to score, overdue first."""
    service = runtime.service()
    viewer = service.viewer(lang)
    if not viewer.account and not who:
        st.caption(text("qa_work.name_first", lang))
        return
    _sessions(who, lang)
    calendar, now = work_calendar(service.settings.site, lang), service.floor_now()
    found = samples.my_work(service.engine, viewer, service.config, calendar, who, now)
    if not found:
        st.caption(text("qa_work.mine.none", lang))
        return
    late = sum(bool(one.late) for one in found)
    told = escape(text("qa_work.mine.count", lang, n=len(found)))
    told += f" · <b>{escape(text('qa_work.mine.late', lang, n=late))}</b>" if late else ""
    kit.piece(told, "cp-bad" if late else "")
    qa_work_acts.show(found, ("replace", "give", "drop"), who, lang)
    _table(found, (*_COLUMNS, "due", "open"), lang)


def _sessions(who: str, lang: Lang) -> None:
    """Open calibrations that the viewer has not handed in, each with the way to its scoring."""
    service = runtime.service()
    viewer, config = service.viewer(lang), service.config
    found = calibration.list_sessions(service.engine, viewer, config, who, is_open=True)
    mine = [one for one in found if one.mine and not one.done]
    if not mine:
        return
    st.subheader(text("qa_work.sessions", lang, n=len(mine)), anchor=False)
    header = [text(f"qa_calibration.col.{name}", lang) for name in ("name", "form", "about", "due", "score")]
    late = {(place, 3) for place, one in enumerate(mine) if calibration_words.late(one)}
    kit.piece(kit.table(header, [_session(one, lang) for one in mine], late))
    st.subheader(text("qa_work.samples", lang), anchor=False)


def _session(one: Session, lang: Lang) -> list[str]:
    where = page_address("qa_score", {"session": str(one.row.id)})
    told = (
        calibration_words.form_name(one.row.form, one.row.version, lang),
        calibration_words.about(one.row, lang),
    )
    return [
        f"<b>{escape(one.row.name)}</b>",
        *map(escape, told),
        escape(calibration_words.due(one, lang)),
        f'<a href="{where}" target="_self">{escape(text("qa_calibration.score", lang))}</a>',
    ]


def _free(who: str, lang: Lang) -> None:
    """What anybody of the right kind may take."""
    service = runtime.service()
    calendar, now = work_calendar(service.settings.site, lang), service.floor_now()
    found = samples.free_work(service.engine, service.viewer(lang), service.config, calendar, now)
    st.caption(text("qa_work.free.lead" if found else "qa_work.free.none", lang))
    if found:
        qa_work_acts.show(found, ("take", "give", "drop"), who, lang)
        _table(found, (*_COLUMNS, "due"), lang)


def _overdue(who: str, lang: Lang) -> None:
    """Everybody's samples that are late, longest first."""
    service = runtime.service()
    calendar, now = work_calendar(service.settings.site, lang), service.floor_now()
    found = samples.overdue(service.engine, service.viewer(lang), service.config, calendar, now)
    if not found:
        st.caption(text("qa_work.overdue.none", lang))
        return
    qa_work_acts.show(found, ("give", "drop"), who, lang)
    _table(found, (*_COLUMNS, "reviewer", "due"), lang)


_LISTS: dict[str, Callable[[str, Lang], None]] = {"mine": _mine, "free": _free, "overdue": _overdue}


def _table(found: Sequence[Work], columns: Sequence[str], lang: Lang) -> None:
    plans = _plans(lang)
    header = [text(f"qa_work.col.{name}", lang) for name in ("number", *columns)]
    rows = []
    for one in found:
        cells = _cells(one, plans.get(one.sample.plan), lang)
        rows.append([str(one.sample.id), *(cells[name] for name in columns)])
    _unsure(found, lang)
    due = columns.index("due") + 1
    kit.piece(kit.table(header, rows, {(place, due) for place, one in enumerate(found) if one.late}))


def _unsure(found: Sequence[Work], lang: Lang) -> None:
    """Say that the workdays of a year that is due are not decreed yet."""
    calendar = work_calendar(runtime.service().settings.site, lang)
    years = sorted({day.year for one in found if not calendar.announced(day := date_of(one.sample.due_day))})
    if years:
        st.caption(text("qa_work.unsure", lang, year=years[0]))


def _cells(one: Work, plan: Plan | None, lang: Lang) -> dict[str, str]:
    """A sample's cells as HTML."""
    config, row = runtime.service().config, one.sample
    address = page_address("qa_score", {"sample": str(row.id)})
    label = text("qa_work.go_on" if one.draft else "qa_work.open", lang)
    return {
        "call": kit.at_clock(row.call_at, config.zone)[:-3],
        "agent": f"<b>{escape(agent_label(config, row.agent, lang))}</b>",
        "queue": escape(queue_label(config, row.queue, lang)),
        "reason": escape(words.reason_words(row.reason, lang)),
        "quota": escape(words.quota_words(plan, row.quota, lang)),
        "reviewer": escape(row.reviewer or words.DASH),
        "due": escape(words.due_words(one, lang)),
        "open": f'<a href="{address}" target="_self">{escape(label)}</a>',
    }


def _plans(lang: Lang) -> dict[str, Plan]:
    """The plans that count today, by id."""
    service = runtime.service()
    today: date = business_date(service.config, service.floor_now())
    found = versions.in_force(service.engine, service.viewer(lang), "plan", today)
    return {one.name: one.plan for one in found}
