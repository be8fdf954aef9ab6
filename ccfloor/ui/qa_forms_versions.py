"""The versions of one form or plan: publishing a draft, retiring, the history, two of them compared."""

from collections.abc import Callable
from datetime import date
from html import escape
from typing import Any

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.qa.compare import Difference, differences
from ccfloor.qa.model import Form
from ccfloor.qa.plan import Plan
from ccfloor.rules.model import Words
from ccfloor.rules.places import Problem
from ccfloor.service import runtime
from ccfloor.service.qa import versions as qa
from ccfloor.service.qa.versions import (
    DRAFT,
    OFFERED,
    RETIRED,
    Kind,
    Version,
    VersionError,
    counting,
    planned,
)
from ccfloor.store.viewer import Forbidden
from ccfloor.ui import people_kit as kit
from ccfloor.ui.access_kit import gate
from ccfloor.ui.qa_forms_state import Editing, forget
from ccfloor.ui.qa_forms_words import DASH, by_whom, field_name, joined, number, since, version_name, word
from ccfloor.ui.texts import Lang, text, texts

TOLD = "qf-told"
_CODED = ("kind", "channel", "every", "by", "of")


def acting(lang: Lang, act: Callable[[], str]) -> bool:
    """Do what was asked; say so after the page is drawn anew, or in one sentence why it was not done."""
    try:
        st.session_state[TOLD] = act()
    except VersionError as error:
        st.error(refusal(error, lang))
        return False
    except Forbidden:
        st.error(text("access.forbidden", lang))
        return False
    return True


def refusal(error: VersionError, lang: Lang) -> str:
    """Why something was not done."""
    details = dict(error.details)
    problem = details.pop("problem", None)
    if isinstance(problem, Problem):
        details["why"] = problem.zh if lang == "zh" and problem.zh else problem.why
    return text(f"qa_forms.error.{error.code}", lang, **details)


# -- publishing and retiring ---------------------------------------------------------------------------


def publishing(state: Editing, found: list[Version], who: str, lang: Lang) -> None:
    """From when and why the draft shall count; only what is saved and whole."""
    service = runtime.service()
    viewer, key = service.viewer(lang), f"qf-publish:{state.kind}:{state.name}"
    draft = next((one for one in found if one.state == DRAFT), None)
    st.subheader(text("qa_forms.publish", lang), anchor=False)
    if not viewer.may(Right.QA_PLAN):
        st.caption(text("qa_forms.publish.others", lang))
        return
    if draft is None or state.unsaved or state.body is None:
        key_why = "qa_forms.publish.problems" if state.body is None else "qa_forms.publish.save_first"
        st.caption(text(key_why, lang))
        return
    today = qa.today(service.config, service.floor_now())
    began = any(one.state != DRAFT for one in found)
    with st.form(key, border=False):
        day_at, why_at = st.columns([1, 3], gap="medium")
        day = day_at.date_input(
            text("qa_forms.publish.from", lang), today, today if began else None, format="YYYY-MM-DD"
        )
        why = why_at.text_input(text("qa_forms.publish.why", lang), max_chars=1000)
        st.caption(text("qa_forms.publish.lead", lang))
        stands = gate(Right.QA_PLAN, lang, beyond=not viewer.whole)
        pressed = st.form_submit_button(text("qa_forms.publish.go", lang), type="primary", **stands)

    def act() -> str:
        made = qa.publish(
            service.engine, viewer, service.config, state.kind, state.name, _day(day), who, why,
            service.floor_now(), seen=draft.at,
        )  # fmt: skip
        return text("qa_forms.published", lang, n=made.version, since=since(made.from_day, lang))

    if pressed and acting(lang, act):
        forget(state.kind, state.name)
        st.rerun()


def retiring(kind: Kind, name: str, found: list[Version], who: str, lang: Lang) -> None:
    """From when and why nothing of this name shall count."""
    service = runtime.service()
    viewer = service.viewer(lang)
    today = qa.today(service.config, service.floor_now())
    ends = planned(found, today)
    there = counting(found, today) is not None or (ends is not None and ends.state != RETIRED)
    if not viewer.may(Right.QA_PLAN) or not there:
        return
    with (
        st.expander(text("qa_forms.retire", lang), key=f"qf-retire:{name}"),
        st.form(f"qf-retire-form:{name}", border=False),
    ):
        day_at, why_at = st.columns([1, 3], gap="medium")
        day = day_at.date_input(text("qa_forms.retire.from", lang), today, today, format="YYYY-MM-DD")
        why = why_at.text_input(text("qa_forms.publish.why", lang), max_chars=1000)
        st.caption(text("qa_forms.retire.lead", lang))
        stands = gate(Right.QA_PLAN, lang, beyond=not viewer.whole)
        pressed = st.form_submit_button(text("qa_forms.retire.go", lang), **stands)

    def act() -> str:
        made = qa.retire(
            service.engine, viewer, service.config, kind, name, _day(day), who, why, service.floor_now()
        )
        return text("qa_forms.retired", lang, since=since(made.from_day, lang))

    if pressed and acting(lang, act):
        forget(kind, name)
        st.rerun()


def _day(found: Any) -> date:
    assert isinstance(found, date)
    return found


def offering(kind: Kind, name: str, found: list[Version], who: str, lang: Lang) -> None:
    """Make what is new in the product the draft."""
    service = runtime.service()
    viewer = service.viewer(lang)
    stands = gate(Right.QA_FORMS, lang, beyond=not viewer.whole)

    def act() -> str:
        qa.take_over(service.engine, viewer, kind, name, who, service.floor_now())
        return text("qa_forms.offered.taken", lang)

    asked = st.button(text("qa_forms.offered.take", lang), key=f"qf-take-over:{name}", **stands)
    if asked and acting(lang, act):
        forget(kind, name)
        st.rerun()


# -- history -------------------------------------------------------------------------------------------


def history(found: list[Version], lang: Lang) -> None:
    """Every version, newest first: from when, by whom, why, and what changed."""
    zone = runtime.service().config.zone
    header = [text(f"qa_forms.history.{name}", lang) for name in ("version", "from", "who", "why", "changed")]
    rows = []
    kept = [one for one in found if one.state != DRAFT]
    for place, one in enumerate(kept):
        before = kept[place + 1] if place + 1 < len(kept) else None
        at = f" <small>{kit.at_clock(one.published_at, zone)}</small>" if one.published_at else ""
        state = text(f"qa_forms.history.{one.state}", lang) if one.state in (RETIRED, OFFERED) else ""
        rows.append(
            [
                f"<b>{one.version}</b> {escape(state)}",
                DASH if one.state == OFFERED else escape(since(one.from_day, lang)),
                f"{escape(by_whom(one, lang))}{at}",
                escape(one.why) or DASH,
                escape(_changes(before, one, lang)),
            ]
        )
    if rows:
        kit.piece(kit.table(header, rows))
    else:
        st.caption(text("qa_forms.history.none", lang))


def _changes(before: Version | None, one: Version, lang: Lang) -> str:
    """How much changed, in a few words."""
    if one.state == RETIRED or before is None or before.body is None or one.body is None:
        return DASH
    count = len(differences(before.body, one.body))
    return text("qa_forms.history.changes", lang, n=count) if count else text("qa_forms.compare.same", lang)


# -- comparing -----------------------------------------------------------------------------------------


def comparing(found: list[Version], lang: Lang) -> None:
    """Choose two versions, and see what differs."""
    readable = [one for one in found if one.body is not None and one.state != RETIRED]
    if len(readable) < 2:
        st.caption(text("qa_forms.compare.one", lang))
        return
    names = {one.id: version_name(one, lang) for one in readable}
    left, right = st.columns(2, gap="medium")
    numbers = list(names)
    key = f"qf-compare:{readable[0].kind}:{readable[0].name}:{numbers[0]}"
    old = left.selectbox(
        text("qa_forms.compare.old", lang), numbers, 1, lambda one: names[one], key=f"{key}:old"
    )
    new = right.selectbox(
        text("qa_forms.compare.new", lang), numbers, 0, lambda one: names[one], key=f"{key}:new"
    )
    by_id = {one.id: one.body for one in readable}
    before, after = by_id[old], by_id[new]
    assert before is not None and after is not None
    show_differences(before, after, lang)


def show_differences(old: Form | Plan, new: Form | Plan, lang: Lang) -> None:
    """What differs, part by part."""
    rows = [_difference(one, old, new, lang) for one in differences(old, new)]
    if not rows:
        st.caption(text("qa_forms.compare.same", lang))
        return
    header = [text(f"qa_forms.compare.{name}", lang) for name in ("part", "field", "before", "after")]
    kit.piece(kit.table(header, [[escape(cell) for cell in row] for row in rows]))


def _difference(one: Difference, old: Form | Plan, new: Form | Plan, lang: Lang) -> list[str]:
    part = _part_name(one, new if one.after is not None or one.field else old, old, lang)
    if not one.field:
        came = one.after is not None
        return [part, text("qa_forms.compare.came" if came else "qa_forms.compare.went", lang), DASH, DASH]
    if one.field == "order":
        shown = [joined([_named(name, body, lang) for name in names], lang)
                 for body, names in ((old, one.before), (new, one.after))]  # fmt: skip
        return [part, text("qa_forms.compare.order", lang), *shown]
    values = [_value(one.field, value, body, lang) for body, value in ((old, one.before), (new, one.after))]
    return [part, field_name(one.field, lang), *values]


def _part_name(one: Difference, body: Form | Plan, other: Form | Plan, lang: Lang) -> str:
    if not one.id:
        return text(f"qa_forms.compare.kind.{one.part}", lang)
    pieces = one.id.split("/")
    name = _named(pieces[0], body, lang)
    if name == pieces[0]:
        name = _named(pieces[0], other, lang)
    if one.part == "option":
        both = _option(pieces, body) or _option(pieces, other)
        return f"{name} › {both[lang] if both else pieces[-1]}"
    if one.part == "wanted":
        return f"{text('qa_forms.field.wanted', lang)} › {word('of', one.id, lang)}"
    return name


def _option(pieces: list[str], body: Form | Plan) -> dict[str, str] | None:
    """The name of an option of an item, in both languages."""
    for item in body.items if isinstance(body, Form) else ():
        for option in item.options:
            if [item.id, option.id] == pieces:
                return {"zh": option.name.zh, "en": option.name.en}
    return None


def _named(name: str, body: Form | Plan, lang: Lang) -> str:
    """A part's name by its id; the id where there is none."""
    if name in ("queue", "hour", "length", "transfer", "complaint", "repeat"):
        return word("strata", name, lang)
    parts: dict[str, Words] = {}
    for section in body.sections if isinstance(body, Form) else ():
        parts |= {section.id: section.name} | {item.id: item.name for item in section.items}
    for quota in body.quotas if isinstance(body, Plan) else ():
        parts[quota.id] = quota.name
    found = parts.get(name)
    return name if found is None else found.zh if lang == "zh" else found.en


def _value(field: str, value: Any, body: Form | Plan, lang: Lang) -> str:
    if value is None or value == [] or value == "":
        return DASH
    if isinstance(value, bool):
        return text("qa_forms.yes" if value else "qa_forms.no", lang)
    if isinstance(value, (int, float)):
        return f"{value:.0%}" if field in ("share", "same_reviewer", "rechecks") else number(value)
    if isinstance(value, dict):
        return " / ".join(str(value[name]) for name in ("zh", "en") if value.get(name))
    if isinstance(value, list):
        return joined([_value(field, one, body, lang) for one in value], lang)
    if field in ("section", "when.item"):
        return _named(value, body, lang)
    if field in (*_CODED, "tags", "strata"):
        return word(field, value, lang)
    return texts(lang).get(f"qa_forms.answer.{value}", str(value))
