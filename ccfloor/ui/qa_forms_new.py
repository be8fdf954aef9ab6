"""A new form or plan: blank, as a copy of another, or from a file; it begins as a draft."""

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.qa.edit import blank_form, blank_plan
from ccfloor.qa.write import body_text
from ccfloor.rules.write import tree_text
from ccfloor.service import runtime
from ccfloor.service.access.uploads import refusal
from ccfloor.service.qa import versions as qa
from ccfloor.service.qa.form_files import read_file
from ccfloor.service.qa.versions import DRAFT, KINDS, Kind, Version
from ccfloor.ui.access_kit import Gate, gate
from ccfloor.ui.qa_forms_state import forget
from ccfloor.ui.qa_forms_versions import acting
from ccfloor.ui.qa_forms_words import summary, title
from ccfloor.ui.texts import Lang, as_written, text

_MB = 5


def starting(names: dict[tuple[Kind, str], list[Version]], who: str, lang: Lang) -> None:
    """The section that makes a draft."""
    blank, file = st.tabs([text("qa_forms.new.blank", lang), text("qa_forms.new.file", lang)])
    with blank:
        _blank(names, who, lang)
    with file:
        _file(names, who, lang)


def _drafting(lang: Lang, *, off: bool = False) -> Gate:
    """How a button that makes or changes a draft stands: drafts are of the whole site."""
    return gate(Right.QA_FORMS, lang, beyond=not runtime.service().viewer(lang).whole, off=off)


def _blank(names: dict[tuple[Kind, str], list[Version]], who: str, lang: Lang) -> None:
    kind: Kind = st.segmented_control(
        text("qa_forms.new.kind", lang), KINDS, default="form", required=True, key="qf-new-kind",
        format_func=lambda one: text(f"qa_forms.kind.{one}", lang), label_visibility="collapsed",
    ) or "form"  # fmt: skip
    there = {name: title(name, found, lang) for (one, name), found in names.items() if one == kind}
    id_at, from_at = st.columns(2, gap="medium")
    name = id_at.text_input(
        text("qa_forms.new.id", lang), key=f"qf-new-id-{kind}", max_chars=60,
        help=text("qa_forms.edit.id.help", lang),
    ).strip()  # fmt: skip
    start = from_at.selectbox(
        text("qa_forms.new.from", lang), ["", *there], key=f"qf-new-from-{kind}",
        format_func=lambda one: there.get(one) or text("qa_forms.new.nothing", lang),
    )  # fmt: skip
    if st.button(text("qa_forms.new.go", lang), key="qf-new-go", type="primary", **_drafting(lang)):
        if (kind, name) in names:
            st.error(text("qa_forms.error.name_taken", lang, name=name))
            return
        _draft(kind, name, _text(kind, name, names.get((kind, start or "")), names), who, lang)


def _text(
    kind: Kind, name: str, start: list[Version] | None, names: dict[tuple[Kind, str], list[Version]]
) -> str:
    """What the draft begins with."""
    body = next((one.body for one in start or [] if one.body is not None), None)
    if body is not None:
        return body_text(body.model_copy(update={"id": name}))
    form = next((one for other, one in names if other == "form"), "")
    return tree_text(blank_form(name) if kind == "form" else blank_plan(name, form))


def _file(names: dict[tuple[Kind, str], list[Version]], who: str, lang: Lang) -> None:
    st.caption(text("qa_forms.new.file.lead", lang))
    chosen = st.file_uploader(
        text("qa_forms.new.file.label", lang), ["yaml", "yml", "xlsx"], key="qf-file", max_upload_size=_MB,
        label_visibility="collapsed", **_drafting(lang),
    )  # fmt: skip
    if chosen is None:
        return
    kind_found, loaded = read_file(chosen.name, chosen.getvalue(), refusal(chosen.type))
    kind: Kind = "plan" if kind_found == "plan" else "form"
    if loaded.body is None:
        lines = "\n".join(f"- {as_written(problem.said(lang))}" for problem in loaded.problems)
        st.error(f"{text('qa_forms.new.file.bad', lang)}\n\n{lines}")
        return
    st.markdown(
        text("qa_forms.new.file.good", lang, kind=text(f"qa_forms.kind.{kind}", lang), name=loaded.body.id,
             what=summary(loaded.body, lang))
    )  # fmt: skip
    there = names.get((kind, loaded.body.id), [])
    if there:
        drafted = any(one.state == DRAFT for one in there)
        st.caption(text("qa_forms.new.file.over" if drafted else "qa_forms.new.file.there", lang))
    if st.button(text("qa_forms.new.file.go", lang), key="qf-file-go", type="primary", **_drafting(lang)):
        _draft(kind, loaded.body.id, body_text(loaded.body), who, lang)


def _draft(kind: Kind, name: str, written: str, who: str, lang: Lang) -> None:
    """Save it, and go to its editor."""
    service = runtime.service()

    def act() -> str:
        qa.save_draft(service.engine, service.viewer(lang), kind, name, written, who, "", service.floor_now())
        return text("qa_forms.saved", lang)

    if acting(lang, act):
        forget(kind, name)
        st.query_params.update({"kind": kind, "name": name, "view": "edit"})
        st.rerun()
