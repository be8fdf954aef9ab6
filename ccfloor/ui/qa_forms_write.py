"""Writing a form or plan: its draft as fields or as text, saved, looked at, and published."""

from html import escape

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.qa.load import Known
from ccfloor.qa.model import Form
from ccfloor.service import runtime
from ccfloor.service.qa import versions as qa
from ccfloor.service.qa.versions import DRAFT, Kind, Version, counting
from ccfloor.ui import people_kit as kit
from ccfloor.ui import qa_forms_paper as paper
from ccfloor.ui.access_kit import Gate, gate
from ccfloor.ui.qa_forms_edit import form_editor
from ccfloor.ui.qa_forms_state import FORM, YAML, Editing, forget
from ccfloor.ui.qa_forms_versions import acting, publishing, show_differences
from ccfloor.ui.qa_forms_words import problem_words, title
from ccfloor.ui.qa_plans_edit import plan_editor
from ccfloor.ui.texts import Lang, as_written, text

Names = dict[tuple[Kind, str], list[Version]]


def write(state: Editing, found: list[Version], names: Names, lang: Lang) -> None:
    """Draw it: the fields or the text, what is wrong, saving, the preview, publishing."""
    service = runtime.service()
    draft = next((one for one in found if one.state == DRAFT), None)
    who = kit.who_acts(lang)
    if draft is not None:
        at = kit.at_clock(draft.at, service.config.zone)
        st.caption(text("qa_forms.edit.draft", lang, who=as_written(draft.who), at=at))
    else:
        st.caption(text("qa_forms.edit.begins", lang))
    _mode(state, lang)
    known = _known(names)
    if state.mode == YAML:
        _as_text(state, known)
    elif state.kind == "form":
        form_editor(state, known, lang)
    else:
        plan_editor(state, known, forms_named(names, lang), service.config, lang)
    _problems(state, lang)
    _saving(state, draft, who, lang)
    if state.body is not None:
        _preview(state, found, forms_named(names, lang), lang)
    publishing(state, found, who, lang)


def forms_named(names: Names, lang: Lang) -> dict[str, str]:
    """What each form is called, by its id."""
    return {name: title(name, found, lang) for (kind, name), found in names.items() if kind == "form"}


def _known(names: Names) -> Known:
    """What plans may name here."""
    config = runtime.service().config
    teams = frozenset(seat.team for seat in config.seats.values() if seat.team)
    forms = frozenset(name for kind, name in names if kind == "form")
    return Known(frozenset(config.queues) or None, teams or None, forms)


def _mode(state: Editing, lang: Lang) -> None:
    found = st.segmented_control(
        text("qa_forms.edit.mode", lang),
        (FORM, YAML),
        default=state.mode,
        required=True,
        format_func=lambda mode: text(f"qa_forms.edit.mode.{mode}", lang),
        label_visibility="collapsed",
        key=f"{state.key}:mode",
    )
    if found and found != state.mode:
        state.switch(found)
        if state.mode != found:
            st.warning(text("qa_forms.edit.only_text", lang))
        else:
            st.rerun()


def _as_text(state: Editing, known: Known) -> None:
    with st.container(key=f"qf-yaml-{state.turn}"):
        written = st.text_area("YAML", state.text, 560, key=f"{state.key}:yaml", label_visibility="collapsed")
    state.take_text(str(written), known)


def _problems(state: Editing, lang: Lang) -> None:
    if state.problems:
        if state.mode == YAML:
            told = [problem.said(lang) for problem in state.problems]
        else:
            told = [problem_words(problem, state.tree or {}, lang) for problem in state.problems]
        lines = "".join(f"<br>{escape(line)}" for line in told)
        kit.piece(f"<b>{escape(text('qa_forms.edit.problems', lang, n=len(told)))}</b>{lines}", "cp-warn")
    for doubt in state.loaded.warnings:
        kit.piece(escape(problem_words(doubt, state.tree or {}, lang)), "cp-warn")


def _saving(state: Editing, draft: Version | None, who: str, lang: Lang) -> None:
    service = runtime.service()
    words = text("qa_forms.edit.unsaved" if state.unsaved else "qa_forms.edit.kept", lang)

    def save() -> str:
        made = qa.save_draft(
            service.engine, service.viewer(lang), state.kind, state.name, state.text, who, "",
            service.floor_now(), seen=state.seen,
        )  # fmt: skip
        state.kept(made.at)
        return text("qa_forms.saved", lang)

    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            text("qa_forms.edit.save", lang), type="primary", key=f"{state.key}:save",
            **_drafting(lang, off=not state.unsaved and draft is not None),
        )  # fmt: skip
        if state.unsaved and st.button(text("qa_forms.edit.back", lang), key=f"{state.key}:undo"):
            forget(state.kind, state.name)
            st.rerun()
        if draft is not None:
            label, drop_it = text("qa_forms.edit.drop", lang), kit.opens("qf-drop")
            st.button(label, key=f"{state.key}:drop", on_click=drop_it, **_drafting(lang))
        st.caption(words)
    if pressed and acting(lang, save):
        st.rerun()
    if draft is not None and kit.is_open("qf-drop"):
        _dropping(state, who, lang)


def _drafting(lang: Lang, *, off: bool = False) -> Gate:
    """How a button that makes or changes a draft stands: drafts are of the whole site."""
    return gate(Right.QA_FORMS, lang, beyond=not runtime.service().viewer(lang).whole, off=off)


def _dropping(state: Editing, who: str, lang: Lang) -> None:
    service = runtime.service()
    with st.form("qf-drop-form"):
        st.caption(text("qa_forms.edit.drop.sure", lang))
        why = st.text_input(text("qa_forms.publish.why", lang), max_chars=1000)
        with st.container(horizontal=True):
            yes = st.form_submit_button(text("people.confirm", lang), type="primary", **_drafting(lang))
            no = st.form_submit_button(text("people.back", lang))

    def drop() -> str:
        viewer, now = service.viewer(lang), service.floor_now()
        qa.drop_draft(service.engine, viewer, state.kind, state.name, who, why, now)
        return text("qa_forms.dropped", lang)

    if no or (yes and acting(lang, drop)):
        kit.close()
        if yes:
            forget(state.kind, state.name)
        st.rerun()


def _preview(state: Editing, found: list[Version], forms: dict[str, str], lang: Lang) -> None:
    """The form as it would be read, and what would change."""
    body = state.body
    assert body is not None
    service = runtime.service()
    st.subheader(text("qa_forms.edit.preview", lang), anchor=False)
    paper.body_paper(body, service.config, forms, lang)
    before = counting(found, qa.today(service.config, service.floor_now()))
    if before is not None and before.body is not None:
        with st.expander(text("qa_forms.edit.changes", lang, n=before.version)):
            show_differences(before.body, body, lang)
    if isinstance(body, Form):
        with st.expander(text("qa_forms.try", lang)):
            st.caption(text("qa_forms.try.lead", lang))
            paper.try_form(body, state.key, lang)
