"""One score as its agent reads it: the form with its call, that it was read, and the appeal against it."""

from html import escape

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.qa.appeals import Step
from ccfloor.qa.model import Form
from ccfloor.qa.score import Result
from ccfloor.service import runtime
from ccfloor.service.people_log import PeopleError
from ccfloor.service.qa import appeal_views, appeals, feedback, scoring
from ccfloor.service.qa.appeal_rules import Rules, rules_of
from ccfloor.service.qa.appeal_views import Chance, Shown
from ccfloor.store.qa_appeals import Which
from ccfloor.store.qa_scores import ScoreRow
from ccfloor.ui import people_kit as kit
from ccfloor.ui import qa_appeal_words as words
from ccfloor.ui import qa_score_board
from ccfloor.ui.access_kit import gate
from ccfloor.ui.links import page_address
from ccfloor.ui.rules_words import said
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, as_written, text

_STEPS = {Step.ESCALATE: appeals.escalate, Step.WITHDRAW: appeals.withdraw}
_TEXT_MAX = 1000


def show(seen: Look, number: int, who: str) -> None:
    """Draw it."""
    service, lang = runtime.service(), seen.lang
    viewer, config = service.viewer(lang), service.config
    back = page_address("qa_mine", {"agent": st.query_params.get("agent", "")})
    try:
        qa_score_board.show(seen, number, who, back)
    except PeopleError as error:
        home = f'<a href="{back}" target="_self">{escape(text("qa_mine.back", lang))}</a>'
        kit.piece(f"{escape(text(f'people.error.{error.code}', lang))} {home}", "cp-warn")
        return
    row = scoring.find_score(service.engine, viewer, config, number, who)
    if row is None:
        return
    rules, now = rules_of(service.settings.site, lang), service.floor_now()
    _seen(row, who, lang)
    _corrections(row, who, lang)
    st.subheader(text("qa_mine.appeal", lang), anchor=False)
    asked = (service.engine, viewer, config, rules, Which(score=number), now, who)
    for one in appeal_views.list_appeals(*asked)[::-1]:
        _appeal(one, row, rules, who, lang)
    told = appeal_views.chance(service.engine, viewer, config, rules, number, now, who)
    if told is not None and told.open:
        _file(row, told, rules, who, lang)
    elif told is not None and told.refused == "qa_appeal_too_late":
        st.caption(words.last_day_words(told.last, told.left, lang))


# -- read, corrected -------------------------------------------------------------------------------------


def _seen(row: ScoreRow, who: str, lang: Lang) -> None:
    service = runtime.service()
    if row.seen_at is not None:
        at = kit.at_clock(row.seen_at, service.config.zone)
        kit.piece(escape(text("qa_mine.seen.at", lang, at=at, words=row.seen_words).strip()))
        return
    with st.form(f"qa-seen-{row.id}", border=False):
        field, button = st.columns([4, 1], vertical_alignment="bottom")
        told = field.text_input(text("qa_mine.words", lang), max_chars=_TEXT_MAX, key=f"qa-seen-w-{row.id}")
        stands = gate(Right.OWN, lang)
        pressed = button.form_submit_button(text("qa_mine.acknowledge", lang), type="primary", **stands)

    def act() -> str:
        given = (row.id, told, who, service.floor_now())
        feedback.acknowledge(service.engine, service.viewer(lang), service.config, *given)
        return text("qa_mine.seen.done", lang)

    if pressed and kit.acting(lang, act):
        kit.again()


def _corrections(row: ScoreRow, who: str, lang: Lang) -> None:
    if not row.revision:
        return
    service = runtime.service()
    found = scoring.list_revisions(service.engine, service.viewer(lang), service.config, row.id, who)
    kit.piece("".join(line for _, line in words.corrections(found, row, service.config, lang)))


# -- an appeal -------------------------------------------------------------------------------------------


def _appeal(one: Shown, row: ScoreRow, rules: Rules, who: str, lang: Lang) -> None:
    """How an appeal stands, and what the agent may do."""
    service = runtime.service()
    form = scoring.form_of(service.engine, service.config.site, row)
    steps = appeal_views.list_steps(service.engine, service.viewer(lang), service.config, one.row.id, who)
    about = words.items_words(form, one.row.items, lang)
    head = f"{words.chip(one, lang)}<b>{escape(about)}</b><span>{escape(words.due_words(one, lang))}</span>"
    kit.piece(f'<div class="cp-row">{head}</div>{words.course(one, steps, service.config, lang)}')
    for step in (step for step in one.steps if step in _STEPS):
        name = f"qa-appeal-{step}:{one.row.id}"
        if not kit.is_open(name):
            st.button(
                text(f"qa_mine.do.{step}", lang), key=f"people-b-{name}", on_click=kit.opens(name),
                type="primary" if step == Step.ESCALATE else "secondary", **gate(Right.OWN, lang),
            )  # fmt: skip
        else:
            _ask(one, step, name, rules, who, lang)


def _ask(one: Shown, step: Step, name: str, rules: Rules, who: str, lang: Lang) -> None:
    service = runtime.service()

    def act(why: str) -> str:
        viewer, now = service.viewer(lang), service.floor_now()
        _STEPS[step](service.engine, viewer, service.config, rules, one.row.id, who, why, now)
        return text(f"qa_mine.done.{step}", lang)

    heard = ".answered" if step == Step.WITHDRAW and one.now.decision else ""
    told = (text(f"qa_mine.ask.{step}{heard}", lang), text("people.why", lang))
    kit.question(name, lang, *told, act, gate(Right.OWN, lang))


def _file(row: ScoreRow, told: Chance, rules: Rules, who: str, lang: Lang) -> None:
    """A new appeal: the questions, and why they were judged wrongly."""
    service = runtime.service()
    form = scoring.form_of(service.engine, service.config.site, row)
    result = scoring.result_of(service.engine, service.config.site, row)
    st.caption(words.last_day_words(told.last, told.left, lang))
    st.caption(text("qa_mine.file.lead", lang, n=rules.clocks.answer, m=rules.clocks.review))
    with st.form(f"qa-file-{row.id}"):
        items = st.pills(
            text("qa_mine.file.items", lang),
            _asked(form, result),
            format_func=lambda item: as_written(_labelled(form, result, item, lang)),
            selection_mode="multi",
            key=f"qa-file-items-{row.id}",
        )
        why = st.text_area(text("qa_mine.file.why", lang), max_chars=_TEXT_MAX, key=f"qa-file-why-{row.id}")
        pressed = st.form_submit_button(
            text("qa_mine.file.send", lang), type="primary", **gate(Right.OWN, lang)
        )

    def act() -> str:
        given = (row.id, items, why, who, service.floor_now())
        appeals.file_appeal(service.engine, service.viewer(lang), service.config, rules, *given)
        return text("qa_mine.file.done", lang)

    if pressed and kit.acting(lang, act):
        kit.again()


def _asked(form: Form, result: Result) -> list[str]:
    """The questions that were asked: those that lost most first."""
    lines = [line for line in result.lines if line.asked]
    order = {item.id: place for place, item in enumerate(form.items)}
    return [
        line.item for line in sorted(lines, key=lambda line: (not line.fatal, -line.lost, order[line.item]))
    ]


def _labelled(form: Form, result: Result, item: str, lang: Lang) -> str:
    line = result.line(item)
    points = text("qa_mine.file.fatal", lang) if line.fatal else words.points_words(line)
    return f"{said(form.item(item).name, lang)} · {points}"
