"""What an agent reads of the own improvement: plans with what came of them, and trainings to come."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from ccfloor.service import runtime
from ccfloor.service.qa import improving, needs
from ccfloor.service.qa.improving import OPEN
from ccfloor.service.qa.needs import DONE, DROPPED, Need
from ccfloor.store.qa_more import Improvement
from ccfloor.store.viewer import Viewer
from ccfloor.ui import people_kit as kit
from ccfloor.ui import qa_improve_words as words
from ccfloor.ui.links import page_address
from ccfloor.ui.qa_plan_one import sentence
from ccfloor.ui.texts import Lang, text

_MOST = 20


def show(whose: Sequence[str], viewer: Viewer, lang: Lang) -> None:
    """Draw both; nothing where there is nothing. ``viewer``: as an agent, who reads the own alone."""
    service = runtime.service()
    plans, trainings = list[Improvement](), list[Need]()
    for agent in whose:
        scope = f"agent:{agent}"
        plans += improving.list_improvements(service.engine, viewer, service.config, scope=scope)
        trainings += needs.list_needs(service.engine, viewer, service.config, agent=agent)
    if plans:
        st.subheader(text("qa_mine.plans", lang), anchor=False)
        header = [
            text(f"qa_improve.col.{name}", lang) for name in ("goal", "measure", "owner", "days", "state")
        ]
        kit.piece(kit.table(header, [_plan(one, viewer, lang) for one in _open_first(plans)]))
    told = [one for one in trainings if one.state != DROPPED]
    if told:
        st.subheader(text("qa_mine.needs", lang), anchor=False)
        header = [text(f"qa_need.col.{name}", lang) for name in ("topic", "text", "by", "state")]
        rows = sorted(told, key=lambda one: (one.state == DONE, -one.at))[:_MOST]
        kit.piece(kit.table(header, [_need(one, lang) for one in rows]))


def _open_first(plans: Sequence[Improvement]) -> list[Improvement]:
    return sorted(plans, key=lambda one: (one.state != OPEN, -one.first_day))[:_MOST]


def _plan(one: Improvement, viewer: Viewer, lang: Lang) -> list[str]:
    """What is to become better and by what, and what came of it so far."""
    measured = f"{words.measure_of(one.measure, lang).name} {words.target_words(one, lang)}"
    return [
        f"<b>{escape(one.goal)}</b><br>{escape(one.actions)}",
        f"{escape(measured)}<br><small>{escape(_effect(one, viewer, lang))}</small>",
        escape(one.owner),
        escape(words.days_words(one)),
        escape(words.state_words(one, lang)),
    ]


def _effect(one: Improvement, viewer: Viewer, lang: Lang) -> str:
    try:
        told = improving.effect(runtime.service(), viewer, one)
    except KeyError:
        return text("qa_improve.no_measure", lang)
    return sentence(one, told, words.measure_of(one.measure, lang).unit, lang)


def _need(one: Need, lang: Lang) -> list[str]:
    zone = runtime.service().config.zone
    link = ""
    if one.score is not None:
        where = page_address("qa_mine", {"score": str(one.score)})
        link = f' <a href="{where}" target="_self">{escape(text("qa_need.shown_in", lang))}</a>'
    state = "done" if one.state == DONE else "open"
    return [
        f"<b>{escape(words.topic_words(one.topic, lang))}</b>",
        f"{escape(one.text) or words.DASH}{link}",
        f"{escape(one.who)} <small>{kit.at_clock(one.at, zone)[:5]}</small>",
        escape(text(f"qa_mine.need.{state}", lang)),
    ]
