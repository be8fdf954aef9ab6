"""What the editor of one form or plan holds between the runs of its page: a tree, its text, what is wrong."""

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from ccfloor.qa.edit import HEAD, Tree, editable, pruned
from ccfloor.qa.load import Known, Loaded, check_tree, load
from ccfloor.qa.model import Form
from ccfloor.qa.plan import Plan
from ccfloor.qa.write import body_text
from ccfloor.rules.places import Problem
from ccfloor.rules.write import tree_text, whole_numbers
from ccfloor.rules.yaml_text import YamlText
from ccfloor.service.qa.versions import DRAFT, OFFERED, Kind, Version

FORM, YAML = "form", "yaml"
_TURNS = "qf-turns"
_APART = 1_000_000


@dataclass
class Editing:
    """``seen``: when the draft was saved that this began with, 0.0 where there was none. ``turn`` changes
    with every change that is not made in a widget, so that widgets begin anew.
    """

    kind: Kind
    name: str
    text: str  # as it was saved, or would be
    saved: str
    seen: float
    mode: str = FORM
    at: str = HEAD
    turn: int = 0
    tree: Tree | None = None
    loaded: Loaded[Any] = field(default_factory=lambda: Loaded(None, [], []))

    @property
    def key(self) -> str:
        """What widget keys begin with."""
        return f"qf:{self.kind}:{self.name}:{self.turn}"

    @property
    def body(self) -> Form | Plan | None:
        """The form or plan, where it is whole."""
        return self.loaded.body

    @property
    def unsaved(self) -> bool:
        """Whether something was changed since it was saved."""
        return self.text != self.saved

    @property
    def problems(self) -> list[Problem]:
        """What is wrong."""
        return self.loaded.problems

    def take_tree(self, known: Known) -> None:
        """Judge the tree as the widgets left it, and keep its text."""
        assert self.tree is not None
        kept = whole_numbers(pruned(self.kind, self.tree))
        self.loaded = check_tree(self.kind, "", kept)
        self.text = body_text(self.loaded.body) if self.loaded.body is not None else tree_text(kept)
        if isinstance(self.loaded.body, Plan):
            self.loaded = load(self.kind, "", self.text, known)

    def take_text(self, written: str, known: Known) -> None:
        """Judge a text as somebody wrote it."""
        self.text = written
        self.loaded = load(self.kind, "YAML", written, known)

    def switch(self, mode: str) -> None:
        """Go on as a form or as text; a text that no form can show stays text."""
        if mode == FORM:
            self.tree = tree_of(self.kind, self.text)
        self.mode = mode if self.tree is not None else YAML
        self.turn += 1

    def kept(self, seen: float) -> None:
        """What is here was saved, at this instant."""
        self.saved, self.seen = self.text, seen

    def changed(self, at: str) -> None:
        """Parts came, went or moved; ``at`` is the one to look at now."""
        self.at, self.turn = at, self.turn + 1


def tree_of(kind: str, text: str) -> Tree | None:
    """The tree of a text, for widgets; None where it has another shape."""
    return editable(kind, YamlText("", text).tree)


def start_text(versions: list[Version]) -> str:
    """What an editor begins with: the draft, else the newest version of the site's own."""
    draft = next((one for one in versions if one.state == DRAFT), None)
    if draft is not None:
        return draft.text
    newest = next((one.body for one in versions if one.body is not None and one.state != OFFERED), None)
    return body_text(newest) if newest is not None else ""


def editing(kind: Kind, name: str, versions: list[Version]) -> Editing:
    """The editor's state; begun anew where the saved draft is another and nothing was changed here."""
    slot = f"qf-editing:{kind}:{name}"
    draft = next((one for one in versions if one.state == DRAFT), None)
    seen = draft.at if draft is not None else 0.0
    found: Editing | None = st.session_state.get(slot)
    if found is None or (found.seen != seen and not found.unsaved):
        # Widgets of an editor that was here before must not speak for this one.
        turn = st.session_state[_TURNS] = int(st.session_state.get(_TURNS, 0)) + _APART
        found = begun(kind, name, start_text(versions), seen, turn)
        st.session_state[slot] = found
    return found


def begun(kind: Kind, name: str, text: str, seen: float, turn: int) -> Editing:
    """A fresh state."""
    tree = tree_of(kind, text)
    made = Editing(kind, name, text, text, seen, FORM if tree is not None else YAML, HEAD, turn, tree)
    if tree is not None:  # as the widgets would write it, so that looking alone changes nothing
        made.take_tree(Known())
        made.saved = made.text
    return made


def forget(kind: Kind, name: str) -> None:
    """Begin anew the next time."""
    st.session_state.pop(f"qf-editing:{kind}:{name}", None)
