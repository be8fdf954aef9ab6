"""Below a score that was handed in: what may follow from it, what it was, correcting and voiding it."""

from html import escape

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.service import runtime
from ccfloor.service.qa import scoring
from ccfloor.store.qa_scores import COUNTING, DRAFT, SUBMITTED, VOID, ScoreRow
from ccfloor.ui import people_kit, qa_correction, qa_links
from ccfloor.ui.access_kit import gate
from ccfloor.ui.texts import Lang, text

_DASH = "–"
_CORRECT = "qa-correct"
_TURN = "qa-correct-turn"


def show(number: int, who: str, lang: Lang) -> None:
    """Draw what there is of it for this viewer; nothing below a draft."""
    service = runtime.service()
    viewer = service.viewer(lang)
    row = scoring.find_score(service.engine, viewer, service.config, number, who)
    if row is None or row.state == DRAFT:
        return
    if row.state == SUBMITTED and row.kind in COUNTING:
        _leads_on(row, lang)
    if row.revision:
        _revisions(row, who, lang)
    if not viewer.may(Right.QA_PLAN) or row.agent in viewer.own:  # nobody corrects what is said of his own
        return
    if people_kit.is_open(f"{_CORRECT}:{number}") and row.state == SUBMITTED:
        _correct(row, who, lang)
    elif people_kit.is_open("qa-restore" if row.state == VOID else "qa-void"):
        _take_back(row, who, lang)
    else:
        _buttons(row, lang)


def _leads_on(row: ScoreRow, lang: Lang) -> None:
    """An improvement plan about what lost most, a case to learn from, all that is known of the agent."""
    links = [
        qa_links.to_plan(row.agent, qa_links.measure_of(row), lang),
        qa_links.to_case(row.id, lang),
        qa_links.to_quality(row.agent, lang),
    ]
    if any(links):
        people_kit.piece(f'<div class="cp-row">{"".join(links)}</div>')


def _buttons(row: ScoreRow, lang: Lang) -> None:
    names = ("correct", "void") if row.state == SUBMITTED else ("restore",)
    with st.container(horizontal=True):
        for name in names:
            opens = people_kit.opens(f"{_CORRECT}:{row.id}" if name == "correct" else f"qa-{name}")
            stands = gate(Right.QA_PLAN, lang)
            st.button(text(f"qa_score.{name}", lang), key=f"qa-score-{name}", on_click=opens, **stands)


def _take_back(row: ScoreRow, who: str, lang: Lang) -> None:
    """Taking a score back, or letting it count again."""
    service = runtime.service()
    name = "restore" if row.state == VOID else "void"
    does = scoring.restore if row.state == VOID else scoring.void

    def act(why: str) -> str:
        viewer, now = service.viewer(lang), service.floor_now()
        does(service.engine, viewer, service.config, row.id, who, why, now)
        return text(f"qa_score.{name}.done", lang)

    told = (text(f"qa_score.{name}.ask", lang), text("people.why", lang))
    people_kit.question(f"qa-{name}", lang, *told, act, gate(Right.QA_PLAN, lang))


# -- correcting ------------------------------------------------------------------------------------------


def _correct(row: ScoreRow, who: str, lang: Lang) -> None:
    """Correcting an obvious error without an appeal: the answers, and why."""
    service = runtime.service()
    form = scoring.form_of(service.engine, service.config.site, row)
    turn = st.session_state.get(_TURN, 0)  # fields of their own each time: they begin with what counts now
    with st.container(border=True, key=f"people-q-qa-correct-{row.id}"):
        people_kit.piece(escape(text("qa_score.correct.ask", lang)))
        changes = qa_correction.changes(row, form, (), f"{_CORRECT}-{row.id}-{turn}", lang)
        with st.form(f"qa-correct-form-{row.id}", border=False):
            why = st.text_input(
                text("people.why", lang), max_chars=1000, key=f"qa-correct-why-{row.id}-{turn}"
            )
            with st.container(horizontal=True):
                stands = gate(Right.QA_PLAN, lang)
                yes = st.form_submit_button(text("qa_score.correct.do", lang), type="primary", **stands)
                no = st.form_submit_button(text("people.back", lang))

    def act() -> str:
        viewer, now = service.viewer(lang), service.floor_now()
        scoring.correct(service.engine, viewer, service.config, row.id, changes, who, why, now)
        return text("qa_score.correct.done", lang)

    if no or (yes and people_kit.acting(lang, act)):
        st.session_state[_TURN] = turn + 1
        people_kit.close()
        st.rerun()


def _revisions(row: ScoreRow, who: str, lang: Lang) -> None:
    """What it was before it was corrected, by whom and why."""
    service = runtime.service()
    viewer, config = service.viewer(lang), service.config
    found = scoring.list_revisions(service.engine, viewer, config, row.id, who)
    header = [text(f"qa_score.revision.{name}", lang) for name in ("at", "who", "points", "why")]
    body = [
        [
            escape(people_kit.at_clock(one.at, config.zone)),
            escape(one.who),
            _DASH if one.points is None else f"{one.points:g}",
            escape(one.why),
        ]
        for one in found
    ]
    st.subheader(text("qa_score.revisions", lang), anchor=False)
    people_kit.piece(people_kit.table(header, body))
