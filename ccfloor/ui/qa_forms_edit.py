"""The editor of a form: its outline, the fields of the part that is chosen, buttons that move parts."""

from collections.abc import Callable
from functools import partial
from zlib import crc32

import streamlit as st

from ccfloor.qa import edit
from ccfloor.qa.edit import HEAD, Part, Tree
from ccfloor.qa.load import Known
from ccfloor.qa.sheet_columns import ANSWERS, CHANNELS, KINDS, TAGS
from ccfloor.ui.qa_forms_fields import Fields, absorb, begin, both, labelled, names
from ccfloor.ui.qa_forms_state import Editing
from ccfloor.ui.qa_forms_words import DASH, named, number
from ccfloor.ui.texts import Lang, text

_MOST_POINTS = 1000.0


def form_editor(state: Editing, known: Known, lang: Lang) -> None:
    """Draw it, and keep in ``state`` what comes of it."""
    assert state.tree is not None
    begin()
    chosen = edit.part(state.tree, state.at)
    left, right = st.columns([2, 3], gap="large")
    with right, st.container(key="qf-panel"):
        _panel(state, chosen, lang)
    state.take_tree(known)
    with left, st.container(key="qf-outline"):
        _outline(state, chosen.at, lang)
        _buttons(state, chosen.at, lang)


# -- the outline ---------------------------------------------------------------------------------------


def _outline(state: Editing, chosen: str, lang: Lang) -> None:
    assert state.tree is not None
    parts = {one.at: one for one in edit.outline(state.tree)}
    wrong = _wrong(state)
    labels = {at: _label(one, at in wrong, lang) for at, one in parts.items()}
    # A choice whose words change loses its mark in the browser: it is another choice then.
    key = f"{state.key}:outline:{crc32(repr(labels).encode())}"

    def choose() -> None:
        absorb()
        state.at = st.session_state[key]

    places = list(parts)
    st.radio(
        text("qa_forms.edit.outline", lang),
        places,
        places.index(chosen),
        labels.__getitem__,
        key=key,
        on_change=choose,
        label_visibility="collapsed",
    )


def _wrong(state: Editing) -> set[str]:
    """Parts in which something is wrong."""
    found = set()
    for problem in state.problems:
        at = HEAD
        if problem.field.startswith("sections["):
            pieces = problem.field.replace("]", "[").split("[")
            at = f"s{pieces[1]}" + (f"i{pieces[3]}" if len(pieces) > 3 and pieces[2] == ".items" else "")
        found.add(at)
    return found


def _label(part: Part, wrong: bool, lang: Lang) -> str:
    name = named(part.tree["name"], lang) or part.tree["id"] or DASH
    mark = "▲ " if wrong else ""
    if part.at == HEAD:
        return f"{mark}{text('qa_forms.edit.head', lang)}"
    if "i" not in part.at:
        return f"{mark}**{_plain(name)}**"
    return f"　{mark}{_plain(name)} · {_worth(part.tree, lang)}"


def _plain(name: str) -> str:
    """A name where Streamlit reads Markdown."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#~$|:&" else sign for sign in name)


def _worth(item: Tree, lang: Lang) -> str:
    if item["kind"] == "fatal":
        return text("qa_forms.edit.fatal", lang)
    if item["kind"] == "choice":
        return number(max((float(option["points"]) for option in item["options"]), default=0))
    return number(float(item["points"]))


def _buttons(state: Editing, at: str, lang: Lang) -> None:
    tree = state.tree
    assert tree is not None
    with st.container(horizontal=True, gap="small"):
        _button(state, "add_item", lambda: edit.add_item(tree, at), lang)
        _button(state, "add_section", lambda: edit.add_section(tree), lang)
    if at == HEAD:
        return
    with st.container(horizontal=True, gap="small"):
        _button(state, "up", lambda: edit.move(tree, at, down=False), lang)
        _button(state, "down", lambda: edit.move(tree, at, down=True), lang)
        if "i" in at:
            _button(state, "copy", lambda: edit.copy_part(tree, at), lang)
        _button(state, "remove", lambda: edit.remove(tree, at), lang)


def _button(state: Editing, name: str, act: Callable[[], str], lang: Lang) -> None:
    def pressed() -> None:
        absorb()
        state.changed(act())

    st.button(text(f"qa_forms.edit.{name}", lang), key=f"{state.key}:{name}", on_click=pressed)


# -- the fields ----------------------------------------------------------------------------------------


def _panel(state: Editing, chosen: Part, lang: Lang) -> None:
    fields = Fields(state, chosen.at, lang)
    if chosen.at == HEAD:
        _head(fields, chosen.tree)
    elif "i" not in chosen.at:
        _section(state, fields, chosen.tree)
    else:
        _item(state, fields, chosen)


def _head(fields: Fields, tree: Tree) -> None:
    names(fields, tree)
    mark, decimals, channel = st.columns(3, gap="small")
    with mark:
        fields.number(tree, "pass_mark", 0, 100)
    with decimals:
        fields.number(tree, "decimals", 0, 2, whole=True)
    with channel:
        fields.choice(tree, "channel", labelled(CHANNELS, fields.lang))
    weighed = {"weights": any(section["weight"] is not None for section in tree["sections"])}
    fields.check(weighed, "weights", partial(_weigh, tree))
    both(fields, tree, "note")


def _weigh(tree: Tree, wanted: object) -> None:
    """Give every section a weight, as much as its points to begin with; or take them away."""
    for section in tree["sections"]:
        if not wanted:
            section["weight"] = None
        elif section["weight"] is None and any(item["kind"] != "fatal" for item in section["items"]):
            points = sum(float(item["points"]) for item in section["items"] if item["kind"] != "choice")
            section["weight"] = min(max(points, 1.0), _MOST_POINTS)


def _section(state: Editing, fields: Fields, tree: Tree) -> None:
    names(fields, tree)
    left, right = st.columns(2, gap="small")
    with left:
        _id(state, fields, tree)
    if tree["weight"] is not None:
        with right:
            fields.number(tree, "weight", 0.5, _MOST_POINTS)
    if not tree["items"]:
        st.caption(text("qa_forms.edit.no_items", fields.lang))


def _id(state: Editing, fields: Fields, tree: Tree) -> None:
    """The id; conditions that ask for the old one follow."""
    whole, old = state.tree, tree["id"]
    assert whole is not None

    def keep(found: object) -> None:
        name = str(found or "").strip()
        tree["id"] = name
        for one in edit.outline(whole):
            when = one.tree.get("when")
            if when and old and when["item"] == old:
                when["item"] = name

    fields.line(tree, "id", keep, text("qa_forms.edit.id.help", fields.lang))


def _item(state: Editing, fields: Fields, chosen: Part) -> None:
    tree, lang = chosen.tree, fields.lang
    names(fields, tree)
    kind_at, points_at, step_at, id_at = st.columns([2, 1, 1, 2], gap="small")
    with kind_at:
        fields.choice(tree, "kind", labelled(KINDS, lang))
    kind = tree["kind"]
    with points_at:
        if kind not in ("choice", "fatal"):
            fields.number(tree, "points", 0, _MOST_POINTS)
    with step_at:
        if kind == "points":
            fields.number(tree, "step", 0.1, 100, 0.5)
    with id_at:
        _id(state, fields, tree)
    if kind == "scale":
        low, high = st.columns(2, gap="small")
        with low:
            fields.number(tree, "low", 0, 10, whole=True)
        with high:
            fields.number(tree, "high", 1, 10, whole=True)
    if kind == "choice":
        _options(state, fields, tree)
    _marks(fields, tree)
    _condition(state, fields, chosen)
    both(fields, tree, "guide")


def _marks(fields: Fields, tree: Tree) -> None:
    na, fatal, tags = st.columns([1, 1, 2], gap="small", vertical_alignment="bottom")
    with na:
        if tree["kind"] != "fatal":
            fields.check(tree, "na")
    with fatal:
        if tree["kind"] == "yes_no":
            answers = {"": DASH} | {
                name: words for name, words in labelled(ANSWERS, fields.lang).items() if name != "na"
            }
            shown = {"fatal_if": next(iter(tree["fatal_if"]), "")}
            fields.choice(
                shown,
                "fatal_if",
                answers,
                lambda found: tree.__setitem__("fatal_if", [found] if found else []),
            )
    with tags:
        fields.several(tree, "tags", labelled(TAGS, fields.lang))


def _options(state: Editing, fields: Fields, tree: Tree) -> None:
    for place, option in enumerate(tree["options"]):
        own = Fields(state, f"{state.at}:o{place}", fields.lang)
        zh, en, points, fatal, gone = st.columns([4, 4, 2, 2, 1], gap="small", vertical_alignment="bottom")
        with zh:
            own.words(option, "name", "zh")
        with en:
            own.words(option, "name", "en")
        with points:
            own.number(option, "points", 0, _MOST_POINTS)
        with fatal:
            own.check(option, "fatal")
        with gone:
            _option_button(state, f"o{place}:gone", "✕", partial(tree["options"].pop, place))
    label = text("qa_forms.edit.add_option", fields.lang)
    _option_button(state, "o:add", label, partial(_add_option, tree))


def _add_option(tree: Tree) -> None:
    taken = {option["id"] for option in tree["options"]}
    name = next(name for name in (f"option-{count}" for count in range(1, 1000)) if name not in taken)
    tree["options"].append(edit.blank_option(name))


def _option_button(state: Editing, name: str, label: str, act: Callable[[], object]) -> None:
    def pressed() -> None:
        absorb()
        act()
        state.changed(state.at)

    st.button(label, key=f"{state.key}:{state.at}:{name}", on_click=pressed)


# -- a condition ---------------------------------------------------------------------------------------


def _condition(state: Editing, fields: Fields, chosen: Part) -> None:
    """Asked always, or only where an item before it was answered so."""
    tree, lang = chosen.tree, fields.lang
    assert state.tree is not None
    there = {item["id"]: item for item in edit.before(state.tree, chosen.at)}
    when = tree["when"]
    if not there and when is None:
        return
    offered = {"": text("qa_forms.edit.always", lang)}
    offered |= {name: named(item["name"], lang) or name for name, item in there.items()}
    if when is not None:
        offered.setdefault(when["item"], when["item"])
    shown = {"when": when["item"] if when else ""}
    item_at, is_at, answers_at = st.columns([2, 1, 2], gap="small")
    with item_at:
        fields.choice(shown, "when", offered, partial(_ask, tree))
    when = tree["when"]
    if when is None:
        return
    field = "is_not" if when["is_not"] else when.get("mode", "is")
    mode = {"when_mode": field}
    with is_at:
        words = {name: text(f"qa_forms.edit.{name}", lang) for name in ("is", "is_not")}
        fields.choice(mode, "when_mode", words, partial(_mode, when))
    field = when.get("mode", field)
    with answers_at:
        answers = {"answers": list(when[field])}
        offered = _possible(there.get(when["item"]), lang)
        fields.several(answers, "answers", offered, keep=partial(when.__setitem__, field))


def _ask(tree: Tree, item: object) -> None:
    when = tree["when"]
    if not item:
        tree["when"] = None
    elif when is None or when["item"] != item:
        tree["when"] = {"item": item, "is": [], "is_not": []}


def _mode(when: Tree, mode: object) -> None:
    """The answers go along to the other side."""
    name = "is_not" if mode == "is_not" else "is"
    other = "is" if name == "is_not" else "is_not"
    when["mode"] = name
    if when[other]:
        when[name], when[other] = when[other], []


def _possible(item: Tree | None, lang: Lang) -> dict[str, str]:
    """The answers that an item being written can have, with words."""
    if item is None:
        return {}
    words = labelled(ANSWERS, lang)
    found: dict[str, str] = {}
    if item["kind"] == "choice":
        found = {option["id"]: named(option["name"], lang) or option["id"] for option in item["options"]}
    elif item["kind"] == "scale":
        found = {str(value): str(value) for value in range(int(item["low"]), int(item["high"]) + 1)}
    elif item["kind"] == "points":
        found = {number(value): number(value) for value in (0.0, float(item["points"]))}
    else:
        found = {name: words[name] for name in ("yes", "no")}
    return found | ({"na": words["na"]} if item["na"] else {})
