"""The answers of a score as they are corrected, after an appeal or without one, and what it comes to then."""

from collections.abc import Collection, Iterable, Mapping
from functools import partial
from html import escape

import streamlit as st

from ccfloor.qa.model import NO, YES, Form, Item, answers
from ccfloor.qa.score import asked, score
from ccfloor.store.qa_scores import ScoreRow
from ccfloor.ui import people_kit as kit
from ccfloor.ui import qa_appeal_words as words
from ccfloor.ui.qa_forms_words import answer_words
from ccfloor.ui.rules_words import said
from ccfloor.ui.texts import Lang, as_written, text


def changes(row: ScoreRow, form: Form, items: Collection[str], key: str, lang: Lang) -> dict[str, str]:
    """The answers that are changed so far: of these items (none named: of all), of those that are asked only
    because of them, and, where nothing fatal is left, of those that were not judged because of it. ``key``:
    of the fields.
    """
    given = dict(row.answers)
    before = score(form, row.answers)
    judged = {line.item for line in before.lines if line.asked} - set(before.missing)
    open_ones = set(items) or judged
    now = [item for item in form.items if item.id in open_ones or item.id not in judged]
    shown = _fields([item for item in now if item.id not in before.missing], form, row, given, key, lang)
    if before.missing and not score(form, _told(given)).fatal:
        st.caption(text("qa_appeal.unanswered", lang))
        _fields([item for item in now if item.id not in shown], form, row, given, key, lang)
    found = {item: told for item, told in given.items() if told != row.answers.get(item, "")}
    _total(form, row, found, lang)
    return found


def _fields(
    items: Iterable[Item], form: Form, row: ScoreRow, given: dict[str, str], key: str, lang: Lang
) -> set[str]:
    """A field of each of these items that is asked by now; its answer goes into ``given``. Returns which."""
    shown = set[str]()
    for item in items:
        if not asked(form, item, given):
            continue
        if len(shown) % 2 == 0:  # two by two: one below the other they stay in the form's order
            places = st.columns(2, gap="medium")
        with places[len(shown) % 2]:
            given[item.id] = _field(item, row.answers.get(item.id, ""), key, lang)
        shown.add(item.id)
    return shown


def _told(given: Mapping[str, str]) -> dict[str, str]:
    return {name: answer for name, answer in given.items() if answer}


def _field(item: Item, known: str, key: str, lang: Lang) -> str:
    unsaid = not known and not item.scored  # a fatal item without an answer did not happen
    offered = ["", YES] if unsaid else list(answers(item))
    found = st.selectbox(
        as_written(said(item.name, lang)),
        offered,
        offered.index(known) if known in offered else 0 if unsaid else None,
        partial(_answer, item, lang),
        key=f"{key}-{item.id}",
    )
    return str(found or "")


def _answer(item: Item, lang: Lang, answer: str) -> str:
    return answer_words(item, answer or NO, lang)


def _total(form: Form, row: ScoreRow, changed: Mapping[str, str], lang: Lang) -> None:
    after = score(form, _told({**row.answers, **changed}))
    if not changed:
        st.caption(text("qa_appeal.no_change", lang))
    if not changed or not after.complete or after.score is None:
        return
    key = "is_fatal" if after.fatal else "passed" if after.passed else "not_passed"
    told = text("qa_appeal.becomes", lang, points=words.score_words(row.score, after.score))
    verdict = text(f"qa_score.{key}", lang)
    kit.piece(f'<div class="cp-row"><b>{escape(told)}</b><span>{escape(verdict)}</span></div>')
