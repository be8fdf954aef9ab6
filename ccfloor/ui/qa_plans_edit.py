"""The editor of a sampling plan: whom it draws, how many, what is looked for, by when."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from ccfloor.floor.config import FloorConfig
from ccfloor.qa import edit
from ccfloor.qa.edit import Tree
from ccfloor.qa.load import Known
from ccfloor.qa.sheet_columns import BY, EVERY, LOOKS, STRATA
from ccfloor.ui.qa_forms_fields import Fields, absorb, begin, labelled, names
from ccfloor.ui.qa_forms_state import Editing
from ccfloor.ui.rules_words import queue_name
from ccfloor.ui.texts import Lang, text


def plan_editor(state: Editing, known: Known, forms: dict[str, str], config: FloorConfig, lang: Lang) -> None:
    """Draw it, and keep in ``state`` what comes of it. ``forms``: id → name."""
    tree = state.tree
    assert tree is not None
    begin()
    fields = Fields(state, "plan", lang)
    with st.container(key="qf-panel"):
        names(fields, tree)
        _scope(fields, tree, forms, config)
        st.subheader(text("qa_forms.field.quotas", lang), anchor=False)
        _quotas(state, tree, lang)
        st.subheader(text("qa_forms.field.wanted", lang), anchor=False)
        st.caption(text("qa_forms.edit.wanted.lead", lang))
        _wanted(state, tree, lang)
        fields.several(tree, "complaint_queues", _queue_names(config, lang))
        st.subheader(text("qa_forms.edit.drawing", lang), anchor=False)
        _drawing(fields, tree)
    state.take_tree(known)


def _scope(fields: Fields, tree: Tree, forms: dict[str, str], config: FloorConfig) -> None:
    form, queues, teams = st.columns(3, gap="small")
    every = text("qa_forms.plan.all", fields.lang)
    with form:
        fields.choice(
            tree, "form", forms | ({tree["form"]: tree["form"]} if tree["form"] not in forms else {})
        )
    with queues:
        fields.several(tree, "queues", _queue_names(config, fields.lang), empty=every)
    with teams:
        known = sorted({seat.team for seat in config.seats.values() if seat.team})
        fields.several(tree, "teams", {name: name for name in known}, empty=every)


def _queue_names(config: FloorConfig, lang: Lang) -> dict[str, str]:
    return {name: queue_name(config, name, lang) for name in sorted(config.queues)}


def _quotas(state: Editing, tree: Tree, lang: Lang) -> None:
    for place, quota in enumerate(tree["quotas"]):
        own = Fields(state, f"q{place}", lang)
        zh, en, every, least, most, by, gone = st.columns(
            [3, 3, 2, 2, 2, 2, 1], gap="small", vertical_alignment="bottom"
        )
        with zh:
            own.words(quota, "name", "zh")
        with en:
            own.words(quota, "name", "en")
        with every:
            own.choice(quota, "every", labelled(EVERY, lang))
        with least:
            own.number(quota, "at_least", 1, 200, whole=True)
        with most:
            own.maybe(quota, "at_most", 1, 400)
        with by:
            own.choice(quota, "by", labelled(BY, lang))
        with gone:
            _button(state, f"q{place}:gone", "✕", partial(tree["quotas"].pop, place))
    _button(state, "q:add", text("qa_forms.edit.add_quota", lang), partial(_add_quota, tree))


def _add_quota(tree: Tree) -> None:
    taken = {quota["id"] for quota in tree["quotas"]}
    name = next(name for name in (f"quota-{count}" for count in range(1, 1000)) if name not in taken)
    tree["quotas"].append(edit.blank_quota(name))


def _wanted(state: Editing, tree: Tree, lang: Lang) -> None:
    """A share for each kind of call; 0 is none."""
    fields = Fields(state, "wanted", lang)
    for place, (name, label) in zip(st.columns(4, gap="small"), labelled(LOOKS, lang).items(), strict=True):
        share = next((one["share"] for one in tree["wanted"] if one["of"] == name), 0.0)
        with place:
            fields.percent({name: share}, name, 0, 50, label, partial(_want, tree, name))


def _want(tree: Tree, name: str, share: float) -> None:
    others = [one for one in tree["wanted"] if one["of"] != name]
    found = [*others, {"of": name, "share": share}] if share > 0 else others
    order = list(LOOKS)
    tree["wanted"][:] = sorted(found, key=lambda one: order.index(one["of"]) if one["of"] in order else 9)


def _drawing(fields: Fields, tree: Tree) -> None:
    fields.several(tree, "strata", labelled(STRATA, fields.lang))
    least, same, again, due = st.columns(4, gap="small")
    with least:
        fields.number(tree, "least_s", 0, 3600, 5)
    with same:
        fields.percent(tree, "same_reviewer", 5, 100)
    with again:
        fields.percent(tree, "rechecks", 0, 100)
    with due:
        fields.number(tree, "due_days", 1, 60, whole=True)
    bands = {"length_s": [f"{value:g}" for value in tree["length_s"]]}
    found = st.multiselect(
        fields.label("length_s"),
        bands["length_s"],
        bands["length_s"],
        key=fields.at("length_s"),
        accept_new_options=True,
        help=text("qa_forms.edit.length.help", fields.lang),
    )
    tree["length_s"][:] = [_seconds(value) for value in found]


def _seconds(value: str) -> float:
    """A band's end as somebody wrote it; what is no number is told by the checks, as one that cannot be."""
    try:
        return float(value)
    except ValueError:
        return -1.0


def _button(state: Editing, name: str, label: str, act: Callable[[], object]) -> None:
    def pressed() -> None:
        absorb()
        act()
        state.changed(state.at)

    st.button(label, key=f"{state.key}:{name}", on_click=pressed)
