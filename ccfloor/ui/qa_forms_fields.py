"""Widgets that write into a tree: each keeps its value where it belongs, also when a button is pressed while
somebody is still in a field.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from ccfloor.qa.edit import Tree
from ccfloor.ui.qa_forms_state import Editing
from ccfloor.ui.texts import Lang, text

Keep = Callable[[Any], None]
_SLOT = "qf-fields"


class Fields:
    """The fields of one part. ``name``: what their keys go on with."""

    def __init__(self, state: Editing, name: str, lang: Lang) -> None:
        self._key, self.lang = f"{state.key}:{name}", lang
        self._kept: dict[str, Keep] = st.session_state.setdefault(_SLOT, {})

    def label(self, name: str) -> str:
        """What a field is called."""
        return text(f"qa_forms.field.{name}", self.lang)

    def at(self, name: str) -> str:
        """A widget's key."""
        return f"{self._key}:{name}"

    def words(self, tree: Tree, field: str, lang: str, area: bool = False) -> None:
        """A text in one language: ``name`` ``zh``. What is not there is made when something is written."""
        value = (tree.get(field) or {}).get(lang, "")
        widget = st.text_area if area else st.text_input
        name = f"{field}.{lang}"
        self._do(
            name, lambda found: _put_words(tree, field, lang, str(found or "").strip()),
            widget(self.label(name), value, key=self.at(name), max_chars=1000 if area else 120),
        )  # fmt: skip

    def line(self, tree: Tree, field: str, keep: Keep | None = None, help: str | None = None) -> None:
        """A short text."""
        store = keep or (lambda found: tree.__setitem__(field, str(found or "").strip()))
        found = st.text_input(self.label(field), tree[field], key=self.at(field), max_chars=60, help=help)
        self._do(field, store, found)

    def number(
        self, tree: Tree, field: str, least: float, most: float, step: float = 1, *, whole: bool = False
    ) -> None:
        """A number; an empty field counts as the least."""
        kind = int if whole else float
        value = min(max(float(tree[field] or 0), least), most)
        found = st.number_input(
            self.label(field), kind(least), kind(most), kind(value), kind(step), "%d" if whole else "%g",
            key=self.at(field),
        )  # fmt: skip
        self._do(field, lambda value: tree.__setitem__(field, kind(least if value is None else value)), found)

    def maybe(self, tree: Tree, field: str, least: float, most: float) -> None:
        """A whole number, or none."""
        value = tree[field]
        found = st.number_input(
            self.label(field), int(least), int(most), None if value is None else int(value), 1,
            key=self.at(field), placeholder="–",
        )  # fmt: skip
        self._do(field, lambda value: tree.__setitem__(field, None if value is None else int(value)), found)

    def percent(
        self, tree: Tree, field: str, least: float, most: float, label: str = "", keep: Keep | None = None
    ) -> None:
        """A share, as a percentage; ``keep`` gets the share."""
        store = keep or (lambda share: tree.__setitem__(field, share))
        value = min(max(round(float(tree[field]) * 100, 4), least), most)
        found = st.number_input(
            f"{label or self.label(field)} · %",
            float(least),
            float(most),
            value,
            5.0,
            "%g",
            key=self.at(field),
        )
        self._do(field, lambda value: store(round(float(value or 0) / 100, 6)), found)

    def choice(self, tree: Tree, field: str, options: Mapping[str, str], keep: Keep | None = None) -> None:
        """One of a few; ``options``: value → words."""
        values = list(options)
        index = values.index(tree[field]) if tree[field] in values else 0
        found = st.selectbox(
            self.label(field), values, index, lambda value: options[value], key=self.at(field)
        )
        self._do(field, keep or (lambda value: tree.__setitem__(field, value)), found)

    def several(
        self,
        tree: Tree,
        field: str,
        options: Mapping[str, str],
        empty: str = "–",
        keep: Keep | None = None,
    ) -> None:
        """Any of a few; what is there and not among them is kept."""
        known = dict(options) | {name: name for name in tree[field] if name not in options}
        found = st.multiselect(
            self.label(field), list(known), list(tree[field]), lambda value: known[value],
            key=self.at(field), placeholder=empty,
        )  # fmt: skip
        store = keep or (lambda value: tree.__setitem__(field, value))
        self._do(field, lambda value: store(list(value or [])), found)

    def check(self, tree: Tree, field: str, keep: Keep | None = None) -> None:
        """Yes or no."""
        found = st.checkbox(self.label(field), bool(tree[field]), key=self.at(field))
        self._do(field, keep or (lambda value: tree.__setitem__(field, bool(value))), found)

    def _do(self, name: str, keep: Keep, found: Any) -> None:
        keep(found)
        self._kept[self.at(name)] = keep


def absorb() -> None:
    """Keep what stands in the fields now: for callbacks, which come before the fields are drawn again."""
    kept: dict[str, Keep] = st.session_state.get(_SLOT, {})
    for key, keep in kept.items():
        if key in st.session_state:
            keep(st.session_state[key])
    kept.clear()


def begin() -> None:
    """Forget the fields of the run before; to be called before any is drawn."""
    st.session_state[_SLOT] = {}


def names(fields: Fields, tree: Tree) -> None:
    """The name in both languages, beside each other."""
    for place, lang in zip(st.columns(2, gap="small"), ("zh", "en"), strict=True):
        with place:
            fields.words(tree, "name", lang)


def both(fields: Fields, tree: Tree, field: str) -> None:
    """A longer text in both languages."""
    for place, lang in zip(st.columns(2, gap="small"), ("zh", "en"), strict=True):
        with place:
            fields.words(tree, field, lang, area=True)


def _put_words(tree: Tree, field: str, lang: str, value: str) -> None:
    if tree.get(field) is None and not value:
        return
    tree[field] = (tree.get(field) or {"zh": "", "en": ""}) | {lang: value}


def labelled(words: Mapping[str, Sequence[str]], lang: Lang) -> dict[str, str]:
    """Value → word in the page's language."""
    return {value: both[0 if lang == "zh" else 1] for value, both in words.items()}
