"""The library of cases: found by words and tags, made of a score, changed and taken out."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.service import runtime
from ccfloor.service.qa import cases, scoring
from ccfloor.service.qa.cases import Case, Draft
from ccfloor.store.qa_scores import COUNTING, SUBMITTED, Wanted
from ccfloor.ui import people_kit as kit
from ccfloor.ui.access_kit import gate
from ccfloor.ui.links import page_address
from ccfloor.ui.qa_calibration_new import parted
from ccfloor.ui.scope_words import agent_label, queue_label
from ccfloor.ui.texts import Lang, text

_KINDS = ("all", "good", "bad")
_LATEST = 100  # scores that are offered


def show(who: str, lang: Lang) -> None:
    """Draw the section."""
    service = runtime.service()
    viewer = service.viewer(lang)
    st.caption(text("qa_case.lead", lang))
    score = st.query_params.get("score", "")
    if score.isdecimal() and len(score) < 19 and viewer.may(Right.QA_SCORE):
        _new(int(score), who, lang)
    elif viewer.may(Right.QA_SCORE):
        _choose(who, lang)
    every = cases.list_cases(service.engine, viewer, service.config, who)
    if not every:
        st.caption(text("qa_case.none", lang))
    else:
        _found(every, who, lang)
    if viewer.may(Right.QA_SCORE):
        _removed(who, lang)


def _choose(who: str, lang: Lang) -> None:
    """Of which of the latest scores a case is to be made."""
    service = runtime.service()
    config = service.config
    wanted = Wanted(kinds=COUNTING)
    found = scoring.list_scores(service.engine, service.viewer(lang), config, wanted, who, limit=_LATEST)
    known = {
        row.id: text("qa_case.of", lang, agent=agent_label(config, row.agent, lang),
                     at=kit.at_clock(row.call_at, config.zone)[:-3], points=f"{row.score or 0:g}")
        for row in found
    }  # fmt: skip

    def keep() -> None:
        if (chosen := st.session_state.pop("qa-case-choose", None)) is not None:
            st.query_params["view"], st.query_params["score"] = "cases", str(chosen)

    st.selectbox(
        text("qa_case.choose", lang), list(known), None, known.__getitem__, placeholder="",
        key="qa-case-choose", width=kit.wide(420), on_change=keep,
    )  # fmt: skip


def _new(score: int, who: str, lang: Lang) -> None:
    """Make a case of a score."""
    service = runtime.service()
    viewer, config = service.viewer(lang), service.config
    row = scoring.find_score(service.engine, viewer, config, score, who)
    if row is None or row.state != SUBMITTED:
        kit.piece(escape(text("people.error.unknown_qa_score", lang)), "cp-warn")
        return
    if cases.list_cases(service.engine, viewer, config, who, score=score):
        kit.piece(escape(text("people.error.qa_case_there", lang)), "cp-warn")
        return
    with st.container(border=True), st.form("qa-case-new", border=False):
        at, points = kit.at_clock(row.call_at, config.zone)[:-3], f"{row.score or 0:g}"
        about = text("qa_case.of", lang, agent=agent_label(config, row.agent, lang), at=at, points=points)
        kit.piece(escape(about))
        draft = _fields(None, row.passed and not row.fatal, row.summary, lang)
        yes = st.form_submit_button(text("qa_case.add", lang), type="primary", **gate(Right.QA_SCORE, lang))

    def act() -> str:
        cases.add_case(service.engine, viewer, config, score, draft, who, service.floor_now())
        return text("qa_case.added", lang)

    if yes and kit.acting(lang, act):
        st.query_params.pop("score", None)
        st.query_params["view"] = "cases"
        st.rerun()


def _fields(was: Case | None, good: bool, words: str, lang: Lang) -> Draft:
    title = st.text_input(text("qa_case.title", lang), was.title if was else "", max_chars=100)
    told = st.text_area(text("qa_case.text", lang), was.text if was else words, max_chars=4000, height=140)
    joined = ("、" if lang == "zh" else ", ").join(was.tags) if was else ""
    tags = st.text_input(text("qa_case.tags", lang), joined, max_chars=220)
    kind = st.radio(
        text("qa_case.kind", lang), (True, False), 0 if (was.good if was else good) else 1, horizontal=True,
        format_func=lambda value: text("qa_case.good" if value else "qa_case.bad", lang),
    )  # fmt: skip
    return Draft(title, told, parted(tags), bool(kind))


def _found(every: Sequence[Case], who: str, lang: Lang) -> None:
    service = runtime.service()
    one, two, three = st.columns([3, 2, 2], gap="medium", vertical_alignment="bottom")
    typed = one.text_input(text("qa_case.search", lang), key="qa-case-search", max_chars=100)
    tag = two.selectbox(
        text("qa_case.tag", lang), cases.tags_of(every), None, placeholder="", key="qa-case-tag"
    )
    kind = three.segmented_control(
        text("qa_case.kind", lang), _KINDS, default=_KINDS[0], required=True, key="qa-case-kind",
        format_func=lambda name: text(f"qa_case.{name}", lang),
    )  # fmt: skip
    good = None if kind not in ("good", "bad") else kind == "good"
    shown = cases.list_cases(service.engine, service.viewer(lang), service.config, who, tag=tag or "",
                             good=good, words=typed)  # fmt: skip
    if not shown:
        st.caption(text("qa_case.nothing", lang))
    for case in shown:
        with st.container(key=f"people-row-case-{case.id}"):
            _case(case, who, lang)


def _case(one: Case, who: str, lang: Lang) -> None:
    config = runtime.service().config
    where = page_address("qa_score", {"id": str(one.score)})
    kind = text("qa_case.good" if one.good else "qa_case.bad", lang)
    tags = "".join(f'<span class="s">{escape(tag)}</span>' for tag in one.tags)
    queue = queue_label(config, one.queue, lang) if one.queue else ""
    about = " · ".join(part for part in (agent_label(config, one.agent, lang), queue,
                       kit.at_clock(one.call_at, config.zone)[:-3]) if part)  # fmt: skip
    by = text("people.by", lang, who=one.who, at=kit.at_clock(one.at, config.zone)[:-3])
    kit.piece(
        f'<div class="cp-row"><b>{escape(one.title)}</b><span class="s">{escape(kind)}</span>{tags}'
        f'<a href="{where}" target="_self">{escape(text("qa_case.form", lang))}</a></div>'
        f"<div>{escape(one.text).replace(chr(10), '<br>')}</div><small>{escape(about)} · {escape(by)}</small>"
    )
    if not runtime.service().viewer(lang).may(Right.QA_SCORE):
        return
    with st.container(horizontal=True):
        for name in ("change", "remove"):
            asks, stands = kit.opens(f"qa-case-{name}:{one.id}"), gate(Right.QA_SCORE, lang)
            st.button(text(f"qa_case.do.{name}", lang), key=f"qa-case-{name}-{one.id}",
                      on_click=asks, **stands)  # fmt: skip
    if kit.is_open(f"qa-case-change:{one.id}"):
        _change(one, who, lang)
    if kit.is_open(f"qa-case-remove:{one.id}"):
        _remove(one, who, lang)


def _change(one: Case, who: str, lang: Lang) -> None:
    service = runtime.service()
    with st.container(border=True), st.form(f"qa-case-change-{one.id}", border=False):
        draft = _fields(one, one.good, "", lang)
        why = st.text_input(text("people.why", lang), max_chars=1000)
        with st.container(horizontal=True):
            yes = st.form_submit_button(
                text("people.confirm", lang), type="primary", **gate(Right.QA_SCORE, lang)
            )
            no = st.form_submit_button(text("people.back", lang))

    def act() -> str:
        viewer, now = service.viewer(lang), service.floor_now()
        cases.change_case(service.engine, viewer, service.config, one.id, draft, who, why, now)
        return text("qa_case.changed", lang)

    if no or (yes and kit.acting(lang, act)):
        kit.close()
        st.rerun()


def _remove(one: Case, who: str, lang: Lang) -> None:
    service = runtime.service()

    def act(why: str) -> str:
        viewer, now = service.viewer(lang), service.floor_now()
        cases.remove_case(service.engine, viewer, service.config, one.id, who, why, now)
        return text("qa_case.removed", lang)

    sentence = text("qa_case.remove.ask", lang, title=one.title)
    kit.question(
        f"qa-case-remove:{one.id}", lang, sentence, text("people.why", lang), act, gate(Right.QA_SCORE, lang)
    )


def _removed(who: str, lang: Lang) -> None:
    """What was taken out can be put back."""
    service = runtime.service()
    viewer, config = service.viewer(lang), service.config
    found = cases.list_cases(service.engine, viewer, config, who, removed=True)
    gone = {one.id: one for one in found if one.removed_at is not None}
    if not gone:
        return
    with st.expander(text("qa_case.gone", lang, n=len(gone))):
        chosen = st.selectbox(text("qa_case.restore", lang), list(gone), None,
                              lambda number: gone[number].title, placeholder="",
                              width=kit.wide(420))  # fmt: skip
        if chosen is None:
            return
        name = f"qa-case-restore:{chosen}"
        st.button(text("people.do.restore", lang), key="qa-case-restore", on_click=kit.opens(name),
                  **gate(Right.QA_SCORE, lang))  # fmt: skip

        def act(why: str) -> str:
            cases.restore_case(service.engine, viewer, config, chosen, who, why, service.floor_now())
            return text("qa_case.restored", lang)

        if kit.is_open(name):
            sentence = text("qa_case.restore.ask", lang, title=gone[chosen].title)
            kit.question(name, lang, sentence, text("people.why", lang), act, gate(Right.QA_SCORE, lang))
