"""How far the quotas are: a line for each agent, one column a quota; and for each reviewer."""

from datetime import date
from html import escape

import streamlit as st

from ccfloor.kpi.period import business_date
from ccfloor.qa.quota import Meter
from ccfloor.service import runtime
from ccfloor.service.qa import quotas
from ccfloor.service.qa.quotas import Board
from ccfloor.ui import people_kit as kit
from ccfloor.ui import qa_state
from ccfloor.ui import qa_work_words as words
from ccfloor.ui.rules_words import said
from ccfloor.ui.scope_words import agent_label
from ccfloor.ui.texts import Lang, text


def show(lang: Lang) -> None:
    """Draw the boards of the plans that count on a day."""
    service = runtime.service()
    now = service.floor_now()
    day = _day(business_date(service.config, now), lang)
    found = quotas.boards(service.engine, service.viewer(lang), service.config, day, now)
    if not found:
        st.caption(text("qa_work.none.plan", lang))
    for board in found:
        _board(board, lang)


def _day(today: date, lang: Lang) -> date:
    """The day in whose week and month one looks; never after today."""
    try:
        asked = min(date.fromisoformat(st.query_params.get("day", "")), today)
    except ValueError:
        asked = today
    qa_state.day("day", text("qa_work.quota.day", lang), asked, today)
    return asked


def _board(board: Board, lang: Lang) -> None:
    st.subheader(said(board.plan.name, lang), anchor=False)
    spans = " · ".join(dict.fromkeys(span.name for span in board.spans))
    st.caption(text("qa_work.quota.lead", lang, span=spans))
    if not board.agents:
        st.caption(text("qa_work.quota.none", lang))
        return
    short = text("qa_work.quota.short", lang, n=board.short)
    told = [short if board.short else text("qa_work.quota.ontrack", lang)]
    told += [text("qa_work.quota.free", lang, n=board.free)] if board.free else []
    kit.piece(escape(" · ".join(told)), "cp-warn" if board.short else "")
    _agents(board, lang)
    _reviewers(board, lang)


def _agents(board: Board, lang: Lang) -> None:
    config = runtime.service().config
    names = [words.quota_words(board.plan, quota.id, lang) for quota in board.plan.quotas]
    header = [text("qa_work.col.agent", lang), text("qa_work.col.team", lang), *names]
    rows, bad = [], set()
    for place, one in enumerate(board.agents):
        cells = [_meter(meter, lang) for meter in one.meters]
        rows.append([f"<b>{escape(agent_label(config, one.agent, lang))}</b>", escape(one.team), *cells])
        warns = (meter.behind or meter.late or meter.over for meter in one.meters)
        bad |= {(place, column + 2) for column, warn in enumerate(warns) if warn}
    kit.piece(kit.table(header, rows, bad))


def _meter(meter: Meter, lang: Lang) -> str:
    return escape(words.meter_words(meter, lang))


def _reviewers(board: Board, lang: Lang) -> None:
    st.subheader(text("qa_work.quota.reviewers", lang), anchor=False)
    if not board.reviewers:
        st.caption(text("qa_work.quota.reviewers.none", lang))
        return
    columns = ("who", "span", "wanted", "done", "drawn", "late")
    header = [text(f"qa_work.col.{name}", lang) for name in columns]
    rows = [[escape(str(getattr(meter, name))) for name in columns] for meter in board.reviewers]
    kit.piece(kit.table(header, rows, {(place, 5) for place, one in enumerate(board.reviewers) if one.late}))
