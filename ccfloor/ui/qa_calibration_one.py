"""One calibration: who has handed in, and once it is closed what everybody said, beside the reference."""

from datetime import date
from html import escape

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.kpi.period import business_date, date_of
from ccfloor.qa.calibrate import Said, apart
from ccfloor.qa.model import Item
from ccfloor.service import runtime
from ccfloor.service.people_log import PeopleError
from ccfloor.service.qa import calibration
from ccfloor.service.qa.agreeing import most_points
from ccfloor.service.qa.calibration import CALLED_OFF, CLOSED, OPEN, Results, Session
from ccfloor.store.qa_scores import ScoreRow
from ccfloor.ui import people_kit as kit
from ccfloor.ui import qa_calibration_words as words
from ccfloor.ui.access_kit import gate
from ccfloor.ui.links import page_address
from ccfloor.ui.qa_calibration_new import parted
from ccfloor.ui.qa_forms_words import answer_words
from ccfloor.ui.rules_words import said
from ccfloor.ui.texts import Lang, text


def show(number: int, who: str, lang: Lang) -> None:
    """Draw it."""
    service = runtime.service()
    viewer = service.viewer(lang)
    back = page_address("qa_calibration", {})
    kit.piece(f'<a href="{back}" target="_self">‹ {escape(text("qa_calibration.back", lang))}</a>')
    found = calibration.find_session(service.engine, viewer, service.config, number, who)
    if found is None:
        kit.piece(escape(text("people.error.unknown_qa_session", lang)), "cp-warn")
        return
    _head(found, lang)
    if found.row.state == OPEN:
        _waiting(found, lang)
    elif found.row.state == CLOSED:
        _results(found, who, lang)
    if viewer.may(Right.QA_PLAN):
        _acts(found, who, lang)


def _head(one: Session, lang: Lang) -> None:
    row, zone = one.row, runtime.service().config.zone
    by = text("people.by", lang, who=row.who, at=kit.at_clock(row.at, zone)[:-3])
    chips = [words.state(row, lang), *([words.due(one, lang)] if row.state == OPEN else [])]
    marks = "".join(f'<span class="s">{escape(chip)}</span>' for chip in chips)
    told = [words.form_name(row.form, row.version, lang), words.about(row, lang)]
    rest = "".join(f"<span>{escape(part)}</span>" for part in told if part)
    kit.piece(f'<div class="cp-row"><b>{escape(row.name)}</b>{marks}{rest}</div>')
    call = row.call
    if call is not None:
        where = page_address("kpi", {"call": f"{call[0]}-{call[1]}"})
        link = f'<a href="{where}" target="_self">{escape(text("qa_calibration.the_call", lang))}</a>'
        kit.piece(f'<div class="cp-row"><small>{escape(row.why)} · {escape(by)}</small>{link}</div>')
    else:
        kit.piece(f"<small>{escape(row.why)} · {escape(by)}</small>")
    if row.state in (CLOSED, CALLED_OFF):
        closed = text("qa_calibration.closed_by", lang, who=row.closed_by)
        kit.piece(f"{escape(row.outcome)} <small>{escape(closed)}</small>")


def _waiting(one: Session, lang: Lang) -> None:
    """Who has handed in: what, is not told yet."""
    zone = runtime.service().config.zone
    if one.mine and not one.done:
        where = page_address("qa_score", {"session": str(one.row.id)})
        kit.piece(f'<a href="{where}" target="_self"><b>{escape(text("qa_calibration.score", lang))}</b></a>')
    header = [text(f"qa_calibration.waiting.{name}", lang) for name in ("name", "part", "at")]
    cells = []
    for name in one.row.everybody:
        at = one.handed_in.get(name)
        part = text(
            "qa_calibration.part.reference" if name == one.row.reference else "qa_calibration.part", lang
        )
        told = kit.at_clock(at, zone)[:-3] if at else text("qa_calibration.waits", lang)
        cells.append([f"<b>{escape(name)}</b>", escape(part), escape(told)])
    kit.piece(kit.table(header, cells))
    st.caption(text("qa_calibration.blind", lang))


# -- what came of it -----------------------------------------------------------------------------------


def _results(one: Session, who: str, lang: Lang) -> None:
    service = runtime.service()
    viewer, most = service.viewer(lang), most_points(service, one.row.day)
    try:
        told = calibration.results(service.engine, viewer, service.config, one.row.id, who, most)
    except PeopleError as error:
        kit.piece(escape(text(f"people.error.{error.code}", lang)), "cp-warn")
        return
    if told.reference is None:
        kit.piece(escape(text("qa_calibration.hidden", lang)), "cp-warn")
    if told.compared.reviewers:
        words.standings(told.compared, lang, most)
    if one.missing:
        names = ("、" if lang == "zh" else ", ").join(one.missing)
        st.caption(text("qa_calibration.missing", lang, names=names))
    _answers(told, lang)


def _answers(told: Results, lang: Lang) -> None:
    """Every question, with the answers side by side: those that differ from the reference stand out."""
    rows = [*([told.reference] if told.reference else []), *told.scores]
    if not rows:
        return
    st.subheader(text("qa_calibration.answers", lang), anchor=False)
    header = [text("qa_calibration.item.item", lang), *(_person(row, told, lang) for row in rows)]
    cells, bad = [["", *(_total(row, lang) for row in rows)]], set()
    for place, item in enumerate(told.form.items, 1):
        said_by = [told.said[row.id][item.id] for row in rows]
        cells.append([escape(said(item.name, lang)), *(_answer(item, row, one, lang)
                      for row, one in zip(rows, said_by, strict=True))])  # fmt: skip
        if told.reference is not None:
            differ = [at for at, one in enumerate(said_by, 1) if apart(one, said_by[0])]
            bad |= {(place, at) for at in differ}
    kit.piece(kit.table(header, cells, bad))


def _person(row: ScoreRow, told: Results, lang: Lang) -> str:
    mark = text("qa_calibration.part.reference", lang) if row is told.reference else ""
    return f"{row.reviewer} · {mark}" if mark else row.reviewer


def _total(row: ScoreRow, lang: Lang) -> str:
    where = page_address("qa_score", {"id": str(row.id)})
    fatal = f" {escape(text('qa_calibration.is_fatal', lang))}" if row.fatal else ""
    points = words.DASH if row.score is None else f"{row.score:g}"
    return f'<a href="{where}" target="_self"><b>{points}</b></a>{fatal}'


def _answer(item: Item, row: ScoreRow, one: Said, lang: Lang) -> str:
    notes = " / ".join(words for _, words in row.comments.get(item.id, []))
    said_so = escape(answer_words(item, one.answer, lang)) if one.answer else words.DASH
    return f"{said_so}<br><small>{escape(notes)}</small>" if notes else said_so


# -- what may be done ----------------------------------------------------------------------------------


def _acts(one: Session, who: str, lang: Lang) -> None:
    row = one.row
    offered = {OPEN: ("change", "close", "off"), CLOSED: ("off",)}.get(row.state, ())
    with st.container(horizontal=True):
        for name in offered:
            st.button(text(f"qa_calibration.do.{name}", lang), key=f"qa-calibration-{name}",
                      on_click=kit.opens(f"qa-{name}:{row.id}"), **gate(Right.QA_PLAN, lang))  # fmt: skip
    for name in offered:
        if kit.is_open(f"qa-{name}:{row.id}"):
            {"change": _change, "close": _close, "off": _off}[name](one, who, lang)


def _close(one: Session, who: str, lang: Lang) -> None:
    service = runtime.service()

    def act(outcome: str) -> str:
        now, viewer = service.floor_now(), service.viewer(lang)
        calibration.close_session(service.engine, viewer, service.config, one.row.id, who, outcome, now)
        return text("qa_calibration.closed", lang)

    names = ("、" if lang == "zh" else ", ").join(one.missing)
    key = "qa_calibration.close.ask.missing" if names else "qa_calibration.close.ask"
    sentence = text(key, lang, names=names)
    asked, stands = text("qa_calibration.outcome", lang), gate(Right.QA_PLAN, lang)
    kit.question(f"qa-close:{one.row.id}", lang, sentence, asked, act, stands)


def _off(one: Session, who: str, lang: Lang) -> None:
    service = runtime.service()

    def act(why: str) -> str:
        now, viewer = service.floor_now(), service.viewer(lang)
        calibration.call_off(service.engine, viewer, service.config, one.row.id, who, why, now)
        return text("qa_calibration.off", lang)

    sentence = text("qa_calibration.off.ask", lang)
    kit.question(
        f"qa-off:{one.row.id}", lang, sentence, text("people.why", lang), act, gate(Right.QA_PLAN, lang)
    )


def _change(one: Session, who: str, lang: Lang) -> None:
    service, row = runtime.service(), one.row
    viewer = service.viewer(lang)
    today = business_date(service.config, service.floor_now())
    known = calibration.possible_reviewers(service.engine, viewer)
    with st.container(border=True), st.form(f"qa-calibration-change-{row.id}", border=False):
        label = text("qa_calibration.reviewers", lang)
        if known:
            offered = list(dict.fromkeys([*known, *row.reviewers]))
            names = list(st.multiselect(label, offered, list(row.reviewers), placeholder=""))
        else:
            names = parted(st.text_input(label, ", ".join(row.reviewers), max_chars=600))
        start = date_of(row.due_day)
        due = st.date_input(text("qa_calibration.due", lang), start, min(start, today), format="YYYY-MM-DD",
                            width=kit.wide(180))  # fmt: skip
        why = st.text_input(text("people.why", lang), max_chars=500)
        with st.container(horizontal=True):
            yes = st.form_submit_button(
                text("people.confirm", lang), type="primary", **gate(Right.QA_PLAN, lang)
            )
            no = st.form_submit_button(text("people.back", lang))

    def act() -> str:
        day = due if isinstance(due, date) else start
        calibration.change_session(
            service.engine, viewer, service.config, row.id, names, day, who, why, service.floor_now()
        )
        return text("qa_calibration.changed", lang)

    if no or (yes and kit.acting(lang, act)):
        kit.close()
        st.rerun()
